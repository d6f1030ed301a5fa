//! A scene as PNG: its SVG, drawn with the bundled fonts alone, so that every machine gives the same
//! picture. The recipe stands in an iTXt chunk.

use std::io::Cursor;
use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, FontResolver, Options, Tree, fontdb};

use super::FONTS;
use super::type_metrics::face_of;

/// Keyword of the iTXt chunk that holds the recipe.
pub const RECIPE_KEY: &str = "convscope-recipe";

/// Longest side of a picture in pixels.
pub const MOST: f32 = 16_384.0;

/// Why a picture could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// Too many pixels, or none.
    #[error(
        "a picture of {width:.0}x{height:.0} pixels cannot be written: each side must lie between 1 and {MOST}"
    )]
    Size {
        /// Width in pixels.
        width: f32,
        /// Height in pixels.
        height: f32,
    },
    /// The SVG is none.
    #[error("the picture cannot be drawn: {0}")]
    Svg(#[from] usvg::Error),
    /// The encoder failed.
    #[error("the picture cannot be written as PNG: {0}")]
    Encoding(#[from] png::EncodingError),
}

static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut database = fontdb::Database::new();
    for (_, file) in FONTS {
        database.load_font_data(file.to_vec());
    }
    database.set_sans_serif_family(FONTS[0].0);
    database.set_serif_family(FONTS[0].0);
    Arc::new(database)
});

/// The first of the bundled fonts that has the character, in their order: as the window does.
fn fall_back() -> usvg::FallbackSelectionFn<'static> {
    Box::new(|c, used, database| {
        let id = database.faces().nth(face_of(c)?)?.id;
        (!used.contains(&id)).then_some(id)
    })
}

/// An SVG document as PNG, `scale` pixels to the point, with its recipe. The same document gives the
/// same bytes.
///
/// # Errors
/// If it is no SVG document, or has too many pixels.
pub fn write(svg: &str, scale: f32, recipe: Option<&str>) -> Result<Vec<u8>, PngError> {
    let (width, height, rgb) = pixels(svg, scale)?;
    of_pixels(width, height, &rgb, recipe)
}

/// An SVG document as RGB pixels, row by row: width, height, bytes.
///
/// # Errors
/// As [`write()`].
pub fn pixels(svg: &str, scale: f32) -> Result<(u32, u32, Vec<u8>), PngError> {
    let resolver = FontResolver { select_fallback: fall_back(), ..FontResolver::default() };
    let options = Options {
        font_family: FONTS[0].0.to_owned(),
        fontdb: Arc::clone(&DATABASE),
        font_resolver: resolver,
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options)?;
    let (width, height) = ((tree.size().width() * scale).round(), (tree.size().height() * scale).round());
    let wrong = PngError::Size { width, height };
    if !(1.0..=MOST).contains(&width) || !(1.0..=MOST).contains(&height) {
        return Err(wrong);
    }
    let mut pixels = Pixmap::new(width as u32, height as u32).ok_or(wrong)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    // The ground is opaque, so every pixel is.
    let rgb: Vec<u8> = pixels.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
    Ok((pixels.width(), pixels.height(), rgb))
}

/// RGB pixels as PNG, with a recipe.
///
/// # Errors
/// If there are not `width * height` pixels.
pub fn of_pixels(width: u32, height: u32, rgb: &[u8], recipe: Option<&str>) -> Result<Vec<u8>, PngError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    if let Some(recipe) = recipe {
        encoder.add_itxt_chunk(RECIPE_KEY.to_owned(), recipe.to_owned())?;
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(file)
}

/// The recipe in a PNG file, if it is one and has one.
pub fn recipe(file: &[u8]) -> Option<String> {
    let reader = png::Decoder::new(Cursor::new(file)).read_info().ok()?;
    let chunk = reader.info().utf8_text.iter().find(|c| c.keyword == RECIPE_KEY)?;
    chunk.get_text().ok()
}
