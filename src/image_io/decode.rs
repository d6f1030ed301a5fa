//! From the bytes of a picture file, or of the clipboard, to an upright 8-bit RGB photo of moderate size.

use std::any::Any;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

/// Larger pictures are refused before anything is allocated for them.
pub const MAX_PIXELS: u64 = 100_000_000;

/// Larger photos are reduced to about this many pixels once they are decoded: four times what the window shows, and the
/// full decode of a 12-megapixel photo (36 MB, kept several times over) would dominate the memory of the app.
pub const KEPT_PIXELS: u64 = 4_000_000;

/// Longest side of a kept photo: the texture size that every WebGPU adapter has.
pub const KEPT_SIDE: u32 = 8192;

/// What a decoder may allocate: 100 megapixels of 16-bit RGBA are 800 MB.
const MAX_ALLOC: u64 = 1 << 30;

/// Where a photo came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP; the first frame of an animation.
    WebP,
    /// GIF; the first frame of an animation.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// TIFF; the first page.
    Tiff,
    /// Raw pixels, for example from the clipboard.
    Raw,
}

impl Format {
    /// The usual name of the format.
    pub fn name(self) -> &'static str {
        match self {
            Format::Png => "PNG",
            Format::Jpeg => "JPEG",
            Format::WebP => "WebP",
            Format::Gif => "GIF",
            Format::Bmp => "BMP",
            Format::Tiff => "TIFF",
            Format::Raw => "RGBA",
        }
    }

    /// File name extensions of the readable formats, for a file dialog.
    pub const EXTENSIONS: [&str; 9] = ["png", "jpg", "jpeg", "jfif", "webp", "gif", "bmp", "tif", "tiff"];
}

/// An upright 8-bit RGB photo. Cloning shares the pixels.
#[derive(Clone)]
pub struct Photo {
    /// File name or another word for where it came from.
    pub name: String,
    /// `height * width * 3` values, row by row, sRGB as in the file.
    pub rgb: Arc<Vec<u8>>,
    /// Width in pixels as kept.
    pub width: u32,
    /// Height in pixels as kept.
    pub height: u32,
    /// Width and height in pixels before reduction, upright.
    pub original_size: (u32, u32),
    /// The file format.
    pub format: Format,
    /// The picture had transparent parts, which now show white behind them.
    pub had_alpha: bool,
}

impl Photo {
    /// A small version whose longer side has `side` pixels at most.
    pub fn thumbnail(&self, side: u32) -> Self {
        let full = RgbImage::from_raw(self.width, self.height, self.rgb.to_vec());
        let full = DynamicImage::ImageRgb8(full.expect("a photo holds width * height * 3 bytes"));
        let small = full.thumbnail(side, side);
        let (width, height) = (small.width(), small.height());
        Self { rgb: Arc::new(small.into_rgb8().into_raw()), width, height, ..self.clone() }
    }
}

impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Photo({:?}, {}x{}, {})", self.name, self.width, self.height, self.format.name())
    }
}

