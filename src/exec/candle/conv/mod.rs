//! Our own convolution for the CPU: direct, over lists of taps, packed once and run many times.

mod geometry;
mod pack;
mod run;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::exec::taps::{TapGroup, tap_groups};
use crate::graph::{Conv2d, Padding, Weight, Wiring};
use crate::tensor::Shape;

use super::simd::{Level, micro::PixelVector};
use geometry::Geometry;
use pack::Block;

/// Multiply-adds below which a piece of work is not worth a thread of its own (about 10 us).
const MIN_TASK_MACS: usize = 400_000;

/// A convolution with its weights packed for this machine and one input shape.
#[derive(Clone, Debug)]
pub struct PackedConv {
    level: Level,
    x: Shape,
    y: Shape,
    geometry: Geometry,
    groups: Vec<Group>,
    lanes: Lanes,
    source: Source,
    items: Vec<Item>,
}

/// What lies in the lanes of a vector.
#[derive(Clone, Debug)]
enum Lanes {
    /// Neighbouring pixels.
    Pixels(Vec<PixelVector>),
    /// Outputs; where each pixel of the whole batch reads.
    Outputs(Vec<u32>),
}

/// Where the kernels read the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// As it is.
    Plain,
    /// A padded copy of all of it, made first.
    Copy,
    /// A padded copy of the channels of one group, made by the thread that then reads it.
    CopyPerGroup,
}

/// Outputs that read the same taps.
#[derive(Clone, Debug)]
struct Group {
    /// Input channels read, ascending.
    inputs: Vec<u32>,
    /// Distance of each tap from the place of an output pixel.
    offsets: Vec<u32>,
    /// The largest of `offsets`.
    reach: usize,
    blocks: Vec<Block>,
}

/// A piece of work for one thread.
#[derive(Clone, Debug, PartialEq)]
struct Item {
    group: usize,
    blocks: Range<usize>,
    /// Vectors of pixels, or pixels.
    places: Range<usize>,
}

impl PackedConv {
    /// Packs a convolution from `x` to `y` with the kernel `[O, slots, k, k]` and a bias `[O]`.
    ///
    /// # Errors
    /// If the padded input has more than 2^32 values.
    pub fn new(
        level: Level,
        conv: &Conv2d,
        kernel: &Weight,
        bias: Option<&[f32]>,
        x: Shape,
        y: Shape,
    ) -> Result<Self, String> {
        let geometry = Geometry::new(conv, x, y);
        if x.n * x.c * geometry.channel > u32::MAX as usize {
            return Err(format!("the padded map {x} has more than 2^32 values"));
        }
        let taps = tap_groups(conv, kernel, x.c);
        let by_outputs = outputs_in_lanes(&taps, &geometry, level, y);
        let mut source = Source::Copy;
        if geometry.is_plain() && (by_outputs || y.plane() >= level.lanes()) {
            source = Source::Plain;
        }
        let mut groups: Vec<Group> = taps
            .iter()
            .map(|group| {
                let pack = if by_outputs { pack::blocks_of_lanes } else { pack::blocks_of_rows };
                let mut inputs: Vec<u32> = group.taps.iter().map(|t| t.input).collect();
                inputs.sort_unstable();
                inputs.dedup();
                Group { inputs, offsets: Vec::new(), reach: 0, blocks: pack(group, bias, level) }
            })
            .collect();
        let copies: usize = groups.iter().map(|g| g.inputs.len()).sum();
        if source == Source::Copy && !by_outputs && copies <= x.c && groups.len() * x.n >= 8 {
            source = Source::CopyPerGroup;
        }
        for (group, taps) in groups.iter_mut().zip(&taps) {
            let place = |input: u32| match source {
                Source::CopyPerGroup => group.inputs.partition_point(|&i| i < input),
                Source::Plain | Source::Copy => input as usize,
            };
            group.offsets = (taps.taps.iter())
                .map(|&tap| (place(tap.input) * geometry.channel + geometry.offset(tap)) as u32)
                .collect();
            group.reach = group.offsets.iter().max().map_or(0, |&o| o as usize);
        }
        let lanes = if by_outputs {
            let pixels = geometry.pixels();
            let image = (x.c * geometry.channel) as u32;
            Lanes::Outputs((0..x.n as u32).flat_map(|n| pixels.iter().map(move |p| n * image + p)).collect())
        } else {
            Lanes::Pixels(geometry.vectors(level.lanes()))
        };
        let mut packed = Self { level, x, y, geometry, groups, lanes, source, items: Vec::new() };
        packed.items = packed.cut();
        Ok(packed)
    }

