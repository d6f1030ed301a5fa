//! SPConv: the gate. Both means of every channel, the weight they give, and the result with and without it.

use super::parts::{LINE, fit, paragraph};
use super::plane::{Card, Plane};
use super::split::SpConv;
use super::{Align, Area, Figure, Ink, Knob, Paint, Scene, Stroke, StudyRun, Target, TextSize, View};
use super::{kit, numbers};
use crate::text::{tr, tr_args};

/// SPConv's fusion.
#[derive(Debug)]
pub struct Fusion;

/// Off: the plain mean of both branches.
const FUSION: Knob = Knob::switch("fusion", true);

/// The chosen channel as `w A + (1 - w) B`, with the gate's weight or with one half.
pub(super) fn fused(run: &StudyRun, sp: SpConv, channel: usize, gated: bool) -> Plane {
    let w = if gated { run.value(sp.gate).at(0, channel, 0, 0) } else { 0.5 };
    let [a, b] = [sp.a, sp.b].map(|id| Plane::of(run, id, channel));
    a.with(&b, |a, b| w * a + (1.0 - w) * b)
}

impl Figure for Fusion {
    fn name(&self) -> &'static str {
        "fusion"
    }

    fn knobs(&self, _: &StudyRun) -> Vec<Knob> {
        vec![FUSION]
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let Some(sp) = SpConv::of(run) else { return kit::other_operator(view) };
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(10.0);
        let chosen = kit::chosen(run, view);
        let (left, right) = area.split_left(area.w * 0.6);
        draw_bars(&mut scene, run, view, sp, Area { w: left.w - 28.0, ..left }, chosen);
        draw_maps(&mut scene, run, view, sp, right, chosen);
        scene
    }
}

/// Three rows of bars: both means, and the weight of the representative branch.
fn draw_bars(scene: &mut Scene, run: &StudyRun, view: &View<'_>, sp: SpConv, area: Area, chosen: usize) {
    let size = TextSize::Small;
    let note = 4.0 * LINE + 6.0;
    let (area, foot) = area.split_top(area.h - note);
    let channels = run.graph.shape(sp.gate).c;
    let shown = channels.min((area.w / 3.0) as usize).max(1);
    let values = |id| -> Vec<f32> { run.value(id).data()[..shown].to_vec() };
    let rows = [
        ("fusion-mean-a", values(sp.means[0]), kit::WITHIN),
        ("fusion-mean-b", values(sp.means[1]), kit::ACROSS),
        ("fusion-weight", values(sp.gate), kit::WITHIN),
    ];
    // Both means on one scale.
    let most = rows[..2].iter().flat_map(|(_, v, _)| v).fold(0.0_f32, |m, v| m.max(v.abs()));
    for (i, (key, values, paint)) in rows.into_iter().enumerate() {
        let row = area.row(i, 3, 10.0);
        let (head, plot) = row.split_top(LINE);
        let plot = Area { h: plot.h - 3.0, ..plot };
        let own = values.get(chosen).copied();
        let number = own.map_or_else(String::new, |v| {
            let v = if i == 2 { format!("{v:.3}") } else { numbers::value(v) };
            tr_args(view.lang, "fusion-own", &[("channel", chosen.to_string().into()), ("value", v.into())])
        });
        let room = head.w - super::text_width(&number, size) - 10.0;
        let y = head.centre()[1];
        scene.text([head.x, y], fit(tr(view.lang, key), size, room), size, Align::Left, Paint::Text);
        scene.text([head.right(), y], number, size, Align::Right, Paint::Text);
        if i == 2 {
            weights(scene, view, sp, plot, &values, chosen);
        } else {
            means(scene, view, sp, plot, (&values, most), paint, chosen);
        }
    }
    let mut words = tr(view.lang, "fusion-note").to_owned();
    if shown < channels {
        let args = [("shown", shown.to_string().into()), ("channels", channels.to_string().into())];
        words = format!("{} {words}", tr_args(view.lang, "fusion-shown", &args));
    }
    paragraph(scene, Area { y: foot.y + 6.0, h: foot.h - 4.0, ..foot }, &words, Paint::Weak);
}

