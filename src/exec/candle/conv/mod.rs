//! Our own convolution for the CPU: direct, over lists of taps, packed once and run many times.

mod depthwise;
mod gate;
mod layout;
mod outputs;
mod pack;
mod parts;
mod run;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::exec::conv_work::{ConvWork, Residual, Source};
use crate::exec::taps::TapGroup;
use crate::graph::{Activation, Conv2d, Padding, Weight, Wiring};
use crate::tensor::Shape;

use super::buffer::LINE;
use super::simd::{Level, micro::PixelVector};
use depthwise::{Channel, Made};
use gate::Gate;
use layout::Layout;
use pack::{Block, Segment};

/// Multiply-adds below which a piece of work is not worth a thread of its own, all threads being awake.
const MIN_TASK_MACS: usize = 20_000;

/// A convolution with its weights packed for this machine and one input shape.
#[derive(Debug)]
pub struct PackedConv {
    level: Level,
    /// Shape of the outputs.
    y: Shape,
    sources: Vec<Map>,
    layout: Layout,
    bundles: Vec<Bundle>,
    /// Every block: its bundle and its number there.
    units: Vec<(usize, usize)>,
    lanes: Lanes,
    input: Input,
    items: Vec<Item>,
    targets: Vec<Target>,
    /// Whether outputs are sums of what several bundles give, see [`parts`].
    in_parts: bool,
    residual: Option<(Residual, usize)>,
    activation: Option<Activation>,
    gate: Option<Gate>,
}

/// A source, and where its buffer begins.
#[derive(Debug)]
struct Map {
    source: Source,
    base: usize,
}

impl Map {
    /// Where a channel of an image begins.
    fn plane(&self, n: usize, channel: u32) -> usize {
        let shape = self.source.shape;
        self.base + (n * shape.c + channel as usize) * shape.plane()
    }
}

/// Where an output is written.
#[derive(Clone, Copy, Debug)]
struct Target {
    /// Its plane in the first image.
    start: usize,
    /// Distance to its plane in the next image.
    image: usize,
}

/// Where each buffer of a work begins: those that are read relative to one address, those that are
/// written relative to another.
#[derive(Clone, Debug)]
pub struct Memory {
    /// First value and shape of each buffer.
    pub buffers: Vec<(usize, Shape)>,
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
#[derive(Clone, Debug)]
enum Input {
    /// As it is; the distance from one image to the next.
    Plain { image: usize },
    /// A padded copy of all of it, made first.
    Copy(Copies),
    /// A padded copy of the channels of each bundle, made by the thread that then reads it.
    CopyPerBundle(Vec<Copies>),
    /// One channel for each output, as it is, see [`depthwise`].
    Channels(Vec<Channel>),
    /// Nowhere: it is made band by band.
    Made(Made),
}

/// Which channels are copied, and where.
#[derive(Clone, Debug, Default)]
struct Copies {
    /// Frame, channel, place.
    planes: Vec<(usize, u32, Range<usize>)>,
    /// Values of all copies of one image.
    len: usize,
}

impl Copies {
    /// A copy of every channel that one of the taps reads, each from a cache line on; `place` gets where each begins.
    fn of<'t>(
        layout: &Layout,
        sources: &[Source],
        taps: impl Iterator<Item = &'t crate::exec::taps::Tap>,
    ) -> (Self, BTreeMap<(usize, u32), usize>) {
        let mut place: BTreeMap<(usize, u32), usize> =
            taps.map(|tap| ((layout.offset(tap, sources).0, tap.input), 0)).collect();
        let mut copies = Self::default();
        for ((frame, channel), start) in &mut place {
            *start = copies.len;
            copies.len = (copies.len + layout.len(*frame)).next_multiple_of(LINE);
            copies.planes.push((*frame, *channel, *start..copies.len));
        }
        (copies, place)
    }
}

/// Outputs whose taps go by together.
#[derive(Debug)]
struct Bundle {
    /// Distance of each tap from the place of an output pixel.
    offsets: Vec<u32>,
    /// The largest of `offsets`.
    reach: usize,
    /// Values of the channels it reads.
    read: usize,
    /// Channels it reads.
    channels: usize,
    /// See [`pack::Bundle::segments`].
    segments: Vec<Segment>,
    blocks: Vec<Block>,
}

