//! New values written once, by all threads, without clearing the memory first (which would cost as
//! much as a cheap operation itself).

use std::mem::MaybeUninit;

use super::spread::spread;

/// Values below which a piece of work is not worth a thread of its own.
pub const MIN_TASK: usize = 1024;

/// Values of a piece where nothing else cuts them: they stay in the nearest cache.
pub const CHUNK: usize = 4096;

/// Values of a cache line.
pub const LINE: usize = 16;

/// The values from the first cache line on. Behind them `LINE` fewer are left at most.
pub fn from_line(values: &mut [f32]) -> &mut [f32] {
    let first = values.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE).min(values.len());
    &mut values[first..]
}

/// Memory that a kernel is to write, all of it.
pub type Unwritten<'m> = &'m mut [MaybeUninit<f32>];

/// `len` new values; `write` gets their memory and returns it written.
///
/// # Panics
/// If `write` returns other memory.
pub fn fresh(len: usize, write: impl for<'m> FnOnce(Unwritten<'m>) -> &'m mut [f32]) -> Vec<f32> {
    let mut values = Vec::with_capacity(len);
    let memory = &mut values.spare_capacity_mut()[..len];
    let expected: *const [MaybeUninit<f32>] = memory;
    let written: *const [f32] = write(memory);
    assert!(
        std::ptr::addr_eq(written, expected) && written.len() == expected.len(),
        "all of the memory is written"
    );
    // SAFETY: there was a `&mut [f32]` over all of the memory, which safe code gets only for
    // initialised values.
    unsafe { values.set_len(len) };
    values
}

/// Memory written by many threads, each at other places.
#[derive(Clone, Copy)]
pub struct Shared<T>(*mut T);

// SAFETY: to use a pointer is unsafe; whoever does keeps the threads apart.
unsafe impl<T: Send> Sync for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Shared<T> {}

impl<T> Shared<T> {
    /// The memory of these values.
    pub const fn new(values: &mut [T]) -> Self {
        Self(values.as_mut_ptr())
    }

    /// The address of a value; a method, so that closures capture the whole.
    pub const fn at(&self, place: usize) -> *mut T {
        self.0.wrapping_add(place)
    }
}

/// Pieces of `len` values each, the last one perhaps of fewer; `write` gets the number of a piece and its memory, and
/// returns that memory written.
///
/// # Panics
/// If `write` returns other memory.
pub fn pieces<F>(memory: Unwritten<'_>, len: usize, write: F) -> &mut [f32]
where
    F: for<'a> Fn(usize, &'a mut [MaybeUninit<f32>]) -> &'a mut [f32] + Sync,
{
    let (len, end) = (len.max(1), memory.len());
    let all = Shared::new(memory);
    spread(end.div_ceil(len), end / MIN_TASK, |i| {
        let place = i * len..end.min((i + 1) * len);
        // SAFETY: pieces do not overlap and end inside the memory, which nobody else has.
        let memory = unsafe { std::slice::from_raw_parts_mut(all.at(place.start), place.len()) };
        let expected: *const [MaybeUninit<f32>] = memory;
        let written: *const [f32] = write(i, memory);
        assert!(
            std::ptr::addr_eq(written, expected) && written.len() == expected.len(),
            "all of the piece is written"
        );
    });
    // SAFETY: for each piece there was a `&mut [f32]` over all of its memory, which safe code gets
    // only for initialised values.
    unsafe { memory.assume_init_mut() }
}

/// Values that may be overwritten without being read.
pub const fn as_unwritten(values: &mut [f32]) -> &mut [MaybeUninit<f32>] {
    // SAFETY: the layouts are equal; whoever gets the memory only writes `f32` into it.
    unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), values.len()) }
}

/// Writes the same value everywhere.
pub fn fill(memory: &mut [MaybeUninit<f32>], value: f32) -> &mut [f32] {
    for slot in memory.iter_mut() {
        slot.write(value);
    }
    // SAFETY: every value was written.
    unsafe { memory.assume_init_mut() }
}

/// Writes `f` of each value of `from`.
///
/// # Panics
/// If the lengths differ.
pub fn map<'a>(memory: &'a mut [MaybeUninit<f32>], from: &[f32], f: impl Fn(f32) -> f32) -> &'a mut [f32] {
    assert_eq!(memory.len(), from.len(), "values to map");
    for (slot, &value) in memory.iter_mut().zip(from) {
        slot.write(f(value));
    }
    // SAFETY: the lengths are equal, so every value was written.
    unsafe { memory.assume_init_mut() }
}
