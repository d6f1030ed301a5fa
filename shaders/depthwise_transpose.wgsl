// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c, i, j] = x[n, c, i / k, j / k] * w[c, i % k, j % k]
//
// Stride = kernel, so that each output value has one product. One thread per output value.
// Layouts: x [N, C, H, W], w [C, k, k], y [N, C, H', W'] with H = ceil(H' / k).
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Transpose {
    in_h: u32,
    in_w: u32,
    out_h: u32,
    out_w: u32,
    kernel: u32,
    channels: u32,
    // N * C * H' * W'.
    elements: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Transpose;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

const THREADS: u32 = 64u;

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
    let index = workgroup_number(workgroup, workgroups) * THREADS + thread;
    if index >= size.elements {
        return;
    }
    let k = size.kernel;
    let j = index % size.out_w;
    let i = index / size.out_w % size.out_h;
    let map = index / (size.out_w * size.out_h);
    let weight = w[(map % size.channels * k + i % k) * k + j % k];
    y[size.y_at + index] = read_x((map * size.in_h + i / k) * size.in_w + j / k) * weight;
}
