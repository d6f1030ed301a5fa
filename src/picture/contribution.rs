//! How much every pixel of the input gave to one value, through all layers between them.
//!
//! A network of convolutions, norms, ReLUs and pools is, at one image, a sum of products: which ReLUs
//! let through, which pixel won a maximum and which gate a blend used are read from the run and held.
//! Walking the multiply-adds backwards gives each input value its factor, so that
//! `value = sum over the input of factor * x + what all biases and norm offsets gave`, exactly up to the
//! rounding of the run. No derivative of the executor is taken. A softmax is no sum; there it ends.

mod through_conv;
mod through_norm;

use super::reads::{Spot, reads};
use super::receptive::{Region, receptive_fields};
use super::terms::constants;
use crate::graph::{Activation, Graph, NodeId, Op, Pool2d, PoolKind};
use crate::tensor::{HostTensor, Shape};

/// What one node's map gave to the value, over all its channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The node.
    pub node: NodeId,
    /// The part of the map that was read, cut to the map; the lists are row-major over it.
    pub region: Region,
    /// For each pixel the sum of its channels' contributions, signed.
    pub signed: Vec<f64>,
    /// For each pixel the sum of the absolute values of its channels' contributions.
    pub strength: Vec<f64>,
}

/// A value as the sum of what its inputs gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributions {
    /// What the executor gave for the value.
    pub value: f32,
    /// What all biases and norm offsets gave together, and the upper limits of ReLU6.
    pub constants: f64,
    /// The inputs of the graph that were reached. Their `signed` and `constants` add up to the value.
    pub inputs: Vec<Share>,
    /// All nodes between, nearest to the value first, without the inputs.
    pub between: Vec<Share>,
}

/// Why there are no contributions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoContributions {
    /// A node on the way is no sum of products.
    #[error("{node} ({op}) is no sum of its inputs, so its value cannot be split among them")]
    NotASum {
        /// Name of the node.
        node: String,
        /// The field's name of its operation.
        op: &'static str,
    },
    /// The caller did not want to go on.
    #[error("cancelled")]
    Cancelled,
}

impl Contributions {
    /// The sum of everything; the value up to rounding.
    pub fn sum(&self) -> f64 {
        self.constants + self.inputs.iter().flat_map(|share| &share.signed).sum::<f64>()
    }
}

/// The factors of a part of a map: all channels of a region.
struct Factors {
    region: Region,
    shape: Shape,
    values: Vec<f64>,
}

impl Factors {
    fn new(region: Region, shape: Shape) -> Self {
        let (h, w) = ((region.y1 - region.y0) as usize, (region.x1 - region.x0) as usize);
        let shape = Shape { n: 1, h, w, ..shape };
        Self { region, shape, values: vec![0.0; shape.elements()] }
    }

    fn place(&mut self, spot: Spot) -> &mut f64 {
        let (y, x) = (spot.y - self.region.y0 as usize, spot.x - self.region.x0 as usize);
        &mut self.values[self.shape.index(0, spot.c, y, x)]
    }

    /// The place in the whole map of a value of the region.
    fn spot(&self, n: usize, index: usize) -> Spot {
        let at = Spot::at(self.shape, index);
        Spot { n, c: at.c, y: at.y + self.region.y0 as usize, x: at.x + self.region.x0 as usize }
    }
}

