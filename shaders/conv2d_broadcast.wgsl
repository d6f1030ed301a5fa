// uses: common/grid.wgsl common/maps.wgsl common/conv.wgsl
//
// y[n, o, i, j] = bias[o] + sum over taps t of o:  w[t, o] * x[n, channel(t), i*s + dy(t) - top, j*s + dx(t) - left]
//   (s, top and left belong to the source of t; a map may be added and the sum clamped)
//
// For software adapters: as conv2d_direct.wgsl, a block of outputs x pixels in registers. There each
// thread of a SIMD register loads for itself, one after another, even where all load the same word. So
// four threads load four taps with their weights, one each, and hand them to one another: a quarter of
// those loads. No subgroup is smaller than that.
// 32 outputs x 8 pixels a thread; its pixels lie LANES apart. Weights: [tap][output], in vectors of 4 outputs.
// Rust twin: exec/wgpu/tests/oracle.rs, fn conv2d.

@group(0) @binding(5) var<storage, read> weights: array<vec4<f32>>;

// Threads of a workgroup.
override LANES: u32 = 8u;
// Pixels of a thread.
const PIXELS: u32 = 8u;
// Taps that are loaded at once.
const SHARED: u32 = 4u;

// A value for each of 32 outputs.
struct Outputs {
    low: mat4x4<f32>,
    high: mat4x4<f32>,
}

fn weights_at(at: u32) -> Outputs {
    return Outputs(
        mat4x4(weights[at], weights[at + 1u], weights[at + 2u], weights[at + 3u]),
        mat4x4(weights[at + 4u], weights[at + 5u], weights[at + 6u], weights[at + 7u]),
    );
}

fn four_by_four(first: u32) -> mat4x4<f32> {
    return mat4x4(four_biases(first), four_biases(first + 4u), four_biases(first + 8u), four_biases(first + 12u));
}

// What thread k of the first four has. The places of a broadcast are written out: they must be constants.
fn four_of(k: u32, v: vec4<u32>) -> vec4<u32> {
    switch k {
        case 0u: {
            return subgroupBroadcast(v, 0u);
        }
        case 1u: {
            return subgroupBroadcast(v, 1u);
        }
        case 2u: {
            return subgroupBroadcast(v, 2u);
        }
        default: {
            return subgroupBroadcast(v, 3u);
        }
    }
}

fn tap_of(k: u32, tap: Tap) -> Tap {
    let words = four_of(k, vec4(bitcast<u32>(tap.offset), tap.dy_dx, 0u, 0u));
    return Tap(bitcast<i32>(words.x), words.y);
}

fn sixteen_of(k: u32, v: mat4x4<f32>) -> mat4x4<f32> {
    return mat4x4(
        bitcast<vec4<f32>>(four_of(k, bitcast<vec4<u32>>(v[0]))),
        bitcast<vec4<f32>>(four_of(k, bitcast<vec4<u32>>(v[1]))),
        bitcast<vec4<f32>>(four_of(k, bitcast<vec4<u32>>(v[2]))),
        bitcast<vec4<f32>>(four_of(k, bitcast<vec4<u32>>(v[3]))),
    );
}

fn weights_of(k: u32, w: Outputs) -> Outputs {
    return Outputs(sixteen_of(k, w.low), sixteen_of(k, w.high));
}

// Sums and places of a thread's pixels. Members, not arrays: an array would not stay in registers.
struct Sums {
    of_0: Outputs,
    of_1: Outputs,
    of_2: Outputs,
    of_3: Outputs,
    of_4: Outputs,
    of_5: Outputs,
    of_6: Outputs,
    of_7: Outputs,
}

struct Places {
    of_0: Place,
    of_1: Place,
    of_2: Place,
    of_3: Place,
    of_4: Place,
    of_5: Place,
    of_6: Place,
    of_7: Place,
}

