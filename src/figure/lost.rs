//! OctConv: what pooling takes from the maps of the low branch.

use super::behind::channels_behind;
use super::octave_parts::Octave;
use super::parts::{LINE, fit};
use super::plane::{Card, Plane};
use super::{Align, Area, Figure, Ink, Paint, Scene, Stroke, StudyRun, Target, TextSize, View};
use super::{kit, numbers, palette};
use crate::graph::{NodeId, Op, PoolKind};
use crate::text::{tr, tr_args};

/// What the low branch lost.
#[derive(Debug)]
pub struct Lost;

/// The pooling in front of the low branch: of its own maps where the operator stands between plain
/// tensors, else of the high maps on their way down.
pub(super) fn pooling(run: &StudyRun) -> Option<NodeId> {
    let is_mean =
        |id: &NodeId| matches!(run.graph.node(*id).op, Op::Pool2d(p) if p.kind == PoolKind::Average);
    run.node("split_low_pool").or_else(|| run.node("high_to_low_pool")).filter(is_mean)
}

/// A channel before pooling, after it (each value at its 2x2 places again), and the difference.
pub(super) fn loss(run: &StudyRun, pool: NodeId, channel: usize) -> [Plane; 3] {
    let before = Plane::of(run, run.graph.node(pool).inputs[0], channel);
    let after = Plane::of(run, pool, channel).upsampled(2, before.width, before.height);
    let lost = before.with(&after, |a, b| a - b);
    [before, after, lost]
}

/// Norm of what is lost relative to the norm of the map; 0 for a map of zeros.
pub(super) fn relative([before, _, lost]: &[Plane; 3]) -> f64 {
    let norm = before.norm();
    if norm > 0.0 { lost.norm() / norm } else { 0.0 }
}

impl Figure for Lost {
    fn name(&self) -> &'static str {
        "lost"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let Some(octave) = Octave::of(run) else { return kit::other_operator(view) };
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(10.0);
        let Some(pool) = pooling(run) else {
            let words = tr(view.lang, "octave-nothing-pooled");
            scene.text(area.centre(), words, TextSize::Body, Align::Middle, Paint::Weak);
            return scene;
        };
        let chosen = channel(run, view, &octave, pool);
        let strip = (area.h * 0.24).max(70.0);
        let (maps, bars) = area.split_top(area.h - strip);
        draw_maps(&mut scene, run, view, maps, pool, chosen);
        draw_bars(&mut scene, run, view, bars, pool, chosen);
        scene
    }
}

/// The channel in front of the pooling that the chosen output channel reads most.
fn channel(run: &StudyRun, view: &View<'_>, octave: &Octave, pool: NodeId) -> usize {
    let (high, low) = octave.channels(run, kit::chosen(run, view));
    let from = octave.low_out.zip(low).unwrap_or((octave.high_out, high));
    let behind = channels_behind(&run.graph, from.0, from.1);
    let other = channels_behind(&run.graph, octave.high_out, high);
    behind[pool.index()].or(other[pool.index()]).unwrap_or(kit::chosen(run, view) % run.graph.shape(pool).c)
}

fn draw_maps(scene: &mut Scene, run: &StudyRun, view: &View<'_>, area: Area, pool: NodeId, chosen: usize) {
    let planes = loss(run, pool, chosen);
    let signs = ["−", "="];
    let input = run.graph.node(pool).inputs[0];
    let shared = planes[0].range();
    let relative = relative(&planes);
    let [before, after, lost] = &planes;
    let args = [("channel", chosen.to_string().into())];
    let mut pictures = Vec::new();
    for (i, (key, plane)) in
        [("octave-before", before), ("octave-after", after), ("octave-lost", lost)].into_iter().enumerate()
    {
        let mut card = Card::new(tr_args(view.lang, key, &args), plane).tip(tr(
            view.lang,
            match i {
                0 => "octave-before-tip",
                1 => "octave-after-tip",
                _ => "octave-lost-tip",
            },
        ));
        match i {
            0 => card = card.from(input, chosen),
            1 => card = card.from(pool, chosen).range(shared),
            _ => {}
        }
        pictures.push(card.draw(scene, area.column(i, 3, 34.0)));
    }
    for (pair, sign) in pictures.windows(2).zip(signs) {
        let x = (pair[0].right() + pair[1].x) / 2.0;
        scene.text([x, pair[0].centre()[1]], sign, TextSize::Heading, Align::Middle, Paint::Text);
    }
    let text = tr_args(view.lang, "octave-relative", &[("share", numbers::percent(relative).into())]);
    let last = pictures[2];
    let cell = area.column(2, 3, 34.0);
    let text = fit(&text, TextSize::Small, cell.w + 30.0);
    let at = [last.centre()[0], last.bottom() + LINE * 1.5];
    scene.text(at, text, TextSize::Small, Align::Middle, Paint::Accent);
}

