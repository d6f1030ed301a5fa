//! ONNX nodes that move or mix values along the axes of a map: borders, blocks, resizing, cuts, and
//! transposed convolutions.

mod onnx_support;

use convscope::cost::cost;
use onnx_support::Attr::{Float, Int, Ints, Text};
use onnx_support::{File, counted, distance, operations, output};

#[test]
fn channels_become_pixels_and_pixels_channels() {
    let blocks = |op: &str, input: &[i64], mode| {
        File::new(input).node(op, "x", "y", vec![("blocksize", Int(2)), ("mode", Text(mode))])
    };
    let x = counted(8);
    // Channels 1 2 / 3 4 / 5 6 / 7 8, one row of two pixels each.
    output(
        &blocks("DepthToSpace", &[1, 4, 1, 2], "DCR"),
        &x,
        &[1, 1, 2, 4],
        &[1., 3., 2., 4., 5., 7., 6., 8.],
    );
    let two = &counted(16);
    let first = [1., 5., 2., 6., 9., 13., 10., 14., 3., 7., 4., 8., 11., 15., 12., 16.];
    output(&blocks("DepthToSpace", &[1, 8, 1, 2], "DCR"), two, &[1, 2, 2, 4], &first);
    let second = [1., 3., 2., 4., 5., 7., 6., 8., 9., 11., 10., 12., 13., 15., 14., 16.];
    output(&blocks("DepthToSpace", &[1, 8, 1, 2], "CRD"), two, &[1, 2, 2, 4], &second);
    output(
        &blocks("SpaceToDepth", &[1, 1, 2, 4], "DCR"),
        &x,
        &[1, 4, 1, 2],
        &[1., 3., 2., 4., 5., 7., 6., 8.],
    );
    // What reads the pixels makes them move.
    let file = blocks("DepthToSpace", &[1, 4, 1, 2], "DCR");
    assert!(operations(&file).is_empty(), "the result names the values by other axes");
    let read = File { outputs: vec![onnx_support::info("z", onnx_support::FLOAT, &[])], ..file }
        .weight("w", &[1, 1, 2, 2], &[1.0; 4])
        .node("Conv", "y w", "z", vec![("strides", Ints(vec![2, 2]))]);
    output(&read, &x, &[1, 1, 1, 2], &[16., 20.]);
    assert_eq!(operations(&read), ["rearrange", "conv2d"]);
    let refused = blocks("DepthToSpace", &[1, 6, 1, 2], "DCR").refused();
    assert!(refused.contains("do not divide"), "{refused}");
}

#[test]
fn borders_of_every_mode() {
    let pad = |mode, pads: &[i64]| {
        File::new(&[1, 1, 2, 3]).list("p", pads).node("Pad", "x p", "y", vec![("mode", Text(mode))])
    };
    let x = counted(6);
    let around = [0, 0, 1, 2, 0, 0, 0, 1];
    let reflect = [6., 5., 4., 5., 6., 5., 3., 2., 1., 2., 3., 2., 6., 5., 4., 5., 6., 5.];
    output(&pad("reflect", &around), &x, &[1, 1, 3, 6], &reflect);
    let edge = [1., 1., 1., 2., 3., 3., 1., 1., 1., 2., 3., 3., 4., 4., 4., 5., 6., 6.];
    output(&pad("edge", &around), &x, &[1, 1, 3, 6], &edge);
    let wrap = [5., 6., 4., 5., 6., 4., 2., 3., 1., 2., 3., 1., 5., 6., 4., 5., 6., 4.];
    output(&pad("wrap", &around), &x, &[1, 1, 3, 6], &wrap);
    output(&pad("constant", &[0, 0, 0, -1, 0, 0, -1, 1]), &x, &[1, 1, 1, 3], &[2., 3., 0.]);
    output(&pad("constant", &[0, 1, 0, 0, 0, 0, -1, 0]), &x, &[1, 2, 1, 3], &[0., 0., 0., 1., 2., 3.]);
    let seven = File::new(&[1, 1, 1, 2]).list("p", &[0, 0, 0, 1, 0, 0, 0, 1]).weight("v", &[], &[7.0]);
    let seven = seven.node("Pad", "x p v", "y", vec![]);
    output(&seven, &[1., 2.], &[1, 1, 1, 4], &[7., 1., 2., 7.]);
    let batch = pad("edge", &[1, 0, 0, 0, 0, 0, 0, 0]).refused();
    assert!(batch.contains("adds to the batch"), "{batch}");
}

