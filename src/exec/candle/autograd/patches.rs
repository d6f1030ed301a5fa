//! The pixels under a kernel, tap by tap, and the way of their gradients back into the map.
//!
//! Slices of a padded map, joined, would do the same in candle; but the gradient of each slice is a map of full
//! size, which takes ten times as long as everything else together.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Tensor, bail};
use rayon::prelude::*;

use crate::graph::Conv2d;
use crate::tensor::Shape;

/// For each output pixel the input pixels under the kernel; zeros outside of the map.
///
/// # Shapes
/// `x: [N, I, H, W]` gives `[N, I, k*k, P]` with `P = H' W'` pixels of `to`.
pub(super) fn patches(conv: &Conv2d, x: &Tensor, from: Shape, to: Shape) -> Result<Tensor> {
    x.contiguous()?.apply_op1(Patches(Lines::new(conv, from, to)))
}

/// Which pixels lie under which tap.
#[derive(Clone)]
struct Lines {
    conv: Conv2d,
    from: Shape,
    to: Shape,
}

/// A part of an output row, and where its input pixels begin.
struct Line {
    /// First of the output pixels in `[k*k, H', W']`, and their number.
    patch: usize,
    count: usize,
    /// First of the input pixels in `[H, W]`; the others follow at the stride.
    pixel: usize,
}

impl Lines {
    fn new(conv: &Conv2d, from: Shape, to: Shape) -> Self {
        Self { conv: conv.clone(), from, to }
    }

    fn area(&self) -> usize {
        self.conv.kernel * self.conv.kernel
    }

    /// Calls `visit` with every part of a row of one channel that lies inside the map.
    fn for_each(&self, mut visit: impl FnMut(Line)) {
        let Conv2d { kernel, stride, dilation, padding, .. } = self.conv;
        // Output places of one side whose input place under a tap is inside: the first, and one behind the last.
        let inside = |tap: usize, before: usize, from: usize, to: usize| {
            let shift = tap * dilation;
            let first = before.saturating_sub(shift).div_ceil(stride).min(to);
            let end = (from + before).saturating_sub(shift).div_ceil(stride).min(to);
            (first, end.max(first))
        };
        for tap in 0..self.area() {
            let (i, j) = (tap / kernel, tap % kernel);
            let (top, bottom) = inside(i, padding.top, self.from.h, self.to.h);
            let (left, right) = inside(j, padding.left, self.from.w, self.to.w);
            if left == right {
                continue;
            }
            for row in top..bottom {
                let y = row * stride + i * dilation - padding.top;
                let x = left * stride + j * dilation - padding.left;
                visit(Line {
                    patch: (tap * self.to.h + row) * self.to.w + left,
                    count: right - left,
                    pixel: y * self.from.w + x,
                });
            }
        }
    }
}

struct Patches(Lines);

impl CustomOp1 for Patches {
    fn name(&self) -> &'static str {
        "patches"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, candle_core::Shape)> {
        let Self(lines) = self;
        let (x, step) = (values(storage, layout)?, lines.conv.stride);
        let (plane, size) = (lines.from.plane(), lines.area() * lines.to.plane());
        let mut all = vec![0_f32; lines.from.n * lines.from.c * size];
        all.par_chunks_mut(size).zip(x.par_chunks(plane)).for_each(|(patches, x)| {
            lines.for_each(|line| {
                let to = &mut patches[line.patch..line.patch + line.count];
                if step == 1 {
                    to.copy_from_slice(&x[line.pixel..line.pixel + line.count]);
                } else {
                    to.iter_mut().zip(x[line.pixel..].iter().step_by(step)).for_each(|(p, x)| *p = *x);
                }
            });
        });
        let shape = (lines.from.n, lines.from.c, lines.area(), lines.to.plane());
        Ok((CpuStorage::F32(all), shape.into()))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        grad.contiguous()?.apply_op1_no_bwd(&Back(self.0.clone())).map(Some)
    }
}

/// Adds what the taps give back to each pixel.
struct Back(Lines);

impl CustomOp1 for Back {
    fn name(&self) -> &'static str {
        "patches-back"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, candle_core::Shape)> {
        let Self(lines) = self;
        let (grads, step) = (values(storage, layout)?, lines.conv.stride);
        let Shape { n, c, h, w } = lines.from;
        let size = lines.area() * lines.to.plane();
        let mut all = vec![0_f32; lines.from.elements()];
        all.par_chunks_mut(lines.from.plane()).zip(grads.par_chunks(size)).for_each(|(x, grads)| {
            lines.for_each(|line| {
                let from = &grads[line.patch..line.patch + line.count];
                x[line.pixel..].iter_mut().step_by(step).zip(from).for_each(|(x, g)| *x += g);
            });
        });
        Ok((CpuStorage::F32(all), (n, c, h, w).into()))
    }
}

fn values<'s>(storage: &'s CpuStorage, layout: &Layout) -> Result<&'s [f32]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice::<f32>()?[start..end]),
        None => bail!("patches are read from row-major maps only"),
    }
}
