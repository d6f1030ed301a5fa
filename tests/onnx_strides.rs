//! ONNX convolutions whose strides or dilations differ between the axes, against sums over their taps.

mod onnx_support;

use convscope::cost::cost;
use convscope::graph::Op;
use onnx_support::Attr::{Int, Ints, Text};
use onnx_support::{Attr, File, distance};

/// A convolution of one map, as ONNX describes it.
struct Case {
    channels: usize,
    out: usize,
    group: usize,
    size: [usize; 2],
    kernel: [usize; 2],
    strides: [usize; 2],
    dilations: [usize; 2],
    /// Top, left, bottom, right.
    pads: [usize; 4],
}

const CASE: Case = Case {
    channels: 4,
    out: 6,
    group: 1,
    size: [7, 9],
    kernel: [3, 3],
    strides: [2, 1],
    dilations: [1, 1],
    pads: [1; 4],
};

fn numbers(count: usize, seed: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 37 + seed * 11) % 23) as f32 / 8.0 - 1.25).collect()
}

impl Case {
    fn side(&self, axis: usize) -> usize {
        let all = self.size[axis] + self.pads[axis] + self.pads[axis + 2];
        (all - self.dilations[axis] * (self.kernel[axis] - 1) - 1) / self.strides[axis] + 1
    }

    fn slots(&self) -> usize {
        self.channels / self.group
    }

    fn weights(&self) -> (Vec<f32>, Vec<f32>) {
        let count = self.out * self.slots() * self.kernel[0] * self.kernel[1];
        (numbers(count, 3), numbers(self.out, 5))
    }

    /// The file; `attributes` stand for strides, dilations and pads.
    fn file_with(&self, attributes: Vec<(&str, Attr)>) -> File {
        let (weights, bias) = self.weights();
        let [h, w] = self.size.map(|s| s as i64);
        let dims = [self.out, self.slots(), self.kernel[0], self.kernel[1]].map(|d| d as i64);
        let mut all = vec![("group", Int(self.group as i64))];
        all.extend(attributes);
        File::new(&[1, self.channels as i64, h, w])
            .weight("w", &dims, &weights)
            .weight("b", &[self.out as i64], &bias)
            .node("Conv", "x w b", "y", all)
    }

    fn file(&self) -> File {
        let ints = |values: &[usize]| Ints(values.iter().map(|&v| v as i64).collect());
        self.file_with(vec![
            ("strides", ints(&self.strides)),
            ("dilations", ints(&self.dilations)),
            ("pads", ints(&self.pads)),
        ])
    }

    fn expected(&self, x: &[f32]) -> Vec<f32> {
        let (weights, bias) = self.weights();
        let ([h, w], [kh, kw]) = (self.size, self.kernel);
        let per_group = self.out / self.group;
        let mut values = Vec::new();
        for o in 0..self.out {
            for row in 0..self.side(0) {
                for column in 0..self.side(1) {
                    let mut sum = f64::from(bias[o]);
                    for slot in 0..self.slots() {
                        let c = o / per_group * self.slots() + slot;
                        for r in 0..kh {
                            for q in 0..kw {
                                let y = (row * self.strides[0] + r * self.dilations[0])
                                    .wrapping_sub(self.pads[0]);
                                let at = (column * self.strides[1] + q * self.dilations[1])
                                    .wrapping_sub(self.pads[1]);
                                if y < h && at < w {
                                    let weight = weights[((o * self.slots() + slot) * kh + r) * kw + q];
                                    sum += f64::from(weight) * f64::from(x[(c * h + y) * w + at]);
                                }
                            }
                        }
                    }
                    values.push(sum as f32);
                }
            }
        }
        values
    }

    /// Values, multiply-adds and parameters are those of the convolution as it stands in the file.
    #[track_caller]
    fn check(&self) {
        let x = numbers(self.channels * self.size[0] * self.size[1], 1);
        let file = self.file();
        let outputs = file.run(&x);
        assert_eq!(outputs[0].dims, [1, self.out, self.side(0), self.side(1)]);
        let away = distance(&outputs[0].values, &self.expected(&x));
        assert!(away < 1e-6, "{away}");
        let total = cost(&file.import().graph).total;
        let taps = self.out * self.slots() * self.kernel[0] * self.kernel[1];
        assert_eq!(total.macs, (taps * self.side(0) * self.side(1)) as u64);
        assert_eq!((total.params, total.stored_values), ((taps + self.out) as u64, (taps + self.out) as u64));
    }
}

#[test]
fn strides_differ() {
    CASE.check();
    Case { strides: [1, 2], ..CASE }.check();
    Case { strides: [3, 2], ..CASE }.check();
    Case { strides: [2, 3], kernel: [2, 4], pads: [0, 2, 1, 0], ..CASE }.check();
    Case { strides: [1, 3], kernel: [3, 1], ..CASE }.check();
    Case { strides: [2, 1], kernel: [1, 1], pads: [0; 4], ..CASE }.check();
    Case { strides: [4, 1], kernel: [7, 1], pads: [3, 0, 3, 0], ..CASE }.check();
}

#[test]
fn dilations_differ() {
    Case { strides: [1, 1], dilations: [2, 1], ..CASE }.check();
    Case { strides: [1, 1], dilations: [1, 3], pads: [1, 3, 1, 3], ..CASE }.check();
    Case { strides: [2, 2], dilations: [3, 2], pads: [3, 2, 3, 2], ..CASE }.check();
    Case { strides: [2, 1], dilations: [1, 2], kernel: [3, 2], ..CASE }.check();
}

#[test]
fn groups_stay_apart() {
    Case { group: 2, ..CASE }.check();
    Case { group: 4, out: 4, ..CASE }.check();
    Case { group: 4, out: 8, strides: [1, 2], dilations: [2, 1], ..CASE }.check();
}

#[test]
fn borders_follow_from_the_size() {
    // Seven rows at stride 2 are four windows, with a border of one; nine columns at stride 1 stay nine.
    let same = Case { pads: [1, 1, 1, 1], ..CASE };
    let file = same.file_with(vec![("strides", Ints(vec![2, 1])), ("auto_pad", Text("SAME_UPPER"))]);
    let x = numbers(4 * 7 * 9, 1);
    assert!(distance(&file.run(&x)[0].values, &same.expected(&x)) < 1e-6);
}

/// One axis of the window becomes channels: the one of which less has to be written.
#[test]
fn what_is_written_is_one_axis_of_the_window() {
    let operations = |case: Case| -> Vec<&'static str> {
        let graph = case.file().import().graph;
        graph.nodes().iter().filter(|n| n.op != Op::Input).map(|n| n.op.name()).collect()
    };
    assert_eq!(operations(Case { ..CASE }), ["pad", "rearrange", "conv2d"]);
    let graph = CASE.file().import().graph;
    let rows = graph.find("conv0/rows").expect("the rows of the window");
    assert_eq!(graph.shape(rows).c, 12);
    assert_eq!((graph.shape(rows).h, graph.shape(rows).w), (4, 9));
    // Where strides or dilations agree nothing is.
    assert_eq!(operations(Case { strides: [2, 2], ..CASE }), ["conv2d"]);
}

#[test]
fn a_map_smaller_than_the_window_is_named() {
    let refused = Case { dilations: [9, 1], ..CASE }.file().refused();
    assert!(refused.contains("smaller than its 3x3 kernel (dilation 9x1)"), "{refused}");
}
