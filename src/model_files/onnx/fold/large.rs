//! Tensors of any size, as exports compute weights with them: a convolution whose kernel is standardised has the
//! mean and the variance of its weights as nodes.

use super::super::constant::{Constant, elements};
use super::super::import::Importer;
use super::super::node::{Fault, Lowered, Node, axis, broken, unsupported};

/// `f` of each pair of values, which are repeated along axes of length 1.
pub(super) fn with(
    im: &mut Importer<'_>,
    x: &Constant,
    y: &Constant,
    f: impl Fn(f64, f64) -> f64,
) -> Lowered<Constant> {
    let (dims, [of_x, of_y]) = together(&x.dims, &y.dims)?;
    let count = elements(&dims).unwrap_or(usize::MAX);
    im.made.add(count).map_err(Fault::Broken)?;
    let (a, b) = (im.floats(x)?, im.floats(y)?);
    let (at_a, at_b) = (places(&dims, &of_x), places(&dims, &of_y));
    let value = |(i, j): (usize, usize)| f(f64::from(a[i]), f64::from(b[j])) as f32;
    Ok(Constant::of_floats(dims, at_a.zip(at_b).map(value).collect()))
}

/// The sides of what is computed from two tensors, and theirs with as many axes.
pub(super) fn together(x: &[usize], y: &[usize]) -> Lowered<(Vec<usize>, [Vec<usize>; 2])> {
    let rank = x.len().max(y.len());
    let sides = |of: &[usize]| -> Vec<usize> {
        std::iter::repeat_n(1, rank - of.len()).chain(of.iter().copied()).collect()
    };
    let (of_x, of_y) = (sides(x), sides(y));
    let mut dims = Vec::with_capacity(rank);
    for pair in of_x.iter().copied().zip(of_y.iter().copied()) {
        dims.push(match pair {
            (a, b) if a == b => a,
            (1, b) => b,
            (a, 1) => a,
            _ => return broken(format!("its constants of sides {x:?} and {y:?} do not fit")),
        });
    }
    Ok((dims, [of_x, of_y]))
}

/// Where each value of a tensor of sides `dims` lies in one whose sides are `of`, or 1 where it is repeated.
pub(super) fn places(dims: &[usize], of: &[usize]) -> impl Iterator<Item = usize> + use<> {
    let count: usize = dims.iter().product();
    let mut steps = vec![0; dims.len()];
    let mut step = 1;
    for axis in (0..dims.len()).rev() {
        steps[axis] = if of[axis] == 1 { 0 } else { step };
        step *= of[axis];
    }
    let dims = dims.to_vec();
    let (mut at, mut place) = (vec![0; dims.len()], 0);
    (0..count).map(move |_| {
        let now = place;
        for axis in (0..dims.len()).rev() {
            at[axis] += 1;
            place += steps[axis];
            if at[axis] < dims[axis] {
                break;
            }
            place -= steps[axis] * dims[axis];
            at[axis] = 0;
        }
        now
    })
}

/// `ReduceMean` over some axes.
pub(super) fn mean(im: &mut Importer<'_>, node: &Node, x: &Constant) -> Lowered<Constant> {
    let rank = x.dims.len();
    let axes = match im.list(node, 1, "axes")? {
        Some(axes) if !axes.is_empty() => axes,
        _ if node.flag("noop_with_empty_axes") => return Ok(x.clone()),
        _ => (0..rank as i64).collect(),
    };
    let axes: Vec<usize> = axes.iter().map(|&a| axis(a, rank)).collect::<Lowered<_>>()?;
    let kept: Vec<usize> = (0..rank).map(|a| if axes.contains(&a) { 1 } else { x.dims[a] }).collect();
    let values = im.floats(x)?;
    let count = elements(&kept).unwrap_or(usize::MAX);
    if count == 0 || values.is_empty() {
        return unsupported("there is no mean of no values");
    }
    im.made.add(2 * count).map_err(Fault::Broken)?;
    let mut sums = vec![0.0; count];
    for (place, &value) in places(&x.dims, &kept).zip(values.iter()) {
        sums[place] += f64::from(value);
    }
    let each = (values.len() / count) as f64;
    let means = sums.iter().map(|sum| (sum / each) as f32).collect();
    let dims = if node.int("keepdims", 1) == 0 {
        (0..rank).filter(|a| !axes.contains(a)).map(|a| x.dims[a]).collect()
    } else {
        kept
    };
    Ok(Constant::of_floats(dims, means))
}

/// `BatchNormalization` with the axis of the channels behind the first one. In training it takes the
/// statistics of its own input.
pub(super) fn batch_norm(
    im: &mut Importer<'_>,
    node: &Node,
    inputs: &[Option<Constant>],
) -> Lowered<Constant> {
    let [Some(x), Some(scale), Some(shift), Some(mean), Some(var)] = inputs else {
        return broken("an input is missing");
    };
    let Some(&channels) = x.dims.get(1) else { return broken("its input has no channels") };
    let mut parts = Vec::with_capacity(4);
    for part in [scale, shift, mean, var] {
        if part.len() != channels {
            return broken(format!("one of its inputs has the sides {:?}, not [{channels}]", part.dims));
        }
        parts.push(im.floats(part)?);
    }
    let values = im.floats(x)?;
    im.made.add(values.len()).map_err(Fault::Broken)?;
    let inner: usize = x.dims[2..].iter().product();
    let channel = |i: usize| i / inner.max(1) % channels;
    let (mut means, mut vars): (Vec<f64>, Vec<f64>) =
        (parts[2].iter().map(|&v| v.into()).collect(), parts[3].iter().map(|&v| v.into()).collect());
    if node.flag("training_mode") {
        let each = (values.len() / channels.max(1)) as f64;
        let average = |f: &dyn Fn(usize, f64) -> f64| {
            let mut sums = vec![0.0; channels];
            values.iter().enumerate().for_each(|(i, &v)| sums[channel(i)] += f(channel(i), v.into()) / each);
            sums
        };
        means = average(&|_, v| v);
        vars = average(&|c, v| (v - means[c]).powi(2));
    }
    let eps = f64::from(node.float("epsilon", 1e-5));
    let value = |(i, &v): (usize, &f32)| {
        let c = channel(i);
        ((f64::from(v) - means[c]) / (vars[c] + eps).sqrt() * f64::from(parts[0][c]) + f64::from(parts[1][c]))
            as f32
    };
    Ok(Constant::of_floats(x.dims.clone(), values.iter().enumerate().map(value).collect()))
}
