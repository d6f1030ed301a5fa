//! Weights in the order in which the kernels read them.

use crate::exec::taps::TapGroup;

use super::super::simd::Level;

/// Outputs that one kernel call computes together.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Output channels.
    pub outputs: Vec<u32>,
    /// Start value of each of `outputs`.
    pub bias: Vec<f32>,
    /// Outputs that the kernel computes per tap, padded: a row count of [`Level::pixels`], or
    /// a multiple of the lanes.
    pub width: usize,
    /// `[tap][width]`; the weights of outputs that do not exist are zero.
    pub weights: Vec<f32>,
}

impl Block {
    fn new(group: &TapGroup, bias: Option<&[f32]>, first: usize, count: usize, width: usize) -> Self {
        let outputs = group.outputs[first..first + count].to_vec();
        let mut weights = Vec::with_capacity(group.taps.len() * width);
        for tap in group.weights.chunks_exact(group.outputs.len()) {
            weights.extend_from_slice(&tap[first..first + count]);
            weights.resize(weights.len() + width - count, 0.0);
        }
        let bias = outputs.iter().map(|&o| bias.map_or(0.0, |b| b[o as usize])).collect();
        Self { outputs, bias, width, weights }
    }
}

/// Blocks for the kernels with pixels in the lanes.
pub fn blocks_of_rows(group: &TapGroup, bias: Option<&[f32]>, level: Level) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut first = 0;
    while first < group.outputs.len() {
        let rest = group.outputs.len() - first;
        // A block with one or two idle rows is faster than two small blocks.
        let rows = match rest {
            6.. if level.max_rows() == 8 => 8,
            3.. => 4,
            2 => 2,
            _ => 1,
        };
        let count = rest.min(rows);
        blocks.push(Block::new(group, bias, first, count, rows));
        first += count;
    }
    blocks
}

/// Most vectors of outputs in one block: 8 x 3 or 4 x 3 sums fill the registers.
const MAX_VECTORS: usize = 3;

/// Blocks for the kernels with outputs in the lanes, as even as possible.
pub fn blocks_of_lanes(group: &TapGroup, bias: Option<&[f32]>, level: Level) -> Vec<Block> {
    let (outputs, lanes) = (group.outputs.len(), level.lanes());
    let vectors = outputs.div_ceil(lanes);
    let blocks = vectors.div_ceil(MAX_VECTORS);
    (0..blocks)
        .map(|b| {
            let (from, to) = (b * vectors / blocks, (b + 1) * vectors / blocks);
            let (first, end) = (from * lanes, outputs.min(to * lanes));
            Block::new(group, bias, first, end - first, (to - from) * lanes)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_output_is_in_one_block_and_the_rest_is_zero() {
        for level in Level::available() {
            for outputs in 1..70_u32 {
                let weights = (0..2 * outputs).map(|v| v as f32 + 1.0).collect();
                let group = TapGroup { outputs: (0..outputs).collect(), taps: vec![TAP; 2], weights };
                for blocks in [blocks_of_rows(&group, None, level), blocks_of_lanes(&group, None, level)] {
                    let all: Vec<u32> = blocks.iter().flat_map(|b| b.outputs.clone()).collect();
                    assert_eq!(all, group.outputs);
                    for block in blocks {
                        let second = &block.weights[block.width..];
                        let n = block.outputs.len();
                        assert_eq!(second[0], (outputs + block.outputs[0]) as f32 + 1.0);
                        assert!(second[n..].iter().all(|&w| w == 0.0));
                    }
                }
            }
        }
    }

    const TAP: crate::exec::taps::Tap = crate::exec::taps::Tap { input: 0, ky: 0, kx: 0 };
}
