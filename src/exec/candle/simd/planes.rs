//! From outputs in the lanes to planes of pixels.

use super::{Clamp, Simd};

/// What [`planes`] reads and writes.
#[derive(Clone, Copy)]
pub struct PlanesArgs<'a> {
    /// `[pixels][width]`, the sums of the outputs of each pixel; `LANES` more pixels behind them can be read.
    pub sums: *const f32,
    /// Values from one pixel to the next, a multiple of `LANES`.
    pub width: usize,
    /// Pixels.
    pub pixels: usize,
    /// Where the pixels of each output go.
    pub outputs: &'a [*mut f32],
    /// What is added to each output, null where there is nothing; or none.
    pub added: &'a [*const f32],
    /// What is done to the sums at last.
    pub clamp: Clamp,
}

/// A square of values, `LANES` by `LANES`.
#[repr(align(64))]
pub struct Square(pub [[f32; 16]; 16]);

/// Writes the pixels of each output side by side.
///
/// # Safety
/// As for [`Simd`]; `outputs` and `added` must be valid for the pixels, and `width` be at least their number.
#[inline(always)]
pub unsafe fn planes<S: Simd>(a: PlanesArgs<'_>) {
    let mut square = Square([[0.0; 16]; 16]);
    let (low, high) = a.clamp.limits();
    // SAFETY: the caller vouches for the reads and writes.
    unsafe {
        let (low, high) = (S::splat(low), S::splat(high));
        for first in (0..a.outputs.len()).step_by(S::LANES) {
            let outputs = &a.outputs[first..a.outputs.len().min(first + S::LANES)];
            for pixel in (0..a.pixels).step_by(S::LANES) {
                S::transpose(a.sums.add(pixel * a.width + first), a.width, &mut square);
                let count = S::LANES.min(a.pixels - pixel);
                for (o, to) in outputs.iter().enumerate() {
                    let mut sum = S::load(square.0[o].as_ptr());
                    if let Some(added) = a.added.get(first + o).filter(|added| !added.is_null()) {
                        sum = S::add(sum, S::load_part(added.add(pixel), 0, count));
                    }
                    S::store_part(to.add(pixel), S::at_most(S::at_least(sum, low), high), count);
                }
            }
        }
    }
}
