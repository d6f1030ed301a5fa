use std::sync::Arc;

use super::PackedConv;
use crate::exec::candle::{buffer::fresh, simd::Level};
use crate::graph::{Builder, Conv2d, Extent, Graph, Kernel2d, ListedWiring, Op, Padding, Seeded, Wiring};
use crate::tensor::{HostTensor, Shape, seeded_normal};

/// Plain loops over the definition, in f64.
fn plain(conv: &Conv2d, kernel: &[f32], slots: usize, bias: &[f32], x: &HostTensor, y: Shape) -> HostTensor {
    let (k, s, d) = (conv.kernel, conv.stride, conv.dilation);
    let mut out = Vec::new();
    for n in 0..y.n {
        for (o, &bias) in bias.iter().enumerate() {
            for py in 0..y.h {
                for px in 0..y.w {
                    let mut sum = f64::from(bias);
                    conv.wiring.for_each_kernel(o, x.shape().c, y.c, |kernel2d| {
                        for cell in 0..k * k {
                            if !kernel2d.extent.has(k, cell) {
                                continue;
                            }
                            let row = (py * s + cell / k * d).wrapping_sub(conv.padding.top);
                            let column = (px * s + cell % k * d).wrapping_sub(conv.padding.left);
                            if row < x.shape().h && column < x.shape().w {
                                let w = kernel[(o * slots + kernel2d.slot as usize) * k * k + cell];
                                sum +=
                                    f64::from(w) * f64::from(x.at(n, kernel2d.input as usize, row, column));
                            }
                        }
                    });
                    out.push(sum as f32);
                }
            }
        }
    }
    HostTensor::new(y, out)
}

/// Runs the convolution at every level of this machine and compares.
fn check(conv: Conv2d, x: Shape, outputs: usize) {
    let seed = (x.elements() * 31 + outputs) as u64;
    let mut source = Seeded(seed);
    let mut builder = Builder::new(&mut source);
    let input = builder.input("x", x).unwrap();
    builder.conv2d("conv", input, conv.clone(), outputs, false).unwrap();
    let graph: Graph = builder.finish();
    let node = graph.nodes().last().unwrap();
    let kernel = graph.weight(node.weights[0]);
    let bias = seeded_normal(seed + 1, outputs, 1.0);
    let values = HostTensor::new(x, seeded_normal(seed + 2, x.elements(), 1.0));
    let expected = plain(&conv, &kernel.values, kernel.dims[1], &bias, &values, node.shape);
    for level in Level::available() {
        let packed = PackedConv::alone(level, &conv, kernel, Some(&bias), x, node.shape).unwrap();
        let found = fresh(node.shape.elements(), |memory| packed.run(values.data(), memory));
        let found = HostTensor::new(node.shape, found);
        let error = found.relative_error(&expected);
        assert!(error < 1e-5, "{level:?} {conv:?} {x} -> {}: {error}", node.shape);
    }
    assert!(matches!(node.op, Op::Conv2d(_)));
}

fn conv(kernel: usize, stride: usize, padding: Padding, dilation: usize, groups: usize) -> Conv2d {
    Conv2d { kernel, stride, padding, dilation, wiring: Wiring::Grouped(groups) }
}

#[test]
fn strides_paddings_and_dilations() {
    let uneven = Padding { top: 0, bottom: 3, left: 2, right: 1 };
    let wide = Padding { top: 4, bottom: 0, left: 0, right: 5 };
    for (kernel, dilation) in [(1, 1), (2, 1), (3, 1), (3, 2), (5, 1), (7, 1), (3, 3)] {
        for stride in 1..=3 {
            for padding in [Padding::default(), Padding::same(kernel, dilation), uneven, wide] {
                for (h, w) in [(7, 9), (13, 8), (9, 21), (17, 33)] {
                    check(conv(kernel, stride, padding, dilation, 1), Shape::new(1, 3, h, w), 5);
                }
            }
        }
    }
}

#[test]
fn channels_groups_and_batches() {
    for (inputs, outputs, groups) in [
        (1, 1, 1),
        (3, 7, 1),
        (8, 64, 1),
        (6, 12, 2),
        (12, 6, 3),
        (20, 20, 20),
        (10, 20, 10),
        (32, 32, 8),
        (16, 50, 1),
    ] {
        for (n, h, w) in [(1, 7, 7), (2, 14, 14), (3, 1, 1), (2, 2, 3), (1, 30, 19), (1, 4, 4)] {
            for (kernel, stride) in [(1, 1), (3, 1), (3, 2), (1, 2)] {
                let padding = Padding::same(kernel, 1);
                check(conv(kernel, stride, padding, 1, groups), Shape::new(n, inputs, h, w), outputs);
            }
        }
    }
}

