//! Axes joined, split, cut out and picked: channels as they lie, others after they have moved.

use super::super::constant::MAX_RANK;
use super::super::import::{Importer, Map, Value};
use super::super::moving::{Pick, everything, laid, picked, usual};
use super::super::node::{Fault, Lowered, Node, axis, broken, unsupported};
use super::super::view::View;
use crate::tensor::Shape;

/// The tensor with an axis whole and in order in the channels of its map. Values move for it where they must.
fn on_axis(im: &mut Importer<'_>, node: &Node, x: Map, axis: usize) -> Lowered<Map> {
    let rank = x.view.rank();
    let lies = |im: &Importer<'_>, x: &Map| {
        let shape = im.shape(x.id);
        x.view.is_whole(axis, 1, shape) && (shape.c > 1 || axis == 1 || rank <= 1)
    };
    if lies(im, &x) {
        return Ok(x);
    }
    if axis == 1 && x.view.is_map(im.shape(x.id)) {
        return im.ordered(&x, &node.name);
    }
    let first = im.after_batch(&x);
    if axis < first {
        return unsupported(format!("axis 0 of {:?} is that of the batch", x.dims()));
    }
    let others: Vec<usize> = (first..rank).filter(|&other| other != axis).collect();
    let (h, w) = others.split_at(others.len().min(1));
    laid(im, &node.name, &x, [&[axis], h, w])
}

/// Places of one axis of the tensor; all of the others.
fn places(im: &mut Importer<'_>, name: &str, x: &Map, axis: usize, wanted: Vec<Pick>) -> Lowered<Map> {
    let rank = x.view.rank();
    if axis < im.after_batch(x) {
        return unsupported(format!("axis 0 of {:?} is that of the batch", x.dims()));
    }
    let mut picks = everything(im, &x.dims())?;
    picks[axis] = wanted;
    picked(im, name, x, &picks, usual(rank))
}

/// Whether an axis holds all channels of the map in order.
fn is_channels(im: &Importer<'_>, x: &Map, axis: usize) -> bool {
    let shape = im.shape(x.id);
    x.view.is_whole(axis, 1, shape) && (shape.c > 1 || axis == 1)
}

/// `Concat`.
pub(super) fn concat(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let mut parts: Vec<Map> = Vec::with_capacity(node.inputs.len());
    for i in 0..node.inputs.len() {
        let x = im.map(node, i)?;
        let at = axis(node.int("axis", 1), x.view.rank())?;
        let stacks = at == 1 && x.view.rank() > 4;
        parts.push(if stacks { im.in_order(&x, &node.name)? } else { on_axis(im, node, x, at)? });
    }
    if let Some(first) = parts.first()
        && first.view.rank() > 4
        && axis(node.int("axis", 1), first.view.rank())? == 1
    {
        return stacked(im, node, parts);
    }
    let Some(first) = parts.first().cloned() else { return broken("it has no inputs") };
    if parts.len() == 1 {
        return Ok(first);
    }
    let at = axis(node.int("axis", 1), first.view.rank())?;
    let rest = |im: &Importer<'_>, x: &Map| {
        let one = Shape { c: 1, ..im.shape(x.id) };
        (x.view.rank() > at).then(|| (x.view.with_whole(at, 1, one), one))
    };
    let mut like = first.clone();
    if parts.iter().any(|part| rest(im, part) != rest(im, &first)) {
        let sides: Vec<_> = parts.iter().map(Map::dims).collect();
        let others = |dims: &[usize]| -> Vec<usize> {
            dims.iter().enumerate().filter(|(axis, _)| *axis != at).map(|(_, &side)| side).collect()
        };
        let fits = |dims: &Vec<usize>| dims.len() == sides[0].len() && others(dims) == others(&sides[0]);
        let first = im.after_batch(&parts[0]);
        if !sides.iter().all(fits) || at < first {
            return broken(format!("maps of sides {sides:?} cannot be joined along axis {at}"));
        }
        // They fit, but do not lie alike.
        let axes: Vec<usize> = (first..sides[0].len()).filter(|&axis| axis != at).collect();
        let (h, w) = axes.split_at(axes.len().min(1));
        for part in &mut parts {
            *part = laid(im, &node.name, part, [&[at], h, w])?;
        }
        like = parts[0].clone();
    }
    let name = im.fresh(&node.name);
    let ids: Vec<_> = parts.iter().map(|part| part.id).collect();
    let id = im.b.concat(&name, &ids)?;
    let view = like.view.with_whole(at, 1, im.shape(id));
    Ok(Map { positive: parts.iter().all(|p| p.positive), ..Map::new(id, view) })
}

