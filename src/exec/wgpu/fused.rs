//! A graph run for its results alone: one dispatch for each fused step, all maps in one buffer that is
//! kept from run to run.
//!
//! This is what is measured. [`super::WgpuPlan`] computes every node by itself, because somebody wants
//! to look at it.

use std::collections::{BTreeSet, HashMap};
use std::ops::{Range, RangeInclusive};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use ::wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, Buffer, BufferDescriptor, BufferUsages,
    CommandEncoderDescriptor, ComputePassDescriptor, ComputePipeline,
};

use super::clock::Clock;
use super::conv::{ConvAlgorithm, Target, lower_work};
use super::kernels::{Kernel, Maps, NodeKernel};
use super::lower::{Dispatch, Read, Setting, lower};
use super::pack::Memory;
use super::plan::{SLICE_MACS, Source, Step, buffer_with, check_size, prepare};
use super::readback::read_bytes;
use super::wait::wait_for_queue;
use super::{GpuContext, arena};
use crate::exec::conv_work::View;
use crate::exec::fuse::{Fused, StepInfo, Work, fuse};
use crate::exec::{Ctl, ExecError, FusedTrace, check_inputs};
use crate::graph::{Graph, NodeId};
use crate::tensor::{HostTensor, Shape};

/// A graph made ready to run for its results on a device.
pub struct FusedPlan {
    ctx: GpuContext,
    graph: Graph,
    fused: Fused,
    /// All maps.
    memory: Buffer,
    /// First value of each buffer of `fused` in `memory`.
    starts: Vec<u32>,
    dispatches: Vec<Bound>,
    /// Dispatches submitted together; see [`super::WgpuPlan`].
    slices: Vec<Range<usize>>,
    clock: Option<Clock>,
    /// One run at a time: they share the memory.
    running: Mutex<()>,
}

/// A dispatch with everything bound.
struct Bound {
    /// The step it belongs to.
    step: usize,
    pipeline: ComputePipeline,
    binding: BindGroup,
    grid: (u32, u32),
}

/// What one dispatch does.
enum Task {
    /// A step.
    Step(Box<Work>),
    /// The 2x2 mean of a whole buffer, written to another one.
    Pool { from: usize, to: usize },
}

impl Task {
    fn touches(&self) -> BTreeSet<usize> {
        match self {
            Self::Step(work) => work.reads().union(&work.writes()).copied().collect(),
            Self::Pool { from, to } => [*from, *to].into(),
        }
    }
}

/// The tasks of a graph, each with the number of its step, and the buffers they need.
struct Tasks {
    buffers: Vec<Shape>,
    tasks: Vec<(usize, Task)>,
}

impl Tasks {
    /// One task for each step. On a software adapter means are computed beforehand: there a load is
    /// what takes the time, and a tap behind a mean needs four, for each block of outputs again.
    fn new(fused: &Fused, target: Target) -> Self {
        let mut tasks = Self { buffers: fused.buffers.clone(), tasks: Vec::new() };
        let mut pooled = HashMap::new();
        for (i, step) in fused.steps.iter().enumerate() {
            let mut work = step.work.clone();
            if let (Work::Conv(conv), Target::Software { .. }) = (&mut work, target) {
                for source in conv.sources.iter_mut().filter(|s| s.pooled) {
                    let from = source.buffer;
                    let to = *pooled.entry(from).or_insert_with(|| {
                        let (h, w) = source.seen();
                        tasks.buffers.push(Shape { h, w, ..source.shape });
                        let to = tasks.buffers.len() - 1;
                        tasks.tasks.push((i, Task::Pool { from, to }));
                        to
                    });
                    (source.buffer, source.shape, source.pooled) = (to, tasks.buffers[to], false);
                }
            }
            // What is written to later has another mean.
            for buffer in work.writes() {
                pooled.remove(&buffer);
            }
            tasks.tasks.push((i, Task::Step(Box::new(work))));
        }
        tasks
    }

    /// Where each buffer begins, and the values of all together.
    fn place(&self, fused: &Fused) -> (Vec<usize>, usize) {
        // The inputs are written at time 0, task `t` runs at `t + 1`, then the outputs are read.
        let mut lives: Vec<Option<RangeInclusive<usize>>> = vec![None; self.buffers.len()];
        let mut live = |buffer: usize, time: usize| {
            let first = lives[buffer].as_ref().map_or(time, |life| *life.start());
            lives[buffer] = Some(first..=time);
        };
        fused.inputs.iter().for_each(|&buffer| live(buffer, 0));
        for (t, (_, task)) in self.tasks.iter().enumerate() {
            task.touches().into_iter().for_each(|buffer| live(buffer, t + 1));
        }
        fused.outputs.iter().for_each(|view| live(view.buffer, self.tasks.len() + 1));
        let sizes: Vec<usize> = self.buffers.iter().map(|s| s.elements()).collect();
        // What nobody touches needs no place that is its own.
        let lives: Vec<_> = lives.into_iter().map(|life| life.unwrap_or(0..=0)).collect();
        arena::place(&sizes, &lives)
    }
}

