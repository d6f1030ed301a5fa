//! The script that comes with OctConv (facebookresearch/OctConv): convolutions, fully connected layers, and pools at
//! their output values times the area of the window. Norms, ReLU, sums and upsampling cost nothing.
//!
//! The pool before the classifier has a window in the authors' ResNets and none in their MobileNets; means for
//! excitations have none. An incomplete last
//! window of a 2x2 mean is left out there.

use crate::graph::{Op, Pool2d, PoolAxis, Wiring};

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};

pub(super) static OCTCONV: Convention = Convention {
    name: "octconv",
    aliases: &["octave", "octconv-script", "octconv-official", "conv+fc+pool", "conv-fc-pool"],
    title: "OctConv script",
    unit: Unit::Flops,
    source: "facebookresearch/OctConv 87c44f7",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::Conv | Kind::Linear => layer.macs().into(),
        Kind::Pool(pool) => whole_windows(&pool, layer).saturating_mul(pool.area() as u64).into(),
        Kind::AdaptivePool if is_last(layer) && !has_depthwise(layer) => layer.read().into(),
        _ => Counted::Zero(Why::Rule),
    }
}

/// Output values whose window lies in the map and its border.
fn whole_windows(pool: &Pool2d, layer: &Layer<'_>) -> u64 {
    let x = layer.input();
    let side = |size: usize, axis: PoolAxis| {
        ((size + axis.before + axis.after).saturating_sub(axis.reach()) / axis.stride + 1) as u64
    };
    (x.n * x.c) as u64 * side(x.h, pool.rows()) * side(x.w, pool.columns())
}

/// Whether no other pool over whole maps follows.
fn is_last(layer: &Layer<'_>) -> bool {
    let pools = |op: &Op| matches!(op, Op::GlobalAveragePool | Op::AdaptiveAveragePool { .. });
    let last = layer.graph().nodes().iter().rfind(|node| pools(&node.op));
    last.is_some_and(|node| node.name == layer.name())
}

/// Whether the network is of the MobileNet kind.
fn has_depthwise(layer: &Layer<'_>) -> bool {
    layer.graph().iter().any(|(_, node)| match &node.op {
        Op::Conv2d(conv) => conv.wiring == Wiring::Grouped(node.shape.c) && node.shape.c > 1,
        _ => false,
    })
}
