//! The CPU executor: candle tensors flow through the graph, our own kernels run as candle custom
//! operations where candle has none or a slow one.
//!
//! candle runs a grouped convolution as a loop over groups and copies the whole map out for a
//! dense one; the convolutions, pools and the rest here are ours. Adding maps is candle's.

mod buffer;
mod conv;
mod custom;
mod elementwise;
mod machine;
mod resample;
mod simd;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use candle_core::{Device, Tensor};

use super::{Ctl, ExecError, NodeTime, TimeMethod, Trace, Value, check_inputs};
use crate::graph::{Activation, Graph, Node, Op, Pool2d};
use crate::tensor::{HostTensor, Shape};
use conv::PackedConv;
use custom::{apply, dims, take};
use elementwise::PackedNorm;
use simd::Level;

/// A graph made ready to run on the CPU: weights packed once for this machine's vectors.
#[derive(Clone, Debug)]
pub struct CandlePlan {
    graph: Graph,
    /// One per node.
    steps: Vec<Step>,
    device: String,
}

/// What to do for one node.
#[derive(Clone, Debug)]
enum Step {
    Input,
    Conv(Arc<PackedConv>),
    Norm(PackedNorm),
    Activation(Activation),
    Pool(Pool2d),
    GlobalAverage,
    Upsample { factor: usize },
    Add,
    Concat,
    Slice { start: usize },
    Softmax,
    Transpose { kernel: usize, weights: Arc<Vec<f32>> },
    Gather(Arc<Vec<u32>>),
    Scatter(Arc<Vec<u32>>),
    PairSoftmax,
    Blend,
}

impl CandlePlan {
    /// Packs the weights of every node.
    ///
    /// # Errors
    /// [`ExecError::Device`] if a map is too large.
    pub fn new(graph: &Graph) -> Result<Self, ExecError> {
        Self::for_level(graph, Level::best())
    }

    fn for_level(graph: &Graph, level: Level) -> Result<Self, ExecError> {
        let steps = graph.nodes().iter().map(|node| step(graph, node, level)).collect::<Result<_, _>>()?;
        Ok(Self { graph: graph.clone(), steps, device: machine::describe(level) })
    }

    /// The same for a graph that shares most of its nodes with the one of `earlier`: what was packed
    /// for a node of the same name, operation, shapes and weights is used again.
    ///
    /// # Errors
    /// As [`CandlePlan::new`].
    pub fn new_like(graph: &Graph, earlier: &Self) -> Result<Self, ExecError> {
        let old: HashMap<&str, usize> =
            earlier.graph.nodes().iter().enumerate().map(|(i, node)| (node.name.as_str(), i)).collect();
        let step_of = |node: &Node| match old.get(node.name.as_str()) {
            Some(&i) if same_work(graph, node, &earlier.graph, &earlier.graph.nodes()[i]) => {
                Ok(earlier.steps[i].clone())
            }
            _ => step(graph, node, Level::best()),
        };
        let steps = graph.nodes().iter().map(step_of).collect::<Result<_, _>>()?;
        Ok(Self { graph: graph.clone(), steps, device: earlier.device.clone() })
    }

