// uses: common/grid.wgsl
//
// y[n, o, i, j] = bias[o] + sum over ky, kx:  w[o, ky, kx] * x[n, o / multiplier, i*s + ky*d - top, j*s + kx*d - left]
//
// Depthwise convolution: every output reads one input channel. A thread computes 4 neighbouring
// pixels of a row. If the stride equals the dilation (SLIDE), the pixels that a tap needs are those
// of the tap before, moved by one: three stay in registers and one is read.
// Layouts: x [N, I, H, W], w [O, k, k], bias [O] (zeros if there is none), y [N, O, H', W'].
// Rust twin: exec/wgpu/tests/oracle.rs, fn conv2d.

struct Depthwise {
    in_channels: u32,
    in_h: u32,
    in_w: u32,
    out_channels: u32,
    out_h: u32,
    out_w: u32,
    stride: u32,
    dilation: u32,
    pad_top: u32,
    pad_left: u32,
    // Threads per row of y: ceil(W' / 4).
    row_threads: u32,
    // N * O * H' * row_threads.
    threads: u32,
}

@group(0) @binding(0) var<uniform> conv: Depthwise;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

// Kernel side k. A constant, so that the compiler can unroll the loops over the taps.
override KERNEL: u32 = 3u;
override SLIDE: bool = true;

const THREADS: u32 = 64u;

// One pixel of a row of x, zero outside the map.
fn read_x(row_start: u32, row_valid: bool, column: i32) -> f32 {
    let inside = row_valid & (u32(column) < conv.in_w);
    return select(0.0, x[select(0u, row_start + u32(column), inside)], inside);
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let number = workgroup_number(workgroup, workgroups) * THREADS + thread;
    if number >= conv.threads {
        return;
    }
    let j = number % conv.row_threads * 4u;
    let row = number / conv.row_threads;
    let i = row % conv.out_h;
    let map = row / conv.out_h;
    let o = map % conv.out_channels;
    let n = map / conv.out_channels;
    let channel = o / (conv.out_channels / conv.in_channels);
    let map_start = (n * conv.in_channels + channel) * conv.in_h * conv.in_w;
    let stride = i32(conv.stride);
    let first_row = i32(i) * stride - i32(conv.pad_top);
    let first_column = i32(j) * stride - i32(conv.pad_left);
    var w_at = o * KERNEL * KERNEL;
    var sum = vec4(bias[o]);
    for (var ky = 0u; ky < KERNEL; ky++) {
        let in_row = first_row + i32(ky * conv.dilation);
        let row_valid = u32(in_row) < conv.in_h;
        let row_start = map_start + u32(in_row) * conv.in_w;
        var column = first_column;
        if SLIDE {
            var v = vec4(
                0.0,
                read_x(row_start, row_valid, column),
                read_x(row_start, row_valid, column + stride),
                read_x(row_start, row_valid, column + 2 * stride),
            );
            column += 3 * stride;
            for (var kx = 0u; kx < KERNEL; kx++) {
                v = vec4(v.yzw, read_x(row_start, row_valid, column));
                column += stride;
                sum += weights[w_at + kx] * v;
            }
        } else {
            for (var kx = 0u; kx < KERNEL; kx++) {
                let v = vec4(
                    read_x(row_start, row_valid, column),
                    read_x(row_start, row_valid, column + stride),
                    read_x(row_start, row_valid, column + 2 * stride),
                    read_x(row_start, row_valid, column + 3 * stride),
                );
                column += i32(conv.dilation);
                sum += weights[w_at + kx] * v;
            }
        }
        w_at += KERNEL;
    }
    let y_start = row * conv.out_w + j;
    y[y_start] = sum.x;
    if j + 1u < conv.out_w {
        y[y_start + 1u] = sum.y;
    }
    if j + 2u < conv.out_w {
        y[y_start + 2u] = sum.z;
    }
    if j + 3u < conv.out_w {
        y[y_start + 3u] = sum.w;
    }
}
