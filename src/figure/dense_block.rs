//! A dense block of CondenseNetV2, built from this application's own operators with weights from a seed:
//! in every layer learned group convolution, 3x3 group convolution, and SFR that refreshes what came
//! before; then the new maps join the refreshed ones.
//!
//! ```text
//! a = relu(LGC(X))       I -> 4k      outputs in strided groups, so that each 3x3 group sees all of them
//! x = GC3x3(a)           4k -> k
//! X = concat(X + SFR(x), x)           I + k channels
//! ```
//!
//! Source: arXiv 2104.04382; norms are left out, as seeded ones do nothing.

use std::ops::Range;

use super::links::{Link, Links};
use crate::graph::{Activation, Builder, Graph, GraphError, NodeId, Seeded, Wiring};
use crate::tensor::Shape;
use crate::variants::{self, Geometry, Settings, Value};

/// Channels of the stem.
pub const STEM: usize = 32;
/// New maps of each layer.
pub const GROWTH: usize = 16;
/// Width of the 1x1 convolution in front of the 3x3 one, in growths.
const BOTTLENECK: usize = 4;
/// Seed of the weights.
const SEED: u64 = 2021;

/// The graph of a block, and where its sparse convolutions are.
#[derive(Clone, Debug)]
pub struct DenseBlock {
    /// The operations.
    pub graph: Graph,
    /// For each layer its learned group convolution.
    pub reads: Vec<NodeId>,
    /// For each layer its reactivation.
    pub refreshes: Vec<NodeId>,
}

/// Which sparse convolution of a layer is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// SFR: which older maps a layer refreshes.
    Refreshes,
    /// Learned groups: which older maps a layer reads.
    Reads,
}

impl DenseBlock {
    /// A block of `layers` layers with `groups` groups in every convolution, each of which keeps one
    /// connection in `factor`.
    ///
    /// # Errors
    /// If the channels cannot be divided so.
    pub fn new(layers: usize, groups: usize, factor: usize) -> Result<Self, GraphError> {
        let mut source = Seeded(SEED);
        let mut b = Builder::new(&mut source);
        // Connections do not depend on the size of the maps.
        let mut x = b.input("stem", Shape::new(1, STEM, 4, 4))?;
        let (mut reads, mut refreshes) = (Vec::new(), Vec::new());
        for layer in 1..=layers {
            let old = b.shape(x).c;
            let a =
                operator(&mut b, layer, "learned_group", [old, BOTTLENECK * GROWTH], &[x], groups, factor)?;
            reads.push(a);
            let a = b.activation(&format!("layer{layer}/relu"), a, Activation::Relu)?;
            let g = Geometry::same(BOTTLENECK * GROWTH, GROWTH, 3, 1);
            let name = format!("layer{layer}/conv3x3");
            let new = b.conv2d(&name, a, g.conv(Wiring::Grouped(groups)), GROWTH, false)?;
            x = operator(&mut b, layer, "sfr", [GROWTH, old], &[new, x], groups, factor)?;
            let node = b.graph().find(&format!("layer{layer}/sfr/conv"));
            refreshes.extend(node);
        }
        Ok(Self { graph: b.finish(), reads, refreshes })
    }

    /// Channels that came from source `s`: 0 is the stem, then the layers.
    pub const fn channels(source: usize) -> Range<usize> {
        match source {
            0 => 0..STEM,
            s => STEM + (s - 1) * GROWTH..STEM + s * GROWTH,
        }
    }

    /// For each layer and each older channel the sum of the absolute weights that connect them.
    pub fn strengths(&self, part: Part) -> Vec<Vec<f64>> {
        let nodes = if part == Part::Reads { &self.reads } else { &self.refreshes };
        nodes.iter().map(|&id| self.strength(id, part)).collect()
    }

    fn strength(&self, id: NodeId, part: Part) -> Vec<f64> {
        let Some(links) = Links::of(&self.graph, id) else { return Vec::new() };
        let weight = &self.graph.weight(self.graph.node(id).weights[0]).values;
        let old = if part == Part::Reads { links.inputs } else { links.outputs };
        let mut sums = vec![0.0; old];
        for o in 0..links.outputs {
            for i in (0..links.inputs).filter(|&i| links.link(o, i) != Link::None) {
                let channel = if part == Part::Reads { i } else { o };
                sums[channel] += f64::from(weight[o * links.inputs + i].abs());
            }
        }
        sums
    }
}

/// One operator of a layer in its masked form, which has all weights in their places.
fn operator(
    b: &mut Builder<'_>,
    layer: usize,
    name: &'static str,
    [inputs, outputs]: [usize; 2],
    x: &[NodeId],
    groups: usize,
    factor: usize,
) -> Result<NodeId, GraphError> {
    let operator = variants::find(name).expect("both are in the list");
    let g = Geometry::same(inputs, outputs, 1, 1);
    let mut settings = Settings::default();
    let share = if name == "sfr" { "sparsity" } else { "condensation" };
    settings.set("groups", Value::Integer(groups as i64));
    settings.set(share, Value::Integer(factor as i64));
    let settings = settings.clamped(operator, &g);
    let outputs = b.scoped(&format!("layer{layer}/{name}/"), |b| operator.lower(&g, &settings, x, b))?;
    Ok(outputs[0].1.node())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Op;

    #[test]
    fn a_block_grows_and_keeps_its_shares() {
        let block = DenseBlock::new(5, 4, 8).unwrap();
        assert_eq!((block.reads.len(), block.refreshes.len()), (5, 5));
        let (_, last) = block.graph.outputs()[0];
        assert_eq!(block.graph.shape(last).c, STEM + 5 * GROWTH);
        assert!(matches!(block.graph.node(last).op, Op::Concat));
        for layer in 0..5 {
            let old = STEM + layer * GROWTH;
            let lgc = Links::of(&block.graph, block.reads[layer]).unwrap();
            assert_eq!((lgc.inputs, lgc.outputs, lgc.connections()), (old, 64, old * 64 / 8));
            let sfr = Links::of(&block.graph, block.refreshes[layer]).unwrap();
            assert_eq!((sfr.inputs, sfr.outputs, sfr.connections()), (16, old, old * 16 / 8));
            assert_eq!(DenseBlock::channels(layer).end, old);
        }
    }

    #[test]
    fn strengths_are_sums_of_the_weights_that_are_left() {
        let block = DenseBlock::new(3, 2, 4).unwrap();
        for part in [Part::Reads, Part::Refreshes] {
            let strengths = block.strengths(part);
            assert_eq!(strengths.iter().map(Vec::len).collect::<Vec<_>>(), [32, 48, 64]);
            let id = if part == Part::Reads { block.reads[1] } else { block.refreshes[1] };
            let links = Links::of(&block.graph, id).unwrap();
            let weight = &block.graph.weight(block.graph.node(id).weights[0]).values;
            let mut all = 0.0;
            for o in 0..links.outputs {
                for i in links.inputs_of(o) {
                    all += f64::from(weight[o * links.inputs + i].abs());
                }
            }
            assert!((strengths[1].iter().sum::<f64>() - all).abs() < 1e-9);
        }
    }
}
