//! Asking for what is chosen and not there: one function per kind of result.

use std::sync::Arc;
use std::time::Instant;

use super::bench::Measurement;
use super::{App, Event};
use crate::app::ablation::AblationKey;
use crate::app::bench::BenchKey;
use crate::app::choice::{Page, PhotoSource, SwapChoice};
use crate::app::insight::{InsightKey, InsightLook};
use crate::app::jobs;
use crate::app::networks::NetworksKey;
use crate::app::prefs::DeviceChoice;
use crate::app::scene::{LayerMaps, Run, RunKey};
use crate::app::study::{PictureKey, StudyKey};
use crate::app::trace::TraceKey;
use crate::engine::Running;
use crate::exec::backend::Device;

/// What was last asked of each lane, so that nothing is asked twice.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) photo: Option<(u64, PhotoSource)>,
    pub(super) model: Option<(u64, String)>,
    pub(super) run: Option<RunKey>,
    pub(super) swap: Option<(RunKey, SwapChoice)>,
    /// The fit under way.
    pub(super) fit: Option<(RunKey, SwapChoice)>,
    pub(super) maps: Option<MapsKey>,
    pub(super) timing: Option<(RunKey, Option<SwapChoice>)>,
    pub(super) study: Option<(StudyKey, PictureKey)>,
    pub(super) networks: Option<NetworksKey>,
    /// Name of the table being recomputed.
    pub(super) audit: Option<&'static str>,
    pub(super) trace: Option<TraceKey>,
    pub(super) insight: Option<(InsightKey, InsightLook)>,
    pub(super) ablation: Option<AblationKey>,
    /// The splitting under way.
    pub(super) contribution: Option<TraceKey>,
    pub(super) bench: Option<BenchKey>,
    /// The measurement under way, or the one that was cancelled or failed last.
    pub(super) measurement: Option<Measurement>,
}

/// Run, swap and name of the layer.
pub(super) type MapsKey = (RunKey, Option<SwapChoice>, String);

impl App {
    /// Asks for everything that is chosen and neither there nor on its way.
    pub(super) fn sync(&mut self) {
        self.sync_photo();
        self.sync_model();
        self.sync_run();
        self.sync_swap();
        self.sync_fit();
        self.sync_maps();
        self.sync_study();
        self.sync_trace();
        self.sync_insight();
        self.sync_ablation();
        self.sync_bench();
        self.sync_networks();
        self.sync_timing();
    }

    fn sync_photo(&mut self) {
        if self.asked.photo.as_ref().is_some_and(|(_, source)| *source == self.choice.photo) {
            return;
        }
        let (id, source) = (self.fresh_id(), self.choice.photo.clone());
        self.asked.photo = Some((id, source.clone()));
        self.lanes.photo.submit("loading-image", Running::Interrupt, move |_| {
            Event::Photo(jobs::load_photo(id, &source))
        });
    }

    fn sync_model(&mut self) {
        if self.asked.model.as_ref().is_some_and(|(_, name)| *name == self.choice.model) {
            return;
        }
        let (id, name) = (self.fresh_id(), self.choice.model.clone());
        self.asked.model = Some((id, name.clone()));
        self.lanes.model.submit("loading-model", Running::Interrupt, move |ctl| {
            Event::Model(jobs::load_model(id, &name, ctl))
        });
    }

    /// The run of what is chosen; `None` until photo and model are there.
    pub(super) fn wanted_run(&self) -> Option<RunKey> {
        let (source, photo) = self.photo.as_ref()?;
        let (name, model) = self.model.as_ref()?;
        let loaded = *source == self.choice.photo && *name == self.choice.model;
        loaded.then(|| RunKey { model: model.id, photo: photo.id, graphics: self.uses_graphics() })
    }

    /// Whether networks run on the window's adapter.
    pub fn uses_graphics(&self) -> bool {
        match (&self.graphics, self.prefs.device) {
            (None, _) | (_, DeviceChoice::Cpu) => false,
            (Some(_), DeviceChoice::Graphics) => true,
            (Some(context), DeviceChoice::Auto) => !context.is_software(),
        }
    }

    fn sync_run(&mut self) {
        let Some(key) = self.wanted_run().filter(|key| self.asked.run != Some(*key)) else { return };
        let (Some((_, photo)), Some((_, model))) = (self.photo.clone(), self.model.clone()) else { return };
        let device = match &self.graphics {
            Some(context) if key.graphics => Device::Wgpu(context.clone()),
            _ => Device::Candle,
        };
        let same = |run: &&Arc<Run>| run.key.model == key.model && run.key.graphics == key.graphics;
        let plan = self.run.as_ref().filter(same).map(|run| Arc::clone(&run.plan));
        self.asked.run = Some(key);
        self.lanes.timing.cancel();
        self.lanes.run.submit("running", Running::Interrupt, move |ctl| {
            Event::Run(jobs::run(key, model, photo, device, plan, ctl))
        });
    }

