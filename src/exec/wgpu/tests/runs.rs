//! The other operations, and how a run behaves: times, cancelling, errors.

use std::sync::{Arc, Mutex};

use super::{compare, context, graph_of, random};
use crate::exec::wgpu::plan::Source;
use crate::exec::wgpu::{FusedPlan, GpuContext, PlanOptions, WgpuPlan, adapters, read_back};
use crate::exec::{Ctl, ExecError, TimeMethod};
use crate::graph::{
    Activation, Builder, Conv2d, Graph, NodeId, NormOver, Number, Padding, Pool2d, PoolKind, ResponseNorm,
    Sampling, Tap, Taps, Wiring,
};
use crate::tensor::Shape;

pub(super) fn every_op(x: Shape) -> Graph {
    let build = |b: &mut Builder<'_>, x: NodeId| -> Result<(), crate::graph::GraphError> {
        let norm = b.batch_norm("norm", x, 1e-5)?;
        let relu = b.activation("relu", norm, Activation::Relu)?;
        let relu6 = b.activation("relu6", norm, Activation::Relu6)?;
        let sum = b.add("sum", relu, relu6)?;
        for f in [Activation::Sigmoid, Activation::HardSigmoid, Activation::HardSwish] {
            let y = b.activation(&format!("{f:?}"), x, f)?;
            b.multiply(&format!("{f:?} times"), y, sum)?;
        }
        let positive = b.activation("positive", x, Activation::Sigmoid)?;
        for f in [Activation::Log, Activation::Sqrt, Activation::Reciprocal] {
            b.activation(&format!("{f:?}"), positive, f)?;
        }
        for f in [
            Activation::LeakyRelu(Number::new(0.25)),
            Activation::Elu(Number::new(1.5)),
            Activation::Tanh,
            Activation::Softplus,
            Activation::Gelu,
            Activation::GeluTanh,
            Activation::Erf,
            Activation::Exp,
            Activation::Abs,
            Activation::Softsign,
            Activation::Threshold(Number::new(0.25)),
            Activation::Clip { low: Number::new(-0.5), high: Number::new(0.75) },
        ] {
            b.activation(&format!("{f:?}"), x, f)?;
        }
        let joined = b.concat("joined", &[x, sum, relu])?;
        let channels = b.shape(joined).c;
        for over in [NormOver::Pixel, NormOver::Groups(1), NormOver::Groups(3), NormOver::Groups(channels)] {
            b.normalize(&format!("{over:?}"), joined, over, 1e-3)?;
        }
        let large = b.upsample("large", x, 4, b.shape(x).h * 4, b.shape(x).w * 4)?;
        b.normalize("large pixels", large, NormOver::Pixel, 1e-3)?;
        for size in [1, 2, 5, 40] {
            let norm = ResponseNorm { size, alpha: 0.5, beta: 0.75, bias: 1.5 };
            b.response_norm(&format!("response {size}"), joined, norm)?;
        }
        let middle = b.slice("middle", joined, 3, 9)?;
        for (kernel, stride, ceil) in [(2, 2, false), (3, 2, true), (3, 1, false)] {
            for kind in [PoolKind::Max, PoolKind::Average, PoolKind::AverageWithBorder] {
                let padding = Padding { top: kernel - 2, bottom: 1, left: 1, right: 0 };
                let pool = Pool2d { padding, ceil, ..Pool2d::square(kind, kernel, stride) };
                b.pool2d(&format!("{kind:?}{kernel}{stride}"), middle, pool)?;
                let padding = Padding { top: 1, bottom: 1, left: 2, right: 1 };
                let uneven =
                    Pool2d { kernel: [kernel, 2], stride: [1, stride], dilation: [1, 3], padding, ..pool };
                b.pool2d(&format!("uneven {kind:?}{kernel}{stride}"), middle, uneven)?;
            }
        }
        let border = Padding { top: 3, bottom: 1, left: 2, right: 4 };
        b.pool2d("zeros around", middle, Pool2d::zeros_around(border))?;
        let up = b.upsample("up", middle, 3, b.shape(x).h * 3 - 1, b.shape(x).w * 3 - 2)?;
        b.softmax("softmax maps", up)?;
        b.depthwise_transpose("transpose", middle, 2, b.shape(x).h * 2 - 1, b.shape(x).w * 2)?;
        for (name, sampling) in [("turned", turned(b.shape(middle))), ("mixed", mixed(b.shape(middle)))] {
            b.resample(name, middle, sampling)?;
        }
        let gathered = b.gather("gathered", middle, vec![8, 0, 3, 3])?;
        let scattered = b.scatter_add("scattered", gathered, vec![5, 1, 5, 0], 7)?;
        let other = b.slice("other", joined, 1, 7)?;
        let (a, c) = (b.global_average_pool("a", scattered)?, b.global_average_pool("c", other)?);
        let share = b.pair_softmax("share", a, c)?;
        b.blend("blend", scattered, other, share)?;
        let mean = b.global_average_pool("mean", joined)?;
        b.multiply("excited", joined, mean)?;
        for (h, w) in [(1, 1), (3, 2), (7, 7), (13, 12)] {
            let pooled = b.adaptive_average_pool(&format!("adaptive {h} {w}"), middle, h, w)?;
            b.flatten(&format!("flat {h} {w}"), pooled)?;
        }
        let classes = b.linear("classes", mean, 101)?;
        b.softmax("softmax", classes)?;
        Ok(())
    };
    graph_of(x, 1, |b, x| build(b, x).expect("graph"))
}

