//! ONNX files: each operator against values worked by hand, and small exports against a reference runtime.

mod onnx_support;

use convscope::cost::cost;
use convscope::graph::{Op, PoolKind};
use convscope::model_files::{Model, Note, TensorFile};
use half::f16;
use onnx_support::Attr::{Float, Int, Ints, Tensor, Text};
use onnx_support::{DOUBLE, File, HALF, INT64, counted, distance, info, list, raw, run};
use prost::Message;

/// The one output of a file.
#[track_caller]
fn output(file: &File, input: &[f32], dims: &[usize], expected: &[f32]) {
    let outputs = file.run(input);
    assert_eq!(outputs[0].dims, dims);
    assert!(distance(&outputs[0].values, expected) < 1e-6, "{:?}", outputs[0].values);
}

/// The operations of a file's graph, inputs left out.
fn operations(file: &File) -> Vec<&'static str> {
    let nodes = file.import().graph;
    nodes.nodes().iter().filter(|n| n.op != Op::Input).map(|n| n.op.name()).collect()
}

fn conv(input: &[i64], kernel: &[i64], attributes: Vec<(&str, onnx_support::Attr)>) -> File {
    let count = kernel.iter().product::<i64>() as usize;
    File::new(input).weight("w", kernel, &vec![1.0; count]).node("Conv", "x w", "y", attributes)
}

#[test]
fn convolutions_with_every_attribute() {
    let x = counted(9);
    // 1 2 3 / 4 5 6 / 7 8 9 under a window of four ones.
    output(&conv(&[1, 1, 3, 3], &[1, 1, 2, 2], vec![]), &x, &[1, 1, 2, 2], &[12., 16., 24., 28.]);
    // Border above and to the right only.
    let pads = vec![("pads", Ints(vec![1, 0, 0, 1]))];
    let expected = [3., 5., 3., 12., 16., 9., 24., 28., 15.];
    output(&conv(&[1, 1, 3, 3], &[1, 1, 2, 2], pads), &x, &[1, 1, 3, 3], &expected);
    let with = |auto| vec![("auto_pad", Text(auto)), ("strides", Ints(vec![2, 2]))];
    let upper = [12., 9., 15., 9.];
    output(&conv(&[1, 1, 3, 3], &[1, 1, 2, 2], with("SAME_UPPER")), &x, &[1, 1, 2, 2], &upper);
    let lower = [1., 5., 11., 28.];
    output(&conv(&[1, 1, 3, 3], &[1, 1, 2, 2], with("SAME_LOWER")), &x, &[1, 1, 2, 2], &lower);
    output(&conv(&[1, 1, 3, 3], &[1, 1, 2, 2], with("VALID")), &x, &[1, 1, 1, 1], &[12.]);
    let dilated = vec![("dilations", Ints(vec![2, 2])), ("kernel_shape", Ints(vec![2, 2]))];
    output(&conv(&[1, 1, 3, 3], &[1, 1, 2, 2], dilated), &x, &[1, 1, 1, 1], &[20.]);
    let groups = vec![("group", Int(2))];
    output(
        &conv(&[1, 2, 1, 2], &[4, 1, 1, 1], groups),
        &counted(4),
        &[1, 4, 1, 2],
        &[1., 2., 1., 2., 3., 4., 3., 4.],
    );
}

#[test]
fn kernels_of_unequal_sides_cost_only_their_taps() {
    let file = conv(&[1, 1, 3, 3], &[1, 1, 1, 3], vec![("pads", Ints(vec![0, 1, 0, 1]))]);
    output(&file, &counted(9), &[1, 1, 3, 3], &[3., 6., 5., 9., 15., 11., 15., 24., 17.]);
    let total = cost(&file.import().graph).total;
    assert_eq!((total.macs, total.params, total.stored_values), (27, 3, 3));
    let tall = conv(&[1, 1, 3, 3], &[1, 1, 3, 1], vec![("strides", Ints(vec![1, 1]))]);
    output(&tall, &counted(9), &[1, 1, 1, 3], &[12., 15., 18.]);
    // No operator stands in for such a kernel, and the reason is its own.
    let graph = file.import().graph;
    let (layer, _) = graph.iter().find(|(_, node)| node.op.name() == "conv2d").expect("a convolution");
    let refused = convscope::variants::site(&graph, layer).expect_err("a kernel of one row").to_string();
    assert!(refused.contains("not square"), "{refused}");
    // One row: the vertical stride says nothing.
    let row = conv(&[1, 1, 1, 5], &[1, 1, 1, 3], vec![("strides", Ints(vec![1, 2]))]);
    output(&row, &counted(5), &[1, 1, 1, 2], &[6., 12.]);
    // A tensor with one axis under the window.
    output(&conv(&[1, 1, 5], &[1, 1, 3], vec![]), &counted(5), &[1, 1, 3], &[6., 9., 12.]);
}

