//! The connection matrix of every convolution of an operator, and what a chosen output channel sees of
//! the operator's inputs through all of them.

use super::links::{Link, Links, reach};
use super::matrix::{self, Cell, Look};
use super::numbers::{count, percent};
use super::palette::operator_mark;
use super::parts::{LINE, Sample, facts, fit, key};
use super::{Align, Area, Figure, Ink, Paint, Scene, Stroke, StudyRun, TextSize, View, text_width};
use crate::graph::{NodeId, Op};
use crate::text::{tr, tr_args};

/// Least width and height of a matrix with its caption.
const LEAST: [f32; 2] = [128.0, 150.0];

/// In x out connection matrices.
#[derive(Debug)]
pub struct Connections;

/// A convolution of the operator.
struct Stage {
    id: NodeId,
    links: Links,
}

/// The convolutions in order.
fn stages(run: &StudyRun) -> Vec<Stage> {
    let convolves = |op: &Op| matches!(op, Op::Conv2d(_) | Op::DepthwiseTranspose { .. });
    let nodes = run.graph.iter().filter(|(_, node)| convolves(&node.op));
    nodes.filter_map(|(id, _)| Some(Stage { id, links: Links::of(&run.graph, id)? })).collect()
}

impl Figure for Connections {
    fn name(&self) -> &'static str {
        "connections"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let stages = stages(run);
        let reached = reach(&run.graph, view.node, view.channel);
        let area = scene.area().shrunk(8.0);
        let several = stages.len() > 1;
        // The strips of what is seen in the end, the key, and the matrices above them.
        let strips = if several { run.graph.inputs().len() as f32 * (LINE + 16.0) + 4.0 } else { 0.0 };
        let (upper, bottom) = area.split_top(area.h - LINE - 4.0 - strips);
        let (strip, legend) = bottom.split_top(strips);
        let (_, legend) = legend.split_top(4.0);
        let cells = if several {
            many(&mut scene, upper, run, view, &stages, &reached)
        } else {
            single(&mut scene, upper, run, view, &stages, &reached)
        };
        if several {
            let inputs = run.graph.inputs();
            for (place, &id) in inputs.iter().enumerate() {
                seen(&mut scene, strip.row(place, inputs.len(), 4.0), run, view, id, &reached[id.index()]);
            }
        }
        let centre = stages.iter().any(|s| s.links.full() < s.links.connections());
        let lang = view.lang;
        let colour = Paint::Rgb(operator_mark(run.study.variant).0);
        let mut entries = vec![
            (Sample::Fill(Paint::Accent.into()), tr(lang, "matrix-key-chosen")),
            (Sample::Fill(colour.into()), tr(lang, "matrix-key-full")),
        ];
        if centre {
            entries.push((Sample::Fill(Ink::faded(colour, 0.38)), tr(lang, "matrix-key-centre")));
        }
        entries.push((Sample::Fill(Paint::Ground.into()), tr(lang, "matrix-key-none")));
        let mut words = vec![tr(lang, "matrix-axes").to_owned()];
        words.extend(cells.filter(|c| !c.is_one()).map(|c| {
            let args = [("outputs", c.outputs.to_string().into()), ("inputs", c.inputs.to_string().into())];
            tr_args(lang, "matrix-cell-is", &args)
        }));
        let words = words.join(" · ");
        let right = text_width(&words, TextSize::Small);
        key(&mut scene, Area { w: legend.w - right - 20.0, ..legend }, &entries);
        let at = [legend.right(), legend.centre()[1]];
        scene.text(at, words, TextSize::Small, Align::Right, Paint::Weak);
        scene
    }
}

/// One matrix with its numbers beside it. Returns what a cell is where it is not one connection.
fn single(
    scene: &mut Scene,
    area: Area,
    run: &StudyRun,
    view: &View<'_>,
    stages: &[Stage],
    reached: &[Vec<bool>],
) -> Option<Cell> {
    let stage = stages.first()?;
    let (left, right) = area.split_left(area.w - 230.0);
    let lit = &reached[stage.id.index()];
    let look = look(run, view, stage.id, lit, true);
    let (matrix, cell) = matrix::draw(scene, left, &stage.links, &look);
    let column = Area::new(right.x + 20.0, matrix.y, right.w - 20.0, right.bottom() - matrix.y);
    numbers(scene, column, run, view, stage, lit.iter().position(|lit| *lit));
    Some(cell)
}

fn look<'a>(run: &StudyRun, view: &View<'_>, node: NodeId, lit: &'a [bool], marked: bool) -> Look<'a> {
    Look {
        colour: Paint::Rgb(operator_mark(run.study.variant).0),
        lang: view.lang,
        node: Some(node),
        lit,
        marked,
    }
}

