//! 256- and 512-bit vectors of x86-64.

#![allow(clippy::needless_range_loop, reason = "loops over registers: each must unroll to plain indices")]

use std::arch::x86_64::{
    __m256, __m512, _MM_HINT_T1, _mm_prefetch, _mm256_add_ps, _mm256_and_si256, _mm256_castpd_ps,
    _mm256_castps_pd, _mm256_cmpgt_epi32, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_maskload_ps,
    _mm256_max_ps, _mm256_min_ps, _mm256_permute2f128_ps, _mm256_permute4x64_pd, _mm256_set1_epi32,
    _mm256_set1_ps, _mm256_setr_epi32, _mm256_shuffle_ps, _mm256_storeu_ps, _mm256_unpackhi_ps,
    _mm256_unpacklo_ps, _mm512_add_epi32, _mm512_add_ps, _mm512_castpd_ps, _mm512_fmadd_ps, _mm512_loadu_ps,
    _mm512_mask_storeu_ps, _mm512_maskz_compress_ps, _mm512_maskz_loadu_ps, _mm512_max_ps, _mm512_min_ps,
    _mm512_permutex2var_ps, _mm512_set1_epi32, _mm512_set1_pd, _mm512_set1_ps, _mm512_setr_epi32,
    _mm512_shuffle_f32x4, _mm512_shuffle_ps, _mm512_storeu_ps, _mm512_unpackhi_ps, _mm512_unpacklo_ps,
};

use super::Simd;
use super::planes::Square;

/// Eight values; needs AVX2 and FMA.
#[derive(Clone, Copy)]
pub struct Avx2;

