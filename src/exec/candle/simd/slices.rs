//! Loops over neighbouring values that the compiler turns into vector instructions of each level.

use crate::graph::Activation;

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
            Activation::Sigmoid
            | Activation::HardSigmoid
            | Activation::HardSwish
            | Activation::LeakyRelu(_)
            | Activation::Elu(_)
            | Activation::Tanh
            | Activation::Softplus
            | Activation::Log
            | Activation::Gelu
            | Activation::GeluTanh
            | Activation::Erf
            | Activation::Exp
            | Activation::Abs
            | Activation::Sqrt
            | Activation::Reciprocal
            | Activation::Softsign
            | Activation::Threshold(_)
            | Activation::Clip { .. } => None,
        }
    }

    /// The least and the greatest value that it leaves.
    pub const fn limits(self) -> (f32, f32) {
        (if self.below { 0.0 } else { f32::NEG_INFINITY }, if self.above { 6.0 } else { f32::INFINITY })
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

/// The sum of all values. Many sums side by side: one would wait for itself.
#[inline(always)]
pub fn sum(x: &[f32]) -> f64 {
    let (chunks, rest) = x.as_chunks::<64>();
    let mut sums = [0.0_f32; 64];
    for chunk in chunks {
        for i in 0..64 {
            sums[i] += chunk[i];
        }
    }
    sums.iter().chain(rest).map(|&v| f64::from(v)).sum()
}

/// `a = w a + (1 - w) b`.
#[inline(always)]
pub fn blend(a: &mut [f32], w: f32, b: &[f32]) {
    let len = a.len().min(b.len());
    let (a, b) = (&mut a[..len], &b[..len]);
    for i in 0..len {
        a[i] = w * a[i] + (1.0 - w) * b[i];
    }
}
