// uses: common/grid.wgsl common/conv.wgsl
//
// y[n, o, i, j] = bias[o] + sum over taps t of o:  w[t, o] * x[n, channel(t), i*s + dy(t) - top, j*s + dx(t) - left]
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
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

// Threads of a workgroup.
override LANES: u32 = 8u;

struct Block {
    group: Group,
    // Number of the block of outputs in the group.
    outputs: u32,
    first_pixel: u32,
    live: bool,
}

fn block_of(number: u32, thread: u32, pixels: u32) -> Block {
    let g = number / conv.pixel_blocks / conv.output_blocks;
    return Block(
        groups[min(g, arrayLength(&groups) - 1u)],
        number / conv.pixel_blocks % conv.output_blocks,
        number % conv.pixel_blocks * LANES * pixels + thread,
        number < conv.workgroups,
    );
}

// Writes one pixel of four channels; `start` is its index in channel 0.
fn write_four(start: u32, plane: u32, channels: vec4<u32>, v: vec4<f32>) {
    if channels.x != NO_CHANNEL {
        y[start + channels.x * plane] = v.x;
    }
    if channels.y != NO_CHANNEL {
        y[start + channels.y * plane] = v.y;
    }
    if channels.z != NO_CHANNEL {
        y[start + channels.z * plane] = v.z;
    }
    if channels.w != NO_CHANNEL {
        y[start + channels.w * plane] = v.w;
    }
}

// The outputs of a thread of `broad` and `wide`.
struct SixteenOutputs {
    a: FourOutputs,
    b: FourOutputs,
    c: FourOutputs,
    d: FourOutputs,
}

fn sixteen_outputs(block: Block) -> SixteenOutputs {
    let first = block.outputs * 4u;
    return SixteenOutputs(
        four_outputs(block.group, first),
        four_outputs(block.group, first + 1u),
        four_outputs(block.group, first + 2u),
        four_outputs(block.group, first + 3u),
    );
}

fn write_sixteen(pixel: u32, to: SixteenOutputs, v: mat4x4<f32>) {
    if pixel < conv.pixels {
        let plane = conv.out_h * conv.out_w;
        let start = y_base(pixel);
        write_four(start, plane, to.a.channels, v[0]);
        write_four(start, plane, to.b.channels, v[1]);
        write_four(start, plane, to.c.channels, v[2]);
        write_four(start, plane, to.d.channels, v[3]);
    }
}

fn write_pixel(pixel: u32, to: FourOutputs, v: vec4<f32>) {
    if pixel < conv.pixels {
        write_four(y_base(pixel), conv.out_h * conv.out_w, to.channels, v);
    }
}

