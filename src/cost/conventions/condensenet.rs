//! The counter that comes with CondenseNet (ShichenLiu/CondenseNet). Learned groups cost the share of the weights
//! that stays; a fully connected layer costs weights and bias. It stops with an error on a module that it does not
//! know, max pools among them.

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};
use crate::graph::{Activation, PoolKind};

pub(super) static CONDENSENET: Convention = Convention {
    name: "condensenet",
    aliases: &["condensenet-v1", "condensenetv1"],
    title: "CondenseNet",
    unit: Unit::Flops,
    source: "ShichenLiu/CondenseNet 833a91d",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::InputNorm { .. } => Counted::Zero(Why::Refused),
        Kind::NormScale => Counted::Zero(Why::Joined),
        Kind::ResponseNorm(_) => Counted::Zero(Why::Refused),
        Kind::Conv => layer.macs().into(),
        Kind::Linear => layer.macs().saturating_add(layer.bias()).into(),
        Kind::Activation(Activation::Relu) => layer.values().into(),
        Kind::Pool(pool) if pool.kind != PoolKind::Max => {
            layer.values().saturating_mul(pool.area() as u64).into()
        }
        Kind::AdaptivePool => layer.read().into(),
        Kind::Norm => Counted::Zero(Why::Rule),
        Kind::Activation(_) | Kind::Pool(_) | Kind::Upsample | Kind::Interpolate { .. } => {
            Counted::Zero(Why::Refused)
        }
        Kind::Add | Kind::Multiply | Kind::ScatterAdd | Kind::Softmax | Kind::PairSoftmax | Kind::Blend => {
            Counted::Zero(Why::Unseen)
        }
    }
}
