//! CondenseNet (Huang et al. 2017, arXiv:1711.09224): dense connections across all blocks, learned group
//! convolutions, growth that doubles from block to block. Names are those of the authors' code.

use super::net::{Layer, Maps, Net};
use super::placement::Choice;
use super::{Architecture, Network, Part};
use crate::graph::{GraphError, NodeId, PoolKind};
use crate::tensor::Shape;
use crate::variants::{Settings, Value, find};

#[derive(Debug)]
struct CondenseNet {
    /// Layers of each block.
    layers: &'static [usize],
    /// Maps that each layer of the first block adds; each block doubles them.
    growth: usize,
    /// Groups, and condensation, of both convolutions of a layer.
    groups: usize,
    /// Stride of the stem.
    stride: usize,
    /// As it is deployed: index layers and group convolutions, and half of the inputs of the last layer.
    converted: bool,
}

const IMAGENET: CondenseNet =
    CondenseNet { layers: &[4, 6, 8, 10, 8], growth: 8, groups: 4, stride: 2, converted: false };

const fn cifar(layers: &'static [usize], growth: usize) -> CondenseNet {
    CondenseNet { layers, growth, groups: 4, stride: 1, converted: false }
}

const fn small(name: &'static str, title: &'static str, architecture: &'static CondenseNet) -> Network {
    Network { name, title, input: Shape::new(1, 3, 32, 32), classes: 10, placements: &[], architecture }
}

const fn large(name: &'static str, title: &'static str, architecture: &'static CondenseNet) -> Network {
    Network { name, title, input: Shape::new(1, 3, 224, 224), classes: 1000, placements: &[], architecture }
}

/// 6 N + 2 layers, of which N in each of three blocks.
pub(super) static CIFAR: [Network; 7] = [
    small("condensenet50_cifar", "CondenseNet-50 (CIFAR-10)", &cifar(&[8; 3], 8)),
    small("condensenet74_cifar", "CondenseNet-74 (CIFAR-10)", &cifar(&[12; 3], 8)),
    small("condensenet86_cifar", "CondenseNet-86 (CIFAR-10)", &cifar(&[14; 3], 8)),
    small("condensenet98_cifar", "CondenseNet-98 (CIFAR-10)", &cifar(&[16; 3], 8)),
    small("condensenet110_cifar", "CondenseNet-110 (CIFAR-10)", &cifar(&[18; 3], 8)),
    small("condensenet122_cifar", "CondenseNet-122 (CIFAR-10)", &cifar(&[20; 3], 8)),
    small("condensenet182_cifar", "CondenseNet-182 (CIFAR-10)", &cifar(&[30; 3], 12)),
];
/// C = G = 4.
pub(super) static C4: Network = large("condensenet74_c4", "CondenseNet-74, C = G = 4", &IMAGENET);
/// C = G = 8.
pub(super) static C8: Network =
    large("condensenet74_c8", "CondenseNet-74, C = G = 8", &CondenseNet { groups: 8, ..IMAGENET });
/// C = G = 4, as it is deployed.
pub(super) static C4_CONVERTED: Network = large(
    "condensenet74_c4_converted",
    "CondenseNet-74, C = G = 4, converted",
    &CondenseNet { converted: true, ..IMAGENET },
);
/// C = G = 8, as it is deployed.
pub(super) static C8_CONVERTED: Network = large(
    "condensenet74_c8_converted",
    "CondenseNet-74, C = G = 8, converted",
    &CondenseNet { groups: 8, converted: true, ..IMAGENET },
);

impl Architecture for CondenseNet {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError> {
        let stem = Layer::new(2 * self.growth, 3).stride(self.stride);
        let mut x = net.conv("features.init_conv", Part::Stem, input, stem)?;
        for (stage, &layers) in self.layers.iter().enumerate() {
            for layer in 0..layers {
                net.at(stage, layer);
                let prefix = format!("features.denseblock_{}.denselayer_{}.", stage + 1, layer + 1);
                let new = net.scoped(&prefix, |net| self.dense_layer(net, x, self.growth << stage))?;
                x = net.concat(&format!("{prefix}concat"), &[x, new])?;
            }
            if stage + 1 < self.layers.len() {
                x = net.pool(
                    &format!("features.transition_{}.pool", stage + 1),
                    x,
                    PoolKind::Average,
                    2,
                    2,
                    0,
                )?;
            }
        }
        let x = net.norm("features.norm_last", x)?;
        let x = net.relu("features.relu_last", x)?;
        let mut x = net.means("features.pool_last", x)?;
        let b = net.builder();
        if self.converted {
            // Which half stays is chosen by the trained weights; here it is the first.
            let half = b.shape(x).c / 2;
            x = b.gather("classifier.index", x, (0..half as u32).collect())?;
        }
        let x = b.linear("classifier", x, classes)?;
        b.softmax("prob", x)
    }
}

impl CondenseNet {
    fn dense_layer(&self, net: &mut Net<'_, '_>, x: Maps, growth: usize) -> Result<Maps, GraphError> {
        let y = net.norm("conv_1.norm", x)?;
        let y = net.relu("conv_1.relu", y)?;
        let learned = learned_group(self.groups, self.groups, self.converted);
        let y = net.conv_as("conv_1.conv", Part::First, y, Layer::new(4 * growth, 1), learned)?;
        let y = net.norm("conv_2.norm", y)?;
        let y = net.relu("conv_2.relu", y)?;
        net.conv("conv_2.conv", Part::Middle, y, Layer::new(growth, 3).groups(self.groups))
    }
}

/// A learned group convolution, as it is trained or as it is deployed.
pub(super) fn learned_group(groups: usize, condensation: usize, converted: bool) -> Choice {
    choice("learned_group", &[("groups", groups), ("condensation", condensation)], converted)
}

/// A pruned 1x1 convolution with whole-number settings.
pub(super) fn choice(name: &str, integers: &[(&str, usize)], converted: bool) -> Choice {
    let variant = find(name).expect("the operator is listed");
    let mut settings = Settings::default();
    integers.iter().for_each(|(name, value)| settings.set(name, Value::Integer(*value as i64)));
    let form = if converted { "converted" } else { "masked" };
    settings.set("form", Value::Choice(form.to_owned()));
    Choice { variant, settings }
}
