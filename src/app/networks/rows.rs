//! Layers of several networks side by side.

use std::collections::{HashMap, HashSet};

use super::ComparedNetwork;
use crate::cost::conventions::Amount;
use crate::graph::Op;
use crate::tensor::Shape;

/// What one layer costs in one network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowCost {
    /// The count under the convention.
    pub counted: Amount,
    /// Multiply-adds.
    pub macs: u64,
    /// Trainable parameters.
    pub params: u64,
    /// Bytes of the maps written.
    pub maps: u64,
    /// Its result.
    pub output: Shape,
    /// Whether the operator stands there.
    pub replaced: bool,
}

/// A layer by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerRow {
    /// The name; what stands in place of a layer is summed up under its name.
    pub name: String,
    /// One per network; `None` where it has no such layer.
    pub costs: Vec<Option<RowCost>>,
}

/// The layers of all networks, in their order; a layer that only a later network has stands behind the one that is in
/// front of it there.
pub(super) fn rows(networks: &[ComparedNetwork]) -> Vec<LayerRow> {
    let mut rows: Vec<LayerRow> = Vec::new();
    for (i, network) in networks.iter().enumerate() {
        let place_of: HashMap<String, usize> =
            rows.iter().enumerate().map(|(at, row)| (row.name.clone(), at)).collect();
        let mut added: Vec<(usize, LayerRow)> = Vec::new();
        let mut at = rows.len();
        for (name, cost) in layers(network) {
            match place_of.get(&name) {
                Some(&known) => {
                    rows[known].costs[i] = Some(cost);
                    at = known + 1;
                }
                None => {
                    let mut costs = vec![None; networks.len()];
                    costs[i] = Some(cost);
                    added.push((at, LayerRow { name: name.clone(), costs }));
                }
            }
        }
        // Stable: rows for the same place keep their order.
        added.sort_by_key(|(at, _)| *at);
        let mut merged = Vec::with_capacity(rows.len() + added.len());
        let mut added = added.into_iter().peekable();
        for (place, row) in rows.into_iter().enumerate() {
            while let Some((_, new)) = added.next_if(|(at, _)| *at == place) {
                merged.push(new);
            }
            merged.push(row);
        }
        merged.extend(added.map(|(_, new)| new));
        rows = merged;
    }
    rows
}

/// The layers of one network, nodes of an operator summed up.
fn layers(network: &ComparedNetwork) -> Vec<(String, RowCost)> {
    let Some((counted, count)) = network.counted() else { return Vec::new() };
    let replaced: HashSet<&str> = counted.replaced.iter().map(String::as_str).collect();
    let mut layers: Vec<(String, RowCost)> = Vec::new();
    let mut place_of: HashMap<String, usize> = HashMap::new();
    for (id, node) in counted.graph.iter().filter(|(_, node)| node.op != Op::Input) {
        let layer = stands_for(&node.name, &replaced);
        let name = layer_of(&node.name, &replaced).to_owned();
        let cost = &counted.cost.nodes[id.index()];
        let at = *place_of.entry(name.clone()).or_insert_with(|| {
            let empty = RowCost {
                counted: Amount::default(),
                macs: 0,
                params: 0,
                maps: 0,
                output: node.shape,
                replaced: layer.is_some(),
            };
            layers.push((name, empty));
            layers.len() - 1
        });
        let row = &mut layers[at].1;
        row.counted += count.nodes[id.index()].amount();
        row.macs = row.macs.saturating_add(cost.macs);
        row.params = row.params.saturating_add(cost.params);
        row.maps = row.maps.saturating_add(cost.activation_bytes_written);
        row.output = node.shape;
    }
    layers
}

/// The name of the row that a node belongs to.
pub(super) fn layer_of<'n>(name: &'n str, replaced: &HashSet<&str>) -> &'n str {
    stands_for(name, replaced).unwrap_or(name)
}

/// The replaced layer that a node is a part of.
fn stands_for<'n>(name: &'n str, replaced: &HashSet<&str>) -> Option<&'n str> {
    let ends = name.match_indices('/').map(|(at, _)| at).chain([name.len()]);
    ends.map(|end| &name[..end]).find(|start| replaced.contains(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_of_an_operator_belong_to_its_layer() {
        let replaced = HashSet::from(["fire2/expand3x3", "conv1"]);
        assert_eq!(stands_for("fire2/expand3x3/intra", &replaced), Some("fire2/expand3x3"));
        assert_eq!(stands_for("fire2/expand3x3", &replaced), Some("fire2/expand3x3"));
        assert_eq!(stands_for("fire2/expand3x3b/intra", &replaced), None);
        assert_eq!(stands_for("conv10", &replaced), None);
    }
}
