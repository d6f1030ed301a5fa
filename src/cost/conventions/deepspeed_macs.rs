//! The "MACs" of DeepSpeed's profiler: multiply-adds of convolutions and matrix products, zero for everything else.

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};

pub(super) static DEEPSPEED_MACS: Convention = Convention {
    name: "deepspeed-macs",
    aliases: &[],
    title: "DeepSpeed (MACs)",
    unit: Unit::Macs,
    source: "deepspeedai/DeepSpeed flops_profiler (2026)",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::Conv | Kind::Linear => layer.macs().into(),
        _ => Counted::Zero(Why::Rule),
    }
}
