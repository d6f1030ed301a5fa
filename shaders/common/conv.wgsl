// What all convolution kernels share: the layout of the packed convolution and the reading of x.
//
// Output channels that read the same taps form a group (Rust: exec/taps.rs, packed by
// exec/wgpu/conv.rs). A tap is one multiply-add per output pixel.
// Layouts: x [N, I, H, W], y [N, O, H', W'], both row-major f32.

struct Conv {
    // Plane and sides of x.
    in_h: u32,
    in_w: u32,
    // Elements of one image of x, I * H * W.
    in_image: u32,
    // Output channels and sides of y.
    out_channels: u32,
    out_h: u32,
    out_w: u32,
    stride: u32,
    pad_top: u32,
    pad_left: u32,
    // N * H' * W'.
    pixels: u32,
    // Workgroups are numbered by pixel block, then output block, then group of outputs.
    pixel_blocks: u32,
    output_blocks: u32,
    workgroups: u32,
}

struct Tap {
    // channel * H * W + dy * W + dx, where dy = ky * dilation and dx = kx * dilation.
    offset: i32,
    // dy in the lower, dx in the upper 16 bits.
    dy_dx: u32,
}

struct Group {
    tap_start: u32,
    tap_count: u32,
    // First of its outputs in `outputs`, and how many there are.
    out_start: u32,
    out_count: u32,
    // The outputs' number rounded up to whole vectors of weights, in vectors.
    out_vectors: u32,
    // First of its weights, in vectors. Weights: [tap][output].
    weight_start: u32,
}

struct Output {
    // NO_CHANNEL fills the last vector of a group.
    channel: u32,
    bias: f32,
}

const NO_CHANNEL: u32 = 0xffffffffu;

@group(0) @binding(0) var<uniform> conv: Conv;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> taps: array<Tap>;
@group(0) @binding(3) var<storage, read> groups: array<Group>;
@group(0) @binding(4) var<storage, read> outputs: array<Output>;

// Whether x has a border of zeros; without one no tap ever falls outside and nothing is checked.
override PADDED: bool = true;

// Where the window of an output pixel starts in x.
struct Place {
    // Index of channel 0 at the window's first row and column; outside the map it may be negative.
    base: i32,
    row: i32,
    column: i32,
}

// A pixel past the last is read like pixel 0; its result is not written.
fn place_of(pixel: u32) -> Place {
    let p = select(0u, pixel, pixel < conv.pixels);
    let plane = conv.out_h * conv.out_w;
    let image = p / plane;
    let in_plane = p % plane;
    let row = i32(in_plane / conv.out_w * conv.stride) - i32(conv.pad_top);
    let column = i32(in_plane % conv.out_w * conv.stride) - i32(conv.pad_left);
    return Place(i32(image * conv.in_image) + row * i32(conv.in_w) + column, row, column);
}

// x under one tap of the window, zero outside the map.
fn read_x(place: Place, tap: Tap) -> f32 {
    let index = u32(place.base + tap.offset);
    if PADDED {
        let inside = (u32(place.row + i32(tap.dy_dx & 0xffffu)) < conv.in_h)
            & (u32(place.column + i32(tap.dy_dx >> 16u)) < conv.in_w);
        return select(0.0, x[select(0u, index, inside)], inside);
    }
    return x[index];
}

// Index in y of an output pixel in channel 0.
fn y_base(pixel: u32) -> u32 {
    let plane = conv.out_h * conv.out_w;
    return pixel / plane * conv.out_channels * plane + pixel % plane;
}

// Four outputs of a group: their channels and biases.
struct FourOutputs {
    channels: vec4<u32>,
    bias: vec4<f32>,
}

fn four_outputs(group: Group, vector: u32) -> FourOutputs {
    if vector >= group.out_vectors {
        return FourOutputs(vec4(NO_CHANNEL), vec4(0.0));
    }
    let first = group.out_start + vector * 4u;
    let a = outputs[first];
    let b = outputs[first + 1u];
    let c = outputs[first + 2u];
    let d = outputs[first + 3u];
    return FourOutputs(
        vec4(a.channel, b.channel, c.channel, d.channel),
        vec4(a.bias, b.bias, c.bias, d.bias),
    );
}
