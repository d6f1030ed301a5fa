//! A node as dispatches: kernel, sizes, what it reads, how many workgroups.

use super::conv::{ConvAlgorithm, Target, lower_work};
use super::kernels::{Kernel, Maps, NodeKernel, Smooth};
use super::pack::Memory;
use crate::exec::conv_work::ConvWork;
use crate::graph::{Activation, Graph, Node, NormOver, Number, Op, Pool2d, PoolKind, Sampling};
use crate::tensor::Shape;

/// A buffer that a kernel reads.
pub(super) enum Read {
    /// The value of the node's input of this number.
    Input(usize),
    /// Packed weights, as 32-bit words.
    Constant(Vec<u32>),
}

/// One dispatch of a node; it writes into the node's value.
pub(super) struct Dispatch {
    pub(super) kernel: Kernel,
    /// The kernel's uniform, word by word in the order of its WGSL struct.
    pub(super) params: Vec<u32>,
    /// Bindings from 1 on.
    pub(super) reads: Vec<Read>,
    pub(super) workgroups: u64,
}

impl Dispatch {
    fn new(kernel: NodeKernel, params: &[usize], reads: Vec<Read>, workgroups: usize) -> Self {
        let kernel = Kernel::Node { kernel, maps: Maps::Apart };
        // Every size fits: a tensor has less than 2^31 elements.
        let params = params.iter().map(|&v| v as u32).collect();
        Self { kernel, params, reads, workgroups: workgroups as u64 }
    }
}

/// Where the maps of a node lie, and what runs it.
pub(super) struct Setting<'a> {
    /// First value of each input's map in its buffer.
    pub(super) inputs: &'a [u32],
    /// First value of the result.
    pub(super) output: u32,
    pub(super) maps: Maps,
    pub(super) algorithm: ConvAlgorithm,
    pub(super) target: Target,
}

/// Weights of a fully connected layer that one dispatch reads: 64 MiB, half of the least that WebGPU
/// devices allow in one buffer.
const MOST_LINEAR_WEIGHTS: usize = 1 << 24;

/// Sets of values from which on each is one thread's work.
const LONELY: usize = 512;

/// The dispatches of a node, none for an input.
///
/// # Errors
/// Why the kernels cannot run it.
pub(super) fn lower(graph: &Graph, node: &Node, setting: &Setting<'_>) -> Result<Vec<Dispatch>, String> {
    let mut dispatches = lower_apart(graph, node, setting)?;
    for dispatch in &mut dispatches {
        // The kernels of single nodes end their sizes with the places of their maps.
        if let Kernel::Node { maps, .. } = &mut dispatch.kernel {
            *maps = setting.maps;
            let place = |read: &Read| if let Read::Input(i) = read { Some(setting.inputs[*i]) } else { None };
            dispatch.params.extend(dispatch.reads.iter().filter_map(place));
            dispatch.params.push(setting.output);
        }
    }
    Ok(dispatches)
}

