//! Pools: windows that move over a map.

use super::Padding;

/// What a pool does with the pixels under its window. Pixels outside the map hold no values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PoolKind {
    /// The largest value.
    Max,
    /// The mean of the valid values.
    Average,
    /// The sum of the valid values divided by the number of pixels under the window, those of the
    /// border included (`count_include_pad`).
    AverageWithBorder,
}

/// A pool: rows first where there is a number for each axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pool2d {
    /// Maximum or average.
    pub kind: PoolKind,
    /// Rows and columns of the window.
    pub kernel: [usize; 2],
    /// Step between windows.
    pub stride: [usize; 2],
    /// Distance between the rows, and between the columns, of a window; pixels between them are not in it.
    pub dilation: [usize; 2],
    /// Border around the map; it holds no values.
    pub padding: Padding,
    /// Whether a last, incomplete window gives an output pixel (it must start inside the map).
    pub ceil: bool,
}

impl Pool2d {
    /// A square window without gaps and without border.
    pub const fn square(kind: PoolKind, kernel: usize, stride: usize) -> Self {
        let padding = Padding { top: 0, bottom: 0, left: 0, right: 0 };
        Self { kind, kernel: [kernel; 2], stride: [stride; 2], dilation: [1; 2], padding, ceil: false }
    }

    /// Zeros around a map: windows of one pixel, of which those over the border give 0.
    pub const fn zeros_around(padding: Padding) -> Self {
        Self { padding, ..Self::square(PoolKind::AverageWithBorder, 1, 1) }
    }

    /// Whether it only puts zeros around a map.
    pub const fn only_pads(&self) -> bool {
        matches!((self.kernel, self.stride), ([1, 1], [1, 1]))
    }

    /// Pixels under a window.
    pub const fn area(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Its windows from top to bottom.
    pub const fn rows(&self) -> PoolAxis {
        self.axis(0, self.padding.top, self.padding.bottom)
    }

    /// Its windows from left to right.
    pub const fn columns(&self) -> PoolAxis {
        self.axis(1, self.padding.left, self.padding.right)
    }

    const fn axis(&self, i: usize, before: usize, after: usize) -> PoolAxis {
        let border = matches!(self.kind, PoolKind::AverageWithBorder);
        PoolAxis {
            kernel: self.kernel[i],
            stride: self.stride[i],
            dilation: self.dilation[i],
            before,
            after,
            border,
        }
    }
}

/// The windows of a pool on one axis.
#[derive(Clone, Copy, Debug)]
pub struct PoolAxis {
    /// Pixels of a window.
    pub kernel: usize,
    /// Step between windows.
    pub stride: usize,
    /// Distance between pixels of a window.
    pub dilation: usize,
    /// Border in front of the map.
    pub before: usize,
    /// Border behind the map.
    pub after: usize,
    /// Whether pixels of the border count in a mean.
    border: bool,
}

impl PoolAxis {
    /// Pixels from the first to the last of a window.
    pub const fn reach(&self) -> usize {
        self.kernel.saturating_sub(1).saturating_mul(self.dilation).saturating_add(1)
    }

    /// The pixels of window `i`, counted within the window, that lie inside a map of `side` pixels.
    pub fn taps(&self, i: usize, side: usize) -> std::ops::Range<usize> {
        let start = i * self.stride;
        let first = self.before.saturating_sub(start).div_ceil(self.dilation);
        let end = (self.before + side).saturating_sub(start).div_ceil(self.dilation).min(self.kernel);
        first.min(end)..end
    }

    /// The pixel of the map at a tap of [`PoolAxis::taps`].
    pub const fn pixel(&self, i: usize, tap: usize) -> usize {
        i * self.stride + tap * self.dilation - self.before
    }

    /// The pixels of a map of `side` pixels under window `i`.
    pub fn pixels(self, i: usize, side: usize) -> impl Iterator<Item = usize> + Clone {
        self.taps(i, side).map(move |tap| self.pixel(i, tap))
    }

    /// How many pixels count under window `i` of a map of `side` pixels. A mean divides by the product over both axes.
    pub fn counted(&self, i: usize, side: usize) -> usize {
        let under = if self.border {
            let rest = (self.before + side + self.after).saturating_sub(i * self.stride);
            rest.div_ceil(self.dilation).min(self.kernel)
        } else {
            self.taps(i, side).len()
        };
        under.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_what_lies_inside_the_map() {
        let pool = Pool2d {
            kernel: [3, 2],
            stride: [2, 3],
            dilation: [2, 1],
            padding: Padding { top: 1, bottom: 3, left: 0, right: 1 },
            ..Pool2d::square(PoolKind::Average, 1, 1)
        };
        // Rows -1, 1, 3 of four; then 1, 3, 5.
        let rows = pool.rows();
        assert_eq!((rows.reach(), rows.taps(0, 4), rows.taps(1, 4)), (5, 1..3, 0..2));
        assert_eq!(rows.pixels(0, 4).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(rows.pixels(1, 4).collect::<Vec<_>>(), [1, 3]);
        // Columns 3 and 4 of four, of which the last is the border's.
        assert_eq!(pool.columns().pixels(1, 4).collect::<Vec<_>>(), [3]);
        assert_eq!((rows.counted(0, 4), rows.counted(1, 4), pool.columns().counted(1, 4)), (2, 2, 1));
        let bordered = Pool2d { kind: PoolKind::AverageWithBorder, ..pool };
        assert_eq!((bordered.rows().counted(0, 4), bordered.columns().counted(1, 4)), (3, 2));
        // Rows 5, 7 and 9, of which the border ends behind 6.
        assert_eq!(bordered.rows().counted(3, 4), 1);
    }
}
