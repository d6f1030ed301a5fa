//! Loops over neighbouring values that the compiler turns into vector instructions of each level.

use std::mem::MaybeUninit;

use crate::graph::Activation;

/// Rows of a map that are copied with zeros around them.
pub struct RowsArgs<'a> {
    /// The map, row-major.
    pub from: &'a [f32],
    /// Its columns.
    pub w: usize,
    /// Row of the map that the first row of the copy is; it may lie outside.
    pub first: isize,
    /// Column of the map that is copied first.
    pub column: usize,
    /// Zeros to the left of each row.
    pub left: usize,
    /// Columns that are copied; what remains of a row becomes zeros.
    pub count: usize,
    /// The rows of the copy, all of which are written.
    pub to: &'a mut [MaybeUninit<f32>],
}

/// Copies rows of `pitch` values.
#[inline(always)]
pub fn copy_rows(a: RowsArgs<'_>, pitch: usize) {
    const CHUNK: usize = 16;
    let zero = MaybeUninit::new(0.0);
    for (r, row) in a.to.chunks_exact_mut(pitch).enumerate() {
        let y = a.first + r as isize;
        let Some(line) = usize::try_from(y).ok().and_then(|y| a.from.get(y * a.w..(y + 1) * a.w)) else {
            row.fill(zero);
            continue;
        };
        let (left, rest) = row.split_at_mut(a.left);
        left.iter_mut().for_each(|v| *v = zero);
        let (inside, right) = rest.split_at_mut(a.count);
        right.iter_mut().for_each(|v| *v = zero);
        let line = &line[a.column..a.column + a.count];
        // Chunks of a length the compiler knows: a call of `memcpy` would take longer than the copy.
        let (chunks, last) = line.as_chunks::<CHUNK>();
        let (to_chunks, to_last) = inside.as_chunks_mut::<CHUNK>();
        for (to, chunk) in to_chunks.iter_mut().zip(chunks) {
            to.write_copy_of_slice(chunk);
        }
        if a.count >= CHUNK {
            // The last chunk overlaps the one before.
            if let (Some(to), Some(chunk)) = (inside.last_chunk_mut::<CHUNK>(), line.last_chunk::<CHUNK>()) {
                to.write_copy_of_slice(chunk);
            }
        } else {
            to_last.iter_mut().zip(last).for_each(|(to, v)| *to = MaybeUninit::new(*v));
        }
    }
}

/// What is done to the sums of a convolution at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clamp {
    /// Values below 0 become 0. A NaN stays one.
    pub below: bool,
    /// Values above 6 become 6.
    pub above: bool,
}

impl Clamp {
    /// What an activation does; `None` if it does more than cut off.
    pub const fn of_activation(f: Activation) -> Option<Self> {
        match f {
            Activation::Relu => Some(Self { below: true, above: false }),
            Activation::Relu6 => Some(Self { below: true, above: true }),
            Activation::Sigmoid | Activation::HardSigmoid | Activation::HardSwish => None,
        }
    }

    #[inline(always)]
    fn of(self, v: f32) -> f32 {
        let low = if self.below && v < 0.0 { 0.0 } else { v };
        if self.above && low > 6.0 { 6.0 } else { low }
    }
}

/// `y = clamp(y)`.
#[inline(always)]
pub fn clamp(y: &mut [f32], how: Clamp) {
    match how {
        Clamp { below: true, above: false } => {
            y.iter_mut().for_each(|v| *v = Clamp { below: true, above: false }.of(*v));
        }
        how => y.iter_mut().for_each(|v| *v = how.of(*v)),
    }
}

/// `y = clamp(y + r)`.
#[inline(always)]
pub fn add(y: &mut [f32], r: &[f32], how: Clamp) {
    match how {
        Clamp { below: false, above: false } => y.iter_mut().zip(r).for_each(|(y, r)| *y += r),
        Clamp { below: true, above: false } => {
            let relu = Clamp { below: true, above: false };
            y.iter_mut().zip(r).for_each(|(y, r)| *y = relu.of(*y + r));
        }
        how => y.iter_mut().zip(r).for_each(|(y, r)| *y = how.of(*y + r)),
    }
}

/// Adds each value of `r` to two neighbours; the last one may have one only.
#[inline(always)]
pub fn add_doubled(y: &mut [f32], r: &[f32]) {
    let (pairs, last) = y.as_chunks_mut::<2>();
    let whole = pairs.len();
    for (pair, r) in pairs.iter_mut().zip(r) {
        *pair = [pair[0] + r, pair[1] + r];
    }
    last.iter_mut().for_each(|y| *y += r[whole]);
}

/// The sum of all values. Sixteen sums side by side: one would wait for itself.
#[inline(always)]
pub fn sum(x: &[f32]) -> f64 {
    let (chunks, rest) = x.as_chunks::<16>();
    let mut sums = [0.0_f32; 16];
    for chunk in chunks {
        for (sum, v) in sums.iter_mut().zip(chunk) {
            *sum += v;
        }
    }
    sums.iter().chain(rest).map(|&v| f64::from(v)).sum()
}

/// `y = w a + (1 - w) b`.
#[inline(always)]
pub fn blend(y: &mut [f32], w: f32, a: &[f32], b: &[f32]) {
    for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
        *y = w * a + (1.0 - w) * b;
    }
}
