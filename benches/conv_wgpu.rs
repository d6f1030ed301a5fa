//! Times of the convolution kernels on the adapter of this machine.
//!
//! `cargo bench --bench conv_wgpu`. On a software adapter the times say how well the kernels suit
//! the CPU, nothing about a GPU; the names say so.

use std::time::Duration;

use convscope::exec::Ctl;
use convscope::exec::wgpu::{ConvAlgorithm, GpuContext, PlanOptions, WgpuPlan};
use convscope::graph::{Builder, Conv2d, Graph, Padding, Seeded, Wiring};
use convscope::tensor::{HostTensor, Shape, seeded_normal};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Channels and sides of the maps of ResNet's four stages.
const MAPS: [(usize, usize); 4] = [(64, 56), (128, 28), (256, 14), (512, 7)];

fn graph(channels: usize, side: usize, kernel: usize, groups: usize) -> Graph {
    let mut weights = Seeded(1);
    let mut builder = Builder::new(&mut weights);
    let x = builder.input("x", Shape::new(1, channels, side, side)).expect("input");
    let conv = Conv2d {
        kernel,
        stride: 1,
        padding: Padding::same(kernel, 1),
        dilation: 1,
        wiring: Wiring::Grouped(groups),
    };
    builder.conv2d("conv", x, conv, channels, false).expect("convolution");
    builder.finish()
}

/// Nanoseconds of the one convolution: the device's clock, else the host's around the run.
fn run_ns(plan: &WgpuPlan, input: &HostTensor) -> u64 {
    let trace = plan.run(std::slice::from_ref(input), &Ctl::default()).expect("run");
    trace.times.last().map_or(trace.total_ns, |t| t.ns)
}

fn convolutions(c: &mut Criterion) {
    let ctx = match GpuContext::own(None) {
        Ok(ctx) => ctx,
        Err(e) => {
            println!("skipped: {e}");
            return;
        }
    };
    let kind = if ctx.is_software() { "SOFTWARE adapter, not a GPU's times" } else { "GPU" };
    let clock = if ctx.has_timestamps() { "device timestamps" } else { "host clock around each run" };
    println!("{} ({kind}; {clock})", ctx.describe());
    let label = if ctx.is_software() { "software " } else { "" };
    for (operator, kernel, depthwise) in
        [("standard 3x3", 3, false), ("depthwise 3x3", 3, true), ("pointwise", 1, false)]
    {
        let mut group = c.benchmark_group(format!("{label}{operator}"));
        group
            .sample_size(10)
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_secs(1));
        for (channels, side) in MAPS {
            let groups = if depthwise { channels } else { 1 };
            let graph = graph(channels, side, kernel, groups);
            let macs = channels * channels / groups * kernel * kernel * side * side;
            group.throughput(Throughput::Elements(macs as u64));
            let shape = Shape::new(1, channels, side, side);
            let input = HostTensor::new(shape, seeded_normal(2, shape.elements(), 1.0));
            use ConvAlgorithm::{Auto, Broadcast, Direct, Naive, Tiled};
            for conv in [Auto, Tiled, Direct, Broadcast, Naive] {
                let options = PlanOptions { conv, reuse_buffers: true };
                let plan = WgpuPlan::with_options(&ctx, &graph, options).expect("plan");
                let id = BenchmarkId::new(format!("{conv:?}"), format!("{channels}x{side}x{side}"));
                group.bench_with_input(id, &input, |b, input| {
                    b.iter_custom(|runs| Duration::from_nanos((0..runs).map(|_| run_ns(&plan, input)).sum()));
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, convolutions);
criterion_main!(benches);
