//! Replacing a convolution of a network by another operator.

use super::{ConvVariant, Geometry, Misfit, SettingError, Settings, Weights};
use crate::graph::{
    Builder, Graph, GraphError, Node, NodeId, Op, Origin, Weight, WeightId, WeightSource, Wiring,
};
use crate::tensor::Shape;

/// Why a convolution could not be replaced.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SwapError {
    /// There is no layer of this name.
    #[error("the network has no layer '{layer}'; a convolution with a similar name is '{similar}'")]
    UnknownLayer {
        /// Name asked for.
        layer: String,
        /// The most similar name of a convolution.
        similar: String,
    },
    /// The layer cannot be replaced by this operator.
    #[error("{layer} cannot be replaced: {reason}")]
    DoesNotFit {
        /// Layer.
        layer: String,
        /// Why.
        reason: Misfit,
    },
    /// The operator gives a map of another shape.
    #[error("{layer} cannot be replaced: the operator gives {found} and the layer {expected}")]
    Shape {
        /// Layer.
        layer: String,
        /// Shape the operator gives.
        found: Shape,
        /// Shape the layer gives.
        expected: Shape,
    },
    /// A setting is illegal.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The new network could not be built.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

/// A network in which one convolution was replaced.
#[derive(Clone, Debug)]
pub struct Swapped {
    /// The new network.
    pub graph: Graph,
    /// The replaced node of the old network.
    pub replaced: NodeId,
    /// For each node of the old network the node with the same meaning in the new one.
    pub node_of: Vec<NodeId>,
    /// Nodes of the new network, with those of the old one, that the swap cannot have changed.
    pub unchanged: Vec<(NodeId, NodeId)>,
    /// The nodes that stand in for the replaced one, in execution order.
    pub operator: Vec<NodeId>,
}

impl Swapped {
    /// The same network with other values of some of the operator's weights. The operator itself stays as
    /// it is, also where its connections were chosen by the derived values.
    ///
    /// # Panics
    /// If a weight is not one of this network or the number of its values is another one.
    #[must_use]
    pub fn with_weights<'w>(
        mut self,
        weights: impl IntoIterator<Item = (WeightId, &'w [f32])>,
        origin: Origin,
    ) -> Self {
        for (id, values) in weights {
            self.graph.set_weight(id, values.to_vec(), origin);
        }
        self
    }
}

/// The geometry of a convolution that operators can stand in for: dense, undilated.
///
/// # Errors
/// If the layer is no such convolution.
pub fn site(graph: &Graph, id: NodeId) -> Result<Geometry, SwapError> {
    let node = graph.node(id);
    let refuse = |reason| SwapError::DoesNotFit { layer: node.name.clone(), reason };
    let Op::Conv2d(conv) = &node.op else {
        return Err(refuse(Misfit::NotAConvolution));
    };
    if conv.taps() != (conv.kernel, conv.kernel) {
        return Err(refuse(Misfit::NotSquare));
    }
    if conv.wiring != Wiring::Grouped(1) {
        return Err(refuse(Misfit::NotDense));
    }
    if conv.dilation != 1 {
        return Err(refuse(Misfit::Dilated));
    }
    Ok(Geometry {
        in_channels: graph.shape(node.inputs[0]).c,
        out_channels: node.shape.c,
        kernel: conv.kernel,
        stride: conv.stride,
        padding: conv.padding,
    })
}

/// Builds the network again with the convolution `id` replaced by `variant`, whose weights are
/// derived from the convolution's own (see [`ConvVariant::derive`]).
///
/// # Errors
/// If the layer or the settings do not fit.
pub fn swap(
    graph: &Graph,
    id: NodeId,
    variant: &dyn ConvVariant,
    settings: &Settings,
) -> Result<Swapped, SwapError> {
    let geometry = site(graph, id)?;
    let replaced = graph.node(id);
    variant
        .fits(&geometry)
        .map_err(|reason| SwapError::DoesNotFit { layer: replaced.name.clone(), reason })?;
    settings.check(variant, &geometry)?;

    let weight = |i: usize| replaced.weights.get(i).map(|&w| graph.weight(w));
    let kernel = graph.weight(replaced.weights[0]);
    let prefix = format!("{}/", replaced.name);
    let mut source =
        Derived { prefix: prefix.clone(), weights: variant.derive(&geometry, settings, kernel, weight(1)) };

    let mut b = Builder::new(&mut source);
    let mut node_of = Vec::with_capacity(graph.nodes().len());
    let mut operator = Vec::new();
    let mut changed = vec![false; graph.nodes().len()];
    for (old, node) in graph.iter() {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|&i| node_of[NodeId::index(i)]).collect();
        let new = if old == id {
            let first = b.graph().nodes().len();
            let new = b.scoped(&prefix, |b| variant.embed(&geometry, settings, inputs[0], b))?;
            operator = b.graph().iter().skip(first).map(|(id, _)| id).collect();
            expect_shape(node, b.graph().node(new))?;
            new
        } else {
            b.copy(graph, node, &inputs)?
        };
        changed[old.index()] = old == id || node.inputs.iter().any(|i| changed[i.index()]);
        node_of.push(new);
    }
    for (name, id) in graph.outputs() {
        b.output(name, node_of[id.index()]);
    }
    let graph = b.finish();
    debug_assert!(source.weights.is_empty(), "{} does not use {:?}", variant.name(), source.weights.keys());
    let same = (0..changed.len()).filter(|&i| !changed[i]);
    let unchanged = same.map(|i| (node_of[i], NodeId::from_index(i))).collect();
    Ok(Swapped { graph, replaced: id, node_of, unchanged, operator })
}

/// An operator must give a map of the same shape, or what follows would not fit.
fn expect_shape(old: &Node, new: &Node) -> Result<(), SwapError> {
    if old.shape == new.shape {
        return Ok(());
    }
    Err(SwapError::Shape { layer: old.name.clone(), found: new.shape, expected: old.shape })
}

/// Derived weights under the name of the layer they stand in for.
struct Derived {
    prefix: String,
    weights: Weights,
}

impl WeightSource for Derived {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        let short = name.strip_prefix(&self.prefix).unwrap_or(name);
        let wrong = |found: String| GraphError::Weight {
            tensor: name.to_owned(),
            expected: format!("{dims:?}"),
            found,
        };
        match self.weights.remove(short) {
            Some(w) if w.dims == dims => {
                Ok(Some(Weight { name: name.to_owned(), origin: Origin::Derived, ..w }))
            }
            Some(w) => Err(wrong(format!("{:?}", w.dims))),
            None if optional => Ok(None),
            None => Err(wrong("no tensor of this name".into())),
        }
    }
}

/// The node of this name.
///
/// # Errors
/// If there is none; the message names the convolution with the most similar name.
pub fn find_layer(graph: &Graph, layer: &str) -> Result<NodeId, SwapError> {
    graph.find(layer).ok_or_else(|| {
        let convolutions = graph.nodes().iter().filter(|n| matches!(n.op, Op::Conv2d(_)));
        let similar = convolutions.max_by(|a, b| {
            strsim::jaro_winkler(&a.name, layer).total_cmp(&strsim::jaro_winkler(&b.name, layer))
        });
        SwapError::UnknownLayer {
            layer: layer.to_owned(),
            similar: similar.map_or_else(|| "none".into(), |n| n.name.clone()),
        }
    })
}
