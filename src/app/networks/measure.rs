//! Measuring whole networks against each other, when somebody asks for it.

use super::{Backbone, EntryKey, NetworksScene, build};
use crate::analysis::TimeStats;
use crate::app::jobs::Failure;
use crate::app::scene::LoadedModel;
use crate::engine::JobCtl;
use crate::exec::backend::{Device, FusedPlan};
use crate::graph::{Origin, Seeded};
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
    /// Where its weights come from; times hardly depend on them.
    pub weights: Origin,
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
            (Backbone::Loaded, None) => Origin::Trained,
            (Backbone::Loaded, Some(_)) => Origin::Derived,
        };
        let side = match &compared.network {
            Err(failure) => Err(failure.clone()),
            Ok(counted)
                if counted.peak.bytes.saturating_add(counted.cost.total.weight_bytes) > MOST_BYTES =>
            {
                Err(failed(&"its maps and weights need more than 3 GB: choose a smaller input or batch"))
            }
            Ok(_) => Side::new(&compared.key, model, device, ctl),
        };
        if ctl.cancel.is_cancelled() {
            return None;
        }
        let (time, side) = match side {
            Ok(side) => (Err(failed(&"nothing was measured")), Some(side)),
            Err(failure) => (Err(failure), None),
        };
        networks.push((MeasuredNetwork { key: compared.key.clone(), time, weights }, side));
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
        if let Some(time) = side.and_then(|mut side| TimeStats::of(&mut side.times)) {
            network.time = Ok(time);
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
}

impl Side {
    fn new(
        key: &EntryKey,
        model: Option<&LoadedModel>,
        device: &Device,
        ctl: &JobCtl,
    ) -> Result<Self, Failure> {
        let failed = Failure::new("network-not-measured");
        let graph = build::build(key, model, &mut Seeded(SEED), ctl)?.graph;
        let plan = FusedPlan::new(device, &graph).map_err(|e| failed(&e))?;
        let [input] = graph.inputs() else { return Err(failed(&"it has more than one input")) };
        let shape = graph.shape(*input);
        let input = HostTensor::new(shape, seeded_normal(SEED, shape.elements(), 1.0));
        Ok(Self { plan, input, times: Vec::new() })
    }
}
