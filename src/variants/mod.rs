//! The convolution operators: an open set, one file each.
//!
//! An operator is defined once, by [`ConvVariant::lower`], as operations of the graph. Everything
//! else in the application (sliders, cost, runs, pictures, command line, tests) loops over [`ALL`]
//! and reads that graph. A new operator is one new file and one line in [`ALL`].

mod depthwise_separable;
mod geometry;
mod group_pointwise;
mod hetconv;
mod low_rank;
mod misfit;
mod octave;
mod settings;
mod standard;
mod swap;

use std::collections::BTreeMap;

pub use geometry::Geometry;
pub use misfit::Misfit;
pub use settings::{Legal, Setting, SettingError, Settings, Value};
pub use swap::{SwapError, Swapped, find_layer, site, swap};

use crate::graph::{Builder, GraphError, NodeId, Weight};
use crate::tensor::Shape;

/// Every operator, in teaching order.
#[rustfmt::skip] // one line each
pub const ALL: &[&dyn ConvVariant] = &[
    &standard::Standard,
    &depthwise_separable::DepthwiseSeparable,
    &group_pointwise::GroupPointwise,
    &octave::Octave,
    &hetconv::HetConv,
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

/// Weights of an operator by name, without prefix.
pub type Weights = BTreeMap<String, Weight>;

/// A convolution operator.
pub trait ConvVariant: Sync {
    /// Its name in files and on the command line, such as `depthwise_separable`.
    fn name(&self) -> &'static str;

    /// Its settings for a layer of this geometry, with their legal values and defaults.
    fn settings(&self, g: &Geometry) -> Vec<Setting>;

    /// Settings that one slider moves together: its name and theirs.
    fn linked(&self) -> Option<(&'static str, &'static [&'static str])> {
        None
    }

    /// Whether it can stand in for a standard convolution of this geometry.
    ///
    /// # Errors
    /// The reason why not.
    fn fits(&self, g: &Geometry) -> Result<(), Misfit>;

    /// Names and channels of its inputs.
    fn inputs(&self, g: &Geometry, s: &Settings) -> Vec<(&'static str, usize)> {
        let _ = s;
        vec![("input", g.in_channels)]
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
    ) -> Result<Vec<(&'static str, NodeId)>, GraphError>;

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
        Ok(self.lower(g, s, &[x], b)?[0].1)
    }

    /// Closed cost formula for an input (at the high resolution) of this shape.
    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula;

    /// Its weights from a trained dense kernel `[O, I, k, k]` and bias `[O]`, by the rule in the
    /// operator's file. They are derived, not trained.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights;
}
