//! One channel of a value as a picture with its scale.

use super::numbers;
use super::parts::{LINE, fit};
use super::{
    Align, Area, ColourMap, Colours, Item, Paint, Raster, Scene, Stroke, StudyRun, Target, TextSize,
};
use crate::analysis::Range;
use crate::graph::NodeId;

/// `height x width` values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plane {
    /// Row by row.
    pub values: Vec<f32>,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Plane {
    /// A channel of a value of the run; a channel that it does not have is counted on from the first.
    pub fn of(run: &StudyRun, id: NodeId, channel: usize) -> Self {
        let value = run.value(id);
        let shape = value.shape();
        let values = value.channel(0, channel % shape.c.max(1)).to_vec();
        Self { values, width: shape.w, height: shape.h }
    }

    /// Least and greatest value; zeros where there is none.
    pub fn range(&self) -> Range {
        let finite = self.values.iter().copied().filter(|v| v.is_finite());
        let range = finite.fold(None, |r: Option<Range>, v| {
            Some(r.map_or(Range { min: v, max: v }, |r| Range { min: r.min.min(v), max: r.max.max(v) }))
        });
        range.unwrap_or(Range { min: 0.0, max: 0.0 })
    }

    /// Euclidean norm.
    pub fn norm(&self) -> f64 {
        self.values.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>().sqrt()
    }

    /// `f` of both values at each pixel.
    ///
    /// # Panics
    /// If the sizes differ.
    pub fn with(&self, other: &Self, f: impl Fn(f32, f32) -> f32) -> Self {
        assert_eq!((self.width, self.height), (other.width, other.height), "sizes of planes");
        let values = self.values.iter().zip(&other.values).map(|(&a, &b)| f(a, b)).collect();
        Self { values, ..*self }
    }

    /// Each pixel `factor x factor` times, cut to `width x height`.
    pub fn upsampled(&self, factor: usize, width: usize, height: usize) -> Self {
        let at = |i: usize| self.values[i / width / factor * self.width + i % width / factor];
        Self { values: (0..width * height).map(at).collect(), width, height }
    }

    /// How it is coloured: diverging with negative values, else sequential.
    pub fn raster(&self, range: Range) -> Raster {
        let map = ColourMap::choose(Colours::Auto, range.min < 0.0);
        Raster::of_map(&self.values, self.width, self.height, map, range)
    }

    /// `0 … 3.21`
    pub fn scale(&self) -> String {
        let Range { min, max } = self.range();
        format!("{} … {}", numbers::value(min), numbers::value(max))
    }
}

/// A map with its name above and its scale below.
pub(super) struct Card<'a> {
    /// What it is.
    pub title: String,
    /// The map.
    pub plane: &'a Plane,
    /// What the colours span; none for the map's own range.
    pub range: Option<Range>,
    /// Where it comes from: a click shows it.
    pub source: Option<(NodeId, usize)>,
    /// What is told under the pointer.
    pub tip: String,
}

impl<'a> Card<'a> {
    /// A card without click and tip.
    pub fn new(title: impl Into<String>, plane: &'a Plane) -> Self {
        Self { title: title.into(), plane, range: None, source: None, tip: String::new() }
    }

    /// A click shows this channel.
    pub fn from(mut self, id: NodeId, channel: usize) -> Self {
        self.source = Some((id, channel));
        self
    }

    /// What is told under the pointer.
    pub fn tip(mut self, tip: impl Into<String>) -> Self {
        self.tip = tip.into();
        self
    }

    /// Colours that span another range.
    pub fn range(mut self, range: Range) -> Self {
        self.range = Some(range);
        self
    }

    /// Draws it as large as the area allows, in its middle; returns the picture's area.
    pub fn draw(self, scene: &mut Scene, area: Area) -> Area {
        let room = Area::new(area.x, area.y + LINE, area.w, (area.h - 2.0 * LINE).max(1.0));
        let at = room.fitted(self.plane.width as f32, self.plane.height as f32);
        self.draw_at(scene, at, area.w)
    }

    /// Draws the picture exactly there, its texts no wider than `width`.
    pub fn draw_at(self, scene: &mut Scene, at: Area, width: f32) -> Area {
        let middle = at.centre()[0];
        let title = fit(&self.title, TextSize::Small, width);
        scene.text([middle, at.y - LINE / 2.0], title, TextSize::Small, Align::Middle, Paint::Text);
        let scale = fit(&self.plane.scale(), TextSize::Small, width);
        scene.text([middle, at.bottom() + LINE / 2.0], scale, TextSize::Small, Align::Middle, Paint::Weak);
        let item = image(scene, at, self.plane, self.range.unwrap_or_else(|| self.plane.range()));
        if let Some((id, channel)) = self.source {
            item.on_click(Target::Channel(id, channel));
        }
        if !self.tip.is_empty() {
            item.tip(self.tip);
        }
        at
    }
}

/// A map with a hair line around it.
pub(super) fn image<'s>(scene: &'s mut Scene, at: Area, plane: &Plane, range: Range) -> &'s mut Item {
    scene.rect(at.shrunk(-0.5), None, Stroke::new(Paint::Weak, 1.0));
    scene.image(at, plane.raster(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_upsampled_and_cut() {
        let plane = Plane { values: vec![1., 2., 3., 4.], width: 2, height: 2 };
        let up = plane.upsampled(2, 3, 3);
        assert_eq!(up.values, [1., 1., 2., 1., 1., 2., 3., 3., 4.]);
        assert_eq!(up.with(&up, |a, b| a - b).norm(), 0.0);
        assert_eq!((plane.range().min, plane.range().max), (1.0, 4.0));
    }
}
