// uses: common/grid.wgsl common/conv.wgsl
//
// y[n, o, i, j] = bias[o] + sum over taps t of o:  w[t, o] * x[n, channel(t), i*s + dy(t) - top, j*s + dx(t) - left]
//
// No workgroup memory and no barriers: each thread keeps a block of outputs x 8 pixels in
// registers and reads weights and pixels straight from the buffers. On a software adapter, where a
// load is dear and a barrier dearer, this beats the tiled kernel; also for groups of few outputs.
// The pixels of a thread lie LANES apart. Weights: [tap][output], in vectors of 4 outputs.
//   wide    16 outputs a thread (4 vectors)
//   narrow   4 outputs a thread (1 vector)
//   single   1 output a thread
// Rust twin: exec/wgpu/tests/oracle.rs, fn conv2d.

@group(0) @binding(5) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

// Threads of a workgroup.
override LANES: u32 = 8u;

const PIXELS: u32 = 8u;

struct Block {
    group: Group,
    // Number of the block of outputs in the group.
    outputs: u32,
    first_pixel: u32,
    live: bool,
}

fn block_of(number: u32, thread: u32) -> Block {
    let g = number / conv.pixel_blocks / conv.output_blocks;
    return Block(
        groups[min(g, arrayLength(&groups) - 1u)],
        number / conv.pixel_blocks % conv.output_blocks,
        number % conv.pixel_blocks * LANES * PIXELS + thread,
        number < conv.workgroups,
    );
}

fn write_four(pixel: u32, block: Block, out: u32, v: vec4<f32>) {
    if pixel >= conv.pixels {
        return;
    }
    let start = y_base(pixel);
    for (var k = 0u; k < 4u; k++) {
        if out + k < block.group.out_count {
            let output = outputs[block.group.out_start + out + k];
            y[start + output.channel * conv.out_h * conv.out_w] = v[k] + output.bias;
        }
    }
}

fn write_sixteen(pixel: u32, block: Block, v: mat4x4<f32>) {
    let out = block.outputs * 16u;
    write_four(pixel, block, out, v[0]);
    write_four(pixel, block, out + 4u, v[1]);
    write_four(pixel, block, out + 8u, v[2]);
    write_four(pixel, block, out + 12u, v[3]);
}

@compute @workgroup_size(LANES)
fn wide(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let block = block_of(workgroup_number(workgroup, workgroups), thread);
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
    // One matrix of 16 outputs per pixel.
    var sum_0 = mat4x4<f32>();
    var sum_1 = mat4x4<f32>();
    var sum_2 = mat4x4<f32>();
    var sum_3 = mat4x4<f32>();
    var sum_4 = mat4x4<f32>();
    var sum_5 = mat4x4<f32>();
    var sum_6 = mat4x4<f32>();
    var sum_7 = mat4x4<f32>();
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
    write_sixteen(block.first_pixel, block, sum_0);
    write_sixteen(block.first_pixel + LANES, block, sum_1);
    write_sixteen(block.first_pixel + LANES * 2u, block, sum_2);
    write_sixteen(block.first_pixel + LANES * 3u, block, sum_3);
    write_sixteen(block.first_pixel + LANES * 4u, block, sum_4);
    write_sixteen(block.first_pixel + LANES * 5u, block, sum_5);
    write_sixteen(block.first_pixel + LANES * 6u, block, sum_6);
    write_sixteen(block.first_pixel + LANES * 7u, block, sum_7);
}

@compute @workgroup_size(LANES)
fn narrow(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let block = block_of(workgroup_number(workgroup, workgroups), thread);
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
    var sum_0 = vec4(0.0);
    var sum_1 = vec4(0.0);
    var sum_2 = vec4(0.0);
    var sum_3 = vec4(0.0);
    var sum_4 = vec4(0.0);
    var sum_5 = vec4(0.0);
    var sum_6 = vec4(0.0);
    var sum_7 = vec4(0.0);
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
    let out = block.outputs * 4u;
    write_four(block.first_pixel, block, out, sum_0);
    write_four(block.first_pixel + LANES, block, out, sum_1);
    write_four(block.first_pixel + LANES * 2u, block, out, sum_2);
    write_four(block.first_pixel + LANES * 3u, block, out, sum_3);
    write_four(block.first_pixel + LANES * 4u, block, out, sum_4);
    write_four(block.first_pixel + LANES * 5u, block, out, sum_5);
    write_four(block.first_pixel + LANES * 6u, block, out, sum_6);
    write_four(block.first_pixel + LANES * 7u, block, out, sum_7);
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
    let block = block_of(workgroup_number(workgroup, workgroups), thread);
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
