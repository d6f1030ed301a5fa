//! Which values one value of a node was computed from, element by element. The same for every
//! operation; nothing is computed here.

use crate::graph::{Conv2d, Graph, NodeId, NormOver, Op, Pool2d, PoolKind};
use crate::tensor::Shape;

/// The place of one value in a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spot {
    /// Place in the batch.
    pub n: usize,
    /// Channel.
    pub c: usize,
    /// Row.
    pub y: usize,
    /// Column.
    pub x: usize,
}

impl Spot {
    /// A pixel of a channel of the first map of the batch.
    pub const fn new(c: usize, y: usize, x: usize) -> Self {
        Self { n: 0, c, y, x }
    }

    /// Where it lies in a row-major map of this shape.
    pub const fn index(self, shape: Shape) -> usize {
        shape.index(self.n, self.c, self.y, self.x)
    }

    /// Whether a map of this shape has it.
    pub const fn is_in(self, shape: Shape) -> bool {
        self.n < shape.n && self.c < shape.c && self.y < shape.h && self.x < shape.w
    }

    /// The place with this index in a row-major map.
    pub const fn at(shape: Shape, index: usize) -> Self {
        let (plane, pixel) = (index / shape.plane(), index % shape.plane());
        Self { n: plane / shape.c, c: plane % shape.c, y: pixel / shape.w, x: pixel % shape.w }
    }
}

/// One value that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Read {
    /// Which operand of the node.
    pub operand: usize,
    /// The node that gave the value.
    pub node: NodeId,
    /// Its place there.
    pub spot: Spot,
    /// Row and column of the tap in the kernel or window, where there is one.
    pub tap: Option<(usize, usize)>,
    /// What it is multiplied by; `None` where it is not (maximum, function, softmax) or where the
    /// factor is itself a value of the run (blend, product).
    pub weight: Option<f64>,
}

