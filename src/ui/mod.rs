//! The window: the only module with egui types.

pub mod fonts;
