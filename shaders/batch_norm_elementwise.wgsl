// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c, i, j] = scale[c] * x[n, c, i, j] + shift[c]
//   scale = weight / sqrt(variance + eps),  shift = bias - mean * scale   (computed on the host)
//
// A thread computes 4 values in a row of memory.
// Layouts: x and y [N, C, H, W], scale_shift [C] of (scale, shift).
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct BatchNorm {
    elements: u32,
    channels: u32,
    // H * W.
    plane: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: BatchNorm;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> scale_shift: array<vec2<f32>>;
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
    let first = workgroup_number(workgroup, workgroups) * THREADS * 4u + thread;
    for (var k = 0u; k < 4u; k++) {
        let i = first + k * THREADS;
        if i < size.elements {
            let s = scale_shift[i / size.plane % size.channels];
            y[size.y_at + i] = s.x * read_x(i) + s.y;
        }
    }
}
