//! Page Bench: asking for maps, for what the devices can do, and for times, in this order; and what follows
//! from them.

use std::sync::Arc;

use super::bench_picture::PictureKey;
use super::{App, Event};
use crate::analysis::{Measured, Roofline, Why, delivered_saving};
use crate::app::bench::{
    self, Adapter, BENCH_BACKENDS, BenchEntry, BenchKey, BenchPicture, BenchPlace, BenchScene, BenchTime,
    BenchTimes, Fitted, PlaceKey, STANDARD, TimesKey, slot,
};
use crate::app::choice::{Page, SwapChoice};
use crate::app::jobs::Failure;
use crate::app::scene::{Run, RunKey};
use crate::app::study::study_layer;
use crate::engine::Running;
use crate::exec::backend::Backend;
use crate::figure::Scene;
use crate::graph::NodeId;
use crate::variants;

/// A measurement on the lane.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Measurement {
    /// What a device can do; counted, since it can be wanted again.
    Device(Backend, u32),
    /// The operators on a device.
    Times(Backend, TimesKey),
}

/// What the page has.
#[derive(Default)]
pub(super) struct BenchState {
    pub(super) room: [f32; 2],
    pub(super) scene: Option<Arc<BenchScene>>,
    /// For each of [`BENCH_BACKENDS`].
    rooflines: [Option<Arc<Roofline>>; 2],
    times: [Option<Arc<BenchTimes>>; 2],
    /// Fits made so far, on any page.
    fits: Vec<(RunKey, SwapChoice)>,
    /// Why a device cannot be measured.
    failures: [Option<Failure>; 2],
    adapter: Adapter,
    /// How often the user wanted everything measured anew.
    again: u32,
    /// Counts changes of what stands above.
    pub(super) version: u64,
    pub(super) picture: Option<(PictureKey, Arc<Scene>)>,
}

impl BenchState {
    /// Keeps a fit of a layer; an earlier one of the same operator and settings goes.
    pub(super) fn remember(&mut self, key: RunKey, fitted: SwapChoice) {
        let derived = fitted.clone().derived();
        self.fits.retain(|(_, other)| other.clone().derived() != derived);
        // Those of other photos and networks are not asked for again.
        self.fits.retain(|(other, _)| *other == key);
        self.fits.push((key, fitted));
    }

    pub(super) fn show(&mut self, scene: Arc<BenchScene>) {
        self.scene = Some(scene);
        self.version += 1;
    }
}

impl App {
    /// The operators on the page with their maps and costs.
    pub fn bench(&self) -> Option<&Arc<BenchScene>> {
        self.bench.scene.as_ref()
    }

    /// Whether the maps on the page are not (yet) those of what is chosen.
    pub fn bench_is_stale(&self) -> bool {
        let wanted = self.wanted_bench();
        self.bench.scene.as_ref().map(|s| &s.key) != wanted.as_ref()
    }

    /// The picture of the page, for the room it has.
    pub fn bench_picture(&self) -> Option<&Arc<Scene>> {
        self.bench.picture.as_ref().map(|(_, scene)| scene)
    }

    /// What a device can do, once it is measured.
    pub fn roofline(&self, backend: Backend) -> Option<&Roofline> {
        self.bench.rooflines[slot(backend)].as_deref()
    }

    /// The last times measured on a device.
    pub fn bench_times(&self, backend: Backend) -> Option<&Arc<BenchTimes>> {
        self.bench.times[slot(backend)].as_ref()
    }

    /// Why a device cannot be measured.
    pub fn bench_failure(&self, backend: Backend) -> Option<&Failure> {
        self.bench.failures[slot(backend)].as_ref()
    }

    /// Whether a measurement of the page runs.
    pub fn is_measuring(&self) -> bool {
        self.lanes.measure.state().is_some()
    }

    /// Whether the thread that measures is free; one that was cancelled may still be ending a run.
    pub fn has_stopped_measuring(&self) -> bool {
        self.lanes.measure.is_free()
    }

    /// Whether times of what is chosen are there on every device that can be measured.
    pub fn bench_is_measured(&self) -> bool {
        let Some(key) = self.wanted_times() else { return false };
        BENCH_BACKENDS.iter().all(|&b| {
            let i = slot(b);
            self.bench.failures[i].is_some() || self.bench.times[i].as_ref().is_some_and(|t| t.key == key)
        })
    }

    /// Whether a guess is wanted before times are shown.
    pub fn bench_hides_times(&self) -> bool {
        self.prefs.predict_first && self.choice.bench.current_guess(self.bench_layer_name()).is_none()
    }

    /// The layer that the operators stand in for; `None` for a shape.
    pub fn bench_layer(&self) -> Option<NodeId> {
        let (_, model) = self.model.as_ref().filter(|_| self.choice.bench.place == BenchPlace::Layer)?;
        study_layer(&model.model.graph, self.layer(), variants::ALL[0])
    }

