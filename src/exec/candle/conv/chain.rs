//! A convolution and the pointwise one behind it, band by band: what the first gives for a few rows is
//! still in the cache when the second reads it, and no thread waits for another between the two.

use std::mem::MaybeUninit;
use std::ops::Range;

use rayon::prelude::*;

use super::super::buffer::fill;
use super::super::simd::{Level, micro::PixelVector};
use super::run::{From, OWN_COPIES, Out, pixel_range};
use super::{Input, Item, Lanes, Memory, PackedConv, even};
use crate::exec::conv_work::ConvWork;

/// Pixels of a band: enough to fill the kernels, few enough to stay near.
const BAND: usize = 192;

/// Two convolutions, packed to run together.
#[derive(Debug)]
pub struct Chain {
    first: PackedConv,
    second: PackedConv,
    bands: Vec<Band>,
}

/// Some rows of both maps.
#[derive(Debug)]
struct Band {
    /// Vectors of the first convolution.
    places: Range<usize>,
    /// Rows of its padded copies that they read.
    rows: Range<usize>,
    /// The pixels that they give.
    pixels: Range<usize>,
    /// Vectors of the second convolution, over these pixels.
    vectors: Vec<PixelVector>,
}

impl Chain {
    /// Packs both, if the second reads nothing but what the first gives, pixel by pixel, and if both
    /// have pixels in their lanes.
    ///
    /// # Errors
    /// As [`PackedConv::new`].
    pub fn new(
        level: Level,
        first: &ConvWork,
        second: &ConvWork,
        memory: &Memory,
    ) -> Result<Option<Self>, String> {
        let [source] = second.sources.as_slice() else { return Ok(None) };
        let between = first.targets.iter().all(|t| t.buffer == source.buffer);
        let one_image = first.shape.n == 1 && first.shape.plane() == second.shape.plane();
        // Every channel that is read must come from the first convolution.
        let mut given = vec![false; source.shape.c];
        first.targets.iter().filter(|_| between).for_each(|t| given[t.channel as usize] = true);
        let mut reads = second.groups.iter().flat_map(|g| &g.taps);
        if !between || !one_image || !reads.all(|tap| given[tap.input as usize]) {
            return Ok(None);
        }
        let first = PackedConv::in_bands(level, first, memory)?;
        let second = PackedConv::new(level, second, memory)?;
        let (Input::CopyPerBundle(_), Lanes::Pixels(vectors)) = (&first.input, &first.lanes) else {
            return Ok(None);
        };
        if !matches!((&second.input, &second.lanes), (Input::Plain { .. }, Lanes::Pixels(_))) {
            return Ok(None);
        }
        let lanes = level.lanes();
        let count = first.y.plane().div_ceil(BAND);
        let bands = even(vectors.len(), count.min(vectors.len())).map(|places| {
            let read = |v: &PixelVector| v.read as usize;
            let lowest = vectors[places.clone()].iter().map(read).min().unwrap_or(0);
            let highest = vectors[places.clone()].iter().map(read).max().unwrap_or(0);
            let pixels = pixel_range(vectors, places.clone());
            Band {
                rows: first.layout.rows(lowest..highest + first.within + lanes),
                vectors: over(pixels.clone(), lanes),
                places,
                pixels,
            }
        });
        let bands = bands.collect();
        Ok(Some(Self { first, second, bands }))
    }

    /// Runs both.
    ///
    /// # Safety
    /// As [`PackedConv::run_at`], for both.
    pub unsafe fn run_at(&self, read: *const f32, write: *mut f32) {
        let (read, out) = (From(read), Out(write));
        self.bands.par_iter().for_each(|band| {
            OWN_COPIES.with_borrow_mut(|own| self.first_in(band, own, read, out));
            let item = Item { units: 0..self.second.units.len(), places: 0..band.vectors.len() };
            self.second.pixels(&item, &band.vectors, read, 0, out);
            self.second.finish(&item, 0, band.pixels.clone(), read, out);
        });
    }

    /// The first convolution for one band.
    fn first_in(&self, band: &Band, own: &mut Vec<MaybeUninit<f32>>, read: From, out: Out) {
        let first = &self.first;
        let (Input::CopyPerBundle(copies), Lanes::Pixels(vectors)) = (&first.input, &first.lanes) else {
            unreachable!("packed for bands");
        };
        for units in first.items.iter().map(|item| item.units.clone()) {
            let copies = &copies[first.units[units.start].0];
            let len = copies.len + first.level.lanes();
            if own.len() < len {
                own.resize(len, MaybeUninit::uninit());
            }
            for (phase, channel, place) in &copies.planes {
                // SAFETY: whoever runs the chain vouches for its maps.
                let from = unsafe { first.channel(read, phase.source, 0, *channel) };
                let source = &first.sources[phase.source as usize].source;
                let to = &mut own[place.clone()];
                first.layout.copy_rows(*phase, source, from, to, band.rows.clone());
            }
            fill(&mut own[copies.len..len], 0.0);
            let item = Item { units, places: band.places.clone() };
            first.pixels(&item, vectors, From(own.as_ptr().cast()), 0, out);
            first.finish(&item, 0, band.pixels.clone(), read, out);
        }
    }
}

/// Vectors over neighbouring pixels, each pixel stored once.
fn over(pixels: Range<usize>, lanes: usize) -> Vec<PixelVector> {
    let vector = |first: usize| {
        // The last one is moved back where there is room.
        let read = if first + lanes <= pixels.end {
            first
        } else {
            pixels.end.saturating_sub(lanes).max(pixels.start)
        };
        let new = first - read..(pixels.end - read).min(lanes);
        let mask = new.fold(0, |mask, lane| mask | 1 << lane);
        PixelVector { read: read as u32, write: first as u32, mask }
    };
    pixels.clone().step_by(lanes).map(vector).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_is_stored_once() {
        for (start, end) in [(0, 5), (3, 40), (16, 48), (7, 23), (7, 24)] {
            let mut stored = vec![0; end];
            for v in over(start..end, 16) {
                let mut to = v.write as usize;
                for lane in (0..16).filter(|lane| v.mask >> lane & 1 == 1) {
                    assert_eq!(v.read as usize + lane, to);
                    stored[to] += 1;
                    to += 1;
                }
            }
            assert!(stored[start..].iter().all(|&n| n == 1) && stored[..start].iter().all(|&n| n == 0));
        }
    }
}
