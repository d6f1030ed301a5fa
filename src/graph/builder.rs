//! The only way to make a graph: every shape is inferred and checked when a node is added.

use std::collections::HashSet;

use super::{
    Activation, Conv2d, Graph, GraphError, Node, NodeId, Op, Pool2d, Weight, WeightId, WeightSource, Wiring,
    shape,
};
use crate::tensor::Shape;

/// Adds nodes to a graph, one method per operation.
///
/// Node and weight names are put behind the current scope: inside the scope `fire2/` the node
/// `squeeze1x1` becomes `fire2/squeeze1x1` and asks for the weight `fire2/squeeze1x1.weight`.
pub struct Builder<'s> {
    graph: Graph,
    names: HashSet<String>,
    scope: String,
    source: &'s mut dyn WeightSource,
}

impl<'s> Builder<'s> {
    /// An empty graph whose weights come from `source`.
    pub fn new(source: &'s mut dyn WeightSource) -> Self {
        Self { graph: Graph::default(), names: HashSet::new(), scope: String::new(), source }
    }

    /// Runs `build` with `prefix` put before every name.
    pub fn scoped<T>(&mut self, prefix: &str, build: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.scope.len();
        self.scope.push_str(prefix);
        let result = build(self);
        self.scope.truncate(outer);
        result
    }

    /// The graph so far.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Shape of a value.
    pub fn shape(&self, id: NodeId) -> Shape {
        self.graph.shape(id)
    }

    /// Names a result. Without any, the last node is the result `output`.
    pub fn output(&mut self, name: &str, id: NodeId) {
        self.graph.outputs.push((name.to_owned(), id));
    }

    /// The finished graph.
    pub fn finish(mut self) -> Graph {
        if self.graph.outputs.is_empty() && !self.graph.nodes.is_empty() {
            let last = NodeId(self.graph.nodes.len() as u32 - 1);
            self.graph.outputs.push(("output".to_owned(), last));
        }
        self.graph
    }

    /// A map that the caller gives.
    pub fn input(&mut self, name: &str, shape: Shape) -> Result<NodeId, GraphError> {
        let name = self.full_name(name);
        let shape = shape.check().map_err(|e| node_error(&name, e.to_string()))?;
        let id = self.push(name, Op::Input, vec![], vec![], shape)?;
        self.graph.inputs.push(id);
        Ok(id)
    }

    /// Convolution with the kernel `{name}.weight` `[O, slots, k, k]` and, if `bias` allows it and
    /// the source has one, the bias `{name}.bias` `[O]`.
    pub fn conv2d(
        &mut self,
        name: &str,
        x: NodeId,
        conv: Conv2d,
        out_channels: usize,
        bias: bool,
    ) -> Result<NodeId, GraphError> {
        let bias = bias.then(|| format!("{name}.bias"));
        self.conv2d_of(name, &format!("{name}.weight"), bias.as_deref(), x, conv, out_channels)
    }

    /// [`Builder::conv2d`] whose tensors are not named after the node.
    pub fn conv2d_of(
        &mut self,
        name: &str,
        kernel: &str,
        bias: Option<&str>,
        x: NodeId,
        conv: Conv2d,
        out_channels: usize,
    ) -> Result<NodeId, GraphError> {
        let name = self.full_name(name);
        let x_shape = self.shape(x);
        let shape = shape::conv2d(x_shape, &conv, out_channels).map_err(|r| node_error(&name, r))?;
        let dims = [out_channels, conv.wiring.slots(x_shape.c), conv.kernel, conv.kernel];
        let mut weights = vec![self.take(&self.full_name(kernel), &dims)?];
        if let Some(bias) = bias {
            weights.extend(self.take_optional(&self.full_name(bias), &[out_channels])?);
        }
        self.push(name, Op::Conv2d(conv), vec![x], weights, shape)
    }

