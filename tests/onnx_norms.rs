//! ONNX: functions of each value and norms of whole exports, node by node against numbers worked by hand.

mod onnx_support;

use convscope::model_files::Note;
use onnx_support::Attr::{Float, Int, Ints, Text};
use onnx_support::{File, distance, operations, output};

/// The reason why the graph ends, and where.
fn ends(file: &File) -> String {
    match file.import().notes.iter().find(|n| matches!(n, Note::Unsupported { .. })) {
        Some(Note::Unsupported { node, reason, .. }) => format!("{node}: {reason}"),
        _ => String::new(),
    }
}

#[test]
fn functions_of_each_value() {
    let x = [-2.0, -0.5, 1.0, 3.0];
    let function = |op: &str, attributes: Vec<(&str, onnx_support::Attr)>| {
        File::new(&[1, 1, 1, 4]).opset(20).node(op, "x", "y", attributes)
    };
    #[track_caller]
    fn each(file: &File, x: &[f32], nodes: &[&str], expected: &[f32]) {
        output(file, x, &[1, 1, 1, 4], expected);
        assert_eq!(operations(file), nodes);
    }
    // Shares of the normal distribution from a table: 0.0227501, 0.3085375, 0.8413447, 0.9986501.
    let gelu = [-0.045_500_26, -0.154_268_77, 0.841_344_7, 2.995_950_3];
    each(&function("Gelu", vec![]), &x, &["gelu"], &gelu);
    let tanh = function("Gelu", vec![("approximate", Text("tanh"))]);
    each(&tanh, &x, &["gelu_tanh"], &[-0.045_402_3, -0.154_286, 0.841_192, 2.996_362_6]);
    each(&function("Erf", vec![]), &x, &["erf"], &[-0.995_322_3, -0.520_499_9, 0.842_700_8, 0.999_977_9]);
    each(&function("Exp", vec![]), &x, &["exp"], &[0.135_335_28, 0.606_530_7, 2.718_281_7, 20.085_537]);
    each(&function("Abs", vec![]), &x, &["abs"], &[2.0, 0.5, 1.0, 3.0]);
    each(&function("Sqrt", vec![]), &[0.0, 0.25, 4.0, 9.0], &["sqrt"], &[0.0, 0.5, 2.0, 3.0]);
    each(&function("Reciprocal", vec![]), &x, &["reciprocal"], &[-0.5, -2.0, 1.0, 0.333_333_34]);
    each(&function("Softsign", vec![]), &x, &["softsign"], &[-0.666_666_7, -0.333_333_34, 0.5, 0.75]);
    let threshold = function("ThresholdedRelu", vec![("alpha", Float(0.75))]);
    each(&threshold, &x, &["threshold"], &[0.0, 0.0, 1.0, 3.0]);
    each(&function("ThresholdedRelu", vec![]), &x, &["threshold"], &[0.0, 0.0, 0.0, 3.0]);
    // x / (1 + exp(-x)).
    let swish = [-0.238_405_84, -0.188_770_33, 0.731_058_6, 2.857_722_3];
    each(&function("Swish", vec![]), &x, &["sigmoid", "multiply"], &swish);
    let steep = [-0.035_972_42, -0.134_470_71, 0.880_797_1, 2.992_582];
    let nodes = ["batch_norm", "sigmoid", "multiply"];
    each(&function("Swish", vec![("alpha", Float(2.0))]), &x, &nodes, &steep);
    // 2 (exp(x / 2) - 1) below 0.
    let celu = [-1.264_241_1, -0.442_398_43, 1.0, 3.0];
    let nodes = ["batch_norm", "elu", "batch_norm"];
    each(&function("Celu", vec![("alpha", Float(2.0))]), &x, &nodes, &celu);
    each(&function("Celu", vec![]), &x, &["elu"], &[-0.864_664_7, -0.393_469_33, 1.0, 3.0]);
    let wrong = function("Gelu", vec![("approximate", Text("none at all"))]);
    assert!(wrong.refused().contains("'approximate'"));
}

