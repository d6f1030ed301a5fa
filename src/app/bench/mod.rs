//! Page Bench: what is chosen there, and what it shows. The same input and the same pixel in several
//! operators, and who pays what.

mod measure;
mod scene;

use std::sync::Arc;

pub(super) use measure::{Adapter, measure_device, measure_times};
pub(super) use scene::bench_maps;

use super::choice::Fit;
use super::scene::RunKey;
use crate::analysis::{Measured, Spectrum};
use crate::cost::NodeCost;
use crate::exec::backend::Backend;
use crate::figure::{Reads, Site};
use crate::graph::Origin;
use crate::tensor::HostTensor;
use crate::variants::{self, ConvVariant, Geometry, Misfit, Settings};

/// What operators are measured on.
pub const BENCH_BACKENDS: [Backend; 2] = [Backend::Candle, Backend::Wgpu];
/// The operator that the others are compared with.
pub const STANDARD: &str = "standard";
/// Maps at a time.
const BATCHES: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];
/// Sides of the input in percent of the layer's.
pub const RESOLUTIONS: [usize; 7] = [25, 50, 75, 100, 150, 200, 300];
/// Channels and side of the stages of a residual network, and of the layer before them.
pub const SHAPES: [(usize, usize); 5] = [(32, 112), (64, 56), (128, 28), (256, 14), (512, 7)];
/// Most values of an input of a batch: every operator keeps several maps of that size.
const MOST_VALUES: usize = 8 << 20;

/// Place of a backend in what is kept for each of [`BENCH_BACKENDS`].
pub(super) fn slot(backend: Backend) -> usize {
    BENCH_BACKENDS.iter().position(|b| *b == backend).unwrap_or(0)
}

/// What the operators stand in for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BenchPlace {
    /// The chosen layer of the loaded network with its real input.
    #[default]
    Layer,
    /// A 3x3 convolution with as many outputs as inputs; weights and input from a seed.
    Shape {
        /// Its channels.
        channels: usize,
        /// Rows and columns of its input.
        side: usize,
    },
}

/// An operator on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct BenchEntry {
    /// Its name.
    pub variant: &'static str,
    /// Its settings, as far as they were moved.
    pub settings: Settings,
}

impl BenchEntry {
    /// An operator with its defaults.
    pub fn of(variant: &'static str) -> Self {
        Self { variant, settings: Settings::default() }
    }

    /// The operator.
    pub fn operator(&self) -> &'static dyn ConvVariant {
        variants::find(self.variant).unwrap_or(variants::ALL[0])
    }
}

/// The picture of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BenchPicture {
    /// The operators under the roof of a device.
    #[default]
    Roofline,
    /// The chosen channel in every operator.
    Maps,
    /// Its spectrum in every operator, or that of all channels where none is chosen.
    Spectrum,
}

impl BenchPicture {
    /// Every picture.
    pub const ALL: [Self; 3] = [Self::Roofline, Self::Maps, Self::Spectrum];

    /// Its name in text keys and recipes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Roofline => "roofline",
            Self::Maps => "maps",
            Self::Spectrum => "spectrum",
        }
    }
}

/// What somebody expects before the times are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// The operator that is fastest.
    pub fastest: &'static str,
    /// How many times as fast as the standard one.
    pub factor: f64,
    /// On which device.
    pub backend: Backend,
    /// Maps at a time, when it was asked.
    pub batch: usize,
    /// What was asked: another question needs another guess.
    about: (BenchPlace, Option<String>, Vec<&'static str>),
}

/// Everything that is chosen on the page. Layer, channel and pixel are those of the other pages.
#[derive(Clone, Debug, PartialEq)]
pub struct BenchChoice {
    /// What the operators stand in for.
    pub place: BenchPlace,
    /// Maps at a time.
    pub batch: usize,
    /// Sides of the input in percent.
    pub resolution: usize,
    /// The operators, in teaching order; the standard one is always there.
    pub operators: Vec<BenchEntry>,
    /// The one that the card is about.
    pub selected: &'static str,
    /// The device that roofline and card are about.
    pub backend: Backend,
    /// The picture.
    pub picture: BenchPicture,
    /// What was guessed, if it was asked.
    pub guess: Option<Guess>,
}

