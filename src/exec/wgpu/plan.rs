//! A graph made ready for a device: kernels chosen, weights packed and uploaded.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use ::wgpu::{Buffer, BufferDescriptor, BufferUsages, ComputePipeline};

use super::GpuContext;
use super::conv::ConvAlgorithm;
use super::kernels::Maps;
use super::lower::{Dispatch, Read, Setting, lower};
use crate::exec::ExecError;
use crate::graph::{Graph, Node, Op};

/// Choices that change how a graph runs, never what it computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// Kernel of the convolutions.
    pub conv: ConvAlgorithm,
    /// Every run writes into the buffers of the run before: the values of earlier traces are
    /// overwritten. For measurements, where fresh memory would cost more than the arithmetic.
    pub reuse_buffers: bool,
}

/// What a dispatch of the plan reads.
#[derive(Debug)]
pub(super) enum Source {
    /// The value of the node's input of this number.
    Input(usize),
    /// Weights.
    Constant(Buffer),
}

/// A dispatch with its pipeline and its uploaded operands.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) pipeline: ComputePipeline,
    pub(super) sources: Vec<Source>,
    /// The kernel's sizes.
    pub(super) uniform: Buffer,
    /// Workgroups along x and y.
    pub(super) grid: (u32, u32),
}

/// A graph ready to run on a device. Runs may follow each other; the weights are uploaded once.
pub struct WgpuPlan {
    pub(super) ctx: GpuContext,
    pub(super) graph: Graph,
    /// Steps of each node, shared with other plans of the same weights.
    pub(super) steps: Vec<Arc<Vec<Step>>>,
    /// Nodes submitted together, so that a cancelled run ends soon and a window sharing the
    /// device gets its turn.
    pub(super) slices: Vec<Range<usize>>,
    pub(super) options: PlanOptions,
    /// The values of the last run, with [`PlanOptions::reuse_buffers`].
    pub(super) kept: Mutex<Vec<Buffer>>,
}

/// Multiply-adds submitted at once: some ten milliseconds on a software adapter, one or two on a GPU.
pub(super) const SLICE_MACS: [u64; 2] = [4_000_000_000, 200_000_000];

/// WebGPU's limit of workgroups along one axis.
const MAX_WORKGROUPS: u64 = 65_535;

impl WgpuPlan {
    /// Plans with the default options.
    ///
    /// # Errors
    /// See [`WgpuPlan::with_options`].
    pub fn new(ctx: &GpuContext, graph: &Graph) -> Result<Self, ExecError> {
        Self::with_options(ctx, graph, PlanOptions::default())
    }

    /// Chooses the kernels, packs the weights and uploads them.
    ///
    /// # Errors
    /// Names the node whose buffers are larger than the device allows, that has no kernel for its
    /// sizes, or for which the device has no memory.
    pub fn with_options(ctx: &GpuContext, graph: &Graph, options: PlanOptions) -> Result<Self, ExecError> {
        let mut steps = Vec::with_capacity(graph.nodes().len());
        for node in graph.nodes() {
            check_size(ctx, &node.name, "its value", value_bytes(node))?;
            let kept = ctx.step_cache().get(graph, node, options.conv);
            steps.push(match kept {
                Some(kept) => kept,
                None => {
                    let prepared = Arc::new(prepare_node(ctx, graph, node, options.conv)?);
                    ctx.step_cache().keep(graph, node, options.conv, &prepared);
                    prepared
                }
            });
        }
        Ok(Self {
            slices: slices(graph, SLICE_MACS[usize::from(ctx.is_software())]),
            ctx: ctx.clone(),
            graph: graph.clone(),
            steps,
            options,
            kept: Mutex::default(),
        })
    }

    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The device.
    pub fn context(&self) -> &GpuContext {
        &self.ctx
    }

    /// Number of dispatches that each node issues.
    pub fn dispatches(&self) -> Vec<u32> {
        self.steps.iter().map(|s| s.len() as u32).collect()
    }
}

/// Bytes of the buffer of a node's value: whole vectors of 4, as some kernels read them.
pub(super) fn value_bytes(node: &Node) -> u64 {
    (node.shape.elements() as u64 * 4).next_multiple_of(16)
}

/// # Errors
/// If a buffer of so many bytes is more than the device allows.
pub(super) fn check_size(ctx: &GpuContext, node: &str, what: &str, bytes: u64) -> Result<(), ExecError> {
    let limits = ctx.limits();
    let most = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
    if bytes <= most {
        return Ok(());
    }
    let mib = |b: u64| b.div_ceil(1 << 20);
    let cause = format!("{what} needs {} MiB, the device allows buffers of {} MiB", mib(bytes), most >> 20);
    Err(ExecError::Device { node: node.to_owned(), cause })
}

