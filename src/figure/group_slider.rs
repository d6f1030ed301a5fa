//! From standard through group to depthwise convolution: the connection matrix for the current number of
//! groups, and the multiply-adds of every possible number.

use super::axes::{Axes, Span};
use super::links::{Links, reach};
use super::matrix::{self, Look};
use super::numbers::{count, percent};
use super::palette::operator_mark;
use super::parts::facts;
use super::{Align, Area, Figure, Ink, Mark, Paint, Scene, Stroke, StudyRun, Target, TextSize, View};
use crate::graph::{Op, Wiring};
use crate::text::{tr, tr_args};
use crate::variants::{self, Formula, Settings, Value};

/// One slider from standard to depthwise convolution.
#[derive(Debug)]
pub struct GroupSlider;

/// Cost at a number of groups.
struct Place {
    groups: usize,
    formula: Formula,
}

/// Every number of groups that divides both numbers of channels.
fn places(run: &StudyRun) -> Vec<Place> {
    let g = &run.study.geometry;
    let standard = variants::ALL[0];
    let shape = run.graph.shape(run.graph.inputs()[0]);
    // In a network a dilated kernel gets more padding; groups change nothing about the size of the map.
    let pixels = run.map().shape().plane() as u64;
    let legal = variants::Legal::common_divisors(g.in_channels, g.out_channels);
    let at = |i: usize| {
        let value = legal.value(i);
        let mut settings = Settings::default();
        if let Some(dilation) = run.study.settings.get("dilation") {
            settings.set("dilation", dilation.clone());
        }
        let groups = value.as_f64() as usize;
        settings.set("groups", value);
        let params = standard.formula(g, &settings.completed(standard, g), shape).params;
        Place { groups, formula: Formula { macs: params * pixels, params } }
    };
    (0..legal.len()).map(at).collect()
}

/// The number of groups of the operator as it was run.
fn current(run: &StudyRun) -> Option<usize> {
    run.convolutions().find_map(|(_, conv)| match conv.wiring {
        Wiring::Grouped(groups) => Some(groups),
        Wiring::Listed(_) => None,
    })
}

impl Figure for GroupSlider {
    fn name(&self) -> &'static str {
        "group_slider"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(8.0);
        let (left, right) = area.split_left(area.w * 0.46);
        let right = Area::new(right.x + 24.0, right.y, right.w - 24.0, right.h);
        let conv = run.graph.iter().find(|(_, node)| matches!(node.op, Op::Conv2d(_))).map(|(id, _)| id);
        let (Some(id), Some(groups)) = (conv, current(run)) else { return scene };
        let Some(links) = Links::of(&run.graph, id) else { return scene };

        let reached = reach(&run.graph, view.node, view.channel);
        let look = Look {
            colour: Paint::Rgb(operator_mark(run.study.variant).0),
            lang: view.lang,
            node: Some(id),
            lit: &reached[id.index()],
            marked: true,
        };
        let (matrix, _) = matrix::draw(&mut scene, left, &links, &look);

        let places = places(run);
        let kind = match groups {
            1 => "group-slider-standard",
            g if g == links.inputs => "group-slider-depthwise",
            _ => "group-slider-group",
        };
        let args = [("groups", groups.to_string().into())];
        let (title, rest) = right.split_top(26.0);
        let at = [title.x, title.centre()[1]];
        scene.text(at, tr_args(view.lang, kind, &args), TextSize::Heading, Align::Left, Paint::Text);
        let lang = view.lang;
        let dense = places.first().map_or(0, |p| p.formula.macs);
        let here = places.iter().find(|p| p.groups == groups);
        let (macs, weights) = here.map_or((0, 0), |p| (p.formula.macs, p.formula.params));
        let rest = facts(
            &mut scene,
            rest,
            &[
                (tr(lang, "matrix-connections"), count(links.connections() as u64)),
                (tr(lang, "matrix-taps"), count(weights)),
                (tr(lang, "matrix-macs"), count(macs)),
                (tr(lang, "matrix-share"), percent(macs as f64 / dense.max(1) as f64)),
            ],
        );
        curve(&mut scene, rest, run, view, &places, groups);
        let words = tr(lang, "matrix-axes");
        let at = [matrix.x, (matrix.bottom() + 12.0).min(area.bottom() - 4.0)];
        if matrix.bottom() + 16.0 <= area.bottom() {
            scene.text(at, words, TextSize::Small, Align::Left, Paint::Weak);
        }
        scene
    }
}

