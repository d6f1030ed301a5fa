//! Runs an operator on numbers that a test writes out, by the reference executor.

#[cfg(test)]
use std::collections::BTreeMap;

#[cfg(test)]
use super::{ConvVariant, Geometry, Output, Settings};
#[cfg(test)]
use crate::{
    exec::{Ctl, ReferencePlan, Value},
    graph::{Builder, GraphError, Op, Origin, Weight, WeightSource},
    tensor::{HostTensor, Shape},
};

/// The weights that a test gives, by name; those not asked for stay.
#[cfg(test)]
struct Given(BTreeMap<String, Vec<f32>>);

#[cfg(test)]
impl WeightSource for Given {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        let values = self.0.remove(name);
        assert!(values.is_some() || optional, "the test gives no weight '{name}' {dims:?}");
        Ok(values.map(|values| Weight::new(name, dims.to_vec(), values, Origin::Given)))
    }
}

/// The results of an operator in its order, each row-major. A mask is 1 where a weight is kept.
#[cfg(test)]
pub(super) fn run(
    v: &dyn ConvVariant,
    g: Geometry,
    settings: &[(&str, &str)],
    inputs: &[([usize; 4], &[f32])],
    weights: &[(&str, &[f32])],
) -> Vec<Vec<f32>> {
    let mut s = Settings::default();
    settings.iter().for_each(|(name, value)| s.set(name, value.parse().unwrap()));
    let s = s.completed(v, &g);
    s.check(v, &g).unwrap();
    let mut given = Given(weights.iter().map(|(name, w)| ((*name).to_owned(), w.to_vec())).collect());
    let mut b = Builder::new(&mut given);
    let maps = v.inputs(&g, &s);
    assert_eq!(maps.len(), inputs.len(), "inputs of {}", v.name());
    let tensors: Vec<HostTensor> = inputs
        .iter()
        .map(|([n, c, h, w], values)| HostTensor::new(Shape::new(*n, *c, *h, *w), values.to_vec()))
        .collect();
    let nodes: Vec<_> =
        maps.iter().zip(&tensors).map(|(map, x)| b.input(map.name, x.shape()).unwrap()).collect();
    let outputs = v.lower(&g, &s, &nodes, &mut b).unwrap();
    let graph = b.finish();
    assert!(given.0.is_empty(), "not used: {:?}", given.0.keys());
    let trace = ReferencePlan::new(&graph).run(&tensors, &Ctl::default()).unwrap();
    let values = |output: &Output| match output {
        Output::Map(id) | Output::PerChannel(id) => match trace.value(*id) {
            Value::Host(tensor) => tensor.data().to_vec(),
            Value::Device { .. } => unreachable!("the reference computes on the host"),
        },
        Output::Mask(id) => {
            let (node, inputs) = (graph.node(*id), graph.shape(graph.node(*id).inputs[0]).c);
            let Op::Conv2d(conv) = &node.op else { panic!("a mask is that of a convolution") };
            let mut mask = vec![0.0; node.shape.c * inputs];
            for o in 0..node.shape.c {
                conv.wiring
                    .for_each_kernel(o, inputs, node.shape.c, |k| mask[o * inputs + k.input as usize] = 1.0);
            }
            mask
        }
    };
    outputs.iter().map(|(_, output)| values(output)).collect()
}
