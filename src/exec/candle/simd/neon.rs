//! 128-bit vectors of aarch64.

use std::arch::aarch64::{
    float32x4_t, vaddq_f32, vdupq_n_f32, vfmaq_f32, vld1q_f32, vmaxq_f32, vminq_f32, vst1q_f32,
};

use super::Simd;

/// Four values in a NEON register.
#[derive(Clone, Copy)]
pub struct Neon;

// SAFETY: NEON is part of every aarch64 target; reads and writes four values.
unsafe impl Simd for Neon {
    type V = float32x4_t;
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::V {
        // SAFETY: NEON is there.
        unsafe { vdupq_n_f32(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::V {
        // SAFETY: the caller gives a pointer valid for four values.
        unsafe { vld1q_f32(from) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, v: Self::V) {
        // SAFETY: the caller gives a pointer valid for four values.
        unsafe { vst1q_f32(to, v) }
    }

    #[inline(always)]
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V {
        // SAFETY: NEON is there.
        unsafe { vaddq_f32(a, b) }
    }

    #[inline(always)]
    unsafe fn at_least(v: Self::V, low: Self::V) -> Self::V {
        // SAFETY: NEON is there.
        unsafe { vmaxq_f32(v, low) }
    }

    #[inline(always)]
    unsafe fn at_most(v: Self::V, high: Self::V) -> Self::V {
        // SAFETY: NEON is there.
        unsafe { vminq_f32(v, high) }
    }

    #[inline(always)]
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        // SAFETY: NEON is there.
        unsafe { vfmaq_f32(c, a, b) }
    }
}
