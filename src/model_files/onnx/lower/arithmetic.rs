//! Sums, differences, products and quotients: of maps, and of a map and fixed numbers.

use std::sync::Arc;

use super::super::constant::Constant;
use super::super::import::{Importer, Map, Value};
use super::super::node::{Lowered, Node, axis, broken, unsupported};
use super::activations::{apply, scaled};
use super::broadcast::{per_channel_of, per_number, repeated, sides_of, with_factors};
use super::norm::{
    affine_from, differs_by_channel, following_affine, per_channel, per_map_channel, staged_affine,
};
use crate::graph::{Activation, Op, Origin};
use crate::tensor::Shape;

/// `Add`, `Sum`, `Mean`, `Sub`, `Mul` and `Div` where at least one input is a map.
pub(super) fn arithmetic(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Lowered<Map> {
    let node = &nodes[at];
    if node.op == "Sum" || node.op == "Mean" {
        let mut sum = im.map(node, 0)?;
        for i in 1..node.inputs.len() {
            let next = im.map(node, i)?;
            sum = joined(im, &node.op, &node.name, sum, next)?;
        }
        let count = node.inputs.len();
        if node.op == "Mean" && count > 1 {
            return scaled(im, &format!("{}/mean", node.name), &sum, 1.0 / count as f32, 0.0);
        }
        return Ok(sum);
    }
    if node.inputs.len() != 2 {
        return broken(format!("it has {} inputs, not 2", node.inputs.len()));
    }
    match (im.input(node, 0)?, im.input(node, 1)?) {
        (Some(Value::Map(_)), Some(Value::Map(_))) => {
            let (a, b) = (im.map(node, 0)?, im.map(node, 1)?);
            joined(im, &node.op, &node.name, a, b)
        }
        (Some(Value::Map(_)), Some(Value::Constant(constant))) => {
            let x = im.map(node, 0)?;
            with_constant(im, nodes, at, &x, &constant, false)
        }
        (Some(Value::Constant(constant)), Some(Value::Map(_))) => {
            let x = im.map(node, 1)?;
            with_constant(im, nodes, at, &x, &constant, true)
        }
        _ => broken("an input is missing"),
    }
}

/// The sum, difference, product or quotient of two maps.
pub(super) fn joined(im: &mut Importer<'_>, op: &str, name: &str, a: Map, b: Map) -> Lowered<Map> {
    let alike = |im: &Importer<'_>, a: &Map, b: &Map| a.view == b.view && im.shape(a.id) == im.shape(b.id);
    let (mut a, mut b) = (a, b);
    let multiplies = matches!(op, "Mul" | "Div");
    if multiplies && a.dims() != b.dims() {
        a = per_channel_of(im, name, &b, a)?;
        b = per_channel_of(im, name, &a, b)?;
    }
    // One factor per channel: how the axes of the plane lie does not matter.
    let mut factors = multiplies && (scales(im, &a, &b) || scales(im, &b, &a));
    if !factors && a.dims() != b.dims() {
        let uneven = op == "Mul" && [&a, &b].iter().all(|map| sides_of(im, map).is_none());
        let moved = if uneven { with_factors(im, name, &a, &b)? } else { None };
        factors = moved.is_some();
        (a, b) = match moved {
            Some(both) => both,
            None => match <[Map; 2]>::try_from(repeated(im, name, &[a, b])?) {
                Ok([a, b]) => (a, b),
                Err(_) => return broken("its inputs are not two"),
            },
        };
    } else if !factors && !alike(im, &a, &b) {
        (a, b) = (im.ordered(&a, name)?, im.ordered(&b, name)?);
        if a.dims() == b.dims() && !alike(im, &a, &b) {
            (a, b) = (im.in_order(&a, name)?, im.in_order(&b, name)?);
        }
    }
    let (sa, sb, divisor) = (im.shape(a.id), im.shape(b.id), b.id);
    let sides = format!("of sides {:?} and {:?}", a.dims(), b.dims());
    match op {
        "Add" | "Sum" | "Mean" | "Sub" if alike(im, &a, &b) => {
            if op == "Sub" {
                b = scaled(im, &format!("{name}/negative"), &b, -1.0, 0.0)?;
            }
            let name = im.fresh(name);
            let id = im.b.add(&name, a.id, b.id)?;
            Ok(Map { id, positive: a.positive && b.positive, ..a })
        }
        "Mul" | "Div" if alike(im, &a, &b) || factors => {
            let per_channel = |x: Shape, f: Shape| f == Shape { h: 1, w: 1, ..x };
            let (x, factor) = match () {
                () if sa == sb || per_channel(sa, sb) => (a, b),
                () if per_channel(sb, sa) => (b, a),
                () => return unsupported(format!("it multiplies maps {sides}")),
            };
            let (x, factor) = if op == "Mul" {
                (x, factor)
            } else if factor.id == divisor {
                let factor = apply(im, &format!("{name}/reciprocal"), &factor, Activation::Reciprocal)?;
                (x, factor)
            } else {
                (apply(im, &format!("{name}/reciprocal"), &x, Activation::Reciprocal)?, factor)
            };
            let name = im.fresh(name);
            let id = im.b.multiply(&name, x.id, factor.id)?;
            Ok(Map { id, positive: x.positive && factor.positive, ..x })
        }
        _ => unsupported(format!("it joins maps {sides}")),
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
    nodes: &[Node],
    at: usize,
    x: &Map,
    constant: &Constant,
    first: bool,
) -> Lowered<Map> {
    let node = &nodes[at];
    let (shape, rank) = (im.shape(x.id), x.view.rank());
    let constant = aligned(node, constant, rank)?;
    let mut x = x.clone();
    let mut found = None;
    for axis in 0..rank.max(1) {
        if rank > 0 && x.view.channels(axis, shape).is_none() {
            continue;
        }
        if let Some(values) = per_channel(im, &constant, rank, axis, shape.c)? {
            found = Some((Some(axis), values));
            break;
        }
    }
    if found.is_none() {
        let by_channel = differs_by_channel(&x, &constant);
        let values = if by_channel { per_map_channel(im, &x, &constant)? } else { None };
        found = match values {
            Some(values) => Some((None, values)),
            None => per_number(im, &node.name, &x, &constant)?.map(|(moved, values)| {
                x = moved;
                (None, values)
            }),
        };
    }
    let Some((axis, values)) = found else {
        return unsupported(format!(
            "its constant of sides {:?} does not fit a map of {:?}",
            constant.dims,
            x.dims()
        ));
    };
    let shape = im.shape(x.id);
    // By the axis of the channels, or in their order in the map.
    let placed = |im: &mut Importer<'_>, x: &Map, parts: [Option<(Arc<Vec<f32>>, Origin)>; 2]| match axis {
        Some(axis) => affine_from(im, &node.name, x, axis, parts),
        None => staged_affine(im, &node.name, x, parts),
    };
    if node.op == "Div" && first {
        let turned = apply(im, &format!("{}/reciprocal", node.name), &x, Activation::Reciprocal)?;
        if values.iter().all(|&v| v == 1.0) {
            return Ok(turned);
        }
        return placed(im, &turned, [Some((values, Origin::Trained)), None]);
    }
    let each = |f: &dyn Fn(f32) -> f32| Some(Arc::new(values.iter().map(|&v| f(v)).collect::<Vec<f32>>()));
    let (mut factor, mut shift) = match (node.op.as_str(), first) {
        ("Add", _) => (None, Some(Arc::clone(&values))),
        ("Sub", false) => (None, each(&|v| -v)),
        ("Sub", true) => (each(&|_| -1.0), Some(Arc::clone(&values))),
        ("Mul", _) => (Some(Arc::clone(&values)), None),
        ("Div", false) => (each(&|v| 1.0 / v), None),
        _ => return unsupported(format!("there is no {} with fixed numbers", node.op)),
    };
    // Scale and shift of a norm are one operation.
    let mut last = at;
    while matches!(im.b.graph().node(x.id).op, Op::Normalize { .. })
        && let Some(axis) = axis
        && let Some((next, by, more)) = following_affine(im, nodes, last, shape.c, rank, axis)?
    {
        let joined = |of: Option<Arc<Vec<f32>>>, neutral: f32, more: Option<&[f32]>| {
            let value =
                |c: usize| of.as_ref().map_or(neutral, |of| of[c]) * by[c] + more.map_or(0.0, |m| m[c]);
            Some(Arc::new((0..shape.c).map(value).collect::<Vec<f32>>()))
        };
        (factor, shift) = (joined(factor, 1.0, None), joined(shift, 0.0, Some(&more)));
        im.absorbed.insert(next);
        last = next;
    }
    let is = |values: &Option<Arc<Vec<f32>>>, neutral: f32| {
        values.as_ref().is_none_or(|values| values.iter().all(|&v| v == neutral))
    };
    if is(&factor, 1.0) && is(&shift, 0.0) {
        return Ok(x.clone());
    }
    let alone = last == at;
    let origin = if alone && constant.len() == 1 { Origin::Repeated } else { Origin::Trained };
    // The sign of a difference is in no file.
    let of_factor = if alone && node.op == "Sub" { Origin::Made } else { origin };
    let from = |values: Option<_>, origin| values.map(|values| (values, origin));
    placed(im, &x, [from(factor, of_factor), from(shift, origin)])
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
