//! ONNX: operators against values worked by hand.

mod onnx_support;

use convscope::cost::cost;
use convscope::graph::{Op, PoolKind};
use convscope::model_files::Note;
use onnx_support::Attr::{Float, Int, Ints, Text};
use onnx_support::{File, conv, counted, info, operations, output};

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
