//! How the spectrum of a map is drawn: its magnitude over both frequencies, and its energy ring by ring, both with
//! the boundary of the octave.

use super::axes::{Axes, Span};
use super::parts::{LINE, fit};
use super::{Align, Area, ColourMap, Ink, Paint, Raster, Scene, Stroke, TextSize, numbers};
use crate::analysis::{Range, Spectrum};
use crate::text::{Lang, tr, tr_args};

/// Maps with fewer pixels a side have no spectrum to speak of.
pub(super) const LEAST_SIDE: usize = 4;

/// What is drawn of a spectrum, in decibels below its strongest frequency.
const FLOOR: f32 = 60.0;
/// Most rings of the curve.
const RINGS: usize = 16;

/// Log magnitude over both frequencies, the boundary of the octave as a square, the title above and the share within
/// the square below. Returns where the picture is.
pub(super) fn magnitude(scene: &mut Scene, lang: Lang, area: Area, spectrum: &Spectrum, title: &str) -> Area {
    let room = Area::new(area.x, area.y + LINE, area.w, area.h - 2.0 * LINE);
    let at = room.fitted(spectrum.width as f32, spectrum.height as f32);
    let middle = at.centre();
    let title = fit(title, TextSize::Small, area.w);
    scene.text([middle[0], at.y - LINE / 2.0], title, TextSize::Small, Align::Middle, Paint::Text);
    magnitude_at(scene, lang, at, spectrum);
    let share = spectrum.share_below(Spectrum::OCTAVE);
    let words = tr_args(lang, "spectrum-within", &[("share", numbers::percent(share).into())]);
    let words = fit(&words, TextSize::Small, area.w);
    scene.text([middle[0], at.bottom() + LINE / 2.0], words, TextSize::Small, Align::Middle, Paint::Weak);
    at
}

/// The picture alone.
pub(super) fn magnitude_at(scene: &mut Scene, lang: Lang, at: Area, spectrum: &Spectrum) {
    let range = Range { min: -FLOOR, max: 0.0 };
    let (w, h) = (spectrum.width, spectrum.height);
    scene.rect(at.shrunk(-0.5), None, Stroke::new(Paint::Weak, 1.0));
    let raster = Raster::of_map(&spectrum.decibels(FLOOR), w, h, ColourMap::Sequential, range);
    scene.image(at, raster).tip(tr(lang, "spectrum-tip"));
    // Frequency zero is a pixel right of and below the middle where the side is even.
    let per = [at.w / w as f32, at.h / h as f32];
    let zero = [at.x + (w / 2) as f32 * per[0] + per[0] / 2.0, at.y + (h / 2) as f32 * per[1] + per[1] / 2.0];
    let half = [at.w * Spectrum::OCTAVE as f32, at.h * Spectrum::OCTAVE as f32];
    let inner = Area::new(zero[0] - half[0], zero[1] - half[1], 2.0 * half[0], 2.0 * half[1]);
    scene.rect(inner, None, Some(Stroke::dashed(Paint::Accent, 1.5)));
}

/// The energy of spectra ring by ring in decibels below all of it, one curve each. A spectrum without energy has none.
pub(super) fn rings(scene: &mut Scene, lang: Lang, area: Area, spectra: &[(&Spectrum, Stroke)]) -> Axes {
    let (_, rest) = area.split_top(LINE * 1.2);
    let area = Area::new(rest.x + 34.0, rest.y + 6.0, rest.w - 44.0, (rest.h - 6.0 - 2.0 * LINE).max(20.0));
    // A ring narrower than the distance of two frequencies may hold none; an even number has a border at the
    // boundary of the octave.
    let least = spectra.iter().map(|(s, _)| s.width.min(s.height)).min().unwrap_or(0);
    let rings = (least / 2).clamp(2, RINGS) / 2 * 2;
    let levels = |spectrum: &Spectrum| -> Vec<f64> {
        let level = |e: f64| (10.0 * (e / spectrum.total()).log10()).max(f64::from(-FLOOR));
        spectrum.rings(rings).into_iter().map(level).collect()
    };
    let shown = spectra.iter().filter(|(s, _)| s.total() > 0.0);
    let shown: Vec<(Vec<f64>, Stroke)> = shown.map(|&(s, stroke)| (levels(s), stroke)).collect();
    let lowest = shown.iter().flat_map(|(levels, _)| levels).copied().fold(-20.0, f64::min);
    let axes = Axes {
        area,
        x: Span { least: 0.0, most: 0.5, log: false },
        y: Span { least: (lowest / 10.0).floor() * 10.0, most: 0.0, log: false },
    };
    let xs = [(0.0, "0"), (0.125, "1/8"), (0.25, "1/4"), (0.375, "3/8"), (0.5, "1/2")];
    let tens = (0..=(-axes.y.least / 10.0) as i32).rev().map(|i| f64::from(-10 * i));
    let ys: Vec<_> = tens.map(|v| (v, format!("{v:.0}").replace('-', "−"))).collect();
    let names = ["spectrum-frequency", "spectrum-rings"];
    let names = names.map(|key| fit(tr(lang, key), TextSize::Small, area.w));
    axes.frame(scene, &xs.map(|(v, t)| (v, t.to_owned())), &ys, names.each_ref().map(String::as_str));
    let boundary = axes.at(Spectrum::OCTAVE, 0.0)[0];
    let beyond = Area::new(boundary, area.y, area.right() - boundary, area.h);
    scene.rect(beyond, Ink::faded(Paint::Accent, 0.07), None);
    scene.line([[boundary, area.y], [boundary, area.bottom()]], Stroke::dashed(Paint::Accent, 1.5));
    let step = |i: usize| 0.5 * i as f64 / rings as f64;
    for (levels, stroke) in shown {
        let points = levels.into_iter().enumerate().flat_map(|(i, e)| [(step(i), e), (step(i + 1), e)]);
        axes.curve(scene, &points.collect::<Vec<_>>(), stroke);
    }
    axes
}
