//! Prepared nodes, kept from plan to plan: a network with one layer swapped packs and uploads the
//! weights of that layer only.

use std::sync::{Arc, Weak};

use super::conv::ConvAlgorithm;
use super::plan::Step;
use crate::graph::{Graph, Node, Op};
use crate::tensor::Shape;

/// Prepared variants kept per set of weights: other input sizes, other kernels.
const VARIANTS: usize = 3;

/// Everything that the prepared form of a node depends on.
#[derive(Debug)]
struct Key {
    op: Op,
    x: Shape,
    y: Shape,
    conv: ConvAlgorithm,
    /// The values of the weights. A weak pointer keeps their address from being used again.
    weights: Vec<Weak<Vec<f32>>>,
}

impl Key {
    fn new(graph: &Graph, node: &Node, conv: ConvAlgorithm) -> Self {
        Self {
            op: node.op.clone(),
            x: input_shape(graph, node),
            y: node.shape,
            conv,
            weights: node.weights.iter().map(|&w| Arc::downgrade(&graph.weight(w).values)).collect(),
        }
    }

    fn same_weights(&self, graph: &Graph, node: &Node) -> bool {
        let addresses = node.weights.iter().map(|&w| Arc::as_ptr(&graph.weight(w).values));
        self.weights.iter().map(Weak::as_ptr).eq(addresses)
    }
}

fn input_shape(graph: &Graph, node: &Node) -> Shape {
    node.inputs.first().map_or(node.shape, |&x| graph.shape(x))
}

/// Prepared nodes with weights, oldest first.
#[derive(Debug, Default)]
pub(super) struct StepCache(Vec<(Key, Arc<Vec<Step>>)>);

impl StepCache {
    /// The prepared form of a node, if it is kept.
    pub(super) fn get(&self, graph: &Graph, node: &Node, conv: ConvAlgorithm) -> Option<Arc<Vec<Step>>> {
        let fits = |key: &Key| {
            key.same_weights(graph, node)
                && (key.y, key.conv) == (node.shape, conv)
                && key.x == input_shape(graph, node)
                && key.op == node.op
        };
        self.0.iter().find(|(key, _)| fits(key)).map(|(_, steps)| Arc::clone(steps))
    }

    /// Keeps the prepared form of a node. What belongs to weights that no graph holds any more goes.
    pub(super) fn keep(&mut self, graph: &Graph, node: &Node, conv: ConvAlgorithm, steps: &Arc<Vec<Step>>) {
        if node.weights.is_empty() {
            return;
        }
        self.0.retain(|(key, _)| key.weights.iter().all(|w| w.strong_count() > 0));
        let same = || self.0.iter().enumerate().filter(|(_, (key, _))| key.same_weights(graph, node));
        if same().count() >= VARIANTS
            && let Some((oldest, _)) = same().next()
        {
            self.0.remove(oldest);
        }
        self.0.push((Key::new(graph, node, conv), Arc::clone(steps)));
    }
}
