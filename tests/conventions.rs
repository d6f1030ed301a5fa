//! Counting conventions against the published rules and the table of four networks.

use std::collections::BTreeSet;

use convscope::cost::conventions::{ALL, Convention, Why, find};
use convscope::cost::cost;
use convscope::graph::{
    Activation, Blank, Builder, Conv2d, Graph, GraphError, NodeId, Op, Padding, Pool2d, PoolKind, Sampling,
    Seeded, Tap, Taps, Wiring,
};
use convscope::networks;
use convscope::tensor::Shape;
use convscope::text::{Lang, has};
use convscope::variants::{self, Geometry, Settings};
use proptest::prelude::*;

fn convention(name: &str) -> &'static Convention {
    find(name).unwrap_or_else(|e| panic!("{e}"))
}

fn graph(build: impl FnOnce(&mut Builder<'_>) -> Result<(), GraphError>) -> Graph {
    let mut source = Given;
    let mut b = Builder::new(&mut source);
    build(&mut b).expect("it fits");
    b.finish()
}

/// Weights of zero; biases are there.
struct Given;

impl convscope::graph::WeightSource for Given {
    fn take(
        &mut self,
        name: &str,
        dims: &[usize],
        _optional: bool,
    ) -> Result<Option<convscope::graph::Weight>, GraphError> {
        Seeded(0).take(name, dims, false)
    }
}

fn conv(kernel: usize, stride: usize, groups: usize) -> Conv2d {
    Conv2d { kernel, stride, padding: Padding::same(kernel, 1), dilation: 1, wiring: Wiring::Grouped(groups) }
}

/// The names of the table in `every_rule_on_every_operation`, in its order.
const COLUMNS: [&str; 20] = [
    "macs",
    "flops",
    "fvcore",
    "thop",
    "thop-2019",
    "ptflops",
    "ptflops-aten",
    "torchinfo",
    "torch",
    "deepspeed",
    "deepspeed-macs",
    "torchlens",
    "torchlens-macs",
    "torchsummaryx",
    "torchstat",
    "torchstat-modules",
    "hetconv",
    "octconv",
    "condensenet",
    "condensenetv2",
];

/// Columns mixed with their neighbours, the last with itself; with a weight of 1 as they are.
fn between(channels: usize, side: usize, weight: f32) -> Sampling {
    let tap = |at: usize, weight| Tap { offset: at.min(side - 1) as u32, weight };
    Sampling {
        channels: Taps::moved((0..channels).map(|c| Some(c * side * side))),
        rows: Taps::moved((0..side).map(|row| Some(row * side))),
        columns: Taps::new((0..side).map(|at| [tap(at, weight), tap(at + 1, 1.0 - weight)])),
    }
}

/// Every rule on a network of one layer of each kind, as written in the sources of the tools.
#[test]
#[rustfmt::skip] // as a table
fn every_rule_on_every_operation() {
    let pool = Pool2d::square;
    let graph = graph(|b| {
        let x = b.input("input", Shape::new(1, 4, 8, 8))?;
        let x = b.conv2d("conv", x, conv(3, 1, 1), 6, true)?;
        let x = b.conv2d("plain", x, conv(1, 1, 2), 6, false)?;
        let x = b.batch_norm("norm", x, 1e-5)?;
        let x = b.activation("relu", x, Activation::Relu)?;
        let x = b.activation("relu6", x, Activation::Relu6)?;
        let x = b.add("add", x, x)?;
        let x = b.concat("concat", &[x, x])?;
        let x = b.slice("slice", x, 0, 6)?;
        let x = b.gather("gather", x, vec![5, 4, 3, 2, 1, 0])?;
        let x = b.pool2d("max", x, pool(PoolKind::Max, 3, 1))?;
        let x = b.pool2d("average", x, pool(PoolKind::Average, 2, 2))?;
        let x = b.upsample("up", x, 2, 6, 6)?;
        let x = b.resample("moved", x, between(6, 6, 1.0))?;
        let x = b.resample("linear", x, between(6, 6, 0.5))?;
        let mean = b.global_average_pool("mean", x)?;
        let gate = b.pair_softmax("gate", mean, mean)?;
        let x = b.blend("blend", x, x, gate)?;
        let x = b.scatter_add("scatter", x, vec![0, 0, 1, 1, 2, 2], 3)?;
        let x = b.global_average_pool("last", x)?;
        let x = b.linear("fc", x, 10)?;
        let x = b.softmax("inner", x)?;
        let x = b.linear("fc2", x, 10)?;
        let x = b.softmax("prob", x)?;
        b.output("prob", x);
        Ok(())
    });
    // 6 maps of 64 values; 6x6 after the max pool, 3x3 after the average pool, 6x6 after upsampling.
    //                      macs flops fvco thop 2019  ptfl aten info torch deep  dsm  lens tlm  tsx   ts   tsm  het   oct   c1    c2
    let table: &[(&str, [u64; 20])] = &[
        // 216 weights on 64 pixels, 384 biases.
        ("conv",     [13824, 27648, 13824, 13824, 14208, 14208, 14208, 14208, 27648, 28032, 13824, 28032, 14016, 13824, 14208, 14208, 14208, 13824, 13824, 13824]),
        ("plain",    [1152, 2304, 1152, 1152, 1152, 1152, 1152, 1152, 2304, 2304, 1152, 2304, 1152, 1152, 1152, 1152, 1536, 1152, 1152, 1152]),
        ("norm",     [0, 0, 768, 1536, 1536, 768, 0, 12, 0, 768, 0, 1920, 960, 6, 768, 768, 0, 0, 0, 0]),
        ("relu",     [0, 0, 0, 0, 0, 384, 0, 0, 0, 384, 0, 384, 192, 0, 0, 384, 0, 0, 384, 384]),
        ("relu6",    [0, 0, 0, 0, 0, 384, 0, 0, 0, 384, 0, 384, 192, 0, 0, 384, 0, 0, 0, 384]),
        ("add",      [0, 0, 0, 0, 0, 0, 0, 0, 0, 384, 0, 384, 192, 0, 0, 0, 0, 0, 0, 0]),
        ("concat",   [0; 20]),
        ("slice",    [0; 20]),
        ("gather",   [0; 20]),
        // 384 values in, 216 out, window of 9.
        ("max",      [0, 0, 0, 0, 0, 384, 0, 0, 0, 384, 0, 648, 324, 0, 384, 384, 0, 1944, 0, 0]),
        // 216 values in, 54 out, window of 4.
        ("average",  [0, 0, 0, 54, 162, 216, 0, 0, 0, 216, 0, 108, 54, 0, 216, 216, 0, 216, 216, 216]),
        ("up",       [0, 0, 216, 216, 0, 216, 0, 0, 0, 216, 0, 864, 432, 0, 216, 216, 0, 0, 0, 0]),
        ("moved",    [0; 20]),
        // Two taps on the columns: linear, not cubic.
        ("linear",   [0, 0, 864, 2376, 0, 216, 0, 0, 0, 216, 0, 864, 432, 0, 216, 216, 0, 0, 0, 0]),
        ("mean",     [0, 0, 216, 222, 222, 216, 0, 0, 0, 216, 0, 216, 108, 0, 0, 0, 0, 0, 216, 216]),
        ("gate",     [0, 0, 0, 0, 0, 12, 0, 0, 0, 12, 0, 60, 30, 0, 0, 0, 0, 0, 0, 0]),
        ("blend",    [0, 0, 0, 0, 0, 0, 0, 0, 0, 648, 0, 648, 324, 0, 0, 0, 0, 0, 0, 0]),
        ("scatter",  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 216, 108, 0, 0, 0, 0, 0, 0, 0]),
        ("last",     [0, 0, 108, 111, 111, 108, 0, 0, 0, 108, 0, 108, 54, 0, 0, 0, 0, 108, 108, 108]),
        ("fc",       [30, 60, 30, 30, 60, 40, 40, 40, 60, 70, 30, 70, 35, 30, 30, 30, 30, 30, 40, 30]),
        ("inner",    [0, 0, 0, 0, 0, 10, 0, 0, 0, 10, 0, 50, 25, 0, 0, 0, 0, 0, 0, 0]),
        ("fc2",      [100, 200, 100, 100, 200, 110, 110, 110, 200, 210, 100, 210, 105, 100, 100, 100, 100, 100, 110, 100]),
        ("prob",     [0; 20]),
    ];
    for (column, name) in COLUMNS.into_iter().enumerate() {
        let count = convention(name).count(&graph);
        for (node, expected) in table {
            let id = graph.find(node).expect(node);
            let counted = count.nodes[id.index()].amount();
            assert_eq!(counted.whole(), Some(expected[column]), "{name}: {node}");
        }
        assert_eq!(count.total(), table.iter().map(|(_, row)| row[column]).sum::<u64>(), "{name}");
        // Whatever is zero is listed, and nothing else.
        let zero: BTreeSet<&str> = table.iter().filter(|(_, row)| row[column] == 0).map(|(node, _)| {
            graph.node(graph.find(node).expect(node)).op.name()
        }).collect();
        let listed: BTreeSet<&str> = count.uncounted.iter().map(|u| u.op).collect();
        assert_eq!(listed, zero, "{name}");
    }
    assert_eq!(table.len() + 1, graph.nodes().len(), "every node but the input stands in the table");
}

