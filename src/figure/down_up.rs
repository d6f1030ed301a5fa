//! Spatial bottleneck: down, project, up, with the maps at their true relative size.

use super::behind::channels_behind;
use super::parts::{LINE, fit};
use super::plane::{Card, Plane};
use super::{Align, Area, Figure, Ink, Paint, Scene, StudyRun, TextSize, View};
use super::{kit, numbers, palette};
use crate::graph::NodeId;
use crate::text::{tr, tr_args};

/// The spatial bottleneck's way down and up.
#[derive(Debug)]
pub struct DownUp;

/// What it reads, the reduced map, the projected one, the expanded one.
pub(super) fn stages(run: &StudyRun) -> Option<[NodeId; 4]> {
    let reduce = run.node("reduce")?;
    let from = run.graph.node(reduce).inputs[0];
    Some([from, reduce, run.node("projection")?, run.node("expand")?])
}

impl Figure for DownUp {
    fn name(&self) -> &'static str {
        "down_up"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let Some(stages) = stages(run) else { return kit::other_operator(view) };
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(12.0);
        let (maps, costs) = area.split_top(area.h - 4.0 * LINE - 24.0);
        draw_maps(&mut scene, run, view, maps, &stages);
        draw_costs(&mut scene, run, view, costs, &stages);
        scene
    }
}

fn draw_maps(scene: &mut Scene, run: &StudyRun, view: &View<'_>, area: Area, stages: &[NodeId; 4]) {
    let size = TextSize::Small;
    let chosen = kit::chosen(run, view);
    let behind = channels_behind(&run.graph, run.output(), chosen);
    let planes = stages.map(|id| {
        let channel = kit::channel_at(run, &behind, id, chosen);
        (id, channel, Plane::of(run, id, channel))
    });
    // Wide enough for the words below the small maps.
    let gap = (area.w * 0.06).max(40.0);
    let small_least = 104.0;
    let full = planes[0].2.width.max(planes[0].2.height) as f32;
    let ratio = planes[1].2.width.max(planes[1].2.height) as f32 / full;
    let wide = ((area.w - 3.0 * gap) / (2.0 + 2.0 * ratio))
        .min((area.w - 3.0 * gap - 2.0 * small_least) / 2.0)
        .min(area.h - 4.0 * LINE);
    let slot = |side: f32| side.max(small_least);
    let total = 2.0 * wide + 2.0 * slot(wide * ratio) + 3.0 * gap;
    let mut x = area.x + (area.w - total) / 2.0;
    let keys = ["bottleneck-input", "bottleneck-down", "bottleneck-project", "bottleneck-up"];
    let mut pictures: Vec<Area> = Vec::new();
    let middle = area.y + 2.0 * LINE + wide / 2.0;
    for ((id, channel, plane), key) in planes.iter().zip(keys) {
        let scale = wide / full;
        let (w, h) = ((plane.width as f32 * scale).max(2.0), (plane.height as f32 * scale).max(2.0));
        let room = slot(w);
        let at = Area::new(x + (room - w) / 2.0, middle - h / 2.0, w, h);
        let args = [("node", run.short_name(*id).to_owned().into()), ("channel", channel.to_string().into())];
        let tip = tr_args(view.lang, "map-tip", &args);
        Card::new(tr(view.lang, key), plane).from(*id, *channel).tip(tip).draw_at(
            scene,
            at,
            room + gap - 6.0,
        );
        let shape = numbers::shape(run.graph.shape(*id));
        let below = [at.centre()[0], at.bottom() + LINE * 1.5];
        scene.text(below, shape, size, Align::Middle, Paint::Weak);
        if let Some(before) = pictures.last() {
            kit::step_arrow(scene, *before, at);
        }
        pictures.push(at);
        x += room + gap;
    }
}

/// Multiply-adds of the three operations, relative to the standard convolution.
fn draw_costs(scene: &mut Scene, run: &StudyRun, view: &View<'_>, area: Area, stages: &[NodeId; 4]) {
    let size = TextSize::Small;
    let rgb = Paint::Rgb(palette::operator_mark("spatial_bottleneck").0);
    let own: u64 = stages[1..].iter().map(|&id| run.macs(id)).sum();
    let keys = ["bottleneck-down", "bottleneck-project", "bottleneck-up"];
    let names: Vec<&str> = keys.iter().map(|key| tr(view.lang, key)).collect();
    let name_w = names.iter().map(|n| super::text_width(n, size)).fold(0.0, f32::max).min(area.w * 0.4);
    let number = |macs: u64| {
        let part = macs as f64 / own.max(1) as f64;
        format!("{} · {}", numbers::count(macs), numbers::percent(part))
    };
    let number_w = stages[1..].iter().map(|&id| super::text_width(&number(run.macs(id)), size));
    let number_w = number_w.fold(0.0, f32::max);
    let mut y = area.bottom() - 4.0 * LINE - 8.0;
    for (&id, name) in stages[1..].iter().zip(names) {
        let middle = y + LINE / 2.0;
        scene.text([area.x, middle], fit(name, size, name_w), size, Align::Left, Paint::Text);
        scene.text([area.right(), middle], number(run.macs(id)), size, Align::Right, Paint::Text);
        let bar = Area::new(area.x + name_w + 12.0, y + 4.0, area.w - name_w - number_w - 24.0, LINE - 8.0);
        kit::bar(scene, bar, run.macs(id) as f64 / own.max(1) as f64, rgb);
        scene.rect(bar, None, None).tip(tr(view.lang, "bottleneck-share-tip"));
        y += LINE;
    }
    y += 6.0;
    let text = tr_args(
        view.lang,
        "bottleneck-sum",
        &[("macs", numbers::count(own).into()), ("share", numbers::percent(run.share(own)).into())],
    );
    let text = fit(&text, size, area.w);
    scene.text([area.x, y + LINE / 2.0], text, size, Align::Left, Ink::solid(Paint::Weak));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Mark;
    use crate::figure::scene_checks::{check_figure, draw, study};
    use crate::text::Lang;

    #[test]
    fn the_stages_cost_what_the_formula_says() {
        // n = 16, k = 2, 12 x 12: depthwise n h w each way, the projection n^2 at a quarter of the pixels.
        let run = study("spatial_bottleneck", &[("kernel", "2")], 16, 12);
        let macs = stages(&run).expect("stages").map(|id| run.macs(id));
        assert_eq!(macs[1..], [16 * 144, 256 * 36, 16 * 144]);
        assert_eq!(macs[1..].iter().sum::<u64>(), run.cost.total.macs);
    }

    #[test]
    fn maps_have_their_true_relative_size() {
        let run = study("spatial_bottleneck", &[("kernel", "3")], 8, 12);
        let scene = draw(&DownUp, &run, Lang::En, [1500.0, 1000.0], &[]);
        let width = |mark: &Mark| if let Mark::Image { area, .. } = mark { Some(area.w) } else { None };
        let widths: Vec<f32> = scene.items.iter().filter_map(|item| width(&item.mark)).collect();
        let relative: Vec<f32> = widths.iter().map(|w| (w / widths[0] * 300.0).round()).collect();
        assert_eq!(relative, [300.0, 100.0, 100.0, 300.0]);
    }

    #[test]
    fn it_fits_at_every_kernel() {
        for kernel in ["1", "2", "3", "8"] {
            check_figure(&DownUp, &study("spatial_bottleneck", &[("kernel", kernel)], 8, 13), &[]);
        }
    }
}
