//! Small maps of a traced pixel: what it read of one channel, and what every pixel of the input gave.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui::{
    Color32, ColorImage, Rect, Sense, Stroke, StrokeKind, TextureHandle, TextureOptions, Ui, pos2, vec2,
};

use crate::analysis;
use crate::app::{ContributionScene, TraceScene};
use crate::figure::ColourMap;
use crate::picture::{Share, Term};
use crate::tensor::Shape;
use crate::text::{Lang, tr, tr_args};
use crate::ui::{numbers, theme};

/// Least side of the part of a map that is shown, in its pixels.
const LEAST_PART: usize = 17;

/// The channel that the term at hand reads, with its taps.
#[derive(Default)]
pub(super) struct InputMap {
    shown: Option<(Arc<TraceScene>, usize, usize, TextureHandle)>,
}

impl InputMap {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        lang: Lang,
        scene: &Arc<TraceScene>,
        current: Option<usize>,
        side: f32,
    ) {
        let terms = &scene.traced.terms;
        let Some(term) = current.and_then(|i| terms.get(i)).or_else(|| terms.first()) else { return };
        let (operand, channel) = (term.read.operand, term.read.spot.c);
        let map = &scene.operands[operand].map;
        let shape = map.shape();
        let words = tr_args(lang, "trace-channel", &[("channel", channel.to_string().into())]);
        ui.label(theme::caption(ui, format!("{} · {words}", tr(lang, "trace-inputs"))))
            .on_hover_text(format!("{}\n{}", scene.operands[operand].name, tr(lang, "trace-inputs-hint")));
        let kept = self.shown.as_ref();
        if !kept.is_some_and(|(s, o, c, _)| Arc::ptr_eq(s, scene) && (*o, *c) == (operand, channel)) {
            let values = map.channel(scene.traced.spot.n, channel);
            let image = coloured(values, shape);
            let texture = ui.ctx().load_texture("trace", image, TextureOptions::NEAREST);
            self.shown = Some((Arc::clone(scene), operand, channel, texture));
        }
        let Some((.., texture)) = &self.shown else { return };
        let here = |t: &&Term| (t.read.operand, t.read.spot.c) == (operand, channel);
        let part = part(terms.iter().filter(here), shape);
        let shown = Shape { h: part.rows.len(), w: part.columns.len(), ..shape };
        let rect = frame(ui, shown, side);
        let (w, h) = (shape.w as f32, shape.h as f32);
        let uv = Rect::from_min_max(
            pos2(part.columns.start as f32 / w, part.rows.start as f32 / h),
            pos2(part.columns.end as f32 / w, part.rows.end as f32 / h),
        );
        ui.painter().image(texture.id(), rect, uv, Color32::WHITE);
        let strongest = terms.iter().filter(here).map(|t| t.product.abs()).fold(f64::MIN_POSITIVE, f64::max);
        let tokens = theme::tokens(ui);
        let painter = ui.painter_at(rect.expand(2.0));
        let of = |t: &Term| {
            let spot = t.read.spot;
            pixel(rect, shown, (spot.y - part.rows.start, spot.x - part.columns.start))
        };
        // Where the whole map was read, an outline says it better than thousands.
        if terms.iter().filter(here).count() <= 128 {
            for t in terms.iter().filter(here) {
                let strength = (t.product.abs() / strongest).sqrt() as f32;
                let colour = tokens.accent.gamma_multiply(0.15 + 0.85 * strength);
                let ring = of(t).shrink(0.5);
                painter.rect_stroke(ring, 0.0, Stroke::new(1.5, colour), StrokeKind::Inside);
            }
        } else {
            painter.rect_stroke(rect, 0.0, Stroke::new(1.0, tokens.accent), StrokeKind::Outside);
        }
        let ring = of(term).expand(0.5);
        painter.rect_stroke(ring, 0.0, Stroke::new(3.5, Color32::BLACK), StrokeKind::Middle);
        painter.rect_stroke(ring, 0.0, Stroke::new(1.5, Color32::WHITE), StrokeKind::Middle);
    }
}

/// A part of a map.
struct Part {
    rows: Range<usize>,
    columns: Range<usize>,
}

/// The surroundings of what was read: three times as wide, at least [`LEAST_PART`] pixels.
fn part<'t>(terms: impl Iterator<Item = &'t Term>, shape: Shape) -> Part {
    let mut spots = terms.map(|t| (t.read.spot.y, t.read.spot.x));
    let first = spots.next().unwrap_or((0, 0));
    let (low, high) = spots.fold((first, first), |(low, high), (y, x)| {
        ((low.0.min(y), low.1.min(x)), (high.0.max(y), high.1.max(x)))
    });
    let around = |low: usize, high: usize, side: usize| {
        let length = (3 * (high - low + 1)).max(LEAST_PART).min(side);
        let start = (low + high).div_ceil(2).saturating_sub(length / 2).min(side - length);
        start..start + length
    };
    Part { rows: around(low.0, high.0, shape.h), columns: around(low.1, high.1, shape.w) }
}

