//! Which values of every earlier map one value was computed from, channel by channel and pixel by pixel.
//!
//! Most channels of a map are reached at the same pixels, so they share one plane of flags: a whole network
//! is walked in milliseconds.

use std::collections::HashMap;
use std::sync::Arc;

use super::reads::{Spot, adaptive_window, conv_source, window};
use super::receptive::Region;
use crate::graph::{Conv2d, Extent, Graph, Node, NodeId, NormOver, Op, Wiring};
use crate::tensor::Shape;

/// Pixels of a map, row-major: whether each was reached.
type Plane = Arc<Vec<bool>>;

/// The values of one map that reach a value further on.
#[derive(Clone, Debug)]
pub struct Reached {
    /// Which of the batch.
    n: usize,
    shape: Shape,
    /// One per channel; `None` where nothing of it was read.
    planes: Vec<Option<Plane>>,
}

/// The pixels of a map that were read in at least one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PixelSet {
    /// The smallest rectangle that holds them, within the map.
    pub region: Region,
    /// Row-major over the rectangle: whether the pixel was read. A dilated kernel leaves holes.
    pub read: Vec<bool>,
    /// How many channels were read.
    pub channels: usize,
}

impl Reached {
    fn new(n: usize, shape: Shape) -> Self {
        Self { n, shape, planes: vec![None; shape.c] }
    }

    /// Shape of the map.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Whether the value at this place was reached.
    pub fn has(&self, spot: Spot) -> bool {
        let plane = self.planes[spot.c].as_ref().filter(|_| spot.n == self.n);
        plane.is_some_and(|plane| plane[spot.y * self.shape.w + spot.x])
    }

    /// The pixels that were read in any channel, or in the given one; `None` if there are none.
    pub fn pixels(&self, channel: Option<usize>) -> Option<PixelSet> {
        let chosen = |c: &usize| channel.is_none_or(|only| only == *c);
        let used: Vec<&Plane> =
            (0..self.shape.c).filter(chosen).filter_map(|c| self.planes[c].as_ref()).collect();
        let all = united(used.iter().copied())?;
        let w = self.shape.w;
        let spots = || (0..all.len()).filter(|&i| all[i]).map(|i| ((i % w) as i64, (i / w) as i64));
        let region =
            spots().map(|(x, y)| Region { x0: x, y0: y, x1: x + 1, y1: y + 1 }).reduce(Region::union)?;
        let rows = region.y0 as usize..region.y1 as usize;
        let read = rows.flat_map(|y| all[y * w + region.x0 as usize..y * w + region.x1 as usize].to_vec());
        Some(PixelSet { region, read: read.collect(), channels: used.len() })
    }
}

/// For every node up to `id`, which of its values reach `spot` of `id` over any path of the graph; `None` for
/// nodes that do not reach it.
///
/// # Panics
/// If the node has no such place: the caller made a mistake, not the user.
pub fn reach(graph: &Graph, id: NodeId, spot: Spot) -> Vec<Option<Reached>> {
    let shape = graph.shape(id);
    assert!(spot.is_in(shape), "{} has no place {spot:?}", graph.node(id).name);
    let mut walk = Walk { graph, n: spot.n, seen: vec![None; id.index() + 1], unions: HashMap::new() };
    let mut one = vec![false; shape.plane()];
    one[spot.y * shape.w + spot.x] = true;
    walk.add(id, spot.c, &Arc::new(one));
    for i in (0..=id.index()).rev() {
        let Some(own) = walk.seen[i].take() else { continue };
        walk.back(&graph.nodes()[i], &own);
        walk.seen[i] = Some(own);
    }
    walk.seen
}

/// The walk backwards over the graph.
struct Walk<'g> {
    graph: &'g Graph,
    n: usize,
    seen: Vec<Option<Reached>>,
    /// Unions that were made, by their two parts; the parts are kept, so that no address is used twice.
    unions: HashMap<[*const Vec<bool>; 2], [Plane; 3]>,
}

