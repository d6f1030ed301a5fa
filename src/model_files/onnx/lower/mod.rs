//! What each operator becomes.

mod activations;
mod arithmetic;
mod blocks;
mod border;
mod broadcast;
mod channels;
mod conv;
mod dense;
mod extremes;
mod interpolation;
mod norm;
mod phases;
mod pool;
mod recognised;
mod reduce;
mod resize;
mod shape;
mod softmax;
mod statistics;
mod transposed;
mod unfold;
mod window;

pub(super) use channels::bounds;
pub(super) use shape::{order, target};

use super::constant::MAX_RANK;
use super::fold;
use super::import::{Importer, Map, Value};
use super::node::{Fault, Lowered, Node, unsupported};
use super::view::View;
use crate::graph::NodeId;
pub(super) use recognised::Whole;

/// The values that a node gives, in the order of its outputs. `nodes` are all nodes of the walk.
pub(super) fn node(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Lowered<Vec<Value>> {
    let node = &nodes[at];
    recognised::look(im, nodes, at);
    if im.absorbed.contains(&at) {
        // An earlier node does its work: what it reads is its result already.
        let maps = (0..node.inputs.len()).map(|i| im.input(node, i));
        let map = maps.flatten().flatten().find(|value| matches!(value, Value::Map(_)));
        return Ok(map.into_iter().collect());
    }
    if let Some(whole) = im.whole.remove(&at) {
        return Ok(vec![Value::Map(recognised::whole(im, node, &whole)?)]);
    }
    if let Some(constant) = fold::node(im, node)? {
        if constant.is_integer() {
            im.made.add(constant.len()).map_err(Fault::Broken)?;
        }
        if constant.dims.len() > MAX_RANK {
            return unsupported(format!("its result has {} sides", constant.dims.len()));
        }
        return Ok(vec![Value::Constant(constant)]);
    }
    let one = |map: Map| Ok(vec![Value::Map(map)]);
    match node.op.as_str() {
        "Conv" => one(conv::conv(im, nodes, at)?),
        "ConvTranspose" => one(transposed::transposed(im, node)?),
        "Gemm" => one(dense::gemm(im, nodes, at)?),
        "MatMul" => one(dense::matmul(im, nodes, at)?),
        "BatchNormalization" => one(norm::batch_norm(im, nodes, at)?),
        "Relu" | "LeakyRelu" | "PRelu" | "Elu" | "Selu" | "Sigmoid" | "HardSigmoid" | "HardSwish"
        | "Tanh" | "Softplus" | "Mish" | "Clip" | "Log" | "Neg" | "Gelu" | "Erf" | "Exp" | "Abs" | "Sqrt"
        | "Reciprocal" | "Softsign" | "Swish" | "Celu" | "ThresholdedRelu" => {
            one(activations::function(im, node)?)
        }
        "Pow" => one(activations::power(im, node)?),
        "Add" | "Sum" | "Mean" | "Sub" | "Mul" | "Div" => one(arithmetic::arithmetic(im, nodes, at)?),
        "Max" | "Min" => one(extremes::extreme(im, node)?),
        "LayerNormalization" => one(statistics::layer_norm(im, node)?),
        "InstanceNormalization" => one(statistics::instance_norm(im, node)?),
        "GroupNormalization" => one(statistics::group_norm(im, node)?),
        "LRN" => one(statistics::response_norm(im, node)?),
        "MaxPool" | "AveragePool" => one(pool::pool(im, node)?),
        "GlobalAveragePool" | "GlobalMaxPool" => one(pool::global(im, node)?),
        "ReduceMean" | "ReduceSum" | "ReduceMax" | "ReduceMin" | "ReduceL1" | "ReduceL2"
        | "ReduceSumSquare" | "ReduceLogSum" => one(reduce::reduce(im, node)?),
        "Expand" => one(broadcast::expand(im, nodes, at)?),
        "Tile" => one(broadcast::tile(im, node)?),
        "Softmax" | "LogSoftmax" => one(softmax::softmax(im, node)?),
        "Identity" | "Cast" => Ok(vec![Value::Map(im.padded(node, 0)?)]),
        "Dropout" => Ok(vec![Value::Map(im.padded(node, 0)?)]),
        "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" | "Transpose" => one(shape::moved(im, node)?),
        "Pad" => one(border::pad(im, node)?),
        "Concat" => one(channels::concat(im, node)?),
        "Split" => channels::split(im, node),
        "Slice" => one(channels::slice(im, node)?),
        "Gather" => one(channels::gather(im, node)?),
        "Resize" | "Upsample" => one(resize::resize(im, node)?),
        "DepthToSpace" | "SpaceToDepth" => one(blocks::blocks(im, node)?),
        other => unsupported(format!("there is no operation for {other}")),
    }
}

/// A new map with its tensor in the order N, C, then the rest as in `like`, whose H and W became
/// those of the new map.
fn spatial(im: &Importer<'_>, id: NodeId, like: &Map) -> Map {
    let shape = im.shape(id);
    if window::is_turned(like, im.shape(like.id)) {
        return Map::new(id, View::ordered(shape, &[0, 1, 3, 2]));
    }
    Map::new(id, View::of(shape, like.view.rank()))
}
