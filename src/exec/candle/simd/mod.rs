//! The vector instructions of this machine behind one small trait, chosen when the program runs.

mod depthwise;
mod level;
pub mod micro;
mod planes;
mod portable;
mod rows;
mod slices;

#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(target_arch = "aarch64")]
mod neon;

pub use depthwise::{DepthwiseArgs, PairsArgs, SquaresArgs};
pub use level::Level;
pub use planes::PlanesArgs;
pub use rows::RowsArgs;
pub use slices::Clamp;

use planes::Square;

/// Vectors of `LANES` values of `f32`.
///
/// # Safety
/// Every method may use instructions that exist only at the [`Level`] the type stands for: call
/// them only inside a function compiled for that level, on a machine that has it. Pointers must be
/// valid for `LANES` values unless a method says otherwise; they need no alignment.
pub unsafe trait Simd: Copy {
    /// One register.
    type V: Copy;
    /// Values in one register, 16 or fewer.
    const LANES: usize;

    /// The same value in every lane.
    unsafe fn splat(value: f32) -> Self::V;
    /// Two values in turn, in every pair of lanes.
    #[inline(always)]
    unsafe fn splat_pair(from: *const f32) -> Self::V {
        // SAFETY: the caller gives a pointer valid for two values.
        unsafe { Self::interleave([Self::splat(*from), Self::splat(*from.add(1))])[0] }
    }

    /// Reads `LANES` values.
    unsafe fn load(from: *const f32) -> Self::V;
    /// Writes `LANES` values.
    unsafe fn store(to: *mut f32, v: Self::V);
    /// `a + b`.
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    /// `a * b + c`.
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V;

    /// Asks for the cache line at `at`, which need not be valid memory.
    #[inline(always)]
    unsafe fn prefetch(at: *const f32) {
        let _ = at;
    }

    /// Reads only the lanes `first .. end` of the vector at `from`; the others are 0.
    ///
    /// # Safety
    /// As for the trait, but only those lanes must be valid memory. `first <= end <= LANES`.
    #[inline(always)]
    unsafe fn load_part(from: *const f32, first: usize, end: usize) -> Self::V {
        let mut lanes = [0.0_f32; 16];
        // SAFETY: the caller gives a pointer valid for these lanes; a register has at most 16.
        unsafe {
            if first == 0 && end == Self::LANES {
                return Self::load(from);
            }
            for (lane, value) in lanes.iter_mut().enumerate().take(end).skip(first) {
                *value = *from.wrapping_add(lane);
            }
            Self::load(lanes.as_ptr())
        }
    }

    /// `v`, but no less than `low`. A NaN stays one.
    unsafe fn at_least(v: Self::V, low: Self::V) -> Self::V;
    /// `v`, but no more than `high`. A NaN stays one.
    unsafe fn at_most(v: Self::V, high: Self::V) -> Self::V;

    /// The lanes whose bit in `mask` is set, side by side from the first lane on.
    #[inline(always)]
    unsafe fn pack(v: Self::V, mask: u32) -> Self::V {
        let (mut lanes, mut packed) = ([0.0_f32; 16], [0.0_f32; 16]);
        // SAFETY: a register has at most 16 lanes.
        unsafe { Self::store(lanes.as_mut_ptr(), v) };
        let mut place = 0;
        for (lane, &value) in lanes.iter().enumerate().take(Self::LANES) {
            if mask >> lane & 1 == 1 {
                packed[place] = value;
                place += 1;
            }
        }
        // SAFETY: as above.
        unsafe { Self::load(packed.as_ptr()) }
    }

    /// Of the lanes of `a`, then `b`: those with even numbers, and those with odd ones.
    #[inline(always)]
    unsafe fn even_odd(a: Self::V, b: Self::V) -> [Self::V; 2] {
        let (mut lanes, mut apart) = ([0.0_f32; 32], [[0.0_f32; 16]; 2]);
        // SAFETY: a register has at most 16 lanes.
        unsafe {
            Self::store(lanes.as_mut_ptr(), a);
            Self::store(lanes.as_mut_ptr().add(Self::LANES), b);
        }
        for (lane, &value) in lanes.iter().enumerate().take(2 * Self::LANES) {
            apart[lane % 2][lane / 2] = value;
        }
        // SAFETY: as above.
        unsafe { [Self::load(apart[0].as_ptr()), Self::load(apart[1].as_ptr())] }
    }

    /// The reverse: lanes of the first and the second in turn.
    #[inline(always)]
    unsafe fn interleave(apart: [Self::V; 2]) -> [Self::V; 2] {
        let (mut lanes, mut joined) = ([[0.0_f32; 16]; 2], [0.0_f32; 32]);
        // SAFETY: a register has at most 16 lanes.
        unsafe {
            Self::store(lanes[0].as_mut_ptr(), apart[0]);
            Self::store(lanes[1].as_mut_ptr(), apart[1]);
        }
        for (lane, value) in joined.iter_mut().enumerate().take(2 * Self::LANES) {
            *value = lanes[lane % 2][lane / 2];
        }
        // SAFETY: as above.
        unsafe { [Self::load(joined.as_ptr()), Self::load(joined.as_ptr().add(Self::LANES))] }
    }

    /// The `LANES` rows of `LANES` values that begin `step` values apart at `from`, with rows and columns exchanged.
    ///
    /// # Safety
    /// As for the trait; every row must be valid memory.
    #[inline(always)]
    unsafe fn transpose(from: *const f32, step: usize, to: &mut Square) {
        for (row, column) in
            (0..Self::LANES).flat_map(|row| (0..Self::LANES).map(move |column| (row, column)))
        {
            // SAFETY: the caller gives `LANES` rows of `LANES` values.
            to.0[column][row] = unsafe { *from.add(row * step + column) };
        }
    }

    /// Writes only the first `count` lanes.
    ///
    /// # Safety
    /// As for the trait, but `to` must be valid for `count` values, `LANES` or fewer.
    #[inline(always)]
    unsafe fn store_part(to: *mut f32, v: Self::V, count: usize) {
        let mut lanes = [0.0_f32; 16];
        // SAFETY: a register has at most 16 lanes; `to` holds `count` values.
        unsafe {
            if count == Self::LANES {
                return Self::store(to, v);
            }
            Self::store(lanes.as_mut_ptr(), v);
            std::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count);
        }
    }
}
