//! What a node does, in words.

use super::diagram::both;
use super::numbers;
use crate::graph::{Activation, Conv2d, Graph, NodeId, NormOver, Op, Origin, Pool2d, PoolKind, Wiring};
use crate::text::{Lang, tr};

/// `3×3 convolution, 16 → 64, stride 2`: what the layer does.
pub fn describe(lang: Lang, graph: &Graph, id: NodeId) -> String {
    let t = |key: &str| tr(lang, key);
    let node = graph.node(id);
    let channels = |i: usize| graph.shape(node.inputs[i]).c;
    let shape = numbers::shape(node.shape);
    match &node.op {
        Op::Conv2d(conv @ Conv2d { kernel, stride, wiring, dilation, .. }) => {
            let (rows, columns) = conv.taps();
            let input = channels(0);
            let kind = match wiring {
                Wiring::Grouped(1) if *kernel == 1 => t("op-kind-pointwise").to_owned(),
                Wiring::Grouped(1) => t("op-kind-conv").to_owned(),
                Wiring::Grouped(g) if *g == input => t("op-kind-depthwise").to_owned(),
                Wiring::Grouped(g) => format!("{} ({g})", t("op-kind-grouped")),
                Wiring::Listed(_) => t("op-kind-conv").to_owned(),
            };
            let mut text = format!("{kind} {rows}×{columns} · {input} → {} · {shape}", node.shape.c);
            if *stride > 1 {
                text = format!("{text} · {} {stride}", t("stride"));
            }
            if *dilation > 1 {
                text = format!("{text} · {} {dilation}", t("dilation"));
            }
            text
        }
        Op::Linear => format!("{} · {} → {}", t("op-kind-linear"), channels(0), node.shape.c),
        Op::Pool2d(pool) if pool.only_pads() => format!("{} · {shape}", t("op-kind-pad")),
        Op::Pool2d(Pool2d { kind, kernel: [rows, columns], stride, dilation, .. }) => {
            let kind = if *kind == PoolKind::Max { "op-kind-max-pool" } else { "op-kind-average-pool" };
            let gaps = if *dilation == [1, 1] {
                String::new()
            } else {
                format!(" · {} {}", t("dilation"), both(*dilation))
            };
            format!("{} {rows}×{columns} · {} {}{gaps} · {shape}", t(kind), t("stride"), both(*stride))
        }
        Op::Activation(Activation::Relu) => format!("ReLU · {shape}"),
        Op::Activation(Activation::Relu6) => format!("ReLU6 · {shape}"),
        Op::Activation(Activation::Sigmoid) => format!("Sigmoid · {shape}"),
        Op::Activation(Activation::HardSigmoid) => format!("hard-sigmoid · {shape}"),
        Op::Activation(Activation::HardSwish) => format!("hard-swish · {shape}"),
        Op::Activation(Activation::LeakyRelu(slope)) => format!("LeakyReLU {slope:?} · {shape}"),
        Op::Activation(Activation::Elu(scale)) => format!("ELU {scale:?} · {shape}"),
        Op::Activation(Activation::Tanh) => format!("tanh · {shape}"),
        Op::Activation(Activation::Softplus) => format!("softplus · {shape}"),
        Op::Activation(Activation::Log) => format!("ln · {shape}"),
        Op::Activation(Activation::Gelu) => format!("GELU · {shape}"),
        Op::Activation(Activation::GeluTanh) => format!("GELU (tanh) · {shape}"),
        Op::Activation(Activation::Erf) => format!("erf · {shape}"),
        Op::Activation(Activation::Exp) => format!("exp · {shape}"),
        Op::Activation(Activation::Abs) => format!("abs · {shape}"),
        Op::Activation(Activation::Sqrt) => format!("sqrt · {shape}"),
        Op::Activation(Activation::Reciprocal) => format!("1/x · {shape}"),
        Op::Activation(Activation::Softsign) => format!("softsign · {shape}"),
        Op::Activation(Activation::Threshold(limit)) => format!("threshold {limit:?} · {shape}"),
        Op::Activation(Activation::Clip { low, high }) => format!("clip {low:?} .. {high:?} · {shape}"),
        Op::Input => format!("{} · {shape}", t("op-kind-input")),
        Op::BatchNorm { .. } => {
            let part = |i: usize| graph.weight(node.weights[i]);
            let does = |i: usize, neutral: f32| part(i).values.iter().any(|&value| value != neutral);
            let kind = match (does(0, 1.0), does(1, 0.0)) {
                // Without statistics of a file it is no norm.
                _ if part(3).origin != Origin::Made => "op-kind-norm",
                (true, true) => "op-kind-scale-shift",
                (false, true) => "op-kind-shift",
                (_, false) => "op-kind-scale",
            };
            format!("{} · {shape}", t(kind))
        }
        Op::GlobalAveragePool => format!("{} · {shape}", t("op-kind-global-pool")),
        Op::AdaptiveAveragePool { .. } => format!("{} · {shape}", t("op-kind-adaptive-pool")),
        Op::Flatten => format!("{} · {shape}", t("op-kind-flatten")),
        Op::Multiply => format!("{} · {shape}", t("op-kind-multiply")),
        Op::UpsampleNearest { factor, .. } => format!("{} ×{factor} · {shape}", t("op-kind-upsample")),
        Op::Add => format!("{} · {shape}", t("op-kind-add")),
        Op::Concat => format!("{} · {shape}", t("op-kind-concat")),
        Op::SliceChannels { start, len } => {
            format!("{} {start}–{} · {shape}", t("op-kind-slice"), start + len - 1)
        }
        Op::Normalize { over, .. } => {
            let kind = t(norm_key(*over, node.shape.c));
            match over {
                NormOver::Groups(groups) if *groups > 1 && *groups < node.shape.c => {
                    format!("{kind} ({groups}) · {shape}")
                }
                NormOver::Pixel | NormOver::Groups(_) => format!("{kind} · {shape}"),
            }
        }
        Op::LocalResponseNorm(norm) => format!("{} ({}) · {shape}", t("op-kind-response-norm"), norm.size),
        Op::Softmax => format!("{} · {shape}", t("op-kind-softmax")),
        Op::DepthwiseTranspose { kernel, .. } => {
            format!("{} {kernel}×{kernel} · {shape}", t("op-kind-depthwise-transpose"))
        }
        Op::GatherChannels(_) => format!("{} · {shape}", t("op-kind-gather")),
        Op::ScatterAdd { .. } => format!("{} · {shape}", t("op-kind-scatter")),
        Op::Resample(sampling) if sampling.only_moves() => format!("{} · {shape}", t("op-kind-rearrange")),
        Op::Resample(_) => format!("{} · {shape}", t("op-kind-resample")),
        Op::PairSoftmax => format!("{} · {shape}", t("op-kind-pair-softmax")),
        Op::Blend => format!("{} · {shape}", t("op-kind-blend")),
    }
}

/// Key of the name of a norm with the statistics of its input.
pub(super) const fn norm_key(over: NormOver, channels: usize) -> &'static str {
    match over {
        NormOver::Pixel => "op-kind-layer-norm",
        NormOver::Groups(1) => "op-kind-map-norm",
        NormOver::Groups(groups) if groups == channels => "op-kind-instance-norm",
        NormOver::Groups(_) => "op-kind-group-norm",
    }
}
