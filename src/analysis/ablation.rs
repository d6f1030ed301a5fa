//! Ablation: a network in which channels of one value are zero, their mean, or stand-ins made of their twins.
//!
//! The change is a part of the graph, so every executor runs it: behind the value a gather puts the twin in the
//! place of a channel, and a batch norm with mean 0, variance 1 and `eps` 0 scales each channel and adds an
//! offset. Channels that are not ablated go through both exactly as they are. What removing the channels would
//! save is counted apart ([`saving`]): the added operations are the means of an experiment, not part of a
//! smaller network.

mod saving;

pub use saving::{Saving, saving};

use std::collections::BTreeMap;
use std::sync::Arc;

use super::redundancy::{Measure, Pair};
use crate::graph::{Builder, Graph, GraphError, NodeId, Origin, Weight, WeightSource};
use crate::tensor::HostTensor;

/// What stands in the place of a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StandIn {
    /// Zeros.
    Zero,
    /// One value everywhere: the channel's mean on the photo.
    Mean(f32),
    /// `scale * x[twin] + offset`.
    Twin {
        /// The channel that takes the place.
        twin: usize,
        /// Factor.
        scale: f32,
        /// Summand.
        offset: f32,
    },
}

impl StandIn {
    /// The mean of a channel of the first map of a batch.
    pub fn mean(maps: &HostTensor, channel: usize) -> Self {
        Self::Mean(mean(maps.channel(0, channel)) as f32)
    }

    /// The twin of a channel with the scale, and under Pearson the offset, that bring it nearest in the sense
    /// of least squares on these maps. A duplicate gets exactly 1 and 0.
    pub fn twin(maps: &HostTensor, pair: Pair, measure: Measure) -> Self {
        let (y, x) = (maps.channel(0, pair.a), maps.channel(0, pair.b));
        let (my, mx) = match measure {
            Measure::Cosine => (0.0, 0.0),
            Measure::Pearson => (mean(y), mean(x)),
        };
        let product = |a: &[f32], ma: f64, b: &[f32], mb: f64| -> f64 {
            a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - ma) * (f64::from(b) - mb)).sum()
        };
        let (xy, xx) = (product(x, mx, y, my), product(x, mx, x, mx));
        let scale = if xx > 0.0 { xy / xx } else { 0.0 };
        Self::Twin { twin: pair.b, scale: scale as f32, offset: (my - scale * mx) as f32 }
    }
}

fn mean(values: &[f32]) -> f64 {
    values.iter().map(|&v| f64::from(v)).sum::<f64>() / values.len().max(1) as f64
}

/// A network with channels ablated.
#[derive(Clone, Debug)]
pub struct Ablated {
    /// The changed network.
    pub graph: Graph,
    /// The changed value in the network as it was.
    pub node: NodeId,
    /// The value that its readers read now.
    pub ablated: NodeId,
    /// For each node of the old network the one with the same meaning in the new one; the changed value
    /// itself stays as it was.
    pub node_of: Vec<NodeId>,
    /// Nodes of the new network, with those of the old one, that cannot have changed.
    pub unchanged: Vec<(NodeId, NodeId)>,
}

/// Puts stand-ins in the place of channels of `id`, for everyone who reads it and where it is a result.
///
/// # Errors
/// If the network could not be built again, as where a node has the name of an added one.
///
/// # Panics
/// If a channel is not one of the value: the caller made a mistake, not the user.
pub fn ablate(
    graph: &Graph,
    id: NodeId,
    stand_ins: &BTreeMap<usize, StandIn>,
) -> Result<Ablated, GraphError> {
    let node = graph.node(id);
    let mut change = Change::none(node.shape.c);
    stand_ins.iter().for_each(|(&channel, stand_in)| change.put(channel, *stand_in));
    let prefix = format!("{}/ablated/", node.name);
    let mut source = change.clone();
    let mut b = Builder::new(&mut source);
    let mut node_of = Vec::with_capacity(graph.nodes().len());
    // Of the readers' side: the changed value in the place of the old one.
    let mut read_as: Vec<NodeId> = Vec::with_capacity(graph.nodes().len());
    let mut changed = vec![false; graph.nodes().len()];
    let mut ablated = id;
    for (old, node) in graph.iter() {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|i| read_as[i.index()]).collect();
        let new = b.copy(graph, node, &inputs)?;
        node_of.push(new);
        read_as.push(new);
        changed[old.index()] = node.inputs.iter().any(|&i| i == id || changed[i.index()]);
        if old == id {
            ablated = b.scoped(&prefix, |b| change.lower(new, b))?;
            read_as[old.index()] = ablated;
        }
    }
    for (name, output) in graph.outputs() {
        b.output(name, read_as[output.index()]);
    }
    let same = (0..changed.len()).filter(|&i| !changed[i]);
    let unchanged = same.map(|i| (node_of[i], NodeId::from_index(i))).collect();
    Ok(Ablated { graph: b.finish(), node: id, ablated, node_of, unchanged })
}

/// `y[c] = scale[c] * x[order[c]] + offset[c]`.
#[derive(Clone, Debug)]
struct Change {
    order: Vec<u32>,
    scale: Vec<f32>,
    offset: Vec<f32>,
}

impl Change {
    fn none(channels: usize) -> Self {
        Self {
            order: (0..channels as u32).collect(),
            scale: vec![1.0; channels],
            offset: vec![0.0; channels],
        }
    }

    fn put(&mut self, channel: usize, stand_in: StandIn) {
        let (from, scale, offset) = match stand_in {
            StandIn::Zero => (channel, 0.0, 0.0),
            StandIn::Mean(mean) => (channel, 0.0, mean),
            StandIn::Twin { twin, scale, offset } => (twin, scale, offset),
        };
        self.order[channel] = from as u32;
        self.scale[channel] = scale;
        self.offset[channel] = offset;
    }

    /// Only the operations that change anything.
    fn lower(&self, mut x: NodeId, b: &mut Builder<'_>) -> Result<NodeId, GraphError> {
        if self.order.iter().enumerate().any(|(c, &from)| from as usize != c) {
            x = b.gather("twins", x, self.order.clone())?;
        }
        if self.scale.iter().any(|&s| s != 1.0) || self.offset.iter().any(|&o| o != 0.0) {
            x = b.batch_norm("values", x, 0.0)?;
        }
        Ok(x)
    }
}

impl WeightSource for Change {
    fn take(&mut self, name: &str, dims: &[usize], _: bool) -> Result<Option<Weight>, GraphError> {
        let values = match name.rsplit('.').next() {
            Some("weight") => self.scale.clone(),
            Some("bias") => self.offset.clone(),
            Some("running_mean") => vec![0.0; self.scale.len()],
            _ => vec![1.0; self.scale.len()],
        };
        let values = Arc::new(values);
        Ok(Some(Weight { name: name.to_owned(), dims: dims.to_vec(), values, origin: Origin::Derived }))
    }
}

#[cfg(test)]
mod tests;
