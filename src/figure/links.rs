//! Which input channels each output channel reads: of one operation as a matrix, and of a whole graph
//! by following it back from one channel.

use crate::graph::{Extent, Graph, NodeId, Op};

/// What connects an output channel to an input channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nothing.
    None,
    /// The centre tap of a kernel.
    Centre,
    /// All `k x k` taps.
    Full,
}

/// The connections of one operation: rows are outputs, columns inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Links {
    /// Output channels.
    pub outputs: usize,
    /// Input channels.
    pub inputs: usize,
    /// Kernel side.
    pub kernel: usize,
    links: Vec<Link>,
}

impl Links {
    /// The connections of an operation that mixes or moves channels; `None` for others.
    pub fn of(graph: &Graph, id: NodeId) -> Option<Self> {
        let node = graph.node(id);
        let inputs = graph.shape(*node.inputs.first()?).c;
        let outputs = node.shape.c;
        let mut links = vec![Link::None; outputs * inputs];
        let mut kernel = 1;
        match &node.op {
            Op::Conv2d(conv) => {
                kernel = conv.kernel;
                for o in 0..outputs {
                    conv.wiring.for_each_kernel(o, inputs, outputs, |k| {
                        let full = k.extent != Extent::Centre || kernel == 1;
                        links[o * inputs + k.input as usize] = if full { Link::Full } else { Link::Centre };
                    });
                }
            }
            Op::DepthwiseTranspose { kernel: side, .. } => {
                kernel = *side;
                (0..outputs).for_each(|c| links[c * inputs + c] = Link::Full);
            }
            Op::GatherChannels(channels) => {
                let places = channels.iter().enumerate();
                places.for_each(|(o, &i)| links[o * inputs + i as usize] = Link::Full);
            }
            Op::ScatterAdd { channels, .. } => {
                let places = channels.iter().enumerate();
                places.for_each(|(i, &o)| links[o as usize * inputs + i] = Link::Full);
            }
            _ => return None,
        }
        Some(Self { outputs, inputs, kernel, links })
    }

    /// What connects output `o` to input `i`.
    pub fn link(&self, o: usize, i: usize) -> Link {
        self.links[o * self.inputs + i]
    }

    /// The inputs that output `o` reads.
    pub fn inputs_of(&self, o: usize) -> Vec<usize> {
        (0..self.inputs).filter(|&i| self.link(o, i) != Link::None).collect()
    }

    /// Number of connections, each a two-dimensional kernel.
    pub fn connections(&self) -> usize {
        self.links.iter().filter(|&&link| link != Link::None).count()
    }

    /// Number of connections with all their taps.
    pub fn full(&self) -> usize {
        self.links.iter().filter(|&&link| link == Link::Full).count()
    }

    /// Number of taps: weights, and multiply-adds per output pixel.
    pub fn taps(&self) -> usize {
        self.connections() - self.full() + self.full() * self.kernel * self.kernel
    }

    /// Taps of the dense matrix.
    pub const fn dense_taps(&self) -> usize {
        self.outputs * self.inputs * self.kernel * self.kernel
    }
}

