//! Work off the UI thread. A [`Lane`] runs one job at a time on a thread of its own; a newer request
//! replaces one that waits and cancels one that runs. Nothing here knows egui: finished jobs go into
//! a channel, and a callback wakes whoever drains it.

mod lane;
mod progress;

pub use crate::exec::CancelToken;
pub use lane::{Lane, LaneState, Running};
pub use progress::{JobCtl, Progress};
