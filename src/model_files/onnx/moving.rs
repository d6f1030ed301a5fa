//! Tensors whose values must move before the next node can read them as a map.

use super::import::{Importer, Map};
use super::node::{Fault, Lowered, unsupported};
use super::view::View;
use crate::graph::{NodeId, Padding, Sampling, Taps};
use crate::tensor::Shape;

/// What a place along an axis of the result is: a place along the axis of the tensor, or zeros.
pub(super) type Pick = Option<usize>;

/// Axes of a tensor that lie in C, H and W of a map, each slowest first.
pub(super) type Sides<'a> = [&'a [usize]; 3];

/// The sides in which a new map of a tensor has its axes: the first is N, the last two are H and W, and what lies
/// between are the channels.
pub(super) const fn usual(rank: usize) -> Sides<'static> {
    const AXES: [usize; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    match rank {
        0 | 1 => [&[0], &[], &[]],
        2 => [&[1], &[], &[]],
        3 => [&[1], &[], &[2]],
        _ => {
            let (channels, plane) = AXES.split_at(rank - 2);
            let ([_, channels @ ..], [h, w, ..]) = (channels, plane) else { return [&[], &[], &[]] };
            [channels, std::slice::from_ref(h), std::slice::from_ref(w)]
        }
    }
}

/// The tensor with its values in the order of its axes, N first.
///
/// # Errors
/// If its first axis is not that of the batch.
pub(super) fn in_order(im: &mut Importer<'_>, name: &str, x: &Map) -> Lowered<Map> {
    laid(im, name, x, usual(x.view.rank()))
}

/// The tensor in a map with these axes in its sides. If they lie so already, no value moves.
///
/// # Errors
/// If its first axis is not that of the batch.
pub(super) fn laid(im: &mut Importer<'_>, name: &str, x: &Map, sides: Sides<'_>) -> Lowered<Map> {
    let all = everything(im, &x.dims())?;
    picked(im, name, x, &all, sides)
}

/// All places of axes of these lengths, in order.
///
/// # Errors
/// If the file does not justify as many.
pub(super) fn everything(im: &Importer<'_>, dims: &[usize]) -> Lowered<Vec<Vec<Pick>>> {
    listed(im, dims, |_, place| Some(place))
}

/// What each place along axes of these lengths is. They are counted before they are listed: a few bytes of a file may
/// ask for any number.
///
/// # Errors
/// If the file does not justify as many.
pub(super) fn listed(
    im: &Importer<'_>,
    lengths: &[usize],
    pick: impl Fn(usize, usize) -> Pick,
) -> Lowered<Vec<Vec<Pick>>> {
    im.made.allow(total(lengths)).map_err(Fault::Broken)?;
    let axis = |(axis, &length): (usize, &usize)| (0..length).map(|place| pick(axis, place)).collect();
    Ok(lengths.iter().enumerate().map(axis).collect())
}

/// The sum of lengths that a file may have made too large for one.
fn total(lengths: &[usize]) -> usize {
    lengths.iter().fold(0, |sum, &length| sum.saturating_add(length))
}

/// The tensor in the order of its axes, with the zeros that were waiting around its plane.
///
/// # Errors
/// If its first axis is not that of the batch.
pub(super) fn with_zeros(im: &mut Importer<'_>, name: &str, x: &Map) -> Lowered<Map> {
    let [h, w] = x.view.plane();
    let Padding { top, bottom, left, right } = x.pad;
    let around = |axis: usize| match axis {
        axis if axis == h => (top, bottom),
        axis if axis == w => (left, right),
        _ => (0, 0),
    };
    let dims = x.view.dims();
    let lengths: Vec<usize> =
        dims.iter().enumerate().map(|(axis, side)| around(axis).0 + side + around(axis).1).collect();
    let picks =
        listed(im, &lengths, |axis, place| place.checked_sub(around(axis).0).filter(|&i| i < dims[axis]))?;
    let bare = Map { pad: Padding::default(), ..x.clone() };
    picked(im, name, &bare, &picks, usual(x.view.rank()))
}

