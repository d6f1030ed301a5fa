//! ptflops with its `pytorch` backend (sovrasov/flops-counter.pytorch): hooks on modules and patched functions.
//! `+` between maps is not among the functions.

use super::layer::{Counted, InputNorm, Kind, Layer, Why};
use super::{Convention, Unit};
use crate::graph::Activation;

pub(super) static PTFLOPS: Convention = Convention {
    name: "ptflops",
    aliases: &["ptflops-pytorch"],
    title: "ptflops (pytorch)",
    unit: Unit::Macs,
    source: "sovrasov/flops-counter.pytorch d612c75 (2025-08), backend pytorch",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        // It asks for `affine`, which a layer norm has under another name.
        Kind::InputNorm { module, scaled } => {
            let twice = scaled && module != InputNorm::Layer;
            layer.values().saturating_mul(if twice { 2 } else { 1 }).into()
        }
        Kind::NormScale => Counted::Zero(Why::Joined),
        Kind::ResponseNorm(_) => Counted::Zero(Why::Warned),
        Kind::Conv | Kind::Linear => layer.macs().saturating_add(layer.bias()).into(),
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
        Kind::Upsample | Kind::Interpolate { .. } | Kind::Softmax => layer.values().into(),
        // The softmax reads both values of each pair.
        Kind::PairSoftmax => layer.values().saturating_mul(2).into(),
        Kind::Activation(_) => Counted::Zero(Why::Warned),
        Kind::Add | Kind::Multiply | Kind::ScatterAdd | Kind::Blend => Counted::Zero(Why::Unseen),
    }
}
