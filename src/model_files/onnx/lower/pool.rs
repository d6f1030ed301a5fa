//! Pools and means over whole maps.

use super::super::import::{Importer, Map};
use super::super::node::{Lowered, Node, axis, broken, unsupported};
use super::spatial;
use super::window::{Square, Window, under_windows};
use crate::graph::{Padding, Pool2d, PoolKind};

/// `MaxPool` and `AveragePool`.
pub(super) fn pool(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.padded(node, 0)?;
    let x = under_windows(im, &x, node)?;
    if node
        .outputs
        .get(1)
        .is_some_and(|indices| !im.readers(indices).is_empty() || im.results.contains(indices))
    {
        return unsupported("the places of its maxima are used");
    }
    let Some(kernel) = node.ints("kernel_shape") else { return broken("it has no 'kernel_shape'") };
    if kernel.iter().any(|k| !(1..=1 << 20).contains(k)) {
        return broken(format!("'kernel_shape' is {kernel:?}"));
    }
    let kernel: Vec<usize> = kernel.iter().map(|&k| k as usize).collect();
    // Among values of which none is negative a zero is never the largest alone.
    let zeros_win = x.pad != Padding::default() && node.op == "MaxPool" && !x.positive;
    let x = if zeros_win { im.with_zeros(&x, &node.name)? } else { x };
    windowed(im, node, &x, &kernel)
}

/// The pool over a map whose waiting zeros may be a part of its border.
fn windowed(im: &mut Importer<'_>, node: &Node, x: &Map, kernel: &[usize]) -> Lowered<Map> {
    let shape = im.shape(x.id);
    let window = Window::of(node, x, shape, kernel)?;
    let [kh, kw] = window.kernel;
    if window.dilation.iter().zip(window.kernel).any(|(&d, k)| d > 1 && k > 1) {
        return unsupported("its window has gaps (dilations)");
    }
    let zeros = x.pad != Padding::default();
    let bordered = window.padding != Padding::default();
    let kind = if node.op == "MaxPool" {
        PoolKind::Max
    } else {
        let counted = node.int("count_include_pad", 0) == 1;
        match (zeros, counted) {
            _ if !bordered => PoolKind::Average,
            (_, true) => PoolKind::AverageWithBorder,
            (false, false) => PoolKind::Average,
            (true, false) if window.padding == x.pad => PoolKind::AverageWithBorder,
            (true, false) => {
                let x = im.with_zeros(x, &node.name)?;
                return windowed(im, node, &x, kernel);
            }
        }
    };
    if kind == PoolKind::Average && !bordered && [kh, kw] == [shape.h, shape.w] {
        let name = im.fresh(&node.name);
        let id = im.b.global_average_pool(&name, x.id)?;
        return Ok(Map { positive: x.positive, ..spatial(im, id, x) });
    }
    // A square window reaches further; that does no harm where the map ends and nothing counts.
    let covers =
        |k: usize, size: usize| k == kh.max(kw) || (k == size && kind != PoolKind::AverageWithBorder);
    let rows = shape.h + window.padding.top + window.padding.bottom;
    let columns = shape.w + window.padding.left + window.padding.right;
    if !covers(kh, rows) || !covers(kw, columns) {
        return unsupported(format!("its window of {kh} x {kw} pixels is not square"));
    }
    let Square { side, stride, padding, .. } = window.square(shape)?;
    let pool = Pool2d { kind, kernel: side, stride, padding, ceil: node.flag("ceil_mode") };
    let name = im.fresh(&node.name);
    let id = im.b.pool2d(&name, x.id, pool)?;
    Ok(Map { positive: x.positive, ..spatial(im, id, x) })
}

/// `GlobalAveragePool` and `GlobalMaxPool`.
pub(super) fn global(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let axes: Vec<usize> = (2..x.view.rank()).collect();
    if node.op == "GlobalAveragePool" {
        return means(im, node, &x, &axes, true);
    }
    let x = under_windows(im, &x, node)?;
    let shape = im.shape(x.id);
    if shape.h != shape.w {
        return unsupported(format!("its window of {} x {} pixels is not square", shape.h, shape.w));
    }
    let pool =
        Pool2d { kind: PoolKind::Max, kernel: shape.h, stride: 1, padding: Padding::default(), ceil: false };
    let name = im.fresh(&node.name);
    let id = im.b.pool2d(&name, x.id, pool)?;
    Ok(Map { positive: x.positive, ..spatial(im, id, &x) })
}

/// `ReduceMean` over the plane of the map.
pub(super) fn reduce_mean(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let rank = x.view.rank();
    let axes = match im.list(node, 1, "axes")? {
        Some(axes) if !axes.is_empty() => axes,
        _ if node.flag("noop_with_empty_axes") => return Ok(x),
        _ => (0..rank as i64).collect(),
    };
    let axes: Vec<usize> = axes.iter().map(|&a| axis(a, rank)).collect::<Lowered<_>>()?;
    means(im, node, &x, &axes, node.int("keepdims", 1) != 0)
}

fn means(im: &mut Importer<'_>, node: &Node, x: &Map, axes: &[usize], keep: bool) -> Lowered<Map> {
    let Some(view) = x.view.without_plane(axes, keep) else {
        return unsupported(format!(
            "means over the axes {axes:?} of {:?} are not those over a map",
            x.dims()
        ));
    };
    let name = im.fresh(&node.name);
    let id = im.b.global_average_pool(&name, x.id)?;
    Ok(Map { positive: x.positive, ..Map::new(id, view) })
}
