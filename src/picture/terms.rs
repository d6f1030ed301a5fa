//! One value of a map taken apart: every number that it was computed from, in the order of the
//! computation, for any operation of any graph.

use std::ops::Range;

use super::reads::{Read, Spot, reads};
use crate::graph::{Activation, Graph, NodeId, Number, Op, Pool2d, PoolKind};
use crate::tensor::HostTensor;

/// A number that is added without reading the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// What it is.
    pub kind: ConstantKind,
    /// Name of the weight it is taken from, such as `fire2/squeeze1x1.bias`.
    pub name: String,
    /// Its value.
    pub value: f64,
}

/// What a constant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstantKind {
    /// The bias of a convolution or fully connected layer.
    Bias,
    /// What a norm adds after its factor: `bias - mean * weight / sqrt(var + eps)`.
    NormOffset,
}

/// One value that was read, and what it gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// Where it was read.
    pub read: Read,
    /// What it is multiplied by. `None` where it is compared, put into a function, or is the gate of
    /// a blend or the factor of a product.
    pub weight: Option<f64>,
    /// The value that was read.
    pub value: f32,
    /// `weight * value`; the value itself where there is no weight; `exp(value - largest)` of a
    /// softmax; `alpha / size * value^2` of a local response norm; 0 for a gate, which is in the weights of the others.
    pub product: f64,
}

/// How the terms give the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The value was given; there are no terms.
    Given,
    /// The sum of the constants and of all products.
    Sum,
    /// The sum of all products, whose weights are one over their number.
    Mean,
    /// The largest value.
    Maximum {
        /// Its term; the first of equals.
        winner: usize,
    },
    /// A function of the one term.
    Function(Activation),
    /// The sum of all products. The deviation of the values is held: it is in the weights, as are the
    /// differences from their mean.
    Normalized {
        /// The term of the value's own place.
        own: usize,
    },
    /// The value of one term, divided by the power `beta` of `bias` and the sum of all products.
    Response {
        /// The term of the value's own place.
        own: usize,
        /// Added to the sum.
        bias: Number,
        /// Exponent.
        beta: Number,
    },
    /// One product divided by the sum of all.
    Softmax {
        /// The term whose share it is.
        own: usize,
    },
    /// `w a + (1 - w) b`: the sum of the products; the last term is the gate `w`.
    Blend,
    /// `x f`: the one product; the last term is the factor `f`.
    Product,
    /// The value of the one term.
    Copy,
}

/// One value of a node, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Traced {
    /// The node.
    pub node: NodeId,
    /// The place in its map.
    pub spot: Spot,
    /// What is added without reading the map; it stands first in the sum.
    pub constants: Vec<Constant>,
    /// What was read, by operand, channel, row, column.
    pub terms: Vec<Term>,
    /// Taps that lay in the border and read nothing.
    pub padding_taps: usize,
    /// How they give the result.
    pub rule: Rule,
    /// The result in f64 from the values as they were read.
    pub result: f64,
}

/// The terms of one channel of one operand.
#[derive(Clone, Debug, PartialEq)]
pub struct TermGroup {
    /// Which operand.
    pub operand: usize,
    /// Its channel.
    pub channel: usize,
    /// Places in [`Traced::terms`].
    pub terms: Range<usize>,
    /// Sum of its products.
    pub sum: f64,
}

