//! Norms with the statistics of their input, and local response norm.

use rayon::prelude::*;

use super::buffer::{Unwritten, fill, map, pieces};
use crate::graph::{NormOver, ResponseNorm};
use crate::tensor::Shape;

/// Pixels whose sums stay in the nearest cache while all channels are added.
const PIXELS: usize = 512;

/// `(v - mean) * scale`.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    mean: f64,
    scale: f64,
}

impl Line {
    fn of(self, v: f32) -> f32 {
        ((f64::from(v) - self.mean) * self.scale) as f32
    }
}

/// `(x - mean) / sqrt(var + eps)` within each set of values.
pub fn normalize<'m>(
    over: NormOver,
    eps: f32,
    x: &[f32],
    shape: Shape,
    memory: Unwritten<'m>,
) -> &'m mut [f32] {
    let plane = shape.plane();
    match over {
        NormOver::Pixel => {
            let lines = of_pixels(x, shape, eps);
            pieces(memory, plane, |i, memory| {
                let lines = &lines[i / shape.c * plane..][..plane];
                let x = &x[i * plane..(i + 1) * plane];
                let y = map(memory, x, |v| v);
                y.iter_mut().zip(lines).for_each(|(y, line)| *y = line.of(*y));
                y
            })
        }
        NormOver::Groups(groups) => {
            let lines = of_groups(x, shape, groups, eps);
            let channels = shape.c / groups;
            pieces(memory, plane, |i, memory| {
                let line = lines[i / channels];
                map(memory, &x[i * plane..(i + 1) * plane], |v| line.of(v))
            })
        }
    }
}

/// One for each pixel of each map of the batch.
fn of_pixels(x: &[f32], shape: Shape, eps: f32) -> Vec<Line> {
    let (plane, image) = (shape.plane(), shape.c * shape.plane());
    let mut lines = vec![Line::default(); shape.n * plane];
    let maps = lines.chunks_exact_mut(plane.max(1)).zip(x.chunks_exact(image.max(1)));
    maps.for_each(|(lines, x)| {
        lines.par_chunks_mut(PIXELS).enumerate().for_each(|(chunk, lines)| {
            let first = chunk * PIXELS;
            let count = lines.len();
            let channels = || x.chunks_exact(plane).map(|c| &c[first..first + count]);
            for channel in channels() {
                lines.iter_mut().zip(channel).for_each(|(l, &v)| l.mean += f64::from(v));
            }
            lines.iter_mut().for_each(|l| l.mean /= shape.c as f64);
            for channel in channels() {
                for (l, &v) in lines.iter_mut().zip(channel) {
                    let difference = f64::from(v) - l.mean;
                    l.scale += difference * difference;
                }
            }
            let eps = f64::from(eps);
            lines.iter_mut().for_each(|l| l.scale = 1.0 / (l.scale / shape.c as f64 + eps).sqrt());
        });
    });
    lines
}

/// One for each group of each map of the batch.
fn of_groups(x: &[f32], shape: Shape, groups: usize, eps: f32) -> Vec<Line> {
    let channels = shape.c / groups;
    let count = (channels * shape.plane()) as f64;
    // Channels are summed side by side, then those of a group together.
    let sums = |f: &(dyn Fn(usize, f32) -> f64 + Sync)| -> Vec<f64> {
        let one = |(i, x): (usize, &[f32])| lanes(x, |v| f(i / channels, v));
        let each: Vec<f64> = x.par_chunks_exact(shape.plane().max(1)).enumerate().map(one).collect();
        each.chunks_exact(channels).map(|group| group.iter().sum()).collect()
    };
    let means: Vec<f64> = sums(&|_, v| f64::from(v)).iter().map(|sum| sum / count).collect();
    let squares = sums(&|group, v| {
        let difference = f64::from(v) - means[group];
        difference * difference
    });
    let scale = |sum: &f64| 1.0 / (sum / count + f64::from(eps)).sqrt();
    means.iter().zip(squares.iter().map(scale)).map(|(&mean, scale)| Line { mean, scale }).collect()
}

/// The sum of `f` of each value, in a few sums side by side.
fn lanes(x: &[f32], f: impl Fn(f32) -> f64) -> f64 {
    let mut sums = [0.0; 8];
    let chunks = x.chunks_exact(8);
    let rest: f64 = chunks.remainder().iter().map(|&v| f(v)).sum();
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, &v)| *sum += f(v));
    }
    sums.iter().sum::<f64>() + rest
}

/// `x_c / (bias + alpha / size * sum x_i^2)^beta` over the channels `i` near `c`.
pub fn response_norm<'m>(
    norm: &ResponseNorm,
    x: &[f32],
    shape: Shape,
    memory: Unwritten<'m>,
) -> &'m mut [f32] {
    let (plane, share) = (shape.plane(), norm.share() as f32);
    pieces(memory, plane, |i, memory| {
        let (image, c) = (i / shape.c * shape.c, i % shape.c);
        let y = fill(memory, 0.0);
        for near in norm.window(c, shape.c) {
            let x = &x[(image + near) * plane..][..plane];
            y.iter_mut().zip(x).for_each(|(y, &v)| *y += v * v);
        }
        let x = &x[i * plane..][..plane];
        y.iter_mut().zip(x).for_each(|(y, &v)| *y = v / (norm.bias + share * *y).powf(norm.beta));
        y
    })
}
