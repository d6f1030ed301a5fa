//! How many directions the channels span together.

use nalgebra::DMatrix;

use super::similarity::{Measure, Similarity};
use crate::tensor::HostTensor;

/// Effective rank of the compared channels, each scaled to length 1 (under Pearson after its mean was taken
/// off): `exp(-sum p_i ln p_i)` with `p_i = s_i / sum s`, where `s_i` are the singular values of the matrix
/// whose rows are the channels (O. Roy and M. Vetterli, "The effective rank: a measure of effective
/// dimensionality", EUSIPCO 2007). Between 1 (all channels are multiples of one) and the number of channels
/// (all orthogonal); 0 where there is no channel.
///
/// The squares of the singular values are the eigenvalues of the similarity matrix, or, where `maps` of one
/// image are all there is and have fewer pixels than channels, those of the smaller matrix of products of pixels.
/// Those below the rounding of the f32 entries, `n * 2^-23` of the greatest, count as zero.
pub fn effective_rank(similarity: &Similarity, maps: Option<&HostTensor>) -> f64 {
    let n = similarity.live.len();
    if n == 0 {
        return 0.0;
    }
    let matrix = match maps.filter(|maps| maps.shape().n == 1 && maps.shape().plane() < n) {
        Some(maps) => pixel_products(similarity, maps),
        None => DMatrix::from_fn(n, n, |a, b| f64::from(similarity.at(a, b))),
    };
    let eigenvalues = matrix.symmetric_eigenvalues();
    let greatest = eigenvalues.iter().copied().fold(0.0, f64::max);
    let floor = greatest * n as f64 * f64::from(f32::EPSILON);
    let singular = eigenvalues.iter().filter(|&&e| e > floor).map(|e| e.sqrt());
    entropy_rank(&singular.collect::<Vec<_>>())
}

/// Of the same rows, pixel by pixel.
fn pixel_products(similarity: &Similarity, maps: &HostTensor) -> DMatrix<f64> {
    let plane = maps.shape().plane();
    let mut rows = DMatrix::<f64>::zeros(similarity.live.len(), plane);
    for (mut row, &channel) in rows.row_iter_mut().zip(&similarity.live) {
        let values = maps.channel(0, channel);
        let mean = match similarity.measure {
            Measure::Cosine => 0.0,
            Measure::Pearson => values.iter().map(|&v| f64::from(v)).sum::<f64>() / plane as f64,
        };
        row.iter_mut().zip(values).for_each(|(entry, &v)| *entry = f64::from(v) - mean);
        let norm = row.norm();
        row /= norm;
    }
    rows.tr_mul(&rows)
}

/// `exp` of the entropy of values taken as shares of their sum; 0 where the sum is 0.
pub(crate) fn entropy_rank(singular: &[f64]) -> f64 {
    let sum: f64 = singular.iter().sum();
    if sum <= 0.0 {
        return 0.0;
    }
    let entropy: f64 = singular.iter().map(|s| s / sum).filter(|&p| p > 0.0).map(|p| -p * p.ln()).sum();
    entropy.exp()
}
