//! Every operator, on random settings: all executors agree with the reference, and the closed formula,
//! the count of the graph and the multiplications that the reference really did are one number.

use convscope::cost::cost;
use convscope::exec::backend::{Backend, Device, FusedPlan, Plan};
use convscope::exec::{Ctl, ReferencePlan};
use convscope::graph::{Builder, Graph, GraphError, Op, Origin, Padding, Seeded, Weight, WeightSource};
use convscope::tensor::{HostTensor, Shape, seeded_normal};
use convscope::variants::{self, ALL, ConvVariant, Geometry, Settings, Value};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Seeded weights; norms with statistics of their own, and biases where they are wanted.
struct Random {
    bias: bool,
}

impl WeightSource for Random {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        if optional && !self.bias && !name.contains("norm.") {
            return Ok(None);
        }
        let weight = Seeded(3).take(name, dims, false)?;
        Ok(weight.map(|w| {
            let shift = if name.ends_with("running_var") { 0.75 } else { 0.0 };
            let noise = seeded_normal(name.len() as u64, w.values.len(), 0.3);
            match dims.len() {
                1 => {
                    let values = w.values.iter().zip(noise).map(|(v, n)| v + shift + n.abs()).collect();
                    Weight::new(name, dims.to_vec(), values, Origin::Seeded)
                }
                _ => w,
            }
        }))
    }
}

/// An operator on one layer, with seeded weights and inputs.
struct Case {
    geometry: Geometry,
    settings: Settings,
    input: Shape,
    graph: Graph,
    values: Vec<HostTensor>,
}

fn case(v: &dyn ConvVariant, geometry: Geometry, settings: Settings, input: Shape) -> Case {
    let mut source = Random { bias: true };
    let mut b = Builder::new(&mut source);
    let (mut nodes, mut values) = (Vec::new(), Vec::new());
    for (i, map) in v.inputs(&geometry, &settings).into_iter().enumerate() {
        let shape = map.shape(input);
        nodes.push(b.input(map.name, shape).expect("a shape"));
        values.push(HostTensor::new(shape, seeded_normal(i as u64, shape.elements(), 1.0)));
    }
    let outputs = v.lower(&geometry, &settings, &nodes, &mut b).expect("legal settings");
    for (name, output) in outputs {
        output.value().into_iter().for_each(|id| b.output(name, id));
    }
    Case { geometry, settings, input, graph: b.finish(), values }
}

/// Layers, sizes and batches, also small ones, with numbers that pick each setting's value.
fn layers() -> impl Strategy<Value = (Geometry, Shape, Vec<usize>)> {
    let channels = prop::sample::select(vec![2_usize, 3, 4, 6, 8, 12]);
    let sizes = (1_usize..=3, 1_usize..=11, 1_usize..=11);
    let picks = prop::collection::vec(0_usize..1000, 4);
    (channels.clone(), channels, prop::sample::select(vec![3_usize, 5]), 1_usize..=2, sizes, picks).prop_map(
        |(i, o, kernel, stride, (n, h, w), picks)| {
            (Geometry::same(i, o, kernel, stride), Shape::new(n, i, h, w), picks)
        },
    )
}

fn settings(v: &dyn ConvVariant, g: &Geometry, picks: &[usize], input: Shape) -> Settings {
    let mut s = Settings::default();
    for (i, pick) in picks.iter().enumerate() {
        // What a setting may be depends on those before it.
        let Some(setting) = v.settings(g, &s).into_iter().nth(i) else { break };
        let mut value = setting.legal.value(pick % setting.legal.len());
        if setting.name == "dilation" {
            // The dilated kernel must fit in the map with its border.
            let most = (input.h.min(input.w) + g.kernel - 2) / (g.kernel - 1);
            value = Value::Integer((pick % most.min(3)) as i64 + 1);
        }
        s.set(setting.name, value);
    }
    s.check(v, g).expect("legal values");
    s
}

fn for_random_cases(cases: u32, check: impl Fn(&dyn ConvVariant, Case) -> Result<(), TestCaseError>) {
    for v in ALL {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let result = TestRunner::new_with_rng(
            config,
            proptest::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
        )
        .run(&layers(), |(geometry, input, picks)| {
            let geometry = v.nearest(geometry);
            let input =
                Shape { c: v.inputs(&geometry, &Settings::defaults(*v, &geometry))[0].channels, ..input };
            let settings = settings(*v, &geometry, &picks, input);
            check(*v, case(*v, geometry, settings, input))
        });
        result.unwrap_or_else(|e| panic!("{}: {e}", v.name()));
    }
}

