// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c, i, j] = max or mean of x[n, c, i*sh + ky*dh - top, j*sw + kx*dw - left]
//                 over those ky in 0 .. kh, kx in 0 .. kw whose pixel lies inside the map
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
    kernel_h: u32,
    kernel_w: u32,
    stride_h: u32,
    stride_w: u32,
    dilation_h: u32,
    dilation_w: u32,
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
    let top = i32(i * pool.stride_h) - i32(pool.pad_top);
    let left = i32(j * pool.stride_w) - i32(pool.pad_left);
    // The window's rows and columns inside the map; none if it lies in the border.
    let row_start = first_inside(top, pool.dilation_h);
    let column_start = first_inside(left, pool.dilation_w);
    let row_end = end_inside(top, pool.kernel_h, pool.dilation_h, pool.in_h);
    let column_end = end_inside(left, pool.kernel_w, pool.dilation_w, pool.in_w);
    var sum = 0.0;
    var largest = read_x(map_start + row_start * pool.in_w + column_start);
    for (var row = row_start; row < row_end; row += pool.dilation_h) {
        for (var column = column_start; column < column_end; column += pool.dilation_w) {
            let v = read_x(map_start + row * pool.in_w + column);
            sum += v;
            largest = max(largest, v);
        }
    }
    if AVERAGE {
        var rows = steps(row_end - row_start, pool.dilation_h);
        var columns = steps(column_end - column_start, pool.dilation_w);
        if pool.counted_h > 0u {
            rows = min(pool.kernel_h, steps(pool.counted_h - i * pool.stride_h, pool.dilation_h));
            columns = min(pool.kernel_w, steps(pool.counted_w - j * pool.stride_w, pool.dilation_w));
        }
        y[pool.y_at + index] = sum / f32(rows * columns);
    } else {
        y[pool.y_at + index] = largest;
    }
}

// How many pixels `step` apart lie in `length`.
fn steps(length: u32, step: u32) -> u32 {
    return (length + step - 1u) / step;
}

// The first pixel of a window from `start` on that is not in front of the map.
fn first_inside(start: i32, dilation: u32) -> u32 {
    if start >= 0 {
        return u32(start);
    }
    return u32(start + i32(steps(u32(-start), dilation) * dilation));
}

// Where a window from `start` on ends, at the end of the map at the latest.
fn end_inside(start: i32, kernel: u32, dilation: u32, size: u32) -> u32 {
    return min(u32(max(start + i32((kernel - 1u) * dilation) + 1, 0)), size);
}