/// Tensors of more than four axes joined along the first of those that lie in the channels.
fn stacked(im: &mut Importer<'_>, node: &Node, parts: Vec<Map>) -> Lowered<Map> {
    let mut dims = parts[0].dims();
    if parts.iter().any(|part| part.dims()[2..] != dims[2..]) {
        let sides: Vec<_> = parts.iter().map(Map::dims).collect();
        return broken(format!("maps of sides {sides:?} cannot be joined along axis 1"));
    }
    dims[1] = parts.iter().map(|part| part.dims()[1]).sum();
    let name = im.fresh(&node.name);
    let ids: Vec<_> = parts.iter().map(|part| part.id).collect();
    let id = im.b.concat(&name, &ids)?;
    match View::ordered(im.shape(id), &[0, 1, 2, 3]).reshape(&dims) {
        Some(view) => Ok(Map { positive: parts.iter().all(|p| p.positive), ..Map::new(id, view) }),
        None => unsupported(format!("its result cannot be shown as {dims:?}")),
    }
}

/// Channels `start .. start + len` of `x` as a node of this name; all of them are `x` itself.
fn cut(im: &mut Importer<'_>, name: &str, x: &Map, at: usize, start: usize, len: usize) -> Lowered<Map> {
    if start == 0 && len == im.shape(x.id).c {
        return Ok(x.clone());
    }
    let name = im.fresh(name);
    let id = im.b.slice(&name, x.id, start, len)?;
    Ok(Map { id, view: x.view.with_whole(at, 1, im.shape(id)), ..x.clone() })
}

/// `Split`.
pub(super) fn split(im: &mut Importer<'_>, node: &Node) -> Lowered<Vec<Value>> {
    let x = im.map(node, 0)?;
    let at = axis(node.int("axis", 0), x.view.rank())?;
    let channels = x.dims()[at];
    let sizes = match im.list(node, 1, "split")? {
        Some(sizes) => sizes.iter().map(|&s| usize::try_from(s).unwrap_or(0)).collect(),
        None => {
            let count = node.outputs.len().max(1);
            let each = channels.div_ceil(count);
            (0..count).map(|i| each.min(channels.saturating_sub(i * each))).collect::<Vec<_>>()
        }
    };
    let total = sizes.iter().try_fold(0_usize, |a, &b| a.checked_add(b));
    if total != Some(channels) || sizes.len() != node.outputs.len() || sizes.contains(&0) {
        return broken(format!("{channels} places cannot be split into {sizes:?}"));
    }
    if sizes.len() == 1 {
        return Ok(vec![Value::Map(x)]);
    }
    let x = on_axis(im, node, x, at)?;
    let mut start = 0;
    let mut values = Vec::with_capacity(sizes.len());
    for (i, len) in sizes.into_iter().enumerate() {
        values.push(Value::Map(cut(im, &format!("{}/{i}", node.name), &x, at, start, len)?));
        start += len;
    }
    Ok(values)
}