#[test]
fn formula_count_and_multiplications_are_one_number() {
    for_random_cases(40, |v, case| {
        let macs: u64 = {
            let plan = ReferencePlan::new(&case.graph);
            let (_, counts) = plan.run_counted(&case.values, &Ctl::default()).expect("the reference runs");
            counts.iter().sum()
        };
        let total = cost(&case.graph).total;
        let formula = v.formula(&case.geometry, &case.settings, case.input);
        prop_assert_eq!(total.macs, macs, "counted and done {:?} {:?}", case.geometry, case.settings);
        prop_assert_eq!(formula.macs, macs, "formula and done {:?} {:?}", case.geometry, case.settings);
        prop_assert_eq!(formula.params, kernels(&case.graph), "{:?} {:?}", case.geometry, case.settings);
        Ok(())
    });
}

/// Weights of the convolutions that exist, without biases and norms.
fn kernels(graph: &Graph) -> u64 {
    let of_node = |(id, node): (_, &convscope::graph::Node)| match node.op {
        Op::Conv2d(_) | Op::DepthwiseTranspose { .. } => {
            let biases = node.weights.get(1).map_or(0, |&b| graph.weight(b).values.len() as u64);
            convscope::cost::node_cost(graph, id).params - biases
        }
        _ => 0,
    };
    graph.iter().map(of_node).sum()
}

fn agree(backend: Backend, tolerance: f64) {
    let device = Device::open(backend).expect("this test needs the device");
    for_random_cases(12, |_, case| {
        let run = |device: &Device| {
            let trace = Plan::new(device, &case.graph).expect("a plan").run(&case.values, &Ctl::default());
            let trace = trace.expect("a run");
            let read = |id| device.read(trace.value(id)).expect("a value");
            case.graph.outputs().iter().map(|(_, id)| read(*id)).collect::<Vec<_>>()
        };
        let fused = FusedPlan::new(&device, &case.graph).expect("a plan").run(&case.values, &Ctl::default());
        let fused = fused.expect("a run").outputs;
        let expected = run(&Device::Reference);
        for (got, expected) in run(&device).iter().zip(&expected).chain(fused.iter().zip(&expected)) {
            let error = got.relative_error(expected);
            prop_assert!(error <= tolerance, "{error} {:?} {:?}", case.geometry, case.settings);
        }
        Ok(())
    });
}

#[test]
fn candle_agrees_with_the_reference() {
    agree(Backend::Candle, 1e-5);
}

#[test]
fn wgpu_agrees_with_the_reference() {
    if convscope::exec::wgpu::adapters().is_empty() && std::env::var_os("REQUIRE_GPU").is_none() {
        println!("skipped: no adapter");
        return;
    }
    agree(Backend::Wgpu, 1e-4);
}

fn with(v: &dyn ConvVariant, g: &Geometry, set: &[(&str, &str)]) -> Settings {
    let mut s = Settings::default();
    set.iter().for_each(|(name, value)| s.set(name, value.parse().expect("infallible")));
    let s = s.completed(v, g);
    s.check(v, g).expect("legal settings");
    s
}

fn output(v: &str, g: Geometry, set: &[(&str, &str)], input: Shape) -> HostTensor {
    let v = variants::find(v).expect("listed");
    let case = case(v, g, with(v, &g, set), input);
    let trace = ReferencePlan::new(&case.graph).run(&case.values, &Ctl::default()).expect("a run");
    Device::Reference.read(trace.value(case.graph.outputs()[0].1)).expect("on the host")
}

#[test]
fn the_trivial_setting_of_each_operator_is_the_standard_convolution() {
    let (g, x) = (Geometry::same(6, 8, 3, 1), Shape::new(1, 6, 7, 9));
    let standard = output("standard", g, &[("groups", "1")], x);
    // HetConv asks for the same weight by the same name, so its seeded values are the same.
    assert!(output("hetconv", g, &[("part", "1")], x).relative_error(&standard) < 1e-7);
    // OctConv's one path has another name and so other seeded values: its shape and its cost.
    let octave = output("octave", g, &[("alpha_in", "0"), ("alpha_out", "0")], x);
    assert_eq!(octave.shape(), standard.shape());
}

