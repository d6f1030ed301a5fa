//! Every operation with candle's own differentiable ones.

use candle_core::{Device, Result, Tensor, bail};

use super::Step;
use super::patches::patches;
use crate::graph::{Activation, NormOver, Op, Pool2d, PoolAxis, PoolKind, ResponseNorm, Sampling};
use crate::tensor::Shape;

/// The value of one step. Weights are rows of values.
pub(super) fn run(step: &Step, x: &[&Tensor], weights: &[&Tensor]) -> Result<Tensor> {
    let Some(&first) = x.first() else {
        bail!("it reads no map");
    };
    let to = step.node.shape;
    match &step.node.op {
        Op::Input => bail!("an operator has no inputs of its own"),
        Op::Conv2d(conv) => {
            let Some(connections) = &step.connections else { bail!("no connections") };
            let (kernel, bias) = (weights[0], weights.get(1).copied());
            match &step.patches {
                Some(known) => connections.run(known, true, kernel, bias, to),
                None => connections.run(&patches(conv, first, step.from, to)?, false, kernel, bias, to),
            }
        }
        Op::Linear => {
            let kernel = weights[0].reshape((to.c, step.from.c))?;
            let y = first.reshape((to.n, step.from.c))?.matmul(&kernel.t()?)?;
            let y = match weights.get(1) {
                Some(bias) => y.broadcast_add(bias)?,
                None => y,
            };
            y.reshape((to.n, to.c, 1, 1))
        }
        Op::BatchNorm { eps } => {
            let part = |i: usize| weights[i].reshape((1, to.c, 1, 1));
            let deviation = (part(3)? + f64::from(*eps))?.sqrt()?;
            let normed = first.broadcast_sub(&part(2)?)?.broadcast_div(&deviation)?;
            normed.broadcast_mul(&part(0)?)?.broadcast_add(&part(1)?)
        }
        Op::Activation(Activation::Relu) => first.relu(),
        Op::Activation(Activation::Relu6) => first.relu()?.minimum(6_f64),
        // 1 / (1 + exp(-x)) without an exp that could overflow.
        Op::Activation(Activation::Sigmoid) => ((first * 0.5)?.tanh()? + 1.0)? * 0.5,
        Op::Activation(Activation::HardSigmoid) => hard_sigmoid(first),
        Op::Activation(Activation::HardSwish) => first * hard_sigmoid(first)?,
        Op::Activation(Activation::LeakyRelu(slope)) => {
            first.relu()? - (first.neg()?.relu()? * f64::from(slope.get()))?
        }
        Op::Activation(Activation::Elu(scale)) => {
            // The exponential of the part below 0 alone, which cannot overflow.
            first.relu()? + ((first.minimum(0_f64)?.exp()? - 1.0)? * f64::from(scale.get()))?
        }
        Op::Activation(Activation::Tanh) => first.tanh(),
        Op::Activation(Activation::Softplus) => first.relu()? + (first.abs()?.neg()?.exp()? + 1.0)?.log()?,
        Op::Activation(Activation::Log) => first.log(),
        Op::Activation(Activation::Gelu) => first.gelu_erf(),
        Op::Activation(Activation::GeluTanh) => first.gelu(),
        Op::Activation(Activation::Erf) => first.erf(),
        Op::Activation(Activation::Exp) => first.exp(),
        Op::Activation(Activation::Abs) => first.abs(),
        Op::Activation(Activation::Sqrt) => first.sqrt(),
        Op::Activation(Activation::Reciprocal) => first.recip(),
        Op::Activation(Activation::Softsign) => first / (first.abs()? + 1.0)?,
        Op::Activation(Activation::Threshold(limit)) => {
            first * first.gt(limit.get())?.to_dtype(first.dtype())?
        }
        Op::Activation(Activation::Clip { low, high }) => first.maximum(low.get())?.minimum(high.get()),
        Op::Pool2d(pool) => pool2d(pool, first, step.from, to),
        Op::GlobalAveragePool => first.mean_keepdim((2, 3)),
        Op::AdaptiveAveragePool { h, w } => {
            let along = |x: &Tensor, dim: usize, count: usize, side: usize| {
                let windows = (0..count).map(|i| {
                    let (start, end) = (i * side / count, ((i + 1) * side).div_ceil(count));
                    x.narrow(dim, start, end - start)?.mean_keepdim(dim)
                });
                Tensor::cat(&windows.collect::<Result<Vec<_>>>()?, dim)
            };
            along(&along(first, 2, *h, step.from.h)?, 3, *w, step.from.w)
        }
        Op::Flatten => first.reshape((to.n, to.c, 1, 1)),
        Op::Multiply => first.broadcast_mul(x[1]),
        Op::UpsampleNearest { factor, .. } => {
            let Shape { n, c, h, w } = step.from;
            let x = first.reshape(&[n, c, h, 1, w, 1][..])?;
            cut(&x.broadcast_as(&[n, c, h, *factor, w, *factor][..])?, step.from, *factor, to)
        }
        Op::Add => first + x[1],
        Op::Concat => Tensor::cat(x, 1),
        Op::SliceChannels { start, len } => first.narrow(1, *start, *len)?.contiguous(),
        Op::Normalize { over: NormOver::Pixel, eps } => normed(first, *eps),
        Op::Normalize { over: NormOver::Groups(groups), eps } => {
            let sets = first.reshape((to.n * groups, to.c / groups * to.plane()))?;
            normed(&sets, *eps)?.reshape((to.n, to.c, to.h, to.w))
        }
        Op::LocalResponseNorm(norm) => response_norm(norm, first, to),
        Op::Softmax => {
            // The greatest is taken off first: exp stays finite.
            let e = first.broadcast_sub(&first.max_keepdim(1)?.detach())?.exp()?;
            e.broadcast_div(&e.sum_keepdim(1)?)
        }
        Op::DepthwiseTranspose { kernel: k, .. } => {
            let Shape { n, c, h, w } = step.from;
            let x = first.reshape(&[n, c, h, 1, w, 1][..])?;
            let kernel = weights[0].reshape(&[1, c, 1, *k, 1, *k][..])?;
            cut(&x.broadcast_mul(&kernel)?, step.from, *k, to)
        }
        Op::GatherChannels(channels) => first.contiguous()?.index_select(&places(channels)?, 1),
        Op::ScatterAdd { channels, .. } => {
            let zeros = Tensor::zeros((to.n, to.c, to.h, to.w), first.dtype(), &Device::Cpu)?;
            zeros.index_add(&places(channels)?, &first.contiguous()?, 1)
        }
        Op::Resample(sampling) => sampled(sampling, first, step.from, to),
        // 1 / (1 + exp(b - a)) without an exp that could overflow.
        Op::PairSoftmax => (((first - x[1])? * 0.5)?.tanh()? + 1.0)? * 0.5,
        Op::Blend => x[1] + (first - x[1])?.broadcast_mul(x[2])?,
    }
}

