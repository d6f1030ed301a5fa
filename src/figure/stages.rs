//! Condensing in stages: inputs and outputs with the lines that are left after so many prunings. Outputs
//! that nobody keeps any more are white maps.

use super::condensing::{Condensing, thinned};
use super::numbers::percent;
use super::parts::{LINE, fit};
use super::{
    Align, Area, ColourMap, Colours, Figure, Ink, Knob, Paint, Raster, Scene, Stroke, StudyRun, Target,
    TextSize, View,
};
use crate::analysis::Range;
use crate::graph::Origin;
use crate::text::{Lang, tr, tr_args};

/// Least width of a channel in points.
const LEAST: f32 = 8.0;
/// Greatest one.
const MOST: f32 = 64.0;
/// Side of the small maps in pixels, at most.
const MAP: usize = 16;

/// Lines that vanish stage by stage.
#[derive(Debug)]
pub struct Stages;

/// The control of the figures of condensing: how many prunings have been.
pub(super) fn stage_knob(run: &StudyRun) -> Vec<Knob> {
    let last = Condensing::of(run).map_or(0, |c| c.last()) as i64;
    vec![Knob { name: "stage", least: 0, most: last, default: last }]
}

/// The chosen stage.
pub(super) fn stage(condensing: &Condensing, view: &View<'_>) -> usize {
    let last = condensing.last() as i64;
    Knob { name: "stage", least: 0, most: last, default: last }.value(view.knobs) as usize
}

/// Buttons for the stages, and what the chosen one is. Returns what is left below.
pub(super) fn stage_line(
    scene: &mut Scene,
    area: Area,
    condensing: &Condensing,
    now: usize,
    lang: Lang,
) -> Area {
    let (line, rest) = area.split_top(26.0);
    let name = tr(lang, "knob-stage");
    let y = line.centre()[1] - 2.0;
    scene.text([line.x, y], name, TextSize::Small, Align::Left, Paint::Weak);
    let start = line.x + super::text_width(name, TextSize::Small) + 10.0;
    let width = ((line.w * 0.45) / condensing.factor as f32).min(26.0);
    for stage in 0..condensing.factor {
        let button = Area::new(start + stage as f32 * width, y - 9.0, (width - 2.0).max(width * 0.6), 18.0);
        let here = stage == now;
        let fill = Ink::solid(if here { Paint::Accent } else { Paint::Ground });
        let args = [("stage", stage.to_string().into())];
        scene
            .rect(button, fill, Stroke::new(Paint::Line, 1.0))
            .round(3.0)
            .on_click(Target::Knob("stage", stage as i64))
            .tip(tr_args(lang, "stages-button-tip", &args));
        if width >= 18.0 {
            let ink = if here { Paint::Panel } else { Paint::Text };
            scene.text(button.centre(), stage.to_string(), TextSize::Small, Align::Middle, ink);
        }
    }
    let keeps = condensing.keeps(now);
    let key = if condensing.by_output { "stages-keep-inputs" } else { "stages-keep-outputs" };
    let args = [
        ("kept", keeps.to_string().into()),
        ("total", condensing.places().to_string().into()),
        ("density", percent(keeps as f64 / condensing.places() as f64).into()),
    ];
    let x = start + condensing.factor as f32 * width + 12.0;
    let words = fit(&tr_args(lang, key, &args), TextSize::Small, line.right() - x);
    scene.text([x, y], words, TextSize::Small, Align::Left, Paint::Text);
    rest
}

/// One row of channels.
struct Row {
    /// Where they stand, from the first on; grouped ones group by group.
    cells: Vec<Area>,
    /// The channel at each place.
    channels: Vec<usize>,
    total: usize,
}

impl Row {
    /// Channels in their order.
    fn plain(area: Area, total: usize) -> Self {
        let shown = ((area.w / LEAST) as usize).clamp(1, total);
        let side = (area.w / shown as f32).min(MOST).min(area.h);
        let start = area.x + (area.w - side * shown as f32) / 2.0;
        let cell = |place: usize| Area::new(start + place as f32 * side, area.y, side, side);
        Self { cells: (0..shown).map(cell).collect(), channels: (0..shown).collect(), total }
    }

