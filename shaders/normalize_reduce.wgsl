// uses: common/grid.wgsl common/maps.wgsl
//
// y[i] = (x[i] - m) / sqrt(v + eps),   m = mean of x over the set of i,   v = mean of (x - m)^2 over it
//
// Sets are the channels of a pixel, or the pixels of a group of channels. One workgroup per set, whose
// sums are added in a tree; with ALONE one thread per set: neighbouring pixels lie side by side.
// Layouts: x and y [N, C, H, W].
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Normalize {
    // Sets, and values of each.
    sets: u32,
    count: u32,
    // Sets whose values lie side by side, how far on the next ones begin, and the step within a set.
    beside: u32,
    next: u32,
    step: u32,
    eps: f32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Normalize;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override ALONE: bool = false;

const THREADS: u32 = 64u;

var<workgroup> partial: array<f32, THREADS>;

fn read_x(i: u32) -> f32 {
    if TOGETHER {
        return y[size.x_at + i];
    }
    return x[i];
}

// The sum over the workgroup of what each thread brings.
fn added(own: f32, thread: u32) -> f32 {
    partial[thread] = own;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if thread < half {
            partial[thread] += partial[thread + half];
        }
        workgroupBarrier();
    }
    let sum = partial[0];
    workgroupBarrier();
    return sum;
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let number = workgroup_number(workgroup, workgroups);
    let wanted = select(number, number * THREADS + thread, ALONE);
    let live = wanted < size.sets;
    let own = select(0u, wanted, live);
    let start = own / size.beside * size.next + own % size.beside;
    let first = select(thread, 0u, ALONE);
    let stride = select(THREADS, 1u, ALONE);

    var sum = 0.0;
    for (var i = first; i < size.count; i += stride) {
        sum += read_x(start + i * size.step);
    }
    if !ALONE {
        sum = added(sum, thread);
    }
    let mean = sum / f32(size.count);

    var squares = 0.0;
    for (var i = first; i < size.count; i += stride) {
        let difference = read_x(start + i * size.step) - mean;
        squares += difference * difference;
    }
    if !ALONE {
        squares = added(squares, thread);
    }
    let deviation = sqrt(squares / f32(size.count) + size.eps);

    if live {
        for (var i = first; i < size.count; i += stride) {
            let at = start + i * size.step;
            y[size.y_at + at] = (read_x(at) - mean) / deviation;
        }
    }
}
