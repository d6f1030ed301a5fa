//! A part of a graph as a function of its weights, with its gradient through candle's autograd.
//!
//! The executors' kernels have no gradients, so the part is interpreted a second time with candle's
//! own differentiable operations: a convolution is a matrix product with the patches of its input. What does
//! not depend on a weight (the patches of the given map, pools, slices) is computed once. Connections that a
//! [`Wiring`](crate::graph::Wiring) does not have get a constant zero, so that they never get a gradient.
//!
//! Trained are kernels, biases, and scale and shift of norms; the statistics of norms are constants.

mod conv;
mod curvature;
mod ops;
mod patches;
mod small;

use candle_core::{Device, Tensor, Var};

use self::conv::Connections;
use super::device_error;
use super::tensors::dims;
use crate::exec::ExecError;
use crate::graph::{Graph, Node, NodeId, Op, WeightId};
use crate::tensor::{HostTensor, Shape};

pub use self::curvature::{Block, NodeCurvature};

/// Where one trained tensor lies among all trained values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The tensor.
    pub weight: WeightId,
    /// Place of its first value.
    pub first: usize,
    /// Number of its values.
    pub len: usize,
}

/// A weight of a step.
enum Leaf {
    /// Place among the parameters.
    Trained(usize),
    /// Statistics of a norm.
    Fixed(Tensor),
}

/// One node.
struct Step {
    node: Node,
    /// Places of its inputs among the values; 0 is the given map.
    inputs: Vec<usize>,
    /// Shape of its first input.
    from: Shape,
    leaves: Vec<Leaf>,
    /// Of a convolution.
    connections: Option<Connections>,
    /// Patches of a convolution's input, if that does not depend on a weight.
    patches: Option<Tensor>,
    /// Its value, if that does not depend on a weight.
    value: Option<Tensor>,
}

/// A part of a graph, fed with one map, as a function of its weights.
pub struct Differentiable {
    input: Tensor,
    steps: Vec<Step>,
    parameters: Vec<Parameter>,
    start: Vec<f32>,
    output: Shape,
}

impl Differentiable {
    /// The nodes `part` of `graph`, in execution order, whose one input from outside is the map `x`. The
    /// last node gives the result.
    ///
    /// # Errors
    /// [`ExecError::Device`] if the nodes read several maps from outside or one of another shape than `x`,
    /// or candle refuses an operation.
    pub fn new(graph: &Graph, part: &[NodeId], x: &HostTensor) -> Result<Self, ExecError> {
        let refuse = |node: &str, cause: &str| ExecError::Device { node: node.into(), cause: cause.into() };
        let Some(&last) = part.last() else {
            return Err(refuse("operator", "it has no nodes"));
        };
        let input = Tensor::from_slice(x.data(), dims(x.shape()), &Device::Cpu)
            .map_err(|e| device_error("input", &e))?;
        let mut this = Self {
            input,
            steps: Vec::with_capacity(part.len()),
            parameters: Vec::new(),
            start: Vec::new(),
            output: graph.shape(last),
        };
        let mut outside = None;
        for &id in part {
            let node = graph.node(id);
            let mut inputs = Vec::new();
            for &from in &node.inputs {
                inputs.push(match part.iter().position(|&p| p == from) {
                    Some(place) => place + 1,
                    None if *outside.get_or_insert(from) == from && graph.shape(from) == x.shape() => 0,
                    None => return Err(refuse(&node.name, "it does not read the one given map")),
                });
            }
            let from = node.inputs.first().map_or(node.shape, |&id| graph.shape(id));
            let step = this.step(graph, node, inputs, from).map_err(|e| device_error(&node.name, &e))?;
            this.steps.push(step);
        }
        Ok(this)
    }

