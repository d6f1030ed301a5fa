//! What the window knows and can do, without any egui type: state, actions, words.

pub mod errors;
pub mod text;
