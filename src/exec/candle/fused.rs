//! A graph run for its results alone: in fused steps, in memory that is kept from run to run.
//!
//! This is what a runtime does, and so what is measured. [`super::CandlePlan`] computes every node by
//! itself, because somebody wants to look at it.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::awake::awake;
use super::buffer::{LINE, MIN_TASK, Shared, as_unwritten, from_line};
use super::conv::{Memory, PackedConv};
use super::elementwise::{copy, share};
use super::machine;
use super::simd::Level;
use super::spread::spread;
use super::step::Step;
use crate::exec::conv_work::View;
use crate::exec::fuse::{Fused, StepInfo, Work, fuse};
use crate::exec::{Ctl, ExecError, FusedTrace, check_inputs};
use crate::graph::{Graph, NodeId};
use crate::tensor::{HostTensor, Shape};

/// A graph made ready to run for its results.
#[derive(Debug)]
pub struct FusedPlan {
    graph: Graph,
    fused: Fused,
    steps: Vec<Packed>,
    /// Where each buffer begins in the arena, at a cache line.
    starts: Vec<usize>,
    arena: Mutex<Arena>,
    level: Level,
    device: String,
}

/// What is packed for a step.
#[derive(Debug)]
enum Packed {
    Conv(Box<PackedConv>),
    Node(Step),
    Other,
}

/// Memory of all buffers and of the copies that convolutions make.
#[derive(Debug)]
struct Arena {
    values: Vec<f32>,
    scratch: Vec<f32>,
}

impl FusedPlan {
    /// Fuses the graph and packs its weights.
    ///
    /// # Errors
    /// [`ExecError::Device`] if a map is too large.
    pub fn new(graph: &Graph) -> Result<Self, ExecError> {
        Self::with_part(graph, &[])
    }

    /// The same, with steps of their own for the nodes of `part`, see [`fuse`].
    ///
    /// # Errors
    /// As [`FusedPlan::new`].
    pub fn with_part(graph: &Graph, part: &[NodeId]) -> Result<Self, ExecError> {
        let level = Level::best();
        let failed = |node: &str, cause: String| ExecError::Device { node: node.to_owned(), cause };
        let mut fused = fuse(graph, part).map_err(|cause| failed("graph", cause))?;
        fused.join_gates();
        fused.join_depthwise();
        let mut starts = Vec::with_capacity(fused.buffers.len());
        let mut end = 0;
        for shape in &fused.buffers {
            starts.push(end);
            end += shape.elements().next_multiple_of(LINE) + LINE;
        }
        let memory = Memory { buffers: starts.iter().copied().zip(fused.buffers.iter().copied()).collect() };
        let pack = |step: &crate::exec::fuse::Step| match &step.work {
            Work::Conv(work) => {
                let packed = PackedConv::new(level, work, &memory).map_err(|e| failed(&step.name, e))?;
                Ok(Packed::Conv(Box::new(packed)))
            }
            Work::Node { node, .. } => Ok(Packed::Node(Step::new(graph, graph.node(*node), level)?)),
            Work::Gate { .. } | Work::Copy { .. } => Ok(Packed::Other),
        };
        let steps = fused.steps.iter().map(pack).collect::<Result<Vec<_>, ExecError>>()?;
        let scratch = |step: &Packed| if let Packed::Conv(conv) = step { conv.scratch() } else { 0 };
        let scratch = steps.iter().map(scratch).max().unwrap_or(0);
        let memory = |len: usize| vec![0.0_f32; len + LINE];
        let arena = Mutex::new(Arena { values: memory(end), scratch: memory(scratch) });
        Ok(Self {
            graph: graph.clone(),
            fused,
            steps,
            starts,
            arena,
            level,
            device: machine::describe(level),
        })
    }

    /// What is timed, in order.
    pub fn steps(&self) -> Vec<StepInfo> {
        self.fused.steps.iter().map(|step| step.info(&self.graph)).collect()
    }

