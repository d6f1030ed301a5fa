//! A picture as a list of marks in points, `y` downwards, without any drawing library. Colours are
//! names ([`Paint`]) that the theme resolves when the scene is painted.

use std::sync::Arc;

use super::colour_maps::ColourMap;
use crate::analysis::Range;
use crate::graph::NodeId;
use crate::variants::Value;

/// `x` and `y` in points.
pub type Point = [f32; 2];

/// A rectangle in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

impl Area {
    /// From its left upper corner and size.
    pub const fn new(x: f32, y: f32, w: f32, h: f32) -> Self {
        Self { x, y, w, h }
    }

    /// Right edge.
    pub fn right(&self) -> f32 {
        self.x + self.w
    }

    /// Lower edge.
    pub fn bottom(&self) -> f32 {
        self.y + self.h
    }

    /// Centre.
    pub fn centre(&self) -> Point {
        [self.x + self.w / 2.0, self.y + self.h / 2.0]
    }

    /// Whether the point lies in it.
    pub fn contains(&self, [x, y]: Point) -> bool {
        x >= self.x && x < self.right() && y >= self.y && y < self.bottom()
    }

    /// Smaller by `margin` on all sides.
    #[must_use]
    pub fn shrunk(&self, margin: f32) -> Self {
        let Self { x, y, w, h } = *self;
        Self::new(x + margin, y + margin, (w - 2.0 * margin).max(0.0), (h - 2.0 * margin).max(0.0))
    }

    /// Cell `index` of `count` side by side with `gap` between them.
    #[must_use]
    pub fn column(&self, index: usize, count: usize, gap: f32) -> Self {
        let w = ((self.w - gap * (count as f32 - 1.0)) / count as f32).max(0.0);
        Self::new(self.x + index as f32 * (w + gap), self.y, w, self.h)
    }

    /// Cell `index` of `count` one below the other with `gap` between them.
    #[must_use]
    pub fn row(&self, index: usize, count: usize, gap: f32) -> Self {
        let h = ((self.h - gap * (count as f32 - 1.0)) / count as f32).max(0.0);
        Self::new(self.x, self.y + index as f32 * (h + gap), self.w, h)
    }

    /// The upper `height` and what is left below it.
    pub fn split_top(&self, height: f32) -> (Self, Self) {
        let height = height.min(self.h).max(0.0);
        let Self { x, y, w, h } = *self;
        (Self::new(x, y, w, height), Self::new(x, y + height, w, h - height))
    }

    /// The left `width` and what is left beside it.
    pub fn split_left(&self, width: f32) -> (Self, Self) {
        let width = width.min(self.w).max(0.0);
        let Self { x, y, w, h } = *self;
        (Self::new(x, y, width, h), Self::new(x + width, y, w - width, h))
    }

    /// The largest area of the proportion `w : h` in its middle.
    #[must_use]
    pub fn fitted(&self, w: f32, h: f32) -> Self {
        let scale = (self.w / w).min(self.h / h);
        let (fw, fh) = (w * scale, h * scale);
        Self::new(self.x + (self.w - fw) / 2.0, self.y + (self.h - fh) / 2.0, fw, fh)
    }
}

/// A colour by its meaning, or a fixed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Text and main outlines.
    Text,
    /// Captions, arrows.
    Weak,
    /// Hair lines.
    Line,
    /// Behind the picture.
    Ground,
    /// Boxes.
    Panel,
    /// What is chosen.
    Accent,
    /// Behind what is chosen.
    AccentGround,
    /// A fixed colour, such as an operator's.
    Rgb([u8; 3]),
}

/// A colour with its opacity, `0.0 ..= 1.0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    /// Colour.
    pub paint: Paint,
    /// Opacity.
    pub alpha: f32,
}

impl Ink {
    /// Opaque.
    pub const fn solid(paint: Paint) -> Self {
        Self { paint, alpha: 1.0 }
    }

    /// Partly transparent.
    pub const fn faded(paint: Paint, alpha: f32) -> Self {
        Self { paint, alpha }
    }
}

impl From<Paint> for Ink {
    fn from(paint: Paint) -> Self {
        Self::solid(paint)
    }
}

/// An outline or a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Colour.
    pub ink: Ink,
    /// Width in points.
    pub width: f32,
    /// Dashed: a second mark beside the colour.
    pub dashed: bool,
}

impl Stroke {
    /// A continuous line.
    pub fn new(ink: impl Into<Ink>, width: f32) -> Self {
        Self { ink: ink.into(), width, dashed: false }
    }

    /// A dashed one.
    pub fn dashed(ink: impl Into<Ink>, width: f32) -> Self {
        Self { ink: ink.into(), width, dashed: true }
    }
}

/// The three sizes of text, in points of the window's type scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextSize {
    /// Captions.
    Small,
    /// Text.
    Body,
    /// Headings.
    Heading,
}

impl TextSize {
    /// Font size in points.
    pub const fn points(self) -> f32 {
        match self {
            Self::Small => 11.5,
            Self::Body => 13.5,
            Self::Heading => 17.0,
        }
    }
}

/// Which part of a text stands at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Its beginning.
    Left,
    /// Its middle.
    Middle,
    /// Its end.
    Right,
}

/// A picture of pixels, drawn without smoothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` colours, row by row.
    pub rgb: Vec<[u8; 3]>,
}

