//! The same weights as a masked convolution and as what is deployed: group convolution and index layer.
//! Both are run; the difference of their maps is shown.

use super::condensing::in_form;
use super::links::{Links, reach};
use super::matrix::{self, Look};
use super::numbers::count;
use super::palette::operator_mark;
use super::parts::{LINE, fit, paragraph, sentences};
use super::{
    Align, Area, ColourMap, Colours, Figure, Paint, Raster, Scene, Stroke, StudyRun, Target, TextSize, View,
};
use crate::analysis::Range;
use crate::graph::{NodeId, Op, Origin};
use crate::tensor::HostTensor;
use crate::text::{Lang, tr, tr_args};

/// Masked and converted form.
#[derive(Debug)]
pub struct Converted;

/// Greatest difference of two maps, and of one channel of them, in shares of the largest value: sums in
/// another order round differently, the more the larger they are.
fn difference(a: &HostTensor, b: &HostTensor, channel: usize) -> (f32, f32) {
    let most = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let largest = largest(a);
    let here = most(a.channel(0, channel), b.channel(0, channel));
    (most(a.data(), b.data()) / largest, here / largest)
}

/// The largest absolute value; 1 of a map of zeros.
fn largest(map: &HostTensor) -> f32 {
    let largest = map.data().iter().map(|v| v.abs()).fold(0.0, f32::max);
    if largest > 0.0 { largest } else { 1.0 }
}

/// The operations that move or mix channels, in order.
fn steps(run: &StudyRun) -> Vec<(NodeId, Links)> {
    let nodes = run
        .graph
        .iter()
        .filter(|(_, node)| matches!(node.op, Op::Conv2d(_) | Op::GatherChannels(_) | Op::ScatterAdd { .. }));
    nodes.filter_map(|(id, _)| Some((id, Links::of(&run.graph, id)?))).collect()
}

impl Figure for Converted {
    fn name(&self) -> &'static str {
        "converted"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let lang = view.lang;
        let forms = in_form(run, "masked").zip(in_form(run, "converted"));
        let Some((masked, converted)) = forms else { return scene };
        // Of another value the first channel is shown.
        let channel = if view.node == run.output() { view.channel } else { 0 };
        let channel = channel.min(masked.map().shape().c - 1);
        let area = scene.area().shrunk(8.0);
        let (upper, lower) = area.split_top(area.h * 0.52);
        // One matrix for the masked form, three for the converted one.
        let (first, rest) = upper.split_left((upper.w * 0.27).max(186.0));
        let second = Area::new(rest.x + 16.0, rest.y, rest.w - 16.0, rest.h);
        form(&mut scene, first, run, &masked, view, channel, "choice-masked");
        form(&mut scene, second, run, &converted, view, channel, "choice-converted");
        let middle = first.right() + 8.0;
        scene.line([[middle, upper.y], [middle, upper.bottom() - 6.0]], Stroke::new(Paint::Line, 1.0));
        results(&mut scene, lower, run, &masked, &converted, channel, lang);
        scene
    }
}

/// The matrices of one form with its name.
fn form(
    scene: &mut Scene,
    area: Area,
    run: &StudyRun,
    of: &StudyRun,
    view: &View<'_>,
    channel: usize,
    name: &str,
) {
    let lang = view.lang;
    let (title, body) = area.split_top(LINE + 4.0);
    let args = [("form", tr(lang, name).into()), ("macs", count(of.cost.total.macs).into())];
    let words = fit(&tr_args(lang, "converted-form", &args), TextSize::Small, title.w);
    scene.text([title.x, title.centre()[1]], words, TextSize::Small, Align::Left, Paint::Text);
    let steps = steps(of);
    let reached = reach(&of.graph, of.output(), channel);
    for (at, (id, links)) in steps.iter().enumerate() {
        let panel = body.column(at, steps.len(), 14.0);
        let (panel, caption) = panel.split_top(panel.h - LINE);
        let look = Look {
            colour: Paint::Rgb(operator_mark(of.study.variant).0),
            lang,
            // Only the rows of the masked form are output channels.
            node: (steps.len() == 1).then(|| run.output()),
            lit: &reached[id.index()],
            marked: false,
        };
        let (matrix, _) = matrix::draw(scene, panel, links, &look);
        let key = match &of.graph.node(*id).op {
            Op::GatherChannels(_) if of.short_name(*id) == "shuffle" => "converted-shuffle",
            Op::GatherChannels(_) => "converted-gather",
            Op::ScatterAdd { .. } => "converted-index",
            Op::Conv2d(conv) if matches!(conv.wiring, crate::graph::Wiring::Grouped(_)) => "converted-group",
            _ => "converted-masked",
        };
        let words = fit(tr(lang, key), TextSize::Small, panel.w + 12.0);
        let y = (matrix.bottom() + LINE / 2.0 + 2.0).min(caption.centre()[1]);
        scene.text([matrix.centre()[0], y], words, TextSize::Small, Align::Middle, Paint::Weak);
    }
}

