//! ONNX: of a scale or a shift by constants, what stands in the file is a parameter and nothing else.

mod onnx_support;

use convscope::cost::cost;
use convscope::figure::describe;
use convscope::graph::Op;
use convscope::text::Lang;
use onnx_support::{File, counted, distance};

/// Parameters, stored values and words of the only operation of a file, whose values are these.
#[track_caller]
fn counted_as(file: &File, expected: &[f32]) -> (u64, u64, String) {
    let outputs = file.run(&counted(expected.len()));
    assert!(distance(&outputs[0].values, expected) < 1e-6, "{:?}", outputs[0].values);
    let graph = file.import().graph;
    let (id, _) = graph.iter().find(|(_, node)| node.op != Op::Input).expect("an operation");
    let total = cost(&graph).total;
    assert_eq!(total.weight_bytes, 4 * 4 * 2, "what is read are four numbers for each channel");
    (total.params, total.stored_values, describe(Lang::En, &graph, id))
}

fn with(op: &str, inputs: &str, dims: &[i64], values: &[f32]) -> File {
    File::new(&[1, 2, 1, 2]).weight("c", dims, values).node(op, inputs, "y", vec![])
}

#[test]
fn only_numbers_of_the_file_are_parameters() {
    let of = |op, inputs, dims: &[i64], values: &[f32], expected: &[f32]| {
        let (params, stored, words) = counted_as(&with(op, inputs, dims, values), expected);
        assert_eq!(params, stored);
        (params, words)
    };
    let (params, words) = of("Mul", "x c", &[1, 2, 1, 1], &[2., 3.], &[2., 4., 9., 12.]);
    assert!(params == 2 && words.starts_with("Scale by constants"), "{params}: {words}");
    let (params, words) = of("Add", "c x", &[2, 1, 1], &[10., 20.], &[11., 12., 23., 24.]);
    assert!(params == 2 && words.starts_with("Shift by constants"), "{params}: {words}");
    // One number for all channels is one number.
    assert_eq!(of("Mul", "x c", &[], &[0.5], &[0.5, 1., 1.5, 2.]).0, 1);
    assert_eq!(of("Div", "x c", &[1], &[2.], &[0.5, 1., 1.5, 2.]).0, 1);
    assert_eq!(of("Sub", "x c", &[1, 1, 1, 1], &[1.], &[0., 1., 2., 3.]).0, 1);
    // The sign of the map is no number of the file.
    let (params, words) = of("Sub", "c x", &[1, 2, 1, 1], &[10., 20.], &[9., 8., 17., 16.]);
    assert!(params == 2 && words.starts_with("Scale and shift"), "{params}: {words}");
}

/// A norm keeps its two parameters a channel, also with a scale behind it that becomes a part of it.
#[test]
fn norms_keep_their_parameters() {
    let norm = File::new(&[1, 2, 1, 2])
        .weight("w", &[2], &[1., 2.])
        .weight("b", &[2], &[0., 1.])
        .weight("m", &[2], &[0., 0.])
        .weight("v", &[2], &[1., 1.])
        .weight("c", &[], &[2.])
        .node("BatchNormalization", "x w b m v", "n", vec![("epsilon", onnx_support::Attr::Float(0.0))])
        .node("Mul", "n c", "y", vec![]);
    let (params, stored, words) = counted_as(&norm, &[2., 4., 14., 18.]);
    assert_eq!((params, stored), (4, 8));
    assert!(words.starts_with("Normalisation"), "{words}");
}

/// Numbers that define a function are in no file.
#[test]
fn attributes_are_no_parameters() {
    let hard = vec![("alpha", onnx_support::Attr::Float(0.25)), ("beta", onnx_support::Attr::Float(0.5))];
    let graph = File::new(&[1, 2, 1, 2]).node("HardSigmoid", "x", "y", hard).import().graph;
    assert_eq!(cost(&graph).total.params, 0);
}

/// What exports with an open batch work out: the places of all values as sums of ranges, and choices between sides.
#[test]
fn indices_are_worked_out() {
    let file = File::new(&[1, 3, 2, 1])
        .list("flat", &[-1])
        .list("count", &[6])
        .list("three", &[3])
        .list("column", &[1, 1, 2, 1])
        .list("start", &[0])
        .list("step", &[2])
        .list("axes", &[])
        .list("rows", &[0, 1])
        .list("sides", &[1, 3, 2, 1])
        .list("other", &[1, 6, 1, 1])
        .node("Squeeze", "start", "from", vec![])
        .node("Squeeze", "count", "to", vec![])
        .node("Squeeze", "step", "by", vec![])
        .node("Range", "from to by", "range", vec![])
        .node("Reshape", "range one_to", "channels", vec![])
        .node("Reshape", "rows column", "lines", vec![])
        .node("Add", "channels lines", "places", vec![])
        .node("Greater", "count three", "more", vec![])
        .node("Where", "more sides other", "chosen", vec![])
        .node("Reshape", "x flat", "values", vec![])
        .node("Gather", "values places", "picked", vec![("axis", onnx_support::Attr::Int(0))])
        .node("Reshape", "picked chosen", "again", vec![])
        .node("Relu", "again", "y", vec![])
        .list("one_to", &[1, 3, 1, 1]);
    let x = counted(6);
    let outputs = file.run(&x);
    assert_eq!(outputs[0].dims, [1, 3, 2, 1]);
    assert_eq!(outputs[0].values, x);
}

#[test]
fn ranges_that_do_not_end_are_refused() {
    let range = |step: i64| {
        File::new(&[1, 1, 1, 1])
            .list("a", &[0])
            .list("b", &[1 << 40])
            .list("c", &[step])
            .node("Squeeze", "a", "from", vec![])
            .node("Squeeze", "b", "to", vec![])
            .node("Squeeze", "c", "by", vec![])
            .node("Range", "from to by", "range", vec![])
            .node("Reshape", "x range", "y", vec![])
    };
    assert!(range(0).refused().contains("there is no range"), "{}", range(0).refused());
    assert!(range(1).refused().contains("so long a range"), "{}", range(1).refused());
}
