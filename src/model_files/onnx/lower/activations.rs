//! Functions of each value.

use std::sync::Arc;

use super::super::import::{Importer, Map};
use super::super::node::{Lowered, Node, broken, unsupported};
use super::broadcast::per_number;
use super::norm::{affine, affine_of_map, per_channel, staged_affine};
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
        "Gelu" => match node.text("approximate", "none").as_str() {
            "none" => Activation::Gelu,
            "tanh" => Activation::GeluTanh,
            other => return broken(format!("'approximate' is '{other}'")),
        },
        "Erf" => Activation::Erf,
        "Exp" => Activation::Exp,
        "Abs" => Activation::Abs,
        "Sqrt" => Activation::Sqrt,
        "Reciprocal" => Activation::Reciprocal,
        "Softsign" => Activation::Softsign,
        "ThresholdedRelu" => Activation::Threshold(Number::new(node.float("alpha", 1.0))),
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
            return times(im, name, &x, &gate);
        }
        "Swish" => {
            let alpha = node.float("alpha", 1.0);
            let slope =
                if alpha == 1.0 { x.clone() } else { scaled(im, &format!("{name}/slope"), &x, alpha, 0.0)? };
            let gate = apply(im, &format!("{name}/sigmoid"), &slope, Activation::Sigmoid)?;
            return times(im, name, &x, &gate);
        }
        "Celu" => {
            let alpha = node.float("alpha", 1.0);
            if alpha == 0.0 {
                return broken("its 'alpha' is 0, and it divides by it");
            }
            let elu = Activation::Elu(Number::new(1.0));
            if alpha == 1.0 {
                return apply(im, name, &x, elu);
            }
            // alpha ELU(x / alpha): what is above 0 comes out as it was.
            let small = scaled(im, &format!("{name}/divided"), &x, 1.0 / alpha, 0.0)?;
            let elu = apply(im, name, &small, elu)?;
            return scaled(im, &format!("{name}/scale"), &elu, alpha, 0.0);
        }
        "PRelu" => return prelu(im, node, &x),
        other => return unsupported(format!("there is no operation for {other}")),
    };
    apply(im, name, &x, f)
}

/// The product of two maps that lie alike.
pub(super) fn times(im: &mut Importer<'_>, name: &str, x: &Map, gate: &Map) -> Lowered<Map> {
    let name = im.fresh(name);
    let id = im.b.multiply(&name, x.id, gate.id)?;
    Ok(Map { id, positive: x.positive && gate.positive, ..x.clone() })
}

/// The largest whole exponent that is worked out by products.
const MOST_FACTORS: f32 = 32.0;

/// `Pow` with one fixed exponent.
pub(super) fn power(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let name = &node.name;
    match im.weight(node, 1)?.scalar() {
        Some(1.0) => Ok(x),
        Some(0.5) => apply(im, name, &x, Activation::Sqrt),
        Some(-1.0) => apply(im, name, &x, Activation::Reciprocal),
        Some(-0.5) => {
            let root = apply(im, &format!("{name}/root"), &x, Activation::Sqrt)?;
            apply(im, name, &root, Activation::Reciprocal)
        }
        Some(whole) if whole.fract() == 0.0 && (1.0..=MOST_FACTORS).contains(&whole.abs()) => {
            if whole > 0.0 {
                return product(im, name, &x, whole as u32);
            }
            let below = product(im, &format!("{name}/below"), &x, -whole as u32)?;
            apply(im, name, &below, Activation::Reciprocal)
        }
        Some(other) if other.fract() != 0.0 && other.is_finite() => {
            // exp(p ln(x)): as the power itself it is NaN below 0, and has the same limits at 0 and infinity.
            let logarithm = apply(im, &format!("{name}/log"), &x, Activation::Log)?;
            let times = scaled(im, &format!("{name}/times"), &logarithm, other, 0.0)?;
            apply(im, name, &times, Activation::Exp)
        }
        Some(other) => {
            unsupported(format!("the exponent {other} is not; those from -32 to 32 are, but for 0"))
        }
        None => unsupported("its exponents are not one fixed number"),
    }
}

/// A whole power: of its half, squared, and one more factor where it is odd.
fn product(im: &mut Importer<'_>, name: &str, x: &Map, factors: u32) -> Lowered<Map> {
    match factors {
        0 | 1 => Ok(x.clone()),
        2 => Ok(Map { positive: true, ..times(im, name, x, x)? }),
        odd if odd % 2 == 1 => {
            let even = product(im, &format!("{name}/{}", odd - 1), x, odd - 1)?;
            Ok(Map { positive: x.positive, ..times(im, name, &even, x)? })
        }
        even => {
            let half = product(im, &format!("{name}/{}", even / 2), x, even / 2)?;
            Ok(Map { positive: true, ..times(im, name, &half, &half)? })
        }
    }
}

/// GELU in one operation where it is written out as several.
pub(super) fn gelu(im: &mut Importer<'_>, node: &Node, x: &Map) -> Lowered<Map> {
    apply(im, &node.name, x, Activation::Gelu)
}

fn leaky(slope: f32) -> Activation {
    if slope == 0.0 { Activation::Relu } else { Activation::LeakyRelu(Number::new(slope)) }
}

pub(super) fn between(low: f32, high: f32) -> Activation {
    Activation::Clip { low: Number::new(low), high: Number::new(high) }
}

/// One function of each value.
pub(super) fn apply(im: &mut Importer<'_>, name: &str, x: &Map, f: Activation) -> Lowered<Map> {
    let name = im.fresh(name);
    let id = im.b.activation(&name, x.id, f)?;
    let positive = match f {
        Activation::Relu
        | Activation::Relu6
        | Activation::Sigmoid
        | Activation::HardSigmoid
        | Activation::Softplus
        | Activation::Exp
        | Activation::Abs
        | Activation::Sqrt => true,
        Activation::Clip { low, .. } => low.get() >= 0.0 || x.positive,
        Activation::Threshold(limit) => limit.get() >= 0.0 || x.positive,
        Activation::LeakyRelu(_)
        | Activation::Elu(_)
        | Activation::Tanh
        | Activation::HardSwish
        | Activation::Gelu
        | Activation::GeluTanh
        | Activation::Erf
        | Activation::Reciprocal
        | Activation::Softsign => x.positive,
        Activation::Log => false,
    };
    Ok(Map { id, positive, ..x.clone() })
}

/// The same factor and shift for every channel.
pub(super) fn scaled(im: &mut Importer<'_>, name: &str, x: &Map, factor: f32, shift: f32) -> Lowered<Map> {
    // Attributes and definitions of functions are no parameters.
    let count = im.shape(x.id).c;
    let all = |value: f32| Some((Arc::new(vec![value; count]), crate::graph::Origin::Made));
    staged_affine(im, name, x, [all(factor), all(shift)])
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
    let (x, axis, slopes) = match found {
        Some((axis, slopes)) => (x.clone(), Some(axis), slopes),
        // A slope for each pixel.
        None => match per_number(im, &node.name, x, &slope)? {
            Some((x, slopes)) => (x, None, slopes),
            None => {
                return unsupported(format!(
                    "its slope of sides {:?} does not fit a map of {:?}",
                    slope.dims,
                    x.dims()
                ));
            }
        },
    };
    let x = &x;
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
    let slope = format!("{name}/slope");
    let below = match axis {
        Some(axis) => affine(im, &slope, &below, axis, Some(negated), None)?,
        None => affine_of_map(im, &slope, &below, Some(negated), None)?,
    };
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
