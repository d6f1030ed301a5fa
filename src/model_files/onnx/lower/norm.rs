//! Batch norms, and scales and shifts by fixed numbers, which are shown as batch norms.

use std::sync::Arc;

use super::super::constant::Constant;
use super::super::import::{Importer, Map, Value};
use super::super::node::{Fault, Lowered, Node, broken, unsupported};

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
    while let Some((next, factor, shift)) = following_affine(im, nodes, last, channels, x.view.rank())? {
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

/// `x * factor + shift` per channel of `axis`, as a batch norm of mean 0 and variance 1.
pub(super) fn affine(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    axis: usize,
    factor: Option<Arc<Vec<f32>>>,
    shift: Option<Arc<Vec<f32>>>,
) -> Lowered<Map> {
    let shape = im.shape(x.id);
    let Some(order) = x.view.channels(axis, shape) else {
        return unsupported(format!("axis {axis} of its input is not that of the channels"));
    };
    // From the order of the tensor to that of the map.
    let placed = |values: Option<Arc<Vec<f32>>>, default: f32| {
        let mut placed = vec![default; shape.c];
        if let Some(values) = values {
            for (&channel, &value) in order.iter().zip(values.iter()) {
                placed[channel as usize] = value;
            }
        }
        Arc::new(placed)
    };
    im.made.add(4 * shape.c).map_err(Fault::Broken)?;
    let name = im.fresh(name);
    let parts = [
        ("weight", placed(factor, 1.0)),
        ("bias", placed(shift, 0.0)),
        ("running_mean", placed(None, 0.0)),
        ("running_var", placed(None, 1.0)),
    ];
    for (part, values) in parts {
        im.stage(format!("{name}.{part}"), vec![shape.c], values);
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

/// An affine node that follows and that nothing else reads: its place, factors and shifts.
type Affine = (usize, Vec<f32>, Vec<f32>);

/// The scale or shift behind a node, if its value is read by nothing else. The channels lie on axis 1.
fn following_affine(
    im: &mut Importer<'_>,
    nodes: &[Node],
    at: usize,
    channels: usize,
    rank: usize,
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
    let Ok(Some(Value::Constant(constant))) = im.input(node, other) else { return Ok(None) };
    let Some(values) = per_channel(im, &constant, rank, 1, channels)? else { return Ok(None) };
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
) -> Lowered<Option<Arc<Vec<f32>>>> {
    let is_add =
        nodes[at].outputs.first().and_then(|o| im.only_reader(o)).is_some_and(|n| nodes[n].op == "Add");
    if !is_add {
        return Ok(None);
    }
    match following_affine(im, nodes, at, channels, rank)? {
        Some((next, _, shift)) => {
            im.absorbed.insert(next);
            Ok(Some(Arc::new(shift)))
        }
        None => Ok(None),
    }
}