#[test]
fn a_bias_may_be_an_add() {
    let file = File::new(&[1, 1, 1, 2])
        .weight("w", &[2, 1, 1, 1], &[1.0, 10.0])
        .weight("b", &[1, 2, 1, 1], &[0.5, 0.25])
        .node("Conv", "x w", "c", vec![])
        .node("Add", "c b", "y", vec![]);
    output(&file, &[1.0, 2.0], &[1, 2, 1, 2], &[1.5, 2.5, 10.25, 20.25]);
    assert_eq!(operations(&file), ["conv2d"]);
}

#[test]
fn fully_connected_layers() {
    let gemm = File::new(&[1, 2])
        .weight("w", &[3, 2], &[1., 2., 3., 4., 5., 6.])
        .weight("b", &[3], &[1., 1., 1.])
        .node("Gemm", "x w b", "y", vec![("transB", Int(1)), ("alpha", Float(2.0)), ("beta", Float(0.5))]);
    output(&gemm, &[1., 1.], &[1, 3], &[6.5, 14.5, 22.5]);
    let matmul = File::new(&[2, 2])
        .weight("w", &[2, 3], &[1., 3., 5., 2., 4., 6.])
        .weight("b", &[3], &[1., 1., 1.])
        .node("MatMul", "x w", "m", vec![])
        .node("Add", "b m", "y", vec![]);
    output(&matmul, &[1., 1., 0., 1.], &[2, 3], &[4., 8., 12., 3., 5., 7.]);
    assert_eq!(operations(&matmul), ["linear"]);
    // What is added may be computed too.
    let computed = File::new(&[1, 2])
        .weight("w", &[2, 2], &[1., 2., 3., 4.])
        .node("Neg", "x", "c", vec![])
        .node("Gemm", "x w c", "y", vec![("alpha", Float(10.0))]);
    output(&computed, &[1., 2.], &[1, 2], &[69., 98.]);
}

#[test]
fn flattening_keeps_the_order_of_the_file() {
    // Values 1 .. 8 as two channels of 2x2, multiplied by 1, 10, 100, ...
    let powers: Vec<f32> = (0..8).map(|i| 10_f32.powi(i)).collect();
    let flat = File::new(&[1, 2, 2, 2]).weight("w", &[1, 8], &powers).node("Flatten", "x", "f", vec![]).node(
        "Gemm",
        "f w",
        "y",
        vec![("transB", Int(1))],
    );
    output(&flat, &counted(8), &[1, 1], &[87_654_321.]);
    // The same, but height and width before the channels.
    let last = File::new(&[1, 2, 2, 2])
        .weight("w", &[8, 1], &powers)
        .list("s", &[1, -1])
        .node("Transpose", "x", "t", vec![("perm", Ints(vec![0, 2, 3, 1]))])
        .node("Reshape", "t s", "f", vec![])
        .node("MatMul", "f w", "y", vec![]);
    output(&last, &counted(8), &[1, 1], &[84_736_251.]);
}

#[test]
fn channels_last_inputs_are_maps() {
    let file = File::new(&[1, 2, 1, 3])
        .weight("w", &[1, 3, 1, 1], &[1., 10., 100.])
        .node("Transpose", "x", "t", vec![("perm", Ints(vec![0, 3, 1, 2]))])
        .node("Conv", "t w", "c", vec![])
        .node("Transpose", "c", "y", vec![("perm", Ints(vec![0, 2, 3, 1]))]);
    output(&file, &counted(6), &[1, 2, 1, 1], &[321., 654.]);
    assert_eq!(operations(&file), ["conv2d"]);
    assert_eq!(file.import().graph.nodes()[0].shape.c, 3);
}

