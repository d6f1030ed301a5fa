//! The times of the nodes by the device's own clock.

use ::wgpu::{
    BufferDescriptor, BufferUsages, ComputePassTimestampWrites, QUERY_SET_MAX_QUERIES, QuerySet,
    QuerySetDescriptor, QueryType,
};

use super::GpuContext;
use super::readback::read_bytes;
use crate::exec::{ExecError, NodeTime};

const PASSES_PER_SET: usize = QUERY_SET_MAX_QUERIES as usize / 2;

/// Two timestamps for every node with a pass: at its start and at its end.
pub(super) struct Clock {
    sets: Vec<QuerySet>,
    /// For each node the number of its pass, none if it has no pass.
    passes: Vec<Option<usize>>,
}

impl Clock {
    /// A clock for nodes of which some have a pass; `None` if the device has no timestamps.
    ///
    /// # Errors
    /// If the device fails.
    pub(super) fn new(ctx: &GpuContext, has_pass: &[bool]) -> Result<Option<Self>, ExecError> {
        if !ctx.has_timestamps() {
            return Ok(None);
        }
        let mut count = 0;
        let number = |&timed: &bool| {
            count += usize::from(timed);
            timed.then(|| count - 1)
        };
        let passes: Vec<_> = has_pass.iter().map(number).collect();
        let create = || {
            let sizes = (0..count).step_by(PASSES_PER_SET).map(|start| (count - start).min(PASSES_PER_SET));
            let set = |passes: usize| {
                ctx.device().create_query_set(&QuerySetDescriptor {
                    label: Some("node times"),
                    ty: QueryType::Timestamp,
                    count: passes as u32 * 2,
                })
            };
            sizes.map(set).collect()
        };
        Ok(Some(Self { sets: ctx.guarded("clock", create)?, passes }))
    }

    /// What the pass of a node writes.
    pub(super) fn writes(&self, node: usize) -> Option<ComputePassTimestampWrites<'_>> {
        let pass = self.passes[node]?;
        let first = (pass % PASSES_PER_SET) as u32 * 2;
        Some(ComputePassTimestampWrites {
            query_set: self.sets.get(pass / PASSES_PER_SET)?,
            beginning_of_pass_write_index: Some(first),
            end_of_pass_write_index: Some(first + 1),
        })
    }

    /// The times of all nodes, 0 for those without a pass. All passes must have been submitted.
    ///
    /// # Errors
    /// If the device fails.
    pub(super) fn read(&self, ctx: &GpuContext) -> Result<Vec<NodeTime>, ExecError> {
        let count = self.passes.iter().flatten().count();
        let mut ticks: Vec<u64> = Vec::with_capacity(2 * count);
        for (i, set) in self.sets.iter().enumerate() {
            let queries = 2 * (count - i * PASSES_PER_SET).min(PASSES_PER_SET) as u32;
            let bytes = u64::from(queries) * 8;
            let resolved = ctx.guarded("clock", || {
                let buffer = ctx.device().create_buffer(&BufferDescriptor {
                    label: Some("node times"),
                    size: bytes,
                    usage: BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC,
                    mapped_at_creation: false,
                });
                let mut encoder = ctx.device().create_command_encoder(&Default::default());
                encoder.resolve_query_set(set, 0..queries, &buffer, 0);
                ctx.queue().submit([encoder.finish()]);
                buffer
            })?;
            let raw = read_bytes(ctx, "clock", &resolved, 0, bytes)?;
            ticks.extend(raw.chunks_exact(8).map(|b| b.iter().rev().fold(0, |v, &b| v << 8 | u64::from(b))));
        }
        let period_ns = f64::from(ctx.queue().get_timestamp_period());
        let time = |pass: &Option<usize>| {
            let ticks = pass.map_or(0, |p| ticks[2 * p + 1].saturating_sub(ticks[2 * p]));
            NodeTime { ns: (ticks as f64 * period_ns) as u64 }
        };
        Ok(self.passes.iter().map(time).collect())
    }
}
