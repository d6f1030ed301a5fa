//! Weights in the order in which the kernels read them.

use std::collections::{HashMap, HashSet};

use crate::exec::taps::{Tap, TapGroup};

use super::super::buffer::LINE;
use super::super::simd::{Level, micro::MIXED_OUTPUTS};

/// A group of fewer outputs may be mixed with others.
const FEW_OUTPUTS: usize = 4;

/// Taps one after another that the same outputs of a mixed block read: those outputs, one bit each, and
/// the number of taps.
pub type Segment = (u8, u32);

/// Outputs whose taps go by together.
#[derive(Debug)]
pub struct Bundle {
    /// The taps, in the order of the weights.
    pub taps: Vec<Tap>,
    /// Empty where every output reads every tap; else which outputs read which taps, for the one
    /// mixed block.
    pub segments: Vec<Segment>,
    /// The outputs, cut into what one kernel call computes.
    pub blocks: Vec<Block>,
}

/// Outputs that one kernel call computes together.
/// Not `Clone`: a copy's weights would not start at a cache line.
#[derive(Debug)]
pub struct Block {
    /// Output channels.
    pub outputs: Vec<u32>,
    /// Start value of each of the outputs that the kernel computes, those that do not exist last.
    pub bias: Vec<f32>,
    /// Outputs that the kernel computes per tap, padded: a row count of [`Level::pixels`], or
    /// a multiple of the lanes; for a mixed block enough rows for the outputs of each tap.
    pub width: usize,
    /// Whether its outputs read different taps.
    pub mixed: bool,
    /// Which of the outputs an earlier block has written, whose sums are added to that.
    pub again: Vec<bool>,
    /// `[tap][width]` from `start` on, the weights of outputs that do not exist are zero; for a mixed
    /// block, for each tap the weights of the outputs that read it.
    memory: Vec<f32>,
    start: usize,
}

impl Block {
    fn new(
        outputs: Vec<u32>,
        bias: &[f32],
        width: usize,
        len: usize,
        fill: impl FnOnce(&mut Vec<f32>),
    ) -> Self {
        // Vectors of weights must not cross cache lines: that would double their loads.
        let mut memory: Vec<f32> = Vec::with_capacity(len + LINE);
        let start = memory.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        memory.resize(start, 0.0);
        fill(&mut memory);
        debug_assert_eq!(memory.len(), start + len, "weights of a block");
        let mut bias: Vec<f32> = outputs.iter().map(|&o| bias[o as usize]).collect();
        bias.resize(width.max(bias.len()), 0.0);
        let again = vec![false; outputs.len()];
        Self { outputs, bias, width, mixed: false, again, memory, start }
    }

    /// Some outputs of a group, all of which read all its taps.
    fn of_group(group: &TapGroup, bias: &[f32], first: usize, count: usize, width: usize) -> Self {
        let outputs = group.outputs[first..first + count].to_vec();
        Self::new(outputs, bias, width, group.taps.len() * width, |weights| {
            for tap in group.weights.chunks_exact(group.outputs.len()) {
                weights.extend_from_slice(&tap[first..first + count]);
                weights.resize(weights.len() + width - count, 0.0);
            }
        })
    }

    /// The weights, see `memory`.
    pub fn weights(&self) -> &[f32] {
        &self.memory[self.start..]
    }
}

/// Bundles for the kernels with pixels in the lanes.
pub fn bundles_of_rows(groups: &[TapGroup], bias: &[f32], level: Level) -> Vec<Bundle> {
    let mut bundles = Vec::new();
    // Outputs with few that read the same taps, each with its group and place there.
    let mut rare = Vec::new();
    for group in groups {
        if group.outputs.len() < FEW_OUTPUTS {
            rare.extend((0..group.outputs.len()).map(|place| (group, place)));
        } else {
            bundles.push(uniform(group, blocks_of_rows(group, bias, level)));
        }
    }
    rare.sort_by_key(|(group, place)| group.outputs[*place]);
    for outputs in shared(&rare, level.mixed_outputs()) {
        match mixed(&outputs, bias) {
            Some(bundle) => bundles.push(bundle),
            None => bundles.extend(outputs.iter().map(|(group, place)| {
                let block = Block::of_group(group, bias, *place, 1, 1);
                uniform(group, vec![block])
            })),
        }
    }
    bundles
}

/// An output: its group and its place there.
type Rare<'g> = (&'g TapGroup, usize);

