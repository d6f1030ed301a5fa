//! Convolutions.

use std::sync::Arc;

use super::super::import::{Importer, Map};
use super::super::node::{Fault, Lowered, Node, broken, unsupported};
use super::norm::following_shift;
use super::window::{Square, Window, under_windows};
use super::{spatial, unfold};
use crate::graph::{Conv2d, Extent, Kernel2d, ListedWiring, NodeId, Origin, Weight, Wiring};

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
    let bias = match im.constant(node, 2)? {
        Some(bias) if bias.len() == out => Some(im.floats(&bias)?),
        Some(bias) => return broken(format!("its bias has the sides {:?}, not [{out}]", bias.dims)),
        None => following_shift(im, nodes, at, out, x.view.rank(), 1)?,
    };
    let values = im.floats(&kernel)?;
    let id = convolved(im, &node.name, &x, &window, &Kernels { groups, out, values, bias })?;
    Ok(spatial(im, id, &x))
}

/// Weights of a convolution.
pub(super) struct Kernels {
    /// Groups of channels.
    pub groups: usize,
    /// Output channels.
    pub out: usize,
    /// `[out, inputs / groups, rows, columns]` of the window.
    pub values: Arc<Vec<f32>>,
    /// One per output channel.
    pub bias: Option<Arc<Vec<f32>>>,
}

/// The convolution of a map under a window, as a node of about this name.
pub(super) fn convolved(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    window: &Window,
    kernels: &Kernels,
) -> Lowered<NodeId> {
    let shape = im.shape(x.id);
    let Some(Square { side, stride, dilation, padding }) = window.square(shape) else {
        return unfold::unfolded(im, name, x, window, kernels);
    };
    let Kernels { groups, out, values, bias } = kernels;
    let (groups, out, slots) = (*groups, *out, shape.c / groups);
    let [kh, kw] = window.kernel;
    let (wiring, values) = if kh == kw {
        (Wiring::Grouped(groups), Arc::clone(values))
    } else {
        if out * slots > LISTED || side > LONGEST {
            return unsupported(format!(
                "a kernel of {kh} x {kw} taps with {out} x {slots} connections is too large"
            ));
        }
        im.made.add(out * slots * side * side).map_err(Fault::Broken)?;
        let extent = Extent::Corner { rows: kh as u16, columns: kw as u16 };
        (corner_wiring(extent, shape.c, out, groups), Arc::new(in_square(values, [kh, kw], side)))
    };
    let name = im.fresh(name);
    let kernel = Weight {
        name: format!("{name}.weight"),
        dims: vec![out, slots, side, side],
        values,
        origin: Origin::Trained,
    };
    let bias = bias.as_ref().map(|values| Weight {
        name: format!("{name}.bias"),
        dims: vec![out],
        values: Arc::clone(values),
        origin: Origin::Trained,
    });
    let conv = Conv2d { kernel: side, stride, padding, dilation, wiring };
    Ok(im.b.conv2d_with(&name, x.id, conv, out, kernel, bias)?)
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
