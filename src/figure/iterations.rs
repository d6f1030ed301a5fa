//! SIC: depthwise convolution, projection, shortcut and ReLU, b times, with the map after each.

use super::behind::channels_behind;
use super::parts::{LINE, fit};
use super::plane::{Card, Plane};
use super::{Align, Area, Figure, Ink, Knob, Mark, Paint, Scene, Stroke, StudyRun, TextSize, View};
use super::{kit, numbers, palette};
use crate::graph::NodeId;
use crate::text::{tr, tr_args};

/// SIC's iterations.
#[derive(Debug)]
pub struct Iterations;

/// Iterations on one page.
const ROWS: usize = 3;

/// The nodes of one iteration: what it reads, depthwise convolution, projection, sum, ReLU.
pub(super) fn iterations(run: &StudyRun) -> Vec<[NodeId; 5]> {
    let node = |name: &str, t: usize| run.node(&format!("{name}.{t}"));
    let of = |t| {
        let sum = node("sum", t)?;
        let from = run.graph.node(sum).inputs[0];
        Some([from, node("intra", t)?, node("projection", t)?, sum, node("relu", t)?])
    };
    (0..).map_while(of).collect()
}

fn pages(run: &StudyRun) -> usize {
    iterations(run).len().div_ceil(ROWS)
}

fn page(run: &StudyRun) -> Knob {
    Knob { name: "sic_page", least: 1, most: pages(run).max(1) as i64, default: 1 }
}

impl Figure for Iterations {
    fn name(&self) -> &'static str {
        "iterations"
    }

    fn knobs(&self, run: &StudyRun) -> Vec<Knob> {
        if pages(run) > 1 { vec![page(run)] } else { Vec::new() }
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let all = iterations(run);
        if all.is_empty() {
            return kit::other_operator(view);
        }
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(10.0);
        let first = (page(run).value(view.knobs) as usize - 1) * ROWS;
        let shown = &all[first.min(all.len() - 1)..all.len().min(first + ROWS)];
        let (rows, foot) = area.split_top(area.h - 2.0 * LINE - 16.0);
        let chosen = kit::chosen(run, view);
        let behind = channels_behind(&run.graph, run.output(), chosen);
        let count = shown.len().max(2);
        for (i, nodes) in shown.iter().enumerate() {
            draw_row(&mut scene, run, view, rows.row(i, count, 6.0), first + i, nodes, &behind);
        }
        draw_share(&mut scene, run, view, foot, &all);
        scene
    }
}

/// One iteration from left to right; the shortcut runs over the convolutions.
fn draw_row(
    scene: &mut Scene,
    run: &StudyRun,
    view: &View<'_>,
    row: Area,
    t: usize,
    nodes: &[NodeId; 5],
    behind: &[Option<usize>],
) {
    let size = TextSize::Small;
    let (label, row) = row.split_left(24.0);
    let rgb = Paint::Rgb(palette::operator_mark("sic").0);
    scene.text(label.centre(), format!("{}", t + 1), TextSize::Heading, Align::Middle, rgb);
    let keys = ["sic-reads", "sic-depthwise", "sic-projection", "sic-sum", "sic-relu"];
    let roof = 14.0;
    let room = Area { y: row.y + roof, h: row.h - roof, ..row };
    let mut pictures = Vec::new();
    for (i, (&id, key)) in nodes.iter().zip(keys).enumerate() {
        let channel = kit::channel_at(run, behind, id, kit::chosen(run, view));
        let plane = Plane::of(run, id, channel);
        let args = [("node", run.short_name(id).to_owned().into()), ("channel", channel.to_string().into())];
        let card = Card::new(tr(view.lang, key), &plane).from(id, channel);
        pictures.push(card.tip(tr_args(view.lang, "map-tip", &args)).draw(scene, room.column(i, 5, 26.0)));
    }
    for (i, pair) in pictures.windows(2).enumerate() {
        kit::step_arrow(scene, pair[0], pair[1]);
        // The sum takes the shortcut too.
        if i == 2 {
            let x = (pair[0].right() + pair[1].x) / 2.0;
            let plus = [x, pair[0].centre()[1] - 12.0];
            scene.text(plus, "+", TextSize::Body, Align::Middle, kit::ACROSS);
        }
    }
    let (from, to) = (pictures[0], pictures[3]);
    let y = row.y + 4.0;
    let (start, end) = (from.right() + 8.0, to.x - 8.0);
    let points = vec![[from.right() + 3.0, from.y + 4.0], [start, y], [end, y], [to.x - 2.0, to.y + 6.0]];
    let stroke = Stroke::dashed(kit::ACROSS, 1.75);
    scene.add(Mark::Line { points, stroke, arrow: true });
    let words = tr(view.lang, "sic-shortcut");
    let middle = (start + end) / 2.0;
    let w = super::text_width(words, size) + 10.0;
    let behind_words = Area::new(middle - w / 2.0, y - 7.0, w, 14.0);
    scene.rect(behind_words, Some(Ink::solid(Paint::Panel)), None).tip(tr(view.lang, "sic-shortcut-tip"));
    scene.text([middle, y], words, size, Align::Middle, kit::ACROSS);
}

