//! The bundled fonts for egui.

use std::sync::Arc;

use eframe::egui::{FontData, FontDefinitions, FontFamily};

use crate::figure::FONTS;

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