/// Channels become columns, backwards, with every third column left out.
fn turned(x: Shape) -> Sampling {
    let columns = (0..x.c).rev().map(|c| (c % 3 != 1).then_some(c * x.plane()));
    Sampling {
        channels: Taps::moved((0..x.w).map(Some)),
        rows: Taps::moved((0..x.h).map(|row| Some(row * x.w))),
        columns: Taps::moved(columns),
    }
}

/// Channels in twos, rows as they are, columns between their neighbours.
fn mixed(x: Shape) -> Sampling {
    let tap = |offset: usize, weight: f32| Tap { offset: offset as u32, weight };
    Sampling {
        channels: Taps::new((1..x.c).map(|c| [tap((c - 1) * x.plane(), 0.5), tap(c * x.plane(), -1.5)])),
        rows: Taps::moved((0..x.h).map(|row| Some(row * x.w))),
        columns: Taps::new(
            (1..x.w)
                .flat_map(|col| [[tap(col - 1, 0.75), tap(col, 0.25)], [tap(col - 1, 0.25), tap(col, 0.75)]]),
        ),
    }
}

#[test]
fn every_other_operation() {
    let Some(ctx) = context() else { return };
    let mut wrong = Vec::new();
    for x in [Shape::new(1, 6, 8, 8), Shape::new(2, 5, 7, 9), Shape::new(3, 4, 11, 3)] {
        wrong.extend(compare(ctx, &every_op(x), PlanOptions::default()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_run_tells_times_dispatches_and_progress() {
    let Some(ctx) = context() else { return };
    let graph = every_op(Shape::new(1, 6, 8, 8));
    let plan = WgpuPlan::new(ctx, &graph).expect("plan");
    let dispatches = plan.dispatches();
    assert_eq!(dispatches[0], 0, "the input needs none");
    let joined = graph.find("joined").expect("node").index();
    assert_eq!(dispatches[joined], 3, "one for each part");

    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let progress = move |done, total| sink.lock().expect("progress").push((done, total));
    let ctl = Ctl { progress: Some(Arc::new(progress)), ..Ctl::default() };
    let trace = plan.run(&[random(Shape::new(1, 6, 8, 8), 1)], &ctl).expect("run");
    let total = graph.nodes().len();
    let seen = seen.lock().expect("progress");
    assert!(seen.is_sorted() && seen.last() == Some(&(total, total)), "{seen:?}");
    assert!(trace.total_ns > 0);
    assert_eq!(trace.device, ctx.describe());
    if ctx.has_timestamps() {
        assert_eq!(trace.method, TimeMethod::TimestampQuery);
        assert_eq!(trace.times.len(), total);
        assert_eq!(trace.times[0].ns, 0);
        let sum: u64 = trace.times.iter().map(|t| t.ns).sum();
        assert!(sum > 0 && sum <= trace.total_ns, "{sum} of {}", trace.total_ns);
    } else {
        assert_eq!((trace.method, trace.times.len()), (TimeMethod::None, 0));
    }
}

/// The device of a window, where a processor draws and computes.
#[test]
fn a_shared_software_device_is_timed_by_the_host() {
    let Some(ctx) = context() else { return };
    if !ctx.is_software() {
        println!("skipped: no software adapter");
        return;
    }
    let (device, queue) = (ctx.device().clone(), ctx.queue().clone());
    let shared = GpuContext::from_parts(ctx.adapter_info().clone(), device, queue, true);
    assert!(!shared.has_timestamps());
    let graph = every_op(Shape::new(1, 6, 8, 8));
    let input = [random(Shape::new(1, 6, 8, 8), 1)];
    let trace = WgpuPlan::new(&shared, &graph).expect("plan").run(&input, &Ctl::default()).expect("run");
    assert_eq!((trace.method, trace.times[0].ns), (TimeMethod::HostClock, 0));
    let sum: u64 = trace.times.iter().map(|t| t.ns).sum();
    assert!(trace.times[1..].iter().all(|t| t.ns > 0) && sum <= trace.total_ns);
    let plan = FusedPlan::new(&shared, &graph).expect("plan");
    let trace = plan.run(&input, &Ctl::default()).expect("run");
    assert_eq!(trace.times.len(), plan.fused().steps.len());
    assert!(trace.times.iter().all(|&ns| ns > 0) && trace.times.iter().sum::<u64>() <= trace.total_ns);
}

/// Three convolutions, together more than one submission on a software adapter.
fn long_graph() -> Graph {
    let conv = Conv2d {
        kernel: 3,
        stride: 1,
        padding: Padding::same(3, 1),
        dilation: 1,
        wiring: Wiring::Grouped(1),
    };
    graph_of(Shape::new(1, 64, 80, 80), 1, |b, mut x| {
        for i in 0..3 {
            x = b.conv2d(&format!("conv{i}"), x, conv.clone(), 64, false).expect("convolution");
        }
    })
}

#[test]
fn a_cancelled_run_stops_between_submissions() {
    let Some(ctx) = context() else { return };
    if !ctx.is_software() {
        return;
    }
    let graph = long_graph();
    let plan = WgpuPlan::new(ctx, &graph).expect("plan");
    let ctl = Ctl::default();
    let cancel = ctl.cancel.clone();
    let stop = move |done, _| {
        if done > 0 {
            cancel.cancel();
        }
    };
    let ctl = Ctl { progress: Some(Arc::new(stop)), ..ctl };
    let result = plan.run(&[random(Shape::new(1, 64, 80, 80), 1)], &ctl);
    assert!(matches!(result, Err(ExecError::Cancelled)), "{result:?}");
}

#[test]
fn only_asked_runs_share_their_buffers() {
    let Some(ctx) = context() else { return };
    let shape = Shape::new(1, 6, 8, 8);
    let graph = every_op(shape);
    let last = graph.nodes().len() - 1;
    let (a, b) = (random(shape, 1), random(shape, 2));
    for reuse_buffers in [false, true] {
        let options = PlanOptions { reuse_buffers, ..PlanOptions::default() };
        let plan = WgpuPlan::with_options(ctx, &graph, options).expect("plan");
        let first = plan.run(std::slice::from_ref(&a), &Ctl::default()).expect("run");
        let before = read_back(ctx, &first.values[last]).expect("read back");
        plan.run(std::slice::from_ref(&b), &Ctl::default()).expect("run");
        let after = read_back(ctx, &first.values[last]).expect("read back");
        assert_eq!(before != after, reuse_buffers);
    }
}

#[test]
fn wrong_inputs_and_too_large_values_are_errors() {
    let Some(ctx) = context() else { return };
    let graph = every_op(Shape::new(1, 6, 8, 8));
    let plan = WgpuPlan::new(ctx, &graph).expect("plan");
    let result = plan.run(&[random(Shape::new(1, 6, 8, 9), 1)], &Ctl::default());
    assert!(matches!(result, Err(ExecError::Input { .. })), "{result:?}");

    // The default limits of WebGPU: bindings of 128 MiB.
    let noop = GpuContext::noop();
    let large = graph_of(Shape::new(1, 3, 64, 64), 1, |b, x| {
        b.upsample("too large", x, 64, 4096, 4096).expect("upsample");
    });
    let error = WgpuPlan::new(&noop, &large).err().map(|e| e.to_string());
    assert_eq!(
        error.as_deref(),
        Some("too large: its value needs 192 MiB, the device allows buffers of 128 MiB")
    );
}

#[test]
fn what_the_device_refuses_is_an_error_with_the_nodes_name() {
    let Some(ctx) = context() else { return };
    let invalid = ::wgpu::BufferDescriptor {
        label: None,
        size: 16,
        usage: ::wgpu::BufferUsages::MAP_READ | ::wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    };
    let result = ctx.guarded("fire2", || ctx.device().create_buffer(&invalid));
    assert!(result.is_err_and(|e| e.to_string().starts_with("fire2: ")));
    assert!(ctx.guarded("fire3", || ()).is_ok());
}

#[test]
fn listing_adapters_never_fails() {
    for adapter in adapters() {
        assert!(!adapter.name.is_empty() && !adapter.backend.is_empty());
        assert_eq!(adapter.is_software, adapter.kind == "software");
    }
}

#[test]
fn plans_of_the_same_weights_share_what_was_packed() {
    let noop = GpuContext::noop();
    let shape = Shape::new(1, 6, 8, 8);
    let graph = every_op(shape);
    let constants = |plan: &WgpuPlan| {
        // Tables of nodes without weights are small and made anew.
        let weighted = plan.steps.iter().zip(plan.graph.nodes()).filter(|(_, node)| !node.weights.is_empty());
        let sources = weighted.flat_map(|(s, _)| s.iter()).flat_map(|s| &s.sources);
        let constant = |s: &Source| if let Source::Constant(b) = s { Some(b.clone()) } else { None };
        sources.filter_map(constant).collect::<Vec<_>>()
    };
    let first = WgpuPlan::new(&noop, &graph).expect("plan");
    let again = WgpuPlan::new(&noop, &graph).expect("plan");
    assert!(!constants(&first).is_empty());
    assert!(constants(&first) == constants(&again));
    // Equal values in other memory are other weights.
    let other = WgpuPlan::new(&noop, &every_op(shape)).expect("plan");
    assert!(constants(&first).iter().zip(constants(&other)).all(|(a, b)| *a != b));
}
