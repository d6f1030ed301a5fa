//! A picture as a file: the scene, its caption and its recipe.

use super::palette::Palette;
use super::png::PngError;
use super::recipe::{Picture, Recipe};
use super::{Scene, StudyRun, View, find, png, svg};

/// Shortest side of a figure in points. The window never asks for less; a recipe may.
const LEAST: f32 = 50.0;

/// The formats of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// Pixels.
    Png,
    /// Shapes and text.
    Svg,
}

impl PictureFormat {
    /// Ending of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }
}

/// The bytes of a picture's file. The same scene and recipe give the same bytes.
///
/// # Errors
/// If it would have too many pixels.
pub fn picture(scene: &Scene, recipe: &Recipe, format: PictureFormat) -> Result<Vec<u8>, PngError> {
    let caption = if recipe.look.caption { recipe.caption() } else { Vec::new() };
    let json = recipe.json();
    let palette = Palette::of(recipe.look.dark);
    let sheet = svg::Sheet { scene, palette: &palette, caption: &caption, recipe: Some(&json) };
    let document = svg::write(&sheet);
    match format {
        PictureFormat::Svg => Ok(document.into_bytes()),
        PictureFormat::Png => png::write(&document, recipe.look.pixels_per_point, Some(&json)),
    }
}

/// Draws the figure that a recipe names; `None` if it names none that there is.
pub fn draw(recipe: &Recipe, run: &StudyRun) -> Option<Scene> {
    let Picture::Figure { figure, knobs, node, .. } = &recipe.picture else { return None };
    let node = node.as_deref().and_then(|name| run.node(name)).unwrap_or_else(|| run.output());
    let shape = run.value(node).shape();
    let view = View {
        lang: recipe.look.lang,
        size: recipe.look.size.map(|side| side.max(LEAST)),
        channel: recipe.channel.unwrap_or(0).min(shape.c - 1),
        pixel: recipe.pixel.filter(|&(x, y)| x < shape.w && y < shape.h),
        node,
        knobs,
    };
    Some(find(figure)?.draw(run, &view))
}
