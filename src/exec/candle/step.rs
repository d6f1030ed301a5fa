//! One node made ready for the CPU: its weights packed, its kernel chosen.

use std::sync::Arc;

use super::buffer::Unwritten;
use super::conv::PackedConv;
use super::elementwise::{self, PackedNorm};
use super::simd::Level;
use super::{norms, resample};
use crate::exec::ExecError;
use crate::graph::{Activation, Graph, Node, NormOver, Op, Pool2d, ResponseNorm, Sampling};
use crate::tensor::Shape;

/// What to do for one node.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Input,
    Conv(Arc<PackedConv>),
    Norm(PackedNorm),
    Activation(Activation),
    Pool(Pool2d),
    GlobalAverage,
    AdaptiveAverage,
    Flatten,
    Upsample { factor: usize },
    Add,
    Multiply,
    Concat,
    Slice { start: usize },
    Normalize { over: NormOver, eps: f32 },
    ResponseNorm(ResponseNorm),
    Softmax,
    Transpose { kernel: usize, weights: Arc<Vec<f32>> },
    Gather(Arc<Vec<u32>>),
    Scatter(Arc<Vec<u32>>),
    Resample(Arc<Sampling>),
    PairSoftmax,
    Blend,
}

impl Step {
    /// Packs one node.
    ///
    /// # Errors
    /// If a map is too large.
    pub(super) fn new(graph: &Graph, node: &Node, level: Level) -> Result<Self, ExecError> {
        let failed = |cause| ExecError::Device { node: node.name.clone(), cause };
        let weight = |i: usize| node.weights.get(i).map(|&id| graph.weight(id));
        let missing = || failed("a weight is missing".into());
        let bias = weight(1).map(|w| w.values.as_slice());
        let x = node.inputs.first().map_or(node.shape, |&id| graph.shape(id));
        Ok(match &node.op {
            Op::Input => Self::Input,
            Op::Conv2d(conv) => {
                let kernel = weight(0).ok_or_else(missing)?;
                let packed = PackedConv::alone(level, conv, kernel, bias, x, node.shape);
                Self::Conv(Arc::new(packed.map_err(failed)?))
            }
            Op::Linear => {
                let kernel = weight(0).ok_or_else(missing)?;
                let packed = PackedConv::linear(level, kernel, bias, x, node.shape);
                Self::Conv(Arc::new(packed.map_err(failed)?))
            }
            Op::BatchNorm { eps } => Self::Norm(PackedNorm::new(graph, node, *eps)),
            Op::Activation(f) => Self::Activation(*f),
            Op::Pool2d(pool) => Self::Pool(*pool),
            Op::GlobalAveragePool => Self::GlobalAverage,
            Op::AdaptiveAveragePool { .. } => Self::AdaptiveAverage,
            Op::Flatten => Self::Flatten,
            Op::Multiply => Self::Multiply,
            Op::UpsampleNearest { factor, .. } => Self::Upsample { factor: *factor },
            Op::Add => Self::Add,
            Op::Concat => Self::Concat,
            Op::SliceChannels { start, .. } => Self::Slice { start: *start },
            Op::Normalize { over, eps } => Self::Normalize { over: *over, eps: *eps },
            Op::LocalResponseNorm(norm) => Self::ResponseNorm(*norm),
            Op::Softmax => Self::Softmax,
            Op::DepthwiseTranspose { kernel, .. } => {
                let weights = weight(0).ok_or_else(missing)?.values.clone();
                Self::Transpose { kernel: *kernel, weights }
            }
            Op::GatherChannels(channels) => Self::Gather(channels.clone()),
            Op::ScatterAdd { channels, .. } => Self::Scatter(channels.clone()),
            Op::Resample(sampling) => Self::Resample(sampling.clone()),
            Op::PairSoftmax => Self::PairSoftmax,
            Op::Blend => Self::Blend,
        })
    }

    /// Computes the node from its inputs `x`, of the shapes `from`, into the memory of a map `to`.
    pub(super) fn run<'m>(
        &self,
        x: &[&[f32]],
        from: &[Shape],
        to: Shape,
        memory: Unwritten<'m>,
    ) -> &'m mut [f32] {
        match self {
            Self::Input => unreachable!("inputs are given"),
            Self::Conv(conv) => conv.run(x[0], memory),
            Self::Norm(norm) => norm.run(x[0], to, memory),
            Self::Activation(f) => elementwise::activation(*f, x[0], memory),
            Self::Pool(pool) => resample::pool(pool, x[0], from[0], to, memory),
            Self::GlobalAverage => resample::global_average(x[0], from[0].plane(), memory),
            Self::AdaptiveAverage => resample::adaptive_average(x[0], from[0], to, memory),
            Self::Flatten => elementwise::copy(x[0], memory),
            Self::Multiply => elementwise::multiply(x[0], x[1], to.plane(), memory),
            Self::Upsample { factor } => resample::upsample(*factor, x[0], from[0], to, memory),
            Self::Add => elementwise::add(x[0], x[1], memory),
            Self::Concat => {
                let parts: Vec<_> = x.iter().copied().zip(from.iter().map(|s| s.c)).collect();
                resample::concat(&parts, to, memory)
            }
            Self::Slice { start } => resample::slice_channels(*start, x[0], from[0], to, memory),
            Self::Normalize { over, eps } => norms::normalize(*over, *eps, x[0], to, memory),
            Self::ResponseNorm(norm) => norms::response_norm(norm, x[0], to, memory),
            Self::Softmax => elementwise::softmax(x[0], to, memory),
            Self::Transpose { kernel, weights } => {
                resample::depthwise_transpose(*kernel, weights, x[0], from[0], to, memory)
            }
            Self::Gather(channels) => resample::gather_channels(channels, x[0], from[0], to, memory),
            Self::Scatter(channels) => resample::scatter_add(channels, x[0], to, memory),
            Self::Resample(sampling) => resample::sampled(sampling, x[0], from[0], to, memory),
            Self::PairSoftmax => elementwise::pair_softmax(x[0], x[1], memory),
            Self::Blend => elementwise::blend(x[2], x[0], x[1], to.plane(), memory),
        }
    }
}
