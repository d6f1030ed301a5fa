//! How a tensor of any rank lies in a map `N x C x H x W`.
//!
//! ONNX reshapes and transposes; a graph here has maps only. Most of these nodes move no value: they
//! name the same values by other axes. A [`View`] is that naming: each axis of the tensor is made of
//! pieces of the map's four sides. So Reshape and Transpose change a view and cost nothing, and a
//! channel shuffle (reshape, transpose, reshape) comes out as an order of channels.

use crate::tensor::Shape;

/// A run of indices of one side of the map: index `i` of the piece is index `i * step` of the side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Piece {
    /// 0 to 3 for N, C, H, W.
    pub side: usize,
    /// Number of indices, at least 2.
    pub size: usize,
    /// Distance between them.
    pub step: usize,
}

/// The axes of a tensor, slowest first, each made of pieces, slowest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    axes: Vec<Vec<Piece>>,
}

/// The sides of a map as an array.
fn sides(shape: Shape) -> [usize; 4] {
    [shape.n, shape.c, shape.h, shape.w]
}

/// A whole side as an axis.
fn whole(side: usize, size: usize) -> Vec<Piece> {
    if size > 1 { vec![Piece { side, size, step: 1 }] } else { Vec::new() }
}

impl View {
    /// A tensor of `rank` axes in the order N, C, H, W; a tensor of rank 3 has its last axis in W.
    /// Sides beyond the rank have length 1.
    pub(in crate::model_files) fn of(shape: Shape, rank: usize) -> Self {
        let sides = sides(shape);
        let order: &[usize] = match rank {
            0 => &[],
            1 => &[1],
            2 => &[0, 1],
            3 => &[0, 1, 3],
            _ => &[0, 1, 2, 3],
        };
        Self { axes: order.iter().map(|&side| whole(side, sides[side])).collect() }
    }

    /// A tensor whose axes are sides of the map in this order, as `[0, 2, 3, 1]` for NHWC.
    pub(in crate::model_files) fn ordered(shape: Shape, order: &[usize]) -> Self {
        let sides = sides(shape);
        Self { axes: order.iter().map(|&side| whole(side, sides[side])).collect() }
    }

    /// The shape of a map for a tensor of these sides, and how it lies there.
    pub(in crate::model_files) fn of_dims(dims: &[usize]) -> (Shape, Self) {
        let shape = match *dims {
            [] => Shape::new(1, 1, 1, 1),
            [c] => Shape::new(1, c, 1, 1),
            [n, c] => Shape::new(n, c, 1, 1),
            [n, c, w] => Shape::new(n, c, 1, w),
            [n, c, h, w] => Shape::new(n, c, h, w),
            [n, c, h, ref rest @ ..] => {
                Shape::new(n, c, h, rest.iter().fold(1, |a: usize, &b| a.saturating_mul(b)))
            }
        };
        let mut view = Self::of(shape, dims.len());
        if dims.len() > 4 {
            view = view.reshape(dims).unwrap_or(view);
        }
        (shape, view)
    }

