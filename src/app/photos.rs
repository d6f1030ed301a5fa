//! The photos that come with the application, compiled in so that it runs from any folder.

use super::choice::BUNDLED_PHOTOS;
use crate::image_io::{ImageError, Photo, decode};

/// A bundled photo, decoded.
///
/// # Errors
/// If there is none of this name.
pub fn bundled_photo(name: &str) -> Result<Photo, ImageError> {
    let bytes = bundled(name).ok_or_else(|| ImageError::Empty { name: name.to_owned() })?;
    decode(bytes, name)
}

/// The file of a bundled photo; `None` for a name that is not in [`BUNDLED_PHOTOS`].
fn bundled(name: &str) -> Option<&'static [u8]> {
    macro_rules! file {
        ($name:literal) => {
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/images/", $name)).as_slice()
        };
    }
    let files: [&[u8]; 6] = [
        file!("chelsea.png"),
        file!("coffee.png"),
        file!("astronaut.png"),
        file!("rocket.jpg"),
        file!("china.jpg"),
        file!("flower.jpg"),
    ];
    BUNDLED_PHOTOS.iter().position(|&n| n == name).map(|i| files[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_photo_decodes() {
        for name in BUNDLED_PHOTOS {
            bundled_photo(name).expect(name);
        }
    }
}