impl FusedPlan {
    /// Fuses the graph, packs its weights and uploads them.
    ///
    /// # Errors
    /// If its maps together are larger than the device allows, if a step has no kernel for its sizes,
    /// or if the device has no memory.
    pub fn new(ctx: &GpuContext, graph: &Graph) -> Result<Self, ExecError> {
        Self::with_part(ctx, graph, &[])
    }

    /// The same, with steps of their own for the nodes of `part`, see [`fuse`].
    ///
    /// # Errors
    /// As [`FusedPlan::new`].
    pub fn with_part(ctx: &GpuContext, graph: &Graph, part: &[NodeId]) -> Result<Self, ExecError> {
        Self::prepared(ctx, graph, part, ConvAlgorithm::Auto, ctx.target())
    }

    /// The same as if the device were a software adapter, or a GPU; and with a kernel of choice.
    #[cfg(test)]
    pub(super) fn for_adapter(
        ctx: &GpuContext,
        graph: &Graph,
        algorithm: ConvAlgorithm,
        target: Target,
    ) -> Result<Self, ExecError> {
        Self::prepared(ctx, graph, &[], algorithm, target)
    }

    fn prepared(
        ctx: &GpuContext,
        graph: &Graph,
        part: &[NodeId],
        algorithm: ConvAlgorithm,
        target: Target,
    ) -> Result<Self, ExecError> {
        let failed = |node: &str, cause: String| ExecError::Device { node: node.to_owned(), cause };
        let fused = fuse(graph, part).map_err(|cause| failed("graph", cause))?;
        let tasks = Tasks::new(&fused, target);
        let (starts, values) = tasks.place(&fused);
        check_size(ctx, "graph", "its maps together", values as u64 * 4)?;
        // Checked: a buffer of 2^31 values is larger than any device allows.
        let starts: Vec<u32> = starts.into_iter().map(|start| start as u32).collect();
        let lowering = Lowering { graph, tasks: &tasks, starts: &starts, algorithm, target };
        let memory = ctx.guarded("graph", || {
            ctx.device().create_buffer(&BufferDescriptor {
                label: Some("maps"),
                size: (values as u64 * 4).max(256),
                usage: BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        })?;
        // Bound where a kernel would read a map of its own buffer.
        let nothing = ctx.guarded("graph", || buffer_with(ctx, "nothing", BufferUsages::STORAGE, &[]))?;
        let mut dispatches = Vec::with_capacity(tasks.tasks.len());
        let (mut slices, mut start, mut sum) = (Vec::new(), 0, 0);
        for (step, task) in &tasks.tasks {
            let name = &fused.steps[*step].name;
            for dispatch in lowering.lower(task).map_err(|cause| failed(name, cause))? {
                let prepared = prepare(ctx, name, dispatch)?;
                let binding = ctx.guarded(name, || bind(ctx, &prepared, &memory, &nothing))?;
                let (pipeline, grid) = (prepared.pipeline, prepared.grid);
                dispatches.push(Bound { step: *step, pipeline, binding, grid });
            }
            sum += lowering.macs(task);
            if ctx.is_timed_by_host() || sum >= SLICE_MACS[usize::from(ctx.is_software())] {
                slices.push(start..dispatches.len());
                (start, sum) = (dispatches.len(), 0);
            }
        }
        if start < dispatches.len() {
            slices.push(start..dispatches.len());
        }
        let clock = Clock::new(ctx, &vec![true; dispatches.len()])?;
        Ok(Self {
            ctx: ctx.clone(),
            graph: graph.clone(),
            fused,
            memory,
            starts,
            dispatches,
            slices,
            clock,
            running: Mutex::default(),
        })
    }

    /// What is timed, in order.
    pub fn steps(&self) -> Vec<StepInfo> {
        self.fused.steps.iter().map(|step| step.info(&self.graph)).collect()
    }

    /// The steps.
    pub const fn fused(&self) -> &Fused {
        &self.fused
    }

    /// How many dispatches one run issues: one for each step, on a software adapter also one for each
    /// mean in front of a convolution.
    pub const fn dispatches(&self) -> usize {
        self.dispatches.len()
    }

    /// Runs the steps. The inputs are in place before the clock starts; the results are read after it
    /// has stopped.
    ///
    /// # Errors
    /// [`ExecError::Input`] if the inputs do not fit, [`ExecError::Cancelled`], or if the device fails.
    pub fn run(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<FusedTrace, ExecError> {
        let _running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let (times, total_ns) = self.runs(1, inputs, ctl)?;
        let outputs = self.fused.outputs.iter().map(|view| self.read(view)).collect::<Result<_, _>>()?;
        ctl.step(self.fused.steps.len(), self.fused.steps.len())?;
        Ok(FusedTrace { outputs, times, total_ns, device: self.ctx.describe() })
    }

    /// Runs the steps twice and tells the times of the second run, without results.
    ///
    /// # Errors
    /// As [`FusedPlan::run`].
    pub fn time(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<FusedTrace, ExecError> {
        let _running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let (times, total_ns) = self.runs(2, inputs, ctl)?;
        Ok(FusedTrace { outputs: Vec::new(), times, total_ns, device: self.ctx.describe() })
    }

    /// Runs the steps so often; the times of the steps and of all of them in the last run.
    fn runs(&self, runs: usize, inputs: &[HostTensor], ctl: &Ctl) -> Result<(Vec<u64>, u64), ExecError> {
        check_inputs(&self.graph, inputs)?;
        ctl.step(0, self.fused.steps.len())?;
        self.upload(inputs, ctl)?;
        let mut last = (Vec::new(), 0);
        for _ in 0..runs {
            last = self.once(ctl)?;
        }
        Ok(last)
    }

    /// All steps once, and their times.
    fn once(&self, ctl: &Ctl) -> Result<(Vec<u64>, u64), ExecError> {
        let total = self.fused.steps.len();
        let mut by_host = vec![0; total];
        let started = Instant::now();
        for slice in &self.slices {
            let before = Instant::now();
            let first = self.dispatches[slice.start].step;
            ctl.step(first, total)?;
            let label = &self.fused.steps[first].name;
            self.ctx.guarded(label, || self.submit(slice.clone()))?;
            wait_for_queue(&self.ctx, label, Some(&ctl.cancel))?;
            by_host[first] += before.elapsed().as_nanos() as u64;
        }
        let total_ns = started.elapsed().as_nanos() as u64;
        let times = match &self.clock {
            Some(clock) => {
                let mut times = vec![0; total];
                let read = clock.read(&self.ctx)?;
                self.dispatches.iter().zip(read).for_each(|(d, time)| times[d.step] += time.ns);
                times
            }
            None if self.ctx.is_timed_by_host() => by_host,
            None => Vec::new(),
        };
        Ok((times, total_ns))
    }

    /// Writes the inputs and waits for them.
    fn upload(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<(), ExecError> {
        self.ctx.guarded("input", || {
            for (&buffer, tensor) in self.fused.inputs.iter().zip(inputs) {
                let start = u64::from(self.starts[buffer]) * 4;
                self.ctx.queue().write_buffer(&self.memory, start, bytemuck::cast_slice(tensor.data()));
            }
            self.ctx.queue().submit([]);
        })?;
        wait_for_queue(&self.ctx, "input", Some(&ctl.cancel))
    }

    /// One pass for each dispatch where it is timed, else one for all.
    fn submit(&self, slice: Range<usize>) {
        let descriptor = CommandEncoderDescriptor { label: Some("fused steps") };
        let mut encoder = self.ctx.device().create_command_encoder(&descriptor);
        let passes: Vec<Range<usize>> = match self.clock {
            Some(_) => slice.map(|i| i..i + 1).collect(),
            None => vec![slice],
        };
        for dispatches in passes {
            let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor {
                label: Some(&self.fused.steps[self.dispatches[dispatches.start].step].name),
                timestamp_writes: self.clock.as_ref().and_then(|c| c.writes(dispatches.start)),
            });
            for dispatch in &self.dispatches[dispatches] {
                pass.set_pipeline(&dispatch.pipeline);
                pass.set_bind_group(0, &dispatch.binding, &[]);
                pass.dispatch_workgroups(dispatch.grid.0, dispatch.grid.1, 1);
            }
        }
        self.ctx.queue().submit([encoder.finish()]);
    }

    /// A result, out of the memory.
    fn read(&self, view: &View) -> Result<HostTensor, ExecError> {
        let start = u64::from(self.starts[view.buffer]) * 4;
        let size = view.shape.elements() as u64 * 4;
        let raw = read_bytes(&self.ctx, "read back", &self.memory, start, size)?;
        let values: Vec<f32> = bytemuck::pod_collect_to_vec(&raw);
        if view.is_whole() {
            return Ok(HostTensor::new(view.shape, values));
        }
        let shape = Shape { c: view.channels.len(), ..view.shape };
        let plane = shape.plane();
        let mut data = Vec::with_capacity(shape.elements());
        for n in 0..shape.n {
            for &channel in &view.channels {
                data.extend_from_slice(&values[(n * view.shape.c + channel as usize) * plane..][..plane]);
            }
        }
        Ok(HostTensor::new(shape, data))
    }
}

/// Binds a dispatch to the one buffer of all maps.
fn bind(ctx: &GpuContext, step: &Step, memory: &Buffer, nothing: &Buffer) -> BindGroup {
    let reads = step.sources.iter().map(|source| match source {
        Source::Input(_) => nothing,
        Source::Constant(buffer) => buffer,
    });
    let resources = std::iter::once(&step.uniform).chain(reads).chain([memory]);
    let entries: Vec<_> = (0..)
        .zip(resources.map(Buffer::as_entire_binding))
        .map(|(binding, resource)| BindGroupEntry { binding, resource })
        .collect();
    ctx.device().create_bind_group(&BindGroupDescriptor {
        label: None,
        layout: &ctx.bind_layout(step.sources.len() as u32),
        entries: &entries,
    })
}

/// What tasks become dispatches with.
struct Lowering<'a> {
    graph: &'a Graph,
    tasks: &'a Tasks,
    starts: &'a [u32],
    algorithm: ConvAlgorithm,
    target: Target,
}

impl Lowering<'_> {
    fn lower(&self, task: &Task) -> Result<Vec<Dispatch>, String> {
        let work = match task {
            Task::Pool { from, to } => return Ok(vec![self.pool(*from, *to)]),
            Task::Step(work) => &**work,
        };
        match work {
            Work::Conv(work) => {
                let buffers: Vec<_> =
                    self.starts.iter().copied().zip(self.tasks.buffers.iter().copied()).collect();
                let memory = Memory { buffers: &buffers, maps: Maps::Together };
                Ok(vec![lower_work(work, &memory, self.algorithm, self.target)?])
            }
            Work::Node { node, inputs, output } => {
                let inputs: Vec<u32> = inputs.iter().map(|&b| self.starts[b]).collect();
                let setting = Setting {
                    inputs: &inputs,
                    output: self.starts[*output],
                    maps: Maps::Together,
                    algorithm: self.algorithm,
                    target: self.target,
                };
                lower(self.graph, self.graph.node(*node), &setting)
            }
            Work::Gate { a, b, y, weight } => Ok(vec![self.gate([a, b, y, weight])]),
            Work::Copy { from, to } => Ok(vec![self.copy(from, to)]),
        }
    }

    /// Roughly how long it takes.
    fn macs(&self, task: &Task) -> u64 {
        let values = || task.touches().iter().map(|&b| self.tasks.buffers[b].elements() as u64).sum();
        if let Task::Step(work) = task
            && let Work::Conv(conv) = &**work
        {
            return conv.macs().max(values());
        }
        values()
    }

    /// First value of a channel in image 0.
    fn channel(&self, view: &View, c: usize) -> u32 {
        self.starts[view.buffer] + view.channels[c] * view.shape.plane() as u32
    }

    fn gate(&self, views: [&View; 4]) -> Dispatch {
        let y = views[2];
        let (channels, plane) = (y.channels.len(), y.shape.plane());
        let planes = y.shape.n * channels;
        let table = (0..channels).flat_map(|c| views.map(|view| self.channel(view, c))).collect();
        let mut params = vec![channels as u32, plane as u32, planes as u32];
        params.extend(views.map(image));
        Dispatch {
            kernel: Kernel::Gate { lanes: self.target.lanes() },
            params,
            reads: vec![Read::Constant(table)],
            workgroups: planes as u64,
        }
    }

    fn copy(&self, from: &View, to: &View) -> Dispatch {
        let (channels, plane) = (to.channels.len(), to.shape.plane());
        let elements = to.shape.n * channels * plane;
        let table = (0..channels).flat_map(|c| [self.channel(from, c), self.channel(to, c)]).collect();
        Dispatch {
            kernel: Kernel::ChannelsPlace,
            params: vec![channels as u32, plane as u32, image(from), image(to), elements as u32],
            reads: vec![Read::Constant(table)],
            workgroups: elements.div_ceil(256) as u64,
        }
    }

    /// `shaders/pool2d_direct.wgsl` of windows 2x2 that do not overlap.
    fn pool(&self, from: usize, to: usize) -> Dispatch {
        let (x, y) = (self.tasks.buffers[from], self.tasks.buffers[to]);
        let mut params =
            [x.h, x.w, y.h, y.w, 2, 2, 2, 2, 1, 1, 0, 0, 0, 0, y.elements()].map(|v| v as u32).to_vec();
        params.extend([self.starts[from], self.starts[to]]);
        Dispatch {
            kernel: Kernel::Node { kernel: NodeKernel::Pool2d { average: true }, maps: Maps::Together },
            params,
            reads: vec![Read::Input(0)],
            workgroups: y.elements().div_ceil(64) as u64,
        }
    }
}

/// Values of one image of a view's buffer.
fn image(view: &View) -> u32 {
    (view.shape.c * view.shape.plane()) as u32
}
