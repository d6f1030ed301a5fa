//! A convolution as a dispatch: which kernel, and the packed taps, groups, outputs and weights it
//! reads (layouts: `shaders/common/conv.wgsl`, `shaders/depthwise_direct.wgsl`).

use super::kernels::{ConvTile, DirectBlock, Kernel};
use super::lower::{Dispatch, Read};
use crate::exec::taps::{self, TapGroup};
use crate::graph::{Conv2d, Padding, Weight, Wiring};
use crate::tensor::Shape;

/// Which kernel runs the convolutions of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ConvAlgorithm {
    /// By the kind of adapter and the convolution's shape.
    #[default]
    Auto,
    /// `conv2d_tiled.wgsl` for all.
    Tiled,
    /// `conv2d_direct.wgsl` for all.
    Direct,
    /// `conv2d_naive.wgsl` for all: the yardstick.
    Naive,
}

/// Everything the lowering of one convolution needs.
pub(super) struct ConvNode<'a> {
    pub(super) conv: &'a Conv2d,
    pub(super) kernel: &'a Weight,
    pub(super) bias: Option<&'a Weight>,
    pub(super) x: Shape,
    pub(super) y: Shape,
}

/// One convolution as one dispatch.
///
/// # Errors
/// If it does not fit the packed form.
pub(super) fn lower_conv(
    node: &ConvNode<'_>,
    algorithm: ConvAlgorithm,
    software: bool,
) -> Result<Dispatch, String> {
    let multiplier = node.y.c / node.x.c;
    let depthwise = node.conv.wiring == Wiring::Grouped(node.x.c) && multiplier <= 2;
    if algorithm == ConvAlgorithm::Auto && depthwise {
        return Ok(lower_depthwise(node));
    }
    let groups = taps::group(&taps::rows(node.conv, node.kernel, node.x.c, 0, |input| input)?);
    let kernel = choose(node, &groups, algorithm, software);
    lower_tap_groups(node, &groups, kernel)
}

/// The kernel for a convolution whose outputs fall into `groups`.
fn choose(node: &ConvNode<'_>, groups: &[TapGroup], algorithm: ConvAlgorithm, software: bool) -> Kernel {
    let padded = node.conv.padding != Padding::default();
    let outputs = groups.iter().map(|g| g.outputs.len()).max().unwrap_or(1);
    let pixels = node.y.n * node.y.plane();
    let tiled = || Kernel::ConvTiled { tile: tile_for(outputs, pixels, groups.len()), padded };
    let direct = || {
        let lanes = if software { 8 } else { 64 };
        Kernel::ConvDirect { block: block_for(outputs, pixels, lanes as usize), padded, lanes }
    };
    match algorithm {
        ConvAlgorithm::Naive => Kernel::ConvNaive,
        ConvAlgorithm::Tiled => tiled(),
        ConvAlgorithm::Direct => direct(),
        // The smallest tile has 8 outputs: most of it would be empty.
        ConvAlgorithm::Auto if software || outputs <= 2 => direct(),
        ConvAlgorithm::Auto => tiled(),
    }
}

/// Workgroups below which a GPU is partly idle.
const BUSY: usize = 64;

/// The tile that ends first: the fewest values past the edges, but not a handful of large tiles
/// that leave most of a GPU idle.
fn tile_for(outputs: usize, pixels: usize, groups: usize) -> ConvTile {
    let time = |tile: &ConvTile| {
        let (o, p) = tile.block();
        let blocks = outputs.div_ceil(o) * pixels.div_ceil(p) * groups;
        // A smaller tile uses what it loaded less often, which makes it dearer per value.
        blocks.max(BUSY) * (o * p + 16 * (o + p))
    };
    ConvTile::ALL.into_iter().min_by_key(time).unwrap_or(ConvTile::Large)
}

/// The block of a thread that reads the fewest words in all. The reading is what takes the time:
/// for each tap its two words, the weights of the outputs, the values of the pixels.
fn block_for(outputs: usize, pixels: usize, lanes: usize) -> DirectBlock {
    let words = |block: &DirectBlock| {
        let (o, p) = block.sides();
        outputs.div_ceil(o) * pixels.div_ceil(p * lanes) * (2 + o + p)
    };
    DirectBlock::ALL.into_iter().min_by_key(words).unwrap_or(DirectBlock::Wide)
}

