//! Convscope: see and measure how efficient convolutions work.

pub mod app;
pub mod exec;
pub mod graph;
pub mod image_io;
pub mod tensor;
pub mod ui;
