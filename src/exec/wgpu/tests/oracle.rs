//! The equations as plain loops in f64: the Rust twins of the kernels.

use crate::graph::{Activation, Conv2d, Graph, Node, NormOver, Op, Pool2d, PoolKind, Weight};
use crate::tensor::{HostTensor, Shape};

/// Every value of the graph.
pub(super) fn run(graph: &Graph, inputs: &[HostTensor]) -> Vec<HostTensor> {
    let mut values: Vec<HostTensor> = Vec::new();
    let mut given = inputs.iter();
    for node in graph.nodes() {
        let value = match &node.op {
            Op::Input => given.next().expect("an input is missing").clone(),
            _ => {
                let args: Vec<&HostTensor> = node.inputs.iter().map(|i| &values[i.index()]).collect();
                evaluate(graph, node, &args)
            }
        };
        values.push(value);
    }
    values
}

fn evaluate(graph: &Graph, node: &Node, args: &[&HostTensor]) -> HostTensor {
    let y = node.shape;
    let x = args[0];
    let at = |n, c, i, j| f64::from(x.at(n, c, i, j));
    let w = |i: usize| node.weights.get(i).map(|&w| graph.weight(w));
    let weight = |i: usize, at: usize| w(i).map_or(0.0, |w| f64::from(w.values[at]));
    match &node.op {
        Op::Input => unreachable!("given"),
        Op::Conv2d(conv) => conv2d(x, conv, w(0).expect("kernel"), w(1), y),
        Op::Linear => fill(y, |n, o, _, _| {
            weight(1, o)
                + (0..x.shape().c).map(|i| weight(0, o * x.shape().c + i) * at(n, i, 0, 0)).sum::<f64>()
        }),
        Op::BatchNorm { eps } => fill(y, |n, c, i, j| {
            let spread = (weight(3, c) + f64::from(*eps)).sqrt();
            (at(n, c, i, j) - weight(2, c)) / spread * weight(0, c) + weight(1, c)
        }),
        Op::Activation(f) => fill(y, |n, c, i, j| match f {
            Activation::Relu => at(n, c, i, j).max(0.0),
            Activation::Relu6 => at(n, c, i, j).clamp(0.0, 6.0),
            Activation::Sigmoid => 1.0 / (1.0 + (-at(n, c, i, j)).exp()),
            Activation::HardSigmoid => (at(n, c, i, j) / 6.0 + 0.5).clamp(0.0, 1.0),
            Activation::HardSwish => at(n, c, i, j) * (at(n, c, i, j) / 6.0 + 0.5).clamp(0.0, 1.0),
            Activation::LeakyRelu(a) => at(n, c, i, j).max(at(n, c, i, j) * f64::from(a.get())),
            Activation::Elu(a) => match at(n, c, i, j) {
                v if v > 0.0 => v,
                v => f64::from(a.get()) * (v.exp() - 1.0),
            },
            Activation::Tanh => 1.0 - 2.0 / ((2.0 * at(n, c, i, j)).exp() + 1.0),
            Activation::Softplus => (1.0 + at(n, c, i, j).exp()).ln(),
            Activation::Log => at(n, c, i, j).ln(),
            Activation::Gelu => at(n, c, i, j) * normal_share(at(n, c, i, j)),
            Activation::GeluTanh => {
                let v = at(n, c, i, j);
                let slope = (2.0 / std::f64::consts::PI).sqrt();
                0.5 * v * (1.0 + (slope * (v + 0.044_715 * v.powi(3))).tanh())
            }
            Activation::Erf => 2.0 * normal_share(at(n, c, i, j) * 2_f64.sqrt()) - 1.0,
            Activation::Exp => at(n, c, i, j).exp(),
            Activation::Abs => at(n, c, i, j).max(-at(n, c, i, j)),
            Activation::Sqrt => at(n, c, i, j).powf(0.5),
            Activation::Reciprocal => at(n, c, i, j).powi(-1),
            Activation::Softsign => at(n, c, i, j) / (1.0 + at(n, c, i, j).abs()),
            Activation::Threshold(limit) => match at(n, c, i, j) {
                v if v > f64::from(limit.get()) => v,
                _ => 0.0,
            },
            Activation::Clip { low, high } => at(n, c, i, j).clamp(low.get().into(), high.get().into()),
        }),
        Op::Pool2d(pool) => pool2d(x, pool, y),
        Op::GlobalAveragePool => fill(y, |n, c, _, _| {
            x.channel(n, c).iter().map(|&v| f64::from(v)).sum::<f64>() / x.shape().plane() as f64
        }),
        Op::AdaptiveAveragePool { h, w } => fill(y, |n, c, i, j| {
            let size = x.shape();
            let rows = i * size.h / h..((i + 1) * size.h).div_ceil(*h);
            let columns = j * size.w / w..((j + 1) * size.w).div_ceil(*w);
            let count = rows.len() * columns.len();
            let sum: f64 = rows.map(|row| columns.clone().map(|col| at(n, c, row, col)).sum::<f64>()).sum();
            sum / count as f64
        }),
        Op::Flatten => {
            let Shape { h, w, .. } = x.shape();
            fill(y, |n, c, _, _| at(n, c / (h * w), c / w % h, c % w))
        }
        Op::Multiply => fill(y, |n, c, i, j| {
            let factor = args[1];
            let (row, col) = if factor.shape() == y { (i, j) } else { (0, 0) };
            at(n, c, i, j) * f64::from(factor.at(n, c, row, col))
        }),
        Op::UpsampleNearest { factor, .. } => fill(y, |n, c, i, j| at(n, c, i / factor, j / factor)),
        Op::Add => fill(y, |n, c, i, j| at(n, c, i, j) + f64::from(args[1].at(n, c, i, j))),
        Op::Concat => fill(y, |n, mut c, i, j| {
            let mut part = 0;
            while c >= args[part].shape().c {
                c -= args[part].shape().c;
                part += 1;
            }
            f64::from(args[part].at(n, c, i, j))
        }),
        Op::SliceChannels { start, .. } => fill(y, |n, c, i, j| at(n, start + c, i, j)),
        Op::DepthwiseTranspose { kernel: k, .. } => {
            fill(y, |n, c, i, j| at(n, c, i / k, j / k) * weight(0, (c * k + i % k) * k + j % k))
        }
        Op::GatherChannels(channels) => fill(y, |n, c, i, j| at(n, channels[c] as usize, i, j)),
        Op::ScatterAdd { channels, .. } => fill(y, |n, c, i, j| {
            let parts = channels.iter().enumerate().filter(|(_, to)| **to as usize == c);
            parts.map(|(part, _)| at(n, part, i, j)).sum()
        }),
        Op::Resample(sampling) => fill(y, |n, c, i, j| {
            let Shape { c: channels, h, w, .. } = x.shape();
            let value = |index: usize| at(n, index / (h * w) % channels, index / w % h, index % w);
            sampling.of(c, i, j).map(|(index, weight)| value(index) * f64::from(weight)).sum()
        }),
        Op::PairSoftmax => fill(y, |n, c, i, j| {
            let (a, b) = (at(n, c, i, j), f64::from(args[1].at(n, c, i, j)));
            1.0 / (1.0 + (b - a).exp())
        }),
        Op::Blend => fill(y, |n, c, i, j| {
            let w = f64::from(args[2].at(n, c, 0, 0));
            w * at(n, c, i, j) + (1.0 - w) * f64::from(args[1].at(n, c, i, j))
        }),
        Op::Normalize { over, eps } => fill(y, |n, c, i, j| {
            // All values of the set, one behind the other; the variance by the mean of the squares.
            let set: Vec<f64> = match over {
                NormOver::Pixel => (0..y.c).map(|c| at(n, c, i, j)).collect(),
                NormOver::Groups(groups) => {
                    let (own, size) = (c / (y.c / groups), y.c / groups);
                    let channels = (own * size..(own + 1) * size).flat_map(|c| x.channel(n, c));
                    channels.map(|&v| f64::from(v)).collect()
                }
            };
            let mean = set.iter().sum::<f64>() / set.len() as f64;
            let squares = set.iter().map(|v| v * v).sum::<f64>() / set.len() as f64;
            (at(n, c, i, j) - mean) / (squares - mean * mean + f64::from(*eps)).sqrt()
        }),
        Op::LocalResponseNorm(norm) => fill(y, |n, c, i, j| {
            let near =
                (0..y.c).filter(|&other| other + (norm.size - 1) / 2 >= c && other <= c + norm.size / 2);
            let sum: f64 = near.map(|other| at(n, other, i, j).powi(2)).sum();
            let power = f64::from(norm.alpha) / norm.size as f64 * sum + f64::from(norm.bias);
            at(n, c, i, j) * (-f64::from(norm.beta) * power.ln()).exp()
        }),
        Op::Softmax => fill(y, |n, c, i, j| {
            let sum: f64 = (0..y.c).map(|c| at(n, c, i, j).exp()).sum();
            at(n, c, i, j).exp() / sum
        }),
    }
}

