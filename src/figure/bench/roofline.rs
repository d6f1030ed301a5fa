//! The roof of a device over multiply-adds per byte, and under it operators as dots.

use crate::analysis::{Roofline, Spread};
use crate::figure::axes::{Axes, Span};
use crate::figure::palette::operator_mark;
use crate::figure::parts::{LINE, fit};
use crate::figure::{Align, Area, Ink, Mark, Paint, Scene, Stroke, Target, TextSize, numbers, text_width};
use crate::text::{Lang, tr, tr_args};

/// An operator under the roof.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// Name of the operator.
    pub variant: &'static str,
    /// Executed multiply-adds per byte.
    pub intensity: f64,
    /// Multiply-adds per second, with the spread of its time.
    pub rate: Spread,
}

/// The picture of a roofline.
#[derive(Clone, Debug)]
pub struct RooflineFigure<'a> {
    /// The device; `None` while it is not measured.
    pub roof: Option<&'a Roofline>,
    /// The operators, in the order of the table.
    pub dots: &'a [Dot],
    /// The chosen one.
    pub selected: Option<&'a str>,
    /// Maps at a time.
    pub batch: usize,
    /// Said in place of the dots, where there is a reason not to show them.
    pub instead: Option<&'a str>,
}

/// What a click on a dot is: the number of the dot.
pub const DOT: &str = "roofline-dot";

/// Room of labels on the left and below.
const LEFT: f32 = 46.0;
const BELOW: f32 = 34.0;
/// Half the side of what can be clicked around a dot.
const REACH: f32 = 9.0;

impl RooflineFigure<'_> {
    /// Draws it.
    pub fn draw(&self, lang: Lang, size: [f32; 2]) -> Scene {
        let mut scene = Scene::new(size);
        let area = scene.area().shrunk(6.0);
        let Some(roof) = self.roof else {
            let words = self.instead.unwrap_or_else(|| tr(lang, "roofline-not-measured"));
            scene.text(area.centre(), words, TextSize::Body, Align::Middle, Paint::Weak);
            return scene;
        };
        let (head, rest) = area.split_top(LINE);
        let title = match roof.software {
            true => tr_args(lang, "roofline-of-software", &[("device", roof.device.as_str().into())]),
            false => tr_args(lang, "roofline-of", &[("device", roof.device.as_str().into())]),
        };
        let title = fit(&title, TextSize::Small, head.w);
        let ink = if roof.software { Paint::Accent } else { Paint::Weak };
        scene.text([head.x, head.centre()[1]], title, TextSize::Small, Align::Left, ink);
        let plot =
            Area::new(rest.x + LEFT, rest.y + 20.0, rest.w - LEFT - 14.0, (rest.h - BELOW - 20.0).max(60.0));
        let axes = self.axes(roof, plot);
        frame(&mut scene, &axes, lang);
        let mut taken = Taken::default();
        roof_lines(&mut scene, &axes, roof, lang, &mut taken);
        match self.instead {
            Some(words) => {
                // Below the roof at its right, where no slope crosses the words.
                let at = [plot.right() - 12.0, plot.y + 0.8 * plot.h];
                let words = fit(words, TextSize::Body, plot.w - 24.0);
                scene.text(at, words, TextSize::Body, Align::Right, Paint::Accent);
            }
            None => self.dots(&mut scene, &axes, lang, &mut taken),
        }
        scene
    }

    /// Powers of two around the ridge and all dots.
    fn axes(&self, roof: &Roofline, area: Area) -> Axes {
        let [cache, memory] = roof.slopes();
        let peak = roof.macs.high.max(1.0);
        let ridge = |rate: f64| peak / rate.max(1.0);
        let xs = self.dots.iter().map(|d| d.intensity).filter(|x| *x > 0.0);
        let least = xs.clone().fold(ridge(cache.rate.high) / 8.0, f64::min) / 1.6;
        let most = xs.fold(ridge(memory.rate.low) * 4.0, f64::max) * 1.6;
        let ys = self.dots.iter().flat_map(|d| [d.rate.low, d.rate.high]).filter(|y| *y > 0.0);
        let highest = ys.clone().fold(peak, f64::max) * 2.2;
        let lowest = ys.fold(least * memory.rate.low, f64::min) / 1.6;
        let power = |v: f64, up: bool| {
            let exponent = v.max(f64::MIN_POSITIVE).log2();
            (if up { exponent.ceil() } else { exponent.floor() }).exp2()
        };
        Axes {
            area,
            x: Span { least: power(least, false), most: power(most, true), log: true },
            y: Span { least: lowest, most: highest, log: true },
        }
    }

    fn dots(&self, scene: &mut Scene, axes: &Axes, lang: Lang, taken: &mut Taken) {
        let shown: Vec<_> = self.dots.iter().enumerate().filter(|(_, d)| d.intensity > 0.0).collect();
        for (_, dot) in &shown {
            let [x, y] = axes.at(dot.intensity, dot.rate.median);
            taken.0.push(Area::new(x - 6.0, y - 6.0, 12.0, 12.0));
        }
        for (i, dot) in shown {
            let (rgb, mark) = operator_mark(dot.variant);
            let paint = Paint::Rgb(rgb);
            let [x, y] = axes.at(dot.intensity, dot.rate.median);
            let [_, low] = axes.at(dot.intensity, dot.rate.low);
            let [_, high] = axes.at(dot.intensity, dot.rate.high);
            scene.line([[x, low], [x, high]], Stroke::new(paint, 1.5));
            for end in [low, high] {
                scene.line([[x - 3.0, end], [x + 3.0, end]], Stroke::new(paint, 1.5));
            }
            let selected = self.selected == Some(dot.variant);
            if selected {
                let stroke = Some(Stroke::new(Paint::Accent, 1.5));
                scene.add(Mark::Circle { centre: [x, y], radius: 9.0, fill: None, stroke });
            }
            sign(scene, mark, [x, y], paint);
            let name = tr(lang, &format!("op-{}-short", dot.variant));
            if let Some(at) = taken.beside([x, y], text_width(name, TextSize::Small), axes.area) {
                let ink = if selected { Paint::Accent } else { Paint::Text };
                scene.text(at, name, TextSize::Small, Align::Left, ink);
            }
            let args = [
                ("operator", name.into()),
                ("batch", self.batch.to_string().into()),
                ("intensity", numbers::per_byte(dot.intensity).into()),
                ("rate", numbers::rate(dot.rate.median).into()),
                ("low", numbers::rate(dot.rate.low).into()),
                ("high", numbers::rate(dot.rate.high).into()),
            ];
            scene
                .rect(Area::new(x - REACH, y - REACH, 2.0 * REACH, 2.0 * REACH), None, None)
                .on_click(Target::Knob(DOT, i as i64))
                .tip(tr_args(lang, "roofline-dot", &args));
        }
    }
}

