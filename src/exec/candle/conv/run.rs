//! Running a packed convolution. The unsafe code of the convolution outside the kernels is here.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::super::buffer::{MIN_TASK, fill};
use super::super::simd::micro::{MAX_OUTPUTS, OutputsArgs, PixelVector, PixelsArgs};
use super::{Group, Item, Lanes, MIN_TASK_MACS, PackedConv, Source, even};

/// Taps whose weights stay in the first-level cache while all pixels of a piece go by.
const TAP_CHUNK: usize = 256;

/// The output, written by many threads, each at other places.
#[derive(Clone, Copy)]
struct Out(*mut f32);

// SAFETY: no two items of work write the same value (each output channel is in one block of one
// group, each pixel in one range of one image), and the vector outlives the parallel loop.
unsafe impl Sync for Out {}
// SAFETY: as above.
unsafe impl Send for Out {}

impl Out {
    /// Start of output plane `o` of image `n`.
    fn plane(self, conv: &PackedConv, n: usize, o: u32) -> *mut f32 {
        debug_assert!(n < conv.y.n && (o as usize) < conv.y.c);
        self.0.wrapping_add((n * conv.y.c + o as usize) * conv.y.plane())
    }
}

impl PackedConv {
    /// Convolves `x`, `[N, I, H, W]`.
    ///
    /// # Panics
    /// If `x` has another number of values than the shape the convolution was packed for.
    pub fn run(&self, x: &[f32]) -> Vec<f32> {
        assert_eq!(x.len(), self.x.elements(), "values of a map {}", self.x);
        let len = self.y.elements();
        let mut y: Vec<f32> = Vec::with_capacity(len);
        let out = Out(y.as_mut_ptr());
        match self.source {
            Source::Plain => self.run_items(x, out),
            Source::Copy => self.run_items(&self.padded(x), out),
            Source::CopyPerGroup => self.run_groups(x, out),
        }
        // SAFETY: the items cover every output channel of every group and every pixel, so all
        // `len` values were written (debug builds check that the blocks cover all channels).
        unsafe { y.set_len(len) };
        debug_assert_eq!(
            self.groups.iter().flat_map(|g| &g.blocks).map(|b| b.outputs.len()).sum::<usize>(),
            self.y.c
        );
        y
    }

    /// The padded copy of the whole input.
    fn padded(&self, x: &[f32]) -> Vec<f32> {
        let channel = self.geometry.channel;
        let copies = self.x.n * self.x.c * channel;
        let len = copies + self.geometry.slack(self.level.lanes());
        let mut padded: Vec<f32> = Vec::with_capacity(len);
        let space = &mut padded.spare_capacity_mut()[..len];
        fill(&mut space[copies..], 0.0);
        space[..copies]
            .par_chunks_exact_mut(channel)
            .zip(x.par_chunks_exact(self.x.plane()))
            .with_min_len(MIN_TASK.div_ceil(channel))
            .for_each(|(to, from)| self.geometry.copy_channel(from, to));
        // SAFETY: `copy_channel` writes every value of each channel, `fill` those behind them.
        unsafe { padded.set_len(len) };
        padded
    }

    /// All items, reading `input`, the whole (padded) input.
    fn run_items(&self, input: &[f32], out: Out) {
        let images = if matches!(self.lanes, Lanes::Pixels(_)) { self.x.n } else { 1 };
        let count = images * self.items.len();
        let image = self.x.c * self.geometry.channel;
        let min = (MIN_TASK_MACS * count).div_ceil(self.macs().max(1));
        (0..count).into_par_iter().with_min_len(min.min(count)).for_each(|i| {
            let (n, item) = (i / self.items.len(), &self.items[i % self.items.len()]);
            let group = &self.groups[item.group];
            match &self.lanes {
                Lanes::Pixels(vectors) => {
                    self.pixels(group, item, vectors, &input[n * image..], n, out);
                }
                Lanes::Outputs(pixels) => self.outputs(group, item, pixels, input, out),
            }
        });
    }