#[test]
fn powers_with_a_fixed_exponent() {
    let power = |exponent: f32| {
        File::new(&[1, 1, 1, 3]).weight("e", &[], &[exponent]).node("Pow", "x e", "y", vec![])
    };
    let x = [4.0, 1.0, 0.25];
    for (exponent, nodes, expected) in [
        (2.0, vec!["multiply"], [16.0, 1.0, 0.0625]),
        (3.0, vec!["multiply", "multiply"], [64.0, 1.0, 0.015_625]),
        (0.5, vec!["sqrt"], [2.0, 1.0, 0.5]),
        (-1.0, vec!["reciprocal"], [0.25, 1.0, 4.0]),
        (-0.5, vec!["sqrt", "reciprocal"], [0.5, 1.0, 2.0]),
    ] {
        output(&power(exponent), &x, &[1, 1, 1, 3], &expected);
        assert_eq!(operations(&power(exponent)), nodes);
    }
}

/// GELU as exports before version 20 write it, with its factors in each order.
#[test]
fn a_gelu_that_is_written_out_is_one_operation() {
    let start = || {
        File::new(&[1, 1, 1, 2])
            .weight("root", &[], &[std::f32::consts::SQRT_2])
            .weight("one", &[], &[1.0])
            .weight("half", &[], &[0.5])
            .node("Div", "x root", "d", vec![])
            .node("Erf", "d", "e", vec![])
            .node("Add", "e one", "s", vec![])
    };
    let x_first = start().node("Mul", "x s", "p", vec![]).node("Mul", "p half", "y", vec![]);
    let half_first = start().node("Mul", "half s", "p", vec![]).node("Mul", "p x", "y", vec![]);
    let half_of_x = start().node("Mul", "x half", "h", vec![]).node("Mul", "h s", "y", vec![]);
    for file in [&x_first, &half_first, &half_of_x] {
        output(file, &[1.0, -2.0], &[1, 1, 1, 2], &[0.841_344_7, -0.045_500_26]);
        assert_eq!(operations(file), ["gelu"]);
    }
    // Its numbers as nodes right before those that read them, and half of x before all.
    let scalar = |v: f32| vec![("value", onnx_support::Attr::Tensor(onnx_support::raw("", &[], &[v])))];
    let nodes = File::new(&[1, 1, 1, 2])
        .node("Constant", "", "half", scalar(0.5))
        .node("Mul", "half x", "h", vec![])
        .node("Constant", "", "root", scalar(0.707_106_77))
        .node("Mul", "x root", "d", vec![])
        .node("Erf", "d", "e", vec![])
        .node("Constant", "", "one", scalar(1.0))
        .node("Add", "one e", "s", vec![])
        .node("Mul", "h s", "y", vec![]);
    output(&nodes, &[1.0, -2.0], &[1, 1, 1, 2], &[0.841_344_7, -0.045_500_26]);
    assert_eq!(operations(&nodes), ["gelu"]);
    // Another number, or a value that is read elsewhere: the nodes stay.
    let mut other = x_first.clone();
    other.tensors[0] = onnx_support::raw("root", &[], &[2.0]);
    output(&other, &[2.0, -2.0], &[1, 1, 1, 2], &[1.842_700_8, -0.157_299_2]);
    assert_eq!(operations(&other), ["batch_norm", "erf", "batch_norm", "multiply", "batch_norm"]);
    let mut read = x_first.clone();
    read.outputs.push(onnx_support::info("e", 1, &[]));
    assert_eq!(operations(&read).len(), 5);
    let outputs = read.run(&[1.0, -2.0]);
    assert!(distance(&outputs[1].values, &[0.682_689_5, -0.954_499_7]) < 1e-6);
}

/// Rows of two channels, NHWC.
fn last() -> File {
    File::new(&[1, 2, 1, 2])
        .node("Transpose", "x", "f", vec![("perm", Ints(vec![0, 3, 1, 2]))])
        .node("Relu", "f", "r", vec![])
        .node("Transpose", "r", "t", vec![("perm", Ints(vec![0, 2, 3, 1]))])
}

