//! Which vector instructions to use, and the kernels compiled for them.

use super::micro::{MIXED_OUTPUTS, MixedArgs, OutputsArgs, PixelsArgs};
use std::sync::OnceLock;

use super::{Clamp, DepthwiseArgs, PairsArgs, PlanesArgs, RowsArgs, SquaresArgs};

/// A kernel with pixels in the lanes, see [`super::micro::pixels`].
pub type PixelsKernel = unsafe fn(PixelsArgs<'_>);
/// A kernel for outputs that read different taps, see [`super::micro::mixed`].
pub type MixedKernel = unsafe fn(MixedArgs<'_>);
/// A kernel with outputs in the lanes, see [`super::micro::outputs`].
pub type OutputsKernel = unsafe fn(OutputsArgs<'_>);

/// Vector instructions that a kernel is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Whatever the compiler may assume of every machine of this kind.
    Portable,
    /// 8 lanes, fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 16 lanes, fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 4 lanes, fused multiply-add.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Level {
    /// Every level this machine can run, slowest first.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "other targets have only one level")]
        let mut levels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            let counts = is_x86_feature_detected!("popcnt") && is_x86_feature_detected!("bmi2");
            if counts && is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                levels.push(Self::Avx2);
            }
            if counts && is_x86_feature_detected!("avx512f") {
                levels.push(Self::Avx512);
            }
        }
        #[cfg(target_arch = "aarch64")]
        levels.push(Self::Neon);
        levels
    }

    /// The fastest level of this machine.
    pub fn best() -> Self {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().pop().unwrap_or(Self::Portable))
    }

    /// The name people know.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portable => "no SIMD",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "AVX-512",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "NEON",
        }
    }

    /// Values in one vector.
    pub const fn lanes(self) -> usize {
        match self {
            Self::Portable => 4,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => 8,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => 16,
            #[cfg(target_arch = "aarch64")]
            Self::Neon => 4,
        }
    }

    /// Most values broadcast per tap (outputs of a block, or pixels of a tile).
    pub const fn max_rows(self) -> usize {
        match self {
            // 16 registers: 6 x 2 sums, 2 vectors, 1 or 2 broadcasts (4 x 3 sums would spill).
            Self::Portable => 6,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => 6,
            // 32 registers: 8 x 3 sums, 3 vectors, 1 broadcast.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => 8,
            #[cfg(target_arch = "aarch64")]
            Self::Neon => 8,
        }
    }

    /// Most outputs that read different taps and are computed together.
    pub const fn mixed_outputs(self) -> usize {
        if self.max_rows() == MIXED_OUTPUTS { MIXED_OUTPUTS } else { 4 }
    }

    /// Most vectors of outputs beside any number of pixels.
    pub const fn max_output_vectors(self) -> usize {
        if self.max_rows() == 8 { 3 } else { 2 }
    }

    /// Most vectors of pixels beside `rows` outputs (1, 2, 4, 6 or 8).
    pub const fn max_vectors(self, rows: usize) -> usize {
        match (self.max_rows(), rows) {
            (_, 1) => 8,
            (8, 2) => 8,
            (8, 4) => 6,
            (_, 2) => 4,
            (8, _) => 3,
            _ => 2,
        }
    }
}

