//! Fused steps against the plain loops: what a convolution draws in, on every kernel that may run it.

use super::oracle;
use super::{context, graph_of, random};
use crate::exec::conv_work::ConvWork;
use crate::exec::fuse::{Fused, Step, Work};
use crate::exec::wgpu::conv::Target;
use crate::exec::wgpu::{ConvAlgorithm, FusedPlan, GpuContext};
use crate::exec::{Ctl, ExecError};
use crate::graph::{
    Activation, Builder, Conv2d, Graph, GraphError, NodeId, Padding, Pool2d, PoolKind, Seeded, Wiring,
};
use crate::networks;
use crate::tensor::Shape;

/// Every kernel for taps but the yardstick.
const ALGORITHMS: [ConvAlgorithm; 4] =
    [ConvAlgorithm::Auto, ConvAlgorithm::Tiled, ConvAlgorithm::Direct, ConvAlgorithm::Broadcast];

/// Runs the graph as on a software adapter and as on a GPU, with every kernel for taps, twice each, and
/// compares the results with those of the plain loops. Returns the steps.
fn check(graph: &Graph) -> Option<Fused> {
    let ctx = context()?;
    let inputs: Vec<_> = graph.inputs().iter().map(|&i| random(graph.shape(i), 9)).collect();
    let expected = oracle::run(graph, &inputs);
    let mut fused = None;
    for algorithm in ALGORITHMS {
        for target in [ctx.target(), Target::Software { subgroups: false }, Target::Gpu] {
            let plan = FusedPlan::for_adapter(ctx, graph, algorithm, target).expect("plan");
            // The second run finds the maps of the first in the memory.
            plan.run(&inputs, &Ctl::default()).expect("run");
            let trace = plan.run(&inputs, &Ctl::default()).expect("run");
            for ((name, id), found) in graph.outputs().iter().zip(&trace.outputs) {
                let error = found.relative_error(&expected[id.index()]);
                assert!(error < 1e-4, "{name}, {algorithm:?}, {target:?}: {error:e}");
            }
            assert_eq!(trace.times.len(), if ctx.has_timestamps() { plan.fused().steps.len() } else { 0 });
            fused = Some(plan.fused().clone());
        }
    }
    fused
}