/// Space for a map of this shape, at most `side` wide and high.
fn frame(ui: &mut Ui, shape: Shape, side: f32) -> Rect {
    let scale = side / shape.h.max(shape.w) as f32;
    let size = vec2(shape.w as f32 * scale, shape.h as f32 * scale);
    ui.allocate_exact_size(size, Sense::hover()).0
}

/// Where one pixel of a map lies.
fn pixel(rect: Rect, shape: Shape, (y, x): (usize, usize)) -> Rect {
    let size = rect.size() / vec2(shape.w as f32, shape.h as f32);
    Rect::from_min_size(rect.min + vec2(x as f32, y as f32) * size, size)
}

fn coloured(values: &[f32], shape: Shape) -> ColorImage {
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let range = analysis::Range {
        min: finite().fold(f32::INFINITY, f32::min),
        max: finite().fold(f32::NEG_INFINITY, f32::max),
    };
    let map = if range.min < 0.0 { ColourMap::Diverging } else { ColourMap::Sequential };
    // One table for all pixels: a large map changes with every channel that is played through.
    let table: Vec<Color32> = (0..=255)
        .map(|i| {
            let [r, g, b] = map.at(i as f32 / 255.0);
            Color32::from_rgb(r, g, b)
        })
        .collect();
    let colour = |&v: &f32| table[(map.position(v, range).clamp(0.0, 1.0) * 255.0) as usize];
    ColorImage::new([shape.w, shape.h], values.iter().map(colour).collect())
}

/// What every pixel of the input gave: red raised the value, blue lowered it.
#[derive(Default)]
pub(in crate::ui) struct ContributionMap {
    shown: Option<(Arc<ContributionScene>, TextureHandle)>,
}

impl ContributionMap {
    fn texture(&mut self, ui: &Ui, found: &Arc<ContributionScene>) -> Option<(&Share, &TextureHandle)> {
        let share = found.found.inputs.first()?;
        if !self.shown.as_ref().is_some_and(|(shown, _)| Arc::ptr_eq(shown, found)) {
            let image = share_image(share)?;
            let texture = ui.ctx().load_texture("contribution", image, TextureOptions::NEAREST);
            self.shown = Some((Arc::clone(found), texture));
        }
        let (shown, texture) = self.shown.as_ref()?;
        Some((shown.found.inputs.first()?, texture))
    }

    /// The part of the input that was read.
    pub(super) fn ui(&mut self, ui: &mut Ui, lang: Lang, found: &Arc<ContributionScene>, side: f32) {
        let hint = tr(lang, "trace-contribution-hint");
        ui.label(theme::caption(ui, tr(lang, "trace-contribution"))).on_hover_text(hint);
        if let Some((share, texture)) = self.texture(ui, found) {
            let r = share.region;
            let shape = Shape::new(1, 1, (r.y1 - r.y0) as usize, (r.x1 - r.x0) as usize);
            let rect = frame(ui, shape, side);
            ui.painter().rect_filled(rect, 0.0, Color32::from_gray(235));
            let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), rect, uv, Color32::WHITE);
        }
    }

    /// The same over the photo: `seen` is where the network's input of `width x height` pixels lies.
    pub(in crate::ui) fn over_photo(
        &mut self,
        ui: &Ui,
        found: &Arc<ContributionScene>,
        seen: Rect,
        [width, height]: [usize; 2],
    ) {
        let Some((share, texture)) = self.texture(ui, found) else { return };
        let size = seen.size() / vec2(width as f32, height as f32);
        let corner = |x: i64, y: i64| seen.min + vec2(x as f32, y as f32) * size;
        let r = share.region;
        let rect = Rect::from_min_max(corner(r.x0, r.y0), corner(r.x1, r.y1));
        let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let painter = ui.painter_at(seen);
        // The photo steps back where the shares stand on it.
        painter.rect_filled(rect, 0.0, Color32::from_white_alpha(150));
        painter.image(texture.id(), rect, uv, Color32::WHITE);
    }
}

/// `Pixels 3.1 + constants 0.2 = 3.3`.
pub(super) fn sum_of(lang: Lang, found: &ContributionScene) -> String {
    let pixels: f64 = found.found.inputs.iter().flat_map(|share| &share.signed).sum();
    let number = |v: f64| numbers::value(v as f32);
    let words = [
        ("pixels", number(pixels).into()),
        ("constants", number(found.found.constants).into()),
        ("sum", found.written.sum.clone().into()),
    ];
    tr_args(lang, "trace-contribution-sum", &words)
}

/// Colour by sign, opacity by strength; `None` for an empty part.
fn share_image(share: &Share) -> Option<ColorImage> {
    let r = share.region;
    let size = [(r.x1 - r.x0) as usize, (r.y1 - r.y0) as usize];
    let strongest = share.signed.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    if size[0] * size[1] == 0 {
        return None;
    }
    let colour = |&v: &f64| {
        let strength = if strongest > 0.0 { (v.abs() / strongest).sqrt() as f32 } else { 0.0 };
        let [r, g, b] = ColourMap::Diverging.at(if v < 0.0 { 0.08 } else { 0.92 });
        Color32::from_rgba_unmultiplied(r, g, b, (strength * 235.0) as u8)
    };
    Some(ColorImage::new(size, share.signed.iter().map(colour).collect()))
}
