//! What runs off the UI thread. Each function is one job: it takes what it needs and gives a result.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::choice::{BUNDLED_PHOTOS, Fit, PhotoSource, SwapChoice};
use super::errors::image_error;
use super::notes::note;
use super::photos;
use super::scene::{
    FusedTiming, LayerMaps, LoadedModel, LoadedPhoto, Maps, NodeTimes, Run, RunKey, SwapRun, SwapTiming,
    Timing,
};
use crate::analysis::{Ceilings, ChannelRanges, Class, PartTimes, TimeStats, fit, scores, top_classes};
use crate::cost::cost;
use crate::engine::JobCtl;
use crate::exec::backend::{Device, Plan};
use crate::exec::{ExecError, Trace, Value};
use crate::graph::{Graph, NodeId, Origin};
use crate::image_io::{ImageError, Photo, decode, input_window, preprocess};
use crate::model_files::{Model, Note};
use crate::text::Lang;
use crate::variants::{self, SwapError, Swapped};

/// Rounds of a measurement. Each runs every network once, so that drift hits all alike.
const TIMING_ROUNDS: usize = 11;
/// Time without any change before a measurement starts: a slider that still moves must not wait for
/// the processor behind a measurement that nobody will see.
const REST: Duration = Duration::from_millis(500);
/// First rounds, which warm caches and are not counted.
const WARM_UP_ROUNDS: usize = 2;

/// Longer side of the photo as the window draws it, in pixels.
const SHOWN_SIDE: u32 = 1600;
/// Longer side of a thumbnail, in pixels.
const THUMBNAIL_SIDE: u32 = 128;

/// A failed job: what failed, by its key in the text table, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Key of the headline.
    pub headline: &'static str,
    /// Why.
    pub cause: Cause,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// A picture cannot be used.
    Image(ImageError),
    /// One sentence.
    Text(String),
    /// Nothing failed: remarks on a model that was opened.
    Notes(Vec<Note>),
}

impl Failure {
    pub(super) fn new(headline: &'static str) -> impl Fn(&dyn std::fmt::Display) -> Self {
        move |cause| Self { headline, cause: Cause::Text(cause.to_string()) }
    }

    /// The cause as one sentence.
    pub fn sentence(&self, lang: Lang) -> String {
        match &self.cause {
            Cause::Image(error) => image_error(lang, error),
            Cause::Text(text) => text.clone(),
            Cause::Notes(notes) => {
                let sentences: Vec<String> = notes.iter().map(|n| note(lang, n)).collect();
                sentences.join(if lang == Lang::Zh { "" } else { " " })
            }
        }
    }
}

impl Failure {
    /// Whether something failed; else it is a remark.
    pub const fn is_error(&self) -> bool {
        !matches!(self.cause, Cause::Notes(_))
    }
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Self {
        Self { headline: "image-cannot-be-read", cause: Cause::Image(error) }
    }
}

/// Reads and decodes a photo, and makes the copy that the window draws.
pub fn load_photo(id: u64, source: &PhotoSource) -> Result<LoadedPhoto, Failure> {
    let photo = read_photo(source)?;
    let fits = photo.width.max(photo.height) <= SHOWN_SIDE;
    let shown = if fits { Arc::clone(&photo) } else { Arc::new(photo.thumbnail(SHOWN_SIDE)) };
    Ok(LoadedPhoto { id, photo, shown })
}

fn read_photo(source: &PhotoSource) -> Result<Arc<Photo>, Failure> {
    let failed = Failure::new("image-cannot-be-read");
    let photo = match source {
        PhotoSource::Pasted(photo) => return Ok(Arc::clone(photo)),
        PhotoSource::Bundled(name) => photos::bundled_photo(name)?,
        PhotoSource::File(path) => {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            let bytes = std::fs::read(path).map_err(|e| failed(&format!("{name}: {e}")))?;
            decode(&bytes, &name)?
        }
    };
    Ok(Arc::new(photo))
}

/// Small versions of the bundled photos.
pub fn thumbnails() -> Vec<(&'static str, Photo)> {
    let small = |&name: &&'static str| {
        let photo = photos::bundled_photo(name).ok()?;
        Some((name, photo.thumbnail(THUMBNAIL_SIDE)))
    };
    BUNDLED_PHOTOS.iter().filter_map(small).collect()
}

/// Loads a model and counts its cost.
pub fn load_model(id: u64, name: &str, ctl: &JobCtl) -> Result<LoadedModel, Failure> {
    let watch = |done, all| {
        ctl.progress.set(done, all);
        !ctl.cancel.is_cancelled()
    };
    let model =
        Model::load_watched(name, None, &watch).map_err(|e| Failure::new("model-cannot-be-read")(&e))?;
    let cost = Arc::new(cost(&model.graph));
    Ok(LoadedModel { id, model: Arc::new(model), cost })
}

