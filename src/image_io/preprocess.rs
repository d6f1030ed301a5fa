//! From a photo to a network's input, in one window whose place in the photo is known.

use image::imageops::{self, FilterType};
use image::{GenericImageView, ImageBuffer, Rgb};

use crate::model_files::{ChannelOrder, Manifest, ResizeRule};
use crate::tensor::{HostTensor, Shape};

/// The part of a photo that a network sees, in pixels of the photo. The input's pixel `(row, col)`
/// covers `x + col * w / input_width .. x + (col + 1) * w / input_width`, rows alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputWindow {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns, at least 1.
    pub w: u32,
    /// Rows, at least 1.
    pub h: u32,
}

/// The window that the model sees of a photo of `width x height` pixels, both at least 1.
pub fn input_window(width: u32, height: u32, manifest: &Manifest) -> InputWindow {
    let ResizeRule::CentreCrop { fraction } = manifest.resize;
    let (rows, columns) = (manifest.input.height as f64, manifest.input.width as f64);
    // Photo pixels per input pixel if the window touched two edges of the photo, then smaller.
    let scale = (f64::from(width) / columns).min(f64::from(height) / rows) * f64::from(fraction);
    let side = |pixels: f64, most: u32| ((pixels * scale).round() as u32).clamp(1, most);
    let (w, h) = (side(columns, width), side(rows, height));
    InputWindow { x: (width - w) / 2, y: (height - h) / 2, w, h }
}

/// The network's input from a photo: its window resized (cubic, with the pixels averaged when it
/// becomes smaller), channels ordered, `(value - mean) * scale`.
///
/// # Shapes
/// `rgb` holds `height * width * 3` bytes, row by row; the result is `[1, 3, H, W]`.
///
/// # Panics
/// If a side is 0 or `rgb` has another length: the caller made a mistake, not the user.
pub fn preprocess(rgb: &[u8], width: u32, height: u32, manifest: &Manifest) -> HostTensor {
    assert_eq!(rgb.len() as u64, u64::from(width) * u64::from(height) * 3, "bytes of a photo");
    assert!(width > 0 && height > 0, "sides of a photo");
    let photo: ImageBuffer<Rgb<u8>, &[u8]> =
        ImageBuffer::from_raw(width, height, rgb).expect("the length was checked");
    let window = input_window(width, height, manifest);
    let shape = Shape::new(1, 3, manifest.input.height, manifest.input.width);
    let view = photo.view(window.x, window.y, window.w, window.h);
    let small = imageops::resize(&*view, shape.w as u32, shape.h as u32, FilterType::CatmullRom);
    let mut values = Vec::with_capacity(shape.elements());
    for c in 0..3 {
        let source = match manifest.channel_order {
            ChannelOrder::Rgb => c,
            ChannelOrder::Bgr => 2 - c,
        };
        let (mean, scale) = (manifest.mean[c], manifest.scale[c]);
        values.extend(small.pixels().map(|p| (f32::from(p.0[source]) - mean) * scale));
    }
    HostTensor::new(shape, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(height: usize, width: usize) -> Manifest {
        let json = include_bytes!("../../sample_models/squeezenet1_1.json");
        let mut manifest = Manifest::parse("m", json).unwrap();
        manifest.input.height = height;
        manifest.input.width = width;
        manifest
    }

    #[test]
    fn the_window_is_centred_and_keeps_proportions() {
        let square = manifest(224, 224);
        assert_eq!(input_window(640, 480, &square), InputWindow { x: 110, y: 30, w: 420, h: 420 });
        let wide = manifest(100, 200);
        assert_eq!(input_window(400, 800, &wide), InputWindow { x: 25, y: 312, w: 350, h: 175 });
        assert_eq!(input_window(1, 1, &square), InputWindow { x: 0, y: 0, w: 1, h: 1 });
        assert_eq!(input_window(10_000, 1, &square), InputWindow { x: 4999, y: 0, w: 1, h: 1 });
    }

    #[test]
    fn channels_are_ordered_and_normalised() {
        let rgb = [10, 20, 30].repeat(9 * 7);
        let x = preprocess(&rgb, 9, 7, &manifest(4, 5));
        assert_eq!(x.shape(), Shape::new(1, 3, 4, 5));
        assert!(x.channel(0, 0).iter().all(|&v| v == 30.0 - 104.0), "blue first");
        assert!(x.channel(0, 2).iter().all(|&v| v == 10.0 - 123.0));
    }

    #[test]
    fn left_stays_left_and_top_stays_top() {
        // Red grows with the column, green with the row.
        let rgb: Vec<u8> = (0..40_u8).flat_map(|y| (0..40_u8).flat_map(move |x| [x * 6, y * 6, 0])).collect();
        let x = preprocess(&rgb, 40, 40, &manifest(16, 16));
        let window = input_window(40, 40, &manifest(16, 16));
        for (row, col) in [(3, 5), (12, 9)] {
            let expected =
                (f32::from(window.x as u8) + (col as f32 + 0.5) * window.w as f32 / 16.0 - 0.5) * 6.0;
            let red = x.at(0, 2, row, col) + 123.0;
            assert!((red - expected).abs() < 1.5, "{red} {expected}");
            let green = x.at(0, 1, row, col) + 117.0;
            assert!(x.at(0, 1, row + 2, col) > x.at(0, 1, row, col), "{green}");
        }
    }
}
