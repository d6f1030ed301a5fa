//! The oracle: every operation as plain loops over its definition, computed in f64.
//!
//! Values stay in f64 from the first node to the last and are rounded to f32 once, in the
//! [`Trace`], so that a difference to another executor is that executor's. Nothing here is tuned
//! beyond running output channels side by side.

use std::time::Instant;

use rayon::prelude::*;

use super::{Ctl, ExecError, NodeTime, TimeMethod, Trace, Value, check_inputs};
use crate::graph::{Conv2d, Graph, Node, NormOver, Op, Pool2d, PoolKind, WeightId};
use crate::tensor::{HostTensor, Shape};

/// Runs a graph by its definition.
#[derive(Clone, Debug)]
pub struct ReferencePlan {
    graph: Graph,
}

/// A value between two nodes: row-major NCHW in f64.
struct Map {
    shape: Shape,
    values: Vec<f64>,
}

impl Map {
    /// The `h * w` values of one channel.
    fn channel(&self, n: usize, c: usize) -> &[f64] {
        let start = self.shape.index(n, c, 0, 0);
        &self.values[start..start + self.shape.plane()]
    }
}

impl ReferencePlan {
    /// A plan for `graph`. The weights are shared with it, not copied.
    pub fn new(graph: &Graph) -> Self {
        Self { graph: graph.clone() }
    }

