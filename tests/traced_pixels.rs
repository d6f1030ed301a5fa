//! One pixel traced to its multiply-adds: what is listed is what the executors computed.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use convscope::app::bundled_photo;
use convscope::exec::Ctl;
use convscope::exec::backend::{Device, Plan};
use convscope::figure::{Site, Study};
use convscope::graph::{Builder, Graph, NodeId, Op, Sampling, Tap, Taps};
use convscope::image_io::preprocess;
use convscope::model_files::{BUNDLED, Model};
use convscope::picture::{
    NoContributions, Rule, Spot, Traced, agreeing, contributions, reach, reads, receptive_field, trace_pixel,
};
use convscope::tensor::{HostTensor, Shape};
use convscope::variants::{self, Geometry, Settings};
use support::{Layer, Source, layer, random, values};

/// Draws places: the same on every machine.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as usize
    }

    fn spot(&mut self, shape: Shape) -> Spot {
        Spot::at(shape, self.below(shape.elements()))
    }

    /// A place that a ReLU did not set to zero.
    fn living(&mut self, map: &HostTensor) -> Spot {
        loop {
            let spot = self.spot(map.shape());
            if map.at(spot.n, spot.c, spot.y, spot.x) != 0.0 {
                return spot;
            }
        }
    }
}

/// Every value by two executors.
struct Runs {
    graph: Graph,
    reference: Vec<HostTensor>,
    candle: Vec<HostTensor>,
}

impl Runs {
    fn of(graph: &Graph, inputs: &[HostTensor]) -> Self {
        let all: Vec<NodeId> = graph.iter().map(|(id, _)| id).collect();
        let trace = Plan::new(&Device::Candle, graph).expect("a plan").run(inputs, &Ctl::default());
        let trace = trace.expect("a run");
        let candle = all.iter().map(|&id| Device::Candle.read(trace.value(id)).expect("on the host"));
        Self { graph: graph.clone(), reference: values(graph, inputs, &all), candle: candle.collect() }
    }

    /// The networks on a photo.
    fn network(name: &str) -> (Model, Self) {
        let photo = bundled_photo("chelsea.png").expect("bundled");
        let model = Model::load(name).expect("bundled");
        let input = preprocess(&photo.rgb, photo.width, photo.height, &model.manifest);
        let runs = Self::of(&model.graph, &[input]);
        (model, runs)
    }

    /// Checks one pixel.
    fn check(&self, id: NodeId, spot: Spot) {
        let at = |maps: &[HostTensor]| maps[id.index()].at(spot.n, spot.c, spot.y, spot.x);
        let trace =
            |maps: &[HostTensor]| -> Traced { trace_pixel(&self.graph, id, spot, &|id| &maps[id.index()]) };
        let node = self.graph.node(id);
        let what = format!("{} ({}) at {spot:?}", node.name, node.op.name());

        // The reference computes in f64 and rounds each value once, so the inputs that are read here and
        // the result differ from its own by 2^-24 each: 2^-23 of the terms' size, and once more for a
        // blend, whose gate is rounded too. A softmax turns differences of its inputs into factors.
        let traced = trace(&self.reference);
        let tolerance = match node.op {
            Op::Softmax | Op::PairSoftmax => 1e-5 * traced.result,
            _ => 2.0_f64.powi(-22) * traced.magnitude().max(traced.result.abs()),
        };
        let error = (traced.result - f64::from(at(&self.reference))).abs();
        assert!(error <= tolerance, "{what}: {} is not {}", traced.result, at(&self.reference));
        // The running sum ends at the result.
        let running = traced.running();
        let last = running.last().copied().unwrap_or(traced.result);
        match traced.rule {
            Rule::Softmax { own } => assert_eq!(traced.terms[own].product / last, traced.result, "{what}"),
            _ => assert_eq!(last, traced.result, "{what}"),
        }
        let grouped: usize = traced.groups().iter().map(|g| g.terms.len()).sum();
        assert_eq!(grouped, traced.terms.len(), "{what}");

        // What the window shows is candle's value; it is the sum to the last printed digit.
        let shown = agreeing(trace(&self.candle).result, at(&self.candle));
        assert!(shown.agree(), "{what}: {shown:?}");
    }
}

