// uses: common/grid.wgsl common/maps.wgsl
//
// y[n, o] = bias[o] + sum over i:  w[o, i] * x[n, i]
//
// One workgroup per 4 outputs of one image: every thread sums each 64th input for all four, then
// the sums are added in a tree. The weights are read once, neighbours by neighbouring threads.
// A dispatch computes the outputs first .. first + part: the weights of all may be more than a buffer
// holds. Layouts: x [N, I], w [ceil(part / 4)][I] vectors of 4 outputs, bias [part] (zeros if there is
// none), y [N, O].
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Linear {
    inputs: u32,
    outputs: u32,
    // Outputs of this dispatch.
    first: u32,
    part: u32,
    // ceil(part / 4).
    vectors: u32,
    // N * vectors.
    workgroups: u32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Linear;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

const THREADS: u32 = 64u;

var<workgroup> sums: array<vec4<f32>, THREADS>;

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
    let number = workgroup_number(workgroup, workgroups);
    let vector = number % size.vectors;
    let n = number / size.vectors;
    var sum = vec4(0.0);
    if number < size.workgroups {
        for (var i = thread; i < size.inputs; i += THREADS) {
            sum += weights[vector * size.inputs + i] * read_x(n * size.inputs + i);
        }
    }
    sums[thread] = sum;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if thread < half {
            sums[thread] += sums[thread + half];
        }
        workgroupBarrier();
    }
    let o = vector * 4u + thread;
    if thread < 4u && o < size.part && number < size.workgroups {
        y[size.y_at + n * size.outputs + size.first + o] = sums[0][thread] + bias[o];
    }
}
