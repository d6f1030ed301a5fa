//! MobileNet V2 (Sandler et al. 2018, arXiv:1801.04381), with torchvision's names.

use super::net::{Layer, Maps, Net};
use super::{Architecture, Network, Part};
use crate::graph::{Activation, GraphError, NodeId};
use crate::tensor::Shape;

/// 3,504,872 parameters.
pub(super) static MOBILENET_V2: Network = Network {
    name: "mobilenet_v2",
    title: "MobileNet V2",
    input: Shape::new(1, 3, 224, 224),
    classes: 1000,
    placements: &[],
    architecture: &MobileNetV2,
};

#[derive(Debug)]
struct MobileNetV2;

/// Expansion, output channels, blocks, stride of the first.
const STAGES: [(usize, usize, usize, usize); 7] = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
];

impl Architecture for MobileNetV2 {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError> {
        let mut x = unit(net, "features.0.", Part::Stem, input, Layer::new(32, 3).stride(2))?;
        let mut number = 1;
        for (stage, &(expand, out, blocks, stride)) in STAGES.iter().enumerate() {
            for block in 0..blocks {
                net.at(stage, block);
                let stride = if block == 0 { stride } else { 1 };
                x =
                    net.scoped(&format!("features.{number}."), |net| residual(net, x, expand, out, stride))?;
                number += 1;
            }
        }
        let x = unit(net, "features.18.", Part::Head, x, Layer::new(1280, 1))?;
        net.classify("avgpool", "classifier.1", x, classes)
    }
}

/// Convolution, norm and ReLU6, numbered 0, 1, 2.
fn unit(net: &mut Net<'_, '_>, prefix: &str, part: Part, x: Maps, layer: Layer) -> Result<Maps, GraphError> {
    net.scoped(prefix, |net| {
        let x = net.conv("0", part, x, layer)?;
        let x = net.norm("1", x)?;
        net.activation("2", x, Activation::Relu6)
    })
}

/// Expand by a 1x1 convolution, filter depthwise, project without activation; the input is added where
/// its shape is kept.
fn residual(
    net: &mut Net<'_, '_>,
    x: Maps,
    expand: usize,
    out: usize,
    stride: usize,
) -> Result<Maps, GraphError> {
    let channels = net.shape(x).c;
    let inner = channels * expand;
    let (mut y, mut number) = (x, 0);
    if expand > 1 {
        y = unit(net, "conv.0.", Part::Expand, y, Layer::new(inner, 1))?;
        number = 1;
    }
    let depthwise = Layer::new(inner, 3).stride(stride).groups(inner);
    y = unit(net, &format!("conv.{number}."), Part::Depthwise, y, depthwise)?;
    y = net.conv(&format!("conv.{}", number + 1), Part::Project, y, Layer::new(out, 1))?;
    y = net.norm(&format!("conv.{}", number + 2), y)?;
    if stride == 1 && channels == out { net.add("add", x, y) } else { Ok(y) }
}