fn places_of(first: u32, source: Source) -> Places {
    return Places(
        place_of(first, source),
        place_of(first + LANES, source),
        place_of(first + LANES * 2u, source),
        place_of(first + LANES * 3u, source),
        place_of(first + LANES * 4u, source),
        place_of(first + LANES * 5u, source),
        place_of(first + LANES * 6u, source),
        place_of(first + LANES * 7u, source),
    );
}

fn times(w: Outputs, value: f32, sum: Outputs) -> Outputs {
    return Outputs(sum.low + w.low * value, sum.high + w.high * value);
}

// Adds one tap to the sums of every pixel.
fn add_tap(sums: Sums, places: Places, source: Source, tap: Tap, w: Outputs) -> Sums {
    return Sums(
        times(w, read_x(places.of_0, tap, source), sums.of_0),
        times(w, read_x(places.of_1, tap, source), sums.of_1),
        times(w, read_x(places.of_2, tap, source), sums.of_2),
        times(w, read_x(places.of_3, tap, source), sums.of_3),
        times(w, read_x(places.of_4, tap, source), sums.of_4),
        times(w, read_x(places.of_5, tap, source), sums.of_5),
        times(w, read_x(places.of_6, tap, source), sums.of_6),
        times(w, read_x(places.of_7, tap, source), sums.of_7),
    );
}

// Where the results of the pixels go. Where an output is said by a load, which all pixels share.
struct Spots {
    of_0: Spot,
    of_1: Spot,
    of_2: Spot,
    of_3: Spot,
    of_4: Spot,
    of_5: Spot,
    of_6: Spot,
    of_7: Spot,
    // Pixels before the end.
    count: u32,
}

fn spots_of(first: u32) -> Spots {
    return Spots(
        spot_of(first),
        spot_of(first + LANES),
        spot_of(first + LANES * 2u),
        spot_of(first + LANES * 3u),
        spot_of(first + LANES * 4u),
        spot_of(first + LANES * 5u),
        spot_of(first + LANES * 6u),
        spot_of(first + LANES * 7u),
        select(0u, (conv.pixels - first + LANES - 1u) / LANES, first < conv.pixels),
    );
}

// Writes one output at every pixel.
fn write_output(spots: Spots, output: vec4<u32>, a: vec4<f32>, b: vec4<f32>) {
    if spots.count > 0u {
        write_value(spots.of_0, output, a.x);
    }
    if spots.count > 1u {
        write_value(spots.of_1, output, a.y);
    }
    if spots.count > 2u {
        write_value(spots.of_2, output, a.z);
    }
    if spots.count > 3u {
        write_value(spots.of_3, output, a.w);
    }
    if spots.count > 4u {
        write_value(spots.of_4, output, b.x);
    }
    if spots.count > 5u {
        write_value(spots.of_5, output, b.y);
    }
    if spots.count > 6u {
        write_value(spots.of_6, output, b.z);
    }
    if spots.count > 7u {
        write_value(spots.of_7, output, b.w);
    }
}

// Four outputs, from their vectors at pixels 0 to 3 and 4 to 7.
fn write_four_outputs(spots: Spots, first: u32, low: mat4x4<f32>, high: mat4x4<f32>) {
    let a = transpose(low);
    let b = transpose(high);
    write_output(spots, outputs[first], a[0], b[0]);
    write_output(spots, outputs[first + 1u], a[1], b[1]);
    write_output(spots, outputs[first + 2u], a[2], b[2]);
    write_output(spots, outputs[first + 3u], a[3], b[3]);
}

