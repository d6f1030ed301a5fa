//! What a job is told and what it tells.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::CancelToken;
use crate::exec::Ctl;

/// How far a job is: a share and the name of the step it is at.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    done_permille: Arc<AtomicU32>,
    step: Arc<Mutex<String>>,
}

impl Progress {
    /// Share done, `0.0 ..= 1.0`.
    pub fn share(&self) -> f32 {
        self.done_permille.load(Ordering::Relaxed) as f32 / 1000.0
    }

    /// What the job is doing, in the words it was given.
    pub fn step(&self) -> String {
        self.step.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells that `done` of `total` are done.
    pub fn set(&self, done: usize, total: usize) {
        let permille = done * 1000 / total.max(1);
        self.done_permille.store(permille as u32, Ordering::Relaxed);
    }

    /// Tells what the job does from here on.
    pub fn set_step(&self, step: impl Into<String>) {
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = step.into();
    }
}

/// Given to a job: where to look for a wish to stop, where to tell of progress.
#[derive(Clone, Debug, Default)]
pub struct JobCtl {
    /// Set when a newer request came or the user cancelled.
    pub cancel: CancelToken,
    /// Shown while the job runs.
    pub progress: Progress,
}

impl JobCtl {
    /// The same for an executor.
    pub fn exec(&self) -> Ctl {
        let progress = self.progress.clone();
        Ctl {
            cancel: self.cancel.clone(),
            progress: Some(Arc::new(move |done, total| progress.set(done, total))),
        }
    }
}
