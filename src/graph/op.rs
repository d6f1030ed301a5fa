//! The closed set of operations. Every reader (cost, picture, executors) matches it without `_`,
//! so a new operation does not compile until every reader knows it.

use std::fmt;
use std::sync::Arc;

use super::sampling::Sampling;
use super::wiring::{Extent, Wiring};
use super::{Pool2d, PoolKind};

/// Zeros added on each side of a map, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Padding {
    /// Rows above.
    pub top: usize,
    /// Rows below.
    pub bottom: usize,
    /// Columns to the left.
    pub left: usize,
    /// Columns to the right.
    pub right: usize,
}

impl Padding {
    /// The same number of pixels on all four sides.
    pub const fn even(p: usize) -> Self {
        Self { top: p, bottom: p, left: p, right: p }
    }

    /// "same" padding of an odd kernel at stride 1: `dilation * (kernel - 1) / 2` on all sides.
    pub const fn same(kernel: usize, dilation: usize) -> Self {
        Self::even(dilation * (kernel - 1) / 2)
    }

    /// TensorFlow's "same" padding: the output has `ceil(size / stride)` pixels and an odd
    /// remainder goes below and to the right.
    pub fn tensorflow_same(kernel: usize, stride: usize, h: usize, w: usize) -> Self {
        let total = |size: usize| (((size.div_ceil(stride) - 1) * stride) + kernel).saturating_sub(size);
        let (v, h) = (total(h), total(w));
        Self { top: v / 2, bottom: v - v / 2, left: h / 2, right: h - h / 2 }
    }
}

/// A two-dimensional convolution (cross-correlation) with a square kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv2d {
    /// Kernel side `k` in taps.
    pub kernel: usize,
    /// Step between output pixels, the same on both axes.
    pub stride: usize,
    /// Zeros around the input.
    pub padding: Padding,
    /// Distance between taps, the same on both axes.
    pub dilation: usize,
    /// Which input channels each output channel reads.
    pub wiring: Wiring,
}

impl Conv2d {
    /// Rows and columns of taps: those of the square, or of the corner of it that exists.
    pub fn taps(&self) -> (usize, usize) {
        let first = match &self.wiring {
            Wiring::Grouped(_) => None,
            Wiring::Listed(listed) => listed.outputs.iter().flatten().next(),
        };
        match first.map(|kernel| kernel.extent) {
            Some(Extent::Corner { rows, columns }) => (rows.into(), columns.into()),
            _ => (self.kernel, self.kernel),
        }
    }
}

/// Which values share a mean and a variance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NormOver {
    /// All channels of one pixel: the layer norm of ConvNeXt.
    Pixel,
    /// All pixels of the channels of one of so many equal groups of neighbouring channels: a group norm,
    /// with one channel in each group an instance norm.
    Groups(usize),
}

impl NormOver {
    /// How many channels share the statistics, of `channels` in all.
    pub const fn channels(self, channels: usize) -> usize {
        match self {
            Self::Pixel => channels,
            Self::Groups(groups) => channels / groups,
        }
    }

    /// The channels that share their statistics with channel `c`, of `channels` in all.
    pub const fn beside(self, c: usize, channels: usize) -> std::ops::Range<usize> {
        let count = self.channels(channels);
        c / count * count..(c / count + 1) * count
    }
}

/// Each value divided by a power of what its neighbours among the channels hold:
/// `x_c / (bias + alpha / size * sum x_i^2)^beta`, over `size` channels around `c`, of which `(size - 1) / 2`
/// stand before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResponseNorm {
    /// Channels under the window, the value's own among them.
    pub size: usize,
    /// Factor of the sum.
    pub alpha: f32,
    /// Exponent.
    pub beta: f32,
    /// Added to the sum.
    pub bias: f32,
}

impl ResponseNorm {
    /// The channels under the window of channel `c`, of `channels` in all.
    pub fn window(&self, c: usize, channels: usize) -> std::ops::Range<usize> {
        let before = (self.size - 1) / 2;
        c.saturating_sub(before)..(c + self.size - before).min(channels)
    }

