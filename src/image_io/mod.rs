//! Pictures from outside: files, the clipboard and the network's input.

pub mod decode;

pub use decode::{Format, ImageError, Photo, decode};
