//! The L1 norms that condensing goes by: one bar for each group and place, those kept in the group's
//! colour.

use super::condensing::Condensing;
use super::parts::{LINE, sentences};
use super::stages::{stage, stage_knob, stage_line};
use super::{
    Align, Area, Figure, Ink, Knob, Paint, Scene, Stroke, StudyRun, Target, TextSize, View, text_width,
};
use crate::graph::Origin;
use crate::text::{tr, tr_args};

/// Least height of a row of bars in points.
const LEAST: f32 = 26.0;
/// Least width of a bar.
const BAR: f32 = 2.0;

/// L1 bars per group.
#[derive(Debug)]
pub struct L1Bars;

/// Whether bars stand in the order of their size.
const SORTED: Knob = Knob::switch("sorted", false);

impl Figure for L1Bars {
    fn name(&self) -> &'static str {
        "l1_bars"
    }

    fn knobs(&self, run: &StudyRun) -> Vec<Knob> {
        let mut knobs = stage_knob(run);
        knobs.push(SORTED);
        knobs
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let Some(condensing) = Condensing::of(run) else { return scene };
        let lang = view.lang;
        let now = stage(&condensing, view);
        let area = scene.area().shrunk(8.0);
        let area = stage_line(&mut scene, area, &condensing, now, lang);
        let (body, note) = area.split_top(area.h - 2.0 * LINE - 6.0);
        let (_, note) = note.split_top(6.0);
        let label = text_width(&tr_args(lang, "l1-group", &[("group", "00".into())]), TextSize::Small) + 10.0;
        let groups = ((body.h / LEAST) as usize).clamp(1, condensing.groups);
        let places = (((body.w - label) / BAR) as usize).clamp(1, condensing.places());
        let (norms, dropped) = (condensing.norms(), condensing.dropped());
        let mask = condensing.mask(now);
        let before = condensing.mask(now.saturating_sub(1));
        let most = norms.iter().flatten().copied().fold(f64::MIN_POSITIVE, f64::max);
        let node = if condensing.by_output { condensing.source } else { run.output() };
        let sorted = SORTED.value(view.knobs) == 1;
        for group in 0..groups {
            let row = body.row(group, groups, 4.0);
            let name = tr_args(lang, "l1-group", &[("group", group.to_string().into())]);
            let colour = Paint::Rgb(Condensing::colour(group));
            let text_y = row.bottom() - 7.0;
            scene.text([row.x, text_y], name, TextSize::Small, Align::Left, Paint::Weak);
            let bars = Area::new(row.x + label, row.y, row.w - label, row.h);
            let mut order: Vec<usize> = (0..condensing.places()).collect();
            if sorted {
                order.sort_by(|&a, &b| norms[group][b].total_cmp(&norms[group][a]));
            }
            let width = (bars.w / places as f32).min(64.0);
            let gap = if width >= 4.0 { 1.0 } else { 0.0 };
            for (at, &place) in order.iter().take(places).enumerate() {
                let height = (norms[group][place] / most) as f32 * (bars.h - 2.0);
                let x = bars.x + at as f32 * width;
                let bar = Area::new(x, bars.bottom() - height, width - gap, height);
                let chosen = node == view.node && place == view.channel;
                let (fill, stroke) = match (mask[group][place], before[group][place]) {
                    (true, _) => (Ink::solid(colour), None),
                    // Dropped at this stage: an outline that stays.
                    (false, true) => (Ink::faded(colour, 0.25), Some(Stroke::new(colour, 1.0))),
                    (false, false) => (Ink::faded(Paint::Weak, 0.28), None),
                };
                scene.rect(bar, fill, stroke.filter(|_| width >= 4.0));
                if chosen {
                    let mark = Area::new(bar.x, bars.bottom() + 0.5, bar.w.max(2.0), 2.5);
                    scene.rect(mark, Ink::solid(Paint::Accent), None);
                }
                let fate = match dropped[group][place] {
                    Some(n) => tr_args(lang, "l1-dropped", &[("stage", n.to_string().into())]),
                    None => tr(lang, "l1-kept").to_owned(),
                };
                let args = [
                    ("group", group.to_string().into()),
                    ("place", place.to_string().into()),
                    ("norm", super::numbers::value(norms[group][place] as f32).into()),
                    ("fate", fate.into()),
                ];
                let key = if condensing.by_output { "l1-input-tip" } else { "l1-output-tip" };
                scene
                    .rect(Area::new(x, bars.y, width, bars.h), None, None)
                    .on_click(Target::Channel(node, place))
                    .tip(tr_args(lang, key, &args));
            }
            let end = bars.x + width * places as f32;
            let base = [[bars.x, bars.bottom()], [end, bars.bottom()]];
            scene.line(base, Stroke::new(Paint::Line, 1.0));
        }
        let key = if condensing.by_output { "l1-note-inputs" } else { "l1-note-outputs" };
        let mut words = tr(lang, key).to_owned();
        if groups < condensing.groups || places < condensing.places() {
            let args = [
                ("groups", groups.to_string().into()),
                ("all_groups", condensing.groups.to_string().into()),
                ("places", places.to_string().into()),
                ("all_places", condensing.places().to_string().into()),
            ];
            words = sentences(lang, &[&words, &tr_args(lang, "l1-part", &args)]);
        }
        if run.origin == Origin::Seeded {
            words = sentences(lang, &[&words, tr(lang, "figure-seeded")]);
        }
        super::parts::paragraph(&mut scene, note, &words, Paint::Weak);
        scene
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Mark;
    use crate::figure::testing::{scene, study};

    #[test]
    fn solid_bars_are_the_kept_ones_at_every_stage() {
        let run = study("sfr", &[("groups", "4"), ("sparsity", "8")], 32, 16, 1);
        for stage in 0..8 {
            let picture = scene("l1_bars", &run, 0, &[("stage", stage)]);
            let solid = |mark: &Mark| match mark {
                Mark::Rect { fill: Some(ink), .. } => matches!(ink.paint, Paint::Rgb(_)) && ink.alpha == 1.0,
                _ => false,
            };
            let kept = picture.items.iter().filter(|item| solid(&item.mark)).count();
            assert_eq!(kept, 4 * (32 - stage as usize * 4), "stage {stage}");
        }
    }

    #[test]
    fn tips_tell_when_a_pair_goes() {
        let run = study("learned_group", &[("groups", "2"), ("condensation", "4")], 8, 8, 1);
        let tips: Vec<String> =
            scene("l1_bars", &run, 0, &[]).items.into_iter().filter_map(|item| item.tip).collect();
        let count = |words: &str| tips.iter().filter(|tip| tip.contains(words)).count();
        // Two groups drop two of eight inputs at each of three stages.
        for stage in 1..4 {
            assert_eq!(count(&format!("dropped at stage {stage}")), 4, "{tips:?}");
        }
        assert_eq!(count("kept"), 4);
    }
}
