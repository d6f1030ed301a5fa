//! PyTorch's own `FlopCounterMode`: two per multiply-add of convolutions and matrix products. What it has no formula
//! for is zero without a word.

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};

pub(super) static TORCH: Convention = Convention {
    name: "torch",
    aliases: &[
        "flopcountermode",
        "flop-counter-mode",
        "torch-flopcountermode",
        "torch-flop-counter-mode",
        "pytorch",
        "flopcounter",
        "flop-counter",
        "torch-flop-counter",
        "torch-flops",
    ],
    title: "torch FlopCounterMode",
    unit: Unit::Flops,
    source: "pytorch/pytorch torch.utils.flop_counter (2026)",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::Conv | Kind::Linear => layer.macs().saturating_mul(2).into(),
        _ => Counted::Zero(Why::Unknown),
    }
}
