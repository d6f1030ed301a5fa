// uses: common/grid.wgsl common/conv.wgsl
//
// y[n, o, i, j] = bias[o] + sum over taps t of o:  w[t, o] * x[n, channel(t), i*s + dy(t) - top, j*s + dx(t) - left]
//
// One thread per output value, as the equation is written. The yardstick of the benchmark: the
// executor never chooses it by itself. Weights: vectors of 4 outputs, here read as scalars.
// Rust twin: exec/wgpu/tests/oracle.rs, fn conv2d.

@group(0) @binding(5) var<storage, read> weights: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

const THREADS: u32 = 64u;

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let number = workgroup_number(workgroup, workgroups);
    let pixel = number % conv.pixel_blocks * THREADS + thread;
    let o = number / conv.pixel_blocks % conv.output_blocks;
    let g = number / conv.pixel_blocks / conv.output_blocks;
    if number >= conv.workgroups || pixel >= conv.pixels || o >= groups[g].out_count {
        return;
    }
    let group = groups[g];
    let output = outputs[group.out_start + o];
    let place = place_of(pixel);
    var sum = output.bias;
    for (var t = 0u; t < group.tap_count; t++) {
        let w = weights[(group.weight_start + t * group.out_vectors) * 4u + o];
        sum += w * read_x(place, taps[group.tap_start + t]);
    }
    y[y_base(pixel) + output.channel * conv.out_h * conv.out_w] = sum;
}
