//! Pictures that explain: what a [`Figure`] shows of an operator is a [`Scene`] in abstract units,
//! which the window paints and which is written as SVG and PNG. Nothing here draws on a screen.
//!
//! A figure is one file in this folder and one line in [`ALL`]. An operator names the figures of its
//! page ([`crate::variants::ConvVariant::figures`]).

mod arrow;
mod axes;
mod behind;
mod bench;
mod caption;
mod chain;
mod channels;
pub mod colour_maps;
mod condensing;
mod connections;
mod converted;
mod cost_table;
mod dense_block;
mod describe;
mod diagram;
mod down_up;
mod export;
mod four_paths;
mod frequency;
mod fusion;
mod group_slider;
mod iterations;
mod kernel_grid;
mod kit;
mod l1_bars;
mod links;
mod lost;
mod maps_sheet;
mod matrix;
mod misalignment;
pub mod numbers;
mod octave_parts;
mod one_filter;
mod pairs;
pub mod palette;
mod parts;
mod plane;
pub mod png;
mod reactivation;
mod receptive;
pub mod recipe;
pub mod recipe_networks;
mod scatter;
mod scene;
#[cfg(test)]
mod scene_checks;
mod spectra;
mod speedup_p;
mod split;
mod stages;
mod study;
pub mod svg;
pub mod table;
mod terms_table;
mod torus;
mod type_metrics;
mod weight_square;
mod wrap;

pub use arrow::arrow_head;
pub use bench::{
    BenchLine, BenchMaps, BenchSpectra, DOT, Dot, MAP, MapCard, Reads, RooflineFigure, SPECTRUM,
    SpectrumCard, bench_table,
};
pub use channels::{KernelsPicture, LayerPicture, PAIRS, RedundancyPicture, SpectrumPicture, layer_view};
pub use colour_maps::{ColourMap, Colours, Scale};
pub use cost_table::cost_table;
pub use describe::describe;
pub use export::{PictureFormat, draw, picture};
pub use maps_sheet::MapsSheet;
pub use recipe::Recipe;
pub use scatter::{Axis, Scatter, ScatterDot};
pub use scene::{Align, Area, Ink, Item, Mark, Paint, Point, Raster, Scene, Stroke, Target, TextSize};
pub use study::{Lowered, Site, Source, Study, StudyError, StudyRun};
pub use terms_table::{terms_table, terms_title};
pub use type_metrics::{FONTS, baseline_below_centre, has_glyph, text_width};
pub use wrap::wrap;

use std::collections::BTreeMap;

use crate::graph::NodeId;
use crate::text::Lang;

/// Every figure.
#[rustfmt::skip] // one line each
pub const ALL: &[&dyn Figure] = &[
    &diagram::Diagram,
    &four_paths::FourPaths,
    &weight_square::WeightSquare,
    &spectra::Spectra,
    &lost::Lost,
    &misalignment::Misalignment,
    &receptive::Receptive,
    &split::Split,
    &fusion::Fusion,
    &iterations::Iterations,
    &down_up::DownUp,
    &pairs::Pairs,
    &chain::Chain,
    &connections::Connections,
    &group_slider::GroupSlider,
    &kernel_grid::KernelGrid,
    &one_filter::OneFilter,
    &speedup_p::SpeedupP,
    &stages::Stages,
    &l1_bars::L1Bars,
    &converted::Converted,
    &reactivation::Reactivation,
    &torus::Torus,
];

/// The figure of this name.
pub fn find(name: &str) -> Option<&'static dyn Figure> {
    ALL.iter().copied().find(|f| f.name() == name)
}

/// What a figure shows beside the operator itself: the same for window, file and command line.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// Language of its words.
    pub lang: Lang,
    /// Room it may fill, in points: width and height.
    pub size: [f32; 2],
    /// Chosen output channel.
    pub channel: usize,
    /// Chosen output pixel: column and row.
    pub pixel: Option<(usize, usize)>,
    /// The value that is looked at.
    pub node: NodeId,
    /// Its own controls, as far as they were moved.
    pub knobs: &'a Knobs,
}

/// Values of controls that belong to a figure and not to the operator, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Knobs(pub BTreeMap<String, i64>);

/// A control of a figure. Its words are `knob-<name>` and `knob-<name>-hint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knob {
    /// Its name.
    pub name: &'static str,
    /// Least value.
    pub least: i64,
    /// Greatest value; `least = 0`, `most = 1` is a switch.
    pub most: i64,
    /// Value before it is moved.
    pub default: i64,
}

impl Knob {
    /// Off or on.
    pub const fn switch(name: &'static str, on: bool) -> Self {
        Self { name, least: 0, most: 1, default: on as i64 }
    }

    /// Its value: the chosen one moved to a legal one, or the default.
    pub fn value(&self, knobs: &Knobs) -> i64 {
        knobs.0.get(self.name).map_or(self.default, |&v| v.clamp(self.least, self.most))
    }
}

/// A picture of an operator at work.
pub trait Figure: Sync {
    /// Its name in files, on the command line and in the text keys `figure-<name>` (a short title)
    /// and `figure-<name>-hint` (one or two sentences: what one sees, what to look at).
    fn name(&self) -> &'static str;

    /// Its own controls.
    fn knobs(&self, run: &StudyRun) -> Vec<Knob> {
        let _ = run;
        Vec::new()
    }

    /// The picture. It fills `view.size` as well as it can and never writes over itself; where the
    /// operator has more parts than fit, it shows the first ones and says how many are left out.
    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene;
}

#[cfg(test)]
mod testing;
