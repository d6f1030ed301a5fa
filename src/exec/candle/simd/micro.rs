//! The two inner loops of every convolution: a block of outputs x pixels held in registers while
//! the taps go by. They differ in what lies in the lanes of a vector.

#![allow(clippy::needless_range_loop, reason = "loops over registers: each must unroll to plain indices")]

use super::{Clamp, Simd};

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
    /// Start values, `MR`; those of outputs that do not exist do not matter.
    pub bias: &'a [f32],
    /// Planes that are added to those of `outputs`, null where there is nothing to add; or none.
    pub added: &'a [*const f32],
    /// What is done to the sums at last.
    pub clamp: Clamp,
}

/// Pixels in the lanes: `MR` outputs x `NR` vectors of pixels. For maps of many pixels.
///
/// # Safety
/// As for [`Simd`]. `input + offset + read` must be valid for `LANES` values for every tap and
/// vector, and `output + write` (and `added + write`) for as many values as the vector's mask has bits, and no other
/// thread may touch those.
#[inline(always)]
pub unsafe fn pixels<S: Simd, const MR: usize, const NR: usize>(a: PixelsArgs<'_>) {
    debug_assert!(a.vectors.len() <= NR && !a.vectors.is_empty());
    debug_assert!(a.outputs.len() <= MR);
    assert_eq!(a.bias.len(), MR, "start values");
    debug_assert_eq!(a.weights.len(), a.offsets.len() * MR);
    // SAFETY: the caller vouches for the reads of the input and the writes; `weights` holds `MR`
    // values per tap (asserted where the block is packed).
    unsafe {
        let zero = S::splat(0.0);
        let mut acc = [[zero; NR]; MR];
        for m in 0..MR {
            acc[m] = [S::splat(a.bias[m]); NR];
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
        store::<S, MR, NR>(&acc, a);
    }
}

/// Most outputs of a block of [`mixed`].
pub const MIXED_OUTPUTS: usize = 8;

/// How far ahead weights are fetched that are read once for few pixels.
const WEIGHTS_AHEAD: usize = 1024;

/// What [`mixed`] reads and writes beside what [`pixels`] does.
#[derive(Clone, Copy)]
pub struct MixedArgs<'a> {
    /// As for [`pixels`], but `weights` holds for each tap the weights of the outputs that read it.
    pub pixels: PixelsArgs<'a>,
    /// Runs of taps: which outputs read them, one bit each, and how many there are.
    pub segments: &'a [(u8, u32)],
}

/// Whether only lanes of the second half of a vector are pixels, as in a last one that was moved back.
pub const fn is_half(mask: u32, lanes: usize) -> bool {
    mask & ((1 << (lanes / 2)) - 1) == 0
}

/// [`pixels`] for up to eight outputs that read different taps: what several of them read is loaded once. If the last
/// vector is `HALF` empty, its pixels are computed for two outputs at a time.
///
/// # Safety
/// As for [`pixels`]; the counts of the segments add up to the taps, and `weights` holds one value for
/// each bit of each tap.
#[inline(always)]
pub unsafe fn mixed<S: Simd, const NR: usize, const HALF: bool>(a: MixedArgs<'_>) {
    let MixedArgs { pixels: p, segments } = a;
    debug_assert!(!HALF || is_half(p.vectors[NR - 1].mask, S::LANES));
    debug_assert!(p.vectors.len() <= NR && !p.vectors.is_empty());
    debug_assert!(p.outputs.len() <= MIXED_OUTPUTS);
    assert_eq!(p.bias.len(), MIXED_OUTPUTS, "start values");
    // SAFETY: the caller vouches for the reads and writes.
    unsafe {
        let mut acc = [[S::splat(0.0); NR]; MIXED_OUTPUTS];
        for m in 0..MIXED_OUTPUTS {
            acc[m] = [S::splat(p.bias[m]); NR];
        }
        // A missing vector reads what the first one reads and stores nothing.
        let mut read = [p.input.add(p.vectors[0].read as usize); NR];
        for (r, v) in p.vectors.iter().enumerate().take(NR) {
            read[r] = p.input.add(v.read as usize);
        }
        let (mut offsets, mut w) = (p.offsets.as_ptr(), p.weights.as_ptr());
        for &(outputs, count) in segments {
            let taps = std::slice::from_raw_parts(offsets, count as usize);
            offsets = offsets.add(count as usize);
            macro_rules! of {
                ($($count:literal)+) => {
                    match outputs.count_ones() {
                        $($count => w = segment::<S, NR, $count, HALF>(&mut acc, outputs, &read, taps, w),)+
                        _ => debug_assert!(false, "a tap that no output reads"),
                    }
                };
            }
            of!(1 2 3 4 5 6 7 8);
        }
        store::<S, MIXED_OUTPUTS, NR>(&acc, p);
    }
}

