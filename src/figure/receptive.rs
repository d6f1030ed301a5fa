//! OctConv: which pixels of the input an output pixel sees through the high path and through the low one.

use super::behind::channels_behind;
use super::octave_parts::{Level, Octave, Path};
use super::parts::{LINE, paragraph};
use super::plane::{self, Plane};
use super::{Align, Area, Figure, Ink, Paint, Scene, Stroke, StudyRun, Target, TextSize, View, kit};
use crate::picture::{Region, receptive_field};
use crate::text::{tr, tr_args};

/// Receptive field k against 2k.
#[derive(Debug)]
pub struct Receptive;

/// Pixels around the chosen one in the detail.
const DETAIL: usize = 16;

/// What an output pixel sees of the input through one path, in high-resolution pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// The path.
    pub path: Path,
    /// The pixels; may reach over the edge.
    pub region: Region,
}

/// The fields of the paths into a high output pixel, those that exist, high path first.
pub(super) fn fields(run: &StudyRun, octave: &Octave, (x, y): (usize, usize)) -> Vec<Field> {
    let graph = &run.graph;
    let input = graph.inputs()[0];
    let into = octave.paths.iter().filter(|p| p.to == Level::High);
    into.filter_map(|path| {
        if let Some(region) = receptive_field(graph, path.added, x, y, input) {
            return Some(Field { path: *path, region });
        }
        // By itself the operator gets the low maps as an input of their own: each pixel covers 2x2.
        let own = *graph.inputs().get(1)?;
        let r = receptive_field(graph, path.added, x, y, own)?;
        let region = Region { x0: 2 * r.x0, y0: 2 * r.y0, x1: 2 * r.x1, y1: 2 * r.y1 };
        Some(Field { path: *path, region })
    })
    .collect()
}

impl Figure for Receptive {
    fn name(&self) -> &'static str {
        "receptive"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let Some(octave) = Octave::of(run) else { return kit::other_operator(view) };
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(12.0);
        let out = run.graph.shape(octave.high_out);
        let pixel = view.pixel.map_or((out.w / 2, out.h / 2), |(x, y)| (x.min(out.w - 1), y.min(out.h - 1)));
        let fields = fields(run, &octave, pixel);
        let (high, _) = octave.channels(run, kit::chosen(run, view));
        let behind = channels_behind(&run.graph, octave.high_out, high);
        let input = run.graph.inputs()[0];
        let channel = kit::channel_at(run, &behind, input, kit::chosen(run, view));
        let map = Plane::of(run, input, channel);

        let words = 4.0 * LINE;
        let side = ((area.w - 40.0) / 2.0).min(area.h - LINE - words - 8.0);
        let gap = (area.w - 2.0 * side).min(60.0);
        let left = area.x + (area.w - 2.0 * side - gap) / 2.0;
        let room = |i: usize| Area::new(left + i as f32 * (side + gap), area.y + LINE, side, side);
        let args = [("channel", channel.to_string().into())];
        let middle = |i: usize| [room(i).centre()[0], area.y + LINE / 2.0];
        let title = tr_args(view.lang, "field-input", &args);
        scene.text(middle(0), title, TextSize::Small, Align::Middle, Paint::Text);
        let at = room(0).fitted(map.width as f32, map.height as f32);
        plane::image(&mut scene, at, &map, map.range());
        for field in &fields {
            frame(&mut scene, at, (0, 0), map.width, field, map.width, map.height);
        }
        let (x, y) = pixel;
        let args = [("x", x.to_string().into()), ("y", y.to_string().into())];
        let title = tr_args(view.lang, "field-detail", &args);
        scene.text(middle(1), title, TextSize::Small, Align::Middle, Paint::Text);
        detail(&mut scene, run, view, &octave, room(1), &map, pixel, &fields);
        let foot = Area::new(left, room(0).bottom() + 10.0, 2.0 * side + gap, words);
        legend(&mut scene, view, foot, &fields);
        scene
    }
}

const fn paint(field: &Field) -> Paint {
    if matches!(field.path.from, Level::High) { kit::WITHIN } else { kit::ACROSS }
}

/// A field's outline in a picture whose left upper pixel is `origin` and which is `across` pixels wide.
fn frame(
    scene: &mut Scene,
    at: Area,
    origin: (i64, i64),
    across: usize,
    field: &Field,
    width: usize,
    height: usize,
) {
    let cell = at.w / across as f32;
    let Region { x0, y0, x1, y1 } = field.region.clipped(width, height);
    let place = |v: i64, origin: i64| (v - origin) as f32 * cell;
    let (left, top) = (at.x + place(x0, origin.0), at.y + place(y0, origin.1));
    let area = Area::new(left, top, (x1 - x0) as f32 * cell, (y1 - y0) as f32 * cell);
    let stroke = |paint: Paint, width| {
        if field.path.is_within() { Stroke::new(paint, width) } else { Stroke::dashed(paint, width) }
    };
    scene.rect(area.shrunk(-1.0), None, Some(Stroke::new(Paint::Rgb([0xff, 0xff, 0xff]), 4.5)));
    scene.rect(area.shrunk(-1.0), None, Some(stroke(paint(field), 2.5)));
}

