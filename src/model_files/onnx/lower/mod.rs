//! What each operator becomes.

mod arithmetic;
mod channels;
mod conv;
mod dense;
mod norm;
mod pool;
mod resize;
mod shape;
mod window;

pub(super) use channels::bounds;
pub(super) use shape::{order, target};

use super::constant::{MAX_RANK, count_made};
use super::fold;
use super::import::{Importer, Map, Value};
use super::node::{Fault, Lowered, Node, unsupported};
use super::view::View;
use crate::graph::{Activation, NodeId};

/// The values that a node gives, in the order of its outputs. `nodes` are all nodes of the walk.
pub(super) fn node(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Lowered<Vec<Value>> {
    let node = &nodes[at];
    if im.absorbed.contains(&at) {
        // An earlier node does its work: what it reads is its result already.
        let maps = (0..node.inputs.len()).map(|i| im.input(node, i));
        let map = maps.flatten().flatten().find(|value| matches!(value, Value::Map(_)));
        return Ok(map.into_iter().collect());
    }
    if let Some(constant) = fold::node(im, node)? {
        if constant.is_integer() {
            count_made(&mut im.made, constant.len()).map_err(Fault::Broken)?;
        }
        if constant.dims.len() > MAX_RANK {
            return unsupported(format!("its result has {} sides", constant.dims.len()));
        }
        return Ok(vec![Value::Constant(constant)]);
    }
    let one = |map: Map| Ok(vec![Value::Map(map)]);
    match node.op.as_str() {
        "Conv" => one(conv::conv(im, nodes, at)?),
        "ConvTranspose" => one(conv::transposed(im, nodes, at)?),
        "Gemm" => one(dense::gemm(im, node)?),
        "MatMul" => one(dense::matmul(im, nodes, at)?),
        "BatchNormalization" => one(norm::batch_norm(im, nodes, at)?),
        "Relu" => one(activation(im, node, Activation::Relu)?),
        "Sigmoid" => one(activation(im, node, Activation::Sigmoid)?),
        "HardSwish" => one(activation(im, node, Activation::HardSwish)?),
        "HardSigmoid" => {
            let (alpha, beta) = (node.float("alpha", 0.2), node.float("beta", 0.5));
            if (alpha - 1.0 / 6.0).abs() > 1e-6 || beta != 0.5 {
                return unsupported(format!(
                    "of the hard sigmoids only the one of slope 1/6 is, not {alpha}"
                ));
            }
            one(activation(im, node, Activation::HardSigmoid)?)
        }
        "Clip" => one(clip(im, node)?),
        "Add" | "Sum" | "Sub" | "Mul" | "Div" => one(arithmetic::arithmetic(im, nodes, at)?),
        "MaxPool" | "AveragePool" => one(pool::pool(im, node)?),
        "GlobalAveragePool" | "GlobalMaxPool" => one(pool::global(im, node)?),
        "ReduceMean" => one(pool::reduce_mean(im, node)?),
        "Softmax" => one(softmax(im, node)?),
        "Identity" | "Cast" => Ok(vec![Value::Map(im.padded(node, 0)?)]),
        "Dropout" => Ok(vec![Value::Map(im.padded(node, 0)?)]),
        "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" | "Transpose" => one(shape::moved(im, node)?),
        "Pad" => one(shape::pad(im, node)?),
        "Concat" => one(channels::concat(im, node)?),
        "Split" => channels::split(im, node),
        "Slice" => one(channels::slice(im, node)?),
        "Gather" => one(channels::gather(im, node)?),
        "Resize" | "Upsample" => one(resize::resize(im, node)?),
        "DepthToSpace" => unsupported("there is no operation that turns channels into pixels"),
        other => unsupported(format!("there is no operation for {other}")),
    }
}

/// A function of each value: the tensor lies as before.
fn activation(im: &mut Importer<'_>, node: &Node, f: Activation) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let name = im.fresh(&node.name);
    let id = im.b.activation(&name, x.id, f)?;
    Ok(Map { id, positive: f != Activation::HardSwish, ..x })
}

fn clip(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let limit = |i: usize, attribute: &str, open: f32| -> Lowered<f32> {
        if node.has(attribute) {
            return Ok(node.float(attribute, open));
        }
        Ok(im.constant(node, i)?.map_or(Some(open), |c| c.scalar()).unwrap_or(f32::NAN))
    };
    let (low, high) = (limit(1, "min", f32::NEG_INFINITY)?, limit(2, "max", f32::INFINITY)?);
    match (low, high) {
        (0.0, 6.0) => activation(im, node, Activation::Relu6),
        (0.0, f32::MAX..) => activation(im, node, Activation::Relu),
        (..=f32::MIN, f32::MAX..) => im.padded(node, 0),
        _ => unsupported(format!("values are cut off at {low} and {high}; only 0 and 6 are, or 0 alone")),
    }
}

fn softmax(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let (shape, rank) = (im.shape(x.id), x.view.rank());
    let default = if im.opset < 13 { 1 } else { -1 };
    let axis = super::node::axis(node.int("axis", default), rank)?;
    // Before version 13 all axes behind the named one are taken together.
    let together = im.opset < 13 && x.dims()[axis + 1..].iter().any(|&d| d > 1);
    if x.view.channels(axis, shape).is_none() || together {
        return unsupported(format!("a softmax over axis {axis} of {:?} is not one over channels", x.dims()));
    }
    let name = im.fresh(&node.name);
    let id = im.b.softmax(&name, x.id)?;
    Ok(Map { id, positive: true, ..x })
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