/// The relative loss of every channel; the chosen one stands out, a click chooses another.
fn draw_bars(scene: &mut Scene, run: &StudyRun, view: &View<'_>, area: Area, pool: NodeId, chosen: usize) {
    let input = run.graph.node(pool).inputs[0];
    let channels = run.graph.shape(pool).c;
    let shown = channels.min((area.w / 3.0) as usize).max(1);
    let shares: Vec<f64> = (0..shown).map(|c| relative(&loss(run, pool, c))).collect();
    let most = shares.iter().copied().fold(0.0, f64::max);
    let (head, bars) = area.split_top(area.h - (area.h - LINE - 16.0).max(20.0));
    let words = tr_args(
        view.lang,
        "octave-loss-bars",
        &[
            ("shown", shown.to_string().into()),
            ("channels", channels.to_string().into()),
            ("most", numbers::percent(most).into()),
        ],
    );
    let y = head.bottom() - LINE / 2.0 - 4.0;
    let words = fit(&words, TextSize::Small, area.w);
    scene.text([area.x, y], words, TextSize::Small, Align::Left, Paint::Text);
    let paint = Paint::Rgb(palette::operator_mark("octave").0);
    let gap = if bars.w / shown as f32 > 6.0 { 2.0 } else { 0.5 };
    for (c, &share) in shares.iter().enumerate() {
        let cell = bars.column(c, shown, gap);
        let h = if most > 0.0 { cell.h * (share / most) as f32 } else { 0.0 };
        let fill = if c == chosen { Paint::Accent } else { paint };
        scene.rect(Area::new(cell.x, cell.bottom() - h, cell.w, h), Some(Ink::solid(fill)), None);
        let tip = tr_args(
            view.lang,
            "octave-loss-tip",
            &[("channel", c.to_string().into()), ("share", numbers::percent(share).into())],
        );
        // The whole column answers the pointer, not the bar alone.
        scene.rect(cell, None, None).tip(tip).on_click(Target::Channel(input, c));
    }
    let y = bars.bottom();
    scene.line([[bars.x, y], [bars.right(), y]], Stroke::new(Paint::Line, 1.0));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene_checks::{check_figure, study, study_on};
    use crate::tensor::{HostTensor, Shape};

    #[test]
    fn a_constant_loses_nothing() {
        let shape = Shape::new(1, 8, 12, 12);
        let value = |i: usize| (i / shape.plane()) as f32 - 2.5;
        let input = HostTensor::new(shape, (0..shape.elements()).map(value).collect());
        let run = study_on("octave", &[], input);
        let pool = pooling(&run).expect("pools");
        for c in 0..run.graph.shape(pool).c {
            let planes = loss(&run, pool, c);
            assert!(planes[2].values.iter().all(|&v| v == 0.0));
            assert_eq!(relative(&planes), 0.0);
        }
    }

    #[test]
    fn a_checkerboard_loses_all_of_it() {
        let shape = Shape::new(1, 8, 12, 12);
        let value = |i: usize| if (i % 12 + i / 12).is_multiple_of(2) { 1.0 } else { -1.0 };
        let run = study_on("octave", &[], HostTensor::new(shape, (0..shape.elements()).map(value).collect()));
        let pool = pooling(&run).expect("pools");
        assert!((relative(&loss(&run, pool, 0)) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_lost_and_what_is_kept_are_the_map() {
        // Odd sides too: the last window averages its valid pixels.
        for side in [12, 13] {
            let run = study("octave", &[], 16, side);
            let pool = pooling(&run).expect("pools");
            let [before, after, lost] = loss(&run, pool, 2);
            assert_eq!(before.values, run.value(run.graph.node(pool).inputs[0]).channel(0, 2));
            let sum = after.with(&lost, |a, b| a + b);
            assert!(sum.values.iter().zip(&before.values).all(|(a, b)| (a - b).abs() < 1e-5));
            // The mean of a window is what is kept: the differences within it cancel.
            let window = |x: usize, y: usize| lost.values[y * side + x];
            assert!((window(0, 0) + window(1, 0) + window(0, 1) + window(1, 1)).abs() < 1e-5);
        }
    }

    #[test]
    fn it_fits_at_every_alpha() {
        for alpha in ["0", "0.125", "0.5", "0.875"] {
            let run = study("octave", &[("alpha_in", alpha), ("alpha_out", "0.5")], 16, 14);
            check_figure(&Lost, &run, &[]);
        }
        let run = study("octave", &[("alpha_in", "0"), ("alpha_out", "0")], 16, 14);
        check_figure(&Lost, &run, &[]);
    }
}
