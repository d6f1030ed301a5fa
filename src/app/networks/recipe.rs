//! The compared networks as a recipe names them, and the same again from a recipe.

use std::sync::Arc;

use super::{
    BATCHES, Backbone, ComparedNetwork, Entry, EntryKey, LayerTime, MOST_NETWORKS, MeasuredNetwork,
    NetworkTimes, NetworksKey, NetworksScene, chart, compare, networks_table,
};
use crate::app::jobs::Failure;
use crate::app::scene::LoadedModel;
use crate::cost::conventions::{self, UnknownConvention};
use crate::engine::JobCtl;
use crate::figure::Scene;
use crate::figure::recipe::{OperatorId, Picture, WeightsFrom};
use crate::figure::recipe_networks::{LayerTimeId, MeasuredId, NetworkId};
use crate::figure::table::Table;
use crate::graph::Origin;
use crate::networks::{InBackbone, Written, WrittenError};
use crate::text::Lang;
use crate::variants;

/// Why the networks of a recipe cannot be compared again.
#[derive(Debug, thiserror::Error)]
pub enum ComparisonError {
    /// None, or too many.
    #[error("the recipe names {0} networks: expected from 1 to {MOST_NETWORKS}")]
    Networks(usize),
    /// A batch that the page does not have.
    #[error("the recipe's batch is {0}: expected one of {BATCHES:?}")]
    Batch(usize),
    /// No convention of this name.
    #[error(transparent)]
    Convention(#[from] UnknownConvention),
    /// No backbone of this name.
    #[error("there is no backbone '{0}'")]
    Backbone(String),
    /// A backbone that cannot be written so.
    #[error(transparent)]
    Written(#[from] WrittenError),
    /// No operator of this name.
    #[error("there is no operator '{0}'")]
    Operator(String),
    /// The recipe's model is one of the networks, and was not given.
    #[error("the recipe compares its model: give it with --model")]
    Model,
}

/// The networks of a recipe, compared again; times are those of the recipe.
pub struct Comparison {
    scene: Arc<NetworksScene>,
    times: Option<NetworkTimes>,
}

/// What a recipe holds of the page: the networks, how they are counted, and the measured times.
pub(in crate::app) fn recipe_of(scene: &NetworksScene, times: Option<&NetworkTimes>) -> Picture {
    let listed = scene.key.entries.iter().find(|key| key.model.is_none());
    let networks: Vec<NetworkId> = scene.networks.iter().map(|network| network_id(network, times)).collect();
    let measured = networks.iter().any(|network| network.measured.is_some());
    Picture::Networks {
        networks,
        batch: listed.map_or(1, |key| key.batch),
        convention: scene.convention.name.to_owned(),
        device: times.filter(|_| measured).map(|times| times.device.clone()),
    }
}

fn network_id(network: &ComparedNetwork, times: Option<&NetworkTimes>) -> NetworkId {
    let backbone = network.key.written().map(|written| written.to_string());
    let operator = network.key.entry.operator.as_ref().filter(|_| backbone.is_none());
    NetworkId {
        operator: operator
            .map(|o| OperatorId { operator: o.variant.to_owned(), settings: o.settings.clone() }),
        without: operator.map_or_else(Vec::new, |o| o.without_layers.iter().cloned().collect()),
        backbone,
        measured: times.and_then(|times| times.of(&network.key)).map(|measured| MeasuredId {
            time: measured.time.as_ref().ok().copied(),
            weights: measured.weights.into(),
            layers: measured
                .layers
                .iter()
                .map(|(name, layer)| {
                    (name.clone(), LayerTimeId { time: layer.time, with: layer.with.clone() })
                })
                .collect(),
        }),
    }
}

impl Comparison {
    /// Counts the networks of a recipe; `None` if the recipe is not one of networks.
    ///
    /// # Errors
    /// If it names what there is not, or its model and `model` is none.
    pub fn of(recipe: &Picture, model: Option<&LoadedModel>) -> Result<Option<Self>, ComparisonError> {
        let Picture::Networks { networks, batch, convention, device } = recipe else { return Ok(None) };
        if !(1..=MOST_NETWORKS).contains(&networks.len()) {
            return Err(ComparisonError::Networks(networks.len()));
        }
        if !BATCHES.contains(batch) {
            return Err(ComparisonError::Batch(*batch));
        }
        let convention = conventions::find(convention)?.name;
        let entries = networks
            .iter()
            .map(|network| key_of(network, *batch, model))
            .collect::<Result<Vec<EntryKey>, _>>()?;
        let key = NetworksKey { entries: entries.clone(), convention };
        // Nobody cancels it.
        let scene = compare(key, model, None, &JobCtl::default()).ok_or(ComparisonError::Model)?;
        let failed = Failure::new("network-not-measured");
        let times = device.as_ref().map(|device| NetworkTimes {
            device: device.clone(),
            networks: networks
                .iter()
                .zip(entries)
                .filter_map(|(network, key)| {
                    let measured = network.measured.as_ref()?;
                    Some(MeasuredNetwork {
                        key,
                        time: measured.time.ok_or_else(|| failed(&"nothing was measured")),
                        layers: measured
                            .layers
                            .iter()
                            .map(|(name, layer)| {
                                (name.clone(), LayerTime { time: layer.time, with: layer.with.clone() })
                            })
                            .collect(),
                        weights: origin(measured.weights),
                    })
                })
                .collect(),
        });
        Ok(Some(Self { scene, times }))
    }

    /// Whether a recipe compares its own model, which then has to be given.
    pub fn needs_model(recipe: &Picture) -> bool {
        matches!(recipe, Picture::Networks { networks, .. } if networks.iter().any(|n| n.backbone.is_none()))
    }

    /// The networks as points.
    pub fn chart(&self, lang: Lang, size: [f32; 2]) -> Scene {
        chart(&self.scene, self.times.as_ref(), lang, size)
    }

    /// Totals and layers.
    pub fn table(&self) -> Table {
        networks_table(&self.scene, self.times.as_ref())
    }
}

fn key_of(
    network: &NetworkId,
    batch: usize,
    model: Option<&LoadedModel>,
) -> Result<EntryKey, ComparisonError> {
    let Some(text) = &network.backbone else {
        let model = model.ok_or(ComparisonError::Model)?;
        let operator = network.operator.as_ref().map(|id| {
            let variant = variants::find(&id.operator)
                .ok_or_else(|| ComparisonError::Operator(id.operator.clone()))?
                .name();
            let without_layers = network.without.iter().cloned().collect();
            Ok::<_, ComparisonError>(InBackbone {
                settings: id.settings.clone(),
                without_layers,
                ..InBackbone::of(variant)
            })
        });
        let entry = Entry { backbone: Backbone::Loaded, operator: operator.transpose()? };
        return Ok(EntryKey { entry, side: None, batch: 1, model: Some(model.id) });
    };
    let Written { network, side, operator } =
        Written::parse(text).ok_or_else(|| ComparisonError::Backbone(text.clone()))??;
    let entry = Entry { backbone: Backbone::Listed(network.name), operator };
    Ok(EntryKey { entry, side, batch, model: None })
}

const fn origin(weights: WeightsFrom) -> Origin {
    match weights {
        WeightsFrom::Trained => Origin::Trained,
        WeightsFrom::Derived => Origin::Derived,
        WeightsFrom::Fitted => Origin::Fitted,
        WeightsFrom::Seeded => Origin::Seeded,
    }
}
