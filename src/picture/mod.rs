//! Pictures read from a graph, in abstract units; nothing here draws.

mod agreeing;
mod branches;
mod contribution;
mod reach;
mod reads;
mod receptive;
mod terms;

pub use agreeing::{Agreeing, agreeing};
pub use branches::branches;
pub use contribution::{Contributions, NoContributions, Share, contributions};
pub use reach::{PixelSet, Reached, reach};
pub use reads::{Read, Spot, reads};
pub use receptive::{Region, receptive_field, receptive_fields};
pub use terms::{Constant, ConstantKind, Rule, Term, TermGroup, Traced, trace_pixel};
