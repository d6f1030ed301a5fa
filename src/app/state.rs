//! The application: what is chosen, what is shown, what is under way.
//!
//! [`App::apply`] changes what is chosen. After every change and every finished job [`App::sync`]
//! compares what is chosen with what was asked for and asks for what is missing, so that undo, a
//! failed file or a late result need no code of their own.

mod bench;
mod bench_picture;
mod events;
mod insight;
mod lesson;
mod moves;
mod networks;
mod study;
mod sync;
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use self::bench::BenchState;
use self::events::Event;
use self::sync::Asked;
use super::ablation::AblationRun;
use super::action::Action;
use super::choice::{Choice, PhotoSource, SwapChoice};
use super::history::History;
use super::insight::InsightScene;
use super::jobs::Failure;
use super::networks::{NetworkTimes, NetworksScene, RowTimes};
use super::prefs::Preferences;
use super::scene::{LayerMaps, LoadedModel, LoadedPhoto, Run, SwapRun, Timing};
use super::study::StudyScene;
use super::trace::{ContributionScene, TraceScene};
use crate::cost::published::Audit;
use crate::engine::{Lane, Progress};
use crate::exec::wgpu::GpuContext;
use crate::graph::NodeId;
use crate::image_io::Photo;
use crate::model_files::MODEL_EXTENSIONS;

/// How many notices are kept.
const NOTICES: usize = 4;

struct Lanes {
    photo: Lane<Event>,
    model: Lane<Event>,
    run: Lane<Event>,
    swap: Lane<Event>,
    fit: Lane<Event>,
    maps: Lane<Event>,
    timing: Lane<Event>,
    study: Lane<Event>,
    networks: Lane<Event>,
    network_times: Lane<Event>,
    audit: Lane<Event>,
    trace: Lane<Event>,
    contribution: Lane<Event>,
    insight: Lane<Event>,
    ablation: Lane<Event>,
    bench: Lane<Event>,
    measure: Lane<Event>,
    thumbnails: Lane<Event>,
}

/// Something the user should know: headline and cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Tells notices apart.
    pub id: usize,
    /// What failed and why.
    pub failure: Failure,
}

/// A job under way, for the status line.
#[derive(Clone, Debug)]
pub struct Busy {
    /// Key of the label in the text table.
    pub label: String,
    /// How far it is.
    pub progress: Progress,
    /// How long it has been running.
    pub elapsed: Duration,
    /// Whether it measures times, which drawing would disturb where the processor draws.
    pub measures: bool,
}

