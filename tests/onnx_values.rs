//! ONNX: functions of each value and products of maps, against values worked by hand.

mod onnx_support;

use onnx_support::Attr::{Float, Int, Ints};
use onnx_support::{File, operations, output};

#[test]
fn products_of_maps() {
    // Squeeze and excitation: each channel times the sigmoid of its mean.
    let file = File::new(&[1, 2, 1, 2])
        .node("GlobalAveragePool", "x", "m", vec![])
        .node("Sigmoid", "m", "s", vec![])
        .node("Mul", "s x", "y", vec![]);
    let sigmoid = |v: f32| 1.0 / (1.0 + (-v).exp());
    let (a, b) = (sigmoid(2.0), sigmoid(-1.0));
    output(&file, &[1., 3., 0., -2.], &[1, 2, 1, 2], &[a, 3. * a, 0., -2. * b]);
    // The same with the channels at the end.
    let last = File::new(&[1, 1, 2, 2])
        .node("Transpose", "x", "f", vec![("perm", Ints(vec![0, 3, 1, 2]))])
        .node("Relu", "f", "r", vec![])
        .node("Transpose", "r", "t", vec![("perm", Ints(vec![0, 2, 3, 1]))])
        .node("ReduceMean", "t", "m", vec![("axes", Ints(vec![1, 2])), ("keepdims", Int(1))])
        .node("Mul", "t m", "y", vec![]);
    output(&last, &[1., 0., 3., 4.], &[1, 1, 2, 2], &[2., 0., 6., 8.]);
    let swish = File::new(&[1, 1, 1, 2]).node("Sigmoid", "x", "s", vec![]).node("Mul", "x s", "y", vec![]);
    output(&swish, &[1., -2.], &[1, 1, 1, 2], &[sigmoid(1.0), -2. * sigmoid(-2.0)]);
    let hard = File::new(&[1, 1, 1, 3]).node("HardSwish", "x", "y", vec![]);
    output(&hard, &[-4., 1., 4.], &[1, 1, 1, 3], &[0., 4. / 6., 4.]);
}

#[test]
fn limits_of_values() {
    let clip = |low: f32, high: f32| {
        let file = File::new(&[1, 1, 1, 3]).weight("low", &[], &[low]).weight("high", &[], &[high]);
        file.node("Clip", "x low high", "y", vec![])
    };
    output(&clip(0.0, 6.0), &[-1., 3., 9.], &[1, 1, 1, 3], &[0., 3., 6.]);
    assert_eq!(operations(&clip(0.0, 6.0)), ["relu6"]);
    output(&clip(-1.0, 1.0), &[-3., 0.5, 9.], &[1, 1, 1, 3], &[-1., 0.5, 1.]);
    assert_eq!(operations(&clip(-1.0, 1.0)), ["clip"]);
    assert!(clip(2.0, 1.0).refused().contains("limits 2 and 1"));
    let old = File::new(&[1, 1, 1, 3]).opset(7).node(
        "Clip",
        "x",
        "y",
        vec![("min", Float(0.)), ("max", Float(6.))],
    );
    output(&old, &[-1., 3., 9.], &[1, 1, 1, 3], &[0., 3., 6.]);
}

#[test]
fn functions_of_each_value() {
    let x = [-2.0, -0.5, 0.0, 3.0];
    let function = |op: &str, attributes: Vec<(&str, onnx_support::Attr)>| {
        File::new(&[1, 1, 1, 4]).node(op, "x", "y", attributes)
    };
    #[track_caller]
    fn each(file: &File, x: &[f32], nodes: &[&str], f: impl Fn(f64) -> f64) {
        let expected: Vec<f32> = x.iter().map(|&v| f(f64::from(v)) as f32).collect();
        output(file, x, &[1, 1, 1, 4], &expected);
        assert_eq!(operations(file), nodes);
    }
    let leaky = |a: f64| move |v: f64| if v < 0.0 { a * v } else { v };
    let elu = |a: f64| move |v: f64| if v < 0.0 { a * (v.exp() - 1.0) } else { v };
    let softplus = |v: f64| (1.0 + v.exp()).ln();
    each(&function("LeakyRelu", vec![]), &x, &["leaky_relu"], leaky(0.01));
    each(&function("LeakyRelu", vec![("alpha", Float(0.25))]), &x, &["leaky_relu"], leaky(0.25));
    each(&function("Elu", vec![("alpha", Float(2.0))]), &x, &["elu"], elu(2.0));
    let selu = |v: f64| 1.050_701 * elu(1.673_263_2)(v);
    each(&function("Selu", vec![]), &x, &["elu", "batch_norm"], selu);
    each(&function("Tanh", vec![]), &x, &["tanh"], f64::tanh);
    each(&function("Softplus", vec![]), &x, &["softplus"], softplus);
    each(&function("Neg", vec![]), &x, &["batch_norm"], |v| -v);
    let mish = |v: f64| v * softplus(v).tanh();
    each(&function("Mish", vec![]), &x, &["softplus", "tanh", "multiply"], mish);
    let hard = |v: f64| (0.2 * v + 0.5).clamp(0.0, 1.0);
    each(&function("HardSigmoid", vec![]), &x, &["batch_norm", "clip"], hard);
    let steep = |v: f64| (0.25 * v + 0.25).clamp(0.0, 1.0);
    let attributes = vec![("alpha", Float(0.25)), ("beta", Float(0.25))];
    each(&function("HardSigmoid", attributes), &x, &["batch_norm", "clip"], steep);
}

#[test]
fn limits_may_be_the_other_value() {
    let file = File::new(&[1, 1, 1, 3])
        .weight("zero", &[], &[0.0])
        .weight("six", &[1], &[6.0])
        .node("Max", "x zero", "m", vec![])
        .node("Min", "six m", "y", vec![]);
    output(&file, &[-1., 3., 9.], &[1, 1, 1, 3], &[0., 3., 6.]);
    assert_eq!(operations(&file), ["relu", "clip"]);
}

#[test]
fn slopes_per_channel() {
    let prelu = |dims: &[i64], slopes: &[f32]| {
        File::new(&[1, 2, 1, 2]).weight("s", dims, slopes).node("PRelu", "x s", "y", vec![])
    };
    let x = [-1., 2., -3., 4.];
    output(&prelu(&[2, 1, 1], &[0.5, 0.25]), &x, &[1, 2, 1, 2], &[-0.5, 2., -0.75, 4.]);
    output(&prelu(&[2], &[0.5, 0.25]), &x, &[1, 2, 1, 2], &[-0.5, 2., -0.75, 4.]);
    output(&prelu(&[1], &[0.5]), &x, &[1, 2, 1, 2], &[-0.5, 2., -1.5, 4.]);
    assert_eq!(operations(&prelu(&[2, 1, 1], &[0.5, 0.5])), ["leaky_relu"]);
    // A slope for each pixel.
    output(&prelu(&[1, 1, 2], &[0.5, 2.0]), &[-1., -2., 3., -4.], &[1, 2, 1, 2], &[-0.5, -4., 3., -8.]);
    assert!(prelu(&[3, 1, 1], &[0.5, 1.0, 2.0]).refused().contains("does not fit a map"));
}

#[test]
fn logarithms_of_classes() {
    let file = File::new(&[1, 3]).node("LogSoftmax", "x", "y", vec![]);
    let sum = (1_f32.exp() + 2_f32.exp() + 4_f32.exp()).ln();
    output(&file, &[1., 2., 4.], &[1, 3], &[1. - sum, 2. - sum, 4. - sum]);
    assert_eq!(operations(&file), ["softmax", "log"]);
}