#[test]
fn pixels_are_cut_out_picked_and_joined() {
    let file =
        |op: &str, inputs: &str, attributes| File::new(&[1, 1, 3, 4]).node(op, inputs, "y", attributes);
    let x = counted(12);
    let slice = |lists: [&[i64]; 4]| {
        ["starts", "ends", "axes", "steps"]
            .iter()
            .zip(lists)
            .fold(file("Slice", "x starts ends axes steps", vec![]), |f, (name, values)| f.list(name, values))
    };
    output(&slice([&[0], &[4], &[3], &[2]]), &x, &[1, 1, 3, 2], &[1., 3., 5., 7., 9., 11.]);
    output(&slice([&[-1, 3], &[-9, 0], &[2, 3], &[-2, -1]]), &x, &[1, 1, 2, 3], &[12., 11., 10., 4., 3., 2.]);
    output(&slice([&[1, 1], &[9, 3], &[2, 3], &[1, 1]]), &x, &[1, 1, 2, 2], &[6., 7., 10., 11.]);
    let rows = file("Gather", "x i", vec![("axis", Int(2))]).list("i", &[2, -2]);
    output(&rows, &x, &[1, 1, 2, 4], &[9., 10., 11., 12., 5., 6., 7., 8.]);
    let columns = File::new(&[1, 1, 2, 4]).node("Split", "x", "a b", vec![("axis", Int(3))]);
    let swapped = columns.node("Concat", "b a", "y", vec![("axis", Int(3))]);
    output(&swapped, &counted(8), &[1, 1, 2, 4], &[3., 4., 1., 2., 7., 8., 5., 6.]);
    let over = file("Concat", "x x", vec![("axis", Int(2))]);
    output(&over, &x, &[1, 1, 6, 4], &[x.clone(), x.clone()].concat());
    let out_of_it = file("Gather", "x i", vec![("axis", Int(2))]).list("i", &[3]).refused();
    assert!(out_of_it.contains("do not all lie in an axis of 3"), "{out_of_it}");
}

#[test]
fn values_keep_their_order_where_sides_do_not_divide() {
    let file = File::new(&[1, 3, 4]).list("s", &[1, 4, 3]).node("Reshape", "x s", "y", vec![]);
    output(&file, &counted(12), &[1, 4, 3], &counted(12));
    // Turned first: the order of the tensor counts, not that of the map.
    let turned = File::new(&[1, 1, 2, 3])
        .list("s", &[1, 1, 1, 6])
        .node("Transpose", "x", "t", vec![("perm", Ints(vec![0, 1, 3, 2]))])
        .node("Reshape", "t s", "r", vec![])
        .weight("w", &[1, 1, 1, 2], &[1.0, 0.0])
        .node("Conv", "r w", "y", vec![]);
    output(&turned, &counted(6), &[1, 1, 1, 5], &[1., 4., 2., 5., 3.]);
}

#[test]
fn softmax_along_the_pixels() {
    let softmax = |opset, axis: i64| {
        File::new(&[1, 1, 2, 2]).opset(opset).node("Softmax", "x", "y", vec![("axis", Int(axis))])
    };
    let half = 0.5_f32;
    let one = 1.0 / (1.0 + (-1.0_f32).exp());
    output(&softmax(13, 3), &[0., 0., 1., 0.], &[1, 1, 2, 2], &[half, half, one, 1.0 - one]);
    output(&softmax(13, 2), &[0., 0., 1., 0.], &[1, 1, 2, 2], &[1.0 - one, half, one, half]);
    // Before version 13: over all that follows.
    output(&softmax(11, 1), &[0.; 4], &[1, 1, 2, 2], &[0.25; 4]);
    let batch = File::new(&[2, 1, 1, 2]).node("Softmax", "x", "y", vec![("axis", Int(0))]).refused();
    assert!(batch.contains("over the batch"), "{batch}");
}