    /// Channels group by group, with gaps; the first of each group where not all fit.
    fn grouped(area: Area, total: usize, groups: usize) -> Self {
        let gap = (area.w / groups as f32 * 0.2).clamp(2.0, 16.0);
        let room = (area.w - gap * (groups as f32 - 1.0)) / groups as f32;
        let members = total / groups;
        let shown = ((room / LEAST) as usize).clamp(1, members);
        let side = (room / shown as f32).min(MOST).min(area.h);
        let width = side * shown as f32 + gap;
        let start = area.x + (area.w - width * groups as f32 + gap) / 2.0;
        let (mut cells, mut channels) = (Vec::new(), Vec::new());
        for group in 0..groups {
            for member in 0..shown {
                let x = start + group as f32 * width + member as f32 * side;
                cells.push(Area::new(x, area.y, side, side));
                channels.push(group + member * groups);
            }
        }
        Self { cells, channels, total }
    }

    fn left_out(&self) -> usize {
        self.total - self.channels.len()
    }
}

impl Figure for Stages {
    fn name(&self) -> &'static str {
        "stages"
    }

    fn knobs(&self, run: &StudyRun) -> Vec<Knob> {
        stage_knob(run)
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let Some(condensing) = Condensing::of(run) else { return scene };
        let now = stage(&condensing, view);
        let lang = view.lang;
        let area = scene.area().shrunk(8.0);
        let area = stage_line(&mut scene, area, &condensing, now, lang);
        let (body, note) = area.split_top(area.h - 2.0 * LINE);
        let high = (body.h * 0.12).clamp(LEAST, MOST);
        let upper = Area { y: body.y + LINE + 6.0, h: high, ..body };
        let lower = Area { y: body.bottom() - LINE - 6.0 - high, h: high, ..body };
        let (inputs, outputs) = if condensing.by_output {
            (Row::plain(upper, condensing.inputs), Row::grouped(lower, condensing.outputs, condensing.groups))
        } else {
            (Row::grouped(upper, condensing.inputs, condensing.groups), Row::plain(lower, condensing.outputs))
        };
        let mask = condensing.mask(now);
        let before = condensing.mask(now.saturating_sub(1));
        lines(&mut scene, &condensing, &inputs, &outputs, &mask, &before, view);
        channels(&mut scene, run, view, &condensing, &inputs, &outputs, &mask);

        let y = body.y + LINE / 2.0 - 2.0;
        let names =
            [("stages-inputs", &inputs, y), ("stages-outputs", &outputs, body.bottom() - LINE / 2.0 + 2.0)];
        for (key, row, y) in names {
            let mut words = tr_args(lang, key, &[("total", row.total.to_string().into())]);
            if row.left_out() > 0 {
                let args = [("shown", row.channels.len().to_string().into())];
                words = format!("{words} · {}", tr_args(lang, "stages-shown", &args));
            }
            scene.text([body.x, y], words, TextSize::Small, Align::Left, Paint::Weak);
        }
        notes(&mut scene, note, run, &condensing, &mask, lang);
        scene
    }
}