/// The pixels around the chosen one, large; a click chooses another.
#[expect(clippy::too_many_arguments, reason = "one place, one call")]
fn detail(
    scene: &mut Scene,
    run: &StudyRun,
    view: &View<'_>,
    octave: &Octave,
    room: Area,
    map: &Plane,
    (x, y): (usize, usize),
    fields: &[Field],
) {
    let out = run.graph.shape(octave.high_out);
    let stride = map.width.div_ceil(out.w).max(1);
    let cells = DETAIL.min(map.width).min(map.height);
    // On even pixels, so that the cells of the low map show.
    let first = |v: usize, size: usize| (v * stride).saturating_sub(cells / 2 - 1).min(size - cells) / 2 * 2;
    let (left, top) = (first(x, map.width), first(y, map.height));
    let values = (0..cells * cells).map(|i| map.values[(top + i / cells) * map.width + left + i % cells]);
    let part = Plane { values: values.collect(), width: cells, height: cells };
    let range = map.range();
    plane::image(scene, room, &part, range);
    let cell = room.w / cells as f32;
    for i in 1..cells {
        // Every second line is an edge of a low pixel.
        let strong = i % 2 == 0;
        let ink = Ink::faded(Paint::Rgb([0xff, 0xff, 0xff]), if strong { 0.7 } else { 0.25 });
        let stroke = Stroke::new(ink, if strong { 1.0 } else { 0.5 });
        let along = i as f32 * cell;
        scene.line([[room.x + along, room.y], [room.x + along, room.bottom()]], stroke);
        scene.line([[room.x, room.y + along], [room.right(), room.y + along]], stroke);
    }
    let (high, _) = octave.channels(run, kit::chosen(run, view));
    for row in (0..cells).step_by(stride) {
        for column in (0..cells).step_by(stride) {
            let (px, py) = ((left + column) / stride, (top + row) / stride);
            if px >= out.w || py >= out.h {
                continue;
            }
            let at = Area::new(room.x + column as f32 * cell, room.y + row as f32 * cell, cell, cell);
            let tip = tr_args(
                view.lang,
                "field-pixel-tip",
                &[("x", px.to_string().into()), ("y", py.to_string().into())],
            );
            scene.rect(at, None, None).on_click(Target::Pixel(octave.high_out, high, (px, py))).tip(tip);
        }
    }
    let (cx, cy) = ((x * stride).saturating_sub(left) as f32, (y * stride).saturating_sub(top) as f32);
    let chosen = Area::new(room.x + cx * cell, room.y + cy * cell, cell, cell);
    scene.rect(chosen, Some(Ink::faded(Paint::Accent, 0.85)), Some(Stroke::new(Paint::Rgb([0; 3]), 1.0)));
    for field in fields {
        let Region { x0, y0, x1, y1 } = field.region.clipped(map.width, map.height);
        let (l, t) = (left as i64, top as i64);
        let end = |v: i64, first: i64| v.clamp(first, first + cells as i64);
        let cut = Region { x0: end(x0, l), y0: end(y0, t), x1: end(x1, l), y1: end(y1, t) };
        frame(scene, room, (l, t), cells, &Field { region: cut, ..*field }, map.width, map.height);
    }
}

/// The width of each field and what it means.
fn legend(scene: &mut Scene, view: &View<'_>, area: Area, fields: &[Field]) {
    let mut y = area.y;
    for field in fields {
        let middle = y + LINE / 2.0;
        let within = field.path.is_within();
        let stroke = if within { Stroke::new(paint(field), 2.5) } else { Stroke::dashed(paint(field), 2.5) };
        scene.line([[area.x, middle], [area.x + 24.0, middle]], stroke);
        let key = if within { "field-high" } else { "field-low" };
        let (w, h) = (field.region.x1 - field.region.x0, field.region.y1 - field.region.y0);
        let text = tr_args(view.lang, key, &[("w", w.to_string().into()), ("h", h.to_string().into())]);
        let text = super::parts::fit(&text, TextSize::Small, area.w - 32.0);
        scene.text([area.x + 32.0, middle], text, TextSize::Small, Align::Left, Paint::Text);
        y += LINE;
    }
    let rest = Area::new(area.x, y, area.w, area.bottom() - y);
    paragraph(scene, rest, tr(view.lang, "field-note"), Paint::Weak);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene_checks::{check_figure, study};

    #[test]
    fn the_low_path_sees_twice_as_far() {
        let run = study("octave", &[], 8, 24);
        let octave = Octave::of(&run).expect("octave");
        let side = |field: &Field| field.region.x1 - field.region.x0;
        let seen = fields(&run, &octave, (12, 12));
        assert_eq!(seen.iter().map(side).collect::<Vec<_>>(), [3, 6]);
        // The parity of the pixel decides on which side the low path sees further: -2..+3 or -3..+2.
        let low = |x: usize| fields(&run, &octave, (x, 12))[1].region;
        assert_eq!((low(12).x0 - 12, low(12).x1 - 1 - 12), (-2, 3));
        assert_eq!((low(13).x0 - 13, low(13).x1 - 1 - 13), (-3, 2));
    }

    #[test]
    fn the_picture_fits_at_corners_and_without_a_low_part() {
        for alpha in ["0", "0.5"] {
            for side in [7, 24] {
                let run = study("octave", &[("alpha_in", alpha), ("alpha_out", alpha)], 8, side);
                check_figure(&Receptive, &run, &[]);
            }
        }
    }
}