    fn step(
        &mut self,
        graph: &Graph,
        node: &Node,
        inputs: Vec<usize>,
        from: Shape,
    ) -> candle_core::Result<Step> {
        let mut leaves = Vec::new();
        for (i, &id) in node.weights.iter().enumerate() {
            let weight = graph.weight(id);
            let statistics = matches!(node.op, Op::BatchNorm { .. }) && i >= 2;
            leaves.push(if statistics {
                Leaf::Fixed(Tensor::from_slice(&weight.values, weight.dims.as_slice(), &Device::Cpu)?)
            } else {
                let (first, len) = (self.start.len(), weight.values.len());
                self.start.extend_from_slice(&weight.values);
                self.parameters.push(Parameter { weight: id, first, len });
                Leaf::Trained(self.parameters.len() - 1)
            });
        }
        let connections = match &node.op {
            Op::Conv2d(conv) => Some(Connections::new(conv, from.c, node.shape.c)?),
            _ => None,
        };
        let node = node.clone();
        let mut step = Step { node, inputs, from, leaves, connections, patches: None, value: None };
        // Inputs that are all known make a known value, or known patches where there are weights.
        let known: Option<Vec<&Tensor>> = step
            .inputs
            .iter()
            .map(|&i| if i == 0 { Some(&self.input) } else { self.steps[i - 1].value.as_ref() })
            .collect();
        if let Some(x) = known.filter(|x| !x.is_empty()) {
            match &step.node.op {
                Op::Conv2d(conv) => {
                    step.patches = Some(patches::patches(conv, x[0], step.from, step.node.shape)?);
                }
                _ if step.leaves.is_empty() => step.value = Some(ops::run(&step, &x, &[])?),
                _ => {}
            }
        }
        Ok(step)
    }

    /// The trained tensors, one behind the other.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The values of all parameters as they are in the graph.
    pub fn start(&self) -> &[f32] {
        &self.start
    }

    /// Shape of the result.
    pub fn output(&self) -> Shape {
        self.output
    }

    /// The operation that gives the result.
    pub fn last_op(&self) -> Option<&Op> {
        self.steps.last().map(|s| &s.node.op)
    }

    /// The result for these values of the parameters.
    ///
    /// # Errors
    /// If candle refuses an operation.
    pub fn run(&self, parameters: &[f32]) -> Result<Vec<f32>, ExecError> {
        Ok(self.record(parameters)?.result)
    }

    /// The result, ready to be differentiated.
    ///
    /// # Errors
    /// If candle refuses an operation.
    pub fn record(&self, parameters: &[f32]) -> Result<Recorded, ExecError> {
        let failed = |e: candle_core::Error| device_error("operator", &e);
        let leaves = self.variables(parameters).map_err(failed)?;
        let values = self.values(&leaves)?;
        let tensor = values.last().expect("there is at least one step").clone();
        let result = tensor.flatten_all().and_then(|t| t.to_vec1::<f32>()).map_err(failed)?;
        Ok(Recorded { leaves, tensor, result })
    }

    fn variables(&self, parameters: &[f32]) -> candle_core::Result<Vec<Var>> {
        let variable = |p: &Parameter| {
            let values = &parameters[p.first..p.first + p.len];
            Var::from_tensor(&Tensor::from_slice(values, p.len, &Device::Cpu)?)
        };
        self.parameters.iter().map(variable).collect()
    }

    /// One value per step.
    fn values(&self, leaves: &[Var]) -> Result<Vec<Tensor>, ExecError> {
        let mut values: Vec<Tensor> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let x: Vec<&Tensor> =
                step.inputs.iter().map(|&i| if i == 0 { &self.input } else { &values[i - 1] }).collect();
            let weights: Vec<&Tensor> = step
                .leaves
                .iter()
                .map(|leaf| match leaf {
                    Leaf::Trained(place) => leaves[*place].as_tensor(),
                    Leaf::Fixed(tensor) => tensor,
                })
                .collect();
            let value = match &step.value {
                Some(known) => known.clone(),
                None => ops::run(step, &x, &weights).map_err(|e| device_error(&step.node.name, &e))?,
            };
            values.push(value);
        }
        Ok(values)
    }
}

/// A result that remembers how it came about.
pub struct Recorded {
    leaves: Vec<Var>,
    tensor: Tensor,
    /// The values, row-major.
    pub result: Vec<f32>,
}

impl Recorded {
    /// The gradient of the sum of `result * factors` with respect to every parameter.
    ///
    /// # Errors
    /// If candle refuses an operation.
    pub fn gradient(&self, factors: &[f32]) -> Result<Vec<f32>, ExecError> {
        let gradient = || -> candle_core::Result<Vec<f32>> {
            let factors = Tensor::from_slice(factors, self.tensor.shape(), &Device::Cpu)?;
            let grads = (&self.tensor * factors)?.sum_all()?.backward()?;
            let mut all = Vec::new();
            for leaf in &self.leaves {
                match grads.get(leaf) {
                    Some(grad) => all.extend(grad.flatten_all()?.to_vec1::<f32>()?),
                    None => all.resize(all.len() + leaf.elem_count(), 0.0),
                }
            }
            Ok(all)
        };
        gradient().map_err(|e| device_error("operator", &e))
    }
}