impl Bundle {
    fn outputs(&self) -> usize {
        self.blocks.iter().map(|block| block.outputs.len()).sum()
    }
}

/// A piece of work for one thread.
#[derive(Clone, Debug, PartialEq)]
struct Item {
    /// What is computed, of `units`.
    units: Range<usize>,
    /// Vectors of pixels, or pixels.
    places: Range<usize>,
}

impl PackedConv {
    /// Packs one convolution from `x` to `y` by itself, with the kernel `[O, slots, k, k]` and a bias
    /// `[O]`.
    ///
    /// # Errors
    /// If the padded input has more than 2^32 values.
    pub fn alone(
        level: Level,
        conv: &Conv2d,
        kernel: &Weight,
        bias: Option<&[f32]>,
        x: Shape,
        y: Shape,
    ) -> Result<Self, String> {
        let work = ConvWork::alone(conv, kernel, bias, x, y)?;
        Self::new(level, &work, &Memory { buffers: vec![(0, x), (0, y)] })
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
        Self::alone(level, &conv, &kernel, bias, x, y)
    }

    /// Packs a convolution with everything that was drawn into it.
    ///
    /// # Errors
    /// If it reads more than 2^32 values.
    pub fn new(level: Level, work: &ConvWork, memory: &Memory) -> Result<Self, String> {
        let (y, sources) = (work.shape, &work.sources);
        let place_of =
            |source: &Source| Map { source: source.clone(), base: memory.buffers[source.buffer].0 };
        let layout = Layout::new(work, level.lanes());
        let parts = parts::of(work);
        let groups = parts.as_ref().unwrap_or(&work.groups);
        let by_outputs = outputs_in_lanes(groups, &layout, level, y);
        let mut packed = match by_outputs {
            true => pack::bundles_of_lanes(groups, &work.bias, level),
            false if parts.is_some() => pack::bundles_of_parts(groups, &work.bias, level),
            false => pack::bundles_of_rows(groups, &work.bias, level),
        };
        pack::mark_again(&mut packed);
        let maps: Vec<Map> = sources.iter().map(place_of).collect();
        let made = work.made.as_ref().map(|made| {
            let maps: Vec<Map> = made.sources.iter().map(place_of).collect();
            Made::new(made, &maps, level.lanes()).expect("only depthwise convolutions are drawn in")
        });
        let band = made.as_ref().map(|made| made.len(y.w));

        let all = Copies::of(&layout, sources, packed.iter().flat_map(|b| &b.taps));
        let plain = layout.is_plain(sources)
            && (by_outputs || y.plane() >= level.lanes())
            && (y.n == 1 || sources.len() == 1);
        let each = |bundle: &pack::Bundle| Copies::of(&layout, sources, bundle.taps.iter());
        let per_bundle: Vec<_> = match plain || by_outputs || parts.is_some() || packed.len() * y.n < 8 {
            true => Vec::new(),
            false => packed.iter().map(each).collect(),
        };
        let copied: usize = per_bundle.iter().map(|(copies, _)| copies.planes.len()).sum();
        let per_bundle = if copied <= all.0.planes.len() { per_bundle } else { Vec::new() };

        let mut bundles = Vec::with_capacity(packed.len());
        for (i, bundle) in packed.into_iter().enumerate() {
            let places = per_bundle.get(i).map_or(&all.1, |(_, places)| places);
            let mut offsets = Vec::with_capacity(bundle.taps.len());
            // Taps of one channel follow each other: look a channel up once.
            let (mut known, mut read) = (None, BTreeMap::new());
            for tap in &bundle.taps {
                let (frame, within) = layout.offset(tap, sources);
                let start = match known {
                    Some((key, start)) if key == (frame, tap.input) => start,
                    _ if band.is_some() => tap.input as usize * band.unwrap_or(0),
                    _ if plain => maps[tap.source as usize].plane(0, tap.input),
                    _ => places[&(frame, tap.input)],
                };
                if known != Some(((frame, tap.input), start)) {
                    read.insert((frame, tap.input), layout.len(frame));
                }
                known = Some(((frame, tap.input), start));
                let offset = u32::try_from(start + within);
                offsets.push(offset.map_err(|_| "the maps it reads have more than 2^32 values".to_owned())?);
            }
            let reach = offsets.iter().max().map_or(0, |&o| o as usize);
            let channels = read.len();
            let read = read.values().sum();
            bundles.push(Bundle {
                offsets,
                reach,
                read,
                channels,
                segments: bundle.segments,
                blocks: bundle.blocks,
            });
        }
        let vectors = made.as_ref().map(|made| made.vectors(y.w, level.lanes()));
        let input = if let Some(made) = made {
            Input::Made(made)
        } else if let Some(channels) = Channel::of_all(work, &maps) {
            Input::Channels(channels)
        } else if plain {
            Input::Plain { image: sources.first().map_or(0, |s| s.shape.c * s.shape.plane()) }
        } else if per_bundle.is_empty() {
            Input::Copy(all.0)
        } else {
            Input::CopyPerBundle(per_bundle.into_iter().map(|(copies, _)| copies).collect())
        };
        let image = match &input {
            Input::Plain { image } => *image,
            Input::Copy(copies) => copies.len,
            Input::CopyPerBundle(_) | Input::Channels(_) | Input::Made(_) => 0,
        };
        if y.n * image > u32::MAX as usize {
            return Err("the maps it reads have more than 2^32 values".to_owned());
        }
        let lanes = match by_outputs {
            true => {
                let pixels = layout.pixels();
                let of_image = |n: usize| pixels.iter().map(move |p| (n * image) as u32 + p);
                Lanes::Outputs((0..y.n).flat_map(of_image).collect())
            }
            false => match &vectors {
                Some(bands) => Lanes::Pixels(bands.concat()),
                None => Lanes::Pixels(layout.vectors(level.lanes())),
            },
        };
        let target = |place: &crate::exec::conv_work::Place| {
            let (base, shape) = memory.buffers[place.buffer];
            let plane = shape.plane();
            Target { start: base + place.channel as usize * plane, image: shape.c * plane }
        };
        let residual = work.residual.clone();
        let mut packed = Self {
            level,
            y,
            sources: maps,
            layout,
            units: bundles
                .iter()
                .enumerate()
                .flat_map(|(b, bundle)| (0..bundle.blocks.len()).map(move |i| (b, i)))
                .collect(),
            bundles,
            lanes,
            input,
            items: Vec::new(),
            targets: work.targets.iter().map(target).collect(),
            in_parts: parts.is_some(),
            residual: residual.map(|r| {
                let base = memory.buffers[r.view.buffer].0;
                (r, base)
            }),
            activation: work.activation,
            gate: None,
        };
        if work.gate.is_some() {
            // Pairs of outputs near each other.
            let first = |&(bundle, block): &(usize, usize)| packed.bundles[bundle].blocks[block].outputs[0];
            let mut units = packed.units.clone();
            units.sort_by_key(|unit| first(unit) as usize % (y.c / 2));
            packed.units = units;
        }
        packed.items = match vectors {
            Some(bands) => packed.of_bands(&bands),
            None if parts.is_some() => packed.cut_by_places(),
            None => packed.cut(work.gate.is_some(), all.1.len()),
        };
        packed.gate = work.gate.as_ref().map(|weight| Gate::new(&packed, memory.buffers[weight.buffer].0));
        packed.check_reach();
        Ok(packed)
    }

