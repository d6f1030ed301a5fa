//! Every character the app prints is in the bundled fonts, and the faces sit on one baseline.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use convscope::ui::fonts;
use eframe::egui::{self, Color32, FontFamily, FontId};

/// What the interface draws outside the text table.
const SYMBOLS: &str =
    "→←↑↓↔⇒∈∉⊙⊕⊗∗∘ⁿ⌊⌋⌈⌉✓✗▲▼◀▶⏸⏵↻⚠⚙■□●○ℝ×÷·•±≤≥≠≈∑∏∂√∞∫…—–−☰🔍📷🖼📋🗑⛶≡⋮⋯⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉ᵢⱼₖµ°‖∥⟨⟩◆◐↩↪›★";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(folder: &Path, extension: &str, into: &mut String) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("entry").path()) {
        if path.is_dir() {
            read(&path, extension, into);
        } else if path.extension().is_some_and(|e| e == extension) {
            into.push_str(&fs::read_to_string(&path).expect("UTF-8"));
        }
    }
}

fn context() -> egui::Context {
    let ctx = egui::Context::default();
    ctx.set_fonts(fonts::definitions());
    ctx.run_ui(egui::RawInput::default(), |_| {}).drop_without_applying_deltas();
    ctx
}

#[test]
fn every_printed_character_has_a_glyph() {
    let ctx = context();
    let mut text = String::from(SYMBOLS);
    read(&root().join("assets/text"), "ftl", &mut text);
    read(&root().join("sample_models"), "json", &mut text);
    text.extend((' '..='~').chain('α'..='ω').chain("ΔΣΩ".chars()));
    let characters: BTreeSet<char> = text.chars().filter(|&c| c >= ' ').collect();
    assert!(characters.len() > 500, "only {} characters found", characters.len());
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        let font = FontId::new(14.0, family);
        let missing: String = ctx
            .fonts_mut(|fonts| characters.iter().copied().filter(|&c| !fonts.has_glyph(&font, c)).collect());
        assert!(missing.is_empty(), "run assets/fonts/subset.py; missing in {font:?}: {missing}");
    }
}

#[test]
fn digits_are_tabular() {
    let font = FontId::proportional(14.0);
    let widths: Vec<f32> =
        context().fonts_mut(|fonts| ('0'..='9').map(|digit| fonts.glyph_width(&font, digit)).collect());
    assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{widths:?}");
}

#[test]
fn a_row_is_as_high_in_both_languages() {
    let height = |text: &str| {
        context().fonts_mut(|fonts| {
            fonts.layout_no_wrap(text.to_owned(), FontId::proportional(14.0), Color32::WHITE).size().y
        })
    };
    assert_eq!(height("Feature map"), height("特征图"));
    assert_eq!(height("Feature map"), height("→ ⊙ ⏵ 🔍"));
}

#[test]
fn all_faces_sit_on_one_baseline() {
    // Glyph positions are baselines: Latin, Chinese, mathematics and symbols in one row must share one.
    let galley = context().fonts_mut(|fonts| {
        let text = "Feature 特征图 ⊙ ∈ ⏵ 🔍 ⚙".to_owned();
        fonts.layout_no_wrap(text, FontId::proportional(20.0), Color32::WHITE)
    });
    let baselines: Vec<f32> = galley.rows[0].row.glyphs.iter().map(|glyph| glyph.pos.y).collect();
    assert!(baselines.iter().all(|y| (y - baselines[0]).abs() <= 0.5), "{baselines:?}");
}
