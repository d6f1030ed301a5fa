//! The executor on a GPU (or on a software adapter): WGSL kernels in `shaders/`, one dispatch or a
//! few per node, all within WebGPU's default limits.
//!
//! [`GpuContext`] is a device and the pipelines compiled on it, [`WgpuPlan`] a graph with its
//! weights packed and uploaded. A run gives a [`Trace`](super::Trace) whose values stay on the
//! device; [`read_back`] fetches one.

mod cache;
mod clock;
mod context;
mod conv;
mod kernels;
mod lower;
mod plan;
mod readback;
mod run;
#[cfg(test)]
mod tests;
mod wait;

pub use context::{AdapterSummary, GpuContext, adapters};
pub use conv::ConvAlgorithm;
pub use kernels::{ConvTile, DirectBlock, Kernel, KernelSpec};
pub use plan::{PlanOptions, WgpuPlan};
pub use readback::read_back;
