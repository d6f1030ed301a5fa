//! Files are made here with the encoders of the `image` crate; what they cannot write (EXIF, lying headers) by hand.

use std::io::Cursor;

use image::{
    DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage, codecs::jpeg,
};

use super::*;

/// Four flat quarters: red, green / blue, white.
fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => Rgb([255, 0, 0]),
        (false, true) => Rgb([0, 255, 0]),
        (true, false) => Rgb([0, 0, 255]),
        (false, false) => Rgb([255, 255, 255]),
    })
}

fn encode(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

fn pixel(photo: &Photo, x: u32, y: u32) -> [u8; 3] {
    let at = ((y * photo.width + x) * 3) as usize;
    [photo.rgb[at], photo.rgb[at + 1], photo.rgb[at + 2]]
}

fn near(a: [u8; 3], b: [u8; 3], tolerance: u8) -> bool {
    a.iter().zip(b).all(|(&a, b)| a.abs_diff(b) <= tolerance)
}

#[test]
fn every_format_by_its_content() {
    let picture = DynamicImage::ImageRgb8(quarters(32, 16));
    for (container, format, tolerance) in [
        (ImageFormat::Png, Format::Png, 0),
        (ImageFormat::Jpeg, Format::Jpeg, 24),
        (ImageFormat::WebP, Format::WebP, 0),
        (ImageFormat::Gif, Format::Gif, 8),
        (ImageFormat::Bmp, Format::Bmp, 0),
        (ImageFormat::Tiff, Format::Tiff, 0),
    ] {
        let photo = decode(&encode(&picture, container), "wrong.extension").unwrap();
        assert_eq!((photo.width, photo.height, photo.original_size), (32, 16, (32, 16)), "{photo:?}");
        assert_eq!(photo.format, format);
        assert_eq!(photo.name, "wrong.extension");
        assert!(!photo.had_alpha, "{photo:?}");
        for (x, y, colour) in
            [(4, 4, [255, 0, 0]), (28, 4, [0, 255, 0]), (4, 12, [0, 0, 255]), (28, 12, [255, 255, 255])]
        {
            assert!(near(pixel(&photo, x, y), colour, tolerance), "{photo:?} at {x},{y}");
        }
    }
}

#[test]
fn grey_and_sixteen_bits_become_rgb() {
    let grey = DynamicImage::ImageLuma8(GrayImage::from_pixel(3, 2, Luma([77])));
    assert_eq!(pixel(&decode(&encode(&grey, ImageFormat::Png), "g").unwrap(), 2, 1), [77, 77, 77]);
    let deep: ImageBuffer<Rgb<u16>, Vec<u16>> = ImageBuffer::from_pixel(3, 2, Rgb([65535, 32768, 0]));
    let photo = decode(&encode(&deep.into(), ImageFormat::Png), "d").unwrap();
    assert_eq!(pixel(&photo, 0, 0), [255, 128, 0]);
    let deep_grey: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_pixel(3, 2, Luma([65535]));
    let photo = decode(&encode(&deep_grey.into(), ImageFormat::Tiff), "t").unwrap();
    assert_eq!(pixel(&photo, 0, 0), [255, 255, 255]);
}

#[test]
fn transparency_lies_on_white_and_is_reported() {
    let mut picture = RgbaImage::from_pixel(4, 1, Rgba([0, 0, 0, 255]));
    picture.put_pixel(1, 0, Rgba([10, 20, 30, 0]));
    picture.put_pixel(2, 0, Rgba([0, 0, 0, 128]));
    let photo = decode(&encode(&DynamicImage::ImageRgba8(picture.clone()), ImageFormat::Png), "a").unwrap();
    assert!(photo.had_alpha);
    assert_eq!(pixel(&photo, 0, 0), [0, 0, 0]);
    assert_eq!(pixel(&photo, 1, 0), [255, 255, 255]);
    assert_eq!(pixel(&photo, 2, 0), [127, 127, 127]);
    let pasted = from_rgba("clipboard", 4, 1, picture.as_raw()).unwrap();
    assert_eq!(pasted.rgb, photo.rgb);
    assert_eq!(pasted.format, Format::Raw);
    let opaque = RgbaImage::from_pixel(4, 4, Rgba([1, 2, 3, 255]));
    assert!(!decode(&encode(&opaque.into(), ImageFormat::Png), "o").unwrap().had_alpha);
}

#[test]
fn raw_pixels_must_fit_their_size() {
    let error = from_rgba("clipboard", 2, 2, &[0; 15]).unwrap_err();
    assert_eq!(error.to_string(), "clipboard holds 15 bytes, which is not a 2 x 2 picture: copy it again");
    assert!(matches!(from_rgba("c", 0, 2, &[]), Err(ImageError::Empty { .. })));
    assert!(matches!(from_rgba("c", 60_000, 60_000, &[]), Err(ImageError::TooLarge { .. })));
}

/// An EXIF segment that holds nothing but the orientation.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01".to_vec();
    tiff.extend([0x01, 0x12, 0x00, 0x03, 0, 0, 0, 1, 0, orientation, 0, 0]); // tag 0x0112, SHORT, 1 value
    tiff.extend([0, 0, 0, 0]); // no next directory
    let mut segment = vec![0xFF, 0xE1];
    segment.extend((tiff.len() as u16 + 2).to_be_bytes());
    segment.extend(tiff);
    segment
}