    /// 1x1 convolution, stride 1: the pointwise convolution. It has a bias if the source has one.
    pub fn pointwise(&mut self, name: &str, x: NodeId, out_channels: usize) -> Result<NodeId, GraphError> {
        let conv = Conv2d {
            kernel: 1,
            stride: 1,
            padding: super::Padding::default(),
            dilation: 1,
            wiring: Wiring::Grouped(1),
        };
        self.conv2d(name, x, conv, out_channels, true)
    }

    /// Fully connected layer on a 1x1 map: `{name}.weight` `[O, I]`, optional `{name}.bias` `[O]`.
    pub fn linear(&mut self, name: &str, x: NodeId, out_features: usize) -> Result<NodeId, GraphError> {
        let name = self.full_name(name);
        let x_shape = self.shape(x);
        if x_shape.plane() != 1 {
            return Err(node_error(&name, format!("a fully connected layer needs a 1x1 map, not {x_shape}")));
        }
        let mut weights = vec![self.take(&format!("{name}.weight"), &[out_features, x_shape.c])?];
        weights.extend(self.take_optional(&format!("{name}.bias"), &[out_features])?);
        self.push(name, Op::Linear, vec![x], weights, x_shape.with_channels(out_features))
    }

    /// Inference-mode batch norm with `{name}.weight`, `.bias`, `.running_mean`, `.running_var`.
    pub fn batch_norm(&mut self, name: &str, x: NodeId, eps: f32) -> Result<NodeId, GraphError> {
        let name = self.full_name(name);
        let shape = self.shape(x);
        let weights = ["weight", "bias", "running_mean", "running_var"]
            .iter()
            .map(|part| self.take(&format!("{name}.{part}"), &[shape.c]))
            .collect::<Result<_, _>>()?;
        self.push(name, Op::BatchNorm { eps }, vec![x], weights, shape)
    }

    /// A function of each value.
    pub fn activation(&mut self, name: &str, x: NodeId, f: Activation) -> Result<NodeId, GraphError> {
        let shape = self.shape(x);
        self.plain(name, Op::Activation(f), vec![x], Ok(shape))
    }

    /// Pooling.
    pub fn pool2d(&mut self, name: &str, x: NodeId, pool: Pool2d) -> Result<NodeId, GraphError> {
        let shape = shape::pool2d(self.shape(x), &pool);
        self.plain(name, Op::Pool2d(pool), vec![x], shape)
    }

    /// The mean of each channel as a 1x1 map.
    pub fn global_average_pool(&mut self, name: &str, x: NodeId) -> Result<NodeId, GraphError> {
        let shape = Shape { h: 1, w: 1, ..self.shape(x) };
        self.plain(name, Op::GlobalAveragePool, vec![x], Ok(shape))
    }

    /// Nearest-neighbour upsampling, cut to `h x w`.
    pub fn upsample(
        &mut self,
        name: &str,
        x: NodeId,
        factor: usize,
        h: usize,
        w: usize,
    ) -> Result<NodeId, GraphError> {
        let shape = shape::upsample(self.shape(x), factor, h, w);
        self.plain(name, Op::UpsampleNearest { factor, h, w }, vec![x], shape)
    }

