// Draws channels of a feature map as a grid of coloured cells, straight from the buffer in which
// the executor left them. Nothing is copied to the host.
//
//   colour = map[ (v - lo) / (hi - lo) ]            sequential
//   colour = map[ 1/2 + v / (2 max(|lo|, |hi|)) ]   diverging: zero is the middle
//
// values : f32, [C, H, W] row-major, the first map of the batch
// ranges : vec2(lo, hi) per channel
// Twin in Rust: ui/tensor_view.rs (`Grid::locate` is the inverse of the layout used here).

struct View {
    // Top left corner of the view and pixels per point; then how the content is moved and zoomed.
    rect_min: vec2<f32>,
    pixels_per_point: f32,
    zoom: f32,
    pan: vec2<f32>,
    // Size of a cell and of the gap between cells, in points of the content.
    cell: vec2<f32>,
    gap: f32,
    columns: u32,
    channels: u32,
    first_channel: u32,
    map_width: u32,
    map_height: u32,
    per_channel: u32,
    diverging: u32,
    range: vec2<f32>,
    // Whether the target encodes what is written (an sRGB format).
    srgb_target: u32,
    opacity: f32,
    background: vec4<f32>,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> ranges: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> colours: array<vec4<f32>, 256>;

const NOT_A_NUMBER = vec3<f32>(1.0, 0.0, 1.0);
const MOST_SAMPLES = 4.0;

@vertex
fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    // One triangle that covers the viewport.
    let corner = vec2<f32>(f32((index << 1u) & 2u), f32(index & 2u));
    return vec4<f32>(corner * 2.0 - 1.0, 0.0, 1.0);
}

fn is_nan(v: f32) -> bool {
    return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u;
}

// Gamma-encoded to linear, for targets that encode again.
fn linear(c: vec3<f32>) -> vec3<f32> {
    let low = c / 12.92;
    let high = pow((c + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, c <= vec3<f32>(0.04045));
}

fn encode(c: vec4<f32>) -> vec4<f32> {
    if (view.srgb_target != 0u) {
        return vec4<f32>(linear(c.rgb), c.a);
    }
    return c;
}

fn colour_of(v: f32, channel: u32) -> vec3<f32> {
    if (is_nan(v)) {
        return NOT_A_NUMBER;
    }
    var range = view.range;
    if (view.per_channel != 0u) {
        range = ranges[channel];
    }
    var t = 0.0;
    if (view.diverging != 0u) {
        let most = max(abs(range.x), abs(range.y));
        t = 0.5;
        if (most > 0.0) {
            t = 0.5 + 0.5 * v / most;
        }
    } else if (range.y > range.x) {
        t = (v - range.x) / (range.y - range.x);
    }
    return colours[u32(clamp(t, 0.0, 1.0) * 255.0 + 0.5)].rgb;
}

@fragment
fn fragment(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let content = (position.xy / view.pixels_per_point - view.rect_min - view.pan) / view.zoom;
    let pitch = view.cell + view.gap;
    let place = floor(content / pitch);
    let inside = content - place * pitch;
    let background = encode(view.background);
    if (any(place < vec2<f32>(0.0)) || place.x >= f32(view.columns) || any(inside >= view.cell)) {
        return background;
    }
    let index = u32(place.y) * view.columns + u32(place.x);
    if (index >= view.channels) {
        return background;
    }
    let channel = view.first_channel + index;
    let size = vec2<u32>(view.map_width, view.map_height);
    let last = vec2<i32>(size) - 1;
    let base = channel * size.x * size.y;
    // Where a screen pixel covers several values, their mean is drawn, or fine patterns would flicker.
    let values_per_pixel = vec2<f32>(size) / (view.cell * view.zoom * view.pixels_per_point);
    let samples = clamp(ceil(values_per_pixel), vec2<f32>(1.0), vec2<f32>(MOST_SAMPLES));
    let centre = inside / view.cell * vec2<f32>(size);
    var sum = 0.0;
    for (var sy = 0.0; sy < samples.y; sy += 1.0) {
        for (var sx = 0.0; sx < samples.x; sx += 1.0) {
            let shift = ((vec2<f32>(sx, sy) + 0.5) / samples - 0.5) * values_per_pixel;
            let spread = select(vec2<f32>(0.0), shift, samples > vec2<f32>(1.0));
            let texel = clamp(vec2<i32>(floor(centre + spread)), vec2<i32>(0), last);
            sum += values[base + u32(texel.y) * size.x + u32(texel.x)];
        }
    }
    let shown = colour_of(sum / (samples.x * samples.y), channel);
    let mixed = mix(view.background.rgb, shown, view.opacity);
    return encode(vec4<f32>(mixed, 1.0));
}
