//! The bundled fonts and how wide a text is in them: figures are laid out with the widths that the
//! window and the files then have.

use std::sync::LazyLock;

use super::TextSize;

/// The bundled fonts in fall-back order: name and file. They are the only ones used, so that text
/// looks the same on every machine.
pub const FONTS: [(&str, &[u8]); 5] = [
    ("Inter", include_bytes!("../../assets/fonts/Inter-Regular-subset.otf")),
    ("Noto Sans Math", include_bytes!("../../assets/fonts/NotoSansMath-subset.ttf")),
    ("Noto Sans Symbols 2", include_bytes!("../../assets/fonts/NotoSansSymbols2-subset.ttf")),
    ("Noto Sans Symbols", include_bytes!("../../assets/fonts/NotoSansSymbols-subset.ttf")),
    ("Noto Sans CJK SC", include_bytes!("../../assets/fonts/NotoSansCJKsc-subset.otf")),
];

static FACES: LazyLock<Vec<ttf_parser::Face<'static>>> =
    LazyLock::new(|| FONTS.iter().filter_map(|(_, file)| ttf_parser::Face::parse(file, 0).ok()).collect());

/// Whether one of the bundled fonts has this character.
pub fn has_glyph(c: char) -> bool {
    FACES.iter().any(|face| face.glyph_index(c).is_some())
}

/// Width of a line of text in points.
pub fn text_width(text: &str, size: TextSize) -> f32 {
    let advance = |c: char| {
        let known = FACES.iter().find_map(|face| Some((face, face.glyph_index(c)?)));
        known.map_or(0.6, |(face, glyph)| {
            f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) / f32::from(face.units_per_em())
        })
    };
    text.chars().map(advance).sum::<f32>() * size.points()
}

/// Which of the [`FONTS`] draws the character.
pub(super) fn face_of(c: char) -> Option<usize> {
    FACES.iter().position(|face| face.glyph_index(c).is_some())
}

/// How far the baseline lies below the middle of a line, in points: the middle between ascender and
/// descender of the first font, which is also the middle of its capitals.
pub fn baseline_below_centre(size: TextSize) -> f32 {
    FACES.first().map_or(0.36, |face| {
        f32::from(face.ascender() + face.descender()) / 2.0 / f32::from(face.units_per_em())
    }) * size.points()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_fonts() {
        assert_eq!(FACES.len(), FONTS.len());
        // A Chinese character is as wide as its font is high, and digits have one width.
        assert_eq!(text_width("卷", TextSize::Body), 13.5);
        assert_eq!(text_width("11", TextSize::Body), text_width("87", TextSize::Body));
        // Half the height of Inter's capitals, which is 0.727 em.
        assert!((baseline_below_centre(TextSize::Body) / 13.5 - 0.364).abs() < 0.001);
        assert!(text_width("mm", TextSize::Body) > text_width("ii", TextSize::Body));
    }
}
