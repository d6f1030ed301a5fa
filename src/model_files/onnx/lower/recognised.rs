//! Functions that exports write out as several nodes: found from the first of them, given by the last.
//!
//! The nodes between give nothing of their own then. Where one of them is read by something else as
//! well, or the numbers are others, the nodes stay what they are.

use super::super::constant::Constant;
use super::super::import::{Importer, Map, Value};
use super::super::node::{Lowered, Node, axis};
use super::{activations, fold, statistics};

/// What the last of several nodes gives, computed from the value of this name.
#[derive(Clone, Debug)]
pub(in super::super) enum Whole {
    /// `x (1 + erf(x / sqrt(2))) / 2`.
    Gelu(String),
    /// `(x - mean) / sqrt(var + eps)` over some axes.
    Norm {
        /// Name of `x`.
        x: String,
        /// Axes that share their statistics.
        axes: Vec<usize>,
        /// Added to the variance.
        eps: f32,
        /// Factor and summand behind it, where they are a part of it.
        scale: [Option<Constant>; 2],
    },
}

/// The value of the last node of a function that was found.
pub(super) fn whole(im: &mut Importer<'_>, node: &Node, whole: &Whole) -> Lowered<Map> {
    match whole {
        Whole::Gelu(x) => {
            let x = im.named(x)?;
            activations::gelu(im, node, &x)
        }
        Whole::Norm { x, axes, eps, scale: [scale, shift] } => {
            let x = im.named(x)?;
            let y = statistics::normalized(im, &node.name, &x, axes, *eps)?;
            statistics::scaled(im, node, &y, scale.clone(), shift.clone())
        }
    }
}

/// Looks whether a function that is written out begins at a node, and notes its nodes.
pub(super) fn look(im: &mut Importer<'_>, nodes: &[Node], at: usize) {
    if im.absorbed.contains(&at) || im.whole.contains_key(&at) {
        return;
    }
    let found = match nodes[at].op.as_str() {
        "Div" | "Mul" => gelu(im, nodes, at),
        "ReduceMean" => norm(im, nodes, at).or_else(|| norm_by_line(im, nodes, at)),
        _ => None,
    };
    if let Some((between, last, whole)) = found {
        im.absorbed.extend(between);
        im.whole.insert(last, whole);
    }
}

/// How far nodes of one function stand apart in the list, and how many nodes read one value. Exports have
/// fewer.
const BESIDE: usize = 16;

/// Nodes that give nothing of their own, the last one, and what that gives.
type Found = (Vec<usize>, usize, Whole);

/// `x (1 + erf(x / sqrt(2))) / 2`, its factors in any order.
fn gelu(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Option<Found> {
    let first = &nodes[at];
    let x = (0..2).find(|&i| is_map(im, first, i)).and_then(|i| first.inputs.get(i))?.clone();
    // The product with one half may come first: then the error function reads `x` beside it.
    let start = |im: &mut Importer<'_>, at: usize| -> Option<usize> {
        let by_root = match nodes[at].op.as_str() {
            "Div" => near(with_number(im, nodes, at, &x, Some(1))?, std::f32::consts::SQRT_2),
            "Mul" => near(with_number(im, nodes, at, &x, None)?, std::f32::consts::FRAC_1_SQRT_2),
            _ => false,
        };
        by_root.then_some(at)
    };
    let readers: Vec<usize> = im.readers(&x).iter().copied().take(BESIDE).collect();
    let root = start(im, at).or_else(|| {
        let halves = near(with_number(im, nodes, at, &x, None)?, 0.5) && first.op == "Mul";
        readers.iter().copied().filter(|_| halves).find_map(|other| start(im, other))
    })?;
    let erf = next(im, nodes, root, "Erf")?;
    let sum = next(im, nodes, erf, "Add")?;
    let one = with_number(im, nodes, sum, nodes[erf].outputs.first()?, None)?;
    let product = next(im, nodes, sum, "Mul")?;
    let mut between = vec![root, erf, sum];
    let share = nodes[sum].outputs.first()?;
    let other = other_input(&nodes[product], share)?.clone();
    let last = if let Some(half) = with_number(im, nodes, product, share, None) {
        // Halved first, then times x.
        let last = next(im, nodes, product, "Mul")?;
        between.push(product);
        let gate = nodes[product].outputs.first()?;
        (near(half, 0.5) && *other_input(&nodes[last], gate)? == x).then_some(last)?
    } else if other == x {
        // Times x first, then halved.
        let last = next(im, nodes, product, "Mul")?;
        between.push(product);
        near(with_number(im, nodes, last, nodes[product].outputs.first()?, None)?, 0.5).then_some(last)?
    } else {
        // Times the half of x.
        let half = readers.iter().copied().find(|&r| nodes[r].outputs.first() == Some(&other))?;
        let halves = nodes[half].op == "Mul" && near(with_number(im, nodes, half, &x, None)?, 0.5);
        (halves && im.only_reader(&other) == Some(product)).then_some(())?;
        between.push(half);
        product
    };
    let done = |node: &usize| im.is_done(&nodes[*node]);
    (near(one, 1.0) && !between.iter().any(done)).then_some((between, last, Whole::Gelu(x)))
}

