//! Functions of each value and norms with the statistics of their input: the same on every executor, also where
//! values are not finite; taken apart into what they read; counted as the tools count them.

mod support;

use convscope::cost::conventions;
use convscope::exec::Ctl;
use convscope::exec::backend::{Backend, Device, Plan};
use convscope::exec::candle::autograd::Differentiable;
use convscope::graph::{
    Activation, Builder, Graph, GraphError, NodeId, NormOver, Number, Op, Origin, ResponseNorm, Weight,
    WeightSource,
};
use convscope::picture::{Spot, contributions, reach, trace_pixel};
use convscope::tensor::{HostTensor, Shape, seeded_normal};
use support::Source;

fn graph_of(x: Shape, build: impl FnOnce(&mut Builder<'_>, NodeId) -> Result<(), GraphError>) -> Graph {
    let mut source = Source::seeded(7);
    let mut b = Builder::new(&mut source);
    let input = b.input("x", x).expect("an input");
    build(&mut b, input).expect("a graph");
    b.finish()
}

fn devices() -> Vec<(Backend, Device)> {
    let mut backends = vec![Backend::Reference, Backend::Candle];
    if !convscope::exec::wgpu::adapters().is_empty() || std::env::var_os("REQUIRE_GPU").is_some() {
        backends.push(Backend::Wgpu);
    }
    backends.into_iter().map(|b| (b, Device::open(b).expect("this test needs the device"))).collect()
}

/// The values of every node on every executor.
fn everywhere(graph: &Graph, input: &HostTensor) -> Vec<(Backend, Vec<HostTensor>)> {
    let run = |(backend, device): (Backend, Device)| {
        let plan = Plan::new(&device, graph).expect("a plan");
        let trace = plan.run(std::slice::from_ref(input), &Ctl::default()).expect("a run");
        let read = |value| device.read(value).expect("a value");
        (backend, trace.values.iter().map(read).collect())
    };
    devices().into_iter().map(run).collect()
}

const FUNCTIONS: [Activation; 9] = [
    Activation::Gelu,
    Activation::GeluTanh,
    Activation::Erf,
    Activation::Exp,
    Activation::Abs,
    Activation::Sqrt,
    Activation::Reciprocal,
    Activation::Softsign,
    Activation::Threshold(Number::new(1.0)),
];

#[test]
fn functions_are_alike_everywhere() {
    let shape = Shape::new(1, 1, 1, 96);
    // From -4.75 to 4.75 without 0, and small values, whose digits count.
    let values = (0..96).map(|i| if i < 80 { (i - 40) as f32 / 8.0 + 0.0625 } else { 1e-4 * i as f32 });
    let input = HostTensor::new(shape, values.collect());
    for f in FUNCTIONS {
        let graph = graph_of(shape, |b, x| {
            let x = if f == Activation::Sqrt { b.activation("abs", x, Activation::Abs)? } else { x };
            b.activation("f", x, f).map(|_| ())
        });
        let results = everywhere(&graph, &input);
        let [(_, reference), others @ ..] = &results[..] else { panic!("no reference") };
        for (backend, values) in others {
            let (a, b) = (values.last().expect("f"), reference.last().expect("f"));
            for (at, (a, b)) in a.data().iter().zip(b.data()).enumerate() {
                assert!((a - b).abs() <= 2e-5 * b.abs() + 1e-12, "{f:?} {backend:?} {at}: {a} {b}");
            }
        }
    }
}

#[test]
fn values_that_are_not_finite_go_through_functions_as_they_are_defined() {
    const INF: f32 = f32::INFINITY;
    const NAN: f32 = f32::NAN;
    let input = HostTensor::new(Shape::new(1, 1, 1, 5), vec![NAN, INF, -INF, 0.0, -4.0]);
    for (f, expected) in [
        // Minus infinity times a share of 0 is no number.
        (Activation::Gelu, [NAN, INF, NAN, 0.0, -0.000_126_685]),
        (Activation::GeluTanh, [NAN, INF, NAN, 0.0, -0.000_070_3]),
        (Activation::Erf, [NAN, 1.0, -1.0, 0.0, -1.0]),
        (Activation::Exp, [NAN, INF, 0.0, 1.0, 0.018_315_64]),
        (Activation::Abs, [NAN, INF, INF, 0.0, 4.0]),
        (Activation::Sqrt, [NAN, INF, NAN, 0.0, NAN]),
        (Activation::Reciprocal, [NAN, 0.0, 0.0, INF, -0.25]),
        (Activation::Softsign, [NAN, 1.0, -1.0, 0.0, -0.8]),
        (Activation::Threshold(Number::new(1.0)), [NAN, INF, 0.0, 0.0, 0.0]),
    ] {
        let graph = graph_of(input.shape(), |b, x| b.activation("f", x, f).map(|_| ()));
        for (backend, values) in everywhere(&graph, &input) {
            for (found, wanted) in values[1].data().iter().zip(expected) {
                let alike = found.is_nan() == wanted.is_nan()
                    && (found.is_nan() || *found == wanted || (found - wanted).abs() < 1e-6);
                assert!(alike, "{f:?} {backend:?}: {:?}, not {expected:?}", values[1].data());
            }
        }
    }
}

const OVER: [NormOver; 4] = [NormOver::Pixel, NormOver::Groups(1), NormOver::Groups(3), NormOver::Groups(6)];

#[test]
fn norms_are_alike_everywhere() {
    // Also maps of one pixel, and so many pixels that a thread takes each by itself.
    for shape in [Shape::new(2, 6, 5, 7), Shape::new(1, 6, 1, 1), Shape::new(2, 6, 23, 31)] {
        let input = HostTensor::new(shape, seeded_normal(3, shape.elements(), 1.0));
        let graph = graph_of(shape, |b, x| {
            let far = b.batch_norm("far", x, 0.1)?;
            for over in OVER {
                b.normalize(&format!("{over:?}"), far, over, 1e-5)?;
            }
            for size in [1, 2, 5, 30] {
                let norm = ResponseNorm { size, alpha: 0.5, beta: 0.75, bias: 1.5 };
                b.response_norm(&format!("response {size}"), far, norm)?;
            }
            Ok(())
        });
        let results = everywhere(&graph, &input);
        let [(_, reference), others @ ..] = &results[..] else { panic!("no reference") };
        for (backend, values) in others {
            for (node, (a, b)) in graph.nodes().iter().zip(values.iter().zip(reference)) {
                // A set of one value has no deviation; what is left of it is rounding.
                let error = a.relative_error(b);
                let alike = error < 1e-4 || b.data().iter().all(|v| v.abs() < 1e-3);
                assert!(alike, "{} {backend:?} {shape}: {error}", node.name);
            }
        }
    }
}

#[test]
fn a_value_that_is_no_number_spoils_its_set_alone() {
    let shape = Shape::new(1, 4, 1, 2);
    for odd in [f32::NAN, f32::INFINITY] {
        let input = HostTensor::new(shape, vec![odd, 1., 2., 3., 4., 5., 6., 8.]);
        let graph = graph_of(shape, |b, x| {
            b.normalize("pixel", x, NormOver::Pixel, 1e-3)?;
            b.normalize("group", x, NormOver::Groups(2), 1e-3)?;
            b.response_norm("response", x, ResponseNorm { size: 3, alpha: 1., beta: 0.5, bias: 1. })
                .map(|_| ())
        });
        for (backend, values) in everywhere(&graph, &input) {
            let numbers = |node: usize| values[node].data().iter().map(|v| !v.is_nan()).collect::<Vec<_>>();
            let pixel = [false, true, false, true, false, true, false, true];
            assert_eq!(numbers(1), pixel, "{backend:?}");
            assert_eq!(numbers(2), [false, false, false, false, true, true, true, true], "{backend:?}");
            // A neighbour of infinity is 0, one of no number is none either.
            assert_eq!(
                numbers(3),
                [false, true, odd.is_infinite(), true, true, true, true, true],
                "{backend:?}"
            );
        }
    }
}

/// A value is taken apart, and split among the pixels, so that the parts add up to it.
#[test]
fn norms_are_taken_apart() {
    let shape = Shape::new(1, 6, 4, 3);
    let input = HostTensor::new(shape, seeded_normal(5, shape.elements(), 1.0));
    let graph = graph_of(shape, |b, x| {
        for over in OVER {
            let y = b.normalize(&format!("{over:?}"), x, over, 1e-5)?;
            let z = b.activation(&format!("{over:?} gelu"), y, Activation::Gelu)?;
            b.global_average_pool(&format!("{over:?} mean"), z)?;
        }
        let norm = ResponseNorm { size: 3, alpha: 0.5, beta: 0.75, bias: 1.5 };
        b.response_norm("response", x, norm).map(|_| ())
    });
    let results = everywhere(&graph, &input);
    let maps = &results[0].1;
    let value = |id: NodeId| &maps[id.index()];
    for (id, node) in graph.iter().skip(1) {
        let spot = Spot { n: 0, c: 4, y: node.shape.h / 2, x: node.shape.w / 2 };
        let expected = f64::from(maps[id.index()].at(0, spot.c, spot.y, spot.x));
        let near = |v: f64| (v - expected).abs() < 1e-5;
        assert!(near(trace_pixel(&graph, id, spot, &value).result), "{}", node.name);
        let parts = contributions(&graph, id, spot, &value, &mut |_| true).expect("a sum");
        assert!(near(parts.sum()), "{}: {} is not {expected}", node.name, parts.sum());
        // What it reads is what it depends on.
        let mut read = vec![false; shape.elements()];
        let reached = reach(&graph, id, spot);
        let reached = reached[0].as_ref().expect("the input");
        (0..shape.elements()).for_each(|i| read[i] = reached.has(Spot::at(shape, i)));
        for at in (0..shape.elements()).step_by(5) {
            let mut changed = input.data().to_vec();
            changed[at] += 3.0;
            let device = Device::open(Backend::Reference).expect("a processor");
            let plan = Plan::new(&device, &graph).expect("a plan");
            let trace = plan.run(&[HostTensor::new(shape, changed)], &Ctl::default()).expect("a run");
            let after = device.read(trace.value(id)).expect("a value");
            let differs = f64::from(after.at(0, spot.c, spot.y, spot.x)) != expected;
            assert_eq!(differs, read[at], "{} {at}", node.name);
        }
    }
}

/// What other programs count for the modules that these operations are there.
#[test]
fn norms_are_counted_as_the_tools_count_their_modules() {
    let shape = Shape::new(1, 6, 4, 5);
    let graph = graph_of(shape, |b, x| {
        for over in OVER {
            let y = b.normalize(&format!("{over:?}"), x, over, 1e-5)?;
            b.batch_norm(&format!("{over:?} scale"), y, 0.0)?;
            b.normalize(&format!("{over:?} plain"), x, over, 1e-5)?;
        }
        Ok(())
    });
    // Scale and shift have mean 0 and variance 1 as the reader of files makes them.
    let graph = {
        let mut source = Plain;
        let mut b = Builder::new(&mut source);
        let mut made = std::collections::HashMap::new();
        for (id, node) in graph.iter() {
            let inputs: Vec<NodeId> = node.inputs.iter().map(|i| made[i]).collect();
            let new = match &node.op {
                Op::BatchNorm { eps } => b.batch_norm(&node.name, inputs[0], *eps),
                _ => b.copy(&graph, node, &inputs),
            };
            made.insert(id, new.expect("a node"));
        }
        b.finish()
    };
    let n = 120;
    for (name, layer, group) in [
        ("macs", [0, 0], [0, 0]),
        ("fvcore", [5, 4], [5, 4]),
        ("deepspeed", [5, 4], [5, 4]),
        ("thop", [4, 2], [0, 0]),
        ("thop-2019", [0, 0], [0, 0]),
        ("ptflops", [1, 1], [2, 1]),
        ("torchlens", [5, 5], [5, 5]),
        ("torchstat-modules", [0, 0], [0, 0]),
    ] {
        let count = conventions::find(name).expect("known").count(&graph);
        let of = |node: String| count.nodes[graph.find(&node).expect("it is there").index()].amount().whole();
        for over in OVER {
            let instance = over == NormOver::Groups(6);
            let [scaled, plain] = match over {
                NormOver::Pixel => layer,
                _ if instance && name == "thop" => [4, 2],
                NormOver::Groups(_) => group,
            };
            assert_eq!(of(format!("{over:?}")), Some(scaled * n), "{name} {over:?}");
            assert_eq!(of(format!("{over:?} plain")), Some(plain * n), "{name} {over:?}");
            assert_eq!(of(format!("{over:?} scale")), Some(0), "{name} {over:?}");
        }
        let joined = count.uncounted.iter().find(|u| u.op == "batch_norm").map(|u| u.why.name());
        let rule = matches!(name, "macs").then_some("rule").unwrap_or("joined");
        assert_eq!(joined, Some(rule), "{name}");
    }
    let info = conventions::find("torchinfo").expect("known").count(&graph);
    assert_eq!(info.total(), 4 * 12, "the parameters of each scale");
}

/// Weights of a scale that changes nothing.
struct Plain;

impl WeightSource for Plain {
    fn take(&mut self, name: &str, dims: &[usize], _: bool) -> Result<Option<Weight>, GraphError> {
        let value = if name.ends_with("weight") || name.ends_with("var") { 1.0 } else { 0.0 };
        Ok(Some(Weight::new(name, dims.to_vec(), vec![value; dims.iter().product()], Origin::Given)))
    }
}

/// The fit of an operator interprets these operations a second time, with gradients.
#[test]
fn the_differentiable_forms_give_the_same() {
    let shape = Shape::new(2, 6, 3, 5);
    let input = HostTensor::new(shape, seeded_normal(8, shape.elements(), 1.0));
    let positive = HostTensor::new(shape, input.data().iter().map(|v| v.abs() + 0.1).collect());
    let same = |x: &HostTensor, graph: &Graph| {
        let last = graph.iter().last().expect("a node").0;
        let f = Differentiable::new(graph, &[last], x).expect("a function");
        let found = f.run(f.start()).expect("a value");
        let device = Device::open(Backend::Reference).expect("a processor");
        let trace = Plan::new(&device, graph)
            .expect("a plan")
            .run(std::slice::from_ref(x), &Ctl::default())
            .expect("a run");
        let expected = device.read(trace.value(last)).expect("a value");
        let found = HostTensor::new(expected.shape(), found);
        assert!(found.relative_error(&expected) < 1e-5, "{}", graph.node(last).name);
    };
    for f in FUNCTIONS {
        same(&positive, &graph_of(shape, |b, x| b.activation(&format!("{f:?}"), x, f).map(|_| ())));
        if f != Activation::Sqrt {
            same(&input, &graph_of(shape, |b, x| b.activation(&format!("{f:?}"), x, f).map(|_| ())));
        }
    }
    for over in OVER {
        same(&input, &graph_of(shape, |b, x| b.normalize(&format!("{over:?}"), x, over, 1e-3).map(|_| ())));
    }
    for size in [1, 2, 5] {
        let norm = ResponseNorm { size, alpha: 0.5, beta: 0.75, bias: 1.5 };
        same(&input, &graph_of(shape, |b, x| b.response_norm("response", x, norm).map(|_| ())));
    }
}