/// Why a picture cannot be used: one sentence that names the file and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Zero bytes.
    #[error("{name} is empty (0 bytes): choose another file")]
    Empty {
        /// The file.
        name: String,
    },
    /// The content is of no known picture format.
    #[error(
        "{name} is not an image, whatever its name says: choose a PNG, JPEG, WebP, GIF, BMP or TIFF file"
    )]
    NotAnImage {
        /// The file.
        name: String,
    },
    /// A picture of a kind that is not read.
    #[error(
        "{name} is a picture of a kind that Convscope does not read ({format}): save it as PNG, JPEG, WebP, GIF, BMP or TIFF"
    )]
    Unsupported {
        /// The file.
        name: String,
        /// The format or the feature of the format.
        format: String,
    },
    /// More than [`MAX_PIXELS`].
    #[error(
        "{name} is too large ({width} x {height} pixels, at most 100 megapixels are read): reduce it first"
    )]
    TooLarge {
        /// The file.
        name: String,
        /// Width in pixels, as the header says.
        width: u32,
        /// Height in pixels, as the header says.
        height: u32,
    },
    /// The decoder would need more memory than it may take.
    #[error(
        "{name} would need more than 1 GiB of memory to read: save it with 8 bits per channel or reduce it first"
    )]
    TooMuchMemory {
        /// The file.
        name: String,
    },
    /// Truncated or broken content.
    #[error(
        "{name} is damaged or cut off, its {format} data cannot be decoded ({cause}): get it again or choose another"
    )]
    Damaged {
        /// The file.
        name: String,
        /// The format its first bytes show.
        format: &'static str,
        /// The decoder's words.
        cause: String,
    },
    /// Raw pixels whose number does not fit the size.
    #[error("{name} holds {bytes} bytes, which is not a {width} x {height} picture: copy it again")]
    WrongLength {
        /// Where the pixels came from.
        name: String,
        /// Bytes given.
        bytes: usize,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

/// Reads a picture of any supported format; the content decides, not the name.
///
/// EXIF orientation is applied, transparency is composited on white, grey and 16-bit pictures become 8-bit RGB, of
/// animations the first frame is taken, and anything above [`KEPT_PIXELS`] is reduced. `name` is used for the
/// photo and in errors.
///
/// # Errors
/// Any [`ImageError`]; no input makes it panic.
pub fn decode(bytes: &[u8], name: &str) -> Result<Photo, ImageError> {
    if bytes.is_empty() {
        return Err(ImageError::Empty { name: name.to_owned() });
    }
    let (container, format) = recognise(bytes, name)?;
    // The decoders are other people's code and read whatever a user drops on the window: a panic in one of them must
    // become the same sentence as any other damage.
    let decoded = catch_unwind(AssertUnwindSafe(|| decode_as(bytes, name, container, format)));
    decoded.unwrap_or_else(|panic| Err(damaged(name, format, panic_text(panic.as_ref()))))
}

/// A photo from raw RGBA pixels (straight alpha, `height * width * 4` bytes), as the clipboard gives them.
///
/// # Errors
/// [`ImageError::WrongLength`], [`ImageError::TooLarge`], or [`ImageError::Empty`] for a side of zero.
pub fn from_rgba(name: &str, width: u32, height: u32, rgba: &[u8]) -> Result<Photo, ImageError> {
    if width == 0 || height == 0 {
        return Err(ImageError::Empty { name: name.to_owned() });
    }
    check_size(name, (width, height))?;
    if rgba.len() as u64 != u64::from(width) * u64::from(height) * 4 {
        return Err(ImageError::WrongLength { name: name.to_owned(), bytes: rgba.len(), width, height });
    }
    let (rgb, had_alpha) = on_white(rgba.to_vec());
    Ok(keep(name, Format::Raw, (width, height), rgb, had_alpha, Orientation::NoTransforms))
}

fn recognise(bytes: &[u8], name: &str) -> Result<(ImageFormat, Format), ImageError> {
    let unsupported =
        |format: &str| ImageError::Unsupported { name: name.to_owned(), format: format.to_owned() };
    // Kinds that people do drop on a window and that no decoder of ours knows.
    let brand = bytes.get(4..12).unwrap_or_default();
    if [b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheif"].iter().any(|b| brand == b.as_slice()) {
        return Err(unsupported("HEIC"));
    }
    if bytes.starts_with(b"%PDF-") {
        return Err(unsupported("PDF"));
    }
    if bytes.starts_with(&[0xFF, 0x0A]) || bytes.starts_with(b"\0\0\0\x0CJXL ") {
        return Err(unsupported("JPEG XL"));
    }
    if bytes[..bytes.len().min(512)].windows(5).any(|w| w == b"<svg ") {
        return Err(unsupported("SVG"));
    }
    let container =
        image::guess_format(bytes).map_err(|_| ImageError::NotAnImage { name: name.to_owned() })?;
    let format = match container {
        ImageFormat::Png => Format::Png,
        ImageFormat::Jpeg => Format::Jpeg,
        ImageFormat::WebP => Format::WebP,
        ImageFormat::Gif => Format::Gif,
        ImageFormat::Bmp => Format::Bmp,
        ImageFormat::Tiff => Format::Tiff,
        other => return Err(unsupported(&format!("{other:?}").to_uppercase())),
    };
    Ok((container, format))
}

fn decode_as(bytes: &[u8], name: &str, container: ImageFormat, format: Format) -> Result<Photo, ImageError> {
    let translate = |error| translate(name, format, error);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ALLOC);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), container);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(translate)?;
    let size = decoder.dimensions();
    check_size(name, size)?;
    if size.0 == 0 || size.1 == 0 {
        return Err(damaged(name, format, "a side of zero pixels".to_owned()));
    }
    if decoder.total_bytes() > MAX_ALLOC {
        return Err(ImageError::TooMuchMemory { name: name.to_owned() });
    }
    // Broken metadata is no reason to refuse a picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(translate)?;
    let (rgb, had_alpha) = if picture.color().has_alpha() {
        on_white(picture.into_rgba8().into_raw())
    } else {
        (picture.into_rgb8().into_raw(), false)
    };
    Ok(keep(name, format, size, rgb, had_alpha, orientation))
}