/// Runs the network on the photo. A plan for the same model and device is used again.
pub fn run(
    key: RunKey,
    model: LoadedModel,
    photo: LoadedPhoto,
    device: Device,
    plan: Option<Arc<Plan>>,
    ctl: &JobCtl,
) -> Result<Arc<Run>, Failure> {
    let failed = Failure::new("run-failed");
    let Photo { rgb, width, height, .. } = &*photo.photo;
    model.model.takes_photo().map_err(|e| failed(&e))?;
    let manifest = &model.model.manifest;
    let input = preprocess(rgb, *width, *height, manifest);
    let window = input_window(*width, *height, manifest);
    let graph = &model.model.graph;
    let plan = match plan {
        Some(plan) => plan,
        None => Arc::new(Plan::new(&device, graph).map_err(|e| failed(&e))?),
    };
    let trace = plan.run(std::slice::from_ref(&input), &ctl.exec()).map_err(|e| failed(&e))?;
    let top = top(graph, &trace, &device).map_err(|e| failed(&e))?;
    Ok(Arc::new(Run { key, model, photo, device, plan, input, window, trace, top }))
}

/// Runs the network with one layer replaced.
pub fn run_swap(
    base: Arc<Run>,
    choice: SwapChoice,
    asked: Instant,
    ctl: &JobCtl,
) -> Result<Arc<SwapRun>, Failure> {
    let failed = Failure::new("run-failed");
    let mut swapped = swapped(&base, &choice)?;
    let id = swapped.replaced;
    if let Some(Fit(fit)) = &choice.fit {
        let weights = fit.weights.iter().map(|(id, values)| (*id, values.as_slice()));
        swapped = swapped.with_weights(weights, Origin::Fitted);
    }
    let plan = Plan::new_like(&base.device, &swapped.graph, &base.plan).map_err(|e| failed(&e))?;
    // What lies before the layer is as it was.
    let mut known = vec![None; swapped.graph.nodes().len()];
    for &(new, old) in &swapped.unchanged {
        if let Value::Host(value) = base.trace.value(old) {
            known[new.index()] = Some(value.clone());
        }
    }
    let input = std::slice::from_ref(&base.input);
    let trace = plan.resume(input, &known, &ctl.exec()).map_err(|e| failed(&e))?;
    let top = top(&swapped.graph, &trace, &base.device).map_err(|e| failed(&e))?;
    let before = base.device.read(base.trace.value(id)).map_err(|e| failed(&e))?;
    let after = base.device.read(trace.value(swapped.node_of[id.index()])).map_err(|e| failed(&e))?;
    let relative_change = after.relative_error(&before);
    let cost = cost(&swapped.graph);
    Ok(Arc::new(SwapRun {
        base,
        asked,
        choice,
        swapped,
        cost,
        plan: Arc::new(plan),
        trace,
        top,
        relative_change,
    }))
}

/// The network with one layer replaced, with derived weights.
fn swapped(base: &Run, choice: &SwapChoice) -> Result<Swapped, Failure> {
    let impossible = Failure::new("swap-not-possible");
    let graph = &base.model.model.graph;
    let id = variants::find_layer(graph, &choice.layer).map_err(|e| impossible(&e))?;
    let variant = variants::find(choice.variant)
        .ok_or_else(|| impossible(&format!("there is no operator '{}'", choice.variant)))?;
    variants::swap(graph, id, variant, &choice.settings).map_err(|e: SwapError| impossible(&e))
}

/// Fits the operator's weights, from where they were derived, to what the layer makes of this photo.
pub fn fit_swap(base: &Run, choice: &SwapChoice, ctl: &JobCtl) -> Result<Fit, Failure> {
    let failed = Failure::new("fit-failed");
    let swapped = swapped(base, choice)?;
    let read = |id: NodeId| base.device.read(base.trace.value(id)).map_err(|e| failed(&e));
    let layer = base.model.model.graph.node(swapped.replaced);
    let (input, target) = (read(layer.inputs[0])?, read(swapped.replaced)?);
    let result = fit::fit(&swapped.graph, &swapped.operator, &input, &target, fit::STEPS, &ctl.exec());
    Ok(Fit(Arc::new(result.map_err(|e| failed(&e))?)))
}

