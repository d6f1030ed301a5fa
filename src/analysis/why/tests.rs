use super::*;
use crate::analysis::roofline::{Bandwidth, DeviceStand, SyncCheck};
use crate::exec::Ctl;
use crate::exec::backend::{Device, FusedPlan};
use crate::exec::wgpu::GpuContext;
use crate::graph::{Activation, Builder, Conv2d, Graph, Padding, Seeded, Wiring};
use crate::tensor::{HostTensor, Shape};

fn spread(median: f64) -> Spread {
    Spread { median, low: median, high: median, rounds: 1 }
}

/// 1 MAC and 1 byte each nanosecond, 100 ns a run, 10 ns a step.
fn roof() -> Roofline {
    Roofline {
        device: "rule".into(),
        software: false,
        program: Roofline::program(),
        macs: spread(1e9),
        bandwidth: vec![Bandwidth { working_set: 1 << 20, rate: spread(1e9) }],
        run_ns: spread(100.0),
        step_ns: spread(10.0),
        sync: SyncCheck { work: 4.0, time: spread(4.0) },
    }
}

fn stats(median_ns: u64) -> TimeStats {
    let tenth = median_ns / 10;
    TimeStats { median_ns, p10_ns: median_ns - tenth, p90_ns: median_ns + tenth, runs: 11 }
}

fn work(macs: u64, bytes: u64, dispatches: u64, ns: u64) -> Measured {
    let executed = Executed { macs, bytes_read: bytes, dispatches, ..Executed::default() };
    Measured { macs, executed, dispatches, working_set: bytes, least_bytes: bytes, batch: 1, time: stats(ns) }
}

fn keys(sentences: &[Sentence]) -> Vec<&'static str> {
    sentences.iter().map(|s| s.key).collect()
}

#[test]
fn the_largest_part_names_the_bound() {
    let sizes = [1, 50, 130, 1_000, 100_000, 5_000_000];
    let mut seen = std::collections::HashSet::new();
    for macs in sizes {
        for bytes in sizes {
            for dispatches in [1, 5, 200] {
                let overhead = 100 + 10 * dispatches;
                let work = work(macs, bytes, dispatches, macs.max(bytes) + overhead);
                let why = Why::of(&work, None, &roof()).expect("a verdict");
                let largest = macs.max(bytes).max(overhead);
                let right = match why.bound {
                    Bound::Compute => macs,
                    Bound::Memory => bytes,
                    Bound::Overhead => overhead,
                };
                assert_eq!(right, largest, "{macs} {bytes} {dispatches}: {:?}", why.bound);
                // Nothing is close but what is at least four fifths of the largest.
                let mut parts = [macs, bytes, overhead];
                parts.sort_unstable();
                assert_eq!(why.close.is_some(), parts[1] as f64 >= 0.8 * parts[2] as f64);
                assert!(why.explains() && why.explained <= 1.0);
                seen.insert((why.bound, why.close));
            }
        }
    }
    assert!(seen.len() >= 6, "{seen:?}");
}

#[test]
fn numbers_name_their_sources() {
    // A third of the MACs, nearly as many bytes, five dispatches.
    let standard = work(90_000, 10_000, 1, 100_000);
    let cheap = work(30_000, 9_500, 5, 60_000);
    let why = Why::of(&cheap, Some(&standard), &roof()).expect("a verdict");
    let find = |key: &str, name: &str| {
        let sentence =
            why.sentences.iter().find(|s| s.key == key).unwrap_or_else(|| panic!("no {key}: {why:?}"));
        sentence.items.iter().find(|i| i.name == name).expect("an item").clone()
    };
    let near =
        |item: &Item, right: f64| assert!((item.value / right - 1.0).abs() < 1e-9, "{item:?}: {right}");
    near(&find("why-time-faster", "ratio"), 100.0 / 60.0);
    near(&find("why-time-faster", "promised"), 3.0);
    near(&find("why-time-faster", "delivered"), 100.0 / 60.0 / 3.0);
    near(&find("why-work-thin", "macs"), 1.0 / 3.0);
    near(&find("why-work-thin", "density"), 9.0 / (30.0 / 9.5));
    near(&find("why-dispatches", "each"), 10.0);
    near(&find("why-dispatches", "share"), 150.0 / 60_000.0);
    near(&find("why-roof", "rate"), 0.5e9);
    for sentence in why.sentences.iter().chain(&why.remedies) {
        for item in &sentence.items {
            assert!(!item.from.is_empty(), "{} {} has no source", sentence.key, item.name);
            assert!(item.value.is_finite(), "{} {}", sentence.key, item.name);
        }
    }
}

#[test]
fn overlapping_spreads_give_no_ratio() {
    let standard = work(90_000, 10_000, 1, 100_000);
    let why = Why::of(&work(30_000, 10_000, 1, 95_000), Some(&standard), &roof()).expect("a verdict");
    let told = keys(&why.sentences);
    assert!(told.contains(&"why-time-noise"), "{told:?}");
    assert!(!told.iter().any(|key| key.starts_with("why-time-faster") || key.starts_with("why-time-slower")));
    assert_eq!(delivered_saving(&work(30_000, 10_000, 1, 95_000), &standard), None);
    let saving = delivered_saving(&work(30_000, 10_000, 1, 50_000), &standard);
    assert!((saving.expect("a saving") - 2.0 / 3.0).abs() < 1e-9);
}