impl Default for BenchChoice {
    fn default() -> Self {
        let names = [STANDARD, "depthwise_separable", "ghost", "octave", "spconv", "hetconv"];
        Self {
            place: BenchPlace::default(),
            batch: 1,
            resolution: 100,
            operators: names.map(BenchEntry::of).to_vec(),
            selected: "octave",
            backend: Backend::Candle,
            picture: BenchPicture::default(),
            guess: None,
        }
    }
}

impl BenchChoice {
    /// The entry of an operator, if it is on the page.
    pub fn entry(&self, variant: &str) -> Option<&BenchEntry> {
        self.operators.iter().find(|e| e.variant == variant)
    }

    /// The same with an operator put on the page or taken off it; the standard one stays.
    #[must_use]
    pub fn toggled(&self, variant: &'static str) -> Self {
        let mut next = self.clone();
        if variant == STANDARD {
            return next;
        }
        match next.operators.iter().position(|e| e.variant == variant) {
            Some(i) => {
                next.operators.remove(i);
                if next.selected == variant {
                    next.selected = STANDARD;
                }
            }
            None => {
                next.operators.push(BenchEntry::of(variant));
                let place = |e: &BenchEntry| variants::ALL.iter().position(|v| v.name() == e.variant);
                next.operators.sort_by_key(place);
                next.selected = variant;
            }
        }
        next
    }

    /// The same with other settings of an operator.
    #[must_use]
    pub fn with_settings(&self, variant: &str, settings: Settings) -> Self {
        let mut next = self.clone();
        for entry in next.operators.iter_mut().filter(|e| e.variant == variant) {
            entry.settings = settings.clone();
        }
        next
    }

    /// The operator so many places further down is the chosen one.
    #[must_use]
    pub fn stepped(&self, step: isize) -> Self {
        let now = self.operators.iter().position(|e| e.variant == self.selected).unwrap_or(0);
        let next = now.saturating_add_signed(step).min(self.operators.len().saturating_sub(1));
        let selected = self.operators.get(next).map_or(self.selected, |e| e.variant);
        Self { selected, ..self.clone() }
    }

    /// A guess about what is chosen now.
    pub fn guess(&self, layer: Option<String>, fastest: &'static str, factor: f64) -> Guess {
        Guess { fastest, factor, backend: self.backend, batch: self.batch, about: self.question(layer) }
    }

    fn question(&self, layer: Option<String>) -> (BenchPlace, Option<String>, Vec<&'static str>) {
        (self.place, layer, self.operators.iter().map(|e| e.variant).collect())
    }

    /// The guess about what is chosen now. Another batch, resolution, setting or device is still the same
    /// question.
    pub fn current_guess(&self, layer: Option<String>) -> Option<&Guess> {
        let question = self.question(layer);
        self.guess.as_ref().filter(|guess| guess.about == question)
    }
}

/// The batches that are possible for an input of so many values.
pub fn batches(values: usize) -> Vec<usize> {
    let fits = |batch: &usize| *batch == 1 || batch * values <= MOST_VALUES;
    BATCHES.into_iter().filter(fits).collect()
}

/// What a convolution is taken from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PlaceKey {
    /// A layer of a run.
    Layer(RunKey, String),
    /// A shape.
    Shape(usize, usize),
}

/// A fit of an operator with these settings.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fitted {
    pub variant: &'static str,
    pub settings: Settings,
    pub fit: Fit,
}

/// What the maps of the page are made from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BenchKey {
    pub place: PlaceKey,
    pub resolution: usize,
    pub operators: Vec<BenchEntry>,
    /// Fits of some of them on this layer and photo.
    pub fits: Vec<Fitted>,
    pub channel: Option<usize>,
    pub pixel: Option<(usize, usize)>,
    /// Whether spectra are wanted.
    pub spectra: bool,
}

