//! Pieces of work with outputs in the lanes: sums of all pixels for some outputs, then planes of pixels.

use std::ops::Range;

use super::super::simd::PlanesArgs;
use super::super::simd::micro::OutputsArgs;
use super::run::{From, Out, with_own_copies};
use super::{Block, Bundle, Item, PackedConv, even};

/// Taps whose weights stay in the first-level cache while all pixels of a piece go by.
const TAP_CHUNK: usize = 128;

impl PackedConv {
    /// The pixels of an image that an item with outputs in the lanes computes.
    pub(super) fn pixels_of(&self, item: &Item, n: usize) -> Range<usize> {
        let (first, end) = (n * self.y.plane(), (n + 1) * self.y.plane());
        item.places.start.max(first) - first..item.places.end.min(end) - first
    }

    /// One item with outputs in the lanes.
    pub(super) fn outputs(&self, item: &Item, pixels: &[u32], input: From, read: From, out: Out) {
        let places = &pixels[item.places.clone()];
        for (bundle, block) in self.blocks(item) {
            let width = block.width;
            let len = (places.len() + self.level.lanes()) * width;
            with_own_copies(len, |sums| {
                for sums in sums.chunks_exact_mut(width).take(places.len()) {
                    sums.copy_from_slice(&block.bias);
                }
                self.sum_outputs(bundle, block, places, input, sums);
                self.store_outputs(block, item, sums, read, out);
            });
        }
    }

    /// Adds what a block of outputs reads at some pixels to its sums, `[pixel][width]`.
    fn sum_outputs(&self, bundle: &Bundle, block: &Block, places: &[u32], input: From, sums: &mut [f32]) {
        let width = block.width;
        let count = places.len().div_ceil(self.level.max_rows());
        let tiles = even(places.len(), count);
        let chunks = bundle.offsets.chunks(TAP_CHUNK).zip(block.weights().chunks(TAP_CHUNK * width));
        for (offsets, weights) in chunks {
            // Each tile fetches its share of the next chunk.
            let share = (TAP_CHUNK * width).div_ceil(count);
            let step = share.div_ceil(offsets.len());
            for (t, tile) in tiles.clone().enumerate() {
                let kernel = self.level.outputs(tile.len(), width / self.level.lanes());
                // SAFETY: the level was detected on this machine; the copies (or the map itself)
                // hold every place that a tap of a pixel reads, `weights` holds `width` values per
                // tap (packed so), and `sums` holds `width` values for each pixel of the tile.
                unsafe {
                    kernel(OutputsArgs {
                        input: input.at(0),
                        offsets,
                        weights,
                        pixels: &places[tile.clone()],
                        ahead: weights.as_ptr().wrapping_add(TAP_CHUNK * width + t * share),
                        ahead_step: step,
                        sums: sums[tile.start * width..tile.end * width].as_mut_ptr(),
                    });
                }
            }
        }
    }

    /// Writes the sums of a block, `[pixel][width]`, into the planes of its outputs.
    fn store_outputs(&self, block: &Block, item: &Item, mut sums: &[f32], read: From, out: Out) {
        for n in self.images(item) {
            let pixels = self.pixels_of(item, n);
            let first = |&o: &u32| out.plane(self, n, o).wrapping_add(pixels.start);
            let outputs: Vec<_> = block.outputs.iter().map(first).collect();
            let added = |(&o, &again): (&u32, &bool)| match self.added_in_store(n, o, again, read, out) {
                plane if plane.is_null() => plane,
                plane => plane.wrapping_add(pixels.start),
            };
            let added: Vec<_> = match self.adds_in_store(block) {
                true => block.outputs.iter().zip(&block.again).map(added).collect(),
                false => Vec::new(),
            };
            // SAFETY: the level was detected on this machine; these pixels of the planes are no other item's, and
            // behind the sums of the last pixel are those of as many pixels as there are lanes.
            unsafe {
                self.level.planes(PlanesArgs {
                    sums: sums.as_ptr(),
                    width: block.width,
                    pixels: pixels.len(),
                    outputs: &outputs,
                    added: &added,
                    clamp: self.clamp_in_store(),
                });
            }
            sums = &sums[pixels.len() * block.width..];
        }
    }
}
