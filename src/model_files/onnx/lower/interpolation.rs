//! The rules of ONNX's `Resize`: which place before belongs to a place after, and which places around it
//! count how much.

use super::resize::Scale;
use crate::graph::Tap;

/// How a place of the result becomes a place before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coordinates {
    /// Pixels are areas: their middles fall on each other.
    HalfPixel,
    /// The same; a result of one pixel is the first one.
    PytorchHalfPixel,
    /// The same, about the middle of the map where the length was rounded.
    HalfPixelSymmetric,
    /// The first pixels fall on each other.
    Asymmetric,
    /// The first and the last pixels fall on each other.
    AlignCorners,
    /// The corners of a part of the map.
    Part,
}

impl Coordinates {
    /// By ONNX's name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "half_pixel" => Self::HalfPixel,
            "pytorch_half_pixel" => Self::PytorchHalfPixel,
            "half_pixel_symmetric" => Self::HalfPixelSymmetric,
            "asymmetric" => Self::Asymmetric,
            "align_corners" => Self::AlignCorners,
            "tf_crop_and_resize" => Self::Part,
            _ => return None,
        })
    }

    /// The place before of place `i`; `None` beside a part that reaches over the map.
    fn before(self, scale: &Scale, i: usize) -> Option<f64> {
        let (i, last) = (i as f64, scale.from as f64 - 1.0);
        let half = (i + 0.5) / scale.factor - 0.5;
        let length = scale.factor * scale.from as f64;
        Some(match self {
            Self::HalfPixel => half,
            Self::PytorchHalfPixel => {
                if scale.to > 1 {
                    half
                } else {
                    0.0
                }
            }
            Self::HalfPixelSymmetric => {
                let offset = scale.from as f64 / 2.0 * (1.0 - scale.to as f64 / length);
                offset + half
            }
            Self::Asymmetric => i / scale.factor,
            Self::AlignCorners => {
                if length <= 1.0 {
                    0.0
                } else {
                    i * last / (length - 1.0)
                }
            }
            Self::Part => {
                let (start, end) = scale.kept;
                let at = if scale.to > 1 {
                    start * last + i * (end - start) * last / (scale.to as f64 - 1.0)
                } else {
                    0.5 * (start + end) * last
                };
                return Some(at).filter(|at| (0.0..=last).contains(at));
            }
        })
    }
}

/// Which of two neighbours is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nearest {
    /// The nearer one, the first of two.
    RoundPreferFloor,
    /// The nearer one, the second of two.
    RoundPreferCeil,
    /// The first.
    Floor,
    /// The second.
    Ceil,
}

impl Nearest {
    /// By ONNX's name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "round_prefer_floor" | "" => Self::RoundPreferFloor,
            "round_prefer_ceil" => Self::RoundPreferCeil,
            "floor" => Self::Floor,
            "ceil" => Self::Ceil,
            _ => return None,
        })
    }

    /// The place before that place `i` is; `None` beside the map.
    pub(super) fn place(self, scale: &Scale, coordinates: Coordinates, i: usize) -> Option<usize> {
        let at = coordinates.before(scale, i)?;
        let at = match self {
            Self::RoundPreferFloor => (at - 0.5).ceil(),
            Self::RoundPreferCeil => (at + 0.5).floor(),
            Self::Floor => at.floor(),
            Self::Ceil => at.ceil(),
        };
        Some(at.clamp(0.0, scale.from as f64 - 1.0) as usize)
    }
}

/// How much a neighbour counts, by its distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Filter {
    /// `1 - |t|`.
    Linear,
    /// Keys' cubic with this coefficient.
    Cubic(f64),
}

impl Filter {
    /// Pixels to each side that count.
    const fn reach(self) -> f64 {
        match self {
            Self::Linear => 1.0,
            Self::Cubic(_) => 2.0,
        }
    }

    fn weight(self, distance: f64) -> f64 {
        let t = distance.abs();
        match self {
            Self::Linear => (1.0 - t).max(0.0),
            Self::Cubic(a) if t <= 1.0 => ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0,
            Self::Cubic(a) if t < 2.0 => ((a * t - 5.0 * a) * t + 8.0 * a) * t - 4.0 * a,
            Self::Cubic(_) => 0.0,
        }
    }

    /// What place `i` reads, `step` values apart. A neighbour beside the map is the last one in it, or, with
    /// `only_inside`, none. `antialias` widens the filter where the map shrinks.
    pub(super) fn taps(
        self,
        scale: &Scale,
        coordinates: Coordinates,
        i: usize,
        antialias: bool,
        only_inside: bool,
        step: usize,
    ) -> Vec<Tap> {
        let Some(at) = coordinates.before(scale, i) else { return Vec::new() };
        let narrowed = if antialias { scale.factor.min(1.0) } else { 1.0 };
        // The neighbours begin with the pixel before, a pixel that is hit itself being the one behind.
        let base = at.ceil() - 1.0;
        let start = (-self.reach() / narrowed).floor() + 1.0;
        let count = (2.0 * (1.0 - start)) as usize;
        let last = scale.from as f64 - 1.0;
        let mut weights: Vec<(f64, f64)> = (0..count)
            .map(|k| {
                let place = base + start + k as f64;
                (place, self.weight((place - at) * narrowed))
            })
            .filter(|&(place, _)| !only_inside || (0.0..=last).contains(&place))
            .collect();
        if antialias || only_inside {
            let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
            weights.iter_mut().for_each(|(_, weight)| *weight /= sum);
        }
        let mut taps: Vec<Tap> = Vec::with_capacity(weights.len());
        for (place, weight) in weights {
            let offset = (place.clamp(0.0, last) as usize * step) as u32;
            match taps.last_mut() {
                Some(tap) if tap.offset == offset => tap.weight += weight as f32,
                _ => taps.push(Tap { offset, weight: weight as f32 }),
            }
        }
        taps
    }
}
