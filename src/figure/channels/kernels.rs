//! The filters of a convolution: every one as a small picture, the chosen one in full, and the most similar pairs.

use super::{MARGIN, WIDE};
use crate::analysis::redundancy::Pair;
use crate::analysis::{Filters, Kernels, NEAR_ZERO, Range};
use crate::figure::parts::{LINE, facts, fit};
use crate::figure::{Align, Area, ColourMap, Paint, Raster, Scene, Stroke, Target, TextSize, numbers};
use crate::graph::NodeId;
use crate::text::{Lang, tr, tr_args};

/// Greatest and least pitch of the two-dimensional kernels of the chosen filter.
const SLICE: [f32; 2] = [76.0, 30.0];
/// Room for the number below a kernel.
const NUMBER: f32 = 11.0;
/// Greatest pitch of the small pictures of all filters.
const TILE: f32 = 64.0;

/// What the picture shows.
#[derive(Debug)]
pub struct KernelsPicture<'a> {
    /// The layer whose channels are chosen.
    pub node: NodeId,
    /// The name of the convolution behind it and its filters.
    pub filters: Option<(&'a str, &'a Filters)>,
    /// The chosen channel; the first filter is shown in full where there is none.
    pub channel: Option<usize>,
}

impl KernelsPicture<'_> {
    /// The picture.
    pub fn draw(&self, lang: Lang, size: [f32; 2]) -> Scene {
        let mut scene = Scene::new(size);
        let area = scene.area().shrunk(MARGIN);
        let Some((layer, filters)) = self.filters else {
            let words = fit(tr(lang, "kernels-none"), TextSize::Body, area.w);
            scene.text(area.centre(), words, TextSize::Body, Align::Middle, Paint::Weak);
            return scene;
        };
        let kernels = &filters.kernels;
        let [outputs, inputs, k] = kernels.sides;
        let title = tr_args(
            lang,
            "kernels-title",
            &[
                ("layer", layer.into()),
                ("filters", outputs.to_string().into()),
                ("inputs", inputs.to_string().into()),
                ("side", k.to_string().into()),
            ],
        );
        let (head, area) = area.split_top(LINE * 1.3);
        let title = fit(&title, TextSize::Small, head.w);
        scene.text([head.x, head.y + LINE / 2.0], title, TextSize::Small, Align::Left, Paint::Weak);
        let (grid, one, pairs) = if area.w >= WIDE {
            let (left, right) = area.split_left(area.w * 0.5);
            let (_, right) = right.split_left(20.0);
            let (one, pairs) = right.split_top(right.h * 0.62);
            (left, one, pairs)
        } else {
            let (top, pairs) = area.split_top(area.h - 4.4 * LINE);
            let (grid, one) = top.split_top(top.h * 0.5);
            (grid, one.split_top(6.0).1, pairs)
        };
        let chosen = self.channel.unwrap_or(0).min(outputs - 1);
        self.grid(&mut scene, lang, grid, kernels);
        self.filter(&mut scene, lang, one, kernels, chosen);
        self.pairs(&mut scene, lang, pairs, filters);
        scene
    }

    /// Every filter by its strongest two-dimensional kernel, or, of single taps, by all its weights.
    fn grid(&self, scene: &mut Scene, lang: Lang, area: Area, kernels: &Kernels) {
        let (head, area) = area.split_top(LINE);
        let pointwise = kernels.sides[2] == 1;
        let key = if pointwise { "kernels-grid-pointwise" } else { "kernels-grid" };
        let words = fit(tr(lang, key), TextSize::Small, head.w);
        scene.text([head.x, head.centre()[1]], words, TextSize::Small, Align::Left, Paint::Weak);
        let count = kernels.sides[0];
        let side = side_of(area, count);
        let gap = if side > 9.0 { 2.0 } else { 0.0 };
        let columns = (area.w / side).floor().max(1.0) as usize;
        for o in 0..count {
            let at = [area.x + (o % columns) as f32 * side, area.y + (o / columns) as f32 * side];
            let cell = Area::new(at[0], at[1], side - gap, side - gap);
            let stats = kernels.filters[o];
            let args = [
                ("filter", o.to_string().into()),
                ("l1", numbers::value(stats.l1 as f32).into()),
                ("rank", format!("{:.2}", stats.effective_rank).into()),
            ];
            let tip = tr_args(lang, "kernels-filter-tip", &args);
            scene.image(cell, tile(kernels, o)).on_click(Target::Channel(self.node, o)).tip(tip);
            if self.channel == Some(o) {
                scene.rect(cell, None, Stroke::new(Paint::Accent, 2.0));
            }
        }
    }

    /// The chosen filter: its numbers and its kernels, the strongest first, in one scale.
    fn filter(&self, scene: &mut Scene, lang: Lang, area: Area, kernels: &Kernels, o: usize) {
        let stats = kernels.filters[o];
        let (left, right) = area.split_left((area.w * 0.4).clamp(150.0, 230.0));
        let (_, right) = right.split_left(16.0);
        let (head, rest) = left.split_top(LINE);
        let title = tr_args(lang, "kernels-filter", &[("filter", o.to_string().into())]);
        scene.text([head.x, head.centre()[1]], title, TextSize::Body, Align::Left, Paint::Text);
        let k = kernels.sides[2];
        let number = |v: f64| numbers::value(v as f32).replace('-', "−");
        let rows = [
            ("kernels-mean", number(stats.mean), ""),
            ("kernels-std", number(stats.std), ""),
            ("kernels-l1", number(stats.l1), ""),
            ("kernels-near-zero", numbers::percent(stats.near_zero), "kernels-near-zero-hint"),
            ("kernels-rank", format!("{:.2} / {}", stats.effective_rank, k * k), "kernels-rank-hint"),
            ("kernels-weights", numbers::count(stats.weights as u64), ""),
        ];
        for (i, (_, _, hint)) in rows.iter().enumerate().filter(|(_, row)| !row.2.is_empty()) {
            let row = Area::new(rest.x, rest.y + i as f32 * LINE, rest.w, LINE);
            let share = numbers::percent(f64::from(NEAR_ZERO));
            if row.bottom() <= rest.bottom() {
                scene.rect(row, None, None).tip(tr_args(lang, hint, &[("share", share.into())]));
            }
        }
        let words: Vec<(&str, String)> = rows.iter().map(|(key, v, _)| (tr(lang, key), v.clone())).collect();
        facts(scene, rest, &words);
        let (head, room) = right.split_top(LINE);
        let read = kernels.strongest_inputs(o);
        let key = if k == 1 { "kernels-all-weights" } else { "kernels-strongest" };
        let words = fit(tr(lang, key), TextSize::Small, head.w);
        scene.text([head.x, head.centre()[1]], words, TextSize::Small, Align::Left, Paint::Weak);
        if k == 1 {
            let side = room.w.min(room.h);
            scene.image(Area::new(room.x, room.y, side, side), tile(kernels, o));
            return;
        }
        let range = range_of(kernels, o);
        // The largest with which all of them fit, or as many as fit of the smallest.
        let mut pitch = SLICE[0];
        let fits = |pitch: f32| (room.w / pitch).floor() * (room.h / (pitch + NUMBER)).floor();
        while pitch > SLICE[1] && fits(pitch) < read.len() as f32 {
            pitch -= 1.0;
        }
        let (columns, rows) =
            ((room.w / pitch).floor().max(1.0), (room.h / (pitch + NUMBER)).floor().max(1.0));
        let (side, row) = (pitch - 6.0, pitch + NUMBER);
        for (i, &input) in read.iter().take((columns * rows) as usize).enumerate() {
            let (r, c) = (i / columns as usize, i % columns as usize);
            let at = Area::new(room.x + c as f32 * pitch, room.y + r as f32 * row, side, side);
            let raster = Raster::of_map(kernels.dense.channel(o, input), k, k, ColourMap::Diverging, range);
            scene.rect(at.shrunk(-0.5), None, Stroke::new(Paint::Weak, 0.75));
            scene.image(at, raster).tip(tr_args(
                lang,
                "kernels-slice-tip",
                &[("input", input.to_string().into())],
            ));
            let at = [at.centre()[0], at.bottom() + LINE * 0.4];
            scene.text(at, input.to_string(), TextSize::Small, Align::Middle, Paint::Weak);
        }
    }

    fn pairs(&self, scene: &mut Scene, lang: Lang, area: Area, filters: &Filters) {
        let (head, area) = area.split_top(LINE * 1.2);
        if filters.pairs.is_empty() || area.h < 1.5 * LINE {
            return;
        }
        let words = fit(tr(lang, "kernels-pairs"), TextSize::Small, head.w);
        scene.text([head.x, head.centre()[1]], words, TextSize::Small, Align::Left, Paint::Weak);
        let side = (area.h - LINE).min(52.0);
        let pitch = (2.0 * side + 18.0).max(88.0);
        let count = ((area.w + 14.0) / pitch).floor().max(1.0) as usize;
        for (i, &Pair { a, b, similarity }) in filters.pairs.iter().take(count).enumerate() {
            let x = area.x + i as f32 * pitch;
            for (j, o) in [a, b].into_iter().enumerate() {
                let at = Area::new(x + j as f32 * (side + 3.0), area.y, side, side);
                scene.image(at, tile(&filters.kernels, o)).on_click(Target::Channel(self.node, o));
            }
            let at = [x, area.y + side + LINE / 2.0];
            let words = format!("{a} · {b}  {similarity:.3}").replace('-', "−");
            scene.text(
                at,
                fit(&words, TextSize::Small, pitch - 4.0),
                TextSize::Small,
                Align::Left,
                Paint::Text,
            );
        }
    }
}

