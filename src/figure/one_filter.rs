//! One filter of HetConv unrolled for several P, with its real kernels, beside the homogeneous one.

use super::kernel_grid::convolution;
use super::links::{Link, Links};
use super::parts::{LINE, fit};
use super::{
    Align, Area, ColourMap, Figure, Ink, Paint, Raster, Scene, Stroke, StudyRun, Target, TextSize, View,
};
use crate::analysis::Range;
use crate::text::{tr, tr_args};
use crate::variants::{Settings, Value};

/// Least side of a kernel in points: three pixels of three points.
const LEAST: f32 = 9.0;
/// Greatest one.
const MOST: f32 = 84.0;

/// One filter for several P.
#[derive(Debug)]
pub struct OneFilter;

/// One filter with a certain P.
struct Row {
    part: usize,
    /// Kernels by input: whether all taps exist, and the taps, row by row.
    kernels: Vec<(bool, Vec<f32>)>,
}

/// The values of P that are shown: 1, the powers of two, and the current one.
fn parts(most: usize, current: usize) -> Vec<usize> {
    let mut parts: Vec<usize> = (0..).map(|n| 1 << n).take_while(|&p| p <= most).collect();
    parts.push(current.clamp(1, most.max(1)));
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// The chosen filter of the operator with `part`.
fn row(run: &StudyRun, filter: usize, part: usize) -> Option<Row> {
    let (id, links) = convolution(run)?;
    let area = links.kernel * links.kernel;
    let g = &run.study.geometry;
    let current = run.study.settings.integer("part");
    let here = &run.graph.weight(*run.graph.node(id).weights.first()?).values;
    let mut settings: Settings = run.study.settings.clone();
    settings.set("part", Value::Integer(part as i64));
    // The layout of another P and the weights that the rule gives it.
    let operator = run.study.operator();
    let values = if run.in_place && part != current {
        let derived = operator.derive(g, &settings, &run.study.site.kernel, None);
        derived.get("weight")?.values.to_vec()
    } else {
        here.to_vec()
    };
    let links = if part == current { links } else { layout(run, &settings)? };
    let kernels = (0..links.inputs).map(|i| {
        let start = (filter * links.inputs + i) * area;
        (links.link(filter, i) == Link::Full, values[start..start + area].to_vec())
    });
    Some(Row { part, kernels: kernels.collect() })
}

/// The connections with other settings, without running them.
fn layout(run: &StudyRun, settings: &Settings) -> Option<Links> {
    use crate::graph::{Builder, Seeded};
    use crate::tensor::Shape;
    let g = &run.study.geometry;
    let mut source = Seeded(0);
    let mut b = Builder::new(&mut source);
    // Connections do not depend on the size of the map.
    let x = b.input("input", Shape::new(1, g.in_channels, g.kernel, g.kernel)).ok()?;
    let outputs = run.study.operator().lower(g, settings, &[x], &mut b).ok()?;
    let id = outputs.first()?.1.node();
    Links::of(&b.finish(), id)
}

impl Figure for OneFilter {
    fn name(&self) -> &'static str {
        "one_filter"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let lang = view.lang;
        let g = run.study.geometry;
        let filter = view.channel.min(g.out_channels - 1);
        let current = run.study.settings.integer("part");
        let rows: Vec<Row> =
            parts(g.in_channels, current).into_iter().filter_map(|p| row(run, filter, p)).collect();
        let area = scene.area().shrunk(8.0);
        let (title, body) = area.split_top(LINE + 6.0);
        let (body, bottom) = body.split_top(body.h - LINE);
        let words = tr_args(lang, "one-filter-title", &[("output", filter.to_string().into())]);
        scene.text([area.x, title.centre()[1]], words, TextSize::Body, Align::Left, Paint::Accent);

        let (label, numbers) = (76.0, 96.0);
        let strip = body.w - label - numbers;
        // As many input channels as fit at the least size; larger where there is room.
        let shown = ((strip / LEAST) as usize).clamp(1, g.in_channels);
        let height = body.h / rows.len().max(1) as f32;
        let side = (strip / shown as f32).min(height * 0.72).min(MOST);
        let most = rows
            .iter()
            .flat_map(|r| r.kernels.iter().flat_map(|(full, taps)| exist(*full, taps)))
            .fold(f32::MIN_POSITIVE, |most, v| most.max(v.abs()));
        let range = Range { min: -most, max: most };
        for (place, row) in rows.iter().enumerate() {
            let line = body.row(place, rows.len(), 0.0);
            let here = row.part == current;
            if here {
                scene.rect(line.shrunk(1.0), Ink::solid(Paint::AccentGround), None).round(4.0);
            }
            let y = line.centre()[1];
            let paint = if here { Paint::Accent } else { Paint::Text };
            let name = if row.part == 1 {
                tr_args(lang, "one-filter-dense", &[("side", g.kernel.to_string().into())])
            } else {
                format!("P = {}", row.part)
            };
            let name = fit(&name, TextSize::Small, label - 10.0);
            scene.text([line.x + 8.0, y], name, TextSize::Small, Align::Left, paint);
            for (i, (full, taps)) in row.kernels.iter().take(shown).enumerate() {
                let cell = Area::new(line.x + label + i as f32 * side, y - side / 2.0, side, side);
                kernel(&mut scene, cell, *full, taps, g.kernel, range);
            }
            let full = row.kernels.iter().filter(|(full, _)| *full).count();
            let weights = full * g.area() + row.kernels.len() - full;
            let args = [
                ("weights", weights.to_string().into()),
                ("full", full.to_string().into()),
                ("small", (row.kernels.len() - full).to_string().into()),
                ("part", row.part.to_string().into()),
                ("side", g.kernel.to_string().into()),
            ];
            let words = tr_args(lang, "one-filter-weights", &args);
            scene.text([line.right() - 8.0, y], words, TextSize::Small, Align::Right, paint);
            scene
                .rect(line, None, None)
                .on_click(Target::Setting("part", Value::Integer(row.part as i64)))
                .tip(tr_args(lang, "one-filter-tip", &args));
        }
        let mut words = tr(lang, "one-filter-key").to_owned();
        if shown < g.in_channels {
            let args = [("shown", shown.to_string().into()), ("total", g.in_channels.to_string().into())];
            words = format!("{words} · {}", tr_args(lang, "one-filter-left-out", &args));
        }
        let words = fit(&words, TextSize::Small, bottom.w);
        scene.text([bottom.x, bottom.centre()[1]], words, TextSize::Small, Align::Left, Paint::Weak);
        scene
    }
}

