//! Windows that move over a map: kernels and pools, as ONNX describes them.

use super::super::import::{Importer, Map};
use super::super::node::{Lowered, Node, broken, unsupported};
use crate::graph::Padding;
use crate::tensor::Shape;

/// A window with all attributes resolved. ONNX has one number per axis, operations here have one for
/// both; [`Window::square`] finds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Rows and columns of the window.
    pub kernel: [usize; 2],
    /// Step between windows.
    pub stride: [usize; 2],
    /// Distance between taps.
    pub dilation: [usize; 2],
    /// Border, with zeros that were put around the input before.
    pub padding: Padding,
}

/// A window with one number for both axes, in the top left corner of a square one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Square {
    /// Side of the square.
    pub side: usize,
    pub stride: usize,
    pub dilation: usize,
    pub padding: Padding,
}

/// A map under windows: of rank 4 with H and W as its last axes, or of rank 3 with W. Values move for it where
/// they must.
///
/// # Errors
/// If the tensor has other axes.
pub(super) fn under_windows(im: &mut Importer<'_>, map: &Map, node: &Node) -> Lowered<Map> {
    let shape = im.shape(map.id);
    let lies = match map.view.rank() {
        4 => map.view.is_whole(2, 2, shape) && map.view.is_whole(3, 3, shape) || is_turned(map, shape),
        3 => shape.h == 1 && map.view.is_whole(2, 3, shape),
        rank => {
            return unsupported(format!("its input has {rank} axes; only one- and two-dimensional ones are"));
        }
    };
    if lies { im.ordered(map, &node.name) } else { im.in_order(map, &node.name) }
}

/// Whether a one-dimensional tensor lies in the row of a map, but has it as H: `[N, C, L, 1]`.
pub(super) fn is_turned(map: &Map, shape: Shape) -> bool {
    let view = &map.view;
    shape.h == 1
        && shape.w > 1
        && view.rank() == 4
        && view.is_whole(2, 3, shape)
        && view.is_whole(3, 2, shape)
}

impl Window {
    /// The window of a node with this kernel over a map. `dims` are one number per axis: two, or one
    /// for a map of one row.
    pub(super) fn of(node: &Node, map: &Map, shape: Shape, kernel: &[usize]) -> Lowered<Self> {
        let axes = map.view.rank() - 2;
        if kernel.len() != axes || kernel.contains(&0) {
            return broken(format!("its kernel {kernel:?} does not fit an input with {axes} axes"));
        }
        let both = |values: &[usize], other: usize| match *values {
            [h, w] => [h, w],
            [w] => [other, w],
            _ => [other; 2],
        };
        let stride = node.per_axis("strides", axes)?;
        let dilation = node.per_axis("dilations", axes)?;
        // The only row has no neighbour: any stride and dilation will do.
        let mut numbers = [both(kernel, 1), both(&stride, stride[0]), both(&dilation, dilation[0])];
        let turned = is_turned(map, shape);
        if turned {
            numbers.iter_mut().for_each(|[h, w]| std::mem::swap(h, w));
        }
        let [kernel, stride, dilation] = numbers;
        let Padding { top, bottom, left, right } = map.pad;
        let size = [shape.h + top + bottom, shape.w + left + right];
        let added = match node.text("auto_pad", "NOTSET").as_str() {
            "NOTSET" | "" if turned => {
                let Padding { top, bottom, left, right } = explicit(node, axes)?;
                Padding { top: left, bottom: right, left: top, right: bottom }
            }
            "NOTSET" | "" => explicit(node, axes)?,
            "VALID" => Padding::default(),
            same @ ("SAME_UPPER" | "SAME_LOWER") => {
                let total = |i: usize| {
                    let last = (size[i].div_ceil(stride[i]) - 1) * stride[i];
                    (last + (kernel[i] - 1) * dilation[i] + 1).saturating_sub(size[i])
                };
                let (h, w) = (total(0), total(1));
                if same == "SAME_UPPER" {
                    Padding { top: h / 2, bottom: h - h / 2, left: w / 2, right: w - w / 2 }
                } else {
                    Padding { top: h - h / 2, bottom: h / 2, left: w - w / 2, right: w / 2 }
                }
            }
            other => return broken(format!("'auto_pad' is '{other}'")),
        };
        let padding = Padding {
            top: top + added.top,
            bottom: bottom + added.bottom,
            left: left + added.left,
            right: right + added.right,
        };
        Ok(Self { kernel, stride, dilation, padding })
    }

    /// The same window with one stride and one dilation, in the corner of a square; `None` if those of the axes
    /// differ.
    pub(super) fn square(&self, shape: Shape) -> Option<Square> {
        let Self { kernel: [kh, kw], stride: [sh, sw], dilation: [dh, dw], padding } = *self;
        // A dilation of one tap, and a stride of one window, are any number.
        let rest = |size: usize, before: usize, after: usize, k: usize, d: usize| {
            (size + before + after).checked_sub(d * (k - 1) + 1)
        };
        let rows = rest(shape.h, padding.top, padding.bottom, kh, dh);
        let columns = rest(shape.w, padding.left, padding.right, kw, dw);
        let dilation = one_of(dh, kh == 1, dw, kw == 1)?;
        let stride = one_of(sh, rows == Some(0), sw, columns == Some(0))?;
        let side = kh.max(kw);
        // What the square reaches beyond the window must exist, though nothing reads it.
        let padding = Padding {
            bottom: padding.bottom + (side - kh) * dilation,
            right: padding.right + (side - kw) * dilation,
            ..padding
        };
        Some(Square { side, stride, dilation, padding })
    }
}

/// The number for both axes, where a free one may be any.
fn one_of(h: usize, h_free: bool, w: usize, w_free: bool) -> Option<usize> {
    if h == w || w_free { Some(h) } else { h_free.then_some(w) }
}

/// The attribute `pads`: begins of all axes, then ends.
fn explicit(node: &Node, axes: usize) -> Lowered<Padding> {
    let Some(pads) = node.ints("pads") else { return Ok(Padding::default()) };
    if pads.len() != 2 * axes || pads.iter().any(|p| *p > 1 << 20) {
        return broken(format!("'pads' is {pads:?}; it must be {} numbers", 2 * axes));
    }
    if pads.iter().any(|p| *p < 0) {
        return unsupported(format!("its pads {pads:?} cut the map"));
    }
    let p: Vec<usize> = pads.iter().map(|&p| p as usize).collect();
    Ok(match p[..] {
        [top, left, bottom, right] => Padding { top, bottom, left, right },
        [left, right] => Padding { left, right, ..Padding::default() },
        _ => Padding::default(),
    })
}
