//! Text that is too long for one line.

use super::{TextSize, text_width};

/// Signs that never begin a line.
const NOT_FIRST: &str = "，。；：！？、）】》”’,.;:!?)]}";

/// The text in lines no wider than `width` points: broken at spaces, and between Chinese characters.
/// A word that is wider stands in a line of its own.
pub fn wrap(text: &str, size: TextSize, width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        let line = lines.last_mut().expect("one line at least");
        let longer = format!("{line}{piece}");
        if line.is_empty() || text_width(longer.trim_end(), size) <= width {
            *line = longer;
        } else {
            lines.push(piece.to_owned());
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Parts between which a line may end; a space belongs to the part before it.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let breaks = before.is_some_and(|b| b == ' ' || wide(b) || wide(c));
        if breaks && !NOT_FIRST.contains(c) && c != ' ' {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    pieces.push(&text[start..]);
    pieces
}

/// Whether lines may end beside it: Chinese characters and their punctuation.
fn wide(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_lose_nothing() {
        for text in ["One pixel is read by many others.", "每个输入像素被许多输出读取，加起来。"]
        {
            for width in [40.0, 70.0, 100.0, 1000.0] {
                let lines = wrap(text, TextSize::Small, width);
                let joined: String = lines.concat();
                assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
                for line in &lines {
                    assert!(text_width(line, TextSize::Small) <= width || !line.contains(' '), "{line}");
                    assert!(!NOT_FIRST.contains(line.chars().next().expect("not empty")), "{line}");
                }
            }
        }
        assert_eq!(wrap("a b", TextSize::Small, 1000.0), ["a b"]);
        assert!(wrap("", TextSize::Small, 10.0).is_empty());
    }
}
