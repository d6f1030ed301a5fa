//! Channels joined, split, cut out and picked.

use super::super::import::{Importer, Map, Value};
use super::super::node::{Fault, Lowered, Node, axis, broken, unsupported};
use crate::tensor::Shape;

/// A map whose channels lie whole and in order on `axis`.
fn on_axis(im: &mut Importer<'_>, node: &Node, x: Map, axis: usize) -> Lowered<Map> {
    let shape = im.shape(x.id);
    let x = if x.view.is_whole(axis, 1, shape) { x } else { im.ordered(&x, &node.name)? };
    let shape = im.shape(x.id);
    if !x.view.is_whole(axis, 1, shape) || (shape.c == 1 && axis != 1 && x.view.rank() > 1) {
        return unsupported(format!("axis {axis} of {:?} is not that of the channels", x.dims()));
    }
    Ok(x)
}

/// `Concat` along the channels.
pub(super) fn concat(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let mut parts: Vec<Map> = Vec::with_capacity(node.inputs.len());
    for i in 0..node.inputs.len() {
        let x = im.map(node, i)?;
        let at = axis(node.int("axis", 1), x.view.rank())?;
        parts.push(on_axis(im, node, x, at)?);
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
    if parts.iter().any(|part| rest(im, part) != rest(im, &first)) {
        let sides: Vec<_> = parts.iter().map(Map::dims).collect();
        return broken(format!("maps of sides {sides:?} cannot be joined along axis {at}"));
    }
    let name = im.fresh(&node.name);
    let ids: Vec<_> = parts.iter().map(|part| part.id).collect();
    let id = im.b.concat(&name, &ids)?;
    let view = first.view.with_whole(at, 1, im.shape(id));
    Ok(Map { positive: parts.iter().all(|p| p.positive), ..Map::new(id, view) })
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

/// `Split` along the channels.
pub(super) fn split(im: &mut Importer<'_>, node: &Node) -> Lowered<Vec<Value>> {
    let x = im.map(node, 0)?;
    let at = axis(node.int("axis", 0), x.view.rank())?;
    let x = on_axis(im, node, x, at)?;
    let channels = im.shape(x.id).c;
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
        return broken(format!("{channels} channels cannot be split into {sizes:?}"));
    }
    let mut start = 0;
    let mut values = Vec::with_capacity(sizes.len());
    for (i, len) in sizes.into_iter().enumerate() {
        values.push(Value::Map(cut(im, &format!("{}/{i}", node.name), &x, at, start, len)?));
        start += len;
    }
    Ok(values)
}

/// `Slice` of channels; other axes may only be taken whole.
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
        let (start, end) = bounds(starts[i], ends[i], dims[at]);
        if (start, end, steps[i]) == (0, dims[at], 1) {
            continue;
        }
        if steps[i] != 1 || start >= end {
            return unsupported(format!("pixels {start} to {end} by {} of axis {at}", steps[i]));
        }
        x = on_axis(im, node, x, at)?;
        x = cut(im, &node.name, &x, at, start, end - start)?;
    }
    Ok(x)
}

/// Begin and end as places from the front, within the axis.
pub(in super::super) fn bounds(start: i64, end: i64, len: usize) -> (usize, usize) {
    let place = |at: i64| {
        let at = if at < 0 { at.saturating_add(len as i64) } else { at };
        at.clamp(0, len as i64) as usize
    };
    (place(start), place(end))
}

/// `Gather` of channels.
pub(super) fn gather(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let at = axis(node.int("axis", 0), x.view.rank())?;
    let indices = im.weight(node, 1)?;
    if indices.dims.len() != 1 {
        return unsupported("only whole channels are picked, by a list");
    }
    let x = on_axis(im, node, x, at)?;
    let channels = im.shape(x.id).c as i64;
    let indices = indices.whole_numbers().map_err(Fault::Broken)?;
    let wanted = indices.iter().map(|&i| if i < 0 { i + channels } else { i });
    let wanted: Vec<u32> = wanted.map(|i| u32::try_from(i).unwrap_or(u32::MAX)).collect();
    let name = im.fresh(&node.name);
    let id = im.b.gather(&name, x.id, wanted)?;
    Ok(Map { id, view: x.view.with_whole(at, 1, im.shape(id)), ..x })
}
