//! Plain arrays, for machines without vector instructions that we know.

use super::Simd;

/// Four values; the compiler makes of them what the target has.
#[derive(Clone, Copy)]
pub struct Portable;

// SAFETY: uses no instructions beyond the target's baseline; reads and writes four values.
unsafe impl Simd for Portable {
    type V = [f32; 4];
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::V {
        [value; 4]
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::V {
        // SAFETY: the caller gives a pointer valid for four values.
        unsafe { from.cast::<[f32; 4]>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, v: Self::V) {
        // SAFETY: the caller gives a pointer valid for four values.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(v) }
    }

    #[inline(always)]
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V {
        [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
    }

    #[inline(always)]
    unsafe fn at_least(v: Self::V, low: Self::V) -> Self::V {
        std::array::from_fn(|i| if v[i] < low[i] { low[i] } else { v[i] })
    }

    #[inline(always)]
    unsafe fn at_most(v: Self::V, high: Self::V) -> Self::V {
        std::array::from_fn(|i| if v[i] > high[i] { high[i] } else { v[i] })
    }

    #[inline(always)]
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        // Not `f32::mul_add`: without the instruction that is a call into the maths library.
        [a[0] * b[0] + c[0], a[1] * b[1] + c[1], a[2] * b[2] + c[2], a[3] * b[3] + c[3]]
    }
}
