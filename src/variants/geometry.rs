//! What an operator shares with the standard convolution it stands in for.

use super::Misfit;
use crate::graph::{Conv2d, Padding, Wiring};
use crate::tensor::Shape;

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

    /// An undilated convolution with this geometry.
    pub const fn conv(&self, wiring: Wiring) -> Conv2d {
        let Self { kernel, stride, padding, .. } = *self;
        Conv2d { kernel, stride, padding, dilation: 1, wiring }
    }

    /// Output size of one side: `floor((size + padding - reach) / stride) + 1`, 0 where the kernel
    /// does not fit.
    const fn output_side(&self, size: usize, padding: usize, dilation: usize) -> usize {
        match (size + padding).checked_sub(dilation * (self.kernel - 1) + 1) {
            Some(rest) => rest / self.stride + 1,
            None => 0,
        }
    }

    /// Shape of the output for an input of the shape `input`.
    pub const fn output(&self, input: Shape) -> Shape {
        self.output_dilated(input, 1)
    }

    /// The same for a dilated kernel.
    pub const fn output_dilated(&self, input: Shape, dilation: usize) -> Shape {
        let Padding { top, bottom, left, right } = self.padding;
        Shape {
            n: input.n,
            c: self.out_channels,
            h: self.output_side(input.h, top + bottom, dilation),
            w: self.output_side(input.w, left + right, dilation),
        }
    }

    /// `k * k`.
    pub const fn area(&self) -> usize {
        self.kernel * self.kernel
    }

    /// The same layer with as many outputs as inputs, stride 1 and this kernel: what operators that
    /// keep the shape of the map are defined for.
    pub(super) const fn square(self, kernel: usize) -> Self {
        Self::same(self.in_channels, self.in_channels, kernel, 1)
    }

    /// Refuses padding other than "same", and even kernels, for which there is none.
    pub(super) fn needs_same_padding(&self) -> Result<(), Misfit> {
        match self.kernel {
            k if k.is_multiple_of(2) => Err(Misfit::EvenKernel),
            k if self.padding != Padding::same(k, 1) => Err(Misfit::NotSamePadding),
            _ => Ok(()),
        }
    }

    /// Refuses layers that change the size of the map.
    pub(super) const fn needs_stride_one(&self) -> Result<(), Misfit> {
        if self.stride > 1 { Err(Misfit::Strided) } else { Ok(()) }
    }

    /// Refuses kernels larger than 1x1 and strides.
    pub(super) const fn needs_pointwise(&self) -> Result<(), Misfit> {
        if self.kernel > 1 {
            return Err(Misfit::NotOneTap);
        }
        if self.stride > 1 { Err(Misfit::Strided) } else { Ok(()) }
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
