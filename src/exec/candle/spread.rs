//! Numbered pieces of work, handed out to threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::awake;

/// How often each thread takes pieces of its range, so that all end at about the same time. To take some costs as
/// much as a few hundred values.
const TURNS: usize = 32;

/// The number of the next piece of a range, on cache lines of its own: a thread that counts must not wait for
/// what another one counts.
#[repr(align(128))]
struct Next(AtomicUsize);

/// Calls `work` with each number below `count`, on up to `threads` threads of the pool.
///
/// Each thread begins with a range of its own, the same in every run, so that what it reads and writes may
/// still be in its caches; then it takes pieces of the others'.
pub fn spread(count: usize, threads: usize, work: impl Fn(usize) + Sync) {
    let threads = threads.min(rayon::current_num_threads()).min(count);
    if threads <= 1 {
        (0..count).for_each(work);
        return;
    }
    let start = |range: usize| range * count / threads;
    let some = (count / (threads * TURNS)).max(1);
    let next: Vec<Next> = (0..threads).map(|range| Next(AtomicUsize::new(start(range)))).collect();
    awake::together(threads, &|| {
        let own = rayon::current_thread_index().unwrap_or(0);
        for range in (own..own + threads).map(|r| r % threads) {
            loop {
                let first = next[range].0.fetch_add(some, Ordering::Relaxed);
                if first >= start(range + 1) {
                    break;
                }
                (first..(first + some).min(start(range + 1))).for_each(&work);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_done_once() {
        for count in [0, 1, 2, 3, 7, 100] {
            for threads in [1, 2, 3, 64] {
                let done: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
                spread(count, threads, |i| {
                    done[i].fetch_add(1, Ordering::Relaxed);
                });
                assert!(done.iter().all(|d| d.load(Ordering::Relaxed) == 1), "{count} on {threads}");
            }
        }
    }
}