/// `(x - mean) / sqrt(var + eps)` from the two means on.
fn norm(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Option<Found> {
    let x = nodes[at].inputs.first()?.clone();
    let axes = kept_axes(im, nodes, at, &x)?;
    let Some(Value::Map(map)) = im.value(&x).cloned() else { return None };
    statistics::over(im, &map, &axes)?;
    let mean = nodes[at].outputs.first()?;
    let centred =
        im.only_reader(mean).filter(|&n| nodes[n].op == "Sub" && nodes[n].inputs.iter().eq([&x, mean]))?;
    let difference = nodes[centred].outputs.first()?.clone();
    let readers: Vec<usize> = im.readers(&difference).iter().copied().take(BESIDE).collect();
    let is_square = |im: &mut Importer<'_>, n: usize| match nodes[n].op.as_str() {
        "Pow" => {
            nodes[n].inputs.first() == Some(&difference)
                && with_number(im, nodes, n, &difference, Some(1)) == Some(2.0)
        }
        "Mul" => nodes[n].inputs.iter().eq([&difference, &difference]),
        _ => false,
    };
    let square = readers.iter().copied().find(|&n| is_square(im, n))?;
    let variance = next(im, nodes, square, "ReduceMean")?;
    let sum = next(im, nodes, variance, "Add")?;
    let eps = with_number(im, nodes, sum, nodes[variance].outputs.first()?, None)?;
    let root = next(im, nodes, sum, "Sqrt")?;
    let mut between = vec![at, centred, square, variance, sum, root];
    let deviation = nodes[root].outputs.first()?;
    let mut last = im.only_reader(deviation)?;
    let ends = if nodes[last].op == "Reciprocal" {
        between.push(last);
        let by = nodes[last].outputs.first()?;
        last = im.only_reader(by)?;
        nodes[last].op == "Mul" && *other_input(&nodes[last], by)? == difference
    } else {
        nodes[last].op == "Div" && nodes[last].inputs.iter().eq([&difference, deviation])
    };
    let fits = ends
        && eps >= 0.0
        && !im.results.contains(&difference)
        && readers.iter().all(|&n| n == square || n == last)
        && im.readers(&difference).len() <= 3
        && kept_axes(im, nodes, variance, &x)? == axes
        && !between[1..].iter().any(|&n| im.is_done(&nodes[n]));
    fits.then_some((between, last, Whole::Norm { x, axes, eps, scale: [None, None] }))
}

/// The same as Keras has it exported, `x s + (shift - mean s)` with `s = scale / sqrt(var + eps)`.
fn norm_by_line(im: &mut Importer<'_>, nodes: &[Node], at: usize) -> Option<Found> {
    let x = nodes[at].inputs.first()?.clone();
    let axes = kept_axes(im, nodes, at, &x)?;
    let Some(Value::Map(map)) = im.value(&x).cloned() else { return None };
    statistics::over(im, &map, &axes)?;
    let mean = nodes[at].outputs.first()?;
    let [one, other] = im.readers(mean)[..] else { return None };
    let (negative, reader) = if nodes[one].op == "Neg" { (one, other) } else { (other, one) };
    let mut between = vec![at, negative];
    // A transpose of the mean, which has one channel, is exported as a reshape.
    let centred = if nodes[reader].op == "Reshape" {
        between.push(reader);
        next(im, nodes, reader, "Sub")?
    } else {
        reader
    };
    let less = nodes[if centred == reader { at } else { reader }].outputs.first()?;
    let centres = nodes[centred].op == "Sub" && nodes[centred].inputs.iter().eq([&x, less]);
    let difference = nodes[centred].outputs.first()?;
    let [square, again] = im.readers(difference)[..] else { return None };
    let variance = next(im, nodes, square, "ReduceMean")?;
    let sum = next(im, nodes, variance, "Add")?;
    let eps = with_number(im, nodes, sum, nodes[variance].outputs.first()?, None)?;
    let root = next(im, nodes, sum, "Sqrt")?;
    let inverse = next(im, nodes, root, "Reciprocal")?;
    between.extend([centred, square, variance, sum, root, inverse]);
    let mut factor = nodes[inverse].outputs.first()?;
    let mut scale = [None, None];
    if let Some(scaled) = next(im, nodes, inverse, "Mul") {
        scale[0] = Some(constant(im, nodes, scaled, other_input(&nodes[scaled], factor)?)?);
        between.push(scaled);
        factor = nodes[scaled].outputs.first()?;
    }
    let [one, other] = im.readers(factor)[..] else { return None };
    let (slope, offset) = if nodes[one].inputs.contains(&x) { (one, other) } else { (other, one) };
    let negated = nodes[negative].outputs.first()?;
    let line = *other_input(&nodes[slope], factor)? == x && other_input(&nodes[offset], factor)? == negated;
    between.extend([slope, offset]);
    let mut last = next(im, nodes, offset, "Add")?;
    let mut moved = nodes[offset].outputs.first()?;
    if let Some(shift) = constant(im, nodes, last, other_input(&nodes[last], moved)?) {
        scale[1] = Some(shift);
        between.push(last);
        moved = nodes[last].outputs.first()?;
        last = next(im, nodes, last, "Add")?;
    }
    let sloped = nodes[slope].outputs.first()?;
    let alone = [mean, difference, factor, negated].iter().all(|value| !im.results.contains(*value));
    let fits = [(negative, "Neg"), (square, "Mul"), (slope, "Mul"), (offset, "Mul")]
        .iter()
        .all(|&(n, op)| nodes[n].op == op)
        && centres
        && square == again
        && line
        && alone
        && eps >= 0.0
        && other_input(&nodes[last], moved)? == sloped
        && im.only_reader(sloped) == Some(last)
        && im.only_reader(negated) == Some(offset)
        && kept_axes(im, nodes, variance, &x)? == axes
        && !between[1..].iter().any(|&n| im.is_done(&nodes[n]));
    fits.then_some((between, last, Whole::Norm { x, axes, eps, scale }))
}

