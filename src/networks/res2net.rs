//! Res2Net (Gao et al. 2019, arXiv:1904.01169): the 3x3 of a bottleneck is a chain over parts of the
//! channels.
//!
//! The mean that stands for the last part in the first block of a stage leaves the border out; the
//! published code counts its zeros.

use super::net::{Layer, Maps, Net};
use super::{Architecture, Network, Part};
use crate::graph::{GraphError, NodeId, PoolKind};
use crate::tensor::Shape;

#[derive(Debug)]
struct Res2Net {
    blocks: [usize; 4],
    /// Channels of a part for each 64 of the width, and number of parts.
    base: usize,
    parts: usize,
}

const fn network(name: &'static str, title: &'static str, architecture: &'static Res2Net) -> Network {
    Network { name, title, input: Shape::new(1, 3, 224, 224), classes: 1000, placements: &[], architecture }
}

const fn fifty(base: usize, parts: usize) -> Res2Net {
    Res2Net { blocks: [3, 4, 6, 3], base, parts }
}

/// Those of the authors' table.
pub(super) static ALL: [Network; 6] = [
    network("res2net50_26w_4s", "Res2Net-50 26w x 4s", &fifty(26, 4)),
    network("res2net50_48w_2s", "Res2Net-50 48w x 2s", &fifty(48, 2)),
    network("res2net50_14w_8s", "Res2Net-50 14w x 8s", &fifty(14, 8)),
    network("res2net50_26w_6s", "Res2Net-50 26w x 6s", &fifty(26, 6)),
    network("res2net50_26w_8s", "Res2Net-50 26w x 8s", &fifty(26, 8)),
    network("res2net101_26w_4s", "Res2Net-101 26w x 4s", &Res2Net { blocks: [3, 4, 23, 3], ..fifty(26, 4) }),
];

impl Architecture for Res2Net {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError> {
        let x = net.conv("conv1", Part::Stem, input, Layer::new(64, 7).stride(2))?;
        let x = net.norm("bn1", x)?;
        let x = net.relu("relu", x)?;
        let mut x = net.pool("maxpool", x, PoolKind::Max, 3, 2, 1)?;
        for (stage, &blocks) in self.blocks.iter().enumerate() {
            for block in 0..blocks {
                net.at(stage, block);
                let prefix = format!("layer{}.{block}.", stage + 1);
                x = net.scoped(&prefix, |net| self.block(net, x, stage, block == 0))?;
            }
        }
        net.classify("avgpool", "fc", x, classes)
    }
}

impl Res2Net {
    fn block(&self, net: &mut Net<'_, '_>, x: Maps, stage: usize, first: bool) -> Result<Maps, GraphError> {
        let planes = 64 << stage;
        let (part, stride) = (planes * self.base / 64, if first && stage > 0 { 2 } else { 1 });
        let y = net.conv("conv1", Part::First, x, Layer::new(part * self.parts, 1))?;
        let y = net.norm("bn1", y)?;
        let y = net.relu("relu1", y)?;
        let y = net.joined(&net.name("split"), y)?;
        let mut done: Vec<Maps> = Vec::new();
        for i in 0..self.parts {
            let name = net.name(&format!("part{i}"));
            let mut chunk = Maps::plain(net.builder().slice(&name, y, i * part, part)?);
            if i + 1 == self.parts {
                if first {
                    chunk = net.pool("pool", chunk, PoolKind::Average, 3, stride, 1)?;
                }
            } else {
                // Within a stage each part reads the one before it too.
                if let Some(&earlier) = done.last().filter(|_| !first) {
                    chunk = net.add(&format!("sum{i}"), chunk, earlier)?;
                }
                chunk =
                    net.conv(&format!("convs.{i}"), Part::Middle, chunk, Layer::new(part, 3).stride(stride))?;
                chunk = net.norm(&format!("bns.{i}"), chunk)?;
                chunk = net.relu(&format!("relus.{i}"), chunk)?;
            }
            done.push(chunk);
        }
        let y = net.concat("concat", &done)?;
        let y = net.conv("conv3", Part::Last, y, Layer::new(4 * planes, 1))?;
        let y = net.norm("bn3", y)?;
        let mut shortcut = x;
        if first {
            let projection = Layer::new(4 * planes, 1).stride(stride);
            shortcut = net.conv("downsample.0", Part::Shortcut, shortcut, projection)?;
            shortcut = net.norm("downsample.1", shortcut)?;
        }
        let y = net.add("add", y, shortcut)?;
        net.relu("relu", y)
    }
}