/// One operator on the page: what it gives and costs, without its time.
#[derive(Clone, Debug)]
pub struct BenchRow {
    /// What was chosen.
    pub entry: BenchEntry,
    /// The layer it is: that of the page, or the nearest that it is defined for.
    pub geometry: Geometry,
    /// Its settings, complete and legal.
    pub settings: Settings,
    /// Its map, for one input.
    pub map: HostTensor,
    /// Its cost, for one input.
    pub cost: NodeCost,
    /// Whether it stands in for the layer, so that its map can be compared.
    pub in_place: bool,
    /// Why it cannot.
    pub misfit: Option<Misfit>,
    /// Where its weights come from.
    pub origin: Origin,
    /// `||map - standard|| / ||standard||` with derived weights, and with fitted ones.
    pub errors: [Option<f64>; 2],
    /// What the chosen pixel reads of its first input.
    pub reads: Option<Reads>,
    /// The spectrum of the chosen channel, or of all together; where spectra are shown.
    pub spectrum: Option<Arc<Spectrum>>,
}

/// The operators of the page on the same input.
pub struct BenchScene {
    pub(super) key: BenchKey,
    /// The layer with its input, for one map.
    pub site: Arc<Site>,
    /// The operators.
    pub rows: Vec<BenchRow>,
}

impl BenchScene {
    /// The row of an operator.
    pub fn row(&self, variant: &str) -> Option<&BenchRow> {
        self.rows.iter().find(|row| row.entry.variant == variant)
    }
}

/// What times are of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TimesKey {
    /// Model and layer, or a shape. The photo changes no time.
    pub place: (Option<u64>, Option<String>, Option<(usize, usize)>),
    pub resolution: usize,
    pub batch: usize,
    pub operators: Vec<BenchEntry>,
    /// Counts how often the user wanted them anew.
    pub again: u32,
}

/// Times of all operators on one device, measured in turn.
pub struct BenchTimes {
    pub(super) key: TimesKey,
    /// The device's own name.
    pub device: String,
    /// Whether it is software rendering.
    pub software: bool,
    /// For each operator what was measured, or why it could not be.
    pub rows: Vec<(BenchEntry, Result<Measured, String>)>,
}

impl BenchTimes {
    /// What was measured of an operator with these settings.
    pub fn of(&self, entry: &BenchEntry) -> Option<&Result<Measured, String>> {
        self.rows.iter().find(|(e, _)| e == entry).map(|(_, measured)| measured)
    }

    /// Maps at a time.
    pub fn batch(&self) -> usize {
        self.key.batch
    }
}

/// The time of an operator on a device, as far as it can be shown.
#[derive(Clone, Debug)]
pub enum BenchTime {
    /// Not measured (yet).
    None,
    /// A guess is wanted first.
    Hidden,
    /// It cannot be measured there, in one sentence.
    Failed(String),
    /// Measured; perhaps with settings, batch or layer that are no longer the chosen ones.
    Known {
        /// What was measured.
        measured: Measured,
        /// Whether something has changed since.
        stale: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_come_and_go_in_teaching_order() {
        let choice = BenchChoice::default();
        let more = choice.toggled("sic").toggled("pointwise");
        let names: Vec<_> = more.operators.iter().map(|e| e.variant).collect();
        let order: Vec<_> = variants::ALL.iter().map(|v| v.name()).filter(|n| names.contains(n)).collect();
        assert_eq!(names, order);
        assert_eq!(more.selected, "pointwise");
        let less = more.toggled("pointwise");
        assert_eq!(less.selected, STANDARD);
        assert_eq!(less.toggled(STANDARD), less, "the standard one stays");
        assert_eq!(choice.stepped(-9).selected, STANDARD);
        assert_eq!(choice.stepped(isize::MAX).selected, "hetconv");
    }

    #[test]
    fn a_guess_is_about_one_question() {
        let mut choice = BenchChoice::default();
        choice.guess = Some(choice.guess(None, "ghost", 2.0));
        assert!(choice.current_guess(None).is_some());
        choice.batch = 16;
        assert!(choice.current_guess(None).is_some(), "the same question at another batch");
        assert!(choice.current_guess(Some("conv1".into())).is_none());
        assert!(choice.toggled("sic").current_guess(None).is_none());
    }

    #[test]
    fn batches_fit_into_memory() {
        assert_eq!(batches(64 * 56 * 56).last(), Some(&32));
        assert_eq!(batches(128 * 28 * 28).last(), Some(&64));
        assert_eq!(batches(usize::MAX / 64), [1]);
    }
}