/// Multiply-adds of the depthwise convolutions against those of the projections.
fn draw_share(scene: &mut Scene, run: &StudyRun, view: &View<'_>, foot: Area, all: &[[NodeId; 5]]) {
    let size = TextSize::Small;
    let [depthwise, projection] = shares(run, all);
    let rgb = Paint::Rgb(palette::operator_mark("sic").0);
    let green = Paint::Rgb(palette::operator_mark("depthwise").0);
    let bar = Area::new(foot.x, foot.bottom() - 12.0, foot.w, 12.0);
    kit::bar(scene, bar, 1.0, rgb);
    let share = depthwise as f64 / (depthwise + projection).max(1) as f64;
    let own = Area::new(bar.x, bar.y, bar.w * share as f32, bar.h);
    scene.rect(own, Some(Ink::solid(green)), Some(Stroke::new(Paint::Text, 1.0)));
    scene.rect(bar, None, None).tip(tr(view.lang, "sic-share-tip"));
    let words = |key, macs: u64, share: f64| {
        tr_args(
            view.lang,
            key,
            &[("macs", numbers::count(macs).into()), ("share", numbers::percent(share).into())],
        )
    };
    let y = bar.y - 4.0 - LINE / 2.0;
    let left = fit(&words("sic-depthwise-macs", depthwise, share), size, foot.w / 2.0 - 8.0);
    let right = fit(&words("sic-projection-macs", projection, 1.0 - share), size, foot.w / 2.0 - 8.0);
    scene.text([foot.x, y], left, size, Align::Left, Paint::Text);
    scene.text([foot.right(), y], right, size, Align::Right, Paint::Text);
}

/// Multiply-adds of all depthwise convolutions and of all projections.
pub(super) fn shares(run: &StudyRun, all: &[[NodeId; 5]]) -> [u64; 2] {
    [1, 2].map(|place| all.iter().map(|nodes: &[NodeId; 5]| run.macs(nodes[place])).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene_checks::{check_figure, study};

    #[test]
    fn depthwise_takes_k2_of_k2_and_n() {
        for b in ["1", "3"] {
            let run = study("sic", &[("iterations", b)], 16, 12);
            let all = iterations(&run);
            assert_eq!(all.len().to_string(), b);
            let [depthwise, projection] = shares(&run, &all);
            // k = 3, n = 16: 9 / (9 + 16).
            assert_eq!(depthwise * 16, projection * 9);
            assert_eq!(depthwise + projection, run.cost.total.macs);
        }
    }

    #[test]
    fn each_iteration_adds_what_it_reads() {
        let run = study("sic", &[("iterations", "2")], 8, 8);
        let all = iterations(&run);
        assert_eq!(all[1][0], all[0][4]);
        for [from, _, projection, sum, relu] in all {
            let values = |id| run.value(id).data();
            let pairs = values(from).iter().zip(values(projection)).zip(values(sum).iter().zip(values(relu)));
            assert!(pairs.clone().all(|((a, p), (s, _))| (a + p - s).abs() < 1e-5));
            assert!({ pairs }.all(|(_, (s, r))| s.max(0.0) == *r));
        }
    }

    #[test]
    fn every_page_fits() {
        for b in ["1", "2", "8"] {
            let run = study("sic", &[("iterations", b)], 8, 12);
            (1..=pages(&run)).for_each(|page| check_figure(&Iterations, &run, &[("sic_page", page as i64)]));
        }
    }
}
