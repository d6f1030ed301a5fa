//! Which layers of a backbone stand for another operator, and with which settings.

use std::collections::BTreeMap;

use crate::variants::{ConvVariant, Geometry, Settings};

/// What a layer is to the block it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Before the first block.
    Stem,
    /// The only kind of convolution there is, or the first of a block.
    First,
    /// The second of a block.
    Middle,
    /// The third of a block.
    Last,
    /// Beside a block, where its input is added to its output.
    Shortcut,
    /// A depthwise convolution with its pointwise one, taken together.
    Pair,
    /// The 1x1 convolution that widens a block.
    Expand,
    /// The depthwise convolution of a block.
    Depthwise,
    /// The 1x1 convolution that ends a block.
    Project,
    /// A layer that may stand beside a unit: sparse feature reactivation.
    Reactivation,
    /// Between two stages.
    Transition,
    /// Behind the last block.
    Head,
}

/// A place where a backbone has a convolution that another operator can stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The layer's name, which is that of its node.
    pub name: String,
    /// Its channels, kernel, stride and padding.
    pub geometry: Geometry,
    /// Its groups; 1 for a dense convolution.
    pub groups: usize,
    /// Number of its stage, from 0.
    pub stage: usize,
    /// Number of its block in the stage, from 0.
    pub block: usize,
    /// What it is to its block.
    pub part: Part,
}

/// The operator that a layer stands for.
#[derive(Clone)]
pub struct Choice {
    /// The operator.
    pub variant: &'static dyn ConvVariant,
    /// Its settings on this layer.
    pub settings: Settings,
}

/// Operators by layer. Layers that it does not name stay as the backbone has them.
#[derive(Clone, Default)]
pub struct Placement(BTreeMap<String, Choice>);

impl Placement {
    /// Puts an operator in place of a layer.
    pub fn put(&mut self, layer: &str, choice: Choice) {
        self.0.insert(layer.to_owned(), choice);
    }

    /// Only the layers that are to `stay` keep their operator.
    pub fn retain(&mut self, stay: impl Fn(&str) -> bool) {
        self.0.retain(|layer, _| stay(layer));
    }

    /// The operator of a layer; `None` where the backbone's own stays.
    pub fn get(&self, layer: &str) -> Option<&Choice> {
        self.0.get(layer)
    }

    /// The layers with their operators, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Choice)> {
        self.0.iter().map(|(layer, choice)| (layer.as_str(), choice))
    }

    /// Whether no layer is replaced.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The optional weights that an operator has in a network although the layer it stands for has no bias:
/// ends of their names. SPConv has a norm behind each branch and one bias (the authors' code).
pub(super) fn own_weights(variant: &str) -> &'static [&'static str] {
    match variant {
        "spconv" => &[
            ".norm.weight",
            ".norm.bias",
            ".norm.running_mean",
            ".norm.running_var",
            "uncertain.pointwise.bias",
        ],
        _ => &[],
    }
}

/// Every dense `k x k` layer but the first one of the network: what HetConv and SPConv replace in their
/// papers.
fn dense_spatial(site: &Site) -> bool {
    site.geometry.kernel > 1
        && site.groups == 1
        && !matches!(site.part, Part::Stem | Part::Shortcut | Part::Pair)
}

/// The rules of HetConv, of the operators it is compared with, and of SPConv, which are the same in every
/// network of their papers.
pub(super) fn dense_kernels(variant: &str, site: &Site, given: Settings) -> Option<Settings> {
    match variant {
        "hetconv" if dense_spatial(site) => Some(hetconv(site, given)),
        "spconv" | "group_pointwise" | "depthwise_separable" if dense_spatial(site) => Some(given),
        _ => None,
    }
}

/// HetConv of a layer: a filter cannot have less than one `k x k` kernel, so `P` is at most the number of
/// input channels.
pub(super) fn hetconv(site: &Site, mut settings: Settings) -> Settings {
    let part = settings.integer("part").min(site.geometry.in_channels);
    settings.set("part", crate::variants::Value::Integer(part as i64));
    settings
}
