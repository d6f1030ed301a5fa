//! The bundled fonts. They are the only ones used, so that text looks the same on every machine.

use std::sync::Arc;

use eframe::egui::{FontData, FontDefinitions, FontFamily};

/// The bundled fonts in fall-back order: name and file.
const FONTS: [(&str, &[u8]); 5] = [
    ("Inter", include_bytes!("../../assets/fonts/Inter-Regular-subset.otf")),
    ("Noto Sans Math", include_bytes!("../../assets/fonts/NotoSansMath-subset.ttf")),
    ("Noto Sans Symbols 2", include_bytes!("../../assets/fonts/NotoSansSymbols2-subset.ttf")),
    ("Noto Sans Symbols", include_bytes!("../../assets/fonts/NotoSansSymbols-subset.ttf")),
    ("Noto Sans CJK SC", include_bytes!("../../assets/fonts/NotoSansCJKsc-subset.otf")),
];

/// Font definitions for `egui::Context::set_fonts`.
///
/// Both families are the same: Inter's digits are tabular here, so numbers line up without a monospaced face.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let names: Vec<String> = FONTS.iter().map(|(name, _)| (*name).to_owned()).collect();
    for (name, file) in FONTS {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(file)));
    }
    fonts.families.insert(FontFamily::Proportional, names.clone());
    fonts.families.insert(FontFamily::Monospace, names);
    fonts
}