fn lower_tap_groups(node: &ConvNode<'_>, groups: &[TapGroup], kernel: Kernel) -> Result<Dispatch, String> {
    let (block_outputs, block_pixels, vector_multiple) = match kernel {
        Kernel::ConvTiled { tile, .. } => (tile.block().0, tile.block().1, 1),
        Kernel::ConvDirect { block, lanes, .. } => {
            let (outputs, pixels) = block.sides();
            (outputs, pixels * lanes as usize, outputs.div_ceil(4))
        }
        // One output per thread, 64 pixels per workgroup.
        _ => (1, 64, 1),
    };
    let packed = pack(node, groups, vector_multiple)?;
    let pixels = node.y.n * node.y.plane();
    let pixel_blocks = pixels.div_ceil(block_pixels);
    let output_blocks = groups.iter().map(|g| g.outputs.len().div_ceil(block_outputs)).max().unwrap_or(1);
    let workgroups = pixel_blocks * output_blocks * groups.len();
    let Conv2d { stride, padding, .. } = node.conv;
    let sizes = [
        node.x.h,
        node.x.w,
        node.x.c * node.x.plane(),
        node.y.c,
        node.y.h,
        node.y.w,
        *stride,
        padding.top,
        padding.left,
        pixels,
        pixel_blocks,
        output_blocks,
        workgroups,
    ];
    Ok(Dispatch {
        kernel,
        params: sizes.map(|s| s as u32).to_vec(),
        reads: vec![
            Read::Input(0),
            Read::Constant(packed.taps),
            Read::Constant(packed.groups),
            Read::Constant(packed.outputs),
            Read::Constant(packed.weights),
        ],
        workgroups: workgroups as u64,
    })
}

/// The storage buffers of `shaders/common/conv.wgsl`, as 32-bit words.
struct Packed {
    taps: Vec<u32>,
    groups: Vec<u32>,
    outputs: Vec<u32>,
    weights: Vec<u32>,
}

/// Fills the last vector of a group's outputs; the kernels write nothing there.
const NO_CHANNEL: u32 = u32::MAX;

/// Packs the groups; the weights of a tap are padded with zeros to a multiple of
/// `vector_multiple` vectors of 4 outputs.
fn pack(node: &ConvNode<'_>, groups: &[TapGroup], vector_multiple: usize) -> Result<Packed, String> {
    let mut packed = Packed { taps: vec![], groups: vec![], outputs: vec![], weights: vec![] };
    let padding = node.conv.padding;
    for group in groups {
        let count = group.outputs.len();
        let vectors = count.div_ceil(4).next_multiple_of(vector_multiple);
        packed.groups.extend(
            [
                packed.taps.len() / 2,
                group.taps.len(),
                packed.outputs.len() / 2,
                count,
                vectors,
                packed.weights.len() / 4,
            ]
            .map(|v| v as u32),
        );
        for tap in &group.taps {
            // The kernels count from the corner of the window.
            let dy = (isize::from(tap.dy) + padding.top as isize) as usize;
            let dx = (isize::from(tap.dx) + padding.left as isize) as usize;
            let offset = tap.input as usize * node.x.plane() + dy * node.x.w + dx;
            packed.taps.extend([offset as u32, (dy | dx << 16) as u32]);
        }
        for &o in &group.outputs {
            let bias = node.bias.map_or(0.0, |b| b.values[o as usize]);
            packed.outputs.extend([o, bias.to_bits()]);
        }
        for _ in count..4 * vectors {
            packed.outputs.extend([NO_CHANNEL, 0]);
        }
        for row in group.weights.chunks_exact(count) {
            packed.weights.extend(row.iter().map(|w| w.to_bits()));
            packed.weights.resize(packed.weights.len() + 4 * vectors - count, 0);
        }
    }
    Ok(packed)
}

fn lower_depthwise(node: &ConvNode<'_>) -> Dispatch {
    let Conv2d { kernel, stride, padding, dilation, .. } = node.conv;
    let row_threads = node.y.w.div_ceil(4);
    let threads = node.y.n * node.y.c * node.y.h * row_threads;
    let sizes = [
        node.x.c,
        node.x.h,
        node.x.w,
        node.y.c,
        node.y.h,
        node.y.w,
        *stride,
        *dilation,
        padding.top,
        padding.left,
        row_threads,
        threads,
    ];
    let words = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect();
    let bias = node.bias.map_or_else(|| vec![0; node.y.c], |b| words(&b.values));
    Dispatch {
        kernel: Kernel::Depthwise { kernel: *kernel as u32, slide: stride == dilation },
        params: sizes.map(|s| s as u32).to_vec(),
        reads: vec![Read::Input(0), Read::Constant(words(&node.kernel.values)), Read::Constant(bias)],
        workgroups: threads.div_ceil(64) as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fit_the_map_and_the_groups() {
        assert_eq!(tile_for(64, 56 * 56, 1), ConvTile::Large);
        // Few pixels: small tiles, so that there are enough of them.
        assert_eq!(tile_for(512, 49, 1), ConvTile::Small);
        assert_eq!(tile_for(256, 196, 1), ConvTile::Small);
        // Few outputs in a group.
        assert_eq!(tile_for(16, 56 * 56, 4), ConvTile::Flat);
        assert_eq!(tile_for(8, 56 * 56, 8), ConvTile::Strip);
    }

    #[test]
    fn blocks_fit_the_map_and_the_groups() {
        assert_eq!(block_for(64, 56 * 56, 8), DirectBlock::Broad);
        assert_eq!(block_for(512, 49, 8), DirectBlock::Wide);
        assert_eq!(block_for(4, 56 * 56, 8), DirectBlock::Narrow);
        assert_eq!(block_for(1, 56 * 56, 8), DirectBlock::Single);
    }
}
