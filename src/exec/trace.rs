//! What a run leaves behind: every value, and the time of every node.

use crate::graph::NodeId;
use crate::tensor::{HostTensor, Shape};

/// How a time was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeMethod {
    /// The host's clock before and after the node.
    HostClock,
    /// The device's own timestamps at the start and the end of the node's passes.
    TimestampQuery,
    /// Not taken: the device has no timestamps and waiting after each node would change the time.
    None,
}

/// The time of one node in one run, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeTime {
    /// Nanoseconds; 0 for nodes that do nothing.
    pub ns: u64,
}

/// A value where its executor left it. Cloning shares it.
#[derive(Clone, Debug)]
pub enum Value {
    /// In host memory.
    Host(HostTensor),
    /// In a buffer of a wgpu device: `f32`, row-major NCHW, no gaps.
    Device {
        /// Shape of the value.
        shape: Shape,
        /// `shape.elements() * 4` bytes or more, usable as a storage buffer and a copy source.
        buffer: wgpu::Buffer,
    },
}

impl Value {
    /// The value's shape.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Host(t) => t.shape(),
            Self::Device { shape, .. } => *shape,
        }
    }
}

/// Everything one run computed.
#[derive(Clone, Debug)]
pub struct Trace {
    /// One value per node of the graph, in its order.
    pub values: Vec<Value>,
    /// One time per node, in the same order; empty if `method` is [`TimeMethod::None`].
    pub times: Vec<NodeTime>,
    /// How the times were taken.
    pub method: TimeMethod,
    /// Nanoseconds from the first node to the last, by the host's clock after synchronisation.
    pub total_ns: u64,
    /// Name of the device that ran it.
    pub device: String,
}

impl Trace {
    /// The value of a node.
    pub fn value(&self, id: NodeId) -> &Value {
        &self.values[id.index()]
    }
}

/// What a run of fused steps leaves behind: results and the time of every step.
#[derive(Clone, Debug)]
pub struct FusedTrace {
    /// One value per output of the graph, in its order.
    pub outputs: Vec<HostTensor>,
    /// Nanoseconds of each step; empty where the device cannot tell.
    pub times: Vec<u64>,
    /// Nanoseconds from the first step to the last, by the host's clock after synchronisation.
    pub total_ns: u64,
    /// Name of the device that ran it.
    pub device: String,
}
