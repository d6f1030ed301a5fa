//! Depthwise convolutions that read the map in place, 3x3 with stride 1 and padding 1, and 2x2 with stride 2: they have
//! so few multiply-adds that a copy would cost more than the sums.

use std::ops::Range;

use crate::exec::conv_work::ConvWork;
use crate::exec::taps::TapGroup;
use crate::tensor::Shape;

use super::super::buffer::MIN_TASK;
use super::super::simd::micro::PixelVector;
use super::super::simd::{Clamp, DepthwiseArgs, Level, PairsArgs};
use super::super::spread::spread;
use super::run::{From, Out, with_own_copies};
use super::{Lanes, MIN_TASK_MACS, Map, PackedConv};

/// The kernel of an output, row by row.
#[derive(Clone, Copy, Debug)]
enum Kernel {
    /// Around each pixel.
    Around([f32; 9]),
    /// On squares of two by two pixels beside each other.
    Pairs([f32; 4]),
}

/// One output and the channel it reads.
#[derive(Clone, Debug)]
pub struct Channel {
    kernel: Kernel,
    bias: f32,
    /// Rows and columns of the channel.
    size: (usize, usize),
    /// Where the channel of the first image begins.
    from: usize,
    /// Distance to that of the next image.
    image: usize,
    output: u32,
}

impl Channel {
    /// All outputs, in order, if each reads one channel in this way.
    pub fn of_all(work: &ConvWork, maps: &[Map]) -> Option<Vec<Self>> {
        if !work.is_depthwise() && !work.is_depthwise_of_pairs() {
            return None;
        }
        let mut channels: Vec<Self> = work.groups.iter().flat_map(|g| Self::of(g, work, maps)).collect();
        channels.sort_by_key(|c| c.output);
        Some(channels)
    }

    fn of(group: &TapGroup, work: &ConvWork, maps: &[Map]) -> impl Iterator<Item = Self> {
        let (tap, outputs) = (group.taps[0], group.outputs.len());
        let map = &maps[tap.source as usize];
        let shape = map.source.shape;
        let (from, image) = (map.plane(0, tap.input), shape.c * shape.plane());
        group.outputs.iter().enumerate().map(move |(place, &output)| {
            let weight = |tap: usize| group.weights[tap * outputs + place];
            Self {
                kernel: match group.taps.len() {
                    4 => Kernel::Pairs(std::array::from_fn(weight)),
                    _ => Kernel::Around(std::array::from_fn(weight)),
                },
                bias: work.bias[output as usize],
                size: (shape.h, shape.w),
                from,
                image,
                output,
            }
        })
    }

    /// Some rows of the output of an image, and their place.
    ///
    /// # Safety
    /// The maps must be valid; `to` must be valid for the rows, which are some of the map's.
    unsafe fn run(&self, conv: &PackedConv, n: usize, rows: Range<usize>, read: From, to: *mut f32) {
        let from = read.at(self.from + n * self.image);
        let (size, rows, bias) = (self.size, (rows.start, rows.end), self.bias);
        match &self.kernel {
            Kernel::Around(weights) => {
                let ahead = size.0 * size.1;
                let args = DepthwiseArgs { from, to, w: size.1, h: size.0, rows, weights, bias, ahead };
                // SAFETY: the level was detected on this machine; the caller vouches for the rest.
                unsafe { conv.level.depthwise(args) };
            }
            Kernel::Pairs(weights) => {
                let args = PairsArgs { from, size, to, w: conv.y.w, rows, weights, bias };
                // SAFETY: as above; the work was packed for this only where outputs begin in the map.
                unsafe { conv.level.pairs(args) };
            }
        }
    }
}

/// A depthwise convolution whose outputs another one reads band by band of rows.
#[derive(Clone, Debug)]
pub struct Made {
    channels: Vec<Channel>,
    clamp: Clamp,
    /// Rows of each band.
    bands: Vec<Range<usize>>,
}

