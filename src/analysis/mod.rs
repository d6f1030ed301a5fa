//! Numbers read from results: statistics of times, ranges of maps, best classes.

mod range;
mod times;
mod top;

pub use range::{ChannelRanges, Range};
pub use times::{Comparison, TimeStats};
pub use top::{Class, top_classes};
