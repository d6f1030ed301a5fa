//! Convolutions with another stride or dilation on each axis.
//!
//! A convolution here has one stride and one dilation. One axis of the window becomes channels: for each of its
//! taps the lines that the tap reads. What is left is a convolution along the other axis, with the same kernel,
//! the same multiply-adds, and no window that nothing reads.

use std::sync::Arc;

use super::super::import::{Importer, Map};
use super::super::node::{Fault, Lowered, broken};
use super::super::view::View;
use super::conv::{Kernels, convolved};
use super::window::Window;
use crate::graph::{NodeId, Padding, Pool2d, Sampling, Taps};

/// One axis of a window over a map.
#[derive(Clone, Copy, Debug)]
struct Axis {
    taps: usize,
    stride: usize,
    dilation: usize,
    /// Windows.
    out: usize,
}

impl Axis {
    fn of(window: &Window, at: usize, pixels: usize) -> Option<Self> {
        let Padding { top, bottom, left, right } = window.padding;
        let side = pixels + if at == 0 { top + bottom } else { left + right };
        let (taps, stride, dilation) = (window.kernel[at], window.stride[at], window.dilation[at]);
        let out = side.checked_sub(dilation * (taps - 1) + 1)? / stride + 1;
        Some(Self { taps, stride, dilation, out })
    }

    /// Lines left of this axis if windows on them are `stride` apart.
    const fn lines(&self, stride: usize) -> usize {
        (self.out - 1) * stride + 1
    }
}

/// The convolution of a map under a window that no square holds.
pub(super) fn unfolded(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    window: &Window,
    kernels: &Kernels,
) -> Lowered<NodeId> {
    let shape = im.shape(x.id);
    let (Some(rows), Some(columns)) = (Axis::of(window, 0, shape.h), Axis::of(window, 1, shape.w)) else {
        let ([kh, kw], [dh, dw]) = (window.kernel, window.dilation);
        return broken(format!(
            "a map of {} x {} pixels is smaller than its {kh}x{kw} kernel (dilation {dh}x{dw})",
            shape.h, shape.w
        ));
    };
    // The axis of which less has to be written.
    let written = |unfolded: &Axis, other: &Axis, side: usize| {
        unfolded.taps.saturating_mul(unfolded.lines(other.stride)).saturating_mul(side)
    };
    let down = written(&rows, &columns, shape.w) <= written(&columns, &rows, shape.h);
    let (axis, other) = if down { (rows, columns) } else { (columns, rows) };

    let Padding { top, bottom, left, right } = window.padding;
    let vertical = Padding { top, bottom, ..Padding::default() };
    let horizontal = Padding { left, right, ..Padding::default() };
    let (border, rest) = if down { (vertical, horizontal) } else { (horizontal, vertical) };
    let bordered = if border == Padding::default() {
        x.id
    } else {
        let name = im.fresh(&format!("{name}/border"));
        im.b.pool2d(&name, x.id, Pool2d::zeros_around(border))?
    };
    let from = im.shape(bordered);

    // One line of the axis lies so many values behind the other.
    let step = if down { from.w } else { 1 };
    let lines = axis.lines(other.stride);
    im.made.add(from.c * axis.taps + lines + from.h.max(from.w)).map_err(Fault::Broken)?;
    let channels = (0..from.c)
        .flat_map(|c| (0..axis.taps).map(move |tap| Some(c * from.plane() + tap * axis.dilation * step)));
    let line = |i: usize| i.is_multiple_of(other.stride).then_some(i / other.stride * axis.stride * step);
    let along = Taps::moved((0..lines).map(line));
    let (rows, columns) = if down {
        (along, Taps::moved((0..from.w).map(Some)))
    } else {
        (Taps::moved((0..from.h).map(|row| Some(row * from.w))), along)
    };
    let unfolded = im.fresh(&format!("{name}/{}", if down { "rows" } else { "columns" }));
    let sampling = Sampling { channels: Taps::moved(channels), rows, columns };
    let unfolded = im.b.resample(&unfolded, bordered, sampling)?;

    let [kh, kw] = window.kernel;
    let values = if down {
        Arc::clone(&kernels.values)
    } else {
        im.made.add(kernels.values.len()).map_err(Fault::Broken)?;
        Arc::new(kernels.values.chunks_exact(kh * kw).flat_map(|k| transposed(k, kw)).collect())
    };
    let left_over = Window {
        kernel: if down { [1, kw] } else { [kh, 1] },
        stride: [other.stride; 2],
        dilation: [other.dilation; 2],
        padding: rest,
    };
    let x = Map::new(unfolded, View::of(im.shape(unfolded), 4));
    let Kernels { groups, out, bias, .. } = kernels;
    let kernels = Kernels { groups: *groups, out: *out, values, bias: bias.clone() };
    convolved(im, name, &x, &left_over, &kernels)
}

/// Rows of `width` values as columns.
fn transposed(rows: &[f32], width: usize) -> impl Iterator<Item = f32> + '_ {
    (0..width).flat_map(move |column| rows.iter().copied().skip(column).step_by(width))
}
