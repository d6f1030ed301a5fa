//! The window: egui lives only here. It draws what [`crate::app::App`] holds and returns actions.

mod bench;
mod exports;
mod files;
pub mod fonts;
mod inspect;
mod networks;
mod operators;
mod photo;
mod scene_view;
mod setting;
mod shell;
mod tensor_view;
mod theme;
mod trace;

// Numbers look the same in the window and in figures.
use crate::figure::numbers;

pub use shell::{Shell, StartUp, native_options};
