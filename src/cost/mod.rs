//! What a graph costs, as numbers that follow from the graph alone: operations by kind,
//! parameters, bytes. Nothing is run and nothing is measured here.

pub mod conventions;
mod count;
mod memory;
pub mod published;

pub use count::{Cost, NodeCost, cost, node_cost};
pub use memory::{PeakMemory, peak_memory};
