//! Factors from the output of a convolution to its input: the part of the walk that takes its time.

use rayon::prelude::*;

use super::Factors;
use crate::graph::{Conv2d, Extent};

/// One two-dimensional kernel that reads a channel.
struct Reader {
    /// Output channel.
    output: usize,
    /// Place of its first tap in the kernel tensor.
    first: usize,
    /// Its taps that exist.
    extent: Extent,
}

/// `sum over all pixels of factor * bias`.
pub(super) fn bias(from: &Factors, bias: &[f32]) -> f64 {
    let channels = from.values.chunks(from.shape.plane().max(1)).zip(bias);
    channels.map(|(plane, &b)| plane.iter().sum::<f64>() * f64::from(b)).sum()
}

/// Adds `factor * weight` of every multiply-add to the factor of the input that it read.
///
/// # Shapes
/// `kernel` is `[O, slots, k, k]`; `from` has all `out_channels = O` channels, `to` all inputs.
pub(super) fn back(conv: &Conv2d, kernel: &[f32], from: &Factors, out_channels: usize, to: &mut Factors) {
    let in_channels = to.shape.c;
    if to.shape.plane() == 0 || from.shape.plane() == 0 {
        return;
    }
    let slots = conv.wiring.slots(in_channels);
    let taps = conv.kernel * conv.kernel;
    let mut readers: Vec<Vec<Reader>> = (0..in_channels).map(|_| Vec::new()).collect();
    let planes: Vec<&[f64]> = from.values.chunks(from.shape.plane()).collect();
    for (output, plane) in planes.iter().enumerate() {
        // A ReLU that holds back closes many of them.
        if plane.iter().all(|f| *f == 0.0) {
            continue;
        }
        conv.wiring.for_each_kernel(output, in_channels, out_channels, |k2d| {
            let first = (output * slots + k2d.slot as usize) * taps;
            readers[k2d.input as usize].push(Reader { output, first, extent: k2d.extent });
        });
    }
    let (region, shape) = (to.region, to.shape);
    let stride = conv.stride as i64;
    // What a tap reads for the first row or column of `from`, as a place in `to`.
    let first = |tap: usize, from: i64, before: usize, to: i64| {
        from * stride + (tap * conv.dilation) as i64 - before as i64 - to
    };
    // Which of `count` rows or columns read one of `side` places, where the first reads `start`.
    let inside = |start: i64, count: usize, side: usize| {
        let low = if start < 0 { (-start + stride - 1) / stride } else { 0 };
        let high = if start >= side as i64 { 0 } else { (side as i64 - 1 - start) / stride + 1 };
        low as usize..(high.max(low) as usize).min(count.max(low as usize))
    };
    to.values.par_chunks_mut(shape.plane()).zip(readers).for_each(|(plane, readers)| {
        for Reader { output, first: weights, extent } in readers {
            for cell in extent.taps(conv.kernel) {
                let w = f64::from(kernel[weights + cell]);
                let y0 = first(cell / conv.kernel, from.region.y0, conv.padding.top, region.y0);
                let x0 = first(cell % conv.kernel, from.region.x0, conv.padding.left, region.x0);
                let columns = inside(x0, from.shape.w, shape.w);
                if columns.is_empty() {
                    continue;
                }
                let start = (x0 + columns.start as i64 * stride) as usize;
                for row in inside(y0, from.shape.h, shape.h) {
                    let y = (y0 + row as i64 * stride) as usize;
                    let given = &planes[output][row * from.shape.w..][columns.clone()];
                    let taken = plane[y * shape.w + start..(y + 1) * shape.w].iter_mut();
                    if conv.stride == 1 {
                        taken.zip(given).for_each(|(to, f)| *to += w * f);
                    } else {
                        taken.step_by(conv.stride).zip(given).for_each(|(to, f)| *to += w * f);
                    }
                }
            }
        }
    });
}
