// uses: common/grid.wgsl
//
// y[i] = exp(a[i]) / (exp(a[i]) + exp(b[i]))
//
// The larger of the two is taken off first, so that exp stays finite. Layouts: equal shapes.
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Pair {
    elements: u32,
}

@group(0) @binding(0) var<uniform> size: Pair;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

const THREADS: u32 = 64u;

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
    let largest = max(a[index], b[index]);
    let ea = exp(a[index] - largest);
    y[index] = ea / (ea + exp(b[index] - largest));
}