/// Takes the value at `spot` of node `id` apart; `value` gives the map of each operand as a run left it.
///
/// # Panics
/// If the node has no such place: the caller made a mistake, not the user.
pub fn trace_pixel<'v>(
    graph: &Graph,
    id: NodeId,
    spot: Spot,
    value: &dyn Fn(NodeId) -> &'v HostTensor,
) -> Traced {
    let node = graph.node(id);
    let mut terms = Vec::new();
    let padding_taps = reads(graph, id, spot, &mut |read| {
        let Spot { n, c, y, x } = read.spot;
        let v = value(read.node).at(n, c, y, x);
        let product = read.weight.map_or(f64::from(v), |w| w * f64::from(v));
        terms.push(Term { read, weight: read.weight, value: v, product });
    });
    let constants = constants(graph, id, spot.c);
    let rule = rule(&node.op, spot, &mut terms);
    let start: f64 = constants.iter().map(|c| c.value).sum();
    let result = match rule {
        Rule::Given => {
            let Spot { n, c, y, x } = spot;
            f64::from(value(id).at(n, c, y, x))
        }
        Rule::Sum | Rule::Mean | Rule::Blend | Rule::Product | Rule::Normalized { .. } => {
            terms.iter().fold(start, |sum, t| sum + t.product)
        }
        Rule::Maximum { winner } => terms[winner].product,
        Rule::Function(f) => f.apply(terms[0].product),
        Rule::Response { own, bias, beta } => {
            let sum = f64::from(bias.get()) + terms.iter().map(|t| t.product).sum::<f64>();
            f64::from(terms[own].value) / sum.powf(f64::from(beta.get()))
        }
        Rule::Softmax { own } => terms[own].product / terms.iter().map(|t| t.product).sum::<f64>(),
        Rule::Copy => terms[0].product,
    };
    Traced { node: id, spot, constants, terms, padding_taps, rule, result }
}

/// What is added to every pixel of an output channel.
pub(super) fn constants(graph: &Graph, id: NodeId, channel: usize) -> Vec<Constant> {
    let node = graph.node(id);
    let part = |i: usize| f64::from(graph.weight(node.weights[i]).values[channel]);
    let name = |i: usize| graph.weight(node.weights[i]).name.clone();
    match &node.op {
        Op::Conv2d(_) | Op::Linear if node.weights.len() > 1 => {
            vec![Constant { kind: ConstantKind::Bias, name: name(1), value: part(1) }]
        }
        Op::BatchNorm { eps } => {
            let scale = part(0) / (part(3) + f64::from(*eps)).sqrt();
            let value = part(1) - part(2) * scale;
            vec![Constant { kind: ConstantKind::NormOffset, name: node.name.clone(), value }]
        }
        Op::Input
        | Op::Conv2d(_)
        | Op::Linear
        | Op::Activation(_)
        | Op::Pool2d(_)
        | Op::GlobalAveragePool
        | Op::AdaptiveAveragePool { .. }
        | Op::Flatten
        | Op::Multiply
        | Op::UpsampleNearest { .. }
        | Op::Add
        | Op::Concat
        | Op::SliceChannels { .. }
        | Op::Normalize { .. }
        | Op::LocalResponseNorm(_)
        | Op::Softmax
        | Op::DepthwiseTranspose { .. }
        | Op::GatherChannels(_)
        | Op::ScatterAdd { .. }
        | Op::Resample(_)
        | Op::PairSoftmax
        | Op::Blend => Vec::new(),
    }
}

/// How the terms give the result; weights and products that depend on the other terms are put in.
fn rule(op: &Op, spot: Spot, terms: &mut [Term]) -> Rule {
    match op {
        Op::Input => Rule::Given,
        Op::Conv2d(_)
        | Op::Linear
        | Op::BatchNorm { .. }
        | Op::Add
        | Op::DepthwiseTranspose { .. }
        | Op::ScatterAdd { .. }
        // Its pixels are fewer than what the sum is divided by.
        | Op::Pool2d(Pool2d { kind: PoolKind::AverageWithBorder, .. }) => Rule::Sum,
        Op::GlobalAveragePool
        | Op::AdaptiveAveragePool { .. }
        | Op::Pool2d(Pool2d { kind: PoolKind::Average, .. }) => Rule::Mean,
        Op::Pool2d(Pool2d { kind: PoolKind::Max, .. }) => Rule::Maximum { winner: winner(terms) },
        Op::Activation(f) => Rule::Function(*f),
        Op::UpsampleNearest { .. }
        | Op::Concat
        | Op::SliceChannels { .. }
        | Op::GatherChannels(_)
        | Op::Flatten => Rule::Copy,
        Op::Resample(_) if matches!(terms, [term] if term.weight == Some(1.0)) => Rule::Copy,
        Op::Resample(_) => Rule::Sum,
        Op::Normalize { eps, .. } => {
            let own = own_term(terms, spot);
            let (_, deviation) = statistics(terms.iter().map(|t| f64::from(t.value)), *eps);
            let share = 1.0 / terms.len() as f64;
            for (i, term) in terms.iter_mut().enumerate() {
                let weight = (if i == own { 1.0 - share } else { -share }) / deviation;
                term.weight = Some(weight);
                term.product = weight * f64::from(term.value);
            }
            Rule::Normalized { own }
        }
        Op::LocalResponseNorm(norm) => {
            let own = own_term(terms, spot);
            terms.iter_mut().for_each(|t| t.product = norm.share() * f64::from(t.value).powi(2));
            Rule::Response { own, bias: Number::new(norm.bias), beta: Number::new(norm.beta) }
        }
        Op::Softmax | Op::PairSoftmax => {
            // The largest value is taken off first: `exp` stays finite.
            let largest = terms.iter().map(|t| f64::from(t.value)).fold(f64::NEG_INFINITY, f64::max);
            terms.iter_mut().for_each(|t| t.product = (f64::from(t.value) - largest).exp());
            Rule::Softmax { own: if *op == Op::Softmax { spot.c } else { 0 } }
        }
        Op::Multiply => {
            let factor = f64::from(terms[1].value);
            terms[0].weight = Some(factor);
            terms[0].product = factor * f64::from(terms[0].value);
            terms[1].product = 0.0;
            Rule::Product
        }
        Op::Blend => {
            let gate = f64::from(terms[2].value);
            for (term, w) in terms.iter_mut().zip([gate, 1.0 - gate]) {
                term.weight = Some(w);
                term.product = w * f64::from(term.value);
            }
            terms[2].product = 0.0;
            Rule::Blend
        }
    }
}