/// State of the application. Owned by the UI thread; never blocks.
pub struct App {
    /// Remembered settings.
    pub prefs: Preferences,
    choice: Choice,
    history: History<Choice>,
    photo: Option<(PhotoSource, LoadedPhoto)>,
    model: Option<(String, LoadedModel)>,
    run: Option<Arc<Run>>,
    swap: Option<Arc<SwapRun>>,
    maps: Option<Arc<LayerMaps>>,
    timing: Option<Timing>,
    study: Option<Arc<StudyScene>>,
    networks: Option<Arc<NetworksScene>>,
    network_times: Option<Arc<NetworkTimes>>,
    row_times: RowTimes,
    /// Recomputed tables by their names.
    audits: BTreeMap<&'static str, Arc<Audit>>,
    trace: Option<Arc<TraceScene>>,
    contribution: Option<Arc<ContributionScene>>,
    insight: Option<Arc<InsightScene>>,
    /// The redundancy that was looked at last: twins of ablations come from it.
    compared: Option<Arc<InsightScene>>,
    insight_room: [f32; 2],
    ablation: Option<Arc<AblationRun>>,
    room: [f32; 2],
    bench: BenchState,
    /// Operators and steps of their lessons whose answers were shown.
    answered: BTreeSet<(&'static str, usize)>,
    thumbnails: Vec<(&'static str, Photo)>,
    notices: Vec<Notice>,
    next_id: u64,
    measures: bool,
    graphics: Option<GpuContext>,
    lanes: Lanes,
    asked: Asked,
    events: Receiver<Event>,
}

impl App {
    /// Starts the lanes and asks for the first photo and model. `graphics` is the window's own
    /// adapter; `wake` is called from other threads when there is something to [`App::drain`].
    ///
    /// # Errors
    /// If the operating system gives no threads.
    pub fn new(
        prefs: Preferences,
        choice: Choice,
        graphics: Option<GpuContext>,
        wake: impl Fn() + Clone + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, events) = channel();
        let lane = |name: &'static str| {
            Lane::start(name, sender.clone(), wake.clone(), move |cause| Event::Panicked(name, cause))
        };
        let lanes = Lanes {
            photo: lane("photo")?,
            model: lane("model")?,
            run: lane("run")?,
            swap: lane("swap")?,
            fit: lane("fit")?,
            maps: lane("maps")?,
            timing: lane("timing")?,
            study: lane("study")?,
            networks: lane("networks")?,
            network_times: lane("network_times")?,
            audit: lane("audit")?,
            trace: lane("trace")?,
            contribution: lane("contribution")?,
            insight: lane("insight")?,
            ablation: lane("ablation")?,
            bench: lane("bench")?,
            measure: lane("measure")?,
            thumbnails: lane("thumbnails")?,
        };
        let mut app = Self {
            prefs,
            choice,
            history: History::default(),
            photo: None,
            model: None,
            run: None,
            swap: None,
            maps: None,
            timing: None,
            study: None,
            networks: None,
            network_times: None,
            row_times: RowTimes::default(),
            audits: BTreeMap::new(),
            trace: None,
            contribution: None,
            insight: None,
            compared: None,
            insight_room: [0.0; 2],
            ablation: None,
            room: [0.0; 2],
            bench: BenchState::default(),
            answered: BTreeSet::new(),
            thumbnails: Vec::new(),
            notices: Vec::new(),
            next_id: 0,
            measures: true,
            graphics,
            lanes,
            asked: Asked::default(),
            events,
        };
        app.sync();
        Ok(app)
    }

    /// What is chosen.
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// The photo on the screen.
    pub fn photo(&self) -> Option<&LoadedPhoto> {
        self.photo.as_ref().map(|(_, photo)| photo)
    }

    /// The model on the screen.
    pub fn model(&self) -> Option<&LoadedModel> {
        self.model.as_ref().map(|(_, model)| model)
    }

    /// The last finished run.
    pub fn run(&self) -> Option<&Arc<Run>> {
        self.run.as_ref()
    }

    /// The last finished run with a swap; only while one is chosen.
    pub fn swap(&self) -> Option<&Arc<SwapRun>> {
        self.swap.as_ref()
    }

    /// The maps on the screen.
    pub fn maps(&self) -> Option<&Arc<LayerMaps>> {
        self.maps.as_ref()
    }

    /// The last finished measurement of the run on the screen.
    pub fn timing(&self) -> Option<&Timing> {
        self.timing.as_ref().filter(|t| self.run.as_ref().is_some_and(|r| r.key == t.key))
    }

