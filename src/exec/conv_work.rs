//! What a convolution kernel has to do, after everything around it has been drawn in: which maps it
//! reads and how, its taps, what is added to the sums, and where they are written.

use std::ops::RangeInclusive;

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
    /// Whether outputs of this shape lie pixel on pixel of the map.
    pub const fn is_like(&self, shape: Shape) -> bool {
        let same = self.shape.h == shape.h && self.shape.w == shape.w;
        same && self.stride == 1 && !self.pooled
    }

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
    /// A gate behind it (drawn in on the CPU only): `a`, the first half of the outputs, becomes
    /// `w a + (1 - w) b`, where `b` is the second half and `w = softmax(mean a, mean b)`, which is written
    /// here.
    pub gate: Option<View>,
    /// What gives the only map that is read, pixels for pixels (drawn in on the CPU only): that map is
    /// never in memory as a whole.
    pub made: Option<Box<Self>>,
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
            gate: None,
            made: None,
        })
    }

    /// Weights that are read, with the biases.
    pub fn weights(&self) -> u64 {
        let own = self.groups.iter().map(|g| g.weights.len() as u64).sum::<u64>() + self.bias.len() as u64;
        own + self.made.as_ref().map_or(0, |made| made.weights())
    }

    /// Multiply-adds of one run, zeros of the border included.
    pub fn macs(&self) -> u64 {
        let per_pixel: usize = self.groups.iter().map(|g| g.taps.len() * g.outputs.len()).sum();
        let own = (per_pixel * self.shape.n * self.shape.plane()) as u64;
        own + self.made.as_ref().map_or(0, |made| made.macs())
    }

    /// Whether each output is a 3x3 kernel on one channel, with stride 1 and padding 1.
    pub fn is_depthwise(&self) -> bool {
        self.is_of_one_channel(-1..=1, |source| source.is_like(self.shape))
    }

    /// Whether each output is a 2x2 kernel on one channel, with stride 2 from the first pixel on.
    pub fn is_depthwise_of_pairs(&self) -> bool {
        self.is_of_one_channel(0..=1, |source| {
            let most = (source.shape.h.div_ceil(2), source.shape.w.div_ceil(2));
            source.stride == 2 && !source.pooled && self.shape.h <= most.0 && self.shape.w <= most.1
        })
    }

    /// Whether each output has a tap on every pixel of a square of one channel, in order, of a fitting source.
    fn is_of_one_channel(&self, side: RangeInclusive<i16>, fits: impl Fn(&Source) -> bool) -> bool {
        let places = || side.clone().flat_map(|dy| side.clone().map(move |dx| (dy, dx)));
        self.gate.is_none()
            && self.groups.iter().all(|TapGroup { taps, .. }| {
                taps.len() == places().count()
                    && taps.iter().zip(places()).all(|(t, place)| {
                        (t.source, t.input, (t.dy, t.dx)) == (taps[0].source, taps[0].input, place)
                    })
                    && fits(&self.sources[taps[0].source as usize])
            })
    }
}
