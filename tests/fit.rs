//! Fitting operators to trained layers: gradients are right, and every operator gets better.

use convscope::analysis::fit::{FitResult, STEPS, fit};
use convscope::exec::backend::{Device, Plan};
use convscope::exec::candle::autograd::Differentiable;
use convscope::exec::{CancelToken, Ctl, ExecError, ReferencePlan};
use convscope::graph::{
    Activation, Builder, Conv2d, Graph, NodeId, Op, Origin, Padding, Pool2d, PoolKind, Seeded, Wiring,
};
use convscope::image_io::preprocess;
use convscope::model_files::Model;
use convscope::tensor::{HostTensor, Shape, seeded_normal};
use convscope::variants::{self, ALL, ConvVariant, Geometry, Settings};

fn noise(shape: Shape, seed: u64) -> HostTensor {
    HostTensor::new(shape, seeded_normal(seed, shape.elements(), 1.0))
}

/// Legal settings, some way into each setting's list.
fn settings(v: &dyn ConvVariant, g: &Geometry, pick: usize) -> Settings {
    let mut s = Settings::default();
    let mut i = 0;
    // What a setting may be depends on those before it.
    while let Some(setting) = v.settings(g, &s).into_iter().nth(i) {
        let most = if setting.name == "dilation" { 2 } else { setting.legal.len() };
        s.set(setting.name, setting.legal.value((pick * (i + 3) / 2) % most));
        i += 1;
    }
    s.check(v, g).expect("legal values");
    s
}

/// Operators as they stand in networks, on layers of several kinds.
fn for_operators(mut check: impl FnMut(&str, &Graph)) {
    for v in ALL {
        let mut cases = 0;
        for (i, o, kernel, stride) in
            [(6, 8, 3, 1), (8, 8, 3, 2), (6, 6, 5, 1), (12, 12, 3, 1), (8, 12, 1, 1)]
        {
            let g = Geometry::same(i, o, kernel, stride);
            if v.fits(&g).is_err() {
                continue;
            }
            for pick in 0..6 {
                let s = settings(*v, &g, pick);
                let mut source = Seeded(pick as u64);
                let mut b = Builder::new(&mut source);
                let shape = Shape { n: 1 + pick % 2, c: i, h: 7 + pick, w: 9 };
                let x = b.input("input", shape).expect("a shape");
                v.embed(&g, &s, x, &mut b).expect("legal settings");
                check(&format!("{} {g:?} {s:?}", v.name()), &b.finish());
                cases += 1;
            }
        }
        assert!(cases > 0, "{} fits nowhere", v.name());
    }
}

/// Every node but inputs.
fn part(graph: &Graph) -> Vec<NodeId> {
    graph.iter().filter(|(_, n)| n.op != Op::Input).map(|(id, _)| id).collect()
}

fn agree(what: &str, graph: &Graph) {
    let x = noise(graph.shape(graph.inputs()[0]), 5);
    let f = Differentiable::new(graph, &part(graph), &x).unwrap_or_else(|e| panic!("{what}: {e}"));
    let got = HostTensor::new(f.output(), f.run(f.start()).expect("a run"));
    let trace = ReferencePlan::new(graph).run(&[x], &Ctl::default()).expect("a run");
    let last = trace.values.last().expect("a value");
    let expected = Device::Reference.read(last).expect("on the host");
    let error = got.relative_error(&expected);
    assert!(error <= 1e-4, "{what}: {error}");
}

/// Differences along random directions, along every single parameter of small operators, and nothing for
/// connections that do not exist.
fn slopes(what: &str, graph: &Graph) {
    let x = noise(graph.shape(graph.inputs()[0]), 5);
    let f = Differentiable::new(graph, &part(graph), &x).expect("as above");
    let start = f.start().to_vec();
    let factors = seeded_normal(3, f.output().elements(), 1.0);
    let gradient = f.record(&start).and_then(|r| r.gradient(&factors)).expect("a gradient");
    let value = |direction: &[f32], step: f32| -> f64 {
        let moved: Vec<f32> = start.iter().zip(direction).map(|(p, d)| p + step * d).collect();
        let y = f.run(&moved).expect("a run");
        y.iter().zip(&factors).map(|(&y, &r)| f64::from(y) * f64::from(r)).sum()
    };
    let norm = gradient.iter().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>().sqrt();
    let single = |i: usize| (0..start.len()).map(|p| f32::from(u8::from(p == i))).collect::<Vec<_>>();
    let some = (0..start.len()).step_by(start.len().div_ceil(12)).map(single);
    for direction in (0..2).map(|seed| seeded_normal(seed, start.len(), 0.05)).chain(some) {
        let along: f64 = gradient.iter().zip(&direction).map(|(&g, &d)| f64::from(g) * f64::from(d)).sum();
        let step = 4e-3;
        let difference = (value(&direction, step) - value(&direction, -step)) / f64::from(2.0 * step);
        // Corners of ReLUs that lie between the two points make the difference differ.
        let allowed = if what.starts_with("sic") { 0.05 } else { 0.01 };
        assert!((along - difference).abs() <= allowed * norm, "{what}: {along} {difference}, norm {norm}");
    }
}