    /// The sum of two maps.
    pub fn add(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, GraphError> {
        let shape = shape::add(self.shape(a), self.shape(b));
        self.plain(name, Op::Add, vec![a, b], shape)
    }

    /// Maps joined along the channels.
    pub fn concat(&mut self, name: &str, parts: &[NodeId]) -> Result<NodeId, GraphError> {
        let shapes: Vec<Shape> = parts.iter().map(|&p| self.shape(p)).collect();
        self.plain(name, Op::Concat, parts.to_vec(), shape::concat(&shapes))
    }

    /// Channels `start .. start + len`.
    pub fn slice(&mut self, name: &str, x: NodeId, start: usize, len: usize) -> Result<NodeId, GraphError> {
        let shape = shape::slice(self.shape(x), start, len);
        self.plain(name, Op::SliceChannels { start, len }, vec![x], shape)
    }

    /// Softmax over the channels of each pixel.
    pub fn softmax(&mut self, name: &str, x: NodeId) -> Result<NodeId, GraphError> {
        let shape = self.shape(x);
        self.plain(name, Op::Softmax, vec![x], Ok(shape))
    }

    /// Adds a node of another graph again, on other inputs. Its weights are shared.
    pub fn copy(&mut self, from: &Graph, node: &Node, inputs: &[NodeId]) -> Result<NodeId, GraphError> {
        let shapes: Vec<Shape> = inputs.iter().map(|&i| self.shape(i)).collect();
        let x = shapes.first().copied().unwrap_or(node.shape);
        let shape = match &node.op {
            Op::Input => Ok(node.shape),
            Op::Conv2d(conv) => shape::conv2d(x, conv, from.weight(node.weights[0]).dims[0]),
            Op::Linear => Ok(x.with_channels(from.weight(node.weights[0]).dims[0])),
            Op::BatchNorm { .. } | Op::Activation(_) | Op::Softmax => Ok(x),
            Op::Pool2d(pool) => shape::pool2d(x, pool),
            Op::GlobalAveragePool => Ok(Shape { h: 1, w: 1, ..x }),
            Op::UpsampleNearest { factor, h, w } => shape::upsample(x, *factor, *h, *w),
            Op::Add => shape::add(shapes[0], shapes[1]),
            Op::Concat => shape::concat(&shapes),
            Op::SliceChannels { start, len } => shape::slice(x, *start, *len),
        }
        .map_err(|r| node_error(&node.name, r))?;
        let weights = node.weights.iter().map(|&w| self.add_weight(from.weight(w).clone())).collect();
        let id = self.push(node.name.clone(), node.op.clone(), inputs.to_vec(), weights, shape)?;
        if node.op == Op::Input {
            self.graph.inputs.push(id);
        }
        Ok(id)
    }

    fn plain(
        &mut self,
        name: &str,
        op: Op,
        inputs: Vec<NodeId>,
        shape: Result<Shape, String>,
    ) -> Result<NodeId, GraphError> {
        let name = self.full_name(name);
        let shape = shape.map_err(|r| node_error(&name, r))?;
        self.push(name, op, inputs, vec![], shape)
    }

    fn push(
        &mut self,
        name: String,
        op: Op,
        inputs: Vec<NodeId>,
        weights: Vec<WeightId>,
        shape: Shape,
    ) -> Result<NodeId, GraphError> {
        if !self.names.insert(name.clone()) {
            return Err(node_error(&name, "a node of this name already exists".into()));
        }
        let id = NodeId(self.graph.nodes.len() as u32);
        self.graph.nodes.push(Node { name, op, inputs, weights, shape });
        Ok(id)
    }

    fn take(&mut self, name: &str, dims: &[usize]) -> Result<WeightId, GraphError> {
        let missing = || GraphError::Weight {
            tensor: name.to_owned(),
            expected: format!("{dims:?}"),
            found: "no tensor of this name".into(),
        };
        let weight = self.source.take(name, dims, false)?.ok_or_else(missing)?;
        Ok(self.add_weight(weight))
    }

    fn take_optional(&mut self, name: &str, dims: &[usize]) -> Result<Option<WeightId>, GraphError> {
        let weight = self.source.take(name, dims, true)?;
        Ok(weight.map(|w| self.add_weight(w)))
    }

    fn add_weight(&mut self, weight: Weight) -> WeightId {
        self.graph.weights.push(weight);
        WeightId(self.graph.weights.len() as u32 - 1)
    }

    fn full_name(&self, name: &str) -> String {
        format!("{}{name}", self.scope)
    }
}

fn node_error(node: &str, reason: String) -> GraphError {
    GraphError::Node { node: node.to_owned(), reason }
}
