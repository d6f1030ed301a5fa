//! ShuffleNet V2 (Ma et al. 2018, arXiv:1807.11164), with torchvision's names. With sparse feature
//! reactivation in its units of stride 1 it is the SFR-ShuffleNetV2 of arXiv:2104.04382.

use super::net::{Layer, Maps, Net};
use super::{Architecture, Network, Part, Site};
use crate::graph::{GraphError, NodeId, PoolKind};
use crate::tensor::Shape;
use crate::variants::{Geometry, Settings};

/// 1,366,792 parameters.
pub(super) static X0_5: Network =
    network("shufflenet_v2_x0_5", "ShuffleNet V2 0.5", &ShuffleNetV2 { widths: [48, 96, 192] });
/// 2,278,604 parameters.
pub(super) static X1_0: Network =
    network("shufflenet_v2_x1_0", "ShuffleNet V2 1.0", &ShuffleNetV2 { widths: [116, 232, 464] });
/// 3,503,624 parameters.
pub(super) static X1_5: Network =
    network("shufflenet_v2_x1_5", "ShuffleNet V2 1.5", &ShuffleNetV2 { widths: [176, 352, 704] });

const fn network(name: &'static str, title: &'static str, architecture: &'static ShuffleNetV2) -> Network {
    let input = Shape::new(1, 3, 224, 224);
    Network { name, title, input, classes: 1000, placements: &["sfr"], architecture }
}

#[derive(Debug)]
struct ShuffleNetV2 {
    /// Channels of the stages.
    widths: [usize; 3],
}

/// Units of each stage.
const UNITS: [usize; 3] = [4, 8, 4];

impl Architecture for ShuffleNetV2 {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError> {
        let x = net.scoped("conv1.", |net| unit(net, Part::Stem, input, Layer::new(24, 3).stride(2), 0))?;
        let mut x = net.pool("maxpool", x, PoolKind::Max, 3, 2, 1)?;
        for (stage, (&width, units)) in self.widths.iter().zip(UNITS).enumerate() {
            for block in 0..units {
                net.at(stage, block);
                let prefix = format!("stage{}.{block}.", stage + 2);
                x = net.scoped(&prefix, |net| match block {
                    0 => down(net, x, width / 2),
                    _ => same(net, x, width / 2),
                })?;
            }
        }
        let x = net.scoped("conv5.", |net| unit(net, Part::Head, x, Layer::new(1024, 1), 0))?;
        net.classify("mean", "fc", x, classes)
    }

    fn place(&self, variant: &str, site: &Site, given: Settings) -> Option<Settings> {
        (variant == "sfr" && site.part == Part::Reactivation).then_some(given)
    }
}

/// Convolution, norm and ReLU, numbered from `first` on.
fn unit(net: &mut Net<'_, '_>, part: Part, x: Maps, layer: Layer, first: usize) -> Result<Maps, GraphError> {
    let x = net.conv(&first.to_string(), part, x, layer)?;
    let x = net.norm(&(first + 1).to_string(), x)?;
    net.relu(&(first + 2).to_string(), x)
}

/// Pointwise, depthwise, pointwise: the branch that every unit has.
fn branch2(net: &mut Net<'_, '_>, x: Maps, half: usize, stride: usize) -> Result<Maps, GraphError> {
    net.scoped("branch2.", |net| {
        let y = unit(net, Part::Expand, x, Layer::new(half, 1), 0)?;
        let depthwise = Layer::new(half, 3).stride(stride).groups(half);
        let y = net.conv("3", Part::Depthwise, y, depthwise)?;
        let y = net.norm("4", y)?;
        unit(net, Part::Project, y, Layer::new(half, 1), 5)
    })
}

/// A unit that halves the size: both branches read all maps.
fn down(net: &mut Net<'_, '_>, x: Maps, half: usize) -> Result<Maps, GraphError> {
    let channels = net.shape(x).c;
    let left = net.scoped("branch1.", |net| {
        let depthwise = Layer::new(channels, 3).stride(2).groups(channels);
        let y = net.conv("0", Part::Depthwise, x, depthwise)?;
        let y = net.norm("1", y)?;
        unit(net, Part::Project, y, Layer::new(half, 1), 2)
    })?;
    let right = branch2(net, x, half, 2)?;
    shuffled(net, left, right, half)
}

/// A unit that keeps the shape: one half passes by, or is refreshed by the other.
fn same(net: &mut Net<'_, '_>, x: Maps, half: usize) -> Result<Maps, GraphError> {
    let x = Maps::plain(net.joined(&net.name("split"), x)?);
    let (left_name, right_name) = (net.name("left"), net.name("right"));
    let mut left = Maps::plain(net.builder().slice(&left_name, x.high, 0, half)?);
    let right = Maps::plain(net.builder().slice(&right_name, x.high, half, half)?);
    let right = branch2(net, right, half, 1)?;
    let geometry = Geometry::same(half, half, 1, 1);
    if let Some(choice) = net.choice("sfr", Part::Reactivation, geometry) {
        let a = net.norm("sfr.norm", right)?;
        let a = net.relu("sfr.relu", a)?;
        let name = net.name("sfr");
        let y = net.operator(&name, choice, &geometry, 1, false, a)?;
        left = net.add("refreshed", left, y)?;
    }
    shuffled(net, left, right, half)
}

/// Both halves joined, their channels in turn.
fn shuffled(net: &mut Net<'_, '_>, left: Maps, right: Maps, half: usize) -> Result<Maps, GraphError> {
    let joined = net.concat("concat", &[left, right])?;
    let order = (0..half).flat_map(|c| [c as u32, (half + c) as u32]).collect();
    let joined = net.joined(&net.name("shuffle"), joined)?;
    let name = net.name("shuffle");
    net.builder().gather(&name, joined, order).map(Maps::plain)
}