    fn sync_swap(&mut self) {
        let Some(choice) = self.choice.swap.clone() else {
            self.lanes.swap.cancel();
            self.swap = None;
            self.asked.swap = None;
            return;
        };
        let Some(run) = self.run.clone().filter(|r| self.wanted_run() == Some(r.key)) else { return };
        let wanted = (run.key, choice);
        if self.asked.swap.as_ref() == Some(&wanted) {
            return;
        }
        self.asked.swap = Some(wanted.clone());
        self.lanes.timing.cancel();
        let asked = Instant::now();
        let ids = [self.fresh_id(), self.fresh_id()];
        let graph = &run.model.model.graph;
        let shown = self.layer().or_else(|| graph.find(&wanted.1.layer));
        self.lanes.swap.submit("running-swap", Running::Finish, move |ctl| {
            let swap = jobs::run_swap(Arc::clone(&run), wanted.1, asked, ctl);
            Event::Swap(swap.and_then(|swap| {
                let node = shown.unwrap_or(swap.swapped.replaced);
                let maps = jobs::layer_maps(run, Some(Arc::clone(&swap)), node, ids)?;
                Ok((swap, maps))
            }))
        });
    }

    /// Starts a fit of what is chosen; one that runs already goes on.
    pub(super) fn start_fit(&mut self) {
        let Some(run) = self.run.clone().filter(|r| self.wanted_run() == Some(r.key)) else { return };
        let Some(swap) = self.choice.swap.clone().map(SwapChoice::derived) else { return };
        if self.choice.swap.as_ref() != Some(&swap) || self.asked.fit.is_some() {
            return;
        }
        self.asked.fit = Some((run.key, swap.clone()));
        // Both would slow each other down; the times are measured afterwards.
        self.lanes.timing.cancel();
        self.asked.timing = None;
        self.lanes.fit.submit("fitting-swap", Running::Interrupt, move |ctl| {
            let fit = jobs::fit_swap(&run, &swap, ctl);
            Event::Fit((run.key, swap), fit)
        });
    }

    /// Stops a fit of something that is no longer chosen.
    fn sync_fit(&mut self) {
        let Some((key, swap)) = &self.asked.fit else { return };
        if self.wanted_run() != Some(*key) || self.choice.swap.as_ref() != Some(swap) {
            self.lanes.fit.cancel();
            self.asked.fit = None;
        }
    }

    fn sync_maps(&mut self) {
        let (Some(run), Some(node)) = (self.run.clone(), self.layer()) else { return };
        if self.wanted_run() != Some(run.key) {
            return;
        }
        let swap = self.swap.clone().filter(|s| s.base.key == run.key);
        if self.choice.swap.is_some() && swap.is_none() && self.maps.is_some() {
            // Both appear together, so that the old pair stays until the new one is there.
            return;
        }
        let name = run.model.model.graph.node(node).name.clone();
        let wanted = (run.key, swap.as_ref().map(|s| s.choice.clone()), name);
        if self.asked.maps.as_ref() == Some(&wanted) {
            return;
        }
        self.asked.maps = Some(wanted);
        let ids = [self.fresh_id(), self.fresh_id()];
        self.lanes.maps.submit("reading-maps", Running::Finish, move |_| {
            Event::Maps(jobs::layer_maps(run, swap, node, ids))
        });
    }

    /// Times are measured when all else is done, so that nothing disturbs them.
    fn sync_timing(&mut self) {
        let Some(run) = self.run.clone().filter(|r| self.wanted_run() == Some(r.key)) else { return };
        let looking = self.lanes.insight.state().is_some() || self.lanes.ablation.state().is_some();
        if self.maps.is_none() || self.is_stale() || self.asked.fit.is_some() || looking {
            return;
        }
        let disturbed = self.lanes.network_times.state().is_some();
        if !self.measures || disturbed || self.choice.page != Page::Inspect {
            return self.sync_thumbnails();
        }
        let swap = self.swap.clone();
        let wanted = (run.key, swap.as_ref().map(|s| s.choice.clone()));
        if self.asked.timing.as_ref() == Some(&wanted) {
            return;
        }
        self.asked.timing = Some(wanted);
        self.lanes.timing.submit("measuring", Running::Interrupt, move |ctl| {
            Event::Timing(jobs::timing(&run, swap.as_deref(), ctl).map(Box::new))
        });
    }

    pub(super) fn sync_thumbnails(&mut self) {
        if !self.thumbnails.is_empty() || self.lanes.thumbnails.state().is_some() {
            return;
        }
        self.lanes
            .thumbnails
            .submit("loading-image", Running::Finish, |_| Event::Thumbnails(jobs::thumbnails()));
    }
}

/// What the maps on the screen were made from.
pub(super) fn maps_key(maps: &LayerMaps) -> MapsKey {
    let name = maps.run.model.model.graph.node(maps.node).name.clone();
    (maps.run.key, maps.swap.as_ref().map(|s| s.choice.clone()), name)
}
