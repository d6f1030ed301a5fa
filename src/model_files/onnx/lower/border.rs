//! `Pad`: a border around a tensor, or less of it.

use super::super::import::{Importer, Map};
use super::super::moving::{listed, picked, usual};
use super::super::node::{Fault, Lowered, Node, axis, broken, unsupported};
use super::activations::scaled;
use crate::graph::Padding;

/// The most values that a border adds before or behind an axis.
const WIDEST: u64 = 1 << 13;

/// `Pad`. Zeros around H and W wait for the convolution or pool that reads them.
pub(super) fn pad(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.padded(node, 0)?;
    let rank = x.view.rank();
    let mode = node.text("mode", "constant");
    let attribute = if node.has("paddings") { "paddings" } else { "pads" };
    let Some(given) = im.list(node, 1, attribute)? else { return broken("it has no 'pads'") };
    let value = match im.constant(node, 2)? {
        Some(value) => value.scalar().unwrap_or(f32::NAN),
        None => node.float("value", 0.0),
    };
    let axes = match im.constant(node, 3)? {
        Some(axes) => axes.whole_numbers().map_err(Fault::Broken)?.to_vec(),
        None => (0..rank as i64).collect(),
    };
    if given.len() != 2 * axes.len() {
        return broken(format!("'pads' has {} numbers for {} axes", given.len(), axes.len()));
    }
    if let Some(far) = given.iter().find(|p| p.unsigned_abs() > WIDEST) {
        return unsupported(format!("a border of {far} values is too wide"));
    }
    let mut widths = vec![(0, 0); rank];
    for (i, &at) in axes.iter().enumerate() {
        widths[axis(at, rank)?] = (given[i], given[i + axes.len()]);
    }
    if widths.iter().all(|&both| both == (0, 0)) {
        return Ok(x);
    }
    if mode == "constant"
        && value == 0.0
        && let Some(pad) = waiting(&x, &widths)
    {
        return Ok(Map { pad, ..x });
    }
    let x = im.map(node, 0)?;
    let inner: fn(i64, i64) -> Option<i64> = match mode.as_str() {
        "constant" => |i, side| (0..side).contains(&i).then_some(i),
        "edge" => |i, side| Some(i.clamp(0, side - 1)),
        "reflect" => |i, side| Some(mirrored(i, side)),
        "wrap" => |i, side| Some(i.rem_euclid(side)),
        other => return broken(format!("'mode' is '{other}'")),
    };
    let dims = x.dims();
    let sides = dims.iter().zip(&widths);
    let Some(lengths) = sides
        .map(|(&side, (before, after))| usize::try_from(side as i64 + before + after).ok().filter(|&n| n > 0))
        .collect::<Option<Vec<_>>>()
    else {
        return broken(format!("its pads {given:?} leave nothing of {dims:?}"));
    };
    let picks = listed(im, &lengths, |axis, place| {
        inner(place as i64 - widths[axis].0, dims[axis] as i64).map(|i| i as usize)
    })?;
    if widths[0] != (0, 0) && rank > 1 {
        return unsupported("it adds to the batch");
    }
    if mode != "constant" || value == 0.0 {
        return picked(im, &node.name, &x, &picks, usual(rank));
    }
    if !value.is_finite() {
        return unsupported(format!("a border of {value} is not"));
    }
    // Zeros are put around what was shifted, and it is shifted back.
    let less = scaled(im, &format!("{}/less", node.name), &x, 1.0, -value)?;
    let around = picked(im, &node.name, &less, &picks, usual(rank))?;
    scaled(im, &node.name, &around, 1.0, value)
}

/// Zeros around H and W alone, with those that wait already.
fn waiting(x: &Map, widths: &[(i64, i64)]) -> Option<Padding> {
    let rank = widths.len();
    let [h, w] = x.view.plane();
    let mut pad = x.pad;
    for (at, &(before, after)) in widths.iter().enumerate().filter(|(_, both)| **both != (0, 0)) {
        let (before, after) = (usize::try_from(before).ok()?, usize::try_from(after).ok()?);
        match rank {
            4 if at == h => pad = Padding { top: pad.top + before, bottom: pad.bottom + after, ..pad },
            3 | 4 if at == w => pad = Padding { left: pad.left + before, right: pad.right + after, ..pad },
            _ => return None,
        }
    }
    Some(pad)
}

/// A place beside an axis in the mirror of its end, the end itself not repeated.
fn mirrored(i: i64, side: i64) -> i64 {
    let last = side - 1;
    if last == 0 {
        return 0;
    }
    let i = i.rem_euclid(2 * last);
    i.min(2 * last - i)
}
