//! Inputs and outputs as a file describes them. The graph has maps only.

use super::onnx::View;
use super::{ModelError, OutputTensor};
use crate::graph::Graph;
use crate::tensor::{HostTensor, Shape};

/// An input or output of a model: its name, its sides, and how its values lie in the graph's map.
#[derive(Clone, Debug)]
pub struct Port {
    /// Name in the file, and in files of inputs and outputs.
    pub name: String,
    /// Sides in the file, slowest axis first.
    pub dims: Vec<usize>,
    /// Where its values lie.
    pub view: View,
}

impl Port {
    /// A port that is a map `[N, C, H, W]`.
    fn map(name: &str, shape: Shape) -> Self {
        let dims = vec![shape.n, shape.c, shape.h, shape.w];
        Self { name: name.to_owned(), dims, view: View::of(shape, 4) }
    }

    /// The inputs of a graph whose maps are its tensors.
    pub fn inputs(graph: &Graph) -> Vec<Self> {
        let node = |&id: &crate::graph::NodeId| Self::map(&graph.node(id).name, graph.shape(id));
        graph.inputs().iter().map(node).collect()
    }

    /// The outputs of a graph whose maps are its tensors.
    pub fn outputs(graph: &Graph) -> Vec<Self> {
        graph.outputs().iter().map(|(name, id)| Self::map(name, graph.shape(*id))).collect()
    }

    /// Values with the sides of the file as the graph's map of shape `shape`. The map's own sides are
    /// accepted too.
    ///
    /// # Errors
    /// If the sides are others.
    pub fn to_map(&self, shape: Shape, dims: &[usize], values: Vec<f32>) -> Result<HostTensor, ModelError> {
        let map = [shape.n, shape.c, shape.h, shape.w];
        if dims != self.dims && dims != map {
            return Err(ModelError::Tensor {
                tensor: self.name.clone(),
                expected: format!("shape {:?}", self.dims),
                found: format!("{dims:?}"),
            });
        }
        if dims == map && dims != self.dims || self.lies_in_order(shape) {
            return Ok(HostTensor::new(shape, values));
        }
        let mut placed = vec![0.0; values.len()];
        for (index, value) in self.view.indices(shape).into_iter().zip(values) {
            placed[index as usize] = value;
        }
        Ok(HostTensor::new(shape, placed))
    }

    /// The graph's map with the sides of the file.
    pub fn tensor(&self, map: &HostTensor) -> OutputTensor {
        let values = if self.lies_in_order(map.shape()) {
            map.data().to_vec()
        } else {
            self.view.indices(map.shape()).iter().map(|&i| map.data()[i as usize]).collect()
        };
        OutputTensor { name: self.name.clone(), dims: self.dims.clone(), values }
    }

    /// Whether the values of the tensor lie in the map as they come.
    fn lies_in_order(&self, shape: Shape) -> bool {
        self.view.is_map(shape) && self.view.is_whole(1, 1, shape)
    }
}
