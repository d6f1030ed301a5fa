//! Whole networks as recipes name them, with the times that were measured: those cannot be made again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::recipe::{OperatorId, WeightsFrom};
use crate::analysis::TimeStats;

/// One of the compared networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkId {
    /// A backbone as text ([`Written`](crate::networks::Written)); none is the recipe's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backbone: Option<String>,
    /// The operator in the recipe's model, wherever it fits; that of a backbone stands in its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorId>,
    /// Layers of the recipe's model that keep their own convolution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// What was measured, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<MeasuredId>,
}

/// The times of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredId {
    /// Of the whole network; none where measuring failed.
    pub time: Option<TimeStats>,
    /// The weights that it ran with.
    pub weights: WeightsFrom,
    /// Its layers by name.
    pub layers: BTreeMap<String, LayerTimeId>,
}

/// The time of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerTimeId {
    /// Median and spread.
    pub time: TimeStats,
    /// Other convolutions whose work is in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
}