    /// All items, each copying the channels it reads.
    fn run_groups(&self, x: &[f32], out: Out) {
        let Lanes::Pixels(vectors) = &self.lanes else {
            unreachable!("copies per group are made for vectors of pixels only");
        };
        let count = self.x.n * self.items.len();
        let (channel, plane) = (self.geometry.channel, self.x.plane());
        let min = (MIN_TASK * count).div_ceil(self.x.elements());
        (0..count).into_par_iter().with_min_len(min.min(count)).for_each_init(Vec::new, |padded, i| {
            let (n, item) = (i / self.items.len(), &self.items[i % self.items.len()]);
            let group = &self.groups[item.group];
            let copies = group.inputs.len() * channel;
            let len = copies + self.geometry.slack(self.level.lanes());
            padded.resize(padded.len().max(len), MaybeUninit::uninit());
            for (&input, to) in group.inputs.iter().zip(padded[..copies].chunks_exact_mut(channel)) {
                let from = (n * self.x.c + input as usize) * plane;
                self.geometry.copy_channel(&x[from..from + plane], to);
            }
            fill(&mut padded[copies..len], 0.0);
            // SAFETY: the first `len` values were just written.
            let padded = unsafe { std::slice::from_raw_parts(padded.as_ptr().cast::<f32>(), len) };
            self.pixels(group, item, vectors, padded, n, out);
        });
    }

    /// One item with pixels in the lanes.
    fn pixels(&self, group: &Group, item: &Item, vectors: &[PixelVector], input: &[f32], n: usize, out: Out) {
        let last =
            group.reach + vectors[item.places.clone()].iter().map(|v| v.read as usize).max().unwrap_or(0);
        assert!(
            group.offsets.is_empty() || last + self.level.lanes() <= input.len(),
            "reads inside the input"
        );
        for block in &group.blocks[item.blocks.clone()] {
            let mut outputs = [std::ptr::null_mut(); MAX_OUTPUTS];
            for (to, &o) in outputs.iter_mut().zip(&block.outputs) {
                *to = out.plane(self, n, o);
            }
            let most = self.level.max_vectors(block.width);
            for tile in even(item.places.len(), item.places.len().div_ceil(most)) {
                let vectors = &vectors[item.places.start + tile.start..item.places.start + tile.end];
                let (kernel, _) = self.level.pixels(block.width, vectors.len());
                // SAFETY: the level was detected on this machine; reads end inside `input`
                // (asserted above), `weights` holds `width` values per tap (packed so), writes stay
                // in the planes of this block's outputs at pixels that only these vectors hold.
                unsafe {
                    kernel(PixelsArgs {
                        input: input.as_ptr(),
                        offsets: &group.offsets,
                        weights: &block.weights,
                        vectors,
                        outputs: &outputs[..block.outputs.len()],
                        bias: &block.bias,
                    });
                }
            }
        }
    }

    /// One item with outputs in the lanes.
    fn outputs(&self, group: &Group, item: &Item, pixels: &[u32], input: &[f32], out: Out) {
        let places = &pixels[item.places.clone()];
        let last = group.reach + places.iter().max().map_or(0, |&p| p as usize);
        assert!(group.offsets.is_empty() || last < input.len(), "reads inside the input");
        let tiles = even(places.len(), places.len().div_ceil(self.level.max_rows()));
        for block in &group.blocks[item.blocks.clone()] {
            let width = block.width;
            let mut start = block.bias.clone();
            start.resize(width, 0.0);
            let mut sums = start.repeat(places.len());
            let chunks = group.offsets.chunks(TAP_CHUNK).zip(block.weights.chunks(TAP_CHUNK * width));
            for (offsets, weights) in chunks {
                for tile in &tiles {
                    let kernel = self.level.outputs(tile.len(), width / self.level.lanes());
                    // SAFETY: the level was detected on this machine; reads end inside `input`
                    // (asserted above), `weights` holds `width` values per tap (packed so), and
                    // `sums` holds `width` values for each pixel of the tile.
                    unsafe {
                        kernel(OutputsArgs {
                            input: input.as_ptr(),
                            offsets,
                            weights,
                            pixels: &places[tile.clone()],
                            sums: sums[tile.start * width..tile.end * width].as_mut_ptr(),
                        });
                    }
                }
            }
            let plane = self.y.plane();
            for (lane, &o) in block.outputs.iter().enumerate() {
                for (i, sum) in sums.chunks_exact(width).enumerate() {
                    let place = item.places.start + i;
                    let (n, pixel) = (place / plane, place % plane);
                    // SAFETY: inside the plane of output `o` of image `n`, which no other item
                    // writes at this pixel.
                    unsafe { *out.plane(self, n, o).add(pixel) = sum[lane] };
                }
            }
        }
    }
}
