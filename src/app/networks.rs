//! The page of whole networks: what is compared there, and the job that counts it.

mod build;
mod chart;
mod measure;
mod recipe;
mod rows;
mod tables;

use std::sync::Arc;

use super::jobs::Failure;
use super::scene::LoadedModel;
use crate::cost::conventions::{self, Convention, Count};
use crate::cost::published::{self, Audit, Table};
use crate::cost::{Cost, PeakMemory, cost, peak_memory};
use crate::engine::JobCtl;
use crate::graph::{Blank, Graph};
use crate::networks::{self, Built, InBackbone, Network, Placed, Written};
use crate::tensor::Shape;
use crate::text::{Lang, tr};

pub use chart::chart;
pub(super) use measure::measure;
pub use measure::{LayerTime, MeasuredNetwork, NetworkTimes, RowTimes};
pub(super) use recipe::recipe_of as networks_recipe;
pub use recipe::{Comparison, ComparisonError};
pub use rows::{LayerRow, RowCost};
pub use tables::audit_table;
pub(super) use tables::networks_table;

/// Most networks side by side.
pub const MOST_NETWORKS: usize = 4;
/// Sides of the input that can be chosen beside the backbone's own.
pub const SIDES: [usize; 12] = [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 384, 512];
/// Batches that can be chosen.
pub const BATCHES: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// A part of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// Networks side by side, layer by layer.
    #[default]
    Layers,
    /// The same as points.
    Chart,
    /// Published tables.
    Published,
}

impl Section {
    /// Every part, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Layers, Self::Chart, Self::Published];

    /// Its name in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Layers => "layers",
            Self::Chart => "chart",
            Self::Published => "published",
        }
    }
}

/// What the rows of the layers show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shows {
    /// The count under the convention.
    #[default]
    Counted,
    /// Multiply-adds.
    Macs,
    /// Parameters.
    Params,
    /// Bytes of the maps written.
    Maps,
    /// Measured time.
    Time,
}

impl Shows {
    /// Everything that rows can show.
    pub const ALL: [Self; 5] = [Self::Counted, Self::Macs, Self::Params, Self::Maps, Self::Time];

    /// Its name in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Macs => "macs",
            Self::Params => "params",
            Self::Maps => "maps",
            Self::Time => "time",
        }
    }
}

/// What an entry is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backbone {
    /// The backbone of this name.
    Listed(&'static str),
    /// The loaded model, at its own input and batch.
    Loaded,
}

impl Backbone {
    /// The network, if it is a listed one.
    pub fn network(self) -> Option<&'static Network> {
        match self {
            Self::Listed(name) => networks::find(name),
            Self::Loaded => None,
        }
    }
}

/// One of the compared networks.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The backbone.
    pub backbone: Backbone,
    /// The operator in it, if any.
    pub operator: Option<InBackbone>,
}

impl Entry {
    /// A backbone as it is.
    pub const fn plain(backbone: Backbone) -> Self {
        Self { backbone, operator: None }
    }

    /// A backbone with an operator.
    pub fn with(backbone: Backbone, variant: &'static str) -> Self {
        Self { backbone, operator: Some(InBackbone::of(variant)) }
    }

    /// The backbone as it is and with as many operators as there is room for: first those that papers put there.
    pub fn under_operators(backbone: Backbone) -> Vec<Self> {
        let papers = backbone.network().map_or(&[][..], |network| network.placements);
        let others = ["ghost", "octave", "hetconv", "spconv"];
        let mut names: Vec<&'static str> = papers.to_vec();
        names.extend(others.iter().filter(|name| !papers.contains(name)));
        let with = names.into_iter().map(|name| Self::with(backbone, name));
        std::iter::once(Self::plain(backbone)).chain(with).take(MOST_NETWORKS).collect()
    }
}

/// What is chosen on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworksChoice {
    /// The compared networks, from one to [`MOST_NETWORKS`].
    pub entries: Vec<Entry>,
    /// Side of the input; `None` is each backbone's own.
    pub side: Option<usize>,
    /// Maps at a time.
    pub batch: usize,
    /// Name of the counting convention.
    pub convention: &'static str,
    /// What the rows show.
    pub shows: Shows,
    /// The part of the page.
    pub section: Section,
    /// Name of the published table.
    pub table: &'static str,
}

impl Default for NetworksChoice {
    fn default() -> Self {
        Self {
            entries: Entry::under_operators(Backbone::Listed("resnet50")),
            side: None,
            batch: 1,
            convention: conventions::ALL[0].name,
            shows: Shows::default(),
            section: Section::default(),
            table: published::ALL[0].name,
        }
    }
}

impl NetworksChoice {
    /// The convention.
    pub fn convention(&self) -> &'static Convention {
        conventions::find(self.convention).unwrap_or(conventions::ALL[0])
    }

    /// The published table.
    pub fn table(&self) -> &'static Table {
        published::find(self.table).unwrap_or(published::ALL[0])
    }
}

/// What one network is built from.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryKey {
    /// The entry.
    pub entry: Entry,
    pub(super) side: Option<usize>,
    pub(super) batch: usize,
    /// The loaded model, where the entry is it.
    pub(super) model: Option<u64>,
}

