//! Executors of the one graph. All give the same [`Trace`]: every value and the time of every node.

pub mod backend;
pub mod candle;
pub mod conv_work;
mod ctl;
pub mod fuse;
mod reference;
pub mod taps;
mod trace;
pub mod wgpu;

pub use ctl::{CancelToken, Ctl};
pub use reference::ReferencePlan;
pub use trace::{FusedTrace, NodeTime, TimeMethod, Trace, Value};

/// Why a run ended without a result.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ExecError {
    /// The caller cancelled it.
    #[error("cancelled")]
    Cancelled,
    /// The values given do not fit the graph's inputs.
    #[error("input '{name}': expected {expected}, found {found}")]
    Input {
        /// Name of the graph's input.
        name: String,
        /// Shape the graph expects.
        expected: String,
        /// Shape given.
        found: String,
    },
    /// No device of the asked kind.
    #[error("{0}")]
    NoDevice(String),
    /// The device or its library failed.
    #[error("{node}: {cause}")]
    Device {
        /// Node that was running.
        node: String,
        /// What the device said.
        cause: String,
    },
}

/// Checks the number and shapes of the values given for a graph's inputs.
///
/// # Errors
/// If one is missing or has another shape.
pub fn check_inputs(
    graph: &crate::graph::Graph,
    given: &[crate::tensor::HostTensor],
) -> Result<(), ExecError> {
    for (i, &id) in graph.inputs().iter().enumerate() {
        let found = given.get(i).map(crate::tensor::HostTensor::shape);
        if found != Some(graph.shape(id)) {
            return Err(ExecError::Input {
                name: graph.node(id).name.clone(),
                expected: graph.shape(id).to_string(),
                found: found.map_or_else(|| "nothing".into(), |s| s.to_string()),
            });
        }
    }
    Ok(())
}