/// Squares of two by two pixels beside each other, whole and cut off by the edges.
#[test]
fn pairs_of_rows_and_columns() {
    let behind = Padding { bottom: 1, right: 1, ..Padding::default() };
    for (n, h, w) in [(1, 56, 56), (2, 7, 7), (1, 1, 1), (3, 2, 33), (1, 9, 70), (1, 3, 2), (1, 2, 3)] {
        for padding in [Padding::default(), behind, Padding { top: 1, ..behind }] {
            if h + padding.top + padding.bottom > 1 && w + padding.right > 1 {
                check(conv(2, 2, padding, 1, 6), Shape::new(n, 6, h, w), 6);
                check(conv(2, 2, padding, 1, 3), Shape::new(n, 3, h, w), 12);
            }
        }
    }
}

#[test]
fn listed_wirings_with_missing_taps() {
    // Inputs out of order, an output that reads nothing, full and centre kernels in turn.
    let outputs = |shift: usize| {
        let list = |o: usize| {
            (0..6_u32)
                .filter(|_| o != 4)
                .map(|slot| Kernel2d {
                    input: (slot + (o % 3) as u32) % 6,
                    slot,
                    extent: match (slot as usize + o + shift) % 4 {
                        0 => Extent::Full,
                        1 => Extent::Corner { rows: 1, columns: 3 },
                        2 => Extent::Corner { rows: 3, columns: 2 },
                        _ => Extent::Centre,
                    },
                })
                .collect()
        };
        (0..24).map(list).collect()
    };
    for (h, w) in [(1, 1), (7, 7), (12, 20)] {
        for stride in [1, 2] {
            let wiring = Wiring::Listed(Arc::new(ListedWiring { slots: 6, outputs: outputs(h) }));
            let conv = Conv2d { kernel: 3, stride, padding: Padding::even(1), dilation: 1, wiring };
            check(conv, Shape::new(2, 6, h, w), 24);
        }
    }
}

/// A kernel of full extent of each input, one after another.
fn full(inputs: impl Iterator<Item = u32>) -> Vec<Kernel2d> {
    (0..).zip(inputs).map(|(slot, input)| Kernel2d { input, slot, extent: Extent::Full }).collect()
}

#[test]
fn outputs_around_a_ring_on_small_maps() {
    for (h, w) in (1..=9).map(|side| (side, side)).chain([(3, 5), (6, 9), (7, 14)]) {
        let outputs = (0..16).map(|o| full((o..o + 8).map(|input| input % 16))).collect();
        let wiring = Wiring::Listed(Arc::new(ListedWiring { slots: 8, outputs }));
        let conv = Conv2d { kernel: 3, stride: 1, padding: Padding::even(1), dilation: 1, wiring };
        check(conv, Shape::new(1, 16, h, w), 16);
    }
}

/// Outputs that read some of four groups of inputs, or none.
#[test]
fn sums_of_groups_of_inputs() {
    for (n, h, w) in [(1, 7, 7), (2, 14, 14), (3, 1, 1), (1, 30, 19), (2, 4, 5)] {
        for (kernel, stride) in [(1, 1), (3, 1), (3, 2), (1, 2)] {
            let reads = |o: u32| full((0..32).filter(|input| ((o % 15) >> (input % 4)) & 1 == 1));
            let wiring = ListedWiring { slots: 32, outputs: (0..60).map(reads).collect() };
            let wiring = Wiring::Listed(Arc::new(wiring));
            let conv = Conv2d { kernel, stride, padding: Padding::same(kernel, 1), dilation: 1, wiring };
            check(conv, Shape::new(n, 32, h, w), 60);
        }
    }
}

#[test]
fn work_is_cut_for_many_and_for_few_channels() {
    for (c, side) in [(64, 28), (192, 7), (160, 14)] {
        check(conv(3, 1, Padding::even(1), 1, 1), Shape::new(1, c, side, side), c);
    }
    check(conv(7, 2, Padding::even(3), 1, 1), Shape::new(1, 3, 65, 71), 64);
    check(conv(1, 1, Padding::default(), 1, 1), Shape::new(1, 300, 1, 1), 1000);
}