    /// Runs the graph on one value per input, in the order of [`Graph::inputs`].
    ///
    /// # Errors
    /// If an input is missing or has another shape, or the run was cancelled.
    pub fn run(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<Trace, ExecError> {
        self.run_counted(inputs, ctl).map(|(trace, _)| trace)
    }

    /// Runs the graph and counts, for every node in order, the multiplications of a weight by a
    /// value that a convolution or fully connected layer did (0 for other nodes). A zero of the
    /// border is multiplied like any other value; a tap that the wiring does not have is not.
    ///
    /// # Errors
    /// As [`ReferencePlan::run`].
    pub fn run_counted(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<(Trace, Vec<u64>), ExecError> {
        check_inputs(&self.graph, inputs)?;
        let nodes = self.graph.nodes();
        let mut given = inputs.iter();
        let mut maps: Vec<Map> = Vec::with_capacity(nodes.len());
        let (mut times, mut counts) = (Vec::with_capacity(nodes.len()), Vec::with_capacity(nodes.len()));
        let start = Instant::now();
        for (done, node) in nodes.iter().enumerate() {
            ctl.step(done, nodes.len())?;
            let node_start = Instant::now();
            let (values, multiplications) = self.node(node, &maps, &mut given);
            maps.push(Map { shape: node.shape, values });
            counts.push(multiplications);
            let ns = if node.op == Op::Input { 0 } else { nanoseconds(node_start) };
            times.push(NodeTime { ns });
        }
        let total_ns = nanoseconds(start);
        let rounded = |m: Map| HostTensor::new(m.shape, m.values.iter().map(|&v| v as f32).collect());
        let trace = Trace {
            values: maps.into_iter().map(|m| Value::Host(rounded(m))).collect(),
            times,
            method: TimeMethod::HostClock,
            total_ns,
            device: "CPU, reference loops".into(),
        };
        Ok((trace, counts))
    }

    /// The values of one node, and how many multiplications by a weight it took.
    fn node<'i>(
        &self,
        node: &Node,
        maps: &[Map],
        given: &mut impl Iterator<Item = &'i HostTensor>,
    ) -> (Vec<f64>, u64) {
        let input = |i: usize| &maps[node.inputs[i].index()];
        let weight = |i: usize| self.weight(node.weights[i]);
        let optional = |i: usize| node.weights.get(i).map(|&w| self.weight(w));
        let out = node.shape;
        let values = match &node.op {
            Op::Input => {
                let tensor = given.next().expect("check_inputs counted the inputs");
                tensor.data().iter().map(|&v| f64::from(v)).collect()
            }
            Op::Conv2d(conv) => return conv2d(conv, input(0), weight(0), optional(1), out),
            Op::Linear => return linear(input(0), weight(0), optional(1), out),
            Op::BatchNorm { eps } => {
                let eps = f64::from(*eps);
                per_channel(input(0), |c, v| {
                    let part = |i: usize| f64::from(weight(i)[c]);
                    (v - part(2)) / (part(3) + eps).sqrt() * part(0) + part(1)
                })
            }
            Op::Activation(f) => per_channel(input(0), |_, v| f.apply(v)),
            Op::Pool2d(pool) => pool2d(pool, input(0), out),
            Op::GlobalAveragePool => {
                let x = input(0);
                let mean = |n, c| x.channel(n, c).iter().sum::<f64>() / x.shape.plane() as f64;
                (0..out.n).flat_map(|n| (0..out.c).map(move |c| mean(n, c))).collect()
            }
            Op::AdaptiveAveragePool { .. } => {
                let x = input(0);
                let window =
                    |i: usize, count: usize, side: usize| i * side / count..((i + 1) * side).div_ceil(count);
                pixels(out, |n, c, row, col| {
                    let columns = window(col, out.w, x.shape.w);
                    let rows = window(row, out.h, x.shape.h);
                    let count = (rows.len() * columns.len()) as f64;
                    let map = x.channel(n, c);
                    rows.flat_map(|r| &map[r * x.shape.w..][columns.clone()]).sum::<f64>() / count
                })
            }
            Op::Flatten => input(0).values.clone(),
            Op::Multiply => {
                let (x, factor) = (input(0), input(1));
                let one = factor.shape.plane() == 1;
                pixels(out, |n, c, row, col| {
                    let i = row * out.w + col;
                    x.channel(n, c)[i] * factor.channel(n, c)[if one { 0 } else { i }]
                })
            }
            Op::UpsampleNearest { factor, .. } => {
                let x = input(0);
                pixels(out, |n, c, row, col| x.channel(n, c)[row / factor * x.shape.w + col / factor])
            }
            Op::Add => input(0).values.iter().zip(&input(1).values).map(|(a, b)| a + b).collect(),
            Op::Concat => (0..out.n)
                .flat_map(|n| {
                    let parts = node.inputs.iter().map(|i| &maps[i.index()]);
                    parts.flat_map(move |x| (0..x.shape.c).flat_map(move |c| x.channel(n, c)))
                })
                .copied()
                .collect(),
            Op::SliceChannels { start, len } => {
                let x = input(0);
                (0..out.n)
                    .flat_map(|n| (*start..start + len).flat_map(move |c| x.channel(n, c)))
                    .copied()
                    .collect()
            }
            Op::Normalize { over, eps } => normalize(*over, f64::from(*eps), input(0)),
            Op::LocalResponseNorm(norm) => {
                let x = input(0);
                pixels(out, |n, c, row, col| {
                    let at = |c: usize| x.channel(n, c)[row * out.w + col];
                    let squares: f64 = norm.window(c, out.c).map(|c| at(c) * at(c)).sum();
                    at(c) / (f64::from(norm.bias) + norm.share() * squares).powf(f64::from(norm.beta))
                })
            }
            Op::Softmax => softmax(input(0)),
            Op::DepthwiseTranspose { kernel: k, .. } => {
                let (x, kernel) = (input(0), weight(0));
                let mut multiplications = 0;
                let values = pixels(out, |n, c, row, col| {
                    multiplications += 1;
                    let w = f64::from(kernel[c * k * k + row % k * k + col % k]);
                    w * x.channel(n, c)[row / k * x.shape.w + col / k]
                });
                return (values, multiplications);
            }
            Op::GatherChannels(channels) => {
                let x = input(0);
                (0..out.n)
                    .flat_map(|n| channels.iter().flat_map(move |&c| x.channel(n, c as usize)))
                    .copied()
                    .collect()
            }
            Op::Resample(sampling) => {
                let x = input(0);
                let image = x.shape.c * x.shape.plane();
                pixels(out, |n, c, row, col| {
                    let taps = sampling.of(c, row, col);
                    taps.map(|(at, weight)| f64::from(weight) * x.values[n * image + at]).sum()
                })
            }
            Op::ScatterAdd { channels, .. } => {
                let (x, mut values) = (input(0), vec![0.0; out.elements()]);
                for n in 0..out.n {
                    for (j, &c) in channels.iter().enumerate() {
                        let start = out.index(n, c as usize, 0, 0);
                        let y = &mut values[start..start + out.plane()];
                        y.iter_mut().zip(x.channel(n, j)).for_each(|(y, x)| *y += x);
                    }
                }
                values
            }
            Op::PairSoftmax => {
                // The larger one is taken off first: exp stays finite.
                let share = |(a, b): (&f64, &f64)| {
                    let m = a.max(*b);
                    (a - m).exp() / ((a - m).exp() + (b - m).exp())
                };
                input(0).values.iter().zip(&input(1).values).map(share).collect()
            }
            Op::Blend => {
                let (a, b, w) = (input(0), input(1), input(2));
                pixels(out, |n, c, row, col| {
                    let (w, i) = (w.channel(n, c)[0], row * out.w + col);
                    w * a.channel(n, c)[i] + (1.0 - w) * b.channel(n, c)[i]
                })
            }
        };
        (values, 0)
    }

    fn weight(&self, id: WeightId) -> &[f32] {
        &self.graph.weight(id).values
    }
}

/// `y[n,o,r,q] = b[o] + sum over the kernels of o and their taps of w[o,slot,i,j] * x[n,input,r*s+i*d-top,q*s+j*d-left]`.
fn conv2d(conv: &Conv2d, x: &Map, weight: &[f32], bias: Option<&[f32]>, out: Shape) -> (Vec<f64>, u64) {
    let Conv2d { kernel: k, stride, dilation, .. } = *conv;
    let slots = conv.wiring.slots(x.shape.c);
    let x = with_border(conv, x);
    let mut values = vec![0.0; out.elements()];
    let count = values.par_chunks_mut(out.plane()).enumerate().map(|(plane, y)| {
        let (n, o) = (plane / out.c, plane % out.c);
        y.fill(bias.map_or(0.0, |b| f64::from(b[o])));
        let mut multiplications = 0_u64;
        conv.wiring.for_each_kernel(o, x.shape.c, out.c, |kernel| {
            let map = x.channel(n, kernel.input as usize);
            let first = (o * slots + kernel.slot as usize) * k * k;
            for tap in kernel.extent.taps(k) {
                let w = f64::from(weight[first + tap]);
                let corner = tap / k * dilation * x.shape.w + tap % k * dilation;
                for (row, y_row) in y.chunks_exact_mut(out.w).enumerate() {
                    let x_row = map[corner + row * stride * x.shape.w..].iter().step_by(stride);
                    for (y, v) in y_row.iter_mut().zip(x_row) {
                        *y += w * v;
                        multiplications += 1;
                    }
                }
            }
        });
        multiplications
    });
    let count = count.sum();
    (values, count)
}

/// The input of a convolution with its border of zeros.
fn with_border(conv: &Conv2d, x: &Map) -> Map {
    let p = conv.padding;
    let shape = Shape { h: x.shape.h + p.top + p.bottom, w: x.shape.w + p.left + p.right, ..x.shape };
    let mut values = vec![0.0; shape.elements()];
    for (map, padded) in x.values.chunks(x.shape.plane()).zip(values.chunks_mut(shape.plane())) {
        let rows = padded.chunks_mut(shape.w).skip(p.top);
        for (row, padded_row) in map.chunks(x.shape.w).zip(rows) {
            padded_row[p.left..p.left + x.shape.w].copy_from_slice(row);
        }
    }
    Map { shape, values }
}

/// `y[n,o] = b[o] + sum over i of w[o,i] * x[n,i]`.
fn linear(x: &Map, weight: &[f32], bias: Option<&[f32]>, out: Shape) -> (Vec<f64>, u64) {
    let (mut values, mut multiplications) = (Vec::with_capacity(out.elements()), 0);
    for features in x.values.chunks(x.shape.c) {
        for (o, row) in weight.chunks(x.shape.c).enumerate() {
            let mut y = bias.map_or(0.0, |b| f64::from(b[o]));
            for (&w, v) in row.iter().zip(features) {
                y += f64::from(w) * v;
                multiplications += 1;
            }
            values.push(y);
        }
    }
    (values, multiplications)
}

/// The largest or the mean of the pixels under each window that lie inside the map.
fn pool2d(pool: &Pool2d, x: &Map, out: Shape) -> Vec<f64> {
    let size = x.shape;
    let (rows, columns) = (pool.rows(), pool.columns());
    pixels(out, |n, c, row, col| {
        let map = x.channel(n, c);
        let across = columns.pixels(col, size.w);
        let under = rows.pixels(row, size.h).flat_map(|r| across.clone().map(move |c| map[r * size.w + c]));
        match pool.kind {
            PoolKind::Max => under.fold(f64::NEG_INFINITY, f64::max),
            PoolKind::Average | PoolKind::AverageWithBorder => {
                let counted = rows.counted(row, size.h) * columns.counted(col, size.w);
                under.sum::<f64>() / counted as f64
            }
        }
    })
}

/// `(x - mean) / sqrt(var + eps)` within each set of values.
fn normalize(over: NormOver, eps: f64, x: &Map) -> Vec<f64> {
    let (shape, mut values) = (x.shape, x.values.clone());
    let mut set = |places: &[usize]| {
        let mean = |of: &dyn Fn(f64) -> f64| {
            places.iter().map(|&at| of(x.values[at])).sum::<f64>() / places.len() as f64
        };
        let middle = mean(&|v| v);
        let deviation = (mean(&|v| (v - middle) * (v - middle)) + eps).sqrt();
        places.iter().for_each(|&at| values[at] = (x.values[at] - middle) / deviation);
    };
    for n in 0..shape.n {
        match over {
            NormOver::Pixel => {
                for pixel in 0..shape.plane() {
                    let places = (0..shape.c).map(|c| shape.index(n, c, 0, 0) + pixel);
                    set(&places.collect::<Vec<_>>());
                }
            }
            NormOver::Groups(groups) => {
                let count = shape.c / groups * shape.plane();
                for group in 0..groups {
                    let first = (n * groups + group) * count;
                    set(&(first..first + count).collect::<Vec<_>>());
                }
            }
        }
    }
    values
}

/// `exp(x_c) / sum_c exp(x_c)` at every pixel. The largest value is taken off first: `exp` stays finite.
fn softmax(x: &Map) -> Vec<f64> {
    let (shape, mut values) = (x.shape, x.values.clone());
    for n in 0..shape.n {
        for pixel in 0..shape.plane() {
            let index = |c: usize| shape.index(n, c, 0, 0) + pixel;
            let largest = (0..shape.c).map(|c| x.values[index(c)]).fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = (0..shape.c).map(|c| (x.values[index(c)] - largest).exp()).sum();
            for c in 0..shape.c {
                values[index(c)] = (x.values[index(c)] - largest).exp() / sum;
            }
        }
    }
    values
}

/// `f(c, v)` for every value `v` of every channel `c`.
fn per_channel(x: &Map, f: impl Fn(usize, f64) -> f64) -> Vec<f64> {
    let channels = x.values.chunks(x.shape.plane()).enumerate();
    channels.flat_map(|(i, map)| map.iter().map(move |&v| (i % x.shape.c, v))).map(|(c, v)| f(c, v)).collect()
}

/// `f(n, c, row, column)` for every pixel of a map of this shape.
fn pixels(shape: Shape, mut f: impl FnMut(usize, usize, usize, usize) -> f64) -> Vec<f64> {
    let mut values = Vec::with_capacity(shape.elements());
    for n in 0..shape.n {
        for c in 0..shape.c {
            for row in 0..shape.h {
                values.extend((0..shape.w).map(|col| f(n, c, row, col)));
            }
        }
    }
    values
}

fn nanoseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::CancelToken;
    use crate::graph::{
        Builder, GraphError, NodeId, Origin, Padding, ResponseNorm, Seeded, Weight, WeightSource, Wiring,
    };

