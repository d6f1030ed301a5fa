//! What the user has chosen: the part of the state that undo and redo restore.

use std::path::PathBuf;
use std::sync::Arc;

use super::ablation::AblationChoice;
use super::bench::BenchChoice;
use super::insight::ImageSet;
use super::networks::NetworksChoice;
use super::study::StudyChoice;
use super::trace::TraceChoice;
use crate::analysis::FitResult;
use crate::image_io::Photo;
use crate::variants::Settings;

/// The photos that come with the application: file names under `assets/images`.
pub const BUNDLED_PHOTOS: [&str; 6] =
    ["chelsea.png", "coffee.png", "astronaut.png", "rocket.jpg", "china.jpg", "flower.jpg"];

/// Where a photo comes from.
#[derive(Clone, Debug)]
pub enum PhotoSource {
    /// One of [`BUNDLED_PHOTOS`].
    Bundled(&'static str),
    /// A file.
    File(PathBuf),
    /// Pixels from the clipboard or from a drop without a path.
    Pasted(Arc<Photo>),
}

impl PartialEq for PhotoSource {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bundled(a), Self::Bundled(b)) => a == b,
            (Self::File(a), Self::File(b)) => a == b,
            (Self::Pasted(a), Self::Pasted(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// Weights fitted on one image. Equal only to itself.
#[derive(Clone)]
pub struct Fit(pub Arc<FitResult>);

impl PartialEq for Fit {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl std::fmt::Debug for Fit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fit({} -> {})", self.0.error_before, self.0.error_after)
    }
}

/// An operator in place of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct SwapChoice {
    /// Name of the replaced layer.
    pub layer: String,
    /// Name of the operator.
    pub variant: &'static str,
    /// Its settings.
    pub settings: Settings,
    /// Its weights, if they were fitted on the chosen photo; else they are derived.
    pub fit: Option<Fit>,
}

impl SwapChoice {
    /// The same with derived weights.
    #[must_use]
    pub fn derived(self) -> Self {
        Self { fit: None, ..self }
    }
}

/// A page of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// What does this network see?
    #[default]
    Inspect,
    /// How does this operator work?
    Operators,
    /// Same input, several operators: who pays what?
    Bench,
    /// What do whole networks cost?
    Networks,
}

impl Page {
    /// Every page, in the order of the rail and of the keys 1, 2, ...
    pub const ALL: [Self; 4] = [Self::Inspect, Self::Operators, Self::Bench, Self::Networks];

    /// Its name in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inspect => "inspect",
            Self::Operators => "operators",
            Self::Bench => "bench",
            Self::Networks => "networks",
        }
    }
}

/// Everything that is chosen, the same on every page.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Photo.
    pub photo: PhotoSource,
    /// Bundled name or path of the model.
    pub model: String,
    /// Name of the layer, if one is chosen.
    pub layer: Option<String>,
    /// Channel of the layer.
    pub channel: Option<usize>,
    /// Column and row of a pixel of the channel.
    pub pixel: Option<(usize, usize)>,
    /// Operator in place of a layer.
    pub swap: Option<SwapChoice>,
    /// Channels taken away or replaced; never together with a swap.
    pub ablation: Option<AblationChoice>,
    /// Over which images channels are compared.
    pub images: ImageSet,
    /// The page.
    pub page: Page,
    /// The operator on its page.
    pub study: StudyChoice,
    /// The networks on their page.
    pub networks: NetworksChoice,
    /// What was stepped through of traced pixels, and which one is kept.
    pub trace: TraceChoice,
    /// Step of its lesson, from 0 on, while one is under way.
    pub lesson: Option<usize>,
    /// What is compared on page Bench.
    pub bench: BenchChoice,
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            photo: PhotoSource::Bundled(BUNDLED_PHOTOS[0]),
            model: "squeezenet1_1".into(),
            layer: None,
            channel: None,
            pixel: None,
            swap: None,
            ablation: None,
            images: ImageSet::default(),
            page: Page::default(),
            study: StudyChoice::default(),
            networks: NetworksChoice::default(),
            trace: TraceChoice::default(),
            lesson: None,
            bench: BenchChoice::default(),
        }
    }
}

impl Choice {
    /// Goes back one level: step of a trace, pixel, channel, value within the operator or swap, lesson, page.
    /// Returns whether
    /// there was one.
    pub fn back(&mut self) -> bool {
        if self.trace_out() {
            return true;
        }
        if self.pixel.take().is_some() || self.channel.take().is_some() {
            return true;
        }
        match self.page {
            Page::Inspect => self.swap.take().is_some() || self.ablation.take().is_some(),
            Page::Operators if self.study.node.take().is_some() || self.lesson.take().is_some() => true,
            Page::Operators | Page::Bench | Page::Networks => {
                self.page = Page::Inspect;
                true
            }
        }
    }
}
