//! Convscope: see and measure how efficient convolutions work.

pub mod analysis;
pub mod cost;
pub mod engine;
pub mod exec;
pub mod graph;
pub mod image_io;
pub mod model_files;
pub mod networks;
pub mod picture;
pub mod tensor;
pub mod variants;
