//! Depthwise convolutions, which have a kernel of their own (`shaders/depthwise_direct.wgsl`).

use super::kernels::Kernel;
use super::lower::{Dispatch, Read, ceiling};
use super::pack::Memory;
use crate::exec::conv_work::{ConvWork, Place};

/// Most outputs per input channel; with more, a pixel that is read serves enough outputs for the
/// kernels that go through taps.
const MOST_OUTPUTS: usize = 2;

/// What the taps of a depthwise convolution have in common.
struct Depthwise {
    kernel: usize,
    dilation: i32,
    /// Outputs per input channel.
    multiplier: usize,
    /// Channel that the first output reads.
    first_input: u32,
    /// First tap's row and column, relative to the output pixel's.
    dy: i32,
    dx: i32,
}

/// The work as a dispatch, if it is a depthwise convolution between channels that follow each other.
pub(super) fn lower_depthwise(work: &ConvWork, memory: &Memory<'_>) -> Option<Dispatch> {
    let Depthwise { kernel, dilation, multiplier, first_input, dy, dx } = recognise(work)?;
    let source = &work.sources[0];
    let target = *work.targets.first()?;
    let follows =
        |first: Place, (i, place): (u32, Place)| place == Place { channel: first.channel + i, ..first };
    if !(0..).zip(work.targets.iter().copied()).all(|place| follows(target, place)) {
        return None;
    }
    let residual = match &work.residual {
        None => [0; 5],
        Some(residual) => {
            let first = residual.view.places().next()?;
            if !(0..).zip(residual.view.places()).all(|place| follows(first, place)) {
                return None;
            }
            let shape = residual.view.shape;
            let at = memory.buffers[first.buffer].0 as usize + first.channel as usize * shape.plane();
            [at, shape.c * shape.plane(), shape.h, shape.w, residual.factor]
        }
    };
    let (x, y) = (source.shape, work.shape);
    let (y_start, y_shape) = memory.buffers[target.buffer];
    let row_threads = y.w.div_ceil(4);
    let threads = y.n * y.c * y.h * row_threads;
    let head = [x.h, x.w, y.c, multiplier, y.h, y.w, source.stride];
    let places = [
        row_threads,
        threads,
        memory.buffers[source.buffer].0 as usize + first_input as usize * x.plane(),
        x.c * x.plane(),
        y_start as usize + target.channel as usize * y_shape.plane(),
        y_shape.c * y_shape.plane(),
    ];
    let mut params: Vec<u32> = head.map(|v| v as u32).to_vec();
    params.extend([dilation, -dy, -dx].map(|v| v as u32));
    params.extend(places.into_iter().chain(residual).map(|v| v as u32));
    let ceiling = work.activation.map_or(0.0, ceiling);
    params.extend([u32::from(work.activation.is_some()), ceiling.to_bits()]);

    let weights = work.groups.iter().flat_map(|g| {
        let outputs = g.outputs.len();
        (0..outputs).flat_map(move |o| g.weights.iter().skip(o).step_by(outputs).map(|w| w.to_bits()))
    });
    let kernel = Kernel::Depthwise {
        kernel: kernel as u32,
        slide: source.stride as i32 == dilation,
        maps: memory.maps,
        residual: work.residual.is_some(),
    };
    let bias = work.bias.iter().map(|b| b.to_bits()).collect();
    Some(Dispatch {
        kernel,
        params,
        reads: vec![Read::Input(0), Read::Constant(weights.collect()), Read::Constant(bias)],
        workgroups: threads.div_ceil(64) as u64,
    })
}

/// Whether each group of outputs reads a square of one channel, the same for all, channel by channel.
fn recognise(work: &ConvWork) -> Option<Depthwise> {
    let [source] = work.sources.as_slice() else { return None };
    let first = work.groups.first()?;
    let corner = first.taps.first()?;
    let multiplier = first.outputs.len();
    let kernel = first.taps.len().isqrt();
    let dilation = if kernel > 1 { i32::from(first.taps[1].dx) - i32::from(corner.dx) } else { 1 };
    if source.pooled || multiplier > MOST_OUTPUTS || dilation < 1 {
        return None;
    }
    let (dy, dx) = (i32::from(corner.dy), i32::from(corner.dx));
    let is_channel = |(g, group): (usize, &crate::exec::taps::TapGroup)| {
        let outputs = (g * multiplier..(g + 1) * multiplier).map(|o| o as u32);
        group.taps.len() == kernel * kernel
            && group.outputs.iter().copied().eq(outputs)
            && group.taps.iter().enumerate().all(|(i, tap)| {
                let (row, column) = ((i / kernel) as i32, (i % kernel) as i32);
                let place = (dy + row * dilation, dx + column * dilation);
                tap.input == corner.input + g as u32 && (i32::from(tap.dy), i32::from(tap.dx)) == place
            })
    };
    let fits =
        work.groups.iter().enumerate().all(is_channel) && work.groups.len() * multiplier == work.shape.c;
    fits.then_some(Depthwise { kernel, dilation, multiplier, first_input: corner.input, dy, dx })
}