#[test]
fn all_conventions_stand_in_the_table_and_have_words() {
    assert_eq!(ALL.iter().map(|c| c.name).collect::<Vec<_>>(), COLUMNS);
    let mut names = BTreeSet::new();
    for c in ALL {
        for name in std::iter::once(&c.name).chain(c.aliases) {
            assert!(names.insert(*name), "{name} stands twice");
            assert!(std::ptr::eq(convention(&name.to_uppercase().replace('-', "_")), *c), "{name}");
        }
        assert!(!c.source.is_empty() && !c.title.is_empty());
        Lang::ALL.iter().for_each(|&lang| assert!(has(lang, &c.key()), "{lang:?} {}", c.key()));
    }
    for why in Why::ALL {
        Lang::ALL.iter().for_each(|&lang| assert!(has(lang, &why.key()), "{lang:?} {}", why.key()));
    }
}

#[test]
fn an_unknown_name_gets_the_most_similar_one() {
    for (asked, similar) in [("fvcor", "fvcore"), ("thop 2018", "thop-2019"), ("flopcountermod", "torch")] {
        let error = find(asked).expect_err(asked);
        assert_eq!(error.similar, similar, "{error}");
        assert!(error.to_string().contains("condensenetv2"), "it lists all: {error}");
    }
}

