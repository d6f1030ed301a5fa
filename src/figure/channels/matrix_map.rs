//! The similarity matrix as pixels.

use crate::analysis::Range;
use crate::analysis::redundancy::Similarity;
use crate::figure::{ColourMap, Raster};

/// A larger matrix is drawn in so many rows, each of which stands for several channels: twins would be lost
/// between the points of the screen.
const MOST: usize = 512;
/// What the colours span.
pub const RANGE: Range = Range { min: -1.0, max: 1.0 };

/// The matrix in this order of places. In a matrix of more than [`MOST`] rows a pixel shows the value of the
/// greatest magnitude among those that it stands for; off the diagonal, where it can.
pub fn raster(similarity: &Similarity, order: &[usize]) -> Raster {
    let n = order.len();
    let step = n.div_ceil(MOST).max(1);
    let side = n.div_ceil(step);
    let pixel = |row: usize, column: usize| {
        let mut most = 0.0_f32;
        for a in row * step..((row + 1) * step).min(n) {
            let values = similarity.row(order[a]);
            for b in column * step..((column + 1) * step).min(n) {
                let value = values[order[b]];
                if (a != b || step == 1) && value.abs() > most.abs() {
                    most = value;
                }
            }
        }
        most
    };
    let values: Vec<f32> = (0..side * side).map(|i| pixel(i / side, i % side)).collect();
    Raster::of_map(&values, side, side, ColourMap::Diverging, RANGE)
}
