//! Two operations per multiply-add, nothing else: FLOPs for those who ask for them.

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};

pub(super) static FLOPS: Convention = Convention {
    name: "flops",
    aliases: &["flop", "2xmacs", "2macs"],
    title: "FLOPs = 2 × MACs",
    unit: Unit::Flops,
    source: "twice the primary convention",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::Conv | Kind::Linear => layer.macs().saturating_mul(2).into(),
        _ => Counted::Zero(Why::Rule),
    }
}
