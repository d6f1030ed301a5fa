//! Constant folding: everything that does not depend on the network's input. Exports compute shapes
//! with such nodes, and some write their weights as nodes.

use super::constant::{Constant, count_made, elements};
use super::import::{Importer, Value};
use super::lower::{bounds, order, target};
use super::node::{Fault, Lowered, Node, axis, broken, unsupported};

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
        "Cast" => cast(im, node, &x)?,
        "ConstantOfShape" => filled(node, &x)?,
        "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" => {
            let dims = target(im, node, &x.dims)?;
            if elements(&dims) != Some(x.len()) {
                return broken(format!("{:?} values cannot have the sides {dims:?}", x.dims));
            }
            x.with_dims(dims)
        }
        "Transpose" => transposed(im, node, &x)?,
        "Concat" => joined(node, &inputs)?,
        "Gather" => gathered(node, &x, inputs.get(1).cloned().flatten())?,
        "Slice" => sliced(im, node, &x)?,
        "Add" | "Sub" | "Mul" | "Div" => match inputs.get(1).cloned().flatten() {
            Some(y) => arithmetic(im, node, &x, &y)?,
            None => return broken("its second input is missing"),
        },
        "Floor" | "Ceil" | "Neg" | "Sqrt" => rounded(im, node, &x)?,
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

fn cast(im: &mut Importer<'_>, node: &Node, x: &Constant) -> Lowered<Constant> {
    let to_float = super::constant::is_float(node.int("to", 1) as i32);
    match (x.is_integer(), to_float) {
        (true, true) => {
            let values = x.whole_numbers().map_err(Fault::Broken)?;
            Ok(Constant::of_floats(x.dims.clone(), values.iter().map(|&v| v as f32).collect()))
        }
        (false, false) => {
            let values = im.floats(x)?;
            Ok(Constant::of_integers(x.dims.clone(), values.iter().map(|&v| v as i64).collect()))
        }
        _ => Ok(x.clone()),
    }
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
    count_made(&mut im.made, values.len()).map_err(Fault::Broken)?;
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

fn joined(node: &Node, inputs: &[Option<Constant>]) -> Lowered<Constant> {
    let mut values = Vec::new();
    for part in inputs.iter().flatten() {
        if part.dims.len() > 1 || axis(node.int("axis", 0), 1).is_err() {
            return unsupported("only lists of constants are joined");
        }
        values.extend(part.whole_numbers().map_err(Fault::Unsupported)?.iter().copied());
        if values.len() > 1 << 16 {
            return unsupported("a list of constants is too long");
        }
    }
    Ok(Constant::integers(values))
}

fn gathered(node: &Node, x: &Constant, indices: Option<Constant>) -> Lowered<Constant> {
    let Some(indices) = indices else { return broken("its indices are missing") };
    if x.dims.len() != 1 || axis(node.int("axis", 0), 1).is_err() {
        return unsupported("constants are only picked from lists");
    }
    let list = x.whole_numbers().map_err(Fault::Unsupported)?;
    let wanted = indices.whole_numbers().map_err(Fault::Broken)?;
    let pick = |&i: &i64| list.get(if i < 0 { i + list.len() as i64 } else { i } as usize).copied();
    match wanted.iter().map(pick).collect() {
        Some(values) => Ok(Constant::of_integers(indices.dims, values)),
        None => broken(format!("it picks {wanted:?} of {} numbers", list.len())),
    }
}

fn sliced(im: &Importer<'_>, node: &Node, x: &Constant) -> Lowered<Constant> {
    let list = |i: usize, name: &str| im.list(node, i, name);
    let (Some(starts), Some(ends)) = (list(1, "starts")?, list(2, "ends")?) else {
        return broken("it has no 'starts' and 'ends'");
    };
    let steps = list(4, "steps")?.unwrap_or_else(|| vec![1]);
    let (&[start], &[end], &[step], 1) = (&starts[..], &ends[..], &steps[..], x.dims.len()) else {
        return unsupported("constants are only cut from lists");
    };
    let values = x.whole_numbers().map_err(Fault::Unsupported)?;
    if step == -1 && start == -1 {
        return Ok(Constant::integers(values.iter().rev().copied().collect()));
    }
    let (start, end) = bounds(start, end, values.len());
    match usize::try_from(step) {
        Ok(step) if step > 0 => {
            Ok(Constant::integers(values[start..end.max(start)].iter().step_by(step).copied().collect()))
        }
        _ => unsupported(format!("constants are not cut by steps of {step}")),
    }
}

/// Operands of equal sides, or one of them a single number.
fn arithmetic(im: &mut Importer<'_>, node: &Node, x: &Constant, y: &Constant) -> Lowered<Constant> {
    let dims = if y.len() == 1 { x.dims.clone() } else { y.dims.clone() };
    if x.dims != y.dims && x.len() != 1 && y.len() != 1 {
        return unsupported("constants of different sides are not computed with");
    }
    let count = elements(&dims).unwrap_or(0);
    let at = |len: usize, i: usize| if len == 1 { 0 } else { i };
    if x.is_integer() && y.is_integer() {
        let (x, y) = (x.whole_numbers(), y.whole_numbers());
        let (x, y) = (x.map_err(Fault::Broken)?, y.map_err(Fault::Broken)?);
        let each = |i: usize| {
            let (a, b) = (x[at(x.len(), i)], y[at(y.len(), i)]);
            match node.op.as_str() {
                "Add" => a.checked_add(b),
                "Sub" => a.checked_sub(b),
                "Mul" => a.checked_mul(b),
                _ => a.checked_div(b),
            }
        };
        return match (0..count).map(each).collect() {
            Some(values) => Ok(Constant::of_integers(dims, values)),
            None => broken("its whole numbers cannot be computed with"),
        };
    }
    count_made(&mut im.made, count).map_err(Fault::Broken)?;
    let (x, y) = (im.floats(x)?, im.floats(y)?);
    let each = |i: usize| {
        let (a, b) = (x[at(x.len(), i)], y[at(y.len(), i)]);
        match node.op.as_str() {
            "Add" => a + b,
            "Sub" => a - b,
            "Mul" => a * b,
            _ => a / b,
        }
    };
    Ok(Constant::of_floats(dims, (0..count).map(each).collect()))
}

fn rounded(im: &mut Importer<'_>, node: &Node, x: &Constant) -> Lowered<Constant> {
    if x.is_integer() {
        let values = x.whole_numbers().map_err(Fault::Broken)?;
        let values = values.iter().map(|&v| if node.op == "Neg" { v.wrapping_neg() } else { v }).collect();
        return Ok(Constant::of_integers(x.dims.clone(), values));
    }
    count_made(&mut im.made, x.len()).map_err(Fault::Broken)?;
    let values = im.floats(x)?;
    let each = |v: f32| match node.op.as_str() {
        "Floor" => v.floor(),
        "Ceil" => v.ceil(),
        "Neg" => -v,
        _ => v.sqrt(),
    };
    Ok(Constant::of_floats(x.dims.clone(), values.iter().map(|&v| each(v)).collect()))
}