    /// The name of that layer.
    pub fn bench_layer_name(&self) -> Option<String> {
        let (_, model) = self.model.as_ref()?;
        self.bench_layer().map(|id| model.model.graph.node(id).name.clone())
    }

    /// The time of a row of the page on a device.
    pub fn bench_time(&self, backend: Backend, entry: &BenchEntry) -> BenchTime {
        if let Some(failure) = self.bench_failure(backend) {
            return BenchTime::Failed(failure.sentence(self.prefs.lang));
        }
        if self.bench_hides_times() {
            return BenchTime::Hidden;
        }
        let Some(times) = self.bench_times(backend) else { return BenchTime::None };
        let fresh = self.wanted_times().as_ref() == Some(&times.key);
        // While settings move, the last time of the operator stays, dimmed.
        let found = times
            .of(entry)
            .or_else(|| times.rows.iter().find(|(e, _)| e.variant == entry.variant).map(|(_, m)| m));
        match found {
            None => BenchTime::None,
            Some(Err(cause)) => BenchTime::Failed(cause.clone()),
            Some(Ok(measured)) => BenchTime::Known { measured: *measured, stale: !fresh },
        }
    }

    /// What an operator with these settings executes on a device, whether or not its time may be seen.
    pub fn bench_work(&self, backend: Backend, entry: &BenchEntry) -> Option<Measured> {
        let times = self.bench_times(backend)?;
        times.of(entry)?.as_ref().ok().copied()
    }

    /// What was measured of an operator of the last measurement on a device.
    pub(super) fn measured(&self, backend: Backend, variant: &str) -> Option<Measured> {
        let times = self.bench_times(backend)?;
        let (_, measured) = times.rows.iter().find(|(e, _)| e.variant == variant)?;
        measured.as_ref().ok().copied().filter(|m| m.time.runs > 0)
    }

    /// Share of the promised saving that arrives as time; `None` where the times cannot be told apart.
    pub fn delivered(&self, backend: Backend, variant: &str) -> Option<f64> {
        let standard = self.measured(backend, STANDARD).filter(|_| variant != STANDARD)?;
        delivered_saving(&self.measured(backend, variant)?, &standard)
    }

    /// The verdict on an operator of the last measurement on a device; none while times are hidden.
    pub fn why(&self, backend: Backend, variant: &str) -> Option<Why> {
        let roof = self.roofline(backend).filter(|_| !self.bench_hides_times())?;
        let standard = self.measured(backend, STANDARD).filter(|_| variant != STANDARD);
        Why::of(&self.measured(backend, variant)?, standard.as_ref(), roof)
    }

    /// The fastest operator of the last measurement on a device with its time, and others whose spread
    /// overlaps with its own.
    pub fn fastest(&self, backend: Backend) -> Option<(&'static str, Vec<&'static str>)> {
        let times = self.bench_times(backend)?;
        let measured = |(e, m): &(BenchEntry, Result<Measured, String>)| {
            m.as_ref().ok().filter(|m| m.time.runs > 0).map(|m| (e.variant, m.time))
        };
        let all: Vec<_> = times.rows.iter().filter_map(measured).collect();
        let (best, time) = *all.iter().min_by_key(|(_, time)| time.median_ns)?;
        let equal = |other: &crate::analysis::TimeStats| {
            matches!(time.compare(other), crate::analysis::Comparison::NoMeasurableDifference)
        };
        let others = all.iter().filter(|(name, other)| *name != best && equal(other));
        Some((best, others.map(|(name, _)| *name).collect()))
    }

    pub(super) fn measure_again(&mut self, device: bool) {
        self.bench.again += 1;
        self.bench.failures = Default::default();
        self.asked.measurement = None;
        self.lanes.measure.cancel();
        if device {
            let i = slot(self.choice.bench.backend);
            if let Some(roof) = self.bench.rooflines[i].take() {
                self.prefs.rooflines.remove(&roof.device);
            }
        }
        self.bench.version += 1;
    }

    fn wanted_place(&self, run: &Run) -> Option<PlaceKey> {
        match self.choice.bench.place {
            BenchPlace::Shape { channels, side } => Some(PlaceKey::Shape(channels, side)),
            BenchPlace::Layer => self.bench_layer_name().map(|name| PlaceKey::Layer(run.key, name)),
        }
    }

    fn wanted_bench(&self) -> Option<BenchKey> {
        let run = self.run.as_ref().filter(|r| self.wanted_run() == Some(r.key))?;
        let choice = &self.choice.bench;
        let place = self.wanted_place(run)?;
        let layer = if let PlaceKey::Layer(_, layer) = &place { Some(layer) } else { None };
        let here = |(key, swap): &&(RunKey, SwapChoice)| *key == run.key && Some(&swap.layer) == layer;
        let fits = self.bench.fits.iter().filter(here).filter_map(|(_, swap)| {
            let (variant, settings) = (swap.variant, swap.settings.clone());
            Some(Fitted { variant, settings, fit: swap.fit.clone()? })
        });
        let fits = fits.collect();
        Some(BenchKey {
            place,
            resolution: choice.resolution,
            operators: choice.operators.clone(),
            fits,
            channel: self.choice.channel,
            pixel: self.choice.pixel,
            spectra: choice.picture == BenchPicture::Spectrum,
        })
    }