#[test]
fn norms_take_in_the_scales_behind_them() {
    let file = File::new(&[1, 2, 1, 1])
        .weight("g", &[2], &[2., 1.])
        .weight("b", &[2], &[1., 0.])
        .weight("m", &[2], &[1., 2.])
        .weight("v", &[2], &[3., 0.])
        .weight("s", &[2, 1, 1], &[10., 100.])
        .weight("t", &[1], &[0.5])
        .node("BatchNormalization", "x g b m v", "n", vec![("epsilon", Float(1.0))])
        .node("Mul", "n s", "p", vec![])
        .node("Add", "p t", "y", vec![]);
    // (3 - 1) / sqrt(4) * 2 + 1 = 3; (4 - 2) / 1 = 2.
    output(&file, &[3., 4.], &[1, 2, 1, 1], &[30.5, 200.5]);
    assert_eq!(operations(&file), ["batch_norm"]);
    assert!(file.import().notes.contains(&Note::ScalesJoined { count: 2 }));
    // A value that something else reads stays.
    let mut shown = file.clone();
    shown.outputs.push(info("n", 1, &[]));
    assert_eq!(operations(&shown), ["batch_norm"; 3]);
}

#[test]
fn shapes_that_exports_compute_are_folded() {
    let axis = || vec![("axis", Int(0))];
    let file = File::new(&[1, 4, 2, 1])
        .list("first", &[0])
        .list("rest", &[-1])
        .node("Shape", "x", "s", vec![])
        .node("Gather", "s first", "n", axis())
        .node("Concat", "n rest", "t", axis())
        .node("Relu", "x", "r", vec![])
        .node("Reshape", "r t", "y", vec![]);
    output(&file, &[-1., 2., -3., 4., 5., 6., 7., -8.], &[1, 8], &[0., 2., 0., 4., 5., 6., 7., 0.]);
    assert_eq!(operations(&file), ["relu"]);
}

#[test]
fn a_channel_shuffle_is_an_order_of_channels() {
    let file = File::new(&[1, 4, 1, 1])
        .list("split", &[1, 2, 2, 1, 1])
        .list("back", &[1, -1, 1, 1])
        .node("Reshape", "x split", "s", vec![])
        .node("Transpose", "s", "t", vec![("perm", Ints(vec![0, 2, 1, 3, 4]))])
        .node("Reshape", "t back", "u", vec![])
        .node("Relu", "u", "y", vec![]);
    output(&file, &counted(4), &[1, 4, 1, 1], &[1., 3., 2., 4.]);
    let conv = file.weight("w", &[1, 4, 1, 1], &[1., 10., 100., 1000.]).node("Conv", "y w", "z", vec![]);
    let conv = File { outputs: vec![info("z", 1, &[])], ..conv };
    output(&conv, &counted(4), &[1, 1, 1, 1], &[4231.]);
    assert_eq!(operations(&conv), ["relu", "gather_channels", "conv2d"]);
}

#[test]
fn pools_count_as_their_attributes_say() {
    let pool = |op: &str, attributes| File::new(&[1, 1, 3, 3]).node(op, "x", "y", attributes);
    let square = |k: i64, s: i64| vec![("kernel_shape", Ints(vec![k, k])), ("strides", Ints(vec![s, s]))];
    let with = |mut base: Vec<(&'static str, onnx_support::Attr)>, name, value| {
        base.push((name, value));
        base
    };
    let x = counted(9);
    output(&pool("MaxPool", square(2, 2)), &x, &[1, 1, 1, 1], &[5.]);
    let ceil = with(square(2, 2), "ceil_mode", Int(1));
    output(&pool("MaxPool", ceil), &x, &[1, 1, 2, 2], &[5., 6., 8., 9.]);
    let ceil = with(square(2, 2), "ceil_mode", Int(1));
    output(&pool("AveragePool", ceil), &x, &[1, 1, 2, 2], &[3., 4.5, 7.5, 9.]);
    let padded = || with(square(2, 2), "pads", Ints(vec![1, 1, 0, 0]));
    output(&pool("AveragePool", padded()), &x, &[1, 1, 2, 2], &[1., 2.5, 5.5, 7.]);
    let counting = pool("AveragePool", with(padded(), "count_include_pad", Int(1)));
    output(&counting, &x, &[1, 1, 2, 2], &[0.25, 1.25, 2.75, 7.]);
    let Op::Pool2d(found) = counting.import().graph.nodes()[1].op.clone() else { panic!("no pool") };
    assert_eq!(found.kind, PoolKind::AverageWithBorder);
    output(&pool("AveragePool", square(3, 1)), &x, &[1, 1, 1, 1], &[5.]);
    output(&pool("GlobalMaxPool", vec![]), &x, &[1, 1, 1, 1], &[9.]);
    let mean = vec![("axes", Ints(vec![2, 3])), ("keepdims", Int(0))];
    output(&pool("ReduceMean", mean), &x, &[1, 1], &[5.]);
}

