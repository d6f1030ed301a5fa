//! Batch norms, and scales and shifts by fixed numbers, which are shown as batch norms.

use std::sync::Arc;

use super::super::constant::Constant;
use super::super::import::{Importer, Map};
use super::super::node::{Fault, Lowered, Node, broken, unsupported};
use super::recognised::constant;
use crate::graph::Origin;

/// `BatchNormalization` as in inference. Scales and shifts behind it that nothing else reads become
/// part of its weight and bias.
pub(super) fn batch_norm(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Lowered<Map> {
    let node = &nodes[at];
    let x = im.map(node, 0)?;
    if node.flag("training_mode") || (node.has("spatial") && node.int("spatial", 1) == 0) {
        return unsupported("its statistics would be those of the input; export the model for inference");
    }
    let x = im.ordered(&x, &node.name)?;
    let channels = im.shape(x.id).c;
    let mut parts = Vec::with_capacity(4);
    for i in 1..5 {
        let part = im.weight(node, i)?;
        if part.len() != channels {
            return broken(format!("its input {i} has the sides {:?}, not [{channels}]", part.dims));
        }
        parts.push(im.floats(&part)?);
    }
    im.made.add(2 * channels).map_err(Fault::Broken)?;
    let (mut weight, mut bias) = (parts[0].to_vec(), parts[1].to_vec());
    let mut last = at;
    while let Some((next, factor, shift)) = following_affine(im, nodes, last, channels, x.view.rank(), 1)? {
        for c in 0..channels {
            weight[c] *= factor[c];
            bias[c] = bias[c] * factor[c] + shift[c];
        }
        im.absorbed.insert(next);
        im.scales_joined += 1;
        last = next;
    }
    let name = im.fresh(&node.name);
    let values = [Arc::new(weight), Arc::new(bias), Arc::clone(&parts[2]), Arc::clone(&parts[3])];
    for (part, values) in ["weight", "bias", "running_mean", "running_var"].into_iter().zip(values) {
        im.stage(format!("{name}.{part}"), vec![channels], values);
    }
    let id = im.b.batch_norm(&name, x.id, node.float("epsilon", 1e-5))?;
    Ok(Map { positive: false, ..Map::new(id, x.view) })
}

/// `x * factor + shift` per channel of `axis` with numbers of the file, as a batch norm of mean 0 and variance 1.
pub(super) fn affine(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    axis: usize,
    factor: Option<Arc<Vec<f32>>>,
    shift: Option<Arc<Vec<f32>>>,
) -> Lowered<Map> {
    affine_from(im, name, x, axis, [factor, shift].map(|values| Some((values?, Origin::Trained))))
}

/// [`affine`] with factor and shift that say where they come from.
pub(super) fn affine_from(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    axis: usize,
    [factor, shift]: [Option<(Arc<Vec<f32>>, Origin)>; 2],
) -> Lowered<Map> {
    let shape = im.shape(x.id);
    let Some(order) = x.view.channels(axis, shape) else {
        return unsupported(format!("axis {axis} of its input is not that of the channels"));
    };
    // From the order of the tensor to that of the map.
    let placed = |(values, origin): (Arc<Vec<f32>>, Origin)| {
        let mut placed = vec![0.0; shape.c];
        for (&channel, &value) in order.iter().zip(values.iter()) {
            placed[channel as usize] = value;
        }
        (Arc::new(placed), origin)
    };
    im.made.add(2 * shape.c).map_err(Fault::Broken)?;
    staged_affine(im, name, x, [factor.map(placed), shift.map(placed)])
}

/// [`affine`] with its numbers in the order of the map's channels.
pub(super) fn affine_of_map(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    factor: Option<Arc<Vec<f32>>>,
    shift: Option<Arc<Vec<f32>>>,
) -> Lowered<Map> {
    staged_affine(im, name, x, [factor, shift].map(|values| Some((values?, Origin::Trained))))
}

/// The batch norm of mean 0 and variance 1 that a scale and a shift stand as; their numbers are in the order of
/// the map's channels.
pub(super) fn staged_affine(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    [factor, shift]: [Option<(Arc<Vec<f32>>, Origin)>; 2],
) -> Lowered<Map> {
    let shape = im.shape(x.id);
    im.made.add(4 * shape.c).map_err(Fault::Broken)?;
    let name = im.fresh(name);
    let all = |value: f32| (Arc::new(vec![value; shape.c]), Origin::Made);
    let parts = [
        ("weight", factor.unwrap_or_else(|| all(1.0))),
        ("bias", shift.unwrap_or_else(|| all(0.0))),
        ("running_mean", all(0.0)),
        ("running_var", all(1.0)),
    ];
    for (part, (values, origin)) in parts {
        im.stage_from(format!("{name}.{part}"), vec![shape.c], values, origin);
    }
    let id = im.b.batch_norm(&name, x.id, 0.0)?;
    Ok(Map { id, positive: false, ..x.clone() })
}

/// Numbers per channel from a constant that broadcasts over a tensor of `rank` axes with its channels
/// on `axis`: `None` if it differs along another axis.
pub(super) fn per_channel(
    im: &mut Importer<'_>,
    constant: &Constant,
    rank: usize,
    axis: usize,
    channels: usize,
) -> Lowered<Option<Arc<Vec<f32>>>> {
    if let Some(value) = constant.scalar() {
        return Ok(Some(Arc::new(vec![value; channels])));
    }
    let dims = &constant.dims;
    let missing = rank.saturating_sub(dims.len());
    let fits = dims.len() <= rank
        && dims.iter().enumerate().all(|(i, &d)| d == if i + missing == axis { channels } else { 1 });
    if !fits { Ok(None) } else { im.floats(constant).map(Some) }
}

/// Numbers per channel of the map from a constant that broadcasts over the tensor, whatever axes the
/// channels lie on: `None` if it differs within a channel.
pub(super) fn per_map_channel(
    im: &mut Importer<'_>,
    x: &Map,
    constant: &Constant,
) -> Lowered<Option<Arc<Vec<f32>>>> {
    let (shape, sides) = (im.shape(x.id), x.view.dims());
    if let Some(value) = constant.scalar() {
        return Ok(Some(Arc::new(vec![value; shape.c])));
    }
    let Some(missing) = sides.len().checked_sub(constant.dims.len()) else { return Ok(None) };
    // For each value in turn the channel it is for; where the constant has one value for several channels
    // of an axis, it comes for each.
    let mut found = vec![(0, 0)];
    for (axis, &side) in sides.iter().enumerate() {
        let own = axis.checked_sub(missing).map_or(1, |axis| constant.dims[axis]);
        let places = x.view.places(axis);
        if own != 1 && own != side {
            return Ok(None);
        }
        let spans = places.iter().any(|place| place[1] > 0);
        if own == 1 && !spans {
            continue;
        }
        im.made.add(found.len().saturating_mul(side)).map_err(Fault::Broken)?;
        let step = |(at, c): (usize, usize)| {
            let own_step = move |i: usize| if own == 1 { at } else { at * own + i };
            places.iter().enumerate().map(move |(i, place)| (own_step(i), c + place[1])).collect::<Vec<_>>()
        };
        found = found.into_iter().flat_map(step).collect();
    }
    let values = im.floats(constant)?;
    let mut placed = vec![None; shape.c];
    for (at, c) in found {
        let (Some(place), Some(&value)) = (placed.get_mut(c), values.get(at)) else { return Ok(None) };
        if place.is_some_and(|old: f32| old.to_bits() != value.to_bits()) {
            return Ok(None);
        }
        *place = Some(value);
    }
    Ok(placed.into_iter().collect::<Option<Vec<f32>>>().map(Arc::new))
}

/// Whether a constant that broadcasts over the tensor differs only along axes that hold channels.
pub(super) fn differs_by_channel(x: &Map, constant: &Constant) -> bool {
    let Some(missing) = x.view.rank().checked_sub(constant.dims.len()) else { return false };
    let own = constant.dims.iter().enumerate().filter(|(_, side)| **side > 1);
    own.map(|(axis, _)| x.view.held(&[axis + missing])).all(|held| matches!(held, Some((1, _))))
}

/// An affine node that follows and that nothing else reads: its place, factors and shifts.
type Affine = (usize, Vec<f32>, Vec<f32>);

/// The scale or shift behind a node, if its value is read by nothing else. The channels lie on `axis`.
pub(super) fn following_affine(
    im: &mut Importer<'_>,
    nodes: &[Node],
    at: usize,
    channels: usize,
    rank: usize,
    axis: usize,
) -> Lowered<Option<Affine>> {
    let Some(output) = nodes[at].outputs.first() else { return Ok(None) };
    let Some(next) = im.only_reader(output) else { return Ok(None) };
    let node = &nodes[next];
    let scales = match node.op.as_str() {
        "Mul" => true,
        "Add" => false,
        _ => return Ok(None),
    };
    if node.inputs.len() != 2 || node.has("axis") {
        return Ok(None);
    }
    let other = usize::from(node.inputs[0] == *output);
    let Some(constant) = constant(im, nodes, next, &node.inputs[other]) else { return Ok(None) };
    let Some(values) = per_channel(im, &constant, rank, axis, channels)? else { return Ok(None) };
    Ok(Some(if scales {
        (next, values.to_vec(), vec![0.0; channels])
    } else {
        (next, vec![1.0; channels], values.to_vec())
    }))
}

/// The bias that an `Add` behind a node is, if nothing else reads the node's value; the `Add` is then
/// done.
pub(super) fn following_shift(
    im: &mut Importer<'_>,
    nodes: &[Node],
    at: usize,
    channels: usize,
    rank: usize,
    axis: usize,
) -> Lowered<Option<Arc<Vec<f32>>>> {
    let is_add =
        nodes[at].outputs.first().and_then(|o| im.only_reader(o)).is_some_and(|n| nodes[n].op == "Add");
    if !is_add {
        return Ok(None);
    }
    match following_affine(im, nodes, at, channels, rank, axis)? {
        Some((next, _, shift)) => {
            im.absorbed.insert(next);
            Ok(Some(Arc::new(shift)))
        }
        None => Ok(None),
    }
}