    fn wanted_times(&self) -> Option<TimesKey> {
        let choice = &self.choice.bench;
        let place = match choice.place {
            BenchPlace::Shape { channels, side } => (None, None, Some((channels, side))),
            BenchPlace::Layer => {
                let (_, model) = self.model.as_ref()?;
                (Some(model.id), Some(self.bench_layer_name()?), None)
            }
        };
        Some(TimesKey {
            place,
            resolution: choice.resolution,
            batch: choice.batch,
            operators: choice.operators.clone(),
            again: self.bench.again,
        })
    }

    pub(super) fn sync_bench(&mut self) {
        if self.choice.page != Page::Bench {
            if self.lanes.measure.state().is_some() {
                self.lanes.measure.cancel();
                self.asked.measurement = None;
            }
            return;
        }
        self.sync_bench_maps();
        self.sync_measurement();
        self.sync_bench_picture();
    }

    fn sync_bench_maps(&mut self) {
        let Some(wanted) = self.wanted_bench() else { return };
        if self.asked.bench.as_ref() == Some(&wanted) {
            return;
        }
        let Some(run) = self.run.clone() else { return };
        self.asked.bench = Some(wanted.clone());
        self.lanes.timing.cancel();
        self.asked.timing = None;
        let earlier = self.bench.scene.clone();
        self.lanes.bench.submit("running-operators", Running::Finish, move |ctl| {
            Event::Bench(bench::bench_maps(&run, wanted, earlier.as_deref(), ctl))
        });
    }

    /// Devices first, then operators, one device after the other; when all else is done.
    fn sync_measurement(&mut self) {
        let Some(run) = self.run.clone().filter(|r| self.wanted_run() == Some(r.key)) else { return };
        let Some(key) = self.wanted_times() else { return };
        let next = self.next_measurement(&key);
        let outdated = match (&self.asked.measurement, &next) {
            (Some(Measurement::Times(_, asked)), _) => *asked != key,
            _ => false,
        };
        if outdated && self.lanes.measure.state().is_some() {
            // What is measured is no longer wanted; and what changed runs its maps first.
            self.lanes.measure.cancel();
            self.asked.measurement = None;
        }
        if self.asked.fit.is_some() {
            // Both would slow each other down.
            self.lanes.measure.cancel();
            self.asked.measurement = None;
            return;
        }
        if !self.measures || self.bench_is_stale() || self.lanes.network_times.state().is_some() {
            return;
        }
        let Some(next) = next.filter(|next| self.asked.measurement.as_ref() != Some(next)) else { return };
        let Some(place) = self.wanted_place(&run) else { return };
        self.asked.measurement = Some(next.clone());
        let adapter = self.bench.adapter.clone();
        match next {
            Measurement::Device(backend, _) => {
                // What is to be measured again was forgotten there.
                let known = self.prefs.rooflines.clone();
                self.lanes.measure.submit("measuring-device", Running::Interrupt, move |ctl| {
                    let result = bench::measure_device(&adapter, backend, &known, ctl);
                    Event::Roofline(backend, result.map(Box::new))
                });
            }
            Measurement::Times(backend, key) => {
                self.lanes.measure.submit("measuring-operators", Running::Interrupt, move |ctl| {
                    let result = bench::measure_times(&run, &adapter, backend, &place, key, ctl);
                    Event::BenchTimes(backend, result)
                });
            }
        }
    }

    fn next_measurement(&self, key: &TimesKey) -> Option<Measurement> {
        BENCH_BACKENDS.into_iter().filter(|&b| self.bench.failures[slot(b)].is_none()).find_map(|backend| {
            let i = slot(backend);
            if self.bench.rooflines[i].is_none() {
                return Some(Measurement::Device(backend, self.bench.again));
            }
            let there = self.bench.times[i].as_ref().is_some_and(|t| t.key == *key);
            (!there).then(|| Measurement::Times(backend, key.clone()))
        })
    }

    pub(super) fn absorb_roofline(&mut self, backend: Backend, result: Result<Box<Roofline>, Failure>) {
        match result {
            Ok(roof) => {
                self.prefs.rooflines.insert(roof.device.clone(), (*roof).clone());
                self.bench.rooflines[slot(backend)] = Some(Arc::from(roof));
            }
            Err(failure) => self.bench.failures[slot(backend)] = Some(failure),
        }
        self.bench.version += 1;
    }

    pub(super) fn absorb_times(&mut self, backend: Backend, result: Result<Arc<BenchTimes>, Failure>) {
        match result {
            Ok(times) => self.bench.times[slot(backend)] = Some(times),
            Err(failure) => self.bench.failures[slot(backend)] = Some(failure),
        }
        self.bench.version += 1;
    }
}
