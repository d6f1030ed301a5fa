//! The "flops" of DeepSpeed's profiler, which patches functions: sums and products of maps are seen.

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};
use crate::graph::Activation;

pub(super) static DEEPSPEED: Convention = Convention {
    name: "deepspeed",
    aliases: &["deepspeed-flops"],
    title: "DeepSpeed (flops)",
    unit: Unit::Flops,
    source: "deepspeedai/DeepSpeed flops_profiler (2026)",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::InputNorm { scaled, .. } => layer.values().saturating_mul(if scaled { 5 } else { 4 }).into(),
        Kind::NormScale => Counted::Zero(Why::Joined),
        Kind::ResponseNorm(_) => Counted::Zero(Why::Unknown),
        Kind::Conv | Kind::Linear => layer.macs().saturating_mul(2).saturating_add(layer.bias()).into(),
        Kind::Norm => layer.values().saturating_mul(2).into(),
        Kind::Activation(
            Activation::Relu
            | Activation::Relu6
            | Activation::LeakyRelu(_)
            | Activation::Elu(_)
            | Activation::Gelu
            | Activation::GeluTanh,
        ) => layer.values().into(),
        Kind::Pool(_) | Kind::AdaptivePool => layer.read().into(),
        Kind::Upsample | Kind::Interpolate { .. } | Kind::Add | Kind::Multiply | Kind::Softmax => {
            layer.values().into()
        }
        Kind::PairSoftmax => layer.values().saturating_mul(2).into(),
        Kind::Blend => layer.values().saturating_mul(3).into(),
        Kind::Activation(_) | Kind::ScatterAdd => Counted::Zero(Why::Unknown),
    }
}