#[test]
fn all_exif_orientations() {
    let (red, green, blue, white) = ([255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]);
    // Corners of the upright photo: top left, top right, bottom left, bottom right.
    let expected = [
        (1, [red, green, blue, white]),
        (2, [green, red, white, blue]),
        (3, [white, blue, green, red]),
        (4, [blue, white, red, green]),
        (5, [red, blue, green, white]),
        (6, [blue, red, white, green]),
        (7, [white, green, blue, red]),
        (8, [green, white, red, blue]),
    ];
    let mut plain = Vec::new();
    jpeg::JpegEncoder::new_with_quality(&mut plain, 95).encode_image(&quarters(64, 32)).unwrap();
    for (orientation, corners) in expected {
        let mut bytes = plain[..2].to_vec();
        bytes.extend(exif(orientation));
        bytes.extend(&plain[2..]);
        let photo = decode(&bytes, "turned.jpg").unwrap();
        let size = if orientation >= 5 { (32, 64) } else { (64, 32) };
        assert_eq!((photo.width, photo.height), size, "orientation {orientation}");
        assert_eq!(photo.original_size, size, "orientation {orientation}");
        let (right, bottom) = (photo.width - 5, photo.height - 5);
        for ((x, y), colour) in [(4, 4), (right, 4), (4, bottom), (right, bottom)].into_iter().zip(corners) {
            let got = pixel(&photo, x, y);
            assert!(near(got, colour, 24), "orientation {orientation} at {x},{y}: {got:?}, not {colour:?}");
        }
    }
}

#[test]
fn large_photos_are_reduced_once() {
    let photo = decode(&encode(&quarters(4000, 3000).into(), ImageFormat::Bmp), "12mp.bmp").unwrap();
    assert_eq!(photo.original_size, (4000, 3000));
    assert_eq!((photo.width, photo.height), (2309, 1732));
    assert_eq!(photo.rgb.len(), 2309 * 1732 * 3);
    assert!(u64::from(photo.width) * u64::from(photo.height) <= KEPT_PIXELS + 4000);
    assert_eq!(pixel(&photo, 2200, 100), [0, 255, 0]);
    assert_eq!(kept_size((2000, 2000)), (2000, 2000));
    assert_eq!(kept_size((100_000_000, 1)), (8192, 1));
    assert_eq!(kept_size((20_000, 10)), (8192, 4));
}

/// A PNG that promises `width` x `height` RGB pixels and ends after its header.
fn lying_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encode(&quarters(2, 2).into(), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| {
                if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 }
            },
        )
    })
}

#[test]
fn bad_files_get_one_sentence() {
    let png = encode(&quarters(64, 64).into(), ImageFormat::Png);
    let cases: [(&str, &[u8], &str); 10] = [
        ("empty.png", b"", "empty.png is empty (0 bytes)"),
        ("notes.png", b"Dear diary, today I renamed a text file.", "notes.png is not an image"),
        ("cut.png", &png[..png.len() / 2], "cut.png is damaged or cut off"),
        ("cut.png", &png[..20], "cut.png is damaged or cut off"),
        ("huge.png", &lying_png(60_000, 60_000), "huge.png is too large (60000 x 60000 pixels"),
        ("zero.png", &lying_png(0, 4), "zero.png is damaged"),
        ("phone.heic", b"\0\0\0\x18ftypheic\0\0\0\0", "(HEIC): save it as PNG"),
        ("drawing.svg", b"<?xml version=\"1.0\"?><svg width=\"3\"/>", "(SVG): save it as PNG"),
        ("paper.pdf", b"%PDF-1.7\n", "(PDF): save it as PNG"),
        ("icon.ico", b"\0\0\x01\0\x01\0\x10\x10", "(ICO): save it as PNG"),
    ];
    for (name, bytes, expected) in cases {
        let error = decode(bytes, name).expect_err(name).to_string();
        assert!(error.contains(expected), "{name}: {error}");
        assert!(error.starts_with(name) && !error.contains('\n') && error.len() < 320, "{error}");
    }
}

#[test]
fn a_large_promise_allocates_nothing_when_refused() {
    // 100 megapixels are within the limit, so here only the missing data can be the reason.
    let error = decode(&lying_png(10_000, 10_001), "just-over.png").unwrap_err();
    assert!(matches!(error, ImageError::TooLarge { .. }), "{error}");
    for (container, at) in [(ImageFormat::Gif, 6), (ImageFormat::Bmp, 18)] {
        let mut bytes = encode(&quarters(8, 8).into(), container);
        let wide = container == ImageFormat::Bmp;
        for (side, value) in [(0, 60_000u32), (1, 60_000)] {
            let width = if wide { 4 } else { 2 };
            bytes[at + side * width..][..width].copy_from_slice(&value.to_le_bytes()[..width]);
        }
        let error = decode(&bytes, "huge").unwrap_err();
        assert!(matches!(error, ImageError::TooLarge { .. }), "{container:?}: {error}");
    }
}

#[test]
fn mutated_files_never_panic() {
    let picture = DynamicImage::ImageRgb8(quarters(24, 17));
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for container in [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
    ] {
        let good = encode(&picture, container);
        for round in 0..300 {
            let mut bytes = good.clone();
            for _ in 0..1 + random() % 4 {
                let at = random() % bytes.len();
                bytes[at] = random() as u8;
            }
            if round % 3 == 0 {
                bytes.truncate(random() % bytes.len());
            }
            // Either answer is fine: the check is that there is one, and that a photo is whole.
            if let Ok(photo) = decode(&bytes, "mutated") {
                assert_eq!(photo.rgb.len(), photo.width as usize * photo.height as usize * 3);
            }
        }
    }
}