/// One block, 64 channels, 3x3, no bias, then norm and ReLU: what depthwise saves depends on who counts.
#[test]
fn the_saving_of_a_depthwise_block_depends_on_the_counter() {
    let block = |groups| {
        graph(|b| {
            let x = b.input("input", Shape::new(1, 64, 56, 56))?;
            let x = b.conv2d("conv", x, conv(3, 1, groups), 64, false)?;
            let x = b.batch_norm("norm", x, 1e-5)?;
            b.activation("relu", x, Activation::Relu).map(|_| ())
        })
    };
    let (standard, depthwise) = (block(1), block(64));
    for (name, saving) in [
        ("macs", "64.0"),
        ("torch", "64.0"),
        ("torchinfo", "64.0"),
        ("ptflops-aten", "64.0"),
        ("deepspeed", "55.0"),
        ("fvcore", "52.5"),
        ("ptflops", "48.2"),
        ("torchlens", "48.2"),
        ("thop", "44.6"),
    ] {
        let count = |graph| convention(name).count(graph).total() as f64;
        // Cut off after one decimal as in the table: 48.25 is 48.2.
        let ratio = (count(&standard) / count(&depthwise) * 10.0 + 1e-9).floor() / 10.0;
        let near = (count(&standard) / count(&depthwise) * 10.0).round() / 10.0;
        assert!([ratio, near].iter().any(|r| format!("{r:.1}") == saving), "{name}: {ratio} or {near}");
    }
}