/// `Slice`.
pub(super) fn slice(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let dims = x.dims();
    let list = |i: usize, name: &str| im.list(node, i, name);
    let (Some(starts), Some(ends)) = (list(1, "starts")?, list(2, "ends")?) else {
        return broken("it has no 'starts' and 'ends'");
    };
    let axes = list(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = list(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
        return broken("'starts', 'ends', 'axes' and 'steps' have different lengths");
    }
    let mut x = x;
    for i in 0..starts.len() {
        let at = axis(axes[i], dims.len())?;
        // An axis may be named twice.
        let side = x.dims()[at];
        im.made.allow(side).map_err(Fault::Broken)?;
        let wanted = stepped(starts[i], ends[i], steps[i], side);
        let (Some(&first), Some(&last)) = (wanted.first(), wanted.last()) else {
            return unsupported(format!("nothing is left of axis {at} of {dims:?}"));
        };
        if wanted.len() == side && first <= last {
            continue;
        }
        if steps[i] == 1 && is_channels(im, &x, at) {
            x = cut(im, &node.name, &x, at, first, wanted.len())?;
        } else {
            x = places(im, &node.name, &x, at, wanted.into_iter().map(Some).collect())?;
        }
    }
    Ok(x)
}

/// The places of an axis from `start` to before `end`, every `step`-th; a negative step goes backwards.
fn stepped(start: i64, end: i64, step: i64, len: usize) -> Vec<usize> {
    if step > 0 {
        let (start, end) = bounds(start, end, len);
        return (start..end).step_by(usize::try_from(step).unwrap_or(usize::MAX)).collect();
    }
    let len = len as i64;
    let from_front = |at: i64| if at < 0 { at.saturating_add(len) } else { at };
    let (start, end) = (from_front(start).clamp(0, len - 1), from_front(end).clamp(-1, len - 1));
    let step = usize::try_from(step.saturating_neg()).unwrap_or(usize::MAX).max(1);
    (end + 1..=start).rev().step_by(step).map(|i| i as usize).collect()
}

/// Begin and end as places from the front, within the axis.
pub(in super::super) fn bounds(start: i64, end: i64, len: usize) -> (usize, usize) {
    let place = |at: i64| {
        let at = if at < 0 { at.saturating_add(len as i64) } else { at };
        at.clamp(0, len as i64) as usize
    };
    (place(start), place(end))
}

/// `Gather`.
pub(super) fn gather(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let at = axis(node.int("axis", 0), x.view.rank())?;
    let indices = im.weight(node, 1)?;
    let whole = indices.whole_numbers().map_err(Fault::Broken)?;
    let side = x.dims()[at];
    let in_order = whole.len() == side && whole.iter().copied().eq(0..side as i64);
    if in_order && indices.dims.len() != 1 {
        // Everything, with other sides: no value moves.
        let mut dims = x.dims();
        dims.splice(at..=at, indices.dims.iter().copied());
        if let Some(view) = x.view.reshape(&dims).filter(|_| dims.len() <= MAX_RANK) {
            return Ok(Map { view, ..x });
        }
    }
    let wanted = whole.iter().map(|&i| if i < 0 { i + side as i64 } else { i });
    let wanted: Vec<Pick> = wanted.map(|i| usize::try_from(i).ok().filter(|&i| i < side)).collect();
    if wanted.is_empty() || wanted.contains(&None) {
        return broken(format!("its indices {whole:?} do not all lie in an axis of {side}"));
    }
    let picked = if is_channels(im, &x, at) {
        let channels = wanted.iter().flatten().map(|&i| i as u32).collect();
        let name = im.fresh(&node.name);
        let id = im.b.gather(&name, x.id, channels)?;
        Map { id, view: x.view.with_whole(at, 1, im.shape(id)), ..x }
    } else {
        places(im, &node.name, &x, at, wanted)?
    };
    // The axis gives way to those of the indices.
    let mut dims = picked.dims();
    dims.splice(at..=at, indices.dims.iter().copied());
    match picked.view.reshape(&dims) {
        Some(view) => Ok(Map { view, ..picked }),
        None => unsupported(format!("its result cannot be shown as {dims:?}")),
    }
}