/// Outputs that go by together, `most` or fewer: neighbours, or some that lie evenly around a ring of channels. Of
/// these the ones whose taps take least time, seen from the first of them.
fn shared<'g>(outputs: &[Rare<'g>], most: usize) -> Vec<Vec<Rare<'g>>> {
    let neighbours = |count: usize| outputs.chunks(count).map(<[Rare<'_>]>::to_vec).collect::<Vec<_>>();
    let around = outputs.len() / most;
    let mut ways = vec![neighbours(4), neighbours(most)];
    if around > 0 && outputs.len().is_multiple_of(most) {
        let of_ring = |first: usize| outputs.iter().copied().skip(first).step_by(around).collect();
        ways.push((0..around).map(of_ring).collect());
    }
    let time = |way: &Vec<Vec<Rare<'_>>>| {
        way.first().map_or(0, |outputs| tap_time(outputs).saturating_mul(most) / outputs.len())
    };
    ways.into_iter().min_by_key(time).unwrap_or_default()
}

/// A measure of the time that outputs take together: a tap is multiplied for each output that reads it, but it is
/// loaded as well, which takes as long as three products. More than four outputs at a tap leave registers for few pixels only.
fn tap_time(outputs: &[Rare<'_>]) -> usize {
    let mut readers: HashMap<Tap, usize> = HashMap::new();
    outputs.iter().flat_map(|(group, _)| &group.taps).for_each(|&tap| *readers.entry(tap).or_default() += 1);
    let most = readers.values().max().copied().unwrap_or(0);
    if most > 4 { usize::MAX } else { readers.values().map(|&readers| readers.max(3)).sum() }
}

/// Bundles for the kernels with pixels in the lanes; an output may be in several of them.
pub fn bundles_of_parts(parts: &[TapGroup], bias: &[f32], level: Level) -> Vec<Bundle> {
    parts.iter().map(|part| uniform(part, blocks_of_rows(part, bias, level))).collect()
}

/// Marks what is written a second time, and lets it begin at zero.
pub fn mark_again(bundles: &mut [Bundle]) {
    let mut written = HashSet::new();
    for block in bundles.iter_mut().flat_map(|b| &mut b.blocks) {
        for ((output, again), bias) in block.outputs.iter().zip(&mut block.again).zip(&mut block.bias) {
            *again = !written.insert(*output);
            if *again {
                *bias = 0.0;
            }
        }
    }
}

fn uniform(group: &TapGroup, blocks: Vec<Block>) -> Bundle {
    Bundle { taps: group.taps.clone(), segments: Vec::new(), blocks }
}

/// One bundle of outputs that share some of their taps, so that what is loaded is used for several of
/// them; `None` where they share too little.
fn mixed(outputs: &[Rare<'_>], bias: &[f32]) -> Option<Bundle> {
    // For each tap the outputs that read it, with their weights.
    let mut all: Vec<(Tap, u8, [f32; MIXED_OUTPUTS])> = Vec::new();
    let mut count = 0;
    for (bit, (group, place)) in outputs.iter().enumerate() {
        let row = group.weights.iter().skip(*place).step_by(group.outputs.len());
        let mut weights = [0.0; MIXED_OUTPUTS];
        for (&tap, &w) in group.taps.iter().zip(row) {
            weights[bit] = w;
            all.push((tap, 1 << bit, weights));
            count += 1;
        }
    }
    all.sort_by_key(|(tap, ..)| (tap.source, tap.input, tap.dy, tap.dx));
    all.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 |= next.1;
            kept.2.iter_mut().zip(next.2).for_each(|(k, n)| *k += n);
        }
        same
    });
    if 4 * count < 5 * all.len() {
        return None;
    }
    all.sort_by_key(|(_, outputs, _)| *outputs);
    let segments = all.chunk_by(|a, b| a.1 == b.1);
    let segments = segments.map(|chunk| (chunk[0].1, chunk.len() as u32)).collect();
    let numbers = outputs.iter().map(|(group, place)| group.outputs[*place]).collect();
    let most = all.iter().map(|(_, outputs, _)| outputs.count_ones()).max().unwrap_or(1);
    let width = most.next_power_of_two() as usize;
    let mut block = Block::new(numbers, bias, width, count, |weights| {
        for (_, read_by, of_output) in &all {
            weights
                .extend((0..MIXED_OUTPUTS).filter(|bit| read_by >> bit & 1 == 1).map(|bit| of_output[bit]));
        }
    });
    block.mixed = true;
    block.bias.resize(MIXED_OUTPUTS, 0.0);
    Some(Bundle { taps: all.into_iter().map(|(tap, ..)| tap).collect(), segments, blocks: vec![block] })
}

