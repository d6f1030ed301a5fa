// uses: common/grid.wgsl common/maps.wgsl common/conv.wgsl
//
// y[n, o, i, j] = bias[o] + sum over taps t of o:  w[t, o] * x[n, channel(t), i*s + dy(t) - top, j*s + dx(t) - left]
//   (s, top and left belong to the source of t; a map may be added and the sum clamped)
//
// No workgroup memory and no barriers: each thread keeps a block of outputs x pixels in
// registers and reads weights and pixels straight from the buffers. On a software adapter, where a
// load is dear and a barrier dearer, this beats the tiled kernel; also for groups of few outputs.
// The pixels of a thread lie LANES apart. Weights: [tap][output], in vectors of 4 outputs.
//   broad   16 outputs x 16 pixels a thread
//   wide    16 outputs x 8 pixels
//   narrow   4 outputs x 8 pixels
//   single   1 output x 8 pixels
// Rust twin: exec/wgpu/tests/oracle.rs, fn conv2d.

@group(0) @binding(5) var<storage, read> weights: array<vec4<f32>>;

// Threads of a workgroup.
override LANES: u32 = 8u;

// The part of a dispatch that a thread does.
struct Part {
    // First of its blocks: one for each source.
    block: u32,
    first_pixel: u32,
    live: bool,
}

fn part_of(number: u32, thread: u32, pixels: u32) -> Part {
    return Part(
        number / conv.pixel_blocks * source_count(),
        number % conv.pixel_blocks * LANES * pixels + thread,
        number < conv.workgroups,
    );
}

fn sixteen_biases(first: u32) -> mat4x4<f32> {
    return mat4x4(four_biases(first), four_biases(first + 4u), four_biases(first + 8u), four_biases(first + 12u));
}

fn write_sixteen(pixel: u32, first: u32, v: mat4x4<f32>) {
    if pixel < conv.pixels {
        let spot = spot_of(pixel);
        write_four(spot, first, v[0]);
        write_four(spot, first + 4u, v[1]);
        write_four(spot, first + 8u, v[2]);
        write_four(spot, first + 12u, v[3]);
    }
}

fn write_pixel(pixel: u32, first: u32, v: vec4<f32>) {
    if pixel < conv.pixels {
        write_four(spot_of(pixel), first, v);
    }
}

fn write_one(pixel: u32, output: vec4<u32>, v: f32) {
    if pixel < conv.pixels {
        write_value(spot_of(pixel), output, v);
    }
}

@compute @workgroup_size(LANES)
fn broad(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let part = part_of(workgroup_number(workgroup, workgroups), thread, 16u);
    if !part.live {
        return;
    }
    let first_output = blocks[part.block].out_start;
    // One matrix of 16 outputs per pixel.
    let bias = sixteen_biases(first_output);
    var sum_0 = bias;
    var sum_1 = bias;
    var sum_2 = bias;
    var sum_3 = bias;
    var sum_4 = bias;
    var sum_5 = bias;
    var sum_6 = bias;
    var sum_7 = bias;
    var sum_8 = bias;
    var sum_9 = bias;
    var sum_10 = bias;
    var sum_11 = bias;
    var sum_12 = bias;
    var sum_13 = bias;
    var sum_14 = bias;
    var sum_15 = bias;
    for (var s = 0u; s < source_count(); s++) {
        let source = conv.sources[s];
        let block = blocks[part.block + s];
        let place_0 = place_of(part.first_pixel, source);
        let place_1 = place_of(part.first_pixel + LANES, source);
        let place_2 = place_of(part.first_pixel + LANES * 2u, source);
        let place_3 = place_of(part.first_pixel + LANES * 3u, source);
        let place_4 = place_of(part.first_pixel + LANES * 4u, source);
        let place_5 = place_of(part.first_pixel + LANES * 5u, source);
        let place_6 = place_of(part.first_pixel + LANES * 6u, source);
        let place_7 = place_of(part.first_pixel + LANES * 7u, source);
        let place_8 = place_of(part.first_pixel + LANES * 8u, source);
        let place_9 = place_of(part.first_pixel + LANES * 9u, source);
        let place_10 = place_of(part.first_pixel + LANES * 10u, source);
        let place_11 = place_of(part.first_pixel + LANES * 11u, source);
        let place_12 = place_of(part.first_pixel + LANES * 12u, source);
        let place_13 = place_of(part.first_pixel + LANES * 13u, source);
        let place_14 = place_of(part.first_pixel + LANES * 14u, source);
        let place_15 = place_of(part.first_pixel + LANES * 15u, source);
        var w_at = block.weight_start;
        for (var t = 0u; t < block.tap_count; t++) {
            let tap = taps[block.tap_start + t];
            let w = mat4x4(weights[w_at], weights[w_at + 1u], weights[w_at + 2u], weights[w_at + 3u]);
            w_at += block.weight_step;
            sum_0 += w * read_x(place_0, tap, source);
            sum_1 += w * read_x(place_1, tap, source);
            sum_2 += w * read_x(place_2, tap, source);
            sum_3 += w * read_x(place_3, tap, source);
            sum_4 += w * read_x(place_4, tap, source);
            sum_5 += w * read_x(place_5, tap, source);
            sum_6 += w * read_x(place_6, tap, source);
            sum_7 += w * read_x(place_7, tap, source);
            sum_8 += w * read_x(place_8, tap, source);
            sum_9 += w * read_x(place_9, tap, source);
            sum_10 += w * read_x(place_10, tap, source);
            sum_11 += w * read_x(place_11, tap, source);
            sum_12 += w * read_x(place_12, tap, source);
            sum_13 += w * read_x(place_13, tap, source);
            sum_14 += w * read_x(place_14, tap, source);
            sum_15 += w * read_x(place_15, tap, source);
        }
    }
    write_sixteen(part.first_pixel, first_output, sum_0);
    write_sixteen(part.first_pixel + LANES, first_output, sum_1);
    write_sixteen(part.first_pixel + LANES * 2u, first_output, sum_2);
    write_sixteen(part.first_pixel + LANES * 3u, first_output, sum_3);
    write_sixteen(part.first_pixel + LANES * 4u, first_output, sum_4);
    write_sixteen(part.first_pixel + LANES * 5u, first_output, sum_5);
    write_sixteen(part.first_pixel + LANES * 6u, first_output, sum_6);
    write_sixteen(part.first_pixel + LANES * 7u, first_output, sum_7);
    write_sixteen(part.first_pixel + LANES * 8u, first_output, sum_8);
    write_sixteen(part.first_pixel + LANES * 9u, first_output, sum_9);
    write_sixteen(part.first_pixel + LANES * 10u, first_output, sum_10);
    write_sixteen(part.first_pixel + LANES * 11u, first_output, sum_11);
    write_sixteen(part.first_pixel + LANES * 12u, first_output, sum_12);
    write_sixteen(part.first_pixel + LANES * 13u, first_output, sum_13);
    write_sixteen(part.first_pixel + LANES * 14u, first_output, sum_14);
    write_sixteen(part.first_pixel + LANES * 15u, first_output, sum_15);
}