    /// Small versions of the bundled photos, empty until they are ready.
    pub fn thumbnails(&self) -> &[(&'static str, Photo)] {
        &self.thumbnails
    }

    /// Failures that were not dismissed, oldest first.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The window's adapter.
    pub fn graphics(&self) -> Option<&GpuContext> {
        self.graphics.as_ref()
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is a step to do again.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// The chosen layer of the model on the screen.
    pub fn layer(&self) -> Option<NodeId> {
        let (_, model) = self.model.as_ref()?;
        model.model.graph.find(self.choice.layer.as_deref()?)
    }

    /// Whether the maps on the screen are not (yet) those of what is chosen.
    pub fn is_stale(&self) -> bool {
        let Some(maps) = &self.maps else { return true };
        let shown = maps.swap.as_ref().map(|s| &s.choice);
        self.wanted_run() != Some(maps.run.key)
            || self.layer() != Some(maps.node)
            || shown != self.choice.swap.as_ref()
    }

    /// The job that the user waits for, if any.
    pub fn busy(&self) -> Option<Busy> {
        let Lanes { photo, model, run, swap, fit, study, insight, ablation, bench, .. } = &self.lanes;
        let Lanes { networks, audit, network_times, timing, measure, .. } = &self.lanes;
        let waited_for = [photo, model, run, swap, fit, study, insight, ablation, bench, networks, audit];
        let waited_for = waited_for.iter().find_map(|lane| lane.state());
        let measures = waited_for.is_none();
        let measuring = [network_times, measure, timing].iter().find_map(|lane| lane.state());
        waited_for.or(measuring).map(|state| Busy {
            label: state.progress.step(),
            progress: state.progress,
            elapsed: state.elapsed,
            measures,
        })
    }

    /// How far the fit of the chosen operator is, `0.0 ..= 1.0`; `None` if none runs.
    pub fn fitting(&self) -> Option<f32> {
        self.asked.fit.as_ref()?;
        Some(self.lanes.fit.state().map_or(1.0, |state| state.progress.share()))
    }

    /// No times are measured from here on.
    pub fn stop_measuring(&mut self) {
        self.measures = false;
        self.lanes.timing.cancel();
        self.lanes.measure.cancel();
    }

    /// Does what the user wants.
    pub fn apply(&mut self, action: Action) {
        let before = self.choice.clone();
        let mut joins = false;
        let steps = matches!(action, Action::Trace(_) | Action::Back);
        match action {
            Action::Photo(source) => self.choice.photo = source,
            Action::Failed(failure) => self.notify(failure),
            Action::File(path) if is_model_file(&path) => {
                self.choice.model = path.to_string_lossy().into_owned();
            }
            Action::File(path) => self.choice.photo = PhotoSource::File(path),
            Action::Model(name) => self.choice.model = name,
            Action::Layer(name) => self.choose_layer(name),
            Action::StepLayer(step) => self.step_layer(step),
            Action::Channel(channel) => {
                self.choice.channel = channel;
                self.choice.pixel = None;
            }
            Action::StepChannel(step) => self.step_channel(step),
            Action::Pixel(channel, pixel) => {
                self.choice.channel = Some(channel);
                self.choice.pixel = Some(pixel);
            }
            Action::Swap(swap) => {
                self.choice.ablation = self.choice.ablation.take().filter(|_| swap.is_none());
                self.choice.swap = swap;
            }
            Action::DragSwap(swap) => {
                self.choice.ablation = None;
                self.choice.swap = Some(swap);
                joins = true;
            }
            Action::Fit => return self.start_fit(),
            Action::Trace(step) => self.step_trace(step),
            Action::DragEnded => self.history.end_joining(),
            Action::Back => drop(self.choice.back()),
            Action::Page(page) => self.choice.page = page,
            Action::Study(study) => self.choose_study(study),
            Action::DragStudy(study) => {
                self.choose_study(study);
                joins = true;
            }
            Action::StepOperator(step) => self.step_operator(step),
            Action::Networks(networks) => self.choose_networks(networks),
            Action::DragNetworks(networks) => {
                self.choose_networks(networks);
                joins = true;
            }
            Action::MeasureNetworks => return self.measure_networks(),
            Action::StepTable(step) => self.step_table(step),
            Action::Lesson(movement) => self.move_lesson(movement),
            Action::Insight(insight) => joins = self.apply_insight(insight),
            Action::Room(room) => self.room = room,
            Action::Bench(bench) => self.choice.bench = bench,
            Action::DragBench(bench) => {
                self.choice.bench = bench;
                joins = true;
            }
            Action::StepBench(step) => self.choice.bench = self.choice.bench.stepped(step),
            Action::BenchRoom(room) => self.bench.room = room,
            Action::PredictFirst(on) => self.prefs.predict_first = on,
            Action::MeasureAgain => self.measure_again(false),
            Action::MeasureDevice => self.measure_again(true),
            Action::Undo => return self.travel(History::undo),
            Action::Redo => return self.travel(History::redo),
            Action::Cancel => return self.cancel(),
            Action::Lang(lang) => self.prefs.lang = lang,
            Action::Theme(theme) => self.prefs.theme = theme,
            Action::Device(device) => self.prefs.device = device,
            Action::Scale(scale) => self.prefs.scale = scale,
            Action::Colours(colours) => self.prefs.colours = colours,
            Action::Dismiss(id) => self.notices.retain(|n| n.id != id),
        }
        if before.photo != self.choice.photo || before.model != self.choice.model {
            self.drop_fit();
        }
        if !steps {
            self.leave_trail(&before);
        }
        // To turn a page, or to look at the other one of two maps, is no change; undo comes back to the page
        // of the change it undoes.
        let mut turned = Choice { page: self.choice.page, ..before.clone() };
        turned.trace.after = self.choice.trace.after;
        turned.networks.section = self.choice.networks.section;
        turned.networks.table = self.choice.networks.table;
        if turned != self.choice {
            self.history.push(before, if joins { "drag" } else { "step" }, joins);
        }
        self.remember_lesson();
        self.sync();
    }

    /// Takes in finished jobs, for no longer than `budget`. Returns whether there may be more.
    pub fn drain(&mut self, budget: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < budget {
            let Ok(event) = self.events.try_recv() else { return false };
            self.absorb(event);
            self.sync();
        }
        true
    }

    fn show(&mut self, maps: Arc<LayerMaps>) {
        if let Some(swap) = &maps.swap {
            let after = swap.asked.elapsed().as_millis();
            log::debug!("maps of {} {after} ms after it was chosen", swap.choice.variant);
        }
        self.maps = Some(maps);
    }

    fn travel(&mut self, step: fn(&mut History<Choice>, &mut Choice)) {
        step(&mut self.history, &mut self.choice);
        self.remember_lesson();
        self.sync();
    }

    /// Stops what runs; what was being loaded is no longer chosen.
    fn cancel(&mut self) {
        let Lanes { photo, model, run, swap, fit, insight, ablation, timing, measure, .. } = &self.lanes;
        for lane in [photo, model, run, swap, fit, insight, ablation, timing, measure] {
            lane.cancel();
        }
        self.keep_images();
        if self.ablation_is_stale() {
            self.choice.ablation = self.ablation.as_ref().map(|run| run.choice().clone());
        }
        self.asked.fit = None;
        self.cancel_networks();
        self.stop_contribution();
        self.keep_photo();
        self.keep_model();
        if self.choice.swap.is_some() {
            self.choice.swap = self.swap.as_ref().map(|s| s.choice.clone());
            let own = self.swap.as_ref().is_some_and(|s| Some(s.base.key) == self.wanted_run());
            if !own {
                self.drop_fit();
            }
        }
        self.sync();
    }

    /// A fit belongs to one photo and one model.
    fn drop_fit(&mut self) {
        self.choice.swap = self.choice.swap.take().map(SwapChoice::derived);
    }

    /// The photo on the screen is the chosen one again.
    fn keep_photo(&mut self) {
        if let Some((source, photo)) = &self.photo {
            self.choice.photo = source.clone();
            self.asked.photo = Some((photo.id, source.clone()));
        }
    }

    /// The model on the screen is the chosen one again.
    fn keep_model(&mut self) {
        if let Some((name, model)) = &self.model {
            self.choice.model = name.clone();
            self.asked.model = Some((model.id, name.clone()));
        }
    }

    fn notify(&mut self, failure: Failure) {
        log::warn!("{}: {}", failure.headline, failure.sentence(crate::text::Lang::En));
        if self.notices.last().is_some_and(|n| n.failure == failure) {
            return;
        }
        let id = self.fresh_id() as usize;
        self.notices.push(Notice { id, failure });
        if self.notices.len() > NOTICES {
            self.notices.remove(0);
        }
    }

    fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

/// Whether a dropped or named file is a model rather than a photo.
fn is_model_file(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    MODEL_EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
}
