//! What a counting rule sees of one node, and what it answers.

use std::collections::HashSet;
use std::ops::AddAssign;

use crate::cost::count::{NodeCost, node_cost};
use crate::graph::{Activation, Graph, Node, NodeId, NormOver, Op, Pool2d, ResponseNorm, Wiring};
use crate::tensor::Shape;

/// Kinds of arithmetic that conventions tell apart. Operations that only move values are not among them: every
/// convention counts those as zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Convolution, also a transposed one.
    Conv,
    /// Fully connected layer.
    Linear,
    /// Batch norm with scale and offset, in evaluation mode.
    Norm,
    /// Norm with the statistics of its input.
    InputNorm {
        /// What is a layer norm, a group norm or an instance norm elsewhere.
        module: InputNorm,
        /// Whether scale and shift follow, which belong to it elsewhere.
        scaled: bool,
    },
    /// Scale and shift of such a norm.
    NormScale,
    /// Local response norm.
    ResponseNorm(ResponseNorm),
    /// A function of one value.
    Activation(Activation),
    /// Pool with a window.
    Pool(Pool2d),
    /// Average pool to a given size.
    AdaptivePool,
    /// Nearest-neighbour upsampling.
    Upsample,
    /// Interpolation.
    Interpolate {
        /// From four pixels along an axis, not from two.
        cubic: bool,
    },
    /// Sum of two maps.
    Add,
    /// Product of two maps, or of a map with one factor per channel.
    Multiply,
    /// Index layer: channels added at their places.
    ScatterAdd,
    /// Softmax over the channels, inside the network.
    Softmax,
    /// Softmax over a pair of values: the gate of SPConv.
    PairSoftmax,
    /// Two products and a sum: what SPConv's gate mixes.
    Blend,
}

/// Norms with the statistics of their input, as other programs name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputNorm {
    /// Over the channels of each pixel.
    Layer,
    /// Over groups of channels.
    Group,
    /// Over each channel.
    Instance,
}

/// One node with arithmetic.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer<'g> {
    pub kind: Kind,
    graph: &'g Graph,
    node: &'g Node,
    x: Shape,
    cost: NodeCost,
}

impl<'g> Layer<'g> {
    /// `None` for a node without arithmetic, and for a softmax that gives a result of the network: it makes
    /// probabilities for people and stands in no published layer list.
    pub(super) fn new(graph: &'g Graph, id: NodeId) -> Option<Self> {
        let node = graph.node(id);
        let kind = match &node.op {
            Op::Conv2d(_) | Op::DepthwiseTranspose { .. } => Kind::Conv,
            Op::Linear => Kind::Linear,
            Op::BatchNorm { .. } if is_scale(graph, node) => Kind::NormScale,
            Op::BatchNorm { .. } => Kind::Norm,
            Op::Normalize { over, .. } => Kind::InputNorm {
                module: match over {
                    NormOver::Pixel => InputNorm::Layer,
                    NormOver::Groups(groups) if *groups == node.shape.c => InputNorm::Instance,
                    NormOver::Groups(_) => InputNorm::Group,
                },
                scaled: graph.nodes().iter().any(|n| n.inputs.contains(&id) && is_scale(graph, n)),
            },
            Op::LocalResponseNorm(norm) => Kind::ResponseNorm(*norm),
            Op::Activation(f) => Kind::Activation(*f),
            // Every n-th pixel: a slice in the networks that have it.
            Op::Pool2d(pool) if pool.area() == 1 => return None,
            Op::Pool2d(pool) => Kind::Pool(*pool),
            Op::GlobalAveragePool | Op::AdaptiveAveragePool { .. } => Kind::AdaptivePool,
            Op::UpsampleNearest { .. } => Kind::Upsample,
            Op::Resample(sampling) if sampling.only_moves() => return None,
            Op::Resample(sampling) => Kind::Interpolate { cubic: sampling.rows.most() > 2 },
            Op::Add => Kind::Add,
            Op::Multiply => Kind::Multiply,
            // Nothing meets anything: channels of zeros are put between.
            Op::ScatterAdd { channels, .. } if distinct(channels) => return None,
            Op::ScatterAdd { .. } => Kind::ScatterAdd,
            Op::PairSoftmax => Kind::PairSoftmax,
            Op::Blend => Kind::Blend,
            Op::Softmax if graph.outputs().iter().any(|(_, output)| *output == id) => return None,
            Op::Softmax => Kind::Softmax,
            Op::Input | Op::Concat | Op::Flatten | Op::SliceChannels { .. } | Op::GatherChannels(_) => {
                return None;
            }
        };
        let x = node.inputs.first().map_or(node.shape, |&i| graph.shape(i));
        Some(Self { kind, graph, node, x, cost: node_cost(graph, id) })
    }

