//! Pictures from outside: files, the clipboard and the network's input.

mod decode;
mod folder;
mod preprocess;

pub use decode::{Format, ImageError, KEPT_PIXELS, KEPT_SIDE, MAX_PIXELS, Photo, decode, from_rgba};
pub use folder::pictures_in;
pub use preprocess::{InputWindow, input_window, preprocess};