/// The dispatches of a node, without the places of its maps.
///
/// # Errors
/// Why the kernels cannot run it.
fn lower_apart(graph: &Graph, node: &Node, setting: &Setting<'_>) -> Result<Vec<Dispatch>, String> {
    let y = node.shape;
    let read = Read::Input;
    let shape = |i: usize| graph.shape(node.inputs[i]);
    let weight = |i: usize| node.weights.get(i).map(|&w| graph.weight(w));
    let given = |i: usize| weight(i).ok_or_else(|| format!("the weight number {i} is missing"));
    let one = |kernel, params: &[usize], reads, workgroups: usize| {
        Ok(vec![Dispatch::new(kernel, params, reads, workgroups)])
    };
    match &node.op {
        Op::Input => Ok(vec![]),
        Op::Conv2d(conv) => {
            let bias = weight(1).map(|b| b.values.as_slice());
            let work = ConvWork::alone(conv, given(0)?, bias, shape(0), y)?;
            let buffers = [(setting.inputs[0], shape(0)), (setting.output, y)];
            let memory = Memory { buffers: &buffers, maps: setting.maps };
            Ok(vec![lower_work(&work, &memory, setting.algorithm, setting.target)?])
        }
        Op::Linear => {
            let (inputs, outputs) = (shape(0).c, y.c);
            let values = &given(0)?.values;
            let most = (MOST_LINEAR_WEIGHTS / inputs / 4 * 4).max(4);
            let parts = (0..outputs).step_by(most).map(|first| {
                let part = most.min(outputs - first);
                let vectors = part.div_ceil(4);
                let of_part = first..first + part;
                let bias =
                    weight(1).map_or_else(|| vec![0; part], |b| words(b.values[of_part].iter().copied()));
                let weights = interleave_outputs(&values[first * inputs..][..part * inputs], inputs, part);
                let reads = vec![read(0), Read::Constant(weights), Read::Constant(bias)];
                let sizes = [inputs, outputs, first, part, vectors, y.n * vectors];
                Dispatch::new(NodeKernel::Linear, &sizes, reads, y.n * vectors)
            });
            Ok(parts.collect())
        }
        Op::BatchNorm { eps } => {
            let [w, b, mean, var] = [given(0)?, given(1)?, given(2)?, given(3)?];
            let pairs = (0..y.c).flat_map(|c| {
                let at = |t: &crate::graph::Weight| f64::from(t.values[c]);
                let scale = at(w) / (at(var) + f64::from(*eps)).sqrt();
                [scale as f32, (at(b) - at(mean) * scale) as f32]
            });
            let reads = vec![read(0), Read::Constant(words(pairs))];
            one(NodeKernel::BatchNorm, &[y.elements(), y.c, y.plane()], reads, y.elements().div_ceil(256))
        }
        Op::Activation(f) => {
            let none = Number::new(0.0);
            let smooth = match *f {
                Activation::Relu | Activation::Relu6 => None,
                Activation::Sigmoid => Some((Smooth::Sigmoid, none, none)),
                Activation::HardSigmoid => Some((Smooth::HardSigmoid, none, none)),
                Activation::HardSwish => Some((Smooth::HardSwish, none, none)),
                Activation::LeakyRelu(slope) => Some((Smooth::LeakyRelu, slope, none)),
                Activation::Elu(scale) => Some((Smooth::Elu, scale, none)),
                Activation::Tanh => Some((Smooth::Tanh, none, none)),
                Activation::Softplus => Some((Smooth::Softplus, none, none)),
                Activation::Log => Some((Smooth::Log, none, none)),
                Activation::Gelu => Some((Smooth::Gelu, none, none)),
                Activation::GeluTanh => Some((Smooth::GeluTanh, none, none)),
                Activation::Erf => Some((Smooth::Erf, none, none)),
                Activation::Exp => Some((Smooth::Exp, none, none)),
                Activation::Abs => Some((Smooth::Abs, none, none)),
                Activation::Sqrt => Some((Smooth::Sqrt, none, none)),
                Activation::Reciprocal => Some((Smooth::Reciprocal, none, none)),
                Activation::Softsign => Some((Smooth::Softsign, none, none)),
                Activation::Threshold(limit) => Some((Smooth::Threshold, limit, none)),
                Activation::Clip { low, high } => Some((Smooth::Clip, low, high)),
            };
            if let Some((smooth, a, b)) = smooth {
                let values = y.elements();
                let params = vec![values as u32, a.get().to_bits(), b.get().to_bits()];
                let kernel = Kernel::Node { kernel: NodeKernel::Smooth(smooth), maps: Maps::Apart };
                let workgroups = values.div_ceil(64) as u64;
                return Ok(vec![Dispatch { kernel, params, reads: vec![read(0)], workgroups }]);
            }
            let vectors = y.elements().div_ceil(4);
            let params = vec![vectors as u32, ceiling(*f).to_bits()];
            let workgroups = vectors.div_ceil(64) as u64;
            let kernel = Kernel::Node { kernel: NodeKernel::Activation, maps: Maps::Apart };
            Ok(vec![Dispatch { kernel, params, reads: vec![read(0)], workgroups }])
        }
        Op::Pool2d(Pool2d { kind, kernel, stride, dilation, padding, .. }) => {
            let x = shape(0);
            let padded = [x.h + padding.top + padding.bottom, x.w + padding.left + padding.right];
            // What counts ends with the map or with its border.
            let counted = if *kind == PoolKind::AverageWithBorder { padded } else { [0; 2] };
            let sides = [
                [x.h, x.w, y.h, y.w].as_slice(),
                kernel,
                stride,
                dilation,
                &[padding.top, padding.left],
                &counted,
                &[y.elements()],
            ]
            .concat();
            let average = *kind != PoolKind::Max;
            one(NodeKernel::Pool2d { average }, &sides, vec![read(0)], y.elements().div_ceil(64))
        }
        Op::GlobalAveragePool => {
            let maps = y.n * y.c;
            one(NodeKernel::GlobalAveragePool, &[maps, shape(0).plane()], vec![read(0)], maps)
        }
        Op::AdaptiveAveragePool { h, w } => {
            let x = shape(0);
            let sides = [x.h, x.w, *h, *w, y.elements()];
            one(NodeKernel::AdaptivePool, &sides, vec![read(0)], y.elements().div_ceil(64))
        }
        // No value moves within a map: all of it is copied as one channel after the other.
        Op::Flatten => Ok(vec![copy_channels(0, y, 0, y, 0, y.c)]),
        Op::Multiply => {
            let factors = if shape(1) == y { 1 } else { y.plane() };
            let sizes = [y.elements(), factors];
            one(NodeKernel::Multiply, &sizes, vec![read(0), read(1)], y.elements().div_ceil(64))
        }
        Op::UpsampleNearest { factor, h, w } => {
            let x = shape(0);
            let sides = [x.h, x.w, *h, *w, *factor, y.elements()];
            one(NodeKernel::Upsample, &sides, vec![read(0)], y.elements().div_ceil(64))
        }
        Op::Add => {
            let vectors = y.elements().div_ceil(4);
            one(NodeKernel::Add, &[vectors], vec![read(0), read(1)], vectors.div_ceil(64))
        }
        Op::Concat => {
            let mut to = 0;
            let parts = (0..node.inputs.len()).map(|part| {
                let x = shape(part);
                let dispatch = copy_channels(part, x, 0, y, to, x.c);
                to += x.c;
                dispatch
            });
            Ok(parts.collect())
        }
        Op::SliceChannels { start, len } => Ok(vec![copy_channels(0, shape(0), *start, y, 0, *len)]),
        Op::DepthwiseTranspose { kernel, h, w } => {
            let x = shape(0);
            let sides = [x.h, x.w, *h, *w, *kernel, y.c, y.elements()];
            let reads = vec![read(0), Read::Constant(words(given(0)?.values.iter().copied()))];
            one(NodeKernel::DepthwiseTranspose, &sides, reads, y.elements().div_ceil(64))
        }
        Op::GatherChannels(channels) => {
            let lists = channels.iter().map(|&c| vec![c]).collect();
            Ok(vec![gather_sum(lists, shape(0), y)])
        }
        Op::ScatterAdd { channels, out_channels } => {
            let mut lists = vec![Vec::new(); *out_channels];
            (0..).zip(channels.iter()).for_each(|(j, &c)| lists[c as usize].push(j));
            Ok(vec![gather_sum(lists, shape(0), y)])
        }
        Op::Resample(sampling) => Ok(vec![resample(sampling, shape(0), y)]),
        Op::PairSoftmax => {
            let values = y.elements();
            one(NodeKernel::PairSoftmax, &[values], vec![read(0), read(1)], values.div_ceil(64))
        }
        Op::Blend => {
            let sizes = [y.elements(), y.plane()];
            one(NodeKernel::Blend, &sizes, vec![read(0), read(1), read(2)], y.elements().div_ceil(64))
        }
        Op::Normalize { over, eps } => {
            let plane = y.plane();
            // Sets of values: how many, their size, first values of those side by side and of the next, and
            // the step within one.
            let [sets, count, beside, next, step] = match over {
                NormOver::Pixel => [y.n * plane, y.c, plane, y.c * plane, plane],
                NormOver::Groups(groups) => {
                    let count = y.c / groups * plane;
                    [y.n * groups, count, 1, count, 1]
                }
            };
            // Neighbouring threads read neighbouring values.
            let alone = *over == NormOver::Pixel && sets >= LONELY;
            let workgroups = if alone { sets.div_ceil(64) } else { sets };
            let mut params: Vec<u32> = [sets, count, beside, next, step].iter().map(|&v| v as u32).collect();
            params.push(eps.to_bits());
            let kernel = Kernel::Node { kernel: NodeKernel::Normalize { alone }, maps: Maps::Apart };
            Ok(vec![Dispatch { kernel, params, reads: vec![read(0)], workgroups: workgroups as u64 }])
        }
        Op::LocalResponseNorm(norm) => {
            let values = y.elements();
            let before = (norm.size - 1) / 2;
            let sizes = [values, y.c, y.plane(), before, norm.size - 1 - before];
            let mut params: Vec<u32> = sizes.iter().map(|&v| v as u32).collect();
            params.extend([norm.share() as f32, norm.beta, norm.bias].map(f32::to_bits));
            let kernel = Kernel::Node { kernel: NodeKernel::ResponseNorm, maps: Maps::Apart };
            let workgroups = values.div_ceil(64) as u64;
            Ok(vec![Dispatch { kernel, params, reads: vec![read(0)], workgroups }])
        }
        Op::Softmax => {
            let pixels = y.n * y.plane();
            one(NodeKernel::Softmax, &[y.c, y.plane(), pixels], vec![read(0)], pixels)
        }
    }
}

