//! Measuring whole networks against each other, when somebody asks for it.

use std::collections::{HashMap, HashSet};

use super::rows::layer_of;
use super::{Backbone, CountedNetwork, EntryKey, LayerRow, NetworksScene, build};
use crate::analysis::TimeStats;
use crate::app::jobs::Failure;
use crate::app::scene::LoadedModel;
use crate::engine::JobCtl;
use crate::exec::backend::{Device, FusedPlan};
use crate::exec::fuse::StepInfo;
use crate::graph::{Graph, NodeId, Op, Origin, Seeded};
use crate::tensor::{HostTensor, seeded_normal};

/// Rounds; each runs every network once, so that drift hits all alike.
const ROUNDS: usize = 11;
/// First rounds, which warm caches and are not counted.
const WARM_UP: usize = 2;
/// Seed of weights and inputs.
const SEED: u64 = 1;
/// Networks whose maps and weights need more than this are not run: 3 GB.
const MOST_BYTES: u64 = 3_000_000_000;

/// One network that was measured.
#[derive(Clone, Debug)]
pub struct MeasuredNetwork {
    /// Which one.
    pub key: EntryKey,
    /// Times of the whole network, or why there are none.
    pub time: Result<TimeStats, Failure>,
    /// Times of its layers by name; empty where the device tells no times of single steps.
    pub layers: HashMap<String, LayerTime>,
    /// Where its weights come from; times hardly depend on them.
    pub weights: Origin,
}

/// The time of the steps that do the work of one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerTime {
    /// Median and spread of their sum.
    pub time: TimeStats,
    /// Other convolutions whose work is done in the same steps, and that so have no time of their own.
    pub with: Vec<String>,
}

/// Networks measured in turn.
#[derive(Clone, Debug)]
pub struct NetworkTimes {
    /// The networks.
    pub networks: Vec<MeasuredNetwork>,
    /// What ran them.
    pub device: String,
}

impl NetworkTimes {
    /// The measurement of a network.
    pub fn of(&self, key: &EntryKey) -> Option<&MeasuredNetwork> {
        self.networks.iter().find(|n| n.key == *key)
    }
}

/// The measured times of the rows on the page, found once when rows or times change: a name is too dear to be looked up
/// for every row and network of every frame.
#[derive(Default)]
pub struct RowTimes {
    /// Row after row, one per network; empty while nothing is measured.
    times: Vec<Option<LayerTime>>,
    networks: usize,
}

impl RowTimes {
    /// The times of the layers of a scene.
    pub(in crate::app) fn of(scene: &NetworksScene, times: &NetworkTimes) -> Self {
        let measured: Vec<_> = scene.networks.iter().map(|network| times.of(&network.key)).collect();
        let row = |row: &LayerRow| -> Vec<Option<LayerTime>> {
            measured.iter().map(|network| network.as_ref()?.layers.get(&row.name).cloned()).collect()
        };
        Self { times: scene.rows.iter().flat_map(row).collect(), networks: scene.networks.len() }
    }

    /// The time of a network's layer, by its place in [`NetworksScene::rows`] and in [`NetworksScene::networks`].
    pub fn get(&self, row: usize, network: usize) -> Option<&LayerTime> {
        let known = network < self.networks;
        self.times.get(row * self.networks + network).filter(|_| known)?.as_ref()
    }
}

/// Runs the networks in turn, in fused steps, for their results alone; backbones with weights from a seed, the loaded
/// model with its own. `None` if it was stopped.
pub(in crate::app) fn measure(
    scene: &NetworksScene,
    model: Option<&LoadedModel>,
    device: &Device,
    ctl: &JobCtl,
) -> Option<NetworkTimes> {
    let failed = Failure::new("network-not-measured");
    let mut networks: Vec<(MeasuredNetwork, Option<Side>)> = Vec::new();
    for compared in &scene.networks {
        let weights = match (compared.key.entry.backbone, &compared.key.entry.operator) {
            (Backbone::Listed(_), _) => Origin::Seeded,
            (Backbone::Loaded, None) => model.map_or(Origin::Trained, |m| m.model.origin()),
            (Backbone::Loaded, Some(_)) => Origin::Derived,
        };
        let side = match &compared.network {
            Err(failure) => Err(failure.clone()),
            Ok(counted)
                if counted.peak.bytes.saturating_add(counted.cost.total.weight_bytes) > MOST_BYTES =>
            {
                Err(failed(&"its maps and weights need more than 3 GB: choose a smaller input or batch"))
            }
            Ok(counted) => Side::new(counted, model, device, ctl),
        };
        if ctl.cancel.is_cancelled() {
            return None;
        }
        let (time, side) = match side {
            Ok(side) => (Err(failed(&"nothing was measured")), Some(side)),
            Err(failure) => (Err(failure), None),
        };
        let layers = HashMap::new();
        networks.push((MeasuredNetwork { key: compared.key.clone(), time, layers, weights }, side));
    }
    let mut name = device.backend().name().to_owned();
    // The executor's own progress would begin anew with every run.
    let exec = crate::exec::Ctl { cancel: ctl.cancel.clone(), progress: None };
    let total = (WARM_UP + ROUNDS) * networks.len();
    for round in 0..WARM_UP + ROUNDS {
        for (i, (network, side)) in networks.iter_mut().enumerate() {
            ctl.progress.set(round * scene.networks.len() + i, total);
            let Some(running) = side else { continue };
            match running.plan.run(std::slice::from_ref(&running.input), &exec) {
                Ok(trace) => {
                    name = trace.device;
                    if round >= WARM_UP {
                        running.times.push(trace.total_ns);
                        running.layers.add(&trace.times);
                    }
                }
                Err(_) if ctl.cancel.is_cancelled() => return None,
                Err(error) => {
                    network.time = Err(failed(&error));
                    *side = None;
                }
            }
        }
    }
    let networks = networks.into_iter().map(|(mut network, side)| {
        if let Some(mut side) = side
            && let Some(time) = TimeStats::of(&mut side.times)
        {
            network.time = Ok(time);
            network.layers = side.layers.done();
        }
        network
    });
    Some(NetworkTimes { networks: networks.collect(), device: name })
}

