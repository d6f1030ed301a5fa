//! What a graph costs, as numbers that follow from the graph alone: operations by kind,
//! parameters, bytes. Nothing is run and nothing is measured here.

pub mod conventions;
mod count;
pub mod published;

pub use count::{Cost, NodeCost, cost, node_cost};
