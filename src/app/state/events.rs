//! Finished jobs, and what becomes of their results.

use std::sync::Arc;

use super::App;
use super::sync::maps_key;
use crate::analysis::Roofline;
use crate::app::ablation::AblationRun;
use crate::app::bench::{BenchScene, BenchTimes};
use crate::app::choice::{Fit, SwapChoice};
use crate::app::insight::InsightScene;
use crate::app::jobs::{Cause, Failure};
use crate::app::networks::{NetworkTimes, NetworksScene};
use crate::app::scene::{LayerMaps, LoadedModel, LoadedPhoto, Run, RunKey, SwapRun, Timing};
use crate::app::study::StudyScene;
use crate::app::trace::{ContributionScene, TraceScene};
use crate::cost::published::Audit;
use crate::exec::backend::Backend;
use crate::image_io::Photo;

/// A finished job.
pub(super) enum Event {
    Photo(Result<LoadedPhoto, Failure>),
    Model(Result<LoadedModel, Failure>),
    Run(Result<Arc<Run>, Failure>),
    /// The swap with the maps of the layer that was shown when it was asked for: one event, so that
    /// a slider's result needs one frame and not two.
    Swap(Result<(Arc<SwapRun>, Arc<LayerMaps>), Failure>),
    /// What was asked for, and its result.
    Fit((RunKey, SwapChoice), Result<Fit, Failure>),
    Maps(Result<Arc<LayerMaps>, Failure>),
    Timing(Result<Box<Timing>, Failure>),
    Study(Result<Arc<StudyScene>, Failure>),
    /// `None`: stopped.
    Networks(Option<Arc<NetworksScene>>),
    NetworkTimes(Option<NetworkTimes>),
    Audit(Option<Result<Arc<Audit>, Failure>>),
    Trace(Result<Arc<TraceScene>, Failure>),
    Contribution(Result<Arc<ContributionScene>, Failure>),
    Insight(Result<Arc<InsightScene>, Failure>),
    Ablation(Result<Arc<AblationRun>, Failure>),
    Bench(Result<Arc<BenchScene>, Failure>),
    /// What a device can do, or why it is not known.
    Roofline(Backend, Result<Box<Roofline>, Failure>),
    BenchTimes(Backend, Result<Arc<BenchTimes>, Failure>),
    Thumbnails(Vec<(&'static str, Photo)>),
    Panicked(&'static str, String),
}

impl App {
    /// Takes in what a job gave, if it is still wanted.
    pub(super) fn absorb(&mut self, event: Event) {
        match event {
            Event::Photo(Ok(photo)) => {
                if let Some((_, source)) = self.asked.photo.as_ref().filter(|(id, _)| *id == photo.id) {
                    self.photo = Some((source.clone(), photo));
                }
            }
            Event::Photo(Err(failure)) => {
                self.notify(failure);
                self.keep_photo();
            }
            Event::Model(Ok(model)) => {
                if let Some((_, name)) = self.asked.model.as_ref().filter(|(id, _)| *id == model.id) {
                    let notes = model.model.notes.clone();
                    self.model = Some((name.clone(), model));
                    if !notes.is_empty() {
                        self.notify(Failure { headline: "model-notes", cause: Cause::Notes(notes) });
                    }
                    self.fit_choice_to_model();
                }
            }
            Event::Model(Err(failure)) => {
                self.notify(failure);
                self.keep_model();
            }
            Event::Run(Ok(run)) => {
                if self.wanted_run() == Some(run.key) {
                    self.run = Some(run);
                }
            }
            Event::Swap(Ok((swap, maps))) => {
                if self.choice.swap.is_some() && self.run.as_ref().is_some_and(|r| r.key == swap.base.key) {
                    self.swap = Some(swap);
                    if self.layer() == Some(maps.node) {
                        self.asked.maps = Some(maps_key(&maps));
                        self.show(maps);
                    }
                }
            }
            Event::Swap(Err(failure)) => {
                self.notify(failure);
                self.choice.swap = None;
            }
            // What was asked for is forgotten as soon as something else is chosen.
            Event::Fit(what, result) if self.asked.fit.as_ref() == Some(&what) => {
                self.asked.fit = None;
                match result {
                    Ok(fit) => {
                        self.history.push(self.choice.clone(), "fit", false);
                        let fitted = SwapChoice { fit: Some(fit), ..what.1 };
                        self.bench.remember(what.0, fitted.clone());
                        self.choice.swap = Some(fitted);
                    }
                    Err(failure) => self.notify(failure),
                }
            }
            Event::Fit(..) => {}
            Event::Maps(Ok(maps)) => self.show(maps),
            Event::Study(Ok(study)) => self.study = Some(study),
            Event::Networks(Some(networks)) => {
                // What came while it was being cancelled is not wanted any more.
                if self.asked.networks.as_ref() == Some(&networks.key) {
                    self.networks = Some(networks);
                    self.find_row_times();
                }
            }
            Event::NetworkTimes(Some(times)) => {
                self.network_times = Some(Arc::new(times));
                self.find_row_times();
            }
            Event::Audit(Some(Ok(audit))) => drop(self.audits.insert(audit.table.name, audit)),
            Event::Audit(Some(Err(failure))) => self.notify(failure),
            // Stopped: whoever stopped it knows.
            Event::Networks(None) | Event::NetworkTimes(None) | Event::Audit(None) => {}
            Event::Trace(Ok(trace)) => self.show_trace(trace),
            Event::Contribution(result) => {
                self.asked.contribution = None;
                match result {
                    Ok(found) => self.contribution = Some(found),
                    Err(failure) => self.notify(failure),
                }
            }
            Event::Bench(Ok(scene)) => self.bench.show(scene),
            Event::Roofline(backend, result) => self.absorb_roofline(backend, result),
            Event::BenchTimes(backend, result) => self.absorb_times(backend, result),
            Event::Timing(Ok(timing)) => {
                self.timing = Some(*timing);
                // Only now: reading six photos would have disturbed the measurement.
                self.sync_thumbnails();
            }
            Event::Insight(Ok(scene)) => self.show_insight(scene),
            Event::Insight(Err(failure)) => {
                self.notify(failure);
                self.keep_images();
            }
            Event::Ablation(Ok(run)) => self.show_ablation(run),
            Event::Ablation(Err(failure)) => {
                self.notify(failure);
                self.choice.ablation = None;
            }
            Event::Run(Err(failure))
            | Event::Maps(Err(failure))
            | Event::Study(Err(failure))
            | Event::Bench(Err(failure))
            | Event::Trace(Err(failure))
            | Event::Timing(Err(failure)) => {
                self.notify(failure);
            }
            Event::Thumbnails(photos) => self.thumbnails = photos,
            Event::Panicked(lane, cause) => {
                log::error!("the {lane} job ended with a bug: {cause}");
                self.notify(Failure { headline: "internal-error", cause: Cause::Text(cause) });
                match lane {
                    "photo" => self.keep_photo(),
                    "model" => self.keep_model(),
                    "swap" => self.choice.swap = None,
                    "fit" => self.asked.fit = None,
                    "insight" => self.keep_images(),
                    "ablation" => self.choice.ablation = None,
                    "networks" => self.keep_networks(),
                    "contribution" => self.asked.contribution = None,
                    _ => {}
                }
            }
        }
    }
}
