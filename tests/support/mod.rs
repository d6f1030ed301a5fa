//! Operators on numbers that a test gives or draws, by the reference executor.

#![allow(dead_code, reason = "every test program uses a part of it")]

use std::collections::BTreeMap;

use convscope::exec::{Ctl, ReferencePlan, Value};
use convscope::graph::{
    Builder, Conv2d, Graph, GraphError, NodeId, Origin, Padding, Weight, WeightSource, Wiring,
};
use convscope::tensor::{HostTensor, Shape, seeded_normal};
use convscope::variants::{self, ConvVariant, Geometry, Output, Settings};

/// Weights by name that a test gives; the others are drawn.
#[derive(Default)]
pub struct Source {
    /// Given by name.
    pub given: BTreeMap<String, Vec<f32>>,
    /// Seed of the others.
    pub seed: u64,
    /// Whether biases are drawn that an operator may have.
    pub bias: bool,
    /// Whether norms are drawn that an operator may have.
    pub norm: bool,
}

impl Source {
    /// Weights drawn from this seed, without biases and norms.
    pub fn seeded(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// These weights.
    pub fn given(weights: &[(&str, Vec<f32>)]) -> Self {
        let given = weights.iter().map(|(name, values)| ((*name).to_owned(), values.clone())).collect();
        Self { given, ..Self::default() }
    }
}

impl WeightSource for Source {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        let wanted = if name.contains("norm.") { self.norm } else { self.bias };
        let values = match self.given.get(name) {
            Some(values) => values.clone(),
            None if optional && !wanted => return Ok(None),
            None => {
                let seed =
                    name.bytes().fold(self.seed, |seed, b| seed.wrapping_mul(31).wrapping_add(u64::from(b)));
                let mut values = seeded_normal(seed, dims.iter().product(), 0.5);
                if name.ends_with("running_var") {
                    values.iter_mut().for_each(|v| *v = v.abs() + 0.5);
                }
                values
            }
        };
        Ok(Some(Weight::new(name, dims.to_vec(), values, Origin::Given)))
    }
}

/// An operator on one input size.
pub struct Layer {
    /// As operations.
    pub graph: Graph,
    /// Its results by name.
    pub outputs: Vec<(&'static str, Output)>,
}

/// The settings of an operator, legal and complete.
pub fn settings(v: &dyn ConvVariant, g: &Geometry, set: &[(&str, &str)]) -> Settings {
    let mut s = Settings::default();
    set.iter().for_each(|(name, value)| s.set(name, value.parse().expect("infallible")));
    let s = s.completed(v, g);
    s.check(v, g).unwrap_or_else(|e| panic!("{}: {e}", v.name()));
    s
}

/// An operator on inputs of this size (batch, height, width).
pub fn layer(name: &str, g: Geometry, set: &[(&str, &str)], size: [usize; 3], source: &mut Source) -> Layer {
    let v = variants::find(name).expect("listed");
    let s = settings(v, &g, set);
    let mut b = Builder::new(source);
    let maps = v.inputs(&g, &s);
    let first = Shape::new(size[0], maps[0].channels, size[1], size[2]);
    let nodes: Vec<NodeId> =
        maps.iter().map(|map| b.input(map.name, map.shape(first)).expect("a shape")).collect();
    let outputs = v.lower(&g, &s, &nodes, &mut b).unwrap_or_else(|e| panic!("{name}: {e}"));
    Layer { graph: b.finish(), outputs }
}

impl Layer {
    /// Random inputs.
    pub fn inputs(&self, seed: u64) -> Vec<HostTensor> {
        let shapes = self.graph.inputs().iter().map(|&id| self.graph.shape(id));
        shapes.enumerate().map(|(i, shape)| random(shape, seed + 100 * i as u64)).collect()
    }

    /// Its maps.
    pub fn run(&self, inputs: &[HostTensor]) -> Vec<HostTensor> {
        let maps: Vec<NodeId> = self
            .outputs
            .iter()
            .filter(|(_, output)| !matches!(output, Output::Mask(_)))
            .map(|(_, output)| output.node())
            .collect();
        values(&self.graph, inputs, &maps)
    }

    /// Its first map.
    pub fn map(&self, inputs: &[HostTensor]) -> HostTensor {
        self.run(inputs).swap_remove(0)
    }

    /// The value of the node of this name.
    pub fn node(&self, name: &str, inputs: &[HostTensor]) -> HostTensor {
        let id = self.graph.find(name).unwrap_or_else(|| panic!("no node {name}"));
        values(&self.graph, inputs, &[id]).swap_remove(0)
    }

    /// The values of the weight of this name.
    pub fn weight(&self, name: &str) -> Vec<f32> {
        let found = self.graph.weights().iter().find(|w| w.name == name);
        found.unwrap_or_else(|| panic!("no weight {name}")).values.to_vec()
    }
}

/// Values of nodes.
pub fn values(graph: &Graph, inputs: &[HostTensor], nodes: &[NodeId]) -> Vec<HostTensor> {
    let trace = ReferencePlan::new(graph).run(inputs, &Ctl::default()).expect("the reference runs");
    let value = |&id: &NodeId| match trace.value(id) {
        Value::Host(tensor) => tensor.clone(),
        Value::Device { .. } => unreachable!("the reference computes on the host"),
    };
    nodes.iter().map(value).collect()
}

/// The last value of a graph that the test builds itself.
pub fn built(
    weights: &[(&str, Vec<f32>)],
    inputs: &[&HostTensor],
    build: impl FnOnce(&mut Builder<'_>, &[NodeId]) -> Result<NodeId, GraphError>,
) -> HostTensor {
    let mut source = Source::given(weights);
    let mut b = Builder::new(&mut source);
    let nodes: Vec<NodeId> = inputs
        .iter()
        .enumerate()
        .map(|(i, x)| b.input(&format!("in{i}"), x.shape()).expect("a shape"))
        .collect();
    let last = build(&mut b, &nodes).expect("it fits");
    let inputs: Vec<HostTensor> = inputs.iter().map(|x| (*x).clone()).collect();
    values(&b.finish(), &inputs, &[last]).swap_remove(0)
}

/// A convolution with "same" padding.
pub fn conv(kernel: usize, stride: usize, groups: usize) -> Conv2d {
    Conv2d { kernel, stride, padding: Padding::same(kernel, 1), dilation: 1, wiring: Wiring::Grouped(groups) }
}

/// The standard convolution of `x`, without bias.
pub fn standard(
    x: &HostTensor,
    weight: Vec<f32>,
    out_channels: usize,
    k: usize,
    stride: usize,
) -> HostTensor {
    built(&[("c.weight", weight)], &[x], |b, n| b.conv2d("c", n[0], conv(k, stride, 1), out_channels, false))
}

/// A random map.
pub fn random(shape: Shape, seed: u64) -> HostTensor {
    HostTensor::new(shape, seeded_normal(seed, shape.elements(), 1.0))
}

/// The map with its channels in this order.
pub fn reordered(x: &HostTensor, order: &[usize]) -> HostTensor {
    let Shape { n, .. } = x.shape();
    let channels = |n| order.iter().flat_map(move |&c| x.channel(n, c).iter().copied());
    HostTensor::new(x.shape().with_channels(order.len()), (0..n).flat_map(channels).collect())
}

/// Fails unless the maps are the same up to the order of additions.
#[track_caller]
pub fn assert_same(a: &HostTensor, b: &HostTensor, what: impl std::fmt::Debug) {
    let error = a.relative_error(b);
    assert!(error <= 1e-6, "{what:?}: {error}");
}