/// Multiply-adds against groups, both in equal factors.
fn curve(scene: &mut Scene, area: Area, run: &StudyRun, view: &View<'_>, places: &[Place], groups: usize) {
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return };
    let inner = Area::new(area.x + 46.0, area.y + 30.0, area.w - 60.0, area.h - 66.0);
    if inner.h < 40.0 {
        return;
    }
    let macs = |p: &Place| p.formula.macs.max(1) as f64;
    let x = Span { least: 1.0, most: last.groups.max(2) as f64, log: true };
    let y = Span { least: macs(last) / 1.6, most: macs(first) * 1.6, log: true };
    let axes = Axes { area: inner, x, y };
    let xs: Vec<(f64, String)> = places.iter().map(|p| (p.groups as f64, p.groups.to_string())).collect();
    let ys: Vec<(f64, String)> = places.iter().rev().map(|p| (macs(p), count(p.formula.macs))).collect();
    let names = [tr(view.lang, "setting-groups"), tr(view.lang, "matrix-macs")];
    axes.frame(scene, &xs, &ys, names);
    let colour = Paint::Rgb(operator_mark(run.study.variant).0);
    let values: Vec<(f64, f64)> = places.iter().map(|p| (p.groups as f64, macs(p))).collect();
    axes.curve(scene, &values, Stroke::new(colour, 2.0));
    // Only where groups are a setting can they be chosen here.
    let chooses = run.study.settings.get("groups").is_some();
    for place in places {
        let centre = axes.at(place.groups as f64, macs(place));
        let here = place.groups == groups;
        let (radius, paint) = if here { (6.5, Paint::Accent) } else { (4.0, colour) };
        if here {
            let drop_line = [centre, [centre[0], inner.bottom()]];
            scene.line(drop_line, Stroke::dashed(Paint::Accent, 1.0));
        }
        scene.add(Mark::Circle {
            centre,
            radius,
            fill: Some(Ink::solid(paint)),
            stroke: Some(Stroke::new(Paint::Panel, 1.5)),
        });
        let args = [
            ("groups", place.groups.to_string().into()),
            ("macs", count(place.formula.macs).into()),
            ("weights", count(place.formula.params).into()),
            ("share", percent(macs(place) / macs(first)).into()),
        ];
        let hit = scene.rect(Area::new(centre[0] - 11.0, centre[1] - 11.0, 22.0, 22.0), None, None);
        hit.tip(tr_args(view.lang, "group-slider-tip", &args));
        if chooses {
            hit.on_click(Target::Setting("groups", Value::Integer(place.groups as i64)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::testing::{scene, study};

    #[test]
    fn the_curve_meets_the_operator_at_its_place() {
        for (variant, settings, groups) in [
            ("standard", vec![], 1),
            ("standard", vec![("groups", "8"), ("dilation", "2")], 8),
            ("group", vec![("groups", "4")], 4),
            ("depthwise", vec![], 16),
        ] {
            let run = study(variant, &settings, 16, 16, 3);
            assert_eq!(current(&run), Some(groups));
            let places = places(&run);
            assert_eq!(places.iter().map(|p| p.groups).collect::<Vec<_>>(), [1, 2, 4, 8, 16]);
            let here = places.iter().find(|p| p.groups == groups).unwrap();
            assert_eq!(here.formula.macs, run.cost.total.macs, "{variant}");
            assert_eq!(here.formula.params, run.cost.total.params, "{variant}");
            assert_eq!(places[0].formula.macs, 16 * places[4].formula.macs);
        }
    }

    #[test]
    fn every_place_can_be_chosen_where_groups_are_a_setting() {
        let chosen = |variant: &str| -> Vec<Value> {
            let run = study(variant, &[], 12, 12, 3);
            let items = scene("group_slider", &run, 0, &[]).items;
            let setting = |item: super::super::Item| match item.target {
                Some(Target::Setting("groups", value)) => Some(value),
                _ => None,
            };
            items.into_iter().filter_map(setting).collect()
        };
        assert_eq!(chosen("standard"), [1, 2, 3, 4, 6, 12].map(Value::Integer));
        assert_eq!(chosen("depthwise"), []);
    }
}
