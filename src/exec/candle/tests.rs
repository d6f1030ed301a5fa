use super::*;
use crate::exec::CancelToken;
use crate::graph::{
    Activation, Builder, Conv2d, Number, Padding, Pool2d, PoolKind, Seeded, Weight, WeightSource, Wiring,
};
use crate::tensor::seeded_normal;

/// Random weights, biases and statistics too, so that every term counts.
struct AllRandom;

impl WeightSource for AllRandom {
    fn take(
        &mut self,
        name: &str,
        dims: &[usize],
        _: bool,
    ) -> Result<Option<Weight>, crate::graph::GraphError> {
        let seed = name.bytes().map(u64::from).sum();
        let mut values = seeded_normal(seed, dims.iter().product(), 0.5);
        if name.ends_with("running_var") {
            values.iter_mut().for_each(|v| *v = v.abs() + 0.1);
        }
        Ok(Some(Weight::new(name, dims.to_vec(), values, crate::graph::Origin::Given)))
    }
}

fn random(shape: Shape) -> HostTensor {
    HostTensor::new(shape, seeded_normal(shape.elements() as u64, shape.elements(), 2.0))
}

fn host(value: &Value) -> &HostTensor {
    match value {
        Value::Host(t) => t,
        Value::Device { .. } => panic!("values are in host memory"),
    }
}

