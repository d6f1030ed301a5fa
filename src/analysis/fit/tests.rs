use nalgebra::{DMatrix, DVector};

use super::{STEPS, fit};
use crate::exec::backend::Device;
use crate::exec::{Ctl, ExecError, ReferencePlan};
use crate::graph::{Builder, Conv2d, Graph, NodeId, Op, Padding, Seeded, Wiring};
use crate::tensor::{HostTensor, Shape, seeded_normal};

/// One convolution, 4 -> 3 channels, 3x3, no bias.
fn convolution(seed: u64, dilation: usize) -> Graph {
    let mut source = Seeded(seed);
    let mut b = Builder::new(&mut source);
    let x = b.input("input", Shape::new(1, 4, 8, 7)).expect("a shape");
    let padding = Padding::same(3, dilation);
    let conv = Conv2d { kernel: 3, stride: 1, padding, dilation, wiring: Wiring::Grouped(1) };
    b.conv2d("conv", x, conv, 3, false).expect("it fits");
    b.finish()
}

fn part(graph: &Graph) -> Vec<NodeId> {
    graph.iter().filter(|(_, n)| n.op != Op::Input).map(|(id, _)| id).collect()
}

fn run(graph: &Graph, x: &HostTensor) -> HostTensor {
    let trace = ReferencePlan::new(graph).run(std::slice::from_ref(x), &Ctl::default()).expect("a run");
    Device::Reference.read(trace.values.last().expect("a value")).expect("on the host")
}

/// Rectified: positive on average and correlated, as the maps of networks are.
fn input() -> HostTensor {
    let shape = Shape::new(1, 4, 8, 7);
    let common = seeded_normal(1, shape.plane(), 1.0);
    let own = seeded_normal(2, shape.elements(), 0.2);
    let values = own.iter().enumerate().map(|(i, v)| (v + common[i % shape.plane()] + 0.5).max(0.0));
    HostTensor::new(shape, values.collect())
}

#[test]
fn an_operator_that_can_be_the_layer_becomes_the_layer() {
    let (x, graph) = (input(), convolution(7, 1));
    let target = run(&convolution(8, 1), &x);
    let r = fit(&graph, &part(&graph), &x, &target, STEPS, &Ctl::default()).expect("a fit");
    assert!(r.error_before > 0.5 && r.error_after < 1e-4, "{} -> {}", r.error_before, r.error_after);
    assert_eq!((r.parameters, r.values), (4 * 9 * 3, 3 * 56));
}

/// The minimum of one convolution is known: that of the linear least-squares problem of its patches.
#[test]
fn one_convolution_reaches_the_least_squares_solution() {
    let (x, graph) = (input(), convolution(7, 1));
    let target = run(&convolution(8, 2), &x);
    let r = fit(&graph, &part(&graph), &x, &target, STEPS, &Ctl::default()).expect("a fit");
    let at = |c: usize, row: isize, column: isize| {
        let inside = (0..8).contains(&row) && (0..7).contains(&column);
        if inside { f64::from(x.at(0, c, row as usize, column as usize)) } else { 0.0 }
    };
    let patches = DMatrix::from_fn(56, 36, |pixel, k| {
        let (c, tap) = (k / 9, k % 9);
        at(c, (pixel / 7 + tap / 3) as isize - 1, (pixel % 7 + tap % 3) as isize - 1)
    });
    let svd = patches.clone().svd(true, true);
    let (mut rest, mut norm) = (0.0, 0.0);
    for o in 0..3 {
        let wanted = DVector::from_iterator(56, target.channel(0, o).iter().map(|&v| f64::from(v)));
        let best = svd.solve(&wanted, 1e-12).expect("a solution");
        rest += (&patches * best - &wanted).norm_squared();
        norm += wanted.norm_squared();
    }
    let best = (rest / norm).sqrt();
    assert!(best > 0.05 && r.error_after < 1.005 * best, "{} is not the minimum {best}", r.error_after);
    assert!(r.error_after > 0.999 * best, "{} is below the minimum {best}", r.error_after);
}

#[test]
fn what_cannot_be_fitted_is_one_sentence() {
    let (x, graph) = (input(), convolution(7, 1));
    let fit =
        |x: &HostTensor, target: &HostTensor| match fit(&graph, &part(&graph), x, target, 3, &Ctl::default())
        {
            Err(ExecError::Device { node, cause }) => format!("{node}: {cause}"),
            other => panic!("{:?}", other.map(|r| r.error_after)),
        };
    let small = HostTensor::new(Shape::new(1, 3, 1, 1), vec![1.0; 3]);
    assert!(fit(&x, &small).contains("the layer 1x3x1x1"), "{}", fit(&x, &small));
    let target = run(&graph, &x);
    assert!(fit(&small, &target).contains("one given map"));
    let mut values = target.data().to_vec();
    values[5] = f32::NAN;
    assert!(fit(&x, &HostTensor::new(target.shape(), values)).contains("not finite"));
}