/// The taps of one segment, read by the `K` outputs that are bits of `outputs`. Returns where the next
/// weights are.
///
/// # Safety
/// As for [`mixed`].
#[inline(always)]
unsafe fn segment<S: Simd, const NR: usize, const K: usize, const HALF: bool>(
    acc: &mut [[S::V; NR]; MIXED_OUTPUTS],
    outputs: u8,
    read: &[*const f32; NR],
    taps: &[u32],
    mut w: *const f32,
) -> *const f32 {
    let mut places = [0; K];
    let mut rest = outputs;
    for place in &mut places {
        *place = rest.trailing_zeros() as usize % MIXED_OUTPUTS;
        rest &= rest.wrapping_sub(1);
    }
    // Copies of the sums that change: the loop keeps them in registers.
    let mut sums = [acc[0]; K];
    for k in 0..K {
        sums[k] = acc[places[k]];
    }
    // Of an output whose last vector is computed together with the next one's, all but that vector.
    let together = |k: usize| HALF && k < K - K % 2;
    // SAFETY: the caller vouches for the reads.
    unsafe {
        // Of each two outputs the last vectors, their lanes in turn.
        let mut pairs = [S::splat(0.0); K];
        for &offset in taps {
            S::prefetch(w.wrapping_add(WEIGHTS_AHEAD));
            let mut x = [S::splat(0.0); NR];
            for r in 0..NR {
                x[r] = S::load(read[r].add(offset as usize));
            }
            if HALF {
                let [_, twice] = S::interleave([x[NR - 1]; 2]);
                for k in (0..K - K % 2).step_by(2) {
                    pairs[k] = S::mul_add(twice, S::splat_pair(w.add(k)), pairs[k]);
                }
            }
            for k in 0..K {
                let weight = S::splat(*w);
                w = w.add(1);
                for r in 0..if together(k) { NR - 1 } else { NR } {
                    sums[k][r] = S::mul_add(x[r], weight, sums[k][r]);
                }
            }
        }
        if HALF {
            for k in (0..K - K % 2).step_by(2) {
                let apart = S::even_odd(S::splat(0.0), pairs[k]);
                for i in 0..2 {
                    sums[k + i][NR - 1] = S::add(sums[k + i][NR - 1], apart[i]);
                }
            }
        }
    }
    for k in 0..K {
        acc[places[k]] = sums[k];
    }
    w
}

/// Writes the sums of the outputs and vectors that exist.
///
/// # Safety
/// As for [`pixels`].
#[inline(always)]
unsafe fn store<S: Simd, const MR: usize, const NR: usize>(acc: &[[S::V; NR]; MR], a: PixelsArgs<'_>) {
    let full = ((1_u64 << S::LANES) - 1) as u32;
    let whole = a.outputs.len() == MR && a.vectors.len() == NR && a.vectors.iter().all(|v| v.mask == full);
    // SAFETY: the caller vouches for the writes, and for what is added.
    unsafe {
        if whole && a.added.is_empty() && a.clamp == Clamp::default() {
            for m in 0..MR {
                for r in 0..NR {
                    S::store(a.outputs[m].add(a.vectors[r].write as usize), acc[m][r]);
                }
            }
            return;
        }
        let (low, high) = a.clamp.limits();
        let (low, high) = (S::splat(low), S::splat(high));
        if whole {
            for m in 0..MR {
                for r in 0..NR {
                    let place = a.vectors[r].write as usize;
                    let mut sum = acc[m][r];
                    if !a.added.is_empty() && !a.added[m].is_null() {
                        sum = S::add(sum, S::load(a.added[m].add(place)));
                    }
                    S::store(a.outputs[m].add(place), S::at_most(S::at_least(sum, low), high));
                }
            }
            return;
        }
        for m in 0..MR.min(a.outputs.len()) {
            for r in 0..NR {
                let Some(v) = a.vectors.get(r) else { break };
                let count = v.mask.count_ones() as usize;
                let mut sum = S::pack(acc[m][r], v.mask);
                if let Some(added) = a.added.get(m).filter(|added| !added.is_null()) {
                    sum = S::add(sum, S::load_part(added.add(v.write as usize), 0, count));
                }
                sum = S::at_most(S::at_least(sum, low), high);
                S::store_part(a.outputs[m].add(v.write as usize), sum, count);
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
    /// What will be read next, and how much of it to fetch with each tap: the weights of a small
    /// map come from far away and are used for few pixels.
    pub ahead: *const f32,
    /// Values from one prefetch to the next.
    pub ahead_step: usize,
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
        let mut ahead = a.ahead;
        for &offset in a.offsets {
            S::prefetch(ahead);
            ahead = ahead.wrapping_add(a.ahead_step);
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
