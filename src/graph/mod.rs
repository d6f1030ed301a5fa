//! What an operation is: one graph of checked operations that cost, picture and every executor
//! read. A graph is made by the [`Builder`] only, which infers and checks every shape at once.

mod builder;
mod op;
mod pool;
mod sampling;
mod shape;
mod weight;
mod wiring;

pub use builder::Builder;
pub use op::{Activation, Conv2d, NormOver, Number, Op, Padding, ResponseNorm};
pub use pool::{Pool2d, PoolAxis, PoolKind};
pub use sampling::{Sampling, Tap, Taps};
pub use weight::{Blank, Origin, Seeded, Weight, WeightSource};
pub use wiring::{Extent, Kernel2d, ListedWiring, Wiring};

use crate::tensor::Shape;

/// A node, and the one value it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// The node at a place in [`Graph::nodes`].
    pub(crate) const fn from_index(index: usize) -> Self {
        Self(index as u32)
    }

    /// Place of the node in [`Graph::nodes`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A weight tensor of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WeightId(pub(super) u32);

impl WeightId {
    /// Place of the weight in [`Graph::weights`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One operation with its operands.
#[derive(Clone, Debug)]
pub struct Node {
    /// Unique name, such as `fire2/expand3x3`.
    pub name: String,
    /// What it does.
    pub op: Op,
    /// The values it reads, each an earlier node.
    pub inputs: Vec<NodeId>,
    /// The weights it reads, in the order that [`Op`] names them.
    pub weights: Vec<WeightId>,
    /// Shape of the value it gives.
    pub shape: Shape,
}

/// Nodes in execution order, weights, and what goes in and out.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    weights: Vec<Weight>,
    inputs: Vec<NodeId>,
    outputs: Vec<(String, NodeId)>,
}

impl Graph {
    /// All nodes; each reads only earlier ones.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Every node with its id, in execution order.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(i, node)| (NodeId(i as u32), node))
    }

    /// One node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The shape of a value.
    pub fn shape(&self, id: NodeId) -> Shape {
        self.nodes[id.index()].shape
    }

    /// The node of this name.
    pub fn find(&self, name: &str) -> Option<NodeId> {
        self.iter().find(|(_, node)| node.name == name).map(|(id, _)| id)
    }

    /// All weights.
    pub fn weights(&self) -> &[Weight] {
        &self.weights
    }

    /// One weight.
    pub fn weight(&self, id: WeightId) -> &Weight {
        &self.weights[id.index()]
    }

    /// The weight of this full name.
    pub fn weight_named(&self, name: &str) -> Option<WeightId> {
        self.weights.iter().position(|w| w.name == name).map(|i| WeightId(i as u32))
    }

    /// Gives a weight other values; name and sides stay.
    ///
    /// # Panics
    /// If the number of values is another one: the caller made a mistake, not the user.
    pub fn set_weight(&mut self, id: WeightId, values: Vec<f32>, origin: Origin) {
        let weight = &mut self.weights[id.index()];
        *weight =
            Weight::new(std::mem::take(&mut weight.name), std::mem::take(&mut weight.dims), values, origin);
    }

    /// The [`Op::Input`] nodes, in the order in which values are given to executors.
    pub fn inputs(&self) -> &[NodeId] {
        &self.inputs
    }

    /// The named results.
    pub fn outputs(&self) -> &[(String, NodeId)] {
        &self.outputs
    }
}

/// Why a graph could not be built. Every message names the node.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GraphError {
    /// An operation cannot be applied to these shapes.
    #[error("{node}: {reason}")]
    Node {
        /// Name of the node.
        node: String,
        /// What does not fit, with the numbers.
        reason: String,
    },
    /// A weight is missing or has another shape.
    #[error("tensor '{tensor}': expected shape {expected}, found {found}")]
    Weight {
        /// Full name of the tensor.
        tensor: String,
        /// `[20, 12, 3, 3]`.
        expected: String,
        /// `[20, 12, 5, 5]`, or `no tensor of this name`.
        found: String,
    },
}
