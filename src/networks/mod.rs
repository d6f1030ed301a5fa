//! Backbones: each builds itself as a graph, at any input size it allows, with weights from any
//! source. A new one is one new file and one line in [`ALL`].

mod efficientnet_lite;
mod squeezenet;

use crate::graph::{Graph, GraphError, Weight, WeightSource};
use crate::tensor::Shape;

/// Every backbone, in the order of menus and tables.
pub static ALL: &[&Network] = &[&squeezenet::SQUEEZENET1_1, &efficientnet_lite::EFFICIENTNET_LITE0];

/// A backbone.
#[derive(Debug)]
pub struct Network {
    /// Name in manifests and on the command line, such as `squeezenet1_1`.
    pub name: &'static str,
    /// Name for people, such as `SqueezeNet 1.1`; the same in every language.
    pub title: &'static str,
    /// The input it was trained on: batch 1, channels, height, width.
    pub input: Shape,
    /// Number of classes in the output `prob`.
    pub classes: usize,
    build: fn(&mut dyn WeightSource, Shape) -> Result<Graph, GraphError>,
}

impl Network {
    /// The network's graph on maps of shape `input`; its output is named `prob`.
    ///
    /// Every weight is asked for as one that must be there: a file without a bias is not this
    /// network. [`Seeded`](crate::graph::Seeded) makes an untrained one, with biases of zero.
    ///
    /// # Shapes
    /// `[N, 3, H, W]` gives `[N, classes, 1, 1]`.
    ///
    /// # Errors
    /// If the maps become smaller than a window, or a weight is missing or has another shape.
    pub fn build(&self, weights: &mut dyn WeightSource, input: Shape) -> Result<Graph, GraphError> {
        (self.build)(&mut Required(weights), input)
    }
}

/// The backbone of this name.
pub fn find(name: &str) -> Option<&'static Network> {
    ALL.iter().copied().find(|network| network.name == name)
}

/// Asks for optional weights as for required ones.
struct Required<'s>(&'s mut dyn WeightSource);

impl WeightSource for Required<'_> {
    fn take(&mut self, name: &str, dims: &[usize], _optional: bool) -> Result<Option<Weight>, GraphError> {
        self.0.take(name, dims, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Seeded;

    #[test]
    fn every_network_builds_at_other_sizes_and_batches() {
        for network in ALL {
            assert!(std::ptr::eq(*network, find(network.name).unwrap()));
            for shape in [network.input, Shape::new(2, 3, 97, 130)] {
                let graph = network.build(&mut Seeded(1), shape).unwrap();
                let (name, id) = &graph.outputs()[0];
                assert_eq!(name, "prob");
                assert_eq!(graph.shape(*id), Shape::new(shape.n, network.classes, 1, 1));
            }
        }
    }

    #[test]
    fn impossible_inputs_are_refused_with_the_node_named() {
        let squeezenet = find("squeezenet1_1").unwrap();
        let error = squeezenet.build(&mut Seeded(1), Shape::new(1, 3, 2, 2)).unwrap_err();
        assert!(error.to_string().starts_with("conv1: "), "{error}");
        for network in ALL {
            assert!(network.build(&mut Seeded(1), Shape::new(1, 3, 0, 224)).is_err());
        }
    }
}
