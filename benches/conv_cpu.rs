//! Our convolutions on the CPU beside candle's own `conv2d`, on the four stages of a ResNet.
//!
//! `cargo bench --bench conv_cpu`. Both sides take the same input and give a new output each time;
//! ours goes through [`CandlePlan`], so the copy of the input into candle counts for us too.
//! Compare the two times of one shape only: the machine's other work changes both.

use std::hint::black_box;

use candle_core::{Device, Tensor};
use convscope::exec::Ctl;
use convscope::exec::candle::CandlePlan;
use convscope::graph::{Builder, Conv2d, Graph, Padding, Seeded, Wiring};
use convscope::tensor::{HostTensor, Shape, seeded_normal};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Channels and side of the map, stage by stage.
const STAGES: [(usize, usize); 4] = [(64, 56), (128, 28), (256, 14), (512, 7)];

fn graph(channels: usize, side: usize, kernel: usize, groups: usize) -> Graph {
    let mut source = Seeded(1);
    let mut builder = Builder::new(&mut source);
    let conv = Conv2d {
        kernel,
        stride: 1,
        padding: Padding::same(kernel, 1),
        dilation: 1,
        wiring: Wiring::Grouped(groups),
    };
    let x = builder.input("x", Shape::new(1, channels, side, side)).expect("a valid shape");
    builder.conv2d("conv", x, conv, channels, false).expect("a valid convolution");
    builder.finish()
}

fn convolutions(c: &mut Criterion) {
    for (name, kernel, depthwise) in [("standard", 3, false), ("depthwise", 3, true), ("pointwise", 1, false)]
    {
        let mut group = c.benchmark_group(name);
        for (channels, side) in STAGES {
            let groups = if depthwise { channels } else { 1 };
            let graph = graph(channels, side, kernel, groups);
            let x = Shape::new(1, channels, side, side);
            let input = HostTensor::new(x, seeded_normal(2, x.elements(), 1.0));
            let macs = channels * channels / groups * kernel * kernel * side * side;
            group.throughput(Throughput::Elements(macs as u64));
            let shape = format!("{channels}x{side}x{side}");

            let plan = CandlePlan::new(&graph).expect("the plan of a small convolution");
            group.bench_function(BenchmarkId::new("ours", &shape), |b| {
                b.iter(|| plan.run(black_box(std::slice::from_ref(&input)), &Ctl::default()));
            });

            let tensor = |values: &[f32], sides: &[usize]| {
                Tensor::from_slice(values, sides, &Device::Cpu).expect("values that fit the sides")
            };
            let x = tensor(input.data(), &[1, channels, side, side]);
            let weight = &graph.weights()[0];
            let weight = tensor(&weight.values, &weight.dims);
            group.bench_function(BenchmarkId::new("candle", &shape), |b| {
                b.iter(|| black_box(&x).conv2d(&weight, kernel / 2, 1, 1, groups));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, convolutions);
criterion_main!(benches);