#[test]
fn every_operator_gives_what_the_reference_gives() {
    for_operators(agree);
}

#[test]
fn gradients_are_slopes() {
    for_operators(slopes);
}

/// Operations that no operator has between plain maps today.
#[test]
fn the_other_operations_are_right_too() {
    let mut source = Seeded(2);
    let mut b = Builder::new(&mut source);
    let x = b.input("input", Shape::new(2, 4, 7, 6)).expect("a shape");
    let y = b.batch_norm("norm", x, 1e-3).expect("fits");
    let y = b.activation("relu6", y, Activation::Relu6).expect("fits");
    let pool = |kind, ceil| Pool2d { padding: Padding::even(1), ceil, ..Pool2d::square(kind, 3, 2) };
    let a = b.pool2d("max", y, pool(PoolKind::Max, true)).expect("fits");
    let m = b.pool2d("mean", y, pool(PoolKind::Average, true)).expect("fits");
    let gaps = |kind| Pool2d {
        kernel: [2, 3],
        dilation: [2, 1],
        padding: Padding { top: 1, left: 1, right: 1, bottom: 0 },
        ..Pool2d::square(kind, 1, 1)
    };
    let a = b.pool2d("max with gaps", a, gaps(PoolKind::Max)).expect("fits");
    let m = b.pool2d("mean with gaps", m, gaps(PoolKind::AverageWithBorder)).expect("fits");
    let y = b.concat("both", &[a, m]).expect("fits");
    let conv = Conv2d {
        kernel: 2,
        stride: 1,
        padding: Padding { top: 1, ..Padding::default() },
        dilation: 2,
        wiring: Wiring::Grouped(2),
    };
    let y = b.conv2d("conv", y, conv, 6, false).expect("fits");
    let y = b.global_average_pool("average", y).expect("fits");
    let y = b.linear("linear", y, 5).expect("fits");
    b.softmax("softmax", y).expect("fits");
    let graph = b.finish();
    agree("others", &graph);
    slopes("others", &graph);
}

/// A layer of a network on a photo, an operator in its place, and the fit.
struct Layer {
    model: Model,
    photo: HostTensor,
    input: HostTensor,
    target: HostTensor,
    id: NodeId,
}

impl Layer {
    fn new(layer: &str) -> Self {
        let model = Model::load("squeezenet1_1").expect("bundled");
        let photo = convscope::app::bundled_photo("chelsea.png").expect("bundled");
        let photo = preprocess(&photo.rgb, photo.width, photo.height, &model.manifest);
        let graph = &model.graph;
        let plan = Plan::new(&Device::Candle, graph).expect("a plan");
        let trace = plan.run(std::slice::from_ref(&photo), &Ctl::default()).expect("a run");
        let id = variants::find_layer(graph, layer).expect("it is there");
        let read = |id| Device::Candle.read(trace.value(id)).expect("on the host");
        let (input, target) = (read(graph.node(id).inputs[0]), read(id));
        Self { model, photo, input, target, id }
    }

    fn fit(&self, v: &dyn ConvVariant, steps: usize, ctl: &Ctl) -> Option<Result<FitResult, ExecError>> {
        let graph = &self.model.graph;
        let g = variants::site(graph, self.id).expect("a convolution");
        v.fits(&g).ok()?;
        let swapped = variants::swap(graph, self.id, v, &Settings::defaults(v, &g)).expect("it fits");
        Some(fit(&swapped.graph, &swapped.operator, &self.input, &self.target, steps, ctl))
    }
}

fn print(layer: &str, operator: &str, r: &FitResult, start: std::time::Instant) {
    println!(
        "{layer:18} {operator:20} {:8.4} -> {:8.5} in {:3} steps, {:6} weights, {:5.2} s",
        r.error_before,
        r.error_after,
        r.steps,
        r.parameters,
        start.elapsed().as_secs_f64()
    );
}

/// Far from the minimum for some operators, but enough to see which way it goes.
const FEW: usize = 12;

