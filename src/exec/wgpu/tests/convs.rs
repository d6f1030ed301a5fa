//! Convolutions: every kernel on random shapes of every wiring.

use std::sync::Arc;

use super::{compare, context, graph_of};
use crate::exec::wgpu::{ConvAlgorithm, PlanOptions};
use crate::graph::{Conv2d, Extent, Kernel2d, ListedWiring, Padding, Wiring};
use crate::tensor::{Shape, seeded_normal};

/// Small numbers that look random and repeat: `0 .. below`.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 += 1;
        (seeded_normal(self.0, 1, 1000.0)[0].abs() as usize) % below
    }
}

/// HetConv-like: of every `p` inputs one has the whole kernel, the others the centre tap.
fn hetconv(inputs: usize, outputs: usize, p: usize) -> Wiring {
    let kernel = |o: usize, i: usize| Kernel2d {
        input: i as u32,
        slot: i as u32,
        extent: if (i + o).is_multiple_of(p) { Extent::Full } else { Extent::Centre },
    };
    let outputs = (0..outputs).map(|o| (0..inputs).map(|i| kernel(o, i)).collect()).collect();
    Wiring::Listed(Arc::new(ListedWiring { slots: inputs, outputs }))
}

/// Every output reads other inputs; one of them reads none at all.
fn irregular(inputs: usize, outputs: usize, dice: &mut Dice) -> Wiring {
    let mut kernels = |o: usize| {
        let chosen = (0..inputs).filter(|_| o != 1 && dice.roll(3) > 0).collect::<Vec<_>>();
        let kernel = |(slot, i): (usize, usize)| Kernel2d {
            input: i as u32,
            slot: slot as u32,
            extent: match i % 4 {
                1 => Extent::Corner { rows: 1, columns: 2 },
                3 => Extent::Centre,
                _ => Extent::Full,
            },
        };
        chosen.into_iter().enumerate().map(kernel).collect()
    };
    let outputs = (0..outputs).map(&mut kernels).collect();
    Wiring::Listed(Arc::new(ListedWiring { slots: inputs, outputs }))
}

fn compare_all(x: Shape, conv: &Conv2d, outputs: usize, seed: u64, wrong: &mut Vec<String>) {
    let Some(ctx) = context() else { return };
    let graph = graph_of(x, seed, |b, input| {
        b.conv2d("conv", input, conv.clone(), outputs, true).expect("convolution");
    });
    use ConvAlgorithm::{Auto, Broadcast, Direct, Naive, Tiled};
    for conv_algorithm in [Auto, Tiled, Direct, Broadcast, Naive] {
        let options = PlanOptions { conv: conv_algorithm, ..PlanOptions::default() };
        wrong.extend(compare(ctx, &graph, options).into_iter().map(|w| format!("{w}: {x} {conv:?}")));
    }
}

#[test]
fn random_shapes_of_every_wiring() {
    let mut dice = Dice(1);
    let mut wrong = Vec::new();
    for case in 0..48 {
        let kernel = [1, 2, 3, 5][dice.roll(4)];
        let padding =
            Padding { top: dice.roll(3), bottom: dice.roll(3), left: dice.roll(3), right: dice.roll(3) };
        let g = [1, 2, 3, 4][dice.roll(4)];
        let (per_in, per_out) = (1 + dice.roll(4), 1 + dice.roll(12));
        let (inputs, outputs) = (g * per_in, g * per_out);
        let (wiring, outputs) = match case % 5 {
            0 => (Wiring::Grouped(1), outputs),
            1 => (Wiring::Grouped(g), outputs),
            2 => (Wiring::Grouped(inputs), inputs * (1 + dice.roll(3))),
            3 => (hetconv(inputs, outputs, g), outputs),
            _ => (irregular(inputs, outputs, &mut dice), outputs),
        };
        let conv = Conv2d {
            kernel,
            stride: 1 + dice.roll(3),
            padding: if dice.roll(3) == 0 { Padding::default() } else { padding },
            dilation: 1 + dice.roll(2),
            wiring,
        };
        let reach = conv.dilation * (kernel - 1) + 1;
        let x = Shape::new(1 + dice.roll(3), inputs, reach + dice.roll(9), reach + dice.roll(9));
        compare_all(x, &conv, outputs, case as u64, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn blocks_that_end_inside_a_map_and_inside_the_outputs() {
    let mut wrong = Vec::new();
    let conv = |kernel, groups| Conv2d {
        kernel,
        stride: 1,
        padding: Padding::same(kernel, 1),
        dilation: 1,
        wiring: Wiring::Grouped(groups),
    };
    // More outputs and pixels than one tile, whole tiles, 1x1 maps, tiles of few outputs.
    compare_all(Shape::new(2, 9, 13, 11), &conv(3, 1), 70, 1, &mut wrong);
    compare_all(Shape::new(1, 8, 16, 16), &conv(1, 1), 128, 2, &mut wrong);
    compare_all(Shape::new(3, 40, 1, 1), &conv(1, 1), 33, 3, &mut wrong);
    compare_all(Shape::new(1, 2, 64, 70), &conv(3, 1), 130, 4, &mut wrong);
    compare_all(Shape::new(1, 12, 40, 40), &conv(3, 4), 24, 5, &mut wrong);
    compare_all(Shape::new(1, 32, 30, 30), &conv(5, 32), 32, 6, &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// More pixel blocks than WebGPU allows workgroups along one axis.
#[test]
fn long_dispatches_go_on_in_the_next_row() {
    let conv =
        Conv2d { kernel: 1, stride: 1, padding: Padding::default(), dilation: 1, wiring: Wiring::Grouped(2) };
    let Some(ctx) = context() else { return };
    let x = Shape::new(1, 2, 1500, 1500);
    let graph = graph_of(x, 1, |b, input| {
        b.conv2d("conv", input, conv, 2, true).expect("convolution");
    });
    // 2 x 35157 workgroups of 64 pixels.
    let options = PlanOptions { conv: ConvAlgorithm::Naive, ..PlanOptions::default() };
    let wrong = compare(ctx, &graph, options);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
