//! Constant folding: everything that does not depend on the network's input. Exports compute shapes
//! with such nodes, and some write their weights as nodes.

mod choice;
mod large;
mod small;

use small::Small;

use super::constant::{Constant, elements};
use super::import::{Importer, Value};
use super::lower::{bounds, order, target};
use super::node::{Fault, Lowered, Node, broken, unsupported};

/// The value of a node that is known now; `None` if it depends on the network's input.
pub(super) fn node(im: &mut Importer<'_>, node: &Node) -> Lowered<Option<Constant>> {
    match node.op.as_str() {
        "Constant" => return constant(node).map(Some),
        "Shape" => return shape(im, node).map(Some),
        _ => {}
    }
    let mut inputs = Vec::with_capacity(node.inputs.len());
    for i in 0..node.inputs.len() {
        match im.input(node, i)? {
            Some(Value::Constant(constant)) => inputs.push(Some(constant)),
            None => inputs.push(None),
            Some(_) => return Ok(None),
        }
    }
    let Some(Some(x)) = inputs.first().cloned() else { return Ok(None) };
    Ok(Some(match node.op.as_str() {
        "Identity" | "Dropout" => x,
        "Cast" => cast(node, &x)?,
        "ConstantOfShape" => filled(node, &x)?,
        "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" => {
            let dims = target(im, node, &x.dims)?;
            if elements(&dims) != Some(x.len()) {
                return broken(format!("{:?} values cannot have the sides {dims:?}", x.dims));
            }
            x.with_dims(dims)
        }
        "Transpose" => transposed(im, node, &x)?,
        "Concat" => small::joined(node, &inputs)?,
        "Gather" => small::gathered(node, &x, inputs.get(1).cloned().flatten())?,
        "Slice" => sliced(im, node, &x)?,
        "Add" | "Sub" | "Mul" | "Div" | "Max" | "Min" | "Pow" => {
            match (inputs.len(), inputs.get(1).cloned().flatten()) {
                (2, Some(y)) => arithmetic(im, node, &x, &y)?,
                (1, None) => x,
                _ => {
                    return unsupported(format!("{} of {} constants is not computed", node.op, inputs.len()));
                }
            }
        }
        "Floor" | "Ceil" | "Neg" | "Sqrt" | "Relu" | "Exp" | "Abs" | "Reciprocal" => mapped(im, node, &x)?,
        "Clip" => clipped(node, &x, &inputs)?,
        "ReduceProd" | "ReduceSum" | "ReduceMax" | "ReduceMin" if x.dims.len() == 1 => {
            small::reduced(node, &x)?
        }
        "Range" => choice::range(&inputs)?,
        "Equal" | "Less" | "LessOrEqual" | "Greater" | "GreaterOrEqual" | "And" | "Or" | "Xor" => {
            choice::compared(node, &x, inputs.get(1).and_then(Option::as_ref))?
        }
        "Not" => Small::of(&x)?.each(true, |v| f64::from(u8::from(v == 0.0))).constant(),
        "Mod" => choice::remainder(node, &x, inputs.get(1).and_then(Option::as_ref))?,
        "Where" => choice::chosen(&inputs)?,
        "Expand" => choice::expanded(&x, inputs.get(1).and_then(Option::as_ref))?,
        "Tile" => choice::tiled(&x, inputs.get(1).and_then(Option::as_ref))?,
        "ReduceMean" => large::mean(im, node, &x)?,
        "BatchNormalization" if inputs.len() == 5 => large::batch_norm(im, node, &inputs)?,
        other => return unsupported(format!("{other} of constants is not computed")),
    }))
}

fn constant(node: &Node) -> Lowered<Constant> {
    if let Some(tensor) = node.tensor("value")? {
        return Ok(tensor);
    }
    if let Some(values) = node.ints("value_ints") {
        return Ok(Constant::integers(values.to_vec()));
    }
    if let Some(values) = node.floats("value_floats") {
        return Ok(Constant::of_floats(vec![values.len()], values.to_vec()));
    }
    if node.has("value_int") {
        return Ok(Constant::of_integers(vec![], vec![node.int("value_int", 0)]));
    }
    if node.has("value_float") {
        return Ok(Constant::of_floats(vec![], vec![node.float("value_float", 0.0)]));
    }
    unsupported(format!("a constant given as {:?} is not read", node.attribute_names()))
}

/// The sides of a value, which are all fixed here.
fn shape(im: &Importer<'_>, node: &Node) -> Lowered<Constant> {
    let dims = match im.input(node, 0)? {
        Some(Value::Constant(constant)) => constant.dims,
        Some(Value::Map(map)) => map.dims(),
        Some(Value::Lost) => return unsupported("it follows another one"),
        None => return broken("its input is missing"),
    };
    let (start, end) = bounds(node.int("start", 0), node.int("end", i64::MAX), dims.len());
    Ok(Constant::integers(dims[start..end.max(start)].iter().map(|&d| d as i64).collect()))
}

