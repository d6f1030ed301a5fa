//! OctConv: its one kernel as a square cut in four: areas are weights, shading is what each weight costs.

use super::octave_parts::{Level, Octave, Path};
use super::parts::{LINE, fit, paragraph};
use super::{Align, Area, Figure, Ink, Paint, Scene, Stroke, StudyRun, TextSize, View};
use super::{kit, numbers, palette};
use crate::text::{tr, tr_args};

/// OctConv's kernel, cut in four.
#[derive(Debug)]
pub struct WeightSquare;

/// Multiply-adds of each weight of a path, relative to a weight of the standard convolution: 1 at the
/// full resolution, 1/4 at half of it.
pub(super) fn price(run: &StudyRun, path: &Path) -> f64 {
    let standard = run.standard.macs as f64 / run.standard.params.max(1) as f64;
    path.macs as f64 / path.weights.max(1) as f64 / standard
}

/// `1/4` where it is one of these.
fn fraction(price: f64) -> String {
    match price {
        p if (p - 1.0).abs() < 1e-9 => "1".into(),
        p if (p - 0.25).abs() < 1e-9 => "1/4".into(),
        p => format!("{p:.3}"),
    }
}

impl Figure for WeightSquare {
    fn name(&self) -> &'static str {
        "weight_square"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let Some(octave) = Octave::of(run) else { return kit::other_operator(view) };
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(12.0);
        let side = (area.w * 0.46).min(area.h - 3.0 * LINE - 30.0);
        let top = area.y + LINE * 2.0 + (area.h - side - 3.0 * LINE - 20.0).max(0.0) * 0.4;
        let square = Area::new(area.x + LINE + 14.0, top, side, side);
        draw_square(&mut scene, run, view, &octave, square);
        let right = square.right() + 36.0;
        draw_cost(&mut scene, run, view, &octave, Area::new(right, top, area.right() - right, side));
        scene
    }
}

fn draw_square(scene: &mut Scene, run: &StudyRun, view: &View<'_>, octave: &Octave, square: Area) {
    let size = TextSize::Small;
    let (rgb, _) = palette::operator_mark("octave");
    let [inputs, outputs] = [octave.sum(|p| p.to == Level::High, |p| p.inputs), {
        octave.sum(|p| p.from == Level::High, |p| p.outputs)
    }];
    let high_in = octave.path(Level::High, Level::High).map_or(0, |p| p.inputs) as f32 / inputs as f32;
    let high_out = octave.path(Level::High, Level::High).map_or(0, |p| p.outputs) as f32 / outputs as f32;
    let span = |level: Level, share: f32| match level {
        Level::High => (0.0, share),
        Level::Low => (share, 1.0 - share),
    };
    for path in &octave.paths {
        let ((x, w), (y, h)) = (span(path.from, high_in), span(path.to, high_out));
        let cell = Area::new(square.x + x * side(square), square.y + y * side(square), w * side(square), {
            h * side(square)
        });
        let price = price(run, path);
        let paint = if path.is_within() { kit::WITHIN } else { kit::ACROSS };
        let stroke = if path.is_within() { Stroke::new(paint, 2.0) } else { Stroke::dashed(paint, 2.0) };
        let name = format!("{} → {}", tr(view.lang, path.from.key()), tr(view.lang, path.to.key()));
        let tip = tr_args(
            view.lang,
            "octave-weights-tip",
            &[
                ("path", name.as_str().into()),
                ("weights", numbers::count(path.weights).into()),
                ("price", fraction(price).into()),
                ("macs", numbers::count(path.macs).into()),
            ],
        );
        let fill = Ink::faded(Paint::Rgb(rgb), 0.06 + 0.6 * price as f32);
        scene.rect(cell.shrunk(1.5), Some(fill), Some(stroke)).tip(tip);
        let weights =
            tr_args(view.lang, "octave-weights", &[("weights", numbers::count(path.weights).into())]);
        let each = tr_args(view.lang, "octave-price", &[("price", fraction(price).into())]);
        let rows = [name, weights, each];
        let fits = |text: &String| super::text_width(text, size) <= cell.w - 10.0;
        let rows: Vec<&String> =
            if cell.h > 3.0 * LINE + 8.0 { rows.iter().collect() } else { vec![&rows[0]] };
        if cell.h > LINE + 4.0 && fits(rows[0]) {
            let shown: Vec<&&String> = rows.iter().filter(|text| fits(text)).collect();
            let first = cell.centre()[1] - (shown.len() as f32 - 1.0) * LINE / 2.0;
            for (i, text) in shown.into_iter().enumerate() {
                let at = [cell.centre()[0], first + i as f32 * LINE];
                scene.text(at, text.as_str(), size, Align::Middle, Paint::Text);
            }
        }
    }
    axes(scene, view, octave, square, (high_in, high_out), (inputs, outputs));
}