/// A graph whose last node is the output, on inputs of the given shapes.
fn graph(x: Shape, build: impl Fn(&mut Builder<'_>, NodeId) -> Result<NodeId, GraphError>) -> Graph {
    graph_of(x, 1, |b, x| {
        let y = build(b, x).expect("graph");
        b.output("y", y);
    })
}

fn conv(kernel: usize, stride: usize, groups: usize) -> Conv2d {
    let padding = Padding::same(kernel, 1);
    Conv2d { kernel, stride, padding, dilation: 1, wiring: Wiring::Grouped(groups) }
}

fn halved(b: &mut Builder<'_>, name: &str, x: NodeId) -> Result<NodeId, GraphError> {
    let padding = Padding::default();
    b.pool2d(name, x, Pool2d { padding, ceil: true, ..Pool2d::square(PoolKind::Average, 2, 2) })
}

fn convolutions(fused: &Fused) -> Vec<&ConvWork> {
    fn conv(step: &Step) -> Option<&ConvWork> {
        if let Work::Conv(work) = &step.work { Some(work) } else { None }
    }
    fused.steps.iter().filter_map(conv).collect()
}

/// Batch 3 with sides that do not divide, a map of one row, a single pixel.
const SHAPES: [Shape; 3] =
    [Shape { n: 3, c: 6, h: 7, w: 9 }, Shape { n: 1, c: 6, h: 1, w: 10 }, Shape { n: 2, c: 6, h: 1, w: 1 }];

#[test]
fn a_map_of_half_the_size_is_added() {
    // The outputs of the taps of all channels, and of a depthwise convolution.
    for (x, groups) in SHAPES.into_iter().flat_map(|x| [1, 2, 6].map(|g| (x, g))) {
        let graph = graph(x, |b, x| {
            let half = b.conv2d("half", x, conv(3, 2, 1), 6, true)?;
            let (h, w) = (b.shape(x).h, b.shape(x).w);
            let raised = b.upsample("raised", half, 2, h, w)?;
            let main = b.conv2d("main", x, conv(3, 1, groups), 6, true)?;
            let sum = b.add("sum", main, raised)?;
            b.activation("relu6", sum, Activation::Relu6)
        });
        let Some(fused) = check(&graph) else { return };
        assert_eq!(fused.steps.len(), 2);
        let last = convolutions(&fused)[1];
        assert_eq!(last.residual.as_ref().map(|r| r.factor), Some(2));
        assert_eq!(last.activation, Some(Activation::Relu6));
    }
}

#[test]
fn maps_are_read_through_means() {
    for x in SHAPES {
        let graph = graph(x, |b, x| {
            let mean = halved(b, "mean", x)?;
            let a = b.conv2d("a", mean, conv(3, 1, 1), 20, true)?;
            let c = b.conv2d("c", mean, conv(1, 1, 2), 4, true)?;
            b.output("a", a);
            b.output("c", c);
            // And once more from a map that lies in memory.
            let again = halved(b, "again", a)?;
            b.conv2d("d", again, conv(3, 1, 1), 2, false)
        });
        let Some(fused) = check(&graph) else { return };
        assert!(convolutions(&fused).iter().all(|c| c.sources.iter().all(|s| s.pooled)));
        assert!(fused.steps.iter().all(|s| matches!(s.work, Work::Conv(_))));
    }
}

#[test]
fn maps_of_different_strides_become_one_sum() {
    for x in SHAPES {
        let graph = graph(x, |b, x| {
            let half = b.conv2d("half", x, conv(3, 2, 1), 6, true)?;
            let a = b.conv2d("a", x, conv(3, 2, 2), 18, true)?;
            let c = b.conv2d("c", half, conv(3, 1, 1), 18, true)?;
            let mean = halved(b, "mean", x)?;
            let d = b.conv2d("d", mean, conv(1, 1, 1), 18, false)?;
            let sum = b.add("a + c", a, c)?;
            let sum = b.add("a + c + d", sum, d)?;
            let norm = b.batch_norm("norm", sum, 1e-5)?;
            b.activation("relu", norm, Activation::Relu)
        });
        let Some(fused) = check(&graph) else { return };
        let sources = &convolutions(&fused).last().expect("a sum").sources;
        assert_eq!(sources.iter().map(|s| (s.stride, s.pooled)).collect::<Vec<_>>().len(), 3);
        assert_eq!(fused.steps.len(), 2);
    }
}

#[test]
fn one_dispatch_writes_two_maps() {
    for x in SHAPES {
        let graph = graph(x, |b, x| {
            let a = b.conv2d("a", x, conv(3, 1, 1), 6, true)?;
            let c = b.conv2d("c", x, conv(1, 1, 3), 30, true)?;
            b.output("c", c);
            Ok(a)
        });
        let Some(fused) = check(&graph) else { return };
        let works = convolutions(&fused);
        assert_eq!(works.len(), 1);
        assert!(works[0].targets.iter().any(|t| t.buffer != works[0].targets[0].buffer));
    }
}

/// The two halves of a concatenation, the second made of the first: depthwise between channels of one
/// buffer, one output or three for each input, or from every input.
#[test]
fn channels_of_one_buffer_are_read_and_written() {
    for (x, groups, outputs) in
        SHAPES.into_iter().flat_map(|x| [(4, 4), (4, 12), (1, 5)].map(|g| (x, g.0, g.1)))
    {
        let graph = graph(x, |b, x| {
            let first = b.conv2d("first", x, conv(1, 1, 1), 4, true)?;
            let cheap = b.conv2d("cheap", first, conv(3, 1, groups), outputs, true)?;
            let relu = b.activation("relu", cheap, Activation::Relu)?;
            b.concat("joined", &[first, relu])
        });
        let Some(fused) = check(&graph) else { return };
        let last = *convolutions(&fused).last().expect("a convolution");
        assert_eq!(last.sources[0].buffer, last.targets[0].buffer);
        assert_eq!(fused.steps.len(), 2);
    }
}

#[test]
fn channels_are_chosen_added_and_copied() {
    for x in SHAPES {
        let graph = graph(x, |b, x| {
            let chosen = b.gather("chosen", x, vec![5, 0, 3])?;
            let conv1 = b.conv2d("conv", chosen, conv(3, 1, 1), 8, true)?;
            let added = b.scatter_add("added", conv1, vec![0, 1, 1, 4, 3, 0, 0, 3], 5)?;
            let part = b.slice("part", x, 1, 3)?;
            b.concat("joined", &[part, added])
        });
        let Some(fused) = check(&graph) else { return };
        assert!(fused.steps.iter().any(|s| matches!(s.work, Work::Copy { .. })));
    }
}

#[test]
fn gates_are_one_dispatch() {
    for x in SHAPES.into_iter().chain([Shape::new(2, 6, 19, 23)]) {
        let graph = graph(x, |b, x| {
            let a = b.conv2d("a", x, conv(3, 1, 1), 6, true)?;
            let c = b.conv2d("c", x, conv(1, 1, 1), 6, true)?;
            let (ma, mc) = (b.global_average_pool("ma", a)?, b.global_average_pool("mc", c)?);
            let share = b.pair_softmax("share", ma, mc)?;
            let blend = b.blend("blend", a, c, share)?;
            b.output("share", share);
            let part = b.slice("part", x, 0, 2)?;
            b.concat("joined", &[part, blend])
        });
        let Some(fused) = check(&graph) else { return };
        assert!(fused.steps.iter().any(|s| matches!(s.work, Work::Gate { .. })));
    }
}

/// Every other operation, as it is, in the memory of all maps.
#[test]
fn other_operations_run_between_maps_of_one_buffer() {
    for x in [Shape::new(1, 6, 8, 8), Shape::new(3, 4, 11, 3)] {
        let mut graph = super::runs::every_op(x);
        let ids: Vec<_> = graph.iter().map(|(id, node)| (node.name.clone(), id)).collect();
        graph = outputs_of(&graph, &ids);
        check(&graph);
    }
}

/// The graph with these outputs.
fn outputs_of(graph: &Graph, outputs: &[(String, NodeId)]) -> Graph {
    let mut weights = super::Random(1);
    let mut b = Builder::new(&mut weights);
    let mut ids: Vec<NodeId> = Vec::new();
    for (_, node) in graph.iter() {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|i| ids[i.index()]).collect();
        let id = match node.inputs.is_empty() {
            true => b.input(&node.name, node.shape),
            false => b.copy(graph, node, &inputs),
        };
        ids.push(id.expect("a copy"));
    }
    outputs.iter().for_each(|(name, id)| b.output(name, ids[id.index()]));
    b.finish()
}

