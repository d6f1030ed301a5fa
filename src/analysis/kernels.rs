//! Statistics of the filters of a convolution: one filter is what one output channel is made with.

use nalgebra::DMatrix;

use super::redundancy::{Gram, Measure, Pair, Similarity, entropy_rank};
use crate::exec::{CancelToken, ExecError};
use crate::graph::{Conv2d, Extent, Graph, Kernel2d, NodeId, Op};
use crate::tensor::{HostTensor, Shape};

/// A weight counts as near zero up to this share of the layer's greatest magnitude.
pub const NEAR_ZERO: f32 = 0.01;

/// Numbers of one filter, over the taps that exist.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilterStats {
    /// Mean of its weights.
    pub mean: f64,
    /// Their standard deviation (of the population).
    pub std: f64,
    /// Sum of their magnitudes.
    pub l1: f64,
    /// Effective rank of the matrix with one row of `k * k` taps for each input channel: 1 if all its
    /// two-dimensional kernels are multiples of one, at most `k * k`. Defined as
    /// [`effective_rank`](super::redundancy::effective_rank) is, on the weights as they are; 0 for a filter of
    /// zeros.
    pub effective_rank: f64,
    /// Share of its weights of at most [`NEAR_ZERO`] times the layer's greatest magnitude.
    pub near_zero: f64,
    /// How many weights it has.
    pub weights: usize,
}

/// The filters that made the channels of a node.
#[derive(Clone, Debug)]
pub struct Filters {
    /// The convolution.
    pub node: NodeId,
    /// Its filters.
    pub kernels: Kernels,
    /// How alike they are, by cosine.
    pub similarity: Similarity,
    /// The most similar ones.
    pub pairs: Vec<Pair>,
}

impl Filters {
    /// The filters of the convolution behind a node ([`Kernels::behind`]) with this many pairs of similar ones; none
    /// where there is no such convolution.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn behind(
        graph: &Graph,
        node: NodeId,
        pairs: usize,
        cancel: &CancelToken,
    ) -> Result<Option<Self>, ExecError> {
        let made = Kernels::behind(graph, node).and_then(|id| Some((id, Kernels::of(graph, id)?)));
        let filters = |(node, kernels): (NodeId, Kernels)| {
            let similarity = kernels.similarity(Measure::Cosine, cancel)?;
            let pairs = similarity.most_similar_pairs(pairs);
            Ok(Self { node, kernels, similarity, pairs })
        };
        made.map(filters).transpose()
    }
}

/// The filters of one convolution.
#[derive(Clone, Debug)]
pub struct Kernels {
    /// Output channels, input channels, kernel side.
    pub sides: [usize; 3],
    /// `[outputs, inputs, k, k]` in the order of the input channels; taps that do not exist are zero.
    pub dense: HostTensor,
    /// One per output channel.
    pub filters: Vec<FilterStats>,
    /// Which taps of a filter exist, by input channel: none, all, or the centre alone.
    pub extents: Vec<Vec<Option<Extent>>>,
}

impl Kernels {
    /// Reads a convolution; `None` for another operation.
    pub fn of(graph: &Graph, id: NodeId) -> Option<Self> {
        let node = graph.node(id);
        let Op::Conv2d(conv) = &node.op else { return None };
        let (inputs, outputs) = (graph.shape(node.inputs[0]).c, node.shape.c);
        let values = &graph.weight(node.weights[0]).values;
        let taps = conv.kernel * conv.kernel;
        let slots = conv.wiring.slots(inputs);
        let mut dense = vec![0.0; outputs * inputs * taps];
        let mut extents = vec![vec![None; inputs]; outputs];
        for (o, extents) in extents.iter_mut().enumerate() {
            conv.wiring.for_each_kernel(o, inputs, outputs, |kernel| {
                let (i, slot) = (kernel.input as usize, kernel.slot as usize);
                extents[i] = Some(kernel.extent);
                for tap in existing(conv, kernel) {
                    dense[(o * inputs + i) * taps + tap] += values[(o * slots + slot) * taps + tap];
                }
            });
        }
        let dense = HostTensor::new(Shape::new(outputs, inputs, conv.kernel, conv.kernel), dense);
        let most = dense.data().iter().filter(|v| v.is_finite()).fold(0.0_f32, |m, v| m.max(v.abs()));
        let filters = extents.iter().enumerate().map(|(o, e)| stats(&dense, o, e, most)).collect();
        Some(Self { sides: [outputs, inputs, conv.kernel], dense, filters, extents })
    }