/// Ground, grid and names: a line for each second power of two below, for 1, 2, 5 on the left.
fn frame(scene: &mut Scene, axes: &Axes, lang: Lang) {
    let mut xs = Vec::new();
    let mut value = axes.x.least;
    while value <= axes.x.most * 1.01 {
        xs.push((value, numbers::per_byte(value)));
        value *= 2.0;
    }
    let mut ys = Vec::new();
    let mut decade = 10_f64.powf(axes.y.least.log10().floor());
    while decade <= axes.y.most {
        for step in [1.0, 2.0, 5.0] {
            let value = decade * step;
            if value >= axes.y.least && value <= axes.y.most {
                ys.push((value, numbers::giga(value)));
            }
        }
        decade *= 10.0;
    }
    axes.frame(scene, &xs, &ys, [tr(lang, "roofline-x"), tr(lang, "roofline-y")]);
}

/// The slopes of caches and main memory, the flat peak, each with its spread as a band.
fn roof_lines(scene: &mut Scene, axes: &Axes, roof: &Roofline, lang: Lang, taken: &mut Taken) {
    let [cache, memory] = roof.slopes();
    let (left, right) = (axes.x.least, axes.x.most);
    // From the left edge (or where it enters from below) up to the peak.
    let slope = |bandwidth: f64, peak: f64| -> [(f64, f64); 2] {
        let from = left.max(axes.y.least / bandwidth);
        let ridge = (peak / bandwidth).min(right);
        [(from.min(ridge), from.min(ridge) * bandwidth), (ridge, ridge * bandwidth)]
    };
    let ridge = roof.macs.median / cache.rate.median;
    let top = |low: f64| axes.at(left, low)[1];
    let start = axes.at(ridge.clamp(left, right), roof.macs.median)[0];
    let band = Area::new(
        start,
        top(roof.macs.high),
        axes.area.right() - start,
        top(roof.macs.low) - top(roof.macs.high),
    );
    let tip = |key: &str, spread: &Spread, write: fn(f64) -> String| {
        let args = [
            ("rate", write(spread.median).into()),
            ("low", write(spread.low).into()),
            ("high", write(spread.high).into()),
        ];
        tr_args(lang, key, &args)
    };
    scene.rect(band, Ink::faded(Paint::Text, 0.12), None);
    let line = Stroke::new(Paint::Text, 2.0);
    let [a, b] = slope(cache.rate.median, roof.macs.median);
    axes.curve(scene, &[a, b, (right, roof.macs.median)], line);
    let reach = Area::new(band.x, band.y - 5.0, band.w, band.h + 10.0);
    scene.rect(reach, None, None).tip(tip("roofline-peak-tip", &roof.macs, numbers::rate));
    let apart = cache.rate.median / memory.rate.median > 1.1;
    if apart {
        let [a, b] = slope(memory.rate.median, roof.macs.median);
        axes.curve(scene, &[a, b], Stroke::dashed(Paint::Text, 1.5));
    }
    // The words of the peak stand at the right end, above the line.
    let words = tr_args(lang, "roofline-peak", &[("rate", numbers::rate(roof.macs.median).into())]);
    let y = top(roof.macs.high) - 9.0;
    let at = [axes.area.right() - 4.0, y];
    let width = text_width(&words, TextSize::Small);
    taken.0.push(Area::new(at[0] - width, y - 8.0, width, 16.0));
    scene.text(at, words, TextSize::Small, Align::Right, Paint::Text);
    // Those of the slopes in the upper left corner, where no operator can be.
    let mut row = Area::new(axes.area.x + 8.0, axes.area.y + 4.0, start - axes.area.x - 16.0, LINE);
    let slopes = [("roofline-cache", &cache, false), ("roofline-memory", &memory, true)];
    for (key, bandwidth, dashed) in slopes.into_iter().take(if apart { 2 } else { 1 }) {
        let key = if apart { key } else { "roofline-bandwidth" };
        let words = tr_args(lang, key, &[("rate", numbers::bytes_rate(bandwidth.rate.median).into())]);
        let y = row.centre()[1];
        let stroke = if dashed { Stroke::dashed(Paint::Text, 1.5) } else { line };
        scene.line([[row.x, y], [row.x + 18.0, y]], stroke);
        let words = fit(&words, TextSize::Small, (row.w - 24.0).max(0.0));
        let width = text_width(&words, TextSize::Small);
        let at = Area::new(row.x, row.y, 24.0 + width, row.h);
        taken.0.push(at);
        scene.text([row.x + 24.0, y], words, TextSize::Small, Align::Left, Paint::Text);
        scene.rect(at, None, None).tip(tip("roofline-slope-tip", &bandwidth.rate, numbers::bytes_rate));
        row.y += LINE;
    }
}

