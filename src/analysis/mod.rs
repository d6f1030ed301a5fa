//! Numbers read from results: statistics of times, ranges of maps, best classes, how well an operator can
//! imitate a layer, and how alike the channels of a layer are.

pub mod ablation;
mod ceilings;
pub mod fit;
mod interleaved;
mod kernels;
mod part_times;
mod range;
pub mod redundancy;
mod roofline;
mod scores;
mod spectrum;
mod times;
mod top;
mod why;

pub use ceilings::{BoundBy, Ceilings};
pub use fit::{FitResult, fit};
pub use interleaved::{Rounds, interleaved};
pub use kernels::{FilterStats, Filters, Kernels, NEAR_ZERO};
pub use part_times::PartTimes;
pub use range::{ChannelRanges, Range};
pub use roofline::{Bandwidth, DeviceStand, Probe, Roofline, Spread, Stand, SyncCheck, Timer};
pub use scores::scores;
pub use spectrum::Spectrum;
pub use times::{Comparison, TimeStats};
pub use top::{Class, top_classes};
pub use why::{
    Bound, Item, Measured, Parts, Quantity, Sentence, SourceOf, Unit, Who, Why, delivered_saving, dot,
};
