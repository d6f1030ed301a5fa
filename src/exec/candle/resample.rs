//! Operations that change the number of pixels or choose channels: pools, upsampling, slices.

use crate::graph::{Pool2d, PoolAxis, PoolKind, Sampling};
use crate::tensor::Shape;

use super::buffer::{Unwritten, fill, map, pieces};
use super::simd::{Level, SquaresArgs};

/// Pools `x` of shape `from` to the shape `to`. Pixels outside the map never count, but for the
/// border's in an average with border. A NaN in a window gives NaN.
pub fn pool<'m>(pool: &Pool2d, x: &[f32], from: Shape, to: Shape, memory: Unwritten<'m>) -> &'m mut [f32] {
    let (down, across) = (pool.rows(), pool.columns());
    let columns: Vec<Columns> =
        (0..across.kernel).map(|kx| Columns::new(&across, kx, from.w, to.w)).collect();
    // Columns that count under the window of each output column.
    let widths: Vec<f32> = (0..to.w).map(|i| across.counted(i, from.w) as f32).collect();
    let max = pool.kind == PoolKind::Max;
    let start = if max { f32::NEG_INFINITY } else { 0.0 };
    // No branch: this becomes a comparison and a choice per vector.
    let join = |y: &mut f32, v: f32| {
        *y = if !max {
            *y + v
        } else if v > *y || v.is_nan() {
            v
        } else {
            *y
        }
    };
    pieces(memory, to.plane(), |i, memory| {
        let x = &x[i * from.plane()..(i + 1) * from.plane()];
        let y = fill(memory, start);
        let mut joined = vec![start; from.w];
        for (row, y) in y.chunks_exact_mut(to.w).enumerate() {
            // Rows first, value by value: only what is left has to be read with a stride.
            joined.fill(start);
            for y in down.pixels(row, from.h) {
                let line = &x[y * from.w..][..from.w];
                joined.iter_mut().zip(line).for_each(|(y, &v)| join(y, v));
            }
            for c in &columns {
                let values = joined[c.x.min(from.w)..].iter().step_by(across.stride);
                y[c.first..c.first + c.count].iter_mut().zip(values).for_each(|(y, &v)| join(y, v));
            }
            if !max {
                let height = down.counted(row, from.h) as f32;
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
    fn new(axis: &PoolAxis, tap: usize, from: usize, to: usize) -> Self {
        let (s, at) = (axis.stride, tap * axis.dilation);
        let first = axis.before.saturating_sub(at).div_ceil(s).min(to);
        let x = (first * s + at).saturating_sub(axis.before);
        let count = from.saturating_sub(x).div_ceil(s).min(to - first);
        Self { first, count, x }
    }
}

/// The mean of each of the planes of `plane` values.
pub fn global_average<'m>(x: &[f32], plane: usize, memory: Unwritten<'m>) -> &'m mut [f32] {
    pieces(memory, 1, |i, memory| {
        let sum: f64 = x[i * plane..(i + 1) * plane].iter().map(|&v| f64::from(v)).sum();
        fill(memory, (sum / plane as f64) as f32)
    })
}

/// Means of `x` of shape `from` over the windows that give the shape `to`.
pub fn adaptive_average<'m>(x: &[f32], from: Shape, to: Shape, memory: Unwritten<'m>) -> &'m mut [f32] {
    let window = |i: usize, count: usize, side: usize| i * side / count..((i + 1) * side).div_ceil(count);
    pieces(memory, to.plane(), |i, memory| {
        let x = &x[i * from.plane()..(i + 1) * from.plane()];
        let y = fill(memory, 0.0);
        for (pixel, y) in y.iter_mut().enumerate() {
            let rows = window(pixel / to.w, to.h, from.h);
            let columns = window(pixel % to.w, to.w, from.w);
            let count = (rows.len() * columns.len()) as f64;
            let under = rows.flat_map(|row| &x[row * from.w..][columns.clone()]);
            *y = (under.map(|&v| f64::from(v)).sum::<f64>() / count) as f32;
        }
        y
    })
}

/// Every pixel repeated `factor x factor` times, cut to the shape `to`.
pub fn upsample<'m>(
    factor: usize,
    x: &[f32],
    from: Shape,
    to: Shape,
    memory: Unwritten<'m>,
) -> &'m mut [f32] {
    if factor == 2 {
        return depthwise_transpose(2, &vec![1.0; 4 * to.c], x, from, to, memory);
    }
    pieces(memory, to.plane(), |i, memory| {
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

/// Maps of equal size, each with its number of channels, joined along the channels.
pub fn concat<'m>(parts: &[(&[f32], usize)], to: Shape, memory: Unwritten<'m>) -> &'m mut [f32] {
    // Which part and which of its channels each output channel is.
    let origin: Vec<(usize, usize)> =
        parts.iter().enumerate().flat_map(|(p, &(_, count))| (0..count).map(move |c| (p, c))).collect();
    let plane = to.plane();
    pieces(memory, plane, |i, memory| {
        let (part, channel) = origin[i % to.c];
        let (values, count) = parts[part];
        let first = (i / to.c * count + channel) * plane;
        map(memory, &values[first..first + plane], |v| v)
    })
}