/// The term that was read at this place.
fn own_term(terms: &[Term], spot: Spot) -> usize {
    terms.iter().position(|t| t.read.spot == spot).unwrap_or(0)
}

/// Mean, and the square root of the variance and `eps`.
pub fn statistics(values: impl ExactSizeIterator<Item = f64> + Clone, eps: f32) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / count;
    (mean, (variance + f64::from(eps)).sqrt())
}

/// The first of the largest values.
fn winner(terms: &[Term]) -> usize {
    let mut best = 0;
    for (i, term) in terms.iter().enumerate() {
        // A value that is no number never wins against one that is.
        if term.value > terms[best].value || terms[best].value.is_nan() {
            best = i;
        }
    }
    best
}

impl Traced {
    /// What stands before the first term: the sum of the constants.
    pub fn start(&self) -> f64 {
        self.constants.iter().map(|c| c.value).sum()
    }

    /// What stands after each term: the running sum of products, or the running maximum. The last one
    /// is the result; only a softmax ends at what its own term is divided by, and a local response norm at
    /// the sum in its divisor.
    pub fn running(&self) -> Vec<f64> {
        let mut sum = self.start();
        let mut largest = f64::NEG_INFINITY;
        let after = |term: &Term| match self.rule {
            Rule::Given
            | Rule::Sum
            | Rule::Mean
            | Rule::Blend
            | Rule::Product
            | Rule::Normalized { .. }
            | Rule::Response { .. }
            | Rule::Softmax { .. } => {
                sum += term.product;
                sum
            }
            Rule::Maximum { .. } => {
                largest = largest.max(term.product);
                largest
            }
            Rule::Function(_) | Rule::Copy => self.result,
        };
        self.terms.iter().map(after).collect()
    }

    /// `sum |constants| + sum |products|`: what rounding errors are measured by.
    pub fn magnitude(&self) -> f64 {
        let constants = self.constants.iter().map(|c| c.value.abs());
        constants.chain(self.terms.iter().map(|t| t.product.abs())).sum()
    }

    /// The terms by operand and channel, in order.
    pub fn groups(&self) -> Vec<TermGroup> {
        let mut groups: Vec<TermGroup> = Vec::new();
        for (i, term) in self.terms.iter().enumerate() {
            let (operand, channel) = (term.read.operand, term.read.spot.c);
            match groups.last_mut() {
                Some(g) if (g.operand, g.channel) == (operand, channel) => {
                    g.terms.end = i + 1;
                    g.sum += term.product;
                }
                _ => groups.push(TermGroup { operand, channel, terms: i..i + 1, sum: term.product }),
            }
        }
        groups
    }
}
