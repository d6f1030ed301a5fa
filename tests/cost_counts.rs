//! The cost model against what the reference executor really did, and against known totals.

use std::sync::Arc;

use convscope::cost::{NodeCost, cost};
use convscope::exec::{Ctl, ReferencePlan};
use convscope::graph::{Builder, Conv2d, Extent, Graph, Kernel2d, ListedWiring, Padding, Seeded, Wiring};
use convscope::networks;
use convscope::tensor::{HostTensor, Shape};
use proptest::prelude::*;

/// HetConv-like: `part` decides per pair of channels; full kernels there, the centre or nothing elsewhere.
fn listed(inputs: usize, outputs: usize, part: usize) -> Wiring {
    let kernels = |o: usize| {
        let kernel = |i: usize| {
            let extent = match (i + o) % (part + 1) {
                0 => Some(Extent::Full),
                1 => Some(Extent::Centre),
                _ => None,
            };
            extent.map(|extent| Kernel2d { input: i as u32, slot: i as u32, extent })
        };
        (0..inputs).filter_map(kernel).collect()
    };
    Wiring::Listed(Arc::new(ListedWiring { slots: inputs, outputs: (0..outputs).map(kernels).collect() }))
}

fn graph(shape: Shape, conv: &Conv2d, out_channels: usize) -> Option<Graph> {
    let mut source = Seeded(3);
    let mut b = Builder::new(&mut source);
    let x = b.input("input", shape).ok()?;
    let x = b.conv2d("conv", x, conv.clone(), out_channels, true).ok()?;
    let x = b.global_average_pool("pool", x).ok()?;
    b.linear("fc", x, 5).ok()?;
    Some(b.finish())
}

fn convolutions() -> impl Strategy<Value = (Shape, Conv2d, usize)> {
    let sides = (1..3_usize, 1..5_usize, 5..12_usize, 5..12_usize);
    let padding = (0..3_usize, 0..3_usize, 0..3_usize, 0..3_usize)
        .prop_map(|(top, bottom, left, right)| Padding { top, bottom, left, right });
    let conv = (1..4_usize, 1..4_usize, 1..3_usize, padding);
    (sides, conv, 1..4_usize, 1..4_usize, any::<bool>()).prop_map(
        |((n, c, h, w), (kernel, stride, dilation, padding), groups, outputs, list)| {
            let (inputs, outputs) = (c * groups, outputs * groups);
            let wiring = if list { listed(inputs, outputs, groups) } else { Wiring::Grouped(groups) };
            let conv = Conv2d { kernel, stride, padding, dilation, wiring };
            (Shape::new(n, inputs, h, w), conv, outputs)
        },
    )
}

proptest! {
    #[test]
    fn macs_are_the_multiplications_done((shape, conv, out_channels) in convolutions()) {
        let graph = graph(shape, &conv, out_channels).expect("settings that fit");
        let input = HostTensor::zeros(shape).expect("a small map");
        let (_, counted) = ReferencePlan::new(&graph)
            .run_counted(&[input], &Ctl::default())
            .expect("the reference runs");
        let cost = cost(&graph);
        let macs: Vec<u64> = cost.nodes.iter().map(|n| n.macs).collect();
        prop_assert_eq!(&macs, &counted);
        prop_assert_eq!(cost.total.macs, counted.iter().sum::<u64>());
    }

    #[test]
    fn twice_the_batch_is_twice_the_work_with_the_same_weights((shape, conv, out) in convolutions()) {
        let one = cost(&graph(shape, &conv, out).expect("settings that fit")).total;
        let two = cost(&graph(Shape { n: 2 * shape.n, ..shape }, &conv, out).expect("settings that fit")).total;
        let doubled = NodeCost {
            macs: 2 * one.macs,
            additions: 2 * one.additions,
            pooling: 2 * one.pooling,
            activation_bytes_read: 2 * one.activation_bytes_read,
            activation_bytes_written: 2 * one.activation_bytes_written,
            ..one
        };
        prop_assert_eq!(two, doubled);
    }
}

fn network_cost(name: &str) -> NodeCost {
    let network = networks::find(name).expect("a known network");
    let graph = network.build(&mut Seeded(1), network.input).expect("its own input fits");
    cost(&graph).total
}

#[test]
fn networks_have_their_published_sizes() {
    let squeezenet = network_cost("squeezenet1_1");
    assert_eq!(squeezenet.params, 1_235_496);
    assert_eq!(squeezenet.stored_values, 1_235_496);
    let lite0 = network_cost("efficientnet_lite0");
    assert_eq!(lite0.params, 4_652_008);
    assert_eq!(lite0.stored_values, 4_694_024);
    // Summed by hand over the published layer tables.
    assert_eq!(squeezenet.macs, 387_747_520);
    assert_eq!(lite0.macs, 385_187_552);
}
