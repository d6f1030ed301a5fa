//! The least and greatest value of every channel: what colour maps are scaled by.

use rayon::prelude::*;

use crate::tensor::HostTensor;

/// Least and greatest finite value. Empty (`min > max`) if there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Least value.
    pub min: f32,
    /// Greatest value.
    pub max: f32,
}

impl Range {
    const EMPTY: Self = Self { min: f32::INFINITY, max: f32::NEG_INFINITY };

    fn of(values: &[f32]) -> Self {
        let finite = values.iter().filter(|v| v.is_finite());
        finite.fold(Self::EMPTY, |r, &v| Self { min: r.min.min(v), max: r.max.max(v) })
    }

    /// The range that covers both.
    pub fn union(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    /// Whether it holds no value.
    pub fn is_empty(self) -> bool {
        self.min > self.max
    }
}

/// Ranges of the channels of one map (the first of a batch).
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelRanges {
    /// One range per channel.
    pub channels: Vec<Range>,
    /// The range that covers all channels.
    pub all: Range,
}

impl ChannelRanges {
    /// Looks at every value of the first map of `tensor`.
    pub fn of(tensor: &HostTensor) -> Self {
        let channels: Vec<Range> =
            (0..tensor.shape().c).into_par_iter().map(|c| Range::of(tensor.channel(0, c))).collect();
        let all = channels.iter().fold(Range::EMPTY, |a, &b| a.union(b));
        Self { channels, all }
    }

    /// Whether any value is negative: such maps get a colour map centred at zero.
    pub fn is_signed(&self) -> bool {
        self.all.min < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Shape;

    #[test]
    fn ranges_skip_what_is_not_finite() {
        let t = HostTensor::new(Shape::new(1, 2, 1, 3), vec![1.0, f32::NAN, -2.0, f32::INFINITY, 5.0, 4.0]);
        let r = ChannelRanges::of(&t);
        assert_eq!(r.channels[0], Range { min: -2.0, max: 1.0 });
        assert_eq!(r.channels[1], Range { min: 4.0, max: 5.0 });
        assert_eq!(r.all, Range { min: -2.0, max: 5.0 });
        assert!(r.is_signed());
        let none = ChannelRanges::of(&HostTensor::new(Shape::new(1, 1, 1, 1), vec![f32::NAN]));
        assert!(none.all.is_empty() && !none.is_signed());
    }
}