fn side(square: Area) -> f32 {
    square.w
}

/// Channels along both sides.
fn axes(
    scene: &mut Scene,
    view: &View<'_>,
    octave: &Octave,
    square: Area,
    (high_in, high_out): (f32, f32),
    (inputs, outputs): (usize, usize),
) {
    let size = TextSize::Small;
    let args = |n: usize| [("count", n.to_string().into())];
    let title = tr_args(view.lang, "octave-input-channels", &args(inputs));
    let middle = square.centre()[0];
    scene.text([middle, square.y - LINE * 1.5], title, size, Align::Middle, Paint::Weak);
    let title = fit(&tr_args(view.lang, "octave-output-channels", &args(outputs)), size, square.w);
    scene.text([middle, square.bottom() + LINE], title, size, Align::Middle, Paint::Weak);
    let count = |from, to, f: fn(&Path) -> usize| octave.path(from, to).map(f);
    let columns = [
        (0.0, high_in, count(Level::High, Level::High, |p| p.inputs)),
        (high_in, 1.0 - high_in, count(Level::Low, Level::High, |p| p.inputs)),
    ];
    for (start, share, channels) in columns {
        let Some(channels) = channels else { continue };
        let x = square.x + (start + share / 2.0) * square.w;
        scene.text([x, square.y - LINE * 0.5], channels.to_string(), size, Align::Middle, Paint::Text);
    }
    let rows = [
        (0.0, high_out, count(Level::High, Level::High, |p| p.outputs)),
        (high_out, 1.0 - high_out, count(Level::High, Level::Low, |p| p.outputs)),
    ];
    for (start, share, channels) in rows {
        let Some(channels) = channels else { continue };
        let y = square.y + (start + share / 2.0) * square.h;
        scene.text([square.x - 6.0, y], channels.to_string(), size, Align::Right, Paint::Text);
    }
}