#[test]
fn two_hundred_random_pixels_are_the_sum_of_their_terms() {
    let (mut draw, mut pixels) = (Draw(4), 0);
    let mut kinds = BTreeSet::new();
    for (name, layer) in BUNDLED.iter().zip(["fire4/expand3x3", "blocks.3.1.conv_pw"]) {
        let (model, network) = Runs::network(name);
        for _ in 0..60 {
            let id = NodeIds::of(&model.graph).pick(&mut draw);
            kinds.insert(model.graph.node(id).op.name());
            network.check(id, draw.spot(model.graph.shape(id)));
            pixels += 1;
        }
        let ids: Vec<NodeId> = model.graph.iter().map(|(id, _)| id).collect();
        let site = ids.iter().find_map(|&id| {
            let named = model.graph.node(id).name == layer;
            let read = |id: NodeId| Ok(network.candle[id.index()].clone());
            named.then(|| Site::of_layer(&model.graph, id, read).ok()).flatten()
        });
        let fallback = || {
            ids.iter().rev().find_map(|&id| {
                Site::of_layer(&model.graph, id, |id| Ok(network.candle[id.index()].clone())).ok()
            })
        };
        let site = Arc::new(site.or_else(fallback).expect("a convolution"));
        for &variant in variants::ALL {
            let run = Study::new(variant, &Settings::default(), Arc::clone(&site)).run(&Ctl::default());
            let run = run.expect("every operator runs on every layer");
            let inputs: Vec<HostTensor> =
                run.graph.inputs().iter().map(|&id| run.value(id).clone()).collect();
            let runs = Runs::of(&run.graph, &inputs);
            for i in 0..4 {
                let id = if i == 0 { run.output() } else { NodeIds::of(&run.graph).pick(&mut draw) };
                kinds.insert(run.graph.node(id).op.name());
                runs.check(id, draw.spot(run.graph.shape(id)));
                pixels += 1;
            }
        }
    }
    assert!(pixels >= 200, "{pixels}");
    println!("{pixels} pixels of {kinds:?}");
    assert!(kinds.len() >= 10, "{kinds:?}");
}

/// The nodes of a graph, to draw from.
struct NodeIds(Vec<NodeId>);

impl NodeIds {
    fn of(graph: &Graph) -> Self {
        Self(graph.iter().map(|(id, _)| id).collect())
    }

    fn pick(&self, draw: &mut Draw) -> NodeId {
        self.0[draw.below(self.0.len())]
    }
}

/// Every operator small, with biases and norms where it may have them.
fn small_operators() -> Vec<(&'static str, Layer)> {
    let operator = |v: &&'static dyn variants::ConvVariant| {
        let g = v.nearest(Geometry::same(6, 4, 3, 1));
        let mut source = Source { seed: 11, bias: true, norm: true, ..Source::default() };
        (v.name(), layer(v.name(), g, &[], [1, 5, 6], &mut source))
    };
    let mut all: Vec<_> = variants::ALL.iter().map(operator).collect();
    // Stride 2, and what the operators above have nowhere.
    let g = Geometry::same(4, 4, 3, 2);
    all.push(("octave", layer("octave", g, &[], [2, 6, 7], &mut Source::seeded(5))));
    all.push(("pieces", pieces()));
    all
}

/// Columns between their neighbours, rows backwards and one left out.
fn mixed(x: Shape) -> Sampling {
    let rows = (0..x.h).rev().map(|row| (row != 1).then_some(row * x.w));
    let column = |at: usize| [(at, 0.75), (at + 1, 0.25)];
    let columns = (0..x.w - 1).map(|at| column(at).map(|(at, weight)| Tap { offset: at as u32, weight }));
    Sampling {
        channels: Taps::moved((0..x.c).map(|c| Some(c * x.plane()))),
        rows: Taps::moved(rows),
        columns: Taps::new(columns),
    }
}

/// Rows as channels, channels as rows.
fn turned(x: Shape) -> Sampling {
    Sampling {
        channels: Taps::moved((0..x.h).map(|row| Some(row * x.w))),
        rows: Taps::moved((0..x.c).map(|c| Some(c * x.plane()))),
        columns: Taps::moved((0..x.w).map(Some)),
    }
}

