//! Tensors repeated along the axes in which they have length 1: `Expand`, and what
//! joins tensors of other sides; along any axes: `Tile`.

use std::sync::Arc;

use super::super::constant::Constant;
use super::super::import::{Importer, Map, Value};
use super::super::moving::{Sides, laid, listed, picked, usual};
use super::super::node::{Fault, Lowered, Node, broken, unsupported};
use super::norm::{differs_by_channel, per_map_channel, staged_affine};
use super::statistics;
use crate::graph::{Origin, Sampling, Taps};

/// `Expand`. What only products read that repeat it themselves is not repeated.
pub(super) fn expand(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Lowered<Map> {
    let node = &nodes[at];
    let x = im.map(node, 0)?;
    let shape = im.weight(node, 1)?.whole_numbers().map_err(Fault::Broken)?;
    let dims = x.dims();
    if shape.len() > dims.len() {
        return unsupported(format!("it gives {:?} more axes", dims));
    }
    let mut to = dims.clone();
    for (side, &wanted) in to.iter_mut().rev().zip(shape.iter().rev()) {
        match usize::try_from(wanted) {
            Ok(wanted @ 1..) if *side == 1 => *side = wanted,
            Ok(wanted) if wanted == 1 || wanted == *side => {}
            _ => return broken(format!("{dims:?} cannot be repeated to {shape:?}")),
        }
    }
    if to == dims || every_reader_repeats(im, nodes, node, &to) {
        return Ok(x);
    }
    if to.first() != dims.first() && dims.len() > 1 && im.shape(x.id).n > 1 {
        return unsupported("it repeats the batch");
    }
    spread(im, &node.name, &x, &to, usual(dims.len()))
}

/// `Tile`: all places of each axis, several times.
pub(super) fn tile(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let times = im.weight(node, 1)?.whole_numbers().map_err(Fault::Broken)?;
    let dims = x.dims();
    if times.len() != dims.len() || times.iter().any(|&t| t < 1) {
        return broken(format!("its repeats {times:?} of {dims:?} give no map"));
    }
    let to: Vec<usize> = dims.iter().zip(times.iter()).map(|(&d, &t)| d.saturating_mul(t as usize)).collect();
    let picks = listed(im, &to, |axis, place| Some(place % dims[axis]))?;
    picked(im, &node.name, &x, &picks, usual(dims.len()))
}

/// Whether only products with a map of these sides read the result.
fn every_reader_repeats(im: &Importer<'_>, nodes: &[Node], node: &Node, to: &[usize]) -> bool {
    let Some(output) = node.outputs.first().filter(|output| !im.results.contains(*output)) else {
        return false;
    };
    let full = |reader: &Node| {
        let others = reader.inputs.iter().filter(|input| *input != output);
        let of_sides = |name: &String| matches!(im.value(name), Some(Value::Map(map)) if map.dims() == to);
        reader.op == "Mul" && others.count() == 1 && reader.inputs.iter().any(of_sides)
    };
    !im.readers(output).is_empty() && im.readers(output).iter().all(|&reader| full(&nodes[reader]))
}

/// A tensor and its factors, one for all places of some axes, with the other axes in the channels of both: then there
/// is one factor per channel. `None` if neither of the two is so.
pub(super) fn with_factors(
    im: &mut Importer<'_>,
    name: &str,
    a: &Map,
    b: &Map,
) -> Lowered<Option<(Map, Map)>> {
    let repeats =
        |f: &[usize], x: &[usize]| f.len() == x.len() && f.iter().zip(x).all(|(&f, &x)| f == x || f == 1);
    let (dims_a, dims_b) = (a.dims(), b.dims());
    let (x, factor) = match () {
        () if repeats(&dims_b, &dims_a) => (a, b),
        () if repeats(&dims_a, &dims_b) => (b, a),
        () => return Ok(None),
    };
    let dims = factor.dims();
    let (own, shared): (Vec<usize>, Vec<usize>) = (1..dims.len()).partition(|&axis| dims[axis] > 1);
    let (rows, columns) = shared.split_at(shared.len().saturating_sub(1));
    let sides = [own.as_slice(), rows, columns];
    Ok(Some((laid(im, name, x, sides)?, laid(im, name, factor, sides)?)))
}

/// `f` with one number per channel of `x` where it has one for all of them, and one for the whole plane. Else as
/// it is.
pub(super) fn per_channel_of(im: &mut Importer<'_>, name: &str, x: &Map, f: Map) -> Lowered<Map> {
    let (of_x, of_f) = (x.dims(), f.dims());
    let Some(sides) = sides_of(im, x) else { return Ok(f) };
    let &[[c], [h], [w]] = &sides else { return Ok(f) };
    let one =
        of_f.len() == of_x.len() && of_f[0] == of_x[0] && [c, h, w].iter().all(|&&axis| of_f[axis] == 1);
    if !one || of_x[*c] == 1 {
        return Ok(f);
    }
    let mut to = of_f;
    to[*c] = of_x[*c];
    spread(im, name, &f, &to, sides)
}

/// The axes in C, H and W of a map that holds a tensor of four axes as it is, or with its channels last.
pub(super) fn sides_of(im: &Importer<'_>, x: &Map) -> Option<Sides<'static>> {
    const LAST: Sides<'static> = [&[3], &[1], &[2]];
    let shape = im.shape(x.id);
    let lies = |sides: &Sides<'static>| {
        sides.iter().enumerate().all(|(at, axes)| x.view.is_whole(axes[0], at + 1, shape))
    };
    (x.view.rank() == 4 && x.view.is_whole(0, 0, shape)).then(|| [usual(4), LAST].into_iter().find(lies))?
}

/// Tensors repeated to the sides that they have together, all lying alike.
pub(super) fn repeated(im: &mut Importer<'_>, name: &str, maps: &[Map]) -> Lowered<Vec<Map>> {
    let all: Vec<Vec<usize>> = maps.iter().map(Map::dims).collect();
    let rank = all.iter().map(Vec::len).max().unwrap_or(0);
    let mut aligned = Vec::with_capacity(maps.len());
    for (map, dims) in maps.iter().zip(&all) {
        let dims: Vec<usize> =
            std::iter::repeat_n(1, rank - dims.len()).chain(dims.iter().copied()).collect();
        let Some(view) = map.view.reshape(&dims) else {
            return unsupported(format!("{:?} cannot be shown as {dims:?}", map.dims()));
        };
        aligned.push(Map { view, ..map.clone() });
    }
    let mut to = vec![1; rank];
    for side in aligned.iter().flat_map(|map| map.dims().into_iter().enumerate()) {
        to[side.0] = to[side.0].max(side.1);
    }
    let fits = |map: &Map| map.dims().iter().zip(&to).all(|(&side, &to)| side == to || side == 1);
    if !aligned.iter().all(fits) {
        return broken(format!("maps of sides {all:?} do not fit each other"));
    }
    let several = maps.iter().any(|map| im.shape(map.id).n > 1);
    if rank > 1 && several && aligned.iter().any(|map| map.dims()[0] != to[0]) {
        return unsupported(format!("it repeats the batch of {all:?}"));
    }
    let like = aligned.iter().find(|map| map.dims() == to);
    let sides = like.and_then(|map| sides_of(im, map)).unwrap_or_else(|| usual(rank));
    aligned.iter().map(|map| spread(im, name, map, &to, sides)).collect()
}

/// A tensor repeated along the axes in which it has length 1, in a map with these axes in its sides.
pub(super) fn spread(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    to: &[usize],
    sides: Sides<'_>,
) -> Lowered<Map> {
    let dims = x.dims();
    let picks = listed(im, to, |axis, place| Some(if dims[axis] == 1 { 0 } else { place }))?;
    picked(im, name, x, &picks, sides)
}

/// A tensor in a map in which a constant that broadcasts over it is one number per channel, and these numbers: the
/// axes in which the constant differs are the channels. `None` if the two do not fit.
pub(super) fn per_number(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    constant: &Constant,
) -> Lowered<Option<(Map, Arc<Vec<f32>>)>> {
    let before = x.dims();
    let Some(missing) = before.len().checked_sub(constant.dims.len()) else { return Ok(None) };
    let own: Vec<usize> = std::iter::repeat_n(1, missing).chain(constant.dims.iter().copied()).collect();
    let to: Vec<usize> = before.iter().zip(&own).map(|(&side, &own)| side.max(own)).collect();
    let fits = |(&side, &to): (&usize, &usize)| side == to || side == 1;
    let batch = own.len() > 1 && own[0] > 1 && im.shape(x.id).n > 1;
    if batch || ![&before, &own].iter().all(|dims| dims.iter().zip(&to).all(fits)) {
        return Ok(None);
    }
    let x = if before == to {
        x.clone()
    } else {
        let sides = sides_of(im, x).unwrap_or_else(|| usual(to.len()));
        spread(im, name, x, &to, sides)?
    };
    let (differs, same): (Vec<usize>, Vec<usize>) =
        (im.after_batch(&x)..to.len()).partition(|&axis| own[axis] > 1);
    let x = if same.iter().all(|&axis| to[axis] == 1) {
        let x = if x.view.is_map(im.shape(x.id)) { x } else { im.in_order(&x, name)? };
        statistics::flat(im, name, x)?
    } else {
        let (rows, columns) = same.split_at(same.len().saturating_sub(1));
        laid(im, name, &x, [&differs, rows, columns])?
    };
    let values = im.floats(constant)?;
    Ok((values.len() == im.shape(x.id).c).then_some((x, values)))
}

/// A map with the values of a constant that broadcasts over the tensor of another one, which it reads only for its
/// batch. `None` if the two do not fit.
pub(super) fn constant_map(
    im: &mut Importer<'_>,
    name: &str,
    like: &Map,
    constant: &Constant,
) -> Lowered<Option<Map>> {
    let shape = im.shape(like.id);
    im.made.add(shape.c + shape.h + shape.w).map_err(Fault::Broken)?;
    let zeros = im.fresh(&format!("{name}/zeros"));
    let zeros = im.b.resample(
        &zeros,
        like.id,
        Sampling {
            channels: Taps::moved((0..shape.c).map(|c| Some(c * shape.plane()))),
            rows: Taps::moved((0..shape.h).map(|_| None)),
            columns: Taps::moved((0..shape.w).map(|_| None)),
        },
    )?;
    let zeros = Map::new(zeros, like.view.clone());
    let by_channel = differs_by_channel(&zeros, constant);
    let values = if by_channel { per_map_channel(im, &zeros, constant)? } else { None };
    let found = match values {
        Some(values) => Some((zeros, values)),
        None => per_number(im, name, &zeros, constant)?,
    };
    let Some((zeros, values)) = found else { return Ok(None) };
    staged_affine(im, &format!("{name}/constants"), &zeros, [None, Some((values, Origin::Trained))]).map(Some)
}
