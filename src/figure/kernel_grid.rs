//! The kernels of HetConv as the paper draws them: columns are filters, rows input channels; a wide bar
//! is a k x k kernel, a small square a 1x1 kernel.

use super::links::{Link, Links};
use super::numbers::count;
use super::palette::operator_mark;
use super::parts::{LINE, Sample, key};
use super::{Align, Area, Figure, Ink, Paint, Scene, Stroke, StudyRun, Target, TextSize, View, text_width};
use crate::graph::NodeId;
use crate::text::{tr, tr_args};

/// Least side of a cell in points.
const LEAST: f32 = 9.0;
/// Greatest one.
const MOST: f32 = 44.0;
/// How much higher than wide a cell may be, so that a layer with many filters fills the room.
const STRETCH: f32 = 1.8;

/// M x N kernel layout.
#[derive(Debug)]
pub struct KernelGrid;

/// The first convolution and its connections.
pub(super) fn convolution(run: &StudyRun) -> Option<(NodeId, Links)> {
    let (id, _) = run.convolutions().last()?;
    Some((id, Links::of(&run.graph, id)?))
}

/// The part of an axis of `count` that is shown where `room` fit, so that `chosen` is among it: whole
/// pages, as one turns them.
fn shown(count: usize, room: usize, chosen: usize) -> std::ops::Range<usize> {
    let room = room.clamp(1, count);
    let start = (chosen.min(count - 1) / room * room).min(count - room);
    start..start + room
}

impl Figure for KernelGrid {
    fn name(&self) -> &'static str {
        "kernel_grid"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let lang = view.lang;
        let Some((id, links)) = convolution(run) else { return scene };
        let part = run.study.settings.integer("part").max(1);
        let area = scene.area().shrunk(8.0);
        let (title, rest) = area.split_top(LINE + 4.0);
        let (body, bottom) = rest.split_top(rest.h - 2.0 * LINE);
        let room = Area::new(body.x + 34.0, body.y + 18.0, body.w - 36.0, body.h - 22.0);

        let chosen = view.channel.min(links.outputs - 1);
        let filters = shown(links.outputs, (room.w / LEAST) as usize, chosen);
        let channels = shown(links.inputs, (room.h / LEAST) as usize, 0);
        let (rows, columns) = (channels.len() as f32, filters.len() as f32);
        let side = (room.w / columns).min(MOST).min(room.h / rows * STRETCH);
        let high = (room.h / rows).min(side * STRETCH).min(MOST);
        let (w, h) = (side * columns, high * rows);
        let grid = Area::new(room.x + (room.w - w) / 2.0, room.y, w, h);

        let order = if run.study.settings.is("order", "block") { "block" } else { "shifted" };
        let rule = tr_args(lang, &format!("kernel-grid-{order}"), &[("part", part.to_string().into())]);
        scene.text([area.x, title.centre()[1]], rule, TextSize::Body, Align::Left, Paint::Text);

        let colour = Paint::Rgb(operator_mark(run.study.variant).0);
        let column = |o: usize| Area::new(grid.x + (o - filters.start) as f32 * side, grid.y, side, grid.h);
        scene.rect(column(chosen), Ink::solid(Paint::AccentGround), None);
        let gap = (side * 0.12).max(1.0);
        for o in filters.clone() {
            for i in channels.clone() {
                let cell = Area::new(column(o).x, grid.y + (i - channels.start) as f32 * high, side, high);
                let accent = o == chosen;
                match links.link(o, i) {
                    Link::Full => {
                        let paint = if accent { Paint::Accent } else { colour };
                        scene.rect(cell.shrunk(gap / 2.0), Ink::solid(paint), None);
                    }
                    Link::Centre => {
                        let ink =
                            if accent { Ink::solid(Paint::Accent) } else { Ink::faded(Paint::Weak, 0.6) };
                        let dot = side.min(high) * 0.24;
                        let [x, y] = cell.centre();
                        scene.rect(Area::new(x - dot / 2.0, y - dot / 2.0, dot, dot), ink, None);
                    }
                    Link::None => {}
                }
            }
        }
        scene.rect(grid.shrunk(-1.0), None, Stroke::new(Paint::Line, 1.0));
        scene.rect(column(chosen).shrunk(-0.5), None, Stroke::new(Paint::Accent, 1.5));
        hits(&mut scene, id, &links, view, &filters, &channels, &column, high);

        // Numbers of the first and last filter and channel, and of the chosen filter.
        let above = grid.y - 10.0;
        let mut taken: Vec<f32> = Vec::new();
        for (o, paint) in
            [(chosen, Paint::Accent), (filters.start, Paint::Weak), (filters.end - 1, Paint::Weak)]
        {
            let (x, half) = (column(o).centre()[0], text_width(&o.to_string(), TextSize::Small) / 2.0 + 4.0);
            if taken.iter().all(|other| (other - x).abs() > 2.0 * half) {
                scene.text([x, above], o.to_string(), TextSize::Small, Align::Middle, paint);
                taken.push(x);
            }
        }
        for i in [channels.start, channels.end - 1] {
            let y = grid.y + ((i - channels.start) as f32 + 0.5) * high;
            scene.text([grid.x - 6.0, y], i.to_string(), TextSize::Small, Align::Right, Paint::Weak);
        }

