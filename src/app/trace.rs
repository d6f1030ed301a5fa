//! One pixel traced: where it was stepped from, and the jobs that take its value apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::choice::Page;
use super::jobs::Failure;
use super::scene::{Run, SwapRun};
use crate::engine::JobCtl;
use crate::figure::StudyRun;
use crate::graph::{Graph, NodeId};
use crate::picture::{
    Agreeing, Contributions, Reached, Rule, Share, Spot, TermGroup, Traced, agreeing, contributions, reach,
    receptive_fields, trace_pixel,
};
use crate::tensor::HostTensor;

/// A pixel of a node, as a level to go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The page.
    pub page: Page,
    /// In the network with the swap.
    pub after: bool,
    /// The chosen layer.
    pub layer: Option<String>,
    /// The value within the operator, on its page.
    pub node: Option<String>,
    /// Channel.
    pub channel: usize,
    /// Column and row.
    pub pixel: (usize, usize),
    /// The node's name, to be shown.
    pub name: String,
    /// What it was computed from, if that was known when it was left.
    pub footprint: Option<Footprint>,
}

/// For each map of a graph, which of its values one pixel was computed from. Equal only to itself.
#[derive(Clone, Debug)]
pub struct Footprint(Arc<Vec<Option<Reached>>>);

impl PartialEq for Footprint {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Footprint {}

impl Footprint {
    /// What was read of a map; `None` where nothing was.
    pub fn of(&self, node: NodeId) -> Option<&Reached> {
        self.0.get(node.index())?.as_ref()
    }
}

/// What a pixel further on was computed from in the map that is shown.
#[derive(Clone, Copy)]
pub struct ReadHere<'a> {
    /// The values that were read.
    pub reached: &'a Reached,
    /// How much each pixel gave, over all channels; only where that was asked for.
    pub share: Option<&'a Share>,
}

/// What is chosen of traced pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceChoice {
    /// The pixels that were left for one of their inputs, the first one first.
    pub trail: Vec<Place>,
    /// A pixel that stands beside the chosen one.
    pub pinned: Option<Pinned>,
    /// Pixels of layers are those of the network with the swap, while there is one.
    pub after: bool,
}

/// A traced pixel that is kept. Equal only to itself.
#[derive(Clone)]
pub struct Pinned(pub Arc<TraceScene>);

impl PartialEq for Pinned {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl std::fmt::Debug for Pinned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pinned({} {:?})", self.0.name, self.0.traced.spot)
    }
}

/// What a user can do with a traced pixel.
#[derive(Clone, Debug, PartialEq)]
pub enum TraceAction {
    /// Go to a value that the traced one was computed from.
    Into(NodeId, Spot),
    /// Go forward again, so many steps.
    Out(usize),
    /// Keep the traced pixel beside the next ones, or let it go.
    Pin(bool),
    /// Split the value among the pixels of the input.
    Contribute,
    /// Stop that.
    StopContributing,
    /// Pixels of layers are those of the network with the swap, or of the trained one.
    After(bool),
}

