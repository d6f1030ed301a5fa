//! A convolution as a dispatch: which kernel, and what it reads (layouts: `shaders/common/conv.wgsl`,
//! `shaders/depthwise_direct.wgsl`).

use super::depthwise::lower_depthwise;
use super::kernels::{BROADCAST, ConvForm, ConvTile, DirectBlock, Kernel};
use super::lower::{Dispatch, Read, ceiling};
use super::pack::{Memory, Packed, corner, is_padded, pack, scale};
use crate::exec::conv_work::ConvWork;
use crate::exec::fuse::MOST_SOURCES;

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
    /// `conv2d_broadcast.wgsl` for all, where the device has subgroups; else as [`Self::Direct`].
    Broadcast,
    /// `conv2d_naive.wgsl` for all: the yardstick.
    Naive,
}

/// The kind of adapter that kernels are chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Waits for memory, computes in the meantime: tiles in workgroup memory.
    Gpu,
    /// Waits for nothing, but loads are dear and barriers dearer.
    Software {
        /// Whether threads can read each other's registers.
        subgroups: bool,
    },
}

impl Target {
    /// Threads of a workgroup without workgroup memory: one SIMD register's, or one GPU's.
    pub(super) const fn lanes(self) -> u32 {
        match self {
            Self::Gpu => 64,
            Self::Software { .. } => 8,
        }
    }
}

/// Words of a source in the uniform of `shaders/common/conv.wgsl`, which has room for [`MOST_SOURCES`].
const SOURCE_WORDS: usize = 12;

/// One convolution, with what was drawn into it, as one dispatch.
///
/// # Errors
/// If it reads too many maps.
pub(super) fn lower_work(
    work: &ConvWork,
    memory: &Memory<'_>,
    algorithm: ConvAlgorithm,
    target: Target,
) -> Result<Dispatch, String> {
    let count = work.sources.len();
    if count > MOST_SOURCES {
        return Err(format!("{count} maps are more than a convolution can read"));
    }
    if algorithm == ConvAlgorithm::Auto
        && let Some(depthwise) = lower_depthwise(work, memory)
    {
        return Ok(depthwise);
    }
    let kernel = choose(work, memory, algorithm, target);
    let (block_outputs, block_pixels, vector_multiple) = match kernel {
        Kernel::ConvTiled { tile, .. } => (tile.block().0, tile.block().1, 1),
        Kernel::ConvDirect { block, lanes, .. } => {
            let (outputs, pixels) = block.sides();
            (outputs, pixels * lanes as usize, outputs.div_ceil(4))
        }
        Kernel::ConvBroadcast { .. } => (BROADCAST.0, BROADCAST.1 * BROADCAST.2, BROADCAST.0 / 4),
        // One output per thread, 64 pixels per workgroup.
        _ => (1, 64, 1),
    };
    let packed = pack(work, memory, block_outputs, vector_multiple);
    let pixel_blocks = (work.shape.n * work.shape.plane()).div_ceil(block_pixels);
    let workgroups = pixel_blocks * packed.block_count;
    let params = params(work, memory, pixel_blocks, workgroups);
    let Packed { taps, blocks, outputs, weights, .. } = packed;
    let constants = [taps, blocks, outputs, weights].map(Read::Constant);
    Ok(Dispatch {
        kernel,
        params,
        reads: std::iter::once(Read::Input(0)).chain(constants).collect(),
        workgroups: workgroups as u64,
    })
}

/// The uniform of `shaders/common/conv.wgsl`.
fn params(work: &ConvWork, memory: &Memory<'_>, pixel_blocks: usize, workgroups: usize) -> Vec<u32> {
    let y = work.shape;
    let residual = work.residual.as_ref().map_or([0; 3], |r| {
        let shape = r.view.shape;
        [shape.c * shape.plane(), shape.w, r.factor]
    });
    let sizes = [y.h, y.w, y.n * y.plane(), pixel_blocks, workgroups, work.sources.len()];
    let mut params: Vec<u32> = sizes.into_iter().chain(residual).map(|v| v as u32).collect();
    let ceiling = work.activation.map_or(0.0, ceiling);
    params.extend([u32::from(work.activation.is_some()), ceiling.to_bits(), 0]);
    for (s, source) in work.sources.iter().enumerate() {
        let (x, (seen_h, seen_w), (top, left)) = (source.shape, source.seen(), corner(work, s));
        let at = memory.buffers[source.buffer].0;
        let sizes = [x.c * x.plane(), x.h, x.w, seen_h, seen_w, source.stride];
        params.push(at);
        params.extend(sizes.map(|v| v as u32));
        params.extend([top, left, scale(source), 0, 0].map(|v| v as u32));
    }
    params.resize(params.len() + (MOST_SOURCES - work.sources.len()) * SOURCE_WORDS, 0);
    params
}

/// Outputs and taps of a group.
type Extent = (usize, usize);