#[test]
fn what_would_change_it_follows_from_the_bound() {
    let remedies = |w: &Measured| keys(&Why::of(w, None, &roof()).expect("a verdict").remedies);
    assert_eq!(remedies(&work(100_000, 10, 1, 110_000)), ["why-do-less"]);
    assert_eq!(remedies(&work(10, 100_000, 1, 110_000)), ["why-do-batch-nothing"]);
    let mut weights = work(10, 0, 1, 110_000);
    weights.executed.weight_bytes = 100_000;
    weights.least_bytes = 50_000;
    assert_eq!(remedies(&weights), ["why-do-fuse-bytes", "why-do-batch-weights"]);
    assert_eq!(remedies(&work(100, 100, 5, 300)), ["why-do-batch", "why-do-fuse"]);
    assert_eq!(remedies(&work(0, 1, 1, 120))[..1], ["why-do-batch"]);
    assert_eq!(remedies(&work(100_000, 10, 1, 900_000)), ["why-do-less", "why-do-layout"]);
    // The recommended batch is the one at which the work is as long as the overhead.
    let why = Why::of(&work(50, 10, 5, 200), None, &roof()).expect("a verdict");
    assert_eq!(why.remedies[0].items[0].value, 3.0);
}

#[test]
fn a_clock_that_does_not_wait_gives_no_verdict() {
    let mut roof = roof();
    roof.sync.time = spread(1.1);
    assert_eq!(Why::of(&work(100, 100, 1, 300), None, &roof), None);
}

/// The synthetic operators: each bound by one thing.
fn synthetic() -> [(&'static str, Graph, Bound); 3] {
    let conv = || Conv2d {
        kernel: 3,
        stride: 1,
        padding: Padding::even(1),
        dilation: 1,
        wiring: Wiring::Grouped(1),
    };
    let build = |shape: Shape, steps: usize, dense: bool| {
        let mut source = Seeded(3);
        let mut b = Builder::new(&mut source);
        let mut x = b.input("x", shape).expect("a shape");
        for i in 0..steps {
            let name = format!("step{i}");
            x = if dense {
                b.conv2d(&name, x, conv(), shape.c, false).expect("it fits")
            } else {
                let f = if i % 2 == 0 { Activation::Relu6 } else { Activation::Relu };
                b.activation(&name, x, f).expect("it fits")
            };
        }
        b.output("y", x);
        b.finish()
    };
    [
        ("pure copy", build(Shape::new(1, 64, 256, 128), 2, false), Bound::Memory),
        ("pure compute", build(Shape::new(4, 128, 28, 28), 1, true), Bound::Compute),
        ("200 empty dispatches", build(Shape::new(1, 1, 1, 1), 200, false), Bound::Overhead),
    ]
}

/// A graph measured as the Bench page does.
fn measured(device: &Device, graph: &Graph) -> Measured {
    let plan = FusedPlan::new(device, graph).expect("a plan");
    let shape = graph.shape(graph.inputs()[0]);
    let input = [HostTensor::new(shape, vec![0.5; shape.elements()])];
    let mut times: Vec<u64> =
        (0..9).map(|_| plan.time(&input, &Ctl::default()).expect("it runs").total_ns).skip(2).collect();
    let time = TimeStats::of(&mut times).expect("times");
    let steps = plan.steps().expect("steps");
    let executed = plan.executed().expect("counted");
    Measured {
        macs: executed.macs,
        executed,
        dispatches: u64::from(plan.dispatches().expect("counted")),
        working_set: steps.iter().map(|s| s.executed.bytes()).max().unwrap_or(0),
        least_bytes: executed.bytes(),
        batch: shape.n,
        time,
    }
}

fn synthetic_operators_get_the_right_verdict(device: &Device) {
    let stand = DeviceStand(device);
    let roof = Roofline::measure(&stand, &Ctl::default(), |_, _| {}).expect("a roofline");
    for (name, graph, right) in synthetic() {
        let work = measured(device, &graph);
        let why = Why::of(&work, None, &roof).expect("a verdict");
        println!(
            "{}, {name}: {:?} of {} ns, explained {:.2}",
            roof.device, why.parts, work.time.median_ns, why.explained
        );
        assert_eq!((why.bound, why.close), (right, None), "{name} on {}", roof.device);
    }
}

#[test]
fn synthetic_operators_on_the_processor() {
    synthetic_operators_get_the_right_verdict(&Device::Candle);
}

#[test]
fn synthetic_operators_on_an_adapter() {
    match GpuContext::own(None) {
        Ok(context) => synthetic_operators_get_the_right_verdict(&Device::Wgpu(context)),
        Err(e) => assert!(std::env::var_os("REQUIRE_GPU").is_none(), "{e}"),
    }
}
