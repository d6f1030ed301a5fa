//! Published tables, audited: what a paper printed, what the cost model recomputes under the convention that fits,
//! and a verdict that is computed from the two.
//!
//! Printed figures are citations and are typed in, one file per table; recomputed ones never are. A row names a
//! backbone, the operator in it and its settings, and is counted by building that network. Where a figure does not
//! follow, the reason stands with it as a key of the text table.

mod approximate_hetconv;
mod audit;
mod condensenet;
mod condensenet_imagenet;
mod condensenet_v2;
mod condensenet_v2_coco;
mod ghostnet;
mod hetconv;
mod hetconv_other;
mod model;
mod octconv_layer;
mod octconv_mobile;
mod octconv_others;
mod octconv_ports;
mod octconv_resnet152;
mod octconv_resnet50;
mod printed;
mod res2net;
mod sic;
mod spconv_resnet20;
mod spconv_resnet50;
mod spconv_vgg16;
mod tools;

pub use audit::{Audit, AuditedCell, AuditedRow, Verdict, audit, audit_while};
pub use model::Model;
pub use printed::{Printed, Scale};

/// Every table, in the order of the window.
#[rustfmt::skip] // one line each
pub static ALL: &[&Table] = &[
    &hetconv::TABLE,
    &hetconv_other::TABLE,
    &approximate_hetconv::TABLE,
    &spconv_vgg16::TABLE,
    &spconv_resnet20::TABLE,
    &spconv_resnet50::TABLE,
    &octconv_layer::TABLE,
    &octconv_resnet50::TABLE,
    &octconv_mobile::TABLE,
    &octconv_others::TABLE,
    &octconv_resnet152::TABLE,
    &octconv_ports::TABLE,
    &sic::TABLE,
    &ghostnet::TABLE,
    &res2net::TABLE,
    &condensenet::TABLE,
    &condensenet_imagenet::TABLE,
    &condensenet_v2::TABLE,
    &condensenet_v2_coco::TABLE,
    &tools::TABLE,
];

/// Who printed a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The authors, in their paper, their repository or an answer of theirs.
    Published,
    /// Somebody else.
    ThirdParty,
    /// The authors of another paper, about this one.
    Cited,
    /// Not confirmed against a source.
    Unverified,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Published, Self::ThirdParty, Self::Cited, Self::Unverified];

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::ThirdParty => "third-party",
            Self::Cited => "cited",
            Self::Unverified => "unverified",
        }
    }

    /// Key of its words.
    pub fn key(self) -> String {
        format!("audit-status-{}", self.name())
    }
}

/// A table as it was printed.
#[derive(Debug)]
pub struct Table {
    /// Name on the command line, such as `spconv-vgg16`.
    pub name: &'static str,
    /// Name for people; the same in every language.
    pub title: &'static str,
    /// Where it stands.
    pub source: &'static str,
    /// Its rows.
    pub rows: &'static [Row],
}

/// A row of a table.
#[derive(Debug)]
pub struct Row {
    /// What it is called there.
    pub label: &'static str,
    /// What is built to recompute it.
    pub model: Model,
    /// Its figures.
    pub cells: &'static [Cell],
    /// Key of a remark that concerns the whole row.
    pub note: Option<&'static str>,
}

impl Row {
    const fn new(label: &'static str, model: Model, cells: &'static [Cell]) -> Self {
        Self { label, model, cells, note: None }
    }

    const fn noted(self, key: &'static str) -> Self {
        Self { note: Some(key), ..self }
    }
}

/// One printed figure.
#[derive(Debug)]
pub struct Cell {
    /// What it gives.
    pub quantity: Quantity,
    /// The figure as it was printed, such as `349.51M`.
    pub printed: &'static str,
    /// Who printed it.
    pub status: Status,
    /// Why it does not follow, where it does not.
    pub reason: Option<Reason>,
}

impl Cell {
    const fn new(quantity: Quantity, printed: &'static str) -> Self {
        Self { quantity, printed, status: Status::Published, reason: None }
    }

    /// The count under the convention of this name.
    const fn count(convention: &'static str, printed: &'static str) -> Self {
        Self::new(Quantity::Count { convention, without: &[] }, printed)
    }

    /// All trainable parameters.
    const fn params(printed: &'static str) -> Self {
        Self::new(Quantity::Params, printed)
    }

    /// How much less the figure `from` is than `base`, both as printed.
    const fn reduction(from: &'static str, base: &'static str, printed: &'static str) -> Self {
        Self::new(Quantity::Reduction { from, base }, printed)
    }

    const fn by(self, status: Status) -> Self {
        Self { status, ..self }
    }

    const fn misprint(self, key: &'static str) -> Self {
        Self { reason: Some(Reason::Misprint(key)), ..self }
    }

    const fn open(self, key: &'static str) -> Self {
        Self { reason: Some(Reason::NotReproducible(key)), ..self }
    }
}

/// What a figure gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Operations under the convention of this name.
    Count {
        /// Its name.
        convention: &'static str,
        /// Layers whose name ends with one of these are left out.
        without: &'static [&'static str],
    },
    /// All trainable parameters.
    Params,
    /// Weights of convolutions and fully connected layers, without biases and norms.
    Weights,
    /// Trainable parameters without those of norms.
    ParamsWithoutNorms,
    /// Trainable parameters where a norm right behind a convolution is folded into one bias per channel.
    ParamsFolded,
    /// `1 - from / base` in per cent, from two printed figures.
    Reduction {
        /// Of the row.
        from: &'static str,
        /// Of the row that it is compared with.
        base: &'static str,
    },
    /// Multiply-adds of the operator on one layer, in per cent of the standard convolution.
    LayerMacs,
    /// Values of the operator's maps on one layer, in per cent of the standard convolution.
    LayerMaps,
}

impl Quantity {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count { .. } => "operations",
            Self::Params => "parameters",
            Self::Weights => "weights",
            Self::ParamsWithoutNorms => "parameters-without-norms",
            Self::ParamsFolded => "parameters-folded",
            Self::Reduction { .. } => "reduction",
            Self::LayerMacs => "layer-macs",
            Self::LayerMaps => "layer-maps",
        }
    }

    /// Key of its words.
    pub fn key(self) -> String {
        format!("audit-quantity-{}", self.name())
    }
}

/// Why a printed figure does not follow from its network; each holds a key of the text table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A slip: the figure contradicts the rule that gives the rest of its table.
    Misprint(&'static str),
    /// The network, or the rule, is not known well enough.
    NotReproducible(&'static str),
}

/// There is no such table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no published table '{name}', did you mean {similar}? Known are {known}")]
pub struct UnknownTable {
    /// The name asked for.
    pub name: String,
    /// The most similar name.
    pub similar: &'static str,
    /// Every name.
    pub known: String,
}

/// The table of this name; case and `_` do not matter.
///
/// # Errors
/// If there is none; the message names the most similar one and lists all.
pub fn find(name: &str) -> Result<&'static Table, UnknownTable> {
    let asked = name.trim().to_lowercase().replace(['_', ' '], "-");
    if let Some(table) = ALL.iter().find(|t| t.name == asked) {
        return Ok(table);
    }
    let likeness = |t: &Table| strsim::jaro_winkler(t.name, &asked);
    let similar = ALL.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    Err(UnknownTable {
        name: name.to_owned(),
        similar: similar.map_or(ALL[0].name, |t| t.name),
        known: ALL.iter().map(|t| t.name).collect::<Vec<_>>().join(", "),
    })
}
