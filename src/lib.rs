//! Convscope: see and measure how efficient convolutions work.

pub mod exec;
pub mod graph;
pub mod tensor;