/// The operator's second mark as a shape: dots may lie on each other where operators are alike.
fn sign(scene: &mut Scene, mark: &str, [x, y]: [f32; 2], paint: Paint) {
    const R: f32 = 5.5;
    let (fill, stroke) = (Some(Ink::solid(paint)), Some(Stroke::new(Paint::Panel, 1.0)));
    let points = match mark {
        "■" => vec![[x - R, y - R], [x + R, y - R], [x + R, y + R], [x - R, y + R]],
        "▲" => vec![[x, y - R], [x + R, y + R], [x - R, y + R]],
        "▼" => vec![[x - R, y - R], [x + R, y - R], [x, y + R]],
        "◆" => vec![[x, y - R - 1.0], [x + R + 1.0, y], [x, y + R + 1.0], [x - R - 1.0, y]],
        _ => {
            scene.add(Mark::Circle { centre: [x, y], radius: R, fill, stroke });
            return;
        }
    };
    scene.add(Mark::Polygon { points, fill, stroke });
}

/// Where something stands already.
#[derive(Default)]
struct Taken(Vec<Area>);

impl Taken {
    /// Room for a label beside a dot: on the right, on the left, above, below; `None` where there is none.
    fn beside(&mut self, [x, y]: [f32; 2], width: f32, within: Area) -> Option<[f32; 2]> {
        const HEIGHT: f32 = 13.0;
        let places = [
            [x + 13.0, y],
            [x - 13.0 - width, y],
            [x - width / 2.0, y - 16.0],
            [x - width / 2.0, y + 16.0],
            [x + 9.0, y - 12.0],
            [x + 9.0, y + 12.0],
            [x - 9.0 - width, y - 12.0],
            [x - 9.0 - width, y + 12.0],
        ];
        let area = |[x, y]: [f32; 2]| Area::new(x, y - HEIGHT / 2.0, width, HEIGHT);
        let free = |a: Area| {
            let inside = a.x >= within.x && a.right() <= within.right();
            let inside = inside && a.y >= within.y && a.bottom() <= within.bottom();
            inside
                && self
                    .0
                    .iter()
                    .all(|b| a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y)
        };
        let found = places.into_iter().find(|&at| free(area(at)))?;
        self.0.push(area(found));
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Bandwidth, SyncCheck};
    use crate::figure::scene_checks::check_scene;

