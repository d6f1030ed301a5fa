//! What a convolution kernel has to do, after everything around it has been drawn in: which maps it
//! reads and how, its taps, what is added to the sums, and where they are written.

use super::taps::{self, Row, TapGroup};
use crate::graph::{Activation, Conv2d, Weight};
use crate::tensor::Shape;

/// A map that is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Number of the buffer it lies in.
    pub buffer: usize,
    /// Shape of that buffer.
    pub shape: Shape,
    /// Step between output pixels.
    pub stride: usize,
    /// Whether the map is read through a 2x2 mean of stride 2. A window over the edge averages its
    /// valid pixels.
    pub pooled: bool,
}

impl Source {
    /// Height and width of the map as the taps see it.
    pub const fn seen(&self) -> (usize, usize) {
        match self.pooled {
            true => (self.shape.h.div_ceil(2), self.shape.w.div_ceil(2)),
            false => (self.shape.h, self.shape.w),
        }
    }
}

/// Channels of a buffer.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Number of the buffer.
    pub buffer: usize,
    /// Shape of the buffer.
    pub shape: Shape,
    /// The channels, in order.
    pub channels: Vec<u32>,
}

impl View {
    /// All of a buffer.
    pub fn whole(buffer: usize, shape: Shape) -> Self {
        Self { buffer, shape, channels: (0..shape.c as u32).collect() }
    }

    /// Where each channel lies.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.channels.iter().map(|&channel| Place { buffer: self.buffer, channel })
    }

    /// Whether this is all of its buffer, in order.
    pub fn is_whole(&self) -> bool {
        self.channels.len() == self.shape.c && (0..).zip(&self.channels).all(|(i, &c)| i == c)
    }
}

/// A channel of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Number of the buffer.
    pub buffer: usize,
    /// Channel.
    pub channel: u32,
}

/// A map that is added to the sums.
#[derive(Clone, Debug, PartialEq)]
pub struct Residual {
    /// One channel per output.
    pub view: View,
    /// Each of its pixels is repeated `factor x factor` times, cut to size.
    pub factor: usize,
}

/// A convolution with everything that was drawn into it.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvWork {
    /// Maps that the taps read.
    pub sources: Vec<Source>,
    /// Taps and weights.
    pub groups: Vec<TapGroup>,
    /// Start value of each output.
    pub bias: Vec<f32>,
    /// Shape of the outputs, `[N, O, H, W]`.
    pub shape: Shape,
    /// Where each output is written.
    pub targets: Vec<Place>,
    /// Added to the sums.
    pub residual: Option<Residual>,
    /// Applied at the end.
    pub activation: Option<Activation>,
}

impl ConvWork {
    /// One convolution by itself, from buffer 0 of the shape `x` to buffer 1 of the shape `y`.
    ///
    /// # Errors
    /// If a tap is too far from its pixel.
    pub fn alone(
        conv: &Conv2d,
        kernel: &Weight,
        bias: Option<&[f32]>,
        x: Shape,
        y: Shape,
    ) -> Result<Self, String> {
        let rows: Vec<Row> = taps::rows(conv, kernel, x.c, 0, |input| input)?;
        Ok(Self {
            sources: vec![Source { buffer: 0, shape: x, stride: conv.stride, pooled: false }],
            groups: taps::group(&rows),
            bias: bias.map_or_else(|| vec![0.0; y.c], <[f32]>::to_vec),
            shape: y,
            targets: (0..y.c as u32).map(|channel| Place { buffer: 1, channel }).collect(),
            residual: None,
            activation: None,
        })
    }

    /// Weights that are read, without the bias.
    pub fn weights(&self) -> u64 {
        self.groups.iter().map(|g| g.weights.len() as u64).sum()
    }

    /// Multiply-adds of one run, zeros of the border included.
    pub fn macs(&self) -> u64 {
        let per_pixel: usize = self.groups.iter().map(|g| g.taps.len() * g.outputs.len()).sum();
        (per_pixel * self.shape.n * self.shape.plane()) as u64
    }
}