/// A network ready to be run again and again.
struct Side {
    plan: FusedPlan,
    input: HostTensor,
    times: Vec<u64>,
    layers: Layers,
}

impl Side {
    fn new(
        counted: &CountedNetwork,
        model: Option<&LoadedModel>,
        device: &Device,
        ctl: &JobCtl,
    ) -> Result<Self, Failure> {
        let failed = Failure::new("network-not-measured");
        let graph = build::build(&counted.key, model, &mut Seeded(SEED), ctl)?.graph;
        let plan = FusedPlan::new(device, &graph).map_err(|e| failed(&e))?;
        let [input] = graph.inputs() else { return Err(failed(&"it has more than one input")) };
        let shape = graph.shape(*input);
        let input = HostTensor::new(shape, seeded_normal(SEED, shape.elements(), 1.0));
        let layers = Layers::of(&graph, &plan.steps().unwrap_or_default(), &counted.replaced);
        Ok(Self { plan, input, times: Vec::new(), layers })
    }
}

/// Which layer each step works for, and the times so far.
struct Layers {
    /// For each step the place of its layer.
    of_step: Vec<usize>,
    /// Names of layers, with other convolutions of their steps.
    names: Vec<(String, Vec<String>)>,
    /// For each layer one sum per run.
    sums: Vec<Vec<u64>>,
}

impl Layers {
    /// A step works for the layer of its first convolution; without one, for that of its first node.
    fn of(graph: &Graph, steps: &[StepInfo], replaced: &[String]) -> Self {
        let replaced: HashSet<&str> = replaced.iter().map(String::as_str).collect();
        let layer = |id: NodeId| layer_of(&graph.node(id).name, &replaced);
        let mut layers = Self { of_step: Vec::new(), names: Vec::new(), sums: Vec::new() };
        for step in steps {
            let convs = step.nodes.iter().filter(|id| matches!(graph.node(**id).op, Op::Conv2d(_)));
            let mut convs: Vec<&str> = convs.map(|&id| layer(id)).collect();
            convs.dedup();
            let name = match (convs.first(), step.nodes.first()) {
                (Some(name), _) => name,
                (None, Some(&id)) => layer(id),
                (None, None) => &step.name,
            };
            let place = layers.names.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
                layers.names.push((name.to_owned(), Vec::new()));
                layers.names.len() - 1
            });
            let with = &mut layers.names[place].1;
            let others = convs.iter().filter(|other| **other != name).map(|other| (*other).to_owned());
            for other in others {
                if !with.contains(&other) {
                    with.push(other);
                }
            }
            layers.of_step.push(place);
        }
        layers.sums = vec![Vec::new(); layers.names.len()];
        layers
    }

    /// One run: the times of its steps, or none.
    fn add(&mut self, times: &[u64]) {
        if times.len() != self.of_step.len() {
            return;
        }
        self.sums.iter_mut().for_each(|sums| sums.push(0));
        for (&place, time) in self.of_step.iter().zip(times) {
            if let Some(sum) = self.sums[place].last_mut() {
                *sum += time;
            }
        }
    }

    fn done(self) -> HashMap<String, LayerTime> {
        let named = self.names.into_iter().zip(self.sums);
        let layers = named.filter_map(|((name, with), mut sums)| {
            Some((name, LayerTime { time: TimeStats::of(&mut sums)?, with }))
        });
        layers.collect()
    }
}
