//! Which frequencies the channels of a layer hold, and how much of their energy lies beyond half of them: what a map
//! of half the resolution could not keep.

use super::{MARGIN, WIDE, plane};
use crate::analysis::{Range, Spectrum};
use crate::figure::axes::{Axes, Span};
use crate::figure::parts::{LINE, fit};
use crate::figure::plane::image;
use crate::figure::spectra::OCTAVE;
use crate::figure::{Align, Area, ColourMap, Ink, Paint, Raster, Scene, Stroke, Target, TextSize, numbers};
use crate::graph::NodeId;
use crate::tensor::HostTensor;
use crate::text::{Lang, tr, tr_args};

/// What is drawn of a spectrum, in decibels below its strongest frequency.
const FLOOR: f32 = 60.0;
/// Most rings of the curve.
const RINGS: usize = 16;

/// What the picture shows.
#[derive(Debug)]
pub struct SpectrumPicture<'a> {
    /// The layer.
    pub node: NodeId,
    /// Its maps on the photo.
    pub maps: &'a HostTensor,
    /// One per channel.
    pub spectra: &'a [Spectrum],
    /// The chosen channel; the whole layer where there is none.
    pub channel: Option<usize>,
}

impl SpectrumPicture<'_> {
    /// The picture.
    pub fn draw(&self, lang: Lang, size: [f32; 2]) -> Scene {
        let mut scene = Scene::new(size);
        let area = scene.area().shrunk(MARGIN);
        let shape = self.maps.shape();
        let Some(layer) = Spectrum::sum(self.spectra).filter(|_| shape.w.min(shape.h) >= 4) else {
            let words = fit(tr(lang, "spectrum-too-small"), TextSize::Body, area.w);
            scene.text(area.centre(), words, TextSize::Body, Align::Middle, Paint::Weak);
            return scene;
        };
        let own = self.channel.and_then(|c| self.spectra.get(c));
        let (top, foot) = area.split_top(area.h * 0.66);
        let (_, foot) = foot.split_top(8.0);
        let (pictures, curve) = if area.w >= WIDE {
            let (left, right) = top.split_left(top.w * 0.5);
            (left, right.split_left(20.0).1)
        } else {
            let (upper, lower) = top.split_top(top.h * 0.58);
            (upper, lower.split_top(4.0).1)
        };
        self.pictures(&mut scene, lang, pictures, &layer, own);
        curves(&mut scene, lang, curve, &layer, own);
        self.channels(&mut scene, lang, foot);
        scene
    }

    /// The spectrum of the layer, and with a channel that channel and its own.
    fn pictures(&self, scene: &mut Scene, lang: Lang, area: Area, layer: &Spectrum, own: Option<&Spectrum>) {
        let count = if own.is_some() { 3 } else { 1 };
        let cell = |i: usize| area.column(i, count, 12.0);
        spectrum(scene, lang, cell(0), layer, tr(lang, "spectrum-layer"));
        if let (Some(channel), Some(own)) = (self.channel, own) {
            let name = format!("{} {channel}", tr(lang, "channel"));
            let map = plane(self.maps, channel);
            let cell = cell(1);
            let room = Area::new(cell.x, cell.y + LINE, cell.w, cell.h - 2.0 * LINE);
            let at = room.fitted(map.width as f32, map.height as f32);
            let title = fit(&name, TextSize::Small, cell.w);
            scene.text(
                [at.centre()[0], at.y - LINE / 2.0],
                title,
                TextSize::Small,
                Align::Middle,
                Paint::Text,
            );
            image(scene, at, &map, map.range());
            let scale = fit(&map.scale(), TextSize::Small, cell.w);
            scene.text(
                [at.centre()[0], at.bottom() + LINE / 2.0],
                scale,
                TextSize::Small,
                Align::Middle,
                Paint::Weak,
            );
            spectrum(
                scene,
                lang,
                self::cell_of(area, 2, count),
                own,
                &tr_args(lang, "spectrum-of", &[("name", name.into())]),
            );
        }
    }

    /// Every channel's share beyond the boundary, least first.
    fn channels(&self, scene: &mut Scene, lang: Lang, area: Area) {
        let (head, rest) = area.split_top(LINE);
        let title = fit(tr(lang, "spectrum-channels"), TextSize::Small, head.w);
        scene.text([head.x, head.centre()[1]], title, TextSize::Small, Align::Left, Paint::Weak);
        let share = |c: usize| 1.0 - self.spectra[c].share_below(OCTAVE);
        let mut order: Vec<(usize, f64)> = (0..self.spectra.len()).map(|c| (c, share(c))).collect();
        order.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (labels, rest) = rest.split_left(34.0);
        let (_, bars) = rest.split_top(4.0);
        let (bars, _) = bars.split_top(bars.h - 2.0);
        // The scale ends at a round share above the greatest.
        let greatest = order.last().map_or(0.0, |last| last.1);
        let top = ((greatest * 10.0).ceil() / 10.0).max(0.1);
        for (share, at) in [(0.0, bars.bottom() - 5.0), (top, bars.y + 6.0)] {
            let text = format!("{:.0} %", share * 100.0);
            scene.text([labels.right() - 4.0, at], text, TextSize::Small, Align::Right, Paint::Weak);
        }
        scene.line([[bars.x, bars.bottom()], [bars.right(), bars.bottom()]], Stroke::new(Paint::Line, 1.0));
        let count = order.len();
        for (i, (channel, share)) in order.into_iter().enumerate() {
            let cell = bars.column(i, count, if bars.w / count as f32 > 4.0 { 1.0 } else { 0.0 });
            let h = (cell.h * (share / top) as f32).max(1.0);
            let chosen = self.channel == Some(channel);
            let ink = if chosen { Ink::solid(Paint::Accent) } else { Ink::faded(Paint::Weak, 0.7) };
            scene.rect(Area::new(cell.x, cell.bottom() - h, cell.w, h), ink, None);
            let args = [("channel", channel.to_string().into()), ("share", numbers::percent(share).into())];
            let tip = tr_args(lang, "spectrum-channel-tip", &args);
            scene.rect(cell, None, None).on_click(Target::Channel(self.node, channel)).tip(tip);
        }
    }
}

