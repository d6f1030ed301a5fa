//! ONNX files as graphs.
//!
//! Protocol buffers are decoded by the crate `prost` with messages that are written out in
//! [`proto`]: it is the most used one, limits recursion, shares the bytes of the file instead of
//! copying weights, and needs no `protoc`. What the operators mean here is this module's own.
//!
//! The walk goes over the nodes that the outputs need. Constants are folded, reshapes become views,
//! everything else becomes an operation or is named as not supported; then the graph ends before it.

mod constant;
mod file;
mod fold;
mod import;
mod inputs;
mod lower;
mod moving;
mod node;
pub mod proto;
mod view;

pub use file::{Imported, import};
pub use view::View;