#[test]
fn a_product_over_channels_that_lie_last_is_a_convolution() {
    let file = last()
        .weight("w", &[2, 3], &[1., 2., 3., 10., 20., 30.])
        .weight("b", &[3], &[0.5, 0.25, 0.])
        .node("MatMul", "t w", "m", vec![])
        .node("Add", "b m", "y", vec![]);
    // 1 + 20, 2 + 40, 3 + 60; 3 + 40, 6 + 80, 9 + 120.
    output(&file, &[1., 2., 3., 4.], &[1, 2, 1, 3], &[21.5, 42.25, 63., 43.5, 86.25, 129.]);
    assert_eq!(operations(&file), ["relu", "conv2d"]);
    let total = convscope::cost::cost(&file.import().graph).total;
    assert_eq!((total.macs, total.params), (12, 9));
    // The pixels on one axis, the matrix transposed; then on two again.
    let gemm = last()
        .list("flat", &[-1, 2])
        .list("map", &[1, 2, 1, 1])
        .weight("w", &[1, 2], &[1., 10.])
        .weight("b", &[1], &[1.])
        .node("Reshape", "t flat", "p", vec![])
        .node("Gemm", "p w b", "m", vec![("transB", Int(1)), ("alpha", Float(2.0)), ("beta", Float(0.5))])
        .node("Reshape", "m map", "y", vec![]);
    output(&gemm, &[1., 2., 3., 4.], &[1, 2, 1, 1], &[42.5, 86.5]);
    assert_eq!(operations(&gemm), ["relu", "conv2d"]);
    let wrong = last().weight("w", &[3, 1], &[1.; 3]).node("MatMul", "t w", "y", vec![]);
    assert!(wrong.refused().contains("does not fit"), "{}", wrong.refused());
    let batch = last().weight("w", &[1, 2, 1], &[1.; 2]).node("MatMul", "t w", "y", vec![]);
    assert!(ends(&batch).contains("not one with a matrix"), "{}", ends(&batch));
}

#[test]
fn differences_quotients_and_means_of_maps() {
    let two = |op: &str| File::new(&[1, 2, 1, 1]).node("Abs", "x", "a", vec![]).node(op, "x a", "y", vec![]);
    output(&two("Sub"), &[3., -2.], &[1, 2, 1, 1], &[0., -4.]);
    assert_eq!(operations(&two("Sub")), ["abs", "batch_norm", "add"]);
    output(&two("Div"), &[3., -2.], &[1, 2, 1, 1], &[1., -1.]);
    assert_eq!(operations(&two("Div")), ["abs", "reciprocal", "multiply"]);
    let mean = File::new(&[1, 1, 1, 2]).node("Abs", "x", "a", vec![]).node("Mean", "x a x", "y", vec![]);
    output(&mean, &[3., -6.], &[1, 1, 1, 2], &[3., -2.]);
    // A map over one number per channel, and the other way round.
    let pooled = |inputs| {
        File::new(&[1, 1, 1, 2]).node("GlobalAveragePool", "x", "m", vec![]).node("Div", inputs, "y", vec![])
    };
    output(&pooled("x m"), &[1., 3.], &[1, 1, 1, 2], &[0.5, 1.5]);
    output(&pooled("m x"), &[1., 4.], &[1, 1, 1, 2], &[2.5, 0.625]);
    let sum = File::new(&[1, 2, 1, 2]).list("axes", &[-1, 2]).node(
        "ReduceSum",
        "x axes",
        "y",
        vec![("keepdims", Int(0))],
    );
    output(&sum, &[1., 3., 2., 8.], &[1, 2], &[4., 10.]);
    let number = File::new(&[1, 1, 1, 2]).weight("c", &[], &[6.0]).node("Div", "c x", "y", vec![]);
    output(&number, &[2., -3.], &[1, 1, 1, 2], &[3., -2.]);
}