/// Brings the maps of a layer to where they can be read as numbers, and looks at their ranges.
pub fn layer_maps(
    run: Arc<Run>,
    swap: Option<Arc<SwapRun>>,
    node: NodeId,
    ids: [u64; 2],
) -> Result<Arc<LayerMaps>, Failure> {
    let failed = Failure::new("run-failed");
    let maps = |id: u64, value: &Value| -> Result<Maps, Failure> {
        let host = run.device.read(value).map_err(|e| failed(&e))?;
        Ok(Maps { id, value: value.clone(), ranges: ChannelRanges::of(&host), host })
    };
    let before = maps(ids[0], run.trace.value(node))?;
    let after =
        swap.as_ref().map(|s| maps(ids[1], s.trace.value(s.swapped.node_of[node.index()]))).transpose()?;
    Ok(Arc::new(LayerMaps { node, before, after, run, swap }))
}

/// Measures the network, and the swapped one beside it, several times in turn.
pub fn timing(run: &Run, swap: Option<&SwapRun>, ctl: &JobCtl) -> Result<Timing, Failure> {
    let failed = Failure::new("run-failed");
    rest(ctl).map_err(|e| failed(&e))?;
    // The executors' own progress would start again in every round.
    let exec = crate::exec::Ctl { cancel: ctl.cancel.clone(), progress: None };
    let mut sides = match swap {
        None => Vec::new(),
        Some(s) => {
            let graph = &run.model.model.graph;
            let before = PartTimes::new(&run.device, graph, &[s.swapped.replaced]);
            let after = PartTimes::new(&run.device, &s.swapped.graph, &s.swapped.operator);
            vec![before.map_err(|e| failed(&e))?, after.map_err(|e| failed(&e))?]
        }
    };
    let mut base = Vec::new();
    let input = std::slice::from_ref(&run.input);
    for round in 0..WARM_UP_ROUNDS + TIMING_ROUNDS {
        ctl.progress.set(round, WARM_UP_ROUNDS + TIMING_ROUNDS);
        let counts = round >= WARM_UP_ROUNDS;
        let trace = run.plan.run(input, &exec).map_err(|e| failed(&e))?;
        if counts {
            base.push(Sample::of(&trace));
        }
        for side in &mut sides {
            side.run(input, counts, &exec).map_err(|e| failed(&e))?;
        }
    }
    let swap = match (swap, &sides[..]) {
        (Some(s), [before, after]) => {
            let ceilings = Ceilings::of(&run.device, &exec).map_err(|e| failed(&e))?;
            let ceilings = ceilings.passed_by([before, after].map(|side| (side.executed(), side.part())));
            let timing = |side: &PartTimes| fused_timing(side, &ceilings);
            timing(before).zip(timing(after)).map(|(before, after)| {
                let choice = s.choice.clone();
                SwapTiming { choice, before, after }
            })
        }
        _ => None,
    };
    let base = node_times(&base).ok_or_else(|| failed(&"nothing was measured"))?;
    Ok(Timing { key: run.key, base, swap })
}

/// Waits until nothing has changed for a while: a change cancels the job.
pub(super) fn rest(ctl: &JobCtl) -> Result<(), ExecError> {
    let start = Instant::now();
    while start.elapsed() < REST {
        if ctl.cancel.is_cancelled() {
            return Err(ExecError::Cancelled);
        }
        std::thread::sleep(REST / 50);
    }
    Ok(())
}

fn fused_timing(side: &PartTimes, ceilings: &Ceilings) -> Option<FusedTiming> {
    let executed = side.executed()?;
    let bound = ceilings.bound(&executed);
    Some(FusedTiming { layer: side.part(), network: side.whole()?, executed, bound })
}

/// The times of one run, without its values.
struct Sample {
    nodes: Vec<u64>,
    total: u64,
}

impl Sample {
    fn of(trace: &Trace) -> Self {
        Self { nodes: trace.times.iter().map(|t| t.ns).collect(), total: trace.total_ns }
    }
}

fn node_times(samples: &[Sample]) -> Option<NodeTimes> {
    let mut totals: Vec<u64> = samples.iter().map(|s| s.total).collect();
    let count = samples.first()?.nodes.len();
    let node = |i: usize| TimeStats::of(&mut samples.iter().map(|s| s.nodes[i]).collect::<Vec<_>>());
    Some(NodeTimes { nodes: (0..count).map(node).collect(), total: TimeStats::of(&mut totals)? })
}

/// The best classes of a run, by the network's first result.
pub(super) fn top(graph: &Graph, trace: &Trace, device: &Device) -> Result<Vec<Class>, ExecError> {
    let (_, id) = graph.outputs()[0];
    Ok(top_classes(&scores(graph, &device.read(trace.value(id))?), 5))
}
