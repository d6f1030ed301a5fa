//! Outputs as sums of parts: inputs that the same outputs read go by together, and each output is the sum of what its
//! parts give.
//!
//! Sparse feature reactivation has eight groups of inputs, each read by an eighth of the outputs: an output may be in
//! none of them, in one or in several. Seen from the outputs that is up to 2^8 different lists of taps, most of them
//! of one output; seen from the inputs eight dense products.

use std::collections::{HashMap, HashSet};

use crate::exec::conv_work::ConvWork;
use crate::exec::taps::{Tap, TapGroup};

/// Less in a part would be more additions than products.
const FEWEST: usize = 4;

/// The parts of a convolution, if there are fewer of them than groups of outputs and each has many taps and outputs.
/// Outputs that read nothing come first.
pub fn of(work: &ConvWork) -> Option<Vec<TapGroup>> {
    let by_store = work.residual.as_ref().is_none_or(|residual| residual.factor == 1);
    if work.groups.len() < 3
        || work.activation.is_some()
        || work.gate.is_some()
        || work.made.is_some()
        || !by_store
    {
        return None;
    }
    if distinct_readers(&work.groups) >= work.groups.len() {
        return None;
    }
    // For each tap its place in each group that reads it.
    let mut places: HashMap<Tap, Vec<(usize, usize)>> = HashMap::new();
    for (g, group) in work.groups.iter().enumerate() {
        group.taps.iter().enumerate().for_each(|(t, &tap)| places.entry(tap).or_default().push((g, t)));
    }
    let mut readers: HashMap<Vec<usize>, Vec<Tap>> = HashMap::new();
    for (&tap, places) in &places {
        readers.entry(places.iter().map(|&(g, _)| g).collect()).or_default().push(tap);
    }
    let part = |(groups, mut taps): (Vec<usize>, Vec<Tap>)| {
        taps.sort_unstable();
        // Each output with its group and its place there.
        let of_group = |&g: &usize| work.groups[g].outputs.iter().enumerate().map(move |(i, &o)| (o, g, i));
        let mut outputs: Vec<(u32, usize, usize)> = groups.iter().flat_map(of_group).collect();
        outputs.sort_unstable();
        let weight = |tap: &Tap, &(_, g, i): &(u32, usize, usize)| {
            let group = &work.groups[g];
            let t = places[tap].iter().find(|place| place.0 == g).map_or(0, |place| place.1);
            group.weights[t * group.outputs.len() + i]
        };
        let weights = taps
            .iter()
            .flat_map(|tap| outputs.iter().map(move |output| (tap, output)))
            .map(|(t, o)| weight(t, o));
        TapGroup { weights: weights.collect(), outputs: outputs.iter().map(|&(o, ..)| o).collect(), taps }
    };
    let mut parts: Vec<TapGroup> = readers.into_iter().map(part).collect();
    let few = |part: &TapGroup| part.taps.len().min(part.outputs.len()) < FEWEST;
    if parts.len() >= work.groups.len() || parts.iter().any(few) {
        return None;
    }
    parts.sort_unstable_by(|a, b| a.taps.cmp(&b.taps));
    let idle = work.groups.iter().filter(|group| group.taps.is_empty()).cloned();
    Some(idle.chain(parts).collect())
}

/// How many different sets of groups read a tap, or a few less: sets are told apart by a number made of them.
fn distinct_readers(groups: &[TapGroup]) -> usize {
    let mut numbers: HashMap<Tap, u64> = HashMap::new();
    for (g, group) in groups.iter().enumerate() {
        for &tap in &group.taps {
            let number = numbers.entry(tap).or_default();
            *number = (*number ^ (g as u64 + 1)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
    numbers.into_values().collect::<HashSet<u64>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::conv_work::{Place, Source};
    use crate::tensor::Shape;

    /// Outputs in groups, each with the inputs that it reads; the weight is `output + input / 100`.
    fn work(groups: &[(&[u32], &[u32])]) -> ConvWork {
        let group = |&(outputs, inputs): &(&[u32], &[u32])| TapGroup {
            outputs: outputs.to_vec(),
            taps: inputs.iter().map(|&input| Tap { source: 0, dy: 0, dx: 0, input }).collect(),
            weights: inputs.iter().flat_map(|&i| outputs.iter().map(move |&o| weight(o, i))).collect(),
        };
        let shape = Shape::new(1, 16, 4, 4);
        ConvWork {
            sources: vec![Source { buffer: 0, shape, stride: 1, pooled: false }],
            groups: groups.iter().map(group).collect(),
            bias: vec![0.0; 16],
            shape,
            targets: (0..16).map(|channel| Place { buffer: 1, channel }).collect(),
            residual: None,
            activation: None,
            gate: None,
            made: None,
        }
    }

    fn weight(output: u32, input: u32) -> f32 {
        output as f32 + input as f32 / 100.0
    }

    #[test]
    fn inputs_of_the_same_outputs_go_by_together() {
        let (a, b): (Vec<u32>, Vec<u32>) = ((0..8).collect(), (8..16).collect());
        let both: Vec<u32> = (0..16).collect();
        let work = work(&[(&[0, 2, 4], &a), (&[1, 3, 5], &b), (&[6, 7, 8], &both), (&[9], &[])]);
        let parts = of(&work).expect("two parts of three lists");
        let outputs: Vec<&[u32]> = parts.iter().map(|part| &part.outputs[..]).collect();
        assert_eq!(outputs, [&[9][..], &[0, 2, 4, 6, 7, 8], &[1, 3, 5, 6, 7, 8]]);
        for part in &parts {
            let each = part.taps.iter().flat_map(|tap| part.outputs.iter().map(|&o| weight(o, tap.input)));
            assert_eq!(part.weights, each.collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_no_sum_of_fewer_parts_stays() {
        let neighbours: Vec<Vec<u32>> = (0..12).map(|o| (o..o + 4).collect()).collect();
        let outputs: Vec<[u32; 1]> = (0..12).map(|o| [o]).collect();
        let ring: Vec<(&[u32], &[u32])> =
            outputs.iter().zip(&neighbours).map(|(o, taps)| (&o[..], &taps[..])).collect();
        assert!(of(&work(&ring)).is_none(), "a ring");
        let halves: Vec<u32> = (0..8).collect();
        assert!(of(&work(&[(&[0, 1, 2, 3], &halves)])).is_none(), "one list");
    }
}
