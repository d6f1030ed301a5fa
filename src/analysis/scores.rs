//! Probabilities of a network's first output.

use crate::graph::{Graph, Op};
use crate::tensor::HostTensor;

/// The probabilities of the classes of the first photo: `values` of the first output as they are if it
/// is a softmax, else their softmax. Empty if the output is a map or a single number: then it has no
/// classes.
pub fn scores(graph: &Graph, values: &HostTensor) -> Vec<f32> {
    let shape = values.shape();
    if shape.plane() != 1 || shape.c < 2 {
        return Vec::new();
    }
    let values = &values.data()[..shape.c];
    let is_softmax = graph.outputs().first().is_some_and(|(_, id)| graph.node(*id).op == Op::Softmax);
    if is_softmax {
        return values.to_vec();
    }
    // The largest value is taken off first: `exp` stays finite.
    let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = values.iter().map(|&v| f64::from(v - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|p| (p / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Builder, Seeded};
    use crate::tensor::Shape;

    fn graph(softmax: bool, shape: Shape) -> Graph {
        let mut source = Seeded(1);
        let mut b = Builder::new(&mut source);
        let x = b.input("x", shape).unwrap();
        if softmax {
            b.softmax("prob", x).unwrap();
        }
        b.finish()
    }

    #[test]
    fn logits_become_probabilities_and_probabilities_stay() {
        let shape = Shape::new(1, 3, 1, 1);
        let logits = HostTensor::new(shape, vec![1000.0, 1000.0, f32::NEG_INFINITY]);
        assert_eq!(scores(&graph(false, shape), &logits), [0.5, 0.5, 0.0]);
        let given = HostTensor::new(shape, vec![0.1, 0.2, 0.7]);
        assert_eq!(scores(&graph(true, shape), &given), [0.1, 0.2, 0.7]);
        let map = Shape::new(1, 3, 2, 2);
        assert!(scores(&graph(false, map), &HostTensor::new(map, vec![0.0; 12])).is_empty());
    }
}