/// Calls `visit` with everything that the value at `spot` of node `id` was computed from, by operand,
/// channel, row, column. Taps that the wiring does not have and taps outside of the map are not read;
/// the number of the latter is returned.
///
/// # Panics
/// If the node has no such place: the caller made a mistake, not the user.
pub fn reads(graph: &Graph, id: NodeId, spot: Spot, visit: &mut dyn FnMut(Read)) -> usize {
    let node = graph.node(id);
    assert!(spot.is_in(node.shape), "{} has no place {spot:?}", node.name);
    let shape_of = |operand: usize| graph.shape(node.inputs[operand]);
    let weight = |i: usize| &graph.weight(node.weights[i]).values;
    let read =
        |operand: usize, spot, tap, weight| Read { operand, node: node.inputs[operand], spot, tap, weight };
    let copy = |operand: usize, spot| read(operand, spot, None, Some(1.0));
    match &node.op {
        Op::Input => {}
        Op::Conv2d(conv) => {
            let (x, out) = (shape_of(0), node.shape);
            let slots = conv.wiring.slots(x.c);
            let (kernel, mut outside) = (weight(0), 0);
            conv.wiring.for_each_kernel(spot.c, x.c, out.c, |k2d| {
                let first = (spot.c * slots + k2d.slot as usize) * conv.kernel * conv.kernel;
                for cell in k2d.extent.taps(conv.kernel) {
                    let tap = (cell / conv.kernel, cell % conv.kernel);
                    match conv_source(conv, x, spot, tap) {
                        Some((y, column)) => {
                            let from = Spot { c: k2d.input as usize, y, x: column, ..spot };
                            visit(read(0, from, Some(tap), Some(f64::from(kernel[first + cell]))));
                        }
                        None => outside += 1,
                    }
                }
            });
            return outside;
        }
        Op::Linear => {
            let row = &weight(0)[spot.c * shape_of(0).c..][..shape_of(0).c];
            for (c, &w) in row.iter().enumerate() {
                visit(read(0, Spot { c, ..spot }, None, Some(f64::from(w))));
            }
        }
        Op::BatchNorm { eps } => {
            let part = |i: usize| f64::from(weight(i)[spot.c]);
            visit(read(0, spot, None, Some(part(0) / (part(3) + f64::from(*eps)).sqrt())));
        }
        Op::Activation(_) => visit(read(0, spot, None, None)),
        Op::Pool2d(pool) => {
            let found = window(pool, shape_of(0), spot);
            let share = match pool.kind {
                PoolKind::Max => None,
                PoolKind::Average | PoolKind::AverageWithBorder => {
                    let x = shape_of(0);
                    let (rows, columns) =
                        (pool.rows().counted(spot.y, x.h), pool.columns().counted(spot.x, x.w));
                    Some(1.0 / (rows * columns) as f64)
                }
            };
            for &(tap, (y, x)) in &found {
                visit(read(0, Spot { y, x, ..spot }, Some(tap), share));
            }
            return pool.area() - found.len();
        }
        Op::GlobalAveragePool => {
            let x = shape_of(0);
            for pixel in 0..x.plane() {
                let from = Spot { y: pixel / x.w, x: pixel % x.w, ..spot };
                visit(read(0, from, None, Some(1.0 / x.plane() as f64)));
            }
        }
        Op::AdaptiveAveragePool { h, w } => {
            let x = shape_of(0);
            let (rows, columns) = (adaptive_window(spot.y, *h, x.h), adaptive_window(spot.x, *w, x.w));
            let share = 1.0 / (rows.len() * columns.len()) as f64;
            for y in rows {
                for x in columns.clone() {
                    visit(read(0, Spot { y, x, ..spot }, None, Some(share)));
                }
            }
        }
        Op::Flatten => {
            let x = shape_of(0);
            let (c, pixel) = (spot.c / x.plane(), spot.c % x.plane());
            visit(copy(0, Spot { n: spot.n, c, y: pixel / x.w, x: pixel % x.w }));
        }
        Op::Multiply => {
            visit(read(0, spot, None, None));
            let one = shape_of(1).plane() == 1;
            visit(read(1, if one { Spot { y: 0, x: 0, ..spot } } else { spot }, None, None));
        }
        Op::UpsampleNearest { factor, .. } => {
            visit(copy(0, Spot { y: spot.y / factor, x: spot.x / factor, ..spot }));
        }
        Op::Add => (0..2).for_each(|operand| visit(copy(operand, spot))),
        Op::Concat => {
            let mut c = spot.c;
            for operand in 0..node.inputs.len() {
                let channels = shape_of(operand).c;
                if c < channels {
                    visit(copy(operand, Spot { c, ..spot }));
                    break;
                }
                c -= channels;
            }
        }
        Op::SliceChannels { start, .. } => visit(copy(0, Spot { c: start + spot.c, ..spot })),
        Op::Normalize { over, .. } => {
            let plane = shape_of(0).plane();
            for c in over.beside(spot.c, node.shape.c) {
                match over {
                    NormOver::Pixel => visit(read(0, Spot { c, ..spot }, None, None)),
                    NormOver::Groups(_) => (0..plane).for_each(|pixel| {
                        let (y, x) = (pixel / node.shape.w, pixel % node.shape.w);
                        visit(read(0, Spot { n: spot.n, c, y, x }, None, None));
                    }),
                }
            }
        }
        Op::LocalResponseNorm(norm) => {
            norm.window(spot.c, node.shape.c).for_each(|c| visit(read(0, Spot { c, ..spot }, None, None)));
        }
        Op::Softmax => (0..node.shape.c).for_each(|c| visit(read(0, Spot { c, ..spot }, None, None))),
        Op::DepthwiseTranspose { kernel: k, .. } => {
            let tap = (spot.y % k, spot.x % k);
            let w = f64::from(weight(0)[spot.c * k * k + tap.0 * k + tap.1]);
            visit(read(0, Spot { y: spot.y / k, x: spot.x / k, ..spot }, Some(tap), Some(w)));
        }
        Op::GatherChannels(channels) => visit(copy(0, Spot { c: channels[spot.c] as usize, ..spot })),
        Op::ScatterAdd { channels, .. } => {
            let here = channels.iter().enumerate().filter(|(_, to)| **to as usize == spot.c);
            here.for_each(|(c, _)| visit(copy(0, Spot { c, ..spot })));
        }
        Op::Resample(sampling) => {
            let from = Shape { n: 1, ..shape_of(0) };
            for (index, weight) in sampling.of(spot.c, spot.y, spot.x) {
                let at = Spot { n: spot.n, ..Spot::at(from, index) };
                visit(read(0, at, None, Some(f64::from(weight))));
            }
        }
        Op::PairSoftmax => (0..2).for_each(|operand| visit(read(operand, spot, None, None))),
        Op::Blend => {
            (0..2).for_each(|operand| visit(read(operand, spot, None, None)));
            visit(read(2, Spot { y: 0, x: 0, ..spot }, None, None));
        }
    }
    0
}

/// Row and column that a tap reads; `None` in the border.
pub(super) fn conv_source(conv: &Conv2d, x: Shape, to: Spot, tap: (usize, usize)) -> Option<(usize, usize)> {
    let place = |to: usize, tap: usize, before: usize, side: usize| {
        (to * conv.stride + tap * conv.dilation).checked_sub(before).filter(|p| *p < side)
    };
    place(to.y, tap.0, conv.padding.top, x.h).zip(place(to.x, tap.1, conv.padding.left, x.w))
}

/// The pixels of the map under a pool's window: tap, and row and column.
pub(super) fn window(pool: &Pool2d, x: Shape, to: Spot) -> Vec<((usize, usize), (usize, usize))> {
    let (down, across) = (pool.rows(), pool.columns());
    let taps = down.taps(to.y, x.h).flat_map(|row| across.taps(to.x, x.w).map(move |column| (row, column)));
    taps.map(|tap| (tap, (down.pixel(to.y, tap.0), across.pixel(to.x, tap.1)))).collect()
}

/// The rows or columns under window `i` of `count` windows that cover a side.
pub(super) fn adaptive_window(i: usize, count: usize, side: usize) -> std::ops::Range<usize> {
    i * side / count..((i + 1) * side).div_ceil(count)
}
