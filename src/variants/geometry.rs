//! What an operator shares with the standard convolution it stands in for.

use super::Misfit;
use crate::graph::Padding;

/// Channels, kernel, stride and padding of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Input channels `I`.
    pub in_channels: usize,
    /// Output channels `O`.
    pub out_channels: usize,
    /// Kernel side `k` in taps.
    pub kernel: usize,
    /// Step between output pixels.
    pub stride: usize,
    /// Zeros around the input.
    pub padding: Padding,
}

impl Geometry {
    /// A layer with "same" padding, `(k - 1) / 2` on all four sides.
    pub const fn same(in_channels: usize, out_channels: usize, kernel: usize, stride: usize) -> Self {
        Self { in_channels, out_channels, kernel, stride, padding: Padding::same(kernel, 1) }
    }

    /// Output size of one side: `floor((size + padding - reach) / stride) + 1`.
    pub const fn output_side(&self, size: usize, padding: usize, dilation: usize) -> usize {
        (size + padding - dilation * (self.kernel - 1) - 1) / self.stride + 1
    }

    /// Pixels of the output of a convolution with this geometry on an `h x w` input.
    pub const fn output_pixels(&self, h: usize, w: usize, dilation: usize) -> u64 {
        let Padding { top, bottom, left, right } = self.padding;
        (self.output_side(h, top + bottom, dilation) * self.output_side(w, left + right, dilation)) as u64
    }

    /// `k * k`.
    pub const fn area(&self) -> usize {
        self.kernel * self.kernel
    }

    /// Refuses even kernels and those of one tap, for operators that work on a kernel's surface.
    pub(super) fn needs_odd_kernel_above_one(&self) -> Result<(), Misfit> {
        match self.kernel {
            1 => Err(Misfit::OneTap),
            k if k.is_multiple_of(2) => Err(Misfit::EvenKernel),
            _ => Ok(()),
        }
    }
}