/// Places of every axis of the tensor in a map with these axes in its sides. Of the first axis, if it is that of the
/// batch, all are there, in order.
///
/// # Errors
/// If its first axis is not that of the batch.
pub(super) fn picked(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    picks: &[Vec<Pick>],
    sides: Sides<'_>,
) -> Lowered<Map> {
    let shape = im.shape(x.id);
    let rank = x.view.rank();
    let batch = rank > 1 && x.view.is_whole(0, 0, shape) && picks[0].len() == x.dims()[0];
    if rank > 1 && !batch && shape.n > 1 {
        return unsupported(format!("the first axis of {:?} would have to move", x.dims()));
    }
    // Of one map every axis may move; the first one comes before the channels where it is in no side.
    let mut front = vec![0];
    front.extend_from_slice(sides[0]);
    let placed = batch || sides.iter().any(|side| side.contains(&0));
    let sides = if placed { sides } else { [front.as_slice(), sides[1], sides[2]] };
    let steps = [shape.c * shape.plane(), shape.plane(), shape.w, 1];
    let offsets = |axis: usize| -> Vec<usize> {
        let places = x.view.places(axis);
        places.iter().map(|place| place.iter().zip(steps).map(|(&i, step)| i * step).sum()).collect()
    };
    let lengths = sides.map(|axes| {
        let picks = axes.iter().filter(|&&axis| axis < rank).map(|&axis| picks[axis].len());
        picks.fold(1, usize::saturating_mul)
    });
    im.made.add(total(&lengths)).map_err(Fault::Broken)?;
    let tables = sides.map(|axes| {
        let mut table: Vec<Pick> = vec![Some(0)];
        for &axis in axes.iter().filter(|&&axis| axis < rank) {
            let offsets = offsets(axis);
            let at = |before: Pick, pick: Pick| Some(before? + offsets[pick?]);
            table = table.iter().flat_map(|&b| picks[axis].iter().map(move |&p| at(b, p))).collect();
        }
        table
    });
    let to = Shape::new(shape.n, lengths[0], lengths[1], lengths[2]);
    let view = {
        let mut axes: Vec<usize> = if batch { vec![0] } else { Vec::new() };
        axes.extend(sides.iter().flat_map(|side| side.iter().copied()).filter(|&axis| axis < rank));
        let dims: Vec<usize> = axes.iter().map(|&axis| picks[axis].len()).collect();
        let mut back = vec![0; axes.len()];
        axes.iter().enumerate().for_each(|(at, &axis)| back[axis] = at);
        let flat = View::ordered(to, if batch { &[0, 1, 2, 3] } else { &[1, 2, 3] });
        flat.reshape(&dims).and_then(|view| view.transpose(&back))
    };
    let Some(view) = view else { return unsupported(format!("{:?} values would have to move", x.dims())) };
    let stays = |table: &[Pick], step: usize| table.iter().enumerate().all(|(i, &at)| at == Some(i * step));
    let still = to == shape && tables.iter().zip(&steps[1..]).all(|(table, &step)| stays(table, step));
    if still {
        return Ok(Map { view, ..x.clone() });
    }
    let plane_stays =
        (to.h, to.w) == (shape.h, shape.w) && stays(&tables[1], shape.w) && stays(&tables[2], 1);
    let name = im.fresh(&format!("{name}/moved"));
    let id = match channels(&tables[0], shape.plane()).filter(|_| plane_stays) {
        Some(channels) => whole_channels(im, &name, x, channels)?,
        None => {
            let [channels, rows, columns] = tables.map(Taps::moved);
            im.b.resample(&name, x.id, Sampling { channels, rows, columns })?
        }
    };
    Ok(Map { positive: x.positive, ..Map::new(id, view) })
}

/// The channels that are picked, if none of them is zeros.
fn channels(table: &[Pick], plane: usize) -> Option<Vec<u32>> {
    table.iter().map(|at| at.filter(|at| at.is_multiple_of(plane)).map(|at| (at / plane) as u32)).collect()
}

/// Whole channels: a slice if they follow each other.
fn whole_channels(im: &mut Importer<'_>, name: &str, x: &Map, channels: Vec<u32>) -> Lowered<NodeId> {
    let first = channels.first().copied().unwrap_or(0);
    if channels.iter().zip(first..).all(|(&channel, expected)| channel == expected) {
        return Ok(im.b.slice(name, x.id, first as usize, channels.len())?);
    }
    Ok(im.b.gather(name, x.id, channels)?)
}

/// The tensor with other sides: the values of each map of the batch in the same order.
///
/// # Errors
/// If the first side changes.
pub(super) fn reshaped(im: &mut Importer<'_>, name: &str, x: &Map, dims: &[usize]) -> Lowered<Map> {
    let before = x.dims();
    if before.first() != dims.first() || before.len() < 2 {
        return unsupported(format!("the values of {before:?} would have to move between maps of a batch"));
    }
    let x = in_order(im, name, x)?;
    // The map holds the values one after the other: a place is its own offset.
    let sides = usual(dims.len());
    let lengths = sides.map(|axes| axes.iter().filter_map(|&axis| dims.get(axis)).product::<usize>());
    im.made.add(total(&lengths)).map_err(Fault::Broken)?;
    let tables = sides.map(|axes| {
        let mut table = vec![0];
        for &axis in axes.iter().filter(|&&axis| axis < dims.len()) {
            let step: usize = dims[axis + 1..].iter().product();
            table = table.iter().flat_map(|&b| (0..dims[axis]).map(move |i| b + i * step)).collect();
        }
        table
    });
    let [channels, rows, columns] = tables.map(|table| Taps::moved(table.into_iter().map(Some)));
    let name = im.fresh(&format!("{name}/moved"));
    let id = im.b.resample(&name, x.id, Sampling { channels, rows, columns })?;
    let flat = View::ordered(im.shape(id), &[0, 1, 2, 3]);
    match flat.reshape(dims) {
        Some(view) => Ok(Map { positive: x.positive, ..Map::new(id, view) }),
        None => unsupported(format!("{before:?} values cannot be shown as {dims:?}")),
    }
}
