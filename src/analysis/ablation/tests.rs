use super::*;
use crate::analysis::redundancy::{Gram, Similarity};
use crate::cost::cost;
use crate::exec::backend::{Device, Plan};
use crate::exec::{CancelToken, Ctl, Value};
use crate::graph::{Activation, Conv2d, Padding, Seeded, Wiring};
use crate::tensor::{Shape, seeded_normal};

fn conv(kernel: usize, groups: usize) -> Conv2d {
    Conv2d {
        kernel,
        stride: 1,
        padding: Padding::same(kernel, 1),
        dilation: 1,
        wiring: Wiring::Grouped(groups),
    }
}

/// conv a (3 -> `width`) -> relu -> conv b 3x3 (-> 5) -> pooled; beside it a 1x1 (-> 4) and a depthwise, joined.
fn network(width: usize, twins: bool) -> Graph {
    let mut source = Seeded(9);
    let mut b = Builder::new(&mut source);
    let x = b.input("x", Shape::new(1, 3, 9, 8)).unwrap();
    let a = b.conv2d("a", x, conv(3, 1), width, false).unwrap();
    let r = b.activation("r", a, Activation::Relu).unwrap();
    let wide = b.conv2d("wide", r, conv(3, 1), 5, false).unwrap();
    let narrow = b.conv2d("narrow", r, conv(1, 1), 4, false).unwrap();
    let depth = b.conv2d("depth", r, conv(3, width), width, false).unwrap();
    let joined = b.concat("joined", &[wide, narrow, depth]).unwrap();
    let pooled = b.global_average_pool("pooled", joined).unwrap();
    let scores = b.linear("scores", pooled, 6).unwrap();
    b.softmax("prob", scores).unwrap();
    let mut graph = b.finish();
    if twins {
        // Filter 4 is filter 1, filter 5 three times filter 2.
        let kernel = graph.weight_named("a.weight").unwrap();
        let mut values = graph.weight(kernel).values.to_vec();
        let (from, to) = values.split_at_mut(4 * 27);
        to[..27].copy_from_slice(&from[27..54]);
        to[27..54].iter_mut().zip(&from[54..81]).for_each(|(t, f)| *t = 3.0 * f);
        graph.set_weight(kernel, values, Origin::Given);
    }
    graph
}

fn input() -> HostTensor {
    let shape = Shape::new(1, 3, 9, 8);
    HostTensor::new(shape, seeded_normal(2, shape.elements(), 1.0))
}

fn value(device: &Device, graph: &Graph, id: NodeId) -> HostTensor {
    let plan = Plan::new(device, graph).unwrap();
    let trace = plan.run(&[input()], &Ctl::default()).unwrap();
    device.read(trace.value(id)).unwrap()
}

fn result(device: &Device, graph: &Graph) -> HostTensor {
    value(device, graph, graph.outputs()[0].1)
}

fn devices() -> Vec<Device> {
    let gpu = crate::exec::wgpu::GpuContext::own(None).ok().map(Device::Wgpu);
    assert!(gpu.is_some() || std::env::var_os("REQUIRE_GPU").is_none(), "no adapter");
    [Device::Reference, Device::Candle].into_iter().chain(gpu).collect()
}

#[test]
fn every_executor_puts_the_stand_ins_and_leaves_the_rest_exactly() {
    let graph = network(6, false);
    let r = graph.find("r").unwrap();
    let stand_ins = BTreeMap::from([
        (0, StandIn::Zero),
        (2, StandIn::Mean(0.75)),
        (3, StandIn::Twin { twin: 1, scale: 2.0, offset: -0.5 }),
    ]);
    let changed = ablate(&graph, r, &stand_ins).unwrap();
    for device in devices() {
        let before = value(&device, &graph, r);
        let after = value(&device, &changed.graph, changed.ablated);
        assert_eq!(
            before,
            value(&device, &changed.graph, changed.node_of[r.index()]),
            "the value itself stays"
        );
        for c in 0..6 {
            let expected: Vec<f32> = match c {
                0 => vec![0.0; 72],
                2 => vec![0.75; 72],
                3 => before.channel(0, 1).iter().map(|v| 2.0 * v - 0.5).collect(),
                _ => before.channel(0, c).to_vec(),
            };
            let error =
                after.channel(0, c).iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(
                if c == 3 { error < 1e-6 } else { error == 0.0 },
                "{:?} channel {c}: {error}",
                device.backend()
            );
        }
        assert!(result(&device, &changed.graph).relative_error(&result(&device, &graph)) > 1e-4);
    }
}

#[test]
fn twins_in_the_place_of_planted_twins_change_nothing() {
    let graph = network(6, true);
    let a = graph.find("a").unwrap();
    for device in devices() {
        let (maps, before) = (value(&device, &graph, a), result(&device, &graph));
        let mut gram = Gram::new(6);
        gram.add(&maps, &CancelToken::default()).unwrap();
        for measure in Measure::ALL {
            let twins = Similarity::of(&gram, measure).twins(0.9999);
            let pairs: Vec<_> = twins.replaced.iter().map(|p| (p.a, p.b)).collect();
            assert_eq!(pairs, [(4, 1), (5, 2)]);
            let stand_in = |pair: &Pair| (pair.a, StandIn::twin(&maps, *pair, measure));
            // The duplicate: exactly nothing, and no multiplication is added for it.
            let duplicate = BTreeMap::from([stand_in(&twins.replaced[0])]);
            assert_eq!(duplicate[&4], StandIn::Twin { twin: 1, scale: 1.0, offset: 0.0 });
            let changed = ablate(&graph, a, &duplicate).unwrap();
            assert_eq!(result(&device, &changed.graph), before, "{:?}", device.backend());
            // The scaled one: rounding.
            let both = twins.replaced.iter().map(stand_in).collect();
            let changed = ablate(&graph, a, &both).unwrap();
            let change = result(&device, &changed.graph).relative_error(&before);
            assert!(change < 1e-6, "{:?}: {change}", device.backend());
        }
        // The same channels without anything in their place are missed.
        let zero = BTreeMap::from([(4, StandIn::Zero), (5, StandIn::Zero)]);
        let changed = ablate(&graph, a, &zero).unwrap();
        assert!(result(&device, &changed.graph).relative_error(&before) > 1e-3);
    }
}

