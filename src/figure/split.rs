//! SPConv: channels split by position, three convolutions, two branches, one gate.

use super::behind::channels_behind;
use super::parts::{LINE, fit};
use super::plane::{Card, Plane};
use super::{Align, Area, Figure, Ink, Paint, Point, Scene, Stroke, StudyRun, Target, TextSize, View};
use super::{kit, numbers};
use crate::graph::{NodeId, Op};
use crate::text::{tr, tr_args};

/// SPConv's split.
#[derive(Debug)]
pub struct Split;

/// The nodes of an SPConv.
#[derive(Clone, Copy, Debug)]
pub(super) struct SpConv {
    /// First channels of the input.
    pub representative: NodeId,
    /// The others.
    pub uncertain: NodeId,
    /// 3x3 group convolution of the representative part.
    pub group: NodeId,
    /// 1x1 convolution of the representative part.
    pub pointwise: NodeId,
    /// 1x1 convolution of the uncertain part.
    pub other: NodeId,
    /// The representative branch, as it enters the gate.
    pub a: NodeId,
    /// The uncertain branch, as it enters the gate.
    pub b: NodeId,
    /// Means of both branches.
    pub means: [NodeId; 2],
    /// Weight of the representative branch.
    pub gate: NodeId,
    /// The result.
    pub result: NodeId,
}

impl SpConv {
    /// The nodes of this run; `None` if it is another operator.
    pub fn of(run: &StudyRun) -> Option<Self> {
        let result = run.node("blend")?;
        let inputs = &run.graph.node(result).inputs;
        Some(Self {
            representative: run.node("representative")?,
            uncertain: run.node("uncertain")?,
            group: run.node("representative.group")?,
            pointwise: run.node("representative.pointwise")?,
            other: run.node("uncertain.pointwise")?,
            a: inputs[0],
            b: inputs[1],
            means: [run.node("representative_mean")?, run.node("uncertain_mean")?],
            gate: run.node("gate")?,
            result,
        })
    }

    /// Groups of the group convolution.
    pub fn groups(&self, run: &StudyRun) -> usize {
        match &run.graph.node(self.group).op {
            Op::Conv2d(conv) => match conv.wiring {
                crate::graph::Wiring::Grouped(groups) => groups,
                crate::graph::Wiring::Listed(_) => 1,
            },
            _ => 1,
        }
    }
}

impl Figure for Split {
    fn name(&self) -> &'static str {
        "split"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let Some(sp) = SpConv::of(run) else { return kit::other_operator(view) };
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(10.0);
        let chosen = kit::chosen(run, view);
        // Columns: channels, convolutions, their maps, branches, result.
        let (area, foot) = area.split_top(area.h - LINE - 4.0);
        let gap = (area.w * 0.035).clamp(20.0, 44.0);
        let free = area.w - 4.0 * gap;
        let widths = [0.14, 0.26, 0.2, 0.2, 0.2].map(|part: f32| part * free);
        let mut x = area.x;
        let columns = widths.map(|w| {
            let column = Area::new(x, area.y, w, area.h);
            x += w + gap;
            column
        });
        let rows: [Area; 3] = std::array::from_fn(|i| area.row(i, 3, 10.0));
        let cell = |column: Area, row: Area| Area::new(column.x, row.y, column.w, row.h);
        let bars = draw_channels(&mut scene, run, view, sp, cell(columns[0], area));

