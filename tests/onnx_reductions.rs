//! ONNX: one value made of many along any axes, and tensors that are repeated to the sides of others.

mod onnx_support;

use convscope::cost::cost;
use onnx_support::Attr::{Int, Ints};
use onnx_support::{Attr, File, counted, info, operations, output, run};

/// A reduction over axes of `[1, 2, 2, 3]`.
fn over(op: &str, axes: &[i64], keep: i64) -> File {
    let attributes: Vec<(&str, Attr)> = vec![("axes", Ints(axes.to_vec())), ("keepdims", Int(keep))];
    File::new(&[1, 2, 2, 3]).node(op, "x", "y", attributes)
}

#[test]
fn over_channels_pixels_and_both() {
    // 1 2 3 / 4 5 6 and 7 8 9 / 10 11 12.
    let x = counted(12);
    output(&over("ReduceMean", &[1], 1), &x, &[1, 1, 2, 3], &[4., 5., 6., 7., 8., 9.]);
    output(&over("ReduceMean", &[1], 0), &x, &[1, 2, 3], &[4., 5., 6., 7., 8., 9.]);
    output(&over("ReduceMax", &[1], 1), &x, &[1, 1, 2, 3], &[7., 8., 9., 10., 11., 12.]);
    output(&over("ReduceMin", &[-3], 1), &x, &[1, 1, 2, 3], &[1., 2., 3., 4., 5., 6.]);
    output(&over("ReduceMean", &[2], 1), &x, &[1, 2, 1, 3], &[2.5, 3.5, 4.5, 8.5, 9.5, 10.5]);
    output(&over("ReduceMax", &[3], 0), &x, &[1, 2, 2], &[3., 6., 9., 12.]);
    output(&over("ReduceMin", &[2, 3], 1), &x, &[1, 2, 1, 1], &[1., 7.]);
    output(&over("ReduceMax", &[1, 2, 3], 0), &x, &[1], &[12.]);
    output(&over("ReduceMean", &[1, 3], 1), &x, &[1, 1, 2, 1], &[5., 8.]);
    output(&over("ReduceSum", &[1], 1), &x, &[1, 1, 2, 3], &[8., 10., 12., 14., 16., 18.]);
    output(&over("ReduceSum", &[1, 2], 0), &x, &[1, 3], &[22., 26., 30.]);
    output(&over("ReduceSum", &[0, 1, 2, 3], 0), &x, &[], &[78.]);
    output(&over("ReduceSumSquare", &[2], 1), &x, &[1, 2, 1, 3], &[17., 29., 45., 149., 185., 225.]);
    output(&over("ReduceL2", &[2, 3], 1), &x, &[1, 2, 1, 1], &[91.0_f32.sqrt(), 559.0_f32.sqrt()]);
    let signs: Vec<f32> = x.iter().enumerate().map(|(i, v)| if i % 2 == 0 { *v } else { -v }).collect();
    output(&over("ReduceL1", &[2, 3], 0), &signs, &[1, 2], &[21., 57.]);
    output(&over("ReduceLogSum", &[2, 3], 0), &x, &[1, 2], &[21.0_f32.ln(), 57.0_f32.ln()]);
}

/// Lines of a map are windows; only channels have to move. No step is a convolution.
#[test]
fn only_what_must_moves() {
    assert_eq!(operations(&over("ReduceMean", &[3], 1)), ["average_pool"]);
    assert_eq!(operations(&over("ReduceMean", &[2, 3], 1)), ["global_average_pool"]);
    assert_eq!(operations(&over("ReduceMax", &[1], 1)), ["rearrange", "max_pool"]);
    let file = over("ReduceMean", &[1], 1);
    assert_eq!(operations(&file), ["rearrange", "average_pool"]);
    let graph = file.import().graph;
    let moved = graph.shape(graph.find("reducemean0/moved").expect("what moved"));
    assert_eq!((moved.c, moved.h, moved.w), (2, 2, 3), "rows, channels, columns");
    let total = cost(&file.import().graph).total;
    assert_eq!((total.macs, total.params, total.pooling), (0, 0, 12));
}

