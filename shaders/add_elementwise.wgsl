// uses: common/grid.wgsl common/maps.wgsl
//
// y[i] = a[i] + b[i]
//
// Layouts: a, b and y have equal shapes, read as vectors of 4 values.
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Add {
    // Vectors of 4 values.
    vectors: u32,
    // First value of each map in its buffer.
    a_at: u32,
    b_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Add;
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

const THREADS: u32 = 64u;

fn read_a(i: u32) -> vec4<f32> {
    if TOGETHER {
        return y[size.a_at / 4u + i];
    }
    return a[i];
}

fn read_b(i: u32) -> vec4<f32> {
    if TOGETHER {
        return y[size.b_at / 4u + i];
    }
    return b[i];
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let i = workgroup_number(workgroup, workgroups) * THREADS + thread;
    if i < size.vectors {
        y[size.y_at / 4u + i] = read_a(i) + read_b(i);
    }
}
