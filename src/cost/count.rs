//! Counting rules. Kinds of work stand in separate columns, so that any published convention can
//! be rebuilt from them; none of them is added to another here.

use std::ops::AddAssign;

use crate::graph::{Graph, Node, NodeId, Op, Pool2d, PoolAxis};
use crate::tensor::Shape;

/// Bytes of one `f32`.
const VALUE: u64 = 4;

/// What one node, or a whole graph, costs. All counts are for the graph's batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct NodeCost {
    /// Multiply-adds of convolutions and fully connected layers, without bias. Zeros of the border
    /// count like other values; taps that the wiring does not have do not.
    pub macs: u64,
    /// Additions of a bias or of two maps: one per output value; of a scatter: one per
    /// value added; of a blend: three per value.
    pub additions: u64,
    /// Products of two maps: one per output value.
    pub products: u64,
    /// Activations, softmax and the softmax of a pair: one per value.
    pub activations: u64,
    /// Batch norm: two per value (a scale and an offset, with the statistics folded into them). Norm with
    /// the statistics of its input: five (the sum, the difference, its square, their sum, the quotient).
    /// Local response norm: three (a square, a power, a quotient), and one per value under the window.
    pub norm: u64,
    /// Pooling: one per pixel read, window by window; pixels outside the map are not read.
    pub pooling: u64,
    /// Upsampling: one per output value.
    pub resampling: u64,
    /// Concatenation, slicing and gathering: one per value copied.
    pub copies: u64,
    /// Trainable parameters: weights of taps that exist, biases, weight and bias of norms.
    pub params: u64,
    /// All values a file of these weights holds: parameters, running statistics, and the zeros
    /// stored for taps that do not exist.
    pub stored_values: u64,
    /// Bytes of weights read: parameters and running statistics as `f32`.
    pub weight_bytes: u64,
    /// Bytes of maps read, each input once, as `f32`.
    pub activation_bytes_read: u64,
    /// Bytes of the map written, as `f32`. The graph's inputs are given, not written.
    pub activation_bytes_written: u64,
}

impl AddAssign for NodeCost {
    /// Adds column by column. A sum beyond 64 bits stays at the largest number.
    fn add_assign(&mut self, other: Self) {
        let columns = [
            (&mut self.macs, other.macs),
            (&mut self.additions, other.additions),
            (&mut self.products, other.products),
            (&mut self.activations, other.activations),
            (&mut self.norm, other.norm),
            (&mut self.pooling, other.pooling),
            (&mut self.resampling, other.resampling),
            (&mut self.copies, other.copies),
            (&mut self.params, other.params),
            (&mut self.stored_values, other.stored_values),
            (&mut self.weight_bytes, other.weight_bytes),
            (&mut self.activation_bytes_read, other.activation_bytes_read),
            (&mut self.activation_bytes_written, other.activation_bytes_written),
        ];
        for (sum, more) in columns {
            *sum = sum.saturating_add(more);
        }
    }
}

/// What a graph costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Cost {
    /// One per node of the graph, in its order.
    pub nodes: Vec<NodeCost>,
    /// Their sum.
    pub total: NodeCost,
}

/// The cost of every node, and their sum.
pub fn cost(graph: &Graph) -> Cost {
    let nodes: Vec<NodeCost> = graph.iter().map(|(id, _)| node_cost(graph, id)).collect();
    let mut total = NodeCost::default();
    nodes.iter().for_each(|&node| total += node);
    Cost { nodes, total }
}

