//! Functions of each value, and softmax.

use std::sync::Arc;

use super::super::import::{Importer, Map, Value};
use super::super::node::{Lowered, Node, axis, broken, unsupported};
use super::norm::{affine, per_channel};
use crate::graph::{Activation, Number};

/// A function of each value: the tensor lies as before.
pub(super) fn function(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    if node.op == "Clip" {
        return clip(im, node);
    }
    let x = im.map(node, 0)?;
    let name = &node.name;
    let f = match node.op.as_str() {
        "Relu" => Activation::Relu,
        "Sigmoid" => Activation::Sigmoid,
        "HardSwish" => Activation::HardSwish,
        "LeakyRelu" => leaky(node.float("alpha", 0.01)),
        "Elu" => Activation::Elu(Number::new(node.float("alpha", 1.0))),
        "Tanh" => Activation::Tanh,
        "Softplus" => Activation::Softplus,
        "Log" => Activation::Log,
        "Neg" => return scaled(im, name, &x, -1.0, 0.0),
        "Selu" => {
            // The numbers of the standard, as they are defined there.
            let (alpha, gamma) = (node.float("alpha", 1.673_263_2), node.float("gamma", 1.050_701));
            let elu = apply(im, name, &x, Activation::Elu(Number::new(alpha)))?;
            return scaled(im, &format!("{name}/scale"), &elu, gamma, 0.0);
        }
        "HardSigmoid" => {
            let (alpha, beta) = (node.float("alpha", 0.2), node.float("beta", 0.5));
            if (alpha - 1.0 / 6.0).abs() > 1e-6 || beta != 0.5 {
                let line = scaled(im, &format!("{name}/line"), &x, alpha, beta)?;
                return apply(im, name, &line, between(0.0, 1.0));
            }
            Activation::HardSigmoid
        }
        "Mish" => {
            let soft = apply(im, &format!("{name}/softplus"), &x, Activation::Softplus)?;
            let gate = apply(im, &format!("{name}/tanh"), &soft, Activation::Tanh)?;
            let name = im.fresh(name);
            let id = im.b.multiply(&name, x.id, gate.id)?;
            return Ok(Map { id, ..x });
        }
        "PRelu" => return prelu(im, node, &x),
        other => return unsupported(format!("there is no operation for {other}")),
    };
    apply(im, name, &x, f)
}

/// `Max` and `Min` of a map and one number.
pub(super) fn limit(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let mut found = None;
    for i in 0..node.inputs.len() {
        match im.input(node, i)? {
            Some(Value::Constant(constant)) if node.inputs.len() == 2 => {
                found = Some((1 - i, constant.scalar()));
            }
            _ => {}
        }
    }
    let Some((at, Some(value))) = found.filter(|(_, value)| value.is_some_and(|v| !v.is_nan())) else {
        return unsupported(format!("there is no {} but that with one number", node.op));
    };
    let f = match (node.op.as_str(), value) {
        ("Max", 0.0) => Activation::Relu,
        ("Max", low) => between(low, f32::INFINITY),
        (_, high) => between(f32::NEG_INFINITY, high),
    };
    let x = im.map(node, at)?;
    apply(im, &node.name, &x, f)
}

fn leaky(slope: f32) -> Activation {
    if slope == 0.0 { Activation::Relu } else { Activation::LeakyRelu(Number::new(slope)) }
}

fn between(low: f32, high: f32) -> Activation {
    Activation::Clip { low: Number::new(low), high: Number::new(high) }
}

fn apply(im: &mut Importer<'_>, name: &str, x: &Map, f: Activation) -> Lowered<Map> {
    let name = im.fresh(name);
    let id = im.b.activation(&name, x.id, f)?;
    let positive = match f {
        Activation::Relu
        | Activation::Relu6
        | Activation::Sigmoid
        | Activation::HardSigmoid
        | Activation::Softplus => true,
        Activation::Clip { low, .. } => low.get() >= 0.0 || x.positive,
        Activation::LeakyRelu(_) | Activation::Elu(_) | Activation::Tanh | Activation::HardSwish => {
            x.positive
        }
        Activation::Log => false,
    };
    Ok(Map { id, positive, ..x.clone() })
}

