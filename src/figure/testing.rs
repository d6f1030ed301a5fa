//! Small studies for the tests of figures.

use std::sync::Arc;

use super::{Knobs, Scene, Site, Study, StudyRun, View, find};
use crate::exec::Ctl;
use crate::graph::{Builder, NodeId, Seeded, Wiring};
use crate::tensor::{HostTensor, Shape, seeded_normal};
use crate::text::Lang;
use crate::variants::{self, Geometry, Settings};

/// An operator on a trained-like convolution of 6x7 pixels.
pub(crate) fn study(
    variant: &str,
    settings: &[(&str, &str)],
    inputs: usize,
    outputs: usize,
    kernel: usize,
) -> StudyRun {
    let shape = Shape::new(1, inputs, 6, 7);
    let x = HostTensor::new(shape, seeded_normal(5, shape.elements(), 1.0));
    let geometry = Geometry::same(inputs, outputs, kernel, 1);
    let mut source = Seeded(3);
    let mut b = Builder::new(&mut source);
    let input = b.input("input", shape).unwrap();
    let y = b.conv2d("layer", input, geometry.conv(Wiring::Grouped(1)), outputs, false).unwrap();
    let graph = b.finish();
    let run = crate::exec::ReferencePlan::new(&graph).run(std::slice::from_ref(&x), &Ctl::default()).unwrap();
    let read = |id: NodeId| match run.value(id) {
        crate::exec::Value::Host(tensor) => Ok(tensor.clone()),
        crate::exec::Value::Device { .. } => unreachable!("the reference computes on the host"),
    };
    let site = Arc::new(Site::of_layer(&graph, y, read).unwrap());
    let mut chosen = Settings::default();
    settings.iter().for_each(|(name, value)| chosen.set(name, value.parse().unwrap()));
    Study::new(variants::find(variant).unwrap(), &chosen, site).run(&Ctl::default()).unwrap()
}

/// A figure's scene.
pub(crate) fn scene(name: &str, run: &StudyRun, channel: usize, knobs: &[(&str, i64)]) -> Scene {
    let knobs = Knobs(knobs.iter().map(|&(name, value)| (name.to_owned(), value)).collect());
    let node = run.output();
    let view = View { lang: Lang::En, size: [700.0, 420.0], channel, pixel: None, node, knobs: &knobs };
    find(name).unwrap().draw(run, &view)
}