/// Lines of kept pairs in the colour of their group; those that went in this stage dashed.
fn lines(
    scene: &mut Scene,
    condensing: &Condensing,
    inputs: &Row,
    outputs: &Row,
    mask: &[Vec<bool>],
    before: &[Vec<bool>],
    view: &View<'_>,
) {
    let (grouped, plain) = if condensing.by_output { (outputs, inputs) } else { (inputs, outputs) };
    let groups = condensing.groups;
    let shown = grouped.channels.len() / groups;
    let down = if condensing.by_output { -1.0 } else { 1.0 };
    // From each member where there are few, else from the middle of the group.
    let single = grouped.left_out() == 0 && grouped.channels.len() * plain.channels.len() <= 700;
    let count = if single { grouped.channels.len() } else { groups } * plain.channels.len();
    let alpha = (260.0 / count as f32).clamp(0.3, 0.85);
    // The lines of the chosen channel: by its group where its axis is cut into groups.
    let input = view.node == condensing.source;
    let chosen = |group: usize, place: usize| match input == condensing.by_output {
        true => view.channel == place,
        false => view.channel % groups == group,
    };
    let edge = |cell: &Area, down: f32| if down > 0.0 { cell.bottom() + 3.0 } else { cell.y - 3.0 };
    // The chosen output's lines are drawn last, above the others.
    for chosen_now in [false, true] {
        for group in 0..groups {
            let members = &grouped.cells[group * shown..(group + 1) * shown];
            let starts: Vec<[f32; 2]> = if single {
                members.iter().map(|cell| [cell.centre()[0], edge(cell, down)]).collect()
            } else {
                let (first, last) = (members[0], members[shown - 1]);
                vec![[(first.x + last.right()) / 2.0, edge(&first, down)]]
            };
            for (cell, &place) in plain.cells.iter().zip(&plain.channels) {
                if chosen(group, place) != chosen_now {
                    continue;
                }
                let end = [cell.centre()[0], edge(cell, -down)];
                let colour = Paint::Rgb(Condensing::colour(group));
                let stroke = match (mask[group][place], before[group][place], chosen_now) {
                    (true, _, true) => Stroke::new(colour, 2.0),
                    (true, _, false) => Stroke::new(Ink::faded(colour, alpha), 1.0),
                    (false, true, _) => Stroke::dashed(Ink::faded(Paint::Weak, 0.35), 0.75),
                    (false, false, _) => continue,
                };
                for &start in &starts {
                    scene.line([start, end], stroke);
                }
            }
        }
    }
}

/// The channels as small maps: inputs as they are, outputs as the lines that are left give them.
fn channels(
    scene: &mut Scene,
    run: &StudyRun,
    view: &View<'_>,
    condensing: &Condensing,
    inputs: &Row,
    outputs: &Row,
    mask: &[Vec<bool>],
) {
    let shape = condensing.maps.shape();
    let step = shape.h.max(shape.w).div_ceil(MAP);
    let (w, h) = (shape.w.div_ceil(step), shape.h.div_ceil(step));
    let results = condensing.result(mask, step);
    let keepers = |place: usize| mask.iter().filter(|group| group[place]).count();
    let group_bar = |scene: &mut Scene, cell: &Area, channel: usize, above: bool| {
        let y = if above { cell.y - 4.0 } else { cell.bottom() + 1.0 };
        let paint = Paint::Rgb(Condensing::colour(channel % condensing.groups));
        scene.rect(Area::new(cell.x + 0.5, y, cell.w - 1.0, 3.0), Ink::solid(paint), None);
    };
    for (cell, &i) in inputs.cells.iter().zip(&inputs.channels) {
        let read = !condensing.by_output || keepers(i) > 0;
        map(scene, cell, &thinned(&condensing.maps, i, step), w, h, read);
        if !condensing.by_output {
            group_bar(scene, cell, i, true);
        }
        if view.node == condensing.source && i == view.channel {
            scene.rect(cell.shrunk(-1.0), None, Stroke::new(Paint::Accent, 2.0));
        }
        let args = [("input", i.to_string().into()), ("count", keepers_text(condensing, i, &keepers))];
        let key = if condensing.by_output { "stages-kept-input-tip" } else { "stages-input-tip" };
        scene
            .rect(*cell, None, None)
            .on_click(Target::Channel(condensing.source, i))
            .tip(tr_args(view.lang, key, &args));
    }
    for (cell, &o) in outputs.cells.iter().zip(&outputs.channels) {
        let kept = condensing.by_output || keepers(o) > 0;
        map(scene, cell, &results[o], w, h, kept);
        if condensing.by_output {
            group_bar(scene, cell, o, false);
        }
        if view.node == run.output() && o == view.channel {
            scene.rect(cell.shrunk(-1.0), None, Stroke::new(Paint::Accent, 2.0));
        }
        let reads = (0..condensing.inputs).filter(|&i| {
            let (member, place) = if condensing.by_output { (o, i) } else { (i, o) };
            mask[member % condensing.groups][place]
        });
        let args = [
            ("output", o.to_string().into()),
            ("count", reads.count().to_string().into()),
            ("total", condensing.inputs.to_string().into()),
        ];
        scene.rect(*cell, None, None).on_click(Target::Channel(run.output(), o)).tip(tr_args(
            view.lang,
            "matrix-row-tip",
            &args,
        ));
    }
}