@compute @workgroup_size(LANES)
fn broad(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let block = block_of(workgroup_number(workgroup, workgroups), thread, 16u);
    if !block.live {
        return;
    }
    let group = block.group;
    let place_0 = place_of(block.first_pixel);
    let place_1 = place_of(block.first_pixel + LANES);
    let place_2 = place_of(block.first_pixel + LANES * 2u);
    let place_3 = place_of(block.first_pixel + LANES * 3u);
    let place_4 = place_of(block.first_pixel + LANES * 4u);
    let place_5 = place_of(block.first_pixel + LANES * 5u);
    let place_6 = place_of(block.first_pixel + LANES * 6u);
    let place_7 = place_of(block.first_pixel + LANES * 7u);
    let place_8 = place_of(block.first_pixel + LANES * 8u);
    let place_9 = place_of(block.first_pixel + LANES * 9u);
    let place_10 = place_of(block.first_pixel + LANES * 10u);
    let place_11 = place_of(block.first_pixel + LANES * 11u);
    let place_12 = place_of(block.first_pixel + LANES * 12u);
    let place_13 = place_of(block.first_pixel + LANES * 13u);
    let place_14 = place_of(block.first_pixel + LANES * 14u);
    let place_15 = place_of(block.first_pixel + LANES * 15u);
    let to = sixteen_outputs(block);
    // One matrix of 16 outputs per pixel.
    let bias = mat4x4(to.a.bias, to.b.bias, to.c.bias, to.d.bias);
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
    var w_at = group.weight_start + block.outputs * 4u;
    for (var t = 0u; t < group.tap_count; t++) {
        let tap = taps[group.tap_start + t];
        let w = mat4x4(weights[w_at], weights[w_at + 1u], weights[w_at + 2u], weights[w_at + 3u]);
        w_at += group.out_vectors;
        sum_0 += w * read_x(place_0, tap);
        sum_1 += w * read_x(place_1, tap);
        sum_2 += w * read_x(place_2, tap);
        sum_3 += w * read_x(place_3, tap);
        sum_4 += w * read_x(place_4, tap);
        sum_5 += w * read_x(place_5, tap);
        sum_6 += w * read_x(place_6, tap);
        sum_7 += w * read_x(place_7, tap);
        sum_8 += w * read_x(place_8, tap);
        sum_9 += w * read_x(place_9, tap);
        sum_10 += w * read_x(place_10, tap);
        sum_11 += w * read_x(place_11, tap);
        sum_12 += w * read_x(place_12, tap);
        sum_13 += w * read_x(place_13, tap);
        sum_14 += w * read_x(place_14, tap);
        sum_15 += w * read_x(place_15, tap);
    }
    write_sixteen(block.first_pixel, to, sum_0);
    write_sixteen(block.first_pixel + LANES, to, sum_1);
    write_sixteen(block.first_pixel + LANES * 2u, to, sum_2);
    write_sixteen(block.first_pixel + LANES * 3u, to, sum_3);
    write_sixteen(block.first_pixel + LANES * 4u, to, sum_4);
    write_sixteen(block.first_pixel + LANES * 5u, to, sum_5);
    write_sixteen(block.first_pixel + LANES * 6u, to, sum_6);
    write_sixteen(block.first_pixel + LANES * 7u, to, sum_7);
    write_sixteen(block.first_pixel + LANES * 8u, to, sum_8);
    write_sixteen(block.first_pixel + LANES * 9u, to, sum_9);
    write_sixteen(block.first_pixel + LANES * 10u, to, sum_10);
    write_sixteen(block.first_pixel + LANES * 11u, to, sum_11);
    write_sixteen(block.first_pixel + LANES * 12u, to, sum_12);
    write_sixteen(block.first_pixel + LANES * 13u, to, sum_13);
    write_sixteen(block.first_pixel + LANES * 14u, to, sum_14);
    write_sixteen(block.first_pixel + LANES * 15u, to, sum_15);
}

@compute @workgroup_size(LANES)
fn wide(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let block = block_of(workgroup_number(workgroup, workgroups), thread, 8u);
    if !block.live {
        return;
    }
    let group = block.group;
    let place_0 = place_of(block.first_pixel);
    let place_1 = place_of(block.first_pixel + LANES);
    let place_2 = place_of(block.first_pixel + LANES * 2u);
    let place_3 = place_of(block.first_pixel + LANES * 3u);
    let place_4 = place_of(block.first_pixel + LANES * 4u);
    let place_5 = place_of(block.first_pixel + LANES * 5u);
    let place_6 = place_of(block.first_pixel + LANES * 6u);
    let place_7 = place_of(block.first_pixel + LANES * 7u);
    let to = sixteen_outputs(block);
    // One matrix of 16 outputs per pixel.
    let bias = mat4x4(to.a.bias, to.b.bias, to.c.bias, to.d.bias);
    var sum_0 = bias;
    var sum_1 = bias;
    var sum_2 = bias;
    var sum_3 = bias;
    var sum_4 = bias;
    var sum_5 = bias;
    var sum_6 = bias;
    var sum_7 = bias;
    var w_at = group.weight_start + block.outputs * 4u;
    for (var t = 0u; t < group.tap_count; t++) {
        let tap = taps[group.tap_start + t];
        let w = mat4x4(weights[w_at], weights[w_at + 1u], weights[w_at + 2u], weights[w_at + 3u]);
        w_at += group.out_vectors;
        sum_0 += w * read_x(place_0, tap);
        sum_1 += w * read_x(place_1, tap);
        sum_2 += w * read_x(place_2, tap);
        sum_3 += w * read_x(place_3, tap);
        sum_4 += w * read_x(place_4, tap);
        sum_5 += w * read_x(place_5, tap);
        sum_6 += w * read_x(place_6, tap);
        sum_7 += w * read_x(place_7, tap);
    }
    write_sixteen(block.first_pixel, to, sum_0);
    write_sixteen(block.first_pixel + LANES, to, sum_1);
    write_sixteen(block.first_pixel + LANES * 2u, to, sum_2);
    write_sixteen(block.first_pixel + LANES * 3u, to, sum_3);
    write_sixteen(block.first_pixel + LANES * 4u, to, sum_4);
    write_sixteen(block.first_pixel + LANES * 5u, to, sum_5);
    write_sixteen(block.first_pixel + LANES * 6u, to, sum_6);
    write_sixteen(block.first_pixel + LANES * 7u, to, sum_7);
}