#[test]
fn norms_over_the_channels_of_each_pixel() {
    // Pixels (1, 3) and (2, 8): means 2 and 5, variances 1 and 9.
    let x = [1., 3., 2., 8.];
    let file = last()
        .weight("g", &[2], &[2., 10.])
        .weight("b", &[2], &[0.5, 0.])
        .node("LayerNormalization", "t g b", "y", vec![("epsilon", Float(0.0))])
        .opset(17);
    output(&file, &x, &[1, 2, 1, 2], &[-1.5, 10., -1.5, 10.]);
    assert_eq!(operations(&file), ["relu", "layer_norm", "batch_norm"]);
    // eps is added to the variance: 1 + 3 = 4, and 9 + 7 = 16 would be another.
    let eps = last()
        .weight("g", &[2], &[1., 1.])
        .node("LayerNormalization", "t g", "y", vec![("epsilon", Float(3.0))])
        .opset(17);
    let other = 3.0 / 12_f32.sqrt();
    output(&eps, &x, &[1, 2, 1, 2], &[-0.5, 0.5, -other, other]);
    assert_eq!(operations(&eps), ["relu", "layer_norm"]);
    // The same as exports before version 17 write it, with scale and shift behind.
    let steps = |square: &str, inputs: &str| {
        last()
            .weight("two", &[], &[2.0])
            .weight("eps", &[], &[3.0])
            .weight("g", &[2], &[2., 10.])
            .weight("b", &[2], &[0.5, 0.])
            .node("ReduceMean", "t", "mean", vec![("axes", Ints(vec![-1]))])
            .node("Sub", "t mean", "d", vec![])
            .node(square, inputs, "q", vec![])
            .node("ReduceMean", "q", "v", vec![("axes", Ints(vec![3]))])
            .node("Add", "v eps", "e", vec![])
            .node("Sqrt", "e", "s", vec![])
    };
    let ended =
        |file: File| file.node("Mul", "n g", "scaled", vec![]).node("Add", "scaled b", "y", vec![]).opset(13);
    let div = ended(steps("Pow", "d two").node("Div", "d s", "n", vec![]));
    let reciprocal =
        ended(steps("Mul", "d d").node("Reciprocal", "s", "i", vec![]).node("Mul", "d i", "n", vec![]));
    for file in [&div, &reciprocal] {
        output(file, &x, &[1, 2, 1, 2], &[-0.5, 5., 0.5 - 2. * other, 10. * other]);
        assert_eq!(operations(file), ["relu", "layer_norm", "batch_norm"]);
    }
    // Means over other axes make no norm.
    let mut wrong = div.clone();
    wrong.nodes[6] = steps("Pow", "d two")
        .node("ReduceMean", "q", "v", vec![("axes", Ints(vec![1]))])
        .nodes
        .pop()
        .expect("a node");
    wrong.nodes[6].name = "elsewhere".into();
    // Squares 1 and 9 of the two pixels, of which the mean is 5, and 3 more.
    let root = 8_f32.sqrt();
    output(&wrong, &x, &[1, 2, 1, 2], &[0.5 - 2. / root, 10. / root, 0.5 - 6. / root, 30. / root]);
    assert!(!operations(&wrong).contains(&"layer_norm"), "{:?}", operations(&wrong));
}