fn prepare_node(
    ctx: &GpuContext,
    graph: &Graph,
    node: &Node,
    conv: ConvAlgorithm,
) -> Result<Vec<Step>, ExecError> {
    let inputs = vec![0; node.inputs.len()];
    let setting =
        Setting { inputs: &inputs, output: 0, maps: Maps::Apart, algorithm: conv, target: ctx.target() };
    let dispatches =
        lower(graph, node, &setting).map_err(|cause| ExecError::Device { node: node.name.clone(), cause })?;
    dispatches.into_iter().map(|d| prepare(ctx, &node.name, d)).collect()
}

/// Uploads what a dispatch reads.
///
/// # Errors
/// If the device refuses it, or has no memory.
pub(super) fn prepare(ctx: &GpuContext, node: &str, dispatch: Dispatch) -> Result<Step, ExecError> {
    let Dispatch { kernel, params, reads, workgroups } = dispatch;
    let rows = workgroups.div_ceil(MAX_WORKGROUPS);
    if rows > MAX_WORKGROUPS {
        let cause = format!("{workgroups} workgroups are more than a dispatch can have");
        return Err(ExecError::Device { node: node.to_owned(), cause });
    }
    let upload = |usage: BufferUsages, words: &[u32]| {
        ctx.guarded(node, || buffer_with(ctx, node, usage, bytemuck::cast_slice(words)))
    };
    let sources = reads.into_iter().map(|read| match read {
        Read::Input(i) => Ok(Source::Input(i)),
        Read::Constant(words) => {
            check_size(ctx, node, "one of its packed weights", words.len() as u64 * 4)?;
            Ok(Source::Constant(upload(BufferUsages::STORAGE, &words)?))
        }
    });
    Ok(Step {
        sources: sources.collect::<Result<_, _>>()?,
        pipeline: ctx.pipeline(kernel)?,
        uniform: upload(BufferUsages::UNIFORM, &params)?,
        grid: (workgroups.min(MAX_WORKGROUPS) as u32, rows as u32),
    })
}

/// A buffer with the given content, padded to whole vectors of 16 bytes and never empty.
pub(super) fn buffer_with(ctx: &GpuContext, label: &str, usage: BufferUsages, bytes: &[u8]) -> Buffer {
    let size = (bytes.len() as u64).next_multiple_of(16).max(32);
    let usage = usage | BufferUsages::COPY_DST;
    let descriptor = BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
    let buffer = ctx.device().create_buffer(&descriptor);
    ctx.queue().write_buffer(&buffer, 0, bytes);
    buffer
}

/// Cuts the nodes into runs of about `macs` multiply-adds.
fn slices(graph: &Graph, macs: u64) -> Vec<Range<usize>> {
    let (mut slices, mut start, mut sum) = (Vec::new(), 0, 0);
    for (i, node) in graph.nodes().iter().enumerate() {
        sum += node_macs(graph, node);
        if sum >= macs {
            slices.push(start..i + 1);
            (start, sum) = (i + 1, 0);
        }
    }
    if start < graph.nodes().len() {
        slices.push(start..graph.nodes().len());
    }
    slices
}

/// Roughly how long a node takes: its multiply-adds, or its values if it has none.
fn node_macs(graph: &Graph, node: &Node) -> u64 {
    let inputs = || node.inputs.first().map_or(0, |&x| graph.shape(x).c);
    let values = node.shape.elements() as u64;
    match &node.op {
        Op::Conv2d(conv) => {
            let taps = conv.wiring.taps(conv.kernel, inputs(), node.shape.c);
            taps * (node.shape.n * node.shape.plane()) as u64
        }
        Op::Linear => values * inputs() as u64,
        Op::Input
        | Op::BatchNorm { .. }
        | Op::Activation(_)
        | Op::Pool2d(_)
        | Op::GlobalAveragePool
        | Op::AdaptiveAveragePool { .. }
        | Op::Flatten
        | Op::Multiply
        | Op::UpsampleNearest { .. }
        | Op::Add
        | Op::Concat
        | Op::SliceChannels { .. }
        | Op::DepthwiseTranspose { .. }
        | Op::GatherChannels(_)
        | Op::ScatterAdd { .. }
        | Op::Resample(_)
        | Op::PairSoftmax
        | Op::Blend
        | Op::Normalize { .. }
        | Op::LocalResponseNorm(_)
        | Op::Softmax => values,
    }
}
