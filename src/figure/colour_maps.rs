//! Colour maps: perceptually uniform for values without sign, diverging around zero for others.

use colorous::{Gradient, RED_BLUE, VIRIDIS};
use serde::{Deserialize, Serialize};

use crate::analysis::Range;

/// What the ends of a colour map stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scale {
    /// The least and greatest value of each channel: structure shows even in faint maps.
    #[default]
    Channel,
    /// The least and greatest value of the layer.
    Layer,
    /// The least and greatest value of both layers that stand side by side.
    Shared,
}

/// Which colours stand for values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colours {
    /// Diverging for maps with negative values, else sequential.
    #[default]
    Auto,
    /// From the least value to the greatest.
    Sequential,
    /// Centred at zero.
    Diverging,
}

/// Entries of a colour table.
pub const ENTRIES: usize = 256;

/// Which table is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourMap {
    /// From dark to bright (viridis).
    Sequential,
    /// Blue below zero, red above it, light at zero (ColorBrewer's RdBu).
    Diverging,
}

impl ColourMap {
    /// The map for values that may be negative or not, as the user wishes.
    pub fn choose(wish: Colours, signed: bool) -> Self {
        match wish {
            Colours::Sequential => Self::Sequential,
            Colours::Diverging => Self::Diverging,
            Colours::Auto if signed => Self::Diverging,
            Colours::Auto => Self::Sequential,
        }
    }

    /// The colour at `t`, `0 ..= 1`.
    pub fn at(self, t: f32) -> [u8; 3] {
        let t = f64::from(t.clamp(0.0, 1.0));
        let gradient = |g: Gradient, t| {
            let c = g.eval_continuous(t);
            [c.r, c.g, c.b]
        };
        match self {
            Self::Sequential => gradient(VIRIDIS, t),
            Self::Diverging => gradient(RED_BLUE, 1.0 - t),
        }
    }

    /// Where a value stands in the table; the twin of `colour_of` in `display_maps.wgsl`.
    pub fn position(self, v: f32, range: Range) -> f32 {
        match self {
            Self::Sequential if range.max > range.min => (v - range.min) / (range.max - range.min),
            Self::Sequential => 0.0,
            Self::Diverging => match range.min.abs().max(range.max.abs()) {
                0.0 => 0.5,
                most => 0.5 + 0.5 * v / most,
            },
        }
    }

    /// The values at both ends of the bar.
    pub fn ends(self, range: Range) -> (f32, f32) {
        match self {
            Self::Sequential => (range.min, range.max),
            Self::Diverging => {
                let most = range.min.abs().max(range.max.abs());
                (-most, most)
            }
        }
    }
}
