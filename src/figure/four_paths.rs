//! OctConv: two resolutions and the four convolutions between them, with what each costs and what is left
//! of the result without it.

use super::behind::channels_behind;
use super::octave_parts::{Level, Octave, Path};
use super::parts::{LINE, fit};
use super::plane::Plane;
use super::{Align, Area, Figure, Ink, Knob, Mark, Paint, Scene, Stroke, StudyRun, Target, TextSize, View};
use super::{kit, numbers};
use crate::graph::NodeId;
use crate::text::{tr, tr_args};

/// OctConv's four paths.
#[derive(Debug)]
pub struct FourPaths;

const HIGH_TO_LOW: Knob = Knob::switch("high_to_low_path", true);
const LOW_TO_HIGH: Knob = Knob::switch("low_to_high_path", true);

/// The switch of a path that crosses.
fn switch(path: &Path) -> Option<Knob> {
    match (path.from, path.to) {
        (Level::High, Level::Low) => Some(HIGH_TO_LOW),
        (Level::Low, Level::High) => Some(LOW_TO_HIGH),
        _ => None,
    }
}

fn is_on(path: &Path, view: &View<'_>) -> bool {
    switch(path).is_none_or(|knob| knob.value(view.knobs) == 1)
}

/// A channel of a result as the sum of the paths that are on, and how far the whole result (all channels)
/// is from the one with all paths, relative to that one.
pub(super) fn without(
    run: &StudyRun,
    octave: &Octave,
    to: Level,
    channel: usize,
    on: impl Fn(&Path) -> bool,
) -> Option<(Plane, f64)> {
    let id = if to == Level::High { octave.high_out } else { octave.low_out? };
    let all = run.value(id);
    let into: Vec<&Path> = octave.paths.iter().filter(|p| p.to == to).collect();
    if into.iter().all(|p| on(p)) {
        return Some((Plane::of(run, id, channel), 0.0));
    }
    let mut kept = vec![0.0_f32; all.data().len()];
    for path in into.iter().filter(|p| on(p)) {
        kept.iter_mut().zip(run.value(path.added).data()).for_each(|(sum, v)| *sum += v);
    }
    let square = |v: f32| f64::from(v) * f64::from(v);
    let lost: f64 = kept.iter().zip(all.data()).map(|(a, b)| square(a - b)).sum();
    let norm: f64 = all.data().iter().map(|&v| square(v)).sum();
    let (shape, start) = (all.shape(), channel * all.shape().plane());
    let values = kept[start..start + shape.plane()].to_vec();
    let change = if norm > 0.0 { (lost / norm).sqrt() } else { 0.0 };
    Some((Plane { values, width: shape.w, height: shape.h }, change))
}

/// One of the four maps with its channels behind it.
struct Cuboid {
    id: NodeId,
    level: Level,
    channel: usize,
    plane: Plane,
    face: Area,
    depth: f32,
}

impl Figure for FourPaths {
    fn name(&self) -> &'static str {
        "four_paths"
    }

    fn knobs(&self, run: &StudyRun) -> Vec<Knob> {
        let octave = Octave::of(run);
        let paths = octave.iter().flat_map(|o| &o.paths);
        paths.filter_map(switch).collect()
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let Some(octave) = Octave::of(run) else { return kit::other_operator(view) };
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(10.0);
        let (area, foot) = area.split_top(area.h - LINE - 26.0);
        let [left, right] = place(run, view, &octave, area);
        for cuboid in left.iter().chain(&right) {
            draw_cuboid(&mut scene, run, view, cuboid);
        }
        arrows(&mut scene, run, view, &octave, &left, &right);
        footer(&mut scene, run, view, &octave, foot);
        scene
    }
}

