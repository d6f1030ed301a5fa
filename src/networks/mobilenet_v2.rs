//! MobileNet V2 (Sandler et al. 2018, arXiv:1801.04381), with torchvision's names.

use super::net::{Layer, Maps, Net};
use super::{Architecture, Network, Part, Site};
use crate::graph::{Activation, GraphError, NodeId};
use crate::tensor::Shape;
use crate::variants::{Settings, Value};

/// 3,504,872 parameters.
pub(super) static MOBILENET_V2: Network = Network {
    placements: &[],
    ..network("mobilenet_v2", "MobileNet V2", &MobileNetV2 { eighths: 8, expand_first: false })
};
/// The network that the authors of OctConv start from: its first block has a 1x1 convolution too.
/// 3,505,960 parameters.
pub(super) static MOBILENET_V2_OCT: Network = network(
    "mobilenet_v2_oct",
    "MobileNet V2 (OctConv repository)",
    &MobileNetV2 { eighths: 8, expand_first: true },
);
/// 4,243,006 parameters.
pub(super) static MOBILENET_V2_OCT_1125: Network = network(
    "mobilenet_v2_oct_x1_125",
    "MobileNet V2 1.125 (OctConv repository)",
    &MobileNetV2 { eighths: 9, expand_first: true },
);

const fn network(name: &'static str, title: &'static str, architecture: &'static MobileNetV2) -> Network {
    let input = Shape::new(1, 3, 224, 224);
    Network { name, title, input, classes: 1000, placements: &["octave"], architecture }
}

#[derive(Debug)]
struct MobileNetV2 {
    /// Width of every layer, in eighths of the full one.
    eighths: usize,
    /// Whether the first block expands, though to as many channels as it reads.
    expand_first: bool,
}

/// Stages, of thirteen blocks together, that are split in the octave network.
const SPLIT_STAGES: usize = 5;

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
        let width = |channels: usize| channels * self.eighths / 8;
        let mut x = unit(net, "features.0.", Part::Stem, input, Layer::new(width(32), 3).stride(2))?;
        let mut number = 1;
        for (stage, &(expand, out, blocks, stride)) in STAGES.iter().enumerate() {
            for block in 0..blocks {
                net.at(stage, block);
                let stride = if block == 0 { stride } else { 1 };
                x = net.scoped(&format!("features.{number}."), |net| {
                    residual(net, x, (expand > 1 || self.expand_first).then_some(expand), width(out), stride)
                })?;
                number += 1;
            }
        }
        let x = unit(net, "features.18.", Part::Head, x, Layer::new(width(1280), 1))?;
        net.classify("avgpool", "classifier.1", x, classes)
    }

    /// Only the channels inside the blocks are split, in the first thirteen blocks (the
    /// authors' code).
    fn place(&self, variant: &str, site: &Site, mut given: Settings) -> Option<Settings> {
        if variant != "octave" {
            return None;
        }
        let alpha = given.get("alpha_out").map_or(0.0, Value::as_f64);
        let (alpha_in, alpha_out) = match site.part {
            // An octave layer without low channels: it pools before it convolves.
            Part::Depthwise if site.stage >= SPLIT_STAGES && site.geometry.stride > 1 => (0.0, 0.0),
            _ if site.stage >= SPLIT_STAGES => return None,
            Part::Expand => (0.0, alpha),
            Part::Depthwise => (alpha, alpha),
            Part::Project => (alpha, 0.0),
            _ => return None,
        };
        given.set("alpha_in", Value::Real(alpha_in));
        given.set("alpha_out", Value::Real(alpha_out));
        Some(given)
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
    expand: Option<usize>,
    out: usize,
    stride: usize,
) -> Result<Maps, GraphError> {
    let channels = net.shape(x).c;
    let inner = channels * expand.unwrap_or(1);
    let (mut y, mut number) = (x, 0);
    if expand.is_some() {
        y = unit(net, "conv.0.", Part::Expand, y, Layer::new(inner, 1))?;
        number = 1;
    }
    let depthwise = Layer::new(inner, 3).stride(stride).groups(inner);
    y = unit(net, &format!("conv.{number}."), Part::Depthwise, y, depthwise)?;
    y = net.conv(&format!("conv.{}", number + 1), Part::Project, y, Layer::new(out, 1))?;
    y = net.norm(&format!("conv.{}", number + 2), y)?;
    if stride == 1 && channels == out { net.add("add", x, y) } else { Ok(y) }
}
