//! Ranges, comparisons and choices of numbers: how exports with open sides work out shapes and indices.

use super::super::constant::{Constant, elements};
use super::super::node::{Fault, Lowered, Node, broken, unsupported};
use super::small::{LARGEST, Small};

/// `Range`.
pub(super) fn range(inputs: &[Option<Constant>]) -> Lowered<Constant> {
    let [Some(start), Some(limit), Some(step)] = inputs else { return broken("an input is missing") };
    let mut numbers = [0.0; 3];
    let mut whole = true;
    for (number, constant) in numbers.iter_mut().zip([start, limit, step]) {
        let small = Small::of(constant)?;
        let [value] = small.values() else { return broken("its inputs are not one number each") };
        *number = *value;
        whole = whole && small.is_integer();
    }
    let [start, limit, step] = numbers;
    let count = ((limit - start) / step).ceil();
    if step == 0.0 || !count.is_finite() {
        return broken(format!("there is no range from {start} to {limit} in steps of {step}"));
    }
    if count > LARGEST as f64 {
        return unsupported("so long a range is not made");
    }
    let values = (0..count.max(0.0) as usize).map(|i| start + i as f64 * step);
    Ok(if whole {
        Constant::integers(values.map(|v| v as i64).collect())
    } else {
        let values: Vec<f32> = values.map(|v| v as f32).collect();
        Constant::of_floats(vec![values.len()], values)
    })
}

/// Comparisons, and what joins their results: 1 where it holds, else 0.
pub(super) fn compared(node: &Node, x: &Constant, y: Option<&Constant>) -> Lowered<Constant> {
    let Some(y) = y else { return broken("an input is missing") };
    let f = |a: f64, b: f64| match node.op.as_str() {
        "Equal" => a == b,
        "Less" => a < b,
        "LessOrEqual" => a <= b,
        "Greater" => a > b,
        "GreaterOrEqual" => a >= b,
        "And" => a != 0.0 && b != 0.0,
        "Or" => a != 0.0 || b != 0.0,
        _ => (a != 0.0) != (b != 0.0),
    };
    let both = Small::of(x)?.with(&Small::of(y)?, |a, b| f64::from(u8::from(f(a, b))))?;
    Ok(both.each(true, |v| v).constant())
}

/// `Mod` of whole numbers; the sign is the divisor's, or with `fmod` the number's.
pub(super) fn remainder(node: &Node, x: &Constant, y: Option<&Constant>) -> Lowered<Constant> {
    let Some(y) = y else { return broken("an input is missing") };
    let keeps_sign = node.flag("fmod");
    let f = |a: f64, b: f64| if keeps_sign { a % b } else { a - (a / b).floor() * b };
    Ok(Small::of(x)?.with(&Small::of(y)?, f)?.constant())
}

/// `Where`.
pub(super) fn chosen(inputs: &[Option<Constant>]) -> Lowered<Constant> {
    let [Some(condition), Some(x), Some(y)] = inputs else { return broken("an input is missing") };
    let (condition, x, y) = (Small::of(condition)?, Small::of(x)?, Small::of(y)?);
    let integer = x.is_integer() && y.is_integer();
    let dims = condition.with(&x, |_, b| b)?.with(&y, |a, _| a)?;
    let [condition, x, y] = [condition, x, y].map(|part| dims.with(&part, |_, b| b));
    let (condition, x, y) = (condition?, x?, y?);
    let pairs = x.values().iter().zip(y.values()).zip(condition.values());
    let values = pairs.map(|((&x, &y), &condition)| if condition != 0.0 { x } else { y }).collect();
    Ok(dims.replaced(values, integer).constant())
}

/// `Expand`.
pub(super) fn expanded(x: &Constant, shape: Option<&Constant>) -> Lowered<Constant> {
    let Some(shape) = shape else { return broken("its shape is missing") };
    let sides = shape.whole_numbers().map_err(Fault::Broken)?;
    let dims: Option<Vec<usize>> = sides.iter().map(|&s| usize::try_from(s).ok()).collect();
    let Some(dims) = dims.filter(|dims| elements(dims).is_some_and(|n| n < usize::MAX / 8)) else {
        return broken(format!("no tensor can have the sides {sides:?}"));
    };
    match x.scalar() {
        Some(number) if !x.is_integer() && x.dims.len() <= dims.len() => Ok(Constant::filled(dims, number)),
        _ if elements(&dims).is_none_or(|n| n > LARGEST) => unsupported("so many constants are not repeated"),
        _ => {
            let ones = Small::ones(dims);
            Ok(Small::of(x)?.with(&ones, |a, _| a)?.constant())
        }
    }
}

/// `Tile`.
pub(super) fn tiled(x: &Constant, times: Option<&Constant>) -> Lowered<Constant> {
    let Some(times) = times else { return broken("its repeats are missing") };
    let times = times.whole_numbers().map_err(Fault::Broken)?;
    let sides = x.dims.iter().zip(times.iter()).map(|(&side, &t)| side.checked_mul(usize::try_from(t).ok()?));
    let Some(dims) =
        sides.collect::<Option<Vec<_>>>().filter(|dims| dims.len() == times.len().max(x.dims.len()))
    else {
        return broken(format!("its repeats {times:?} do not fit {:?}", x.dims));
    };
    if elements(&dims).is_none_or(|n| n > LARGEST) {
        return unsupported("so many constants are not repeated");
    }
    let mut tiled = Small::of(x)?;
    for (axis, (&side, &to)) in x.dims.iter().zip(&dims).enumerate() {
        let again: Vec<usize> = (0..to).map(|i| i % side).collect();
        tiled = tiled.picked(axis, &again);
    }
    Ok(tiled.constant())
}
