//! What the targets have in common: a reader gets only as much memory as the size of its file justifies.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Memory of a reader beside what its file justifies: names, messages, tables that are made once.
const BASE: usize = 8 << 20;

/// The system's allocator with a limit. Beyond it no memory is given, and the program ends with a message.
struct Limited;

static USED: AtomicUsize = AtomicUsize::new(0);
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Whether so much more may be used; it is counted then.
fn granted(size: usize) -> bool {
    let used = USED.fetch_add(size, Relaxed).wrapping_add(size);
    let granted = used <= LIMIT.load(Relaxed);
    if !granted {
        USED.fetch_sub(size, Relaxed);
    }
    granted
}

// SAFETY: every call is handed on to the system's allocator as it came, or answered with a null pointer,
// which means that there is no memory.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !granted(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller keeps the rules of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !granted(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller keeps the rules of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the pointer came from `alloc` or `alloc_zeroed` above, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Limited = Limited;

/// Must run before the first input: a message about a panic needs memory beyond the limit.
pub fn start() {
    let abort = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        LIMIT.store(usize::MAX, Relaxed);
        abort(panic);
    }));
}

/// Reads a file of `size` bytes with at most `per_byte` bytes of memory for each of them.
pub fn within<T>(size: usize, per_byte: usize, read: impl FnOnce() -> T) -> T {
    LIMIT.store(USED.load(Relaxed) + size * per_byte + BASE, Relaxed);
    let result = read();
    LIMIT.store(usize::MAX, Relaxed);
    result
}

/// What a user reads: one sentence on one line.
pub fn one_sentence(error: &impl std::fmt::Display) {
    let message = error.to_string();
    assert!(!message.is_empty() && !message.contains('\n'), "no sentence on one line: {message:?}");
    assert!(message.len() < 1 << 14, "{} bytes are no sentence: {message:.300}", message.len());
}
