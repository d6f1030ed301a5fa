//! Photos: from files and to the network's input.

mod preprocess;

pub use preprocess::{InputWindow, input_window, preprocess};