/// Composites straight-alpha RGBA on white, in place so that no second full copy exists. The second value says whether
/// any pixel was not opaque.
fn on_white(mut rgba: Vec<u8>) -> (Vec<u8>, bool) {
    let mut had_alpha = false;
    let pixels = rgba.len() / 4;
    for pixel in 0..pixels {
        let alpha = u32::from(rgba[pixel * 4 + 3]);
        had_alpha |= alpha != 255;
        for channel in 0..3 {
            let value = u32::from(rgba[pixel * 4 + channel]);
            rgba[pixel * 3 + channel] = ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        }
    }
    rgba.truncate(pixels * 3);
    rgba.shrink_to_fit();
    (rgba, had_alpha)
}

/// Reduces where necessary, then turns upright (in this order: turning the small one is cheaper).
fn keep(
    name: &str,
    format: Format,
    size: (u32, u32),
    rgb: Vec<u8>,
    had_alpha: bool,
    orientation: Orientation,
) -> Photo {
    let full = RgbImage::from_raw(size.0, size.1, rgb).expect("the decoder filled width * height * 3 bytes");
    let mut picture = DynamicImage::ImageRgb8(full);
    let kept = kept_size(size);
    if kept != size {
        picture = picture.resize_exact(kept.0, kept.1, FilterType::CatmullRom);
    }
    picture.apply_orientation(orientation);
    let turned = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    let original_size = if turned { (size.1, size.0) } else { size };
    let (width, height) = (picture.width(), picture.height());
    let rgb = Arc::new(picture.into_rgb8().into_raw());
    Photo { name: name.to_owned(), rgb, width, height, original_size, format, had_alpha }
}

fn kept_size((width, height): (u32, u32)) -> (u32, u32) {
    let pixels = f64::from(width) * f64::from(height);
    let scale = (KEPT_PIXELS as f64 / pixels).sqrt().min(f64::from(KEPT_SIDE) / f64::from(width.max(height)));
    if scale >= 1.0 {
        return (width, height);
    }
    let side = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    (side(width), side(height))
}

fn check_size(name: &str, (width, height): (u32, u32)) -> Result<(), ImageError> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(ImageError::TooLarge { name: name.to_owned(), width, height });
    }
    Ok(())
}

fn translate(name: &str, format: Format, error: image::ImageError) -> ImageError {
    match error {
        image::ImageError::Unsupported(what) => {
            ImageError::Unsupported { name: name.to_owned(), format: one_line(&what.to_string()) }
        }
        image::ImageError::Limits(_) => ImageError::TooMuchMemory { name: name.to_owned() },
        image::ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            damaged(name, format, "the file ends too early".to_owned())
        }
        other => damaged(name, format, other.to_string()),
    }
}

fn damaged(name: &str, format: Format, cause: String) -> ImageError {
    ImageError::Damaged { name: name.to_owned(), format: format.name(), cause: one_line(&cause) }
}

/// A decoder's message as part of a sentence: one line, no full stop, not endless.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    line.trim_end_matches('.').chars().take(160).collect()
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("decoder failure")
        .to_owned()
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
