//! Copies of maps with zeros around them.

use std::mem::MaybeUninit;

use super::Simd;

/// Rows of a map that are copied with zeros around them.
pub struct RowsArgs<'a> {
    /// The map, row-major.
    pub from: &'a [f32],
    /// Its columns.
    pub w: usize,
    /// Row of the map that the first row of the copy is; it may lie outside.
    pub first: isize,
    /// Column of the map that is copied first.
    pub column: usize,
    /// Zeros to the left of each row.
    pub left: usize,
    /// Columns that are copied; what remains of a row becomes zeros.
    pub count: usize,
    /// The rows of the copy, all of which are written.
    pub to: &'a mut [MaybeUninit<f32>],
}

/// Copies rows of `pitch` values, vector by vector: rows are short, so calls of `memcpy` and `memset` would
/// take longer than the copy.
///
/// # Safety
/// As for [`Simd`].
#[inline(always)]
pub unsafe fn copy_rows<S: Simd>(a: RowsArgs<'_>, pitch: usize) {
    assert!(a.column + a.count <= a.w && a.left + a.count <= pitch, "the columns fit");
    let to = a.to.as_mut_ptr().cast::<f32>();
    for (r, start) in (0..a.to.len()).step_by(pitch).enumerate() {
        let y = a.first + r as isize;
        let inside = usize::try_from(y).is_ok_and(|y| (y + 1) * a.w <= a.from.len());
        // Column `left` of the copy is column `column` of the map. Outside, nothing is read.
        let line = a.from.as_ptr().wrapping_offset(y * a.w as isize + a.column as isize - a.left as isize);
        let end = if inside { a.left + a.count } else { a.left };
        for j in (0..pitch).step_by(S::LANES) {
            let lane = |column: usize| column.saturating_sub(j).min(S::LANES);
            let room = a.to.len() - start - j;
            // SAFETY: only columns of a row of the map are read. A vector that reaches into the next row
            // is written before that row is; the last one ends with `to`.
            unsafe {
                let v = S::load_part(line.wrapping_add(j), lane(a.left), lane(end));
                S::store_part(to.add(start + j), v, room.min(S::LANES));
            }
        }
    }
}
