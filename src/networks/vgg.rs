//! VGG-16 (Simonyan and Zisserman 2014, arXiv:1409.1556), for ImageNet with torchvision's names, and the
//! form for CIFAR-10 that the papers of HetConv and SPConv measure: batch norm behind every convolution,
//! a bias in the first one only, and a head of two small fully connected layers.

use super::net::{EPS, Layer, Maps, Net};
use super::{Architecture, Network, Part};
use crate::graph::{Activation, GraphError, NodeId, PoolKind};
use crate::tensor::Shape;

/// 138,357,544 parameters.
pub(super) static VGG16: Network = Network {
    name: "vgg16",
    title: "VGG-16",
    input: Shape::new(1, 3, 224, 224),
    classes: 1000,
    placements: &["hetconv", "spconv"],
    architecture: &Vgg { cifar: false },
};

/// 14,987,786 parameters.
pub(super) static VGG16_CIFAR: Network = Network {
    name: "vgg16_cifar",
    title: "VGG-16 (CIFAR-10)",
    input: Shape::new(1, 3, 32, 32),
    classes: 10,
    placements: &["hetconv", "spconv", "group_pointwise", "depthwise_separable"],
    architecture: &Vgg { cifar: true },
};

#[derive(Debug)]
struct Vgg {
    cifar: bool,
}

/// Output channels of the convolutions of each stage; a 2x2 maximum follows each.
const STAGES: [&[usize]; 5] = [&[64, 64], &[128, 128], &[256; 3], &[512; 3], &[512; 3]];

impl Architecture for Vgg {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError> {
        let (mut x, mut number) = (input, 0);
        for (stage, widths) in STAGES.iter().enumerate() {
            for (block, &width) in widths.iter().enumerate() {
                net.at(stage, block);
                let part = if number == 0 { Part::Stem } else { Part::First };
                let mut layer = Layer::new(width, 3);
                if number == 0 || !self.cifar {
                    layer = layer.biased();
                }
                x = net.conv(&format!("features.{number}"), part, x, layer)?;
                if self.cifar {
                    number += 1;
                    x = net.norm(&format!("features.{number}"), x)?;
                }
                x = net.relu(&format!("features.{}", number + 1), x)?;
                number += 2;
            }
            x = net.pool(&format!("features.{number}"), x, PoolKind::Max, 2, 2, 0)?;
            number += 1;
        }
        let x = net.joined("head", x)?;
        let b = net.builder();
        if self.cifar {
            let x = b.flatten("flatten", x)?;
            let x = b.linear("classifier.0", x, 512)?;
            let x = b.batch_norm("classifier.1", x, EPS)?;
            let x = b.activation("classifier.2", x, Activation::Relu)?;
            let x = b.linear("classifier.3", x, classes)?;
            return b.softmax("prob", x);
        }
        let x = b.adaptive_average_pool("avgpool", x, 7, 7)?;
        let x = b.flatten("flatten", x)?;
        let x = b.linear("classifier.0", x, 4096)?;
        let x = b.activation("classifier.1", x, Activation::Relu)?;
        let x = b.linear("classifier.3", x, 4096)?;
        let x = b.activation("classifier.4", x, Activation::Relu)?;
        let x = b.linear("classifier.6", x, classes)?;
        b.softmax("prob", x)
    }
}