/// The numbers of one matrix, and which inputs the chosen row reads.
fn numbers(
    scene: &mut Scene,
    area: Area,
    run: &StudyRun,
    view: &View<'_>,
    stage: &Stage,
    row: Option<usize>,
) {
    let (lang, links) = (view.lang, &stage.links);
    let all = links.outputs * links.inputs;
    let share = links.taps() as f64 / links.dense_taps() as f64;
    let node = run.graph.node(stage.id);
    let mut rows = vec![
        (tr(lang, "matrix-connections"), count(links.connections() as u64)),
        (tr(lang, "matrix-of-all"), count(all as u64)),
    ];
    if links.full() < links.connections() {
        rows.push((tr(lang, "matrix-full-kernels"), count(links.full() as u64)));
        rows.push((tr(lang, "matrix-centre-kernels"), count((links.connections() - links.full()) as u64)));
    }
    rows.extend([
        (tr(lang, "matrix-taps"), count(links.taps() as u64)),
        (tr(lang, "matrix-macs"), count((links.taps() * node.shape.plane()) as u64)),
        (tr(lang, "matrix-share"), percent(share)),
    ]);
    let rest = facts(scene, area, &rows);
    let (_, rest) = rest.split_top(10.0);
    let Some(channel) = row else { return };
    let inputs = links.inputs_of(channel);
    let full = inputs.iter().filter(|&&i| links.link(channel, i) == Link::Full).count();
    let args = [
        ("output", channel.to_string().into()),
        ("count", inputs.len().to_string().into()),
        ("total", links.inputs.to_string().into()),
    ];
    let title = tr_args(lang, "matrix-row-tip", &args);
    let rest = super::parts::paragraph(scene, rest, &title, Paint::Accent);
    let list = |of: Link| {
        let of_kind: Vec<usize> = inputs.iter().copied().filter(|&i| links.link(channel, i) == of).collect();
        runs(&of_kind)
    };
    let rest = super::parts::paragraph(scene, rest, &list(Link::Full), Paint::Text);
    if full < inputs.len() && full > 0 {
        super::parts::paragraph(scene, rest, tr(lang, "matrix-others-centre"), Paint::Weak);
    }
}

/// `0-7, 12`: numbers with runs of neighbours written as one.
pub(super) fn runs(numbers: &[usize]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b).map(|run| match run {
        [one] => one.to_string(),
        [first, .., last] => format!("{first}–{last}"),
        [] => String::new(),
    });
    runs.collect::<Vec<_>>().join(", ")
}

/// Several matrices side by side, in rows if need be. Returns the largest cell.
fn many(
    scene: &mut Scene,
    area: Area,
    run: &StudyRun,
    view: &View<'_>,
    stages: &[Stage],
    reached: &[Vec<bool>],
) -> Option<Cell> {
    let gap = 26.0;
    let fits = |room: f32, least: f32| (((room + gap) / (least + gap)) as usize).max(1);
    let (most_columns, most_rows) = (fits(area.w, LEAST[0]), fits(area.h, LEAST[1]));
    // As few rows as possible; equal rows look calmer than a full one and a rest.
    let rows = stages.len().div_ceil(most_columns).min(most_rows);
    let shown = stages.len().min(rows * most_columns);
    let columns = shown.div_ceil(rows);
    let mut largest: Option<Cell> = None;
    for (place, stage) in stages.iter().take(shown).enumerate() {
        let panel = area.row(place / columns, rows, 8.0).column(place % columns, columns, gap);
        let (title, rest) = panel.split_top(LINE);
        let (body, below) = rest.split_top(rest.h - LINE);
        let lit = &reached[stage.id.index()];
        let marked = lit.iter().filter(|lit| **lit).count() == 1;
        let (matrix, cell) = matrix::draw(scene, body, &stage.links, &look(run, view, stage.id, lit, marked));
        let middle = matrix.centre()[0];
        let links = &stage.links;
        let name = format!("{} · {k} × {k}", run.short_name(stage.id), k = links.kernel);
        // Centred on the matrix as far as the panel has room for it.
        let centred = |text: &str| {
            let half = text_width(text, TextSize::Small) / 2.0;
            middle.min(panel.right() + 6.0 - half).max(panel.x - 6.0 + half)
        };
        let name = fit(&name, TextSize::Small, panel.w + 12.0);
        let at = [centred(&name), title.centre()[1]];
        scene.text(at, name, TextSize::Small, Align::Middle, Paint::Text);
        let args = [
            ("connections", count(links.connections() as u64).into()),
            ("total", count((links.outputs * links.inputs) as u64).into()),
            ("share", percent(links.taps() as f64 / links.dense_taps() as f64).into()),
        ];
        let text = fit(&tr_args(view.lang, "matrix-caption", &args), TextSize::Small, panel.w + 12.0);
        let at = [centred(&text), (matrix.bottom() + LINE / 2.0 + 2.0).min(below.centre()[1])];
        scene.text(at, text, TextSize::Small, Align::Middle, Paint::Weak);
        let follows = place + 1 < shown && reads(run, stages[place + 1].id, stage.id);
        if follows && (place + 1) % columns != 0 {
            let y = body.y + 21.0 + (body.h - 21.0) / 4.0;
            let (from, to) = (panel.right() + 2.0, panel.right() + gap - 2.0);
            let from = from.max(matrix.right() + 8.0).min(to - 12.0);
            scene.arrow([[from, y], [to, y]], Stroke::new(Paint::Weak, 1.5));
        }
        let area_of = |c: Cell| c.outputs * c.inputs;
        if largest.is_none_or(|old| area_of(cell) > area_of(old)) {
            largest = Some(cell);
        }
    }
    if shown < stages.len() {
        let args = [("shown", shown.to_string().into()), ("total", stages.len().to_string().into())];
        let text = tr_args(view.lang, "matrix-left-out", &args);
        let at = [area.right(), area.bottom() + LINE / 2.0];
        scene.text(at, text, TextSize::Small, Align::Right, Paint::Weak);
    }
    largest
}

