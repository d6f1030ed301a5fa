//! thop as it is today (Lyken17/pytorch-OpCounter). A batch norm costs four per element: two, doubled where it has
//! a scale and an offset. Functions are never seen.

use super::layer::{Counted, InputNorm, Kind, Layer, Why};
use super::{Convention, Unit};
use crate::graph::{Activation, PoolKind};

pub(super) static THOP: Convention = Convention {
    name: "thop",
    aliases: &["thop-head", "thop-now", "thop-2022", "pytorch-opcounter", "opcounter"],
    title: "thop",
    unit: Unit::Macs,
    source: "Lyken17/pytorch-OpCounter 43c064a (2022-09)",
    rule,
};

fn rule(layer: &Layer<'_>) -> Counted {
    match layer.kind {
        // A group norm is on none of its lists.
        Kind::InputNorm { module: InputNorm::Group, .. } => Counted::Zero(Why::Unknown),
        Kind::InputNorm { scaled, .. } => layer.values().saturating_mul(if scaled { 4 } else { 2 }).into(),
        Kind::NormScale => Counted::Zero(Why::Joined),
        Kind::ResponseNorm(_) => Counted::Zero(Why::Unknown),
        Kind::Conv | Kind::Linear => layer.macs().into(),
        Kind::Norm => layer.values().saturating_mul(4).into(),
        Kind::Pool(pool) if pool.kind != PoolKind::Max => layer.values().into(),
        // The kernel's area and one more per output value: the inputs and the outputs.
        Kind::AdaptivePool => layer.read().saturating_add(layer.values()).into(),
        Kind::Upsample => layer.values().into(),
        Kind::Interpolate { cubic } => layer.values().saturating_mul(if cubic { 259 } else { 11 }).into(),
        // Its list of operations that cost nothing.
        Kind::Activation(Activation::Relu | Activation::Relu6 | Activation::LeakyRelu(_)) | Kind::Pool(_) => {
            Counted::Zero(Why::Rule)
        }
        Kind::Activation(_) => Counted::Zero(Why::Unknown),
        Kind::Add | Kind::Multiply | Kind::ScatterAdd | Kind::Softmax | Kind::PairSoftmax | Kind::Blend => {
            Counted::Zero(Why::Unseen)
        }
    }
}
