//! Numbers read from results: statistics of times, ranges of maps, best classes, and how well an
//! operator can imitate a layer.

mod ceilings;
pub mod fit;
mod part_times;
mod range;
mod spectrum;
mod times;
mod top;

pub use ceilings::{BoundBy, Ceilings};
pub use fit::{FitResult, fit};
pub use part_times::PartTimes;
pub use range::{ChannelRanges, Range};
pub use spectrum::Spectrum;
pub use times::{Comparison, TimeStats};
pub use top::{Class, top_classes};
