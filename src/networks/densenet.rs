//! DenseNet-121 (Huang et al. 2016, arXiv:1608.06993), with torchvision's names: every layer reads the
//! maps of all earlier ones of its block.

use super::net::{Layer, Maps, Net};
use super::{Architecture, Network, Part, Site};
use crate::graph::{GraphError, NodeId, PoolKind};
use crate::tensor::Shape;
use crate::variants::{Settings, Value};

/// 7,978,856 parameters.
pub(super) static DENSENET121: Network = Network {
    name: "densenet121",
    title: "DenseNet-121",
    input: Shape::new(1, 3, 224, 224),
    classes: 1000,
    placements: &["octave"],
    architecture: &DenseNet,
};

#[derive(Debug)]
struct DenseNet;

/// Layers of each block.
const BLOCKS: [usize; 4] = [6, 12, 24, 16];
/// Maps that each layer adds.
const GROWTH: usize = 32;

impl Architecture for DenseNet {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError> {
        let x = net.scoped("features.", |net| self.features(net, input))?;
        net.classify("avgpool", "classifier", x, classes)
    }

    /// The split starts behind the stem; the last transition and the last block are not split.
    fn place(&self, variant: &str, site: &Site, mut given: Settings) -> Option<Settings> {
        let alpha = given.get("alpha_out").map_or(0.0, Value::as_f64);
        let last = BLOCKS.len() - 1;
        let (alpha_in, alpha_out) = match (variant, site.part, site.stage, site.block) {
            ("octave", Part::First, 0, 0) => (0.0, alpha),
            ("octave", Part::Transition, stage, _) if stage + 1 == last => (alpha, 0.0),
            ("octave", Part::First | Part::Middle | Part::Transition, stage, _) if stage < last => {
                (alpha, alpha)
            }
            _ => return None,
        };
        given.set("alpha_in", Value::Real(alpha_in));
        given.set("alpha_out", Value::Real(alpha_out));
        Some(given)
    }
}

impl DenseNet {
    fn features(&self, net: &mut Net<'_, '_>, input: Maps) -> Result<Maps, GraphError> {
        let x = net.conv("conv0", Part::Stem, input, Layer::new(64, 7).stride(2))?;
        let x = net.norm("norm0", x)?;
        let x = net.relu("relu0", x)?;
        let mut x = net.pool("pool0", x, PoolKind::Max, 3, 2, 1)?;
        for (stage, &layers) in BLOCKS.iter().enumerate() {
            for layer in 0..layers {
                net.at(stage, layer);
                let prefix = format!("denseblock{}.denselayer{}.", stage + 1, layer + 1);
                let new = net.scoped(&prefix, |net| dense_layer(net, x))?;
                x = net.concat(&format!("{prefix}concat"), &[x, new])?;
            }
            if stage + 1 < BLOCKS.len() {
                x = net.scoped(&format!("transition{}.", stage + 1), |net| transition(net, x))?;
            }
        }
        let x = net.norm("norm5", x)?;
        net.relu("relu5", x)
    }
}

fn dense_layer(net: &mut Net<'_, '_>, x: Maps) -> Result<Maps, GraphError> {
    let y = net.norm("norm1", x)?;
    let y = net.relu("relu1", y)?;
    let y = net.conv("conv1", Part::First, y, Layer::new(4 * GROWTH, 1))?;
    let y = net.norm("norm2", y)?;
    let y = net.relu("relu2", y)?;
    net.conv("conv2", Part::Middle, y, Layer::new(GROWTH, 3))
}

/// Half as many maps of half the size.
fn transition(net: &mut Net<'_, '_>, x: Maps) -> Result<Maps, GraphError> {
    let out = net.shape(x).c / 2;
    let y = net.norm("norm", x)?;
    let y = net.relu("relu", y)?;
    let y = net.conv("conv", Part::Transition, y, Layer::new(out, 1))?;
    net.pool("pool", y, PoolKind::Average, 2, 2, 0)
}
