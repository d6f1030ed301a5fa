//! MobileNet V1 (Howard et al. 2017, arXiv:1704.04861): a depthwise and a pointwise convolution in turn.

use super::net::{Layer, Maps, Net};
use super::{Architecture, Network, Part, Site};
use crate::graph::{GraphError, NodeId};
use crate::tensor::Shape;
use crate::variants::{Geometry, Settings, Value};

/// 4,231,976 parameters.
pub(super) static MOBILENET_V1: Network =
    network("mobilenet_v1", "MobileNet V1", &MobileNetV1 { quarters: 4 });
/// 2,585,560 parameters.
pub(super) static MOBILENET_V1_075: Network =
    network("mobilenet_v1_x0_75", "MobileNet V1 0.75", &MobileNetV1 { quarters: 3 });

const fn network(name: &'static str, title: &'static str, architecture: &'static MobileNetV1) -> Network {
    let input = Shape::new(1, 3, 224, 224);
    Network { name, title, input, classes: 1000, placements: &["octave", "hetconv"], architecture }
}

#[derive(Debug)]
struct MobileNetV1 {
    /// Width of every layer, in quarters of the full one.
    quarters: usize,
}

/// Stride and output channels of the pairs.
const PAIRS: [(usize, usize); 13] = [
    (1, 64),
    (2, 128),
    (1, 128),
    (2, 256),
    (1, 256),
    (2, 512),
    (1, 512),
    (1, 512),
    (1, 512),
    (1, 512),
    (1, 512),
    (2, 1024),
    (1, 1024),
];

/// The last pair that reads split maps in the octave network; its pointwise convolution joins them.
const LAST_SPLIT: usize = 10;

impl Architecture for MobileNetV1 {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError> {
        let width = |channels: usize| channels * self.quarters / 4;
        let x = net.conv("conv1", Part::Stem, input, Layer::new(width(32), 3).stride(2))?;
        let x = net.norm("bn1", x)?;
        let mut x = net.relu("relu1", x)?;
        for (block, (stride, out)) in PAIRS.into_iter().enumerate() {
            net.at(0, block);
            x = net.scoped(&format!("blocks.{block}."), |net| pair(net, x, stride, width(out)))?;
        }
        net.classify("avgpool", "fc", x, classes)
    }

    /// Octave (the authors' code): depthwise ratios `0`, ten times `a`, `0, 0`, pointwise ratios ten times
    /// `a`, then `0`. HetConv (answer of its authors): each pair becomes one layer.
    fn place(&self, variant: &str, site: &Site, mut given: Settings) -> Option<Settings> {
        match variant {
            "hetconv" if site.part == Part::Pair => Some(super::placement::hetconv(site, given)),
            "octave" => {
                let alpha = given.get("alpha_out").map_or(0.0, Value::as_f64);
                let (alpha_in, alpha_out) = match (site.part, site.block) {
                    (Part::Project, 0) => (0.0, alpha),
                    (Part::Project | Part::Depthwise, 1..LAST_SPLIT) => (alpha, alpha),
                    (Part::Depthwise, LAST_SPLIT) => (alpha, alpha),
                    (Part::Project, LAST_SPLIT) => (alpha, 0.0),
                    // An octave layer without low channels: it pools before it convolves.
                    (Part::Depthwise, LAST_SPLIT..) if site.geometry.stride > 1 => (0.0, 0.0),
                    _ => return None,
                };
                given.set("alpha_in", Value::Real(alpha_in));
                given.set("alpha_out", Value::Real(alpha_out));
                Some(given)
            }
            _ => None,
        }
    }
}

/// A depthwise and a pointwise convolution, or the one operator that stands for both.
fn pair(net: &mut Net<'_, '_>, x: Maps, stride: usize, out: usize) -> Result<Maps, GraphError> {
    let channels = net.shape(x).c;
    let geometry = Geometry::same(channels, out, 3, stride);
    if let Some(choice) = net.choice("pair", Part::Pair, geometry) {
        let name = net.name("pair");
        let y = net.operator(&name, choice, &geometry, 1, false, x)?;
        let y = net.norm("bn", y)?;
        return net.relu("relu", y);
    }
    let depthwise = Layer::new(channels, 3).stride(stride).groups(channels);
    let y = net.conv("depthwise", Part::Depthwise, x, depthwise)?;
    let y = net.norm("bn1", y)?;
    let y = net.relu("relu1", y)?;
    let y = net.conv("pointwise", Part::Project, y, Layer::new(out, 1))?;
    let y = net.norm("bn2", y)?;
    net.relu("relu2", y)
}