    /// The convolution that made these channels, one filter each: the node itself, or the one whose result it
    /// passes on channel by channel.
    pub fn behind(graph: &Graph, mut id: NodeId) -> Option<NodeId> {
        loop {
            let node = graph.node(id);
            match &node.op {
                Op::Conv2d(_) => return Some(id),
                Op::BatchNorm { .. }
                | Op::Normalize { .. }
                | Op::LocalResponseNorm(_)
                | Op::Activation(_)
                | Op::Pool2d(_)
                | Op::GlobalAveragePool
                | Op::AdaptiveAveragePool { .. }
                | Op::Multiply
                | Op::UpsampleNearest { .. } => id = node.inputs[0],
                Op::Input
                | Op::Linear
                | Op::Flatten
                | Op::Add
                | Op::Concat
                | Op::SliceChannels { .. }
                | Op::Softmax
                | Op::DepthwiseTranspose { .. }
                | Op::GatherChannels(_)
                | Op::ScatterAdd { .. }
                | Op::Resample(_)
                | Op::PairSoftmax
                | Op::Blend => return None,
            }
        }
    }

    /// How alike the filters are as long vectors of all their weights. Filters of different groups read
    /// different inputs and so have nothing in common.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn similarity(&self, measure: Measure, cancel: &CancelToken) -> Result<Similarity, ExecError> {
        let [outputs, inputs, k] = self.sides;
        let rows = Shape::new(1, outputs, inputs, k * k);
        let mut gram = Gram::new(outputs);
        gram.add(&HostTensor::new(rows, self.dense.data().to_vec()), cancel)?;
        Ok(Similarity::of(&gram, measure))
    }

    /// The input channels that a filter reads, those with the greatest sum of magnitudes first.
    pub fn strongest_inputs(&self, o: usize) -> Vec<usize> {
        let weight = |i: usize| self.dense.channel(o, i).iter().map(|v| v.abs()).sum::<f32>();
        let mut read: Vec<usize> = (0..self.sides[1]).filter(|&i| self.extents[o][i].is_some()).collect();
        read.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)));
        read
    }
}

/// The taps of a two-dimensional kernel that exist.
fn existing(conv: &Conv2d, kernel: Kernel2d) -> impl Iterator<Item = usize> {
    kernel.extent.taps(conv.kernel)
}

