//! A convolution as lists of taps: the form in which every fast kernel runs it.
//!
//! Output channels that read the same taps form a group. A standard convolution is one group, a
//! group convolution `g` groups, a depthwise one `I` groups of one output, HetConv `P` groups. A tap
//! that the wiring does not have is in no list, so no kernel spends time on it.

use std::collections::HashMap;

use crate::graph::{Conv2d, Extent, Weight};

/// One multiply-add per output pixel: a place in the kernel of one input channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tap {
    /// Input channel.
    pub input: u32,
    /// Kernel row, `0 .. k`. The input row is `y * stride + ky * dilation - padding.top`.
    pub ky: u16,
    /// Kernel column, `0 .. k`.
    pub kx: u16,
}

/// Output channels that read the same taps.
#[derive(Clone, Debug, PartialEq)]
pub struct TapGroup {
    /// Output channels, ascending.
    pub outputs: Vec<u32>,
    /// Taps, by input channel, then kernel row, then kernel column.
    pub taps: Vec<Tap>,
    /// `[taps, outputs]`, row-major: the weights of one tap lie side by side.
    pub weights: Vec<f32>,
}

/// The taps of a convolution of `in_channels` maps with the kernel `[O, slots, k, k]`.
pub fn tap_groups(conv: &Conv2d, kernel: &Weight, in_channels: usize) -> Vec<TapGroup> {
    let k = conv.kernel;
    let (out_channels, slots) = (kernel.dims[0], kernel.dims[1]);
    let mut groups: Vec<TapGroup> = Vec::new();
    let mut group_of: HashMap<Vec<Tap>, usize> = HashMap::new();
    // Weights of each output channel in the order of its taps.
    let mut rows: Vec<Vec<Vec<f32>>> = Vec::new();
    for o in 0..out_channels {
        let (mut taps, mut row) = (Vec::new(), Vec::new());
        conv.wiring.for_each_kernel(o, in_channels, out_channels, |kernel2d| {
            let start = (o * slots + kernel2d.slot as usize) * k * k;
            let cells = match kernel2d.extent {
                Extent::Full => 0..k * k,
                Extent::Centre => k * k / 2..k * k / 2 + 1,
            };
            for cell in cells {
                taps.push(Tap { input: kernel2d.input, ky: (cell / k) as u16, kx: (cell % k) as u16 });
                row.push(kernel.values[start + cell]);
            }
        });
        // Neighbours mostly read the same taps; comparing is much cheaper than hashing.
        let g = if groups.last().is_some_and(|last| last.taps == taps) {
            groups.len() - 1
        } else {
            *group_of.entry(taps).or_insert_with_key(|taps| {
                groups.push(TapGroup { outputs: Vec::new(), taps: taps.clone(), weights: Vec::new() });
                rows.push(Vec::new());
                groups.len() - 1
            })
        };
        groups[g].outputs.push(o as u32);
        rows[g].push(row);
    }
    for (group, rows) in groups.iter_mut().zip(&rows) {
        group.weights = Vec::with_capacity(group.taps.len() * rows.len());
        for t in 0..group.taps.len() {
            group.weights.extend(rows.iter().map(|row| row[t]));
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Origin, Padding, Wiring};

    #[test]
    fn groups_share_their_taps_and_weights_lie_side_by_side() {
        let conv = Conv2d {
            kernel: 1,
            stride: 1,
            padding: Padding::default(),
            dilation: 1,
            wiring: Wiring::Grouped(2),
        };
        let kernel = Weight::new("w", vec![4, 2, 1, 1], (0..8).map(|v| v as f32).collect(), Origin::Given);
        let groups = tap_groups(&conv, &kernel, 4);
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[1].outputs, [2, 3]);
        assert_eq!(groups[1].taps.iter().map(|t| t.input).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(groups[1].weights, [4.0, 6.0, 5.0, 7.0]);
    }
}
