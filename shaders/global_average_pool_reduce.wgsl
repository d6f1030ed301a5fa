// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c] = mean over i, j of x[n, c, i, j]
//
// One workgroup per channel: every thread sums each 32nd pixel, then the sums are added in a tree.
// Layouts: x [N, C, H, W], y [N, C, 1, 1].
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct GlobalPool {
    // N * C.
    maps: u32,
    // H * W.
    plane: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: GlobalPool;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const THREADS: u32 = 32u;

var<workgroup> sums: array<f32, THREADS>;

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
    let map = workgroup_number(workgroup, workgroups);
    var sum = 0.0;
    if map < size.maps {
        for (var p = thread; p < size.plane; p += THREADS) {
            sum += read_x(map * size.plane + p);
        }
    }
    sums[thread] = sum;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if thread < half {
            sums[thread] += sums[thread + half];
        }
        workgroupBarrier();
    }
    if thread == 0u && map < size.maps {
        y[size.y_at + map] = sums[0] / f32(size.plane);
    }
}
