//! The script that comes with OctConv (facebookresearch/OctConv): convolutions, fully connected layers, and pools at
//! their output values times the area of the window; a global pool has no window there and is free. Norms, ReLU, sums and upsampling cost nothing.

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
        Kind::Pool(pool) => layer.values().saturating_mul((pool.kernel * pool.kernel) as u64).into(),
        _ => Counted::Zero(Why::Rule),
    }
}
