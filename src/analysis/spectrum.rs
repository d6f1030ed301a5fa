//! The two-dimensional spectrum of a map: how much of its energy lies at which frequency.

use rayon::prelude::*;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::tensor::HostTensor;

/// Energy of a map without its mean, by frequency.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Columns, as many as the map has.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `|F|^2 / (width * height)`, row by row, with frequency zero at `(width / 2, height / 2)`. The sum is
    /// that of the squared differences from the mean (Parseval).
    pub energy: Vec<f64>,
}

impl Spectrum {
    /// The highest frequency that a map of half the resolution can hold, in cycles per pixel of the map: an octave
    /// below the highest of the map itself.
    pub const OCTAVE: f64 = 0.25;

    /// The spectrum of `height x width` values, row by row. The mean is taken off first: it would outshine
    /// everything else and tells nothing about structure. Values that are not finite count as the mean.
    ///
    /// # Panics
    /// If the number of values is another one.
    pub fn of(values: &[f32], width: usize, height: usize) -> Self {
        Self::planned(&mut FftPlanner::new(), values, width, height)
    }

    /// The spectrum of each channel of the first map of a batch.
    pub fn of_channels(maps: &HostTensor) -> Vec<Self> {
        let shape = maps.shape();
        let one =
            |planner: &mut FftPlanner<f64>, c| Self::planned(planner, maps.channel(0, c), shape.w, shape.h);
        (0..shape.c).into_par_iter().map_init(FftPlanner::new, one).collect()
    }

    /// The energy of all channels of the first map of a batch together, without keeping each; `None` of none.
    pub fn of_layer(maps: &HostTensor) -> Option<Self> {
        let shape = maps.shape();
        let one =
            |planner: &mut FftPlanner<f64>, c| Self::planned(planner, maps.channel(0, c), shape.w, shape.h);
        (0..shape.c).into_par_iter().map_init(FftPlanner::new, one).reduce_with(Self::plus)
    }

    fn plus(mut self, other: Self) -> Self {
        self.energy.iter_mut().zip(&other.energy).for_each(|(sum, more)| *sum += more);
        self
    }

    /// The energy of several maps of one size together; `None` of none.
    pub fn sum(spectra: &[Self]) -> Option<Self> {
        spectra.iter().cloned().reduce(Self::plus)
    }

    fn planned(planner: &mut FftPlanner<f64>, values: &[f32], width: usize, height: usize) -> Self {
        assert_eq!(values.len(), width * height, "values of a spectrum");
        let finite = || values.iter().filter(|v| v.is_finite());
        let mean = finite().map(|&v| f64::from(v)).sum::<f64>() / finite().count().max(1) as f64;
        let off = |&v: &f32| if v.is_finite() { f64::from(v) - mean } else { 0.0 };
        let mut rows: Vec<Complex<f64>> = values.iter().map(|v| Complex::new(off(v), 0.0)).collect();
        planner.plan_fft_forward(width.max(1)).process(&mut rows);
        let mut columns: Vec<Complex<f64>> =
            (0..width * height).map(|i| rows[i % height * width + i / height]).collect();
        planner.plan_fft_forward(height.max(1)).process(&mut columns);
        let scale = 1.0 / (width * height).max(1) as f64;
        let mut energy = vec![0.0; width * height];
        for (i, value) in columns.iter().enumerate() {
            let (x, y) = (i / height, i % height);
            let (x, y) = ((x + width / 2) % width, (y + height / 2) % height);
            energy[y * width + x] = value.norm_sqr() * scale;
        }
        Self { width, height, energy }
    }

    /// Frequencies of a cell in cycles per pixel, `-1/2 ..= 1/2` on both axes.
    pub fn frequency(&self, x: usize, y: usize) -> (f64, f64) {
        let of = |i: usize, n: usize| (i as f64 - (n / 2) as f64) / n as f64;
        (of(x, self.width), of(y, self.height))
    }

    /// The whole energy.
    pub fn total(&self) -> f64 {
        self.energy.iter().sum()
    }

    /// Energy of the cells whose greater frequency of the two axes lies in `from < f <= to`, in cycles per
    /// pixel: a square ring.
    pub fn ring(&self, from: f64, to: f64) -> f64 {
        let in_ring = |i: usize| {
            let (fx, fy) = self.frequency(i % self.width, i / self.width);
            let f = fx.abs().max(fy.abs());
            f > from && f <= to
        };
        self.energy.iter().enumerate().filter(|(i, _)| in_ring(*i)).map(|(_, e)| e).sum()
    }

    /// The energy in `count` square rings of equal width from frequency 0 to 1/2, innermost first: the radial
    /// energy in the metric in which the boundary of an octave is a square, as it is for halving a map's sides.
    /// A cell on the border of two rings belongs to the inner one.
    pub fn rings(&self, count: usize) -> Vec<f64> {
        let mut rings = vec![0.0; count];
        for (i, energy) in self.energy.iter().enumerate() {
            let (fx, fy) = self.frequency(i % self.width, i / self.width);
            let place = 2.0 * fx.abs().max(fy.abs()) * count as f64;
            // Rounding must not move a border.
            let ring = ((place - 1e-9).ceil() as usize).saturating_sub(1).min(count - 1);
            rings[ring] += energy;
        }
        rings
    }

    /// Share of the energy at frequencies of at most `limit` on both axes; 1 where there is none at all.
    pub fn share_below(&self, limit: f64) -> f64 {
        let total = self.total();
        if total > 0.0 { self.ring(-1.0, limit) / total } else { 1.0 }
    }

