//! Axes and curves of small plots.

use super::{Align, Area, Ink, Paint, Point, Scene, Stroke, TextSize, text_width};

/// The values of one axis.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Value at the beginning.
    pub least: f64,
    /// Value at the end.
    pub most: f64,
    /// Whether equal factors have equal lengths.
    pub log: bool,
}

impl Span {
    /// The share of the axis before `v`.
    fn share(&self, v: f64) -> f32 {
        let scale = |v: f64| if self.log { v.max(f64::MIN_POSITIVE).ln() } else { v };
        let (least, most) = (scale(self.least), scale(self.most));
        if most > least { ((scale(v) - least) / (most - least)) as f32 } else { 0.5 }
    }
}

/// A plot: its area inside the labels, and its axes.
#[derive(Clone, Copy, Debug)]
pub struct Axes {
    /// Where the curves are.
    pub area: Area,
    /// Horizontal axis.
    pub x: Span,
    /// Vertical axis.
    pub y: Span,
}

impl Axes {
    /// Where a pair of values stands.
    pub fn at(&self, x: f64, y: f64) -> Point {
        let Area { x: left, w, h, .. } = self.area;
        [left + w * self.x.share(x), self.area.bottom() - h * self.y.share(y)]
    }

    /// Ground, lines and labels: horizontal values below, vertical ones on the left, names at the ends.
    pub fn frame(&self, scene: &mut Scene, xs: &[(f64, String)], ys: &[(f64, String)], names: [&str; 2]) {
        let area = self.area;
        scene.rect(area, Ink::faded(Paint::Ground, 0.6), None);
        let line = Stroke::new(Paint::Line, 1.0);
        let mut free = f32::MAX;
        for (value, label) in ys {
            let [_, y] = self.at(self.x.least, *value);
            scene.line([[area.x, y], [area.right(), y]], line);
            // A label too near to the one below it is left out.
            if free - y >= 13.0 {
                scene.text([area.x - 6.0, y], label.clone(), TextSize::Small, Align::Right, Paint::Weak);
                free = y;
            }
        }
        let mut taken = f32::MIN;
        for (value, label) in xs {
            let [x, _] = self.at(*value, self.y.least);
            let half = text_width(label, TextSize::Small) / 2.0;
            if x - half >= taken {
                scene.line([[x, area.y], [x, area.bottom()]], line);
                let at = [x, area.bottom() + 10.0];
                scene.text(at, label.clone(), TextSize::Small, Align::Middle, Paint::Weak);
                taken = x + half + 6.0;
            }
        }
        let [x_name, y_name] = names;
        let at = [area.right(), area.bottom() + 26.0];
        scene.text(at, x_name, TextSize::Small, Align::Right, Paint::Weak);
        scene.text([area.x, area.y - 10.0], y_name, TextSize::Small, Align::Left, Paint::Weak);
    }

    /// A curve through pairs of values.
    pub fn curve(&self, scene: &mut Scene, values: &[(f64, f64)], stroke: Stroke) {
        let points: Vec<Point> = values.iter().map(|&(x, y)| self.at(x, y)).collect();
        if points.len() > 1 {
            scene.line(points, stroke);
        }
    }
}