#[test]
fn maps_are_resized_as_the_standard_says() {
    let resize = |input: &[i64], sizes: &[i64], attributes| {
        File::new(input).list("s", sizes).node("Resize", "x - - s", "y", attributes)
    };
    let linear = |rule| vec![("mode", Text("linear")), ("coordinate_transformation_mode", Text(rule))];
    let row = counted(2);
    let to = |side| [1, 1, 1, side];
    output(&resize(&[1, 1, 1, 2], &to(4), linear("half_pixel")), &row, &[1, 1, 1, 4], &[1., 1.25, 1.75, 2.]);
    output(
        &resize(&[1, 1, 1, 2], &to(4), linear("align_corners")),
        &row,
        &[1, 1, 1, 4],
        &[1., 4. / 3., 5. / 3., 2.],
    );
    output(&resize(&[1, 1, 1, 2], &to(4), linear("asymmetric")), &row, &[1, 1, 1, 4], &[1., 1.5, 2., 2.]);
    // Shrunk to a half between the middles; with the wider filter of antialiasing 1 3 3 1 eighths, the
    // last pixel standing for what lies beside the map.
    let four = [1., 2., 4., 8.];
    output(&resize(&[1, 1, 1, 4], &to(2), linear("half_pixel")), &four, &[1, 1, 1, 2], &[1.5, 6.]);
    let wide = [linear("half_pixel"), vec![("antialias", Int(1))]].concat_all();
    output(&resize(&[1, 1, 1, 4], &to(2), wide), &four, &[1, 1, 1, 2], &[1.75, 5.75]);
    // Keys' cubic of -0.75, a quarter and three quarters of a pixel from its neighbours.
    let cubic = || vec![("mode", Text("cubic")), ("cubic_coeff_a", Float(-0.75))];
    let weights = [-0.10546875_f32, 0.87890625, 0.26171875, -0.03515625];
    let at = |k: [f32; 4]| weights.iter().zip(k).map(|(w, v)| w * v).sum::<f32>();
    let ends = [at([2., 1., 1., 1.]), at([1., 1., 2., 2.]), at([2., 2., 1., 1.]), at([1., 2., 2., 2.])];
    output(&resize(&[1, 1, 1, 2], &to(4), cubic()), &row, &[1, 1, 1, 4], &ends);
    // Pixels picked where the size is no multiple.
    let nearest =
        vec![("coordinate_transformation_mode", Text("asymmetric")), ("nearest_mode", Text("floor"))];
    output(
        &resize(&[1, 1, 2, 2], &[1, 1, 3, 3], nearest),
        &counted(4),
        &[1, 1, 3, 3],
        &[1., 1., 2., 1., 1., 2., 3., 3., 4.],
    );
    let twice = resize(&[1, 1, 2, 2], &[1, 1, 4, 4], vec![]);
    assert_eq!(operations(&twice), ["upsample_nearest"]);
    let batch = resize(&[1, 1, 2, 2], &[2, 1, 2, 2], vec![]).refused();
    assert!(batch.contains("resizes the batch"), "{batch}");
}

trait ConcatAll<T> {
    fn concat_all(self) -> Vec<T>;
}

impl<T, const N: usize> ConcatAll<T> for [Vec<T>; N] {
    fn concat_all(self) -> Vec<T> {
        self.into_iter().flatten().collect()
    }
}

/// A transposed convolution of square kernels.
#[derive(Clone, Copy, Debug)]
struct Deconvolution {
    size: [usize; 2],
    channels: [usize; 2],
    groups: usize,
    kernel: usize,
    stride: [usize; 2],
    dilation: usize,
    pads: [usize; 4],
    more: usize,
}

impl Deconvolution {
    fn taps(self) -> Vec<f32> {
        let count = self.channels[0] * self.channels[1] / self.groups * self.kernel * self.kernel;
        (0..count).map(|i| (i * 7 % 23) as f32 - 11.0).collect()
    }

    fn input(self) -> Vec<f32> {
        (0..self.channels[0] * self.size[0] * self.size[1]).map(|i| (i * 5 % 17) as f32 - 8.0).collect()
    }

    fn file(self) -> File {
        let int = |v: usize| v as i64;
        let [c, o] = self.channels;
        let attributes = vec![
            ("group", Int(int(self.groups))),
            ("strides", Ints(self.stride.map(int).to_vec())),
            ("dilations", Ints(vec![int(self.dilation); 2])),
            ("pads", Ints(self.pads.map(int).to_vec())),
            ("output_padding", Ints(vec![int(self.more); 2])),
        ];
        let bias: Vec<f32> = (0..o).map(|i| i as f32 + 0.5).collect();
        File::new(&[1, int(c), int(self.size[0]), int(self.size[1])])
            .weight("w", &[int(c), int(o / self.groups), int(self.kernel), int(self.kernel)], &self.taps())
            .weight("b", &[int(o)], &bias)
            .node("ConvTranspose", "x w b", "y", attributes)
    }

