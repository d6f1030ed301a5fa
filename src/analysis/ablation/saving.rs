//! What a network would save if channels were removed from it.

use crate::graph::{Extent, Graph, Node, NodeId, Op};

/// Multiply-adds and parameters that go with removed channels.
///
/// Convention: multiply-adds of convolutions and linear layers, without bias, zeros of the border included, as
/// everywhere. A removed channel is neither computed nor read: the taps that make it go, and those of its
/// readers that read it. Activations, norms, pools and copies pass the removal on in both directions, a
/// depthwise convolution too; a sum keeps a channel as long as one of its summands has it, a product loses it with
/// either factor, and a channel that somebody else still reads is still computed. Parameters are weights of taps, biases and the two trained
/// values of norms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Saving {
    /// Multiply-adds saved.
    pub macs: u64,
    /// Of so many.
    pub of_macs: u64,
    /// Parameters saved.
    pub params: u64,
    /// Of so many.
    pub of_params: u64,
}

/// What removing these channels of the value `id` saves.
pub fn saving(graph: &Graph, id: NodeId, channels: &[usize]) -> Saving {
    let (of_macs, of_params) = Alive::of(graph, id, &[]).cost(graph);
    let (macs, params) = Alive::of(graph, id, channels).cost(graph);
    Saving { macs: of_macs - macs, of_macs, params: of_params - params, of_params }
}

/// For each node its channels that are there, and those of them that anyone needs.
struct Alive {
    there: Vec<Vec<bool>>,
    needed: Vec<Vec<bool>>,
}

impl Alive {
    fn of(graph: &Graph, id: NodeId, removed: &[usize]) -> Self {
        // Forwards: a value that is made of removed ones alone is not there either.
        let mut there: Vec<Vec<bool>> = Vec::with_capacity(graph.nodes().len());
        for (this, node) in graph.iter() {
            let mut own: Vec<bool> = (0..node.shape.c)
                .map(|c| {
                    let (mut all, mut any, mut sources) = (true, false, 0);
                    for_each_source(graph, node, c, |input, channel| {
                        let there = there[node.inputs[input].index()][channel];
                        sources += 1;
                        all &= there;
                        any |= there;
                    });
                    // A product needs both of its factors.
                    if node.op == Op::Multiply { all } else { any || sources == 0 }
                })
                .collect();
            if this == id {
                removed.iter().for_each(|&c| own[c] = false);
            }
            there.push(own);
        }
        // Backwards: what nobody needs is not computed.
        let mut needed: Vec<Vec<bool>> = graph.nodes().iter().map(|n| vec![false; n.shape.c]).collect();
        for (_, output) in graph.outputs() {
            needed[output.index()].fill(true);
        }
        for (this, node) in graph.iter().collect::<Vec<_>>().into_iter().rev() {
            for c in 0..node.shape.c {
                needed[this.index()][c] &= there[this.index()][c];
                if needed[this.index()][c] {
                    for_each_source(graph, node, c, |input, channel| {
                        needed[node.inputs[input].index()][channel] = true;
                    });
                }
            }
        }
        Self { there, needed }
    }

    /// Multiply-adds and parameters.
    fn cost(&self, graph: &Graph) -> (u64, u64) {
        let (mut macs, mut params) = (0, 0);
        for (id, node) in graph.iter() {
            let needed = &self.needed[id.index()];
            let count = needed.iter().filter(|&&n| n).count() as u64;
            let pixels = (node.shape.n * node.shape.plane()) as u64;
            let biases = if node.weights.len() > 1 { count } else { 0 };
            match &node.op {
                Op::Conv2d(conv) => {
                    let read = &self.there[node.inputs[0].index()];
                    let full = (conv.kernel * conv.kernel) as u64;
                    let mut taps = 0;
                    for o in (0..needed.len()).filter(|&o| needed[o]) {
                        conv.wiring.for_each_kernel(o, read.len(), needed.len(), |k| {
                            if read[k.input as usize] {
                                taps += if k.extent == Extent::Full { full } else { 1 };
                            }
                        });
                    }
                    macs += taps * pixels;
                    params += taps + biases;
                }
                Op::Linear => {
                    let read = self.there[node.inputs[0].index()].iter().filter(|&&t| t).count() as u64;
                    macs += read * count * node.shape.n as u64;
                    params += read * count + biases;
                }
                Op::DepthwiseTranspose { kernel, .. } => {
                    macs += count * pixels;
                    params += count * (kernel * kernel) as u64;
                }
                Op::BatchNorm { .. } => {
                    let each = node.weights[..2].iter().map(|&w| graph.weight(w).of_one_channel());
                    params += each.sum::<u64>() * count;
                }
                Op::Input
                | Op::Activation(_)
                | Op::Pool2d(_)
                | Op::GlobalAveragePool
                | Op::AdaptiveAveragePool { .. }
                | Op::Flatten
                | Op::UpsampleNearest { .. }
                | Op::Add
                | Op::Multiply
                | Op::Concat
                | Op::SliceChannels { .. }
                | Op::Normalize { .. }
                | Op::LocalResponseNorm(_)
                | Op::Softmax
                | Op::GatherChannels(_)
                | Op::ScatterAdd { .. }
                | Op::Resample(_)
                | Op::PairSoftmax
                | Op::Blend => {}
            }
        }
        (macs, params)
    }
}

/// The input channels that channel `c` of a node is computed from: number of the input, channel.
fn for_each_source(graph: &Graph, node: &Node, c: usize, mut visit: impl FnMut(usize, usize)) {
    let channels = |input: usize| graph.shape(node.inputs[input]).c;
    match &node.op {
        Op::Input => {}
        Op::Conv2d(conv) => {
            conv.wiring.for_each_kernel(c, channels(0), node.shape.c, |k| visit(0, k.input as usize));
        }
        Op::Linear | Op::Softmax => (0..channels(0)).for_each(|i| visit(0, i)),
        Op::Normalize { over, .. } => over.beside(c, node.shape.c).for_each(|i| visit(0, i)),
        Op::LocalResponseNorm(norm) => norm.window(c, node.shape.c).for_each(|i| visit(0, i)),
        Op::BatchNorm { .. }
        | Op::Activation(_)
        | Op::Pool2d(_)
        | Op::GlobalAveragePool
        | Op::AdaptiveAveragePool { .. }
        | Op::UpsampleNearest { .. }
        | Op::DepthwiseTranspose { .. } => visit(0, c),
        Op::Flatten => visit(0, c / graph.shape(node.inputs[0]).plane()),
        Op::Add | Op::Multiply | Op::PairSoftmax => (0..2).for_each(|input| visit(input, c)),
        Op::Blend => (0..3).for_each(|input| visit(input, c)),
        Op::SliceChannels { start, .. } => visit(0, start + c),
        Op::GatherChannels(order) => visit(0, order[c] as usize),
        Op::ScatterAdd { channels, .. } => {
            let sources = channels.iter().enumerate().filter(|(_, to)| **to as usize == c);
            sources.for_each(|(from, _)| visit(0, from));
        }
        Op::Resample(sampling) => {
            let from = graph.shape(node.inputs[0]);
            sampling.channels_read(from, c).into_iter().for_each(|from| visit(0, from));
        }
        Op::Concat => {
            let mut first = 0;
            for input in 0..node.inputs.len() {
                if c < first + channels(input) {
                    return visit(input, c - first);
                }
                first += channels(input);
            }
        }
    }
}