/// Values less their mean over axis 1, divided by their deviation there.
fn normed(x: &Tensor, eps: f32) -> Result<Tensor> {
    let centred = x.broadcast_sub(&x.mean_keepdim(1)?)?;
    let deviation = (centred.sqr()?.mean_keepdim(1)? + f64::from(eps))?.sqrt()?;
    centred.broadcast_div(&deviation)
}

fn response_norm(norm: &ResponseNorm, x: &Tensor, to: Shape) -> Result<Tensor> {
    let before = (norm.size - 1) / 2;
    let squares = x.sqr()?.pad_with_zeros(1, before, norm.size - 1 - before)?;
    let sum =
        (1..norm.size).try_fold(squares.narrow(1, 0, to.c)?, |sum, i| sum + squares.narrow(1, i, to.c)?)?;
    x / ((sum * norm.share())? + f64::from(norm.bias))?.powf(f64::from(norm.beta))?
}

/// `min(max(x + 3, 0), 6) / 6`.
fn hard_sigmoid(x: &Tensor) -> Result<Tensor> {
    (x + 3.0)?.relu()?.minimum(6_f64)? * (1.0 / 6.0)
}

fn places(channels: &[u32]) -> Result<Tensor> {
    Tensor::new(channels, &Device::Cpu)
}

/// The sum over the taps: the first of each axis, then the next ones; where a place has no more of them,
/// a zero is read.
fn sampled(sampling: &Sampling, x: &Tensor, from: Shape, to: Shape) -> Result<Tensor> {
    let image = from.c * from.plane();
    let zero = Tensor::zeros((from.n, 1), x.dtype(), &Device::Cpu)?;
    let values = Tensor::cat(&[x.reshape((from.n, image))?, zero], 1)?;
    let all: Vec<Vec<(usize, f32)>> = (0..to.c * to.plane())
        .map(|i| sampling.of(i / to.plane(), i / to.w % to.h, i % to.w).collect())
        .collect();
    let most = all.iter().map(Vec::len).max().unwrap_or(0);
    let mut sum = Tensor::zeros((from.n, all.len()), x.dtype(), &Device::Cpu)?;
    for tap in 0..most {
        let taps = || all.iter().map(|taps| taps.get(tap).copied().unwrap_or((image, 0.0)));
        let at: Vec<u32> = taps().map(|(at, _)| at as u32).collect();
        let weights: Vec<f32> = taps().map(|(_, weight)| weight).collect();
        let read = values.index_select(&places(&at)?, 1)?;
        sum = (sum + read.broadcast_mul(&Tensor::new(weights, &Device::Cpu)?)?)?;
    }
    sum.reshape((to.n, to.c, to.h, to.w))
}