/// Splits the value at `spot` of node `id` among the inputs of the graph; `value` gives the map of each
/// node as a run left it. `go_on` is called between nodes with the share that is done and says whether
/// to go on.
///
/// # Errors
/// If a softmax lies between, or the caller does not want to go on.
///
/// # Panics
/// If the node has no such place: the caller made a mistake, not the user.
pub fn contributions<'v>(
    graph: &Graph,
    id: NodeId,
    spot: Spot,
    value: &dyn Fn(NodeId) -> &'v HostTensor,
    go_on: &mut dyn FnMut(f32) -> bool,
) -> Result<Contributions, NoContributions> {
    assert!(spot.is_in(graph.shape(id)), "{} has no place {spot:?}", graph.node(id).name);
    let regions = receptive_fields(graph, id, spot.x, spot.y);
    let new = |node: NodeId| {
        let shape = graph.shape(node);
        let region = regions[node.index()].map(|r| r.clipped(shape.w, shape.h));
        Factors::new(region.unwrap_or(Region { x0: 0, y0: 0, x1: 0, y1: 0 }), shape)
    };
    let mut factors: Vec<Option<Factors>> = regions.iter().map(|_| None).collect();
    *factors[id.index()].get_or_insert_with(|| new(id)).place(spot) = 1.0;
    let (mut inputs, mut between, mut held) = (Vec::new(), Vec::new(), 0.0);
    for i in (0..=id.index()).rev() {
        let Some(own) = factors[i].take() else { continue };
        if !go_on(1.0 - i as f32 / (id.index() + 1) as f32) {
            return Err(NoContributions::Cancelled);
        }
        let (node, this) = (&graph.nodes()[i], NodeId::from_index(i));
        let share = share(this, &own, value(this), spot.n);
        match &node.op {
            Op::Input => {
                inputs.push(share);
                continue;
            }
            Op::Softmax
            | Op::PairSoftmax
            | Op::Activation(
                Activation::Sigmoid
                | Activation::Elu(_)
                | Activation::Tanh
                | Activation::Softplus
                | Activation::Log
                | Activation::Erf
                | Activation::Exp
                | Activation::Sqrt
                | Activation::Reciprocal
                | Activation::Softsign,
            ) => {
                return Err(NoContributions::NotASum { node: node.name.clone(), op: node.op.name() });
            }
            Op::Conv2d(conv) => {
                if let Some(&bias) = node.weights.get(1) {
                    held += through_conv::bias(&own, &graph.weight(bias).values);
                }
                let kernel = &graph.weight(node.weights[0]).values;
                let to = factors[node.inputs[0].index()].get_or_insert_with(|| new(node.inputs[0]));
                through_conv::back(conv, kernel, &own, node.shape.c, to);
            }
            Op::Normalize { over, eps } => {
                let from = node.inputs[0];
                let to = factors[from.index()].get_or_insert_with(|| new(from));
                through_norm::back(*over, *eps, value(from), spot.n, &own, to);
            }
            Op::Linear
            | Op::BatchNorm { .. }
            | Op::Activation(_)
            | Op::LocalResponseNorm(_)
            | Op::Pool2d(_)
            | Op::GlobalAveragePool
            | Op::AdaptiveAveragePool { .. }
            | Op::Flatten
            | Op::UpsampleNearest { .. }
            | Op::Add
            | Op::Multiply
            | Op::Concat
            | Op::SliceChannels { .. }
            | Op::DepthwiseTranspose { .. }
            | Op::GatherChannels(_)
            | Op::ScatterAdd { .. }
            | Op::Resample(_)
            | Op::Blend => {
                for (index, &factor) in own.values.iter().enumerate().filter(|(_, f)| **f != 0.0) {
                    held += factor
                        * back(graph, this, own.spot(spot.n, index), value, &mut |from, at, weight| {
                            let to = factors[from.index()].get_or_insert_with(|| new(from));
                            *to.place(at) += factor * weight;
                        });
                }
            }
        }
        if this != id {
            between.push(share);
        }
    }
    let value = value(id).at(spot.n, spot.c, spot.y, spot.x);
    Ok(Contributions { value, constants: held, inputs, between })
}

/// What a map gave, pixel by pixel.
fn share(node: NodeId, own: &Factors, map: &HostTensor, n: usize) -> Share {
    let plane = own.shape.plane();
    let (mut signed, mut strength) = (vec![0.0; plane], vec![0.0; plane]);
    for (index, &factor) in own.values.iter().enumerate().filter(|(_, f)| **f != 0.0) {
        let Spot { n, c, y, x } = own.spot(n, index);
        let gave = factor * f64::from(map.at(n, c, y, x));
        signed[index % plane] += gave;
        strength[index % plane] += gave.abs();
    }
    Share { node, region: own.region, signed, strength }
}

