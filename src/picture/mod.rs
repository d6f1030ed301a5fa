//! Pictures read from a graph, in abstract units; nothing here draws.

mod receptive;

pub use receptive::{Region, receptive_field};
