//! The products of all pairs of channels on a graphics adapter.

use std::sync::Arc;

use crate::exec::backend::{Device, Plan};
use crate::exec::wgpu::GpuContext;
use crate::exec::{CancelToken, Ctl, ExecError};
use crate::graph::{Builder, Graph, GraphError, Origin, Weight, WeightSource};
use crate::tensor::{HostTensor, Shape};

/// With fewer channels the CPU is done before the values have been brought to the adapter.
const LEAST: usize = 512;

/// The adapter, where it is worth its way: a GPU, and many channels.
pub(super) fn worthwhile(device: &Device, channels: usize) -> Option<&GpuContext> {
    match device {
        Device::Wgpu(context) if channels >= LEAST && !context.is_software() => Some(context),
        Device::Wgpu(_) | Device::Candle | Device::Reference => None,
    }
}

/// `rows[i] . rows[j]` of `channels` rows of equal length, `channels x channels`, in f32: a 1x1 convolution whose
/// pixels are the channels, whose channels are the pixels and whose filters are the rows, so that the executor's
/// own tiled kernel does it.
pub(super) fn products(
    context: &GpuContext,
    rows: Vec<f32>,
    channels: usize,
    cancel: &CancelToken,
) -> Result<HostTensor, ExecError> {
    let pixels = rows.len() / channels;
    let mut transposed = vec![0.0; rows.len()];
    for (i, row) in rows.chunks_exact(pixels).enumerate() {
        row.iter().enumerate().for_each(|(p, &v)| transposed[p * channels + i] = v);
    }
    let shape = Shape::new(1, pixels, 1, channels);
    let graph = graph(rows, shape, channels)
        .map_err(|e| ExecError::Device { node: "similarity".into(), cause: e.to_string() })?;
    let device = Device::Wgpu(context.clone());
    let plan = Plan::new(&device, &graph)?;
    let ctl = Ctl { cancel: cancel.clone(), progress: None };
    let trace = plan.run(&[HostTensor::new(shape, transposed)], &ctl)?;
    device.read(trace.value(graph.outputs()[0].1))
}

fn graph(rows: Vec<f32>, shape: Shape, channels: usize) -> Result<Graph, GraphError> {
    let mut source = Rows(Arc::new(rows));
    let mut b = Builder::new(&mut source);
    let x = b.input("maps", shape)?;
    b.pointwise("products", x, channels)?;
    Ok(b.finish())
}

/// The rows as the one kernel; there is no bias.
struct Rows(Arc<Vec<f32>>);

impl WeightSource for Rows {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        let weight = || Weight {
            name: name.to_owned(),
            dims: dims.to_vec(),
            values: Arc::clone(&self.0),
            origin: Origin::Given,
        };
        Ok((!optional).then(weight))
    }
}