    /// Every input value times the kernel, added where it falls.
    fn expected(self) -> (Vec<usize>, Vec<f32>) {
        let ([c, o], [h, w], k) = (self.channels, self.size, self.kernel);
        let full = |i: usize, side: usize| {
            let reach = self.dilation * (k - 1) + 1 + self.more;
            (side - 1) * self.stride[i] + reach - self.pads[i] - self.pads[i + 2]
        };
        let (rows, columns) = (full(0, h), full(1, w));
        let (x, taps) = (self.input(), self.taps());
        let mut y = vec![0.0; o * rows * columns];
        for (channel, map) in y.chunks_exact_mut(rows * columns).enumerate() {
            map.fill(channel as f32 + 0.5);
        }
        let (inputs, outputs) = (c / self.groups, o / self.groups);
        for (i, value) in x.iter().enumerate() {
            let (channel, row, column) = (i / (h * w), i / w % h, i % w);
            for t in 0..outputs * k * k {
                let (output, u, v) = (t / (k * k), t / k % k, t % k);
                let at = |side: usize, i: usize, tap: usize| {
                    (i * self.stride[side] + tap * self.dilation).checked_sub(self.pads[side])
                };
                if let (Some(p), Some(q)) = (at(0, row, u), at(1, column, v))
                    && p < rows
                    && q < columns
                {
                    let o = channel / inputs * outputs + output;
                    let tap = (channel * outputs + output) * k * k + u * k + v;
                    y[(o * rows + p) * columns + q] += value * taps[tap];
                }
            }
        }
        (vec![1, o, rows, columns], y)
    }
}

const PLAIN: Deconvolution = Deconvolution {
    size: [4, 5],
    channels: [4, 6],
    groups: 1,
    kernel: 3,
    stride: [2, 2],
    dilation: 1,
    pads: [0; 4],
    more: 0,
};

#[test]
fn transposed_convolutions_of_every_kind() {
    let cases = [
        PLAIN,
        Deconvolution { pads: [1; 4], more: 1, ..PLAIN },
        Deconvolution { kernel: 4, pads: [1; 4], ..PLAIN },
        Deconvolution { kernel: 2, ..PLAIN },
        Deconvolution { kernel: 2, stride: [3, 3], ..PLAIN },
        Deconvolution { kernel: 5, stride: [3, 2], pads: [2, 0, 1, 3], ..PLAIN },
        Deconvolution { stride: [1, 1], pads: [1; 4], ..PLAIN },
        Deconvolution { stride: [1, 1], dilation: 2, ..PLAIN },
        Deconvolution { dilation: 2, pads: [3, 1, 2, 3], ..PLAIN },
        Deconvolution { dilation: 3, ..PLAIN },
        Deconvolution { groups: 2, pads: [1; 4], more: 1, ..PLAIN },
        Deconvolution { groups: 4, channels: [4, 4], kernel: 4, pads: [1; 4], ..PLAIN },
        Deconvolution { groups: 4, channels: [4, 8], ..PLAIN },
        Deconvolution { kernel: 10, stride: [5, 5], pads: [2, 2, 3, 3], ..PLAIN },
        Deconvolution { kernel: 1, stride: [2, 2], ..PLAIN },
        Deconvolution { size: [1, 1], kernel: 4, ..PLAIN },
    ];
    for case in cases {
        let outputs = case.file().run(&case.input());
        let (dims, expected) = case.expected();
        assert_eq!(outputs[0].dims, dims, "{case:?}");
        assert!(distance(&outputs[0].values, &expected) < 1e-6, "{case:?}");
    }
}

/// No zero between the pixels is multiplied: as many products as taps fall into the result.
#[test]
fn a_transposed_convolution_costs_its_taps() {
    let graph = Deconvolution { pads: [1; 4], more: 1, ..PLAIN }.file().import().graph;
    assert_eq!(cost(&graph).total.macs, 4 * 6 * 9 * 20);
    assert_eq!(cost(&graph).total.params, 4 * 6 * 9 + 4 * 6);
    let operations: Vec<_> = graph.nodes().iter().map(|node| node.op.name()).collect();
    assert_eq!(operations, ["input", "conv2d", "conv2d", "conv2d", "conv2d", "concat", "rearrange"]);
    // Windows side by side are one convolution of single taps.
    let graph = Deconvolution { kernel: 2, ..PLAIN }.file().import().graph;
    assert_eq!(cost(&graph).total.macs, 4 * 6 * 4 * 20);
    assert_eq!(graph.nodes().len(), 3);
    let wrong = File::new(&[1, 3, 2, 2]).weight("w", &[4, 1, 2, 2], &[1.0; 16]);
    let wrong = wrong.node("ConvTranspose", "x w", "y", vec![]).refused();
    assert!(wrong.contains("does not fit 3 input channels"), "{wrong}");
}

