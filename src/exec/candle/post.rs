//! Work that one thread posts and others, which look out for it, help with.
//!
//! To hand a piece of work to another thread through the queues of a pool, and to hear that it is done, takes some
//! microseconds, as long as a small operator. Here two cache lines go to and fro.

use std::any::Any;
use std::cell::UnsafeCell;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What all threads do together, each until nothing is left of it.
type Work = dyn Fn() + Sync;

/// Where work is posted, one after another.
#[derive(Default)]
pub struct Post {
    state: OwnLine<AtomicU64>,
    posted: UnsafeCell<Option<Posted>>,
    /// Helpers that are through with the work.
    through: OwnLine<AtomicUsize>,
    /// What a helper panicked with.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

#[derive(Clone, Copy)]
struct Posted {
    work: *const Work,
    helpers: u32,
}

// SAFETY: `posted` is written only while the work is closed, and read only by helpers that have begun.
unsafe impl Sync for Post {}
// SAFETY: the pointer in `posted` is used only while the work that it points to is shared.
unsafe impl Send for Post {}

/// On cache lines of its own.
#[derive(Default)]
#[repr(align(128))]
struct OwnLine<T>(T);

/// Set in the state as long as helpers may begin.
const OPEN: u64 = 1 << 31;
/// The bits of the state that count helpers who began. Those above [`OPEN`] number the work.
const BEGAN: u64 = OPEN - 1;
/// From one number to the next.
const NEXT: u64 = OPEN << 1;

impl Post {
    /// Calls `work` here and on up to `helpers` others that look out for it. All are through when this returns, but
    /// nobody waits for those who have not begun. One thread may do this at a time.
    pub fn share(&self, helpers: usize, work: &(dyn Fn() + Sync)) {
        let number = self.state.0.load(Ordering::Relaxed) & !(OPEN | BEGAN);
        self.through.0.store(0, Ordering::Relaxed);
        // SAFETY: the work before is closed and all helpers are through with it; so nobody reads. The lifetime is
        // forgotten only until the guard below has waited for all who began.
        unsafe {
            let work = std::mem::transmute::<*const (dyn Fn() + Sync + '_), *const Work>(work);
            *self.posted.get() = Some(Posted { work, helpers: u32::try_from(helpers).unwrap_or(u32::MAX) });
        }
        self.state.0.store(number.wrapping_add(NEXT) | OPEN, Ordering::Release);
        let all_through = CloseOnDrop(self);
        work();
        drop(all_through);
        if let Some(panic) = self.panic.lock().unwrap_or_else(PoisonError::into_inner).take() {
            resume_unwind(panic);
        }
    }

    /// Helps with what is posted, unless it is closed or has helpers enough. `last` is the number of what this thread
    /// helped with last. Whether there was something to do.
    pub fn help(&self, last: &mut u64) -> bool {
        let state = self.state.0.load(Ordering::Relaxed);
        if state & OPEN == 0 || state & !(OPEN | BEGAN) == *last {
            return false;
        }
        let begin = self.state.0.compare_exchange(state, state + 1, Ordering::Acquire, Ordering::Relaxed);
        if begin.is_err() {
            return false;
        }
        *last = state & !(OPEN | BEGAN);
        // SAFETY: the work was open when this thread began, so it is neither gone nor exchanged before this thread is
        // through.
        if let Some(Posted { work, helpers }) = unsafe { *self.posted.get() }
            && state & BEGAN < u64::from(helpers)
            // SAFETY: as above.
            && let Err(panic) = catch_unwind(AssertUnwindSafe(|| unsafe { (*work)() }))
        {
            *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
        }
        self.through.0.fetch_add(1, Ordering::Release);
        true
    }
}

/// Waits a moment, for the `idle`th time.
pub fn rest(idle: &mut u32) {
    if *idle < POLITE_AFTER {
        *idle += 1;
        spin_loop();
    } else {
        std::thread::yield_now();
    }
}

/// Waits after which a thread lets other programs go first.
const POLITE_AFTER: u32 = 1 << 12;

/// Closes the work and waits for those who began, also when it panics.
struct CloseOnDrop<'a>(&'a Post);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        let mut idle = 0;
        let began = self.0.state.0.fetch_and(!OPEN, Ordering::Relaxed) & BEGAN;
        while (self.0.through.0.load(Ordering::Acquire) as u64) < began {
            rest(&mut idle);
        }
        if std::thread::panicking() {
            // One panic is told; that of a helper must not come out of the next work.
            self.0.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    /// Calls `lead` while `helpers` threads look out for work.
    fn with_helpers(helpers: usize, lead: impl FnOnce(&Post)) {
        let (post, over) = (Post::default(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..helpers {
                scope.spawn(|| {
                    let mut last = 0;
                    while !over.load(Ordering::Relaxed) {
                        post.help(&mut last);
                    }
                });
            }
            let result = catch_unwind(AssertUnwindSafe(|| lead(&post)));
            over.store(true, Ordering::Relaxed);
            result.unwrap_or_else(|panic| resume_unwind(panic));
        });
    }

    #[test]
    fn all_is_done_when_the_work_was_shared() {
        with_helpers(3, |post| {
            for round in 0..2000 {
                let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
                post.share(round % 4, &|| {
                    while next.fetch_add(1, Ordering::Relaxed) < 50 {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                });
                assert_eq!(done.into_inner(), 50, "round {round}");
            }
        });
    }

    #[test]
    fn no_more_help_than_was_asked_for() {
        with_helpers(4, |post| {
            for helpers in [0, 1, 3] {
                let at_once = AtomicUsize::new(0);
                post.share(helpers, &|| {
                    at_once.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(std::time::Duration::from_millis(20));
                });
                assert!((1..=helpers + 1).contains(&at_once.into_inner()), "{helpers} helpers");
            }
        });
    }

    #[test]
    fn a_panic_comes_back_and_the_next_work_goes_on() {
        with_helpers(1, |post| {
            let leader = std::thread::current().id();
            let helped = AtomicBool::new(false);
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                post.share(1, &|| {
                    if std::thread::current().id() != leader {
                        helped.store(true, Ordering::Relaxed);
                        panic!("on purpose");
                    }
                    while !helped.load(Ordering::Relaxed) {
                        spin_loop();
                    }
                });
            }));
            assert!(panicked.is_err());
            // Both at once: the helper's must not come out of the work after it.
            let both = AtomicUsize::new(0);
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                post.share(1, &|| {
                    both.fetch_add(1, Ordering::Relaxed);
                    while both.load(Ordering::Relaxed) < 2 {
                        spin_loop();
                    }
                    panic!("on purpose");
                });
            }));
            assert!(panicked.is_err());
            let done = AtomicUsize::new(0);
            post.share(1, &|| {
                done.fetch_add(1, Ordering::Relaxed);
            });
            assert!(done.into_inner() >= 1);
        });
    }
}
