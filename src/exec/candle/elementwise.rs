//! Operations on each value, and softmax.

use crate::graph::{Activation, Graph, Node};
use crate::tensor::Shape;

use super::buffer::{CHUNK, Unwritten, map, pieces};
use super::simd::{Clamp, Level};

/// Activation of every value. A NaN stays one.
pub fn activation<'m>(f: Activation, x: &[f32], memory: Unwritten<'m>) -> &'m mut [f32] {
    let (level, how) = (Level::best(), Clamp::of_activation(f));
    pieces(memory, CHUNK, |i, memory| {
        let x = &x[i * CHUNK..][..memory.len()];
        let Some(how) = how else {
            return map(memory, x, |v| f.apply(f64::from(v)) as f32);
        };
        let y = memory.write_copy_of_slice(x);
        level.clamp(y, how);
        y
    })
}

/// The numbers of a batch norm, one entry per channel.
#[derive(Clone, Debug)]
pub struct PackedNorm(Vec<Channel>);

#[derive(Clone, Copy, Debug)]
struct Channel {
    mean: f32,
    scale: f32,
    bias: f32,
}

impl PackedNorm {
    /// Reads the weights of a batch norm node.
    pub fn new(graph: &Graph, node: &Node, eps: f32) -> Self {
        let values = |i: usize| &graph.weight(node.weights[i]).values;
        let (weight, bias, mean, var) = (values(0), values(1), values(2), values(3));
        Self(
            (0..node.shape.c)
                .map(|c| Channel {
                    mean: mean[c],
                    scale: (f64::from(weight[c]) / (f64::from(var[c]) + f64::from(eps)).sqrt()) as f32,
                    bias: bias[c],
                })
                .collect(),
        )
    }

    /// `(x - mean) * scale + bias`, in this order: a large mean must not cost digits.
    pub fn run<'m>(&self, x: &[f32], shape: Shape, memory: Unwritten<'m>) -> &'m mut [f32] {
        let plane = shape.plane();
        pieces(memory, plane, |i, memory| {
            let Channel { mean, scale, bias } = self.0[i % shape.c];
            map(memory, &x[i * plane..(i + 1) * plane], |v| (v - mean) * scale + bias)
        })
    }
}

/// Softmax over the channels of each pixel.
pub fn softmax<'m>(x: &[f32], shape: Shape, memory: Unwritten<'m>) -> &'m mut [f32] {
    let (image, plane) = (shape.c * shape.plane(), shape.plane());
    pieces(memory, image, |n, memory| {
        let x = &x[n * image..(n + 1) * image];
        let mut largest = vec![f32::NEG_INFINITY; plane];
        for channel in x.chunks_exact(plane) {
            for (m, &v) in largest.iter_mut().zip(channel) {
                *m = m.max(v);
            }
        }
        let y = map(memory, x, |v| v);
        let mut sums = vec![0.0_f64; plane];
        for channel in y.chunks_exact_mut(plane) {
            for ((v, m), sum) in channel.iter_mut().zip(&largest).zip(&mut sums) {
                *v = (*v - m).exp();
                *sum += f64::from(*v);
            }
        }
        for channel in y.chunks_exact_mut(plane) {
            for (v, sum) in channel.iter_mut().zip(&sums) {
                *v = (f64::from(*v) / sum) as f32;
            }
        }
        y
    })
}

/// `exp(a) / (exp(a) + exp(b))` of each value. The larger one is taken off first: `exp` stays finite.
pub fn pair_softmax<'m>(a: &[f32], b: &[f32], memory: Unwritten<'m>) -> &'m mut [f32] {
    for ((y, &a), &b) in memory.iter_mut().zip(a).zip(b) {
        y.write(share(f64::from(a), f64::from(b)));
    }
    assert_eq!((a.len(), b.len()), (memory.len(), memory.len()), "values of a pair");
    // SAFETY: the lengths are equal, so every value was written.
    unsafe { memory.assume_init_mut() }
}

/// `exp(a) / (exp(a) + exp(b))`.
pub fn share(a: f64, b: f64) -> f32 {
    let m = a.max(b);
    ((a - m).exp() / ((a - m).exp() + (b - m).exp())) as f32
}

/// `w a + (1 - w) b` for planes of `plane` values, each with its `w`.
pub fn blend<'m>(w: &[f32], a: &[f32], b: &[f32], plane: usize, memory: Unwritten<'m>) -> &'m mut [f32] {
    pieces(memory, plane, |i, memory| {
        let at = i * plane;
        let y = map(memory, &a[at..at + plane], |a| w[i] * a);
        y.iter_mut().zip(&b[at..at + plane]).for_each(|(y, b)| *y += (1.0 - w[i]) * b);
        y
    })
}

/// The same values.
pub fn copy<'m>(x: &[f32], memory: Unwritten<'m>) -> &'m mut [f32] {
    pieces(memory, CHUNK, |i, memory| {
        let len = memory.len();
        memory.write_copy_of_slice(&x[i * CHUNK..][..len])
    })
}

/// `x * factor` for planes of `plane` values; the factor is one per plane, or one per value.
pub fn multiply<'m>(x: &[f32], factor: &[f32], plane: usize, memory: Unwritten<'m>) -> &'m mut [f32] {
    let each = factor.len() == x.len();
    pieces(memory, plane, |i, memory| {
        let at = i * plane;
        let y = map(memory, &x[at..at + plane], |v| v);
        if each {
            y.iter_mut().zip(&factor[at..at + plane]).for_each(|(y, f)| *y *= f);
        } else {
            y.iter_mut().for_each(|y| *y *= factor[i]);
        }
        y
    })
}

/// `a + b` of each value.
pub fn add<'m>(a: &[f32], b: &[f32], memory: Unwritten<'m>) -> &'m mut [f32] {
    assert_eq!((a.len(), b.len()), (memory.len(), memory.len()), "values to add");
    let level = Level::best();
    pieces(memory, CHUNK, |i, memory| {
        let here = i * CHUNK..i * CHUNK + memory.len();
        let y = memory.write_copy_of_slice(&a[here.clone()]);
        level.add(y, &b[here], Clamp::default());
        y
    })
}