#[test]
fn factors_are_repeated_where_they_have_one_place() {
    // One factor per pixel, for all channels.
    let file = File::new(&[1, 2, 1, 2])
        .list("s", &[1, 1, 1, 2])
        .node("Split", "x", "a b", vec![("axis", Int(1))])
        .node("Mul", "a x", "y", vec![]);
    output(&file, &[1., 2., 3., 4.], &[1, 2, 1, 2], &[1., 4., 3., 8.]);
    // One per channel, which an Expand would repeat: the product does.
    let mean = |reader: &str| {
        File::new(&[1, 2, 1, 2])
            .list("s", &[1, 2, 1, 2])
            .node("GlobalAveragePool", "x", "m", vec![])
            .node("Expand", "m s", "e", vec![])
            .node(reader, "x e", "y", vec![])
    };
    output(&mean("Mul"), &[1., 3., 4., 6.], &[1, 2, 1, 2], &[2., 6., 20., 30.]);
    assert_eq!(operations(&mean("Mul")), ["global_average_pool", "multiply"]);
    output(&mean("Add"), &[1., 3., 4., 6.], &[1, 2, 1, 2], &[3., 5., 9., 11.]);
    let wrong =
        File::new(&[1, 2, 1, 2]).list("s", &[1, 3, 1, 2]).node("Expand", "x s", "y", vec![]).refused();
    assert!(wrong.contains("cannot be repeated"), "{wrong}");
}

#[test]
fn whole_axes_are_repeated() {
    let file = File::new(&[1, 2, 1, 2]).list("s", &[1, 2, 1, 2]).node("Tile", "x s", "y", vec![]);
    let (ab, cd) = ([1., 2., 1., 2.], [3., 4., 3., 4.]);
    output(&file, &[1., 2., 3., 4.], &[1, 4, 1, 4], &[ab, cd, ab, cd].concat());
    // Computed while the file is read: the kernel is [1, 2, 1, 2].
    let folded = File::new(&[1, 4, 1, 1])
        .weight("k", &[1, 2, 1, 1], &[1., 2.])
        .list("s", &[1, 2, 1, 1])
        .node("Tile", "k s", "w", vec![])
        .node("Conv", "x w", "y", vec![]);
    output(&folded, &[1., 10., 100., 1000.], &[1, 1, 1, 1], &[2121.]);
    let wrong = File::new(&[1, 2, 1, 2]).list("s", &[1, 0, 1, 1]).node("Tile", "x s", "y", vec![]).refused();
    assert!(wrong.contains("its repeats [1, 0, 1, 1]"), "{wrong}");
}

#[test]
fn an_axis_may_be_cut_twice() {
    let file = File::new(&[1, 1, 1, 4])
        .list("from", &[1, -2])
        .list("to", &[4, 9])
        .list("axes", &[3, 3])
        .node("Slice", "x from to axes", "y", vec![]);
    output(&file, &[1., 2., 3., 4.], &[1, 1, 1, 2], &[3., 4.]);
}

/// Two maps on top of each other, each weighted per channel, and their sum: a selective kernel.
#[test]
fn stacked_maps_are_weighted_and_added() {
    let file = File::new(&[1, 2, 1, 2])
        .list("one", &[1])
        .list("axes", &[2, 3])
        .node("Relu", "x", "r", vec![])
        .node("Unsqueeze", "x one", "a", vec![])
        .node("Unsqueeze", "r one", "b", vec![])
        .node("Concat", "a b", "c", vec![("axis", Int(1))])
        .node("GlobalAveragePool", "x", "m", vec![])
        .node("Concat", "m m", "two", vec![("axis", Int(1))])
        .list("split", &[1, 2, 2, 1, 1])
        .node("Reshape", "two split", "f", vec![])
        .node("Mul", "c f", "p", vec![])
        .node("ReduceSum", "p one", "y", vec![("keepdims", Int(0))]);
    // Means 0 and 5; (x + max(x, 0)) times them.
    output(&file, &[-1., 1., 4., 6.], &[1, 2, 1, 2], &[0., 0., 40., 60.]);
    assert_eq!(
        operations(&file),
        [
            "relu",
            "concat",
            "global_average_pool",
            "concat",
            "multiply",
            "slice_channels",
            "slice_channels",
            "add"
        ]
    );
}

/// Zeros that wait around rows go with them when a transpose makes channels of the rows.
#[test]
fn waiting_zeros_move_with_their_axis() {
    let file = File::new(&[1, 1, 2, 2])
        .list("p", &[0, 0, 1, 0, 0, 0, 0, 0])
        .weight("w", &[1, 3, 1, 1], &[100., 10., 1.])
        .node("Pad", "x p", "z", vec![])
        .node("Transpose", "z", "t", vec![("perm", Ints(vec![0, 2, 1, 3]))])
        .node("Conv", "t w", "y", vec![]);
    output(&file, &[1., 2., 3., 4.], &[1, 1, 1, 2], &[13., 24.]);
}
