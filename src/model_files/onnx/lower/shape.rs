//! Operators that name the same values by other axes: they change how a tensor lies in its map.

use super::super::constant::MAX_RANK;
use super::super::import::{Importer, Map};
use super::super::moving::reshaped;
use super::super::node::{Lowered, Node, axis, broken, unsupported};

/// `Flatten`, `Reshape`, `Squeeze`, `Unsqueeze` and `Transpose`.
pub(super) fn moved(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    // Zeros wait around H and W, wherever a transpose puts these.
    let x = if node.op == "Transpose" { im.padded(node, 0)? } else { im.map(node, 0)? };
    let before = x.dims();
    if node.op == "Transpose" {
        let order = order(node, before.len())?;
        return match x.view.transpose(&order) {
            Some(view) => Ok(Map { view, ..x }),
            None => broken(format!("{order:?} is no order of the axes of {before:?}")),
        };
    }
    let dims = target(im, node, &before)?;
    if dims.len() > MAX_RANK {
        return unsupported(format!("its result has {} sides", dims.len()));
    }
    if dims.iter().try_fold(1_usize, |a, &b| a.checked_mul(b)) != Some(before.iter().product()) {
        return broken(format!("{before:?} values cannot have the sides {dims:?}"));
    }
    match x.view.reshape(&dims) {
        Some(view) => Ok(Map { view, ..x }),
        None => reshaped(im, &node.name, &x, &dims),
    }
}

/// The attribute `perm`, reversed axes by default.
pub(in super::super) fn order(node: &Node, rank: usize) -> Lowered<Vec<usize>> {
    match node.ints("perm") {
        None => Ok((0..rank).rev().collect()),
        Some(perm) => {
            let order: Vec<usize> = perm.iter().map(|&a| axis(a, rank)).collect::<Lowered<_>>()?;
            let mut sorted = order.clone();
            sorted.sort_unstable();
            if !sorted.into_iter().eq(0..rank) {
                return broken(format!("'perm' {perm:?} is no order of {rank} axes"));
            }
            Ok(order)
        }
    }
}

/// Sides after an operator that only names axes.
pub(in super::super) fn target(im: &Importer<'_>, node: &Node, before: &[usize]) -> Lowered<Vec<usize>> {
    let rank = before.len();
    match node.op.as_str() {
        "Flatten" => {
            let at = node.int("axis", 1);
            let at = if at == rank as i64 { rank } else { axis(at, rank)? };
            Ok(vec![before[..at].iter().product(), before[at..].iter().product()])
        }
        "Squeeze" => {
            let axes = match im.list(node, 1, "axes")? {
                Some(axes) => axes.iter().map(|&a| axis(a, rank)).collect::<Lowered<Vec<_>>>()?,
                None => (0..rank).filter(|&a| before[a] == 1).collect(),
            };
            if let Some(&long) = axes.iter().find(|&&a| before[a] != 1) {
                return broken(format!("axis {long} of {before:?} is not of length 1"));
            }
            Ok((0..rank).filter(|a| !axes.contains(a)).map(|a| before[a]).collect())
        }
        "Unsqueeze" => {
            let Some(axes) = im.list(node, 1, "axes")? else { return broken("it has no axes") };
            let rank = rank + axes.len();
            let axes = axes.iter().map(|&a| axis(a, rank)).collect::<Lowered<Vec<_>>>()?;
            let mut rest = before.iter();
            let dims: Vec<usize> = (0..rank)
                .filter_map(|a| if axes.contains(&a) { Some(1) } else { rest.next().copied() })
                .collect();
            if dims.len() == rank { Ok(dims) } else { broken(format!("its axes {axes:?} repeat")) }
        }
        _ => {
            let Some(shape) = im.list(node, 1, "shape")? else { return broken("it has no shape") };
            resolved(&shape, before, node.flag("allowzero"))
        }
    }
}

/// ONNX's shape of a `Reshape`: 0 keeps a side, -1 is what is left.
fn resolved(shape: &[i64], before: &[usize], zero_is_zero: bool) -> Lowered<Vec<usize>> {
    let total: usize = before.iter().product();
    let wrong = || broken(format!("{before:?} values cannot have the sides {shape:?}"));
    let mut dims = Vec::with_capacity(shape.len());
    let mut open = None;
    for (i, &side) in shape.iter().enumerate() {
        dims.push(match side {
            -1 if open.is_none() => {
                open = Some(i);
                1
            }
            0 if !zero_is_zero => match before.get(i) {
                Some(&side) => side,
                None => return wrong(),
            },
            side => match usize::try_from(side) {
                Ok(side) => side,
                Err(_) => return wrong(),
            },
        });
    }
    if let Some(i) = open {
        let known = dims.iter().try_fold(1_usize, |a, &b| a.checked_mul(b)).unwrap_or(0);
        if known == 0 || !total.is_multiple_of(known) {
            return wrong();
        }
        dims[i] = total / known;
    }
    Ok(dims)
}
