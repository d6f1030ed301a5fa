//! A tensor in host memory.

use std::sync::Arc;

use super::{Shape, ShapeError};

/// Shape and values in host memory, `f32`, row-major NCHW. Cloning shares the values.
#[derive(Clone, Debug, PartialEq)]
pub struct HostTensor {
    shape: Shape,
    data: Arc<Vec<f32>>,
}

impl HostTensor {
    /// Wraps values whose number is `shape.elements()`.
    ///
    /// # Panics
    /// If the number of values is another one: the caller made a mistake, not the user.
    pub fn new(shape: Shape, data: Vec<f32>) -> Self {
        assert_eq!(shape.elements(), data.len(), "values for a tensor of shape {shape}");
        Self { shape, data: Arc::new(data) }
    }

    /// A tensor of zeros.
    pub fn zeros(shape: Shape) -> Result<Self, ShapeError> {
        let shape = shape.check()?;
        Ok(Self::new(shape, vec![0.0; shape.elements()]))
    }

    /// The shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// All values, row-major.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// The values, shared.
    pub fn shared(&self) -> Arc<Vec<f32>> {
        Arc::clone(&self.data)
    }

    /// The `h * w` values of one channel.
    pub fn channel(&self, n: usize, c: usize) -> &[f32] {
        let start = self.shape.index(n, c, 0, 0);
        &self.data[start..start + self.shape.plane()]
    }

    /// One value.
    pub fn at(&self, n: usize, c: usize, y: usize, x: usize) -> f32 {
        self.data[self.shape.index(n, c, y, x)]
    }

    /// `||self - reference|| / ||reference||`, Euclidean norm over the whole tensor, in f64.
    /// Zero if both are all zero; NaN if either holds one.
    ///
    /// # Panics
    /// If the shapes differ.
    pub fn relative_error(&self, reference: &Self) -> f64 {
        assert_eq!(self.shape, reference.shape, "shapes to compare");
        let (mut difference, mut norm) = (0.0, 0.0);
        for (&a, &b) in self.data.iter().zip(reference.data.iter()) {
            let (a, b) = (f64::from(a), f64::from(b));
            difference += (a - b) * (a - b);
            norm += b * b;
        }
        if difference == 0.0 { 0.0 } else { (difference / norm).sqrt() }
    }
}
