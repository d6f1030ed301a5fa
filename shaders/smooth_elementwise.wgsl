// uses: common/grid.wgsl common/maps.wgsl
//
// y[i] = 1 / (1 + exp(-x[i]))                FUNCTION 0, sigmoid
// y[i] = min(max(x[i] + 3, 0), 6) / 6         FUNCTION 1, hard sigmoid
// y[i] = x[i] min(max(x[i] + 3, 0), 6) / 6    FUNCTION 2, hard swish
// y[i] = x[i] above 0, else a x[i]            FUNCTION 3, leaky ReLU
// y[i] = x[i] above 0, else a (exp(x[i]) - 1) FUNCTION 4, ELU
// y[i] = tanh(x[i])                           FUNCTION 5
// y[i] = ln(1 + exp(x[i]))                    FUNCTION 6, softplus
// y[i] = ln(x[i])                             FUNCTION 7
// y[i] = min(max(x[i], a), b)                 FUNCTION 8, clip
//
// One thread per value. Layouts: x and y have equal shapes.
// Rust twin: exec/wgpu/tests/oracle.rs, fn run.

struct Smooth {
    // N * C * H * W.
    elements: u32,
    // Numbers of the function.
    a: f32,
    b: f32,
    // First value of each map in its buffer.
    x_at: u32,
    y_at: u32,
}

@group(0) @binding(0) var<uniform> size: Smooth;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override FUNCTION: u32 = 0u;

const THREADS: u32 = 64u;

fn read_x(i: u32) -> f32 {
    if TOGETHER {
        return y[size.x_at + i];
    }
    return x[i];
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let index = workgroup_number(workgroup, workgroups) * THREADS + thread;
    if index >= size.elements {
        return;
    }
    let v = read_x(index);
    let hard = clamped(v + 3.0, 6.0) / 6.0;
    var result = 1.0 / (1.0 + exp(-v));
    if FUNCTION == 1u {
        result = hard;
    } else if FUNCTION == 2u {
        result = v * hard;
    } else if FUNCTION == 3u {
        result = select(v, size.a * v, v < 0.0);
    } else if FUNCTION == 4u {
        result = select(v, size.a * (exp(v) - 1.0), v < 0.0);
    } else if FUNCTION == 5u {
        // Beyond 10 it is 1, and some devices give no number for large ones.
        let near = select(v, 10.0, v > 10.0);
        result = tanh(select(near, -10.0, near < -10.0));
    } else if FUNCTION == 6u {
        result = select(v, 0.0, v < 0.0) + log(1.0 + exp(-abs(v)));
    } else if FUNCTION == 7u {
        result = log(v);
    } else if FUNCTION == 8u {
        let above = select(v, size.a, v < size.a);
        result = select(above, size.b, above > size.b);
    }
    y[size.y_at + index] = result;
}