    /// Factor of each square.
    pub fn share(&self) -> f64 {
        f64::from(self.alpha) / self.size as f64
    }
}

/// A number that belongs to an operation, equal to another if its bits are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number(u32);

impl Number {
    /// This number.
    pub const fn new(value: f32) -> Self {
        Self(value.to_bits())
    }

    /// The number itself.
    pub const fn get(self) -> f32 {
        f32::from_bits(self.0)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// A function of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// `max(x, 0)`.
    Relu,
    /// `min(max(x, 0), 6)`.
    Relu6,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// `min(max(x + 3, 0), 6) / 6`.
    HardSigmoid,
    /// `x min(max(x + 3, 0), 6) / 6`.
    HardSwish,
    /// `x` above 0, this times `x` below.
    LeakyRelu(Number),
    /// `x` above 0, this times `exp(x) - 1` below.
    Elu(Number),
    /// `tanh(x)`.
    Tanh,
    /// `ln(1 + exp(x))`.
    Softplus,
    /// `ln(x)`.
    Log,
    /// `x (1 + erf(x / sqrt(2))) / 2`: `x` times the normal distribution's share below it.
    Gelu,
    /// `x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2`, which is near it.
    GeluTanh,
    /// The error function.
    Erf,
    /// `exp(x)`.
    Exp,
    /// `|x|`.
    Abs,
    /// The square root; no number below 0.
    Sqrt,
    /// `1 / x`.
    Reciprocal,
    /// `x / (1 + |x|)`.
    Softsign,
    /// `x` above this number, 0 elsewhere.
    Threshold(Number),
    /// `min(max(x, low), high)`; either may be infinite.
    Clip {
        /// The least value.
        low: Number,
        /// The greatest value, at least `low`.
        high: Number,
    },
}

/// `sqrt(2 / pi)`.
const GELU_SLOPE: f64 = std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2;
/// Of the cube in the form of GELU with tanh.
const GELU_CUBE: f64 = 0.044_715;

impl Activation {
    /// The function itself. A NaN stays one.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Self::Relu => {
                if x < 0.0 {
                    0.0
                } else {
                    x
                }
            }
            Self::Relu6 => x.clamp(0.0, 6.0),
            Self::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Self::HardSigmoid => (x + 3.0).clamp(0.0, 6.0) / 6.0,
            Self::HardSwish => x * Self::HardSigmoid.apply(x),
            Self::LeakyRelu(slope) if x < 0.0 => x * f64::from(slope.get()),
            Self::Elu(scale) if x < 0.0 => x.exp_m1() * f64::from(scale.get()),
            Self::LeakyRelu(_) | Self::Elu(_) => x,
            Self::Tanh => x.tanh(),
            // exp of a negative number cannot overflow; `max` alone would lose a NaN.
            Self::Softplus => (if x < 0.0 { 0.0 } else { x }) + (-x.abs()).exp().ln_1p(),
            Self::Log => x.ln(),
            // The complement keeps its digits where the share is near 0.
            Self::Gelu => x * 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2),
            // (1 + tanh(a)) / 2 is 1 / (1 + exp(-2 a)), without a difference of near numbers.
            Self::GeluTanh => x / (1.0 + (-2.0 * GELU_SLOPE * (x + GELU_CUBE * x * x * x)).exp()),
            Self::Erf => libm::erf(x),
            Self::Exp => x.exp(),
            Self::Abs => x.abs(),
            Self::Sqrt => x.sqrt(),
            Self::Reciprocal => x.recip(),
            // What it comes to at the ends.
            Self::Softsign if x.is_infinite() => x.signum(),
            Self::Softsign => x / (1.0 + x.abs()),
            // Compared so that a NaN stays one.
            Self::Threshold(limit) if x <= f64::from(limit.get()) => 0.0,
            Self::Threshold(_) => x,
            Self::Clip { low, .. } if x < f64::from(low.get()) => low.get().into(),
            Self::Clip { high, .. } if x > f64::from(high.get()) => high.get().into(),
            Self::Clip { .. } => x,
        }
    }

    /// The upper limit of one that only cuts values off, at 0 below and at this above; `None` for the
    /// others.
    pub const fn ceiling(self) -> Option<f32> {
        match self {
            Self::Relu => Some(f32::INFINITY),
            Self::Relu6 => Some(6.0),
            Self::Sigmoid
            | Self::HardSigmoid
            | Self::HardSwish
            | Self::LeakyRelu(_)
            | Self::Elu(_)
            | Self::Tanh
            | Self::Softplus
            | Self::Log
            | Self::Gelu
            | Self::GeluTanh
            | Self::Erf
            | Self::Exp
            | Self::Abs
            | Self::Sqrt
            | Self::Reciprocal
            | Self::Softsign
            | Self::Threshold(_)
            | Self::Clip { .. } => None,
        }
    }
}