/// The cuboids of both sides, high before low.
fn place(run: &StudyRun, view: &View<'_>, octave: &Octave, area: Area) -> [Vec<Cuboid>; 2] {
    let (high, low) = octave.channels(run, kit::chosen(run, view));
    let behind = channels_behind(&run.graph, octave.high_out, high);
    let behind_low = octave.low_out.zip(low).map(|(id, c)| channels_behind(&run.graph, id, c));
    let behind_low = behind_low.as_ref().unwrap_or(&behind);
    let on = |path: &Path| is_on(path, view);
    let side = |is_left: bool| {
        let ids = if is_left {
            [Some(octave.high_in), octave.low_in]
        } else {
            [Some(octave.high_out), octave.low_out]
        };
        let shapes = ids.map(|id| id.map(|id| run.graph.shape(id)));
        let channels: usize = shapes.iter().flatten().map(|s| s.c).sum();
        // The high face; the low one is drawn to the same scale.
        let largest = (area.w * 0.2).min((area.h - 4.0 * LINE - 40.0) / 1.72);
        let deepest = largest * 0.3;
        let depth = |c: usize| 4.0 + (deepest - 4.0) * c as f32 / channels.max(1) as f32;
        let scale = shapes[0].map_or(1.0, |s| largest / s.h.max(s.w) as f32);
        let mut y = area.y + LINE + deepest * 0.5 + 4.0;
        let mut cuboids = Vec::new();
        for (level, id) in [Level::High, Level::Low].into_iter().zip(ids) {
            let Some(id) = id else { continue };
            let shape = run.graph.shape(id);
            let (w, h) = (shape.w as f32 * scale, shape.h as f32 * scale);
            let room = largest + deepest * 0.8;
            let x = if is_left { area.x } else { area.right() - room };
            if level == Level::Low {
                y = area.bottom() - LINE - h;
            }
            let face = Area::new(x + (largest - w) / 2.0, y, w, h);
            let channel = match (is_left, level) {
                (true, Level::High) => kit::channel_at(run, &behind, id, kit::chosen(run, view)),
                (true, Level::Low) => kit::channel_at(run, behind_low, id, kit::chosen(run, view)),
                (false, Level::High) => high,
                (false, Level::Low) => low.unwrap_or(0),
            };
            let switched = if is_left { None } else { without(run, octave, level, channel, on) };
            let plane = switched.map_or_else(|| Plane::of(run, id, channel), |(plane, _)| plane);
            cuboids.push(Cuboid { id, level, channel, plane, face, depth: depth(shape.c) });
        }
        cuboids
    };
    [side(true), side(false)]
}

fn draw_cuboid(scene: &mut Scene, run: &StudyRun, view: &View<'_>, cuboid: &Cuboid) {
    let shape = run.graph.shape(cuboid.id);
    let rgb = super::palette::operator_mark("octave").0;
    kit::block(scene, cuboid.face, cuboid.depth, Paint::Rgb(rgb));
    let title = format!("{} {}", tr(view.lang, cuboid.level.key()), numbers::shape(shape));
    // The same colours with and without a path: what is missing shows.
    let range = Plane::of(run, cuboid.id, cuboid.channel).range().union(cuboid.plane.range());
    let [back, up] = kit::depth_of(cuboid.depth);
    let face = cuboid.face;
    let y = face.y + up - LINE / 2.0;
    let x = (face.x + back / 2.0 + face.w / 2.0).max(super::text_width(&title, TextSize::Small) / 2.0 + 2.0);
    let x = x.min(scene.width - super::text_width(&title, TextSize::Small) / 2.0 - 2.0);
    scene.text([x, y], title, TextSize::Small, Align::Middle, Paint::Text);
    let tip = tr_args(
        view.lang,
        "octave-cuboid-tip",
        &[("channel", cuboid.channel.to_string().into()), ("channels", shape.c.to_string().into())],
    );
    let scale = fit(&cuboid.plane.scale(), TextSize::Small, face.w.max(110.0));
    let below = [face.centre()[0].max(56.0), face.bottom() + LINE / 2.0];
    scene.text(below, scale, TextSize::Small, Align::Middle, Paint::Weak);
    super::plane::image(scene, face, &cuboid.plane, range)
        .on_click(Target::Channel(cuboid.id, cuboid.channel))
        .tip(tip);
}

