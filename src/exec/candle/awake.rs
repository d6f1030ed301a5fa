//! Threads that stay awake from the beginning of a run to its end.
//!
//! A thread of a pool that finds no work for a few microseconds goes to sleep; to wake it takes 16 to 28 us
//! (measured on two virtual processors), longer than many a step. Other runtimes keep their threads spinning, too.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder, Yield};

use super::post::{Post, rest};

/// A thread that waits looks for work that was not posted each time it has waited this often.
const EVERY: u32 = 32;

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

/// Calls `work` on up to `threads` threads at the same time. All are through when this returns.
pub fn together(threads: usize, work: &(dyn Fn() + Sync)) {
    // What is inside a piece of shared work finds no post: its threads are those that the pool has left.
    match POST.take() {
        Some(post) => {
            let _back = BackOnDrop(&post);
            post.share(threads - 1, work);
        }
        None => (0..threads).into_par_iter().with_max_len(1).for_each(|_| work()),
    }
}

thread_local! {
    /// Where this thread posts work while it leads a run.
    static POST: Cell<Option<Arc<Post>>> = const { Cell::new(None) };
}

/// Puts a post back when the work that was shared by it is done.
struct BackOnDrop<'a>(&'a Arc<Post>);

impl Drop for BackOnDrop<'_> {
    fn drop(&mut self) {
        POST.set(Some(self.0.clone()));
    }
}

/// Threads that do nothing but runs, one run at a time.
struct Crew {
    pool: ThreadPool,
    post: Arc<Post>,
    turn: Mutex<()>,
}

impl Crew {
    fn new(threads: usize) -> Result<Self, rayon::ThreadPoolBuildError> {
        let name = |i| format!("run {i}");
        let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build()?;
        Ok(Self { pool, post: Arc::default(), turn: Mutex::new(()) })
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
                    self.look_for_work_until(over);
                }
            });
            // Before all are here there must be no work: a thread that began to wait for the end of the run while it
            // does a part of it would wait for ever.
            let mut idle = 0;
            while here.load(Ordering::Relaxed) < self.pool.current_num_threads() {
                rest(&mut idle);
            }
            POST.set(Some(self.post.clone()));
            let _end = NoPostOnDrop;
            run()
        })
    }

    /// Helps with what the leader posts, and does what else a pool has to do, until a run is over.
    fn look_for_work_until(&self, over: &AtomicBool) {
        let (mut last, mut idle) = (0, 1);
        while !over.load(Ordering::Acquire) {
            // Not all work is posted, but to look for the rest reads what those who have some write.
            let rest_too = idle % EVERY == 0;
            if self.post.help(&mut last) || rest_too && rayon::yield_now() == Some(Yield::Executed) {
                idle = 1;
            } else {
                rest(&mut idle);
            }
        }
    }
}

/// The end of a run for its leader, also when it panics.
struct NoPostOnDrop;

impl Drop for NoPostOnDrop {
    fn drop(&mut self) {
        POST.set(None);
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