#[test]
fn zeros_around_a_map_go_into_what_reads_it() {
    let file =
        |op: &str| File::new(&[1, 1, 2, 2]).node(op, "x", "r", vec![]).list("p", &[0, 0, 1, 1, 0, 0, 0, 0]);
    let pool = |file: File| {
        file.node("Pad", "r p", "z", vec![]).node(
            "MaxPool",
            "z",
            "y",
            vec![("kernel_shape", Ints(vec![2, 2]))],
        )
    };
    output(&pool(file("Relu")), &[-1., 2., 3., 4.], &[1, 1, 2, 2], &[0., 2., 3., 4.]);
    assert_eq!(operations(&pool(file("Relu"))), ["relu", "max_pool"]);
    // Without a ReLU a zero could win: then they are pixels of a map.
    output(&pool(file("Identity")), &[-1., -2., 3., 4.], &[1, 1, 2, 2], &[0., 0., 3., 4.]);
    assert_eq!(operations(&pool(file("Identity"))), ["pad", "max_pool"]);
    let conv = file("Identity")
        .weight("w", &[1, 1, 2, 2], &[1., 1., 1., 1.])
        .node("Pad", "r p", "z", vec![])
        .node("Conv", "z w", "y", vec![]);
    output(&conv, &counted(4), &[1, 1, 2, 2], &[1., 3., 4., 10.]);
}

#[test]
fn channels_are_split_cut_joined_and_picked() {
    let file = File::new(&[1, 4, 1, 1])
        .list("half", &[1, 3])
        .list("one", &[1])
        .list("end", &[i64::MAX])
        .list("picked", &[-1, 0])
        .node("Split", "x half", "a b", vec![("axis", Int(1))])
        .node("Slice", "b one end one", "c", vec![])
        .node("Gather", "x picked", "d", vec![("axis", Int(1))])
        .node("Concat", "c a d", "y", vec![("axis", Int(1))]);
    output(&file, &counted(4), &[1, 5, 1, 1], &[3., 4., 1., 4., 1.]);
}

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

#[test]
fn zeros_around_a_map_that_no_window_reads() {
    let pads = |file: File| file.list("p", &[0, 0, 1, 0, 0, 0, 0, 2]).node("Pad", "x p", "z", vec![]);
    let sum = pads(File::new(&[1, 1, 1, 2])).node("Relu", "z", "y", vec![]);
    output(&sum, &[-3., 5.], &[1, 1, 2, 4], &[0., 0., 0., 0., 0., 5., 0., 0.]);
    assert_eq!(operations(&sum), ["pad", "relu"]);
    // Zeros may be the largest values.
    let max =
        pads(File::new(&[1, 1, 1, 2])).node("MaxPool", "z", "y", vec![("kernel_shape", Ints(vec![2, 2]))]);
    output(&max, &[-3., -5.], &[1, 1, 1, 3], &[0., 0., 0.]);
    let last = {
        let mut file = pads(File::new(&[1, 1, 1, 2]));
        file.outputs[0].name = "z".into();
        file
    };
    output(&last, &[-3., 5.], &[1, 1, 2, 4], &[0., 0., 0., 0., -3., 5., 0., 0.]);
    assert_eq!(cost(&last.import().graph).total.macs, 0);
}

