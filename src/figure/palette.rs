//! Colours of the two themes and of the operators: one table for window and files.

use super::Paint;

/// An RGB colour.
pub type Rgb = [u8; 3];

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Behind panels and between cells of grids.
    pub ground: Rgb,
    /// Panels.
    pub panel: Rgb,
    /// Text.
    pub text: Rgb,
    /// Captions and units.
    pub weak: Rgb,
    /// Lines between panels.
    pub line: Rgb,
    /// The one accent: what is chosen.
    pub accent: Rgb,
    /// Behind what is chosen.
    pub accent_ground: Rgb,
    /// Something went wrong.
    pub error: Rgb,
}

/// Dark text on light ground.
pub const LIGHT: Palette = Palette {
    ground: [0xec, 0xed, 0xef],
    panel: [0xfa, 0xfa, 0xfb],
    text: [0x1d, 0x20, 0x24],
    weak: [0x5c, 0x63, 0x6c],
    line: [0xd9, 0xdb, 0xdf],
    accent: [0xb8, 0x4a, 0x00],
    accent_ground: [0xf7, 0xe3, 0xd3],
    error: [0xb3, 0x1d, 0x28],
};

/// Light text on dark ground.
pub const DARK: Palette = Palette {
    ground: [0x12, 0x14, 0x17],
    panel: [0x1c, 0x1f, 0x23],
    text: [0xe8, 0xea, 0xed],
    weak: [0x9b, 0xa3, 0xad],
    line: [0x33, 0x37, 0x3d],
    accent: [0xff, 0x9a, 0x4a],
    accent_ground: [0x4a, 0x30, 0x1b],
    error: [0xff, 0x7b, 0x72],
};

impl Palette {
    /// The theme's colours.
    pub const fn of(dark: bool) -> Self {
        if dark { DARK } else { LIGHT }
    }

    /// The colour of a paint.
    pub const fn rgb(&self, paint: Paint) -> Rgb {
        match paint {
            Paint::Text => self.text,
            Paint::Weak => self.weak,
            Paint::Line => self.line,
            Paint::Ground => self.ground,
            Paint::Panel => self.panel,
            Paint::Accent => self.accent,
            Paint::AccentGround => self.accent_ground,
            Paint::Rgb(rgb) => rgb,
        }
    }
}

/// Each operator has one colour everywhere (Okabe and Ito's set, safe for colour-blind people) and a
/// second mark.
pub fn operator_mark(variant: &str) -> (Rgb, &'static str) {
    const GREY: Rgb = [0x80, 0x86, 0x8f];
    const ORANGE: Rgb = [0xe6, 0x9f, 0x00];
    const SKY: Rgb = [0x56, 0xb4, 0xe9];
    const GREEN: Rgb = [0x00, 0x9e, 0x73];
    const BLUE: Rgb = [0x00, 0x72, 0xb2];
    const VERMILLION: Rgb = [0xd5, 0x5e, 0x00];
    const PURPLE: Rgb = [0xcc, 0x79, 0xa7];
    match variant {
        "standard" => (GREY, "■"),
        "pointwise" => (GREY, "●"),
        "depthwise" => (GREEN, "■"),
        "group" => (ORANGE, "■"),
        "depthwise_separable" => (GREEN, "▲"),
        "group_pointwise" => (ORANGE, "▼"),
        "ghost" => (SKY, "▲"),
        "octave" => (BLUE, "●"),
        "spconv" => (VERMILLION, "▲"),
        "hetconv" => (PURPLE, "◆"),
        "sic" => (SKY, "●"),
        "topological" => (PURPLE, "●"),
        "spatial_bottleneck" => (BLUE, "▼"),
        "learned_group" => (VERMILLION, "◆"),
        "sfr" => (VERMILLION, "●"),
        _ => (GREY, "★"),
    }
}
