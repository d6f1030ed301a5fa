//! The same channel and pixel in every operator: its map, its difference to the standard operator, and
//! what the pixel reads.

use super::name_line;
use crate::analysis::Range;
use crate::figure::palette::operator_mark;
use crate::figure::parts::{LINE, fit};
use crate::figure::plane::{Plane, image};
use crate::figure::{Align, Area, Ink, Paint, Scene, Stroke, Target, TextSize, numbers};
use crate::picture::Region;
use crate::tensor::HostTensor;
use crate::text::{Lang, tr, tr_args};

/// What a click on a map is: the number of the operator. The place in the map is that of the pointer.
pub const MAP: &str = "bench-map";

/// What a pixel reads of the operator's first input.
#[derive(Clone, Debug, PartialEq)]
pub struct Reads {
    /// For each input channel, whether it is read.
    pub channels: Vec<bool>,
    /// Values read.
    pub values: usize,
    /// The smallest rectangle that holds all pixels read.
    pub window: Region,
}

/// One operator.
#[derive(Clone, Debug)]
pub struct MapCard<'a> {
    /// Its name.
    pub variant: &'static str,
    /// Its map; the first of a batch.
    pub map: &'a HostTensor,
    /// The standard operator's map, where both are comparable.
    pub standard: Option<&'a HostTensor>,
    /// `||map - standard|| / ||standard||` with derived weights, and with fitted ones.
    pub errors: [Option<f64>; 2],
    /// What the chosen pixel reads.
    pub reads: Option<&'a Reads>,
}

/// The picture of all.
#[derive(Clone, Debug)]
pub struct BenchMaps<'a> {
    /// The operators, the standard one first.
    pub cards: &'a [MapCard<'a>],
    /// The channel.
    pub channel: usize,
    /// Column and row of the pixel.
    pub pixel: Option<(usize, usize)>,
    /// The chosen operator.
    pub selected: Option<&'a str>,
}

/// Most operators side by side.
const MOST_COLUMNS: usize = 8;
/// Space between cards.
const GAP: f32 = 10.0;

impl BenchMaps<'_> {
    /// Draws it.
    pub fn draw(&self, lang: Lang, size: [f32; 2]) -> Scene {
        let mut scene = Scene::new(size);
        let (head, rest) = scene.area().shrunk(6.0).split_top(LINE);
        let mut title = tr_args(lang, "bench-maps-title", &[("channel", self.channel.to_string().into())]);
        if let Some((x, y)) = self.pixel {
            let place = [("row", y.to_string().into()), ("column", x.to_string().into())];
            title = format!("{title} · {}", tr_args(lang, "pixel-at", &place));
        }
        scene.text(
            [head.x, head.centre()[1]],
            fit(&title, TextSize::Small, head.w),
            TextSize::Small,
            Align::Left,
            Paint::Weak,
        );
        let count = self.cards.len();
        if count == 0 {
            return scene;
        }
        let rows = count.div_ceil(MOST_COLUMNS);
        let columns = count.div_ceil(rows);
        // Differences of all operators share their colours: stronger ones look stronger.
        let most = self.cards.iter().filter_map(|c| self.difference(c)).map(|d| {
            let Range { min, max } = d.range();
            min.abs().max(max.abs())
        });
        let most = most.fold(0.0, f32::max);
        for (i, card) in self.cards.iter().enumerate() {
            let area = rest.row(i / columns, rows, GAP).column(i % columns, columns, GAP);
            self.card(&mut scene, area, card, i, most, lang);
        }
        scene
    }

    fn plane(&self, map: &HostTensor) -> Plane {
        let shape = map.shape();
        let values = map.channel(0, self.channel % shape.c.max(1)).to_vec();
        Plane { values, width: shape.w, height: shape.h }
    }

    fn difference(&self, card: &MapCard<'_>) -> Option<Plane> {
        let standard = card.standard.filter(|_| card.variant != "standard")?;
        Some(self.plane(card.map).with(&self.plane(standard), |a, b| a - b))
    }

    fn card(&self, scene: &mut Scene, area: Area, card: &MapCard<'_>, i: usize, most: f32, lang: Lang) {
        let (rgb, _) = operator_mark(card.variant);
        let (head, rest) = area.split_top(LINE);
        name_line(scene, lang, head, card.variant, self.selected == Some(card.variant));
        let map = self.plane(card.map);
        // Map, difference, error and what is read follow one another from the top.
        let room = (rest.h - 2.0 * LINE - 14.0 - GAP).max(16.0) / 2.0;
        let size = Area::new(0.0, 0.0, area.w, room).fitted(map.width as f32, map.height as f32);
        let at = Area::new(area.x, rest.y, size.w, size.h);
        image(scene, at, &map, map.range()).on_click(Target::Knob(MAP, i as i64)).tip(tr_args(
            lang,
            "bench-map-tip",
            &[("range", map.scale().into())],
        ));
        self.pixel_marks(scene, at, &map, card);
        let below = Area::new(area.x, at.bottom() + GAP, size.w, size.h);
        let foot = Area::new(area.x, below.bottom() + 4.0, area.w, 2.0 * LINE + 10.0);
        match self.difference(card) {
            Some(difference) => {
                let range = Range { min: -most, max: most };
                image(scene, below, &difference, range).on_click(Target::Knob(MAP, i as i64)).tip(tr_args(
                    lang,
                    "bench-difference-tip",
                    &[("range", difference.scale().into())],
                ));
                self.cross(scene, below, &difference);
            }
            None => {
                let words =
                    if card.variant == "standard" { "bench-reference" } else { "bench-no-difference" };
                let words = fit(tr(lang, words), TextSize::Small, area.w);
                let at = [area.x, below.centre()[1]];
                scene.text(at, words, TextSize::Small, Align::Left, Paint::Weak);
            }
        }
        let (line, strip) = foot.split_top(LINE);
        let error = match card.errors {
            [Some(derived), Some(fitted)] => {
                format!("{} → {}", numbers::percent(derived), numbers::percent(fitted))
            }
            [Some(derived), None] if card.variant != "standard" => numbers::percent(derived),
            _ => String::new(),
        };
        let error = fit(&error, TextSize::Small, area.w);
        if !error.is_empty() {
            let at = [area.x, line.centre()[1]];
            scene.text(at, error, TextSize::Small, Align::Left, Paint::Text);
            scene.rect(line, None, None).tip(tr(lang, "bench-error-hint"));
        }
        if let Some(reads) = card.reads {
            reads_strip(scene, strip, reads, Paint::Rgb(rgb), lang);
        }
    }

    /// The chosen pixel, and the window that it reads where the input has the size of the map.
    fn pixel_marks(&self, scene: &mut Scene, at: Area, map: &Plane, card: &MapCard<'_>) {
        if let Some(reads) = card.reads {
            let [x, y] = [at.w / map.width as f32, at.h / map.height as f32];
            let Region { x0, y0, x1, y1 } = reads.window.clipped(map.width, map.height);
            let window = Area::new(
                at.x + x0 as f32 * x,
                at.y + y0 as f32 * y,
                (x1 - x0).max(0) as f32 * x,
                (y1 - y0).max(0) as f32 * y,
            );
            scene.rect(window, None, Stroke::new(Paint::Rgb(operator_mark(card.variant).0), 1.5));
        }
        self.cross(scene, at, map);
    }

    fn cross(&self, scene: &mut Scene, at: Area, map: &Plane) {
        let Some((x, y)) = self.pixel.filter(|&(x, y)| x < map.width && y < map.height) else { return };
        let [w, h] = [at.w / map.width as f32, at.h / map.height as f32];
        let pixel = Area::new(at.x + x as f32 * w, at.y + y as f32 * h, w, h);
        scene.rect(pixel.shrunk(-1.5), None, Stroke::new(Paint::Accent, 1.5));
    }
}

