// uses: common/grid.wgsl common/maps.wgsl
//
// y[i] = 1 / (1 + exp(-x[i]))                FUNCTION 0, sigmoid
// y[i] = min(max(x[i] + 3, 0), 6) / 6         FUNCTION 1, hard sigmoid
// y[i] = x[i] min(max(x[i] + 3, 0), 6) / 6    FUNCTION 2, hard swish
//
// One thread per value. Layouts: x and y have equal shapes.
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Smooth {
    // N * C * H * W.
    elements: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Smooth;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override FUNCTION: u32 = 0u;

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
    let v = read_x(index);
    let hard = clamped(v + 3.0, 6.0) / 6.0;
    var result = 1.0 / (1.0 + exp(-v));
    if FUNCTION == 1u {
        result = hard;
    } else if FUNCTION == 2u {
        result = v * hard;
    }
    y[size.y_at + index] = result;
}
