//! The larger or smaller of several values.

use super::super::import::{Importer, Map, Value};
use super::super::node::{Fault, Lowered, Node, broken, unsupported};
use super::activations::{apply, between, scaled};
use super::broadcast::{constant_map, repeated};
use crate::graph::{Activation, Pool2d, PoolKind, Sampling, Taps};

/// `Max` and `Min` of maps, numbers and tensors of numbers.
pub(super) fn extreme(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let (mut maps, mut numbers, mut constants) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..node.inputs.len() {
        if let Some(Value::Constant(constant)) = im.input(node, i)? {
            match constant.scalar().filter(|v| !v.is_nan()) {
                Some(number) => numbers.push(number),
                None => constants.push(constant),
            }
        } else {
            maps.push(im.map(node, i)?);
        }
    }
    let max = node.op == "Max";
    let name = &node.name;
    let Some(first) = maps.first().cloned() else { return broken("it has no inputs") };
    for constant in constants {
        let Some(map) = constant_map(im, name, &first, &constant)? else {
            return unsupported(format!(
                "its constant of sides {:?} does not fit a map of {:?}",
                constant.dims,
                first.dims()
            ));
        };
        maps.push(map);
    }
    let mut x = match maps.len() {
        0 | 1 => first,
        _ if numbers.is_empty() => of_maps(im, name, &maps, max)?,
        _ => of_maps(im, &format!("{name}/maps"), &maps, max)?,
    };
    for number in numbers {
        let f = match number {
            0.0 if max => Activation::Relu,
            low if max => between(low, f32::INFINITY),
            high => between(f32::NEG_INFINITY, high),
        };
        x = apply(im, name, &x, f)?;
    }
    Ok(x)
}

/// The largest or the smallest of maps, value by value: as a pool over them, side by side in each row, so that
/// the result is one of the values to the last bit.
fn of_maps(im: &mut Importer<'_>, name: &str, maps: &[Map], max: bool) -> Lowered<Map> {
    let first = &maps[0];
    let alike = |map: &Map| map.view == first.view && im.shape(map.id) == im.shape(first.id);
    let mut maps = if maps.iter().all(alike) { maps.to_vec() } else { repeated(im, name, maps)? };
    if !max {
        for map in &mut maps {
            *map = scaled(im, &format!("{name}/negative"), map, -1.0, 0.0)?;
        }
    }
    let (shape, count) = (im.shape(maps[0].id), maps.len());
    im.made.add(shape.c + shape.h + shape.w * count).map_err(Fault::Broken)?;
    let ids: Vec<_> = maps.iter().map(|map| map.id).collect();
    let joined = im.fresh(&format!("{name}/all"));
    let joined = im.b.concat(&joined, &ids)?;
    let channels = Taps::moved((0..shape.c).map(|c| Some(c * shape.plane())));
    let rows = Taps::moved((0..shape.h).map(|row| Some(row * shape.w)));
    let beside = |i: usize| Some(i % count * shape.c * shape.plane() + i / count);
    let columns = Taps::moved((0..shape.w * count).map(beside));
    let sampled = im.fresh(&format!("{name}/beside"));
    let sampled = im.b.resample(&sampled, joined, Sampling { channels, rows, columns })?;
    let pool = Pool2d { kernel: [1, count], stride: [1, count], ..Pool2d::square(PoolKind::Max, 1, 1) };
    let node = im.fresh(&if max { name.to_owned() } else { format!("{name}/max") });
    let id = im.b.pool2d(&node, sampled, pool)?;
    let most = Map { positive: maps.iter().any(|map| map.positive), ..Map::new(id, maps[0].view.clone()) };
    if max { Ok(most) } else { scaled(im, name, &most, -1.0, 0.0) }
}
