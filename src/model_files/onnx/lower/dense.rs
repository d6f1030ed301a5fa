//! Products with a fixed matrix: fully connected layers, and 1x1 convolutions over channels that lie last; and of a
//! computed matrix with a vector.

use std::sync::Arc;

use super::super::constant::Constant;
use super::super::import::{Importer, Map, Value};
use super::super::node::{Fault, Lowered, Node, broken, unsupported};
use super::super::view::View;
use super::arithmetic::joined;
use super::norm::{following_shift, per_channel};
use super::reduce::{self, Along};

/// The most inputs of a fully connected layer.
const FEATURES: usize = 1 << 22;

/// `Gemm`: `alpha A B + beta C` with a fixed `B`.
pub(super) fn gemm(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Lowered<Map> {
    let node = &nodes[at];
    if node.flag("transA") {
        return unsupported("its first input is transposed");
    }
    let x = im.map(node, 0)?;
    if x.view.rank() != 2 {
        return broken(format!("its input has the sides {:?}, not two", x.dims()));
    }
    let kernel = im.weight(node, 1)?;
    let matrix = Matrix::new(&kernel, node.flag("transB"), node.float("alpha", 1.0))?;
    let out = matrix.out;
    let beta = node.float("beta", 1.0);
    let computed = match im.input(node, 2)? {
        Some(Value::Map(_)) if beta == 1.0 => Some(im.map(node, 2)?),
        _ => None,
    };
    let constant = if computed.is_some() { None } else { im.constant(node, 2)? };
    let bias = match constant {
        None => None,
        Some(c) => match per_channel(im, &c, 2, 1, out)? {
            Some(values) if beta == 1.0 => Some(values),
            Some(values) => Some(Arc::new(values.iter().map(|v| v * beta).collect())),
            None => return unsupported(format!("its bias has the sides {:?}, not [{out}]", c.dims)),
        },
    };
    let product = if is_over_channels(im, &x) {
        pointwise(im, node, &x, &matrix, bias)?
    } else {
        let weight = placed(im, &x, &matrix)?;
        linear(im, node, &x, out, weight, bias)?
    };
    match computed {
        None => Ok(product),
        Some(computed) => joined(im, "Add", &format!("{}/add", node.name), product, computed),
    }
}

/// `MatMul` with a fixed second factor, and the `Add` behind it as its bias.
pub(super) fn matmul(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Lowered<Map> {
    let node = &nodes[at];
    let x = im.map(node, 0)?;
    let dims = x.dims();
    if let Some(Value::Map(_)) = im.input(node, 1)? {
        return with_vector(im, node, &x);
    }
    let kernel = im.weight(node, 1)?;
    if kernel.dims.len() != 2 {
        return unsupported(format!(
            "a product with a tensor of sides {:?} is not one with a matrix",
            kernel.dims
        ));
    }
    let matrix = Matrix::new(&kernel, false, 1.0)?;
    let out = matrix.out;
    if is_over_channels(im, &x) {
        let bias = following_shift(im, nodes, at, out, dims.len(), dims.len() - 1)?;
        return pointwise(im, node, &x, &matrix, bias);
    }
    if dims.len() < 2 || dims[1..dims.len() - 1].iter().any(|&d| d > 1) {
        return unsupported(format!("a product over the last axis of {dims:?} is no fully connected layer"));
    }
    let weight = placed(im, &x, &matrix)?;
    let bias = if dims.len() == 2 { following_shift(im, nodes, at, out, 2, 1)? } else { None };
    linear(im, node, &x, out, weight, bias)
}

/// `MatMul` of two maps of which one holds vectors: products, and their sum.
fn with_vector(im: &mut Importer<'_>, node: &Node, a: &Map) -> Lowered<Map> {
    let b = im.map(node, 1)?;
    let (of_a, of_b) = (a.dims(), b.dims());
    let rank = of_a.len();
    if rank != of_b.len() || rank < 3 || of_a[rank - 1] != of_b[rank - 2] {
        return unsupported(format!("a product of maps of sides {of_a:?} and {of_b:?} is not"));
    }
    let turned = |x: &Map| -> Option<Map> {
        let mut order: Vec<usize> = (0..rank).collect();
        order.swap(rank - 2, rank - 1);
        Some(Map { view: x.view.transpose(&order)?, ..x.clone() })
    };
    let (pair, axis) = if of_b[rank - 1] == 1 {
        (turned(&b).map(|b| [a.clone(), b]), rank - 1)
    } else if of_a[rank - 2] == 1 {
        (turned(a).map(|a| [a, b]), rank - 2)
    } else {
        return unsupported(format!(
            "a product of two computed matrices of sides {of_a:?} and {of_b:?} is not; one with a vector is"
        ));
    };
    let Some([a, b]) = pair else { return broken("its axes cannot be exchanged") };
    let products = joined(im, "Mul", &format!("{}/products", node.name), a, b)?;
    reduce::sum(im, &node.name, &products, &Along { axes: vec![axis], keep: true })
}

/// Whether the last axis of a tensor holds the channels of a map of several pixels, which lie on the other
/// axes: a product over it is the same for every pixel.
fn is_over_channels(im: &Importer<'_>, x: &Map) -> bool {
    let shape = im.shape(x.id);
    shape.plane() > 1
        && x.view.rank() >= 2
        && x.dims().last() == Some(&shape.c)
        && x.view.channels(x.view.rank() - 1, shape).is_some()
}

/// A product over the channels of each pixel as a 1x1 convolution.
fn pointwise(
    im: &mut Importer<'_>,
    node: &Node,
    x: &Map,
    matrix: &Matrix<'_>,
    bias: Option<Arc<Vec<f32>>>,
) -> Lowered<Map> {
    let &Matrix { kernel, out, inner, transposed, alpha } = matrix;
    let (shape, last) = (im.shape(x.id), x.view.rank() - 1);
    let Some(order) = x.view.channels(last, shape).filter(|order| order.len() == inner) else {
        return broken(format!("its matrix of sides {:?} does not fit {} channels", kernel.dims, shape.c));
    };
    let values = im.floats(kernel)?;
    im.made.add(values.len()).map_err(Fault::Broken)?;
    let mut weight = vec![0.0; values.len()];
    for (i, &c) in order.iter().enumerate() {
        for o in 0..out {
            let at = if transposed { o * inner + i } else { i * out + o };
            weight[o * inner + c as usize] = values[at] * alpha;
        }
    }
    let name = im.fresh(&node.name);
    im.stage(format!("{name}.weight"), vec![out, inner, 1, 1], Arc::new(weight));
    if let Some(bias) = bias {
        im.stage(format!("{name}.bias"), vec![out], bias);
    }
    let id = im.b.pointwise(&name, x.id, out)?;
    let view = x.view.with_whole(last, 1, im.shape(id));
    Ok(Map::new(id, view))
}

/// The fixed matrix of a product, times a number.
struct Matrix<'a> {
    kernel: &'a Constant,
    out: usize,
    inner: usize,
    /// Whether it is `[O, I]` and not `[I, O]`.
    transposed: bool,
    alpha: f32,
}

impl<'a> Matrix<'a> {
    fn new(kernel: &'a Constant, transposed: bool, alpha: f32) -> Lowered<Self> {
        let (out, inner) = match kernel.dims[..] {
            [out, inner] if transposed => (out, inner),
            [inner, out] => (out, inner),
            _ => return broken(format!("its matrix has the sides {:?}, not two", kernel.dims)),
        };
        Ok(Self { kernel, out, inner, transposed, alpha })
    }
}

/// The matrix `[O, I]` with its columns in the order of the map's values: channel, row, column.
fn placed(im: &mut Importer<'_>, x: &Map, matrix: &Matrix<'_>) -> Lowered<Arc<Vec<f32>>> {
    let &Matrix { kernel, out, inner, transposed, alpha } = matrix;
    let shape = im.shape(x.id);
    let last = x.view.rank() - 1;
    if x.dims()[last] != inner {
        return broken(format!(
            "its matrix of sides {:?} does not fit {} values",
            kernel.dims,
            x.dims()[last]
        ));
    }
    if !x.view.is_whole(0, 0, shape) || shape.c * shape.plane() != inner {
        return unsupported(format!("its input of sides {:?} does not hold one whole map each", x.dims()));
    }
    if inner > FEATURES {
        return unsupported(format!("a fully connected layer of {inner} inputs is not read"));
    }
    let values = im.floats(kernel)?;
    let places = x.view.places(last);
    let index = |i: usize| {
        let [_, c, h, w] = places[i];
        (c * shape.h + h) * shape.w + w
    };
    if transposed && alpha == 1.0 && (0..inner).all(|i| index(i) == i) {
        return Ok(values);
    }
    im.made.add(values.len()).map_err(Fault::Broken)?;
    let mut placed = vec![0.0; values.len()];
    let index: Vec<usize> = (0..inner).map(index).collect();
    if transposed {
        for (from, to) in values.chunks_exact(inner.max(1)).zip(placed.chunks_exact_mut(inner.max(1))) {
            for (&value, &i) in from.iter().zip(&index) {
                to[i] = value * alpha;
            }
        }
    } else {
        for (row, &i) in values.chunks_exact(out.max(1)).zip(&index) {
            for (o, &value) in row.iter().enumerate() {
                placed[o * inner + i] = value * alpha;
            }
        }
    }
    Ok(Arc::new(placed))
}

fn linear(
    im: &mut Importer<'_>,
    node: &Node,
    x: &Map,
    out: usize,
    weight: Arc<Vec<f32>>,
    bias: Option<Arc<Vec<f32>>>,
) -> Lowered<Map> {
    let shape = im.shape(x.id);
    let name = im.fresh(&node.name);
    let mut id = x.id;
    if shape.plane() > 1 {
        let flat = im.fresh(&format!("{name}/flatten"));
        id = im.b.flatten(&flat, id)?;
    }
    im.stage(format!("{name}.weight"), vec![out, shape.c * shape.plane()], weight);
    if let Some(bias) = bias {
        im.stage(format!("{name}.bias"), vec![out], bias);
    }
    let id = im.b.linear(&name, id, out)?;
    let rank = x.view.rank();
    let shape = im.shape(id);
    // Axes between the first and the last have length 1.
    let view = View::of(shape, 2);
    let mut dims = view.dims();
    dims.splice(1..1, std::iter::repeat_n(1, rank - 2));
    let view = view.reshape(&dims).unwrap_or(view);
    Ok(Map::new(id, view))
}
