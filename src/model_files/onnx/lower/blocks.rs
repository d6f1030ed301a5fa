//! Channels as blocks of pixels and back. No value moves here: another node that needs a map moves them.

use super::super::import::{Importer, Map};
use super::super::node::{Lowered, Node, broken};

/// `DepthToSpace` and `SpaceToDepth`.
pub(super) fn blocks(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let b = usize::try_from(node.int("blocksize", 0)).unwrap_or(0);
    let dims = x.dims();
    let [n, c, h, w] = dims[..] else { return broken(format!("its input has the sides {dims:?}, not four")) };
    let columns_first = match node.text("mode", "DCR").as_str() {
        "DCR" => false,
        "CRD" => true,
        other => return broken(format!("'mode' is '{other}'")),
    };
    let deep = node.op == "DepthToSpace";
    let divides = |side: usize| b > 0 && side.is_multiple_of(b);
    if !(if deep { divides(c) && divides(c / b) } else { divides(h) && divides(w) }) {
        return broken(format!("blocks of {b} x {b} do not divide {dims:?}"));
    }
    let view = if deep {
        let channels = c / b / b;
        let (split, order) = if columns_first {
            ([n, channels, b, b, h, w], [0, 1, 4, 2, 5, 3])
        } else {
            ([n, b, b, channels, h, w], [0, 3, 4, 1, 5, 2])
        };
        let parts = x.view.reshape(&split).and_then(|view| view.transpose(&order));
        parts.and_then(|view| view.reshape(&[n, channels, h * b, w * b]))
    } else {
        let order = if columns_first { [0, 1, 3, 5, 2, 4] } else { [0, 3, 5, 1, 2, 4] };
        let parts = x.view.reshape(&[n, c, h / b, b, w / b, b]).and_then(|view| view.transpose(&order));
        parts.and_then(|view| view.reshape(&[n, c * b * b, h / b, w / b]))
    };
    match view {
        Some(view) => Ok(Map { view, ..x }),
        // An axis that is itself made of parts of several sides: in the order of the tensor it is one.
        None => {
            let x = im.in_order(&x, &node.name)?;
            im.set(&node.inputs[0], super::super::import::Value::Map(x));
            blocks(im, node)
        }
    }
}
