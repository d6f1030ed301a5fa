// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, o, i, j] = bias[o] + sum over ky, kx:  w[o, ky, kx] * x[n, o / multiplier, i*s + ky*d - top, j*s + kx*d - left]
//   (a map may be added and the sum clamped)
//
// Depthwise convolution: every output reads one input channel. A thread computes 4 neighbouring
// pixels of a row. If the stride equals the dilation (SLIDE), the pixels that a tap needs are those
// of the tap before, moved by one: three stay in registers and one is read.
// Layouts: x [N, I, H, W], w [O, k, k], bias [O] (zeros if there is none), y [N, O, H', W'].
// Rust twin: exec/wgpu/tests/oracle.rs, fn conv2d.

struct Depthwise {
    in_h: u32,
    in_w: u32,
    out_channels: u32,
    // Outputs per input channel.
    multiplier: u32,
    out_h: u32,
    out_w: u32,
    stride: u32,
    dilation: u32,
    pad_top: i32,
    pad_left: i32,
    // Threads per row of y: ceil(W' / 4).
    row_threads: u32,
    // N * O * H' * row_threads.
    threads: u32,
    // First value of the first channel, and values of one image: of x, of y, of what is added.
    x_at: u32,
    x_image: u32,
    y_at: u32,
    y_image: u32,
    residual_at: u32,
    residual_image: u32,
    // Sides of what is added, and how often a pixel of it is repeated.
    residual_h: u32,
    residual_w: u32,
    residual_factor: u32,
    // Whether the results are clamped to 0 .. ceiling.
    activated: u32,
    ceiling: f32,
}

@group(0) @binding(0) var<uniform> conv: Depthwise;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

// Kernel side k. A constant, so that the compiler can unroll the loops over the taps.
override KERNEL: u32 = 3u;
override SLIDE: bool = true;
// Whether a map is added to the sums.
override RESIDUAL: bool = false;

const THREADS: u32 = 64u;

fn read_map(index: u32) -> f32 {
    if TOGETHER {
        return y[index];
    }
    return x[index];
}

// One pixel of a row of x, zero outside the map.
fn read_x(row_start: u32, row_valid: bool, column: i32) -> f32 {
    let inside = row_valid & (u32(column) < conv.in_w);
    return select(0.0, read_map(select(0u, row_start + u32(column), inside)), inside);
}

// Finishes the value in one column of the row of y that begins at `start` and writes it; `residual`
// is where the row of what is added begins.
fn write(start: u32, column: u32, residual: u32, sum: f32) {
    var v = sum;
    if RESIDUAL {
        v += read_map(residual + column / conv.residual_factor);
    }
    if TOGETHER {
        v = select(v, clamped(v, conv.ceiling), conv.activated != 0u);
    }
    y[start + column] = v;
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
    let map_start = conv.x_at + n * conv.x_image + o / conv.multiplier * conv.in_h * conv.in_w;
    let stride = i32(conv.stride);
    let first_row = i32(i) * stride - conv.pad_top;
    let first_column = i32(j) * stride - conv.pad_left;
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
    let y_row = conv.y_at + n * conv.y_image + (o * conv.out_h + i) * conv.out_w;
    var residual = 0u;
    if RESIDUAL {
        let residual_row = o * conv.residual_h + i / conv.residual_factor;
        residual = conv.residual_at + n * conv.residual_image + residual_row * conv.residual_w;
    }
    write(y_row, j, residual, sum.x);
    if j + 1u < conv.out_w {
        write(y_row, j + 1u, residual, sum.y);
    }
    if j + 2u < conv.out_w {
        write(y_row, j + 2u, residual, sum.z);
    }
    if j + 3u < conv.out_w {
        write(y_row, j + 3u, residual, sum.w);
    }
}
