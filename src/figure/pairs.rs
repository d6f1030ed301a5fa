//! Ghost: each cheap map beside the primary one it was made from, with the kernel between them.

use super::parts::{LINE, fit};
use super::plane::{self, Plane};
use super::{Align, Area, Figure, Ink, Knob, Paint, Scene, Stroke, StudyRun, Target, TextSize, View};
use super::{kit, palette};
use crate::graph::NodeId;
use crate::text::{tr, tr_args};

/// Ghost's pairs.
#[derive(Debug)]
pub struct Pairs;

/// Pairs on one page: columns and rows.
const GRID: (usize, usize) = (3, 3);

/// A cheap map with what it was made from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    /// Channel of the cheap maps.
    pub cheap: usize,
    /// Channel of the primary maps.
    pub primary: usize,
}

/// The nodes of the primary and of the cheap maps, and the pairs that reach the output.
pub(super) fn pairs(run: &StudyRun) -> Option<(NodeId, NodeId, Vec<Pair>)> {
    let (primary, cheap) = (run.node("primary")?, run.node("cheap")?);
    let (m, all) = (run.graph.shape(primary).c, run.graph.shape(cheap).c);
    // Maps beyond the output's channels are computed and cut off.
    let used = all.min(run.graph.shape(run.output()).c.saturating_sub(m));
    Some((primary, cheap, (0..used).map(|q| Pair { cheap: q, primary: q * m / all }).collect()))
}

/// Cosine of the angle between two maps; 0 if one of them is zero.
pub(super) fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot =
        |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum() };
    let norms = (dot(a, a) * dot(b, b)).sqrt();
    if norms > 0.0 { dot(a, b) / norms } else { 0.0 }
}

fn page(pairs: usize) -> Knob {
    let per = GRID.0 * GRID.1;
    Knob { name: "ghost_page", least: 1, most: pairs.div_ceil(per).max(1) as i64, default: 1 }
}

impl Figure for Pairs {
    fn name(&self) -> &'static str {
        "pairs"
    }

    fn knobs(&self, run: &StudyRun) -> Vec<Knob> {
        let count = pairs(run).map_or(0, |(_, _, pairs)| pairs.len());
        Some(page(count)).filter(|knob| knob.most > 1).into_iter().collect()
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let Some((primary, cheap, pairs)) = pairs(run) else { return kit::other_operator(view) };
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(10.0);
        let per = GRID.0 * GRID.1;
        let knob = page(pairs.len());
        let first = (knob.value(view.knobs) as usize - 1) * per;
        let shown = &pairs[first.min(pairs.len())..pairs.len().min(first + per)];
        let (grid, foot) = area.split_top(area.h - LINE - 4.0);
        for (i, &pair) in shown.iter().enumerate() {
            let row = grid.row(i / GRID.0, GRID.1, 8.0);
            draw_pair(&mut scene, run, view, (primary, cheap), row.column(i % GRID.0, GRID.0, 26.0), pair);
        }
        let words = if shown.is_empty() {
            tr(view.lang, "ghost-no-cheap").to_owned()
        } else {
            tr_args(
                view.lang,
                "ghost-shown",
                &[
                    ("first", (first + 1).to_string().into()),
                    ("last", (first + shown.len()).to_string().into()),
                    ("all", pairs.len().to_string().into()),
                    ("primary", run.graph.shape(primary).c.to_string().into()),
                ],
            )
        };
        let words = fit(&words, TextSize::Small, foot.w);
        let at = [foot.centre()[0], foot.bottom() - LINE / 2.0];
        scene.text(at, words, TextSize::Small, Align::Middle, Paint::Weak);
        scene
    }
}

