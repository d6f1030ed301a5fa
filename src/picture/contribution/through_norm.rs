//! The walk backwards through a norm with the statistics of its input. The deviation is held; what is taken off
//! each value as the mean of its set is a sum of the set's values.

use super::Factors;
use crate::graph::NormOver;
use crate::picture::reads::Spot;
use crate::picture::terms::statistics;
use crate::tensor::HostTensor;

/// Adds to `to`, the factors of the map `x`, what the factors `own` of the norm come to there.
pub(super) fn back(over: NormOver, eps: f32, x: &HostTensor, n: usize, own: &Factors, to: &mut Factors) {
    let shape = x.shape();
    let pixels = own.shape.plane();
    let mut set =
        |channels: std::ops::Range<usize>, own_pixels: std::ops::Range<usize>, places: &[(usize, usize)]| {
            let factors =
                |c: usize| own_pixels.clone().map(move |p| (c * pixels + p, own.values[c * pixels + p]));
            let sum: f64 = channels.clone().flat_map(factors).map(|(_, f)| f).sum();
            if channels.clone().flat_map(factors).all(|(_, f)| f == 0.0) {
                return;
            }
            let values: Vec<f64> = channels
                .clone()
                .flat_map(|c| places.iter().map(move |&(y, column)| f64::from(x.at(n, c, y, column))))
                .collect();
            let (_, deviation) = statistics(values.iter().copied(), eps);
            let mean = sum / values.len() as f64;
            for c in channels.clone() {
                for &(y, x) in places {
                    *to.place(Spot { n, c, y, x }) -= mean / deviation;
                }
                for (index, factor) in factors(c) {
                    *to.place(own.spot(n, index)) += factor / deviation;
                }
            }
        };
    match over {
        NormOver::Pixel => {
            for pixel in 0..pixels {
                let Spot { y, x, .. } = own.spot(n, pixel);
                set(0..shape.c, pixel..pixel + 1, &[(y, x)]);
            }
        }
        NormOver::Groups(groups) => {
            let places: Vec<(usize, usize)> =
                (0..shape.plane()).map(|pixel| (pixel / shape.w, pixel % shape.w)).collect();
            for group in 0..groups {
                set(over.beside(group * (shape.c / groups), shape.c), 0..pixels, &places);
            }
        }
    }
}