/// The cost of one node.
pub fn node_cost(graph: &Graph, id: NodeId) -> NodeCost {
    let node = graph.node(id);
    let x = node.inputs.first().map_or(node.shape, |&i| graph.shape(i));
    let values = elements(node.shape);
    let weights = || node.weights.iter().map(|&w| graph.weight(w));
    let stored: u64 = weights().map(|weight| weight.stored() as u64).sum();
    let read: u64 = weights().map(|weight| weight.values.len() as u64).sum();
    let biased = node.weights.len() > 1;
    let mut cost = NodeCost {
        stored_values: stored,
        params: stored,
        weight_bytes: read * VALUE,
        activation_bytes_read: node.inputs.iter().map(|&i| elements(graph.shape(i)) * VALUE).sum(),
        activation_bytes_written: values * VALUE,
        ..NodeCost::default()
    };
    match &node.op {
        Op::Input => cost.activation_bytes_written = 0,
        Op::Conv2d(conv) => {
            let taps = conv.wiring.taps(conv.kernel, x.c, node.shape.c);
            cost.macs = taps * (node.shape.n * node.shape.plane()) as u64;
            cost.additions = if biased { values } else { 0 };
            cost.params = taps + bias_values(graph, node);
            cost.weight_bytes = cost.params * VALUE;
            // The square around a kernel of unequal sides is in no file.
            if conv.taps() != (conv.kernel, conv.kernel) {
                cost.stored_values = cost.params;
            }
        }
        Op::Linear => {
            cost.macs = x.c as u64 * values;
            cost.additions = if biased { values } else { 0 };
        }
        Op::BatchNorm { .. } => {
            cost.norm = 2 * values;
            // Mean and variance are measured, not trained.
            cost.params = weights().take(2).map(|weight| weight.stored() as u64).sum();
        }
        Op::Normalize { .. } => cost.norm = 5 * values,
        Op::LocalResponseNorm(norm) => {
            let under: usize = (0..x.c).map(|c| norm.window(c, x.c).len()).sum();
            cost.norm = 3 * values + (under * x.n * x.plane()) as u64;
        }
        Op::Activation(_) | Op::Softmax => cost.activations = values,
        Op::Pool2d(pool) => cost.pooling = pixels_read(pool, x, node.shape),
        Op::GlobalAveragePool => cost.pooling = elements(x),
        Op::AdaptiveAveragePool { h, w } => cost.pooling = pixels_of_windows(x, *h, *w),
        // The same values in the same order: nothing is read or written.
        Op::Flatten => (cost.activation_bytes_read, cost.activation_bytes_written) = (0, 0),
        Op::Multiply => cost.products = values,
        Op::UpsampleNearest { .. } => cost.resampling = values,
        Op::Add => cost.additions = values,
        Op::Concat | Op::SliceChannels { .. } | Op::GatherChannels(_) => {
            cost.copies = values;
            // A slice reads only what it takes.
            cost.activation_bytes_read = values * VALUE;
        }
        // Each input value goes to k^2 places, but for those that are cut off.
        Op::DepthwiseTranspose { .. } => cost.macs = values,
        Op::ScatterAdd { .. } => cost.additions = elements(x),
        Op::Resample(sampling) => {
            let read = node.shape.n as u64 * sampling.count();
            if sampling.only_moves() {
                // What is zero reads nothing.
                cost.copies = values;
                cost.activation_bytes_read = read * VALUE;
            } else {
                cost.resampling = read;
            }
        }
        Op::PairSoftmax => cost.activations = values,
        // One difference, one product, one sum: `b + w (a - b)`.
        Op::Blend => cost.additions = 3 * values,
    }
    cost
}

fn elements(shape: Shape) -> u64 {
    shape.elements() as u64
}

fn bias_values(graph: &Graph, node: &Node) -> u64 {
    node.weights.get(1).map_or(0, |&w| graph.weight(w).values.len() as u64)
}

/// Pixels under the `h x w` windows of an adaptive pool.
fn pixels_of_windows(x: Shape, h: usize, w: usize) -> u64 {
    let axis = |count: usize, side: usize| -> u64 {
        (0..count).map(|i| (((i + 1) * side).div_ceil(count) - i * side / count) as u64).sum()
    };
    (x.n * x.c) as u64 * axis(h, x.h) * axis(w, x.w)
}

