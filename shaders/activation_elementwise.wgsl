// uses: common/grid.wgsl common/maps.wgsl
//
// y[i] = min(max(x[i], 0), ceiling)
//
// ReLU has no ceiling (infinity), ReLU6 the ceiling 6.
// Layouts: x and y have equal shapes, read as vectors of 4 values.
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Activation {
    // Vectors of 4 values.
    vectors: u32,
    ceiling: f32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Activation;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

const THREADS: u32 = 64u;

fn read_x(i: u32) -> vec4<f32> {
    if TOGETHER {
        return y[size.x_at / 4u + i];
    }
    return x[i];
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let i = workgroup_number(workgroup, workgroups) * THREADS + thread;
    if i < size.vectors {
        // Not max and min, which may swallow a NaN.
        let v = read_x(i);
        let low = select(v, vec4(0.0), v < vec4(0.0));
        y[size.y_at / 4u + i] = select(low, vec4(size.ceiling), low > vec4(size.ceiling));
    }
}
