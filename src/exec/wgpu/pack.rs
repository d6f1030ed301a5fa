//! A convolution as the buffers of `shaders/common/conv.wgsl`.

use super::kernels::Maps;
use crate::exec::conv_work::{ConvWork, Source};
use crate::exec::taps::TapGroup;
use crate::tensor::Shape;

/// Where the buffers of a convolution lie.
pub(super) struct Memory<'a> {
    /// First value and shape of each.
    pub(super) buffers: &'a [(u32, Shape)],
    pub(super) maps: Maps,
}

/// The storage buffers, as 32-bit words.
#[derive(Default)]
pub(super) struct Packed {
    pub(super) taps: Vec<u32>,
    pub(super) blocks: Vec<u32>,
    pub(super) outputs: Vec<u32>,
    pub(super) weights: Vec<u32>,
    /// Blocks of outputs; each has one entry in `blocks` for every source.
    pub(super) block_count: usize,
}

/// Fills the last vector of a group's outputs; the kernels write nothing there.
const NO_CHANNEL: u32 = u32::MAX;

/// Rows and columns from an output pixel back to the first ones that a source's taps read.
pub(super) fn corner(work: &ConvWork, source: usize) -> (i32, i32) {
    let taps = || work.groups.iter().flat_map(|g| &g.taps).filter(|t| usize::from(t.source) == source);
    let first = |of: fn(&crate::exec::taps::Tap) -> i16| taps().map(of).min().unwrap_or(0);
    (-i32::from(first(|t| t.dy)), -i32::from(first(|t| t.dx)))
}

/// Whether some tap falls outside its map.
pub(super) fn is_padded(work: &ConvWork) -> bool {
    work.groups.iter().flat_map(|g| &g.taps).any(|tap| {
        let source = &work.sources[usize::from(tap.source)];
        let (h, w) = source.seen();
        let outside = |d: i16, out: usize, size: usize| {
            let last = (out.saturating_sub(1) * source.stride) as i64 + i64::from(d);
            d < 0 || last >= size as i64
        };
        outside(tap.dy, work.shape.h, h) || outside(tap.dx, work.shape.w, w)
    })
}

/// Packs the groups in blocks of at most `block_outputs` outputs. The weights of a tap are padded with
/// zeros to a multiple of `vector_multiple` vectors of 4 outputs.
pub(super) fn pack(
    work: &ConvWork,
    memory: &Memory<'_>,
    block_outputs: usize,
    vector_multiple: usize,
) -> Packed {
    let corners: Vec<_> = (0..work.sources.len()).map(|s| corner(work, s)).collect();
    let mut packed = Packed::default();
    for group in &work.groups {
        pack_group(&mut packed, work, group, memory, &corners, (block_outputs, vector_multiple));
    }
    packed
}

fn pack_group(
    packed: &mut Packed,
    work: &ConvWork,
    group: &TapGroup,
    memory: &Memory<'_>,
    corners: &[(i32, i32)],
    (block_outputs, vector_multiple): (usize, usize),
) {
    let count = group.outputs.len();
    let vectors = count.div_ceil(4).next_multiple_of(vector_multiple);
    let (first_output, first_weight) = (packed.outputs.len() / 4, packed.weights.len() / 4);
    let mut order: Vec<usize> = (0..group.taps.len()).collect();
    order.sort_by_key(|&t| group.taps[t].source);

    // For each source its taps' place and number, and their weights' place.
    let mut parts = Vec::with_capacity(work.sources.len());
    let mut before = 0;
    for s in 0..work.sources.len() {
        let taps = order[before..].iter().take_while(|&&t| usize::from(group.taps[t].source) == s).count();
        parts.push([packed.taps.len() / 2 + before, taps, first_weight + before * vectors]);
        before += taps;
    }
    for &t in &order {
        let tap = &group.taps[t];
        let (top, left) = corners[usize::from(tap.source)];
        let source = &work.sources[usize::from(tap.source)];
        let (dy, dx) = (i32::from(tap.dy) + top, i32::from(tap.dx) + left);
        let (plane, w) = (source.shape.plane() as i32, source.shape.w as i32);
        let offset = tap.input as i32 * plane + (dy * w + dx) * scale(source);
        packed.taps.extend([offset as u32, (dy | dx << 16) as u32]);
        let row = &group.weights[t * count..(t + 1) * count];
        packed.weights.extend(row.iter().map(|w| w.to_bits()));
        packed.weights.resize(packed.weights.len() + 4 * vectors - count, 0);
    }
    for &o in &group.outputs {
        let target = work.targets[o as usize];
        let (start, shape) = memory.buffers[target.buffer];
        let residual = work.residual.as_ref().map_or(0, |r| {
            memory.buffers[r.view.buffer].0 + r.view.channels[o as usize] * r.view.shape.plane() as u32
        });
        let plane = shape.plane();
        packed.outputs.extend([
            start + target.channel * plane as u32,
            (shape.c * plane) as u32,
            work.bias[o as usize].to_bits(),
            residual,
        ]);
    }
    for _ in count..4 * vectors {
        packed.outputs.extend([NO_CHANNEL, 0, 0, 0]);
    }
    for first in (0..count).step_by(block_outputs) {
        let block_vectors = (vectors - first / 4).min(block_outputs.div_ceil(4));
        packed.block_count += 1;
        for &[tap_start, taps, weight_start] in &parts {
            let weight_start = weight_start + first / 4;
            let block =
                [tap_start, taps, first_output + first, block_vectors, weight_start, vectors, first % 4, 0];
            packed.blocks.extend(block.map(|v| v as u32));
        }
    }
}

/// Pixels of the map per pixel that the taps see.
pub(super) const fn scale(source: &Source) -> i32 {
    if source.pooled { 2 } else { 1 }
}
