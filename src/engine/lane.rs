//! One thread, one slot: the newest request wins.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{JobCtl, Progress};

type Job<E> = Box<dyn FnOnce(&JobCtl) -> E + Send>;

struct Slot<E> {
    waiting: Option<(Job<E>, JobCtl)>,
    running: Option<(JobCtl, Instant)>,
    closed: bool,
}

struct Shared<E> {
    slot: Mutex<Slot<E>>,
    changed: Condvar,
}

impl<E> Shared<E> {
    fn lock(&self) -> MutexGuard<'_, Slot<E>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a new request does to a job that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// Cancel it: its result is worthless now.
    Interrupt,
    /// Let it end and report: a slider that moves faster than its jobs still shows their results.
    Finish,
}

/// What a lane is doing.
#[derive(Clone, Debug)]
pub struct LaneState {
    /// The running job's progress.
    pub progress: Progress,
    /// Time since it started, or since it was asked for if it has not started.
    pub elapsed: Duration,
}

/// A thread that runs jobs, one at a time. Dropping the lane cancels its job and lets the thread end.
pub struct Lane<E> {
    shared: Arc<Shared<E>>,
}

impl<E: Send + 'static> Lane<E> {
    /// Starts the thread. Results of jobs go to `results`, then `wake` is called. A job that was
    /// cancelled by a newer request reports nothing. If a job panics, `on_panic` makes its result.
    ///
    /// # Errors
    /// If the operating system gives no thread.
    pub fn start(
        name: &str,
        results: Sender<E>,
        wake: impl Fn() + Send + 'static,
        on_panic: impl Fn(String) -> E + Send + 'static,
    ) -> std::io::Result<Self> {
        let slot = Slot { waiting: None, running: None, closed: false };
        let shared = Arc::new(Shared { slot: Mutex::new(slot), changed: Condvar::new() });
        let worker = Arc::clone(&shared);
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            while let Some((job, ctl)) = next(&worker) {
                let result = catch_unwind(AssertUnwindSafe(|| job(&ctl)));
                worker.lock().running = None;
                let event = result.unwrap_or_else(|cause| on_panic(panic_message(cause.as_ref())));
                // A newer request made this result worthless; it is on its way in the slot.
                if !ctl.cancel.is_cancelled() && results.send(event).is_err() {
                    break;
                }
                wake();
            }
        })?;
        Ok(Self { shared })
    }

    /// Asks for a job. It replaces one that waits.
    pub fn submit(
        &self,
        step: impl Into<String>,
        running: Running,
        job: impl FnOnce(&JobCtl) -> E + Send + 'static,
    ) {
        let ctl = JobCtl::default();
        ctl.progress.set_step(step);
        let mut slot = self.shared.lock();
        if let (Running::Interrupt, Some((job, _))) = (running, &slot.running) {
            job.cancel.cancel();
        }
        slot.waiting = Some((Box::new(job), ctl));
        drop(slot);
        self.shared.changed.notify_one();
    }

    /// Drops a waiting job and asks a running one to stop.
    pub fn cancel(&self) {
        let mut slot = self.shared.lock();
        slot.waiting = None;
        if let Some((running, _)) = &slot.running {
            running.cancel.cancel();
        }
    }

    /// Whether the thread is free: a cancelled job may still be ending when [`Lane::state`] tells of none.
    pub fn is_free(&self) -> bool {
        self.shared.lock().running.is_none()
    }

    /// The job that runs or waits; `None` if there is nothing to do.
    pub fn state(&self) -> Option<LaneState> {
        let slot = self.shared.lock();
        let state = |ctl: &JobCtl, elapsed| LaneState { progress: ctl.progress.clone(), elapsed };
        match (&slot.waiting, &slot.running) {
            (Some((_, ctl)), None) => Some(state(ctl, Duration::ZERO)),
            (waiting, Some((running, since))) => {
                let ctl = waiting.as_ref().map_or(running, |(_, ctl)| ctl);
                let idle = running.cancel.is_cancelled() && waiting.is_none();
                (!idle).then(|| state(ctl, since.elapsed()))
            }
            (None, None) => None,
        }
    }
}

impl<E> Drop for Lane<E> {
    fn drop(&mut self) {
        let mut slot = self.shared.lock();
        slot.closed = true;
        if let Some((running, _)) = &slot.running {
            running.cancel.cancel();
        }
        drop(slot);
        self.shared.changed.notify_one();
    }
}

/// Waits for the next job; `None` when the lane is closed.
fn next<E>(shared: &Shared<E>) -> Option<(Job<E>, JobCtl)> {
    let mut slot = shared.lock();
    loop {
        if slot.closed {
            return None;
        }
        if let Some((job, ctl)) = slot.waiting.take() {
            slot.running = Some((ctl.clone(), Instant::now()));
            return Some((job, ctl));
        }
        slot = shared.changed.wait(slot).unwrap_or_else(PoisonError::into_inner);
    }
}

fn panic_message(cause: &(dyn std::any::Any + Send)) -> String {
    let text = cause.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| cause.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn lane() -> (Lane<String>, mpsc::Receiver<String>) {
        let (tx, rx) = mpsc::channel();
        let lane = Lane::start("test", tx, || (), |m| format!("panic: {m}")).expect("a thread");
        (lane, rx)
    }

    #[test]
    fn the_newest_request_wins_and_the_running_one_is_cancelled() {
        let (lane, rx) = lane();
        let (started_tx, started) = mpsc::channel();
        lane.submit("slow", Running::Interrupt, move |ctl| {
            started_tx.send(()).expect("the test waits");
            while !ctl.cancel.is_cancelled() {
                std::thread::sleep(Duration::from_millis(1));
            }
            "slow".into()
        });
        started.recv().expect("the job starts");
        lane.submit("replaced", Running::Interrupt, |_| "replaced".into());
        lane.submit("newest", Running::Interrupt, |_| "newest".into());
        let got = rx.recv_timeout(Duration::from_secs(5)).expect("a result");
        // `replaced` may have started before `newest` came; `slow` never reports.
        assert!(got == "newest" || rx.recv_timeout(Duration::from_secs(5)).is_ok_and(|g| g == "newest"));
        assert!(rx.recv_timeout(Duration::from_millis(50)).is_err());
    }

    #[test]
    fn a_cancelled_job_reports_nothing_and_the_lane_is_free() {
        let (lane, rx) = lane();
        lane.submit("endless", Running::Interrupt, |ctl| {
            while !ctl.cancel.is_cancelled() {
                std::thread::sleep(Duration::from_millis(1));
            }
            "endless".into()
        });
        assert!(lane.state().is_some());
        lane.cancel();
        assert!(rx.recv_timeout(Duration::from_millis(200)).is_err());
        assert!(lane.state().is_none());
    }

    #[test]
    fn a_panic_becomes_a_result_and_the_lane_goes_on() {
        let (lane, rx) = lane();
        lane.submit("bad", Running::Interrupt, |_| panic!("broken"));
        assert_eq!(rx.recv_timeout(Duration::from_secs(5)).as_deref(), Ok("panic: broken"));
        lane.submit("good", Running::Interrupt, |_| "good".into());
        assert_eq!(rx.recv_timeout(Duration::from_secs(5)).as_deref(), Ok("good"));
    }
}