/// Blocks for the kernels with pixels in the lanes.
fn blocks_of_rows(group: &TapGroup, bias: &[f32], level: Level) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut first = 0;
    while first < group.outputs.len() {
        let rest = group.outputs.len() - first;
        // A block with one or two idle rows is faster than two small blocks.
        let rows = match rest {
            6.. if level.max_rows() == 8 => 8,
            5.. if level.max_rows() == 6 => 6,
            3.. => 4,
            2 => 2,
            _ => 1,
        };
        let count = rest.min(rows);
        blocks.push(Block::of_group(group, bias, first, count, rows));
        first += count;
    }
    blocks
}

/// Bundles for the kernels with outputs in the lanes, their blocks as even as possible.
pub fn bundles_of_lanes(groups: &[TapGroup], bias: &[f32], level: Level) -> Vec<Bundle> {
    let lanes = level.lanes();
    let bundle = |group: &TapGroup| {
        let outputs = group.outputs.len();
        let vectors = outputs.div_ceil(lanes);
        let blocks = vectors.div_ceil(level.max_output_vectors());
        let block = |b: usize| {
            let (from, to) = (b * vectors / blocks, (b + 1) * vectors / blocks);
            let (first, end) = (from * lanes, outputs.min(to * lanes));
            Block::of_group(group, bias, first, end - first, (to - from) * lanes)
        };
        uniform(group, (0..blocks).map(block).collect())
    };
    groups.iter().map(bundle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn tap(input: u32) -> Tap {
        Tap { source: 0, dy: 0, dx: 0, input }
    }

    #[test]
    fn every_output_is_in_one_block_and_the_rest_is_zero() {
        for level in Level::available() {
            for outputs in 1..70_u32 {
                let weights = (0..2 * outputs).map(|v| v as f32 + 1.0).collect();
                let group = TapGroup { outputs: (0..outputs).collect(), taps: vec![tap(0), tap(1)], weights };
                let bias = vec![0.0; outputs as usize];
                let groups = std::slice::from_ref(&group);
                for bundles in [bundles_of_rows(groups, &bias, level), bundles_of_lanes(groups, &bias, level)]
                {
                    let blocks: Vec<&Block> = bundles.iter().flat_map(|b| &b.blocks).collect();
                    let all: Vec<u32> = blocks.iter().flat_map(|b| b.outputs.clone()).collect();
                    assert_eq!(all, group.outputs);
                    for bundle in bundles.iter().filter(|b| b.segments.is_empty()) {
                        for block in &bundle.blocks {
                            let second = &block.weights()[block.width..];
                            let n = block.outputs.len();
                            assert_eq!(second[0], (outputs + block.outputs[0]) as f32 + 1.0);
                            assert!(second[n..].iter().all(|&w| w == 0.0));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn outputs_that_share_taps_are_mixed() {
        // Two outputs of a ring of three inputs, with two neighbours each.
        let group = |o: u32, taps: [u32; 2]| TapGroup {
            outputs: vec![o],
            taps: taps.map(tap).to_vec(),
            weights: vec![o as f32 + 1.0, 10.0 * (o as f32 + 1.0)],
        };
        let bundle =
            mixed(&[(&group(0, [0, 1]), 0), (&group(1, [1, 2]), 0)], &[0.0, 0.0]).expect("they share");
        assert_eq!(bundle.segments, [(0b01, 1), (0b10, 1), (0b11, 1)]);
        assert_eq!(bundle.taps, [tap(0), tap(2), tap(1)]);
        assert_eq!(bundle.blocks[0].weights(), [1.0, 20.0, 10.0, 2.0]);
        assert!(mixed(&[(&group(0, [0, 1]), 0), (&group(1, [2, 3]), 0)], &[0.0, 0.0]).is_none());
    }
    #[test]
    fn outputs_around_a_ring_go_by_together() {
        // Sixteen channels in a ring, each output reads half of it.
        let group = |o: u32| TapGroup {
            outputs: vec![o],
            taps: (o..o + 8).map(|input| tap(input % 16)).collect(),
            weights: vec![1.0; 8],
        };
        let groups: Vec<_> = (0..16).map(group).collect();
        let outputs: Vec<_> = groups.iter().map(|group| (group, 0)).collect();
        let numbers =
            |outputs: &Vec<Rare<'_>>| -> Vec<u32> { outputs.iter().map(|(g, _)| g.outputs[0]).collect() };
        let together: Vec<_> = shared(&outputs, 8).iter().map(numbers).collect();
        assert_eq!(together, [[0, 2, 4, 6, 8, 10, 12, 14], [1, 3, 5, 7, 9, 11, 13, 15]]);
        // Three outputs have no ring.
        assert_eq!(shared(&outputs[..3], 8).iter().map(numbers).collect::<Vec<_>>(), [[0, 1, 2]]);
    }
}
