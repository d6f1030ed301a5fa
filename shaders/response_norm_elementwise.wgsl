// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c, p] = x[n, c, p] / (bias + share * sum over k near c: x[n, k, p]^2)^beta
//
// One thread per value. Near are so many channels before and behind. Layouts: x and y [N, C, H, W],
// p = i * W + j.
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct ResponseNorm {
    // N * C * H * W.
    elements: u32,
    channels: u32,
    // H * W.
    plane: u32,
    // Channels before and behind.
    before: u32,
    behind: u32,
    share: f32,
    beta: f32,
    bias: f32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: ResponseNorm;
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
    let c = index / size.plane % size.channels;
    let first = index - min(c, size.before) * size.plane;
    let last = index + min(size.channels - 1u - c, size.behind) * size.plane;
    var squares = 0.0;
    for (var i = first; i <= last; i += size.plane) {
        let v = read_x(i);
        squares += v * v;
    }
    let sum = size.bias + size.share * squares;
    // No number is less or more than another: it stays one, whatever a device makes of its power.
    let known = sum >= 0.0 || sum < 0.0;
    y[size.y_at + index] = select(sum, read_x(index) / pow(sum, size.beta), known);
}
