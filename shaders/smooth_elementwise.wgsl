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
// y[i] = x[i] (1 + erf(x[i] / sqrt(2))) / 2   FUNCTION 9, GELU
// y[i] = x[i] (1 + tanh(sqrt(2 / pi) (x[i] + 0.044715 x[i]^3))) / 2
//                                             FUNCTION 10, GELU with tanh
// y[i] = erf(x[i])                            FUNCTION 11
// y[i] = exp(x[i])                            FUNCTION 12
// y[i] = |x[i]|                               FUNCTION 13
// y[i] = sqrt(x[i])                           FUNCTION 14
// y[i] = 1 / x[i]                             FUNCTION 15
// y[i] = x[i] / (1 + |x[i]|)                  FUNCTION 16, softsign
// y[i] = x[i] above a, else 0                 FUNCTION 17, threshold
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

// 1 - erf(z) of a z that is not negative: Chebyshev's fit of Numerical Recipes (erfcc), to 1.2e-7 of
// the result, however small that is.
fn erfc_above(z: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.5 * z);
    let near = t * 0.17087277 - 0.82215223;
    let inner = t * (t * (t * near + 1.48851587) - 1.13520398) + 0.27886807;
    let sum = t * (t * (t * (t * inner - 0.18628806) + 0.09678418) + 0.37409196) + 1.00002368;
    return t * exp(t * sum - 1.26551223 - z * z);
}

// The share of the normal distribution below v. The largest 13 is beyond what differs from 0 or 1; the
// comparisons are so that NaN stays NaN.
fn share_below(v: f32) -> f32 {
    let side = abs(v) * 0.70710678;
    let far = 0.5 * erfc_above(select(side, 13.0, side > 13.0));
    return select(far, 1.0 - far, v > 0.0);
}

// Near 0 the first terms of the series, which keep the digits of small values.
fn erf(v: f32) -> f32 {
    let side = abs(v);
    let s = v * v;
    let series = 1.12837917 * v
        * (1.0 - s * (1.0 / 3.0 - s * (0.1 - s * (1.0 / 42.0 - s * (1.0 / 216.0 - s / 1320.0)))));
    let far = 1.0 - erfc_above(select(side, 13.0, side > 13.0));
    return select(select(far, -far, v < 0.0), series, side < 0.5);
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
    } else if FUNCTION == 9u {
        result = v * share_below(v);
    } else if FUNCTION == 10u {
        result = v / (1.0 + exp(-1.59576912 * (v + 0.044715 * v * v * v)));
    } else if FUNCTION == 11u {
        result = erf(v);
    } else if FUNCTION == 12u {
        result = exp(v);
    } else if FUNCTION == 13u {
        result = abs(v);
    } else if FUNCTION == 14u {
        result = sqrt(v);
    } else if FUNCTION == 15u {
        result = 1.0 / v;
    } else if FUNCTION == 16u {
        // What it comes to at the ends: a large number stands for infinity.
        let near = select(v, 1e30, v > 1e30);
        let both = select(near, -1e30, near < -1e30);
        result = both / (1.0 + abs(both));
    } else if FUNCTION == 17u {
        result = select(v, 0.0, v <= size.a);
    }
    y[size.y_at + index] = result;
}
