//! The only way to make a graph: every shape is inferred and checked when a node is added.

use std::collections::HashSet;
use std::sync::Arc;

use super::{
    Activation, Conv2d, Graph, GraphError, Node, NodeId, NormOver, Op, Pool2d, ResponseNorm, Sampling,
    Weight, WeightId, WeightSource, Wiring, shape,
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

    /// The weight `name` itself, for operators whose connections depend on its values; it is handed
    /// back through [`Builder::conv2d_with`].
    ///
    /// # Errors
    /// If it is missing or has other sides.
    pub fn weight(&mut self, name: &str, dims: &[usize]) -> Result<Weight, GraphError> {
        self.required(&self.full_name(name), dims)
    }

    /// [`Builder::weight`], if the source has it.
    ///
    /// # Errors
    /// If it has other sides.
    pub fn weight_if_given(&mut self, name: &str, dims: &[usize]) -> Result<Option<Weight>, GraphError> {
        self.source.take(&self.full_name(name), dims, true)
    }

    /// [`Builder::conv2d`] with a kernel and a bias that the caller has.
    ///
    /// # Errors
    /// If the kernel or the shapes do not fit.
    pub fn conv2d_with(
        &mut self,
        name: &str,
        x: NodeId,
        conv: Conv2d,
        out_channels: usize,
        kernel: Weight,
        bias: Option<Weight>,
    ) -> Result<NodeId, GraphError> {
        let name = self.full_name(name);
        let x_shape = self.shape(x);
        let shape = shape::conv2d(x_shape, &conv, out_channels).map_err(|r| node_error(&name, r))?;
        let dims = vec![out_channels, conv.wiring.slots(x_shape.c), conv.kernel, conv.kernel];
        if kernel.values.len() != dims.iter().product::<usize>() {
            return Err(wrong_dims(&kernel.name, &dims, &kernel.dims));
        }
        let mut weights = vec![self.add_weight(Weight { dims, ..kernel })];
        weights.extend(bias.map(|b| self.add_weight(b)));
        self.push(name, Op::Conv2d(conv), vec![x], weights, shape)
    }

    /// Depthwise transposed convolution with stride = kernel, cut to `h x w`: `{name}.weight`
    /// `[C, 1, k, k]`.
    pub fn depthwise_transpose(
        &mut self,
        name: &str,
        x: NodeId,
        kernel: usize,
        h: usize,
        w: usize,
    ) -> Result<NodeId, GraphError> {
        let name = self.full_name(name);
        let x_shape = self.shape(x);
        let shape = shape::depthwise_transpose(x_shape, kernel, h, w).map_err(|r| node_error(&name, r))?;
        let weight = self.take(&format!("{name}.weight"), &[x_shape.c, 1, kernel, kernel])?;
        self.push(name, Op::DepthwiseTranspose { kernel, h, w }, vec![x], vec![weight], shape)
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
        self.linear_of(name, x, out_features, true)
    }

    /// [`Builder::linear`] that has no bias unless `bias`.
    pub fn linear_of(
        &mut self,
        name: &str,
        x: NodeId,
        out_features: usize,
        bias: bool,
    ) -> Result<NodeId, GraphError> {
        let name = self.full_name(name);
        let x_shape = self.shape(x);
        if x_shape.plane() != 1 {
            return Err(node_error(&name, format!("a fully connected layer needs a 1x1 map, not {x_shape}")));
        }
        let mut weights = vec![self.take(&format!("{name}.weight"), &[out_features, x_shape.c])?];
        if bias {
            weights.extend(self.take_optional(&format!("{name}.bias"), &[out_features])?);
        }
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

    /// [`Builder::batch_norm`] if the source has its tensors, else `x` itself. They are there together
    /// or not at all.
    pub fn batch_norm_if_given(&mut self, name: &str, x: NodeId, eps: f32) -> Result<NodeId, GraphError> {
        let full = self.full_name(name);
        let shape = self.shape(x);
        let parts = ["weight", "bias", "running_mean", "running_var"].map(|part| format!("{full}.{part}"));
        let mut found = Vec::new();
        for part in &parts {
            found.push(self.take_optional(part, &[shape.c])?);
        }
        let weights: Vec<WeightId> = found.iter().filter_map(|&w| w).collect();
        if weights.is_empty() {
            return Ok(x);
        }
        if let Some(missing) = found.iter().position(Option::is_none) {
            return Err(GraphError::Weight {
                tensor: parts[missing].clone(),
                expected: format!("{:?}", [shape.c]),
                found: NO_TENSOR.into(),
            });
        }
        self.push(full, Op::BatchNorm { eps }, vec![x], weights, shape)
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

    /// Means over `h x w` windows that cover the map.
    pub fn adaptive_average_pool(
        &mut self,
        name: &str,
        x: NodeId,
        h: usize,
        w: usize,
    ) -> Result<NodeId, GraphError> {
        let shape = shape::adaptive_pool(self.shape(x), h, w);
        self.plain(name, Op::AdaptiveAveragePool { h, w }, vec![x], shape)
    }

    /// Each map of the batch as one pixel.
    pub fn flatten(&mut self, name: &str, x: NodeId) -> Result<NodeId, GraphError> {
        let shape = shape::flatten(self.shape(x));
        self.plain(name, Op::Flatten, vec![x], Ok(shape))
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

    /// The product of two maps; the second may have one pixel per channel.
    pub fn multiply(&mut self, name: &str, x: NodeId, factor: NodeId) -> Result<NodeId, GraphError> {
        let shape = shape::multiply(self.shape(x), self.shape(factor));
        self.plain(name, Op::Multiply, vec![x, factor], shape)
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

    /// The named channels in this order.
    pub fn gather(&mut self, name: &str, x: NodeId, channels: Vec<u32>) -> Result<NodeId, GraphError> {
        let shape = shape::gather(self.shape(x), &channels);
        self.plain(name, Op::GatherChannels(Arc::new(channels)), vec![x], shape)
    }

    /// Maps of zeros to which each channel of `x` is added at its place.
    pub fn scatter_add(
        &mut self,
        name: &str,
        x: NodeId,
        channels: Vec<u32>,
        out_channels: usize,
    ) -> Result<NodeId, GraphError> {
        let shape = shape::scatter_add(self.shape(x), &channels, out_channels);
        let op = Op::ScatterAdd { channels: Arc::new(channels), out_channels };
        self.plain(name, op, vec![x], shape)
    }

    /// Values moved or mixed along the axes of the map.
    pub fn resample(&mut self, name: &str, x: NodeId, sampling: Sampling) -> Result<NodeId, GraphError> {
        let shape = sampling.shape(self.shape(x));
        self.plain(name, Op::Resample(Arc::new(sampling)), vec![x], shape)
    }

    /// `exp(a) / (exp(a) + exp(b))`.
    pub fn pair_softmax(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, GraphError> {
        let shape = shape::add(self.shape(a), self.shape(b));
        self.plain(name, Op::PairSoftmax, vec![a, b], shape)
    }

    /// `w a + (1 - w) b`, with one `w` per channel.
    pub fn blend(&mut self, name: &str, a: NodeId, b: NodeId, w: NodeId) -> Result<NodeId, GraphError> {
        let shape = shape::blend(self.shape(a), self.shape(b), self.shape(w));
        self.plain(name, Op::Blend, vec![a, b, w], shape)
    }

    /// Norm with the statistics of its input, without scale and shift.
    pub fn normalize(
        &mut self,
        name: &str,
        x: NodeId,
        over: NormOver,
        eps: f32,
    ) -> Result<NodeId, GraphError> {
        let shape = shape::normalize(self.shape(x), over);
        self.plain(name, Op::Normalize { over, eps }, vec![x], shape)
    }

    /// Local response norm over neighbouring channels.
    pub fn response_norm(&mut self, name: &str, x: NodeId, norm: ResponseNorm) -> Result<NodeId, GraphError> {
        let shape = shape::response_norm(self.shape(x), &norm);
        self.plain(name, Op::LocalResponseNorm(norm), vec![x], shape)
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
            Op::Normalize { over, .. } => shape::normalize(x, *over),
            Op::LocalResponseNorm(norm) => shape::response_norm(x, norm),
            Op::Pool2d(pool) => shape::pool2d(x, pool),
            Op::GlobalAveragePool => Ok(Shape { h: 1, w: 1, ..x }),
            Op::AdaptiveAveragePool { h, w } => shape::adaptive_pool(x, *h, *w),
            Op::Flatten => Ok(shape::flatten(x)),
            Op::Multiply => shape::multiply(shapes[0], shapes[1]),
            Op::UpsampleNearest { factor, h, w } => shape::upsample(x, *factor, *h, *w),
            Op::Add | Op::PairSoftmax => shape::add(shapes[0], shapes[1]),
            Op::Blend => shape::blend(shapes[0], shapes[1], shapes[2]),
            Op::DepthwiseTranspose { kernel, h, w } => shape::depthwise_transpose(x, *kernel, *h, *w),
            Op::GatherChannels(channels) => shape::gather(x, channels),
            Op::ScatterAdd { channels, out_channels } => shape::scatter_add(x, channels, *out_channels),
            Op::Resample(sampling) => sampling.shape(x),
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
        let weight = self.required(name, dims)?;
        Ok(self.add_weight(weight))
    }

    fn required(&mut self, name: &str, dims: &[usize]) -> Result<Weight, GraphError> {
        let missing = || GraphError::Weight {
            tensor: name.to_owned(),
            expected: format!("{dims:?}"),
            found: NO_TENSOR.into(),
        };
        self.source.take(name, dims, false)?.ok_or_else(missing)
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

/// What is found where a tensor is missing.
const NO_TENSOR: &str = "no tensor of this name";

fn wrong_dims(tensor: &str, expected: &[usize], found: &[usize]) -> GraphError {
    GraphError::Weight {
        tensor: tensor.to_owned(),
        expected: format!("{expected:?}"),
        found: format!("{found:?}"),
    }
}

fn node_error(node: &str, reason: String) -> GraphError {
    GraphError::Node { node: node.to_owned(), reason }
}
