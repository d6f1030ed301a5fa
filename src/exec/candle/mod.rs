//! The CPU executor: candle tensors flow through the graph, our own kernels run on them
//! where candle has none or a slow one.
//!
//! candle runs a grouped convolution as a loop over groups and copies the whole map out for a
//! dense one; the convolutions, pools and the rest here are ours. Adding maps is candle's.

pub mod autograd;
mod awake;
mod buffer;
mod conv;
mod elementwise;
mod fused;
mod machine;
mod norms;
mod post;
mod resample;
mod simd;
mod spread;
mod step;
mod tensors;
#[cfg(test)]
mod tests;

pub use fused::FusedPlan;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use candle_core::{Device, Tensor};

use super::{Ctl, ExecError, NodeTime, TimeMethod, Trace, Value, check_inputs};
use crate::graph::{Graph, Node};
use crate::tensor::{HostTensor, Shape};
use awake::awake;
use simd::Level;
use step::Step;
use tensors::{dims, take};

/// The processor with its threads and instruction set, as runs tell it.
pub fn describe() -> String {
    machine::describe(Level::best())
}

/// A graph made ready to run on the CPU: weights packed once for this machine's vectors.
#[derive(Clone, Debug)]
pub struct CandlePlan {
    graph: Graph,
    /// One per node.
    steps: Vec<Step>,
    device: String,
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
        let steps =
            graph.nodes().iter().map(|node| Step::new(graph, node, level)).collect::<Result<_, _>>()?;
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
            _ => Step::new(graph, node, Level::best()),
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
        let (times, total_ns) = awake(|| self.nodes(&mut tensors, &given, ctl))?;

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

    /// Computes the nodes that are not given, in order. Returns the time of each and of all.
    fn nodes<'v>(
        &self,
        tensors: &mut [Option<Tensor>],
        given: &(impl Fn(usize) -> Option<&'v HostTensor> + Sync),
        ctl: &Ctl,
    ) -> Result<(Vec<NodeTime>, u64), ExecError> {
        let nodes = self.graph.nodes();
        let mut times = Vec::with_capacity(nodes.len());
        let start = Instant::now();
        for (i, (node, step)) in nodes.iter().zip(&self.steps).enumerate() {
            ctl.step(i, nodes.len())?;
            if given(i).is_some() {
                times.push(NodeTime { ns: 0 });
                continue;
            }
            let x: Vec<&Tensor> = node.inputs.iter().filter_map(|id| tensors[id.index()].as_ref()).collect();
            let from: Vec<Shape> = node.inputs.iter().map(|&id| self.graph.shape(id)).collect();
            let before = Instant::now();
            // The result has memory of its own.
            let y = match step {
                Step::Add => x[0].add(x[1]),
                _ => tensors::apply(&x, node.op.name(), node.shape, |x, memory| {
                    step.run(x, &from, node.shape, memory)
                }),
            };
            let y = y.map_err(|e| device_error(&node.name, &e))?;
            times.push(NodeTime { ns: before.elapsed().as_nanos() as u64 });
            tensors[i] = Some(y);
        }
        Ok((times, start.elapsed().as_nanos() as u64))
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

fn device_error(node: &str, e: &candle_core::Error) -> ExecError {
    ExecError::Device { node: node.to_owned(), cause: e.to_string() }
}
