//! How the input of a convolution lies in memory so that every tap of every output pixel is one
//! fixed distance from the pixel.
//!
//! A channel becomes a padded map. At stride `s` it is cut into `s * s` phases (rows and columns
//! modulo `s`; only those that a tap reads), so that neighbouring output pixels read neighbouring
//! values. Rows run on: at stride 1 the zeros to the right of a row are also those to the left of
//! the next. The few columns between two rows give values that are not stored.

use std::mem::MaybeUninit;

use crate::exec::taps::Tap;
use crate::graph::Conv2d;
use crate::tensor::Shape;

use super::super::{buffer::fill, simd::micro::PixelVector};

/// Layout of the padded input of one convolution.
#[derive(Clone, Debug, PartialEq)]
pub struct Geometry {
    conv: (usize, usize, usize, usize),
    /// Input map.
    h: usize,
    w: usize,
    /// Output map.
    out_h: usize,
    out_w: usize,
    /// Rows and columns modulo the stride that some tap reads, ascending.
    row_phases: Vec<usize>,
    column_phases: Vec<usize>,
    /// Rows of one phase.
    rows: usize,
    /// Distance between rows of one phase.
    pitch: usize,
    /// Values that belong to one channel: all its phases.
    pub channel: usize,
}

impl Geometry {
    /// Layout for maps of the shapes `x` and `y`, in and out.
    pub fn new(conv: &Conv2d, x: Shape, y: Shape) -> Self {
        let (k, s, d) = (conv.kernel, conv.stride, conv.dilation);
        let (top, left) = (conv.padding.top, conv.padding.left);
        let phases = || {
            let mut phases: Vec<usize> = (0..k).map(|tap| tap * d % s).collect();
            phases.sort_unstable();
            phases.dedup();
            phases
        };
        let (row_phases, column_phases) = (phases(), phases());
        // Padded rows and columns that some tap of some output pixel reads.
        let needed = |size: usize| (size - 1) * s + (k - 1) * d + 1;
        let rows = needed(y.h).div_ceil(s);
        let pitch = if s == 1 {
            // Zeros to the right of a row may lie at the start of the next one, but each output
            // pixel needs a place of its own.
            y.w.max(x.w + left.max(needed(y.w).saturating_sub(left + x.w)))
        } else {
            needed(y.w).div_ceil(s)
        };
        let channel = rows * pitch * row_phases.len() * column_phases.len();
        Self {
            conv: (s, d, top, left),
            h: x.h,
            w: x.w,
            out_h: y.h,
            out_w: y.w,
            row_phases,
            column_phases,
            rows,
            pitch,
            channel,
        }
    }

    /// Whether the padded input is the input itself, so that nothing need be copied.
    pub fn is_plain(&self) -> bool {
        let (s, _, top, left) = self.conv;
        s == 1 && top == 0 && left == 0 && self.pitch == self.w && self.rows == self.h
    }

    /// Distance of a tap of input channel 0 from the output pixel's place.
    pub fn offset(&self, tap: Tap) -> usize {
        let (s, d, ..) = self.conv;
        let (y, x) = (tap.ky as usize * d, tap.kx as usize * d);
        let place = |phases: &[usize], phase| phases.iter().position(|&p| p == phase).unwrap_or(0);
        let phase =
            place(&self.row_phases, y % s) * self.column_phases.len() + place(&self.column_phases, x % s);
        phase * self.rows * self.pitch + y / s * self.pitch + x / s
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

    /// Values that a vector may read behind the last channel, because the map is smaller than it.
    pub fn slack(&self, lanes: usize) -> usize {
        // The zeros to the right of the last row are the next channel's first ones.
        let (.., left) = self.conv;
        lanes + left
    }

    /// Copies one channel into its place, with its zeros. Writes every value of `to`.
    pub fn copy_channel(&self, from: &[f32], to: &mut [MaybeUninit<f32>]) {
        debug_assert_eq!((from.len(), to.len()), (self.h * self.w, self.channel));
        let (s, _, top, left) = self.conv;
        let mut rows = to.chunks_exact_mut(self.pitch);
        for &row_phase in &self.row_phases {
            for &column_phase in &self.column_phases {
                for (r, row) in rows.by_ref().take(self.rows).enumerate() {
                    let y = (r * s + row_phase).wrapping_sub(top);
                    if y >= self.h {
                        fill(row, 0.0);
                        continue;
                    }
                    let line = &from[y * self.w..(y + 1) * self.w];
                    // First column inside the map, and its x.
                    let first = left.saturating_sub(column_phase).div_ceil(s).min(row.len());
                    let x = (first * s + column_phase).saturating_sub(left).min(self.w);
                    let count = (self.w - x).div_ceil(s).min(row.len() - first);
                    fill(&mut row[..first], 0.0);
                    fill(&mut row[first + count..], 0.0);
                    let inside = &mut row[first..first + count];
                    if s == 1 {
                        inside.write_copy_of_slice(&line[x..x + count]);
                    } else {
                        for (to, &value) in inside.iter_mut().zip(line[x..].iter().step_by(s)) {
                            to.write(value);
                        }
                    }
                }
            }
        }
    }
}