    /// A fully connected layer from `x: [N, I, 1, 1]` to `y: [N, O, 1, 1]`, weights `[O, I]`.
    ///
    /// # Errors
    /// As for [`PackedConv::new`].
    pub fn linear(
        level: Level,
        weight: &Weight,
        bias: Option<&[f32]>,
        x: Shape,
        y: Shape,
    ) -> Result<Self, String> {
        let conv = Conv2d {
            kernel: 1,
            stride: 1,
            padding: Padding::default(),
            dilation: 1,
            wiring: Wiring::Grouped(1),
        };
        let kernel = Weight { dims: vec![y.c, x.c, 1, 1], ..weight.clone() };
        Self::new(level, &conv, &kernel, bias, x, y)
    }

    /// Multiply-adds of one run, without those on idle lanes.
    pub fn macs(&self) -> usize {
        let outputs = |g: &Group| g.blocks.iter().map(|b| b.outputs.len()).sum::<usize>();
        let per_pixel: usize = self.groups.iter().map(|g| g.offsets.len() * outputs(g)).sum();
        per_pixel * self.y.plane() * self.y.n
    }

    /// Cuts the work of one image (pixels in the lanes) or of the batch (outputs in the lanes) so
    /// that what a thread reads again and again stays in its caches.
    fn cut(&self) -> Vec<Item> {
        let threads = rayon::current_num_threads();
        let mut items = Vec::new();
        for (g, group) in self.groups.iter().enumerate() {
            let blocks = group.blocks.len();
            let (places, step) = match &self.lanes {
                Lanes::Pixels(vectors) => {
                    let rows = group.blocks.first().map_or(1, |b| b.width);
                    (vectors.len(), self.level.max_vectors(rows))
                }
                Lanes::Outputs(pixels) => (pixels.len(), self.level.max_rows()),
            };
            if self.source == Source::CopyPerGroup {
                items.push(Item { group: g, blocks: 0..blocks, places: 0..places });
                continue;
            }
            let weights: usize = group.blocks.iter().map(|b| b.weights.len()).sum();
            let input = group.inputs.len() * self.geometry.channel;
            let by_block = weights > input || matches!(self.lanes, Lanes::Outputs(_));
            // Enough pieces for all threads to end at the same time.
            let pieces =
                if by_block { (4 * threads).div_ceil(self.groups.len() * blocks) } else { usize::MAX };
            let pieces = pieces.min(places.div_ceil(step)).max(1);
            let ranges = even(places, pieces);
            if by_block {
                for b in 0..blocks {
                    items.extend(ranges.iter().map(|r| Item {
                        group: g,
                        blocks: b..b + 1,
                        places: r.clone(),
                    }));
                }
            } else {
                items.extend(ranges.into_iter().map(|places| Item { group: g, blocks: 0..blocks, places }));
            }
        }
        items
    }
}

/// `0 .. len` in `pieces` ranges whose lengths differ by one at most.
fn even(len: usize, pieces: usize) -> Vec<Range<usize>> {
    (0..pieces).map(|i| i * len / pieces..(i + 1) * len / pieces).collect()
}

/// Whether outputs fill the lanes of the vectors better than the pixels of the map do.
fn outputs_in_lanes(taps: &[TapGroup], geometry: &Geometry, level: Level, y: Shape) -> bool {
    let lanes = level.lanes();
    let pixels = y.plane() as f64 / (geometry.vectors(lanes).len() * lanes) as f64;
    // Mean over the multiply-adds.
    let (mut useful, mut done) = (0, 0);
    for group in taps {
        useful += group.taps.len() * group.outputs.len();
        done += group.taps.len() * group.outputs.len().next_multiple_of(lanes);
    }
    let outputs = useful as f64 / done.max(1) as f64;
    // Outputs are turned into planes at the end, which costs a little.
    y.plane() <= MAX_PIXELS_OF_SMALL_MAP && 0.9 * outputs > pixels
}

/// Above this, vectors of pixels are always well filled.
const MAX_PIXELS_OF_SMALL_MAP: usize = 256;