/// The same factor and shift for every channel.
fn scaled(im: &mut Importer<'_>, name: &str, x: &Map, factor: f32, shift: f32) -> Lowered<Map> {
    let shape = im.shape(x.id);
    let Some(axis) = (0..x.view.rank()).find(|&axis| x.view.channels(axis, shape).is_some()) else {
        return unsupported(format!("no axis of {:?} is that of the channels", x.dims()));
    };
    let all = |value: f32| Some(Arc::new(vec![value; shape.c]));
    affine(im, name, x, axis, all(factor), all(shift))
}

/// A slope per channel: what is above 0, less the slope times what is below it.
fn prelu(im: &mut Importer<'_>, node: &Node, x: &Map) -> Lowered<Map> {
    let slope = im.weight(node, 1)?;
    let (shape, rank) = (im.shape(x.id), x.view.rank());
    // It broadcasts from the last axis on; of old exports one number per channel stands alone.
    let alone = slope.dims.len() == 1 && slope.len() == shape.c && rank > 2 && slope.len() > 1;
    let slope = if alone {
        let ends_so = x.view.channels(rank - 1, shape).is_some();
        let dims =
            vec![shape.c].into_iter().chain(std::iter::repeat_n(1, if ends_so { 0 } else { rank - 2 }));
        slope.with_dims(dims.collect())
    } else {
        slope
    };
    let mut found = None;
    for axis in (0..rank).filter(|&axis| x.view.channels(axis, shape).is_some()) {
        if let Some(values) = per_channel(im, &slope, rank, axis, shape.c)? {
            found = Some((axis, values));
            break;
        }
    }
    let Some((axis, slopes)) = found else {
        return unsupported(format!("its slope of sides {:?} is not one number per channel", slope.dims));
    };
    match slopes.first() {
        Some(&first) if slopes.iter().all(|&slope| slope == first) => {
            return apply(im, &node.name, x, leaky(first));
        }
        _ => {}
    }
    let name = &node.name;
    let above = apply(im, &format!("{name}/above"), x, Activation::Relu)?;
    let minus = scaled(im, &format!("{name}/minus"), x, -1.0, 0.0)?;
    let below = apply(im, &format!("{name}/below"), &minus, Activation::Relu)?;
    let negated = Arc::new(slopes.iter().map(|slope| -slope).collect());
    let below = affine(im, &format!("{name}/slope"), &below, axis, Some(negated), None)?;
    let name = im.fresh(name);
    let id = im.b.add(&name, above.id, below.id)?;
    Ok(Map { id, positive: false, ..x.clone() })
}

fn clip(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let limit = |i: usize, attribute: &str, open: f32| -> Lowered<f32> {
        if node.has(attribute) {
            return Ok(node.float(attribute, open));
        }
        Ok(im.constant(node, i)?.map_or(Some(open), |c| c.scalar()).unwrap_or(f32::NAN))
    };
    let (low, high) = (limit(1, "min", f32::NEG_INFINITY)?, limit(2, "max", f32::INFINITY)?);
    if low.is_nan() || high.is_nan() || low > high {
        return broken(format!("its limits {low} and {high} are no two numbers, the first the smaller one"));
    }
    let f = match (low, high) {
        (0.0, 6.0) => Activation::Relu6,
        (0.0, f32::MAX..) => Activation::Relu,
        (..=f32::MIN, f32::MAX..) => return im.padded(node, 0),
        _ => between(low, high),
    };
    let x = im.map(node, 0)?;
    apply(im, &node.name, &x, f)
}

/// `Softmax` and `LogSoftmax` over the channels.
pub(super) fn softmax(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let (shape, rank) = (im.shape(x.id), x.view.rank());
    let default = if im.opset < 13 { 1 } else { -1 };
    let axis = axis(node.int("axis", default), rank)?;
    // Before version 13 all axes behind the named one are taken together.
    let together = im.opset < 13 && x.dims()[axis + 1..].iter().any(|&d| d > 1);
    if x.view.channels(axis, shape).is_none() || together {
        return unsupported(format!("a softmax over axis {axis} of {:?} is not one over channels", x.dims()));
    }
    let logarithm = node.op == "LogSoftmax";
    let name = im.fresh(&if logarithm { format!("{}/softmax", node.name) } else { node.name.clone() });
    let id = im.b.softmax(&name, x.id)?;
    let map = Map { id, positive: true, ..x };
    if logarithm { apply(im, &node.name, &map, Activation::Log) } else { Ok(map) }
}
