//! Sums and products: of two maps, and of a map and fixed numbers.

use std::sync::Arc;

use super::super::constant::Constant;
use super::super::import::{Importer, Map, Value};
use super::super::node::{Lowered, Node, axis, broken, unsupported};
use super::norm::{affine, per_channel};
use crate::tensor::Shape;

/// `Add`, `Sum`, `Sub`, `Mul` and `Div` where at least one input is a map.
pub(super) fn arithmetic(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Lowered<Map> {
    let node = &nodes[at];
    if node.op == "Sum" {
        let mut sum = im.map(node, 0)?;
        for i in 1..node.inputs.len() {
            let next = im.map(node, i)?;
            sum = joined(im, node, sum, next)?;
        }
        return Ok(sum);
    }
    if node.inputs.len() != 2 {
        return broken(format!("it has {} inputs, not 2", node.inputs.len()));
    }
    match (im.input(node, 0)?, im.input(node, 1)?) {
        (Some(Value::Map(_)), Some(Value::Map(_))) => {
            let (a, b) = (im.map(node, 0)?, im.map(node, 1)?);
            joined(im, node, a, b)
        }
        (Some(Value::Map(_)), Some(Value::Constant(constant))) => {
            let x = im.map(node, 0)?;
            with_constant(im, node, &x, &constant, false)
        }
        (Some(Value::Constant(constant)), Some(Value::Map(_))) => {
            let x = im.map(node, 1)?;
            with_constant(im, node, &x, &constant, true)
        }
        _ => broken("an input is missing"),
    }
}

/// The sum or product of two maps.
fn joined(im: &mut Importer<'_>, node: &Node, a: Map, b: Map) -> Lowered<Map> {
    let alike = |im: &Importer<'_>, a: &Map, b: &Map| a.view == b.view && im.shape(a.id) == im.shape(b.id);
    let (mut a, mut b) = (a, b);
    // One factor per channel: how the axes of the plane lie does not matter.
    let factors = node.op == "Mul" && (scales(im, &a, &b) || scales(im, &b, &a));
    if !alike(im, &a, &b) && !factors {
        (a, b) = (im.ordered(&a, &node.name)?, im.ordered(&b, &node.name)?);
    }
    let (sa, sb) = (im.shape(a.id), im.shape(b.id));
    let sides = format!("of sides {:?} and {:?}", a.dims(), b.dims());
    match node.op.as_str() {
        "Add" | "Sum" if alike(im, &a, &b) => {
            let name = im.fresh(&node.name);
            let id = im.b.add(&name, a.id, b.id)?;
            Ok(Map { id, positive: a.positive && b.positive, ..a })
        }
        "Mul" if alike(im, &a, &b) || a.view.rank() == b.view.rank() => {
            let per_channel = |x: Shape, f: Shape| f == Shape { h: 1, w: 1, ..x };
            let (x, factor) = match () {
                () if sa == sb || per_channel(sa, sb) => (a, b),
                () if per_channel(sb, sa) => (b, a),
                () => return unsupported(format!("it multiplies maps {sides}")),
            };
            let name = im.fresh(&node.name);
            let id = im.b.multiply(&name, x.id, factor.id)?;
            Ok(Map { id, positive: x.positive && factor.positive, ..x })
        }
        "Add" | "Sum" | "Mul" => unsupported(format!("it joins maps {sides}")),
        op => unsupported(format!("there is no {op} of two maps")),
    }
}

/// Whether `f` has one pixel per channel of `x`, and maps and channels lie on the same axes in order.
fn scales(im: &Importer<'_>, x: &Map, f: &Map) -> bool {
    let (of_x, of_f) = (im.shape(x.id), im.shape(f.id));
    let both =
        |axis: usize, side: usize| x.view.is_whole(axis, side, of_x) && f.view.is_whole(axis, side, of_f);
    let rank = x.view.rank();
    of_f == Shape { h: 1, w: 1, ..of_x }
        && f.view.rank() == rank
        && both(0, 0)
        && (1..rank).any(|axis| both(axis, 1))
}

/// A scale or a shift by fixed numbers, one per channel. `first`: the constant is the first input.
fn with_constant(
    im: &mut Importer<'_>,
    node: &Node,
    x: &Map,
    constant: &Constant,
    first: bool,
) -> Lowered<Map> {
    let (shape, rank) = (im.shape(x.id), x.view.rank());
    let constant = aligned(node, constant, rank)?;
    let mut values = None;
    for axis in 0..rank.max(1) {
        if rank > 0 && x.view.channels(axis, shape).is_none() {
            continue;
        }
        if let Some(found) = per_channel(im, &constant, rank, axis, shape.c)? {
            values = Some((axis, found));
            break;
        }
    }
    let Some((axis, values)) = values else {
        return unsupported(format!(
            "its constant of sides {:?} is not one number per channel of {:?}",
            constant.dims,
            x.dims()
        ));
    };
    let each = |f: &dyn Fn(f32) -> f32| Some(Arc::new(values.iter().map(|&v| f(v)).collect::<Vec<f32>>()));
    let (factor, shift) = match (node.op.as_str(), first) {
        ("Add", _) => (None, Some(Arc::clone(&values))),
        ("Sub", false) => (None, each(&|v| -v)),
        ("Sub", true) => (each(&|_| -1.0), Some(Arc::clone(&values))),
        ("Mul", _) => (Some(Arc::clone(&values)), None),
        ("Div", false) => (each(&|v| 1.0 / v), None),
        _ => return unsupported("it divides by a map"),
    };
    let is = |values: &Option<Arc<Vec<f32>>>, neutral: f32| {
        values.as_ref().is_none_or(|values| values.iter().all(|&v| v == neutral))
    };
    if is(&factor, 1.0) && is(&shift, 0.0) {
        return Ok(x.clone());
    }
    affine(im, &node.name, x, axis, factor, shift)
}

/// Before version 7 the attribute `axis` said where the axes of the second input begin.
fn aligned(node: &Node, constant: &Constant, rank: usize) -> Lowered<Constant> {
    if !node.has("axis") || constant.dims.len() >= rank {
        return Ok(constant.clone());
    }
    let start = axis(node.int("axis", 0), rank)?;
    let mut dims = constant.dims.clone();
    dims.resize(rank.saturating_sub(start).max(dims.len()), 1);
    Ok(constant.with_dims(dims))
}