#[test]
fn zeros_around_a_map_that_ends_in_channels() {
    // N, H, W, C with zeros above and to the right, which the convolution behind the transpose reads.
    let padded = || {
        File::new(&[1, 2, 2, 2])
            .list("p", &[0, 1, 0, 0, 0, 0, 1, 0])
            .weight("w", &[1, 2, 2, 2], &[1.0; 8])
            .node("Transpose", "x", "first", vec![("perm", Ints(vec![0, 3, 1, 2]))])
            .node("Relu", "first", "r", vec![])
            .node("Transpose", "r", "last", vec![("perm", Ints(vec![0, 2, 3, 1]))])
            .node("Pad", "last p", "z", vec![])
    };
    let conv = padded().node("Transpose", "z", "t", vec![("perm", Ints(vec![0, 3, 1, 2]))]).node(
        "Conv",
        "t w",
        "y",
        vec![],
    );
    output(&conv, &counted(8), &[1, 1, 2, 2], &[10., 7., 36., 22.]);
    assert_eq!(operations(&conv), ["relu", "conv2d"]);
    let neg = padded().node("Neg", "z", "y", vec![]);
    let expected = [0., 0., 0., 0., 0., 0., -1., -2., -3., -4., 0., 0., -5., -6., -7., -8., 0., 0.];
    output(&neg, &counted(8), &[1, 3, 3, 2], &expected);
    assert_eq!(operations(&neg), ["relu", "pad", "batch_norm"]);
}

#[test]
fn one_channel_at_the_end_is_one_at_the_front() {
    // What tf2onnx makes of a grey picture: the axes are named anew, not moved.
    let file = File::new(&[1, 2, 3, 1])
        .list("s", &[-1, 1, 2, 3])
        .weight("w", &[1, 1, 2, 2], &[1.0; 4])
        .node("Reshape", "x s", "r", vec![])
        .node("Conv", "r w", "y", vec![]);
    output(&file, &counted(6), &[1, 1, 1, 2], &[12., 16.]);
}

#[test]
fn pixels_are_repeated() {
    let file = File::new(&[1, 1, 1, 2]).weight("scales", &[4], &[1., 1., 2., 2.]).node(
        "Resize",
        "x - scales",
        "y",
        vec![
            ("mode", Text("nearest")),
            ("coordinate_transformation_mode", Text("asymmetric")),
            ("nearest_mode", Text("floor")),
        ],
    );
    output(&file, &[1., 2.], &[1, 1, 2, 4], &[1., 1., 2., 2., 1., 1., 2., 2.]);
}

#[test]
fn weights_of_every_type_and_place() {
    let expected = [0.5, -2.0];
    let bits = |v: f32| i32::from(f16::from_f32(v).to_bits());
    let tensors = [
        raw("w", &[2, 1, 1, 1], &expected),
        convscope::model_files::onnx::proto::TensorProto {
            raw_data: Default::default(),
            float_data: expected.to_vec(),
            ..raw("w", &[2, 1, 1, 1], &expected)
        },
        convscope::model_files::onnx::proto::TensorProto {
            raw_data: expected.iter().flat_map(|&v| f64::from(v).to_le_bytes()).collect::<Vec<u8>>().into(),
            data_type: DOUBLE,
            ..raw("w", &[2, 1, 1, 1], &expected)
        },
        convscope::model_files::onnx::proto::TensorProto {
            raw_data: Default::default(),
            int32_data: expected.iter().map(|&v| bits(v)).collect(),
            data_type: HALF,
            ..raw("w", &[2, 1, 1, 1], &expected)
        },
    ];
    for tensor in tensors {
        let mut file = File::new(&[1, 1, 1, 1]).node("Conv", "x w", "y", vec![]);
        file.tensors.push(tensor.clone());
        output(&file, &[4.0], &[1, 2, 1, 1], &[2.0, -8.0]);
        let node = File::new(&[1, 1, 1, 1]).node("Constant", "", "w", vec![("value", Tensor(tensor))]).node(
            "Conv",
            "x w",
            "y",
            vec![],
        );
        output(&node, &[4.0], &[1, 2, 1, 1], &[2.0, -8.0]);
    }
}