/// The computation that a pixel belongs to. Equal only to itself.
#[derive(Clone)]
pub(super) enum Subject {
    /// The whole network on the photo.
    Network(Arc<Run>),
    /// The network with a layer replaced.
    Swapped(Arc<SwapRun>),
    /// An operator on its page.
    Study(Arc<StudyRun>),
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Network(a), Self::Network(b)) => Arc::ptr_eq(a, b),
            (Self::Swapped(a), Self::Swapped(b)) => Arc::ptr_eq(a, b),
            (Self::Study(a), Self::Study(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl Subject {
    pub(super) fn graph(&self) -> &Graph {
        match self {
            Self::Network(run) => &run.model.model.graph,
            Self::Swapped(swap) => &swap.swapped.graph,
            Self::Study(run) => &run.graph,
        }
    }

    fn read(&self, id: NodeId) -> Result<HostTensor, Failure> {
        match self {
            Self::Network(run) => {
                run.device.read(run.trace.value(id)).map_err(|e| Failure::new("run-failed")(&e))
            }
            Self::Swapped(swap) => {
                swap.base.device.read(swap.trace.value(id)).map_err(|e| Failure::new("run-failed")(&e))
            }
            Self::Study(run) => Ok(run.value(id).clone()),
        }
    }

    /// The node's name as the page shows it.
    pub(super) fn name(&self, id: NodeId) -> String {
        match self {
            Self::Network(run) => run.model.model.graph.node(id).name.clone(),
            Self::Swapped(swap) => swap.swapped.graph.node(id).name.clone(),
            Self::Study(run) => run.short_name(id).to_owned(),
        }
    }
}

/// Which value of which computation.
#[derive(Clone, PartialEq)]
pub(super) struct TraceKey {
    pub subject: Subject,
    pub node: NodeId,
    pub spot: Spot,
}

/// A map that terms were read from.
pub struct Operand {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Its values.
    pub map: HostTensor,
}

/// A value taken apart, with all that its panel shows.
pub struct TraceScene {
    pub(super) key: TraceKey,
    /// The node's name.
    pub name: String,
    /// The operator whose page it stands on, or that is swapped in.
    pub variant: Option<&'static str>,
    /// Constants, terms, result.
    pub traced: Traced,
    /// The value that the executor gave: the one on the screen.
    pub value: f32,
    /// The result and that value, written alike.
    pub written: Agreeing,
    /// The terms by channel.
    pub groups: Vec<TermGroup>,
    /// What stands after each term, in order.
    pub running: Vec<f64>,
    /// Places of the terms, the largest product first.
    pub by_product: Vec<usize>,
    /// What stands after each term in that order.
    pub running_by_product: Vec<f64>,
    /// What was read.
    pub operands: Vec<Operand>,
    /// What it was computed from, through the whole graph.
    pub footprint: Footprint,
}

impl TraceScene {
    /// The graph that the pixel belongs to.
    pub fn graph(&self) -> &Graph {
        self.key.subject.graph()
    }

    /// Whether it is a pixel of the network rather than of an operator's page.
    pub fn is_of_network(&self) -> bool {
        matches!(self.key.subject, Subject::Network(_) | Subject::Swapped(_))
    }
}

/// A value split among the pixels of the input.
pub struct ContributionScene {
    pub(super) key: TraceKey,
    /// What the value was computed from.
    pub(super) footprint: Footprint,
    /// The shares.
    pub found: Contributions,
    /// Sum and value, written alike.
    pub written: Agreeing,
}

/// Takes a value apart.
pub(super) fn trace(key: TraceKey) -> Result<Arc<TraceScene>, Failure> {
    let graph = key.subject.graph();
    let node = graph.node(key.node);
    let mut operands = Vec::with_capacity(node.inputs.len());
    let mut maps = BTreeMap::new();
    for &id in &node.inputs {
        let map = key.subject.read(id)?;
        maps.insert(id, map.clone());
        operands.push(Operand { node: id, name: key.subject.name(id), map });
    }
    let own = key.subject.read(key.node)?;
    maps.entry(key.node).or_insert_with(|| own.clone());
    let traced = trace_pixel(graph, key.node, key.spot, &|id| &maps[&id]);
    let Spot { n, c, y, x } = key.spot;
    let value = own.at(n, c, y, x);
    let mut by_product: Vec<usize> = (0..traced.terms.len()).collect();
    by_product.sort_by(|&a, &b| traced.terms[b].product.abs().total_cmp(&traced.terms[a].product.abs()));
    let running_by_product = reordered(&traced, &by_product);
    Ok(Arc::new(TraceScene {
        name: key.subject.name(key.node),
        variant: match &key.subject {
            Subject::Network(_) => None,
            Subject::Swapped(swap) => Some(swap.choice.variant),
            Subject::Study(run) => Some(run.study.variant),
        },
        written: agreeing(traced.result, value),
        value,
        groups: traced.groups(),
        running: traced.running(),
        by_product,
        running_by_product,
        operands,
        footprint: Footprint(Arc::new(reach(graph, key.node, key.spot))),
        traced,
        key,
    }))
}

/// What stands after each term in another order. It ends at the same number: the last one is taken from
/// the computation's own order, because additions round.
fn reordered(traced: &Traced, order: &[usize]) -> Vec<f64> {
    let terms = order.iter().map(|&i| traced.terms[i]).collect();
    // The winner of a maximum is the largest value, not its place.
    let mut running = Traced { terms, ..traced.clone() }.running();
    if let Some(last) = running.last_mut()
        && !matches!(traced.rule, Rule::Softmax { .. } | Rule::Response { .. })
    {
        *last = traced.result;
    }
    running
}

/// Splits a value among the pixels of the input.
pub(super) fn contribute(
    key: TraceKey,
    footprint: Footprint,
    ctl: &JobCtl,
) -> Result<Arc<ContributionScene>, Failure> {
    let failed = Failure::new("trace-no-contributions");
    let graph = key.subject.graph();
    let mut maps = BTreeMap::new();
    for (index, region) in receptive_fields(graph, key.node, key.spot.x, key.spot.y).iter().enumerate() {
        if region.is_some() {
            let id = NodeId::from_index(index);
            maps.insert(id, key.subject.read(id)?);
        }
    }
    let go_on = &mut |share: f32| {
        ctl.progress.set((share * 1000.0) as usize, 1000);
        !ctl.cancel.is_cancelled()
    };
    let found = contributions(graph, key.node, key.spot, &|id| &maps[&id], go_on).map_err(|e| failed(&e))?;
    Ok(Arc::new(ContributionScene { written: agreeing(found.sum(), found.value), footprint, found, key }))
}
