//! How what a convolution reads lies in memory so that every tap of every output pixel is one fixed
//! distance from the pixel.
//!
//! Each channel of each source becomes planes of rows that lie `pitch` values apart, the same for all.
//! At stride `s` a channel is cut into `s * s` phases (rows and columns modulo `s`; only those that a
//! tap reads), so that neighbouring output pixels read neighbouring values. Rows run on: the zeros to
//! the left of a row are also those to the right of the one before. The few columns between two rows
//! give values that are not stored.

use std::collections::HashMap;
use std::mem::MaybeUninit;

use crate::exec::conv_work::{ConvWork, Source};
use crate::exec::taps::Tap;

use super::super::buffer::fill;
use super::super::simd::{Level, RowsArgs, micro::PixelVector};

/// Layout of the padded copies that one convolution reads.
#[derive(Clone, Debug)]
pub struct Layout {
    out_h: usize,
    out_w: usize,
    /// Distance between rows.
    pitch: usize,
    frames: Vec<Frame>,
    /// Number of the frame of each phase.
    frame_of: HashMap<Phase, usize>,
}

/// Rows and columns modulo the stride, of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Phase {
    source: u16,
    row: u16,
    column: u16,
}

/// Which part of a phase is copied, and where.
#[derive(Clone, Copy, Debug)]
struct Frame {
    phase: Phase,
    stride: usize,
    /// First row of the phase that some output pixel reads; it may lie above the map.
    first_row: isize,
    /// Rows that are read.
    rows: usize,
    /// Zeros to the left of each row.
    left: usize,
    /// Columns of the phase that are copied.
    columns: (usize, usize),
    /// Zeros behind the last row.
    tail: usize,
}

/// Row or column of a tap in its phase, and the phase.
fn split(distance: i16, stride: usize) -> (isize, usize) {
    let (distance, stride) = (isize::from(distance), stride as isize);
    (distance.div_euclid(stride), distance.rem_euclid(stride) as usize)
}

impl Layout {
    /// The layout for a convolution by vectors of `lanes`.
    pub fn new(work: &ConvWork, lanes: usize) -> Self {
        let (out_h, out_w) = (work.shape.h, work.shape.w);
        // For each phase the first and last row and column, relative to the output pixel's.
        let mut reach: HashMap<Phase, [isize; 4]> = HashMap::new();
        for tap in work.groups.iter().flat_map(|g| &g.taps) {
            let (phase, row, column) = phase_of(tap, &work.sources);
            let reach = reach.entry(phase).or_insert([row, row, column, column]);
            *reach = [reach[0].min(row), reach[1].max(row), reach[2].min(column), reach[3].max(column)];
        }
        let mut pitch = out_w;
        let (mut frames, mut frame_of) = (Vec::new(), HashMap::new());
        for (phase, [top, bottom, first, last]) in reach {
            let source = &work.sources[phase.source as usize];
            let (stride, (_, w)) = (source.stride, source.seen());
            let width = w.saturating_sub(phase.column as usize).div_ceil(stride) as isize;
            let end = out_w as isize + last;
            let columns = (first.clamp(0, width), end.clamp(0, width));
            let right = (end - columns.1).max(0);
            let left = (columns.0 - first).max(right);
            pitch = pitch.max((left + columns.1 - columns.0) as usize);
            frame_of.insert(phase, frames.len());
            frames.push(Frame {
                phase,
                stride,
                first_row: top,
                rows: (out_h as isize + bottom - top) as usize,
                left: left as usize,
                columns: (columns.0 as usize, columns.1 as usize),
                tail: right as usize,
            });
        }
        // Where it makes no more vectors, rows begin at whole or half vectors: fewer loads cross a cache line.
        let vectors = |pitch: usize| ((out_h - 1) * pitch + out_w).div_ceil(lanes);
        let wide = pitch.next_multiple_of(lanes.div_ceil(2));
        if pitch > out_w && vectors(wide) == vectors(pitch) {
            pitch = wide;
        }
        Self { out_h, out_w, pitch, frames, frame_of }
    }

    /// The source of a frame.
    pub fn source(&self, frame: usize) -> usize {
        self.frames[frame].phase.source as usize
    }

    /// Values of the copy of one channel in a frame.
    pub fn len(&self, frame: usize) -> usize {
        let frame = &self.frames[frame];
        frame.rows * self.pitch + frame.tail
    }

    /// Whether the copies would be the maps themselves, so that nothing need be copied.
    pub fn is_plain(&self, sources: &[Source]) -> bool {
        self.frames.iter().all(|frame| {
            let source = &sources[frame.phase.source as usize];
            !source.pooled
                && (source.stride, frame.first_row, frame.left, frame.tail) == (1, 0, 0, 0)
                && (frame.rows, self.pitch) == (source.shape.h, source.shape.w)
        })
    }

    /// Frame of a tap, and its distance from the output pixel's place in the copy of its channel.
    pub fn offset(&self, tap: &Tap, sources: &[Source]) -> (usize, usize) {
        let (phase, row, column) = phase_of(tap, sources);
        let number = self.frame_of[&phase];
        let frame = &self.frames[number];
        let row = (row - frame.first_row) as usize;
        let column = (column + frame.left as isize - frame.columns.0 as isize) as usize;
        (number, row * self.pitch + column)
    }