/// Bars from a line of zero, upwards and downwards.
fn means(
    scene: &mut Scene,
    view: &View<'_>,
    sp: SpConv,
    plot: Area,
    (values, most): (&[f32], f32),
    paint: Paint,
    chosen: usize,
) {
    let zero = plot.centre()[1];
    for (c, &value) in values.iter().enumerate() {
        let cell = plot.column(c, values.len(), gap(plot, values.len()));
        let h = if most > 0.0 { plot.h / 2.0 * value.abs() / most } else { 0.0 };
        let y = if value < 0.0 { zero } else { zero - h };
        let fill = if c == chosen { Paint::Text } else { paint };
        scene.rect(Area::new(cell.x, y, cell.w, h), Some(Ink::solid(fill)), None);
        answer(scene, view, sp, cell, c, numbers::value(value));
    }
    scene.line([[plot.x, zero], [plot.right(), zero]], Stroke::new(Paint::Weak, 1.0));
}

/// Bars of two colours that fill the height: what each branch gets.
fn weights(scene: &mut Scene, view: &View<'_>, sp: SpConv, plot: Area, values: &[f32], chosen: usize) {
    for (c, &value) in values.iter().enumerate() {
        let cell = plot.column(c, values.len(), gap(plot, values.len()));
        let (upper, lower) = cell.split_top(cell.h * (1.0 - value.clamp(0.0, 1.0)));
        let strength = if c == chosen { 1.0 } else { 0.62 };
        scene.rect(upper, Some(Ink::faded(kit::ACROSS, strength)), None);
        scene.rect(lower, Some(Ink::faded(kit::WITHIN, strength)), None);
        if c == chosen {
            scene.rect(cell.shrunk(-1.0), None, Some(Stroke::new(Paint::Text, 1.5)));
        }
        answer(scene, view, sp, cell, c, format!("{value:.4}"));
    }
    let half = plot.centre()[1];
    scene.line([[plot.x, half], [plot.right(), half]], Stroke::dashed(Paint::Text, 1.0));
}

fn gap(plot: Area, count: usize) -> f32 {
    if plot.w / count as f32 > 6.0 { 2.0 } else { 0.5 }
}

/// The whole column answers the pointer.
fn answer(scene: &mut Scene, view: &View<'_>, sp: SpConv, cell: Area, channel: usize, value: String) {
    let args = [("channel", channel.to_string().into()), ("value", value.into())];
    let tip = tr_args(view.lang, "fusion-own", &args);
    scene.rect(cell, None, None).tip(tip).on_click(Target::Channel(sp.result, channel));
}

