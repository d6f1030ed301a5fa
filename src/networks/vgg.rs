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
    architecture: &Vgg { cifar: false, biased: true, beside: None },
};

/// 14,987,786 parameters.
pub(super) static VGG16_CIFAR: Network = cifar(
    "vgg16_cifar",
    "VGG-16 (CIFAR-10)",
    &["hetconv", "spconv", "group_pointwise", "depthwise_separable"],
    &CIFAR,
);

/// The same with a bias in every convolution: what Approximate-HetConv calls P = 1. 14,991,946 parameters.
pub(super) static VGG16_CIFAR_BIASED: Network =
    cifar("vgg16_cifar_biased", "VGG-16 (CIFAR-10), all biases", &[], &Vgg { biased: true, ..CIFAR });

/// A 3x3 convolution in P groups beside a full 1x1 one in place of all layers but the first: what the
/// published code of HetConv runs, without its mask (Approximate-HetConv). With P = 1 it is the "baseline"
/// of SPConv's table.
pub(super) static VGG16_CIFAR_BESIDE: [Network; 7] = [
    beside(
        "vgg16_cifar_beside_p1",
        "VGG-16 (CIFAR-10), 3x3 in 1 group beside 1x1",
        &Vgg { beside: Some(1), ..CIFAR },
    ),
    beside(
        "vgg16_cifar_beside_p2",
        "VGG-16 (CIFAR-10), 3x3 in 2 groups beside 1x1",
        &Vgg { beside: Some(2), ..CIFAR },
    ),
    beside(
        "vgg16_cifar_beside_p4",
        "VGG-16 (CIFAR-10), 3x3 in 4 groups beside 1x1",
        &Vgg { beside: Some(4), ..CIFAR },
    ),
    beside(
        "vgg16_cifar_beside_p8",
        "VGG-16 (CIFAR-10), 3x3 in 8 groups beside 1x1",
        &Vgg { beside: Some(8), ..CIFAR },
    ),
    beside(
        "vgg16_cifar_beside_p16",
        "VGG-16 (CIFAR-10), 3x3 in 16 groups beside 1x1",
        &Vgg { beside: Some(16), ..CIFAR },
    ),
    beside(
        "vgg16_cifar_beside_p32",
        "VGG-16 (CIFAR-10), 3x3 in 32 groups beside 1x1",
        &Vgg { beside: Some(32), ..CIFAR },
    ),
    beside(
        "vgg16_cifar_beside_p64",
        "VGG-16 (CIFAR-10), 3x3 in 64 groups beside 1x1",
        &Vgg { beside: Some(64), ..CIFAR },
    ),
];

const CIFAR: Vgg = Vgg { cifar: true, biased: false, beside: None };

const fn cifar(
    name: &'static str,
    title: &'static str,
    placements: &'static [&'static str],
    architecture: &'static Vgg,
) -> Network {
    Network { name, title, input: Shape::new(1, 3, 32, 32), classes: 10, placements, architecture }
}

const fn beside(name: &'static str, title: &'static str, architecture: &'static Vgg) -> Network {
    cifar(name, title, &[], architecture)
}

#[derive(Debug)]
struct Vgg {
    cifar: bool,
    /// Whether all convolutions have a bias, not only the first.
    biased: bool,
    /// Groups of the 3x3 convolution that stands beside a 1x1 one.
    beside: Option<usize>,
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
                if number == 0 || self.biased {
                    layer = layer.biased();
                }
                let name = format!("features.{number}");
                x = match self.beside {
                    Some(groups) if number > 0 => {
                        let group = net.conv(&format!("{name}.group"), part, x, layer.groups(groups))?;
                        let pointwise = Layer::new(width, 1);
                        let pointwise = net.conv(&format!("{name}.pointwise"), Part::Middle, x, pointwise)?;
                        net.add(&format!("{name}.sum"), group, pointwise)?
                    }
                    _ => net.conv(&name, part, x, layer)?,
                };
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
