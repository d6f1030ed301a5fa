//! The closed set of operations. Every reader (cost, picture, executors) matches it without `_`,
//! so a new operation does not compile until every reader knows it.

use std::fmt;
use std::sync::Arc;

use super::wiring::{Extent, Wiring};

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

/// What a pool does with the pixels under its window. Pixels outside the map hold no values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PoolKind {
    /// The largest value.
    Max,
    /// The mean of the valid values.
    Average,
    /// The sum of the valid values divided by the number of pixels under the window, those of the
    /// border included (`count_include_pad`).
    AverageWithBorder,
}

/// A pool with a square window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pool2d {
    /// Maximum or average.
    pub kind: PoolKind,
    /// Window side.
    pub kernel: usize,
    /// Step between windows.
    pub stride: usize,
    /// Border around the map; it holds no values.
    pub padding: Padding,
    /// Whether a last, incomplete window gives an output pixel (it must start inside the map).
    pub ceil: bool,
}

impl Pool2d {
    /// Zeros around a map: windows of one pixel, of which those over the border give 0.
    pub const fn zeros_around(padding: Padding) -> Self {
        Self { kind: PoolKind::AverageWithBorder, kernel: 1, stride: 1, padding, ceil: false }
    }

    /// Whether it only puts zeros around a map.
    pub const fn only_pads(&self) -> bool {
        self.kernel == 1 && self.stride == 1
    }

    /// How many pixels count under window `i` of an axis of `side` pixels with a border of `before`
    /// and `after` pixels. A mean divides by the product over both axes.
    pub fn counted(&self, i: usize, before: usize, side: usize, after: usize) -> usize {
        let (start, end) = (i * self.stride, i * self.stride + self.kernel);
        let (first, last) = match self.kind {
            PoolKind::AverageWithBorder => (0, before + side + after),
            PoolKind::Max | PoolKind::Average => (before, before + side),
        };
        end.min(last).saturating_sub(start.max(first)).max(1)
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
    /// `min(max(x, low), high)`; either may be infinite.
    Clip {
        /// The least value.
        low: Number,
        /// The greatest value, at least `low`.
        high: Number,
    },
}

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
    /// `exp(a) / (exp(a) + exp(b))` of each value. Two inputs.
    PairSoftmax,
    /// `w a + (1 - w) b`. Three inputs: `a`, `b`, and `w` of one pixel per channel.
    Blend,
}

impl Op {
    /// The field's name of the operation.
    pub const fn name(&self) -> &'static str {
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
            Self::Softmax => "softmax",
            Self::DepthwiseTranspose { .. } => "depthwise_transpose",
            Self::GatherChannels(_) => "gather_channels",
            Self::ScatterAdd { .. } => "scatter_add",
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