        let (line, last) = bottom.split_top(LINE);
        let wide = tr_args(lang, "kernel-grid-wide", &[("side", links.kernel.to_string().into())]);
        key(
            &mut scene,
            line,
            &[
                (Sample::Fill(colour.into()), &wide),
                (Sample::Dot(Ink::faded(Paint::Weak, 0.6)), tr(lang, "kernel-grid-small")),
                (Sample::Frame(Stroke::new(Paint::Accent, 1.5)), tr(lang, "kernel-grid-chosen")),
            ],
        );
        let number = |n: usize| count(n as u64).into();
        let args = [
            ("full", number(links.full())),
            ("small", number(links.connections() - links.full())),
            ("weights", number(links.taps())),
            ("dense", number(links.dense_taps())),
            ("side", links.kernel.to_string().into()),
        ];
        let mut words = tr_args(lang, "kernel-grid-numbers", &args);
        if filters.len() < links.outputs || channels.len() < links.inputs {
            let args = [
                ("filters", format!("{}–{}", filters.start, filters.end - 1).into()),
                ("channels", format!("{}–{}", channels.start, channels.end - 1).into()),
            ];
            words = format!("{words} · {}", tr_args(lang, "kernel-grid-part", &args));
        }
        let words = super::parts::fit(&words, TextSize::Small, last.w);
        scene.text([last.x, last.centre()[1]], words, TextSize::Small, Align::Left, Paint::Weak);
        scene
    }
}

/// A click chooses the column's filter; the tip names filter, channel and kernel.
#[expect(clippy::too_many_arguments, reason = "the parts of one picture")]
fn hits(
    scene: &mut Scene,
    id: NodeId,
    links: &Links,
    view: &View<'_>,
    filters: &std::ops::Range<usize>,
    channels: &std::ops::Range<usize>,
    column: &dyn Fn(usize) -> Area,
    high: f32,
) {
    let number = |n: usize| n.to_string().into();
    for o in filters.clone() {
        let inputs = links.inputs_of(o);
        let full = inputs.iter().filter(|&&i| links.link(o, i) == Link::Full).count();
        let args = [
            ("output", number(o)),
            ("full", number(full)),
            ("small", number(inputs.len() - full)),
            ("side", number(links.kernel)),
        ];
        let tip = tr_args(view.lang, "kernel-grid-tip", &args);
        scene.rect(column(o), None, None).on_click(Target::Channel(id, o)).tip(tip);
    }
    // Tips of single kernels where they are few enough to be aimed at.
    if filters.len() * channels.len() > 1200 {
        return;
    }
    for o in filters.clone() {
        for i in channels.clone() {
            let kernel = if links.link(o, i) == Link::Full { links.kernel } else { 1 };
            let args = [("output", number(o)), ("input", number(i)), ("side", number(kernel))];
            let area = column(o);
            let y = area.y + (i - channels.start) as f32 * high;
            let cell = Area::new(area.x, y, area.w, high);
            let tip = tr_args(view.lang, "matrix-cell-tip", &args);
            scene.rect(cell, None, None).on_click(Target::Channel(id, o)).tip(tip);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Mark;
    use crate::figure::testing::{scene, study};

    #[test]
    fn wide_bars_stand_where_the_paper_has_them() {
        for (order, part) in [("shifted", 4), ("block", 4), ("shifted", 3)] {
            let run = study("hetconv", &[("part", &part.to_string()), ("order", order)], 12, 16, 3);
            let (_, links) = convolution(&run).unwrap();
            for o in 0..16 {
                for i in 0..12 {
                    let full = match order {
                        "block" => o * part / 16 == i * part / 12,
                        _ => (i as i64 - o as i64).rem_euclid(part as i64) == 0,
                    };
                    assert_eq!(links.link(o, i) == Link::Full, full, "{order} {part}: {o} {i}");
                }
            }
            // All are drawn: wide bars are the largest filled cells.
            let picture = scene("kernel_grid", &run, 2, &[]);
            let fills = picture.items.iter().filter_map(|item| match &item.mark {
                // Neither the dots of 1x1 kernels nor the ground of a whole column.
                Mark::Rect { area, fill: Some(_), .. } if area.h < 30.0 => Some(area.w),
                _ => None,
            });
            let widths: Vec<f32> = fills.filter(|w| *w > 11.0).collect();
            assert_eq!(widths.len(), links.full(), "{order} {part}");
        }
    }

    #[test]
    fn pages_hold_the_chosen_filter() {
        assert_eq!(shown(64, 100, 63), 0..64);
        assert_eq!(shown(64, 20, 25), 20..40);
        assert_eq!(shown(64, 20, 63), 44..64);
    }
}