/// The chosen map of both forms and their difference.
fn results(
    scene: &mut Scene,
    area: Area,
    run: &StudyRun,
    masked: &StudyRun,
    converted: &StudyRun,
    channel: usize,
    lang: Lang,
) {
    let (a, b) = (masked.map(), converted.map());
    let shape = a.shape();
    let (most, here) = difference(a, b, channel);
    let (left, right) = area.split_left((area.w * 0.68).min(3.0 * area.h));
    let gap = 28.0;
    let range = {
        let values = a.channel(0, channel).iter().chain(b.channel(0, channel));
        let finite = || values.clone().copied().filter(|v| v.is_finite());
        Range { min: finite().fold(f32::MAX, f32::min), max: finite().fold(f32::MIN, f32::max) }
    };
    let colours = ColourMap::choose(Colours::Auto, range.min < 0.0);
    let delta: Vec<f32> =
        a.channel(0, channel).iter().zip(b.channel(0, channel)).map(|(a, b)| a - b).collect();
    // The scale of the difference is the one that must not be exceeded, so that nothing is magnified.
    let most_allowed = 1e-6 * largest(a);
    let limit = Range { min: -most_allowed, max: most_allowed };
    let maps = [
        ("choice-masked", a.channel(0, channel).to_vec(), colours, range, "−"),
        ("choice-converted", b.channel(0, channel).to_vec(), colours, range, "="),
        ("converted-difference", delta, ColourMap::Diverging, limit, ""),
    ];
    for (at, (name, values, colours, range, sign)) in maps.into_iter().enumerate() {
        let cell = left.column(at, 3, gap);
        let (title, picture) = cell.split_top(LINE);
        let place = picture.fitted(shape.w as f32, shape.h as f32);
        let place = Area { y: picture.y, ..place };
        let words = fit(tr(lang, name), TextSize::Small, cell.w);
        scene.text([place.x, title.centre()[1]], words, TextSize::Small, Align::Left, Paint::Text);
        let image = Raster::of_map(&values, shape.w, shape.h, colours, range);
        scene.image(place, image).on_click(Target::Node(run.output()));
        scene.rect(place, None, Stroke::new(Paint::Line, 1.0));
        let middle = [cell.right() + gap / 2.0, place.centre()[1]];
        scene.text(middle, sign, TextSize::Heading, Align::Middle, Paint::Weak);
    }
    let column = Area::new(right.x + 14.0, right.y + LINE, right.w - 14.0, right.h - LINE);
    let exact = |v: f32| if v == 0.0 { "0".to_owned() } else { format!("{v:.1e}") };
    let args = [("channel", channel.to_string().into())];
    let rows = [
        (tr_args(lang, "converted-here", &args), exact(here)),
        (tr(lang, "converted-all").to_owned(), exact(most)),
    ];
    let rows: Vec<(&str, String)> = rows.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let rest = super::parts::facts(scene, column, &rows);
    let (_, rest) = rest.split_top(6.0);
    let mut words = tr(lang, "converted-note").to_owned();
    if masked.origin == Origin::Seeded {
        words = sentences(lang, &[&words, tr(lang, "figure-seeded")]);
    }
    if !run.study.fitted.is_empty() {
        words = sentences(lang, &[&words, tr(lang, "converted-unfitted")]);
    }
    paragraph(scene, rest, &words, Paint::Weak);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::testing::study;

    #[test]
    fn both_forms_give_the_same_maps() {
        for (variant, factor) in [("sfr", "sparsity"), ("learned_group", "condensation")] {
            for (groups, share) in [("4", "4"), ("2", "8"), ("8", "2")] {
                for form in ["masked", "converted"] {
                    let settings = [("groups", groups), (factor, share), ("form", form)];
                    let run = study(variant, &settings, 16, 32, 1);
                    let masked = in_form(&run, "masked").unwrap();
                    let converted = in_form(&run, "converted").unwrap();
                    let (most, _) = difference(masked.map(), converted.map(), 0);
                    assert!(most < 1e-6, "{variant} G = {groups}, 1/{share}: {most}");
                    assert!(masked.map().data().iter().any(|v| *v != 0.0));
                    assert_eq!(steps(&masked).len(), 1);
                    assert_eq!(steps(&converted).len(), 3);
                    // Weights that are not kept are run by neither.
                    assert_eq!(masked.cost.total.macs, converted.cost.total.macs);
                }
            }
        }
    }

    #[test]
    fn a_difference_would_be_seen() {
        let run = study("sfr", &[("groups", "4"), ("sparsity", "4")], 16, 32, 1);
        let other = study("sfr", &[("groups", "4"), ("sparsity", "2")], 16, 32, 1);
        assert!(difference(run.map(), other.map(), 0).0 > 1e-3);
    }
}
