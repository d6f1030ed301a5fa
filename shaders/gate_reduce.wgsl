// uses: common/grid.wgsl
//
// y[n, c, p] = w * a[n, c, p] + (1 - w) * b[n, c, p],
//   w = weight[n, c] = exp(mean a[n, c]) / (exp(mean a[n, c]) + exp(mean b[n, c]))
//
// Two means, their softmax and the blend at once: one workgroup per plane sums both maps, every
// thread each LANES-th pixel, adds the sums in a tree, and goes over the plane again.
// All maps lie in one buffer: y [N, C, H, W] and its kin, weight [N, C]; `channels` holds the first
// values of image 0 of channel c of a, b, y and the weight.
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Gate {
    channels: u32,
    // H * W.
    plane: u32,
    // N * C.
    planes: u32,
    // Values of one image of each.
    a_image: u32,
    b_image: u32,
    y_image: u32,
    weight_image: u32,
}

@group(0) @binding(0) var<uniform> size: Gate;
@group(0) @binding(1) var<storage, read> channels: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// Threads of a workgroup, a power of two.
override LANES: u32 = 64u;

var<workgroup> sums: array<vec2<f32>, LANES>;

@compute @workgroup_size(LANES)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let number = workgroup_number(workgroup, workgroups);
    let live = number < size.planes;
    let at = channels[number % size.channels];
    let n = number / size.channels;
    let a_start = at.x + n * size.a_image;
    let b_start = at.y + n * size.b_image;
    var sum = vec2(0.0);
    if live {
        for (var p = thread; p < size.plane; p += LANES) {
            sum += vec2(y[a_start + p], y[b_start + p]);
        }
    }
    sums[thread] = sum;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        if thread < half {
            sums[thread] += sums[thread + half];
        }
        workgroupBarrier();
    }
    let mean = sums[0] / f32(size.plane);
    let largest = max(mean.x, mean.y);
    let a_share = exp(mean.x - largest);
    let w = a_share / (a_share + exp(mean.y - largest));
    if live {
        if thread == 0u {
            y[at.w + n * size.weight_image] = w;
        }
        let y_start = at.z + n * size.y_image;
        for (var p = thread; p < size.plane; p += LANES) {
            y[y_start + p] = w * y[a_start + p] + (1.0 - w) * y[b_start + p];
        }
    }
}