impl Walk<'_> {
    /// What is new of a channel is added to what was reached of it.
    fn add(&mut self, node: NodeId, channel: usize, new: &Plane) {
        let shape = self.graph.shape(node);
        let n = self.n;
        let place =
            &mut self.seen[node.index()].get_or_insert_with(|| Reached::new(n, shape)).planes[channel];
        let Some(old) = place.as_ref().filter(|old| !Arc::ptr_eq(old, new)) else {
            *place = Some(Arc::clone(new));
            return;
        };
        let key = [Arc::as_ptr(old), Arc::as_ptr(new)];
        let parts = self.unions.entry(key).or_insert_with(|| {
            let both = united([old, new]).unwrap_or_else(|| Arc::clone(new));
            [Arc::clone(old), Arc::clone(new), both]
        });
        *place = Some(Arc::clone(&parts[2]));
    }

    /// Adds what the reached values of a node were computed from.
    fn back(&mut self, node: &Node, own: &Reached) {
        let graph = self.graph;
        let Some(&x) = node.inputs.first() else { return };
        let from = graph.shape(x);
        let reached = || own.planes.iter().enumerate().filter_map(|(c, p)| p.as_ref().map(|p| (c, p)));
        match &node.op {
            Op::Input => {}
            Op::Conv2d(conv) => self.conv(conv, x, own),
            Op::Linear | Op::Softmax => {
                let Some(plane) = united(reached().map(|(_, p)| p)) else { return };
                (0..from.c).for_each(|c| self.add(x, c, &plane));
            }
            Op::Normalize { over: NormOver::Pixel, .. } => {
                let Some(plane) = united(reached().map(|(_, p)| p)) else { return };
                (0..from.c).for_each(|c| self.add(x, c, &plane));
            }
            Op::Normalize { over: over @ NormOver::Groups(_), .. } => {
                let whole: Plane = Arc::new(vec![true; from.plane()]);
                for (c, _) in reached() {
                    over.beside(c, from.c).for_each(|c| self.add(x, c, &whole));
                }
            }
            Op::LocalResponseNorm(norm) => {
                for (c, plane) in reached() {
                    norm.window(c, from.c).for_each(|c| self.add(x, c, plane));
                }
            }
            Op::Pool2d(pool) => {
                let mut moved = Moved::default();
                for (c, plane) in reached() {
                    let sources = |y, x| window(pool, from, Spot::new(c, y, x)).into_iter().map(|(_, s)| s);
                    self.add(x, c, &moved.of(plane, own.shape, from, sources));
                }
            }
            Op::GlobalAveragePool => {
                let whole: Plane = Arc::new(vec![true; from.plane()]);
                reached().for_each(|(c, _)| self.add(x, c, &whole));
            }
            Op::AdaptiveAveragePool { h, w } => {
                let mut moved = Moved::default();
                for (c, plane) in reached() {
                    let sources = |y, x| {
                        let columns = adaptive_window(x, *w, from.w);
                        adaptive_window(y, *h, from.h).flat_map(move |y| columns.clone().map(move |x| (y, x)))
                    };
                    self.add(x, c, &moved.of(plane, own.shape, from, sources));
                }
            }
            // Each channel is one pixel of a channel before.
            Op::Flatten => {
                for (c, pixels) in own.planes.chunks(from.plane()).enumerate() {
                    let read: Vec<bool> = pixels.iter().map(Option::is_some).collect();
                    if read.contains(&true) {
                        self.add(x, c, &Arc::new(read));
                    }
                }
            }
            Op::Resample(sampling) => {
                let mut planes: Vec<Option<Vec<bool>>> = vec![None; from.c];
                for (c, plane) in reached() {
                    for pixel in (0..plane.len()).filter(|&pixel| plane[pixel]) {
                        let taps = sampling.of(c, pixel / own.shape.w, pixel % own.shape.w);
                        for (index, _) in taps {
                            let plane = &mut planes[index / from.plane()];
                            plane.get_or_insert_with(|| vec![false; from.plane()])[index % from.plane()] =
                                true;
                        }
                    }
                }
                for (c, plane) in planes.into_iter().enumerate() {
                    if let Some(plane) = plane {
                        self.add(x, c, &Arc::new(plane));
                    }
                }
            }
            Op::UpsampleNearest { factor: k, .. } | Op::DepthwiseTranspose { kernel: k, .. } => {
                let mut moved = Moved::default();
                for (c, plane) in reached() {
                    let plane = moved.of(plane, own.shape, from, |y, x| [(y / k, x / k)]);
                    self.add(x, c, &plane);
                }
            }
            Op::BatchNorm { .. } | Op::Activation(_) | Op::Add | Op::PairSoftmax => {
                for &input in &node.inputs {
                    reached().for_each(|(c, plane)| self.add(input, c, plane));
                }
            }
            Op::Blend => {
                for &input in &node.inputs[..2] {
                    reached().for_each(|(c, plane)| self.add(input, c, plane));
                }
                // The weight of a channel has one pixel.
                let one: Plane = Arc::new(vec![true]);
                reached().for_each(|(c, _)| self.add(node.inputs[2], c, &one));
            }
            Op::Multiply => {
                // The second factor may have one pixel per channel.
                let one: Option<Plane> =
                    (graph.shape(node.inputs[1]).plane() == 1).then(|| Arc::new(vec![true]));
                for (c, plane) in reached() {
                    self.add(x, c, plane);
                    self.add(node.inputs[1], c, one.as_ref().unwrap_or(plane));
                }
            }
            Op::Concat => {
                let mut first = 0;
                for &input in &node.inputs {
                    let end = first + graph.shape(input).c;
                    reached()
                        .filter(|(c, _)| (first..end).contains(c))
                        .for_each(|(c, plane)| self.add(input, c - first, plane));
                    first = end;
                }
            }
            Op::SliceChannels { start, .. } => reached().for_each(|(c, plane)| self.add(x, start + c, plane)),
            Op::GatherChannels(channels) => {
                reached().for_each(|(c, plane)| self.add(x, channels[c] as usize, plane));
            }
            Op::ScatterAdd { channels, .. } => {
                for (c, &to) in channels.iter().enumerate() {
                    if let Some(plane) = &own.planes[to as usize] {
                        self.add(x, c, plane);
                    }
                }
            }
        }
    }

    fn conv(&mut self, conv: &Conv2d, x: NodeId, own: &Reached) {
        let from = self.graph.shape(x);
        let mut moved: HashMap<Extent, Moved> = HashMap::new();
        let mut source = |plane: &Plane, extent: Extent| {
            let taps = |y, x| {
                let to = Spot::new(0, y, x);
                let tap = move |cell| conv_source(conv, from, to, (cell / conv.kernel, cell % conv.kernel));
                extent.taps(conv.kernel).filter_map(tap)
            };
            moved.entry(extent).or_default().of(plane, own.shape, from, taps)
        };
        match &conv.wiring {
            // All outputs of a group read the same inputs.
            Wiring::Grouped(groups) => {
                let (outputs, inputs) = (own.shape.c / groups, from.c / groups);
                for group in 0..*groups {
                    let planes = own.planes[group * outputs..(group + 1) * outputs].iter().flatten();
                    let Some(plane) = united(planes) else { continue };
                    let plane = source(&plane, Extent::Full);
                    (group * inputs..(group + 1) * inputs).for_each(|c| self.add(x, c, &plane));
                }
            }
            Wiring::Listed(listed) => {
                for (plane, kernels) in own.planes.iter().zip(&listed.outputs) {
                    let Some(plane) = plane else { continue };
                    for kernel in kernels {
                        let plane = source(plane, kernel.extent);
                        self.add(x, kernel.input as usize, &plane);
                    }
                }
            }
        }
    }
}