    /// Sides of the tensor.
    pub fn dims(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.iter().map(|p| p.size).product()).collect()
    }

    /// Number of axes.
    pub fn rank(&self) -> usize {
        self.axes.len()
    }

    /// Whether an axis is one whole side of the map.
    pub(in crate::model_files) fn is_whole(&self, axis: usize, side: usize, shape: Shape) -> bool {
        self.axes.get(axis).is_some_and(|pieces| *pieces == whole(side, sides(shape)[side]))
    }

    /// The same view with one axis being a whole side of `shape`.
    pub(in crate::model_files) fn with_whole(&self, axis: usize, side: usize, shape: Shape) -> Self {
        let mut axes = self.axes.clone();
        axes[axis] = whole(side, sides(shape)[side]);
        Self { axes }
    }

    /// Other axes over the same values in the same order.
    ///
    /// `None` if the number of values differs, or an axis would end inside a piece at a place that
    /// does not divide it.
    pub(in crate::model_files) fn reshape(&self, dims: &[usize]) -> Option<Self> {
        let mut pieces: Vec<Piece> = self.axes.iter().flatten().copied().rev().collect();
        let mut axes = Vec::with_capacity(dims.len());
        for &dim in dims {
            let (mut left, mut axis) = (dim, Vec::new());
            while left > 1 {
                let piece = pieces.pop()?;
                if left.is_multiple_of(piece.size) {
                    left /= piece.size;
                    axis.push(piece);
                } else if piece.size.is_multiple_of(left) {
                    let inner = piece.size / left;
                    axis.push(Piece { size: left, step: piece.step * inner, ..piece });
                    pieces.push(Piece { size: inner, ..piece });
                    left = 1;
                } else {
                    return None;
                }
            }
            if left == 0 {
                return None;
            }
            axes.push(joined(axis));
        }
        pieces.is_empty().then_some(Self { axes })
    }

    /// The axes in another order; `None` if `order` is none.
    pub(in crate::model_files) fn transpose(&self, order: &[usize]) -> Option<Self> {
        let mut seen = vec![false; self.rank()];
        for &axis in order {
            if std::mem::replace(seen.get_mut(axis)?, true) {
                return None;
            }
        }
        let axes = order.iter().map(|&axis| self.axes[axis].clone()).collect();
        (order.len() == self.rank()).then_some(Self { axes })
    }

    /// The axes that are H and W; a side of length 1, which leaves no trace, lies beside the other one, at
    /// the end where neither can be told. Only for a rank of 3, where the first is none, and 4.
    pub(super) fn plane(&self) -> [usize; 2] {
        let holds = |side: usize| self.axes.iter().position(|axis| axis.iter().any(|p| p.side == side));
        let last = self.rank().saturating_sub(1);
        match (holds(2), holds(3)) {
            (Some(h), Some(w)) => [h, w],
            (Some(h), None) => [h, (h + 1).min(last)],
            (None, Some(w)) => [w.saturating_sub(1), w],
            (None, None) => [last.saturating_sub(1), last],
        }
    }

    /// The view after the means over H and W: `None` unless exactly those sides lie on `axes`.
    pub(in crate::model_files) fn without_plane(&self, reduced: &[usize], keep: bool) -> Option<Self> {
        let fits = |(at, axis): (usize, &Vec<Piece>)| {
            axis.iter().all(|piece| (piece.side >= 2) == reduced.contains(&at))
        };
        self.axes.iter().enumerate().all(fits).then(|| self.without(reduced, keep))
    }

    /// The view after one value was made of all along some axes, which stay with length 1 or go.
    pub(in crate::model_files) fn without(&self, reduced: &[usize], keep: bool) -> Self {
        let left = self.axes.iter().enumerate().filter(|(at, _)| keep || !reduced.contains(at));
        let axis = |(at, axis): (usize, &Vec<Piece>)| {
            if reduced.contains(&at) { Vec::new() } else { axis.clone() }
        };
        Self { axes: left.map(axis).collect() }
    }

    /// Whether these axes hold all of H, and all of W; `None` if they hold a part, or anything else.
    pub(in crate::model_files) fn lines(&self, axes: &[usize], shape: Shape) -> Option<[bool; 2]> {
        let mut held = [1; 2];
        for piece in axes.iter().flat_map(|&axis| &self.axes[axis]) {
            *held.get_mut(piece.side.checked_sub(2)?)? *= piece.size;
        }
        let whole = [(held[0], shape.h), (held[1], shape.w)];
        whole.iter().all(|&(held, side)| held == 1 || held == side).then(|| held.map(|held| held > 1))
    }

    /// What lies on some axes: how many pixels of the plane, and which channels. `None` if maps of the batch
    /// do.
    pub(in crate::model_files) fn held(&self, axes: &[usize]) -> Option<(usize, Vec<usize>)> {
        let (mut pixels, mut channels) = (1, vec![0]);
        for piece in axes.iter().flat_map(|&axis| &self.axes[axis]) {
            match piece.side {
                0 => return None,
                1 => {
                    let step = |c: usize| (0..piece.size).map(move |i| c + i * piece.step);
                    channels = channels.into_iter().flat_map(step).collect();
                }
                _ => pixels *= piece.size,
            }
        }
        channels.sort_unstable();
        Some((pixels, channels))
    }

    /// Where the indices of one axis lie: `[n, c, h, w]` for each.
    pub(in crate::model_files) fn places(&self, axis: usize) -> Vec<[usize; 4]> {
        let mut places = vec![[0; 4]];
        for piece in &self.axes[axis] {
            let step = |i: usize, mut place: [usize; 4]| {
                place[piece.side] += i * piece.step;
                place
            };
            places = places.iter().flat_map(|&place| (0..piece.size).map(move |i| step(i, place))).collect();
        }
        places
    }

    /// The channels of an axis in its order; `None` unless it holds all channels and nothing else.
    pub(in crate::model_files) fn channels(&self, axis: usize, shape: Shape) -> Option<Vec<u32>> {
        let pieces = self.axes.get(axis)?;
        let whole =
            pieces.iter().all(|p| p.side == 1) && pieces.iter().map(|p| p.size).product::<usize>() == shape.c;
        whole.then(|| self.places(axis).iter().map(|place| place[1] as u32).collect())
    }

    /// Whether the tensor is the map itself but for the order of its channels: N, C, then H and W.
    pub(in crate::model_files) fn is_map(&self, shape: Shape) -> bool {
        let plane: Vec<Piece> = whole(2, shape.h).into_iter().chain(whole(3, shape.w)).collect();
        self.rank() >= 2
            && self.is_whole(0, 0, shape)
            && self.axes[1].iter().all(|p| p.side == 1)
            && joined(self.axes[2..].iter().flatten().copied().collect()) == plane
    }

    /// Index in the map's values of each value of the tensor, row-major.
    pub(in crate::model_files) fn indices(&self, shape: Shape) -> Vec<u32> {
        let mut indices = vec![0_u32];
        for piece in self.axes.iter().flatten() {
            let stride = match piece.side {
                0 => shape.c * shape.plane(),
                1 => shape.plane(),
                2 => shape.w,
                _ => 1,
            };
            let step = (piece.step * stride) as u32;
            indices =
                indices.iter().flat_map(|&at| (0..piece.size as u32).map(move |i| at + i * step)).collect();
        }
        indices
    }
}