/// How many groups keep an input, or its group where the inputs are grouped.
fn keepers_text(
    condensing: &Condensing,
    input: usize,
    keepers: &dyn Fn(usize) -> usize,
) -> crate::text::FluentValue<'static> {
    let number = if condensing.by_output { keepers(input) } else { input % condensing.groups };
    number.to_string().into()
}

/// A small map; white with an outline where it is nobody's.
fn map(scene: &mut Scene, cell: &Area, values: &[f32], w: usize, h: usize, kept: bool) {
    let place = cell.shrunk(0.75);
    if !kept {
        scene.rect(place, Ink::solid(Paint::Rgb([0xff; 3])), Stroke::new(Paint::Weak, 1.0));
        return;
    }
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let range = Range { min: finite().fold(f32::MAX, f32::min), max: finite().fold(f32::MIN, f32::max) };
    let colours = ColourMap::choose(Colours::Auto, range.min < 0.0);
    scene.image(place, Raster::of_map(values, w, h, colours, range));
}

/// What is left, and where the weights come from.
fn notes(
    scene: &mut Scene,
    area: Area,
    run: &StudyRun,
    condensing: &Condensing,
    mask: &[Vec<bool>],
    lang: Lang,
) {
    let nobody = (0..condensing.places()).filter(|&p| mask.iter().all(|group| !group[p])).count();
    let key = if condensing.by_output { "stages-nobody-inputs" } else { "stages-nobody-outputs" };
    let args = [("count", nobody.to_string().into()), ("total", condensing.places().to_string().into())];
    let nobody = tr_args(lang, key, &args);
    let mut parts = vec![nobody.as_str(), tr(lang, "stages-dashed")];
    if run.origin == Origin::Seeded {
        parts.push(tr(lang, "figure-seeded"));
    }
    let words = super::parts::sentences(lang, &parts);
    super::parts::paragraph(scene, area, &words, Paint::Weak);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Mark;
    use crate::figure::testing::{scene, study};

    fn solid_lines(scene: &Scene) -> usize {
        let solid = |mark: &Mark| matches!(mark, Mark::Line { stroke, .. } if !stroke.dashed);
        scene.items.iter().filter(|item| solid(&item.mark)).count()
    }

    /// With few channels every kept weight is a line.
    #[test]
    fn lines_vanish_in_equal_shares() {
        for (variant, factor) in [("sfr", "sparsity"), ("learned_group", "condensation")] {
            let run = study(variant, &[("groups", "2"), (factor, "4")], 8, 8, 1);
            let counts: Vec<usize> =
                (0..4).map(|stage| solid_lines(&scene("stages", &run, 0, &[("stage", stage)]))).collect();
            assert_eq!(counts, [64, 48, 32, 16], "{variant}");
            // The default is the finished operator.
            assert_eq!(solid_lines(&scene("stages", &run, 0, &[])), 16, "{variant}");
        }
    }

    #[test]
    fn outputs_nobody_keeps_are_white() {
        let run = study("sfr", &[("groups", "2"), ("sparsity", "8")], 16, 8, 1);
        let condensing = Condensing::of(&run).unwrap();
        let mask = condensing.mask(7);
        let nobody = (0..16).filter(|&o| !mask[0][o] && !mask[1][o]).count();
        let picture = scene("stages", &run, 0, &[]);
        let white = Some(Ink::solid(Paint::Rgb([0xff; 3])));
        let is_white = |mark: &Mark| matches!(mark, Mark::Rect { fill, .. } if *fill == white);
        assert_eq!(picture.items.iter().filter(|item| is_white(&item.mark)).count(), nobody);
        assert!(nobody >= 12, "each of two groups keeps two of sixteen");
    }
}
