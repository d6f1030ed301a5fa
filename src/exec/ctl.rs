//! Cancelling a run and hearing of its progress.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ExecError;

/// Set once by whoever wants a job to stop; looked at by the job between its steps.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Asks the job to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the job was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What an executor looks at and tells while it runs.
#[derive(Clone, Default)]
pub struct Ctl {
    /// Stops the run between two nodes.
    pub cancel: CancelToken,
    /// Called with the number of nodes done and the number of all nodes.
    pub progress: Option<Arc<dyn Fn(usize, usize) + Send + Sync>>,
}

impl Ctl {
    /// Called by an executor before node `done` of `total`.
    ///
    /// # Errors
    /// [`ExecError::Cancelled`] if the run was cancelled.
    pub fn step(&self, done: usize, total: usize) -> Result<(), ExecError> {
        if self.cancel.is_cancelled() {
            return Err(ExecError::Cancelled);
        }
        if let Some(progress) = &self.progress {
            progress(done, total);
        }
        Ok(())
    }
}