/// Both branches, and the result with or without the gate.
fn draw_maps(scene: &mut Scene, run: &StudyRun, view: &View<'_>, sp: SpConv, area: Area, chosen: usize) {
    let gated = FUSION.value(view.knobs) == 1;
    let [a, b] = [sp.a, sp.b].map(|id| Plane::of(run, id, chosen));
    let range = a.range().union(b.range());
    let (above, below) = area.split_top(area.h * 0.4);
    let cards = [("split-branch-a", &a, sp.a, 0), ("split-branch-b", &b, sp.b, 1)];
    let mut pictures = Vec::new();
    for (key, plane, id, place) in cards {
        let card = Card::new(tr(view.lang, key), plane).range(range).from(id, chosen);
        pictures.push(card.tip(tr(view.lang, "fusion-branch-tip")).draw(scene, above.column(place, 2, 16.0)));
    }
    let result = fused(run, sp, chosen, gated);
    let w = if gated { run.value(sp.gate).at(0, chosen, 0, 0) } else { 0.5 };
    let title = format!("{w:.3} · A + {:.3} · B", 1.0 - w);
    let room = Area { y: below.y + 18.0, h: below.h - 18.0 - 2.0 * LINE - 2.0, ..below };
    let mut card = Card::new(title, &result).range(range).tip(tr(view.lang, "fusion-result-tip"));
    if gated {
        card = card.from(sp.result, chosen);
    }
    let at = card.draw(scene, room);
    for (picture, paint) in pictures.iter().zip([kit::WITHIN, kit::ACROSS]) {
        let x = picture.centre()[0];
        let middle = super::text_width("0.000 · A + 0.000 · B", TextSize::Small) / 2.0 + 10.0;
        let to = if x < at.centre()[0] { at.centre()[0] - middle } else { at.centre()[0] + middle };
        let stroke =
            if paint == kit::WITHIN { Stroke::new(paint, 1.75) } else { Stroke::dashed(paint, 1.75) };
        let y = picture.bottom() + LINE;
        scene.arrow([[x, y + 2.0], [to, at.y - LINE * 0.5]], stroke);
    }
    let change = {
        let [with, without] = [true, false].map(|gated| fused(run, sp, chosen, gated));
        let norm = with.norm();
        if norm > 0.0 { with.with(&without, |a, b| a - b).norm() / norm } else { 0.0 }
    };
    let key = if gated { "fusion-is-on" } else { "fusion-is-off" };
    let text = tr_args(view.lang, key, &[("change", numbers::percent(change).into())]);
    let foot = Area::new(area.x, area.bottom() - 2.0 * LINE, area.w, 2.0 * LINE);
    let ink = if gated { Paint::Weak } else { Paint::Accent };
    paragraph(scene, foot, &text, ink);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Mark;
    use crate::figure::scene_checks::{check_figure, draw, study};
    use crate::text::Lang;

    #[test]
    fn the_gated_map_is_the_operators_and_the_other_is_the_mean() {
        let run = study("spconv", &[], 16, 12);
        let sp = SpConv::of(&run).expect("spconv");
        for channel in 0..16 {
            let gated = fused(&run, sp, channel, true);
            let own = run.map().channel(0, channel);
            assert!(gated.values.iter().zip(own).all(|(a, b)| (a - b).abs() < 1e-5));
            let mean = fused(&run, sp, channel, false);
            let halves = run.value(sp.a).channel(0, channel).iter().zip(run.value(sp.b).channel(0, channel));
            assert!(mean.values.iter().zip(halves).all(|(m, (a, b))| (m - (a + b) / 2.0).abs() < 1e-6));
        }
    }

    #[test]
    fn bars_are_the_values_of_the_nodes() {
        let run = study("spconv", &[], 16, 12);
        let sp = SpConv::of(&run).expect("spconv");
        let scene = draw(&Fusion, &run, Lang::En, [1500.0, 1000.0], &[]);
        let fills = |paint: Paint, alpha: f32| -> Vec<f32> {
            let height = |mark: &Mark| match mark {
                Mark::Rect { area, fill: Some(ink), .. } if *ink == Ink::faded(paint, alpha) => Some(area.h),
                _ => None,
            };
            scene.items.iter().filter_map(|item| height(&item.mark)).collect()
        };
        // Channel 1 is chosen and drawn in the colour of text.
        let others = |id| run.value(id).data().iter().enumerate().filter(|(c, _)| *c != 1).map(|(_, &v)| v);
        let most = sp.means.iter().flat_map(|&id| run.value(id).data()).fold(0.0_f32, |m, v| m.max(v.abs()));
        let heights = fills(kit::WITHIN, 1.0);
        // The last one is the chosen channel's weight.
        let scale = heights[0] / others(sp.means[0]).next().expect("bars").abs();
        for (h, v) in heights.iter().zip(others(sp.means[0])) {
            assert!((h - v.abs() * scale).abs() < 1e-2, "{h} {v}");
        }
        assert!(most * scale > 0.0);
        let below = fills(kit::WITHIN, 0.62);
        let above = fills(kit::ACROSS, 0.62);
        for ((low, high), w) in below.iter().zip(&above).zip(others(sp.gate)) {
            assert!((low / (low + high) - w).abs() < 1e-4, "{low} {high} {w}");
        }
        assert_eq!(below.len(), 15);
    }

    #[test]
    fn it_fits_with_and_without_the_gate() {
        let run = study("spconv", &[], 16, 12);
        (0..2).for_each(|on| check_figure(&Fusion, &run, &[("fusion", on)]));
        check_figure(&Fusion, &study("spconv", &[], 256, 4), &[]);
    }
}
