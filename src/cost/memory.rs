//! How much memory the maps of a graph need at once.

use crate::graph::{Graph, NodeId, Op};

/// Bytes of one `f32`.
const VALUE: u128 = 4;

/// The most memory that maps need at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeakMemory {
    /// Bytes, for the graph's batch, as `f32`.
    pub bytes: u64,
    /// The first node at which so much is needed; `None` for a graph without nodes.
    pub node: Option<NodeId>,
}

/// The peak memory of the maps when the nodes run one after the other in the graph's order, each with a map of its
/// own: while a node runs, its inputs and its output exist together, and a map is given back after the last node that
/// reads it. The graph's inputs exist from the beginning, its outputs to the end. No operation writes over its input
/// and nothing is fused; flattening moves no value, so its result is its input. Weights, padded copies and whatever
/// else an implementation needs are not in it, so it is a property of the graph and no measurement.
pub fn peak_memory(graph: &Graph) -> PeakMemory {
    let count = graph.nodes().len();
    // The node whose memory holds the value.
    let mut owner: Vec<usize> = Vec::with_capacity(count);
    for (id, node) in graph.iter() {
        let shared = node.inputs.first().filter(|_| matches!(node.op, Op::Flatten));
        owner.push(shared.map_or(id.index(), |input| owner[input.index()]));
    }
    let mut last_use: Vec<usize> = (0..count).collect();
    for (id, node) in graph.iter() {
        for at in node.inputs.iter().map(|input| input.index()).chain([id.index()]) {
            last_use[owner[at]] = id.index();
        }
    }
    for (_, output) in graph.outputs() {
        last_use[owner[output.index()]] = usize::MAX;
    }
    let bytes = |at: usize| graph.nodes()[at].shape.elements() as u128 * VALUE;
    let mut given_back = vec![0; count];
    for at in (0..count).filter(|&at| owner[at] == at) {
        if let Some(sum) = given_back.get_mut(last_use[at]) {
            *sum += bytes(at);
        }
    }
    let mut live: u128 = graph.inputs().iter().map(|input| bytes(input.index())).sum();
    let mut peak = (0, None);
    for (id, node) in graph.iter() {
        let at = id.index();
        if !matches!(node.op, Op::Input) && owner[at] == at {
            live += bytes(at);
        }
        if peak.1.is_none() || live > peak.0 {
            peak = (live, Some(id));
        }
        live -= given_back[at];
    }
    PeakMemory { bytes: u64::try_from(peak.0).unwrap_or(u64::MAX), node: peak.1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Activation, Blank, Builder};
    use crate::tensor::Shape;

    /// Values of a map of one channel.
    fn map(values: usize) -> Shape {
        Shape::new(1, 1, 1, values)
    }

    fn peak(build: impl FnOnce(&mut Builder<'_>) -> &'static str) -> (u64, String) {
        let mut source = Blank;
        let mut b = Builder::new(&mut source);
        let last = build(&mut b);
        let id = b.graph().find(last).unwrap();
        b.output("out", id);
        let graph = b.finish();
        let PeakMemory { bytes, node } = peak_memory(&graph);
        (bytes / 4, graph.node(node.unwrap()).name.clone())
    }

    #[test]
    fn a_chain_needs_two_maps_at_a_time() {
        let (values, at) = peak(|b| {
            let x = b.input("x", map(10)).unwrap();
            let x = b.activation("a", x, Activation::Relu).unwrap();
            let x = b.activation("b", x, Activation::Relu).unwrap();
            b.activation("c", x, Activation::Relu).unwrap();
            "c"
        });
        assert_eq!((values, at.as_str()), (20, "a"));
    }

    #[test]
    fn a_map_that_is_read_later_stays() {
        let (values, at) = peak(|b| {
            let x = b.input("x", map(10)).unwrap();
            let y = b.activation("a", x, Activation::Relu).unwrap();
            let y = b.activation("b", y, Activation::Relu).unwrap();
            b.add("sum", x, y).unwrap();
            "sum"
        });
        // The input waits beside a and b, then beside b and the sum.
        assert_eq!((values, at.as_str()), (30, "b"));
    }

    #[test]
    fn concatenation_needs_its_parts_and_its_result() {
        let (values, at) = peak(|b| {
            let x = b.input("x", map(10)).unwrap();
            let y = b.activation("a", x, Activation::Relu).unwrap();
            let z = b.activation("b", x, Activation::Relu).unwrap();
            b.concat("both", &[y, z]).unwrap();
            "both"
        });
        assert_eq!((values, at.as_str()), (40, "both"), "the input is given back after b");
    }

    #[test]
    fn outputs_stay_to_the_end_and_flattening_needs_nothing() {
        let (values, at) = peak(|b| {
            let x = b.input("x", Shape::new(1, 2, 5, 1)).unwrap();
            let x = b.activation("a", x, Activation::Relu).unwrap();
            b.output("early", x);
            let x = b.flatten("flat", x).unwrap();
            b.linear("fc", x, 30).unwrap();
            "fc"
        });
        assert_eq!((values, at.as_str()), (40, "fc"), "10 of a, shared by flat, and 30");
    }
}