#[test]
fn the_graph_ends_before_a_node_that_is_not_supported() {
    let file = conv(&[1, 1, 3, 3], &[1, 1, 2, 2], vec![]);
    let mut file = File { outputs: vec![info("z", 1, &[])], ..file };
    file = file.node("Relu", "y", "r", vec![]).node("Sin", "r", "e", vec![]).node("Relu", "e", "z", vec![]);
    let imported = file.import();
    let note = imported.notes.iter().find_map(|n| match n {
        Note::Unsupported { node, op, place: 3, of: 4, .. } => Some((node.as_str(), op.as_str())),
        _ => None,
    });
    assert_eq!(note, Some(("sin2", "Sin")));
    let outputs = run(&imported, &[counted(9)]);
    assert_eq!(outputs[0].name, "r");
    assert_eq!(outputs[0].values, [12., 16., 24., 28.]);
    // A node that no output needs does no harm.
    let idle = conv(&[1, 1, 3, 3], &[1, 1, 2, 2], vec![]).node("Sin", "y", "e", vec![]);
    assert_eq!(idle.import().notes, []);
    // Nothing before it: an error that names it.
    let first = File::new(&[1, 1, 3, 3]).node("Sin", "x", "y", vec![]).refused();
    assert!(first.contains("'sin0' (Sin)"), "{first}");
    // What reads constants alone is not where the network ends, but where its result joins a map.
    let file = File::new(&[1, 1, 1, 2])
        .weight("c", &[1, 1, 1, 2], &[1., 2.])
        .node("Relu", "x", "r", vec![])
        .node("Sin", "c", "s", vec![])
        .node("Transpose", "s", "t", vec![])
        .node("Add", "r t", "y", vec![])
        .import();
    assert!(file.notes.iter().any(|n| matches!(n, Note::Unsupported { op, .. } if op == "Sin")));
    assert_eq!(run(&file, &[vec![-1., 2.]])[0].values, [0., 2.]);
}

#[test]
fn open_sides_are_chosen_and_said() {
    let file = conv(&[0, 1, 0, 0], &[1, 1, 2, 2], vec![]);
    let imported = file.import();
    assert_eq!(imported.inputs[0].dims, [1, 1, 224, 224]);
    let note = Note::OpenSides { input: "x".into(), sides: "1x1x224x224".into() };
    assert_eq!(imported.notes, [note]);
    // Given inputs choose them; weights may be inputs too.
    let mut open = file.clone();
    open.tensors.clear();
    open.inputs.push(info("w", 1, &[1, 1, 2, 2]));
    assert!(open.refused().contains("'w' is an input"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("in.safetensors");
    let tensor = |name: &str, dims: &[usize], values: Vec<f32>| convscope::model_files::OutputTensor {
        name: name.into(),
        dims: dims.to_vec(),
        values,
    };
    let tensors = [tensor("x", &[2, 1, 2, 2], counted(8)), tensor("w", &[1, 1, 2, 2], vec![1.0; 4])];
    convscope::model_files::write_outputs(&path, &tensors).expect("a file");
    let given = TensorFile::parse("in", std::fs::read(&path).expect("it is there")).expect("tensors");
    let imported =
        convscope::model_files::onnx::import(open.bytes().into(), Some(&given)).expect("a network");
    assert_eq!(run(&imported, &[counted(8)])[0].values, [10., 26.]);
}

#[test]
fn a_model_says_what_was_assumed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tiny.onnx");
    let file = conv(&[1, 3, 8, 8], &[2, 3, 8, 8], vec![]);
    std::fs::write(&path, file.bytes()).expect("a file");
    let model = Model::load(&path).expect("a model");
    assert_eq!(model.notes, [Note::PreparedAsImageNet, Note::NoSoftmax]);
    assert_eq!((model.manifest.name.as_str(), model.manifest.input.width), ("tiny", 8));
    assert!(model.takes_photo().is_ok() && model.labels.is_empty());
    // A manifest beside it says otherwise.
    let manifest = include_str!("../sample_models/squeezenet1_1.json")
        .replace("\"squeezenet1_1.safetensors\"", "\"tiny.onnx\"")
        .replace("imagenet1k.json", "");
    std::fs::write(folder.path().join("tiny.json"), manifest).expect("a file");
    let model = Model::load(&path).expect("a model");
    assert_eq!((model.manifest.mean[0], model.notes.len()), (104.0, 0));
}

/// Small networks with random weights, exported by PyTorch and Keras, with what ONNX Runtime makes of an input.
#[test]
fn exports_agree_with_a_reference_runtime() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the exports") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "onnx") {
            continue;
        }
        count += 1;
        let values = std::fs::read(path.with_extension("safetensors")).expect("its values");
        let values = TensorFile::parse("values", values).expect("tensors");
        let model = Model::load(&path).expect("a model");
        assert!(!model.notes.iter().any(|n| matches!(n, Note::Unsupported { .. })), "{:?}", model.notes);
        let (_, input) = values.tensor("input").expect("an input");
        let (dims, expected) = values.tensor("output").expect("an output");
        let bytes = std::fs::read(&path).expect("it is there");
        let imported = convscope::model_files::onnx::import(bytes.into(), None).expect("a network");
        let output = &run(&imported, &[input])[0];
        assert_eq!(output.dims, dims, "{}", path.display());
        let distance = distance(&output.values, &expected);
        assert!(distance < 1e-5, "{}: {distance}", path.display());
    }
    assert!(count >= 4);
}