/// One operation. Every value is a map `N x C x H x W`; each operation gives one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A map that the caller gives. No inputs.
    Input,
    /// Convolution. One input; weights: kernel `[O, slots, k, k]` (see [`Wiring`]), then
    /// optionally a bias `[O]`.
    Conv2d(Conv2d),
    /// Fully connected layer on a 1x1 map. One input; weights: `[O, I]`, then optionally `[O]`.
    Linear,
    /// Inference-mode batch norm, `(x - mean) / sqrt(var + eps) * weight + bias` per channel.
    /// One input; weights in this order, each `[C]`: weight, bias, running mean, running variance.
    BatchNorm {
        /// Added to the variance.
        eps: f32,
    },
    /// A function of each value. One input.
    Activation(Activation),
    /// Pooling. One input.
    Pool2d(Pool2d),
    /// The mean of each channel as a 1x1 map. One input.
    GlobalAveragePool,
    /// Means over `h x w` windows that cover the map: rows `floor(i H / h) .. ceil((i + 1) H / h)` for
    /// output row `i`, columns alike; windows may share pixels. One input.
    AdaptiveAveragePool {
        /// Output height.
        h: usize,
        /// Output width.
        w: usize,
    },
    /// Each map of the batch as one pixel of `C H W` channels, in the order channel, row, column. No value
    /// moves. One input.
    Flatten,
    /// Every pixel repeated `factor x factor` times, cut to `h x w` from the top left. One input.
    UpsampleNearest {
        /// How often each pixel is repeated on each axis.
        factor: usize,
        /// Output height.
        h: usize,
        /// Output width.
        w: usize,
    },
    /// The sum of two maps of equal shape.
    Add,
    /// The product of two maps; the second is of equal shape, or of one pixel per channel.
    Multiply,
    /// Maps of equal size joined along the channels, in order. One or more inputs.
    Concat,
    /// Channels `start .. start + len`. One input.
    SliceChannels {
        /// First channel taken.
        start: usize,
        /// Number of channels taken.
        len: usize,
    },
    /// Norm with the statistics of its input, without scale and shift: `(x - mean) / sqrt(var + eps)`, the
    /// variance being the mean of the squared differences. One input.
    Normalize {
        /// Which values share their statistics.
        over: NormOver,
        /// Added to the variance.
        eps: f32,
    },
    /// Local response norm over neighbouring channels. One input.
    LocalResponseNorm(ResponseNorm),
    /// `exp(x_c) / sum_c exp(x_c)` over the channels of each pixel. One input.
    Softmax,
    /// Depthwise transposed convolution whose stride is its kernel, so that windows do not overlap:
    /// `y[c, k p + u, k q + v] = x[c, p, q] w[c, 0, u, v]`, cut to `h x w` from the top left. One
    /// input; weights: kernel `[C, 1, k, k]`.
    DepthwiseTranspose {
        /// Kernel side and stride `k`.
        kernel: usize,
        /// Output height.
        h: usize,
        /// Output width.
        w: usize,
    },
    /// The named channels in this order; a channel may come more than once. One input.
    GatherChannels(Arc<Vec<u32>>),
    /// `y = 0`, then `y[channels[j]] += x[j]` for every channel `j` of `x`. One input.
    ScatterAdd {
        /// Where each input channel goes.
        channels: Arc<Vec<u32>>,
        /// Number of output channels.
        out_channels: usize,
    },
    /// Values moved or mixed along the axes of the map. One input.
    Resample(Arc<Sampling>),
    /// `exp(a) / (exp(a) + exp(b))` of each value. Two inputs.
    PairSoftmax,
    /// `w a + (1 - w) b`. Three inputs: `a`, `b`, and `w` of one pixel per channel.
    Blend,
}