    /// Runs the graph on one value per input. Times are the host's clock around each node.
    ///
    /// # Errors
    /// As [`CandlePlan::resume`].
    pub fn run(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<Trace, ExecError> {
        self.resume(inputs, &[], ctl)
    }

    /// Runs the nodes whose values are not `known`; those take no time. `known` holds one entry per
    /// node, or nothing at all.
    ///
    /// Values leave candle without a copy; those of the inputs are copied into candle tensors
    /// before the clock starts.
    ///
    /// # Errors
    /// [`ExecError::Input`] if the inputs do not fit, [`ExecError::Cancelled`],
    /// [`ExecError::Device`] if candle refuses an operation.
    pub fn resume(
        &self,
        inputs: &[HostTensor],
        known: &[Option<HostTensor>],
        ctl: &Ctl,
    ) -> Result<Trace, ExecError> {
        check_inputs(&self.graph, inputs)?;
        let nodes = self.graph.nodes();
        let given = |i: usize| {
            let input = self.graph.inputs().iter().position(|id| id.index() == i);
            input.map(|place| &inputs[place]).or_else(|| known.get(i)?.as_ref())
        };
        // Only given values that somebody reads become candle tensors: that is a copy.
        let mut read = vec![false; nodes.len()];
        for (_, node) in nodes.iter().enumerate().filter(|(i, _)| given(*i).is_none()) {
            node.inputs.iter().for_each(|id| read[id.index()] = true);
        }
        let mut tensors: Vec<Option<Tensor>> = (0..nodes.len())
            .map(|i| {
                let x = given(i).filter(|_| read[i]);
                x.map(|x| Tensor::from_slice(x.data(), dims(x.shape()), &Device::Cpu)).transpose()
            })
            .collect::<Result<_, _>>()
            .map_err(|e| device_error("inputs", &e))?;
        let mut times = Vec::with_capacity(nodes.len());
        let start = Instant::now();
        for (i, (node, step)) in nodes.iter().zip(&self.steps).enumerate() {
            ctl.step(i, nodes.len())?;
            if given(i).is_some() {
                times.push(NodeTime { ns: 0 });
                continue;
            }
            let x: Vec<&Tensor> = node.inputs.iter().filter_map(|id| tensors[id.index()].as_ref()).collect();
            let from = node.inputs.first().map_or(node.shape, |&id| self.graph.shape(id));
            let before = Instant::now();
            let y = step.run(&x, from, node).map_err(|e| device_error(&node.name, &e))?;
            times.push(NodeTime { ns: before.elapsed().as_nanos() as u64 });
            tensors[i] = Some(y);
        }
        let total_ns = start.elapsed().as_nanos() as u64;

        let mut values = Vec::with_capacity(nodes.len());
        for (i, (node, tensor)) in nodes.iter().zip(&tensors).enumerate() {
            values.push(Value::Host(match (given(i), tensor) {
                (None, Some(tensor)) => {
                    let data = take(tensor).map_err(|e| device_error(&node.name, &e))?;
                    HostTensor::new(node.shape, data)
                }
                (given, _) => given.expect("every node was given or computed").clone(),
            }));
        }
        let device = self.device.clone();
        Ok(Trace { values, times, method: TimeMethod::HostClock, total_ns, device })
    }
}

/// Whether two nodes of two graphs need the same packed weights.
fn same_work(new: &Graph, a: &Node, old: &Graph, b: &Node) -> bool {
    let shapes = |graph: &Graph, node: &Node| -> Vec<Shape> {
        node.inputs.iter().map(|&id| graph.shape(id)).chain([node.shape]).collect()
    };
    a.op == b.op
        && shapes(new, a) == shapes(old, b)
        && a.weights.len() == b.weights.len()
        && (a.weights.iter().zip(&b.weights))
            .all(|(&x, &y)| Arc::ptr_eq(&new.weight(x).values, &old.weight(y).values))
}

/// Packs one node.
fn step(graph: &Graph, node: &Node, level: Level) -> Result<Step, ExecError> {
    let failed = |cause| ExecError::Device { node: node.name.clone(), cause };
    let weight = |i: usize| node.weights.get(i).map(|&id| graph.weight(id));
    let missing = || failed("a weight is missing".into());
    let bias = weight(1).map(|w| w.values.as_slice());
    let x = node.inputs.first().map_or(node.shape, |&id| graph.shape(id));
    Ok(match &node.op {
        Op::Input => Step::Input,
        Op::Conv2d(conv) => {
            let kernel = weight(0).ok_or_else(missing)?;
            let packed = PackedConv::new(level, conv, kernel, bias, x, node.shape);
            Step::Conv(Arc::new(packed.map_err(failed)?))
        }
        Op::Linear => {
            let kernel = weight(0).ok_or_else(missing)?;
            let packed = PackedConv::linear(level, kernel, bias, x, node.shape);
            Step::Conv(Arc::new(packed.map_err(failed)?))
        }
        Op::BatchNorm { eps } => Step::Norm(PackedNorm::new(graph, node, *eps)),
        Op::Activation(f) => Step::Activation(*f),
        Op::Pool2d(pool) => Step::Pool(*pool),
        Op::GlobalAveragePool => Step::GlobalAverage,
        Op::UpsampleNearest { factor, .. } => Step::Upsample { factor: *factor },
        Op::Add => Step::Add,
        Op::Concat => Step::Concat,
        Op::SliceChannels { start, .. } => Step::Slice { start: *start },
        Op::Softmax => Step::Softmax,
        Op::DepthwiseTranspose { kernel, .. } => {
            let weights = weight(0).ok_or_else(missing)?.values.clone();
            Step::Transpose { kernel: *kernel, weights }
        }
        Op::GatherChannels(channels) => Step::Gather(channels.clone()),
        Op::ScatterAdd { channels, .. } => Step::Scatter(channels.clone()),
        Op::PairSoftmax => Step::PairSoftmax,
        Op::Blend => Step::Blend,
    })
}

impl Step {
    /// Runs one node on its inputs, the first of the shape `from`. The result has memory of its own.
    fn run(&self, x: &[&Tensor], from: Shape, node: &Node) -> candle_core::Result<Tensor> {
        let Some(&first) = x.first() else {
            candle_core::bail!("no value was given");
        };
        let to = node.shape;
        let name = node.op.name();
        match self {
            Self::Input => first.copy(),
            Self::Conv(conv) => apply(first, name, to, |x| conv.run(x)),
            Self::Norm(norm) => apply(first, name, to, |x| norm.run(x, to)),
            Self::Activation(f) => apply(first, name, to, |x| elementwise::activation(*f, x)),
            Self::Pool(pool) => apply(first, name, to, |x| resample::pool(pool, x, from, to)),
            Self::GlobalAverage => apply(first, name, to, |x| resample::global_average(x, from.plane())),
            Self::Upsample { factor } => apply(first, name, to, |x| resample::upsample(*factor, x, from, to)),
            Self::Add => first.add(x[1]),
            Self::Concat => custom::concat(x, to),
            Self::Slice { start } => {
                apply(first, name, to, |x| resample::slice_channels(*start, x, from, to))
            }
            Self::Softmax => apply(first, name, to, |x| elementwise::softmax(x, to)),
            Self::Transpose { kernel, weights } => {
                apply(first, name, to, |x| resample::depthwise_transpose(*kernel, weights, x, from, to))
            }
            Self::Gather(channels) => {
                apply(first, name, to, |x| resample::gather_channels(channels, x, from, to))
            }
            Self::Scatter(channels) => apply(first, name, to, |x| resample::scatter_add(channels, x, to)),
            Self::PairSoftmax => custom::apply_two(first, x[1], name, to, elementwise::pair_softmax),
            Self::Blend => custom::blend(first, x[1], x[2], to),
        }
    }
}

fn device_error(node: &str, e: &candle_core::Error) -> ExecError {
    ExecError::Device { node: node.to_owned(), cause: e.to_string() }
}