    /// Multiply-adds; taps that the wiring does not have are not there.
    pub(super) const fn macs(&self) -> u64 {
        self.cost.macs
    }

    /// One per output value where there is a bias, else none.
    pub(super) fn bias(&self) -> u64 {
        if self.node.weights.len() > 1 { self.values() } else { 0 }
    }

    /// Trained parameters: weights of taps that exist, and biases; weight and bias of a norm.
    pub(super) const fn params(&self) -> u64 {
        self.cost.params
    }

    /// Trained parameters without biases.
    pub(super) fn weights(&self) -> u64 {
        let bias = self.node.weights.get(1).map_or(0, |&w| self.graph.weight(w).values.len() as u64);
        self.cost.params.saturating_sub(bias)
    }

    /// Output values.
    pub(super) const fn values(&self) -> u64 {
        self.node.shape.elements() as u64
    }

    /// Values of the first input.
    pub(super) const fn read(&self) -> u64 {
        self.x.elements() as u64
    }

    /// Shape of the first input.
    pub(super) const fn input(&self) -> Shape {
        self.x
    }

    /// Its name in the network.
    pub(super) fn name(&self) -> &'g str {
        &self.node.name
    }

    /// The network it belongs to.
    pub(super) const fn graph(&self) -> &'g Graph {
        self.graph
    }

    /// Maps in the batch.
    pub(super) const fn batch(&self) -> u64 {
        self.x.n as u64
    }

    /// Output pixels of one channel.
    pub(super) const fn plane(&self) -> u64 {
        self.node.shape.plane() as u64
    }

    /// Channels of the input.
    pub(super) const fn channels(&self) -> u64 {
        self.x.c as u64
    }

    /// How many taps of a dense kernel exist, and how many a dense kernel has. Equal for ordinary convolutions;
    /// grouped ones are ordinary here.
    pub(super) fn taps(&self) -> (u64, u64) {
        match &self.node.op {
            Op::Conv2d(conv) => {
                let existing = conv.wiring.taps(conv.kernel, self.x.c, self.node.shape.c);
                match &conv.wiring {
                    Wiring::Grouped(_) => (existing, existing),
                    Wiring::Listed(_) => {
                        (existing, (self.x.c * self.node.shape.c * conv.kernel * conv.kernel) as u64)
                    }
                }
            }
            _ => (1, 1),
        }
    }
}

/// Whether no channel occurs twice.
fn distinct(channels: &[u32]) -> bool {
    let mut seen = HashSet::new();
    channels.iter().all(|c| seen.insert(c))
}

/// Whether a batch norm is the scale and shift of a norm with the statistics of its input.
fn is_scale(graph: &Graph, node: &Node) -> bool {
    let all = |i: usize, number: f32| graph.weight(node.weights[i]).values.iter().all(|&v| v == number);
    node.op == Op::BatchNorm { eps: 0.0 }
        && matches!(graph.node(node.inputs[0]).op, Op::Normalize { .. })
        && all(2, 0.0)
        && all(3, 1.0)
}

/// A count that need not be whole: HetConv's rule gives fractions of operations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Amount {
    whole: u64,
    /// From 0 to below 1.
    part: f64,
}

impl Amount {
    /// `of * numerator / denominator`, exactly but for the part below one.
    pub(super) fn share(of: u64, numerator: u64, denominator: u64) -> Self {
        let (product, denominator) = (u128::from(of) * u128::from(numerator), u128::from(denominator.max(1)));
        let whole = u64::try_from(product / denominator).unwrap_or(u64::MAX);
        Self { whole, part: (product % denominator) as f64 / denominator as f64 }
    }