/// The taps that exist.
fn exist(full: bool, taps: &[f32]) -> &[f32] {
    let middle = taps.len() / 2;
    if full { taps } else { &taps[middle..=middle] }
}

/// A kernel as pixels; of a 1x1 kernel the centre alone.
fn kernel(scene: &mut Scene, cell: Area, full: bool, taps: &[f32], side: usize, range: Range) {
    let gap = (cell.w * 0.08).max(0.75);
    let inner = cell.shrunk(gap);
    let existing = exist(full, taps);
    let (area, width) = if full {
        (inner, side)
    } else {
        let pixel = inner.w / side as f32;
        let [x, y] = inner.centre();
        (Area::new(x - pixel / 2.0, y - pixel / 2.0, pixel, pixel), 1)
    };
    scene.image(area, Raster::of_map(existing, width, width, ColourMap::Diverging, range));
    // Light values would vanish on a light ground.
    scene.rect(area, None, Stroke::new(Ink::faded(Paint::Weak, 0.5), 0.75));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::testing::study;

    #[test]
    fn other_parts_are_what_the_operator_would_be() {
        let run = study("hetconv", &[("part", "4")], 8, 12, 3);
        assert!(run.in_place);
        for part in [1, 2, 4, 8] {
            let other = study("hetconv", &[("part", &part.to_string())], 8, 12, 3);
            let (here, there) = (row(&run, 5, part).unwrap(), row(&other, 5, part).unwrap());
            assert_eq!(here.kernels, there.kernels, "P = {part}");
            assert_eq!(here.kernels.iter().filter(|(full, _)| *full).count(), 8 / part);
        }
        // With P = 1 they are the trained kernels.
        let trained = &run.study.site.kernel.values[5 * 8 * 9..6 * 8 * 9];
        let dense: Vec<f32> =
            row(&run, 5, 1).unwrap().kernels.into_iter().flat_map(|(_, taps)| taps).collect();
        assert_eq!(dense, trained);
    }

    #[test]
    fn parts_are_powers_of_two_and_the_current_one() {
        assert_eq!(parts(16, 3), [1, 2, 3, 4, 8, 16]);
        assert_eq!(parts(3, 1), [1, 2]);
    }
}
