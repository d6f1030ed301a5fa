//! torchinfo's "mult-adds" (TylerYep/torchinfo): parameters times output pixels for convolutions, parameters times
//! batch for every other layer that has any. Layers without parameters do not exist for it.

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};

pub(super) static TORCHINFO: Convention = Convention {
    name: "torchinfo",
    aliases: &["torch-info", "torch-summary"],
    title: "torchinfo",
    unit: Unit::Macs,
    source: "TylerYep/torchinfo 5c4164f (2026-08)",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::Conv | Kind::Linear => layer.macs().saturating_add(layer.bias()).into(),
        Kind::Norm | Kind::NormScale => layer.params().saturating_mul(layer.batch()).into(),
        _ => Counted::Zero(Why::Unknown),
    }
}
