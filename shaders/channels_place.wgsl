// uses: common/grid.wgsl
//
// y[n, to(c), p] = x[n, from(c), p]
//
// Channels of a map put elsewhere, both in one buffer. A thread copies 4 values.
// Layouts: x and y [N, C, H, W]; `channels` holds the first values of image 0 of from(c) and to(c).
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Placed {
    channels: u32,
    // H * W.
    plane: u32,
    // Values of one image of x and of y.
    from_image: u32,
    to_image: u32,
    // N * channels * plane.
    elements: u32,
}

@group(0) @binding(0) var<uniform> size: Placed;
@group(0) @binding(1) var<storage, read> channels: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const THREADS: u32 = 64u;

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let first = workgroup_number(workgroup, workgroups) * THREADS * 4u + thread;
    for (var k = 0u; k < 4u; k++) {
        let index = first + k * THREADS;
        if index < size.elements {
            let p = index % size.plane;
            let c = index / size.plane % size.channels;
            let n = index / (size.plane * size.channels);
            let at = channels[c] + n * vec2(size.from_image, size.to_image);
            y[at.y + p] = y[at.x + p];
        }
    }
}
