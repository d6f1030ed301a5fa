//! torchstat (Swall0w/torchstat) where the network calls activations as functions, which it does not see: so the
//! third-party counts of SPConv in ResNet-20 were made. See `torchstat-modules` for the other reading.

use super::layer::{Counted, Kind, Layer, Why};
use super::{Convention, Unit};
use crate::graph::Activation;

pub(super) static TORCHSTAT: Convention = Convention {
    name: "torchstat",
    aliases: &["torchstat-functional"],
    title: "torchstat",
    unit: Unit::Flops,
    source: "Swall0w/torchstat 0d4a1e2, activations called as functions",
    rule: |layer| match layer.kind {
        Kind::Activation(_) => Counted::Zero(Why::Unseen),
        _ => modules(layer),
    },
};

/// Everything with activations as modules.
pub(super) fn modules(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        Kind::InputNorm { .. } => Counted::Zero(Why::Warned),
        Kind::NormScale => Counted::Zero(Why::Joined),
        Kind::ResponseNorm(_) => Counted::Zero(Why::Warned),
        Kind::Conv => layer.macs().saturating_add(layer.bias()).into(),
        Kind::Linear => layer.macs().into(),
        Kind::Norm => layer.values().saturating_mul(2).into(),
        Kind::Pool(_) => layer.read().into(),
        Kind::Activation(
            Activation::Relu | Activation::Relu6 | Activation::LeakyRelu(_) | Activation::Elu(_),
        )
        | Kind::Upsample
        | Kind::Interpolate { .. } => layer.values().into(),
        Kind::Activation(_) | Kind::AdaptivePool => Counted::Zero(Why::Warned),
        Kind::Add | Kind::Multiply | Kind::ScatterAdd | Kind::Softmax | Kind::PairSoftmax | Kind::Blend => {
            Counted::Zero(Why::Unseen)
        }
    }
}
