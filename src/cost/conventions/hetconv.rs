//! The rule that gives the VGG-16 table of the HetConv paper (arXiv 1903.04120), called R-model: a convolution costs
//! its multiply-adds and one more per output value; for a HetConv layer the whole is that of the dense layer times
//! `R(P)`, the share of taps that exist. The paper cuts its figures off after two decimals. The small second term is
//! inferred from the table.

use super::layer::{Amount, Counted, Kind, Layer, Why};
use super::{Convention, Unit};

pub(super) static HETCONV: Convention = Convention {
    name: "hetconv",
    aliases: &["r-model", "rmodel", "hetconv-paper", "hetconv-r-model"],
    title: "HetConv (R-model)",
    unit: Unit::Flops,
    source: "HetConv, CVPR 2019, inferred from its table",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::Conv => {
            let (existing, dense) = layer.taps();
            let mut amount = Amount::share(layer.values(), existing, dense);
            amount += layer.macs().into();
            Counted::Work(amount)
        }
        Kind::Linear => layer.macs().into(),
        _ => Counted::Zero(Why::Rule),
    }
}