/// Attention over the plane: mean and maximum of the channels, joined, and a factor for each pixel.
#[test]
fn factors_of_pixels() {
    let file = File::new(&[1, 2, 1, 3])
        .weight("w", &[1, 2, 1, 1], &[1., -1.])
        .node("ReduceMean", "x", "mean", vec![("axes", Ints(vec![1]))])
        .node("ReduceMax", "x", "max", vec![("axes", Ints(vec![1]))])
        .node("Concat", "max mean", "both", vec![("axis", Int(1))])
        .node("Conv", "both w", "gate", vec![])
        .node("Mul", "x gate", "y", vec![]);
    // 1 2 3 and 5 8 1: the largest 5 8 3, means 3 5 2, gates 2 3 1.
    output(&file, &[1., 2., 3., 5., 8., 1.], &[1, 2, 1, 3], &[2., 6., 3., 10., 24., 1.]);
    assert_eq!(cost(&file.import().graph).total.macs, 2 * 3);
    let last = operations(&file);
    assert_eq!(last[last.len() - 2..], ["gather_channels", "multiply"], "{last:?}");
}

/// ConvNeXt V2's response norm, with channels first and last.
#[test]
fn responses_compete() {
    let grn = |input: &[i64], plane: &[i64], channels: i64, rank: &[i64]| {
        File::new(input)
            .weight("eps", &[], &[1e-6])
            .weight("gamma", rank, &[0.5, 2.])
            .weight("beta", rank, &[0.25, -1.])
            .node("ReduceL2", "x", "g", vec![("axes", Ints(plane.to_vec()))])
            .node("ReduceMean", "g", "m", vec![("axes", Ints(vec![channels]))])
            .node("Add", "m eps", "d", vec![])
            .node("Div", "g d", "n", vec![])
            .node("Mul", "x n", "xn", vec![])
            .node("Mul", "xn gamma", "s", vec![])
            .node("Add", "s beta", "t", vec![])
            .node("Add", "x t", "y", vec![])
    };
    // Norms 5 and 15, of which the mean is 10.
    let (a, b) = (0.5, 1.5);
    let of_a = |v: f32| v + v * a * 0.5 + 0.25;
    let of_b = |v: f32| v + v * b * 2. - 1.;
    let first = grn(&[1, 2, 1, 2], &[2, 3], 1, &[1, 2, 1, 1]);
    output(&first, &[3., 4., 9., 12.], &[1, 2, 1, 2], &[of_a(3.), of_a(4.), of_b(9.), of_b(12.)]);
    let last = grn(&[1, 1, 2, 2], &[1, 2], 3, &[2]);
    output(&last, &[3., 9., 4., 12.], &[1, 1, 2, 2], &[of_a(3.), of_b(9.), of_a(4.), of_b(12.)]);
    assert_eq!(cost(&first.import().graph).total.params, cost(&last.import().graph).total.params);
}

/// A network of two inputs.
fn two(op: &str, a: &[i64], b: &[i64]) -> File {
    let mut file = File::new(a).node(op, "x z", "y", vec![]);
    file.inputs.push(info("z", onnx_support::FLOAT, b));
    file
}

#[track_caller]
fn of_two(op: &str, [a, b]: [&[i64]; 2], [x, z]: [&[f32]; 2], dims: &[usize], expected: &[f32]) {
    let outputs = run(&two(op, a, b).import(), &[x.to_vec(), z.to_vec()]);
    assert_eq!(outputs[0].dims, dims);
    let same = outputs[0].values.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1e-6 * b.abs() || a == b);
    assert!(same && outputs[0].values.len() == expected.len(), "{:?}", outputs[0].values);
}

