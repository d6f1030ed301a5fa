//! Running a plan: uploading inputs, submitting slices, reading the device's clock.

use std::sync::PoisonError;
use std::time::Instant;

use ::wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, Buffer, BufferDescriptor, BufferUsages, CommandEncoder,
    ComputePassDescriptor,
};

use super::clock::Clock;
use super::plan::{Source, Step, WgpuPlan, value_bytes};
use super::wait::wait_for_queue;
use crate::exec::{Ctl, ExecError, NodeTime, TimeMethod, Trace, Value, check_inputs};
use crate::tensor::HostTensor;

impl WgpuPlan {
    /// Runs the graph. The values stay on the device.
    ///
    /// # Errors
    /// If an input is missing or has another shape, if cancelled, or if the device fails.
    pub fn run(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<Trace, ExecError> {
        check_inputs(&self.graph, inputs)?;
        let total = self.graph.nodes().len();
        ctl.step(0, total)?;
        let buffers = self.value_buffers()?;
        self.upload(inputs, &buffers, ctl)?;
        let timed: Vec<bool> = self.steps.iter().map(|s| !s.is_empty()).collect();
        let clock = Clock::new(&self.ctx, &timed)?;

        let alone: Vec<_>;
        let slices = if self.ctx.is_timed_by_host() {
            alone = (0..total).filter(|&i| timed[i]).map(|i| i..i + 1).collect();
            &alone
        } else {
            &self.slices
        };
        let mut by_host = vec![NodeTime { ns: 0 }; total];
        let started = Instant::now();
        for slice in slices {
            let before = Instant::now();
            ctl.step(slice.start, total)?;
            let label = &self.graph.nodes()[slice.start].name;
            self.ctx.guarded(label, || {
                let mut encoder = self.ctx.device().create_command_encoder(&Default::default());
                for i in slice.clone() {
                    self.encode(&mut encoder, i, &buffers, clock.as_ref());
                }
                self.ctx.queue().submit([encoder.finish()]);
            })?;
            wait_for_queue(&self.ctx, label, Some(&ctl.cancel))?;
            by_host[slice.start].ns = before.elapsed().as_nanos() as u64;
        }
        let total_ns = started.elapsed().as_nanos() as u64;
        let (method, times) = match clock {
            Some(clock) => (TimeMethod::TimestampQuery, clock.read(&self.ctx)?),
            None if self.ctx.is_timed_by_host() => (TimeMethod::HostClock, by_host),
            None => (TimeMethod::None, Vec::new()),
        };
        ctl.step(total, total)?;

        let nodes = self.graph.nodes().iter();
        Ok(Trace {
            values: nodes.zip(buffers).map(|(n, buffer)| Value::Device { shape: n.shape, buffer }).collect(),
            method,
            times,
            total_ns,
            device: self.ctx.describe(),
        })
    }

    /// One buffer per node: new ones, or those of the run before.
    fn value_buffers(&self) -> Result<Vec<Buffer>, ExecError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.is_empty() {
            return Ok(kept.clone());
        }
        let buffers: Result<Vec<_>, _> = self
            .graph
            .nodes()
            .iter()
            .map(|node| {
                let descriptor = BufferDescriptor {
                    label: Some(&node.name),
                    size: value_bytes(node),
                    usage: BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                };
                self.ctx.guarded(&node.name, || self.ctx.device().create_buffer(&descriptor))
            })
            .collect();
        let buffers = buffers?;
        if self.options.reuse_buffers {
            kept.clone_from(&buffers);
        }
        Ok(buffers)
    }

    /// Writes the inputs and waits for them, so that the copies are not part of the run's time.
    fn upload(&self, inputs: &[HostTensor], buffers: &[Buffer], ctl: &Ctl) -> Result<(), ExecError> {
        self.ctx.guarded("input", || {
            for (&id, tensor) in self.graph.inputs().iter().zip(inputs) {
                let bytes = bytemuck::cast_slice(tensor.data());
                self.ctx.queue().write_buffer(&buffers[id.index()], 0, bytes);
            }
            self.ctx.queue().submit([]);
        })?;
        wait_for_queue(&self.ctx, "input", Some(&ctl.cancel))
    }

    /// One pass for one node; nothing for nodes without dispatches.
    fn encode(&self, encoder: &mut CommandEncoder, i: usize, buffers: &[Buffer], clock: Option<&Clock>) {
        let steps = &self.steps[i];
        if steps.is_empty() {
            return;
        }
        let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor {
            label: Some(&self.graph.nodes()[i].name),
            timestamp_writes: clock.and_then(|c| c.writes(i)),
        });
        for step in steps.iter() {
            let binding = self.bind(step, i, buffers);
            pass.set_pipeline(&step.pipeline);
            pass.set_bind_group(0, &binding, &[]);
            pass.dispatch_workgroups(step.grid.0, step.grid.1, 1);
        }
    }

    fn bind(&self, step: &Step, i: usize, buffers: &[Buffer]) -> BindGroup {
        let node = &self.graph.nodes()[i];
        let reads = step.sources.iter().map(|source| match source {
            Source::Input(input) => &buffers[node.inputs[*input].index()],
            Source::Constant(buffer) => buffer,
        });
        let resources =
            std::iter::once(&step.uniform).chain(reads).chain([&buffers[i]]).map(Buffer::as_entire_binding);
        let entries: Vec<_> =
            (0..).zip(resources).map(|(binding, resource)| BindGroupEntry { binding, resource }).collect();
        self.ctx.device().create_bind_group(&BindGroupDescriptor {
            label: None,
            layout: &self.ctx.bind_layout(step.sources.len() as u32),
            entries: &entries,
        })
    }
}