impl Op {
    /// The field's name of the operation.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Conv2d(_) => "conv2d",
            Self::Linear => "linear",
            Self::BatchNorm { .. } => "batch_norm",
            Self::Activation(Activation::Relu) => "relu",
            Self::Activation(Activation::Relu6) => "relu6",
            Self::Activation(Activation::Sigmoid) => "sigmoid",
            Self::Activation(Activation::HardSigmoid) => "hard_sigmoid",
            Self::Activation(Activation::HardSwish) => "hard_swish",
            Self::Activation(Activation::LeakyRelu(_)) => "leaky_relu",
            Self::Activation(Activation::Elu(_)) => "elu",
            Self::Activation(Activation::Tanh) => "tanh",
            Self::Activation(Activation::Softplus) => "softplus",
            Self::Activation(Activation::Log) => "log",
            Self::Activation(Activation::Gelu) => "gelu",
            Self::Activation(Activation::GeluTanh) => "gelu_tanh",
            Self::Activation(Activation::Erf) => "erf",
            Self::Activation(Activation::Exp) => "exp",
            Self::Activation(Activation::Abs) => "abs",
            Self::Activation(Activation::Sqrt) => "sqrt",
            Self::Activation(Activation::Reciprocal) => "reciprocal",
            Self::Activation(Activation::Softsign) => "softsign",
            Self::Activation(Activation::Threshold(_)) => "threshold",
            Self::Activation(Activation::Clip { .. }) => "clip",
            Self::Pool2d(pool) if pool.only_pads() => "pad",
            Self::Pool2d(Pool2d { kind: PoolKind::Max, .. }) => "max_pool",
            Self::Pool2d(Pool2d { kind: PoolKind::Average | PoolKind::AverageWithBorder, .. }) => {
                "average_pool"
            }
            Self::GlobalAveragePool => "global_average_pool",
            Self::AdaptiveAveragePool { .. } => "adaptive_average_pool",
            Self::Flatten => "flatten",
            Self::UpsampleNearest { .. } => "upsample_nearest",
            Self::Add => "add",
            Self::Multiply => "multiply",
            Self::Concat => "concat",
            Self::SliceChannels { .. } => "slice_channels",
            Self::Normalize { over: NormOver::Pixel, .. } => "layer_norm",
            Self::Normalize { over: NormOver::Groups(_), .. } => "group_norm",
            Self::LocalResponseNorm(_) => "local_response_norm",
            Self::Softmax => "softmax",
            Self::DepthwiseTranspose { .. } => "depthwise_transpose",
            Self::GatherChannels(_) => "gather_channels",
            Self::ScatterAdd { .. } => "scatter_add",
            Self::Resample(sampling) if sampling.only_moves() => "rearrange",
            Self::Resample(_) => "resample",
            Self::PairSoftmax => "pair_softmax",
            Self::Blend => "blend",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Padding;

    #[test]
    fn tensorflow_same_is_asymmetric_at_stride_two() {
        let p = Padding::tensorflow_same(3, 2, 224, 224);
        assert_eq!(p, Padding { top: 0, bottom: 1, left: 0, right: 1 });
        assert_eq!(Padding::tensorflow_same(5, 1, 14, 14), Padding::even(2));
        assert_eq!(Padding::tensorflow_same(1, 2, 7, 7), Padding::even(0));
    }
}