/// The operations that no operator uses with its defaults.
fn pieces() -> Layer {
    use convscope::graph::{Activation, Padding, Pool2d, PoolKind};
    let mut source = Source { seed: 2, bias: true, norm: true, ..Source::default() };
    let mut b = Builder::new(&mut source);
    let x = b.input("x", Shape::new(2, 3, 7, 6)).expect("a shape");
    let pool = |kind, padding, ceil| Pool2d { padding, ceil, ..Pool2d::square(kind, 3, 2) };
    let max = b.pool2d("max", x, pool(PoolKind::Max, Padding::even(1), false)).expect("fits");
    let mean = b.pool2d("mean", x, pool(PoolKind::Average, Padding::even(1), true)).expect("fits");
    let cut = b.slice("cut", max, 1, 2).expect("fits");
    let mean = b.slice("cut2", mean, 0, 2).expect("fits");
    let border = Padding { top: 1, bottom: 0, left: 1, right: 1 };
    let gaps = |kind| Pool2d {
        kernel: [2, 3],
        stride: [1, 2],
        dilation: [2, 1],
        padding: border,
        ..Pool2d::square(kind, 1, 1)
    };
    let uneven = b.pool2d("uneven", mean, gaps(PoolKind::Max)).expect("fits");
    b.pool2d("uneven mean", mean, gaps(PoolKind::Average)).expect("fits");
    b.pool2d("uneven with border", mean, gaps(PoolKind::AverageWithBorder)).expect("fits");
    let max_size = b.shape(cut);
    assert_eq!((max_size.h, max_size.w), (4, 3));
    let up = b.upsample("up", cut, 2, 7, 5).expect("fits");
    let back = b.depthwise_transpose("back", cut, 2, 8, 5).expect("fits");
    let norm = b.batch_norm("norm", up, 1e-3).expect("fits");
    let six = b.activation("six", norm, Activation::Relu6).expect("fits");
    let some = b.gather("some", back, vec![1, 0, 1]).expect("fits");
    let added = b.scatter_add("added", some, vec![3, 0, 3], 4).expect("fits");
    let soft = b.softmax("soft", added).expect("fits");
    let gap = b.global_average_pool("gap", soft).expect("fits");
    let logits = b.linear("linear", gap, 5).expect("fits");
    let other = b.linear("other", gap, 5).expect("fits");
    let share = b.pair_softmax("share", logits, other).expect("fits");
    let blend = b.blend("blend", logits, other, share).expect("fits");
    let pair = b.concat("pair", &[six, norm]).expect("fits");
    let swish = b.activation("swish", pair, Activation::HardSwish).expect("fits");
    let product = b.multiply("product", swish, pair).expect("fits");
    let mixed = b.resample("mixed", product, mixed(b.shape(product))).expect("fits");
    let turned = b.resample("turned", mixed, turned(b.shape(mixed))).expect("fits");
    let pooled = b.adaptive_average_pool("pooled", turned, 3, 2).expect("fits");
    let gate = b.global_average_pool("gate", turned).expect("fits");
    let gate = b.activation("sigmoid", gate, Activation::Sigmoid).expect("fits");
    let excited = b.multiply("excited", pooled, gate).expect("fits");
    let gate = b.activation("hard", gate, Activation::HardSigmoid).expect("fits");
    let excited = b.multiply("excited again", excited, gate).expect("fits");
    let flat = b.flatten("flat", excited).expect("fits");
    for (name, id) in [("mean", uneven), ("blend", blend), ("pair", pair), ("flat", flat)] {
        b.output(name, id);
    }
    Layer { graph: b.finish(), outputs: vec![("output", variants::Output::Map(blend))] }
}

/// For each value of the output, the inputs whose change changes it: found by trying.
fn perturbed(graph: &Graph, inputs: &[HostTensor], out: NodeId, by: &[f32]) -> Vec<BTreeSet<(usize, usize)>> {
    let before = values(graph, inputs, &[out]).swap_remove(0);
    let mut found = vec![BTreeSet::new(); before.data().len()];
    for (i, input) in inputs.iter().enumerate() {
        for element in 0..input.data().len() {
            for delta in by {
                let mut data = input.data().to_vec();
                data[element] += delta;
                let mut changed = inputs.to_vec();
                changed[i] = HostTensor::new(input.shape(), data);
                let after = values(graph, &changed, &[out]).swap_remove(0);
                for (place, (a, b)) in before.data().iter().zip(after.data()).enumerate() {
                    if a != b {
                        found[place].insert((i, element));
                    }
                }
            }
        }
    }
    found
}

