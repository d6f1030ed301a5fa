// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c, i, j] = x[n, c, i / factor, j / factor]
//
// One thread per output value. Layouts: x [N, C, H, W], y [N, C, H', W'] with H = ceil(H' / factor).
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Upsample {
    in_h: u32,
    in_w: u32,
    out_h: u32,
    out_w: u32,
    factor: u32,
    // N * C * H' * W'.
    elements: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Upsample;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

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
    let j = index % size.out_w / size.factor;
    let i = index / size.out_w % size.out_h / size.factor;
    let map = index / (size.out_w * size.out_h);
    y[size.y_at + index] = read_x((map * size.in_h + i) * size.in_w + j);
}
