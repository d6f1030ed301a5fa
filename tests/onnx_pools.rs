//! ONNX pools with gaps, unequal strides and windows that are not square, against values worked by hand.

mod onnx_support;

use convscope::cost::cost;
use convscope::figure::describe;
use convscope::graph::{Op, Pool2d, PoolKind};
use convscope::text::Lang;
use onnx_support::Attr::{Int, Ints, Text};
use onnx_support::{Attr, File, counted, distance};

/// The one output of a pool over a map of these sides.
#[track_caller]
fn pooled(
    op: &str,
    input: &[i64],
    x: &[f32],
    attributes: Vec<(&str, Attr)>,
    dims: &[usize],
    expected: &[f32],
) {
    let outputs = File::new(input).node(op, "x", "y", attributes).run(x);
    assert_eq!(outputs[0].dims, dims);
    assert!(distance(&outputs[0].values, expected) < 1e-6, "{:?}", outputs[0].values);
}

fn window(kernel: [i64; 2], strides: [i64; 2], dilations: [i64; 2]) -> Vec<(&'static str, Attr)> {
    [("kernel_shape", kernel), ("strides", strides), ("dilations", dilations)]
        .map(|(name, values)| (name, Ints(values.to_vec())))
        .into()
}

fn with(mut base: Vec<(&'static str, Attr)>, name: &'static str, value: Attr) -> Vec<(&'static str, Attr)> {
    base.push((name, value));
    base
}

#[test]
fn axes_have_windows_and_strides_of_their_own() {
    let x = counted(9);
    pooled("MaxPool", &[1, 1, 3, 3], &x, window([1, 3], [1, 1], [1, 1]), &[1, 1, 3, 1], &[3., 6., 9.]);
    pooled("AveragePool", &[1, 1, 3, 3], &x, window([3, 1], [1, 1], [1, 1]), &[1, 1, 1, 3], &[4., 5., 6.]);
    let x = counted(16);
    let expected = [6., 8., 10., 12., 14., 16.];
    pooled("MaxPool", &[1, 1, 4, 4], &x, window([2, 2], [1, 2], [1, 1]), &[1, 1, 3, 2], &expected);
    // Two rows of three values each: 1 2 3 5 6 7, and so on.
    let expected = [4., 5., 12., 13.];
    pooled("AveragePool", &[1, 1, 4, 4], &x, window([2, 3], [2, 1], [1, 1]), &[1, 1, 2, 2], &expected);
    pooled("GlobalMaxPool", &[1, 2, 2, 3], &counted(12), vec![], &[1, 2, 1, 1], &[6., 12.]);
}

#[test]
fn windows_have_gaps() {
    // The last value of each window lies two rows and two columns behind the first.
    let gaps = || window([2, 2], [1, 1], [2, 2]);
    pooled("MaxPool", &[1, 1, 4, 4], &counted(16), gaps(), &[1, 1, 2, 2], &[11., 12., 15., 16.]);
    // 1 2 3 4 / 5 6 7 8 / ...: only rows have gaps.
    let rows = window([2, 2], [1, 2], [3, 1]);
    pooled("AveragePool", &[1, 1, 4, 4], &counted(16), rows, &[1, 1, 1, 2], &[7.5, 9.5]);
    // 1 6 3 / 4 5 6 / 7 8 18 with a border of one: the middle window holds the corners.
    let x = [1., 6., 3., 4., 5., 6., 7., 8., 18.];
    let bordered = || with(gaps(), "pads", Ints(vec![1; 4]));
    let valid = [5., 5., 5., 7., 7.25, 7., 5., 5., 5.];
    pooled("AveragePool", &[1, 1, 3, 3], &x, bordered(), &[1, 1, 3, 3], &valid);
    let all = [1.25, 2.5, 1.25, 3.5, 7.25, 3.5, 1.25, 2.5, 1.25];
    let counting = with(bordered(), "count_include_pad", Int(1));
    pooled("AveragePool", &[1, 1, 3, 3], &x, counting, &[1, 1, 3, 3], &all);
    let largest = [5., 6., 5., 8., 18., 8., 5., 6., 5.];
    pooled("MaxPool", &[1, 1, 3, 3], &x, bordered(), &[1, 1, 3, 3], &largest);
}

#[test]
fn a_last_window_and_borders_of_their_own_know_of_the_gaps() {
    let line = |k: i64, s: i64, d: i64| -> Vec<(&'static str, Attr)> {
        [("kernel_shape", k), ("strides", s), ("dilations", d)].map(|(n, v)| (n, Ints(vec![v]))).into()
    };
    let ceil = |base| with(base, "ceil_mode", Int(1));
    let x = counted(7);
    // Values 0 and 3, 2 and 5; then 4 and one behind the end.
    pooled("MaxPool", &[1, 1, 7], &x, line(2, 2, 3), &[1, 1, 2], &[4., 6.]);
    pooled("MaxPool", &[1, 1, 7], &x, ceil(line(2, 2, 3)), &[1, 1, 3], &[4., 6., 5.]);
    pooled("AveragePool", &[1, 1, 7], &x, ceil(line(2, 2, 3)), &[1, 1, 3], &[2.5, 4.5, 5.]);
    // Seven and a border of two are nine; the third window holds value 4 and one of the border.
    let counting = |base| with(with(base, "pads", Ints(vec![0, 2])), "count_include_pad", Int(1));
    pooled("AveragePool", &[1, 1, 7], &x, counting(line(2, 2, 3)), &[1, 1, 3], &[2.5, 4.5, 2.5]);
    let same = |base, auto| with(base, "auto_pad", Text(auto));
    pooled(
        "MaxPool",
        &[1, 1, 5],
        &x[..5],
        same(line(2, 1, 2), "SAME_UPPER"),
        &[1, 1, 5],
        &[2., 3., 4., 5., 4.],
    );
    pooled("MaxPool", &[1, 1, 6], &x[..6], same(line(2, 2, 2), "SAME_UPPER"), &[1, 1, 3], &[3., 5., 5.]);
    pooled("MaxPool", &[1, 1, 6], &x[..6], same(line(2, 2, 2), "SAME_LOWER"), &[1, 1, 3], &[2., 4., 6.]);
    pooled("MaxPool", &[1, 1, 6], &x[..6], same(line(2, 1, 2), "VALID"), &[1, 1, 4], &[3., 4., 5., 6.]);
}

#[test]
fn what_is_counted_and_said_is_the_window_as_it_is() {
    let attributes = with(window([2, 2], [1, 1], [2, 2]), "pads", Ints(vec![1; 4]));
    let graph = File::new(&[1, 1, 3, 3]).node("MaxPool", "x", "y", attributes).import().graph;
    // One, two and one row under the windows, and as many columns.
    assert_eq!(cost(&graph).total.pooling, 16);
    let uneven = File::new(&[1, 1, 5, 6]).node("MaxPool", "x", "y", window([2, 3], [2, 1], [3, 1]));
    let graph = uneven.import().graph;
    let (id, node) = graph.iter().find(|(_, node)| matches!(node.op, Op::Pool2d(_))).expect("a pool");
    let expected =
        Pool2d { kernel: [2, 3], stride: [2, 1], dilation: [3, 1], ..Pool2d::square(PoolKind::Max, 1, 1) };
    assert_eq!(node.op, Op::Pool2d(expected));
    let words = describe(Lang::En, &graph, id);
    assert!(words.contains("2×3") && words.contains("2×1") && words.contains("3×1"), "{words}");
}

#[test]
fn windows_that_hold_nothing_and_maps_in_space_are_refused() {
    // The only pixel lies in the gap.
    let gap = with(window([2, 2], [1, 1], [2, 2]), "pads", Ints(vec![1; 4]));
    let sentence = File::new(&[1, 1, 1, 1]).node("MaxPool", "x", "y", gap).refused();
    assert!(sentence.contains("holds no pixel of the map"), "{sentence}");
    let cube = vec![("kernel_shape", Ints(vec![2; 3]))];
    let sentence = File::new(&[1, 1, 4, 4, 4]).node("MaxPool", "x", "y", cube).refused();
    assert!(sentence.contains("5 axes"), "{sentence}");
    let far = window([2, 2], [1, 1], [1 << 20, 1]);
    let sentence = File::new(&[1, 1, 4, 4]).node("MaxPool", "x", "y", far).refused();
    assert!(sentence.contains("smaller than the 2x2 window"), "{sentence}");
}
