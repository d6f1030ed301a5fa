//! Pictures read from a graph, in abstract units; nothing here draws.

mod branches;
mod receptive;

pub use branches::branches;
pub use receptive::{Region, receptive_field};
