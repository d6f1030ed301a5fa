//! Parts that figures have in common: numbers in rows, captions, keys of what a colour stands for.

use super::{Align, Area, Ink, Paint, Scene, Stroke, TextSize, text_width, wrap};
use crate::text::Lang;

/// Height of a line of small text with its leading.
pub const LINE: f32 = 17.0;

/// A text cut so that it is not wider than `width` points.
pub fn fit(text: &str, size: TextSize, width: f32) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut cut: String = text.to_owned();
    while cut.pop().is_some() {
        let shorter = format!("{}…", cut.trim_end());
        if text_width(&shorter, size) <= width {
            return shorter;
        }
    }
    String::new()
}

/// Sentences one behind the other, as the language does it.
pub fn sentences(lang: Lang, parts: &[&str]) -> String {
    parts.join(if lang == Lang::Zh { "" } else { " " })
}

/// A small paragraph from the upper left corner of `area`; lines that do not fit are left out. Returns
/// what is left below it.
pub fn paragraph(scene: &mut Scene, area: Area, text: &str, ink: impl Into<Ink>) -> Area {
    let ink = ink.into();
    let mut rest = area;
    for line in wrap(text, TextSize::Small, area.w) {
        if rest.h < LINE {
            break;
        }
        let (row, below) = rest.split_top(LINE);
        scene.text([row.x, row.centre()[1]], line, TextSize::Small, Align::Left, ink);
        rest = below;
    }
    rest
}

/// Rows of a name and a number, numbers right-aligned. Returns what is left below them.
pub fn facts(scene: &mut Scene, area: Area, rows: &[(&str, String)]) -> Area {
    let mut rest = area;
    for (name, value) in rows {
        if rest.h < LINE {
            break;
        }
        let (row, below) = rest.split_top(LINE);
        let y = row.centre()[1];
        let taken = text_width(value, TextSize::Small) + 8.0;
        let name = fit(name, TextSize::Small, row.w - taken);
        scene.text([row.x, y], name, TextSize::Small, Align::Left, Paint::Weak);
        scene.text([row.right(), y], value.clone(), TextSize::Small, Align::Right, Paint::Text);
        rest = below;
    }
    rest
}

/// What a mark in a key looks like.
#[derive(Clone, Copy, Debug)]
pub enum Sample {
    /// A filled square.
    Fill(Ink),
    /// A small square in the middle of an empty one.
    Dot(Ink),
    /// An outlined square.
    Frame(Stroke),
}

/// One line of samples with their words, from left to right; what does not fit is left out.
pub fn key(scene: &mut Scene, area: Area, entries: &[(Sample, &str)]) {
    const SIDE: f32 = 10.0;
    let (mut x, y) = (area.x, area.centre()[1]);
    for (sample, words) in entries {
        let end = x + SIDE + 5.0 + text_width(words, TextSize::Small);
        if end > area.right() + 0.5 {
            break;
        }
        let square = Area::new(x, y - SIDE / 2.0, SIDE, SIDE);
        match *sample {
            Sample::Fill(ink) => {
                scene.rect(square, ink, None);
            }
            Sample::Dot(ink) => {
                scene.rect(square, Ink::solid(Paint::Ground), None);
                scene.rect(square.shrunk(SIDE * 0.3), ink, None);
            }
            Sample::Frame(stroke) => {
                scene.rect(square.shrunk(0.75), None, stroke);
            }
        }
        scene.text([x + SIDE + 5.0, y], *words, TextSize::Small, Align::Left, Paint::Weak);
        x = end + 16.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_to_their_width() {
        assert_eq!(fit("short", TextSize::Small, 100.0), "short");
        let cut = fit("a rather long caption", TextSize::Small, 60.0);
        assert!(cut.ends_with('…') && text_width(&cut, TextSize::Small) <= 60.0, "{cut}");
    }
}