#[test]
fn maps_are_repeated_to_each_other() {
    let x = [1., 2., 3., 4.];
    let pixel: [&[i64]; 2] = [&[1, 2, 1, 2], &[1, 1, 1, 2]];
    of_two("Add", pixel, [&x, &[10., 20.]], &[1, 2, 1, 2], &[11., 22., 13., 24.]);
    of_two("Sub", pixel, [&x, &[10., 20.]], &[1, 2, 1, 2], &[-9., -18., -7., -16.]);
    of_two("Div", pixel, [&x, &[2., 4.]], &[1, 2, 1, 2], &[0.5, 0.5, 1.5, 1.]);
    let channel: [&[i64]; 2] = [&[1, 2, 1, 2], &[1, 2, 1, 1]];
    of_two("Add", channel, [&x, &[10., 20.]], &[1, 2, 1, 2], &[11., 12., 23., 24.]);
    let number: [&[i64]; 2] = [&[1, 1, 1, 1], &[1, 2, 1, 2]];
    of_two("Mul", number, [&[2.], &x], &[1, 2, 1, 2], &[2., 4., 6., 8.]);
    of_two("Div", number, [&[2.], &x], &[1, 2, 1, 2], &[2., 1., 2. / 3., 0.5]);
    // Each is repeated along what the other has.
    let sides: [&[i64]; 2] = [&[1, 2, 1, 1], &[1, 1, 1, 2]];
    of_two("Mul", sides, [&[2., 3.], &[10., 20.]], &[1, 2, 1, 2], &[20., 40., 30., 60.]);
    let refused = two("Add", &[1, 2, 1, 2], &[1, 3, 1, 2]).refused();
    assert!(refused.contains("do not fit each other"), "{refused}");
}

/// One of the values, to the last bit, however far they are apart.
#[test]
fn the_larger_of_two_maps() {
    let same: [&[i64]; 2] = [&[1, 2, 1, 2], &[1, 2, 1, 2]];
    let huge = f32::MAX;
    let (a, b) = ([1e8, -huge, 0.1, huge], [1.0, 3.0, 0.3, -huge]);
    of_two("Max", same, [&a, &b], &[1, 2, 1, 2], &[1e8, 3., 0.3, huge]);
    of_two("Min", same, [&a, &b], &[1, 2, 1, 2], &[1., -huge, 0.1, -huge]);
    let pixel: [&[i64]; 2] = [&[1, 2, 1, 2], &[1, 1, 1, 2]];
    of_two("Max", pixel, [&[1., 5., 3., 4.], &[2., 4.5]], &[1, 2, 1, 2], &[2., 5., 3., 4.5]);
    assert_eq!(cost(&two("Max", same[0], same[1]).import().graph).total.macs, 0);
}

/// Max-feature-map: the larger of both halves of the channels; then numbers as further limits.
#[test]
fn the_larger_half() {
    let file = File::new(&[1, 4, 1, 2])
        .weight("low", &[], &[2.5])
        .node("Split", "x", "a b", vec![("axis", Int(1))])
        .node("Max", "a b low", "y", vec![]);
    output(&file, &[1., 9., 3., 4., 2., 8., 1., 6.], &[1, 2, 1, 2], &[2.5, 9., 3., 6.]);
}

/// A limit for each channel, or each pixel, as a map of constants.
#[test]
fn limits_of_channels() {
    let with = |op: &str, dims: &[i64], values: &[f32]| {
        File::new(&[1, 2, 1, 2]).weight("c", dims, values).node(op, "x c", "y", vec![])
    };
    let x = [1e-8, 3e9, -2., 4.];
    let channels = with("Max", &[1, 2, 1, 1], &[-1., 1.]);
    output(&channels, &x, &[1, 2, 1, 2], &[1e-8, 3e9, 1., 4.]);
    assert_eq!(channels.run(&x)[0].values[0], 1e-8);
    assert_eq!(cost(&channels.import().graph).total.params, 2);
    output(&with("Min", &[2], &[0., 5.]), &x, &[1, 2, 1, 2], &[0., 5., -2., 4.]);
    let refused = with("Max", &[3, 1, 1], &[1.; 3]).refused();
    assert!(refused.contains("does not fit a map of"), "{refused}");
}