/// The largest value behind an activation that a convolution does; others are never drawn into one.
pub(super) fn ceiling(f: Activation) -> f32 {
    f.ceiling().unwrap_or(f32::INFINITY)
}

/// Each output channel as the sum of a list of input channels.
fn gather_sum(lists: Vec<Vec<u32>>, x: Shape, y: Shape) -> Dispatch {
    // Where each list starts, then the lists.
    let mut index: Vec<u32> = Vec::with_capacity(lists.len() + 1);
    let mut start = lists.len() as u32 + 1;
    for list in &lists {
        index.push(start);
        start += list.len() as u32;
    }
    index.push(start);
    index.extend(lists.concat());
    let sizes = [x.c, y.c, y.plane(), y.elements()];
    Dispatch::new(
        NodeKernel::ChannelsGather,
        &sizes,
        vec![Read::Input(0), Read::Constant(index)],
        y.elements().div_ceil(64),
    )
}

/// Starts of the taps of all channels, rows and columns, then the taps.
fn resample(sampling: &Sampling, x: Shape, y: Shape) -> Dispatch {
    let axes = sampling.axes();
    let mut words = Vec::new();
    let mut start: usize = axes.iter().map(|axis| axis.len() + 1).sum();
    for axis in axes {
        words.push(start as u32);
        for place in 0..axis.len() {
            start += 2 * axis.of(place).len();
            words.push(start as u32);
        }
    }
    words.extend(axes.iter().flat_map(|axis| axis.all()).flat_map(|tap| [tap.offset, tap.weight.to_bits()]));
    let sizes = [y.c, y.h, y.w, x.c * x.plane(), y.elements()];
    let reads = vec![Read::Input(0), Read::Constant(words)];
    Dispatch::new(NodeKernel::Resample, &sizes, reads, y.elements().div_ceil(64))
}

/// Channels `from .. from + count` of the input number `input` of shape `x` into `to ..` of `y`.
fn copy_channels(input: usize, x: Shape, from: usize, y: Shape, to: usize, count: usize) -> Dispatch {
    let plane = y.plane();
    let elements = y.n * count * plane;
    let sizes = [x.c * plane, y.c * plane, count * plane, from * plane, to * plane, elements];
    Dispatch::new(NodeKernel::ChannelsCopy, &sizes, vec![Read::Input(input)], elements.div_ceil(256))
}

fn words(values: impl Iterator<Item = f32>) -> Vec<u32> {
    values.map(f32::to_bits).collect()
}

/// `[outputs, inputs]` as `[ceil(outputs / 4), inputs]` vectors of 4 outputs, padded with zeros.
fn interleave_outputs(values: &[f32], inputs: usize, outputs: usize) -> Vec<u32> {
    let mut packed = vec![0; outputs.div_ceil(4) * inputs * 4];
    for (o, row) in values.chunks_exact(inputs).enumerate() {
        let start = o / 4 * inputs * 4 + o % 4;
        for (i, w) in row.iter().enumerate() {
            packed[start + 4 * i] = w.to_bits();
        }
    }
    packed
}
