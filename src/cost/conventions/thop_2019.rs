//! thop as of 2019, up to 0.0.31.post1912: the rule behind the tables of SPConv. From 2020-04 on a batch norm cost
//! two and a fully connected layer half, which does not give those tables.

use super::layer::{Counted, Kind, Layer, Why, given};
use super::{Convention, Unit};
use crate::graph::{Activation, PoolKind};

pub(super) static THOP_2019: Convention = Convention {
    name: "thop-2019",
    aliases: &["thop2019", "thop-old", "spconv"],
    title: "thop (2019)",
    unit: Unit::Macs,
    source: "Lyken17/pytorch-OpCounter 0.0.31.post1912 (2019-12)",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::InputNorm { .. } => Counted::Zero(Why::Unknown),
        Kind::NormScale => Counted::Zero(Why::Joined),
        Kind::ResponseNorm(_) => Counted::Zero(Why::Unknown),
        Kind::Conv => layer.macs().saturating_add(layer.bias()).into(),
        Kind::Linear => layer.macs().saturating_mul(2).into(),
        Kind::Norm => layer.values().saturating_mul(4).into(),
        // It multiplies the numbers that the window is given by: one for a square, which is its side.
        Kind::Pool(pool) if pool.kind != PoolKind::Max => {
            layer.values().saturating_mul(given(&pool) + 1).into()
        }
        Kind::AdaptivePool => layer.read().saturating_add(layer.values()).into(),
        Kind::Activation(Activation::Relu | Activation::Relu6) | Kind::Pool(_) => Counted::Zero(Why::Rule),
        Kind::Activation(Activation::LeakyRelu(_)) => layer.values().into(),
        Kind::Activation(_) | Kind::Upsample | Kind::Interpolate { .. } => Counted::Zero(Why::Unknown),
        Kind::Add | Kind::Multiply | Kind::ScatterAdd | Kind::Softmax | Kind::PairSoftmax | Kind::Blend => {
            Counted::Zero(Why::Unseen)
        }
    }
}
