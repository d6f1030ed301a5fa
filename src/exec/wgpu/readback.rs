//! Fetching values from the device.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::wgpu::{Buffer, BufferDescriptor, BufferUsages, MapMode};

use super::GpuContext;
use super::wait::poll_until;
use crate::exec::{ExecError, Value};
use crate::tensor::HostTensor;

/// A value in host memory: fetched from the device that computed it, or shared if it is there.
///
/// # Errors
/// If the value is not of this device, or if the device fails.
pub fn read_back(ctx: &GpuContext, value: &Value) -> Result<HostTensor, ExecError> {
    match value {
        Value::Host(tensor) => Ok(tensor.clone()),
        Value::Device { shape, buffer } => {
            let bytes = read_bytes(ctx, "read back", buffer, 0, shape.elements() as u64 * 4)?;
            Ok(HostTensor::new(*shape, bytemuck::pod_collect_to_vec(&bytes)))
        }
    }
}

/// `size` bytes of a buffer from `start` on, both multiples of 4.
pub(super) fn read_bytes(
    ctx: &GpuContext,
    label: &str,
    buffer: &Buffer,
    start: u64,
    size: u64,
) -> Result<Vec<u8>, ExecError> {
    let failed = |cause: String| ExecError::Device { node: label.to_owned(), cause };
    let done = Arc::new(AtomicBool::new(false));
    let mapped = Arc::new(AtomicBool::new(false));
    let (done_flag, mapped_flag) = (Arc::clone(&done), Arc::clone(&mapped));
    let staging = ctx.guarded(label, || {
        let staging = ctx.device().create_buffer(&BufferDescriptor {
            label: Some("read back"),
            size,
            usage: BufferUsages::COPY_DST | BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder = ctx.device().create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(buffer, start, &staging, 0, size);
        ctx.queue().submit([encoder.finish()]);
        staging.map_async(MapMode::Read, .., move |result| {
            mapped_flag.store(result.is_ok(), Ordering::Release);
            done_flag.store(true, Ordering::Release);
        });
        staging
    })?;
    poll_until(ctx, label, &done, None)?;
    if !mapped.load(Ordering::Acquire) {
        return Err(failed("the device refused to map the result".into()));
    }
    let view = staging.get_mapped_range(..).map_err(|e| failed(e.to_string()))?;
    Ok(view.to_vec())
}