impl Made {
    /// The depthwise convolution `work`, whose maps are `maps`.
    pub fn new(work: &ConvWork, maps: &[Map], lanes: usize) -> Option<Self> {
        let Shape { c, h, w, .. } = work.shape;
        // As many rows as stay in the second-level cache, and of those numbers the one that makes least of idle
        // lanes of whole tiles and of threads that have no band any more.
        let most = (BAND / (c * w)).clamp(1, h);
        let (tile, threads) = (lanes * TILE, rayon::current_num_threads());
        let time = |rows: &usize| {
            let bands = h.div_ceil(*rows).next_multiple_of(threads);
            bands * (rows * w).next_multiple_of(tile)
        };
        let rows = (most.div_ceil(2)..=most).rev().min_by_key(time).unwrap_or(most);
        Some(Self {
            channels: Channel::of_all(work, maps)?,
            clamp: work.activation.and_then(Clamp::of_activation).unwrap_or_default(),
            bands: (0..h).step_by(rows).map(|first| first..(first + rows).min(h)).collect(),
        })
    }

    /// Values of a channel in the largest band of a map of `w` columns.
    pub fn len(&self, w: usize) -> usize {
        self.bands.iter().map(Range::len).max().unwrap_or(0) * w
    }

    /// Values that all channels of a band of `w` columns take, with a vector behind them.
    pub fn scratch(&self, w: usize, level: Level) -> usize {
        self.channels.len() * self.len(w) + level.lanes()
    }

    /// The vectors of pixels of each band, which read relative to the band's first pixel.
    pub fn vectors(&self, w: usize, lanes: usize) -> Vec<Vec<PixelVector>> {
        let of_band = |band: &Range<usize>| {
            let pixels = band.len() * w;
            let vector = |first: usize| {
                let (end, read) = ((first + lanes).min(pixels), first.min(pixels.saturating_sub(lanes)));
                let mask = ((1_u64 << (end - read)) - (1 << (first - read))) as u32;
                PixelVector { read: read as u32, write: (band.start * w + first) as u32, mask }
            };
            (0..pixels).step_by(lanes).map(vector).collect()
        };
        self.bands.iter().map(of_band).collect()
    }
}

/// Values of a band of all channels: they stay in the second-level cache.
const BAND: usize = 1 << 16;

/// Vectors of pixels of a tile of most kernels.
const TILE: usize = 3;

impl PackedConv {
    /// All channels of all images.
    pub(super) fn run_channels(&self, channels: &[Channel], read: From, out: Out) {
        let count = self.y.n * channels.len();
        spread(count, count * self.y.plane() / MIN_TASK, |i| {
            let (n, channel) = (i / channels.len(), &channels[i % channels.len()]);
            // SAFETY: whoever runs the convolution vouches for its maps, all of the same size; the plane is
            // this piece's.
            unsafe { channel.run(self, n, 0..self.y.h, read, out.plane(self, n, channel.output)) };
            self.finish([channel.output], n, 0..self.y.plane(), read, out);
        });
    }

    /// All bands of all images: what is made of one stays in the caches until it is read.
    pub(super) fn run_made(&self, made: &Made, read: From, out: Out) {
        let Lanes::Pixels(vectors) = &self.lanes else {
            unreachable!("what is made band by band is read by vectors of pixels");
        };
        let (count, len) = (self.y.n * self.items.len(), made.len(self.y.w));
        spread(count, self.macs() / MIN_TASK_MACS, |i| {
            let (n, item) = (i / self.items.len(), i % self.items.len());
            let rows = &made.bands[item];
            with_own_copies(made.scratch(self.y.w, self.level), |own| {
                for (channel, own) in made.channels.iter().zip(own.chunks_exact_mut(len)) {
                    // SAFETY: whoever runs the convolution vouches for its maps; a chunk has room for the
                    // rows of every band.
                    unsafe { channel.run(self, n, rows.clone(), read, own.as_mut_ptr()) };
                    if made.clamp != Clamp::default() {
                        self.level.clamp(&mut own[..rows.len() * self.y.w], made.clamp);
                    }
                }
                self.tiles(&self.items[item], vectors, From::new(own), n, read, out);
            });
            if !self.ends_in_store() {
                let pixels = rows.start * self.y.w..rows.end * self.y.w;
                self.finish(self.outputs_of(&self.items[item]), n, pixels, read, out);
            }
        });
    }
}