        let convolutions = [(sp.group, kit::WITHIN), (sp.pointwise, kit::WITHIN), (sp.other, kit::ACROSS)];
        let mut maps = Vec::new();
        for (i, (id, paint)) in convolutions.into_iter().enumerate() {
            let at = cell(columns[1], rows[i]);
            let height = (3.0 * LINE + 16.0).min(at.h);
            let slot = Area::new(at.x, at.centre()[1] - height / 2.0, at.w, height);
            draw_convolution(&mut scene, run, view, sp, id, paint, slot);
            let from = bars[usize::from(i == 2)];
            flow(&mut scene, [from.right(), from.centre()[1]], [slot.x, slot.centre()[1]], paint);
            let plane = Plane::of(run, id, chosen);
            let card = Card::new("", &plane).from(id, chosen).tip(tip(view, id, run, chosen));
            let picture = card.draw(&mut scene, cell(columns[2], rows[i]));
            flow(&mut scene, [slot.right(), slot.centre()[1]], [picture.x, picture.centre()[1]], paint);
            maps.push(picture);
        }
        let upper = Area::new(columns[3].x, rows[0].y, columns[3].w, rows[1].bottom() - rows[0].y);
        let branches = [(sp.a, upper, "split-branch-a"), (sp.b, cell(columns[3], rows[2]), "split-branch-b")];
        let mut ends = Vec::new();
        for (id, at, key) in branches {
            let plane = Plane::of(run, id, chosen);
            let at = Area::new(at.x, at.centre()[1] - rows[0].h / 2.0, at.w, rows[0].h);
            let card = Card::new(tr(view.lang, key), &plane).from(id, chosen);
            ends.push(card.tip(tip(view, id, run, chosen)).draw(&mut scene, at));
        }
        for (i, map) in maps.iter().enumerate() {
            let (to, paint) = if i < 2 { (ends[0], kit::WITHIN) } else { (ends[1], kit::ACROSS) };
            flow(&mut scene, [map.right(), map.centre()[1]], [to.x, to.centre()[1]], paint);
        }
        let plane = Plane::of(run, sp.result, chosen);
        let middle = columns[4];
        let at = Area::new(middle.x, area.centre()[1] - rows[0].h / 2.0, middle.w, rows[0].h);
        let title = tr(view.lang, "split-result");
        let result = Card::new(title, &plane).from(sp.result, chosen).tip(tip(view, sp.result, run, chosen));
        let result = result.draw(&mut scene, at);
        let weight = run.value(sp.gate).at(0, chosen, 0, 0);
        for (end, (paint, weight)) in ends.iter().zip([(kit::WITHIN, weight), (kit::ACROSS, 1.0 - weight)]) {
            let from = [end.right(), end.centre()[1]];
            let lean = if end.centre()[1] < result.centre()[1] { -0.2 } else { 0.2 };
            let to = [result.x, result.centre()[1] + lean * result.h];
            flow(&mut scene, from, to, paint);
            let y = if lean < 0.0 { at.y - LINE * 0.5 } else { at.bottom() + LINE * 0.5 };
            let text = format!("× {weight:.3}");
            let x = result.centre()[0];
            scene.text([x, y], text, TextSize::Small, Align::Middle, paint);
        }
        footer(&mut scene, run, view, sp, foot);
        scene
    }
}

fn tip(view: &View<'_>, id: NodeId, run: &StudyRun, channel: usize) -> String {
    let args = [("node", run.short_name(id).to_owned().into()), ("channel", channel.to_string().into())];
    tr_args(view.lang, "map-tip", &args)
}

/// An arrow between two parts; the second branch is dashed.
fn flow(scene: &mut Scene, from: Point, to: Point, paint: Paint) {
    let stroke = if paint == kit::WITHIN { Stroke::new(paint, 1.75) } else { Stroke::dashed(paint, 1.75) };
    scene.arrow([[from[0] + 3.0, from[1]], [to[0] - 3.0, to[1]]], stroke);
}

/// The input channels one below the other: the first are representative.
fn draw_channels(scene: &mut Scene, run: &StudyRun, view: &View<'_>, sp: SpConv, area: Area) -> [Area; 2] {
    let [r, u] = [sp.representative, sp.uncertain].map(|id| run.graph.shape(id).c);
    let bar = Area::new(area.x + 4.0, area.y + LINE, area.w - 8.0, area.h - 2.0 * LINE);
    let share = r as f32 / (r + u) as f32;
    // The cut keeps to the picture's rows only in its arrows: the areas are the true shares.
    let (top, bottom) = bar.split_top(bar.h * share);
    let behind = channels_behind(&run.graph, sp.result, kit::chosen(run, view));
    for (part, id, count, paint, key) in [
        (top, sp.representative, r, kit::WITHIN, "split-representative"),
        (bottom, sp.uncertain, u, kit::ACROSS, "split-uncertain"),
    ] {
        let tip = tr_args(view.lang, key, &[("count", count.to_string().into())]);
        scene.rect(part.shrunk(1.0), Some(Ink::faded(paint, 0.28)), Some(Stroke::new(paint, 1.5))).tip(tip);
        let lines = count.min((part.h / 4.0) as usize);
        for i in 1..lines {
            let y = part.y + part.h * i as f32 / lines as f32;
            scene.line(
                [[part.x + 2.0, y], [part.right() - 2.0, y]],
                Stroke::new(Ink::faded(paint, 0.35), 0.75),
            );
        }
        let strongest = behind[id.index()].filter(|&c| c < count);
        if let Some(c) = strongest {
            let y = part.y + part.h * (c as f32 + 0.5) / count as f32;
            scene.line([[part.x, y], [part.right(), y]], Stroke::new(Paint::Accent, 2.0));
        }
    }
    let size = TextSize::Small;
    let x = bar.centre()[0];
    let word = |key, count: usize| {
        let text = tr_args(view.lang, key, &[("count", count.to_string().into())]);
        fit(&text, size, area.w + 6.0)
    };
    scene.text([x, bar.y - LINE / 2.0], word("split-first", r), size, Align::Middle, Paint::Text);
    scene.text([x, bar.bottom() + LINE / 2.0], word("split-rest", u), size, Align::Middle, Paint::Text);
    [top, bottom]
}