/// Swapping a layer for an operator at its trivial setting changes nothing, for every operator that
/// has one; and every operator can stand in for every layer that it says it fits.
#[test]
fn swaps_fit_and_trivial_ones_change_nothing() {
    let mut source = Seeded(5);
    let mut b = Builder::new(&mut source);
    let x = b.input("input", Shape::new(1, 6, 9, 8)).expect("a shape");
    let conv = convscope::graph::Conv2d {
        kernel: 3,
        stride: 1,
        padding: Padding::same(3, 1),
        dilation: 1,
        wiring: convscope::graph::Wiring::Grouped(1),
    };
    let y = b.conv2d("conv", x, conv, 8, false).expect("it fits");
    b.activation("relu", y, convscope::graph::Activation::Relu).expect("it fits");
    let graph = b.finish();
    let input = HostTensor::new(graph.shape(x), seeded_normal(9, graph.shape(x).elements(), 1.0));
    let run = |graph: &Graph| {
        let trace =
            ReferencePlan::new(graph).run(std::slice::from_ref(&input), &Ctl::default()).expect("a run");
        Device::Reference.read(trace.value(graph.outputs()[0].1)).expect("on the host")
    };
    let before = run(&graph);
    let id = variants::find_layer(&graph, "conv").expect("it is there");
    let g = variants::site(&graph, id).expect("a convolution");
    for v in ALL {
        if v.fits(&g).is_err() {
            continue;
        }
        let s = Settings::defaults(*v, &g);
        let swapped = variants::swap(&graph, id, *v, &s).expect("the defaults fit");
        assert_eq!(run(&swapped.graph).shape(), before.shape(), "{}", v.name());
        let trivial: &[(&str, &str)] = match v.name() {
            "standard" => &[("groups", "1"), ("dilation", "1")],
            "octave" => &[("alpha_in", "0"), ("alpha_out", "0")],
            "hetconv" => &[("part", "1")],
            // More outputs than inputs: the inputs are repeated in front, which changes nothing.
            "topological" => &[("grid", "8"), ("neighborhood", "8")],
            _ => continue,
        };
        let swapped = variants::swap(&graph, id, *v, &with(*v, &g, trivial)).expect("legal settings");
        let error = run(&swapped.graph).relative_error(&before);
        assert!(error < 1e-7, "{}: {error}", v.name());
    }
}

/// A plan that takes over packed weights and known values gives what a fresh one gives.
#[test]
fn a_resumed_run_is_the_whole_run() {
    let model = convscope::model_files::Model::load("squeezenet1_1").expect("bundled");
    let graph = &model.graph;
    let input = HostTensor::new(model.input(), seeded_normal(4, model.input().elements(), 50.0));
    let inputs = std::slice::from_ref(&input);
    let base = Plan::new(&Device::Candle, graph).expect("a plan");
    let trace = base.run(inputs, &Ctl::default()).expect("a run");
    let id = variants::find_layer(graph, "fire5/expand3x3").expect("it is there");
    let v = variants::find("hetconv").expect("listed");
    let s = Settings::defaults(v, &variants::site(graph, id).expect("a convolution"));
    let swapped = variants::swap(graph, id, v, &s).expect("it fits");
    assert!(swapped.unchanged.len() > 20 && swapped.unchanged.len() < graph.nodes().len() - 20);
    let mut known = vec![None; swapped.graph.nodes().len()];
    for (new, old) in &swapped.unchanged {
        known[new.index()] = Some(Device::Candle.read(trace.value(*old)).expect("on the host"));
    }
    let like = Plan::new_like(&Device::Candle, &swapped.graph, &base).expect("a plan");
    let resumed = like.resume(inputs, &known, &Ctl::default()).expect("a run");
    let whole = Plan::new(&Device::Candle, &swapped.graph).expect("a plan").run(inputs, &Ctl::default());
    let whole = whole.expect("a run");
    for (id, node) in swapped.graph.iter() {
        let read = |t: &convscope::exec::Trace| Device::Candle.read(t.value(id)).expect("on the host");
        assert_eq!(read(&resumed), read(&whole), "{}", node.name);
    }
}

/// The best separable approximation of a separable kernel is that kernel.
#[test]
fn depthwise_separable_finds_a_separable_kernel() {
    let (i, o) = (3, 4);
    let depthwise = seeded_normal(1, i * 9, 1.0);
    let pointwise = seeded_normal(2, o * i, 1.0);
    let value = |place: usize| {
        let (row, tap) = (place / 9, place % 9);
        pointwise[row] * depthwise[row % i * 9 + tap]
    };
    let dense: Vec<f32> = (0..o * i * 9).map(value).collect();
    let kernel = convscope::graph::Weight::new(
        "w",
        vec![o, i, 3, 3],
        dense.clone(),
        convscope::graph::Origin::Trained,
    );
    let v = variants::find("depthwise_separable").expect("listed");
    let derived = v.derive(&Geometry::same(i, o, 3, 1), &Settings::default(), &kernel, None);
    let (d, p) = (&derived["depthwise.weight"].values, &derived["pointwise.weight"].values);
    for (place, value) in dense.iter().enumerate() {
        let (row, tap) = (place / 9, place % 9);
        let rebuilt = p[row] * d[row % i * 9 + tap];
        assert!((rebuilt - value).abs() < 1e-5, "{rebuilt} {value}");
    }
}
