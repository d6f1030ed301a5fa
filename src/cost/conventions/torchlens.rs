//! TorchLens' "FLOPs" (johnmarktaylor91/torchlens): two per multiply-add, five per element of a batch norm even in
//! evaluation, the side of a pool's window per output value (not its area). What it does not know is `None` there,
//! not guessed; it knows everything that occurs here.

use super::layer::{Counted, Kind, Layer, Why, given};
use super::{Convention, Unit};
use crate::graph::Activation;

pub(super) static TORCHLENS: Convention = Convention {
    name: "torchlens",
    aliases: &["torchlens-flops"],
    title: "TorchLens (FLOPs)",
    unit: Unit::Flops,
    source: "johnmarktaylor91/torchlens 938a2ca5 (2026-07)",
    rule: |layer| match layer.kind {
        Kind::NormScale => Counted::Zero(Why::Joined),
        _ => flops(layer).into(),
    },
};

/// Also the double of its "MACs".
pub(super) fn flops(layer: &Layer<'_>) -> u64 {
    match layer.kind {
        Kind::Conv | Kind::Linear => layer.macs().saturating_mul(2).saturating_add(layer.bias()),
        Kind::Norm | Kind::InputNorm { .. } => layer.values().saturating_mul(5),
        Kind::NormScale => 0,
        // The functions it is made of there: a square, a mean over the window, three for the line, a power and
        // a quotient.
        Kind::ResponseNorm(norm) => layer.values().saturating_mul(norm.size as u64 + 6),
        Kind::Activation(
            Activation::Relu
            | Activation::Relu6
            | Activation::LeakyRelu(_)
            | Activation::Clip { .. }
            | Activation::Abs
            | Activation::Reciprocal
            | Activation::Threshold(_),
        )
        | Kind::Add
        | Kind::Multiply => layer.values(),
        Kind::Activation(Activation::Sqrt) => layer.values().saturating_mul(2),
        Kind::Activation(Activation::HardSigmoid | Activation::Softsign) => layer.values().saturating_mul(3),
        Kind::Activation(Activation::Sigmoid | Activation::HardSwish) => layer.values().saturating_mul(4),
        Kind::Activation(Activation::Tanh) => layer.values().saturating_mul(6),
        Kind::Activation(Activation::Log | Activation::Exp | Activation::Erf) => {
            layer.values().saturating_mul(8)
        }
        Kind::Activation(Activation::Gelu | Activation::GeluTanh) => layer.values().saturating_mul(14),
        Kind::Activation(Activation::Elu(_) | Activation::Softplus) => layer.values().saturating_mul(9),
        Kind::Pool(pool) => layer.values().saturating_mul(given(&pool)),
        Kind::AdaptivePool | Kind::ScatterAdd => layer.read(),
        Kind::Upsample | Kind::Interpolate { .. } => layer.values().saturating_mul(4),
        Kind::Softmax => layer.values().saturating_mul(5),
        Kind::PairSoftmax => layer.values().saturating_mul(10),
        Kind::Blend => layer.values().saturating_mul(3),
    }
}

#[cfg(test)]
mod tests {
    use crate::cost::conventions::find;

    #[test]
    fn both_numbers_have_a_name() {
        assert_eq!(find("torchlens-flops").unwrap().name, "torchlens");
        assert_eq!(find("torchlens_macs").unwrap().name, "torchlens-macs");
    }
}
