//! The shape of a feature map: batch, channels, height, width, row-major.

use std::fmt;

/// The most elements one tensor may have (2^31 - 1): indices fit in 32 bits on every device.
pub const MAX_ELEMENTS: usize = i32::MAX as usize;

/// `N x C x H x W`, row-major: `w` is the fastest axis. Printed as `1x64x56x56`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Shape {
    /// Batch size.
    pub n: usize,
    /// Channels.
    pub c: usize,
    /// Height in pixels.
    pub h: usize,
    /// Width in pixels.
    pub w: usize,
}

/// A shape that no tensor can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// One of the four sides is zero.
    #[error("the shape {0} has a side of length 0")]
    Empty(Shape),
    /// More elements than 32-bit indices can address.
    #[error("the shape {0} has more than {MAX_ELEMENTS} elements")]
    TooLarge(Shape),
}

impl Shape {
    /// A shape from its four sides, unchecked: see [`Shape::check`].
    pub const fn new(n: usize, c: usize, h: usize, w: usize) -> Self {
        Self { n, c, h, w }
    }

    /// Accepts the shape if a tensor can have it.
    pub fn check(self) -> Result<Self, ShapeError> {
        let elements = [self.c, self.h, self.w].iter().try_fold(self.n, |a, &b| a.checked_mul(b));
        match elements {
            Some(0) => Err(ShapeError::Empty(self)),
            Some(e) if e <= MAX_ELEMENTS => Ok(self),
            _ => Err(ShapeError::TooLarge(self)),
        }
    }

    /// `n * c * h * w`.
    pub const fn elements(self) -> usize {
        self.n * self.c * self.h * self.w
    }

    /// Pixels of one channel, `h * w`.
    pub const fn plane(self) -> usize {
        self.h * self.w
    }

    /// Row-major index of one element.
    pub const fn index(self, n: usize, c: usize, y: usize, x: usize) -> usize {
        ((n * self.c + c) * self.h + y) * self.w + x
    }

    /// The same map with another number of channels.
    pub const fn with_channels(self, c: usize) -> Self {
        Self { c, ..self }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}x{}", self.n, self.c, self.h, self.w)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overflow_and_empty_are_refused() {
        assert!(Shape::new(1, usize::MAX, 2, 1).check().is_err());
        assert!(Shape::new(1, 1 << 16, 1 << 16, 1).check().is_err());
        assert_eq!(Shape::new(1, 0, 2, 1).check(), Err(ShapeError::Empty(Shape::new(1, 0, 2, 1))));
        assert_eq!(Shape::new(1, 64, 56, 56).check().map(Shape::elements), Ok(200_704));
    }
}