fn cell_of(area: Area, i: usize, count: usize) -> Area {
    area.column(i, count, 12.0)
}

/// Log magnitude over both frequencies, the boundary of the octave as a square, and the share within it.
fn spectrum(scene: &mut Scene, lang: Lang, area: Area, spectrum: &Spectrum, title: &str) {
    let room = Area::new(area.x, area.y + LINE, area.w, area.h - 2.0 * LINE);
    let at = room.fitted(spectrum.width as f32, spectrum.height as f32);
    let middle = at.centre();
    let title = fit(title, TextSize::Small, area.w);
    scene.text([middle[0], at.y - LINE / 2.0], title, TextSize::Small, Align::Middle, Paint::Text);
    let range = Range { min: -FLOOR, max: 0.0 };
    let (w, h) = (spectrum.width, spectrum.height);
    scene.rect(at.shrunk(-0.5), None, Stroke::new(Paint::Weak, 1.0));
    let raster = Raster::of_map(&spectrum.decibels(FLOOR), w, h, ColourMap::Sequential, range);
    scene.image(at, raster).tip(tr(lang, "spectrum-tip"));
    // Frequency zero is a pixel right of and below the middle where the side is even.
    let per = [at.w / w as f32, at.h / h as f32];
    let zero = [at.x + (w / 2) as f32 * per[0] + per[0] / 2.0, at.y + (h / 2) as f32 * per[1] + per[1] / 2.0];
    let half = [at.w * OCTAVE as f32, at.h * OCTAVE as f32];
    let inner = Area::new(zero[0] - half[0], zero[1] - half[1], 2.0 * half[0], 2.0 * half[1]);
    scene.rect(inner, None, Some(Stroke::dashed(Paint::Accent, 1.5)));
    let share = spectrum.share_below(OCTAVE);
    let words = tr_args(lang, "spectrum-within", &[("share", numbers::percent(share).into())]);
    let words = fit(&words, TextSize::Small, area.w);
    scene.text([middle[0], at.bottom() + LINE / 2.0], words, TextSize::Small, Align::Middle, Paint::Weak);
}

/// The energy ring by ring in decibels below all of it: of the layer, and of the channel.
fn curves(scene: &mut Scene, lang: Lang, area: Area, layer: &Spectrum, own: Option<&Spectrum>) {
    let (_, rest) = area.split_top(LINE * 1.2);
    let area = Area::new(rest.x + 34.0, rest.y + 6.0, rest.w - 44.0, (rest.h - 6.0 - 2.0 * LINE).max(20.0));
    // A ring narrower than the distance of two frequencies may hold none; an even number has a border at the
    // boundary of the octave.
    let rings = (layer.width.min(layer.height) / 2).clamp(2, RINGS) / 2 * 2;
    let levels = |spectrum: &Spectrum| -> Vec<f64> {
        let level = |e: f64| (10.0 * (e / spectrum.total()).log10()).max(f64::from(-FLOOR));
        spectrum.rings(rings).into_iter().map(level).collect()
    };
    let spectra = [(Some(layer), Stroke::new(Paint::Text, 1.5)), (own, Stroke::new(Paint::Accent, 2.0))];
    let shown: Vec<(Vec<f64>, Stroke)> = spectra
        .into_iter()
        .filter_map(|(s, stroke)| Some((levels(s.filter(|s| s.total() > 0.0)?), stroke)))
        .collect();
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
    let boundary = axes.at(OCTAVE, 0.0)[0];
    let beyond = Area::new(boundary, area.y, area.right() - boundary, area.h);
    scene.rect(beyond, Ink::faded(Paint::Accent, 0.07), None);
    scene.line([[boundary, area.y], [boundary, area.bottom()]], Stroke::dashed(Paint::Accent, 1.5));
    let step = |i: usize| 0.5 * i as f64 / rings as f64;
    for (levels, stroke) in shown {
        let points = levels.into_iter().enumerate().flat_map(|(i, e)| [(step(i), e), (step(i + 1), e)]);
        axes.curve(scene, &points.collect::<Vec<_>>(), stroke);
    }
    let shares = own.unwrap_or(layer).share_below(OCTAVE);
    for (share, x) in [(shares, axes.at(OCTAVE / 2.0, 0.0)[0]), (1.0 - shares, axes.at(OCTAVE * 1.5, 0.0)[0])]
    {
        let ink = if own.is_some() { Paint::Accent } else { Paint::Text };
        scene.text(
            [x, area.bottom() - LINE * 0.6],
            numbers::percent(share),
            TextSize::Small,
            Align::Middle,
            ink,
        );
    }
}