@compute @workgroup_size(LANES)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
    @builtin(subgroup_invocation_id) lane: u32,
) {
    let number = workgroup_number(workgroup, workgroups);
    if number >= conv.workgroups {
        return;
    }
    let first_block = number / conv.pixel_blocks * source_count();
    let first_pixel = number % conv.pixel_blocks * LANES * PIXELS + thread;
    let first_output = blocks[first_block].out_start;
    let bias = Outputs(four_by_four(first_output), four_by_four(first_output + 16u));
    var sums = Sums(bias, bias, bias, bias, bias, bias, bias, bias);
    for (var s = 0u; s < source_count(); s++) {
        let source = conv.sources[s];
        let block = blocks[first_block + s];
        let places = places_of(first_pixel, source);
        var t = 0u;
        for (; t + SHARED <= block.tap_count; t += SHARED) {
            let own = t + lane % SHARED;
            let tap = taps[block.tap_start + own];
            let w = weights_at(block.weight_start + own * block.weight_step);
            sums = add_tap(sums, places, source, tap_of(0u, tap), weights_of(0u, w));
            sums = add_tap(sums, places, source, tap_of(1u, tap), weights_of(1u, w));
            sums = add_tap(sums, places, source, tap_of(2u, tap), weights_of(2u, w));
            sums = add_tap(sums, places, source, tap_of(3u, tap), weights_of(3u, w));
        }
        for (; t < block.tap_count; t++) {
            let w = weights_at(block.weight_start + t * block.weight_step);
            sums = add_tap(sums, places, source, taps[block.tap_start + t], w);
        }
    }
    let spots = spots_of(first_pixel);
    write_four_outputs(
        spots,
        first_output + 0u,
        mat4x4(sums.of_0.low[0], sums.of_1.low[0], sums.of_2.low[0], sums.of_3.low[0]),
        mat4x4(sums.of_4.low[0], sums.of_5.low[0], sums.of_6.low[0], sums.of_7.low[0]),
    );
    write_four_outputs(
        spots,
        first_output + 4u,
        mat4x4(sums.of_0.low[1], sums.of_1.low[1], sums.of_2.low[1], sums.of_3.low[1]),
        mat4x4(sums.of_4.low[1], sums.of_5.low[1], sums.of_6.low[1], sums.of_7.low[1]),
    );
    write_four_outputs(
        spots,
        first_output + 8u,
        mat4x4(sums.of_0.low[2], sums.of_1.low[2], sums.of_2.low[2], sums.of_3.low[2]),
        mat4x4(sums.of_4.low[2], sums.of_5.low[2], sums.of_6.low[2], sums.of_7.low[2]),
    );
    write_four_outputs(
        spots,
        first_output + 12u,
        mat4x4(sums.of_0.low[3], sums.of_1.low[3], sums.of_2.low[3], sums.of_3.low[3]),
        mat4x4(sums.of_4.low[3], sums.of_5.low[3], sums.of_6.low[3], sums.of_7.low[3]),
    );
    write_four_outputs(
        spots,
        first_output + 16u,
        mat4x4(sums.of_0.high[0], sums.of_1.high[0], sums.of_2.high[0], sums.of_3.high[0]),
        mat4x4(sums.of_4.high[0], sums.of_5.high[0], sums.of_6.high[0], sums.of_7.high[0]),
    );
    write_four_outputs(
        spots,
        first_output + 20u,
        mat4x4(sums.of_0.high[1], sums.of_1.high[1], sums.of_2.high[1], sums.of_3.high[1]),
        mat4x4(sums.of_4.high[1], sums.of_5.high[1], sums.of_6.high[1], sums.of_7.high[1]),
    );
    write_four_outputs(
        spots,
        first_output + 24u,
        mat4x4(sums.of_0.high[2], sums.of_1.high[2], sums.of_2.high[2], sums.of_3.high[2]),
        mat4x4(sums.of_4.high[2], sums.of_5.high[2], sums.of_6.high[2], sums.of_7.high[2]),
    );
    write_four_outputs(
        spots,
        first_output + 28u,
        mat4x4(sums.of_0.high[3], sums.of_1.high[3], sums.of_2.high[3], sums.of_3.high[3]),
        mat4x4(sums.of_4.high[3], sums.of_5.high[3], sums.of_6.high[3], sums.of_7.high[3]),
    );
}
