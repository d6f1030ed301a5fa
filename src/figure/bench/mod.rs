//! Pictures and table of page Bench: operators side by side.

mod maps;
mod roofline;
mod spectra;
mod table;

pub use maps::{BenchMaps, MAP, MapCard, Reads};
pub use roofline::{DOT, Dot, RooflineFigure};
pub use spectra::{BenchSpectra, SPECTRUM, SpectrumCard};
pub use table::{BenchLine, bench_table};

use super::palette::operator_mark;
use super::parts::fit;
use super::{Align, Area, Paint, Scene, TextSize, text_width};
use crate::text::{Lang, tr};

/// Mark and name of an operator, as wide as its card.
fn name_line(scene: &mut Scene, lang: Lang, line: Area, variant: &str, selected: bool) {
    let (rgb, mark) = operator_mark(variant);
    let y = line.centre()[1];
    scene.text([line.x, y], mark, TextSize::Small, Align::Left, Paint::Rgb(rgb));
    let after = line.x + text_width(mark, TextSize::Small) + 4.0;
    let room = (line.right() - after).max(0.0);
    let name = fit(tr(lang, &format!("op-{variant}-short")), TextSize::Small, room);
    let ink = if selected { Paint::Accent } else { Paint::Text };
    scene.text([after, y], name, TextSize::Small, Align::Left, ink);
}
