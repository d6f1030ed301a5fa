// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c, i, j] = mean of x[n, c, rows, columns]
//     rows    floor(i H / H') .. ceil((i + 1) H / H')
//     columns floor(j W / W') .. ceil((j + 1) W / W')
//
// One thread per output value. Layouts: x [N, C, H, W], y [N, C, H', W'].
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Adaptive {
    in_h: u32,
    in_w: u32,
    out_h: u32,
    out_w: u32,
    // N * C * H' * W'.
    elements: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Adaptive;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const THREADS: u32 = 64u;

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
    let index = workgroup_number(workgroup, workgroups) * THREADS + thread;
    if index >= size.elements {
        return;
    }
    let j = index % size.out_w;
    let i = index / size.out_w % size.out_h;
    let map_start = index / (size.out_w * size.out_h) * size.in_h * size.in_w;
    let row_end = ((i + 1u) * size.in_h + size.out_h - 1u) / size.out_h;
    let column_end = ((j + 1u) * size.in_w + size.out_w - 1u) / size.out_w;
    let row_start = i * size.in_h / size.out_h;
    let column_start = j * size.in_w / size.out_w;
    var sum = 0.0;
    for (var row = row_start; row < row_end; row++) {
        for (var column = column_start; column < column_end; column++) {
            sum += read_x(map_start + row * size.in_w + column);
        }
    }
    y[size.y_at + index] = sum / f32((row_end - row_start) * (column_end - column_start));
}