    /// To the nearest whole number.
    pub fn rounded(self) -> u64 {
        self.whole.saturating_add(self.part.round() as u64)
    }

    /// The number itself, if it is whole.
    pub fn whole(self) -> Option<u64> {
        (self.part == 0.0).then_some(self.whole)
    }

    /// The number, to the precision of `f64`.
    pub fn value(self) -> f64 {
        self.whole as f64 + self.part
    }
}

impl From<u64> for Amount {
    fn from(whole: u64) -> Self {
        Self { whole, part: 0.0 }
    }
}

impl AddAssign for Amount {
    /// A sum beyond 64 bits stays at the largest number.
    fn add_assign(&mut self, other: Self) {
        let part = self.part + other.part;
        self.whole = self.whole.saturating_add(other.whole).saturating_add(part.floor() as u64);
        self.part = part.fract();
    }
}

/// Why a convention counts an operation as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// It moves values and computes nothing.
    NoArithmetic,
    /// The rule leaves it out on purpose, as its source says.
    Rule,
    /// It is a function call, and the tool looks at modules only. Nobody is told.
    Unseen,
    /// The tool has no rule for it. Nobody is told.
    Unknown,
    /// The tool has no rule for it and says so.
    Warned,
    /// The tool has no rule for it and stops with an error.
    Refused,
    /// It is not part of the published network: class probabilities at its end.
    Outside,
    /// It is scale and shift of the norm before it, where it is counted.
    Joined,
}

impl Why {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::NoArithmetic,
        Self::Rule,
        Self::Unseen,
        Self::Unknown,
        Self::Warned,
        Self::Refused,
        Self::Outside,
        Self::Joined,
    ];

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoArithmetic => "no-arithmetic",
            Self::Rule => "rule",
            Self::Unseen => "unseen",
            Self::Unknown => "unknown",
            Self::Warned => "warned",
            Self::Refused => "refused",
            Self::Outside => "outside",
            Self::Joined => "joined",
        }
    }

    /// Key of its sentence in the text table.
    pub fn key(self) -> String {
        format!("uncounted-{}", self.name())
    }

    /// Whether the tool loses the operation without a word.
    pub const fn silent(self) -> bool {
        matches!(self, Self::Unseen | Self::Unknown)
    }
}

/// What a rule says of one node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Counted {
    /// It costs this much.
    Work(Amount),
    /// It counts as zero.
    Zero(Why),
}

impl Counted {
    /// The count; 0 for what is not counted.
    pub fn amount(self) -> Amount {
        match self {
            Self::Work(amount) => amount,
            Self::Zero(_) => Amount::default(),
        }
    }
}

impl From<u64> for Counted {
    fn from(count: u64) -> Self {
        Self::Work(count.into())
    }
}

/// The product of the numbers that a pool's window is given by: a square has one, its side.
pub(super) const fn given(pool: &Pool2d) -> u64 {
    let [h, w] = pool.kernel;
    (if h == w { h } else { h * w }) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_add_up_to_whole_numbers() {
        let mut sum = Amount::default();
        (0..9).for_each(|_| sum += Amount::share(5, 1, 9));
        assert_eq!(sum.rounded(), 5);
        assert_eq!(Amount::share(12, 1, 3).whole(), Some(4));
        assert_eq!(Amount::share(10, 1, 3).whole(), None);
        assert_eq!(Amount::share(7, 3, 0).rounded(), 21, "nothing is divided by zero");
    }

    #[test]
    fn sums_stay_at_the_largest_number() {
        let mut sum = Amount::from(u64::MAX - 1);
        sum += Amount::share(3, 1, 2);
        sum += Amount::from(7);
        assert_eq!(sum.rounded(), u64::MAX);
        assert_eq!(Amount::share(u64::MAX, u64::MAX, 2).rounded(), u64::MAX);
    }

    #[test]
    fn channels_that_meet_are_added() {
        assert!(distinct(&[3, 0, 1]));
        assert!(!distinct(&[3, 0, 3]));
    }
}
