// uses: common/grid.wgsl common/maps.wgsl common/conv.wgsl
//
// y[n, o, i, j] = bias[o] + sum over taps t of o:  w[t, o] * x[n, channel(t), i*s + dy(t) - top, j*s + dx(t) - left]
//   (s, top and left belong to the source of t; a map may be added and the sum clamped)
//
// Implicit matrix product for GPUs: [outputs, taps] * [taps, pixels], where the second matrix is
// never stored but gathered from x. A workgroup computes 8 OUTPUT_THREADS outputs x 4 PIXEL_THREADS
// pixels. It goes through the taps TAPS at a time: it copies their weights and pixels to workgroup
// memory, then each thread multiplies them into its block of 8 outputs x 4 pixels in registers.
// The pixels of a thread lie PIXEL_THREADS apart, so that neighbouring threads read and write
// neighbouring pixels. Weights: [tap][output], in vectors of 4 outputs.
// Rust twin: exec/wgpu/tests/oracle.rs, fn conv2d.

@group(0) @binding(5) var<storage, read> weights: array<vec4<f32>>;

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

// Writes 8 outputs of a pixel; the block may end before them.
fn write_eight(pixel: u32, first: u32, vectors: u32, a: vec4<f32>, b: vec4<f32>) {
    if pixel < conv.pixels && vectors > 0u {
        let spot = spot_of(pixel);
        write_four(spot, first, a);
        if vectors > 1u {
            write_four(spot, first + 4u, b);
        }
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
    // The last row of workgroups may be incomplete: those past the end redo the last block.
    let live = number < conv.workgroups;
    let first_block = min(number, conv.workgroups - 1u) / conv.pixel_blocks * source_count();

    let column = thread % PIXEL_THREADS;
    let row = thread / PIXEL_THREADS;
    let first_pixel = pixel_block * PIXEL_THREADS * 4u + column;

    // This thread's 8 outputs, of which `vectors` vectors exist.
    let first_output = blocks[first_block].out_start + row * 8u;
    let block_vectors = blocks[first_block].vectors;
    let vectors = block_vectors - min(block_vectors, row * 2u);
    // Pixels 0 to 3, outputs 0 to 3 (a) and 4 to 7 (b).
    var a_0 = vec4(0.0);
    var b_0 = vec4(0.0);
    if vectors > 0u {
        a_0 = four_biases(first_output);
    }
    if vectors > 1u {
        b_0 = four_biases(first_output + 4u);
    }
    var a_1 = a_0;
    var a_2 = a_0;
    var a_3 = a_0;
    var b_1 = b_0;
    var b_2 = b_0;
    var b_3 = b_0;

    for (var s = 0u; s < source_count(); s++) {
        let source = conv.sources[s];
        let block = blocks[first_block + s];
        let place_0 = place_of(first_pixel, source);
        let place_1 = place_of(first_pixel + PIXEL_THREADS, source);
        let place_2 = place_of(first_pixel + PIXEL_THREADS * 2u, source);
        let place_3 = place_of(first_pixel + PIXEL_THREADS * 3u, source);
        for (var start = 0u; start < block.tap_count; start += TAPS) {
            for (var i = thread; i < WEIGHT_VECTORS; i += THREADS) {
                let t = start + i / (OUTPUT_THREADS * 2u);
                let vector = i % (OUTPUT_THREADS * 2u);
                var w = vec4(0.0);
                if t < block.tap_count && vector < block.vectors {
                    w = weights[block.weight_start + t * block.weight_step + vector];
                }
                weight_tile[i] = w;
            }
            for (var t = row; t < TAPS; t += OUTPUT_THREADS) {
                var v = vec4(0.0);
                if start + t < block.tap_count {
                    let tap = taps[block.tap_start + start + t];
                    v = vec4(
                        read_x(place_0, tap, source),
                        read_x(place_1, tap, source),
                        read_x(place_2, tap, source),
                        read_x(place_3, tap, source),
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
    }

    if live {
        write_eight(first_pixel, first_output, vectors, a_0, b_0);
        write_eight(first_pixel + PIXEL_THREADS, first_output, vectors, a_1, b_1);
        write_eight(first_pixel + PIXEL_THREADS * 2u, first_output, vectors, a_2, b_2);
        write_eight(first_pixel + PIXEL_THREADS * 3u, first_output, vectors, a_3, b_3);
    }
}
