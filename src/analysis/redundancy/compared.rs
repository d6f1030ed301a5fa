//! Channels compared: each with each, in an order, and how many directions they span.

use super::{Gram, Measure, Similarity, clustered, effective_rank};
use crate::tensor::HostTensor;

/// Channels compared under one measure.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Each with each.
    pub similarity: Similarity,
    /// Similar ones stand together: places of [`Similarity::live`].
    pub order: Vec<usize>,
    /// How many directions they span ([`effective_rank`]).
    pub rank: f64,
}

impl Compared {
    /// From the sums over all images; `maps` are those of one of them.
    pub fn of(gram: &Gram, measure: Measure, maps: &HostTensor) -> Self {
        let similarity = Similarity::of(gram, measure);
        let order = clustered(&similarity);
        let rank = effective_rank(&similarity, Some(maps).filter(|_| gram.images() == 1));
        Self { similarity, order, rank }
    }
}
