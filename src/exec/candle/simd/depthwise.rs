//! Small kernels on one channel: 3x3 with zeros around the map that are nowhere in memory, 2x2 on squares beside each
//! other, and from each pixel to such a square.

#![allow(clippy::needless_range_loop, reason = "loops over registers: each must unroll to plain indices")]

use std::mem::MaybeUninit;

use super::Simd;

/// What [`depthwise`] reads and writes.
#[derive(Clone, Copy)]
pub struct DepthwiseArgs<'a> {
    /// The channel, row-major.
    pub from: *const f32,
    /// The output, with columns of the same number.
    pub to: *mut f32,
    /// Columns.
    pub w: usize,
    /// Rows.
    pub h: usize,
    /// The rows of the output that are computed; `to` begins with the first.
    pub rows: (usize, usize),
    /// The nine weights, row by row.
    pub weights: &'a [f32; 9],
    /// Start value.
    pub bias: f32,
    /// Distance to what will be read next, of which as much is fetched as is read now.
    pub ahead: usize,
}

/// Stride 1, padding 1. Column of vectors by column: each row is loaded once, not three times.
///
/// # Safety
/// As for [`Simd`]; `from` must be valid for `w * h` values, `to` for those of the rows, which are some of the `h`.
#[inline(always)]
pub unsafe fn depthwise<S: Simd>(a: DepthwiseArgs<'_>) {
    // SAFETY: the caller vouches for the reads and writes; only columns of the map are touched.
    unsafe {
        let zero = S::splat(0.0);
        let bias = S::splat(a.bias);
        let mut w = [[zero; 3]; 3];
        for i in 0..9 {
            w[i / 3][i % 3] = S::splat(a.weights[i]);
        }
        for column in (0..a.w).step_by(S::LANES) {
            // Lane `i` holds column `column + i`, and what the three taps read there.
            let lanes = |end: usize| end.saturating_sub(column).min(S::LANES);
            let (first, ends) = (usize::from(column == 0), [lanes(a.w + 1), lanes(a.w), lanes(a.w - 1)]);
            let row = |y: usize| {
                let x = a.from.wrapping_add(y * a.w + column);
                S::prefetch(x.wrapping_add(a.ahead));
                [
                    S::load_part(x.wrapping_sub(1), first, ends[0]),
                    S::load_part(x, 0, ends[1]),
                    S::load_part(x.wrapping_add(1), 0, ends[2]),
                ]
            };
            let (begin, end) = a.rows;
            let (mut top, mut middle) = (if begin > 0 { row(begin - 1) } else { [zero; 3] }, row(begin));
            for y in begin..end {
                let bottom = if y + 1 < a.h { row(y + 1) } else { [zero; 3] };
                // Three sums, so that they need not wait for each other.
                let mut sums = [bias, zero, zero];
                for i in 0..3 {
                    sums[0] = S::mul_add(top[i], w[0][i], sums[0]);
                    sums[1] = S::mul_add(middle[i], w[1][i], sums[1]);
                    sums[2] = S::mul_add(bottom[i], w[2][i], sums[2]);
                }
                let sum = S::add(S::add(sums[0], sums[1]), sums[2]);
                S::store_part(a.to.add((y - begin) * a.w + column), sum, ends[1]);
                (top, middle) = (middle, bottom);
            }
        }
    }
}

/// What [`pairs`] reads and writes.
#[derive(Clone, Copy)]
pub struct PairsArgs<'a> {
    /// The channel, row-major.
    pub from: *const f32,
    /// Its rows and columns.
    pub size: (usize, usize),
    /// The output.
    pub to: *mut f32,
    /// Columns of the output.
    pub w: usize,
    /// The rows of the output that are computed; `to` begins with the first.
    pub rows: (usize, usize),
    /// The four weights, row by row.
    pub weights: &'a [f32; 4],
    /// Start value.
    pub bias: f32,
}

