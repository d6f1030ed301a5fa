//! The parts of an octave convolution, found in its graph.

use super::behind::channels_behind;
use super::{StudyRun, kit};
use crate::graph::{NodeId, Op};

/// A resolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Full height and width.
    High,
    /// Half of both.
    Low,
}

impl Level {
    /// Key of its one-letter name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::High => "octave-high",
            Self::Low => "octave-low",
        }
    }
}

/// One of the four convolutions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    /// What it reads.
    pub from: Level,
    /// What it adds to.
    pub to: Level,
    /// The convolution.
    pub conv: NodeId,
    /// Its value in the sum: behind the upsampling where there is one.
    pub added: NodeId,
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Weights without bias.
    pub weights: u64,
    /// Multiply-adds.
    pub macs: u64,
}

impl Path {
    /// Whether it stays at its resolution.
    pub fn is_within(&self) -> bool {
        self.from == self.to
    }
}

/// The operator.
#[derive(Clone, Debug)]
pub(super) struct Octave {
    /// The paths that exist: high to high first, then those that cross, then low to low.
    pub paths: Vec<Path>,
    /// What the high part reads, before any pooling.
    pub high_in: NodeId,
    /// What the low part reads.
    pub low_in: Option<NodeId>,
    /// The high result.
    pub high_out: NodeId,
    /// The low result.
    pub low_out: Option<NodeId>,
}

impl Octave {
    /// The parts of this run; `None` if it is another operator.
    pub fn of(run: &StudyRun) -> Option<Self> {
        let named = [
            ("high_to_high", Level::High, Level::High),
            ("high_to_low", Level::High, Level::Low),
            ("low_to_high", Level::Low, Level::High),
            ("low_to_low", Level::Low, Level::Low),
        ];
        let graph = &run.graph;
        let paths = named.into_iter().filter_map(|(name, from, to)| {
            let conv = run.node(name)?;
            let node = graph.node(conv);
            let weights = graph.weight(*node.weights.first()?).values.len() as u64;
            let added = run.node(&format!("{name}_up")).unwrap_or(conv);
            let (inputs, outputs) = (graph.shape(node.inputs[0]).c, node.shape.c);
            Some(Path { from, to, conv, added, inputs, outputs, weights, macs: run.macs(conv) })
        });
        let paths: Vec<Path> = paths.collect();
        let first = |from| paths.iter().find(|p| p.from == from).map(|p| graph.node(p.conv).inputs[0]);
        // Stride 2 pools what it reads.
        let unpooled = |id: NodeId| match graph.node(id).op {
            Op::Pool2d(_) if run.short_name(id) == "high_pooled" => graph.node(id).inputs[0],
            _ => id,
        };
        Some(Self {
            high_in: unpooled(first(Level::High)?),
            low_in: first(Level::Low),
            high_out: run.node("high_sum").or_else(|| run.node("high_to_high"))?,
            low_out: run.node("low_sum").or_else(|| run.node("high_to_low")),
            paths,
        })
    }

    /// The path between these resolutions.
    pub fn path(&self, from: Level, to: Level) -> Option<&Path> {
        self.paths.iter().find(|p| p.from == from && p.to == to)
    }

    /// The channels of the high and the low result that the chosen output channel stands for: itself in
    /// the part it belongs to, the same number in the other.
    pub fn channels(&self, run: &StudyRun, chosen: usize) -> (usize, Option<usize>) {
        let chosen = chosen % run.graph.shape(run.output()).c;
        let behind = channels_behind(&run.graph, run.output(), chosen);
        let high = kit::channel_at(run, &behind, self.high_out, chosen);
        (high, self.low_out.map(|low| kit::channel_at(run, &behind, low, chosen)))
    }
}

impl StudyRun {
    /// Multiply-adds of a node.
    pub(super) fn macs(&self, id: NodeId) -> u64 {
        self.cost.nodes[id.index()].macs
    }

    /// What share a number of multiply-adds has of the standard convolution's.
    pub(super) fn share(&self, macs: u64) -> f64 {
        macs as f64 / self.standard.macs.max(1) as f64
    }
}