#[test]
fn what_does_not_follow_is_not_computed_again() {
    let graph = network(6, false);
    let narrow = graph.find("narrow").unwrap();
    let changed = ablate(&graph, narrow, &BTreeMap::from([(1, StandIn::Zero)])).unwrap();
    let same: Vec<&str> = changed.unchanged.iter().map(|(_, old)| graph.node(*old).name.as_str()).collect();
    assert_eq!(same, ["x", "a", "r", "wide", "narrow", "depth"]);
    let plan = Plan::new(&Device::Candle, &graph).unwrap();
    let before = plan.run(&[input()], &Ctl::default()).unwrap();
    let mut known = vec![None; changed.graph.nodes().len()];
    for &(new, old) in &changed.unchanged {
        let Value::Host(value) = before.value(old) else { unreachable!("the CPU keeps values on the host") };
        known[new.index()] = Some(value.clone());
    }
    let plan = Plan::new_like(&Device::Candle, &changed.graph, &plan).unwrap();
    let resumed = plan.resume(&[input()], &known, &Ctl::default()).unwrap();
    let Value::Host(resumed) = resumed.value(changed.graph.outputs()[0].1) else { unreachable!("host") };
    assert_eq!(*resumed, result(&Device::Candle, &changed.graph));
}

#[test]
fn an_ablated_result_is_the_result() {
    let graph = network(6, false);
    let prob = graph.find("prob").unwrap();
    let changed = ablate(&graph, prob, &BTreeMap::from([(2, StandIn::Zero)])).unwrap();
    assert_eq!(result(&Device::Candle, &changed.graph).data()[2], 0.0);
}

/// The same network built with fewer channels costs exactly what is left.
#[test]
fn the_saving_is_that_of_a_narrower_network() {
    let (wide, narrow) = (network(6, false), network(4, false));
    let (all, left) = (cost(&wide).total, cost(&narrow).total);
    for name in ["a", "r"] {
        let saved = saving(&wide, wide.find(name).unwrap(), &[1, 4]);
        assert_eq!((saved.of_macs, saved.of_params), (all.macs, all.params), "{name}");
        assert_eq!((saved.macs, saved.params), (all.macs - left.macs, all.params - left.params), "{name}");
    }
    // Of the depthwise branch: its own taps and what the last layer reads of it; its input is read elsewhere.
    let saved = saving(&wide, wide.find("depth").unwrap(), &[0]);
    assert_eq!((saved.macs, saved.params), (9 * 72 + 6, 9 + 6));
    assert_eq!(saving(&wide, wide.find("a").unwrap(), &[]).macs, 0);
}

#[test]
fn a_sum_keeps_its_channel_as_long_as_a_summand_has_it() {
    let mut source = Seeded(1);
    let mut b = Builder::new(&mut source);
    let x = b.input("x", Shape::new(1, 2, 4, 4)).unwrap();
    let left = b.conv2d("left", x, conv(1, 1), 3, false).unwrap();
    let right = b.conv2d("right", x, conv(1, 1), 3, false).unwrap();
    let sum = b.add("sum", left, right).unwrap();
    b.conv2d("last", sum, conv(1, 1), 1, false).unwrap();
    let graph = b.finish();
    // Only the taps that make it: the sum is still there and read.
    assert_eq!(saving(&graph, left, &[1]).macs, 2 * 16);
    assert_eq!(saving(&graph, sum, &[1]).macs, (2 + 2 + 1) * 16);
}

/// A gate of two 1x1 convolutions on the means, and a flattened map at the end: the same network with fewer
/// channels costs what is left.
#[test]
fn a_gate_loses_the_channel_that_it_scales() {
    let gated = |width: usize| {
        let mut source = Seeded(4);
        let mut b = Builder::new(&mut source);
        let x = b.input("x", Shape::new(1, 3, 6, 6)).unwrap();
        let a = b.conv2d("a", x, conv(3, 1), width, false).unwrap();
        let mean = b.global_average_pool("mean", a).unwrap();
        let inner = b.pointwise("inner", mean, 2).unwrap();
        let outer = b.pointwise("outer", inner, width).unwrap();
        let gate = b.activation("gate", outer, Activation::Sigmoid).unwrap();
        let scaled = b.multiply("scaled", a, gate).unwrap();
        let small = b.adaptive_average_pool("small", scaled, 2, 2).unwrap();
        let flat = b.flatten("flat", small).unwrap();
        b.linear("scores", flat, 5).unwrap();
        b.finish()
    };
    let (wide, narrow) = (gated(7), gated(5));
    let saved = saving(&wide, wide.find("a").unwrap(), &[0, 3]);
    let (all, left) = (cost(&wide).total, cost(&narrow).total);
    assert_eq!((saved.of_macs, saved.macs), (all.macs, all.macs - left.macs));
    assert_eq!((saved.of_params, saved.params), (all.params, all.params - left.params));
}
