//! One axis of a transposed convolution as convolutions of stride 1, one for each phase of its stride.

use crate::graph::Taps;

/// The output pixels `stride * q + phase` of one axis, as a convolution of stride 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Phase {
    /// First tap of the kernel, and distance to the next.
    pub first: usize,
    pub step: usize,
    /// Taps, and their distance in the input.
    pub taps: usize,
    pub dilation: usize,
    /// Zeros before the input.
    pub before: usize,
    /// Outputs that are computed before the first that is wanted.
    pub skipped: usize,
}

/// One axis of a transposed convolution.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub stride: usize,
    /// Pixels of the result.
    pub out: usize,
    /// `None` where no tap falls.
    pub phases: Vec<Option<Phase>>,
    /// Pixels that the convolution of every phase gives.
    pub rows: usize,
}

impl Axis {
    /// The axis of `size` pixels under `kernel` taps, less `cut` pixels at the front, `out` pixels in all.
    pub(super) fn new(
        size: usize,
        kernel: usize,
        stride: usize,
        dilation: usize,
        cut: i64,
        out: usize,
    ) -> Self {
        let common = greatest_common_divisor(stride, dilation);
        let phase = |phase: usize| {
            let place = phase as i64 + cut;
            let (remainder, shift) =
                (place.rem_euclid(stride as i64) as usize, place.div_euclid(stride as i64));
            let first = (0..kernel.min(stride)).find(|u| u * dilation % stride == remainder)?;
            let step = stride / common;
            let taps = (kernel - first).div_ceil(step);
            let dilation_of = dilation / common;
            // The last tap reads the first pixel.
            let reach = ((first * dilation - remainder) / stride + (taps - 1) * dilation_of) as i64;
            let before = reach - shift;
            Some(Phase {
                first,
                step,
                taps,
                dilation: dilation_of,
                before: before.max(0) as usize,
                skipped: (-before).max(0) as usize,
            })
        };
        let mut axis = Self { stride, out, phases: (0..stride).map(phase).collect(), rows: 0 };
        axis.settle(size);
        axis
    }

    /// Every phase gives as many pixels as the one that needs most.
    fn settle(&mut self, size: usize) {
        let wanted = self.out.div_ceil(self.stride);
        let rows = self.phases.iter().flatten().map(|phase| {
            let without = (size + phase.before).saturating_sub((phase.taps - 1) * phase.dilation);
            without.max(wanted + phase.skipped)
        });
        self.rows = rows.max().unwrap_or(0);
    }

    /// All phases with the zeros of the one that has most of them: one convolution can give them all.
    pub(super) fn evened(&mut self, size: usize) {
        let before = self.phases.iter().flatten().map(|phase| phase.before).max().unwrap_or(0);
        for phase in self.phases.iter_mut().flatten() {
            phase.skipped += before - phase.before;
            phase.before = before;
        }
        self.settle(size);
    }

    /// Whether all phases are convolutions of the same window; with `borders`, of the same border as well.
    pub(super) fn alike(&self, borders: bool) -> bool {
        let same = |a: &Phase, b: &Phase| {
            (a.taps, a.dilation) == (b.taps, b.dilation) && (!borders || a.before == b.before)
        };
        let mut phases = self.phases.iter().flatten();
        phases.next().is_none_or(|first| phases.all(|phase| same(first, phase)))
    }

    pub(super) fn existing(&self) -> impl Iterator<Item = &Phase> {
        self.phases.iter().flatten()
    }

    /// Zeros behind the input of `size` pixels for a phase.
    pub(super) fn after(&self, phase: &Phase, size: usize) -> usize {
        (self.rows + (phase.taps - 1) * phase.dilation).saturating_sub(size + phase.before)
    }

    /// Where each pixel of the result lies: its phase's number among those that exist times `of_phase`, its
    /// place there times `of_pixel`.
    pub(super) fn places(&self, of_phase: usize, of_pixel: usize) -> Taps {
        let numbers: Vec<Option<(usize, usize)>> = self
            .phases
            .iter()
            .scan(0, |number, phase| {
                let this = phase.map(|phase| (*number, phase.skipped));
                *number += usize::from(phase.is_some());
                Some(this)
            })
            .collect();
        Taps::moved((0..self.out).map(|at| {
            let (number, skipped) = numbers[at % self.stride]?;
            Some(number * of_phase + (at / self.stride + skipped) * of_pixel)
        }))
    }
}

const fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
