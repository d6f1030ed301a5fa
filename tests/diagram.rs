//! The diagram of every operator: all values, all edges, nothing on anything else.

mod support;

use std::sync::Arc;

use convscope::cost::cost;
use convscope::exec::{Ctl, ReferencePlan, Value};
use convscope::figure::{
    self, Align, Area, Knobs, Mark, Point, Scene, Site, Study, StudyRun, Target, View, text_width,
};
use convscope::graph::{Builder, NodeId, Padding, Seeded, Wiring};
use convscope::tensor::Shape;
use convscope::text::Lang;
use convscope::variants::{self, Geometry, Settings};
use support::{Source, layer, random};

const SIDE: usize = 12;

/// A convolution of this geometry, without its values: a diagram of an operator in its place needs them
/// no more.
fn site(geometry: Geometry) -> Arc<Site> {
    let input = random(Shape::new(1, geometry.in_channels, SIDE, SIDE), 3);
    let mut source = Seeded(3);
    let mut b = Builder::new(&mut source);
    let x = b.input("input", input.shape()).expect("fits");
    let y =
        b.conv2d("layer", x, geometry.conv(Wiring::Grouped(1)), geometry.out_channels, false).expect("fits");
    let graph = b.finish();
    let trace = ReferencePlan::new(&graph).run(std::slice::from_ref(&input), &Ctl::default()).expect("fits");
    let Value::Host(output) = trace.value(y).clone() else { panic!("the reference gives host values") };
    let kernel = graph.weight(graph.node(y).weights[0]).clone();
    Arc::new(Site { name: "layer".into(), geometry, input, output, kernel, bias: None })
}

fn sites() -> Vec<Arc<Site>> {
    let same = Geometry::same;
    let strided = Geometry { stride: 2, padding: Padding::even(1), ..same(16, 16, 3, 1) };
    [same(16, 16, 3, 1), same(8, 32, 3, 1), strided, same(24, 24, 1, 1)].map(site).to_vec()
}

/// The defaults, and every setting at up to five of its values.
fn settings(variant: &dyn variants::ConvVariant, g: &Geometry) -> Vec<Settings> {
    let defaults = Settings::defaults(variant, g);
    let mut all = vec![defaults.clone()];
    for setting in variant.settings(g, &defaults) {
        let n = setting.legal.len();
        for i in (0..n).step_by(n.div_ceil(4).max(1)).chain([n - 1]) {
            let mut s = defaults.clone();
            s.set(setting.name, setting.legal.value(i));
            all.push(s.clamped(variant, g));
        }
    }
    if let Some((_, names)) = variant.linked() {
        for value in ["0", "0.5", "1"] {
            let mut s = defaults.clone();
            names.iter().for_each(|name| s.set(name, value.parse().unwrap()));
            all.push(s.clamped(variant, g));
        }
    }
    all
}

fn draw(run: &StudyRun, lang: Lang, size: [f32; 2]) -> Scene {
    let knobs = Knobs::default();
    let view = View { lang, size, channel: 5, pixel: None, node: run.output(), knobs: &knobs };
    figure::find("diagram").expect("listed").draw(run, &view)
}

fn overlap(a: Area, b: Area) -> bool {
    a.x < b.right() - 0.01 && b.x < a.right() - 0.01 && a.y < b.bottom() - 0.01 && b.y < a.bottom() - 0.01
}

fn within(inner: Area, outer: Area) -> bool {
    let slack = 0.01;
    inner.x >= outer.x - slack
        && inner.y >= outer.y - slack
        && inner.right() <= outer.right() + slack
        && inner.bottom() <= outer.bottom() + slack
}

fn distance(area: Area, [x, y]: Point) -> f32 {
    let dx = (area.x - x).max(x - area.right()).max(0.0);
    let dy = (area.y - y).max(y - area.bottom()).max(0.0);
    dx.hypot(dy)
}

/// Points along a line, one or more per point of length.
fn samples(points: &[Point]) -> Vec<Point> {
    let mut all = Vec::new();
    for pair in points.windows(2) {
        let [[ax, ay], [bx, by]] = [pair[0], pair[1]];
        let n = (bx - ax).hypot(by - ay).ceil().max(1.0);
        all.extend((0..=n as usize).map(|i| i as f32 / n).map(|t| [ax + (bx - ax) * t, ay + (by - ay) * t]));
    }
    all
}

