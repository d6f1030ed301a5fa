//! Captions and tips of the boxes of a diagram.

use crate::figure::describe::norm_key;
use crate::figure::{StudyRun, describe, numbers};
use crate::graph::{Activation, Conv2d, Extent, NodeId, Op, Origin, Pool2d, PoolKind, Wiring};
use crate::tensor::Shape;
use crate::text::{Lang, has, tr, tr_args};
use crate::variants::Output;

/// What stands above a box: the operation, one line each.
pub fn operation(lang: Lang, run: &StudyRun, id: NodeId) -> Vec<String> {
    let t = |key: &str| vec![tr(lang, key).to_owned()];
    let with = |key: &str, args: &[(&'static str, String)]| {
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
        tr_args(lang, key, &args)
    };
    let square = |k: usize| ("kernel", format!("{k}×{k}"));
    let window = |key: &str, Pool2d { kernel: [rows, columns], stride, dilation, .. }: &Pool2d| {
        let mut lines = vec![with(key, &[("kernel", format!("{rows}×{columns}"))])];
        // The stride of a square window is seen in the sides of its maps.
        if stride[0] != stride[1] {
            lines.push(with("diagram-stride", &[("stride", both(*stride))]));
        }
        if *dilation != [1, 1] {
            lines.push(with("diagram-dilation", &[("dilation", both(*dilation))]));
        }
        lines
    };
    let node = run.graph.node(id);
    match &node.op {
        Op::Input => t("op-kind-input"),
        Op::Conv2d(conv) => {
            let input = run.graph.shape(node.inputs[0]).c;
            let key = match &conv.wiring {
                Wiring::Grouped(groups) if *groups == input && *groups > 1 => "diagram-depthwise",
                Wiring::Grouped(_) => "diagram-conv",
                Wiring::Listed(_) if has_centres(conv) => "diagram-mixed",
                Wiring::Listed(listed) if listed.outputs.iter().any(|reads| reads.len() < input) => {
                    "diagram-sparse"
                }
                Wiring::Listed(_) => "diagram-conv",
            };
            let (rows, columns) = conv.taps();
            let mut lines = vec![with(key, &[("kernel", format!("{rows}×{columns}"))])];
            if let Wiring::Grouped(groups @ 2..) = conv.wiring
                && groups < input
            {
                lines.push(with("diagram-groups", &[("groups", groups.to_string())]));
            }
            if conv.stride > 1 {
                lines.push(with("diagram-stride", &[("stride", conv.stride.to_string())]));
            }
            lines
        }
        Op::Linear => t("diagram-linear"),
        Op::BatchNorm { .. } => t("diagram-norm"),
        Op::Activation(Activation::Relu) => vec!["ReLU".into()],
        Op::Activation(Activation::Relu6) => vec!["ReLU6".into()],
        Op::Activation(Activation::Sigmoid) => vec!["Sigmoid".into()],
        Op::Activation(Activation::HardSigmoid) => vec!["hard-sigmoid".into()],
        Op::Activation(Activation::HardSwish) => vec!["hard-swish".into()],
        Op::Activation(Activation::LeakyRelu(slope)) => vec![format!("LeakyReLU {slope:?}")],
        Op::Activation(Activation::Elu(_)) => vec!["ELU".into()],
        Op::Activation(Activation::Tanh) => vec!["tanh".into()],
        Op::Activation(Activation::Softplus) => vec!["softplus".into()],
        Op::Activation(Activation::Log) => vec!["ln".into()],
        Op::Activation(Activation::Gelu) => vec!["GELU".into()],
        Op::Activation(Activation::GeluTanh) => vec!["GELU (tanh)".into()],
        Op::Activation(Activation::Erf) => vec!["erf".into()],
        Op::Activation(Activation::Exp) => vec!["exp".into()],
        Op::Activation(Activation::Abs) => vec!["abs".into()],
        Op::Activation(Activation::Sqrt) => vec!["sqrt".into()],
        Op::Activation(Activation::Reciprocal) => vec!["1/x".into()],
        Op::Activation(Activation::Softsign) => vec!["softsign".into()],
        Op::Activation(Activation::Threshold(limit)) => vec![format!("threshold {limit:?}")],
        Op::Activation(Activation::Clip { low, high }) => vec![format!("clip {low:?} .. {high:?}")],
        Op::Pool2d(pool) if pool.only_pads() => t("op-kind-pad"),
        Op::Pool2d(pool @ Pool2d { kind: PoolKind::Max, .. }) => window("diagram-max-pool", pool),
        Op::Pool2d(pool) => window("diagram-average-pool", pool),
        Op::GlobalAveragePool => t("diagram-global-pool"),
        Op::AdaptiveAveragePool { h, w } => {
            vec![with("diagram-adaptive-pool", &[("size", format!("{h}×{w}"))])]
        }
        Op::Flatten => t("diagram-flatten"),
        Op::Multiply => vec!["×".into()],
        Op::UpsampleNearest { factor, .. } => vec![with("diagram-up", &[("factor", factor.to_string())])],
        Op::Add => vec!["+".into()],
        Op::Concat => t("diagram-concat"),
        Op::SliceChannels { start, len } => {
            let ends = [("first", start.to_string()), ("last", (start + len - 1).to_string())];
            vec![with("diagram-slice", &ends)]
        }
        Op::Normalize { over, .. } => t(norm_key(*over, node.shape.c)),
        Op::LocalResponseNorm(norm) => {
            vec![with("diagram-response-norm", &[("size", norm.size.to_string())])]
        }
        Op::Softmax => t("diagram-softmax"),
        Op::DepthwiseTranspose { kernel, .. } => vec![with("diagram-transpose", &[square(*kernel)])],
        Op::GatherChannels(_) => t("diagram-gather"),
        Op::ScatterAdd { .. } => t("diagram-scatter"),
        Op::Resample(sampling) if sampling.only_moves() => t("diagram-rearrange"),
        Op::Resample(_) => t("diagram-resample"),
        Op::PairSoftmax => t("diagram-gate"),
        Op::Blend => t("diagram-blend"),
    }
}

/// `2`, or `2×1` where rows and columns differ.
pub(in crate::figure) fn both([rows, columns]: [usize; 2]) -> String {
    if rows == columns { rows.to_string() } else { format!("{rows}×{columns}") }
}

/// Whether some kernels are full and some are only their centre tap.
fn has_centres(conv: &Conv2d) -> bool {
    let Wiring::Listed(listed) = &conv.wiring else { return false };
    conv.kernel > 1 && listed.outputs.iter().flatten().any(|kernel| kernel.extent == Extent::Centre)
}

/// `Input`, `Low output`: what the node is to the operator, if it is one of its ends.
pub fn role(lang: Lang, run: &StudyRun, id: NodeId) -> Option<String> {
    let word = |kind: &str, name: &str, plain: &str| {
        let part = name.rsplit('.').next().unwrap_or_default();
        let key = format!("diagram-{kind}-{part}");
        tr(lang, if has(lang, &key) { &key } else { plain }).to_owned()
    };
    if matches!(run.graph.node(id).op, Op::Input) {
        return Some(word("input", run.short_name(id), "op-kind-input"));
    }
    let output = run
        .outputs
        .iter()
        .find(|(_, output)| matches!(output, Output::Map(o) | Output::PerChannel(o) if *o == id));
    output.map(|(name, _)| word("output", name, "output"))
}

/// `32 × 56 × 56`, or where there is little room `32×56²`.
pub fn shape(shape: Shape, short: bool) -> String {
    match shape {
        Shape { c, h, w, .. } if short && h == w && h > 1 => format!("{c}×{h}²"),
        _ if short => numbers::shape(shape).replace(' ', ""),
        _ => numbers::shape(shape),
    }
}

/// Name, operation, shapes, work, where the weights come from, which channel is shown.
pub fn tip(lang: Lang, run: &StudyRun, id: NodeId, channel: usize) -> String {
    let node = run.graph.node(id);
    let say = |key: &str, args: &[(&'static str, String)]| {
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
        tr_args(lang, key, &args)
    };
    let mut lines = vec![run.short_name(id).to_owned(), describe(lang, &run.graph, id)];
    if !node.inputs.is_empty() {
        let inputs: Vec<String> = node.inputs.iter().map(|&i| numbers::shape(run.graph.shape(i))).collect();
        let shapes = [("from", inputs.join(" + ")), ("to", numbers::shape(node.shape))];
        lines.push(say("diagram-shapes", &shapes));
    }
    let cost = &run.cost.nodes[id.index()];
    if cost.macs > 0 {
        let share = cost.macs as f64 / run.cost.total.macs as f64;
        let macs = [("macs", numbers::count(cost.macs)), ("share", numbers::percent(share))];
        lines.push(say("diagram-macs", &macs));
    }
    if cost.params > 0 {
        lines.push(say("diagram-params", &[("params", numbers::count(cost.params))]));
    }
    if let Some(&weight) = node.weights.first() {
        let origin = match run.graph.weight(weight).origin {
            Origin::Trained => "diagram-origin-trained",
            Origin::Derived => "diagram-origin-derived",
            Origin::Fitted => "diagram-origin-fitted",
            Origin::Seeded => "diagram-origin-seeded",
            Origin::Given => "diagram-origin-given",
            Origin::Repeated => "diagram-origin-trained",
            Origin::Made => "diagram-origin-made",
        };
        lines.push(say("diagram-weights", &[("origin", tr(lang, origin).to_owned())]));
    }
    if node.shape.plane() > 1 {
        lines.push(say("diagram-channel-shown", &[("channel", channel.to_string())]));
    }
    lines.join("\n")
}