    /// Checks once that no vector of any run reads behind the copies; a map that is read as it is ends
    /// with its last pixel, and so does the last vector.
    ///
    /// # Panics
    /// If the packing is wrong: the kernels read without looking.
    fn check_reach(&self) {
        let last = match &self.lanes {
            Lanes::Pixels(vectors) => {
                vectors.iter().map(|v| v.read as usize).max().unwrap_or(0) + self.level.lanes()
            }
            Lanes::Outputs(_) => self.layout.pixels().last().map_or(0, |&p| p as usize) + 1,
        };
        for (i, bundle) in self.bundles.iter().enumerate() {
            let len = match &self.input {
                Input::Channels(_) => continue,
                Input::Made(made) => made.scratch(self.y.w, self.level),
                Input::Copy(copies) => copies.len + self.level.lanes(),
                Input::CopyPerBundle(copies) => copies[i].len + self.level.lanes(),
                Input::Plain { .. } => {
                    self.sources.iter().map(|m| m.plane(0, m.source.shape.c as u32)).max().unwrap_or(0)
                }
            };
            assert!(bundle.offsets.is_empty() || bundle.reach + last <= len, "reads inside the input");
        }
    }

    /// Values of scratch memory that a run needs.
    pub fn scratch(&self) -> usize {
        match &self.input {
            Input::Copy(copies) => self.y.n * copies.len + self.level.lanes(),
            _ => 0,
        }
    }

