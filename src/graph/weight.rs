//! Weights and where a builder takes them from.

use std::sync::Arc;

use super::GraphError;
use crate::tensor::seeded_normal;

/// How a weight came to its values; shown wherever its results are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Trained, from a model file.
    Trained,
    /// Computed from a trained kernel by an operator's documented rule; not trained.
    Derived,
    /// Derived, then fitted to the output of the layer it replaces on one image; not trained.
    Fitted,
    /// Random, from a seed; not trained.
    Seeded,
    /// Given by the caller (a layer file).
    Given,
    /// One number of a model file, repeated for every channel.
    Repeated,
    /// In no file: what an operation needs that the model does not have, such as the mean of 0 of a scale that stands
    /// as a batch norm.
    Made,
}

/// A weight tensor. Cloning shares the values.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// Full name, such as `fire2/expand3x3.weight`.
    pub name: String,
    /// Sides, slowest axis first; the tensor is row-major.
    pub dims: Vec<usize>,
    /// The values.
    pub values: Arc<Vec<f32>>,
    /// Where they come from.
    pub origin: Origin,
}

impl Weight {
    /// A weight whose number of values is the product of its sides.
    ///
    /// # Panics
    /// If the number of values is another one: the caller made a mistake, not the user.
    pub fn new(name: impl Into<String>, dims: Vec<usize>, values: Vec<f32>, origin: Origin) -> Self {
        assert_eq!(dims.iter().product::<usize>(), values.len(), "values of a weight {dims:?}");
        Self { name: name.into(), dims, values: Arc::new(values), origin }
    }

    /// How many of its numbers a file holds.
    pub fn stored(&self) -> usize {
        match self.origin {
            Origin::Made => 0,
            Origin::Repeated => self.values.len().min(1),
            Origin::Trained | Origin::Derived | Origin::Fitted | Origin::Seeded | Origin::Given => {
                self.values.len()
            }
        }
    }

    /// How many fewer a file holds if one of its channels is left out: none of what all channels share.
    pub const fn of_one_channel(&self) -> u64 {
        !matches!(self.origin, Origin::Made | Origin::Repeated) as u64
    }
}

/// Gives a builder the weights it asks for by full name.
pub trait WeightSource {
    /// The weight `name` with the sides `dims`; `None` if there is none and `optional`.
    ///
    /// # Errors
    /// If the tensor is missing though not optional, or has other sides.
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError>;
}

/// Weights of zeros, for what is only counted: their memory is asked for but never written.
#[derive(Clone, Copy, Debug)]
pub struct Blank;

impl WeightSource for Blank {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        let values = || vec![0.0; dims.iter().product()];
        Ok((!optional).then(|| Weight::new(name, dims.to_vec(), values(), Origin::Seeded)))
    }
}

/// Random weights, scaled to keep the variance of the values (`sqrt(2 / fan_in)`). Optional
/// weights (biases) are absent. Norms get weight 1, bias 0, mean 0, variance 1.
#[derive(Clone, Copy, Debug)]
pub struct Seeded(pub u64);

impl WeightSource for Seeded {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        if optional {
            return Ok(None);
        }
        let count = dims.iter().product();
        let values = if dims.len() > 1 {
            let fan_in = dims[1..].iter().product::<usize>();
            // The name is part of the seed, so that a layer keeps its weights when others change.
            let seed = name.bytes().fold(self.0, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
            seeded_normal(seed, count, (2.0 / fan_in as f32).sqrt())
        } else {
            let one = name.ends_with(".weight") || name.ends_with(".running_var");
            vec![if one { 1.0 } else { 0.0 }; count]
        };
        Ok(Some(Weight::new(name, dims.to_vec(), values, Origin::Seeded)))
    }
}
