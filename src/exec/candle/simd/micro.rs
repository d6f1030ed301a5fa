//! The two inner loops of every convolution: a block of outputs x pixels held in registers while
//! the taps go by. They differ in what lies in the lanes of a vector.

#![allow(clippy::needless_range_loop, reason = "loops over registers: each must unroll to plain indices")]

use super::Simd;

/// Neighbouring pixels of the output that one vector computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelVector {
    /// Where the first lane reads, relative to the offset of a tap.
    pub read: u32,
    /// Index in the output plane of the first lane that is stored.
    pub write: u32,
    /// Lanes that are pixels of the output not stored by another vector. In the output they lie
    /// side by side.
    pub mask: u32,
}

/// Most outputs of a block of [`pixels`].
pub const MAX_OUTPUTS: usize = 8;

/// What [`pixels`] reads and writes.
#[derive(Clone, Copy)]
pub struct PixelsArgs<'a> {
    /// The (padded) input.
    pub input: *const f32,
    /// Per tap its distance from `input`.
    pub offsets: &'a [u32],
    /// `[tap][MR]`.
    pub weights: &'a [f32],
    /// The vectors of pixels, `NR` or fewer.
    pub vectors: &'a [PixelVector],
    /// Start of the output plane of each output that exists, `MR` or fewer.
    pub outputs: &'a [*mut f32],
    /// Start values, one for each of `outputs`.
    pub bias: &'a [f32],
}

/// Pixels in the lanes: `MR` outputs x `NR` vectors of pixels. For maps of many pixels.
///
/// # Safety
/// As for [`Simd`]. `input + offset + read` must be valid for `LANES` values for every tap and
/// vector, and `output + write` for as many values as the vector's mask has bits, and no other
/// thread may touch those.
#[inline(always)]
pub unsafe fn pixels<S: Simd, const MR: usize, const NR: usize>(a: PixelsArgs<'_>) {
    debug_assert!(a.vectors.len() <= NR && !a.vectors.is_empty());
    debug_assert!(a.outputs.len() <= MR && a.outputs.len() == a.bias.len());
    debug_assert_eq!(a.weights.len(), a.offsets.len() * MR);
    // SAFETY: the caller vouches for the reads of the input and the writes; `weights` holds `MR`
    // values per tap (asserted where the block is packed).
    unsafe {
        let zero = S::splat(0.0);
        let mut acc = [[zero; NR]; MR];
        for (m, &b) in a.bias.iter().enumerate().take(MR) {
            acc[m] = [S::splat(b); NR];
        }
        // A missing vector reads what the first one reads and stores nothing.
        let mut read = [a.input.add(a.vectors[0].read as usize); NR];
        for (r, v) in a.vectors.iter().enumerate().take(NR) {
            read[r] = a.input.add(v.read as usize);
        }
        let mut w = a.weights.as_ptr();
        for &offset in a.offsets {
            let mut x = [zero; NR];
            for r in 0..NR {
                x[r] = S::load(read[r].add(offset as usize));
            }
            for acc in &mut acc {
                let weight = S::splat(*w);
                w = w.add(1);
                for r in 0..NR {
                    acc[r] = S::mul_add(x[r], weight, acc[r]);
                }
            }
        }
        let full = ((1_u64 << S::LANES) - 1) as u32;
        for m in 0..MR {
            if m < a.outputs.len() {
                for r in 0..NR {
                    if r < a.vectors.len() {
                        let v = a.vectors[r];
                        let to = a.outputs[m].add(v.write as usize);
                        if v.mask == full {
                            S::store(to, acc[m][r]);
                        } else {
                            S::store_packed(to, acc[m][r], v.mask);
                        }
                    }
                }
            }
        }
    }
}

/// What [`outputs`] reads and writes.
#[derive(Clone, Copy)]
pub struct OutputsArgs<'a> {
    /// The (padded) input.
    pub input: *const f32,
    /// Per tap its distance from `input`.
    pub offsets: &'a [u32],
    /// `[tap][NR * LANES]`.
    pub weights: &'a [f32],
    /// Where each of the `MR` pixels reads, relative to the offset of a tap.
    pub pixels: &'a [u32],
    /// `[MR][NR * LANES]`, added to.
    pub sums: *mut f32,
}

/// Outputs in the lanes: `MR` pixels x `NR` vectors of outputs. For small maps, whose pixels would
/// not fill the lanes.
///
/// # Safety
/// As for [`Simd`]. `input + offset + pixel` must be valid for one value for every tap and pixel;
/// `sums` for `MR * NR * LANES` values.
#[inline(always)]
pub unsafe fn outputs<S: Simd, const MR: usize, const NR: usize>(a: OutputsArgs<'_>) {
    debug_assert_eq!(a.pixels.len(), MR);
    debug_assert_eq!(a.weights.len(), a.offsets.len() * NR * S::LANES);
    // SAFETY: the caller vouches for the reads of the input and for `sums`; `weights` holds
    // `NR * LANES` values per tap.
    unsafe {
        let zero = S::splat(0.0);
        let mut acc = [[zero; NR]; MR];
        let mut read = [a.input; MR];
        for m in 0..MR {
            read[m] = a.input.add(a.pixels[m] as usize);
            for r in 0..NR {
                acc[m][r] = S::load(a.sums.add((m * NR + r) * S::LANES));
            }
        }
        let mut w = a.weights.as_ptr();
        for &offset in a.offsets {
            let mut x = [zero; NR];
            for x in &mut x {
                *x = S::load(w);
                w = w.add(S::LANES);
            }
            for m in 0..MR {
                let value = S::splat(*read[m].add(offset as usize));
                for r in 0..NR {
                    acc[m][r] = S::mul_add(x[r], value, acc[m][r]);
                }
            }
        }
        for m in 0..MR {
            for r in 0..NR {
                S::store(a.sums.add((m * NR + r) * S::LANES), acc[m][r]);
            }
        }
    }
}