/// Planes carried over a window, each only once.
#[derive(Default)]
struct Moved(HashMap<*const Vec<bool>, [Plane; 2]>);

impl Moved {
    fn of<S: IntoIterator<Item = (usize, usize)>>(
        &mut self,
        plane: &Plane,
        own: Shape,
        from: Shape,
        sources: impl Fn(usize, usize) -> S,
    ) -> Plane {
        let parts = self.0.entry(Arc::as_ptr(plane)).or_insert_with(|| {
            let mut read = vec![false; from.plane()];
            for i in (0..plane.len()).filter(|&i| plane[i]) {
                for (y, x) in sources(i / own.w, i % own.w) {
                    read[y * from.w + x] = true;
                }
            }
            [Arc::clone(plane), Arc::new(read)]
        });
        Arc::clone(&parts[1])
    }
}

/// All pixels of the planes; `None` if there is none. Equal ones are not copied.
fn united<'p>(planes: impl IntoIterator<Item = &'p Plane>) -> Option<Plane> {
    let mut planes = planes.into_iter();
    let mut all = Arc::clone(planes.next()?);
    let mut last: *const Vec<bool> = Arc::as_ptr(&all);
    for plane in planes.filter(|plane| std::mem::replace(&mut last, Arc::as_ptr(plane)) != Arc::as_ptr(plane))
    {
        let flags = Arc::make_mut(&mut all);
        flags.iter_mut().zip(plane.iter()).for_each(|(all, new)| *all |= new);
    }
    Some(all)
}
