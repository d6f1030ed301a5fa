//! The executor on a GPU (or on a software adapter): WGSL kernels in `shaders/`, one dispatch or a
//! few per node, all within WebGPU's default limits.
//!
//! [`GpuContext`] is a device and the pipelines compiled on it, [`WgpuPlan`] a graph with its
//! weights packed and uploaded. A run gives a [`Trace`](super::Trace) whose values stay on the
//! device; [`read_back`] fetches one. [`FusedPlan`] runs a graph for its results alone, in as few
//! dispatches as it can: what is measured.

mod arena;
mod cache;
mod clock;
mod context;
mod conv;
mod depthwise;
mod fused;
mod kernels;
mod lower;
mod pack;
mod plan;
mod readback;
mod run;
#[cfg(test)]
mod tests;
mod wait;

pub use context::{AdapterSummary, GpuContext, adapters};
pub use conv::ConvAlgorithm;
pub use fused::FusedPlan;
pub use kernels::{ConvForm, ConvTile, DirectBlock, Kernel, KernelSpec, Maps, NodeKernel};
pub use plan::{PlanOptions, WgpuPlan};
pub use readback::read_back;
