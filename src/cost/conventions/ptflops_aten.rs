//! ptflops with its `aten` backend, the default today: convolutions and matrix products only; for anything else it
//! can print a warning.

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};

pub(super) static PTFLOPS_ATEN: Convention = Convention {
    name: "ptflops-aten",
    aliases: &["aten"],
    title: "ptflops (aten)",
    unit: Unit::Macs,
    source: "sovrasov/flops-counter.pytorch d612c75 (2025-08), backend aten",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::Conv | Kind::Linear => layer.macs().saturating_add(layer.bias()).into(),
        _ => Counted::Zero(Why::Warned),
    }
}