/// The kernel for a convolution.
fn choose(work: &ConvWork, memory: &Memory<'_>, algorithm: ConvAlgorithm, target: Target) -> Kernel {
    let extents: Vec<Extent> = work.groups.iter().map(|g| (g.outputs.len(), g.taps.len())).collect();
    let outputs = extents.iter().map(|e| e.0).max().unwrap_or(1);
    let pixels = work.shape.n * work.shape.plane();
    let pooled = work.sources.iter().any(|s| s.pooled);
    let form = ConvForm {
        maps: memory.maps,
        padded: is_padded(work),
        // There is no form behind a mean for one source alone.
        several: pooled || work.sources.len() > 1,
        pooled,
        residual: work.residual.is_some(),
    };
    let tiled = || Kernel::ConvTiled { tile: tile_for(&extents, pixels), form };
    let lanes = target.lanes();
    let block = block_for(&extents, pixels, lanes as usize);
    let direct = || Kernel::ConvDirect { block, form, lanes };
    let subgroups = target == Target::Software { subgroups: true };
    let shares = || broadcast_words(&extents, pixels) < block_words(block, &extents, pixels, lanes as usize);
    match algorithm {
        ConvAlgorithm::Naive => Kernel::ConvNaive,
        ConvAlgorithm::Tiled => tiled(),
        ConvAlgorithm::Direct => direct(),
        ConvAlgorithm::Broadcast if subgroups => Kernel::ConvBroadcast { form },
        ConvAlgorithm::Broadcast => direct(),
        ConvAlgorithm::Auto if subgroups && shares() => Kernel::ConvBroadcast { form },
        // The smallest tile has 8 outputs: most of it would be empty.
        ConvAlgorithm::Auto if target != Target::Gpu || outputs <= 2 => direct(),
        ConvAlgorithm::Auto => tiled(),
    }
}

/// Workgroups below which a GPU is partly idle.
const BUSY: usize = 64;

/// The tile that ends first: the fewest values past the edges, but not a handful of large tiles
/// that leave most of a GPU idle.
fn tile_for(extents: &[Extent], pixels: usize) -> ConvTile {
    let time = |tile: &ConvTile| {
        let (o, p) = tile.block();
        let columns = pixels.div_ceil(p);
        let blocks: usize = extents.iter().map(|(outputs, _)| outputs.div_ceil(o)).sum::<usize>() * columns;
        let steps: usize = extents.iter().map(|(outputs, taps)| outputs.div_ceil(o) * taps).sum();
        // A smaller tile uses what it loaded less often, which makes it dearer per value.
        let work = (steps * columns * (o * p + 16 * (o + p))) as f64;
        (work * blocks.max(BUSY) as f64 / blocks.max(1) as f64) as u64
    };
    ConvTile::ALL.into_iter().min_by_key(time).unwrap_or(ConvTile::Large)
}

/// The block of a thread that reads the fewest words in all: the reading is what takes the time.
fn block_for(extents: &[Extent], pixels: usize, lanes: usize) -> DirectBlock {
    let words = |block: &DirectBlock| block_words(*block, extents, pixels, lanes);
    DirectBlock::ALL.into_iter().min_by_key(words).unwrap_or(DirectBlock::Wide)
}

/// Words that the threads of `conv2d_direct.wgsl` read: for each tap its two words, the weights of the
/// outputs, the values of the pixels.
fn block_words(block: DirectBlock, extents: &[Extent], pixels: usize, lanes: usize) -> usize {
    let (o, p) = block.sides();
    steps(extents, o) * pixels.div_ceil(p * lanes) * (2 + o + p)
}

/// The same for `conv2d_broadcast.wgsl`, where four taps are read at once.
fn broadcast_words(extents: &[Extent], pixels: usize) -> usize {
    let (o, p, lanes) = BROADCAST;
    steps(extents, o) * pixels.div_ceil(p * lanes) * ((2 + o).div_ceil(4) + p)
}

/// Taps that are gone through, for each block of that many outputs.
fn steps(extents: &[Extent], block: usize) -> usize {
    extents.iter().map(|(outputs, taps)| outputs.div_ceil(block) * taps).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fit_the_map_and_the_groups() {
        assert_eq!(tile_for(&[(64, 9); 1], 56 * 56), ConvTile::Large);
        // Few pixels: small tiles, so that there are enough of them.
        assert_eq!(tile_for(&[(512, 9); 1], 49), ConvTile::Small);
        assert_eq!(tile_for(&[(256, 9); 1], 196), ConvTile::Small);
        // Few outputs in a group.
        assert_eq!(tile_for(&[(16, 9); 4], 56 * 56), ConvTile::Flat);
        assert_eq!(tile_for(&[(8, 9); 8], 56 * 56), ConvTile::Strip);
    }

    #[test]
    fn blocks_fit_the_map_and_the_groups() {
        assert_eq!(block_for(&[(64, 9)], 56 * 56, 8), DirectBlock::Broad);
        assert_eq!(block_for(&[(512, 9)], 49, 8), DirectBlock::Wide);
        assert_eq!(block_for(&[(4, 9)], 56 * 56, 8), DirectBlock::Narrow);
        assert_eq!(block_for(&[(1, 9)], 56 * 56, 8), DirectBlock::Single);
    }
}