/// The table of `cargo test --test fit -- --nocapture`.
fn improves(layer: &str) {
    let site = Layer::new(layer);
    for v in ALL {
        let start = std::time::Instant::now();
        let Some(result) = site.fit(*v, FEW, &Ctl::default()) else { continue };
        let r = result.unwrap_or_else(|e| panic!("{}: {e}", v.name()));
        print(layer, v.name(), &r, start);
        let (before, after) = (r.error_before, r.error_after);
        assert!(before < 1e-5 || after < 0.97 * before, "{layer} {}: {before} -> {after}", v.name());
    }
}

#[test]
fn every_operator_imitates_a_3x3_layer_better() {
    improves("fire2/expand3x3");
}

/// Operators that need as many outputs as inputs, on a layer that has them; the input is a real one.
#[test]
fn square_operators_imitate_a_square_layer_better() {
    let site = Layer::new("fire3/expand3x3");
    let shape = site.target.shape();
    let mut source = Seeded(4);
    let mut b = Builder::new(&mut source);
    let x = b.input("input", shape).expect("a shape");
    let conv = Conv2d {
        kernel: 3,
        stride: 1,
        padding: Padding::same(3, 1),
        dilation: 1,
        wiring: Wiring::Grouped(1),
    };
    let y = b.conv2d("conv", x, conv, shape.c, false).expect("it fits");
    let graph = b.finish();
    let input = HostTensor::new(shape, site.target.data().iter().map(|v| v.max(0.0)).collect());
    let run = ReferencePlan::new(&graph).run(std::slice::from_ref(&input), &Ctl::default()).expect("a run");
    let target = Device::Reference.read(run.value(y)).expect("on the host");
    let g = variants::site(&graph, y).expect("a convolution");
    for v in ALL {
        if v.fits(&g).is_err() {
            continue;
        }
        let swapped = variants::swap(&graph, y, *v, &Settings::defaults(*v, &g)).expect("it fits");
        let start = std::time::Instant::now();
        let fit = fit(&swapped.graph, &swapped.operator, &input, &target, FEW, &Ctl::default());
        let r = fit.expect("a fit");
        print("square 64, 3x3", v.name(), &r, start);
        let (before, after) = (r.error_before, r.error_after);
        assert!(before < 1e-5 || after < 0.97 * before, "{}: {before} -> {after}", v.name());
        assert_eq!(r.rectified, v.name() == "sic");
    }
}

/// What a swapped network computes with the fitted weights is what the fit promised.
#[test]
fn fitted_weights_do_in_the_network_what_was_measured() {
    let site = Layer::new("fire2/expand3x3");
    let graph = &site.model.graph;
    let v = variants::find("spconv").expect("listed");
    let g = variants::site(graph, site.id).expect("a convolution");
    let swapped = variants::swap(graph, site.id, v, &Settings::defaults(v, &g)).expect("it fits");
    let r = fit(&swapped.graph, &swapped.operator, &site.input, &site.target, 20, &Ctl::default());
    let r = r.expect("a fit");
    let weights = r.weights.iter().map(|(id, values)| (*id, values.as_slice()));
    let fitted = swapped.clone().with_weights(weights, Origin::Fitted);
    let origins = |s: &variants::Swapped| -> Vec<Origin> {
        let own = s.operator.iter().flat_map(|&id| s.graph.node(id).weights.clone());
        own.map(|w| s.graph.weight(w).origin).collect()
    };
    assert!(origins(&fitted).iter().all(|o| *o == Origin::Fitted));
    assert!(origins(&swapped).iter().all(|o| *o == Origin::Derived));
    let trace = Plan::new(&Device::Candle, &fitted.graph).expect("a plan");
    let trace = trace.run(std::slice::from_ref(&site.photo), &Ctl::default()).expect("a run");
    let value = trace.value(fitted.node_of[site.id.index()]);
    let error = Device::Candle.read(value).expect("on the host").relative_error(&site.target);
    assert!((error - r.error_after).abs() < 1e-4 * error, "{error} {}", r.error_after);
}

#[test]
fn a_fit_is_cancelled_between_two_steps_and_tells_its_progress() {
    let site = Layer::new("fire2/expand3x3");
    let cancel = CancelToken::default();
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let (told, token) = (seen.clone(), cancel.clone());
    let progress = move |done: usize, total: usize| {
        told.lock().expect("no panic").push((done, total));
        if done == 3 {
            token.cancel();
        }
    };
    let ctl = Ctl { cancel, progress: Some(std::sync::Arc::new(progress)) };
    let v = variants::find("depthwise_separable").expect("listed");
    assert!(matches!(site.fit(v, STEPS, &ctl), Some(Err(ExecError::Cancelled))));
    let seen = seen.lock().expect("no panic");
    assert_eq!(seen.last(), Some(&(3, STEPS)));
}

#[test]
fn every_operator_imitates_a_1x1_layer_better() {
    improves("fire5/squeeze1x1");
}
