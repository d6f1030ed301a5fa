//! Colours, sizes and spacing: one set of tokens for both themes.

use eframe::egui::{self, Color32, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Theme, vec2};

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

const LIGHT: Tokens = Tokens {
    ground: Color32::from_rgb(0xec, 0xed, 0xef),
    panel: Color32::from_rgb(0xfa, 0xfa, 0xfb),
    text: Color32::from_rgb(0x1d, 0x20, 0x24),
    weak: Color32::from_rgb(0x5c, 0x63, 0x6c),
    line: Color32::from_rgb(0xd9, 0xdb, 0xdf),
    accent: Color32::from_rgb(0xb8, 0x4a, 0x00),
    accent_ground: Color32::from_rgb(0xf7, 0xe3, 0xd3),
    error: Color32::from_rgb(0xb3, 0x1d, 0x28),
};

const DARK: Tokens = Tokens {
    ground: Color32::from_rgb(0x12, 0x14, 0x17),
    panel: Color32::from_rgb(0x1c, 0x1f, 0x23),
    text: Color32::from_rgb(0xe8, 0xea, 0xed),
    weak: Color32::from_rgb(0x9b, 0xa3, 0xad),
    line: Color32::from_rgb(0x33, 0x37, 0x3d),
    accent: Color32::from_rgb(0xff, 0x9a, 0x4a),
    accent_ground: Color32::from_rgb(0x4a, 0x30, 0x1b),
    error: Color32::from_rgb(0xff, 0x7b, 0x72),
};

/// The tokens of the theme in use.
pub fn tokens(ui: &egui::Ui) -> Tokens {
    if ui.visuals().dark_mode { DARK } else { LIGHT }
}

/// Each operator has one colour everywhere (Okabe and Ito's set, safe for colour-blind people) and a
/// second mark.
pub fn operator_mark(variant: &str) -> (Color32, &'static str) {
    let marks = [
        ("standard", Color32::from_rgb(0x80, 0x86, 0x8f), "■"),
        ("pointwise", Color32::from_rgb(0x80, 0x86, 0x8f), "●"),
        ("depthwise", Color32::from_rgb(0x00, 0x9e, 0x73), "■"),
        ("group", Color32::from_rgb(0xe6, 0x9f, 0x00), "■"),
        ("depthwise_separable", Color32::from_rgb(0x00, 0x9e, 0x73), "▲"),
        ("group_pointwise", Color32::from_rgb(0xe6, 0x9f, 0x00), "▼"),
        ("ghost", Color32::from_rgb(0x56, 0xb4, 0xe9), "▲"),
        ("octave", Color32::from_rgb(0x00, 0x72, 0xb2), "●"),
        ("spconv", Color32::from_rgb(0xd5, 0x5e, 0x00), "▲"),
        ("hetconv", Color32::from_rgb(0xcc, 0x79, 0xa7), "◆"),
        ("sic", Color32::from_rgb(0x56, 0xb4, 0xe9), "●"),
        ("topological", Color32::from_rgb(0xcc, 0x79, 0xa7), "●"),
        ("spatial_bottleneck", Color32::from_rgb(0x00, 0x72, 0xb2), "▼"),
        ("learned_group", Color32::from_rgb(0xd5, 0x5e, 0x00), "◆"),
        ("sfr", Color32::from_rgb(0xd5, 0x5e, 0x00), "●"),
    ];
    marks.iter().find(|(name, ..)| *name == variant).map_or((marks[0].1, "★"), |&(_, c, mark)| (c, mark))
}

/// Sets fonts, sizes and colours of both themes.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(super::fonts::definitions());
    for (theme, t) in [(Theme::Light, LIGHT), (Theme::Dark, DARK)] {
        ctx.style_mut_of(theme, |style| {
            let font = |size| FontId::new(size, FontFamily::Proportional);
            style.text_styles = [
                (TextStyle::Heading, font(17.0)),
                (TextStyle::Body, font(13.5)),
                (TextStyle::Button, font(13.5)),
                (TextStyle::Monospace, font(13.5)),
                (TextStyle::Small, font(11.5)),
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
