//! fvcore's `FlopCountAnalysis` (facebookresearch/fvcore). It traces operators, so functions are seen too; ReLU
//! stands on its written list of operators to ignore, plain pools, sums and products in no list at all, which it
//! reports as unsupported.

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};
use crate::graph::Activation;

pub(super) static FVCORE: Convention = Convention {
    name: "fvcore",
    aliases: &["fvcore-flops", "detectron2"],
    title: "fvcore",
    unit: Unit::Flops,
    source: "facebookresearch/fvcore 3378afe (2026-02)",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::InputNorm { scaled, .. } => layer.values().saturating_mul(if scaled { 5 } else { 4 }).into(),
        Kind::NormScale => Counted::Zero(Why::Joined),
        Kind::ResponseNorm(_) => Counted::Zero(Why::Warned),
        Kind::Conv | Kind::Linear => layer.macs().into(),
        Kind::Norm => layer.values().saturating_mul(2).into(),
        Kind::AdaptivePool => layer.read().into(),
        Kind::Upsample => layer.values().into(),
        Kind::Interpolate { .. } => layer.values().saturating_mul(4).into(),
        Kind::Activation(Activation::Relu) => Counted::Zero(Why::Rule),
        Kind::Activation(_)
        | Kind::Pool(_)
        | Kind::Add
        | Kind::Multiply
        | Kind::ScatterAdd
        | Kind::Softmax
        | Kind::PairSoftmax
        | Kind::Blend => Counted::Zero(Why::Warned),
    }
}