    /// Runs the steps. The inputs are copied into place before the clock starts.
    ///
    /// # Errors
    /// [`ExecError::Input`] if the inputs do not fit, [`ExecError::Cancelled`].
    pub fn run(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<FusedTrace, ExecError> {
        let mut arena = self.arena.lock().unwrap_or_else(PoisonError::into_inner);
        let (times, total_ns) = self.runs(1, &mut arena, inputs, ctl)?;
        let values = from_line(&mut arena.values);
        let outputs = self.fused.outputs.iter().map(|view| self.read(view, values)).collect();
        Ok(FusedTrace { outputs, times, total_ns, device: self.device.clone() })
    }

    /// Runs the steps twice and tells the times of the second run, without results.
    ///
    /// # Errors
    /// As [`FusedPlan::run`].
    pub fn time(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<FusedTrace, ExecError> {
        let mut arena = self.arena.lock().unwrap_or_else(PoisonError::into_inner);
        let (times, total_ns) = self.runs(2, &mut arena, inputs, ctl)?;
        Ok(FusedTrace { outputs: Vec::new(), times, total_ns, device: self.device.clone() })
    }

    /// Runs the steps so often; the times of the steps and of all of them in the last run.
    fn runs(
        &self,
        runs: usize,
        arena: &mut Arena,
        inputs: &[HostTensor],
        ctl: &Ctl,
    ) -> Result<(Vec<u64>, u64), ExecError> {
        check_inputs(&self.graph, inputs)?;
        let Arena { values, scratch } = arena;
        let (values, scratch) = (from_line(values), from_line(scratch));
        // One way into the threads for all of it; the clock starts when they are awake and have the inputs: what
        // computes a map leaves it in the caches of all threads.
        awake(|| {
            for (&buffer, tensor) in self.fused.inputs.iter().zip(inputs) {
                let memory = &mut values[self.starts[buffer]..][..tensor.shape().elements()];
                copy(tensor.data(), as_unwritten(memory));
            }
            let mut last = (Vec::new(), 0);
            for _ in 0..runs {
                last = self.once(values, scratch, ctl)?;
            }
            Ok(last)
        })
    }

    /// All steps once, and their times.
    fn once(&self, values: &mut [f32], scratch: &mut [f32], ctl: &Ctl) -> Result<(Vec<u64>, u64), ExecError> {
        let mut times = Vec::with_capacity(self.steps.len());
        let start = Instant::now();
        for (i, packed) in self.steps.iter().enumerate() {
            ctl.step(i, self.steps.len())?;
            let before = Instant::now();
            self.step(packed, &self.fused.steps[i].work, values, scratch);
            times.push(before.elapsed().as_nanos() as u64);
        }
        Ok((times, start.elapsed().as_nanos() as u64))
    }

    fn step(&self, packed: &Packed, work: &Work, values: &mut [f32], scratch: &mut [f32]) {
        match (packed, work) {
            (Packed::Conv(conv), _) => {
                let memory = values.as_mut_ptr();
                // SAFETY: the arena holds every buffer the convolution was packed for; the graph's
                // order makes what it reads ready, and it does not read the channels it writes.
                unsafe { conv.run_at(memory, memory, as_unwritten(scratch)) };
            }
            (Packed::Node(step), Work::Node { node, inputs, output }) => {
                let node = self.graph.node(*node);
                let from: Vec<Shape> = inputs.iter().map(|&b| self.fused.buffers[b]).collect();
                let range = self.starts[*output]..self.starts[*output] + node.shape.elements();
                // Buffers lie one after another, and a node reads only earlier ones.
                let (before, after) = values.split_at_mut(range.start);
                let x: Vec<&[f32]> = inputs
                    .iter()
                    .zip(&from)
                    .map(|(&b, shape)| &before[self.starts[b]..self.starts[b] + shape.elements()])
                    .collect();
                step.run(&x, &from, node.shape, as_unwritten(&mut after[..range.len()]));
            }
            (_, Work::Gate { a, b, y, weight }) => self.gate(values, [a, b, y, weight]),
            (_, Work::Copy { from, to }) => {
                let (plane, channels) = (from.shape.plane(), from.channels.len());
                let memory = Shared::new(values);
                let count = from.shape.n * channels;
                spread(count, count * plane / MIN_TASK, |i| {
                    let (n, c) = (i / channels, i % channels);
                    let source = memory.at(self.plane(from, n, from.channels[c]));
                    let target = memory.at(self.plane(to, n, to.channels[c]));
                    // SAFETY: both planes lie in the arena, and each target is one item's.
                    unsafe { std::ptr::copy(source, target, plane) };
                });
            }
            (_, Work::Conv(_) | Work::Node { .. }) => unreachable!("packed as what it is"),
        }
    }

    /// Where a channel of a view's buffer begins in the arena.
    fn plane(&self, view: &View, n: usize, channel: u32) -> usize {
        self.starts[view.buffer] + (n * view.shape.c + channel as usize) * view.shape.plane()
    }

    /// `w = softmax(mean a, mean b)`, `y = w a + (1 - w) b`, plane by plane.
    fn gate(&self, values: &mut [f32], [a, b, y, weight]: [&View; 4]) {
        let (plane, channels) = (y.shape.plane(), y.channels.len());
        let memory = Shared::new(values);
        let count = y.shape.n * channels;
        spread(count, count * plane / MIN_TASK, |i| {
            let (n, c) = (i / channels, i % channels);
            let at = |view: &View| self.plane(view, n, view.channels[c]);
            // SAFETY: each plane of `y` and each weight is one item's; `a` and `b` are only read, and
            // lie in other channels.
            let (a, b, y, w) = unsafe {
                (
                    std::slice::from_raw_parts(memory.at(at(a)).cast_const(), plane),
                    std::slice::from_raw_parts(memory.at(at(b)).cast_const(), plane),
                    std::slice::from_raw_parts_mut(memory.at(at(y)), plane),
                    &mut *memory.at(at(weight)),
                )
            };
            let mean = |x| self.level.sum(x) / plane as f64;
            *w = share(mean(a), mean(b));
            y.copy_from_slice(a);
            self.level.blend(y, *w, b);
        });
    }

    /// A result, out of the arena.
    fn read(&self, view: &View, values: &[f32]) -> HostTensor {
        let shape = Shape { c: view.channels.len(), ..view.shape };
        let mut data = Vec::with_capacity(shape.elements());
        for n in 0..shape.n {
            for &channel in &view.channels {
                data.extend_from_slice(&values[self.plane(view, n, channel)..][..shape.plane()]);
            }
        }
        HostTensor::new(shape, data)
    }
}