    /// Place of every output pixel, in the output's order.
    pub fn pixels(&self) -> Vec<u32> {
        (0..self.out_h).flat_map(|y| (0..self.out_w).map(move |x| (y * self.pitch + x) as u32)).collect()
    }

    /// Vectors of `lanes` pixels that compute each output pixel once.
    pub fn vectors(&self, lanes: usize) -> Vec<PixelVector> {
        let pixels = self.pixels();
        let end = pixels[pixels.len() - 1] as usize + 1;
        let mut vectors = Vec::new();
        let mut next = 0;
        while next < pixels.len() {
            let first = pixels[next] as usize;
            // The last vector is moved back so that it reads nothing behind the last pixel.
            let read = first.min(end.saturating_sub(lanes));
            let mut mask = 0;
            let write = next;
            while next < pixels.len() && (pixels[next] as usize) < read + lanes {
                mask |= 1 << (pixels[next] as usize - read);
                next += 1;
            }
            vectors.push(PixelVector { read: read as u32, write: write as u32, mask });
        }
        vectors
    }

    /// Copies one channel `from` of a source, with its zeros. Writes every value of `to`.
    pub fn copy(
        &self,
        level: Level,
        frame: usize,
        source: &Source,
        from: &[f32],
        to: &mut [MaybeUninit<f32>],
    ) {
        let frame = &self.frames[frame];
        let (h, w) = (source.shape.h, source.shape.w);
        debug_assert_eq!(from.len(), h * w);
        let (rows, tail) = to.split_at_mut(frame.rows * self.pitch);
        fill(tail, 0.0);
        let (begin, end) = frame.columns;
        if frame.stride == 1 && !source.pooled {
            let first = frame.first_row + frame.phase.row as isize;
            let column = begin + frame.phase.column as usize;
            let place = RowsArgs { from, w, first, column, left: frame.left, count: end - begin, to: rows };
            level.copy_rows(place, self.pitch);
            return;
        }
        for (r, row) in rows.chunks_exact_mut(self.pitch).enumerate() {
            let y = (frame.first_row + r as isize) * frame.stride as isize + frame.phase.row as isize;
            if y < 0 || y as usize >= source.seen().0 {
                fill(row, 0.0);
                continue;
            }
            let y = y as usize;
            let inside = frame.left..frame.left + (end - begin);
            fill(&mut row[..inside.start], 0.0);
            fill(&mut row[inside.end..], 0.0);
            let inside = &mut row[inside];
            let x = begin * frame.stride + frame.phase.column as usize;
            if source.pooled {
                let two = &from[2 * y * w..((2 * y + 2) * w).min(h * w)];
                copy_means(two, w, x, frame.stride, inside);
                continue;
            }
            let line = &from[y * w..(y + 1) * w];
            if frame.stride == 2 {
                // A length the compiler knows: this becomes vector instructions.
                let (pairs, last) = line[2 * begin..].as_chunks::<2>();
                let whole = pairs.len().min(inside.len());
                for (to, pair) in inside[..whole].iter_mut().zip(pairs) {
                    to.write(pair[frame.phase.column as usize & 1]);
                }
                for to in &mut inside[whole..] {
                    to.write(last[0]);
                }
            } else {
                for (to, &value) in inside.iter_mut().zip(line[x.min(w)..].iter().step_by(frame.stride)) {
                    to.write(value);
                }
            }
        }
    }
}

/// The means of 2x2 (at the edges: valid) pixels of one or two rows of `w` pixels, from the mean `x` on.
fn copy_means(rows: &[f32], w: usize, x: usize, stride: usize, to: &mut [MaybeUninit<f32>]) {
    let (top, bottom) = rows.split_at(w);
    if stride == 1 && bottom.len() == w {
        // Whole windows in a form that becomes vector instructions.
        let whole = to.len().min((w / 2).saturating_sub(x));
        let (a, b) = (top[2 * x..].as_chunks::<2>().0, bottom[2 * x..].as_chunks::<2>().0);
        for ((to, a), b) in to[..whole].iter_mut().zip(a).zip(b) {
            to.write(((a[0] + a[1]) + (b[0] + b[1])) * 0.25);
        }
        for (i, to) in to.iter_mut().enumerate().skip(whole) {
            to.write((top[2 * (x + i)] + bottom[2 * (x + i)]) * 0.5);
        }
        return;
    }
    for (i, to) in to.iter_mut().enumerate() {
        let first = 2 * (x + i * stride);
        let (mut sum, mut count) = (0.0, 0.0);
        for line in [top, bottom].into_iter().filter(|line| !line.is_empty()) {
            for &value in &line[first..(first + 2).min(w)] {
                sum += value;
                count += 1.0;
            }
        }
        to.write(sum / count);
    }
}

fn phase_of(tap: &Tap, sources: &[Source]) -> (Phase, isize, isize) {
    let stride = sources[tap.source as usize].stride;
    let ((row, row_phase), (column, column_phase)) = (split(tap.dy, stride), split(tap.dx, stride));
    (Phase { source: tap.source, row: row_phase as u16, column: column_phase as u16 }, row, column)
}