fn stats(dense: &HostTensor, o: usize, extents: &[Option<Extent>], most: f32) -> FilterStats {
    let side = dense.shape().w;
    let rows: Vec<Vec<f32>> = (0..extents.len())
        .filter_map(|i| {
            let all = dense.channel(o, i);
            extents[i].map(|extent| extent.taps(side).map(|tap| all[tap]).collect())
        })
        .collect();
    let values = || rows.iter().flat_map(|row| row.iter()).map(|&v| f64::from(v));
    let weights = values().count();
    let count = weights.max(1) as f64;
    let mean = values().sum::<f64>() / count;
    let limit = f64::from(NEAR_ZERO * most);
    FilterStats {
        mean,
        std: (values().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt(),
        l1: values().map(f64::abs).sum(),
        effective_rank: filter_rank(dense, o, extents),
        near_zero: values().filter(|v| v.abs() <= limit).count() as f64 / count,
        weights,
    }
}

/// Of the matrix inputs x taps, by the eigenvalues of its taps x taps products: `k * k` is never large.
fn filter_rank(dense: &HostTensor, o: usize, extents: &[Option<Extent>]) -> f64 {
    let taps = dense.shape().plane();
    let mut products = DMatrix::<f64>::zeros(taps, taps);
    for i in (0..extents.len()).filter(|&i| extents[i].is_some()) {
        let row = dense.channel(o, i);
        if row.iter().any(|v| !v.is_finite()) {
            return 0.0;
        }
        for a in 0..taps {
            for b in 0..taps {
                products[(a, b)] += f64::from(row[a]) * f64::from(row[b]);
            }
        }
    }
    let eigenvalues = products.symmetric_eigenvalues();
    let greatest = eigenvalues.iter().copied().fold(0.0, f64::max);
    let floor = greatest * taps as f64 * f64::EPSILON;
    let singular: Vec<f64> = eigenvalues.iter().filter(|&&e| e > floor).map(|e| e.sqrt()).collect();
    entropy_rank(&singular)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::graph::{Builder, GraphError, ListedWiring, Origin, Padding, Weight, WeightSource, Wiring};

    struct Given(Vec<f32>);

    impl WeightSource for Given {
        fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
            let weight = || Weight::new(name, dims.to_vec(), self.0.clone(), Origin::Given);
            Ok((!optional).then(weight))
        }
    }

    fn kernels(inputs: usize, outputs: usize, kernel: usize, wiring: Wiring, values: Vec<f32>) -> Kernels {
        let mut source = Given(values);
        let mut b = Builder::new(&mut source);
        let x = b.input("x", Shape::new(1, inputs, 8, 8)).expect("a shape");
        let padding = Padding::same(kernel, 1);
        let conv = Conv2d { kernel, stride: 1, padding, dilation: 1, wiring };
        let y = b.conv2d("y", x, conv, outputs, false).expect("it fits");
        Kernels::of(&b.finish(), y).expect("a convolution")
    }

    /// Worked by hand: two inputs, 1x3 of weight in the middle row.
    #[test]
    fn numbers_of_a_filter() {
        let mut values = vec![0.0; 2 * 2 * 9];
        // Filter 0: kernels e4 and 2 e4 (rank 1). Filter 1: e0 and e8 (rank 2, equal singular values).
        (values[4], values[9 + 4]) = (1.0, 2.0);
        (values[18], values[27 + 8]) = (-3.0, 3.0);
        let k = kernels(2, 2, 3, Wiring::Grouped(1), values);
        let [first, second] = [k.filters[0], k.filters[1]];
        assert!((first.mean - 3.0 / 18.0).abs() < 1e-12 && first.l1 == 3.0 && first.weights == 18);
        assert!((first.std - (5.0 / 18.0 - (1.0_f64 / 6.0).powi(2)).sqrt()).abs() < 1e-12);
        assert!((first.effective_rank - 1.0).abs() < 1e-9, "{}", first.effective_rank);
        assert!((second.effective_rank - 2.0).abs() < 1e-9, "{}", second.effective_rank);
        assert!((first.near_zero - 16.0 / 18.0).abs() < 1e-12);
        assert_eq!(k.strongest_inputs(0), [1, 0]);
    }

    #[test]
    fn taps_that_do_not_exist_are_no_weights() {
        let listed = ListedWiring {
            slots: 2,
            outputs: vec![vec![
                Kernel2d { input: 2, slot: 0, extent: Extent::Full },
                Kernel2d { input: 0, slot: 1, extent: Extent::Centre },
            ]],
        };
        let k = kernels(3, 1, 3, Wiring::Listed(Arc::new(listed)), vec![1.0; 18]);
        assert_eq!((k.filters[0].weights, k.filters[0].l1, k.filters[0].near_zero), (10, 10.0, 0.0));
        assert_eq!(k.extents[0], [Some(Extent::Centre), None, Some(Extent::Full)]);
        let sums: Vec<f32> = (0..3).map(|i| k.dense.channel(0, i).iter().sum()).collect();
        assert_eq!(sums, [1.0, 0.0, 9.0]);
    }

    #[test]
    fn groups_read_their_own_inputs_and_equal_filters_are_found() {
        // Depthwise: four filters of one kernel each; equal values, but other inputs.
        let k = kernels(4, 4, 3, Wiring::Grouped(4), vec![1.0; 36]);
        let pairs = k
            .similarity(Measure::Cosine, &CancelToken::default())
            .expect("not cancelled")
            .most_similar_pairs(6);
        assert!(pairs.iter().all(|p| p.similarity == 0.0), "{pairs:?}");
        let mut values = crate::tensor::seeded_normal(3, 5 * 2 * 9, 1.0);
        let (from, to) = values.split_at_mut(4 * 18);
        to.iter_mut().zip(&from[18..36]).for_each(|(t, f)| *t = 3.0 * f);
        let k = kernels(2, 5, 3, Wiring::Grouped(1), values);
        let best = k
            .similarity(Measure::Cosine, &CancelToken::default())
            .expect("not cancelled")
            .most_similar_pairs(1)[0];
        assert_eq!((best.a, best.b), (1, 4));
        assert!(best.similarity > 0.999_999);
    }
}