/// Stride 2, no padding in front; a row or column behind the map counts as zeros.
///
/// # Safety
/// As for [`Simd`]; `from` must be valid for the channel, `to` for the rows. Each output has a first pixel in the map.
#[inline(always)]
pub unsafe fn pairs<S: Simd>(a: PairsArgs<'_>) {
    // SAFETY: the caller vouches for the reads and writes; only pixels of the map are touched.
    unsafe {
        let w = a.weights.map(|w| S::splat(w));
        let bias = S::splat(a.bias);
        let (begin, end) = a.rows;
        for y in begin..end {
            for column in (0..a.w).step_by(S::LANES) {
                let left = a.size.1 - 2 * column;
                let row = |y: usize| {
                    let x = a.from.add(y * a.size.1 + 2 * column);
                    let second = left.saturating_sub(S::LANES).min(S::LANES);
                    let first = S::load_part(x, 0, left.min(S::LANES));
                    S::even_odd(first, S::load_part(x.wrapping_add(S::LANES), 0, second))
                };
                let [even, odd] = row(2 * y);
                let mut sum = S::mul_add(odd, w[1], S::mul_add(even, w[0], bias));
                if 2 * y + 1 < a.size.0 {
                    let [even, odd] = row(2 * y + 1);
                    sum = S::mul_add(odd, w[3], S::mul_add(even, w[2], sum));
                }
                S::store_part(a.to.add((y - begin) * a.w + column), sum, (a.w - column).min(S::LANES));
            }
        }
    }
}

/// What [`squares`] reads and writes.
pub struct SquaresArgs<'a> {
    /// The channel, row-major.
    pub from: &'a [f32],
    /// Columns of the channel.
    pub w: usize,
    /// The output, all of which is written.
    pub to: &'a mut [MaybeUninit<f32>],
    /// Columns of the output; what goes beyond them, or beyond its last row, is cut.
    pub to_w: usize,
    /// The four weights, row by row.
    pub weights: &'a [f32; 4],
}

/// Each pixel times two by two weights, side by side.
///
/// # Safety
/// As for [`Simd`].
#[inline(always)]
pub unsafe fn squares<S: Simd>(a: SquaresArgs<'_>) {
    assert!(a.to_w <= 2 * a.w && a.to.len().div_ceil(2 * a.to_w.max(1)) * a.w <= a.from.len(), "pixels");
    for (y, to) in a.to.chunks_exact_mut(a.to_w.max(1)).enumerate() {
        // SAFETY: each row of the output comes from a row of the channel, which is half as long or longer.
        unsafe {
            let line = a.from.as_ptr().add(y / 2 * a.w);
            let (zero, weights) =
                (S::splat(0.0), [S::splat(a.weights[y % 2 * 2]), S::splat(a.weights[y % 2 * 2 + 1])]);
            for column in (0..a.to_w).step_by(2 * S::LANES) {
                let left = a.to_w - column;
                let x = S::load_part(line.add(column / 2), 0, left.div_ceil(2).min(S::LANES));
                let [first, second] = S::interleave(weights.map(|w| S::mul_add(x, w, zero)));
                let to = to.as_mut_ptr().cast::<f32>().add(column);
                S::store_part(to, first, left.min(S::LANES));
                S::store_part(to.wrapping_add(S::LANES), second, left.saturating_sub(S::LANES).min(S::LANES));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn every_pixel_becomes_a_square() {
        for (h, w) in [(1, 1), (2, 4), (4, 4), (3, 17), (2, 33), (5, 7)] {
            for (to_h, to_w) in [(2 * h, 2 * w), (2 * h - 1, 2 * w - 1)] {
                let from: Vec<f32> = (0..h * w).map(|i| i as f32 - 3.5).collect();
                let weights = [1.0, 2.0, -0.5, 4.0];
                for level in Level::available() {
                    let mut to = vec![MaybeUninit::new(f32::NAN); to_h * to_w];
                    level.squares(SquaresArgs { from: &from, w, to: &mut to, to_w, weights: &weights });
                    for (i, value) in to.iter().enumerate() {
                        let (y, x) = (i / to_w, i % to_w);
                        let expected = from[y / 2 * w + x / 2] * weights[y % 2 * 2 + x % 2];
                        // SAFETY: it was initialised above.
                        assert_eq!(unsafe { value.assume_init() }, expected, "{level:?} {h}x{w} at {y}, {x}");
                    }
                }
            }
        }
    }
}