/// The same four networks under each rule, 224x224: AlexNet, VGG-16, ResNet-50, MobileNetV2.
#[test]
#[rustfmt::skip] // as a table
fn four_networks_under_every_rule() {
    let table: &[(&str, [u64; 4])] = &[
        ("macs",           [714_188_480, 15_470_264_320, 4_089_184_256, 300_774_272]),
        ("deepspeed-macs", [714_188_480, 15_470_264_320, 4_089_184_256, 300_774_272]),
        ("fvcore",         [714_197_696, 15_470_289_408, 4_111_512_576, 314_193_216]),
        ("thop",           [714_206_912, 15_470_314_496, 4_133_742_592, 327_550_720]),
        ("ptflops-aten",   [714_682_664, 15_483_821_032, 4_089_185_256, 300_775_272]),
        ("ptflops",        [715_561_896, 15_503_523_304, 4_121_925_096, 320_300_008]),
        ("torchinfo",      [714_682_664, 15_483_821_032, 4_089_238_376, 300_809_384]),
        ("torch",          [1_428_376_960, 30_940_528_640, 8_178_368_512, 601_548_544]),
        ("flops",          [1_428_376_960, 30_940_528_640, 8_178_368_512, 601_548_544]),
        ("deepspeed",      [1_429_750_376, 30_973_787_624, 8_216_628_712, 621_290_664]),
        ("torchlens",      [1_429_638_504, 30_970_726_888, 8_249_769_960, 641_325_000]),
    ];
    let params = [61_100_840, 138_357_544, 25_557_032, 3_504_872];
    for (column, name) in ["alexnet", "vgg16", "resnet50", "mobilenet_v2"].into_iter().enumerate() {
        let network = networks::find(name).expect(name);
        let graph = network.build(&mut Blank, network.input).expect("its own input fits");
        assert_eq!(cost(&graph).total.params, params[column], "{name}");
        for (rule, totals) in table {
            assert_eq!(convention(rule).count(&graph).total(), totals[column], "{name}: {rule}");
        }
    }
}

/// A counter that shares nothing with the program: loops over every output, tap and channel, and adds one.
/// Returns all multiplications, and those that meet a pixel of the map.
fn by_brute_force(x: Shape, conv: &Conv2d, groups: usize, out_channels: usize) -> (u64, u64) {
    let Padding { top, bottom, left, right } = conv.padding;
    let (mut all, mut inside) = (0, 0);
    let reach = conv.dilation * (conv.kernel - 1);
    for _ in 0..x.n {
        for o in 0..out_channels {
            for c in 0..x.c {
                // Output `o` reads only the inputs of its group.
                if o / (out_channels / groups) != c / (x.c / groups) {
                    continue;
                }
                let mut y = 0;
                while y + reach < x.h + top + bottom {
                    let mut column = 0;
                    while column + reach < x.w + left + right {
                        for v in 0..conv.kernel {
                            for u in 0..conv.kernel {
                                all += 1;
                                let (row, place) = (y + v * conv.dilation, column + u * conv.dilation);
                                let rows = top..top + x.h;
                                if rows.contains(&row) && (left..left + x.w).contains(&place) {
                                    inside += 1;
                                }
                            }
                        }
                        column += conv.stride;
                    }
                    y += conv.stride;
                }
            }
        }
    }
    (all, inside)
}

proptest! {
    #[test]
    fn multiply_adds_by_brute_force(
        (n, per_group, h, w) in (1..3_usize, 1..4_usize, 5..11_usize, 5..11_usize),
        (kernel, stride, dilation) in (1..4_usize, 1..4_usize, 1..3_usize),
        padding in (0..3_usize, 0..3_usize, 0..3_usize, 0..3_usize),
        (groups, out_per_group) in (1..4_usize, 1..4_usize),
    ) {
        let (top, bottom, left, right) = padding;
        let padding = Padding { top, bottom, left, right };
        let layer = Conv2d { kernel, stride, padding, dilation, wiring: Wiring::Grouped(groups) };
        let shape = Shape::new(n, per_group * groups, h, w);
        let out = out_per_group * groups;
        let graph = graph(|b| {
            let x = b.input("input", shape)?;
            b.conv2d("conv", x, layer.clone(), out, false).map(|_| ())
        });
        let (all, inside) = by_brute_force(shape, &layer, groups, out);
        prop_assert_eq!(cost(&graph).total.macs, all, "zeros of the border count");
        prop_assert!(inside <= all && (inside == all || (top, bottom, left, right) != (0, 0, 0, 0)));
        // Every rule of one per multiply-add says the same of a convolution without bias.
        for name in ["macs", "fvcore", "thop", "thop-2019", "ptflops", "ptflops-aten", "torchinfo", "octconv"] {
            prop_assert_eq!(convention(name).count(&graph).total(), all, "{}", name);
        }
        for name in ["flops", "torch", "deepspeed", "torchlens"] {
            prop_assert_eq!(convention(name).count(&graph).total(), 2 * all, "{}", name);
        }
    }
}