/// Channels `start .. start + to.c` of maps of the shape `from`.
pub fn slice_channels<'m>(
    start: usize,
    x: &[f32],
    from: Shape,
    to: Shape,
    memory: Unwritten<'m>,
) -> &'m mut [f32] {
    let plane = from.plane();
    pieces(memory, plane, |i, memory| {
        let first = (i / to.c * from.c + start + i % to.c) * plane;
        map(memory, &x[first..first + plane], |v| v)
    })
}

/// Every pixel times a `k x k` kernel of its channel, side by side; cut to the shape `to`.
pub fn depthwise_transpose<'m>(
    k: usize,
    weights: &[f32],
    x: &[f32],
    from: Shape,
    to: Shape,
    memory: Unwritten<'m>,
) -> &'m mut [f32] {
    let level = Level::best();
    pieces(memory, to.plane(), |i, memory| {
        let x = &x[i * from.plane()..(i + 1) * from.plane()];
        let kernel = &weights[i % to.c * k * k..][..k * k];
        if let Ok(weights) = kernel.try_into() {
            level.squares(SquaresArgs { from: x, w: from.w, to: memory, to_w: to.w, weights });
            // SAFETY: all of it was written.
            return unsafe { memory.assume_init_mut() };
        }
        let y = fill(memory, 0.0);
        for (row, y) in y.chunks_exact_mut(to.w).enumerate() {
            let (line, taps) = (&x[row / k * from.w..][..from.w], &kernel[row % k * k..][..k]);
            for (cells, value) in y.chunks_mut(k).zip(line) {
                cells.iter_mut().zip(taps).for_each(|(cell, tap)| *cell = value * tap);
            }
        }
        y
    })
}

/// The named channels of maps of the shape `from`.
pub fn gather_channels<'m>(
    channels: &[u32],
    x: &[f32],
    from: Shape,
    to: Shape,
    memory: Unwritten<'m>,
) -> &'m mut [f32] {
    let plane = from.plane();
    pieces(memory, plane, |i, memory| {
        let first = (i / to.c * from.c + channels[i % to.c] as usize) * plane;
        map(memory, &x[first..first + plane], |v| v)
    })
}

/// Maps of zeros of the shape `to` to which each channel of `x` is added at its place.
pub fn scatter_add<'m>(channels: &[u32], x: &[f32], to: Shape, memory: Unwritten<'m>) -> &'m mut [f32] {
    let plane = to.plane();
    let mut sources = vec![Vec::new(); to.c];
    channels.iter().enumerate().for_each(|(j, &c)| sources[c as usize].push(j));
    pieces(memory, plane, |i, memory| {
        let y = fill(memory, 0.0);
        for &j in &sources[i % to.c] {
            let first = (i / to.c * channels.len() + j) * plane;
            y.iter_mut().zip(&x[first..first + plane]).for_each(|(y, x)| *y += x);
        }
        y
    })
}

/// Values of maps of the shape `from`, moved or mixed along their axes.
pub fn sampled<'m>(
    sampling: &Sampling,
    x: &[f32],
    from: Shape,
    to: Shape,
    memory: Unwritten<'m>,
) -> &'m mut [f32] {
    let image = from.c * from.plane();
    let Sampling { channels, rows, columns } = sampling;
    // Most often each column reads one value, as it is.
    let single: Option<Vec<usize>> = (columns.most() == 1 && columns.all().len() == to.w)
        .then(|| columns.all().iter().map(|tap| tap.offset as usize).collect());
    let scale = |column: usize| columns.all()[column].weight;
    pieces(memory, to.plane(), |i, memory| {
        let x = &x[i / to.c * image..][..image];
        let y = fill(memory, 0.0);
        for channel in channels.of(i % to.c) {
            for (row, y) in y.chunks_exact_mut(to.w).enumerate() {
                for line in rows.of(row) {
                    let weight = channel.weight * line.weight;
                    let x = &x[(channel.offset + line.offset) as usize..];
                    if let Some(single) = &single {
                        for (column, (y, &at)) in y.iter_mut().zip(single).enumerate() {
                            *y += weight * scale(column) * x[at];
                        }
                    } else {
                        for (column, y) in y.iter_mut().enumerate() {
                            let taps = columns.of(column).iter();
                            *y += taps.map(|tap| weight * tap.weight * x[tap.offset as usize]).sum::<f32>();
                        }
                    }
                }
            }
        }
        y
    })
}