/// The multiply-adds beside those of the standard convolution, piece by piece, and the formula.
fn draw_cost(scene: &mut Scene, run: &StudyRun, view: &View<'_>, octave: &Octave, area: Area) {
    let size = TextSize::Small;
    let (rgb, _) = palette::operator_mark("octave");
    let macs: u64 = octave.paths.iter().map(|p| p.macs).sum();
    let mut y = area.y;
    let head = |scene: &mut Scene, key: &str, macs: u64, y: f32| {
        scene.text([area.x, y + LINE / 2.0], tr(view.lang, key), size, Align::Left, Paint::Text);
        let number = format!("{} · {}", numbers::count(macs), numbers::percent(run.share(macs)));
        scene.text([area.right(), y + LINE / 2.0], number, size, Align::Right, Paint::Text);
    };
    head(scene, "octave-standard-macs", run.standard.macs, y);
    y += LINE + 2.0;
    kit::bar(
        scene,
        Area::new(area.x, y, area.w, 18.0),
        1.0,
        Paint::Rgb(palette::operator_mark("standard").0),
    );
    y += 18.0 + 10.0;
    head(scene, "octave-own-macs", macs, y);
    y += LINE + 2.0;
    let row = Area::new(area.x, y, area.w, 18.0);
    kit::bar(scene, row, 0.0, Paint::Weak);
    let mut x = area.x;
    for path in &octave.paths {
        let w = area.w * run.share(path.macs) as f32;
        let piece = Area::new(x, y, w, 18.0);
        let paint = if path.is_within() { kit::WITHIN } else { kit::ACROSS };
        let stroke = if path.is_within() { Stroke::new(paint, 1.5) } else { Stroke::dashed(paint, 1.5) };
        let name = format!("{} → {}", tr(view.lang, path.from.key()), tr(view.lang, path.to.key()));
        let tip = format!("{name}: {}", numbers::percent(run.share(path.macs)));
        let fill = Ink::faded(Paint::Rgb(rgb), 0.06 + 0.6 * price(run, path) as f32);
        scene.rect(piece.shrunk(0.75), Some(fill), Some(stroke)).tip(tip);
        x += w;
    }
    y += 18.0 + 16.0;
    for path in &octave.paths {
        let name = format!("{} → {}", tr(view.lang, path.from.key()), tr(view.lang, path.to.key()));
        let paint = if path.is_within() { kit::WITHIN } else { kit::ACROSS };
        let stroke = if path.is_within() { Stroke::new(paint, 2.0) } else { Stroke::dashed(paint, 2.0) };
        scene.line([[area.x, y + LINE / 2.0], [area.x + 22.0, y + LINE / 2.0]], stroke);
        scene.text([area.x + 30.0, y + LINE / 2.0], name, size, Align::Left, Paint::Weak);
        let part = path.weights as f64 / run.standard.params.max(1) as f64;
        let product = format!(
            "{} × {} = {}",
            numbers::percent(part),
            fraction(price(run, path)),
            numbers::percent(run.share(path.macs))
        );
        scene.text(
            [area.right(), y + LINE / 2.0],
            fit(&product, size, area.w - 110.0),
            size,
            Align::Right,
            Paint::Text,
        );
        y += LINE;
    }
    y += 12.0;
    let rest = Area::new(area.x, y, area.w, (scene.height - y).max(0.0));
    let words = formula(run, view, macs);
    paragraph(scene, rest, &words, Paint::Text);
}

/// The closed form with this layer's alphas, where it is what was counted.
fn formula(run: &StudyRun, view: &View<'_>, macs: u64) -> String {
    let settings = &run.study.settings;
    let (a, b) = (settings.real("alpha_in"), settings.real("alpha_out"));
    let share = 0.25 + 0.75 * (1.0 - a) * (1.0 - b);
    if (share - run.share(macs)).abs() > 1e-9 {
        return tr(view.lang, "octave-not-exact").to_owned();
    }
    format!("1/4 + 3/4 · (1 − {a}) · (1 − {b}) = {:.2} %", share * 100.0)
}

impl Octave {
    /// The sum of a number over some of the paths.
    fn sum(&self, which: impl Fn(&Path) -> bool, number: impl Fn(&Path) -> usize) -> usize {
        self.paths.iter().filter(|p| which(p)).map(number).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene_checks::{check_figure, draw, study, texts};
    use crate::text::Lang;

    #[test]
    fn areas_are_weights_and_shading_is_their_price() {
        let run = study("octave", &[("alpha_in", "0.25"), ("alpha_out", "0.5")], 16, 16);
        let octave = Octave::of(&run).expect("octave");
        let weights: u64 = octave.paths.iter().map(|p| p.weights).sum();
        assert_eq!(weights, run.standard.params);
        let prices: Vec<f64> = octave.paths.iter().map(|p| price(&run, p)).collect();
        assert_eq!(prices, [1.0, 0.25, 0.25, 0.25]);
        let shares = octave.paths.iter().map(|p| p.weights as f64 / weights as f64 * price(&run, p));
        let counted = run.share(octave.paths.iter().map(|p| p.macs).sum());
        assert!((shares.sum::<f64>() - counted).abs() < 1e-12);
    }

    #[test]
    fn the_formula_is_told_where_it_is_what_was_counted() {
        let formula = |side| {
            let run = study("octave", &[], 16, side);
            let scene = draw(&WeightSquare, &run, Lang::En, [1500.0, 1000.0], &[]);
            texts(&scene).iter().any(|text| text.contains("43.75 %"))
        };
        assert!(formula(16) && !formula(15));
    }

    #[test]
    fn it_fits_at_every_alpha() {
        for alpha in ["0", "0.125", "0.5", "0.875"] {
            let run = study("octave", &[("alpha_in", alpha), ("alpha_out", alpha)], 16, 14);
            check_figure(&WeightSquare, &run, &[]);
        }
    }
}
