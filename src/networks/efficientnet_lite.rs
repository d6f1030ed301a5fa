//! EfficientNet-Lite0 (the TensorFlow team's variant of EfficientNet, Tan and Le 2019,
//! arXiv:1905.11946, without squeeze-and-excitation and with ReLU6). Node names are the tensor
//! names of the published weights, `_blocks.3._depthwise_conv`.

use super::{Fixed, Network};
use crate::graph::{Activation, Builder, Conv2d, GraphError, NodeId, Padding, Wiring};
use crate::tensor::Shape;

/// 4,652,008 parameters; input RGB, 224 x 224.
pub(super) static EFFICIENTNET_LITE0: Network = Network {
    name: "efficientnet_lite0",
    title: "EfficientNet-Lite0",
    input: Shape::new(1, 3, 224, 224),
    classes: 1000,
    placements: &[],
    architecture: &Fixed(build),
};

/// The epsilon of every batch norm.
const EPS: f32 = 1e-3;

/// Blocks of one size: how many, kernel, stride of the first, expansion, output channels.
struct Stage {
    repeat: usize,
    kernel: usize,
    stride: usize,
    expand: usize,
    out: usize,
}

const fn stage(repeat: usize, kernel: usize, stride: usize, expand: usize, out: usize) -> Stage {
    Stage { repeat, kernel, stride, expand, out }
}

const STAGES: [Stage; 7] = [
    stage(1, 3, 1, 1, 16),
    stage(2, 3, 2, 6, 24),
    stage(2, 5, 2, 6, 40),
    stage(3, 3, 2, 6, 80),
    stage(3, 5, 1, 6, 112),
    stage(4, 5, 2, 6, 192),
    stage(1, 3, 1, 6, 320),
];

fn build(b: &mut Builder<'_>, x: NodeId) -> Result<NodeId, GraphError> {
    let x = conv(b, "_conv_stem", x, 32, 3, 2, 1)?;
    let x = b.batch_norm("_bn0", x, EPS)?;
    let mut x = b.activation("_relu0", x, Activation::Relu6)?;
    let mut number = 0;
    for stage in &STAGES {
        for i in 0..stage.repeat {
            let stride = if i == 0 { stage.stride } else { 1 };
            x = b.scoped(&format!("_blocks.{number}."), |b| block(b, x, stage, stride))?;
            number += 1;
        }
    }
    let x = conv(b, "_conv_head", x, 1280, 1, 1, 1)?;
    let x = b.batch_norm("_bn1", x, EPS)?;
    let x = b.activation("_relu1", x, Activation::Relu6)?;
    let x = b.global_average_pool("_avg_pool", x)?;
    let x = b.linear("_fc", x, EFFICIENTNET_LITE0.classes)?;
    b.softmax("prob", x)
}

/// MBConv: expand by a pointwise convolution, filter depthwise, project by a pointwise one without
/// activation; the input is added where its shape is kept.
fn block(b: &mut Builder<'_>, x: NodeId, stage: &Stage, stride: usize) -> Result<NodeId, GraphError> {
    let channels = b.shape(x).c;
    let inner = channels * stage.expand;
    let mut y = x;
    if stage.expand != 1 {
        y = conv(b, "_expand_conv", y, inner, 1, 1, 1)?;
        y = b.batch_norm("_bn0", y, EPS)?;
        y = b.activation("_relu0", y, Activation::Relu6)?;
    }
    y = conv(b, "_depthwise_conv", y, inner, stage.kernel, stride, inner)?;
    y = b.batch_norm("_bn1", y, EPS)?;
    y = b.activation("_relu1", y, Activation::Relu6)?;
    y = conv(b, "_project_conv", y, stage.out, 1, 1, 1)?;
    y = b.batch_norm("_bn2", y, EPS)?;
    if stride == 1 && channels == stage.out { b.add("_add", x, y) } else { Ok(y) }
}

/// A convolution without bias and with TensorFlow's "same" padding: a batch norm follows.
fn conv(
    b: &mut Builder<'_>,
    name: &str,
    x: NodeId,
    out_channels: usize,
    kernel: usize,
    stride: usize,
    groups: usize,
) -> Result<NodeId, GraphError> {
    let shape = b.shape(x);
    let padding = Padding::tensorflow_same(kernel, stride, shape.h, shape.w);
    let conv = Conv2d { kernel, stride, padding, dilation: 1, wiring: Wiring::Grouped(groups) };
    b.conv2d(name, x, conv, out_channels, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Blank, Op};

    #[test]
    fn sixteen_blocks_nine_of_them_residual() {
        let graph = EFFICIENTNET_LITE0.build(&mut Blank, EFFICIENTNET_LITE0.input).unwrap();
        assert_eq!(graph.nodes().iter().filter(|n| n.op == Op::Add).count(), 9);
        let shape = |name| graph.shape(graph.find(name).unwrap());
        assert_eq!(shape("_conv_stem"), Shape::new(1, 32, 112, 112));
        assert_eq!(shape("_blocks.15._project_conv"), Shape::new(1, 320, 7, 7));
        assert!(graph.find("_blocks.16._project_conv").is_none());
        let Op::Conv2d(stem) = &graph.node(graph.find("_conv_stem").unwrap()).op else { panic!() };
        assert_eq!(stem.padding, Padding { top: 0, bottom: 1, left: 0, right: 1 });
    }
}
