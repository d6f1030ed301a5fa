//! What a node does, in words.

use super::numbers;
use crate::graph::{Activation, Conv2d, Graph, NodeId, Op, Pool2d, PoolKind, Wiring};
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
        Op::Pool2d(Pool2d { kind, kernel, stride, .. }) => {
            let kind = if *kind == PoolKind::Max { "op-kind-max-pool" } else { "op-kind-average-pool" };
            format!("{} {kernel}×{kernel} · {} {stride} · {shape}", t(kind), t("stride"))
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
        Op::Activation(Activation::Clip { low, high }) => format!("clip {low:?} .. {high:?} · {shape}"),
        Op::Input => format!("{} · {shape}", t("op-kind-input")),
        Op::BatchNorm { .. } => format!("{} · {shape}", t("op-kind-norm")),
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
        Op::Softmax => format!("{} · {shape}", t("op-kind-softmax")),
        Op::DepthwiseTranspose { kernel, .. } => {
            format!("{} {kernel}×{kernel} · {shape}", t("op-kind-depthwise-transpose"))
        }
        Op::GatherChannels(_) => format!("{} · {shape}", t("op-kind-gather")),
        Op::ScatterAdd { .. } => format!("{} · {shape}", t("op-kind-scatter")),
        Op::PairSoftmax => format!("{} · {shape}", t("op-kind-pair-softmax")),
        Op::Blend => format!("{} · {shape}", t("op-kind-blend")),
    }
}