/// Maps that lie differently: one after a mean along its lines, one along its columns.
#[test]
fn what_lies_differently_is_joined() {
    let file = File::new(&[1, 2, 2, 2])
        .node("ReduceMean", "x", "a", vec![("axes", Ints(vec![3])), ("keepdims", Int(0))])
        .node("ReduceMax", "x", "b", vec![("axes", Ints(vec![2])), ("keepdims", Int(0))])
        .node("Concat", "a b", "y", vec![("axis", Int(1))]);
    output(&file, &counted(8), &[1, 4, 2], &[1.5, 3.5, 5.5, 7.5, 3., 4., 7., 8.]);
    let wrong = File::new(&[1, 2, 2, 2]).node("ReduceMean", "x", "a", vec![("axes", Ints(vec![3]))]).node(
        "Concat",
        "a x",
        "y",
        vec![("axis", Int(1))],
    );
    assert!(wrong.refused().contains("cannot be joined"), "{}", wrong.refused());
}

/// Generalised mean, and whole exponents.
#[test]
fn powers() {
    let power = |exponent: f32| {
        File::new(&[1, 1, 1, 3]).weight("p", &[], &[exponent]).node("Pow", "x p", "y", vec![])
    };
    let x = [4., 0.25, 2.];
    for exponent in [1.0 / 3.0, 2.5, -1.7, 4., 7., -3.] {
        let expected: Vec<f32> = x.iter().map(|v: &f32| v.powf(exponent)).collect();
        output(&power(exponent), &x, &[1, 1, 1, 3], &expected);
    }
    output(&power(5.), &[-2., 0., 1.], &[1, 1, 1, 3], &[-32., 0., 1.]);
    assert_eq!(power(2.5).run(&[0., 1., 4.])[0].values[0], 0.0);
    assert!(power(0.).refused().contains("the exponent 0 is not"), "{}", power(0.).refused());
}

/// The context of a whole map: pixels weighted and added, as a product of a computed matrix with a vector.
#[test]
fn a_matrix_times_a_vector() {
    let parts = |file: File| {
        file.weight("w", &[1, 2, 1, 1], &[1., -1.])
            .list("rows", &[1, 1, 2, 3])
            .list("column", &[1, 1, 3, 1])
            .list("line", &[1, 1, 1, 3])
            .list("vectors", &[1, 1, 3, 2])
            .node("Conv", "x w", "k", vec![])
            .node("Reshape", "x rows", "m", vec![])
    };
    // Weights 1, 2, 3 of three pixels.
    let x = [2., 4., 6., 1., 2., 3.];
    let right = parts(File::new(&[1, 2, 1, 3])).node("Reshape", "k column", "v", vec![]);
    output(&right.node("MatMul", "m v", "y", vec![]), &x, &[1, 1, 2, 1], &[28., 14.]);
    let left = parts(File::new(&[1, 2, 1, 3]))
        .node("Transpose", "m", "t", vec![("perm", Ints(vec![0, 1, 3, 2]))])
        .node("Reshape", "k line", "v", vec![]);
    output(&left.node("MatMul", "v t", "y", vec![]), &x, &[1, 1, 1, 2], &[28., 14.]);
    let both = parts(File::new(&[1, 2, 1, 3]))
        .node("Transpose", "m", "t", vec![("perm", Ints(vec![0, 1, 3, 2]))])
        .node("MatMul", "m t", "y", vec![])
        .refused();
    assert!(both.contains("two computed matrices"), "{both}");
}

