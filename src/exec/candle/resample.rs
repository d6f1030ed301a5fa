//! Operations that change the number of pixels or choose channels: pools, upsampling, slices.

use crate::graph::{Pool2d, PoolKind};
use crate::tensor::Shape;

use super::buffer::{fill, map, pieces};

/// Pools `x` of shape `from` to the shape `to`. Pixels outside the map never count: the average
/// is over the valid ones. A NaN in a window gives NaN.
pub fn pool(pool: &Pool2d, x: &[f32], from: Shape, to: Shape) -> Vec<f32> {
    let columns: Vec<Columns> = (0..pool.kernel).map(|kx| Columns::new(pool, kx, from.w, to.w)).collect();
    // Valid columns under the window of each output column.
    let mut widths = vec![0.0_f32; to.w];
    for c in &columns {
        widths[c.first..c.first + c.count].iter_mut().for_each(|w| *w += 1.0);
    }
    pieces(to.n * to.c, to.plane(), |i, memory| {
        let x = &x[i * from.plane()..(i + 1) * from.plane()];
        let y = fill(
            memory,
            match pool.kind {
                PoolKind::Max => f32::NEG_INFINITY,
                PoolKind::Average => 0.0,
            },
        );
        for (row, y) in y.chunks_exact_mut(to.w).enumerate() {
            let first = row * pool.stride;
            let top = first.saturating_sub(pool.padding.top);
            let end = (first + pool.kernel).saturating_sub(pool.padding.top).min(from.h);
            for line in x.chunks_exact(from.w).take(end).skip(top) {
                for c in &columns {
                    let values = line[c.x.min(line.len())..].iter().step_by(pool.stride);
                    let y = y[c.first..c.first + c.count].iter_mut().zip(values);
                    match pool.kind {
                        PoolKind::Max => y.for_each(|(y, &v)| *y = if v > *y || v.is_nan() { v } else { *y }),
                        PoolKind::Average => y.for_each(|(y, &v)| *y += v),
                    }
                }
            }
            if pool.kind == PoolKind::Average {
                let height = end.saturating_sub(top) as f32;
                y.iter_mut().zip(&widths).for_each(|(y, w)| *y /= (height * w).max(1.0));
            }
        }
        y
    })
}

/// The output columns for which one column of the window lies inside the map.
struct Columns {
    first: usize,
    count: usize,
    /// Input column of `first`.
    x: usize,
}

impl Columns {
    fn new(pool: &Pool2d, kx: usize, from: usize, to: usize) -> Self {
        let (s, left) = (pool.stride, pool.padding.left);
        let first = left.saturating_sub(kx).div_ceil(s).min(to);
        let x = (first * s + kx).saturating_sub(left);
        let count = from.saturating_sub(x).div_ceil(s).min(to - first);
        Self { first, count, x }
    }
}

/// The mean of each of the planes of `plane` values.
pub fn global_average(x: &[f32], plane: usize) -> Vec<f32> {
    pieces(x.len() / plane, 1, |i, memory| {
        let sum: f64 = x[i * plane..(i + 1) * plane].iter().map(|&v| f64::from(v)).sum();
        fill(memory, (sum / plane as f64) as f32)
    })
}

/// Every pixel repeated `factor x factor` times, cut to the shape `to`.
pub fn upsample(factor: usize, x: &[f32], from: Shape, to: Shape) -> Vec<f32> {
    pieces(to.n * to.c, to.plane(), |i, memory| {
        let x = &x[i * from.plane()..(i + 1) * from.plane()];
        let y = fill(memory, 0.0);
        for (line, rows) in x.chunks_exact(from.w).zip(y.chunks_mut(factor * to.w)) {
            let (first, others) = rows.split_at_mut(to.w);
            for (cells, &value) in first.chunks_mut(factor).zip(line) {
                cells.fill(value);
            }
            for other in others.chunks_exact_mut(to.w) {
                other.copy_from_slice(first);
            }
        }
        y
    })
}

/// Channels `start .. start + to.c` of maps of the shape `from`.
pub fn slice_channels(start: usize, x: &[f32], from: Shape, to: Shape) -> Vec<f32> {
    let plane = from.plane();
    pieces(to.n * to.c, plane, |i, memory| {
        let first = (i / to.c * from.c + start + i % to.c) * plane;
        map(memory, &x[first..first + plane], |v| v)
    })
}