fn operator(name: &str, g: Geometry, set: &[(&str, &str)], batch: usize) -> Graph {
    let v = variants::find(name).expect("listed");
    let mut s = Settings::default();
    set.iter().for_each(|(key, value)| s.set(key, value.parse().expect("infallible")));
    let s = s.completed(v, &g);
    s.check(v, &g).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut source = Seeded(1);
    let mut b = Builder::new(&mut source);
    let inputs: Vec<NodeId> = v
        .inputs(&g, &s)
        .iter()
        .map(|map| {
            let first = Shape::new(batch, v.inputs(&g, &s)[0].channels, 8, 8);
            b.input(map.name, map.shape(first)).expect("a shape")
        })
        .collect();
    v.lower(&g, &s, &inputs, &mut b).unwrap_or_else(|e| panic!("{name}: {e}"));
    b.finish()
}

#[test]
fn identities_between_operators_hold_under_every_convention() {
    let g = Geometry::same(16, 32, 3, 1);
    let square = Geometry::same(16, 16, 3, 1);
    for c in ALL {
        let count = |name, g, set: &[(&str, &str)]| c.count(&operator(name, g, set, 1)).total();
        let standard = count("standard", g, &[("groups", "1")]);
        assert_eq!(count("group", g, &[("groups", "1")]), standard, "{}: one group", c.name);
        assert_eq!(
            count("group", square, &[("groups", "16")]),
            count("depthwise", square, &[]),
            "{}: as many groups as channels",
            c.name
        );
        assert_eq!(
            count("octave", g, &[("alpha_in", "0"), ("alpha_out", "0")]),
            standard,
            "{}: alpha 0",
            c.name
        );
        assert_eq!(count("hetconv", g, &[("part", "1")]), standard, "{}: P = 1", c.name);
    }
    // The primary number alone, without pools and upsampling: 43.75 %.
    let macs = |set: &[(&str, &str)]| cost(&operator("octave", g, set, 1)).total.macs;
    let half = [("alpha_in", "0.5"), ("alpha_out", "0.5")];
    assert_eq!(macs(&half) * 16, macs(&[("alpha_in", "0"), ("alpha_out", "0")]) * 7);
    // HetConv as its formula has it, and as the published code runs it: group convolution and full pointwise.
    for (part, per_cent) in [("2", 10.0), ("4", 8.3), ("8", 6.2)] {
        let formula = cost(&operator("hetconv", square, &[("part", part)], 1)).total.macs as f64;
        let groups = cost(&operator("group", square, &[("groups", part)], 1)).total.macs;
        let pointwise = cost(&operator("pointwise", square, &[], 1)).total.macs;
        let more = ((groups + pointwise) as f64 / formula - 1.0) * 100.0;
        assert!((more - per_cent).abs() < 0.051, "P = {part}: {more}");
    }
}

#[test]
fn totals_are_sums_and_batches_multiply() {
    for v in variants::ALL {
        let g = v.nearest(Geometry::same(16, 16, 3, 1));
        let (one, two) = (operator(v.name(), g, &[], 1), operator(v.name(), g, &[], 2));
        for c in ALL {
            let count = c.count(&one);
            let sum: f64 = count.nodes.iter().map(|n| n.amount().value()).sum();
            assert_eq!(count.total() as f64, sum.round(), "{} {}", c.name, v.name());
            assert_eq!(c.count(&one).total(), count.total(), "counting twice gives the same");
            let (once, twice) = (count.total() as i64, c.count(&two).total() as i64);
            // torchsummaryX leaves the batch out; HetConv's fractions round once.
            let expected = if c.name == "torchsummaryx" { once } else { 2 * once };
            assert!((twice - expected).abs() <= 1, "{} {}: {twice} is not {expected}", c.name, v.name());
            for node in &count.uncounted {
                assert!(one.nodes().iter().any(|n| n.op.name() == node.op && n.op != Op::Input));
            }
        }
    }
}
