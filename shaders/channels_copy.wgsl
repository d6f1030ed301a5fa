// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, to + c, i, j] = x[n, from + c, i, j]   for c in 0 .. count
//
// Takes channels out of a map (slice) or puts a map into a range of channels (concat, once for
// each part). A thread copies 4 values.
// Layouts: x [N, from_channels, H, W], y [N, to_channels, H, W].
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Copy {
    // Elements of one image of x, of y, and of the copied range.
    from_image: u32,
    to_image: u32,
    copy_image: u32,
    // First element of the range in an image of x and of y.
    from_start: u32,
    to_start: u32,
    // N * copy_image.
    elements: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> copy: Copy;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const THREADS: u32 = 64u;

fn read_x(i: u32) -> f32 {
    if TOGETHER {
        return y[copy.x_at + i];
    }
    return x[i];
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let first = workgroup_number(workgroup, workgroups) * THREADS * 4u + thread;
    for (var k = 0u; k < 4u; k++) {
        let index = first + k * THREADS;
        if index < copy.elements {
            let n = index / copy.copy_image;
            let at = index % copy.copy_image;
            y[copy.y_at + n * copy.to_image + copy.to_start + at] = read_x(n * copy.from_image + copy.from_start + at);
        }
    }
}
