// uses: common/grid.wgsl common/maps.wgsl common/conv.wgsl
//
// y[n, o, i, j] = bias[o] + sum over taps t of o:  w[t, o] * x[n, channel(t), i*s + dy(t) - top, j*s + dx(t) - left]
//
// One thread per output value, as the equation is written. The yardstick of the benchmark: the
// executor never chooses it by itself. Weights: vectors of 4 outputs, here read as scalars.
// Rust twin: exec/wgpu/tests/oracle.rs, fn conv2d.

@group(0) @binding(5) var<storage, read> weights: array<f32>;

const THREADS: u32 = 64u;

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let number = workgroup_number(workgroup, workgroups);
    let pixel = number % conv.pixel_blocks * THREADS + thread;
    if number >= conv.workgroups || pixel >= conv.pixels {
        return;
    }
    let block = blocks[number / conv.pixel_blocks];
    let output = outputs[block.out_start];
    let source = conv.sources[0];
    let place = place_of(pixel, source);
    var sum = bitcast<f32>(output.z);
    for (var t = 0u; t < block.tap_count; t++) {
        let w = weights[(block.weight_start + t * block.weight_step) * 4u + block.component];
        sum += w * read_x(place, taps[block.tap_start + t], source);
    }
    write_value(spot_of(pixel), output, sum);
}
