//! Pictures read from a graph, in abstract units; nothing here draws.

mod agreeing;
mod branches;
mod contribution;
mod reads;
mod receptive;
mod terms;

pub use agreeing::{Agreeing, agreeing};
pub use branches::branches;
pub use contribution::{Contributions, NoContributions, Share, contributions};
pub use reads::{Read, Spot, reach, reads};
pub use receptive::{Region, receptive_field, receptive_fields};
pub use terms::{Constant, ConstantKind, Rule, Term, TermGroup, Traced, trace_pixel};
