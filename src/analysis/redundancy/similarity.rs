//! How alike two channels are, as one number for each pair.

use rayon::prelude::*;

use super::gram::{ChannelKind, Gram};

/// What two channels are compared by. Both lie in `-1 ..= 1` and do not change when a channel is multiplied
/// by a positive number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// The cosine of the angle between them, `x . y / (|x| |y|)`.
    #[default]
    Cosine,
    /// The same after the mean of each was taken off: Pearson's correlation. Adding a constant to a channel
    /// does not change it.
    Pearson,
}

impl Measure {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Cosine, Self::Pearson];

    /// Its name in recipes, text keys and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::Pearson => "pearson",
        }
    }
}

/// The similarity of each pair of channels that can be compared.
#[derive(Clone, Debug)]
pub struct Similarity {
    /// Compared by what.
    pub measure: Measure,
    /// Channels of the maps, all kinds.
    pub channels: usize,
    /// The channels in the matrix, ascending.
    pub live: Vec<usize>,
    /// Channels that are zero everywhere.
    pub dead: Vec<usize>,
    /// Channels that have one value everywhere; they have no similarity that means anything.
    pub constant: Vec<usize>,
    /// Channels that hold NaN or an infinity.
    pub not_finite: Vec<usize>,
    /// `live x live`, row by row.
    matrix: Vec<f32>,
}

impl Similarity {
    /// From the sums over all images.
    pub fn of(gram: &Gram, measure: Measure) -> Self {
        let product = |i: usize, j: usize| match measure {
            Measure::Cosine => gram.inner(i, j),
            Measure::Pearson => gram.covariance(i, j),
        };
        let (mut live, mut dead, mut constant, mut not_finite) = (vec![], vec![], vec![], vec![]);
        for c in 0..gram.channels() {
            match gram.kind(c) {
                ChannelKind::Dead => dead.push(c),
                // So small a spread that it is rounding, and nothing to compare.
                ChannelKind::Live if product(c, c) <= 0.0 => constant.push(c),
                ChannelKind::Constant => constant.push(c),
                ChannelKind::NotFinite => not_finite.push(c),
                ChannelKind::Live => live.push(c),
            }
        }
        let norms: Vec<f64> = live.iter().map(|&c| product(c, c).sqrt()).collect();
        let n = live.len();
        let mut matrix = vec![0.0; n * n];
        matrix.par_chunks_exact_mut(n.max(1)).enumerate().for_each(|(a, row)| {
            for (b, value) in row.iter_mut().enumerate() {
                let similarity = product(live[a], live[b]) / (norms[a] * norms[b]);
                *value = if a == b { 1.0 } else { similarity.clamp(-1.0, 1.0) as f32 };
            }
        });
        Self { measure, channels: gram.channels(), live, dead, constant, not_finite, matrix }
    }

    /// Of the channels at two places of [`live`](Self::live).
    pub fn at(&self, a: usize, b: usize) -> f32 {
        self.matrix[a * self.live.len() + b]
    }

    /// Of the channel at this place of [`live`](Self::live) with every one of them.
    pub fn row(&self, a: usize) -> &[f32] {
        &self.matrix[a * self.live.len()..][..self.live.len()]
    }

    /// The place of a channel in [`live`](Self::live).
    pub fn place(&self, channel: usize) -> Option<usize> {
        self.live.binary_search(&channel).ok()
    }
}
