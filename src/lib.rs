//! Convscope: see and measure how efficient convolutions work.

pub mod analysis;
pub mod engine;
pub mod exec;
pub mod graph;
pub mod picture;
pub mod tensor;
pub mod variants;