#[test]
fn messages_of_other_tools_are_skipped() {
    // A list beside the tensors that nothing reads, an integer output of `Shape`, unknown fields.
    let mut file = conv(&[1, 1, 3, 3], &[1, 1, 2, 2], vec![]);
    file.tensors.push(list("unused", &[1, 2, 3]));
    file.outputs.push(info("s", INT64, &[4]));
    let file = file.node("Shape", "y", "s", vec![]);
    let mut bytes = file.bytes();
    // Field 6 of the model: its documentation.
    bytes.extend([0x32, 3, b'a', b'b', b'c']);
    let imported = convscope::model_files::onnx::import(bytes.into(), None).expect("a network");
    assert_eq!(imported.notes, [Note::FixedOutput { name: "s".into() }]);
    assert!(file.nodes[0].encoded_len() > 0);
}

/// Networks with standardised weights: the export computes them with nodes, and with those for the statistics.
#[test]
fn weights_may_be_standardised_by_nodes() {
    let one = File::new(&[1, 1, 1, 2])
        .weight("raw", &[1, 2, 2], &[1., 3., 0., 4.])
        .weight("turned", &[1, 2, 2], &[1., 0., 3., 4.])
        .weight("scale", &[2], &[1., 2.])
        .weight("shift", &[2], &[0., 1.])
        .list("shape", &[2, 1, 1, 2])
        .node("ReduceMean", "turned", "mean", vec![("axes", Ints(vec![0, 1])), ("keepdims", Int(1))])
        .node("Sub", "turned mean", "less", vec![])
        .node("Mul", "less less", "square", vec![])
        .node("ReduceMean", "square", "var", vec![("axes", Ints(vec![0, 1])), ("keepdims", Int(0))])
        .node("ReduceMean", "turned", "flat", vec![("axes", Ints(vec![0, 1])), ("keepdims", Int(0))])
        .node(
            "BatchNormalization",
            "raw scale shift flat var",
            "w",
            vec![("training_mode", Int(1)), ("epsilon", Float(0.0))],
        )
        .node("Reshape", "w shape", "k", vec![])
        .node("Conv", "x k", "y", vec![]);
    // -1 1 of mean 2 and deviation 1; -1 3 of mean 2 and deviation 2, doubled and shifted.
    output(&one, &[1., 10.], &[1, 2, 1, 1], &[9., -1. + 30.]);
    let wrong = File::new(&[1, 2, 1, 1])
        .weight("a", &[1, 2, 2], &[1.; 4])
        .weight("b", &[1, 3, 2], &[1.; 6])
        .node("Add", "a b", "w", vec![])
        .node("Conv", "x w", "y", vec![])
        .refused();
    assert!(wrong.contains("do not fit"), "{wrong}");
}