@compute @workgroup_size(LANES)
fn wide(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let part = part_of(workgroup_number(workgroup, workgroups), thread, 8u);
    if !part.live {
        return;
    }
    let first_output = blocks[part.block].out_start;
    // One matrix of 16 outputs per pixel.
    let bias = sixteen_biases(first_output);
    var sum_0 = bias;
    var sum_1 = bias;
    var sum_2 = bias;
    var sum_3 = bias;
    var sum_4 = bias;
    var sum_5 = bias;
    var sum_6 = bias;
    var sum_7 = bias;
    for (var s = 0u; s < source_count(); s++) {
        let source = conv.sources[s];
        let block = blocks[part.block + s];
        let place_0 = place_of(part.first_pixel, source);
        let place_1 = place_of(part.first_pixel + LANES, source);
        let place_2 = place_of(part.first_pixel + LANES * 2u, source);
        let place_3 = place_of(part.first_pixel + LANES * 3u, source);
        let place_4 = place_of(part.first_pixel + LANES * 4u, source);
        let place_5 = place_of(part.first_pixel + LANES * 5u, source);
        let place_6 = place_of(part.first_pixel + LANES * 6u, source);
        let place_7 = place_of(part.first_pixel + LANES * 7u, source);
        var w_at = block.weight_start;
        for (var t = 0u; t < block.tap_count; t++) {
            let tap = taps[block.tap_start + t];
            let w = mat4x4(weights[w_at], weights[w_at + 1u], weights[w_at + 2u], weights[w_at + 3u]);
            w_at += block.weight_step;
            sum_0 += w * read_x(place_0, tap, source);
            sum_1 += w * read_x(place_1, tap, source);
            sum_2 += w * read_x(place_2, tap, source);
            sum_3 += w * read_x(place_3, tap, source);
            sum_4 += w * read_x(place_4, tap, source);
            sum_5 += w * read_x(place_5, tap, source);
            sum_6 += w * read_x(place_6, tap, source);
            sum_7 += w * read_x(place_7, tap, source);
        }
    }
    write_sixteen(part.first_pixel, first_output, sum_0);
    write_sixteen(part.first_pixel + LANES, first_output, sum_1);
    write_sixteen(part.first_pixel + LANES * 2u, first_output, sum_2);
    write_sixteen(part.first_pixel + LANES * 3u, first_output, sum_3);
    write_sixteen(part.first_pixel + LANES * 4u, first_output, sum_4);
    write_sixteen(part.first_pixel + LANES * 5u, first_output, sum_5);
    write_sixteen(part.first_pixel + LANES * 6u, first_output, sum_6);
    write_sixteen(part.first_pixel + LANES * 7u, first_output, sum_7);
}