/// A filter as one small picture.
fn tile(kernels: &Kernels, o: usize) -> Raster {
    let [_, inputs, k] = kernels.sides;
    let range = range_of(kernels, o);
    if k > 1 {
        let strongest = kernels.strongest_inputs(o).first().copied().unwrap_or(0);
        return Raster::of_map(kernels.dense.channel(o, strongest), k, k, ColourMap::Diverging, range);
    }
    // All weights in the order of the inputs, row by row in a square.
    let side = (inputs as f64).sqrt().ceil() as usize;
    let value = |i: usize| if i < inputs { kernels.dense.at(o, i, 0, 0) } else { 0.0 };
    let values: Vec<f32> = (0..side * side).map(value).collect();
    Raster::of_map(&values, side, side, ColourMap::Diverging, range)
}

/// Least and greatest weight of a filter.
fn range_of(kernels: &Kernels, o: usize) -> Range {
    let inputs = kernels.sides[1];
    let values = (0..inputs).flat_map(|i| kernels.dense.channel(o, i)).filter(|v| v.is_finite());
    values.fold(Range { min: 0.0, max: 0.0 }, |r, &v| Range { min: r.min.min(v), max: r.max.max(v) })
}

/// The greatest side with which so many squares fit.
fn side_of(area: Area, count: usize) -> f32 {
    let fits = |side: f32| ((area.w / side).floor() * (area.h / side).floor()) as usize >= count;
    let mut side = TILE;
    while side > 2.0 && !fits(side) {
        side -= 0.5;
    }
    side
}