/// The kernels of one level. Rust compiles one copy of the generic loops for each.
macro_rules! level {
    ($name:ident, $simd:ty, $($feature:literal)?) => {
        pub(super) mod $name {
            use super::super::{depthwise, depthwise::{DepthwiseArgs, PairsArgs, SquaresArgs}, micro, micro::{MixedArgs, OutputsArgs, PixelsArgs}, planes, planes::PlanesArgs, slices, slices::Clamp, rows, rows::RowsArgs};

            /// # Safety
            /// See [`micro::pixels`].
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn pixels<const MR: usize, const NR: usize>(a: PixelsArgs<'_>) {
                // SAFETY: the caller keeps the contract; this function is compiled for the level.
                unsafe { micro::pixels::<$simd, MR, NR>(a) }
            }

            /// # Safety
            /// The machine must have the level.
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn clamp(y: &mut [f32], how: Clamp) {
                slices::clamp(y, how);
            }

            /// # Safety
            /// The machine must have the level.
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn add(y: &mut [f32], r: &[f32], how: Clamp) {
                slices::add(y, r, how);
            }

            /// # Safety
            /// The machine must have the level.
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn add_doubled(y: &mut [f32], r: &[f32]) {
                slices::add_doubled(y, r);
            }

            /// # Safety
            /// The machine must have the level.
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn copy_rows(a: RowsArgs<'_>, pitch: usize) {
                // SAFETY: this function is compiled for the level.
                unsafe { rows::copy_rows::<$simd>(a, pitch) }
            }

            /// # Safety
            /// The machine must have the level.
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn sum(x: &[f32]) -> f64 {
                slices::sum(x)
            }

            /// # Safety
            /// The machine must have the level.
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn blend(a: &mut [f32], w: f32, b: &[f32]) {
                slices::blend(a, w, b);
            }

            /// # Safety
            /// See [`micro::mixed`].
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn mixed<const NR: usize, const HALF: bool>(a: MixedArgs<'_>) {
                // SAFETY: the caller keeps the contract; this function is compiled for the level.
                unsafe { micro::mixed::<$simd, NR, HALF>(a) }
            }

            /// # Safety
            /// See [`depthwise::depthwise`].
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn depthwise(a: DepthwiseArgs<'_>) {
                // SAFETY: the caller keeps the contract; this function is compiled for the level.
                unsafe { depthwise::depthwise::<$simd>(a) }
            }

            /// # Safety
            /// See [`depthwise::pairs`].
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn pairs(a: PairsArgs<'_>) {
                // SAFETY: the caller keeps the contract; this function is compiled for the level.
                unsafe { depthwise::pairs::<$simd>(a) }
            }

            /// # Safety
            /// The machine must have the level.
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn squares(a: SquaresArgs<'_>) {
                // SAFETY: this function is compiled for the level.
                unsafe { depthwise::squares::<$simd>(a) }
            }

            /// # Safety
            /// See [`planes::planes`].
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn planes(a: PlanesArgs<'_>) {
                // SAFETY: the caller keeps the contract; this function is compiled for the level.
                unsafe { planes::planes::<$simd>(a) }
            }

            /// # Safety
            /// See [`micro::outputs`].
            $(#[target_feature(enable = $feature)])?
            pub unsafe fn outputs<const MR: usize, const NR: usize>(a: OutputsArgs<'_>) {
                // SAFETY: the caller keeps the contract; this function is compiled for the level.
                unsafe { micro::outputs::<$simd, MR, NR>(a) }
            }
        }
    };
}

level!(portable, crate::exec::candle::simd::portable::Portable,);
#[cfg(target_arch = "x86_64")]
level!(avx2, crate::exec::candle::simd::x86::Avx2, "avx2,fma,popcnt,bmi2");
#[cfg(target_arch = "x86_64")]
level!(avx512, crate::exec::candle::simd::x86::Avx512, "avx512f,popcnt,bmi2");
#[cfg(target_arch = "aarch64")]
level!(neon, crate::exec::candle::simd::neon::Neon, "neon");

/// Calls a function of the module that is compiled for a level.
macro_rules! at_level {
    ($level:expr, $name:ident($($argument:expr),*)) => {
        // SAFETY: a level is made only where the machine has it.
        unsafe {
            match $level {
                Level::Portable => portable::$name($($argument),*),
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => avx2::$name($($argument),*),
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 => avx512::$name($($argument),*),
                #[cfg(target_arch = "aarch64")]
                Level::Neon => neon::$name($($argument),*),
            }
        }
    };
}

impl Level {
    /// See [`super::slices::clamp`].
    pub fn clamp(self, y: &mut [f32], how: Clamp) {
        at_level!(self, clamp(y, how));
    }

    /// See [`super::slices::add`].
    pub fn add(self, y: &mut [f32], r: &[f32], how: Clamp) {
        at_level!(self, add(y, r, how));
    }

    /// See [`super::slices::add_doubled`].
    pub fn add_doubled(self, y: &mut [f32], r: &[f32]) {
        at_level!(self, add_doubled(y, r));
    }

    /// See [`super::rows::copy_rows`].
    pub fn copy_rows(self, a: RowsArgs<'_>, pitch: usize) {
        at_level!(self, copy_rows(a, pitch));
    }

    /// See [`super::depthwise::squares`].
    pub fn squares(self, a: SquaresArgs<'_>) {
        at_level!(self, squares(a));
    }

    /// See [`super::depthwise::depthwise`].
    ///
    /// # Safety
    /// As there.
    pub unsafe fn depthwise(self, a: DepthwiseArgs<'_>) {
        at_level!(self, depthwise(a));
    }

    /// See [`super::depthwise::pairs`].
    ///
    /// # Safety
    /// As there.
    pub unsafe fn pairs(self, a: PairsArgs<'_>) {
        at_level!(self, pairs(a));
    }

    /// See [`super::planes::planes`].
    ///
    /// # Safety
    /// As there.
    pub unsafe fn planes(self, a: PlanesArgs<'_>) {
        at_level!(self, planes(a));
    }

    /// See [`super::slices::sum`].
    pub fn sum(self, x: &[f32]) -> f64 {
        at_level!(self, sum(x))
    }

    /// See [`super::slices::blend`].
    pub fn blend(self, a: &mut [f32], w: f32, b: &[f32]) {
        at_level!(self, blend(a, w, b));
    }
}

/// The first compiled `kernel::<rows, vectors>` with enough vectors, and its number of vectors.
macro_rules! choose {
    ($module:ident, $kernel:ident as $type:ty, $rows:expr, $vectors:expr, $([$r:literal: $($v:literal)+])+) => {
        match ($rows, $vectors) {
            $($((r, v) if r == $r && v <= $v => ($module::$kernel::<$r, $v> as $type, $v),)+)+
            other => unreachable!("no kernel of {other:?} rows and vectors"),
        }
    };
}

/// For 16 and for 32 registers: which kernels with pixels in the lanes are compiled.
macro_rules! pixels_16 {
    ($module:ident, $rows:expr, $vectors:expr) => {
        choose!($module, pixels as PixelsKernel, $rows, $vectors, [1: 1 2 4 8] [2: 1 2 4] [4: 1 2] [6: 1 2])
    };
}
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! pixels_32 {
    ($module:ident, $rows:expr, $vectors:expr) => {
        choose!($module, pixels as PixelsKernel, $rows, $vectors,
            [1: 1 2 4 8] [2: 1 2 4 8] [4: 1 2 3 4 5 6] [8: 1 2 3])
    };
}

/// For 16 and for 32 registers: which kernels for outputs that read different taps are compiled.
macro_rules! mixed {
    ($module:ident, $vectors:expr, $half:literal, $($v:literal)+) => {
        match $vectors {
            $(v if v <= $v => $module::mixed::<$v, $half> as MixedKernel,)+
            other => unreachable!("no kernel of {other} vectors"),
        }
    };
}

/// For 16 and for 32 registers: which kernels with outputs in the lanes are compiled.
macro_rules! outputs_16 {
    ($module:ident, $rows:expr, $vectors:expr) => {
        choose!($module, outputs as OutputsKernel, $rows, $vectors,
            [1: 1 2] [2: 1 2] [3: 1 2] [4: 1 2] [5: 1 2] [6: 1 2])
    };
}
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! outputs_32 {
    ($module:ident, $rows:expr, $vectors:expr) => {
        choose!($module, outputs as OutputsKernel, $rows, $vectors,
            [1: 1 2 3] [2: 1 2 3] [3: 1 2 3] [4: 1 2 3] [5: 1 2 3] [6: 1 2 3] [7: 1 2 3] [8: 1 2 3])
    };
}

impl Level {
    /// The kernel for blocks of `rows` outputs (1, 2, 4, 6 or 8) and at least `vectors` vectors of
    /// pixels, and the number of vectors it computes.
    ///
    /// # Panics
    /// If there is none: `rows` or `vectors` is beyond [`Level::max_rows`], [`Level::max_vectors`].
    pub fn pixels(self, rows: usize, vectors: usize) -> (PixelsKernel, usize) {
        match self {
            Self::Portable => pixels_16!(portable, rows, vectors),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => pixels_16!(avx2, rows, vectors),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => pixels_32!(avx512, rows, vectors),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => pixels_32!(neon, rows, vectors),
        }
    }

    /// The kernel for outputs that read different taps, and `vectors` vectors of pixels or more. Only the second half
    /// of the last one is needed if it is `half` empty, which AVX-512 makes use of.
    ///
    /// # Panics
    /// If there is none: `vectors` is beyond [`Level::max_vectors`] of 4 rows.
    pub fn mixed(self, vectors: usize, half: bool) -> MixedKernel {
        match self {
            Self::Portable => mixed!(portable, vectors, false, 1 2),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => mixed!(avx2, vectors, false, 1 2),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 if half => mixed!(avx512, vectors, true, 1 2 3 4 5 6),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => mixed!(avx512, vectors, false, 1 2 3 4 5 6),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => mixed!(neon, vectors, false, 1 2 3 4 5 6),
        }
    }

    /// The kernel for `rows` pixels and exactly `vectors` vectors of outputs.
    ///
    /// # Panics
    /// If there is none: `rows` is beyond [`Level::max_rows`], `vectors` beyond
    /// [`Level::max_output_vectors`].
    pub fn outputs(self, rows: usize, vectors: usize) -> OutputsKernel {
        match self {
            Self::Portable => outputs_16!(portable, rows, vectors).0,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => outputs_16!(avx2, rows, vectors).0,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => outputs_32!(avx512, rows, vectors).0,
            #[cfg(target_arch = "aarch64")]
            Self::Neon => outputs_32!(neon, rows, vectors).0,
        }
    }
}