#[test]
fn networks_fused_agree_with_the_plain_loops() {
    for (name, side) in [("squeezenet1_1", 47), ("efficientnet_lite0", 33)] {
        let network = networks::find(name).expect("a known network");
        let graph = network.build(&mut Seeded(1), Shape::new(2, 3, side, side)).expect("graph");
        let Some(ctx) = context() else { return };
        let inputs = [random(graph.shape(graph.inputs()[0]), 9)];
        let expected = oracle::run(&graph, &inputs);
        for target in [ctx.target(), Target::Gpu] {
            let plan = FusedPlan::for_adapter(ctx, &graph, ConvAlgorithm::Auto, target).expect("plan");
            let trace = plan.run(&inputs, &Ctl::default()).expect("run");
            for ((output, id), found) in graph.outputs().iter().zip(&trace.outputs) {
                let error = found.relative_error(&expected[id.index()]);
                assert!(error < 1e-4, "{name}, {output}, {target:?}: {error:e}");
            }
            assert!(plan.dispatches() < graph.nodes().len() * 2 / 3);
        }
    }
}

#[test]
fn memory_that_the_device_does_not_have_is_an_error() {
    let noop = GpuContext::noop();
    let large = graph(Shape::new(1, 3, 64, 64), |b, x| b.upsample("large", x, 64, 4096, 4096));
    let error = FusedPlan::new(&noop, &large).err().map(|e| e.to_string());
    let expected = "graph: its maps together needs 193 MiB, the device allows buffers of 128 MiB";
    assert_eq!(error.as_deref(), Some(expected));
}

#[test]
fn a_cancelled_or_misfed_run_is_an_error() {
    let Some(ctx) = context() else { return };
    let x = Shape::new(1, 6, 8, 8);
    let plan =
        FusedPlan::new(ctx, &graph(x, |b, x| b.conv2d("conv", x, conv(3, 1, 1), 4, true))).expect("plan");
    let ctl = Ctl::default();
    let wrong = plan.run(&[random(Shape::new(1, 6, 8, 9), 1)], &ctl);
    assert!(matches!(wrong, Err(ExecError::Input { .. })));
    ctl.cancel.cancel();
    assert!(matches!(plan.run(&[random(x, 1)], &ctl), Err(ExecError::Cancelled)));
}
