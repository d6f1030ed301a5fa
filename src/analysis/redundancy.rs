//! Redundancy of the channels of a map: which of them look alike, how many could stand in for one another,
//! and how many directions they span together.
//!
//! A [`Gram`] collects the products of all pairs of channels, over one image or over many. From it come
//! the [`Similarity`] under either [`Measure`], its twins and pairs ([`twins`](Similarity::twins)), an order
//! in which similar channels stand together ([`clustered`]) and the [`effective_rank`].

mod compared;
mod gram;
mod on_adapter;
mod order;
mod rank;
mod similarity;
mod twins;

pub use compared::Compared;
pub use gram::{ChannelKind, Gram};
pub use order::clustered;
pub use rank::effective_rank;
pub(crate) use rank::entropy_rank;
pub use similarity::{Measure, Similarity};
pub use twins::{Pair, Twins};

#[cfg(test)]
mod tests;
