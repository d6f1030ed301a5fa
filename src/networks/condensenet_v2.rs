//! CondenseNetV2 (Yang et al. 2021, arXiv:2104.04382): CondenseNet whose new maps refresh the old ones by
//! sparse feature reactivation, with hard swish and squeeze and excitation in the later blocks. After the
//! authors' code.

use super::condensenet::{choice, learned_group};
use super::net::{Excite, Layer, Maps, Net};
use super::{Architecture, Network, Part};
use crate::graph::{Activation, GraphError, NodeId, PoolKind};
use crate::tensor::Shape;
use crate::variants::Geometry;

#[derive(Debug)]
struct CondenseNetV2 {
    /// Layers of each block, and the maps that each of them adds.
    blocks: [(usize, usize); 5],
    /// Groups of all convolutions, condensation and sparsity.
    groups: usize,
    /// Features before the last layer.
    hidden: usize,
}

const fn network(name: &'static str, title: &'static str, architecture: &'static CondenseNetV2) -> Network {
    Network { name, title, input: Shape::new(1, 3, 224, 224), classes: 1000, placements: &[], architecture }
}

/// 2,038,444 parameters.
pub(super) static A: Network = network(
    "condensenet_v2_a",
    "CondenseNetV2-A",
    &CondenseNetV2 { blocks: [(1, 8), (1, 8), (4, 16), (6, 32), (8, 64)], groups: 8, hidden: 828 },
);
/// Groups of 6.
pub(super) static B: Network = network(
    "condensenet_v2_b",
    "CondenseNetV2-B",
    &CondenseNetV2 { blocks: [(2, 6), (4, 12), (6, 24), (8, 48), (6, 96)], groups: 6, hidden: 1024 },
);
/// 6,177,512 parameters.
pub(super) static C: Network = network(
    "condensenet_v2_c",
    "CondenseNetV2-C",
    &CondenseNetV2 { blocks: [(4, 8), (6, 16), (8, 32), (10, 64), (8, 128)], groups: 8, hidden: 1024 },
);

/// From this block on hard swish instead of ReLU, and from the next one on squeeze and excitation.
const HARD_SWISH_FROM: usize = 2;
const EXCITE_FROM: usize = 3;

impl Architecture for CondenseNetV2 {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError> {
        let stem = Layer::new(2 * self.blocks[0].1, 3).stride(2);
        let mut x = net.conv("features.init_conv", Part::Stem, input, stem)?;
        for (stage, (layers, growth)) in self.blocks.into_iter().enumerate() {
            for layer in 0..layers {
                net.at(stage, layer);
                let prefix = format!("features.denseblock_{}.denselayer_{}.", stage + 1, layer + 1);
                x = net.scoped(&prefix, |net| self.dense_layer(net, x, growth, stage))?;
            }
            if stage + 1 < self.blocks.len() {
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
        let x = Maps::plain(net.means("features.pool_last", x)?);
        let x = excite(net, "features.se_last.", x, 16)?;
        let b = net.builder();
        let x = b.linear("fc", x.high, self.hidden)?;
        let x = b.activation("fc_act", x, Activation::HardSwish)?;
        let x = b.linear("classifier", x, classes)?;
        b.softmax("prob", x)
    }
}

impl CondenseNetV2 {
    /// The old maps, refreshed, and the new ones.
    fn dense_layer(
        &self,
        net: &mut Net<'_, '_>,
        x: Maps,
        growth: usize,
        stage: usize,
    ) -> Result<Maps, GraphError> {
        let f = if stage < HARD_SWISH_FROM { Activation::Relu } else { Activation::HardSwish };
        let old = net.shape(x).c;
        let y = net.norm("conv_1.norm", x)?;
        let y = net.activation("conv_1.act", y, f)?;
        let learned = learned_group(self.groups, self.groups, false);
        let y = net.conv_as("conv_1.conv", Part::First, y, Layer::new(4 * growth, 1), learned)?;
        let y = net.norm("conv_2.norm", y)?;
        let y = net.activation("conv_2.act", y, f)?;
        let mut new = net.conv("conv_2.conv", Part::Middle, y, Layer::new(growth, 3).groups(self.groups))?;
        if stage >= EXCITE_FROM {
            new = excite(net, "se.", new, 1)?;
        }
        let a = net.norm("sfr.norm", new)?;
        let a = net.activation("sfr.act", a, f)?;
        let geometry = Geometry::same(growth, old, 1, 1);
        let given = net.choice("sfr", Part::Reactivation, geometry).cloned();
        let sfr = given
            .unwrap_or_else(|| choice("sfr", &[("groups", self.groups), ("sparsity", self.groups)], false));
        let name = net.name("sfr");
        let refresh = net.operator(&name, &sfr, &geometry, 1, false, a)?;
        let refreshed = net.add("refreshed", x, refresh)?;
        net.concat("concat", &[refreshed, new])
    }
}

/// Without biases; the hidden channels are a `reduction`-th, rounded down.
fn excite(net: &mut Net<'_, '_>, prefix: &str, x: Maps, reduction: usize) -> Result<Maps, GraphError> {
    let hidden = net.shape(x).c / reduction;
    net.scoped(prefix, |net| {
        let names = Excite {
            pool: "avg_pool",
            reduce: "fc.0",
            expand: "fc.2",
            scale: "scale",
            hidden,
            bias: false,
            gate: Activation::Sigmoid,
        };
        net.excite(&names, x)
    })
}
