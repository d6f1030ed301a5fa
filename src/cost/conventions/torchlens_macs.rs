//! TorchLens' "MACs": half of its FLOPs, halves of ReLU and batch norm included.

use super::layer::{Counted, Kind, Why};
use super::torchlens::flops;
use super::{Convention, Unit};

pub(super) static TORCHLENS_MACS: Convention = Convention {
    name: "torchlens-macs",
    aliases: &[],
    title: "TorchLens (MACs)",
    unit: Unit::Macs,
    source: "johnmarktaylor91/torchlens 938a2ca5 (2026-07)",
    // Whole numbers for each layer, rounded down.
    rule: |layer| match layer.kind {
        Kind::NormScale => Counted::Zero(Why::Joined),
        _ => (flops(layer) / 2).into(),
    },
};