@compute @workgroup_size(LANES)
fn narrow(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let block = block_of(workgroup_number(workgroup, workgroups), thread, 8u);
    if !block.live {
        return;
    }
    let group = block.group;
    let place_0 = place_of(block.first_pixel);
    let place_1 = place_of(block.first_pixel + LANES);
    let place_2 = place_of(block.first_pixel + LANES * 2u);
    let place_3 = place_of(block.first_pixel + LANES * 3u);
    let place_4 = place_of(block.first_pixel + LANES * 4u);
    let place_5 = place_of(block.first_pixel + LANES * 5u);
    let place_6 = place_of(block.first_pixel + LANES * 6u);
    let place_7 = place_of(block.first_pixel + LANES * 7u);
    let to = four_outputs(group, block.outputs);
    var sum_0 = to.bias;
    var sum_1 = to.bias;
    var sum_2 = to.bias;
    var sum_3 = to.bias;
    var sum_4 = to.bias;
    var sum_5 = to.bias;
    var sum_6 = to.bias;
    var sum_7 = to.bias;
    for (var t = 0u; t < group.tap_count; t++) {
        let tap = taps[group.tap_start + t];
        let w = weights[group.weight_start + t * group.out_vectors + block.outputs];
        sum_0 += w * read_x(place_0, tap);
        sum_1 += w * read_x(place_1, tap);
        sum_2 += w * read_x(place_2, tap);
        sum_3 += w * read_x(place_3, tap);
        sum_4 += w * read_x(place_4, tap);
        sum_5 += w * read_x(place_5, tap);
        sum_6 += w * read_x(place_6, tap);
        sum_7 += w * read_x(place_7, tap);
    }
    write_pixel(block.first_pixel, to, sum_0);
    write_pixel(block.first_pixel + LANES, to, sum_1);
    write_pixel(block.first_pixel + LANES * 2u, to, sum_2);
    write_pixel(block.first_pixel + LANES * 3u, to, sum_3);
    write_pixel(block.first_pixel + LANES * 4u, to, sum_4);
    write_pixel(block.first_pixel + LANES * 5u, to, sum_5);
    write_pixel(block.first_pixel + LANES * 6u, to, sum_6);
    write_pixel(block.first_pixel + LANES * 7u, to, sum_7);
}

fn write_one(pixel: u32, output: Output, v: f32) {
    if pixel < conv.pixels {
        y[y_base(pixel) + output.channel * conv.out_h * conv.out_w] = v + output.bias;
    }
}

@compute @workgroup_size(LANES)
fn single(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let block = block_of(workgroup_number(workgroup, workgroups), thread, 8u);
    if !block.live || block.outputs >= block.group.out_count {
        return;
    }
    let group = block.group;
    let place_0 = place_of(block.first_pixel);
    let place_1 = place_of(block.first_pixel + LANES);
    let place_2 = place_of(block.first_pixel + LANES * 2u);
    let place_3 = place_of(block.first_pixel + LANES * 3u);
    let place_4 = place_of(block.first_pixel + LANES * 4u);
    let place_5 = place_of(block.first_pixel + LANES * 5u);
    let place_6 = place_of(block.first_pixel + LANES * 6u);
    let place_7 = place_of(block.first_pixel + LANES * 7u);
    // Pixels 0 to 3 and 4 to 7.
    var sum_a = vec4(0.0);
    var sum_b = vec4(0.0);
    for (var t = 0u; t < group.tap_count; t++) {
        let tap = taps[group.tap_start + t];
        let at = group.weight_start + t * group.out_vectors + block.outputs / 4u;
        let w = weights[at][block.outputs % 4u];
        sum_a += w * vec4(read_x(place_0, tap), read_x(place_1, tap), read_x(place_2, tap), read_x(place_3, tap));
        sum_b += w * vec4(read_x(place_4, tap), read_x(place_5, tap), read_x(place_6, tap), read_x(place_7, tap));
    }
    let output = outputs[group.out_start + block.outputs];
    write_one(block.first_pixel, output, sum_a.x);
    write_one(block.first_pixel + LANES, output, sum_a.y);
    write_one(block.first_pixel + LANES * 2u, output, sum_a.z);
    write_one(block.first_pixel + LANES * 3u, output, sum_a.w);
    write_one(block.first_pixel + LANES * 4u, output, sum_b.x);
    write_one(block.first_pixel + LANES * 5u, output, sum_b.y);
    write_one(block.first_pixel + LANES * 6u, output, sum_b.z);
    write_one(block.first_pixel + LANES * 7u, output, sum_b.w);
}