fn fill(shape: Shape, value: impl Fn(usize, usize, usize, usize) -> f64) -> HostTensor {
    let mut data = Vec::with_capacity(shape.elements());
    for n in 0..shape.n {
        for c in 0..shape.c {
            for i in 0..shape.h {
                data.extend((0..shape.w).map(|j| value(n, c, i, j) as f32));
            }
        }
    }
    HostTensor::new(shape, data)
}

/// The share of the normal distribution below `v`, as the area under its bell in narrow strips.
fn normal_share(v: f64) -> f64 {
    let (strips, from) = (4000, -12.0);
    let width = (v - from) / f64::from(strips);
    let bell = |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    (0..strips).map(|i| bell(from + width * (f64::from(i) + 0.5)) * width).sum()
}

/// `index * stride + tap * dilation - padding`, if it lies in `0 .. size`.
fn source(index: usize, stride: usize, reach: usize, padding: usize, size: usize) -> Option<usize> {
    (index * stride + reach).checked_sub(padding).filter(|&at| at < size)
}

pub(super) fn conv2d(
    x: &HostTensor,
    conv: &Conv2d,
    kernel: &Weight,
    bias: Option<&Weight>,
    y: Shape,
) -> HostTensor {
    let (k, s, d, p) = (conv.kernel, conv.stride, conv.dilation, conv.padding);
    let slots = kernel.dims[1];
    fill(y, |n, o, i, j| {
        let mut sum = bias.map_or(0.0, |b| f64::from(b.values[o]));
        conv.wiring.for_each_kernel(o, x.shape().c, y.c, |kernel2d| {
            for cell in 0..k * k {
                if !kernel2d.extent.has(k, cell) {
                    continue;
                }
                let row = source(i, s, cell / k * d, p.top, x.shape().h);
                let column = source(j, s, cell % k * d, p.left, x.shape().w);
                if let (Some(row), Some(column)) = (row, column) {
                    let w = kernel.values[(o * slots + kernel2d.slot as usize) * k * k + cell];
                    sum += f64::from(w) * f64::from(x.at(n, kernel2d.input as usize, row, column));
                }
            }
        });
        sum
    })
}

