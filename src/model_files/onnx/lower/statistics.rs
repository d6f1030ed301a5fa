//! Norms with the statistics of their input, and local response norm.

use std::sync::Arc;

use super::super::constant::Constant;
use super::super::import::{Importer, Map};
use super::super::node::{Lowered, Node, axis, broken, unsupported};
use super::super::view::View;
use super::norm::{affine_of_map, per_map_channel};
use crate::graph::{NormOver, ResponseNorm};

/// What a norm over these axes of a tensor is over; `None` if that is no set of values here.
pub(super) fn over(im: &Importer<'_>, x: &Map, axes: &[usize]) -> Option<NormOver> {
    let shape = im.shape(x.id);
    let (pixels, channels) = x.view.held(axes)?;
    let first_ones = channels.iter().copied().eq(0..channels.len());
    match (pixels, channels.len()) {
        (1, count) if count == shape.c => Some(NormOver::Pixel),
        (pixels, count) if pixels == shape.plane() && first_ones => Some(NormOver::Groups(shape.c / count)),
        _ => None,
    }
}

/// The norm over these axes, without scale and shift.
pub(super) fn normalized(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    axes: &[usize],
    eps: f32,
) -> Lowered<Map> {
    let Some(over) = over(im, x, axes) else {
        return unsupported(format!(
            "a norm over the axes {axes:?} of {:?} is neither one over the channels of each pixel nor one over \
             groups of channels with all their pixels",
            x.dims()
        ));
    };
    let name = im.fresh(name);
    let id = im.b.normalize(&name, x.id, over, eps)?;
    Ok(Map { id, positive: false, ..x.clone() })
}

/// Scale and shift behind a norm, where there are any.
pub(super) fn scaled(
    im: &mut Importer<'_>,
    node: &Node,
    x: &Map,
    scale: Option<Constant>,
    shift: Option<Constant>,
) -> Lowered<Map> {
    let mut parts = [None, None];
    for (part, (constant, neutral)) in parts.iter_mut().zip([(scale, 1.0), (shift, 0.0)]) {
        let Some(constant) = constant else { continue };
        let Some(values) = per_map_channel(im, x, &constant)? else {
            return unsupported(format!(
                "its scale or shift of sides {:?} is not one number per channel of {:?}",
                constant.dims,
                x.dims()
            ));
        };
        *part = Some(values).filter(|values: &Arc<Vec<f32>>| values.iter().any(|&v| v != neutral));
    }
    let [factor, shift] = parts;
    if factor.is_none() && shift.is_none() {
        return Ok(x.clone());
    }
    affine_of_map(im, &format!("{}_scale", node.name), x, factor, shift)
}

/// `LayerNormalization` over the last axes.
pub(super) fn layer_norm(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let rank = x.view.rank();
    let first = axis(node.int("axis", -1), rank)?;
    let (scale, shift) = (im.weight(node, 1)?, im.constant(node, 2)?);
    let axes: Vec<usize> = (first..rank).collect();
    let mut per_channel = over(im, &x, &axes).is_some();
    for part in std::iter::once(&scale).chain(&shift) {
        per_channel = per_channel && per_map_channel(im, &x, part)?.is_some();
    }
    let x = if per_channel { x } else { flat(im, &node.name, x)? };
    let y = normalized(im, &node.name, &x, &axes, node.float("epsilon", 1e-5))?;
    scaled(im, node, &y, Some(scale), shift)
}

/// Each map of the batch as one pixel, for norms and scales that differ from pixel to pixel; no value moves.
pub(super) fn flat(im: &mut Importer<'_>, name: &str, x: Map) -> Lowered<Map> {
    let shape = im.shape(x.id);
    if shape.plane() == 1 || !x.view.is_map(shape) {
        return Ok(x);
    }
    let x = im.ordered(&x, name)?;
    let name = im.fresh(&format!("{name}/flatten"));
    let id = im.b.flatten(&name, x.id)?;
    match View::of(im.shape(id), 2).reshape(&x.dims()) {
        Some(view) => Ok(Map { id, view, ..x }),
        None => Ok(x),
    }
}

/// `InstanceNormalization`: all axes but the first two together.
pub(super) fn instance_norm(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let dims = x.dims();
    if dims.len() < 3 {
        return broken(format!("its input has the sides {dims:?}, not three or more"));
    }
    // One number for each index of axis 1.
    let along = |constant: Constant| -> Lowered<Option<Constant>> {
        if constant.len() != dims[1] {
            return broken(format!(
                "its scale or shift has the sides {:?}, not [{}]",
                constant.dims, dims[1]
            ));
        }
        let sides = std::iter::once(dims[1]).chain(std::iter::repeat_n(1, dims.len() - 2));
        Ok(Some(constant.with_dims(sides.collect())))
    };
    let (scale, shift) = (along(im.weight(node, 1)?)?, along(im.weight(node, 2)?)?);
    let axes: Vec<usize> = (2..dims.len()).collect();
    let y = normalized(im, &node.name, &x, &axes, node.float("epsilon", 1e-5))?;
    scaled(im, node, &y, scale, shift)
}

/// `GroupNormalization`; until version 21 scale and shift were one number for each group.
pub(super) fn group_norm(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let x = im.ordered(&x, &node.name)?;
    let channels = im.shape(x.id).c;
    let asked = node.int("num_groups", 0);
    let Some(groups) = usize::try_from(asked).ok().filter(|&g| g > 0 && channels.is_multiple_of(g)) else {
        return broken(format!("'num_groups' is {asked}, and it has {channels} channels"));
    };
    let mut parts = [None, None];
    for (i, part) in parts.iter_mut().enumerate() {
        let constant = im.weight(node, i + 1)?;
        if constant.len() != channels && constant.len() != groups {
            return broken(format!(
                "its input {} has the sides {:?}, not [{channels}]",
                i + 1,
                constant.dims
            ));
        }
        let values = im.floats(&constant)?;
        let each = channels / values.len();
        im.made.add(channels).map_err(super::super::node::Fault::Broken)?;
        let neutral = if i == 0 { 1.0 } else { 0.0 };
        if values.iter().any(|&v| v != neutral) {
            *part = Some(Arc::new((0..channels).map(|c| values[c / each]).collect::<Vec<f32>>()));
        }
    }
    let name = im.fresh(&node.name);
    let id = im.b.normalize(&name, x.id, NormOver::Groups(groups), node.float("epsilon", 1e-5))?;
    let y = Map { id, positive: false, ..x };
    let [factor, shift] = parts;
    if factor.is_none() && shift.is_none() {
        return Ok(y);
    }
    affine_of_map(im, &format!("{}_scale", node.name), &y, factor, shift)
}

/// `LRN`.
pub(super) fn response_norm(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let x = im.ordered(&x, &node.name)?;
    let asked = node.int("size", 0);
    let Some(size) = usize::try_from(asked).ok().filter(|size| (1..=1 << 20).contains(size)) else {
        return broken(format!("'size' is {asked}; it must be a number of channels"));
    };
    let norm = ResponseNorm {
        size,
        alpha: node.float("alpha", 1e-4),
        beta: node.float("beta", 0.75),
        bias: node.float("bias", 1.0),
    };
    let name = im.fresh(&node.name);
    let id = im.b.response_norm(&name, x.id, norm)?;
    let positive = x.positive && norm.bias > 0.0 && norm.alpha >= 0.0;
    Ok(Map { id, positive, ..x })
}