/// Pieces that go on where the one before ends are one piece.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match joined.last_mut() {
            Some(last) if last.side == piece.side && last.step == piece.size * piece.step => {
                *last = Piece { size: last.size * piece.size, ..piece };
            }
            _ => joined.push(piece),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape::new(2, 6, 4, 5);

    #[test]
    fn a_shuffle_is_an_order_of_channels() {
        let view = View::of(SHAPE, 4);
        let split = view.reshape(&[2, 3, 2, 4, 5]).unwrap();
        let shuffled = split.transpose(&[0, 2, 1, 3, 4]).unwrap().reshape(&[2, 6, 4, 5]).unwrap();
        assert!(shuffled.is_map(SHAPE));
        assert_eq!(shuffled.channels(1, SHAPE), Some(vec![0, 2, 4, 1, 3, 5]));
        let back = shuffled.reshape(&[2, 2, 3, 4, 5]).unwrap().transpose(&[0, 2, 1, 3, 4]).unwrap();
        assert_eq!(back.reshape(&[2, 6, 4, 5]), Some(view));
    }

    #[test]
    fn flattening_and_transposing_keep_track_of_every_value() {
        let nhwc = View::of(SHAPE, 4).transpose(&[0, 2, 3, 1]).unwrap();
        assert!(!nhwc.is_map(SHAPE));
        let flat = nhwc.reshape(&[2, 120]).unwrap();
        assert_eq!(flat.dims(), [2, 120]);
        let indices = flat.indices(SHAPE);
        // Value (n 1, y 2, x 3, c 4) of the tensor.
        assert_eq!(indices[120 + (2 * 5 + 3) * 6 + 4] as usize, SHAPE.index(1, 4, 2, 3));
        assert_eq!(flat.places(1)[(2 * 5 + 3) * 6 + 4], [0, 4, 2, 3]);
    }

    #[test]
    fn the_plane_is_found_wherever_it_lies() {
        let view = View::of(SHAPE, 4);
        assert_eq!(view.plane(), [2, 3]);
        assert_eq!(view.transpose(&[0, 2, 3, 1]).unwrap().plane(), [1, 2]);
        let row = Shape::new(1, 6, 1, 5);
        assert_eq!(View::ordered(row, &[0, 2, 3, 1]).plane(), [1, 2]);
        assert_eq!(View::of(row, 3).plane()[1], 2);
        assert_eq!(View::of(Shape::new(1, 6, 1, 1), 4).plane(), [2, 3]);
    }

    #[test]
    fn axes_that_end_inside_a_piece_are_refused() {
        let view = View::of(SHAPE, 4);
        assert_eq!(view.reshape(&[2, 4, 30]), None);
        assert_eq!(view.reshape(&[2, 6, 4]), None);
        assert_eq!(view.reshape(&[2, 6, 4, 5, 2]), None);
        assert_eq!(view.reshape(&[0]), None);
        assert_eq!(view.transpose(&[0, 0, 1, 2]), None);
        assert!(view.reshape(&[12, 4, 5]).is_some(), "an axis may hold parts of two sides");
    }

    #[test]
    fn axes_hold_channels_and_pixels() {
        let groups = View::of(SHAPE, 4).reshape(&[2, 3, 40]).unwrap();
        assert_eq!(groups.held(&[2]), Some((20, vec![0, 1])));
        assert_eq!(groups.held(&[1]), Some((1, vec![0, 2, 4])));
        assert_eq!(groups.held(&[0, 2]), None);
        let nhwc = View::of(SHAPE, 4).transpose(&[0, 2, 3, 1]).unwrap();
        assert_eq!(nhwc.held(&[3]), Some((1, vec![0, 1, 2, 3, 4, 5])));
        assert_eq!(nhwc.held(&[2, 3]), Some((5, vec![0, 1, 2, 3, 4, 5])));
    }

    #[test]
    fn means_over_the_plane_leave_channels() {
        let view = View::of(SHAPE, 4);
        assert_eq!(view.without_plane(&[2, 3], true).unwrap().dims(), [2, 6, 1, 1]);
        assert_eq!(view.without_plane(&[2, 3], false).unwrap().dims(), [2, 6]);
        assert_eq!(view.without_plane(&[3], false), None);
        assert_eq!(view.lines(&[3], SHAPE), Some([false, true]));
        assert_eq!(view.lines(&[1], SHAPE), None);
        let halves = view.reshape(&[2, 6, 2, 2, 5]).unwrap();
        assert_eq!((halves.lines(&[2, 3], SHAPE), halves.lines(&[2], SHAPE)), (Some([true, false]), None));
        let merged = view.reshape(&[2, 6, 20]).unwrap();
        assert_eq!(merged.without_plane(&[2], false).unwrap().dims(), [2, 6]);
    }
}
