// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c, i, j] = max or mean of x[n, c, i*s + ky - top, j*s + kx - left]
//                 over those ky, kx in 0 .. k whose pixel lies inside the map
//
// The border does not count: neither its zeros in the maximum, nor its pixels in the mean, unless the
// mean is one with border.
// One thread per output value. Layouts: x [N, C, H, W], y [N, C, H', W'].
// Rust twin: exec/wgpu/tests/oracle.rs, fn pool2d.

struct Pool {
    in_h: u32,
    in_w: u32,
    out_h: u32,
    out_w: u32,
    kernel: u32,
    stride: u32,
    pad_top: u32,
    pad_left: u32,
    // Height and width with the border if its zeros count in a mean, else 0.
    counted_h: u32,
    counted_w: u32,
    // N * C * H' * W'.
    elements: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> pool: Pool;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override AVERAGE: bool = false;

const THREADS: u32 = 64u;

fn read_x(i: u32) -> f32 {
    if TOGETHER {
        return y[pool.x_at + i];
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
    if index >= pool.elements {
        return;
    }
    let j = index % pool.out_w;
    let i = index / pool.out_w % pool.out_h;
    let map_start = index / (pool.out_w * pool.out_h) * pool.in_h * pool.in_w;
    // The window's rows and columns inside the map; none if it lies in the border.
    let top = i32(i * pool.stride) - i32(pool.pad_top);
    let left = i32(j * pool.stride) - i32(pool.pad_left);
    let row_end = min(u32(max(top + i32(pool.kernel), 0)), pool.in_h);
    let column_end = min(u32(max(left + i32(pool.kernel), 0)), pool.in_w);
    let row_start = u32(max(top, 0));
    let column_start = u32(max(left, 0));
    var sum = 0.0;
    var largest = read_x(map_start + row_start * pool.in_w + column_start);
    for (var row = row_start; row < row_end; row++) {
        for (var column = column_start; column < column_end; column++) {
            let v = read_x(map_start + row * pool.in_w + column);
            sum += v;
            largest = max(largest, v);
        }
    }
    if AVERAGE {
        var rows = row_end - row_start;
        var columns = column_end - column_start;
        if pool.counted_h > 0u {
            rows = min(pool.kernel, pool.counted_h - i * pool.stride);
            columns = min(pool.kernel, pool.counted_w - j * pool.stride);
        }
        y[pool.y_at + index] = sum / f32(rows * columns);
    } else {
        y[pool.y_at + index] = largest;
    }
}