    /// Multiply-adds of one run, without those on idle lanes.
    pub fn macs(&self) -> usize {
        let per_pixel = |b: &Bundle| -> usize {
            if b.segments.is_empty() {
                return b.offsets.len() * b.outputs();
            }
            b.segments.iter().map(|(outputs, taps)| *taps as usize * outputs.count_ones() as usize).sum()
        };
        self.bundles.iter().map(per_pixel).sum::<usize>() * self.y.plane() * self.y.n
    }

    /// All outputs of each band.
    fn of_bands(&self, bands: &[Vec<PixelVector>]) -> Vec<Item> {
        let mut end = 0;
        let item = |band: &Vec<PixelVector>| {
            end += band.len();
            Item { units: 0..self.units.len(), places: end - band.len()..end }
        };
        bands.iter().map(item).collect()
    }

    /// All outputs of some pixels each: they are written again and again, in order.
    fn cut_by_places(&self) -> Vec<Item> {
        let threads = rayon::current_num_threads();
        // So many vectors that their neighbours come into the caches in time, so few that the sums stay there.
        let (places, pieces) = match &self.lanes {
            Lanes::Outputs(pixels) => (pixels.len(), threads),
            Lanes::Pixels(vectors) => {
                (vectors.len(), vectors.len().div_ceil(4 * self.smallest_tile()).max(2 * threads))
            }
        };
        let pieces = pieces.next_multiple_of(threads).clamp(1, places);
        even(places, pieces).map(|places| Item { units: 0..self.units.len(), places }).collect()
    }

    /// Cuts the work of one image (pixels in the lanes) or of the batch (outputs in the lanes) so that
    /// what a thread reads again and again stays in its caches. `channels` of them are read in all.
    fn cut(&self, gated: bool, channels: usize) -> Vec<Item> {
        let places = match &self.lanes {
            Lanes::Pixels(vectors) => vectors.len(),
            Lanes::Outputs(pixels) => pixels.len(),
        };
        let whole = |units| Item { units, places: 0..places };
        if matches!(self.input, Input::CopyPerBundle(_)) {
            // One item per bundle.
            let mut first = 0;
            let units = self.bundles.iter().map(|bundle| {
                first += bundle.blocks.len();
                first - bundle.blocks.len()..first
            });
            return units.map(whole).collect();
        }
        if gated && matches!(self.lanes, Lanes::Pixels(_)) {
            let pieces = self.units.len().div_ceil(GATED_UNITS);
            return even(self.units.len(), pieces).map(whole).collect();
        }
        let blocks = || self.bundles.iter().flat_map(|b| &b.blocks);
        let weights: usize = blocks().map(|b| b.weights().len()).sum();
        let read = self.bundles.iter().map(|b| b.read).max().unwrap_or(0);
        // Either a block of outputs meets all pixels, and its weights stay near, or a tile of pixels
        // meets all outputs, and what it reads stays near.
        let step = match &self.lanes {
            Lanes::Outputs(_) => self.level.max_rows(),
            Lanes::Pixels(_) => self.smallest_tile(),
        };
        // Outputs that read different channels share too little of a tile.
        let uniform = self.bundles.iter().all(|b| b.segments.is_empty());
        if weights <= read && uniform && matches!(self.lanes, Lanes::Pixels(_)) {
            // What is read for few products and by few bundles comes in time if it is few channels at a time.
            let reads: usize = self.bundles.iter().map(|b| b.channels).sum();
            let products: usize = self.bundles.iter().map(|b| b.offsets.len() * b.outputs()).sum();
            if reads < 2 * channels && products <= FEW_PRODUCTS * reads {
                return self.cut_by_bundles(places, step);
            }
            let all = |places| Item { units: 0..self.units.len(), places };
            return even(places, places.div_ceil(step).max(1)).map(all).collect();
        }
        // Enough pieces for all threads to end at the same time; what does not go up evenly is cut further.
        let (threads, units) = (rayon::current_num_threads(), self.units.len());
        let pieces = |u: usize| match (4 * threads).div_ceil(units) {
            1 if u >= units - units % threads => threads,
            pieces => pieces,
        };
        let of_unit = |u: usize| {
            let pieces = pieces(u).min(places.div_ceil(step)).max(1);
            even(places, pieces).map(move |places| Item { units: u..u + 1, places })
        };
        let items: Vec<Item> = (0..units).flat_map(of_unit).collect();
        // Dealt out: units of one bundle take equally long, those of another may not.
        (0..threads).flat_map(|t| items.iter().skip(t).step_by(threads).cloned()).collect()
    }

