//! The receptive field: which pixels of the input one pixel of a layer can see.

use crate::graph::{Conv2d, Graph, NodeId, NormOver, Op, Padding, Sampling, Taps};
use crate::tensor::Shape;

/// A rectangle of pixels, `x0 .. x1` by `y0 .. y1`. It may reach over the edge of the map, where
/// the layer read padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// First column.
    pub x0: i64,
    /// First row.
    pub y0: i64,
    /// Column after the last.
    pub x1: i64,
    /// Row after the last.
    pub y1: i64,
}

impl Region {
    /// One pixel.
    pub const fn pixel(x: usize, y: usize) -> Self {
        Self { x0: x as i64, y0: y as i64, x1: x as i64 + 1, y1: y as i64 + 1 }
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// What a sliding window reads to give this region.
    fn before_window(self, stride: [usize; 2], reach: [usize; 2], padding: Padding) -> Self {
        let ([down, across], [height, width]) = (stride.map(|s| s as i64), reach.map(|r| r as i64));
        let (left, top) = (padding.left as i64, padding.top as i64);
        Self {
            x0: self.x0 * across - left,
            y0: self.y0 * down - top,
            x1: (self.x1 - 1) * across - left + width,
            y1: (self.y1 - 1) * down - top + height,
        }
    }

    /// Cut to a map of `w x h` pixels; at least one pixel remains where any was inside.
    pub fn clipped(self, w: usize, h: usize) -> Self {
        let (w, h) = (w as i64, h as i64);
        Self {
            x0: self.x0.clamp(0, w),
            y0: self.y0.clamp(0, h),
            x1: self.x1.clamp(0, w),
            y1: self.y1.clamp(0, h),
        }
    }
}

/// The region of `to` (an input or any earlier node) that the pixel `(x, y)` of `from` can see;
/// `None` if nothing of `to` reaches it. Exact: the union over all paths of the graph, walked
/// backwards window by window.
pub fn receptive_field(graph: &Graph, from: NodeId, x: usize, y: usize, to: NodeId) -> Option<Region> {
    back_to(graph, from, x, y, to.index() + 1)[to.index()]
}

/// The regions of all nodes up to `from` that its pixel `(x, y)` can see, by node; `None` for those that
/// do not reach it.
pub fn receptive_fields(graph: &Graph, from: NodeId, x: usize, y: usize) -> Vec<Option<Region>> {
    back_to(graph, from, x, y, 0)
}

/// The regions seen, walked backwards as far as the node `first`.
fn back_to(graph: &Graph, from: NodeId, x: usize, y: usize, first: usize) -> Vec<Option<Region>> {
    let mut seen: Vec<Option<Region>> = vec![None; from.index() + 1];
    seen[from.index()] = Some(Region::pixel(x, y));
    for i in (first..=from.index()).rev() {
        let Some(region) = seen[i] else { continue };
        let node = &graph.nodes()[i];
        for &input in &node.inputs {
            let read = read_region(graph, &node.op, region, input);
            let place = &mut seen[input.index()];
            *place = Some(place.map_or(read, |other| other.union(read)));
        }
    }
    seen
}

fn read_region(graph: &Graph, op: &Op, region: Region, input: NodeId) -> Region {
    match op {
        Op::Conv2d(Conv2d { kernel, stride, padding, dilation, .. }) => {
            region.before_window([*stride; 2], [dilation * (kernel - 1) + 1; 2], *padding)
        }
        Op::Pool2d(pool) => {
            let reach = [pool.rows().reach(), pool.columns().reach()];
            region.before_window(pool.stride, reach, pool.padding)
        }
        Op::GlobalAveragePool
        | Op::Linear
        | Op::Flatten
        | Op::Normalize { over: NormOver::Groups(_), .. } => {
            let shape = graph.shape(input);
            Region { x0: 0, y0: 0, x1: shape.w as i64, y1: shape.h as i64 }
        }
        Op::UpsampleNearest { factor, .. } | Op::DepthwiseTranspose { kernel: factor, .. } => {
            let factor = *factor as i64;
            Region {
                x0: region.x0.div_euclid(factor),
                y0: region.y0.div_euclid(factor),
                x1: (region.x1 - 1).div_euclid(factor) + 1,
                y1: (region.y1 - 1).div_euclid(factor) + 1,
            }
        }
        Op::AdaptiveAveragePool { h, w } => {
            let shape = graph.shape(input);
            let first = |i: i64, count: usize, side: usize| (i * side as i64).div_euclid(count as i64);
            let end = |i: i64, count: usize, side: usize| -(-i * side as i64).div_euclid(count as i64);
            Region {
                x0: first(region.x0, *w, shape.w),
                y0: first(region.y0, *h, shape.h),
                x1: end(region.x1, *w, shape.w),
                y1: end(region.y1, *h, shape.h),
            }
        }
        Op::Resample(sampling) => sampled_region(sampling, region, graph.shape(input)),
        // The weight of a blend has one pixel, which stands for the whole map behind it.
        Op::Blend | Op::Multiply if graph.shape(input).plane() == 1 => Region { x0: 0, y0: 0, x1: 1, y1: 1 },
        Op::Input
        | Op::BatchNorm { .. }
        | Op::Activation(_)
        | Op::Add
        | Op::Multiply
        | Op::Concat
        | Op::SliceChannels { .. }
        | Op::GatherChannels(_)
        | Op::ScatterAdd { .. }
        | Op::PairSoftmax
        | Op::Blend
        | Op::Normalize { over: NormOver::Pixel, .. }
        | Op::LocalResponseNorm(_)
        | Op::Softmax => region,
    }
}

/// The rows and columns that a region reads; all of the map where axes are exchanged.
fn sampled_region(sampling: &Sampling, region: Region, x: Shape) -> Region {
    if !sampling.keeps_axes(x) {
        return Region { x0: 0, y0: 0, x1: x.w as i64, y1: x.h as i64 };
    }
    // First and last place that is read, in steps of `step` values.
    let read = |axis: &Taps, from: i64, to: i64, step: usize| {
        let places = from.max(0)..to.min(axis.len() as i64);
        let offsets = places.flat_map(|place| axis.of(place as usize)).map(|tap| tap.offset as usize / step);
        let (first, last) = offsets.fold((usize::MAX, 0), |(a, b), at| (a.min(at), b.max(at + 1)));
        (first.min(last) as i64, last as i64)
    };
    let (y0, y1) = read(&sampling.rows, region.y0, region.y1, x.w);
    let (x0, x1) = read(&sampling.columns, region.x0, region.x1, 1);
    Region { x0, y0, x1, y1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Builder, GraphError, Seeded};
    use crate::tensor::Shape;
    use crate::variants::{Geometry, Settings, Value, find};

    /// Octave convolution, k = 3: an output pixel of the high map sees 3 pixels of the high input,
    /// and its low input covers 6 high-resolution pixels (reference: octconv, receptive field).
    #[test]
    fn octave_doubles_the_receptive_field() -> Result<(), GraphError> {
        let octave = find("octave").expect("octave is listed");
        let geometry = Geometry::same(4, 4, 3, 1);
        let mut settings = Settings::default();
        settings.set("alpha_in", Value::Real(0.5));
        settings.set("alpha_out", Value::Real(0.5));
        let mut source = Seeded(1);
        let mut b = Builder::new(&mut source);
        let x = b.input("input", Shape::new(1, 4, 16, 16))?;
        let y = octave.embed(&geometry, &settings, x, &mut b)?;
        let graph = b.finish();
        let field = receptive_field(&graph, y, 8, 8, x);
        assert_eq!(field, Some(Region { x0: 6, y0: 6, x1: 12, y1: 12 }));
        let high = graph.find("high_to_high").expect("the path exists");
        assert_eq!(receptive_field(&graph, high, 8, 8, x), Some(Region { x0: 7, y0: 7, x1: 10, y1: 10 }));
        Ok(())
    }
}
