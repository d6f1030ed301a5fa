//! torchsummaryX (nmhkahn/torchsummaryX): tensors called `weight` times output pixels for convolutions, as they are
//! for every other layer. The batch does not matter. The rule behind the table of Approximate-HetConv.

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};

pub(super) static TORCHSUMMARYX: Convention = Convention {
    name: "torchsummaryx",
    aliases: &["torch-summary-x", "approximate-hetconv"],
    title: "torchsummaryX",
    unit: Unit::Macs,
    source: "nmhkahn/torchsummaryX 006b7e0",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::Conv => layer.weights().saturating_mul(layer.plane()).into(),
        Kind::Linear => layer.weights().into(),
        Kind::Norm | Kind::NormScale => layer.channels().into(),
        _ => Counted::Zero(Why::Unknown),
    }
}
