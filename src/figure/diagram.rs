//! An operator as its op graph: one box per value, sized by channels and resolution, joined by arrows.
//! The same drawing for every operator.

mod layers;
mod marks;
mod paint;
mod parts;
mod place;
mod route;
mod words;

pub(super) use words::both;

use std::ops::Range;

use self::layers::Row;
use self::marks::Marks;
use self::paint::Painter;
use self::parts::{Detail, LINE, Part, Sizing};
use self::place::{Layout, Plan};
use super::{Align, Figure, Paint, Point, Scene, StudyRun, TextSize, View, text_width};
use crate::text::{tr, tr_args};

/// Space around the picture.
const MARGIN: f32 = 10.0;
/// Sides of the largest face, in points: no smaller, no larger.
const SIDES: [f32; 2] = [18.0, 240.0];
/// Most rows that a chain is cut into.
const MOST_ROWS: usize = 6;
/// Steps of the search for the largest side.
const STEPS: usize = 8;

/// The diagram of an operator.
#[derive(Clone, Copy, Debug)]
pub struct Diagram;

impl Figure for Diagram {
    fn name(&self) -> &'static str {
        "diagram"
    }

    /// As large as fits. Where even the smallest does not, the scene is larger than the view.
    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let Picture { parts, layout, arrows, size } = compose(run, view);
        let mut scene = Scene::new(size);
        let marks = Marks::of(run, view);
        let painter = Painter { run, view, parts: &parts, layout: &layout, marks: marks.as_ref() };
        painter.arrows(&mut scene, &arrows);
        for index in 0..parts.len() {
            painter.part(&mut scene, index);
        }
        if let Some(legend) = legend(view) {
            let at = [size[0] / 2.0, size[1] - MARGIN / 2.0 - LINE / 2.0];
            scene.text(at, legend, TextSize::Small, Align::Middle, Paint::Weak);
        }
        scene
    }
}

/// Everything with its place, before it is painted.
struct Picture {
    parts: Vec<Part>,
    layout: Layout,
    arrows: Vec<Vec<Point>>,
    size: [f32; 2],
}

fn compose(run: &StudyRun, view: &View<'_>) -> Picture {
    let parts = parts::parts(run, view);
    let legend = if legend(view).is_some() { LINE } else { 0.0 };
    let room = [view.size[0] - 2.0 * MARGIN, view.size[1] - 2.0 * MARGIN - legend];
    let mut layout = best(run, &parts, room);
    let width = room[0].max(layout.width);
    let height = room[1].max(layout.height);
    layout.spread(width, MARGIN, MARGIN + (height - layout.height) / 2.0);
    let arrows = route::arrows(&run.graph, &parts, &layout);
    let size = [
        view.size[0].max(layout.width + 2.0 * MARGIN),
        view.size[1].max(layout.height + 2.0 * MARGIN + legend),
    ];
    Picture { parts, layout, arrows, size }
}

/// What face, depth and bar mean, as far as there is room to say it.
fn legend(view: &View<'_>) -> Option<String> {
    let channel = [("channel", view.channel.to_string().into())];
    let (long, short) = match view.pixel {
        None => {
            (tr_args(view.lang, "diagram-legend", &channel), tr(view.lang, "diagram-legend-short").to_owned())
        }
        Some(_) => (
            tr_args(view.lang, "diagram-legend-pixel", &channel),
            tr(view.lang, "diagram-legend-pixel-short").to_owned(),
        ),
    };
    let fits = |text: &String| text_width(text, TextSize::Small) <= view.size[0] - 2.0 * MARGIN;
    [long, short].into_iter().find(fits)
}

/// The layout with the largest boxes; captions are shortened and chains cut into rows where that makes
/// them clearly larger.
fn best(run: &StudyRun, parts: &[Part], room: [f32; 2]) -> Layout {
    let plan = Plan::new(&run.graph);
    let mut known: Vec<(Vec<Range<usize>>, Vec<Row>)> = Vec::new();
    let mut best: Option<(f32, Layout)> = None;
    for (detail, worth) in [
        (Detail::Full, 1.0),
        (Detail::Short, 0.85),
        (Detail::Narrow, 0.7),
        (Detail::Least, 0.5),
        (Detail::Bare, 0.3),
    ] {
        for count in 1..=plan.most_rows().min(MOST_ROWS) {
            let sized = |side| Sizing { side, detail };
            let Some(ranges) = plan.ranges(parts, sized(40.0), count) else { continue };
            if known.iter().all(|(r, _)| *r != ranges) {
                let rows = plan.rows(&run.graph, &ranges);
                known.push((ranges.clone(), rows));
            }
            let Some((_, rows)) = known.iter().find(|(r, _)| *r == ranges) else { continue };
            let worth = worth * 0.92_f32.powi(count as i32 - 1);
            let (layout, over) = largest(rows, parts, detail, room);
            // What does not fit counts by how far it does not.
            let score = if over > 1.0 { -over } else { layout.sizing.side * worth };
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, layout));
            }
        }
        // Shorter captions could not make it better.
        if best.as_ref().is_some_and(|(score, _)| *score >= worth * 0.85 * SIDES[1]) {
            break;
        }
    }
    best.map(|(_, layout)| layout).expect("one row is always possible")
}

/// The layout with the largest sides that fits, or the smallest one, and how many times it is larger than
/// the room.
fn largest(rows: &[Row], parts: &[Part], detail: Detail, room: [f32; 2]) -> (Layout, f32) {
    let with = |side| {
        let layout = place::place(rows, parts, Sizing { side, detail });
        let over = (layout.width / room[0].max(1.0)).max(layout.height / room[1].max(1.0));
        (layout, over)
    };
    let mut fitting = with(SIDES[0]);
    if fitting.1 > 1.0 {
        return fitting;
    }
    let least = SIDES[0];
    // Two boxes alone do not fill a lecture hall.
    let mut most = SIDES[1].min(0.42 * room[1]).min(0.24 * room[0]).max(least);
    let mut least = least;
    for _ in 0..STEPS {
        let middle = (least + most) / 2.0;
        let layout = with(middle);
        if layout.1 <= 1.0 {
            least = middle;
            fitting = layout;
        } else {
            most = middle;
        }
    }
    fitting
}