/// A graph of one node on inputs of its own, one per operand.
fn alone(graph: &Graph, id: NodeId) -> (Graph, NodeId) {
    let node = graph.node(id);
    let mut source = Source::default();
    let mut b = Builder::new(&mut source);
    let operands: Vec<NodeId> = (0..node.inputs.len())
        .map(|i| b.input(&format!("operand{i}"), graph.shape(node.inputs[i])).expect("a shape"))
        .collect();
    let copy = b.copy(graph, node, &operands).expect("it fitted before");
    (b.finish(), copy)
}

/// One step: large positive changes pass a ReLU and win a maximum, so every input that is read shows.
#[test]
fn the_terms_of_every_operation_are_the_inputs_that_change_it() {
    let (mut kinds, mut nodes) = (BTreeSet::new(), 0);
    for (name, layer) in small_operators() {
        for (id, node) in layer.graph.iter().filter(|(_, node)| node.op != Op::Input) {
            // One of a kind and shape is enough for an operator.
            let (graph, copy) = alone(&layer.graph, id);
            let inputs: Vec<HostTensor> = graph
                .inputs()
                .iter()
                .enumerate()
                .map(|(i, &id)| random(graph.shape(id), 40 + i as u64))
                .collect();
            let found = perturbed(&graph, &inputs, copy, &[7.0, 2.5]);
            for (place, found) in found.iter().enumerate() {
                let mut read = BTreeSet::new();
                let spot = Spot::at(node.shape, place);
                reads(&graph, copy, spot, &mut |r| {
                    let weightless = r.weight == Some(0.0);
                    let fresh = read.insert((r.operand, r.spot.index(graph.shape(r.node))));
                    assert!(fresh && !weightless, "{name}: {} reads {r:?} twice", node.name);
                });
                assert_eq!(&read, found, "{name}: {} ({}) at {spot:?}", node.name, node.op.name());
            }
            kinds.insert(node.op.name());
            nodes += 1;
        }
    }
    println!("{nodes} nodes: {kinds:?}");
    assert_eq!(kinds.len(), 26, "every operation but the input, ReLU and ReLU6 apart: {kinds:?}");
}

/// All steps of an operator: with weights that are no special numbers nothing cancels. Changes go up and
/// down, small and large, because a ReLU or a maximum shows some of them only.
#[test]
fn what_reaches_a_value_through_an_operator_is_what_changes_it() {
    for (name, layer) in small_operators() {
        for (output, place) in
            layer.graph.outputs().iter().map(|(_, id)| *id).zip([0, 1, 2]).collect::<Vec<_>>()
        {
            let shape = layer.graph.shape(output);
            let mut draw = Draw(place);
            let places = [0, draw.below(shape.elements()), shape.elements() - 1];
            let sets: Vec<BTreeSet<(usize, usize)>> =
                places.iter().map(|&place| reached(&layer.graph, output, Spot::at(shape, place))).collect();
            // A closed ReLU hides what it reads: other inputs open it.
            let mut found = vec![BTreeSet::new(); places.len()];
            for seed in 0..16 {
                let inputs = layer.inputs(8 + 1000 * seed);
                let changed = perturbed(&layer.graph, &inputs, output, &[0.7, -0.7, 9.0, -9.0]);
                for (found, &place) in found.iter_mut().zip(&places) {
                    found.extend(&changed[place]);
                }
                if found == sets {
                    break;
                }
            }
            assert_eq!(found, sets, "{name}: {} at {places:?}", layer.graph.node(output).name);
        }
    }
}

/// The inputs that reach a value, as input and element.
fn reached(graph: &Graph, output: NodeId, spot: Spot) -> BTreeSet<(usize, usize)> {
    let reached = reach(graph, output, spot);
    let mut set = BTreeSet::new();
    for (i, input) in graph.inputs().iter().enumerate() {
        let Some(Some(flags)) = reached.get(input.index()) else { continue };
        let shape = graph.shape(*input);
        set.extend((0..shape.elements()).filter(|&e| flags.has(Spot::at(shape, e))).map(|e| (i, e)));
    }
    set
}

