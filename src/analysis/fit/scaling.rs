//! The metric in which steps are taken: the inverse of the curvature, block by block.

use candle_core::{Device, Tensor};
use nalgebra::DMatrix;

use crate::exec::candle::autograd::Differentiable;
use crate::exec::{Ctl, ExecError};
use crate::tensor::seeded_normal;

/// Added to the diagonal of each matrix as a share of its mean: directions in which the input hardly varies
/// are not worth large weights.
const RIDGE: f64 = 1e-4;

/// An inverse curvature.
pub(super) struct Scaling {
    diagonal: Vec<(usize, f32)>,
    blocks: Vec<Inverse>,
}

struct Inverse {
    size: usize,
    /// `[size, size]`.
    matrix: Tensor,
    places: Vec<usize>,
}

impl Scaling {
    /// For the curvature where the parameters start. Each step of the operator is seen on its own; how strongly
    /// its output counts in the result is estimated from one random direction.
    pub fn new(f: &Differentiable, scale: f64, ctl: &Ctl) -> Result<Self, ExecError> {
        let recorded = f.record(f.start())?;
        let probe = recorded.gradient(&seeded_normal(17, recorded.result.len(), 1.0))?;
        let mut all = Self { diagonal: Vec::new(), blocks: Vec::new() };
        for node in f.curvature(f.start())? {
            let mean = node.diagonal.iter().map(|(_, v)| f64::from(*v)).sum::<f64>();
            let floor = mean / node.diagonal.len().max(1) as f64 * RIDGE;
            let inverse = |&(place, value): &(usize, f32)| {
                let value = f64::from(value) + floor;
                (place, if value > 0.0 { (1.0 / value) as f32 } else { 0.0 })
            };
            let mut own = Self { diagonal: node.diagonal.iter().map(inverse).collect(), blocks: Vec::new() };
            for block in node.blocks {
                if ctl.cancel.is_cancelled() {
                    return Err(ExecError::Cancelled);
                }
                own.blocks.push(Inverse {
                    size: block.size,
                    matrix: invert(block.size, &block.gram)?,
                    places: block.places,
                });
            }
            // Were the step the last one, the mean of gradient * inverse * gradient would be 1.
            let seen = own.apply(&probe)?;
            let strength = super::dot(&probe, &seen) / own.count().max(1) as f64;
            let strength = if strength > 0.0 && strength.is_finite() { strength } else { 1.0 };
            let factor = 1.0 / (strength * 2.0 * scale);
            own.diagonal.iter_mut().for_each(|(_, v)| *v *= factor as f32);
            for block in &mut own.blocks {
                block.matrix = (&block.matrix * factor).map_err(|e| failed(&e))?;
            }
            all.diagonal.extend(own.diagonal);
            all.blocks.extend(own.blocks);
        }
        Ok(all)
    }

    /// How many parameters there are; connections that do not exist are none.
    pub fn count(&self) -> usize {
        self.diagonal.len() + self.blocks.iter().map(|b| b.places.len()).sum::<usize>()
    }

    /// The inverse curvature times a gradient.
    pub fn apply(&self, gradient: &[f32]) -> Result<Vec<f32>, ExecError> {
        let mut result = vec![0.0; gradient.len()];
        for &(place, value) in &self.diagonal {
            result[place] = value * gradient[place];
        }
        for block in &self.blocks {
            let own: Vec<f32> = block.places.iter().map(|&p| gradient[p]).collect();
            let product = Tensor::from_vec(own, (block.places.len() / block.size, block.size), &Device::Cpu)
                .and_then(|g| g.matmul(&block.matrix)?.flatten_all()?.to_vec1::<f32>())
                .map_err(|e| failed(&e))?;
            block.places.iter().zip(product).for_each(|(&p, v)| result[p] = v);
        }
        Ok(result)
    }
}

/// The inverse of a symmetric matrix with a ridge.
fn invert(size: usize, gram: &[f32]) -> Result<Tensor, ExecError> {
    let mut matrix = DMatrix::from_fn(size, size, |i, j| f64::from(gram[i * size + j]));
    let mean = matrix.trace() / size as f64;
    let ridge = if mean > 0.0 { RIDGE * mean } else { 1.0 };
    (0..size).for_each(|i| matrix[(i, i)] += ridge);
    let values: Vec<f32> = match matrix.clone().cholesky() {
        // Symmetric: its columns are its rows.
        Some(factor) => factor.inverse().iter().map(|&v| v as f32).collect(),
        // Rounding made it indefinite; its diagonal is still right.
        None => {
            let value = |i: usize, j: usize| if i == j { (1.0 / matrix[(i, i)]) as f32 } else { 0.0 };
            (0..size * size).map(|p| value(p / size, p % size)).collect()
        }
    };
    Tensor::from_vec(values, (size, size), &Device::Cpu).map_err(|e| failed(&e))
}

fn failed(e: &candle_core::Error) -> ExecError {
    ExecError::Device { node: "fit".into(), cause: e.to_string() }
}
