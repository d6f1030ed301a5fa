//! Which channel of each earlier value a channel is made of: so that a chosen output channel can be
//! followed back through an operator.

use crate::graph::{Graph, NodeId, Op};

/// For every node the channel that `channel` of `from` is made of, where it reads the node at all.
/// Behind a convolution it is the input channel with the greatest sum of absolute weights.
pub fn channels_behind(graph: &Graph, from: NodeId, channel: usize) -> Vec<Option<usize>> {
    let mut seen = vec![None; graph.nodes().len()];
    seen[from.index()] = Some(channel);
    for i in (0..=from.index()).rev() {
        let Some(channel) = seen[i] else { continue };
        let node = &graph.nodes()[i];
        let mut first = 0;
        for &input in &node.inputs {
            let channels = graph.shape(input).c;
            let read = match &node.op {
                Op::Conv2d(_) | Op::Linear => strongest(graph, i, channel),
                Op::Concat => {
                    let own = channel.checked_sub(first).filter(|&c| c < channels);
                    first += channels;
                    own
                }
                Op::SliceChannels { start, .. } => Some(start + channel),
                Op::GatherChannels(from) => from.get(channel).map(|&c| c as usize),
                Op::Flatten => Some(channel / graph.shape(input).plane()),
                Op::ScatterAdd { channels, .. } => channels.iter().position(|&c| c as usize == channel),
                Op::Resample(sampling) => {
                    sampling.channels_read(graph.shape(input), channel).first().copied()
                }
                Op::Input
                | Op::BatchNorm { .. }
                | Op::Activation(_)
                | Op::Pool2d(_)
                | Op::GlobalAveragePool
                | Op::AdaptiveAveragePool { .. }
                | Op::Multiply
                | Op::UpsampleNearest { .. }
                | Op::Add
                | Op::Normalize { .. }
                | Op::LocalResponseNorm(_)
                | Op::Softmax
                | Op::DepthwiseTranspose { .. }
                | Op::PairSoftmax
                | Op::Blend => Some(channel),
            };
            let place = &mut seen[input.index()];
            *place = place.or(read.filter(|&c| c < channels));
        }
    }
    seen
}

/// The input channel that weighs most in output `o` of node `i`.
fn strongest(graph: &Graph, i: usize, o: usize) -> Option<usize> {
    let node = &graph.nodes()[i];
    let channels = graph.shape(node.inputs[0]).c;
    let values = &graph.weight(*node.weights.first()?).values;
    let mut best: Option<(f32, usize)> = None;
    let mut offer = |input: usize, taps: &[f32]| {
        let sum = taps.iter().map(|w| w.abs()).sum();
        if best.is_none_or(|(most, _)| sum > most) {
            best = Some((sum, input));
        }
    };
    if let Op::Conv2d(conv) = &node.op {
        let (area, slots) = (conv.kernel * conv.kernel, conv.wiring.slots(channels));
        conv.wiring.for_each_kernel(o, channels, node.shape.c, |kernel| {
            let at = (o * slots + kernel.slot as usize) * area;
            offer(kernel.input as usize, &values[at..at + area]);
        });
    } else {
        values[o * channels..(o + 1) * channels]
            .iter()
            .enumerate()
            .for_each(|(c, w)| offer(c, std::slice::from_ref(w)));
    }
    best.map(|(_, input)| input)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene_checks::study;

    #[test]
    fn a_channel_is_followed_through_concatenation_depthwise_and_slices() {
        // Ghost, ratio 2: output 11 of 16 is cheap map 3, made from primary map 3.
        let run = study("ghost", &[("ratio", "2")], 16, 8);
        let behind = channels_behind(&run.graph, run.output(), 11);
        let at = |name| behind[run.node(name).expect("node").index()];
        assert_eq!((at("cheap"), at("primary")), (Some(3), Some(3)));
        // OctConv: output 10 of 16 is low channel 2.
        let run = study("octave", &[("alpha_out", "0.5")], 16, 8);
        let behind = channels_behind(&run.graph, run.output(), 10);
        let at = |name| behind[run.node(name).expect("node").index()];
        assert_eq!((at("low_sum"), at("high_sum")), (Some(2), None));
    }

    #[test]
    fn behind_a_convolution_stands_the_input_that_weighs_most() {
        let run = study("standard", &[], 8, 8);
        let conv = run.output();
        let node = run.graph.node(conv);
        let values = &run.graph.weight(node.weights[0]).values;
        let sum = |c: usize| -> f32 { values[(3 * 8 + c) * 9..][..9].iter().map(|w| w.abs()).sum() };
        let best = (0..8).max_by(|&a, &b| sum(a).total_cmp(&sum(b)));
        let behind = channels_behind(&run.graph, conv, 3);
        assert_eq!(behind[node.inputs[0].index()], best);
    }
}