/// The boxes of all nodes, from what can be clicked.
fn boxes(scene: &Scene) -> Vec<(NodeId, Area)> {
    let node = |item: &figure::Item| match (&item.target, &item.mark) {
        (Some(Target::Node(id)), Mark::Rect { area, .. }) => {
            assert!(item.tip.as_ref().is_some_and(|tip| tip.lines().count() > 1), "{id:?} has no tip");
            Some((*id, *area))
        }
        _ => None,
    };
    scene.items.iter().filter_map(node).collect()
}

fn texts(scene: &Scene) -> Vec<(String, Area)> {
    let area = |item: &figure::Item| match &item.mark {
        Mark::Text { at: [x, y], text, size, align, .. } => {
            let w = text_width(text, *size);
            let left = match align {
                Align::Left => *x,
                Align::Middle => x - w / 2.0,
                Align::Right => x - w,
            };
            Some((text.clone(), Area::new(left, y - size.points() / 2.0, w, size.points())))
        }
        _ => None,
    };
    scene.items.iter().filter_map(area).collect()
}

fn check(run: &StudyRun, scene: &Scene, what: &str) {
    let (boxes, texts) = (boxes(scene), texts(scene));
    let mut drawn: Vec<usize> = boxes.iter().map(|(id, _)| id.index()).collect();
    drawn.sort_unstable();
    let all: Vec<usize> = (0..run.graph.nodes().len()).collect();
    assert_eq!(drawn, all, "{what}: every value has one box");

    for (i, (id, a)) in boxes.iter().enumerate() {
        assert!(within(*a, scene.area()), "{what}: {id:?} leaves the picture: {a:?}");
        for (other, b) in &boxes[i + 1..] {
            assert!(!overlap(*a, *b), "{what}: {id:?} {a:?} stands on {other:?} {b:?}");
        }
    }
    for (i, (text, a)) in texts.iter().enumerate() {
        assert!(within(*a, scene.area()), "{what}: '{text}' leaves the picture: {a:?}");
        for (other, b) in &texts[i + 1..] {
            assert!(!overlap(*a, *b), "{what}: '{text}' {a:?} stands on '{other}' {b:?}");
        }
        for (id, b) in &boxes {
            assert!(!overlap(*a, *b) || within(*a, *b), "{what}: '{text}' {a:?} stands on {id:?} {b:?}");
        }
    }

    let nearest = |p: Point| {
        let near = boxes.iter().min_by(|a, b| distance(a.1, p).total_cmp(&distance(b.1, p)));
        let &(id, area) = near.expect("boxes");
        assert!(distance(area, p) < 0.1, "{what}: an arrow ends in the air at {p:?}");
        id.index()
    };
    let mut arrows = Vec::new();
    for item in &scene.items {
        let Mark::Line { points, arrow: true, .. } = &item.mark else { continue };
        let (from, to) = (nearest(points[0]), nearest(points[points.len() - 1]));
        arrows.push((from, to));
        let [.., before, tip] = points.as_slice() else { panic!("{what}: an arrow of one point") };
        assert!(tip[0] - before[0] >= 6.0 && tip[1] == before[1], "{what}: no room for a head at {tip:?}");
        for p in samples(points) {
            assert!(distance(scene.area(), p) == 0.0, "{what}: an arrow leaves the picture at {p:?}");
            for (id, area) in &boxes {
                let end = id.index() == from || id.index() == to;
                assert!(end || !area.shrunk(0.5).contains(p), "{what}: {from}→{to} runs through {id:?}");
            }
            for (text, area) in &texts {
                assert!(!area.shrunk(0.5).contains(p), "{what}: {from}→{to} runs through '{text}'");
            }
        }
    }
    let mut edges: Vec<(usize, usize)> = run
        .graph
        .iter()
        .flat_map(|(to, node)| node.inputs.iter().map(move |from| (from.index(), to.index())))
        .collect();
    arrows.sort_unstable();
    edges.sort_unstable();
    assert_eq!(arrows, edges, "{what}: arrows are the edges of the graph");
}