    fn spread(median: f64) -> Spread {
        Spread { median, low: median * 0.95, high: median * 1.05, rounds: 9 }
    }

    pub(crate) fn roof(software: bool) -> Roofline {
        let at = |working_set, rate| Bandwidth { working_set, rate: spread(rate) };
        Roofline {
            device: "Intel Xeon Processor (CPU, 2 threads, AVX-512)".into(),
            software,
            program: Roofline::program(),
            macs: spread(90e9),
            bandwidth: vec![at(1 << 19, 60e9), at(32 << 20, 12e9)],
            run_ns: spread(1e4),
            step_ns: spread(2e3),
            sync: SyncCheck { work: 4.0, time: spread(4.0) },
        }
    }

    fn dots() -> Vec<Dot> {
        let dot = |variant, intensity, rate| Dot { variant, intensity, rate: spread(rate) };
        vec![
            dot("standard", 70.0, 80e9),
            dot("depthwise_separable", 6.0, 30e9),
            dot("octave", 40.0, 45e9),
            dot("spconv", 38.0, 44e9),
            dot("hetconv", 36.0, 46e9),
            dot("ghost", 37.0, 45.5e9),
            dot("depthwise", 1.1, 9e9),
        ]
    }

    #[test]
    fn dots_stand_where_their_numbers_say_and_under_the_roof() {
        let (roof, dots) = (roof(false), dots());
        let figure =
            RooflineFigure { roof: Some(&roof), dots: &dots, selected: None, batch: 1, instead: None };
        let scene = figure.draw(Lang::En, [700.0, 400.0]);
        let at = |i: i64| {
            let found = scene.items.iter().find(|item| item.target == Some(Target::Knob(DOT, i)));
            let Some(Mark::Rect { area, .. }) = found.map(|item| &item.mark) else { panic!("dot {i}") };
            area.centre()
        };
        for (i, a) in dots.iter().enumerate() {
            for (j, b) in dots.iter().enumerate() {
                let ([xa, ya], [xb, yb]) = (at(i as i64), at(j as i64));
                assert_eq!(a.intensity < b.intensity, xa < xb - 1e-3, "{} {}", a.variant, b.variant);
                assert_eq!(a.rate.median < b.rate.median, ya > yb + 1e-3);
            }
        }
        // Equal factors have equal lengths: from 1.1 to 6 as far as the logarithm says.
        let share = (at(1)[0] - at(6)[0]) / (at(0)[0] - at(6)[0]);
        let right = ((6.0_f64 / 1.1).ln() / (70.0_f64 / 1.1).ln()) as f32;
        assert!((share - right).abs() < 1e-3, "{share} {right}");
        // The peak is drawn above every dot.
        let line = scene.items.iter().find_map(|item| match &item.mark {
            Mark::Line { points, .. } if points.len() == 3 => points.last().copied(),
            _ => None,
        });
        let [_, top] = line.expect("the roof");
        assert!((0..dots.len() as i64).all(|i| at(i)[1] > top));
    }

    #[test]
    fn labels_keep_their_room_in_both_languages() {
        let (dots, none) = (dots(), Vec::new());
        for software in [false, true] {
            let roof = roof(software);
            for lang in Lang::ALL {
                for size in [[520.0, 260.0], [700.0, 400.0], [1400.0, 800.0]] {
                    for (roof, dots, instead) in
                        [(Some(&roof), &dots, None), (Some(&roof), &none, Some("?")), (None, &none, None)]
                    {
                        let figure =
                            RooflineFigure { roof, dots, selected: Some("octave"), batch: 1, instead };
                        check_scene(&format!("roofline {lang:?} {size:?}"), &figure.draw(lang, size));
                    }
                }
            }
        }
    }

    #[test]
    fn a_software_adapter_is_called_one() {
        let roof = roof(true);
        let figure = RooflineFigure { roof: Some(&roof), dots: &[], selected: None, batch: 1, instead: None };
        let scene = figure.draw(Lang::En, [700.0, 400.0]);
        let said =
            crate::figure::scene_checks::texts(&scene).iter().any(|t| t.contains("Software rendering"));
        assert!(said);
    }
}