/// Runs one operation on one random map at every level; `expected` gives the value at `(n, c, y, x)`.
fn check(
    x: Shape,
    add: impl Fn(&mut Builder<'_>, crate::graph::NodeId),
    expected: impl Fn(&Graph, &HostTensor, [usize; 4]) -> f64,
) {
    let mut source = AllRandom;
    let mut builder = Builder::new(&mut source);
    let input = builder.input("x", x).unwrap();
    add(&mut builder, input);
    let graph = builder.finish();
    let values = random(x);
    let shape = graph.nodes().last().unwrap().shape;
    let mut reference = Vec::new();
    for n in 0..shape.n {
        for c in 0..shape.c {
            for y in 0..shape.h {
                for px in 0..shape.w {
                    reference.push(expected(&graph, &values, [n, c, y, px]) as f32);
                }
            }
        }
    }
    let reference = HostTensor::new(shape, reference);
    for level in Level::available() {
        let plan = CandlePlan::for_level(&graph, level).unwrap();
        let trace = plan.run(std::slice::from_ref(&values), &Ctl::default()).unwrap();
        let found = host(trace.values.last().unwrap());
        let error = found.relative_error(&reference);
        assert!(error < 1e-5, "{level:?} {:?} on {x}: {error}", graph.nodes().last().unwrap().op);
        assert_eq!(trace.times.len(), graph.nodes().len());
        assert_eq!(host(&trace.values[0]), &values);
    }
}

const SHAPES: [Shape; 4] =
    [Shape::new(1, 3, 7, 9), Shape::new(2, 5, 16, 12), Shape::new(3, 70, 1, 1), Shape::new(2, 40, 31, 33)];

#[test]
fn linear_layers() {
    for (n, inputs, outputs) in [(1, 7, 3), (3, 65, 130), (9, 300, 20)] {
        check(
            Shape::new(n, inputs, 1, 1),
            |b, x| {
                b.linear("fc", x, outputs).unwrap();
            },
            |graph, x, [n, c, ..]| {
                let bias = f64::from(graph.weights()[1].values[c]);
                let row = &graph.weights()[0].values[c * inputs..(c + 1) * inputs];
                bias + row
                    .iter()
                    .enumerate()
                    .map(|(i, &w)| f64::from(w) * f64::from(x.at(n, i, 0, 0)))
                    .sum::<f64>()
            },
        );
    }
}

#[test]
fn norms_and_activations() {
    for x in SHAPES {
        check(
            x,
            |b, x| {
                b.batch_norm("bn", x, 1e-3).unwrap();
            },
            |graph, x, [n, c, y, px]| {
                let w = |i: usize| f64::from(graph.weights()[i].values[c]);
                let v = f64::from(x.at(n, c, y, px));
                (v - w(2)) / (w(3) + f64::from(1e-3_f32)).sqrt() * w(0) + w(1)
            },
        );
        for (f, top) in [(Activation::Relu, f64::MAX), (Activation::Relu6, 6.0)] {
            check(
                x,
                |b, x| {
                    b.activation("f", x, f).unwrap();
                },
                |_, x, [n, c, y, px]| f64::from(x.at(n, c, y, px)).max(0.0).min(top),
            );
        }
    }
}

#[test]
fn activations_that_do_more_than_cut_off() {
    let hard = |v: f64| (v / 6.0 + 0.5).clamp(0.0, 1.0);
    for x in SHAPES {
        for f in [Activation::Sigmoid, Activation::HardSigmoid, Activation::HardSwish] {
            check(
                x,
                |b, x| {
                    b.activation("f", x, f).unwrap();
                },
                |_, x, [n, c, y, px]| {
                    let v = f64::from(x.at(n, c, y, px));
                    match f {
                        Activation::Sigmoid => 1.0 / (1.0 + (-v).exp()),
                        Activation::HardSigmoid => hard(v),
                        _ => v * hard(v),
                    }
                },
            );
        }
    }
}

#[test]
fn activations_of_other_programs() {
    let [slope, scale, low, high] = [0.2, 1.5, -0.5, 0.75].map(Number::new);
    for x in SHAPES {
        for f in [
            Activation::LeakyRelu(slope),
            Activation::Elu(scale),
            Activation::Tanh,
            Activation::Softplus,
            Activation::GeluTanh,
            Activation::Exp,
            Activation::Abs,
            Activation::Reciprocal,
            Activation::Softsign,
            Activation::Threshold(slope),
            Activation::Clip { low, high },
        ] {
            check(
                x,
                |b, x| {
                    b.activation("f", x, f).unwrap();
                },
                |_, x, [n, c, y, px]| {
                    let v = f64::from(x.at(n, c, y, px));
                    match f {
                        Activation::LeakyRelu(a) => v.max(v * f64::from(a.get())),
                        Activation::Elu(a) if v < 0.0 => f64::from(a.get()) * (v.exp() - 1.0),
                        Activation::Elu(_) => v,
                        Activation::Tanh => (v.exp() - (-v).exp()) / (v.exp() + (-v).exp()),
                        Activation::Softplus => (1.0 + v.exp()).ln(),
                        Activation::GeluTanh => {
                            let a = (2.0 / std::f64::consts::PI).sqrt() * (v + 0.044_715 * v.powi(3));
                            v * (0.5 + a.tanh() / 2.0)
                        }
                        Activation::Exp => v.exp(),
                        Activation::Abs => v.max(-v),
                        Activation::Reciprocal => v.powi(-1),
                        Activation::Softsign => v / (1.0 + v.abs()),
                        Activation::Threshold(a) if v > f64::from(a.get()) => v,
                        Activation::Threshold(_) => 0.0,
                        _ => v.clamp(-0.5, 0.75),
                    }
                },
            );
        }
    }
}

#[test]
fn products_adaptive_pools_and_flat_maps() {
    for x in SHAPES {
        check(
            x,
            |b, x| {
                b.multiply("squared", x, x).unwrap();
            },
            |_, x, [n, c, y, px]| f64::from(x.at(n, c, y, px)).powi(2),
        );
        let mean = |x: &HostTensor, n, c| {
            x.channel(n, c).iter().map(|&v| f64::from(v)).sum::<f64>() / x.shape().plane() as f64
        };
        check(
            x,
            |b, x| {
                let mean = b.global_average_pool("mean", x).unwrap();
                b.multiply("excited", x, mean).unwrap();
            },
            |_, x, [n, c, y, px]| f64::from(x.at(n, c, y, px)) * mean(x, n, c),
        );
        check(
            x,
            |b, x| {
                b.flatten("flat", x).unwrap();
            },
            |_, x, [n, at, ..]| {
                let Shape { h, w, .. } = x.shape();
                f64::from(x.at(n, at / (h * w), at / w % h, at % w))
            },
        );
        for (h, w) in [(1, 1), (3, 2), (7, 7)] {
            check(
                x,
                |b, x| {
                    b.adaptive_average_pool("pool", x, h, w).unwrap();
                },
                |_, x, [n, c, y, px]| {
                    let Shape { h: in_h, w: in_w, .. } = x.shape();
                    let inside = |i: usize, out: usize, side: usize, at: usize| {
                        at >= i * side / out && at * out < (i + 1) * side
                    };
                    let (mut sum, mut count) = (0.0, 0.0);
                    for row in (0..in_h).filter(|&row| inside(y, h, in_h, row)) {
                        for col in (0..in_w).filter(|&col| inside(px, w, in_w, col)) {
                            sum += f64::from(x.at(n, c, row, col));
                            count += 1.0;
                        }
                    }
                    sum / count
                },
            );
        }
    }
}

#[test]
fn pools_count_valid_pixels_only() {
    let uneven = Padding { top: 0, bottom: 1, left: 1, right: 0 };
    for kind in [PoolKind::Max, PoolKind::Average, PoolKind::AverageWithBorder] {
        for (kernel, stride) in [(2, 2), (3, 2), (3, 1), (5, 3), (2, 3)] {
            for padding in [Padding::default(), Padding::even(1), uneven] {
                for ceil in [false, true] {
                    let pool = Pool2d { padding, ceil, ..Pool2d::square(kind, kernel, stride) };
                    for x in [SHAPES[0], SHAPES[1], SHAPES[3]] {
                        check(
                            x,
                            |b, x| {
                                b.pool2d("pool", x, pool).unwrap();
                            },
                            |_, x, at| pooled(&pool, x, at),
                        );
                    }
                }
            }
        }
    }
}

/// Windows with other sides, strides and gaps on each axis.
#[test]
fn pools_differ_on_their_axes() {
    let uneven = Padding { top: 1, bottom: 0, left: 2, right: 1 };
    for kind in [PoolKind::Max, PoolKind::Average, PoolKind::AverageWithBorder] {
        for (kernel, stride, dilation) in [
            ([3, 1], [2, 1], [1, 1]),
            ([2, 3], [1, 2], [1, 1]),
            ([2, 2], [1, 3], [2, 2]),
            ([3, 2], [2, 1], [1, 3]),
        ] {
            for (padding, ceil) in [(Padding::default(), true), (uneven, false), (uneven, true)] {
                let pool = Pool2d { kind, kernel, stride, dilation, padding, ceil };
                let x = Shape::new(2, 3, 9, 7);
                if kernel[1] == 1 && padding != Padding::default() {
                    continue;
                }
                check(
                    x,
                    |b, x| {
                        b.pool2d("pool", x, pool).unwrap();
                    },
                    |_, x, at| pooled(&pool, x, at),
                );
            }
        }
    }
}

fn pooled(pool: &Pool2d, x: &HostTensor, [n, c, y, px]: [usize; 4]) -> f64 {
    let ([kh, kw], [sh, sw], [dh, dw], p) = (pool.kernel, pool.stride, pool.dilation, pool.padding);
    let mut values = Vec::new();
    for ky in 0..kh {
        for kx in 0..kw {
            let row = (y * sh + ky * dh).wrapping_sub(p.top);
            let column = (px * sw + kx * dw).wrapping_sub(p.left);
            if row < x.shape().h && column < x.shape().w {
                values.push(f64::from(x.at(n, c, row, column)));
            }
        }
    }
    match pool.kind {
        PoolKind::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        PoolKind::Average => values.iter().sum::<f64>() / values.len() as f64,
        PoolKind::AverageWithBorder => {
            let shape = x.shape();
            let side = |first: usize, k: usize, d: usize, all: usize| {
                (0..k).filter(|tap| first + tap * d < all).count()
            };
            let rows = side(y * sh, kh, dh, shape.h + p.top + p.bottom);
            let columns = side(px * sw, kw, dw, shape.w + p.left + p.right);
            values.iter().sum::<f64>() / (rows * columns) as f64
        }
    }
}

#[test]
fn a_nan_goes_through_pools_and_activations() {
    let pool = Pool2d::square(PoolKind::Max, 2, 1);
    let mut source = Seeded(1);
    let mut builder = Builder::new(&mut source);
    let x = builder.input("x", Shape::new(1, 1, 3, 3)).unwrap();
    let relu = builder.activation("relu", x, Activation::Relu).unwrap();
    builder.pool2d("pool", relu, pool).unwrap();
    let graph = builder.finish();
    let mut data = vec![1.0; 9];
    data[4] = f32::NAN;
    let input = HostTensor::new(Shape::new(1, 1, 3, 3), data);
    let trace = CandlePlan::new(&graph).unwrap().run(&[input], &Ctl::default()).unwrap();
    assert!(host(&trace.values[2]).data().iter().all(|v| v.is_nan()));
}

#[test]
fn resampling_and_choosing_channels() {
    for x in SHAPES {
        check(
            x,
            |b, x| {
                b.global_average_pool("gap", x).unwrap();
            },
            |_, x, [n, c, ..]| {
                x.channel(n, c).iter().map(|&v| f64::from(v)).sum::<f64>() / x.shape().plane() as f64
            },
        );
        for (factor, cut) in [(2, 0), (2, 1), (3, 2)] {
            check(
                x,
                |b, id| {
                    b.upsample("up", id, factor, x.h * factor - cut, x.w * factor - cut).unwrap();
                },
                |_, x, [n, c, y, px]| f64::from(x.at(n, c, y / factor, px / factor)),
            );
        }
        check(
            x,
            |b, x| {
                b.slice("part", x, 1, 2).unwrap();
            },
            |_, x, [n, c, y, px]| f64::from(x.at(n, c + 1, y, px)),
        );
        check(
            x,
            |b, x| {
                b.softmax("softmax", x).unwrap();
            },
            |_, x, [n, c, y, px]| {
                let e = |c| f64::from(x.at(n, c, y, px)).exp();
                e(c) / (0..x.shape().c).map(e).sum::<f64>()
            },
        );
    }
}

#[test]
fn adding_and_joining() {
    for x in SHAPES {
        check(
            x,
            |b, x| {
                b.add("twice", x, x).unwrap();
            },
            |_, x, [n, c, y, px]| 2.0 * f64::from(x.at(n, c, y, px)),
        );
        check(
            x,
            |b, id| {
                let part = b.slice("part", id, 2, 1).unwrap();
                let alone = b.concat("alone", &[part]).unwrap();
                b.concat("all", &[id, alone, part]).unwrap();
            },
            |_, x, [n, c, y, px]| f64::from(x.at(n, if c < x.shape().c { c } else { 2 }, y, px)),
        );
    }
}

/// A convolution after another on the same input.
fn two_convolutions() -> Graph {
    let mut source = Seeded(3);
    let mut builder = Builder::new(&mut source);
    let x = builder.input("x", Shape::new(1, 4, 8, 8)).unwrap();
    let conv =
        Conv2d { kernel: 3, stride: 1, padding: Padding::even(1), dilation: 1, wiring: Wiring::Grouped(1) };
    let a = builder.conv2d("a", x, conv.clone(), 8, false).unwrap();
    builder.conv2d("b", a, conv, 8, false).unwrap();
    builder.finish()
}

#[test]
fn runs_again_and_shares_the_inputs() {
    let graph = two_convolutions();
    let plan = CandlePlan::new(&graph).unwrap();
    let input = random(Shape::new(1, 4, 8, 8));
    let first = plan.run(std::slice::from_ref(&input), &Ctl::default()).unwrap();
    let second = plan.run(std::slice::from_ref(&input), &Ctl::default()).unwrap();
    assert_eq!(host(&first.values[2]), host(&second.values[2]));
    assert!(std::sync::Arc::ptr_eq(&host(&first.values[0]).shared(), &input.shared()));
    assert_eq!(first.method, TimeMethod::HostClock);
    assert!(first.times[2].ns > 0 && first.total_ns >= first.times[1].ns + first.times[2].ns);
    assert!(first.device.contains("thread"), "{}", first.device);
}

/// Large enough for a depthwise convolution and the pointwise one behind it to become one step.
#[test]
fn large_depthwise_maps_are_made_band_by_band() {
    for (clamped, shortcut) in [(false, true), (true, false)] {
        let x = Shape::new(2, 9, 131, 117);
        let mut source = AllRandom;
        let mut b = Builder::new(&mut source);
        let input = b.input("x", x).unwrap();
        let conv = Conv2d {
            kernel: 3,
            stride: 1,
            padding: Padding::even(1),
            dilation: 1,
            wiring: Wiring::Grouped(x.c),
        };
        let mut y = b.conv2d("depthwise", input, conv, x.c, true).unwrap();
        if clamped {
            y = b.activation("between", y, Activation::Relu6).unwrap();
        }
        y = b.pointwise("pointwise", y, x.c).unwrap();
        if shortcut {
            y = b.add("sum", input, y).unwrap();
            y = b.activation("end", y, Activation::Relu).unwrap();
        }
        b.output("y", y);
        let graph = b.finish();
        let plan = FusedPlan::new(&graph).unwrap();
        assert_eq!(plan.steps().len(), 1);
        let values = [random(x)];
        let expected = CandlePlan::new(&graph).unwrap().run(&values, &Ctl::default()).unwrap();
        let found = plan.run(&values, &Ctl::default()).unwrap();
        let error = found.outputs[0].relative_error(host(&expected.values[y.index()]));
        assert!(error < 1e-6, "{error}");
    }
}

#[test]
fn a_cancelled_run_ends() {
    let graph = two_convolutions();
    let plan = CandlePlan::new(&graph).unwrap();
    let cancel = CancelToken::default();
    // Cancelled while node 1 is about to run.
    let ctl = Ctl {
        cancel: cancel.clone(),
        progress: Some(std::sync::Arc::new(move |done, total| {
            assert_eq!(total, 3);
            if done == 1 {
                cancel.cancel();
            }
        })),
    };
    let found = plan.run(&[random(Shape::new(1, 4, 8, 8))], &ctl);
    assert!(matches!(found, Err(ExecError::Cancelled)));
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    let plan = CandlePlan::new(&two_convolutions()).unwrap();
    let wrong = plan.run(&[random(Shape::new(1, 4, 8, 9))], &Ctl::default());
    assert!(matches!(wrong, Err(ExecError::Input { .. })));
    assert!(matches!(plan.run(&[], &Ctl::default()), Err(ExecError::Input { .. })));
}
