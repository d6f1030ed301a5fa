//! AlexNet in its one-column form (Krizhevsky 2014, arXiv:1404.5997). Names are those of torchvision's
//! weights.

use super::net::{Layer, Maps, Net};
use super::{Architecture, Network, Part};
use crate::graph::{Activation, GraphError, NodeId, PoolKind};
use crate::tensor::Shape;

/// 61,100,840 parameters.
pub(super) static ALEXNET: Network = Network {
    name: "alexnet",
    title: "AlexNet",
    input: Shape::new(1, 3, 224, 224),
    classes: 1000,
    placements: &[],
    architecture: &AlexNet,
};

#[derive(Debug)]
struct AlexNet;

/// Number of the layer, output channels, kernel, whether a pool follows.
const LAYERS: [(usize, usize, usize, bool); 4] =
    [(3, 192, 5, true), (6, 384, 3, false), (8, 256, 3, false), (10, 256, 3, true)];

impl Architecture for AlexNet {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError> {
        let stem = Layer::new(64, 11).stride(4).padding(2).biased();
        let x = net.conv("features.0", Part::Stem, input, stem)?;
        let x = net.relu("features.1", x)?;
        let mut x = net.pool("features.2", x, PoolKind::Max, 3, 2, 0)?;
        for (number, out, kernel, pooled) in LAYERS {
            let layer = Layer::new(out, kernel).biased();
            x = net.conv(&format!("features.{number}"), Part::First, x, layer)?;
            x = net.relu(&format!("features.{}", number + 1), x)?;
            if pooled {
                x = net.pool(&format!("features.{}", number + 2), x, PoolKind::Max, 3, 2, 0)?;
            }
        }
        let x = net.joined("avgpool", x)?;
        let b = net.builder();
        let x = b.adaptive_average_pool("avgpool", x, 6, 6)?;
        let x = b.flatten("flatten", x)?;
        let x = b.linear("classifier.1", x, 4096)?;
        let x = b.activation("classifier.2", x, Activation::Relu)?;
        let x = b.linear("classifier.4", x, 4096)?;
        let x = b.activation("classifier.5", x, Activation::Relu)?;
        let x = b.linear("classifier.6", x, classes)?;
        b.softmax("prob", x)
    }
}
