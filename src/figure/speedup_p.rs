//! Theoretical speed-up of HetConv against P, with its limit `k^2`, as the formula says and as the
//! published code runs it, beside the factorised convolutions.

use super::axes::{Axes, Span};
use super::palette::operator_mark;
use super::parts::LINE;
use super::{
    Align, Area, Figure, Ink, Mark, Paint, Scene, Stroke, StudyRun, Target, TextSize, View, text_width,
};
use crate::graph::NodeId;
use crate::text::{Lang, tr, tr_args};
use crate::variants::{self, Settings, Value};

/// Speed-up against P.
#[derive(Debug)]
pub struct SpeedupP;

/// A curve: pairs of P and speed-up.
type Curve = Vec<(usize, f64)>;

struct Curves {
    /// HetConv by its formula, which is also what the executors of this application run.
    written: Curve,
    /// The published code: a group convolution and a full pointwise one side by side, where P divides.
    executed: Curve,
    /// Group convolution with P groups, then a pointwise one.
    group_pointwise: Curve,
    /// Depthwise, then pointwise.
    depthwise_pointwise: f64,
}

/// Multiply-adds of an operator with one setting on the geometry of the study.
fn macs(run: &StudyRun, variant: &str, setting: Option<(&str, usize)>) -> Option<u64> {
    let operator = variants::find(variant)?;
    let g = &run.study.geometry;
    let mut settings = Settings::default();
    if variant == run.study.variant {
        settings = run.study.settings.clone();
    }
    if let Some((name, value)) = setting {
        settings.set(name, Value::Integer(value as i64));
    }
    let settings = settings.completed(operator, g);
    settings.check(operator, g).ok()?;
    Some(operator.formula(g, &settings, input(run)).macs)
}

fn input(run: &StudyRun) -> crate::tensor::Shape {
    let first: NodeId = run.graph.inputs()[0];
    run.graph.shape(first)
}

fn curves(run: &StudyRun) -> Option<Curves> {
    let g = &run.study.geometry;
    let (m, n) = (g.in_channels, g.out_channels);
    let dense = run.standard.macs;
    let pixels = g.output(input(run)).plane();
    let curve = |at: &dyn Fn(usize) -> Option<u64>| -> Curve {
        (1..=m).filter_map(|p| Some((p, dense as f64 / at(p)? as f64))).collect()
    };
    let executed = |p: usize| {
        let divides = m.is_multiple_of(p) && n.is_multiple_of(p);
        divides.then(|| (pixels * n * (g.area() * m / p + m)) as u64)
    };
    Some(Curves {
        written: curve(&|p| macs(run, "hetconv", Some(("part", p)))),
        executed: curve(&executed),
        group_pointwise: curve(&|p| macs(run, "group_pointwise", Some(("groups", p)))),
        depthwise_pointwise: dense as f64 / macs(run, "depthwise_separable", None)? as f64,
    })
}

/// `5.26×`.
fn times(speedup: f64) -> String {
    format!("{speedup:.2}×")
}

impl Figure for SpeedupP {
    fn name(&self) -> &'static str {
        "speedup_p"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let Some(curves) = curves(run) else { return scene };
        let g = &run.study.geometry;
        let lang = view.lang;
        let limit = g.area() as f64;
        let area = scene.area().shrunk(8.0);
        let (left, right) = area.split_left(area.w - 250.0);
        let plot = Area::new(left.x + 40.0, left.y + 22.0, left.w - 52.0, left.h - 60.0);
        let highest = curves.group_pointwise.iter().chain(&curves.written).map(|c| c.1).fold(limit, f64::max);
        let axes = Axes {
            area: plot,
            x: Span { least: 1.0, most: g.in_channels.max(2) as f64, log: true },
            y: Span { least: 0.0, most: highest * 1.06, log: false },
        };
        let powers = (0..).map(|n| 1_usize << n).take_while(|&p| p <= g.in_channels);
        let xs: Vec<(f64, String)> = powers.map(|p| (p as f64, p.to_string())).collect();
        let step = if highest > 30.0 {
            10
        } else if highest > 12.0 {
            5
        } else {
            1
        };
        let ys: Vec<(f64, String)> =
            (0..=highest as usize).step_by(step).map(|v| (v as f64, format!("{v}×"))).collect();
        axes.frame(&mut scene, &xs, &ys, ["P", tr(lang, "speedup-axis")]);
        let colours = colours();
        let [[_, y], right_end] = [axes.at(1.0, limit), [plot.right(), axes.at(1.0, limit)[1]]];
        scene.line([[plot.x, y], right_end], Stroke::dashed(Paint::Text, 1.5));
        let flat = [(1.0, curves.depthwise_pointwise), (g.in_channels as f64, curves.depthwise_pointwise)];
        axes.curve(&mut scene, &flat, colours.depthwise);
        let float = |c: &Curve| -> Vec<(f64, f64)> { c.iter().map(|&(p, s)| (p as f64, s)).collect() };
        axes.curve(&mut scene, &float(&curves.group_pointwise), colours.group);
        axes.curve(&mut scene, &float(&curves.executed), colours.executed);
        axes.curve(&mut scene, &float(&curves.written), colours.written);
        points(&mut scene, run, view, &axes, &curves);
        legend(&mut scene, Area::new(right.x + 8.0, right.y, right.w - 8.0, right.h), run, lang, &curves);
        scene
    }
}

struct Colours {
    written: Stroke,
    executed: Stroke,
    group: Stroke,
    depthwise: Stroke,
}