fn check_sizes(run: &StudyRun, what: &str) {
    for (lang, size) in [
        (Lang::En, [640.0, 300.0]),
        (Lang::Zh, [700.0, 420.0]),
        (Lang::En, [1100.0, 500.0]),
        (Lang::Zh, [1900.0, 900.0]),
        (Lang::En, [1900.0, 900.0]),
    ] {
        let scene = draw(run, lang, size);
        let what = format!("{what} at {size:?}");
        assert_eq!([scene.width, scene.height], size, "{what}: does not fit");
        check(run, &scene, &what);
    }
}

#[test]
fn every_operator_is_drawn_whole_at_every_setting_and_size() {
    for site in sites() {
        for &variant in variants::ALL {
            let g = Study::new(variant, &Settings::default(), Arc::clone(&site)).geometry;
            for chosen in settings(variant, &g) {
                let run = Study::new(variant, &chosen, Arc::clone(&site)).run(&Ctl::default());
                let run = run.unwrap_or_else(|e| panic!("{}: {e}", variant.name()));
                let set: Vec<String> = chosen.iter().map(|(n, v)| format!("{n}={v}")).collect();
                check_sizes(&run, &format!("{} {} {g:?}", variant.name(), set.join(" ")));
            }
        }
    }
}

/// Layers of files have norms, several inputs and outputs.
#[test]
fn operators_by_themselves_with_norms_are_drawn_whole() {
    let site = site(Geometry::same(16, 16, 3, 1));
    for (name, set) in [
        ("spconv", vec![]),
        ("octave", vec![("alpha_in", "0.5"), ("alpha_out", "0.5")]),
        ("octave", vec![("alpha_in", "0"), ("alpha_out", "0.5")]),
        ("octave", vec![("alpha_in", "0.5"), ("alpha_out", "0")]),
        ("sfr", vec![("form", "masked")]),
        ("sfr", vec![("form", "converted")]),
    ] {
        for stride in [1, 2] {
            let variant = variants::find(name).expect("listed");
            let g = variant.nearest(Geometry { stride, ..Geometry::same(16, 16, 3, 1) });
            let mut source = Source { norm: true, bias: true, ..Source::seeded(3) };
            let layer = layer(name, g, &set, [1, SIDE, SIDE], &mut source);
            let inputs = layer.inputs(7);
            let trace = ReferencePlan::new(&layer.graph).run(&inputs, &Ctl::default()).unwrap();
            let value = |id| match trace.value(id) {
                Value::Host(tensor) => tensor.clone(),
                Value::Device { .. } => panic!("the reference gives host values"),
            };
            let any = Study::new(variant, &Settings::default(), Arc::clone(&site));
            let run = StudyRun {
                values: layer.graph.iter().map(|(id, _)| value(id)).collect(),
                cost: cost(&layer.graph),
                outputs: layer.outputs.clone(),
                graph: layer.graph,
                ..any.run(&Ctl::default()).unwrap()
            };
            check_sizes(&run, &format!("{name} {set:?} stride {stride} with norms"));
        }
    }
}

/// Width of a face is the resolution: OctConv's low maps are half as wide, and a slice is thinner.
#[test]
fn boxes_are_sized_by_resolution_and_channels() {
    let site = site(Geometry::same(16, 16, 3, 1));
    let variant = variants::find("octave").expect("listed");
    let run = Study::new(variant, &Settings::default(), site).run(&Ctl::default()).unwrap();
    let scene = draw(&run, Lang::En, [1500.0, 900.0]);
    let boxes = boxes(&scene);
    let area = |name: &str| {
        let id = run.node(name).expect("a node");
        boxes.iter().find(|(node, _)| *node == id).expect("a box").1
    };
    let faces: Vec<Area> = scene
        .items
        .iter()
        .filter_map(|item| if let Mark::Image { area, .. } = &item.mark { Some(*area) } else { None })
        .collect();
    let face = |name: &str| *faces.iter().find(|f| within(**f, area(name))).expect("a face");
    let (high, low) = (face("high_to_high"), face("low_to_low"));
    assert!((high.w - 2.0 * low.w).abs() < 0.01 && (high.h - 2.0 * low.h).abs() < 0.01);
    let depth = |name: &str| area(name).w - face(name).w;
    assert!((depth("join") - 2.0 * depth("split_high")).abs() < 0.01);
}