impl Raster {
    /// A map in colours.
    ///
    /// # Panics
    /// If `values` are not `width * height`.
    pub fn of_map(values: &[f32], width: usize, height: usize, map: ColourMap, range: Range) -> Self {
        assert_eq!(values.len(), width * height, "values of a picture");
        let rgb = values.iter().map(|&v| map.at(map.position(v, range))).collect();
        Self { width, height, rgb }
    }
}

/// One mark of a scene.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A rectangle.
    Rect {
        /// Where.
        area: Area,
        /// Inside.
        fill: Option<Ink>,
        /// Outline.
        stroke: Option<Stroke>,
        /// Radius of its corners.
        radius: f32,
    },
    /// A line through points, perhaps with an arrow head at its end.
    Line {
        /// The points.
        points: Vec<Point>,
        /// How it is drawn.
        stroke: Stroke,
        /// Whether it ends in an arrow head.
        arrow: bool,
    },
    /// A circle.
    Circle {
        /// Centre.
        centre: Point,
        /// Radius.
        radius: f32,
        /// Inside.
        fill: Option<Ink>,
        /// Outline.
        stroke: Option<Stroke>,
    },
    /// A convex polygon.
    Polygon {
        /// Corners.
        points: Vec<Point>,
        /// Inside.
        fill: Option<Ink>,
        /// Outline.
        stroke: Option<Stroke>,
    },
    /// One line of text; its point is at half the height of the line.
    Text {
        /// Where.
        at: Point,
        /// What.
        text: String,
        /// Size.
        size: TextSize,
        /// Which part of it stands at the point.
        align: Align,
        /// Colour.
        ink: Ink,
    },
    /// Pixels, stretched over an area.
    Image {
        /// Where.
        area: Area,
        /// What.
        image: Arc<Raster>,
    },
}

/// What a click on a mark chooses.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A value of the operator's graph: its maps are shown.
    Node(NodeId),
    /// A channel of a value.
    Channel(NodeId, usize),
    /// A pixel (column and row) of a channel: it is traced.
    Pixel(NodeId, usize, (usize, usize)),
    /// A setting of the operator.
    Setting(&'static str, Value),
    /// A control of the figure.
    Knob(&'static str, i64),
}

/// A mark with what can be done with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What is drawn.
    pub mark: Mark,
    /// What a click on it chooses. Rectangles and images can be clicked.
    pub target: Option<Target>,
    /// What is told where the pointer rests on it.
    pub tip: Option<String>,
}

/// A picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Width in points.
    pub width: f32,
    /// Height in points.
    pub height: f32,
    /// Its marks; later ones cover earlier ones.
    pub items: Vec<Item>,
}

impl Scene {
    /// An empty picture.
    pub const fn new([width, height]: [f32; 2]) -> Self {
        Self { width, height, items: Vec::new() }
    }

    /// The whole of it.
    pub const fn area(&self) -> Area {
        Area::new(0.0, 0.0, self.width, self.height)
    }

    /// Adds a mark; the result lets a target and a tip be set.
    pub fn add(&mut self, mark: Mark) -> &mut Item {
        self.items.push(Item { mark, target: None, tip: None });
        self.items.last_mut().expect("just pushed")
    }

    /// Adds a rectangle.
    pub fn rect(
        &mut self,
        area: Area,
        fill: impl Into<Option<Ink>>,
        stroke: impl Into<Option<Stroke>>,
    ) -> &mut Item {
        self.add(Mark::Rect { area, fill: fill.into(), stroke: stroke.into(), radius: 0.0 })
    }

    /// Adds a line of text.
    pub fn text(
        &mut self,
        at: Point,
        text: impl Into<String>,
        size: TextSize,
        align: Align,
        ink: impl Into<Ink>,
    ) -> &mut Item {
        self.add(Mark::Text { at, text: text.into(), size, align, ink: ink.into() })
    }

    /// Adds a line.
    pub fn line(&mut self, points: impl Into<Vec<Point>>, stroke: Stroke) -> &mut Item {
        self.add(Mark::Line { points: points.into(), stroke, arrow: false })
    }

    /// Adds an arrow.
    pub fn arrow(&mut self, points: impl Into<Vec<Point>>, stroke: Stroke) -> &mut Item {
        self.add(Mark::Line { points: points.into(), stroke, arrow: true })
    }

    /// Adds pixels.
    pub fn image(&mut self, area: Area, image: Raster) -> &mut Item {
        self.add(Mark::Image { area, image: Arc::new(image) })
    }

    /// The uppermost mark with a target or a tip under the point. Only rectangles and images are looked at.
    pub fn at(&self, point: Point) -> Option<&Item> {
        self.items.iter().rev().find(|item| {
            let inside = match &item.mark {
                Mark::Rect { area, .. } | Mark::Image { area, .. } => area.contains(point),
                _ => false,
            };
            inside && (item.target.is_some() || item.tip.is_some())
        })
    }
}

impl Item {
    /// A click on it chooses this.
    pub fn on_click(&mut self, target: Target) -> &mut Self {
        self.target = Some(target);
        self
    }

    /// What is told under the pointer.
    pub fn tip(&mut self, text: impl Into<String>) -> &mut Self {
        self.tip = Some(text.into());
        self
    }

    /// Round corners, if it is a rectangle.
    pub fn round(&mut self, corner: f32) -> &mut Self {
        if let Mark::Rect { radius, .. } = &mut self.mark {
            *radius = corner;
        }
        self
    }
}
