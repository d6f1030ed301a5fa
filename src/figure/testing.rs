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

/// The figures of the group family, HetConv, learned groups, SFR and topology keep their room in both
/// languages at both sizes, also where not everything fits.
#[test]
fn nothing_stands_on_anything_else() {
    use super::scene_checks::check_figure;
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("standard", &[("groups", "1")]),
        ("standard", &[("groups", "4"), ("dilation", "2")]),
        ("depthwise", &[]),
        ("pointwise", &[]),
        ("depthwise_separable", &[]),
        ("group_pointwise", &[("groups", "2")]),
        ("octave", &[]),
        ("spconv", &[]),
        ("ghost", &[]),
        ("sic", &[("iterations", "4")]),
        ("spatial_bottleneck", &[]),
        ("hetconv", &[("part", "3"), ("order", "block")]),
        ("hetconv", &[("part", "4")]),
        ("learned_group", &[("groups", "8"), ("condensation", "8")]),
        ("learned_group", &[("groups", "16"), ("condensation", "2"), ("form", "converted")]),
        ("sfr", &[("groups", "8"), ("sparsity", "8")]),
        ("sfr", &[("groups", "1"), ("sparsity", "16"), ("form", "converted")]),
        ("topological", &[("grid", "16"), ("neighborhood", "5")]),
        ("topological", &[("grid", "4x4"), ("neighborhood", "2x3")]),
        ("topological", &[("grid", "2x2x4"), ("neighborhood", "1x2x3")]),
        ("topological", &[("grid", "2x8"), ("neighborhood", "1x3")]),
    ];
    let ours = [
        "connections",
        "group_slider",
        "kernel_grid",
        "one_filter",
        "speedup_p",
        "stages",
        "l1_bars",
        "converted",
        "reactivation",
        "torus",
    ];
    for (variant, settings) in cases {
        if !variants::find(variant).unwrap().figures().iter().any(|name| ours.contains(name)) {
            continue;
        }
        for [inputs, outputs] in [[16, 16], [16, 64], [128, 16], [256, 256]] {
            let pointwise = ["pointwise", "learned_group", "sfr"].contains(variant);
            let run = study(variant, settings, inputs, outputs, if pointwise { 1 } else { 3 });
            for name in run.study.operator().figures().iter().filter(|name| ours.contains(name)) {
                let figure = find(name).unwrap();
                check_figure(figure, &run, &[]);
                for knob in figure.knobs(&run) {
                    check_figure(figure, &run, &[(knob.name, knob.least)]);
                    check_figure(figure, &run, &[(knob.name, knob.most)]);
                }
            }
        }
    }
}