fn arrows(
    scene: &mut Scene,
    run: &StudyRun,
    view: &View<'_>,
    octave: &Octave,
    left: &[Cuboid],
    right: &[Cuboid],
) {
    let find = |side: &[Cuboid], level| side.iter().find(|c| c.level == level).map(|c| (c.face, c.depth));
    let mut labels = Vec::new();
    let start_x = left.iter().map(|c| c.face.right() + 0.8 * c.depth).fold(0.0, f32::max) + 12.0;
    let end_x = right.iter().map(|c| c.face.x).fold(f32::MAX, f32::min) - 12.0;
    for path in &octave.paths {
        let (Some((from, _)), Some((to, _))) = (find(left, path.from), find(right, path.to)) else {
            continue;
        };
        // Paths that cross leave and arrive a little nearer to the other resolution.
        let lean = |face: Area, level: Level| match (path.is_within(), level) {
            (true, Level::High) => face.centre()[1] - face.h * 0.22,
            (true, Level::Low) => face.centre()[1] + face.h * 0.22,
            (false, Level::High) => face.centre()[1] + face.h * 0.22,
            (false, Level::Low) => face.centre()[1] - face.h * 0.22,
        };
        let (a, b) = ([start_x, lean(from, path.from)], [end_x, lean(to, path.to)]);
        let on = is_on(path, view);
        let share = run.share(path.macs) as f32;
        let paint = if path.is_within() { kit::WITHIN } else { kit::ACROSS };
        let ink = if on { Ink::solid(paint) } else { Ink::faded(Paint::Weak, 0.5) };
        let width = 1.5 + 9.0 * share;
        let stroke = if path.is_within() { Stroke::new(ink, width) } else { Stroke::dashed(ink, width) };
        scene.add(Mark::Line { points: vec![a, b], stroke, arrow: true });
        let at = if path.is_within() {
            let off = if path.from == Level::High { -30.0 } else { 30.0 };
            [(a[0] + b[0]) / 2.0, a[1] + off]
        } else {
            [a[0] + (b[0] - a[0]) * 0.28, a[1] + (b[1] - a[1]) * 0.28]
        };
        labels.push((path, at, on));
    }
    let room = (end_x - start_x).max(60.0);
    for (path, at, on) in labels {
        label(scene, run, view, path, at, on, room);
    }
}

/// What a path does and costs; a click on one that crosses switches it.
fn label(scene: &mut Scene, run: &StudyRun, view: &View<'_>, path: &Path, at: [f32; 2], on: bool, room: f32) {
    let name = |level: Level| tr(view.lang, level.key());
    let does = match (path.from, path.to) {
        (Level::High, Level::Low) => "octave-pools",
        (Level::Low, Level::High) if path.added != path.conv => "octave-upsamples",
        _ => "octave-convolves",
    };
    let title = format!("{} → {}: {}", name(path.from), name(path.to), tr(view.lang, does));
    let cost = if on {
        format!("{} · {}", numbers::count(path.macs), numbers::percent(run.share(path.macs)))
    } else {
        tr(view.lang, "octave-off").to_owned()
    };
    let size = TextSize::Small;
    let title = fit(&title, size, room - 16.0);
    let w = super::text_width(&title, size).max(super::text_width(&cost, size)) + 16.0;
    let x = at[0] - w / 2.0;
    let area = Area::new(x, at[1] - LINE - 3.0, w, 2.0 * LINE + 6.0);
    let paint = if path.is_within() { kit::WITHIN } else { kit::ACROSS };
    let edge = if on { Ink::solid(paint) } else { Ink::faded(Paint::Weak, 0.6) };
    let stroke = if path.is_within() { Stroke::new(edge, 1.0) } else { Stroke::dashed(edge, 1.0) };
    let tip = tr_args(
        view.lang,
        "octave-path-tip",
        &[
            ("inputs", path.inputs.to_string().into()),
            ("outputs", path.outputs.to_string().into()),
            ("macs", numbers::count(path.macs).into()),
            ("weights", numbers::count(path.weights).into()),
        ],
    );
    let item = scene.rect(area, Some(Ink::solid(Paint::Panel)), Some(stroke)).round(4.0).tip(tip);
    if let Some(knob) = switch(path) {
        item.on_click(Target::Knob(knob.name, i64::from(!on)));
    }
    let middle = area.centre()[0];
    scene.text([middle, area.y + 3.0 + LINE / 2.0], title, size, Align::Middle, Paint::Text);
    let weak = if on { Paint::Weak } else { Paint::Accent };
    scene.text([middle, area.y + 3.0 + LINE * 1.5], cost, size, Align::Middle, weak);
}