fn colours() -> Colours {
    let of = |variant: &str| Paint::Rgb(operator_mark(variant).0);
    Colours {
        written: Stroke::new(of("hetconv"), 2.5),
        executed: Stroke::dashed(of("hetconv"), 1.5),
        group: Stroke::new(of("group_pointwise"), 1.75),
        depthwise: Stroke::new(of("depthwise_separable"), 1.75),
    }
}

/// The current P marked; values of P that divide the channels can be chosen.
fn points(scene: &mut Scene, run: &StudyRun, view: &View<'_>, axes: &Axes, curves: &Curves) {
    let m = run.study.geometry.in_channels;
    let current = run.study.settings.integer("part");
    let colour = Paint::Rgb(operator_mark("hetconv").0);
    for &(p, speedup) in curves.written.iter().filter(|(p, _)| m.is_multiple_of(*p) || *p == current) {
        let here = p == current;
        let centre = axes.at(p as f64, speedup);
        if here {
            scene.line([centre, [centre[0], axes.area.bottom()]], Stroke::dashed(Paint::Accent, 1.0));
        }
        let (radius, paint) = if here { (6.5, Paint::Accent) } else { (4.0, colour) };
        let stroke = Some(Stroke::new(Paint::Panel, 1.5));
        scene.add(Mark::Circle { centre, radius, fill: Some(Ink::solid(paint)), stroke });
        let args = [("part", p.to_string().into()), ("speedup", times(speedup).into())];
        scene
            .rect(Area::new(centre[0] - 10.0, centre[1] - 10.0, 20.0, 20.0), None, None)
            .on_click(Target::Setting("part", Value::Integer(p as i64)))
            .tip(tr_args(view.lang, "speedup-tip", &args));
    }
}

/// Each curve with its value at the current P.
fn legend(scene: &mut Scene, area: Area, run: &StudyRun, lang: Lang, curves: &Curves) {
    let current = run.study.settings.integer("part");
    let at = |c: &Curve| c.iter().find(|(p, _)| *p == current).map(|(_, speedup)| *speedup);
    let colours = colours();
    let (title, mut rest) = area.split_top(24.0);
    scene.text(
        [area.x, title.centre()[1]],
        tr_args(lang, "speedup-at", &[("part", current.to_string().into())]),
        TextSize::Body,
        Align::Left,
        Paint::Accent,
    );
    let limit = Stroke::dashed(Paint::Text, 1.5);
    let square = run.study.geometry.area();
    let rows = [
        (colours.written, "speedup-written", at(&curves.written)),
        (colours.executed, "speedup-executed", at(&curves.executed)),
        (colours.group, "speedup-group", at(&curves.group_pointwise)),
        (colours.depthwise, "speedup-depthwise", Some(curves.depthwise_pointwise)),
        (limit, "speedup-limit", Some(square as f64)),
    ];
    for (stroke, name, value) in rows {
        let (row, below) = rest.split_top(LINE + 4.0);
        let y = row.centre()[1];
        scene.line([[row.x, y], [row.x + 20.0, y]], stroke);
        let value = value.map_or_else(|| "—".to_owned(), times);
        let room = row.w - 28.0 - text_width(&value, TextSize::Small) - 8.0;
        let name = super::parts::fit(tr(lang, name), TextSize::Small, room);
        scene.text([row.x + 28.0, y], name, TextSize::Small, Align::Left, Paint::Text);
        scene.text([row.right(), y], value, TextSize::Small, Align::Right, Paint::Text);
        rest = below;
    }
    let (_, rest) = rest.split_top(8.0);
    let extra = at(&curves.written).zip(at(&curves.executed)).map(|(w, e)| (w / e - 1.0) * 100.0);
    let note = match extra {
        Some(extra) => {
            let ours = super::numbers::count(run.cost.total.macs);
            let args = [("extra", format!("{extra:.1}").into()), ("macs", ours.into())];
            tr_args(lang, "speedup-note", &args)
        }
        None => tr(lang, "speedup-note-none").to_owned(),
    };
    super::parts::paragraph(scene, rest, &note, Paint::Weak);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::testing::study;

    /// The table of the reference, and what the published code runs above it.
    #[test]
    fn speedups_are_those_of_the_paper() {
        let run = study("hetconv", &[("part", "4")], 64, 64, 3);
        let curves = curves(&run).unwrap();
        let at = |c: &Curve, p: usize| c.iter().find(|(q, _)| *q == p).unwrap().1;
        for (p, right) in [(1, 1.0), (2, 1.8), (4, 3.0), (8, 4.5), (16, 6.0), (32, 7.2), (64, 8.0)] {
            assert!((at(&curves.written, p) - right).abs() < 1e-9, "P = {p}");
        }
        for (p, extra) in [(2, 10.0), (4, 8.333), (8, 6.25)] {
            let more = (at(&curves.written, p) / at(&curves.executed, p) - 1.0) * 100.0;
            assert!((more - extra).abs() < 1e-2, "P = {p}: {more}");
        }
        // 1/G + 1/k^2 and 1/N + 1/k^2.
        assert!((at(&curves.group_pointwise, 4) - 1.0 / (0.25 + 1.0 / 9.0)).abs() < 1e-9);
        assert!((curves.depthwise_pointwise - 1.0 / (1.0 / 64.0 + 1.0 / 9.0)).abs() < 1e-9);
        assert!(
            (at(&curves.written, 4) - run.standard.macs as f64 / run.cost.total.macs as f64).abs() < 1e-9
        );
        assert!(curves.written.iter().all(|&(_, speedup)| speedup < 9.0), "the limit is k^2");
    }
}
