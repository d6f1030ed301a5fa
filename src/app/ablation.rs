//! Channels of a layer taken away or replaced: what is chosen, and the job that runs the changed network.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::insight::{self, ImageSet};
use super::jobs::{self, Failure};
use super::scene::{Run, RunKey};
use crate::analysis::Class;
use crate::analysis::ablation::{Ablated, Saving, StandIn, ablate, saving};
use crate::analysis::redundancy::{Compared, Measure, Pair, Similarity};
use crate::engine::JobCtl;
use crate::exec::Value;
use crate::exec::backend::Plan;
use crate::graph::NodeId;
use crate::tensor::HostTensor;

/// What stands in for an ablated channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum How {
    /// Zeros.
    #[default]
    Zero,
    /// Its mean on the photo.
    Mean,
    /// Its twin, scaled.
    Twin,
}

impl How {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Zero, Self::Mean, Self::Twin];

    /// Its name in text keys, `ablate-<name>`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::Mean => "mean",
            Self::Twin => "twin",
        }
    }
}

/// Which channels are ablated.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// These, ascending.
    Channels(Vec<usize>),
    /// Every one that could leave its place to a twin at this similarity. They follow the threshold.
    Twins(f32),
}

/// An ablation of the trained network.
#[derive(Clone, Debug, PartialEq)]
pub struct AblationChoice {
    /// Name of the layer.
    pub layer: String,
    /// Which channels.
    pub what: What,
    /// By what.
    pub how: How,
}

/// What an ablation is run with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AblationKey {
    pub run: RunKey,
    pub choice: AblationChoice,
    /// Twins are those under this measure, ...
    pub measure: Measure,
    /// ... over these images.
    pub images: ImageSet,
}

impl AblationChoice {
    /// Whether twins have to be known for it.
    pub(super) fn needs_twins(&self) -> bool {
        self.how == How::Twin || matches!(self.what, What::Twins(_))
    }

    /// The channels that it takes away, with their twins where these are needed.
    fn channels(&self, similarity: Option<&Similarity>) -> Vec<(usize, Option<Pair>)> {
        match (&self.what, similarity) {
            (What::Twins(threshold), Some(similarity)) => {
                similarity.twins(*threshold).replaced.into_iter().map(|pair| (pair.a, Some(pair))).collect()
            }
            (What::Twins(_), None) => Vec::new(),
            (What::Channels(channels), Some(similarity)) => {
                let twins = similarity.twins_of(channels);
                channels.iter().copied().zip(twins).collect()
            }
            (What::Channels(channels), None) => channels.iter().map(|&c| (c, None)).collect(),
        }
    }
}

/// The network run with channels ablated.
pub struct AblationRun {
    pub(super) key: AblationKey,
    /// The run it stands beside.
    pub base: Arc<Run>,
    /// The layer.
    pub node: NodeId,
    /// Channels that were ablated.
    pub channels: Vec<usize>,
    /// Channels that were to be replaced by a twin and have none: they stayed.
    pub without_twin: Vec<usize>,
    /// Best classes.
    pub top: Vec<Class>,
    /// `||after - before|| / ||before||` of the network's first result.
    pub relative_change: f64,
    /// The same of the layer's maps.
    pub layer_change: f64,
    /// What removing the channels would save.
    pub saving: Saving,
}

impl AblationRun {
    /// What was asked for.
    pub fn choice(&self) -> &AblationChoice {
        &self.key.choice
    }
}

/// Runs the network with these channels ablated; what lies before them is not computed again on the CPU. `seen` is
/// the redundancy of the layer if it is known.
pub(super) fn run(
    base: Arc<Run>,
    key: AblationKey,
    node: NodeId,
    seen: Option<Arc<Compared>>,
    ctl: &JobCtl,
) -> Result<AblationRun, Failure> {
    let failed = Failure::new("ablation-failed");
    let read = |value: &Value| base.device.read(value).map_err(|e| failed(&e));
    let graph = &base.model.model.graph;
    let maps = read(base.trace.value(node))?;
    let gram = match (&seen, key.choice.needs_twins()) {
        (None, true) => Some(insight::sums(&base, node, &key.images, &maps, ctl)?.0),
        _ => None,
    };
    let own = gram.map(|gram| Similarity::of(&gram, key.measure));
    let similarity = own.as_ref().or(seen.as_ref().map(|seen| &seen.similarity));
    let (stand_ins, without_twin) = stand_ins(&key, &key.choice.channels(similarity), &maps);
    let Ablated { graph: changed, ablated, unchanged, .. } =
        ablate(graph, node, &stand_ins).map_err(|e| failed(&e))?;
    let plan = Plan::new_like(&base.device, &changed, &base.plan).map_err(|e| failed(&e))?;
    let mut known = vec![None; changed.nodes().len()];
    for &(new, old) in &unchanged {
        if let Value::Host(value) = base.trace.value(old) {
            known[new.index()] = Some(value.clone());
        }
    }
    let input = std::slice::from_ref(&base.input);
    let trace = plan.resume(input, &known, &ctl.exec()).map_err(|e| failed(&e))?;
    let top = jobs::top(&changed, &trace, &base.device).map_err(|e| failed(&e))?;
    let before = read(base.trace.value(graph.outputs()[0].1))?;
    let after = read(trace.value(changed.outputs()[0].1))?;
    let layer_change = read(trace.value(ablated))?.relative_error(&maps);
    let channels: Vec<usize> = stand_ins.keys().copied().collect();
    Ok(AblationRun {
        saving: saving(graph, node, &channels),
        relative_change: after.relative_error(&before),
        layer_change,
        top,
        node,
        channels,
        without_twin,
        base,
        key,
    })
}

/// What stands in for each channel, and the channels that were left because they have no twin.
fn stand_ins(
    key: &AblationKey,
    channels: &[(usize, Option<Pair>)],
    maps: &HostTensor,
) -> (BTreeMap<usize, StandIn>, Vec<usize>) {
    let mut left = Vec::new();
    let mut stand_ins = BTreeMap::new();
    for &(channel, pair) in channels {
        let stand_in = match (key.choice.how, pair) {
            (How::Zero, _) => StandIn::Zero,
            (How::Mean, _) => StandIn::mean(maps, channel),
            (How::Twin, Some(pair)) => StandIn::twin(maps, pair, key.measure),
            (How::Twin, None) => {
                left.push(channel);
                continue;
            }
        };
        stand_ins.insert(channel, stand_in);
    }
    (stand_ins, left)
}
