//! State and actions of the application, without any egui type.

mod ablation;
mod action;
mod bench;
mod choice;
mod errors;
mod export;
mod history;
mod insight;
mod jobs;
mod lesson;
mod networks;
mod notes;
mod photos;
mod prefs;
mod scene;
mod state;
mod study;
mod trace;

pub use crate::figure::{Colours, Scale};
pub use ablation::{AblationChoice, AblationRun, How, What};
pub use action::{Action, InsightAction};
pub use bench::{
    BENCH_BACKENDS, BenchChoice, BenchEntry, BenchPicture, BenchPlace, BenchRow, BenchScene, BenchTime,
    BenchTimes, Guess, RESOLUTIONS, SHAPES, STANDARD, batches,
};
pub use choice::{BUNDLED_PHOTOS, Choice, Fit, Page, PhotoSource, SwapChoice};
pub use export::{Draft, Screen};
pub use insight::{ImageSet, ImagesRead, Insight, InsightScene, InspectView, Redundancy};
pub use jobs::{Cause, Failure};
pub use lesson::{LessonMove, LessonPlace};
pub use networks::{
    BATCHES, Backbone, ComparedNetwork, Comparison, ComparisonError, CountedNetwork, Entry, EntryKey,
    LayerRow, LayerTime, MOST_NETWORKS, MeasuredNetwork, NetworkTimes, NetworksChoice, NetworksScene,
    RowCost, RowTimes, SIDES, Section, Shows, audit_table, chart,
};
pub use photos::bundled_photo;
pub use prefs::{DeviceChoice, Preferences, Theme};
pub use scene::{
    FusedTiming, LayerMaps, LoadedModel, LoadedPhoto, Maps, NodeTimes, Run, RunKey, SwapRun, SwapTiming,
    Timing, layers,
};
pub use state::{App, Busy, Notice};
pub use study::{FIRST_FIGURE, StudyChoice, StudyScene, study_layer};
pub use trace::{
    ContributionScene, Footprint, Operand, Pinned, Place, ReadHere, TraceAction, TraceChoice, TraceScene,
};
