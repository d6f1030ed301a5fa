// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c, p] = exp(x[n, c, p] - m) / sum over c: exp(x[n, c, p] - m),   m = max over c: x[n, c, p]
//
// One workgroup per pixel; every thread takes each 32nd channel. The maximum is subtracted so that
// exp never overflows. Layouts: x and y [N, C, H, W], p = i * W + j.
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Softmax {
    channels: u32,
    // H * W.
    plane: u32,
    // N * H * W.
    pixels: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Softmax;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const THREADS: u32 = 32u;

var<workgroup> partial: array<f32, THREADS>;

fn read_x(i: u32) -> f32 {
    if TOGETHER {
        return y[size.x_at + i];
    }
    return x[i];
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let number = workgroup_number(workgroup, workgroups);
    let live = number < size.pixels;
    let pixel = select(0u, number, live);
    let start = pixel / size.plane * size.channels * size.plane + pixel % size.plane;

    // Threads without a channel repeat channel 0, which does not change the maximum.
    var largest = read_x(start);
    for (var c = thread; c < size.channels; c += THREADS) {
        largest = max(largest, read_x(start + c * size.plane));
    }
    partial[thread] = largest;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if thread < half {
            partial[thread] = max(partial[thread], partial[thread + half]);
        }
        workgroupBarrier();
    }
    largest = partial[0];
    workgroupBarrier();

    var sum = 0.0;
    for (var c = thread; c < size.channels; c += THREADS) {
        sum += exp(read_x(start + c * size.plane) - largest);
    }
    partial[thread] = sum;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if thread < half {
            partial[thread] += partial[thread + half];
        }
        workgroupBarrier();
    }
    sum = partial[0];

    if live {
        for (var c = thread; c < size.channels; c += THREADS) {
            y[size.y_at + start + c * size.plane] = exp(read_x(start + c * size.plane) - largest) / sum;
        }
    }
}
