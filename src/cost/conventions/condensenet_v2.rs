//! The counter that comes with CondenseNetV2 (jianghaojun/CondenseNetV2). As that of V1, with these changes: a fully
//! connected layer costs its weights only, max pools are free, hard-swish costs one and the sigmoid two per element.
//! The sum of the reactivation and its index matrix, however large, are functions that it does not see.

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};
use crate::graph::{Activation, PoolKind};

pub(super) static CONDENSENET_V2: Convention = Convention {
    name: "condensenetv2",
    aliases: &["condensenet-v2"],
    title: "CondenseNetV2",
    unit: Unit::Flops,
    source: "jianghaojun/CondenseNetV2 4431162 (2022-08)",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::InputNorm { .. } => Counted::Zero(Why::Refused),
        Kind::NormScale => Counted::Zero(Why::Joined),
        Kind::ResponseNorm(_) => Counted::Zero(Why::Refused),
        Kind::Conv | Kind::Linear => layer.macs().into(),
        // Hard-swish is a ReLU6 to it.
        Kind::Activation(Activation::Relu | Activation::Relu6 | Activation::HardSwish) => {
            layer.values().into()
        }
        Kind::Activation(Activation::Sigmoid) => layer.values().saturating_mul(2).into(),
        Kind::Pool(pool) if pool.kind != PoolKind::Max => {
            layer.values().saturating_mul(pool.area() as u64).into()
        }
        Kind::AdaptivePool => layer.read().into(),
        Kind::Norm | Kind::Pool(_) => Counted::Zero(Why::Rule),
        Kind::Activation(_) | Kind::Upsample | Kind::Interpolate { .. } => Counted::Zero(Why::Refused),
        Kind::Add | Kind::Multiply | Kind::ScatterAdd | Kind::Softmax | Kind::PairSoftmax | Kind::Blend => {
            Counted::Zero(Why::Unseen)
        }
    }
}