/// One value as a sum at this image: calls `visit` with everything it is the sum of, with its factor, and
/// returns what is added to that.
fn back<'v>(
    graph: &Graph,
    id: NodeId,
    spot: Spot,
    value: &dyn Fn(NodeId) -> &'v HostTensor,
    visit: &mut dyn FnMut(NodeId, Spot, f64),
) -> f64 {
    let read_value = |node: NodeId, s: Spot| value(node).at(s.n, s.c, s.y, s.x);
    let node = graph.node(id);
    match &node.op {
        Op::Activation(f) => {
            let x = read_value(node.inputs[0], spot);
            let most = match f {
                Activation::Relu => f32::INFINITY,
                Activation::Relu6 => 6.0,
                // A gate times its own value: what the gate lets through is held.
                Activation::HardSwish => {
                    visit(node.inputs[0], spot, Activation::HardSigmoid.apply(f64::from(x)));
                    return 0.0;
                }
                Activation::Threshold(limit) => {
                    visit(node.inputs[0], spot, if x > limit.get() { 1.0 } else { 0.0 });
                    return 0.0;
                }
                Activation::Gelu | Activation::GeluTanh => {
                    // At 0 it is half open.
                    let gate = if x == 0.0 { 0.5 } else { f.apply(f64::from(x)) / f64::from(x) };
                    visit(node.inputs[0], spot, gate);
                    return 0.0;
                }
                Activation::Abs => {
                    visit(node.inputs[0], spot, if x < 0.0 { -1.0 } else { 1.0 });
                    return 0.0;
                }
                // Between its limits a sixth of the value and one half; outside of them a constant.
                Activation::HardSigmoid => {
                    if x <= -3.0 || x >= 3.0 {
                        return f.apply(f64::from(x));
                    }
                    visit(node.inputs[0], spot, 1.0 / 6.0);
                    return 0.5;
                }
                Activation::LeakyRelu(slope) => {
                    let factor = if x < 0.0 { f64::from(slope.get()) } else { 1.0 };
                    visit(node.inputs[0], spot, factor);
                    return 0.0;
                }
                Activation::Clip { low, high } => {
                    if x <= low.get() || x >= high.get() {
                        return f.apply(f64::from(x));
                    }
                    visit(node.inputs[0], spot, 1.0);
                    return 0.0;
                }
                // The walk ends before it comes here.
                Activation::Sigmoid
                | Activation::Elu(_)
                | Activation::Tanh
                | Activation::Softplus
                | Activation::Log
                | Activation::Erf
                | Activation::Exp
                | Activation::Sqrt
                | Activation::Reciprocal
                | Activation::Softsign => return 0.0,
            };
            if x >= most {
                return f64::from(most);
            }
            if x > 0.0 {
                visit(node.inputs[0], spot, 1.0);
            }
            0.0
        }
        Op::Pool2d(Pool2d { kind: PoolKind::Max, .. }) => {
            let mut winner: Option<(f32, Spot)> = None;
            reads(graph, id, spot, &mut |read| {
                let v = read_value(read.node, read.spot);
                if winner.is_none_or(|(best, _)| v > best || best.is_nan()) {
                    winner = Some((v, read.spot));
                }
            });
            if let Some((_, from)) = winner {
                visit(node.inputs[0], from, 1.0);
            }
            0.0
        }
        // What a value is divided by is held.
        Op::LocalResponseNorm(norm) => {
            let window = norm.window(spot.c, node.shape.c);
            let squares = window.map(|c| f64::from(read_value(node.inputs[0], Spot { c, ..spot })).powi(2));
            let sum = f64::from(norm.bias) + norm.share() * squares.sum::<f64>();
            visit(node.inputs[0], spot, sum.powf(-f64::from(norm.beta)));
            0.0
        }
        // The second factor is held.
        Op::Multiply => {
            let at =
                if graph.shape(node.inputs[1]).plane() == 1 { Spot { y: 0, x: 0, ..spot } } else { spot };
            visit(node.inputs[0], spot, f64::from(read_value(node.inputs[1], at)));
            0.0
        }
        Op::Blend => {
            let gate = f64::from(read_value(node.inputs[2], Spot { y: 0, x: 0, ..spot }));
            visit(node.inputs[0], spot, gate);
            visit(node.inputs[1], spot, 1.0 - gate);
            0.0
        }
        Op::Input
        | Op::Conv2d(_)
        | Op::Linear
        | Op::BatchNorm { .. }
        | Op::Pool2d(Pool2d { kind: PoolKind::Average | PoolKind::AverageWithBorder, .. })
        | Op::GlobalAveragePool
        | Op::AdaptiveAveragePool { .. }
        | Op::Flatten
        | Op::UpsampleNearest { .. }
        | Op::Add
        | Op::Concat
        | Op::SliceChannels { .. }
        | Op::Normalize { .. }
        | Op::Softmax
        | Op::DepthwiseTranspose { .. }
        | Op::GatherChannels(_)
        | Op::ScatterAdd { .. }
        | Op::Resample(_)
        | Op::PairSoftmax => {
            reads(graph, id, spot, &mut |read| {
                // Softmaxes have no weights; the walk ends before it comes here. Norms of their input have a
                // walk of their own.
                if let Some(weight) = read.weight {
                    visit(read.node, read.spot, weight);
                }
            });
            constants(graph, id, spot.c).iter().map(|c| c.value).sum()
        }
    }
}
