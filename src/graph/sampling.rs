//! Values that move, or are mixed, along the axes of a map: transposed axes, pixels cut out or
//! repeated, pixels made of channels, borders, interpolation.

use crate::tensor::Shape;

/// One value that is read along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tap {
    /// How many values of the map before the first it lies behind, as far as this axis says.
    pub offset: u32,
    /// What it is multiplied by.
    pub weight: f32,
}

/// What each place along one axis of the result reads; a place may read nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taps {
    /// Where the taps of each place begin, and where the last ones end.
    starts: Vec<u32>,
    taps: Vec<Tap>,
}

impl Taps {
    /// The taps of each place in turn. Those of weight 0 are left out.
    pub fn new<P: IntoIterator<Item = Tap>>(places: impl IntoIterator<Item = P>) -> Self {
        let mut all = Self { starts: vec![0], taps: Vec::new() };
        for place in places {
            all.taps.extend(place.into_iter().filter(|tap| tap.weight != 0.0));
            all.starts.push(all.taps.len() as u32);
        }
        all
    }

    /// Each place reads one value as it is, or nothing.
    pub fn moved(offsets: impl IntoIterator<Item = Option<usize>>) -> Self {
        Self::new(offsets.into_iter().map(|o| o.map(|o| Tap { offset: o as u32, weight: 1.0 })))
    }

    /// Number of places.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there is no place.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a place reads.
    pub fn of(&self, place: usize) -> &[Tap] {
        &self.taps[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    /// All taps, place by place.
    pub fn all(&self) -> &[Tap] {
        &self.taps
    }

    /// The most taps that a place has.
    pub fn most(&self) -> usize {
        (0..self.len()).map(|place| self.of(place).len()).max().unwrap_or(0)
    }

    /// Whether each place reads one value as it is, or nothing.
    fn only_moves(&self) -> bool {
        self.most() <= 1 && self.taps.iter().all(|tap| tap.weight == 1.0)
    }

    fn furthest(&self) -> usize {
        self.taps.iter().map(|tap| tap.offset as usize).max().unwrap_or(0)
    }
}

/// `y[n, c, i, j] = sum over taps a of c, r of i, b of j: weights a r b * x[n][offsets a + r + b]`, where
/// `x[n]` is one map of the batch as a row of `C H W` values. So an axis of the result may run along any
/// axis of the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// What each output channel reads.
    pub channels: Taps,
    /// What each output row reads.
    pub rows: Taps,
    /// What each output column reads.
    pub columns: Taps,
}

impl Sampling {
    /// Whether values are only moved, left out or repeated, and zeros put between them.
    pub fn only_moves(&self) -> bool {
        self.axes().iter().all(|axis| axis.only_moves())
    }

    /// Channels, rows, columns.
    pub const fn axes(&self) -> [&Taps; 3] {
        [&self.channels, &self.rows, &self.columns]
    }

    /// What one value of the result reads: index in the map of `C H W` values, and weight.
    pub fn of(&self, c: usize, row: usize, column: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        self.channels.of(c).iter().flat_map(move |a| {
            self.rows.of(row).iter().flat_map(move |r| {
                let (offset, weight) = (a.offset + r.offset, a.weight * r.weight);
                let tap = move |b: &Tap| ((offset + b.offset) as usize, weight * b.weight);
                self.columns.of(column).iter().map(tap)
            })
        })
    }

    /// Values read for one map of the batch.
    pub fn count(&self) -> u64 {
        self.axes().iter().map(|axis| axis.all().len() as u64).product()
    }

    /// Whether channels read channels, rows rows and columns columns of a map of this shape.
    pub fn keeps_axes(&self, x: Shape) -> bool {
        let multiple =
            |axis: &Taps, of: usize| axis.all().iter().all(|tap| (tap.offset as usize).is_multiple_of(of));
        multiple(&self.channels, x.plane())
            && multiple(&self.rows, x.w)
            && self.rows.furthest() < x.plane()
            && self.columns.furthest() < x.w
    }

    /// The channels of a map of this shape that an output channel reads, in order.
    pub fn channels_read(&self, x: Shape, c: usize) -> Vec<usize> {
        let mut read: Vec<usize> = if self.keeps_axes(x) {
            self.channels.of(c).iter().map(|tap| tap.offset as usize / x.plane()).collect()
        } else {
            let pixels = (0..self.rows.len()).flat_map(|i| (0..self.columns.len()).map(move |j| (i, j)));
            pixels.flat_map(|(i, j)| self.of(c, i, j).map(|(index, _)| index / x.plane())).collect()
        };
        read.sort_unstable();
        read.dedup();
        read
    }

    /// # Shapes
    /// `x: [N, C, H, W]` gives `[N, channels, rows, columns]`.
    pub(super) fn shape(&self, x: Shape) -> Result<Shape, String> {
        let furthest: usize = self.axes().iter().map(|axis| axis.furthest()).sum();
        if furthest >= x.c * x.plane() {
            return Err(format!("value {furthest} does not exist in a map of {x}"));
        }
        let shape = Shape::new(x.n, self.channels.len(), self.rows.len(), self.columns.len());
        shape.check().map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(offsets: &[usize]) -> Taps {
        Taps::moved(offsets.iter().map(|&o| Some(o)))
    }

    #[test]
    fn a_transposition_reads_along_other_axes() {
        // 2 x 3 x 4 as 4 x 2 x 3: channels are the columns before.
        let x = Shape::new(1, 2, 3, 4);
        let sampling =
            Sampling { channels: moved(&[0, 1, 2, 3]), rows: moved(&[0, 12]), columns: moved(&[0, 4, 8]) };
        assert_eq!(sampling.shape(x), Ok(Shape::new(1, 4, 2, 3)));
        assert!(sampling.only_moves() && !sampling.keeps_axes(x));
        let at = |c, i, j| sampling.of(c, i, j).next().unwrap().0;
        assert_eq!(at(3, 1, 2), x.index(0, 1, 2, 3));
        assert_eq!(sampling.channels_read(x, 2), [0, 1]);
    }

    #[test]
    fn weights_multiply_and_zeros_are_left_out() {
        let half = [Tap { offset: 0, weight: 0.5 }, Tap { offset: 1, weight: 0.5 }];
        let none = [Tap { offset: 0, weight: 0.0 }, Tap { offset: 1, weight: 0.0 }];
        let columns = Taps::new([half, none]);
        let rows = Taps::new([[Tap { offset: 2, weight: 0.25 }]]);
        let sampling = Sampling { channels: moved(&[0]), rows, columns };
        assert_eq!(sampling.of(0, 0, 0).collect::<Vec<_>>(), [(2, 0.125), (3, 0.125)]);
        assert_eq!(sampling.of(0, 0, 1).count(), 0);
        assert!(!sampling.only_moves());
        assert_eq!(sampling.count(), 2);
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        let far = Sampling { channels: moved(&[0]), rows: moved(&[0, 2]), columns: moved(&[0, 2]) };
        assert!(far.shape(Shape::new(1, 1, 2, 2)).is_err());
    }
}
