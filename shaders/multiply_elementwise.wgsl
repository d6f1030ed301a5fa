// uses: common/grid.wgsl common/maps.wgsl
//
// y[i] = x[i] * f[i / share]
//
// share is 1 where f has a value for each of x, and H * W where it has one for each channel.
// One thread per value. Layouts: x, y [N, C, H, W], f the same or [N, C].
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Multiply {
    // N * C * H * W.
    elements: u32,
    // Values of x that have one factor together.
    share: u32,
    // First value of each map in its buffer.
    x_at: u32,
    f_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Multiply;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> f: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

const THREADS: u32 = 64u;

fn read_x(i: u32) -> f32 {
    if TOGETHER {
        return y[size.x_at + i];
    }
    return x[i];
}

fn read_f(i: u32) -> f32 {
    if TOGETHER {
        return y[size.f_at + i];
    }
    return f[i];
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
    y[size.y_at + index] = read_x(index) * read_f(index / size.share);
}
