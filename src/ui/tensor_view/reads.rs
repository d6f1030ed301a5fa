//! What a pixel further on was computed from, over the map of a channel.

use eframe::egui::{Color32, Painter, Rect, Stroke, StrokeKind, vec2};

use crate::app::ReadHere;
use crate::picture::{PixelSet, Share};

/// Cells below this width or height are too small for a frame, in points.
const LEAST_CELL: f32 = 14.0;
/// Frames are not drawn smaller, in points.
const LEAST_FRAME: f32 = 4.0;
/// Pixels below this size do not show their strength, in points.
const LEAST_PIXEL: f32 = 2.0;

/// A frame around what was read of the channel; in large cells each pixel that was read, the stronger the
/// fuller where that is known. Channels that were not read have no frame.
pub(super) fn mark(painter: &Painter, cell: Rect, read: &ReadHere<'_>, channel: usize, colour: Color32) {
    if cell.size().min_elem() < LEAST_CELL {
        return;
    }
    let Some(set) = read.reached.pixels(Some(channel)) else { return };
    let shape = read.reached.shape();
    let size = cell.size() / vec2(shape.w as f32, shape.h as f32);
    let r = set.region;
    let corner = |x: i64, y: i64| cell.min + vec2(x as f32, y as f32) * size;
    let frame = Rect::from_min_max(corner(r.x0, r.y0), corner(r.x1, r.y1));
    if size.min_elem() >= LEAST_PIXEL {
        pixels(painter, frame, size, &set, read.share, colour);
    }
    let frame = frame.expand(((LEAST_FRAME - frame.size().min_elem()) / 2.0).max(0.0));
    painter.rect_stroke(frame, 0.0, Stroke::new(2.5, Color32::from_black_alpha(160)), StrokeKind::Middle);
    painter.rect_stroke(frame, 0.0, Stroke::new(1.0, colour), StrokeKind::Middle);
}

fn pixels(
    painter: &Painter,
    frame: Rect,
    size: eframe::egui::Vec2,
    set: &PixelSet,
    share: Option<&Share>,
    colour: Color32,
) {
    let r = set.region;
    let whole = set.read.iter().all(|&read| read);
    if whole && share.is_none() {
        return;
    }
    let most = share.map_or(1.0, |s| s.strength.iter().copied().fold(f64::MIN_POSITIVE, f64::max));
    let columns = (r.x1 - r.x0) as usize;
    for (i, _) in set.read.iter().enumerate().filter(|(_, read)| **read) {
        let (x, y) = (i % columns, i / columns);
        let place = Rect::from_min_size(frame.min + vec2(x as f32, y as f32) * size, size);
        let strength = share.map_or(0.35, |s| {
            let stored = (s.region.x1 - s.region.x0) as usize;
            let (x, y) = ((r.x0 - s.region.x0) as usize + x, (r.y0 - s.region.y0) as usize + y);
            (s.strength[y * stored + x] / most).sqrt() as f32 * 0.85
        });
        painter.rect_filled(place, 0.0, colour.gamma_multiply(strength));
    }
}
