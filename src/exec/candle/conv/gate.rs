//! The gate behind a convolution: a pair of outputs is blended as soon as both are whole, while they may
//! still be in a cache.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::elementwise::share;
use super::run::Out;
use super::{Item, Lanes, PackedConv};

/// The pairs of a convolution's outputs, one after another for each image.
#[derive(Debug)]
pub struct Gate {
    /// Where the weights are written, one for each pair.
    weights: usize,
    /// Pieces of work that each pair waits for.
    pieces: Vec<u32>,
    /// How many of them are done.
    done: Vec<AtomicU32>,
}

impl Gate {
    /// The gate of a convolution that is cut into its pieces.
    pub fn new(conv: &PackedConv, weights: usize) -> Self {
        let pairs = conv.y.c / 2;
        let mut pieces = vec![0; conv.y.n * pairs];
        for item in &conv.items {
            for n in conv.images(item) {
                conv.outputs_of(item).for_each(|o| pieces[n * pairs + o as usize % pairs] += 1);
            }
        }
        let done = pieces.iter().map(|_| AtomicU32::new(0)).collect();
        Self { weights, pieces, done }
    }

    /// To be called before each run.
    pub fn begin(&self) {
        self.done.iter().for_each(|done| done.store(0, Ordering::Relaxed));
    }
}

impl PackedConv {
    /// The images that a piece of work has pixels of.
    pub(super) fn images(&self, item: &Item) -> Range<usize> {
        match &self.lanes {
            Lanes::Pixels(_) => 0..self.y.n,
            Lanes::Outputs(_) => {
                let plane = self.y.plane();
                item.places.start / plane..item.places.end.div_ceil(plane)
            }
        }
    }

    /// Blends the pairs that are whole since this piece is done.
    pub(super) fn blend(&self, item: &Item, n: usize, out: Out) {
        let Some(gate) = &self.gate else { return };
        let (pairs, plane) = (self.y.c / 2, self.y.plane());
        for o in self.outputs_of(item) {
            let pair = n * pairs + o as usize % pairs;
            // The last piece sees what the others wrote.
            if gate.done[pair].fetch_add(1, Ordering::AcqRel) + 1 < gate.pieces[pair] {
                continue;
            }
            let first = o % pairs as u32;
            // SAFETY: all pieces of both outputs are done, and nobody else blends this pair; the weight is
            // the pair's. None of the three overlap.
            let (a, b, weight) = unsafe {
                (
                    std::slice::from_raw_parts_mut(out.plane(self, n, first), plane),
                    std::slice::from_raw_parts(out.plane(self, n, first + pairs as u32), plane),
                    &mut *out.at(gate.weights + pair),
                )
            };
            let mean = |x: &[f32]| self.level.sum(x) / plane as f64;
            *weight = share(mean(a), mean(b));
            self.level.blend(a, *weight, b);
        }
    }
}