@compute @workgroup_size(LANES)
fn narrow(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let part = part_of(workgroup_number(workgroup, workgroups), thread, 8u);
    if !part.live {
        return;
    }
    let first_output = blocks[part.block].out_start;
    let bias = four_biases(first_output);
    var sum_0 = bias;
    var sum_1 = bias;
    var sum_2 = bias;
    var sum_3 = bias;
    var sum_4 = bias;
    var sum_5 = bias;
    var sum_6 = bias;
    var sum_7 = bias;
    for (var s = 0u; s < source_count(); s++) {
        let source = conv.sources[s];
        let block = blocks[part.block + s];
        let place_0 = place_of(part.first_pixel, source);
        let place_1 = place_of(part.first_pixel + LANES, source);
        let place_2 = place_of(part.first_pixel + LANES * 2u, source);
        let place_3 = place_of(part.first_pixel + LANES * 3u, source);
        let place_4 = place_of(part.first_pixel + LANES * 4u, source);
        let place_5 = place_of(part.first_pixel + LANES * 5u, source);
        let place_6 = place_of(part.first_pixel + LANES * 6u, source);
        let place_7 = place_of(part.first_pixel + LANES * 7u, source);
        var w_at = block.weight_start;
        for (var t = 0u; t < block.tap_count; t++) {
            let tap = taps[block.tap_start + t];
            let w = weights[w_at];
            w_at += block.weight_step;
            sum_0 += w * read_x(place_0, tap, source);
            sum_1 += w * read_x(place_1, tap, source);
            sum_2 += w * read_x(place_2, tap, source);
            sum_3 += w * read_x(place_3, tap, source);
            sum_4 += w * read_x(place_4, tap, source);
            sum_5 += w * read_x(place_5, tap, source);
            sum_6 += w * read_x(place_6, tap, source);
            sum_7 += w * read_x(place_7, tap, source);
        }
    }
    write_pixel(part.first_pixel, first_output, sum_0);
    write_pixel(part.first_pixel + LANES, first_output, sum_1);
    write_pixel(part.first_pixel + LANES * 2u, first_output, sum_2);
    write_pixel(part.first_pixel + LANES * 3u, first_output, sum_3);
    write_pixel(part.first_pixel + LANES * 4u, first_output, sum_4);
    write_pixel(part.first_pixel + LANES * 5u, first_output, sum_5);
    write_pixel(part.first_pixel + LANES * 6u, first_output, sum_6);
    write_pixel(part.first_pixel + LANES * 7u, first_output, sum_7);
}

@compute @workgroup_size(LANES)
fn single(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let part = part_of(workgroup_number(workgroup, workgroups), thread, 8u);
    if !part.live {
        return;
    }
    let first_output = blocks[part.block].out_start;
    let bias = vec4(bitcast<f32>(outputs[first_output].z));
    // Pixels 0 to 3 and 4 to 7.
    var sum_a = bias;
    var sum_b = bias;
    for (var s = 0u; s < source_count(); s++) {
        let source = conv.sources[s];
        let block = blocks[part.block + s];
        let place_0 = place_of(part.first_pixel, source);
        let place_1 = place_of(part.first_pixel + LANES, source);
        let place_2 = place_of(part.first_pixel + LANES * 2u, source);
        let place_3 = place_of(part.first_pixel + LANES * 3u, source);
        let place_4 = place_of(part.first_pixel + LANES * 4u, source);
        let place_5 = place_of(part.first_pixel + LANES * 5u, source);
        let place_6 = place_of(part.first_pixel + LANES * 6u, source);
        let place_7 = place_of(part.first_pixel + LANES * 7u, source);
        var w_at = block.weight_start;
        for (var t = 0u; t < block.tap_count; t++) {
            let tap = taps[block.tap_start + t];
            let w = weights[w_at][block.component];
            w_at += block.weight_step;
            sum_a += w * vec4(
                read_x(place_0, tap, source),
                read_x(place_1, tap, source),
                read_x(place_2, tap, source),
                read_x(place_3, tap, source),
            );
            sum_b += w * vec4(
                read_x(place_4, tap, source),
                read_x(place_5, tap, source),
                read_x(place_6, tap, source),
                read_x(place_7, tap, source),
            );
        }
    }
    let output = outputs[first_output];
    write_one(part.first_pixel, output, sum_a.x);
    write_one(part.first_pixel + LANES, output, sum_a.y);
    write_one(part.first_pixel + LANES * 2u, output, sum_a.z);
    write_one(part.first_pixel + LANES * 3u, output, sum_a.w);
    write_one(part.first_pixel + LANES * 4u, output, sum_b.x);
    write_one(part.first_pixel + LANES * 5u, output, sum_b.y);
    write_one(part.first_pixel + LANES * 6u, output, sum_b.z);
    write_one(part.first_pixel + LANES * 7u, output, sum_b.w);
}
