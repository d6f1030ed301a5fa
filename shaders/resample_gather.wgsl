// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c, i, j] = sum over taps a of channel c, r of row i, b of column j:
//                 weights a * r * b times x[n][offsets a + r + b]
//
// where x[n] is one map of the batch as a row of values: axes transposed, pixels picked, repeated or
// interpolated. One thread per output value.
// Layouts: x [N, image]; y [N, channels, rows, columns]; taps holds, for each channel, then each row, then
// each column, and one more behind each of the three, where its taps start in it; then the taps, an offset
// and the bits of a weight each.
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Resample {
    channels: u32,
    rows: u32,
    columns: u32,
    // Values of one map of the batch.
    image: u32,
    // N * channels * rows * columns.
    elements: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Resample;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> taps: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

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
    let column = index % size.columns + size.channels + size.rows + 2u;
    let row = index / size.columns % size.rows + size.channels + 1u;
    let c = index / size.columns / size.rows % size.channels;
    let image = index / size.columns / size.rows / size.channels * size.image;
    var sum = 0.0;
    for (var a = taps[c]; a < taps[c + 1u]; a += 2u) {
        for (var r = taps[row]; r < taps[row + 1u]; r += 2u) {
            let weight = bitcast<f32>(taps[a + 1u]) * bitcast<f32>(taps[r + 1u]);
            for (var b = taps[column]; b < taps[column + 1u]; b += 2u) {
                let at = image + taps[a] + taps[r] + taps[b];
                sum += weight * bitcast<f32>(taps[b + 1u]) * read_x(at);
            }
        }
    }
    y[size.y_at + index] = sum;
}