/// Pixels `[N, C, h, f, w, f]` as a map, cut to the size of `to`.
fn cut(pixels: &Tensor, from: Shape, factor: usize, to: Shape) -> Result<Tensor> {
    let whole = pixels.reshape((to.n, to.c, from.h * factor, from.w * factor))?;
    whole.narrow(2, 0, to.h)?.narrow(3, 0, to.w)?.contiguous()
}

fn pool2d(pool: &Pool2d, x: &Tensor, from: Shape, to: Shape) -> Result<Tensor> {
    let (down, across) = (pool.rows(), pool.columns());
    let taps = |x: &Tensor, outside: f32| {
        // A last, incomplete window may hang over the edge.
        let over = |axis: &PoolAxis, count: usize, size: usize| {
            ((count - 1) * axis.stride + axis.reach()).saturating_sub(axis.before + size)
        };
        let x = border(x, 2, down.before, over(&down, to.h, from.h), outside)?;
        let x = border(&x, 3, across.before, over(&across, to.w, from.w), outside)?;
        windows(&x, [&down, &across], to)
    };
    let fold = |taps: Vec<Tensor>, join: fn(&Tensor, &Tensor) -> Result<Tensor>| {
        let mut taps = taps.into_iter();
        let Some(first) = taps.next() else { bail!("an empty window") };
        taps.try_fold(first, |all, tap| join(&all, &tap))
    };
    match pool.kind {
        PoolKind::Max => fold(taps(x, f32::MIN)?, |a, b| a.maximum(b)),
        PoolKind::Average | PoolKind::AverageWithBorder => {
            let sum = fold(taps(x, 0.0)?, |a, b| a + b)?;
            let rows = (0..to.h).map(|i| down.counted(i, from.h));
            let columns: Vec<usize> = (0..to.w).map(|i| across.counted(i, from.w)).collect();
            let counts = rows.flat_map(|r| columns.iter().map(move |c| (r * c) as f64)).collect();
            let counts = Tensor::from_vec::<_, f64>(counts, (1, 1, to.h, to.w), &Device::Cpu)?;
            sum.broadcast_div(&counts.to_dtype(x.dtype())?)
        }
    }
}

/// Pixels of one value before and after a map.
fn border(x: &Tensor, dim: usize, before: usize, after: usize, value: f32) -> Result<Tensor> {
    let side = |size: usize| {
        let mut dims = x.dims().to_vec();
        dims[dim] = size;
        Tensor::full(value, dims, &Device::Cpu)
    };
    let mut parts = Vec::new();
    if before > 0 {
        parts.push(side(before)?);
    }
    parts.push(x.clone());
    if after > 0 {
        parts.push(side(after)?);
    }
    if parts.len() == 1 { Ok(x.clone()) } else { Tensor::cat(&parts, dim) }
}

/// For each tap of a window the map of what lies under it.
///
/// # Shapes
/// `x: [N, C, H, W]`, with its border, gives a map `[N, C, H', W']` for each pixel of the window.
fn windows(x: &Tensor, [down, across]: [&PoolAxis; 2], to: Shape) -> Result<Vec<Tensor>> {
    let mut taps = Vec::with_capacity(down.kernel * across.kernel);
    let along = |x: &Tensor, dim: usize, axis: &PoolAxis, tap: usize, count: usize| {
        let stride = axis.stride;
        let x = x.narrow(dim, tap * axis.dilation, (count - 1) * stride + 1)?;
        if stride == 1 {
            return Ok(x);
        }
        let places: Vec<u32> = (0..count).map(|i| (i * stride) as u32).collect();
        x.contiguous()?.index_select(&Tensor::new(places, &Device::Cpu)?, dim)
    };
    for row in 0..down.kernel {
        let rows = along(x, 2, down, row, to.h)?;
        for column in 0..across.kernel {
            taps.push(along(&rows, 3, across, column, to.w)?.contiguous()?);
        }
    }
    Ok(taps)
}