/// Between numbers with a point and whole ones, which are cut off towards zero.
fn cast(node: &Node, x: &Constant) -> Lowered<Constant> {
    let to_float = super::constant::is_float(node.int("to", 1) as i32);
    if x.is_integer() != to_float {
        return Ok(x.clone());
    }
    Ok(Small::of(x)?.each(!to_float, |v| if to_float { v } else { v.trunc() }).constant())
}

fn filled(node: &Node, shape: &Constant) -> Lowered<Constant> {
    let sides = shape.whole_numbers().map_err(Fault::Broken)?;
    let dims: Option<Vec<usize>> = sides.iter().map(|&s| usize::try_from(s).ok()).collect();
    let Some(dims) = dims.filter(|dims| elements(dims).is_some_and(|n| n < usize::MAX / 8)) else {
        return broken(format!("no tensor can have the sides {sides:?}"));
    };
    match node.tensor("value")? {
        None => Ok(Constant::filled(dims, 0.0)),
        Some(value) => match value.scalar() {
            Some(number) if value.is_integer() => {
                let count = elements(&dims).filter(|&n| n <= 1 << 16);
                match count {
                    Some(count) => Ok(Constant::of_integers(dims, vec![number as i64; count])),
                    None => unsupported("a long list of whole numbers is not made"),
                }
            }
            Some(number) => Ok(Constant::filled(dims, number)),
            None => broken("its value is not one number"),
        },
    }
}

fn transposed(im: &mut Importer<'_>, node: &Node, x: &Constant) -> Lowered<Constant> {
    let rank = x.dims.len();
    let order = order(node, rank)?;
    let dims: Vec<usize> = order.iter().map(|&a| x.dims[a]).collect();
    let mut strides = vec![1; rank];
    for a in (0..rank.saturating_sub(1)).rev() {
        strides[a] = strides[a + 1] * x.dims[a + 1];
    }
    if x.is_integer() && rank < 2 {
        return Ok(x.clone());
    }
    let values = im.floats(x)?;
    im.made.add(values.len()).map_err(Fault::Broken)?;
    let mut moved = Vec::with_capacity(values.len());
    let mut place = vec![0; rank];
    for _ in 0..values.len() {
        moved.push(values[place.iter().zip(&order).map(|(&p, &a)| p * strides[a]).sum::<usize>()]);
        for a in (0..rank).rev() {
            place[a] += 1;
            if place[a] < dims[a] {
                break;
            }
            place[a] = 0;
        }
    }
    Ok(Constant::of_floats(dims, moved))
}

fn sliced(im: &Importer<'_>, node: &Node, x: &Constant) -> Lowered<Constant> {
    let list = |i: usize, name: &str| im.list(node, i, name);
    let (Some(starts), Some(ends)) = (list(1, "starts")?, list(2, "ends")?) else {
        return broken("it has no 'starts' and 'ends'");
    };
    let (axes, steps) = (list(3, "axes")?, list(4, "steps")?);
    small::sliced(x, &starts, &ends, axes.as_deref(), steps.as_deref())
}

/// Arithmetic of two constants. Whole numbers are divided towards zero.
fn arithmetic(im: &mut Importer<'_>, node: &Node, x: &Constant, y: &Constant) -> Lowered<Constant> {
    let whole = x.is_integer() && y.is_integer();
    let f = |a: f64, b: f64| match node.op.as_str() {
        "Add" => a + b,
        "Sub" => a - b,
        "Mul" => a * b,
        "Max" => a.max(b),
        "Min" => a.min(b),
        "Pow" => a.powf(b),
        _ if whole => (a / b).trunc(),
        _ => a / b,
    };
    if whole { Ok(Small::of(x)?.with(&Small::of(y)?, f)?.constant()) } else { large::with(im, x, y, f) }
}

/// Functions of each value.
fn mapped(im: &mut Importer<'_>, node: &Node, x: &Constant) -> Lowered<Constant> {
    let f = |v: f64| match node.op.as_str() {
        "Floor" => v.floor(),
        "Ceil" => v.ceil(),
        "Neg" => -v,
        "Exp" => v.exp(),
        "Abs" => v.abs(),
        "Reciprocal" => v.recip(),
        "Relu" => v.max(0.0),
        _ => v.sqrt(),
    };
    if x.is_integer() {
        return Ok(Small::of(x)?.each(true, f).constant());
    }
    let values = im.floats(x)?;
    im.made.add(values.len()).map_err(Fault::Broken)?;
    Ok(Constant::of_floats(x.dims.clone(), values.iter().map(|&v| f(v.into()) as f32).collect()))
}

fn clipped(node: &Node, x: &Constant, inputs: &[Option<Constant>]) -> Lowered<Constant> {
    let limit = |i: usize, attribute: &str, open: f32| match inputs.get(i).and_then(Option::as_ref) {
        Some(limit) => limit.scalar(),
        None => Some(node.float(attribute, open)),
    };
    let (Some(low), Some(high)) = (limit(1, "min", f32::MIN), limit(2, "max", f32::MAX)) else {
        return broken("its limits are not one number each");
    };
    let x = Small::of(x)?;
    let integer = x.is_integer();
    Ok(x.each(integer, |v| v.max(f64::from(low)).min(f64::from(high))).constant())
}