/// Whether `later` reads `earlier`, perhaps through operations that are no convolutions.
fn reads(run: &StudyRun, later: NodeId, earlier: NodeId) -> bool {
    run.graph.node(later).inputs.iter().any(|&input| {
        let convolves = matches!(run.graph.node(input).op, Op::Conv2d(_) | Op::DepthwiseTranspose { .. });
        input == earlier || (!convolves && reads(run, input, earlier))
    })
}

/// A strip of all channels of an input, those seen by the chosen output in the accent.
fn seen(scene: &mut Scene, area: Area, run: &StudyRun, view: &View<'_>, id: NodeId, lit: &[bool]) {
    let (title, strip) = area.split_top(LINE);
    let args = [
        ("output", view.channel.to_string().into()),
        ("count", lit.iter().filter(|lit| **lit).count().to_string().into()),
        ("total", lit.len().to_string().into()),
        ("input", run.graph.node(id).name.clone().into()),
    ];
    let text = fit(&tr_args(view.lang, "matrix-seen", &args), TextSize::Small, title.w);
    scene.text([title.x, title.centre()[1]], text, TextSize::Small, Align::Left, Paint::Accent);
    let strip = Area { h: strip.h.min(12.0), ..strip };
    let cell = (strip.w / lit.len() as f32).min(16.0);
    scene.rect(Area { w: cell * lit.len() as f32, ..strip }, Ink::solid(Paint::Ground), None);
    let mut start = 0;
    for run in lit.chunk_by(|a, b| a == b) {
        if run[0] {
            let place = Area::new(strip.x + start as f32 * cell, strip.y, run.len() as f32 * cell, strip.h);
            scene.rect(place, Ink::solid(Paint::Accent), None);
        }
        start += run.len();
    }
    if cell >= 5.0 {
        for c in 1..lit.len() {
            let x = strip.x + c as f32 * cell;
            scene.line([[x, strip.y], [x, strip.bottom()]], Stroke::new(Paint::Panel, 1.0));
        }
    }
    scene.rect(Area { w: cell * lit.len() as f32, ..strip }, None, Stroke::new(Paint::Line, 1.0));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::testing::{scene, study};
    use crate::figure::{Item, Mark, Target};

    fn texts<'s>(scene: &'s Scene) -> Vec<&'s str> {
        let text = |item: &'s Item| match &item.mark {
            Mark::Text { text, .. } => Some(text.as_str()),
            _ => None,
        };
        scene.items.iter().filter_map(text).collect()
    }

    #[test]
    fn numbers_are_those_of_the_wiring() {
        let run = study("group", &[("groups", "4")], 16, 32, 3);
        let scene = scene("connections", &run, 9, &[]);
        let texts = texts(&scene);
        // Output 9 of 32 stands in group 1 of 4 and reads 4..8; 32 * 4 kernels of 9 taps on 42 pixels.
        for text in ["128", "512", "1152", "48.38 k", "25.0 %", "4–7"] {
            assert!(texts.contains(&text), "{text} is not in {texts:?}");
        }
    }

    #[test]
    fn a_pointwise_half_lets_every_output_see_every_input() {
        let run = study("group_pointwise", &[("groups", "4")], 16, 16, 3);
        let picture = scene("connections", &run, 3, &[]);
        assert!(texts(&picture).iter().any(|text| text.contains("16 of 16")));
        let clicks = picture.items.iter().filter_map(|item| item.target.as_ref());
        let nodes: std::collections::BTreeSet<usize> = clicks
            .map(|target| match target {
                Target::Channel(node, _) => node.index(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(nodes.len(), 2, "both halves can be clicked");
        // Without the pointwise half an output sees its group alone.
        let lit = &reach(&run.graph, run.node("group").unwrap(), 3)[run.graph.inputs()[0].index()];
        assert_eq!(lit.iter().filter(|lit| **lit).count(), 4);
    }

    #[test]
    fn runs_of_numbers_are_short() {
        assert_eq!(runs(&[0, 1, 2, 5, 7, 8]), "0–2, 5, 7–8");
        assert_eq!(runs(&[]), "");
    }
}
