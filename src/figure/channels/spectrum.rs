//! Which frequencies the channels of a layer hold, and how much of their energy lies beyond half of them: what a map
//! of half the resolution could not keep.

use super::{MARGIN, WIDE, plane};
use crate::analysis::Spectrum;
use crate::figure::frequency::{LEAST_SIDE, magnitude, rings};
use crate::figure::parts::{LINE, fit};
use crate::figure::plane::image;
use crate::figure::{Align, Area, Ink, Paint, Scene, Stroke, Target, TextSize, numbers};
use crate::graph::NodeId;
use crate::tensor::HostTensor;
use crate::text::{Lang, tr, tr_args};

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
        let Some(layer) = Spectrum::sum(self.spectra).filter(|_| shape.w.min(shape.h) >= LEAST_SIDE) else {
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
        let of = |i: usize| area.column(i, count, 12.0);
        magnitude(scene, lang, of(0), layer, tr(lang, "spectrum-layer"));
        if let (Some(channel), Some(own)) = (self.channel, own) {
            let name = format!("{} {channel}", tr(lang, "channel"));
            let map = plane(self.maps, channel);
            let cell = of(1);
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
            let title = tr_args(lang, "spectrum-of", &[("name", name.into())]);
            magnitude(scene, lang, of(2), own, &title);
        }
    }

    /// Every channel's share beyond the boundary, least first.
    fn channels(&self, scene: &mut Scene, lang: Lang, area: Area) {
        let (head, rest) = area.split_top(LINE);
        let title = fit(tr(lang, "spectrum-channels"), TextSize::Small, head.w);
        scene.text([head.x, head.centre()[1]], title, TextSize::Small, Align::Left, Paint::Weak);
        let share = |c: usize| 1.0 - self.spectra[c].share_below(Spectrum::OCTAVE);
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

/// The energy ring by ring of the layer and of the channel, with the shares on both sides of the boundary.
fn curves(scene: &mut Scene, lang: Lang, area: Area, layer: &Spectrum, own: Option<&Spectrum>) {
    let mut spectra = vec![(layer, Stroke::new(Paint::Text, 1.5))];
    spectra.extend(own.map(|own| (own, Stroke::new(Paint::Accent, 2.0))));
    let axes = rings(scene, lang, area, &spectra);
    let below = own.unwrap_or(layer).share_below(Spectrum::OCTAVE);
    let ink = if own.is_some() { Paint::Accent } else { Paint::Text };
    for (share, at) in [(below, Spectrum::OCTAVE / 2.0), (1.0 - below, Spectrum::OCTAVE * 1.5)] {
        let at = [axes.at(at, 0.0)[0], axes.area.bottom() - LINE * 0.6];
        scene.text(at, numbers::percent(share), TextSize::Small, Align::Middle, ink);
    }
}