/// Sum and value differ by the rounding of the run, which grows with the sizes of what is added.
fn assert_adds_up(graph: &Graph, maps: &[HostTensor], id: NodeId, spot: Spot) {
    let start = std::time::Instant::now();
    let found = contributions(graph, id, spot, &|id| &maps[id.index()], &mut |_| true).expect("a sum");
    let strength: f64 = found.inputs.iter().flat_map(|s| &s.strength).sum::<f64>() + found.constants.abs();
    let error = (found.sum() - f64::from(found.value)).abs();
    let name = &graph.node(id).name;
    assert!(error <= 2e-5 * strength.max(1e-3), "{name} {spot:?}: {} is not {}", found.sum(), found.value);
    println!("{name} {spot:?}: {} = {}, {:?}", found.sum(), found.value, start.elapsed());
}

#[test]
fn contributions_of_all_pixels_and_constants_add_up_to_the_value() {
    let mut draw = Draw(9);
    for (name, layer) in small_operators() {
        let inputs = layer.inputs(3);
        let runs = Runs::of(&layer.graph, &inputs);
        let mut sums = 0;
        for (id, node) in layer.graph.iter() {
            let spot = draw.spot(node.shape);
            let maps = &runs.reference;
            match contributions(&layer.graph, id, spot, &|id| &maps[id.index()], &mut |_| true) {
                Ok(_) => assert_adds_up(&layer.graph, maps, id, spot),
                Err(NoContributions::NotASum { node, op }) => {
                    assert!(op.contains("softmax") || op == "sigmoid", "{name}: {node} {op}");
                    continue;
                }
                Err(NoContributions::Cancelled) => panic!("nobody cancelled"),
            }
            sums += 1;
        }
        assert!(sums > 0, "{name}");
    }
}

#[test]
fn contributions_through_whole_networks_add_up_and_can_be_stopped() {
    let (mut draw, deepest) = (Draw(21), ["conv10", "pool10"]);
    let (model, runs) = Runs::network("squeezenet1_1");
    for name in ["fire2/expand3x3", "fire5/concat"].iter().chain(&deepest) {
        let id = model.graph.find(name).expect("a layer");
        assert_adds_up(&model.graph, &runs.candle, id, draw.living(&runs.candle[id.index()]));
    }
    let prob = model.graph.find("prob").expect("the softmax");
    let spot = Spot::new(281, 0, 0);
    let maps = &runs.candle;
    let none = contributions(&model.graph, prob, spot, &|id| &maps[id.index()], &mut |_| true);
    assert!(matches!(none, Err(NoContributions::NotASum { node, op: "softmax" }) if node == "prob"));
    let pool10 = model.graph.find("pool10").expect("a layer");
    let mut last = 0.0;
    let stopped = contributions(&model.graph, pool10, spot, &|id| &maps[id.index()], &mut |share| {
        assert!(share >= last, "progress goes back");
        last = share;
        share < 0.3
    });
    assert_eq!(stopped, Err(NoContributions::Cancelled));

    let (model, runs) = Runs::network("efficientnet_lite0");
    let ids: Vec<NodeId> = model.graph.iter().map(|(id, _)| id).collect();
    for id in [ids[ids.len() / 2], ids[ids.len() - 4]] {
        assert_adds_up(&model.graph, &runs.candle, id, draw.living(&runs.candle[id.index()]));
    }
}

/// A pointed pixel shows what it sees at once: the walk over a whole network takes less than a frame.
#[test]
fn reach_of_a_whole_network_takes_less_than_a_frame() {
    for name in BUNDLED {
        let graph = Model::load(name).expect("bundled").graph;
        let (mut slowest, mut total) = (std::time::Duration::ZERO, std::time::Duration::ZERO);
        for (id, node) in graph.iter() {
            let spot = Spot::new(node.shape.c / 2, node.shape.h / 2, node.shape.w / 2);
            let start = std::time::Instant::now();
            let reached = reach(&graph, id, spot);
            slowest = slowest.max(start.elapsed());
            total += start.elapsed();
            let input = graph.inputs()[0];
            let field = receptive_field(&graph, id, spot.x, spot.y, input).expect("reaches the input");
            let side = graph.shape(input);
            let field = field.clipped(side.w, side.h);
            let seen =
                reached[input.index()].as_ref().and_then(|r| r.pixels(None)).expect("reaches the input");
            let r = seen.region;
            assert!(
                r.x0 >= field.x0 && r.y0 >= field.y0 && r.x1 <= field.x1 && r.y1 <= field.y1,
                "{}",
                node.name
            );
        }
        println!("{name}: slowest {slowest:?}, all {} nodes {total:?}", graph.nodes().len());
        assert!(slowest.as_millis() < 200, "{slowest:?}");
    }
}
