// uses: common/grid.wgsl common/conv.wgsl
//
// y[n, o, i, j] = bias[o] + sum over taps t of o:  w[t, o] * x[n, channel(t), i*s + dy(t) - top, j*s + dx(t) - left]
//
// Implicit matrix product for GPUs: [outputs, taps] * [taps, pixels], where the second matrix is
// never stored but gathered from x. A workgroup computes 8 OUTPUT_THREADS outputs x 4 PIXEL_THREADS
// pixels. It goes through the taps TAPS at a time: it copies their weights and pixels to workgroup
// memory, then each thread multiplies them into its block of 8 outputs x 4 pixels in registers.
// The pixels of a thread lie PIXEL_THREADS apart, so that neighbouring threads read and write
// neighbouring pixels. Weights: [tap][output], in vectors of 4 outputs.
// Rust twin: exec/wgpu/tests/oracle.rs, fn conv2d.

@group(0) @binding(5) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

// Threads of a workgroup along the outputs and along the pixels.
override OUTPUT_THREADS: u32 = 8u;
override PIXEL_THREADS: u32 = 16u;
// Taps per step, a multiple of OUTPUT_THREADS.
override TAPS: u32 = 16u;

override THREADS: u32 = OUTPUT_THREADS * PIXEL_THREADS;
override WEIGHT_VECTORS: u32 = TAPS * OUTPUT_THREADS * 2u;
override PIXEL_VECTORS: u32 = TAPS * PIXEL_THREADS;

// [TAPS][2 OUTPUT_THREADS] vectors of 4 outputs.
var<workgroup> weight_tile: array<vec4<f32>, WEIGHT_VECTORS>;
// [TAPS][PIXEL_THREADS] vectors of the 4 pixels of one thread.
var<workgroup> pixel_tile: array<vec4<f32>, PIXEL_VECTORS>;

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

fn write_pixel(pixel: u32, to_a: vec4<u32>, to_b: vec4<u32>, a: vec4<f32>, b: vec4<f32>) {
    if pixel < conv.pixels {
        let plane = conv.out_h * conv.out_w;
        let start = y_base(pixel);
        write_four(start, plane, to_a, a);
        write_four(start, plane, to_b, b);
    }
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let number = workgroup_number(workgroup, workgroups);
    let pixel_block = number % conv.pixel_blocks;
    let output_block = number / conv.pixel_blocks % conv.output_blocks;
    // The last row of workgroups may be incomplete: those past the end redo the last group.
    let group = groups[min(number / conv.pixel_blocks / conv.output_blocks, arrayLength(&groups) - 1u)];
    let live = number < conv.workgroups;

    let column = thread % PIXEL_THREADS;
    let row = thread / PIXEL_THREADS;
    let first_pixel = pixel_block * PIXEL_THREADS * 4u + column;
    let place_0 = place_of(first_pixel);
    let place_1 = place_of(first_pixel + PIXEL_THREADS);
    let place_2 = place_of(first_pixel + PIXEL_THREADS * 2u);
    let place_3 = place_of(first_pixel + PIXEL_THREADS * 3u);
    let first_vector = output_block * OUTPUT_THREADS * 2u;

    // Pixels 0 to 3, outputs 0 to 3 (a) and 4 to 7 (b).
    let outputs_a = four_outputs(group, first_vector + row * 2u);
    let outputs_b = four_outputs(group, first_vector + row * 2u + 1u);
    var a_0 = outputs_a.bias;
    var a_1 = outputs_a.bias;
    var a_2 = outputs_a.bias;
    var a_3 = outputs_a.bias;
    var b_0 = outputs_b.bias;
    var b_1 = outputs_b.bias;
    var b_2 = outputs_b.bias;
    var b_3 = outputs_b.bias;

    for (var start = 0u; start < group.tap_count; start += TAPS) {
        for (var i = thread; i < WEIGHT_VECTORS; i += THREADS) {
            let t = start + i / (OUTPUT_THREADS * 2u);
            let vector = first_vector + i % (OUTPUT_THREADS * 2u);
            var w = vec4(0.0);
            if t < group.tap_count && vector < group.out_vectors {
                w = weights[group.weight_start + t * group.out_vectors + vector];
            }
            weight_tile[i] = w;
        }
        for (var t = row; t < TAPS; t += OUTPUT_THREADS) {
            var v = vec4(0.0);
            if start + t < group.tap_count {
                let tap = taps[group.tap_start + start + t];
                v = vec4(
                    read_x(place_0, tap),
                    read_x(place_1, tap),
                    read_x(place_2, tap),
                    read_x(place_3, tap),
                );
            }
            pixel_tile[t * PIXEL_THREADS + column] = v;
        }
        workgroupBarrier();
        for (var t = 0u; t < TAPS; t++) {
            let w = (t * OUTPUT_THREADS + row) * 2u;
            let w_a = weight_tile[w];
            let w_b = weight_tile[w + 1u];
            let v = pixel_tile[t * PIXEL_THREADS + column];
            a_0 += w_a * v.x;
            a_1 += w_a * v.y;
            a_2 += w_a * v.z;
            a_3 += w_a * v.w;
            b_0 += w_b * v.x;
            b_1 += w_b * v.y;
            b_2 += w_b * v.z;
            b_3 += w_b * v.w;
        }
        workgroupBarrier();
    }

    if live {
        write_pixel(first_pixel, outputs_a.channels, outputs_b.channels, a_0, b_0);
        write_pixel(first_pixel + PIXEL_THREADS, outputs_a.channels, outputs_b.channels, a_1, b_1);
        write_pixel(first_pixel + PIXEL_THREADS * 2u, outputs_a.channels, outputs_b.channels, a_2, b_2);
        write_pixel(first_pixel + PIXEL_THREADS * 3u, outputs_a.channels, outputs_b.channels, a_3, b_3);
    }
}
