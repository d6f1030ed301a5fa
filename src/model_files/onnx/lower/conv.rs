//! Convolutions and the transposed ones that exist here.

use std::sync::Arc;

use super::super::import::{Importer, Map};
use super::super::node::{Fault, Lowered, Node, broken, unsupported};
use super::norm::following_shift;
use super::spatial;
use super::window::{Square, Window, under_windows};
use crate::graph::{Conv2d, Extent, Kernel2d, ListedWiring, Origin, Padding, Weight, Wiring};

/// The most kernels of a convolution whose connections must be listed.
const LISTED: usize = 1 << 22;
/// The longest side of a kernel that is not square.
const LONGEST: usize = 63;

/// `Conv`. A kernel of unequal sides lies in the corner of a square one, whose other taps do not exist.
pub(super) fn conv(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Lowered<Map> {
    let node = &nodes[at];
    let x = im.padded(node, 0)?;
    let x = under_windows(im, &x, node)?;
    let shape = im.shape(x.id);
    let kernel = im.weight(node, 1)?;
    let (&[out, slots, ref taps @ ..], true) = (&kernel.dims[..], kernel.dims.len() == x.view.rank()) else {
        return broken(format!(
            "its kernel has the sides {:?} for an input of {} axes",
            kernel.dims,
            x.view.rank()
        ));
    };
    if node
        .ints("kernel_shape")
        .is_some_and(|given| !given.iter().map(|&k| k as usize).eq(taps.iter().copied()))
    {
        return broken(format!("'kernel_shape' does not fit its kernel of sides {:?}", kernel.dims));
    }
    let group = node.int("group", 1);
    let groups =
        usize::try_from(group).ok().filter(|&g| g > 0 && slots * g == shape.c && out % g == 0 && out > 0);
    let Some(groups) = groups else {
        return broken(format!(
            "its kernel of sides {:?} in {group} groups does not fit {} input channels",
            kernel.dims, shape.c
        ));
    };
    let window = Window::of(node, &x, shape, taps)?;
    let Square { side, stride, dilation, padding } = window.square(shape)?;
    let bias = match im.constant(node, 2)? {
        Some(bias) if bias.len() == out => Some(im.floats(&bias)?),
        Some(bias) => return broken(format!("its bias has the sides {:?}, not [{out}]", bias.dims)),
        None => following_shift(im, nodes, at, out, x.view.rank())?,
    };
    let values = im.floats(&kernel)?;
    let [kh, kw] = window.kernel;
    let (wiring, values) = if kh == kw {
        (Wiring::Grouped(groups), values)
    } else {
        if out * slots > LISTED || side > LONGEST {
            return unsupported(format!(
                "a kernel of {kh} x {kw} taps with {out} x {slots} connections is too large"
            ));
        }
        im.made.add(out * slots * side * side).map_err(Fault::Broken)?;
        let extent = Extent::Corner { rows: kh as u16, columns: kw as u16 };
        (corner_wiring(extent, shape.c, out, groups), Arc::new(in_square(&values, [kh, kw], side)))
    };
    let name = im.fresh(&node.name);
    let kernel = Weight {
        name: format!("{name}.weight"),
        dims: vec![out, slots, side, side],
        values,
        origin: Origin::Trained,
    };
    let bias = bias.map(|values| Weight {
        name: format!("{name}.bias"),
        dims: vec![out],
        values,
        origin: Origin::Trained,
    });
    let conv = Conv2d { kernel: side, stride, padding, dilation, wiring };
    let id = im.b.conv2d_with(&name, x.id, conv, out, kernel, bias)?;
    Ok(spatial(im, id, &x))
}

/// Groups in which every kernel has only the taps of a corner.
fn corner_wiring(extent: Extent, in_channels: usize, out: usize, groups: usize) -> Wiring {
    let grouped = Wiring::Grouped(groups);
    let outputs = (0..out).map(|o| {
        let mut kernels = Vec::with_capacity(in_channels / groups);
        grouped.for_each_kernel(o, in_channels, out, |k| kernels.push(Kernel2d { extent, ..k }));
        kernels
    });
    Wiring::Listed(Arc::new(ListedWiring { slots: in_channels / groups, outputs: outputs.collect() }))
}

/// Kernels of `kh x kw` taps in the top left corners of squares of zeros.
fn in_square(values: &[f32], [kh, kw]: [usize; 2], side: usize) -> Vec<f32> {
    let mut square = vec![0.0; values.len() / (kh * kw) * side * side];
    for (from, to) in values.chunks_exact(kh * kw).zip(square.chunks_exact_mut(side * side)) {
        for (row, to) in from.chunks_exact(kw).zip(to.chunks_exact_mut(side)) {
            to[..kw].copy_from_slice(row);
        }
    }
    square
}

/// `ConvTranspose`, where windows do not overlap and channels do not mix.
pub(super) fn transposed(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Lowered<Map> {
    let node = &nodes[at];
    let x = im.map(node, 0)?;
    let x = under_windows(im, &x, node)?;
    let shape = im.shape(x.id);
    let kernel = im.weight(node, 1)?;
    let depthwise = usize::try_from(node.int("group", 1)) == Ok(shape.c);
    let (&[channels, 1, k, k2], true) = (&kernel.dims[..], depthwise) else {
        return unsupported("of the transposed convolutions only the depthwise one is");
    };
    let window = Window::of(node, &x, shape, &[k, k2])?;
    let plain = k == k2
        && window.stride == [k, k]
        && (window.dilation == [1, 1] || k == 1)
        && window.padding == Padding::default()
        && node.ints("output_padding").is_none_or(|p| p.iter().all(|&p| p == 0))
        && !node.has("output_shape")
        && channels == shape.c;
    if !plain {
        return unsupported("of the transposed convolutions only those whose windows do not overlap are");
    }
    let bias = im.constant(node, 2)?;
    let values = im.floats(&kernel)?;
    let name = im.fresh(&node.name);
    im.stage(format!("{name}.weight"), kernel.dims.clone(), values);
    let id = im.b.depthwise_transpose(&name, x.id, k, shape.h * k, shape.w * k)?;
    let map = spatial(im, id, &x);
    match bias {
        None => Ok(map),
        Some(bias) => {
            let shift = im.floats(&bias)?;
            super::norm::affine(im, &format!("{name}/bias"), &map, 1, None, Some(shift))
        }
    }
}