/// For every value of the graph, which of its channels channel `channel` of `id` depends on.
pub fn reach(graph: &Graph, id: NodeId, channel: usize) -> Vec<Vec<bool>> {
    let mut reached: Vec<Vec<bool>> = graph.nodes().iter().map(|node| vec![false; node.shape.c]).collect();
    if let Some(first) = reached[id.index()].get_mut(channel) {
        *first = true;
    }
    for (id, node) in graph.iter().collect::<Vec<_>>().into_iter().rev() {
        let wanted = std::mem::take(&mut reached[id.index()]);
        let lit = || wanted.iter().enumerate().filter(|(_, lit)| **lit).map(|(c, _)| c);
        match &node.op {
            Op::Conv2d(_) | Op::DepthwiseTranspose { .. } | Op::GatherChannels(_) | Op::ScatterAdd { .. } => {
                if let Some(links) = Links::of(graph, id) {
                    let before = &mut reached[node.inputs[0].index()];
                    lit().for_each(|o| links.inputs_of(o).into_iter().for_each(|i| before[i] = true));
                }
            }
            Op::Linear | Op::Softmax => {
                if lit().next().is_some() {
                    reached[node.inputs[0].index()].fill(true);
                }
            }
            Op::Normalize { over, .. } => {
                let before = &mut reached[node.inputs[0].index()];
                lit().for_each(|c| before[over.beside(c, wanted.len())].fill(true));
            }
            Op::LocalResponseNorm(norm) => {
                let before = &mut reached[node.inputs[0].index()];
                lit().for_each(|c| before[norm.window(c, wanted.len())].fill(true));
            }
            Op::Concat => {
                let mut start = 0;
                for input in &node.inputs {
                    let before = &mut reached[input.index()];
                    let end = start + before.len();
                    lit().filter(|c| (start..end).contains(c)).for_each(|c| before[c - start] = true);
                    start = end;
                }
            }
            Op::SliceChannels { start, .. } => {
                let before = &mut reached[node.inputs[0].index()];
                lit().for_each(|c| before[start + c] = true);
            }
            Op::Flatten => {
                let plane = graph.shape(node.inputs[0]).plane();
                let before = &mut reached[node.inputs[0].index()];
                lit().for_each(|c| before[c / plane] = true);
            }
            Op::Resample(sampling) => {
                let from = graph.shape(node.inputs[0]);
                let before = &mut reached[node.inputs[0].index()];
                lit()
                    .for_each(|c| sampling.channels_read(from, c).into_iter().for_each(|i| before[i] = true));
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
            | Op::PairSoftmax
            | Op::Blend => {
                for input in &node.inputs {
                    lit().for_each(|c| reached[input.index()][c] = true);
                }
            }
        }
        reached[id.index()] = wanted;
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::testing::study;

    #[test]
    fn taps_are_those_that_the_cost_counts() {
        for (variant, settings) in [
            ("standard", vec![("groups", "4")]),
            ("hetconv", vec![("part", "4")]),
            ("topological", vec![]),
            ("group_pointwise", vec![("groups", "2")]),
        ] {
            let run = study(variant, &settings, 16, 32, 3);
            for (id, _) in run.convolutions() {
                let links = Links::of(&run.graph, id).unwrap();
                let pixels = run.graph.shape(id).plane();
                assert_eq!((links.taps() * pixels) as u64, run.cost.nodes[id.index()].macs, "{variant}");
            }
        }
    }

    /// A change of one input channel changes exactly the outputs that reach it.
    #[test]
    fn reach_is_what_a_change_of_an_input_shows() {
        use crate::exec::{Ctl, ReferencePlan, Value};
        use crate::tensor::HostTensor;
        for (variant, settings) in [
            ("group_pointwise", vec![("groups", "4")]),
            ("topological", vec![("grid", "8"), ("neighborhood", "3")]),
            ("octave", vec![("alpha_in", "0.5"), ("alpha_out", "0")]),
            ("ghost", vec![]),
            ("sfr", vec![("groups", "2"), ("sparsity", "4"), ("form", "converted")]),
            ("learned_group", vec![("groups", "2"), ("condensation", "4"), ("form", "converted")]),
        ] {
            let kernel = if matches!(variant, "sfr" | "learned_group") { 1 } else { 3 };
            let run = study(variant, &settings, 8, 8, kernel);
            let inputs: Vec<HostTensor> =
                run.graph.inputs().iter().map(|&id| run.value(id).clone()).collect();
            let values = |inputs: &[HostTensor]| {
                let trace = ReferencePlan::new(&run.graph).run(inputs, &Ctl::default()).unwrap();
                match trace.value(run.output()) {
                    Value::Host(tensor) => tensor.clone(),
                    Value::Device { .. } => unreachable!("the reference computes on the host"),
                }
            };
            let before = values(&inputs);
            for (place, &input) in run.graph.inputs().iter().enumerate() {
                let shape = inputs[place].shape();
                for c in 0..shape.c {
                    let mut data = inputs[place].data().to_vec();
                    data[c * shape.plane()..(c + 1) * shape.plane()].iter_mut().for_each(|v| *v += 3.0);
                    let mut changed = inputs.clone();
                    changed[place] = HostTensor::new(shape, data);
                    let after = values(&changed);
                    for o in 0..before.shape().c {
                        let differs = before.channel(0, o) != after.channel(0, o);
                        let reached = reach(&run.graph, run.output(), o)[input.index()][c];
                        assert_eq!(differs, reached, "{variant}: input {place} channel {c}, output {o}");
                    }
                }
            }
        }
    }
}