fn pool2d(x: &HostTensor, pool: &Pool2d, y: Shape) -> HostTensor {
    let ([kh, kw], [sh, sw], [dh, dw], p) = (pool.kernel, pool.stride, pool.dilation, pool.padding);
    fill(y, |n, c, i, j| {
        let mut under = Vec::new();
        for cell in 0..kh * kw {
            let row = source(i, sh, cell / kw * dh, p.top, x.shape().h);
            let column = source(j, sw, cell % kw * dw, p.left, x.shape().w);
            if let (Some(row), Some(column)) = (row, column) {
                under.push(f64::from(x.at(n, c, row, column)));
            }
        }
        match pool.kind {
            PoolKind::Max => under.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            PoolKind::Average => under.iter().sum::<f64>() / under.len() as f64,
            PoolKind::AverageWithBorder => {
                // From scratch: what the window covers of the map and its border.
                let side = |first: usize, k: usize, d: usize, all: usize| {
                    (0..k).filter(|tap| first + tap * d < all).count()
                };
                let rows = side(i * sh, kh, dh, x.shape().h + p.top + p.bottom);
                let columns = side(j * sw, kw, dw, x.shape().w + p.left + p.right);
                under.iter().sum::<f64>() / (rows * columns) as f64
            }
        }
    })
}
