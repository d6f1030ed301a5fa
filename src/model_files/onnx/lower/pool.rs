//! Pools and means over whole maps.

use super::super::import::{Importer, Map};
use super::super::node::{Lowered, Node, broken, unsupported};
use super::reduce::{Along, pooled};
use super::spatial;
use super::window::{Window, under_windows};
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
    // A distance between one pixel and none is any number.
    let dilation = [0, 1].map(|i| if window.kernel[i] == 1 { 1 } else { window.dilation[i] });
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
    if kind == PoolKind::Average && !bordered && dilation == [1, 1] && window.kernel == [shape.h, shape.w] {
        let name = im.fresh(&node.name);
        let id = im.b.global_average_pool(&name, x.id)?;
        return Ok(Map { positive: x.positive, ..spatial(im, id, x) });
    }
    let Window { kernel, stride, padding, .. } = window;
    let pool = Pool2d { kind, kernel, stride, dilation, padding, ceil: node.flag("ceil_mode") };
    let name = im.fresh(&node.name);
    let id = im.b.pool2d(&name, x.id, pool)?;
    Ok(Map { positive: x.positive, ..spatial(im, id, x) })
}

/// `GlobalAveragePool` and `GlobalMaxPool`.
pub(super) fn global(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let kind = if node.op == "GlobalMaxPool" { PoolKind::Max } else { PoolKind::Average };
    pooled(im, &node.name, &x, &Along { axes: (2..x.view.rank()).collect(), keep: true }, kind)
}
