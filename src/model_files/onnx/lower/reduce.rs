//! One value made of all along some axes: means, sums, extremes and norms.

use super::super::import::{Importer, Map};
use super::super::moving::{everything, laid, picked, usual};
use super::super::node::{Lowered, Node, axis, broken, unsupported};
use super::activations::{apply, scaled, times};
use crate::graph::{Activation, Pool2d, PoolKind};

/// The most places of an axis that are added one after the other.
const MOST_ADDED: usize = 16;

/// `ReduceMean`, `ReduceSum` and their like.
pub(super) fn reduce(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let rank = x.view.rank();
    let axes = match im.list(node, 1, "axes")? {
        Some(axes) if !axes.is_empty() => axes,
        _ if node.flag("noop_with_empty_axes") => return Ok(x),
        _ => (0..rank as i64).collect(),
    };
    let mut axes: Vec<usize> = axes.iter().map(|&a| axis(a, rank)).collect::<Lowered<_>>()?;
    axes.sort_unstable();
    axes.dedup();
    let all = Along { axes, keep: node.int("keepdims", 1) != 0 };
    let name = &node.name;
    let step = |step: &str| format!("{name}/{step}");
    match node.op.as_str() {
        "ReduceMean" => pooled(im, name, &x, &all, PoolKind::Average),
        "ReduceMax" => pooled(im, name, &x, &all, PoolKind::Max),
        "ReduceMin" => {
            let negative = scaled(im, &step("negative"), &x, -1.0, 0.0)?;
            let most = pooled(im, &step("max"), &negative, &all, PoolKind::Max)?;
            Ok(Map { positive: x.positive, ..scaled(im, name, &most, -1.0, 0.0)? })
        }
        "ReduceSum" => sum(im, name, &x, &all),
        "ReduceL1" => {
            let absolute = apply(im, &step("abs"), &x, Activation::Abs)?;
            sum(im, name, &absolute, &all)
        }
        "ReduceL2" => {
            let squares = times(im, &step("squares"), &x, &x)?;
            let sum = sum(im, &step("sum"), &Map { positive: true, ..squares }, &all)?;
            apply(im, name, &sum, Activation::Sqrt)
        }
        "ReduceSumSquare" => {
            let squares = times(im, &step("squares"), &x, &x)?;
            sum(im, name, &Map { positive: true, ..squares }, &all)
        }
        "ReduceLogSum" => {
            let sum = sum(im, &step("sum"), &x, &all)?;
            apply(im, name, &sum, Activation::Log)
        }
        other => unsupported(format!("there is no operation for {other}")),
    }
}

/// Axes along which one value is made of all.
#[derive(Clone, Debug)]
pub(super) struct Along {
    /// The axes, in order.
    pub axes: Vec<usize>,
    /// Whether they stay, with length 1.
    pub keep: bool,
}

/// The mean or the largest value along axes. Those that do not lie in the plane of the map move there.
pub(super) fn pooled(
    im: &mut Importer<'_>,
    name: &str,
    x: &Map,
    along: &Along,
    kind: PoolKind,
) -> Lowered<Map> {
    let Along { axes, keep } = along;
    let (dims, shape) = (x.dims(), im.shape(x.id));
    if let Some(view) = x.view.without_plane(axes, *keep) {
        let name = im.fresh(name);
        let id = if kind == PoolKind::Max {
            im.b.pool2d(&name, x.id, Pool2d { kernel: [shape.h, shape.w], ..Pool2d::square(kind, 1, 1) })?
        } else {
            im.b.global_average_pool(&name, x.id)?
        };
        return Ok(Map { positive: x.positive, ..Map::new(id, view) });
    }
    if let Some(lines) = x.view.lines(axes, shape) {
        let view = x.view.without(axes, *keep);
        if lines == [false, false] {
            return Ok(Map { view, ..x.clone() });
        }
        let [h, w] = lines;
        let kernel = [if h { shape.h } else { 1 }, if w { shape.w } else { 1 }];
        let name = im.fresh(name);
        let id = im.b.pool2d(&name, x.id, Pool2d { kernel, ..Pool2d::square(kind, 1, 1) })?;
        return Ok(Map { positive: x.positive, ..Map::new(id, view) });
    }
    let batch = im.after_batch(x) == 1;
    if batch && axes.contains(&0) && dims[0] > 1 {
        return unsupported(format!("one value of the whole batch of {dims:?} is not"));
    }
    let others = (usize::from(batch)..dims.len()).filter(|axis| !axes.contains(axis)).collect::<Vec<_>>();
    let reduced = axes.iter().copied().filter(|&axis| !batch || axis > 0).collect::<Vec<_>>();
    // The last of the other axes stays in the lines, so that few channels come out, and whole lines move.
    let sides = match others.split_last() {
        Some((line, others)) => [others, &reduced, std::slice::from_ref(line)],
        None => [&[], &[], reduced.as_slice()],
    };
    let moved = laid(im, name, x, sides)?;
    if moved.view.lines(axes, im.shape(moved.id)).is_none() {
        return unsupported(format!("one value along the axes {axes:?} of {dims:?} is not"));
    }
    pooled(im, name, &moved, along, kind)
}

/// The sum along axes: of few places of one axis as sums of maps, else the mean times their number.
pub(super) fn sum(im: &mut Importer<'_>, name: &str, x: &Map, along: &Along) -> Lowered<Map> {
    let (dims, shape) = (x.dims(), im.shape(x.id));
    let long: Vec<usize> = along.axes.iter().copied().filter(|&a| dims[a] > 1).collect();
    if let [at] = long[..]
        && dims[at] <= MOST_ADDED
        && (at > 0 || dims.len() == 1)
        && x.view.lines(&along.axes, shape).is_none()
    {
        return added(im, name, x, along, at);
    }
    let places: usize = long.iter().map(|&a| dims[a]).product();
    if places == 1 {
        return pooled(im, name, x, along, PoolKind::Average);
    }
    let mean = pooled(im, &format!("{name}/mean"), x, along, PoolKind::Average)?;
    Ok(Map { positive: x.positive, ..scaled(im, name, &mean, places as f32, 0.0)? })
}

/// The places of one axis added one after the other.
fn added(im: &mut Importer<'_>, name: &str, x: &Map, along: &Along, at: usize) -> Lowered<Map> {
    let dims = x.dims();
    let mut sum: Option<Map> = None;
    for place in 0..dims[at] {
        let mut picks = everything(im, &dims)?;
        picks[at] = vec![Some(place)];
        let part = picked(im, &format!("{name}/{place}"), x, &picks, usual(dims.len()))?;
        sum = Some(match sum {
            None => part,
            Some(sum) => {
                let last = place + 1 == dims[at];
                let name = if last { name.to_owned() } else { format!("{name}/sum{place}") };
                let name = im.fresh(&name);
                let id = im.b.add(&name, sum.id, part.id)?;
                Map { id, positive: sum.positive && part.positive, ..sum }
            }
        });
    }
    let Some(sum) = sum else { return broken("it has nothing to add") };
    Ok(Map { view: sum.view.without(&along.axes, along.keep), ..sum })
}
