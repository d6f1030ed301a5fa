//! A convolution as lists of taps: the form in which every fast kernel runs it.
//!
//! Each output channel has one tap for every multiply-add that it needs per pixel. A tap that the
//! wiring does not have is in no list, so no kernel spends time on it. Output channels that read the
//! same taps form a group: a standard convolution is one group, a group convolution `g`, a depthwise
//! one `I` of one output, HetConv `P`.

use std::collections::HashMap;
use std::sync::Arc;

use crate::graph::{Conv2d, Weight};

/// One multiply-add per output pixel `(y, x)`: it reads row `y * stride + dy`, column
/// `x * stride + dx` of a channel, zero outside the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tap {
    /// Which of the maps that are read; it has the stride.
    pub source: u16,
    /// Row, relative to the output pixel's.
    pub dy: i16,
    /// Column, relative to the output pixel's.
    pub dx: i16,
    /// Channel of the source.
    pub input: u32,
}

/// The taps of one output channel.
#[derive(Clone, Debug)]
pub struct Row {
    /// What is read; shared by the outputs that read the same.
    pub taps: Arc<Vec<Tap>>,
    /// One weight per tap.
    pub weights: Vec<f32>,
}

/// Output channels that read the same taps.
#[derive(Clone, Debug, PartialEq)]
pub struct TapGroup {
    /// Output channels, ascending.
    pub outputs: Vec<u32>,
    /// Taps.
    pub taps: Vec<Tap>,
    /// `[taps, outputs]`, row-major: the weights of one tap lie side by side.
    pub weights: Vec<f32>,
}

/// The taps of every output of a convolution of `in_channels` maps with the kernel `[O, slots, k, k]`, by
/// input channel, then kernel row, then kernel column. `channel` says where an input channel lies.
///
/// # Errors
/// If a tap is too far from its pixel.
pub fn rows(
    conv: &Conv2d,
    kernel: &Weight,
    in_channels: usize,
    source: u16,
    channel: impl Fn(u32) -> u32,
) -> Result<Vec<Row>, String> {
    let k = conv.kernel;
    let (out_channels, slots) = (kernel.dims[0], kernel.dims[1]);
    let place = |tap: usize, before: usize| -> Result<i16, String> {
        let place = (tap * conv.dilation) as i64 - before as i64;
        i16::try_from(place).map_err(|_| format!("a tap {place} pixels away is too far"))
    };
    let dy = (0..k).map(|tap| place(tap, conv.padding.top)).collect::<Result<Vec<i16>, _>>()?;
    let dx = (0..k).map(|tap| place(tap, conv.padding.left)).collect::<Result<Vec<i16>, _>>()?;
    let mut all: Vec<Row> = Vec::with_capacity(out_channels);
    for o in 0..out_channels {
        let (mut taps, mut weights) = (Vec::new(), Vec::new());
        conv.wiring.for_each_kernel(o, in_channels, out_channels, |kernel2d| {
            let start = (o * slots + kernel2d.slot as usize) * k * k;
            let input = channel(kernel2d.input);
            for cell in kernel2d.extent.taps(k) {
                taps.push(Tap { source, dy: dy[cell / k], dx: dx[cell % k], input });
                weights.push(kernel.values[start + cell]);
            }
        });
        // Neighbours mostly read the same taps.
        let taps = match all.last() {
            Some(last) if *last.taps == taps => Arc::clone(&last.taps),
            _ => Arc::new(taps),
        };
        all.push(Row { taps, weights });
    }
    Ok(all)
}