/// The sum of the multiply-adds, and how far a result is without the paths that are off.
fn footer(scene: &mut Scene, run: &StudyRun, view: &View<'_>, octave: &Octave, foot: Area) {
    let on = |path: &Path| is_on(path, view);
    let sum: u64 = octave.paths.iter().filter(|p| on(p)).map(|p| p.macs).sum();
    let mut text = tr_args(
        view.lang,
        "octave-sum",
        &[("macs", numbers::count(sum).into()), ("share", numbers::percent(run.share(sum)).into())],
    );
    for level in [Level::High, Level::Low] {
        let change = without(run, octave, level, 0, on).map_or(0.0, |(_, change)| change);
        if octave.paths.iter().any(|p| p.to == level && !on(p)) {
            let map = tr(view.lang, level.key());
            let args = [("map", map.into()), ("change", numbers::percent(change).into())];
            text.push_str("   ");
            text.push_str(&tr_args(view.lang, "octave-change", &args));
        }
    }
    let text = fit(&text, TextSize::Small, foot.w);
    let at = [foot.centre()[0], foot.bottom() - LINE / 2.0];
    scene.text(at, text, TextSize::Small, Align::Middle, Paint::Text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene_checks::{check_figure, draw, study, texts};
    use crate::text::Lang;

    #[test]
    fn shares_are_those_of_the_formula() {
        for (a_in, a_out) in [("0.5", "0.5"), ("0.25", "0.75"), ("0", "0.5"), ("0.5", "0")] {
            let run = study("octave", &[("alpha_in", a_in), ("alpha_out", a_out)], 16, 16);
            let octave = Octave::of(&run).expect("octave");
            let sum: f64 = octave.paths.iter().map(|p| run.share(p.macs)).sum();
            let (a, b): (f64, f64) = (a_in.parse().unwrap(), a_out.parse().unwrap());
            assert!((sum - (0.25 + 0.75 * (1.0 - a) * (1.0 - b))).abs() < 1e-12, "{a_in} {a_out}: {sum}");
            for path in &octave.paths {
                let part = |level, a| if level == Level::High { 1.0 - a } else { a };
                let cells = if path.from == Level::High && path.is_within() { 1.0 } else { 0.25 };
                let share = part(path.from, a) * part(path.to, b) * cells;
                assert!((run.share(path.macs) - share).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_path_that_is_off_is_missing_from_the_result() {
        let run = study("octave", &[], 16, 16);
        let octave = Octave::of(&run).expect("octave");
        let (all, change) = without(&run, &octave, Level::High, 3, |_| true).expect("high");
        assert_eq!((all.values.as_slice(), change), (run.value(octave.high_out).channel(0, 3), 0.0));
        let cross = octave.path(Level::Low, Level::High).expect("crosses");
        let (own, change) = without(&run, &octave, Level::High, 3, Path::is_within).expect("high");
        let left = run.value(run.node("high_to_high").expect("node")).channel(0, 3);
        assert_eq!(own.values, left);
        let missing = run.value(cross.added).channel(0, 3);
        let rest = all.values.iter().zip(missing).map(|(a, b)| a - b);
        assert!(own.values.iter().zip(rest).all(|(a, b)| (a - b).abs() < 1e-5));
        assert!(change > 0.0);
    }

    #[test]
    fn a_switched_off_path_says_so() {
        let run = study("octave", &[], 16, 16);
        let size = [700.0, 420.0];
        let off = draw(&FourPaths, &run, Lang::En, size, &[("low_to_high_path", 0)]);
        let word = tr(Lang::En, "octave-off");
        assert!(texts(&off).contains(&word));
        assert!(!texts(&draw(&FourPaths, &run, Lang::En, size, &[])).contains(&word));
    }

    #[test]
    fn it_fits_at_every_alpha() {
        for alpha in ["0", "0.125", "0.5", "0.875"] {
            let run = study("octave", &[("alpha_in", alpha), ("alpha_out", alpha)], 16, 14);
            check_figure(&FourPaths, &run, &[("low_to_high_path", 0), ("high_to_low_path", 0)]);
            check_figure(&FourPaths, &run, &[]);
        }
    }
}