// SAFETY: reads and writes eight values; the trait asks callers to be on a machine with AVX2 and FMA.
unsafe impl Simd for Avx2 {
    type V = __m256;
    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::V {
        // SAFETY: the caller is compiled for AVX2.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::V {
        // SAFETY: the caller gives a pointer valid for eight values.
        unsafe { _mm256_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, v: Self::V) {
        // SAFETY: the caller gives a pointer valid for eight values.
        unsafe { _mm256_storeu_ps(to, v) }
    }

    #[inline(always)]
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V {
        // SAFETY: the caller is compiled for AVX2.
        unsafe { _mm256_add_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        // SAFETY: the caller is compiled for FMA.
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    unsafe fn load_part(from: *const f32, first: usize, end: usize) -> Self::V {
        // SAFETY: the caller is compiled for AVX2; lanes without a bit in the mask are not read.
        unsafe {
            let lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
            let not_before = _mm256_cmpgt_epi32(lanes, _mm256_set1_epi32(first as i32 - 1));
            let before = _mm256_cmpgt_epi32(_mm256_set1_epi32(end as i32), lanes);
            _mm256_maskload_ps(from, _mm256_and_si256(not_before, before))
        }
    }

    #[inline(always)]
    unsafe fn at_least(v: Self::V, low: Self::V) -> Self::V {
        // SAFETY: the caller is compiled for AVX2. Of two values that cannot be compared it takes the second.
        unsafe { _mm256_max_ps(low, v) }
    }

    #[inline(always)]
    unsafe fn at_most(v: Self::V, high: Self::V) -> Self::V {
        // SAFETY: as above.
        unsafe { _mm256_min_ps(high, v) }
    }

    #[inline(always)]
    unsafe fn even_odd(a: Self::V, b: Self::V) -> [Self::V; 2] {
        // SAFETY: the caller is compiled for AVX2. Of each half two lanes of `a`, then two of `b`; then all of `a` first.
        unsafe {
            let (even, odd) = (_mm256_shuffle_ps::<0x88>(a, b), _mm256_shuffle_ps::<0xdd>(a, b));
            [even, odd].map(|v| _mm256_castpd_ps(_mm256_permute4x64_pd::<0xd8>(_mm256_castps_pd(v))))
        }
    }

    #[inline(always)]
    unsafe fn interleave([even, odd]: [Self::V; 2]) -> [Self::V; 2] {
        // SAFETY: the caller is compiled for AVX2. Within each half first; then the halves change places.
        unsafe {
            let (low, high) = (_mm256_unpacklo_ps(even, odd), _mm256_unpackhi_ps(even, odd));
            [_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high)]
        }
    }

    #[inline(always)]
    unsafe fn transpose(from: *const f32, step: usize, to: &mut Square) {
        // SAFETY: the caller is compiled for AVX2 and gives eight rows. First pairs of rows are woven together, then
        // pairs of pairs, then halves.
        unsafe {
            let mut rows = [_mm256_set1_ps(0.0); 8];
            for i in 0..8 {
                rows[i] = _mm256_loadu_ps(from.add(i * step));
            }
            let mut pairs = rows;
            for i in (0..8).step_by(2) {
                pairs[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
                pairs[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
            }
            let mut fours = rows;
            for i in [0, 4] {
                for j in 0..2 {
                    fours[i + 2 * j] = _mm256_shuffle_ps::<0x44>(pairs[i + j], pairs[i + j + 2]);
                    fours[i + 2 * j + 1] = _mm256_shuffle_ps::<0xee>(pairs[i + j], pairs[i + j + 2]);
                }
            }
            for i in 0..4 {
                let (a, b) = (fours[i], fours[i + 4]);
                _mm256_storeu_ps(to.0[i].as_mut_ptr(), _mm256_permute2f128_ps::<0x20>(a, b));
                _mm256_storeu_ps(to.0[i + 4].as_mut_ptr(), _mm256_permute2f128_ps::<0x31>(a, b));
            }
        }
    }

    #[inline(always)]
    unsafe fn prefetch(at: *const f32) {
        // SAFETY: a prefetch never faults.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(at.cast()) }
    }
}

/// Two values, wherever they lie.
#[repr(C, packed(4))]
#[derive(Clone, Copy)]
struct Pair(u64);

/// Sixteen values; needs AVX-512 F.
#[derive(Clone, Copy)]
pub struct Avx512;

// SAFETY: reads and writes sixteen values; the trait asks callers to be on a machine with AVX-512 F.
unsafe impl Simd for Avx512 {
    type V = __m512;
    const LANES: usize = 16;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::V {
        // SAFETY: the caller is compiled for AVX-512 F.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn splat_pair(from: *const f32) -> Self::V {
        // SAFETY: the caller is compiled for AVX-512 F and gives a pointer valid for two values. Read so that the
        // compiler does not take the single values, which are read as well, out of this one, in four steps each.
        unsafe { _mm512_castpd_ps(_mm512_set1_pd(f64::from_bits(from.cast::<Pair>().read_volatile().0))) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::V {
        // SAFETY: the caller gives a pointer valid for sixteen values.
        unsafe { _mm512_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, v: Self::V) {
        // SAFETY: the caller gives a pointer valid for sixteen values.
        unsafe { _mm512_storeu_ps(to, v) }
    }

    #[inline(always)]
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V {
        // SAFETY: the caller is compiled for AVX-512 F.
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        // SAFETY: the caller is compiled for AVX-512 F.
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    unsafe fn load_part(from: *const f32, first: usize, end: usize) -> Self::V {
        let mask = ((1_u32 << end) - (1_u32 << first)) as u16;
        // SAFETY: the caller gives a pointer valid for these lanes; the others are not read.
        unsafe { _mm512_maskz_loadu_ps(mask, from) }
    }

    #[inline(always)]
    unsafe fn at_least(v: Self::V, low: Self::V) -> Self::V {
        // SAFETY: the caller is compiled for AVX-512 F. Of two values that cannot be compared it takes the second.
        unsafe { _mm512_max_ps(low, v) }
    }

    #[inline(always)]
    unsafe fn at_most(v: Self::V, high: Self::V) -> Self::V {
        // SAFETY: as above.
        unsafe { _mm512_min_ps(high, v) }
    }

    #[inline(always)]
    unsafe fn pack(v: Self::V, mask: u32) -> Self::V {
        // SAFETY: the caller is compiled for AVX-512 F.
        unsafe { _mm512_maskz_compress_ps(mask as u16, v) }
    }

    #[inline(always)]
    unsafe fn even_odd(a: Self::V, b: Self::V) -> [Self::V; 2] {
        // SAFETY: the caller is compiled for AVX-512 F.
        unsafe {
            let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            let odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
            [_mm512_permutex2var_ps(a, even, b), _mm512_permutex2var_ps(a, odd, b)]
        }
    }

    #[inline(always)]
    unsafe fn interleave([even, odd]: [Self::V; 2]) -> [Self::V; 2] {
        // SAFETY: the caller is compiled for AVX-512 F.
        unsafe {
            let first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let second = _mm512_add_epi32(first, _mm512_set1_epi32(8));
            [_mm512_permutex2var_ps(even, first, odd), _mm512_permutex2var_ps(even, second, odd)]
        }
    }

    #[inline(always)]
    unsafe fn store_part(to: *mut f32, v: Self::V, count: usize) {
        // SAFETY: the masked store touches only `count` values.
        unsafe { _mm512_mask_storeu_ps(to, ((1_u32 << count) - 1) as u16, v) }
    }

    #[inline(always)]
    unsafe fn transpose(from: *const f32, step: usize, to: &mut Square) {
        // SAFETY: the caller is compiled for AVX-512 F and gives sixteen rows. First pairs of rows are woven together,
        // then pairs of pairs; then quarters change places, twice.
        unsafe {
            let mut rows = [_mm512_set1_ps(0.0); 16];
            for i in 0..16 {
                rows[i] = _mm512_loadu_ps(from.add(i * step));
            }
            let mut pairs = rows;
            for i in (0..16).step_by(2) {
                pairs[i] = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
                pairs[i + 1] = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
            }
            // Of four rows each, column `i % 4` of every quarter.
            let mut fours = rows;
            for i in (0..16).step_by(4) {
                for j in 0..2 {
                    fours[i + 2 * j] = _mm512_shuffle_ps::<0x44>(pairs[i + j], pairs[i + j + 2]);
                    fours[i + 2 * j + 1] = _mm512_shuffle_ps::<0xee>(pairs[i + j], pairs[i + j + 2]);
                }
            }
            for i in 0..4 {
                let (a, b, c, d) = (fours[i], fours[i + 4], fours[i + 8], fours[i + 12]);
                let (first, second) =
                    (_mm512_shuffle_f32x4::<0x88>(a, b), _mm512_shuffle_f32x4::<0xdd>(a, b));
                let (third, fourth) =
                    (_mm512_shuffle_f32x4::<0x88>(c, d), _mm512_shuffle_f32x4::<0xdd>(c, d));
                _mm512_storeu_ps(to.0[i].as_mut_ptr(), _mm512_shuffle_f32x4::<0x88>(first, third));
                _mm512_storeu_ps(to.0[i + 4].as_mut_ptr(), _mm512_shuffle_f32x4::<0x88>(second, fourth));
                _mm512_storeu_ps(to.0[i + 8].as_mut_ptr(), _mm512_shuffle_f32x4::<0xdd>(first, third));
                _mm512_storeu_ps(to.0[i + 12].as_mut_ptr(), _mm512_shuffle_f32x4::<0xdd>(second, fourth));
            }
        }
    }

    #[inline(always)]
    unsafe fn prefetch(at: *const f32) {
        // SAFETY: a prefetch never faults.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(at.cast()) }
    }
}