    /// Gives every weight the values 1, 2, 3, ...
    struct Counting;

    impl WeightSource for Counting {
        fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
            let values = (1..=dims.iter().product::<usize>()).map(|v| v as f32).collect();
            Ok((!optional).then(|| Weight::new(name, dims.to_vec(), values, Origin::Given)))
        }
    }

    /// Runs a graph of one operation on the values 1, 2, 3, ...
    fn run(
        shape: Shape,
        build: impl FnOnce(&mut Builder<'_>, NodeId) -> Result<NodeId, GraphError>,
    ) -> (Vec<f32>, u64) {
        let mut source = Counting;
        let mut b = Builder::new(&mut source);
        let x = b.input("input", shape).unwrap();
        build(&mut b, x).unwrap();
        let input = HostTensor::new(shape, (1..=shape.elements()).map(|v| v as f32).collect());
        let (trace, counts) = ReferencePlan::new(&b.finish()).run_counted(&[input], &Ctl::default()).unwrap();
        let Value::Host(last) = trace.values.last().unwrap() else { panic!("not on the host") };
        (last.data().to_vec(), *counts.last().unwrap())
    }

    fn conv(kernel: usize, stride: usize, padding: Padding, groups: usize) -> Conv2d {
        Conv2d { kernel, stride, padding, dilation: 1, wiring: Wiring::Grouped(groups) }
    }

    #[test]
    fn convolution_by_hand() {
        // 3x3 map 1..9, kernel 1..9: the centre is 1*1 + 2*2 + ... + 9*9 = 285 (no flip).
        let c = conv(3, 1, Padding::even(1), 1);
        let (y, count) = run(Shape::new(1, 1, 3, 3), |b, x| b.conv2d("c", x, c, 1, false));
        assert_eq!(y, [94.0, 154.0, 106.0, 186.0, 285.0, 186.0, 106.0, 154.0, 94.0]);
        assert_eq!(count, 81, "zeros of the border are multiplied");
        // Two groups of one channel, stride 2, zeros below and right only.
        let c = conv(1, 2, Padding { bottom: 1, right: 1, ..Padding::default() }, 2);
        let (y, count) = run(Shape::new(1, 2, 2, 2), |b, x| b.conv2d("c", x, c, 2, false));
        assert_eq!((y.as_slice(), count), ([1.0, 0.0, 0.0, 0.0, 10.0, 0.0, 0.0, 0.0].as_slice(), 8));
    }

    #[test]
    fn pools_see_only_pixels_of_the_map() {
        let pool = |kind, padding, ceil| Pool2d { padding, ceil, ..Pool2d::square(kind, 2, 2) };
        let shape = Shape::new(1, 1, 3, 3);
        let average = pool(PoolKind::Average, Padding::default(), true);
        let (y, _) = run(shape, |b, x| b.pool2d("p", x, average));
        assert_eq!(y, [3.0, 4.5, 7.5, 9.0]);
        let max = pool(PoolKind::Max, Padding::even(1), false);
        let (y, _) = run(shape, |b, x| b.pool2d("p", x, max));
        assert_eq!(y, [1.0, 3.0, 7.0, 9.0]);
    }

    #[test]
    fn channel_operations_keep_batch_and_order() {
        let shape = Shape::new(2, 2, 1, 1);
        let (y, _) = run(shape, |b, x| {
            let high = b.slice("s", x, 1, 1)?;
            b.concat("c", &[high, x])
        });
        assert_eq!(y, [2.0, 1.0, 2.0, 4.0, 3.0, 4.0]);
        let (y, count) = run(shape, |b, x| b.linear("l", x, 2));
        assert_eq!((y.as_slice(), count), ([5.0, 11.0, 11.0, 25.0].as_slice(), 8));
        let (y, _) = run(Shape::new(1, 1, 1, 2), |b, x| b.upsample("u", x, 2, 2, 3));
        assert_eq!(y, [1.0, 1.0, 2.0, 1.0, 1.0, 2.0]);
        let (y, _) = run(shape, |b, x| b.softmax("s", x));
        assert!((y[0] + y[1] - 1.0).abs() < 1e-6 && (y[1] / y[0] - 1_f32.exp()).abs() < 1e-5);
        // Weight 1, 2, bias 1, 2, mean 1, 2, variance 1, 2.
        let (y, _) = run(shape, |b, x| b.batch_norm("n", x, 2.0));
        assert_eq!(y, [1.0, 2.0, 2.0 / 3_f32.sqrt() + 1.0, 4.0]);
    }

    #[test]
    fn norms_with_the_statistics_of_their_input() {
        // Channels 1 2, 3 4, 5 6, 7 8 of two pixels.
        let shape = Shape::new(1, 4, 1, 2);
        let norm = |over, eps| run(shape, |b, x| b.normalize("n", x, over, eps)).0;
        // Of one pixel 1 3 5 7: mean 4, variance 5; with 4 added the deviation is 3.
        let pixel = [-1.0, -1.0, -1.0 / 3.0, -1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 1.0, 1.0];
        assert_eq!(norm(NormOver::Pixel, 4.0), pixel);
        // Of two channels 1 2 3 4: mean 2.5, variance 1.25.
        let third = 1.0 / 3.0;
        let group = [-1.0, -third, third, 1.0, -1.0, -third, third, 1.0];
        assert_eq!(norm(NormOver::Groups(2), 1.0), group);
        // Of one channel: half a step around the mean.
        assert_eq!(norm(NormOver::Groups(4), 0.0), [-1.0, 1.0].repeat(4));
    }

    #[test]
    fn a_response_is_divided_by_what_its_neighbours_hold() {
        let norm = ResponseNorm { size: 3, alpha: 3.0, beta: 0.5, bias: 11.0 };
        let (y, _) = run(Shape::new(1, 3, 1, 1), |b, x| b.response_norm("r", x, norm));
        // 11 + 1 + 4 = 16; 11 + 1 + 4 + 9 = 25; 11 + 4 + 9 = 24.
        assert_eq!(y, [0.25, 0.4, (3.0 / 24_f64.sqrt()) as f32]);
        // Of an even size the greater half stands behind.
        let norm = ResponseNorm { size: 2, alpha: 2.0, beta: 1.0, bias: 0.0 };
        let (y, _) = run(Shape::new(1, 3, 1, 1), |b, x| b.response_norm("r", x, norm));
        assert_eq!(y, [0.2, 2.0 / 13.0, 1.0 / 3.0]);
    }

    #[test]
    fn cancelled_and_wrong_inputs_end_with_an_error() {
        let mut source = Seeded(1);
        let mut b = Builder::new(&mut source);
        b.input("input", Shape::new(1, 1, 2, 2)).unwrap();
        let plan = ReferencePlan::new(&b.finish());
        assert!(matches!(plan.run(&[], &Ctl::default()), Err(ExecError::Input { .. })));
        let ctl = Ctl { cancel: CancelToken::default(), progress: None };
        ctl.cancel.cancel();
        let x = HostTensor::zeros(Shape::new(1, 1, 2, 2)).unwrap();
        assert!(matches!(plan.run(&[x], &ctl), Err(ExecError::Cancelled)));
    }
}
