//! The convolution operators: an open set, one file each.
//!
//! An operator is defined once, by [`ConvVariant::lower`], as operations of the graph. Everything
//! else in the application (sliders, cost, runs, pictures, command line, tests) loops over [`ALL`]
//! and reads that graph. A new operator is one new file and one line in [`ALL`].

mod depthwise;
mod depthwise_separable;
mod equation;
mod geometry;
mod ghost;
mod group;
mod group_pointwise;
mod hetconv;
mod keys;
mod learned_group;
mod lesson;
mod low_rank;
mod misfit;
mod octave;
mod pointwise;
mod selection;
mod settings;
mod sfr;
mod sic;
mod spatial_bottleneck;
mod spconv;
mod standard;
mod swap;
mod topological;
mod widen;

use std::collections::BTreeMap;

pub use geometry::Geometry;
pub use keys::{Key, Keys};
pub use lesson::{Lesson, Shown, Step};
pub use misfit::Misfit;
pub use octave::{Octaves, octave_paths};
pub use selection::kept;
pub use settings::{Legal, Setting, SettingError, Settings, Value};
pub use swap::{SwapError, Swapped, find_layer, site, swap};

use crate::graph::{Builder, GraphError, NodeId, Weight};
use crate::tensor::Shape;

/// Every operator, in teaching order.
#[rustfmt::skip] // one line each
pub const ALL: &[&dyn ConvVariant] = &[
    &standard::Standard,
    &pointwise::Pointwise,
    &depthwise::Depthwise,
    &group::Group,
    &depthwise_separable::DepthwiseSeparable,
    &group_pointwise::GroupPointwise,
    &ghost::Ghost,
    &octave::Octave,
    &spconv::SpConv,
    &hetconv::HetConv,
    &sic::Sic,
    &topological::Topological,
    &spatial_bottleneck::SpatialBottleneck,
    &learned_group::LearnedGroup,
    &sfr::Sfr,
];

/// The operator of this name.
pub fn find(name: &str) -> Option<&'static dyn ConvVariant> {
    ALL.iter().copied().find(|v| v.name() == name)
}

/// Closed formulas of an operator's cost; `tests/operators.rs` holds them equal to the counts of its
/// graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formula {
    /// Multiply-adds of convolutions for one input of the given shape; padding zeros count.
    pub macs: u64,
    /// Trainable parameters without bias.
    pub params: u64,
}

impl Formula {
    /// For operators that use each of their weights once for each pixel of a map of this shape.
    const fn of_weights(weights: usize, output: Shape) -> Self {
        Self { macs: (weights * output.n * output.plane()) as u64, params: weights as u64 }
    }
}

/// An input of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputMap {
    /// Its name in layer files.
    pub name: &'static str,
    /// Its channels.
    pub channels: usize,
    /// Its sides are those of the first input divided by this, rounded up.
    pub scale: usize,
}

impl InputMap {
    /// An input of full resolution.
    pub const fn full(name: &'static str, channels: usize) -> Self {
        Self { name, channels, scale: 1 }
    }

    /// Its shape where the first input has the shape `first`.
    pub const fn shape(&self, first: Shape) -> Shape {
        let (h, w) = (first.h.div_ceil(self.scale), first.w.div_ceil(self.scale));
        Shape { n: first.n, c: self.channels, h, w }
    }
}

/// A named result of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// A map `[N, C, H, W]`.
    Map(NodeId),
    /// A map of one pixel, written as `[N, C]`.
    PerChannel(NodeId),
    /// The connections of a 1x1 convolution, `[O, I]`: 1 where it has a weight, else 0.
    Mask(NodeId),
}

impl Output {
    /// The node whose value it is; `None` for a mask, which is read from the connections.
    pub const fn value(self) -> Option<NodeId> {
        match self {
            Self::Map(id) | Self::PerChannel(id) => Some(id),
            Self::Mask(_) => None,
        }
    }

    /// The node it is read from.
    pub const fn node(self) -> NodeId {
        match self {
            Self::Map(id) | Self::PerChannel(id) | Self::Mask(id) => id,
        }
    }
}

/// The results of an operator by name; the first is its map.
pub type Outputs = Vec<(&'static str, Output)>;

/// Weights of an operator by name, without prefix.
pub type Weights = BTreeMap<String, Weight>;

/// A convolution operator.
pub trait ConvVariant: Sync {
    /// Its name in files and on the command line, such as `depthwise_separable`.
    fn name(&self) -> &'static str;

    /// Its settings for a layer of this geometry, with their legal values and defaults. What a setting
    /// may be can depend on those before it, as far as they are `chosen`.
    fn settings(&self, g: &Geometry, chosen: &Settings) -> Vec<Setting>;

    /// How a layer file names its geometry.
    fn keys(&self) -> Keys {
        Keys::default()
    }

    /// The layer nearest to `g` that the operator is defined for, by itself: where it is benchmarked.
    fn nearest(&self, g: Geometry) -> Geometry {
        g
    }

    /// Settings that one slider moves together: its name and theirs.
    fn linked(&self) -> Option<(&'static str, &'static [&'static str])> {
        None
    }

    /// Whether a layer of its own can have this geometry (that of a layer file): as [`Self::fits`], but
    /// trivial cases are allowed that would not be worth a swap.
    ///
    /// # Errors
    /// The reason why not.
    fn defined_for(&self, g: &Geometry) -> Result<(), Misfit> {
        match self.fits(g) {
            Err(Misfit::OneTap) => Ok(()),
            other => other,
        }
    }

    /// Whether it can stand in for a standard convolution of this geometry.
    ///
    /// # Errors
    /// The reason why not.
    fn fits(&self, g: &Geometry) -> Result<(), Misfit>;

    /// Its inputs; the first has the full resolution.
    fn inputs(&self, g: &Geometry, s: &Settings) -> Vec<InputMap> {
        let _ = s;
        vec![InputMap::full("input", g.in_channels)]
    }

    /// The operator as operations of the graph: its definition. Returns its named results.
    ///
    /// # Errors
    /// If the shapes or weights do not fit.
    fn lower(
        &self,
        g: &Geometry,
        s: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError>;

    /// Whether it keeps maps in two resolutions, so that layers of it that follow each other do so too
    /// ([`octave_paths`]).
    fn two_resolutions(&self) -> bool {
        false
    }

    /// The operator between plain tensors, as it stands in a network in place of a convolution.
    ///
    /// # Errors
    /// As [`ConvVariant::lower`].
    fn embed(
        &self,
        g: &Geometry,
        s: &Settings,
        x: NodeId,
        b: &mut Builder<'_>,
    ) -> Result<NodeId, GraphError> {
        Ok(self.lower(g, s, &[x], b)?[0].1.node())
    }

    /// Its equation with the numbers of this layer put in, one line each. Set in plain text with the
    /// signs of the bundled fonts.
    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        let _ = (g, s);
        Vec::new()
    }

    /// The figures of its page by name (`figure::ALL`), beside the diagram and the maps, which every
    /// operator has.
    fn figures(&self) -> &'static [&'static str] {
        &["connections"]
    }

    /// Its lesson, step by step.
    fn lesson(&self) -> Lesson {
        &[]
    }

    /// Closed cost formula for an input (at the high resolution) of this shape.
    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula;

    /// Its weights from a trained dense kernel `[O, I, k, k]` and bias `[O]`, by the rule in the
    /// operator's file. They are derived, not trained.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights;
}

// At the end: what stands after this line is test code to the test of the layers.
#[cfg(test)]
mod testing;
