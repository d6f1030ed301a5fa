//! Boxes, plates, captions and arrows as marks.

use super::marks::Marks;
use super::parts::{BAR, LINE, Look, PAD, Part};
use super::place::Layout;
use super::words;
use crate::analysis::Range;
use crate::figure::palette::operator_mark;
use crate::figure::{
    Align, Area, ColourMap, Colours, Ink, Paint, Point, Raster, Scene, Stroke, StudyRun, Target, TextSize,
    View, text_width,
};
use crate::graph::NodeId;

/// Faces below this width or height are plain, in points.
const LEAST_MAP: f32 = 10.0;
/// Maps are drawn with at most so many pixels per point.
const PIXELS_PER_POINT: f32 = 2.0;
/// Ground around the chosen box.
const HALO: f32 = 3.0;
/// Space between the lines that show the channels on the sides of a box.
const SLICE: f32 = 5.0;

/// What is drawn of.
pub struct Painter<'a> {
    /// The operator.
    pub run: &'a StudyRun,
    /// Language and choices.
    pub view: &'a View<'a>,
    /// Its parts.
    pub parts: &'a [Part],
    /// Their places.
    pub layout: &'a Layout,
    /// What the chosen pixel read.
    pub marks: Option<&'a Marks>,
}

impl Painter<'_> {
    fn colour(&self) -> Paint {
        Paint::Rgb(operator_mark(self.run.study.variant).0)
    }

    /// All arrows.
    pub fn arrows(&self, scene: &mut Scene, arrows: &[Vec<Point>]) {
        for points in arrows {
            scene.arrow(points.clone(), Stroke::new(Paint::Weak, 1.1));
        }
    }

    /// One part with its captions.
    pub fn part(&self, scene: &mut Scene, index: usize) {
        let part = &self.parts[index];
        let Some(body) = self.layout.body(self.parts, index) else { return };
        let chosen = part.node == self.view.node;
        if chosen {
            let around = body.shrunk(-HALO);
            scene.rect(around, Ink::solid(Paint::AccentGround), Stroke::new(Paint::Accent, 1.0)).round(5.0);
        }
        let frame = match &part.look {
            Look::Cuboid { .. } => self.cuboid(scene, part, body, chosen),
            Look::Vector { .. } => self.vector(scene, part, body, chosen),
            Look::Plate(word) => {
                let stroke = Stroke::new(if chosen { Paint::Accent } else { self.colour() }, 1.0);
                let fill = if chosen { Paint::AccentGround } else { Paint::Panel };
                scene.rect(body, Ink::solid(fill), stroke).round(4.0);
                scene.text(body.centre(), word.clone(), TextSize::Small, Align::Middle, Paint::Text);
                body
            }
            Look::Sum => {
                let stroke = Stroke::new(if chosen { Paint::Accent } else { self.colour() }, 1.3);
                let fill = Some(Ink::solid(if chosen { Paint::AccentGround } else { Paint::Panel }));
                let ([x, y], radius) = (body.centre(), body.w / 2.0);
                scene.add(crate::figure::Mark::Circle { centre: [x, y], radius, fill, stroke: Some(stroke) });
                let arm = radius * 0.5;
                scene.line([[x - arm, y], [x + arm, y]], Stroke::new(Paint::Text, 1.3));
                scene.line([[x, y - arm], [x, y + arm]], Stroke::new(Paint::Text, 1.3));
                body
            }
        };
        self.captions(scene, index, body);
        let tip = words::tip(self.view.lang, self.run, part.node, self.channel(part.node));
        // Nothing to see: the whole box takes the pointer.
        scene.rect(frame, None, None).on_click(Target::Node(part.node)).tip(tip);
    }

    fn captions(&self, scene: &mut Scene, index: usize, body: Area) {
        let part = &self.parts[index];
        let detail = self.layout.sizing.detail;
        let [x, _] = body.centre();
        // Below, the middle of the face looks like the middle, as far as the column reaches.
        let depth = part.body(self.layout.sizing).right / 2.0;
        let room = (self.layout.column_width(index) / 2.0).max(body.w / 2.0);
        let below = |width: f32| x - depth.min((room - width / 2.0).max(0.0));
        let lines = part.lines_above(detail);
        for (i, line) in lines.iter().rev().enumerate() {
            let y = body.y - PAD - LINE * (i as f32 + 0.5);
            let first = i + 1 == lines.len() && part.end;
            let ink = if first { Paint::Text } else { Paint::Weak };
            scene.text([x, y], line.clone(), TextSize::Small, Align::Middle, ink);
        }
        let mut y = body.bottom() + PAD + LINE / 2.0;
        if let Some(shape) = part.line_below(detail) {
            let x = below(text_width(shape, TextSize::Small));
            scene.text([x, y], shape, TextSize::Small, Align::Middle, Paint::Weak);
            y += LINE;
        }
        if let (Some(share), Some(words)) = (part.macs, part.share_below(detail)) {
            let width = BAR + PAD + text_width(&words, TextSize::Small);
            let left = below(width) - width / 2.0;
            let bar = Area::new(left, y - 2.5, BAR, 5.0);
            scene.rect(bar, Ink::solid(Paint::Line), None);
            scene.rect(Area { w: BAR * share as f32, ..bar }, Ink::solid(self.colour()), None);
            scene.text([left + BAR + PAD, y], words, TextSize::Small, Align::Left, Paint::Weak);
        }
    }

    /// The channel shown of a node: the chosen one, counted again from the first where there are fewer.
    fn channel(&self, node: NodeId) -> usize {
        self.view.channel % self.run.graph.shape(node).c
    }

    /// Face with the map, top and side with lines for the channels.
    fn cuboid(&self, scene: &mut Scene, part: &Part, area: Area, chosen: bool) -> Area {
        let body = part.body(self.layout.sizing);
        let Area { x, y, .. } = area;
        let (right, up) = (body.right, body.up);
        let face = Area::new(x, y + up, body.w, body.h);
        let colour = if chosen { Paint::Accent } else { self.colour() };
        let stroke = Stroke::new(colour, if chosen { 1.8 } else { 1.0 });
        let top = vec![[x, y + up], [x + right, y], [x + right + body.w, y], [x + body.w, y + up]];
        let side = vec![
            [face.right(), face.y],
            [face.right() + right, y],
            [face.right() + right, y + body.h],
            [face.right(), face.bottom()],
        ];
        for (points, alpha) in [(top, 0.25), (side, 0.5)] {
            let mark = |fill, stroke| crate::figure::Mark::Polygon {
                points: points.clone(),
                fill: Some(fill),
                stroke,
            };
            scene.add(mark(Ink::solid(Paint::Panel), None));
            scene.add(mark(Ink::faded(colour, alpha), Some(stroke)));
        }
        let channels = self.run.graph.shape(part.node).c;
        let slices = (right.hypot(up) / SLICE).round().min(channels as f32);
        for i in 1..slices.max(1.0) as usize {
            let t = i as f32 / slices;
            let (dx, dy) = (right * t, up * t);
            let corner = [face.right() + dx, face.y - dy];
            let line = vec![[x + dx, face.y - dy], corner, [corner[0], face.bottom() - dy]];
            scene.line(line, Stroke::new(Ink::faded(colour, 0.6), 0.6));
        }
        self.face(scene, part.node, face);
        scene.rect(face, None, stroke);
        area
    }

    fn face(&self, scene: &mut Scene, node: NodeId, face: Area) {
        if face.w.min(face.h) < LEAST_MAP {
            scene.rect(face, Ink::solid(Paint::Panel), None);
            scene.rect(face, Ink::faded(self.colour(), 0.6), None);
            return;
        }
        let value = self.run.value(node);
        let shape = value.shape();
        let map = value.channel(0, self.channel(node));
        let step = |pixels: usize, points: f32| {
            (pixels as f32 / (points * PIXELS_PER_POINT)).floor().max(1.0) as usize
        };
        let (sx, sy) = (step(shape.w, face.w), step(shape.h, face.h));
        let pixels = (0..shape.h)
            .step_by(sy)
            .flat_map(|y| (0..shape.w).step_by(sx).map(move |x| map[y * shape.w + x]));
        let (w, h) = (shape.w.div_ceil(sx), shape.h.div_ceil(sy));
        scene.image(face, coloured(&pixels.collect::<Vec<_>>(), w, h));
        if let Some(marks) = self.marks {
            marks.draw(scene, node, [shape.w, shape.h], face);
        }
    }

    /// The channels from top to bottom, each in the colour of its value.
    fn vector(&self, scene: &mut Scene, part: &Part, area: Area, chosen: bool) -> Area {
        let value = self.run.value(part.node);
        let channels = value.shape().c;
        let step = (channels as f32 / (area.h * PIXELS_PER_POINT)).floor().max(1.0) as usize;
        let values: Vec<f32> = (0..channels).step_by(step).map(|c| value.channel(0, c)[0]).collect();
        let count = values.len();
        scene.image(area, coloured(&values, 1, count));
        let stroke = if chosen { Stroke::new(Paint::Accent, 1.8) } else { Stroke::new(self.colour(), 1.0) };
        scene.rect(area, None, stroke);
        area
    }
}

/// Values in the colours of their own range: around zero where some are negative.
fn coloured(values: &[f32], width: usize, height: usize) -> Raster {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    let empty = Range { min: f32::INFINITY, max: f32::NEG_INFINITY };
    let range = finite.fold(empty, |r, v| Range { min: r.min.min(v), max: r.max.max(v) });
    let map = ColourMap::choose(Colours::Auto, range.min < 0.0);
    Raster::of_map(values, width, height, map, range)
}