    /// All outputs of a bundle each, so many pieces that all threads end at the same time.
    fn cut_by_bundles(&self, places: usize, step: usize) -> Vec<Item> {
        let pieces = (4 * rayon::current_num_threads()).div_ceil(self.bundles.len());
        let pieces = pieces.min(places.div_ceil(step)).max(1);
        let mut first = 0;
        let of_bundle = |bundle: &Bundle| {
            let units = first..first + bundle.blocks.len();
            first = units.end;
            even(places, pieces).map(move |places| Item { units: units.clone(), places })
        };
        self.bundles.iter().flat_map(of_bundle).collect()
    }

    /// Vectors of pixels that every block can compute in one kernel call.
    fn smallest_tile(&self) -> usize {
        let blocks = self.bundles.iter().flat_map(|b| &b.blocks);
        blocks.map(|b| self.tile(b)).min().unwrap_or(1)
    }

    /// Vectors of pixels that one kernel call computes for a block. What outputs with different taps
    /// read lies in many channels: a smaller tile of them stays in the first-level cache.
    fn tile(&self, block: &Block) -> usize {
        let most = self.level.max_vectors(block.width);
        if block.mixed { most.min(self.level.max_vectors(4)) } else { most }
    }
}

/// `0 .. len` in `pieces` ranges whose lengths differ by one at most.
fn even(len: usize, pieces: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    (0..pieces).map(move |i| i * len / pieces..(i + 1) * len / pieces)
}

/// Whether outputs fill the lanes of the vectors better than the pixels of the map do.
fn outputs_in_lanes(groups: &[TapGroup], layout: &Layout, level: Level, y: Shape) -> bool {
    let lanes = level.lanes();
    let pixels = y.plane() as f64 / (layout.vectors(lanes).len() * lanes) as f64;
    // Mean over the multiply-adds.
    let (mut useful, mut done) = (0, 0);
    for group in groups {
        useful += group.taps.len() * group.outputs.len();
        done += group.taps.len() * group.outputs.len().next_multiple_of(lanes);
    }
    let outputs = useful as f64 / done.max(1) as f64;
    // Outputs are turned into planes at the end, which costs a little.
    y.plane() <= MAX_PIXELS_OF_SMALL_MAP && 0.9 * outputs > pixels
}

/// Products of each value that is read, up to which reading takes longer.
const FEW_PRODUCTS: usize = 32;

/// Blocks whose outputs are blended by one thread: two pairs share what they read.
const GATED_UNITS: usize = 4;

/// Above this, vectors of pixels are always well filled.
const MAX_PIXELS_OF_SMALL_MAP: usize = 256;
