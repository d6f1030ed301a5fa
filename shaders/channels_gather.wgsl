// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, c, p] = sum over e in list(c) of x[n, e, p]
//
// A list of one channel each is an index layer (gather); lists of any length add maps that go to the
// same place (scatter-add). One thread per output value.
// Layouts: x [N, in_channels, H, W], y [N, out_channels, H, W]; channels holds, for each output channel
// and one more, where its list starts in it, then the lists.
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Gather {
    in_channels: u32,
    out_channels: u32,
    plane: u32,
    // N * out_channels * plane.
    elements: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Gather;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> channels: array<u32>;
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
    let pixel = index % size.plane;
    let c = index / size.plane % size.out_channels;
    let image = index / size.plane / size.out_channels * size.in_channels;
    var sum = 0.0;
    for (var e = channels[c]; e < channels[c + 1u]; e++) {
        sum += read_x((image + channels[e]) * size.plane + pixel);
    }
    y[size.y_at + index] = sum;
}
