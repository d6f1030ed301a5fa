//! Convscope: see and measure how efficient convolutions work.
//!
//! A module uses only those that stand before it in this list (`tests/layering.rs` checks it):
//! [`tensor`], [`graph`]; [`variants`], [`networks`]; [`cost`], [`picture`], [`exec`];
//! [`model_files`], [`image_io`], [`analysis`]; [`text`], [`figure`]; [`engine`]; [`app`]; `ui`; `cli`.

pub mod analysis;
pub mod app;
pub mod cli;
pub mod cost;
pub mod engine;
pub mod exec;
pub mod figure;
pub mod graph;
pub mod image_io;
pub mod model_files;
pub mod networks;
pub mod picture;
pub mod tensor;
pub mod text;
pub mod ui;
pub mod variants;
