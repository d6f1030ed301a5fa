// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c, p] = w[n, c] * a[n, c, p] + (1 - w[n, c]) * b[n, c, p]
//
// One thread per value. Layouts: a, b, y [N, C, H, W], w [N, C].
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Blend {
    // N * C * plane.
    elements: u32,
    plane: u32,
    // First value of each map in its buffer.
    a_at: u32,
    b_at: u32,
    w_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Blend;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> w: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

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

fn read_w(i: u32) -> f32 {
    if TOGETHER {
        return y[size.w_at + i];
    }
    return w[i];
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
    let share = read_w(index / size.plane);
    y[size.y_at + index] = share * read_a(index) + (1.0 - share) * read_b(index);
}
