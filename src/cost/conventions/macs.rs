//! Multiply-adds of convolutions and fully connected layers: the primary convention here, and that of most
//! papers (the plain parts of SPConv, OctConv, GhostNet and Res2Net among them).

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};

pub(super) static MACS: Convention = Convention {
    name: "macs",
    aliases: &["mac", "conv-fc", "conv+fc", "mult-adds", "papers"],
    title: "MACs",
    unit: Unit::Macs,
    source: "primary convention of Convscope; most papers",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::Conv | Kind::Linear => layer.macs().into(),
        _ => Counted::Zero(Why::Rule),
    }
}