fn draw_pair(
    scene: &mut Scene,
    run: &StudyRun,
    view: &View<'_>,
    (primary, cheap): (NodeId, NodeId),
    area: Area,
    pair: Pair,
) {
    let size = TextSize::Small;
    let rgb = Paint::Rgb(palette::operator_mark("ghost").0);
    let kernel = kernel(run, cheap, pair.cheap);
    let small = ((area.h - LINE).min((area.w - 36.0) / 2.42) * 0.42).clamp(24.0, 64.0);
    let side = ((area.w - 36.0 - small) / 2.0).min(area.h - LINE);
    let total = 2.0 * side + small + 36.0;
    let left = area.x + (area.w - total).max(0.0) / 2.0;
    let top = area.y + LINE + (area.h - LINE - side) / 2.0;
    let maps = [(primary, pair.primary, "ghost-primary"), (cheap, pair.cheap, "ghost-cheap")];
    let chosen = kit::chosen(run, view) == run.graph.shape(primary).c + pair.cheap;
    let mut pictures = Vec::new();
    for (i, (id, channel, key)) in maps.into_iter().enumerate() {
        let x = if i == 0 { left } else { left + side + small + 36.0 };
        let room = Area::new(x, top, side, side);
        let plane = Plane::of(run, id, channel);
        let at = room.fitted(plane.width as f32, plane.height as f32);
        let args = [("channel", channel.to_string().into())];
        let title = fit(&tr_args(view.lang, key, &args), size, side + 26.0);
        scene.text([at.centre()[0], room.y - LINE / 2.0], title, size, Align::Middle, Paint::Text);
        let tip = format!("{} {}", tr_args(view.lang, key, &args), plane.scale());
        let target = Target::Channel(id, channel);
        plane::image(scene, at, &plane, plane.range()).on_click(target).tip(tip);
        if i == 1 && chosen {
            scene.rect(at.shrunk(-2.0), None, Some(Stroke::new(Paint::Accent, 2.0)));
        }
        pictures.push(at);
    }
    let middle = (pictures[0].right() + pictures[1].x) / 2.0;
    let y = top + side / 2.0;
    let at = Area::new(middle - small / 2.0, y - small / 2.0 - 6.0, small, small);
    let range = kernel.range();
    // Kernels are signed by nature: zero keeps its colour also where no weight is negative.
    let range = crate::analysis::Range { min: range.min.min(-range.max.abs()), max: range.max };
    let item = plane::image(scene, at, &kernel, range);
    item.tip(tr_args(view.lang, "ghost-kernel-tip", &[("scale", kernel.scale().into())]));
    for (from, to) in [(pictures[0].right(), at.x), (at.right(), pictures[1].x)] {
        if to - from > 10.0 {
            scene.arrow([[from + 3.0, at.centre()[1]], [to - 3.0, at.centre()[1]]], Stroke::new(rgb, 1.75));
        }
    }
    let similar =
        cosine(run.value(primary).channel(0, pair.primary), run.value(cheap).channel(0, pair.cheap));
    let text = format!("cos {similar:.2}").replace('-', "−");
    let below = [middle, at.bottom() + LINE / 2.0 + 1.0];
    scene.text(below, text, size, Align::Middle, Ink::solid(Paint::Text));
}

/// The kernel of a cheap map.
fn kernel(run: &StudyRun, cheap: NodeId, q: usize) -> Plane {
    let weight = run.graph.weight(run.graph.node(cheap).weights[0]);
    let side = weight.dims.last().copied().unwrap_or(1);
    let values = weight.values[q * side * side..(q + 1) * side * side].to_vec();
    Plane { values, width: side, height: side }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene_checks::{check_figure, draw, study, texts};
    use crate::text::Lang;

    #[test]
    fn each_cheap_map_is_its_primary_one_through_its_kernel() {
        // Derived cheap kernels are one centre tap: the cheap map is its primary one times it, so the cosine
        // is 1 or -1.
        for ratio in ["2", "4"] {
            let run = study("ghost", &[("ratio", ratio)], 16, 8);
            let (primary, cheap, pairs) = pairs(&run).expect("ghost");
            let m = run.graph.shape(primary).c;
            assert_eq!(pairs.len(), 16 - m);
            for pair in pairs {
                let (a, b) = (run.value(primary), run.value(cheap));
                let similar = cosine(a.channel(0, pair.primary), b.channel(0, pair.cheap));
                assert!((similar.abs() - 1.0).abs() < 1e-6, "{pair:?}: {similar}");
                let factor = kernel(&run, cheap, pair.cheap).values[4];
                let scaled = a.channel(0, pair.primary).iter().map(|v| v * factor);
                assert!(b.channel(0, pair.cheap).iter().zip(scaled).all(|(b, a)| (a - b).abs() < 1e-4));
            }
        }
    }

    #[test]
    fn cosines_by_hand() {
        assert_eq!(cosine(&[1.0, 0.0], &[0.0, 1.0]), 0.0);
        assert!((cosine(&[1.0, 1.0], &[1.0, 0.0]) - 0.5_f64.sqrt()).abs() < 1e-9);
        assert_eq!(cosine(&[0.0], &[1.0]), 0.0);
    }

    #[test]
    fn pages_show_all_pairs() {
        let run = study("ghost", &[("ratio", "2")], 40, 8);
        let knob = Pairs.knobs(&run)[0];
        let count = |page| {
            let scene = draw(&Pairs, &run, Lang::En, [700.0, 420.0], &[("ghost_page", page)]);
            texts(&scene).iter().filter(|text| text.starts_with("cos ")).count()
        };
        assert_eq!((1..=knob.most).map(count).collect::<Vec<_>>(), [9, 9, 2]);
    }

    #[test]
    fn every_page_fits() {
        for (ratio, kernel) in [("2", "3"), ("40", "1"), ("3", "9")] {
            let run = study("ghost", &[("ratio", ratio), ("cheap_kernel", kernel)], 40, 8);
            (1..4).for_each(|page| check_figure(&Pairs, &run, &[("ghost_page", page)]));
        }
    }
}