impl EntryKey {
    /// The entry as text, with which it is opened as a model; `None` of the loaded model.
    pub fn written(&self) -> Option<Written> {
        let network = self.entry.backbone.network()?;
        Some(Written { network, side: self.side, operator: self.entry.operator.clone() })
    }
}

/// What the page shows, as far as it has to be counted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NetworksKey {
    pub entries: Vec<EntryKey>,
    pub convention: &'static str,
}

/// A network that was counted.
pub struct CountedNetwork {
    /// From what.
    pub key: EntryKey,
    /// Name of the backbone for people.
    pub title: String,
    /// Its operations, with weights of zero unless it is the loaded model.
    pub graph: Graph,
    /// Where the operator stands.
    pub placed: Option<Placed>,
    /// Names of the layers that it stands for.
    pub replaced: Vec<String>,
    /// How many stages its layers are in; 0 where they are in none.
    pub stages: usize,
    /// Its input.
    pub input: Shape,
    /// Cost of every node.
    pub cost: Cost,
    /// The most memory its maps need at once.
    pub peak: PeakMemory,
}

impl CountedNetwork {
    /// The backbone, and the operator in it.
    pub fn label(&self, lang: Lang) -> String {
        match &self.key.entry.operator {
            None => self.title.clone(),
            Some(operator) => {
                format!("{} + {}", self.title, tr(lang, &format!("op-{}-short", operator.variant)))
            }
        }
    }
}

/// One of the compared networks, counted.
#[derive(Clone)]
pub struct ComparedNetwork {
    /// The network, or why it cannot be built.
    pub network: Result<Arc<CountedNetwork>, Failure>,
    /// What it was to be built from.
    pub key: EntryKey,
    /// Its count under the chosen convention.
    pub count: Option<Arc<Count>>,
}

impl ComparedNetwork {
    /// The network with its count, if it could be built.
    pub fn counted(&self) -> Option<(&CountedNetwork, &Count)> {
        Some((self.network.as_deref().ok()?, self.count.as_deref()?))
    }
}

/// The compared networks, counted.
pub struct NetworksScene {
    pub(super) key: NetworksKey,
    /// The convention of all counts.
    pub convention: &'static Convention,
    /// The networks, in the order of the choice.
    pub networks: Vec<ComparedNetwork>,
    /// Their layers, those of the same name in one row.
    pub rows: Vec<LayerRow>,
}

/// Counts the networks; those of `earlier` that are the same are not built again. `None` if it was stopped.
pub(super) fn compare(
    key: NetworksKey,
    model: Option<&LoadedModel>,
    earlier: Option<&NetworksScene>,
    ctl: &JobCtl,
) -> Option<Arc<NetworksScene>> {
    let convention = conventions::find(key.convention).unwrap_or(conventions::ALL[0]);
    let mut networks = Vec::with_capacity(key.entries.len());
    for (i, entry) in key.entries.iter().enumerate() {
        let known = earlier.and_then(|e| e.networks.iter().find(|n| n.key == *entry && n.network.is_ok()));
        let network = match known {
            Some(known) => known.network.clone(),
            None => counted(entry, model, ctl).map(Arc::new),
        };
        if ctl.cancel.is_cancelled() {
            return None;
        }
        let same_count = known.and_then(|k| k.count.clone()).filter(|c| c.convention.name == convention.name);
        let count = same_count
            .or_else(|| network.as_ref().ok().map(|network| Arc::new(convention.count(&network.graph))));
        networks.push(ComparedNetwork { network, key: entry.clone(), count });
        ctl.progress.set(i + 1, key.entries.len());
    }
    let rows = rows::rows(&networks);
    Some(Arc::new(NetworksScene { key, convention, networks, rows }))
}

fn counted(key: &EntryKey, model: Option<&LoadedModel>, ctl: &JobCtl) -> Result<CountedNetwork, Failure> {
    let Built { graph, placed, replaced } = build::build(key, model, &mut Blank, ctl)?;
    let input = graph.inputs().first().map_or(Shape::new(0, 0, 0, 0), |&id| graph.shape(id));
    let (cost, peak) = (cost(&graph), peak_memory(&graph));
    let title = match (key.entry.backbone, model) {
        (Backbone::Listed(name), _) => key.entry.backbone.network().map_or(name, |n| n.title).to_owned(),
        (Backbone::Loaded, model) => model.map_or_else(String::new, |m| m.model.manifest.name.clone()),
    };
    let stages = key.written().and_then(|written| written.stages().ok()).unwrap_or(0);
    Ok(CountedNetwork { key: key.clone(), title, graph, placed, replaced, stages, input, cost, peak })
}

/// Recomputes a published table; `None` if it was stopped.
pub(super) fn audit(table: &'static Table, ctl: &JobCtl) -> Option<Result<Arc<Audit>, Failure>> {
    let audit = published::audit_while(table, |done| {
        ctl.progress.set(done, table.rows.len());
        !ctl.cancel.is_cancelled()
    });
    audit.map(|a| a.map(Arc::new)).map_err(|e| Failure::new("audit-failed")(&e)).transpose()
}