/// The axes over which a node takes the mean of a tensor like `x`, if it keeps them; sorted.
fn kept_axes(im: &mut Importer<'_>, nodes: &[Node], at: usize, x: &str) -> Option<Vec<usize>> {
    let node = &nodes[at];
    let Some(Value::Map(map)) = im.value(x) else { return None };
    let rank = map.view.rank();
    let listed = match (node.ints("axes"), node.inputs.get(1)) {
        (Some(axes), _) => axes.to_vec(),
        (None, Some(name)) => constant(im, nodes, at, name)?.whole_numbers().ok()?.to_vec(),
        (None, None) => return None,
    };
    let mut axes = listed.iter().map(|&a| axis(a, rank).ok()).collect::<Option<Vec<usize>>>()?;
    axes.sort_unstable();
    (!axes.is_empty() && node.int("keepdims", 1) != 0).then_some(axes)
}

/// Whether input `i` of a node is computed by the network.
fn is_map(im: &Importer<'_>, node: &Node, i: usize) -> bool {
    matches!(im.input(node, i), Ok(Some(Value::Map(_))))
}

/// The one node that reads the value of node `at` alone, if it is of this kind.
fn next(im: &Importer<'_>, nodes: &[Node], at: usize, op: &str) -> Option<usize> {
    let reader = im.only_reader(nodes[at].outputs.first()?)?;
    (nodes[reader].op == op).then_some(reader)
}

/// The other one of a node's two inputs.
fn other_input<'n>(node: &'n Node, one: &str) -> Option<&'n String> {
    match &node.inputs[..] {
        [a, b] if a == one => Some(b),
        [a, b] if b == one => Some(a),
        _ => None,
    }
}

/// The fixed number that a node joins with the value `x`; it stands at input `place` if that is given.
fn with_number(
    im: &mut Importer<'_>,
    nodes: &[Node],
    at: usize,
    x: &str,
    place: Option<usize>,
) -> Option<f32> {
    let name = other_input(&nodes[at], x)?;
    if place.is_some_and(|place| nodes[at].inputs[place] != *name) {
        return None;
    }
    constant(im, nodes, at, name)?.scalar()
}

/// What node `at` reads under this name, if it is fixed; exports often give it by a node that stands right
/// before the one that reads it.
pub(super) fn constant(im: &mut Importer<'_>, nodes: &[Node], at: usize, name: &str) -> Option<Constant> {
    if let Some(value) = im.value(name) {
        return if let Value::Constant(constant) = value { Some(constant.clone()) } else { None };
    }
    let before = &nodes[at.saturating_sub(BESIDE)..at];
    let giver = before.iter().find(|node| node.op == "Constant" && node.outputs.iter().any(|o| o == name))?;
    fold::node(im, giver).ok()?
}

/// Numbers of the files are rounded to single or half precision.
fn near(a: f32, b: f32) -> bool {
    (a - b).abs() <= 1e-3 * b.abs()
}
