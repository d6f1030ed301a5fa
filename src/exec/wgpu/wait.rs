//! Waiting for the device without holding its locks.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use ::wgpu::PollType;

use super::GpuContext;
use crate::exec::{CancelToken, ExecError};

/// Runs a future to its end on this thread. wgpu's futures are ready at once on native platforms.
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// How long an idle device may take to call back.
const SILENCE: Duration = Duration::from_secs(5);

/// Polls the device until `done` is set by one of its callbacks.
///
/// Never `PollType::Wait`: it holds a lock for the whole wait that the window's thread needs to
/// present and to free textures, and the device may be the window's.
///
/// # Errors
/// If cancelled (the work already submitted goes on), or if the device is lost.
pub(super) fn poll_until(
    ctx: &GpuContext,
    node: &str,
    done: &AtomicBool,
    cancel: Option<&CancelToken>,
) -> Result<(), ExecError> {
    let failed = |cause: String| ExecError::Device { node: node.to_owned(), cause };
    let mut pause = Duration::from_micros(10);
    let mut idle_since: Option<Instant> = None;
    loop {
        let status = ctx.device().poll(PollType::Poll).map_err(|e| failed(e.to_string()))?;
        if done.load(Ordering::Acquire) {
            return ctx.lost_reason().map_or(Ok(()), |cause| Err(failed(cause)));
        }
        if let Some(cause) = ctx.lost_reason() {
            return Err(failed(cause));
        }
        if cancel.is_some_and(CancelToken::is_cancelled) {
            return Err(ExecError::Cancelled);
        }
        // Another thread may be about to run the callback; but a lost device never does.
        if !status.is_queue_empty() {
            idle_since = None;
        } else if idle_since.get_or_insert_with(Instant::now).elapsed() > SILENCE {
            return Err(failed("the device is idle but does not answer; it may be lost".into()));
        }
        std::thread::sleep(pause);
        // Small steps: what is slept too long is measured too.
        pause = (pause * 9 / 8).min(Duration::from_millis(1));
    }
}

/// Waits until everything submitted so far is done.
///
/// # Errors
/// See [`poll_until`].
pub(super) fn wait_for_queue(
    ctx: &GpuContext,
    node: &str,
    cancel: Option<&CancelToken>,
) -> Result<(), ExecError> {
    let done = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&done);
    ctx.queue().on_submitted_work_done(move || flag.store(true, Ordering::Release));
    poll_until(ctx, node, &done, cancel)
}