/// One cell per input channel, filled where the pixel reads it, and the count.
fn reads_strip(scene: &mut Scene, area: Area, reads: &Reads, paint: Paint, lang: Lang) {
    let read = reads.channels.iter().filter(|r| **r).count();
    let Region { x0, y0, x1, y1 } = reads.window;
    let args = [
        ("values", numbers::count(reads.values as u64).into()),
        ("channels", read.to_string().into()),
        ("all", reads.channels.len().to_string().into()),
        ("width", (x1 - x0).to_string().into()),
        ("height", (y1 - y0).to_string().into()),
    ];
    let bar = Area::new(area.x, area.y + 2.0, area.w, 6.0);
    scene.rect(bar, Ink::faded(Paint::Weak, 0.2), None);
    // Neighbouring channels that are read are one mark.
    let cell = bar.w / reads.channels.len().max(1) as f32;
    let mut start = None;
    for c in 0..=reads.channels.len() {
        let on = reads.channels.get(c).copied().unwrap_or(false);
        match (on, start) {
            (true, None) => start = Some(c),
            (false, Some(first)) => {
                let run = Area::new(bar.x + first as f32 * cell, bar.y, (c - first) as f32 * cell, bar.h);
                scene.rect(run, Ink::solid(paint), None);
                start = None;
            }
            _ => {}
        }
    }
    scene.rect(area, None, None).tip(tr_args(lang, "bench-reads-tip", &args));
    let words = fit(&tr_args(lang, "bench-reads", &args), TextSize::Small, area.w);
    let y = bar.bottom() + 9.0;
    scene.text([area.x, y], words, TextSize::Small, Align::Left, Paint::Weak);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene_checks::{check_scene, study};

    #[test]
    fn every_operator_has_its_map_and_its_difference() {
        let names = ["standard", "octave", "spconv", "hetconv", "ghost", "depthwise_separable"];
        let runs: Vec<_> = names.iter().map(|name| study(name, &[], 16, 12)).collect();
        let reads = Reads {
            channels: (0..16).map(|c| c % 4 == 0).collect(),
            values: 36,
            window: Region { x0: 2, y0: 3, x1: 5, y1: 6 },
        };
        let cards: Vec<MapCard<'_>> = runs
            .iter()
            .map(|run| MapCard {
                variant: run.study.variant,
                map: run.map(),
                standard: run.dense(),
                errors: [run.dense().map(|d| run.map().relative_error(d)), None],
                reads: Some(&reads),
            })
            .collect();
        for lang in Lang::ALL {
            for size in [[690.0, 360.0], [1400.0, 700.0]] {
                let maps =
                    BenchMaps { cards: &cards, channel: 3, pixel: Some((3, 4)), selected: Some("octave") };
                let scene = maps.draw(lang, size);
                check_scene(&format!("maps {lang:?} {size:?}"), &scene);
                let clickable =
                    scene.items.iter().filter(|i| matches!(i.target, Some(Target::Knob(MAP, _)))).count();
                assert_eq!(clickable, 2 * names.len() - 1);
            }
        }
        // The difference of the standard operator to itself is nothing.
        let maps = BenchMaps { cards: &cards, channel: 3, pixel: None, selected: None };
        assert!(maps.difference(&cards[0]).is_none());
        assert!(maps.difference(&cards[1]).is_some_and(|d| d.norm() > 0.0));
    }
}
