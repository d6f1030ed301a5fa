//! Colours, sizes and spacing: one set of tokens for both themes.

use eframe::egui::{self, Color32, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Theme, vec2};

use crate::figure::TextSize;
use crate::figure::palette::{self, Palette, Rgb};

/// Space between things that belong together, in points.
pub const SMALL: f32 = 4.0;
/// Space between things that do not.
pub const MEDIUM: f32 = 8.0;
/// Space between groups.
pub const LARGE: f32 = 14.0;

/// The colours of one theme.
#[derive(Clone, Copy, Debug)]
pub struct Tokens {
    /// Behind panels and between cells of grids.
    pub ground: Color32,
    /// Panels.
    pub panel: Color32,
    /// Text.
    pub text: Color32,
    /// Captions and units.
    pub weak: Color32,
    /// Lines between panels.
    pub line: Color32,
    /// The one accent: what is chosen.
    pub accent: Color32,
    /// Behind what is chosen.
    pub accent_ground: Color32,
    /// Something went wrong.
    pub error: Color32,
}

impl Tokens {
    fn of(p: Palette) -> Self {
        let c = |[r, g, b]: Rgb| Color32::from_rgb(r, g, b);
        Self {
            ground: c(p.ground),
            panel: c(p.panel),
            text: c(p.text),
            weak: c(p.weak),
            line: c(p.line),
            accent: c(p.accent),
            accent_ground: c(p.accent_ground),
            error: c(p.error),
        }
    }
}

/// The tokens of the theme in use.
pub fn tokens(ui: &egui::Ui) -> Tokens {
    Tokens::of(Palette::of(ui.visuals().dark_mode))
}

/// The operator's colour and second mark.
pub fn operator_mark(variant: &str) -> (Color32, &'static str) {
    let ([r, g, b], mark) = palette::operator_mark(variant);
    (Color32::from_rgb(r, g, b), mark)
}

/// Sets fonts, sizes and colours of both themes.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(super::fonts::definitions());
    for (theme, t) in [(Theme::Light, palette::LIGHT), (Theme::Dark, palette::DARK)] {
        let t = Tokens::of(t);
        ctx.style_mut_of(theme, |style| {
            let font = |size| FontId::new(size, FontFamily::Proportional);
            style.text_styles = [
                (TextStyle::Heading, font(TextSize::Heading.points())),
                (TextStyle::Body, font(TextSize::Body.points())),
                (TextStyle::Button, font(TextSize::Body.points())),
                (TextStyle::Monospace, font(TextSize::Body.points())),
                (TextStyle::Small, font(TextSize::Small.points())),
            ]
            .into();
            style.spacing.item_spacing = vec2(MEDIUM, SMALL);
            style.spacing.button_padding = vec2(MEDIUM, 3.0);
            style.spacing.interact_size.y = 24.0;
            style.spacing.scroll = egui::style::ScrollStyle::thin();
            style.animation_time = 0.08;
            colour(&mut style.visuals, t);
        });
    }
}

fn colour(v: &mut egui::Visuals, t: Tokens) {
    v.panel_fill = t.panel;
    v.window_fill = t.panel;
    v.extreme_bg_color = t.ground;
    v.faint_bg_color = t.ground;
    v.override_text_color = Some(t.text);
    v.weak_text_color = Some(t.weak);
    v.hyperlink_color = t.accent;
    v.selection.bg_fill = t.accent_ground;
    v.selection.stroke = Stroke::new(1.0, t.accent);
    v.error_fg_color = t.error;
    v.window_stroke = Stroke::new(1.0, t.line);
    v.widgets.noninteractive.bg_stroke = Stroke::new(1.0, t.line);
    let radius = CornerRadius::same(4);
    v.window_corner_radius = radius;
    v.menu_corner_radius = radius;
    for w in [
        &mut v.widgets.noninteractive,
        &mut v.widgets.inactive,
        &mut v.widgets.hovered,
        &mut v.widgets.active,
        &mut v.widgets.open,
    ] {
        w.corner_radius = radius;
        w.fg_stroke.color = t.text;
        w.expansion = 0.0;
    }
    v.widgets.inactive.weak_bg_fill = t.ground;
    v.widgets.inactive.bg_fill = t.line;
    v.widgets.hovered.weak_bg_fill = t.line;
    v.widgets.hovered.bg_fill = t.line;
    v.widgets.hovered.bg_stroke = Stroke::new(1.0, t.weak);
    v.widgets.active.weak_bg_fill = t.accent_ground;
    v.widgets.active.bg_stroke = Stroke::new(1.0, t.accent);
    v.widgets.open.weak_bg_fill = t.line;
    v.slider_trailing_fill = true;
}

/// Text in the caption style.
pub fn caption(ui: &egui::Ui, text: impl Into<String>) -> egui::RichText {
    egui::RichText::new(text).small().color(tokens(ui).weak)
}
