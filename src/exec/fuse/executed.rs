//! What steps execute, as numbers: the other side of the formulas in [`crate::cost`].

use std::collections::HashSet;
use std::ops::AddAssign;

use super::{StepInfo, Work};
use crate::exec::conv_work::ConvWork;
use crate::graph::{Graph, NodeId, Op};

/// Bytes of one `f32`.
const VALUE: u64 = 4;

/// What is executed, summed over steps. Bytes count each map and weight that a step reads once, and each
/// map that it writes; what a cache saves or a kernel reads again is not known here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Executed {
    /// Multiply-adds, zeros of the border included: fewer than those of the nodes where convolutions
    /// were joined.
    pub macs: u64,
    /// Bytes of weights.
    pub weight_bytes: u64,
    /// Bytes of maps read.
    pub bytes_read: u64,
    /// Bytes of maps written.
    pub bytes_written: u64,
    /// Dispatches; on the CPU passes over the threads.
    pub dispatches: u64,
}

impl Executed {
    /// All bytes.
    pub const fn bytes(&self) -> u64 {
        self.weight_bytes + self.bytes_read + self.bytes_written
    }
}

impl AddAssign for Executed {
    fn add_assign(&mut self, other: Self) {
        self.macs += other.macs;
        self.weight_bytes += other.weight_bytes;
        self.bytes_read += other.bytes_read;
        self.bytes_written += other.bytes_written;
        self.dispatches += other.dispatches;
    }
}

/// The steps that do work of any of these nodes.
pub fn steps_of(steps: &[StepInfo], nodes: &[NodeId]) -> Vec<usize> {
    let does = |step: &StepInfo| step.nodes.iter().any(|id| nodes.contains(id));
    steps.iter().enumerate().filter(|(_, step)| does(step)).map(|(i, _)| i).collect()
}

impl Work {
    /// What the step executes.
    pub(super) fn executed(&self, graph: &Graph) -> Executed {
        let plane = |view: &super::View| (view.shape.n * view.channels.len() * view.shape.plane()) as u64;
        let mut executed = match self {
            Self::Conv(work) => of_conv(work),
            Self::Gate { a, b, y, weight } => Executed {
                bytes_read: (plane(a) + plane(b)) * VALUE,
                bytes_written: (plane(y) + plane(weight)) * VALUE,
                ..Executed::default()
            },
            Self::Copy { from, to } => Executed {
                bytes_read: plane(from) * VALUE,
                bytes_written: plane(to) * VALUE,
                ..Executed::default()
            },
            Self::Node { node, .. } => of_node(graph, *node),
        };
        executed.dispatches = 1;
        executed
    }
}

fn of_conv(work: &ConvWork) -> Executed {
    let mut read = HashSet::new();
    // What is made on the way is not read from memory.
    let reader = work.made.as_deref().unwrap_or(work);
    for tap in reader.groups.iter().flat_map(|g| &g.taps) {
        read.insert((reader.sources[tap.source as usize].buffer, tap.input));
    }
    let plane =
        |buffer: usize| reader.sources.iter().find(|s| s.buffer == buffer).map_or(0, |s| s.shape.plane());
    let mut values: usize = read.iter().map(|&(buffer, _)| plane(buffer)).sum();
    values += work.residual.as_ref().map_or(0, |r| r.view.channels.len() * r.view.shape.plane());
    Executed {
        macs: work.macs(),
        weight_bytes: work.weights() * VALUE,
        bytes_read: (work.shape.n * values) as u64 * VALUE,
        bytes_written: (work.shape.elements() + work.gate.as_ref().map_or(0, |w| w.shape.elements())) as u64
            * VALUE,
        dispatches: 1,
    }
}

fn of_node(graph: &Graph, id: NodeId) -> Executed {
    let node = graph.node(id);
    let values = node.shape.elements() as u64;
    let weights: usize = node.weights.iter().map(|&w| graph.weight(w).values.len()).sum();
    let read: usize = node.inputs.iter().map(|&x| graph.shape(x).elements()).sum();
    Executed {
        macs: match &node.op {
            Op::Linear => values * graph.shape(node.inputs[0]).c as u64,
            Op::DepthwiseTranspose { .. } => values,
            _ => 0,
        },
        weight_bytes: weights as u64 * VALUE,
        bytes_read: read as u64 * VALUE,
        bytes_written: values * VALUE,
        dispatches: 1,
    }
}