/// A number for each pixel, for each value, and for axes that the map has only once.
#[test]
fn numbers_of_pixels() {
    let with = |op: &str, input: &[i64], dims: &[i64], values: &[f32]| {
        File::new(input).weight("c", dims, values).node(op, "x c", "y", vec![])
    };
    let x = counted(8);
    let pixels = with("Add", &[1, 2, 2, 2], &[2, 2], &[10., 20., 30., 40.]);
    output(&pixels, &x, &[1, 2, 2, 2], &[11., 22., 33., 44., 15., 26., 37., 48.]);
    assert_eq!(cost(&pixels.import().graph).total.params, 4, "what the file holds");
    let all = with("Mul", &[1, 2, 2, 2], &[1, 2, 2, 2], &counted(8));
    output(&all, &x, &[1, 2, 2, 2], &[1., 4., 9., 16., 25., 36., 49., 64.]);
    assert_eq!(operations(&all), ["flatten", "batch_norm"]);
    let lines = with("Sub", &[1, 2, 2, 2], &[2, 1], &[1., 2.]);
    output(&lines, &x, &[1, 2, 2, 2], &[0., 1., 1., 2., 4., 5., 5., 6.]);
    let grey = with("Mul", &[1, 1, 1, 2], &[3, 1, 1], &[1., 10., 100.]);
    output(&grey, &[1., 2.], &[1, 3, 1, 2], &[1., 2., 10., 20., 100., 200.]);
    // Whatever reads it next has a map again.
    let read = File { outputs: vec![info("z", onnx_support::FLOAT, &[])], ..all }
        .weight("w", &[1, 2, 2, 2], &[1.; 8])
        .node("Conv", "y w", "z", vec![]);
    output(&read, &x, &[1, 1, 1, 1], &[204.]);
    let wrong = with("Add", &[1, 2, 2, 2], &[3, 1, 1], &[1., 2., 3.]).refused();
    assert!(wrong.contains("does not fit a map"), "{wrong}");
    let batch = with("Add", &[2, 1, 1, 1], &[2, 1, 1, 1], &[1., 2.]);
    output(&batch, &[1., 2.], &[2, 1, 1, 1], &[2., 4.]);
}

/// Where nothing but steps like these stands in a file, its first axis need not be that of a batch.
#[test]
fn all_axes_of_one_map() {
    let x = counted(12);
    let all = File::new(&[3, 2, 2]).node("ReduceMax", "x", "y", vec![("keepdims", Int(1))]);
    output(&all, &x, &[1, 1, 1], &[12.]);
    let first = File::new(&[3, 2, 2]).node("ReduceMean", "x", "y", vec![("axes", Ints(vec![0]))]);
    output(&first, &x, &[1, 2, 2], &[5., 6., 7., 8.]);
    let line = File::new(&[3, 2, 2]).node(
        "ReduceSum",
        "x",
        "y",
        vec![("axes", Ints(vec![0, 2])), ("keepdims", Int(0))],
    );
    output(&line, &x, &[2], &[33., 45.]);
    let half = File::new(&[3, 2, 2])
        .list("from", &[1])
        .list("to", &[3])
        .list("axis", &[0])
        .node("Slice", "x from to axis", "s", vec![])
        .node("Concat", "s x", "y", vec![("axis", Int(0))]);
    let expected: Vec<f32> = (5..=12).chain(1..=12).map(|v| v as f32).collect();
    output(&half, &x, &[5, 2, 2], &expected);
    // A vector is added to every row; a convolution keeps its batch.
    of_two("Add", [&[3, 2], &[2]], [&x[..6], &[10., 20.]], &[3, 2], &[11., 22., 13., 24., 15., 26.]);
    of_two("Mul", [&[2], &[3, 2]], [&[10., 20.], &x[..6]], &[3, 2], &[10., 40., 30., 80., 50., 120.]);
    let file = File::new(&[2, 1, 1, 2])
        .weight("w", &[1, 1, 1, 1], &[1.])
        .node("Conv", "x w", "c", vec![])
        .node("ReduceMax", "c", "y", vec![("axes", Ints(vec![0]))]);
    let notes = format!("{:?}", file.import().notes);
    assert!(notes.contains("one value of the whole batch"), "{notes}");
}
