//! The photo, what the network sees of it, and what single pixels see of that.

use eframe::egui::{
    self, Color32, ColorImage, Rect, StrokeKind, TextureHandle, TextureOptions, Ui, pos2, vec2,
};

use super::theme;
use crate::app::App;
use crate::image_io::{InputWindow, Photo};
use crate::picture::Region;
use crate::text::{tr, tr_args};

/// A receptive field, in pixels of the network's input.
pub(super) struct Field {
    /// What is seen; it may reach over the edge.
    pub region: Region,
    /// Colour of its outline.
    pub colour: Color32,
}

/// The photo on the screen.
#[derive(Default)]
pub(super) struct PhotoView {
    texture: Option<(u64, TextureHandle)>,
}

/// A texture of all pixels.
pub(super) fn texture(ctx: &egui::Context, photo: &Photo) -> TextureHandle {
    let size = [photo.width as usize, photo.height as usize];
    ctx.load_texture(&photo.name, ColorImage::from_rgb(size, &photo.rgb), TextureOptions::LINEAR)
}

impl PhotoView {
    /// The photo with its caption, at most `share` of the free height, with fields drawn over it, later
    /// ones above. Returns where on the screen the part lies that the network sees.
    pub(super) fn ui(&mut self, ui: &mut Ui, app: &App, share: f32, fields: &[Field]) -> Option<Rect> {
        let lang = app.prefs.lang;
        let Some(loaded) = app.photo() else {
            ui.label(tr(lang, "loading-image"));
            return None;
        };
        let photo = &loaded.photo;
        if self.texture.as_ref().is_none_or(|(id, _)| *id != loaded.id) {
            self.texture = Some((loaded.id, texture(ui.ctx(), &loaded.shown)));
        }
        let (_, handle) = self.texture.as_ref()?;
        let aspect = photo.height as f32 / photo.width as f32;
        let width = ui.available_width();
        let height = (width * aspect).min(ui.available_height() * share);
        let size = vec2((height / aspect).min(width), height);
        let seen = ui.vertical_centered(|ui| {
            let image =
                egui::Image::from_texture((handle.id(), size)).fit_to_exact_size(size).alt_text(&photo.name);
            let rect = ui.add(image).rect;
            let run = app.run().filter(|r| r.photo.id == loaded.id)?;
            let scale = size / vec2(photo.width as f32, photo.height as f32);
            let seen = window_rect(rect, scale, run.window);
            shade_outside(ui, rect, seen);
            let input = run.input.shape();
            fields.iter().for_each(|field| field_ui(ui, seen, field, input.w, input.h));
            Some(seen)
        });
        let (w, h) = photo.original_size;
        let size =
            tr_args(lang, "image-size", &[("width", w.to_string().into()), ("height", h.to_string().into())]);
        let mut text = format!("{} · {size}", photo.name);
        if photo.had_alpha {
            text = format!("{text} · {}", tr(lang, "image-alpha-on-white"));
        }
        ui.label(theme::caption(ui, text));
        seen.inner
    }
}

fn window_rect(photo: Rect, scale: egui::Vec2, window: InputWindow) -> Rect {
    let InputWindow { x, y, w, h } = window;
    Rect::from_min_size(photo.min + vec2(x as f32, y as f32) * scale, vec2(w as f32, h as f32) * scale)
}

/// Darkens what the network does not see.
fn shade_outside(ui: &Ui, photo: Rect, seen: Rect) {
    let shade = Color32::from_black_alpha(110);
    for outside in [
        Rect::from_min_max(photo.min, pos2(seen.left(), photo.bottom())),
        Rect::from_min_max(pos2(seen.right(), photo.top()), photo.max),
        Rect::from_min_max(pos2(seen.left(), photo.top()), pos2(seen.right(), seen.top())),
        Rect::from_min_max(pos2(seen.left(), seen.bottom()), pos2(seen.right(), photo.bottom())),
    ] {
        ui.painter().rect_filled(outside.intersect(photo), 0.0, shade);
    }
}

/// One field: a line in its colour on a dark one, so that it shows on any photo.
fn field_ui(ui: &Ui, seen: Rect, field: &Field, width: usize, height: usize) {
    let r = field.region.clipped(width, height);
    let pixel = seen.size() / vec2(width as f32, height as f32);
    let corner = |x: i64, y: i64| seen.min + vec2(x as f32, y as f32) * pixel;
    let rect = Rect::from_min_max(corner(r.x0, r.y0), corner(r.x1, r.y1));
    let rect = rect.expand((3.0 - rect.size().min_elem() / 2.0).max(0.0));
    let painter = ui.painter();
    let ground = egui::Stroke::new(3.5, Color32::from_black_alpha(160));
    painter.rect_stroke(rect, 0.0, ground, StrokeKind::Middle);
    painter.rect_stroke(rect, 0.0, egui::Stroke::new(1.5, field.colour), StrokeKind::Middle);
}
