//! Nearest-neighbour upsampling by a whole factor.

use super::super::constant::Made;
use super::super::import::{Importer, Map};
use super::super::node::{Lowered, Node, broken, unsupported};
use super::spatial;
use super::window::under_windows;

/// `Resize` and `Upsample` that repeat every pixel.
pub(super) fn resize(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let x = under_windows(im, &x, node)?;
    let mode = node.text("mode", "nearest");
    if mode != "nearest" || x.view.rank() != 4 {
        return unsupported(format!("resizing of mode '{mode}' is not; only repeating pixels is"));
    }
    let shape = im.shape(x.id);
    let dims = x.dims();
    let [h, w] = match output(im, node, &dims)? {
        Some([n, c, h, w]) if [n, c] == [shape.n, shape.c] => [h, w],
        Some(sides) => return unsupported(format!("it makes {sides:?} of {dims:?}")),
        None => return broken("it has neither scales nor sizes"),
    };
    let factor = h / shape.h;
    let whole = h.is_multiple_of(shape.h) && w.is_multiple_of(shape.w);
    if factor == 0 || !whole || w / shape.w != factor {
        return unsupported(format!("{h} x {w} pixels are no whole multiple of {} x {}", shape.h, shape.w));
    }
    if node.op == "Resize" && !repeats(im.opset, node, factor) {
        return unsupported("its rule for the nearest pixel does not repeat every pixel equally often");
    }
    let name = im.fresh(&node.name);
    let id = im.b.upsample(&name, x.id, factor, h, w)?;
    Ok(Map { positive: x.positive, ..spatial(im, id, &x) })
}

/// Whether the rules of coordinates and rounding give every pixel `factor` times.
fn repeats(opset: i64, node: &Node, factor: usize) -> bool {
    if opset < 11 {
        return true;
    }
    let coordinates = node.text("coordinate_transformation_mode", "half_pixel");
    let nearest = node.text("nearest_mode", "round_prefer_floor");
    match coordinates.as_str() {
        "asymmetric" => nearest == "floor" || (nearest == "round_prefer_floor" && factor <= 2),
        "half_pixel" | "pytorch_half_pixel" | "half_pixel_symmetric" => nearest.starts_with("round"),
        _ => false,
    }
}

/// Sides of the result.
fn output(im: &Importer<'_>, node: &Node, dims: &[usize]) -> Lowered<Option<[usize; 4]>> {
    let scaled = |scales: &[f32]| -> Option<[usize; 4]> {
        let sides: Vec<usize> =
            dims.iter().zip(scales).map(|(&d, &s)| (d as f64 * f64::from(s)).floor() as usize).collect();
        sides.try_into().ok()
    };
    if let Some(scales) = node.floats("scales") {
        return Ok(scaled(scales));
    }
    let first = if node.op == "Upsample" || im.opset < 11 { 1 } else { 2 };
    if let Some(scales) = im.constant(node, first)?.filter(|c| c.len() == 4) {
        return Ok(scales.floats(&mut Made::few()).ok().and_then(|s| scaled(&s)));
    }
    let Some(sizes) = im.constant(node, 3)? else { return Ok(None) };
    let sizes = sizes.whole_numbers().map_err(super::super::node::Fault::Broken)?;
    let sides: Vec<usize> = sizes.iter().map(|&s| usize::try_from(s).unwrap_or(0)).collect();
    Ok(sides.try_into().ok())
}
