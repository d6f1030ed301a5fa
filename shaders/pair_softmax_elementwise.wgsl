// uses: common/grid.wgsl common/maps.wgsl
//
// y[i] = exp(a[i]) / (exp(a[i]) + exp(b[i]))
//
// The larger of the two is taken off first, so that exp stays finite. Layouts: equal shapes.
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Pair {
    elements: u32,
    // First value of each map in its buffer.
    a_at: u32,
    b_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Pair;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

const THREADS: u32 = 64u;

fn read_a(i: u32) -> f32 {
    if TOGETHER {
        return y[size.a_at + i];
    }
    return a[i];
}

fn read_b(i: u32) -> f32 {
    if TOGETHER {
        return y[size.b_at + i];
    }
    return b[i];
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
    let largest = max(read_a(index), read_b(index));
    let ea = exp(read_a(index) - largest);
    y[size.y_at + index] = ea / (ea + exp(read_b(index) - largest));
}