/// Puts outputs that read the same taps together.
pub fn group(rows: &[Row]) -> Vec<TapGroup> {
    let mut members: Vec<(&Arc<Vec<Tap>>, Vec<usize>)> = Vec::new();
    let mut group_of: HashMap<&Vec<Tap>, usize> = HashMap::new();
    // Comparing pointers is much cheaper than hashing thousands of taps.
    let mut last: Option<(*const Vec<Tap>, usize)> = None;
    for (o, row) in rows.iter().enumerate() {
        let pointer = Arc::as_ptr(&row.taps);
        let g = match last {
            Some((same, g)) if same == pointer => g,
            _ => *group_of.entry(&*row.taps).or_insert_with(|| {
                members.push((&row.taps, Vec::new()));
                members.len() - 1
            }),
        };
        members[g].1.push(o);
        last = Some((pointer, g));
    }
    let group = |(taps, outputs): (&Arc<Vec<Tap>>, Vec<usize>)| {
        let mut weights = Vec::with_capacity(taps.len() * outputs.len());
        for t in 0..taps.len() {
            weights.extend(outputs.iter().map(|&o| rows[o].weights[t]));
        }
        TapGroup { outputs: outputs.iter().map(|&o| o as u32).collect(), taps: taps.to_vec(), weights }
    };
    members.into_iter().map(group).collect()
}

/// Adds the taps of rows together, remembering how lists were joined: many rows share theirs.
#[derive(Default)]
pub struct Adder {
    /// For two lists the joined one, and where each tap of the second is in it.
    joined: HashMap<(usize, usize), Joined>,
    /// Keeps the lists alive whose addresses are keys.
    kept: Vec<Arc<Vec<Tap>>>,
}

/// A joined list, and where each tap of the second list is in it.
type Joined = (Arc<Vec<Tap>>, Vec<u32>);

impl Adder {
    /// The row that gives the sum of what both give. A tap of both is one tap.
    pub fn add(&mut self, a: &Row, b: &Row) -> Row {
        let key = (Arc::as_ptr(&a.taps) as usize, Arc::as_ptr(&b.taps) as usize);
        let kept = &mut self.kept;
        let (taps, places) = self.joined.entry(key).or_insert_with(|| {
            kept.extend([Arc::clone(&a.taps), Arc::clone(&b.taps)]);
            let mut taps = a.taps.to_vec();
            let mut place_of: HashMap<Tap, u32> = (0..).zip(&taps).map(|(i, &tap)| (tap, i)).collect();
            let places = b.taps.iter().map(|&tap| {
                *place_of.entry(tap).or_insert_with(|| {
                    taps.push(tap);
                    taps.len() as u32 - 1
                })
            });
            let places = places.collect();
            (Arc::new(taps), places)
        });
        let mut weights = a.weights.clone();
        weights.resize(taps.len(), 0.0);
        places.iter().zip(&b.weights).for_each(|(&place, w)| weights[place as usize] += w);
        Row { taps: Arc::clone(taps), weights }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Origin, Padding, Wiring};

    fn pointwise(groups: usize) -> Conv2d {
        let padding = Padding::default();
        Conv2d { kernel: 1, stride: 1, padding, dilation: 1, wiring: Wiring::Grouped(groups) }
    }

    #[test]
    fn groups_share_their_taps_and_weights_lie_side_by_side() {
        let kernel = Weight::new("w", vec![4, 2, 1, 1], (0..8).map(|v| v as f32).collect(), Origin::Given);
        let groups = group(&rows(&pointwise(2), &kernel, 4, 0, |i| i).unwrap());
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[1].outputs, [2, 3]);
        assert_eq!(groups[1].taps.iter().map(|t| t.input).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(groups[1].weights, [4.0, 6.0, 5.0, 7.0]);
    }

    #[test]
    fn a_tap_of_both_is_one_tap() {
        let kernel = Weight::new("w", vec![1, 2, 1, 1], vec![1.0, 2.0], Origin::Given);
        let a = &rows(&pointwise(1), &kernel, 2, 0, |i| i).unwrap()[0];
        let b = &rows(&pointwise(1), &kernel, 2, 0, |i| i + 1).unwrap()[0];
        let sum = Adder::default().add(a, b);
        assert_eq!(sum.taps.iter().map(|t| t.input).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(sum.weights, [1.0, 3.0, 2.0]);
    }
}
