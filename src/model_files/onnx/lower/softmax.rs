//! Softmax and its logarithm over any axis but that of the batch.

use super::super::import::{Importer, Map};
use super::super::moving::laid;
use super::super::node::{Lowered, Node, axis, unsupported};
use super::activations::apply;
use crate::graph::Activation;

/// `Softmax` and `LogSoftmax`. The axis must lie in the channels; values move for it where they must.
pub(super) fn softmax(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let (shape, rank) = (im.shape(x.id), x.view.rank());
    let default = if im.opset < 13 { 1 } else { -1 };
    let at = axis(node.int("axis", default), rank)?;
    // Before version 13 all axes behind the named one are taken together.
    let end = if im.opset < 13 { rank } else { at + 1 };
    let together = x.dims()[at + 1..end].iter().any(|&d| d > 1);
    let x = if x.view.channels(at, shape).is_some() && !together {
        x
    } else if at == 0 {
        return unsupported(format!("a softmax over axis 0 of {:?} goes over the batch", x.dims()));
    } else {
        let axes: Vec<usize> = (at..end).collect();
        let others: Vec<usize> = (1..rank).filter(|axis| !axes.contains(axis)).collect();
        let (h, w) = others.split_at(others.len().min(1));
        laid(im, &node.name, &x, [&axes, h, w])?
    };
    let logarithm = node.op == "LogSoftmax";
    let name = im.fresh(&if logarithm { format!("{}/softmax", node.name) } else { node.name.clone() });
    let id = im.b.softmax(&name, x.id)?;
    let map = Map { id, positive: true, ..x };
    if logarithm { apply(im, &node.name, &map, Activation::Log) } else { Ok(map) }
}