    /// Decibels below the strongest cell, `-floor ..= 0`: the logarithm of the magnitude.
    pub fn decibels(&self, floor: f32) -> Vec<f32> {
        let most = self.energy.iter().copied().fold(0.0, f64::max);
        let level = |&e: &f64| if e > 0.0 { (10.0 * (e / most).log10()) as f32 } else { -floor };
        self.energy.iter().map(|e| level(e).max(-floor)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn grating(width: usize, height: usize, fx: f32, fy: f32) -> Vec<f32> {
        let value = |i: usize| (TAU * (fx * (i % width) as f32 + fy * (i / width) as f32)).cos() + 3.0;
        (0..width * height).map(value).collect()
    }

    #[test]
    fn energy_is_that_of_the_map_without_its_mean() {
        for (w, h) in [(8, 8), (7, 5), (56, 56), (1, 4), (13, 1)] {
            let values: Vec<f32> = (0..w * h).map(|i| ((i * 7919) % 101) as f32 / 7.0 - 3.0).collect();
            let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / (w * h) as f64;
            let energy: f64 = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum();
            let spectrum = Spectrum::of(&values, w, h);
            assert!((spectrum.total() - energy).abs() <= 1e-9 * energy.max(1.0), "{w}x{h}");
            assert!(spectrum.energy[h / 2 * w + w / 2] < 1e-12 * energy.max(1.0), "the mean is off");
            assert!(
                (spectrum.ring(-1.0, 0.1) + spectrum.ring(0.1, 0.5) - energy).abs() <= 1e-9 * energy.max(1.0)
            );
        }
    }

    #[test]
    fn a_grating_is_two_peaks_at_its_frequency() {
        // 3 cycles in 24 columns (1/8), 5 in 20 rows (1/4).
        let spectrum = Spectrum::of(&grating(24, 20, 0.125, 0.25), 24, 20);
        let mut order: Vec<usize> = (0..24 * 20).collect();
        order.sort_by(|&a, &b| spectrum.energy[b].total_cmp(&spectrum.energy[a]));
        let mut peaks: Vec<_> = order[..2].iter().map(|&i| spectrum.frequency(i % 24, i / 24)).collect();
        peaks.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert_eq!(peaks, [(-0.125, -0.25), (0.125, 0.25)]);
        let two = spectrum.energy[order[0]] + spectrum.energy[order[1]];
        assert!(two / spectrum.total() > 1.0 - 1e-9);
    }

    #[test]
    fn a_grating_lies_below_or_above_a_boundary() {
        let share = |f: f32| Spectrum::of(&grating(32, 32, f, 0.0), 32, 32).share_below(0.25);
        assert!((share(0.125) - 1.0).abs() < 1e-9);
        assert!(share(0.375) < 1e-9);
        assert_eq!(Spectrum::of(&[2.0; 16], 4, 4).share_below(0.25), 1.0);
    }

    #[test]
    fn rings_hold_all_the_energy_and_a_grating_lies_in_its_own() {
        let spectrum = Spectrum::of(&grating(32, 32, 0.25, 0.0), 32, 32);
        let rings = spectrum.rings(8);
        assert!((rings.iter().sum::<f64>() - spectrum.total()).abs() < 1e-9 * spectrum.total());
        // The fourth of eight rings ends at 1/4, where the boundary belongs to.
        assert!(rings[3] / spectrum.total() > 1.0 - 1e-9, "{rings:?}");
        let noise: Vec<f32> = (0..400).map(|i| ((i * 7919) % 101) as f32).collect();
        let spectrum = Spectrum::of(&noise, 20, 20);
        let rings = spectrum.rings(10);
        let below: f64 = rings[..5].iter().sum();
        assert!((below - spectrum.ring(-1.0, 0.25)).abs() < 1e-9 * spectrum.total());
    }

    #[test]
    fn the_energy_of_a_layer_is_that_of_its_channels() {
        let maps = HostTensor::new(
            crate::tensor::Shape::new(1, 2, 16, 16),
            [grating(16, 16, 0.125, 0.0), grating(16, 16, 0.0, 0.375)].concat(),
        );
        let spectra = Spectrum::of_channels(&maps);
        assert_eq!(spectra[1], Spectrum::of(maps.channel(0, 1), 16, 16));
        let sum = Spectrum::sum(&spectra).expect("two channels");
        assert!((sum.total() - spectra[0].total() - spectra[1].total()).abs() < 1e-9 * sum.total());
        assert!((sum.share_below(0.25) - 0.5).abs() < 1e-6);
        let layer = Spectrum::of_layer(&maps).expect("two channels");
        let apart = |(a, b): (&f64, &f64)| (a - b).abs() > 1e-9 * sum.total();
        assert!(!layer.energy.iter().zip(&sum.energy).any(apart), "in one go or channel by channel");
        assert!(Spectrum::sum(&[]).is_none());
    }

    #[test]
    fn decibels_begin_at_the_strongest() {
        let levels = Spectrum::of(&grating(16, 16, 0.25, 0.0), 16, 16).decibels(60.0);
        let most = levels.iter().copied().fold(f32::MIN, f32::max);
        assert!(most == 0.0 && levels.iter().all(|v| (-60.0..=0.0).contains(v)));
        assert_eq!(Spectrum::of(&[2.0; 16], 4, 4).decibels(60.0), [-60.0; 16]);
    }
}