#[test]
fn norms_over_groups_of_channels() {
    // Channels 1 3, 5 7, 0 0, 0 4 of two pixels.
    let x = [1., 3., 5., 7., 0., 0., 0., 4.];
    let none = |v: f32| vec![v; 4];
    let instance = File::new(&[1, 4, 1, 2])
        .weight("g", &[4], &[1., 2., 1., 1.])
        .weight("b", &[4], &[0., 0., 5., 0.])
        .node("InstanceNormalization", "x g b", "y", vec![("epsilon", Float(0.25))]);
    let one = 1.0 / 1.25_f32.sqrt();
    let far = 2.0 / 4.25_f32.sqrt();
    output(&instance, &x, &[1, 4, 1, 2], &[-one, one, -2. * one, 2. * one, 5., 5., -far, far]);
    assert_eq!(operations(&instance), ["group_norm", "batch_norm"]);
    // Two groups: 1 3 5 7 has mean 4 and variance 5, 0 0 0 4 mean 1 and variance 3.
    let (a, b) = (1.0 / 9_f32.sqrt(), 1.0 / 7_f32.sqrt());
    let plain = [-3. * a, -a, a, 3. * a, -b, -b, -b, 3. * b];
    let eps = || ("epsilon", Float(4.0));
    let group = |parts: i64, g: &[f32], b: &[f32], opset| {
        let file = File::new(&[1, 4, 1, 2]).weight("g", &[parts], g).weight("b", &[parts], b);
        file.node("GroupNormalization", "x g b", "y", vec![("num_groups", Int(2)), eps()]).opset(opset)
    };
    output(&group(4, &none(1.0), &none(0.0), 21), &x, &[1, 4, 1, 2], &plain);
    assert_eq!(operations(&group(4, &none(1.0), &none(0.0), 21)), ["group_norm"]);
    // One number for each group, or for each channel.
    let by_group: Vec<f32> =
        plain.iter().enumerate().map(|(i, v)| if i < 4 { 2. * v } else { v + 1. }).collect();
    output(&group(2, &[2., 1.], &[0., 1.], 18), &x, &[1, 4, 1, 2], &by_group);
    let by_channel: Vec<f32> = plain.iter().enumerate().map(|(i, v)| v * (i / 2) as f32).collect();
    output(&group(4, &[0., 1., 2., 3.], &none(0.0), 21), &x, &[1, 4, 1, 2], &by_channel);
    assert!(group(3, &[1.; 3], &[0.; 3], 21).refused().contains("not [4]"));
    // As PyTorch exports it: groups as the channels of an instance norm.
    let pytorch = |g: &[f32]| {
        File::new(&[1, 4, 1, 2])
            .list("split", &[0, 2, -1])
            .list("back", &[1, 4, 1, 2])
            .weight("ones", &[2], &[1., 1.])
            .weight("zeros", &[2], &[0., 0.])
            .weight("g", &[4, 1, 1], g)
            .weight("b", &[4, 1, 1], &[0., 0., 0., 1.])
            .node("Reshape", "x split", "s", vec![])
            .node("InstanceNormalization", "s ones zeros", "n", vec![eps()])
            .node("Reshape", "n back", "r", vec![])
            .node("Mul", "r g", "scaled", vec![])
            .node("Add", "scaled b", "y", vec![])
    };
    let expected: Vec<f32> =
        by_channel.iter().enumerate().map(|(i, v)| if i < 6 { *v } else { v + 1. }).collect();
    output(&pytorch(&[0., 1., 2., 3.]), &x, &[1, 4, 1, 2], &expected);
    assert_eq!(operations(&pytorch(&[0., 1., 2., 3.])), ["group_norm", "batch_norm"]);
    // All channels and pixels together; a scale that is not one per channel has no operation.
    let whole = |g: &[f32]| {
        File::new(&[1, 2, 1, 2]).opset(17).weight("g", &[2, 1, 2], g).node(
            "LayerNormalization",
            "x g",
            "y",
            vec![("axis", Int(1)), eps()],
        )
    };
    output(&whole(&[1., 1., 3., 3.]), &x[..4], &[1, 2, 1, 2], &[-3. * a, -a, 3. * a, 9. * a]);
    assert_eq!(operations(&whole(&[1., 1., 3., 3.])), ["group_norm", "batch_norm"]);
    // What differs from pixel to pixel is done with each map as one pixel.
    output(&whole(&[1., 2., 3., 4.]), &x[..4], &[1, 2, 1, 2], &[-3. * a, -2. * a, 3. * a, 12. * a]);
    assert_eq!(operations(&whole(&[1., 2., 3., 4.])), ["flatten", "layer_norm", "batch_norm"]);
    let rows = File::new(&[1, 2, 2, 2]).opset(17).weight("g", &[2], &[1., 2.]).node(
        "LayerNormalization",
        "x g",
        "y",
        vec![("epsilon", Float(0.0))],
    );
    output(&rows, &[1., 3., 5., 7., 0., 2., 0., 4.], &[1, 2, 2, 2], &[-1., 2., -1., 2., -1., 2., -1., 2.]);
    assert_eq!(operations(&rows), ["flatten", "group_norm", "batch_norm"]);
    let batch = File::new(&[2, 2]).opset(17).weight("g", &[2, 2], &[1.; 4]).node(
        "LayerNormalization",
        "x g",
        "y",
        vec![("axis", Int(0))],
    );
    assert!(batch.refused().contains("neither one over the channels"), "{}", batch.refused());
}

#[test]
fn responses_are_divided_by_their_neighbours() {
    let lrn = |attributes: Vec<(&str, onnx_support::Attr)>| {
        File::new(&[1, 3, 1, 1]).node("LRN", "x", "y", attributes)
    };
    let numbers = vec![("size", Int(3)), ("alpha", Float(3.0)), ("beta", Float(0.5)), ("bias", Float(11.0))];
    output(&lrn(numbers), &[1., 2., 3.], &[1, 3, 1, 1], &[0.25, 0.4, 3.0 / 24_f32.sqrt()]);
    // 1 + 1e-4 / 2 (1 + 4) and so on, to the power 0.75.
    let few = |sum: f32| (1.0 + 0.5e-4 * sum).powf(-0.75);
    let file = lrn(vec![("size", Int(2))]);
    output(&file, &[1., 2., 3.], &[1, 3, 1, 1], &[few(5.), 2. * few(13.), 3. * few(9.)]);
    assert_eq!(operations(&file), ["local_response_norm"]);
    assert!(lrn(vec![]).refused().contains("'size' is 0"));
}