/// Pixels under all windows of a pool: on each axis the sum over the windows, multiplied.
fn pixels_read(pool: &Pool2d, x: Shape, out: Shape) -> u64 {
    let axis = |axis: PoolAxis, windows: usize, side: usize| -> u64 {
        (0..windows).map(|i| axis.taps(i, side).len() as u64).sum()
    };
    (x.n * x.c) as u64 * axis(pool.rows(), out.h, x.h) * axis(pool.columns(), out.w, x.w)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Builder, Conv2d, GraphError, Padding, PoolKind, Seeded, Wiring};

    fn last(build: impl FnOnce(&mut Builder<'_>) -> Result<NodeId, GraphError>) -> NodeCost {
        let mut source = Seeded(1);
        let mut b = Builder::new(&mut source);
        let id = build(&mut b).unwrap();
        node_cost(&b.finish(), id)
    }

    fn conv(groups: usize) -> Conv2d {
        Conv2d {
            kernel: 3,
            stride: 1,
            padding: Padding::even(1),
            dilation: 1,
            wiring: Wiring::Grouped(groups),
        }
    }

    #[test]
    fn convolution_by_the_closed_formula() {
        let shape = Shape::new(2, 64, 56, 48);
        let cost =
            |groups| last(|b| b.input("x", shape).and_then(|x| b.conv2d("c", x, conv(groups), 64, false)));
        assert_eq!(cost(1).macs, 2 * 64 * 64 * 9 * 56 * 48);
        assert_eq!(cost(1).params, 64 * 64 * 9);
        assert_eq!(cost(1).macs, 64 * cost(64).macs, "depthwise is one C-th");
        assert_eq!(cost(1).activation_bytes_read, cost(64).activation_bytes_read);
    }

    #[test]
    fn norms_have_two_trained_values_per_channel() {
        let shape = Shape::new(1, 8, 5, 4);
        let c = last(|b| b.input("x", shape).and_then(|x| b.batch_norm("n", x, 1e-3)));
        assert_eq!((c.params, c.stored_values, c.norm, c.weight_bytes), (16, 32, 320, 128));
    }

    #[test]
    fn norms_that_measure_their_input() {
        let shape = Shape::new(2, 4, 5, 3);
        let over = crate::graph::NormOver::Pixel;
        let c = last(|b| b.input("x", shape).and_then(|x| b.normalize("n", x, over, 1e-3)));
        assert_eq!((c.norm, c.params, c.activation_bytes_read), (600, 0, 480));
        let norm = crate::graph::ResponseNorm { size: 3, alpha: 1.0, beta: 0.75, bias: 1.0 };
        let c = last(|b| b.input("x", shape).and_then(|x| b.response_norm("n", x, norm)));
        assert_eq!(c.norm, 3 * 120 + (2 + 3 + 3 + 2) * 30, "windows end with the channels");
    }

    #[test]
    fn pools_read_only_the_map() {
        let pool = Pool2d { ceil: true, ..Pool2d::square(PoolKind::Average, 2, 2) };
        let c = last(|b| b.input("x", Shape::new(1, 2, 3, 3)).and_then(|x| b.pool2d("p", x, pool)));
        assert_eq!(c.pooling, 2 * 9, "four windows of 4, 2, 2 and 1 pixels");
    }

    #[test]
    fn operations_of_whole_networks() {
        let shape = Shape::new(2, 3, 7, 5);
        // Windows of 7 rows in 3: 0..3, 2..5, 4..7; of 5 columns in 2: 0..3, 2..5. They share pixels.
        let c = last(|b| b.input("x", shape).and_then(|x| b.adaptive_average_pool("p", x, 3, 2)));
        assert_eq!((c.pooling, c.macs), (6 * 9 * 6, 0));
        let c = last(|b| b.input("x", shape).and_then(|x| b.flatten("f", x)));
        assert_eq!(c, NodeCost::default());
        let c = last(|b| b.input("x", shape).and_then(|x| b.multiply("m", x, x)));
        assert_eq!((c.products, c.macs, c.activation_bytes_read), (210, 0, 2 * 840));
    }

    #[test]
    fn sums_stay_at_the_largest_number() {
        let mut sum = NodeCost { macs: u64::MAX - 1, ..NodeCost::default() };
        sum += NodeCost { macs: 5, params: 2, ..NodeCost::default() };
        assert_eq!((sum.macs, sum.params), (u64::MAX, 2));
    }
}
