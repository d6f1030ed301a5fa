//! Everything a user can do, as data: what the interface emits and the application applies.

use std::path::PathBuf;

use super::ablation::AblationChoice;
use super::bench::BenchChoice;
use super::choice::{Page, PhotoSource, SwapChoice};
use super::insight::{ImageSet, InspectView};
use super::jobs::Failure;
use super::lesson::LessonMove;
use super::networks::NetworksChoice;
use super::prefs::{DeviceChoice, Theme};
use super::study::StudyChoice;
use super::trace::TraceAction;
use crate::analysis::redundancy::Measure;
use crate::figure::{Colours, Scale};
use crate::text::Lang;

/// One wish of the user.
#[derive(Clone, Debug)]
pub enum Action {
    /// Show this photo.
    Photo(PhotoSource),
    /// Something could not be brought in: say so.
    Failed(Failure),
    /// Show what this file holds: a photo or a model, by its ending.
    File(PathBuf),
    /// Load this model: bundled name or path.
    Model(String),
    /// Choose a layer.
    Layer(String),
    /// Choose the layer so many places further down.
    StepLayer(isize),
    /// Choose a channel of the layer.
    Channel(Option<usize>),
    /// Choose the channel so many places further on.
    StepChannel(isize),
    /// Choose a channel and one of its pixels, column and row.
    Pixel(usize, (usize, usize)),
    /// Replace a layer, or none.
    Swap(Option<SwapChoice>),
    /// The same while a slider moves: all such steps are one for undo.
    DragSwap(SwapChoice),
    /// Fit the operator in place of the layer to the layer's own output on the photo.
    Fit,
    /// Step through the terms of the traced pixel.
    Trace(TraceAction),
    /// Look at a layer in another way, or take channels away.
    Insight(InsightAction),
    /// A slider was let go.
    DragEnded,
    /// Go back one level.
    Back,
    /// Show this page.
    Page(Page),
    /// Change what is shown of an operator.
    Study(StudyChoice),
    /// The same while a slider moves: all such steps are one for undo.
    DragStudy(StudyChoice),
    /// Show the operator so many places further down.
    StepOperator(isize),
    /// Begin, go through or leave the lesson of the operator.
    Lesson(LessonMove),
    /// Change what is compared on page Bench.
    Bench(BenchChoice),
    /// The same while a slider moves: all such steps are one for undo.
    DragBench(BenchChoice),
    /// Choose the compared operator so many places further down.
    StepBench(isize),
    /// The picture of page Bench may fill so many points, width and height.
    BenchRoom([f32; 2]),
    /// Whether page Bench asks before it shows times.
    PredictFirst(bool),
    /// Measure the compared operators again.
    MeasureAgain,
    /// Measure again what the device can do, and the operators on it.
    MeasureDevice,
    /// Change what is compared, how it is counted, or which published table is shown.
    Networks(NetworksChoice),
    /// The same while a slider moves: all such steps are one for undo.
    DragNetworks(NetworksChoice),
    /// Measure the compared networks.
    MeasureNetworks,
    /// Show the published table so many places further down.
    StepTable(isize),
    /// The picture of the operator may fill so many points, width and height.
    Room([f32; 2]),
    /// Take back the last step.
    Undo,
    /// Do it again.
    Redo,
    /// Stop what runs.
    Cancel,
    /// Language.
    Lang(Lang),
    /// Theme.
    Theme(Theme),
    /// Device.
    Device(DeviceChoice),
    /// Scale mode.
    Scale(Scale),
    /// Colour map.
    Colours(Colours),
    /// Close a notice.
    Dismiss(usize),
}

/// Wishes of the views of a layer beside its maps.
#[derive(Clone, Debug)]
pub enum InsightAction {
    /// Show this view.
    View(InspectView),
    /// Compare channels by this.
    Measure(Measure),
    /// Channels are twins from this similarity on; an ablation of all twins follows.
    Threshold(f32),
    /// The picture of the view may fill so many points, width and height.
    Room([f32; 2]),
    /// Compare over these images.
    Images(ImageSet),
    /// Take channels away, or none.
    Ablate(Option<AblationChoice>),
}