/// As timm writes a convolution whose kernel has mean 0 and variance 1.
#[test]
fn a_standardised_kernel_is_computed_while_reading() {
    let axes = |keep| vec![("axes", Ints(vec![0, 2])), ("keepdims", Int(keep))];
    let kernels = |training: bool| {
        let file = File::new(&[1, 1, 1, 2])
            .weight("w", &[1, 2, 2], &[1., 3., 2., 8.])
            .weight("g", &[2], &[2., 1.])
            .weight("b", &[2], &[0., 1.])
            .weight("half", &[1, 1], &[0.5])
            .list("s", &[2, 1, 1, 2])
            .node("ReduceMean", "w", "mean", axes(0))
            .node("ReduceMean", "w", "kept", axes(1))
            .node("Sub", "w kept", "d", vec![])
            .node("Mul", "d d", "q", vec![])
            .node("ReduceMean", "q", "var", axes(0));
        let attributes = vec![("epsilon", Float(0.0)), ("training_mode", Int(training.into()))];
        file.node("BatchNormalization", "w g b mean var", "n", attributes)
            .node("Mul", "n half", "scaled", vec![])
            .node("Reshape", "scaled s", "k", vec![])
            .node("Conv", "x k", "y", vec![])
            .opset(15)
    };
    // (-2, 2) and (0, 2), halved.
    for file in [kernels(false), kernels(true)] {
        output(&file, &[1., 3.], &[1, 2, 1, 1], &[2., 3.]);
        assert_eq!(operations(&file), ["conv2d"]);
    }
}

/// What PyTorch's newer exporter makes of the mean of a map.
#[test]
fn picking_everything_in_order_is_a_reshape() {
    let mut file = File::new(&[1, 2, 1, 2])
        .list("all", &[-1])
        .node("GlobalAveragePool", "x", "m", vec![])
        .node("Reshape", "m all", "flat", vec![])
        .node("Gather", "flat places", "y", vec![("axis", Int(0))]);
    let mut places = onnx_support::list("places", &[0, 1]);
    places.dims = vec![1, 2, 1, 1];
    file.tensors.push(places);
    output(&file, &[1., 3., 2., 8.], &[1, 2, 1, 1], &[2., 5.]);
    assert_eq!(operations(&file), ["global_average_pool"]);
    let mut turned = onnx_support::list("places", &[1, 0]);
    turned.dims = vec![1, 2, 1, 1];
    *file.tensors.last_mut().expect("places") = turned;
    output(&file, &[1., 3., 2., 8.], &[1, 2, 1, 1], &[5., 2.]);
}

/// As tf2onnx writes the layer norm of Keras.
#[test]
fn a_norm_as_a_line_of_its_input_is_one_operation() {
    let file = |shift: bool| {
        let file = last()
            .list("same", &[1, 2, 1, 1])
            .weight("eps", &[1], &[3.0])
            .weight("g", &[1, 1, 1, 2], &[2., 10.])
            .weight("b", &[1, 1, 1, 2], &[0.5, 0.])
            .node("ReduceMean", "t", "mean", vec![("axes", Ints(vec![3]))])
            .node("Neg", "mean", "negative", vec![])
            .node("Reshape", "mean same", "again", vec![])
            .node("Sub", "t again", "d", vec![])
            .node("Mul", "d d", "q", vec![])
            .node("ReduceMean", "q", "v", vec![("axes", Ints(vec![-1]))])
            .node("Add", "v eps", "e", vec![])
            .node("Sqrt", "e", "s", vec![])
            .node("Reciprocal", "s", "i", vec![])
            .node("Mul", "i g", "factor", vec![])
            .node("Mul", "t factor", "slope", vec![])
            .node("Mul", "negative factor", "offset", vec![]);
        if shift {
            file.node("Add", "offset b", "moved", vec![]).node("Add", "slope moved", "y", vec![])
        } else {
            file.node("Add", "slope offset", "y", vec![])
        }
    };
    // Pixels (1, 3) and (2, 8): variances 1 + 3 and 9 + 3.
    let x = [1., 3., 2., 8.];
    let far = 3.0 / 12_f32.sqrt();
    output(&file(false), &x, &[1, 2, 1, 2], &[-1., 5., -2. * far, 10. * far]);
    output(&file(true), &x, &[1, 2, 1, 2], &[-0.5, 5., 0.5 - 2. * far, 10. * far]);
    assert_eq!(operations(&file(true)), ["relu", "layer_norm", "batch_norm"]);
    // Where the mean is a result the nodes stay what they are, and give the same.
    let mut shown = file(true);
    shown.outputs.push(onnx_support::info("mean", 1, &[]));
    let outputs = shown.run(&x);
    assert!(distance(&outputs[0].values, &[-0.5, 5., 0.5 - 2. * far, 10. * far]) < 1e-6);
    assert_eq!(outputs[1].values, [2., 5.]);
    assert!(!operations(&shown).contains(&"layer_norm"));
}
