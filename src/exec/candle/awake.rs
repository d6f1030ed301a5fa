//! Threads that stay awake from the beginning of a run to its end.
//!
//! A thread of a pool that finds no work for a few microseconds goes to sleep; to wake it takes 16 to 28 us
//! (measured on two virtual processors), longer than many a step. Other runtimes keep their threads spinning, too.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder, Yield};

/// How often a thread looks for work that was announced before it waits for the next announcement.
const AFTER_A_RING: u32 = 64;

/// A thread that waits looks for work each time it has waited this often.
const EVERY: u32 = 32;

/// Waits after which an idle thread lets other programs go first.
const POLITE_AFTER: u32 = 1 << 12;

/// The threads of all runs, as many as rayon has.
static CREW: LazyLock<Option<Crew>> = LazyLock::new(|| match Crew::new(rayon::current_num_threads()) {
    Ok(crew) => Some(crew),
    Err(e) => {
        log::warn!("runs share the threads of everything else: {e}");
        None
    }
});

/// Calls `run` on one of the threads of runs while the others, spinning, wait for its work. One run goes on at a time.
pub fn awake<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    match &*CREW {
        Some(crew) => crew.awake(run),
        None => rayon::scope(|_| run()),
    }
}

/// Says that there will be work in a moment.
pub fn ring() {
    BELL.0.fetch_add(1, Ordering::Relaxed);
}

/// How often work has been announced. To look here disturbs nobody; to look for work reads what those who have
/// some write.
static BELL: Bell = Bell(AtomicUsize::new(0));

/// On cache lines of its own.
#[repr(align(128))]
struct Bell(AtomicUsize);

/// Threads that do nothing but runs, one run at a time.
struct Crew {
    pool: ThreadPool,
    turn: Mutex<()>,
}

impl Crew {
    fn new(threads: usize) -> Result<Self, rayon::ThreadPoolBuildError> {
        let name = |i| format!("run {i}");
        let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build()?;
        Ok(Self { pool, turn: Mutex::new(()) })
    }

    fn awake<R: Send>(&self, run: impl FnOnce() -> R + Send) -> R {
        // A thread that has work waits for parts of it and does other work meanwhile. Were that a run, it might wait
        // for its turn while that work holds it.
        if rayon::current_thread_index().is_some() {
            return run();
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let (here, over) = (AtomicUsize::new(1), AtomicBool::new(false));
        let (here, over) = (&here, &over);
        self.pool.scope(|scope| {
            let _end = SetOnDrop(over);
            let leader = rayon::current_thread_index();
            scope.spawn_broadcast(move |_, thread| {
                if Some(thread.index()) != leader {
                    here.fetch_add(1, Ordering::Relaxed);
                    look_for_work_until(over);
                }
            });
            // Before all are here there must be no work: a thread that began to wait for the end of the run while it
            // does a part of it would wait for ever.
            let mut idle = 0;
            while here.load(Ordering::Relaxed) < self.pool.current_num_threads() {
                rest(&mut idle);
            }
            run()
        })
    }
}

/// Does what a pool has to do until a run is over.
fn look_for_work_until(over: &AtomicBool) {
    let (mut heard, mut idle) = (0, 0);
    while !over.load(Ordering::Acquire) {
        let rings = BELL.0.load(Ordering::Relaxed);
        // Not all work is announced.
        let tries = if rings != heard { AFTER_A_RING } else { u32::from(idle % EVERY == 0) };
        heard = rings;
        match (0..tries).any(|_| rayon::yield_now() == Some(Yield::Executed)) {
            true => idle = 0,
            false => rest(&mut idle),
        }
    }
}

/// Waits a moment, for the `idle`th time.
fn rest(idle: &mut u32) {
    if *idle < POLITE_AFTER {
        *idle += 1;
        spin_loop();
    } else {
        std::thread::yield_now();
    }
}

/// Ends a run also when it panics.
struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use rayon::prelude::*;

    use super::super::spread::spread;
    use super::*;

    /// Runs of several threads, whose pieces have pieces and begin runs themselves.
    #[test]
    fn runs_beside_and_inside_each_other_end() {
        let crew = Crew::new(4).expect("threads");
        let done = AtomicUsize::new(0);
        let steps = || {
            for _ in 0..5 {
                spread(8, 4, |_| {
                    let parts: usize = (0..3_usize).into_par_iter().map(|_| crew.awake(|| 1)).sum();
                    done.fetch_add(parts, Ordering::Relaxed);
                });
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| (0..100).for_each(|_| crew.awake(steps)));
            }
        });
        assert_eq!(done.into_inner(), 6 * 100 * 5 * 8 * 3);
    }

    #[test]
    fn a_run_that_panics_lets_the_threads_go() {
        let crew = Crew::new(2).expect("threads");
        let failed = catch_unwind(AssertUnwindSafe(|| crew.awake(|| panic!("on purpose"))));
        assert!(failed.is_err());
        assert_eq!(crew.awake(|| 1), 1, "the next run");
        assert_eq!(crew.pool.broadcast(|_| 1), [1, 1], "both threads answer");
    }
}
