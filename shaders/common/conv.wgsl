// uses: common/maps.wgsl
//
// What all convolution kernels share: the packed convolution, the reading of maps, the writing of
// results.
//
// Output channels that read the same taps form a group (Rust: exec/taps.rs, packed by
// exec/wgpu/pack.rs). A tap is one multiply-add per output pixel. Groups are cut into blocks of
// outputs; the taps of a block are sorted by the map that they read, so that a kernel goes through
// the maps one after another and never asks of a tap which map it reads.
// Layouts: maps [N, C, H, W], row-major f32.

// A map that is read.
struct Source {
    // Its first value.
    at: u32,
    // Values of one image, C * H * W.
    image: u32,
    h: u32,
    w: u32,
    // Sides as the taps see them: half of them, rounded up, behind a 2x2 mean.
    seen_h: u32,
    seen_w: u32,
    // Step between output pixels.
    stride: u32,
    // Rows and columns from an output pixel's back to its window's first ones.
    top: i32,
    left: i32,
    // 2 behind a 2x2 mean, else 1.
    scale: i32,
    unused_0: u32,
    unused_1: u32,
}

struct Conv {
    out_h: u32,
    out_w: u32,
    // N * H' * W'.
    pixels: u32,
    // Workgroups are numbered by pixel block, then by block of outputs.
    pixel_blocks: u32,
    workgroups: u32,
    source_count: u32,
    // What is added to the sums: values of one image, width, and how often a pixel is repeated.
    residual_image: u32,
    residual_w: u32,
    residual_factor: u32,
    // Whether the results are clamped to 0 .. ceiling.
    activated: u32,
    ceiling: f32,
    unused_0: u32,
    sources: array<Source, 8>,
}

struct Tap {
    // channel * H * W + (dy * W + dx) * scale, where dy and dx count from the window's corner.
    offset: i32,
    // dy in the lower, dx in the upper 16 bits.
    dy_dx: u32,
}

// A block of outputs and its taps of one source; the blocks of all sources follow each other.
struct Block {
    tap_start: u32,
    tap_count: u32,
    // First of its outputs in `outputs`, and how many vectors of 4 they fill.
    out_start: u32,
    vectors: u32,
    // Weights: [tap][output of the group], in vectors of 4: the first, and vectors per tap.
    weight_start: u32,
    weight_step: u32,
    // Where the first output is in its vector: a block of one output may begin inside.
    component: u32,
    unused: u32,
}

@group(0) @binding(0) var<uniform> conv: Conv;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> taps: array<Tap>;
@group(0) @binding(3) var<storage, read> blocks: array<Block>;
// First value in image 0 (NO_CHANNEL fills the last vector of a group), values of one image, bias
// as bits, first value of what is added.
@group(0) @binding(4) var<storage, read> outputs: array<vec4<u32>>;
// Binding 5 are the weights, as vectors or as scalars.
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

const NO_CHANNEL: u32 = 0xffffffffu;

// Whether some tap falls outside its map; without that nothing is checked.
override PADDED: bool = true;
// Whether there is more than one source.
override SEVERAL: bool = false;
// Whether some source is read through a 2x2 mean.
override POOLED: bool = false;
// Whether a map is added to the sums.
override RESIDUAL: bool = false;

fn source_count() -> u32 {
    if SEVERAL {
        return conv.source_count;
    }
    return 1u;
}

// Where the window of an output pixel starts in a source.
struct Place {
    // Index of channel 0 at the window's first row and column; outside the map it may lie anywhere.
    base: i32,
    row: i32,
    column: i32,
}

// A pixel past the last is read like pixel 0; its result is not written.
fn place_of(pixel: u32, source: Source) -> Place {
    let p = select(0u, pixel, pixel < conv.pixels);
    let plane = conv.out_h * conv.out_w;
    let image = p / plane;
    let in_plane = p % plane;
    let row = i32(in_plane / conv.out_w * source.stride) - source.top;
    let column = i32(in_plane % conv.out_w * source.stride) - source.left;
    var offset = row * i32(source.w) + column;
    if POOLED {
        offset *= source.scale;
    }
    return Place(i32(source.at + image * source.image) + offset, row, column);
}

fn read_map(index: u32) -> f32 {
    if TOGETHER {
        return y[index];
    }
    return x[index];
}

// The source under one tap of the window, zero outside the map.
fn read_x(place: Place, tap: Tap, source: Source) -> f32 {
    let index = u32(place.base + tap.offset);
    if !PADDED && !POOLED {
        return read_map(index);
    }
    let row = u32(place.row + i32(tap.dy_dx & 0xffffu));
    let column = u32(place.column + i32(tap.dy_dx >> 16u));
    let inside = (row < source.seen_h) & (column < source.seen_w);
    let first = select(0.0, read_map(select(0u, index, inside)), inside);
    if POOLED {
        if source.scale == 2 && inside {
            return mean_from(first, index, row, column, source);
        }
    }
    return first;
}

// The mean of those pixels of a 2x2 window that lie inside the map; the first one always does.
fn mean_from(first: f32, index: u32, row: u32, column: u32, source: Source) -> f32 {
    let right = column * 2u + 1u < source.w;
    let below = row * 2u + 1u < source.h;
    var sum = first;
    if right {
        sum += read_map(index + 1u);
    }
    if below {
        sum += read_map(index + source.w);
    }
    if right && below {
        sum += read_map(index + source.w + 1u);
    }
    return sum / (select(1.0, 2.0, right) * select(1.0, 2.0, below));
}

// Where the results of an output pixel go.
struct Spot {
    image: u32,
    // Pixel in the plane of an output, and in that of what is added.
    pixel: u32,
    residual: u32,
}

fn spot_of(pixel: u32) -> Spot {
    let plane = conv.out_h * conv.out_w;
    let in_plane = pixel % plane;
    var residual = 0u;
    if RESIDUAL {
        let row = in_plane / conv.out_w / conv.residual_factor;
        residual = row * conv.residual_w + in_plane % conv.out_w / conv.residual_factor;
    }
    return Spot(pixel / plane, in_plane, residual);
}

// Finishes the value of one output at one pixel and writes it.
fn write_value(spot: Spot, output: vec4<u32>, sum: f32) {
    if output.x != NO_CHANNEL {
        var v = sum;
        if RESIDUAL {
            v += read_map(output.w + spot.image * conv.residual_image + spot.residual);
        }
        if TOGETHER {
            v = select(v, clamped(v, conv.ceiling), conv.activated != 0u);
        }
        y[output.x + spot.image * output.y + spot.pixel] = v;
    }
}

// The same for four outputs, of which `first` is the first in `outputs`.
fn write_four(spot: Spot, first: u32, v: vec4<f32>) {
    write_value(spot, outputs[first], v.x);
    write_value(spot, outputs[first + 1u], v.y);
    write_value(spot, outputs[first + 2u], v.z);
    write_value(spot, outputs[first + 3u], v.w);
}

// The biases of four outputs.
fn four_biases(first: u32) -> vec4<f32> {
    return bitcast<vec4<f32>>(vec4(
        outputs[first].z,
        outputs[first + 1u].z,
        outputs[first + 2u].z,
        outputs[first + 3u].z,
    ));
}
