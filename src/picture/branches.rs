//! The parallel branches that a channel of a value is the sum of.

use crate::graph::{Graph, NodeId, Op};

/// The values that `channel` of `node` is the sum of, each with its channel: the operands of the
/// addition behind it, through activations, concatenations and slices. One entry, the value itself,
/// where there is no addition.
pub fn branches(graph: &Graph, node: NodeId, channel: usize) -> Vec<(NodeId, usize)> {
    let (mut id, mut c) = (node, channel);
    loop {
        let node = graph.node(id);
        match &node.op {
            Op::Concat => {
                let mut rest = c;
                let part = node.inputs.iter().find(|&&part| {
                    let channels = graph.shape(part).c;
                    let here = rest < channels;
                    if !here {
                        rest -= channels;
                    }
                    here
                });
                let Some(&part) = part else { return vec![(id, c)] };
                (id, c) = (part, rest);
            }
            Op::SliceChannels { start, .. } => (id, c) = (node.inputs[0], c + start),
            // What only passes a branch on: OctConv's low result is upsampled after its sum.
            Op::Activation(_) | Op::UpsampleNearest { .. } => id = node.inputs[0],
            Op::Add => return node.inputs.iter().map(|&input| (input, c)).collect(),
            Op::Input
            | Op::Conv2d(_)
            | Op::Linear
            | Op::BatchNorm { .. }
            | Op::Pool2d(_)
            | Op::GlobalAveragePool
            | Op::AdaptiveAveragePool { .. }
            | Op::Flatten
            | Op::Multiply
            | Op::Normalize { .. }
            | Op::LocalResponseNorm(_)
            | Op::Softmax
            | Op::DepthwiseTranspose { .. }
            | Op::GatherChannels(_)
            | Op::ScatterAdd { .. }
            | Op::Resample(_)
            | Op::PairSoftmax
            | Op::Blend => return vec![(id, c)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Builder, GraphError, Seeded};
    use crate::tensor::Shape;
    use crate::variants::{Geometry, Settings, find};

    #[test]
    fn octave_sums_two_paths_in_either_half() -> Result<(), GraphError> {
        let octave = find("octave").expect("octave is listed");
        let geometry = Geometry::same(4, 4, 3, 1);
        let mut source = Seeded(1);
        let mut b = Builder::new(&mut source);
        let x = b.input("input", Shape::new(1, 4, 8, 8))?;
        let y = octave.embed(&geometry, &Settings::defaults(octave, &geometry), x, &mut b)?;
        let graph = b.finish();
        let names = |channel| -> Vec<String> {
            let parts = branches(&graph, y, channel);
            parts.iter().map(|(id, c)| format!("{} {c}", graph.node(*id).name)).collect()
        };
        assert_eq!(names(1), ["high_to_high 1", "low_to_high_up 1"]);
        assert_eq!(names(3), ["low_to_low 1", "high_to_low 1"]);
        assert_eq!(branches(&graph, x, 2), [(x, 2)]);
        Ok(())
    }
}