/// What a convolution is and costs; a click shows its maps.
fn draw_convolution(
    scene: &mut Scene,
    run: &StudyRun,
    view: &View<'_>,
    sp: SpConv,
    id: NodeId,
    paint: Paint,
    at: Area,
) {
    let size = TextSize::Small;
    let node = run.graph.node(id);
    let (inputs, outputs) = (run.graph.shape(node.inputs[0]).c, node.shape.c);
    let title = if id == sp.group {
        tr_args(view.lang, "split-group", &[("groups", sp.groups(run).to_string().into())])
    } else {
        tr(view.lang, "split-pointwise").to_owned()
    };
    let channels = format!("{inputs} → {outputs}");
    let macs = run.macs(id);
    let cost = format!("{} · {}", numbers::count(macs), numbers::percent(run.share(macs)));
    let stroke = if paint == kit::WITHIN { Stroke::new(paint, 1.5) } else { Stroke::dashed(paint, 1.5) };
    let tip = tr_args(
        view.lang,
        "split-convolution-tip",
        &[("macs", numbers::count(macs).into()), ("share", numbers::percent(run.share(macs)).into())],
    );
    scene
        .rect(at, Some(Ink::solid(Paint::Panel)), Some(stroke))
        .round(4.0)
        .on_click(Target::Node(id))
        .tip(tip);
    let middle = at.centre()[0];
    let first = at.centre()[1] - LINE - 3.0;
    for (i, (text, ink)) in
        [(title, Paint::Text), (channels, Paint::Weak), (cost, Paint::Text)].into_iter().enumerate()
    {
        let y = first + i as f32 * LINE - 1.0;
        scene.text([middle, y], fit(&text, size, at.w - 10.0), size, Align::Middle, ink);
    }
    // Its share of the standard convolution.
    let bar = Area::new(at.x + 8.0, at.bottom() - 8.0, at.w - 16.0, 4.0);
    kit::bar(scene, bar, run.share(macs), paint);
}

fn footer(scene: &mut Scene, run: &StudyRun, view: &View<'_>, sp: SpConv, foot: Area) {
    let macs: u64 = [sp.group, sp.pointwise, sp.other].iter().map(|&id| run.macs(id)).sum();
    let text = tr_args(
        view.lang,
        "split-sum",
        &[("macs", numbers::count(macs).into()), ("share", numbers::percent(run.share(macs)).into())],
    );
    let at = [foot.centre()[0], foot.bottom() - LINE / 2.0];
    let text = fit(&text, TextSize::Small, foot.w);
    scene.text(at, text, TextSize::Small, Align::Middle, Paint::Text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene_checks::{check_figure, study};

    #[test]
    fn shares_are_those_of_the_formula() {
        for (alpha, groups) in [("0.5", "2"), ("0.25", "4")] {
            let run = study("spconv", &[("alpha", alpha), ("groups", groups)], 16, 16);
            let sp = SpConv::of(&run).expect("spconv");
            let share = |id| run.share(run.macs(id));
            let (a, g): (f64, f64) = (alpha.parse().unwrap(), groups.parse().unwrap());
            assert!((share(sp.group) - a / g).abs() < 1e-12);
            assert!((share(sp.pointwise) - a / 9.0).abs() < 1e-12);
            assert!((share(sp.other) - (1.0 - a) / 9.0).abs() < 1e-12);
            assert_eq!(sp.groups(&run), g as usize);
        }
    }

    #[test]
    fn it_fits_at_every_alpha() {
        for (alpha, groups) in [("0.0625", "1"), ("0.5", "2"), ("0.9375", "1")] {
            check_figure(&Split, &study("spconv", &[("alpha", alpha), ("groups", groups)], 32, 14), &[]);
        }
    }
}
