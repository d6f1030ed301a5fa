//! The integers that the papers' tables come from, counted from the backbones by the code that the
//! command line runs: pure multiply-adds of convolutions and fully connected layers, and parameters.

use std::process::Command;

use convscope::cost;
use convscope::graph::{Blank, Graph, Op};
use convscope::networks::{self, Choice, Network, Part, Placement, Site};
use convscope::variants::{self, Settings};
use serde_json::Value;

/// A network, an operator with its settings, and what it must cost.
struct Row {
    network: &'static str,
    operator: Option<(&'static str, &'static str)>,
    macs: u64,
    params: u64,
}

/// Where a table gives only one of the two.
const ANY: u64 = 0;

const fn plain(network: &'static str, macs: u64, params: u64) -> Row {
    Row { network, operator: None, macs, params }
}

const fn with(
    network: &'static str,
    variant: &'static str,
    set: &'static str,
    macs: u64,
    params: u64,
) -> Row {
    Row { network, operator: Some((variant, set)), macs, params }
}

/// What `convscope cost` says of a network, or what is wrong.
fn program(network: &str, args: &[&str]) -> Result<Value, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_convscope"));
    command.args(["cost", "--format", "json", "--network", network]).args(args);
    let output = command.output().expect("the program runs");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(serde_json::from_slice(&output.stdout).expect("one JSON document"))
}

/// Multiply-adds and parameters of a row.
fn counted(row: &Row) -> (u64, u64) {
    let mut args = Vec::new();
    if let Some((variant, set)) = row.operator {
        args.extend(["--variant", variant, "--placement", "paper"]);
        set.split_whitespace().for_each(|s| args.extend(["--set", s]));
    }
    let json = program(row.network, &args).unwrap_or_else(|error| panic!("{}: {error}", row.network));
    let number = |key: &str| json[key].as_u64().expect("a count");
    (number("macs"), number("params"))
}

/// Counts every row of a table and names all that differ.
fn check(rows: &[Row]) {
    let differ = |row: &Row| {
        let (macs, params) = counted(row);
        let wrong = |expected, found| expected != ANY && expected != found;
        (wrong(row.macs, macs) || wrong(row.params, params)).then(|| {
            format!(
                "{} {:?}: {macs} MACs, {params} parameters; the table has {}, {}",
                row.network,
                row.operator.unwrap_or_default(),
                row.macs,
                row.params
            )
        })
    };
    let wrong: Vec<String> = rows.iter().filter_map(differ).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ordinary_networks() {
    check(&[
        plain("alexnet", 714_188_480, 61_100_840),
        plain("vgg16", 15_470_264_320, 138_357_544),
        plain("resnet50", 4_089_184_256, 25_557_032),
        plain("mobilenet_v2", 300_774_272, 3_504_872),
        plain("resnet34", 3_663_761_408, 21_797_672),
        plain("resnet18", ANY, 11_689_512),
        plain("resnet50_v1", 3_857_973_248, 25_557_032),
        plain("resnet101_v1", 7_570_194_432, 44_549_160),
        plain("resnet26", 2_342_256_640, ANY),
        plain("resnet101", 7_801_405_440, 44_549_160),
        plain("resnet152", ANY, 60_192_808),
        plain("resnet200", 15_007_481_856, ANY),
        plain("resnext50_32x4d", 4_230_479_872, 25_028_904),
        plain("se_resnet50", ANY, 28_088_024),
    ]);
}

#[test]
fn hetconv_vgg16() {
    check(&[
        plain("vgg16_cifar", 313_463_808, 14_987_786),
        with("vgg16_cifar", "hetconv", "part=1", 313_463_808, 14_987_786),
        with("vgg16_cifar", "hetconv", "part=2", 175_051_776, 8_440_512 + 10_058),
        with("vgg16_cifar", "hetconv", "part=4", 105_845_760, 5_171_904 + 10_058),
        with("vgg16_cifar", "hetconv", "part=8", 71_242_752, 3_537_600 + 10_058),
        with("vgg16_cifar", "hetconv", "part=16", 53_941_248, 2_720_448 + 10_058),
        with("vgg16_cifar", "hetconv", "part=32", 45_290_496, 2_311_872 + 10_058),
        with("vgg16_cifar", "hetconv", "part=64", 40_965_120, 2_107_584 + 10_058),
        with("vgg16_cifar", "group_pointwise", "groups=4", 107_418_624, ANY),
        with("vgg16_cifar", "depthwise_separable", "", 38_280_192, ANY),
    ]);
}

#[test]
fn hetconv_in_other_networks() {
    check(&[
        with("resnet50", "hetconv", "part=4", 2_856_058_880, 18_012_200),
        with("mobilenet_v1", "hetconv", "part=8", 1_090_846_720, ANY),
        with("mobilenet_v1", "hetconv", "part=16", 821_100_544, ANY),
        with("mobilenet_v1", "hetconv", "part=32", 686_227_456, ANY),
        // More parts than any layer has channels: one 3x3 kernel per filter.
        with("mobilenet_v1", "hetconv", "part=1024", 573_030_400, ANY),
        with("resnet56_cifar_a", "hetconv", "part=1", 125_485_696, ANY),
        with("resnet56_cifar_a", "hetconv", "part=2", 69_911_168, ANY),
        with("resnet56_cifar_a", "hetconv", "part=4", 42_123_904, ANY),
        with("resnet56_cifar_a", "hetconv", "part=8", 28_230_272, ANY),
        with("resnet56_cifar_a", "hetconv", "part=16", 21_283_456, ANY),
    ]);
}

#[test]
fn spconv() {
    check(&[
        with("vgg16_cifar", "spconv", "alpha=0.5", 114_496_512, 5_611_338),
        with("vgg16_cifar", "spconv", "alpha=0.25", 75_568_128, 3_772_746),
        with("vgg16_cifar", "spconv", "alpha=0.125", 56_103_936, 2_853_450),
        with("vgg16_cifar", "spconv", "alpha=0.0625", 46_371_840, 2_393_802),
        plain("resnet20_cifar_b", 40_813_184, 272_474),
        with("resnet20_cifar_b", "spconv", "alpha=0.5", 15_188_608, 105_082),
        with("resnet20_cifar_b", "spconv", "alpha=0.25", 10_175_104, 71_674),
        plain("resnet20_cifar_a", 40_551_040, 269_722),
        with("resnet20_cifar_a", "spconv", "alpha=0.5", 14_926_464, 102_330),
        with("resnet20_cifar_a", "spconv", "alpha=0.25", 9_912_960, 68_922),
        with("resnet20_cifar_a", "spconv", "alpha=0.125", 7_406_208, 52_218),
        with("resnet50", "spconv", "alpha=0.5", 2_907_439_104, 18_345_448),
        with("resnet50", "spconv", "alpha=0.25", 2_676_228_096, 16_930_792),
    ]);
}

#[test]
fn octave_resnets() {
    check(&[
        with("resnet50", "octave", "alpha=0.125", 3_565_196_288, 25_557_032),
        with("resnet50", "octave", "alpha=0.25", 3_103_526_912, 25_557_032),
        with("resnet50", "octave", "alpha=0.5", 2_367_143_936, 25_557_032),
        with("resnet50", "octave", "alpha=0.75", 1_880_035_328, 25_557_032),
        with("resnet26", "octave", "alpha=0.125", 2_086_961_152, ANY),
        with("resnet26", "octave", "alpha=0.25", 1_858_158_592, ANY),
        with("resnet26", "octave", "alpha=0.5", 1_480_032_256, ANY),
        with("resnet26", "octave", "alpha=0.75", 1_207_877_632, ANY),
        with("resnet101", "octave", "alpha=0.125", 6_624_878_592, 44_549_160),
        with("resnet101", "octave", "alpha=0.5", 3_991_240_704, 44_549_160),
        with("resnet101", "octave", "alpha=0.75", 2_982_100_992, 44_549_160),
        with("resnet152", "octave", "alpha=0.125", 9_684_560_896, ANY),
        with("resnet152", "octave", "alpha=0.25", 8_091_824_128, ANY),
        with("resnet152", "octave", "alpha=0.75", 4_084_166_656, ANY),
        with("resnet200", "octave", "alpha=0.125", 12_564_261_888, ANY),
        with("resnet200", "octave", "alpha=0.25", 10_439_258_112, ANY),
        with("resnet200", "octave", "alpha=0.5", 7_143_899_136, ANY),
        with("resnet200", "octave", "alpha=0.75", 5_121_404_928, ANY),
        with("resnext50_32x4d", "octave", "alpha=0.25", 3_170_988_544, ANY),
        with("resnext50_32x4d", "octave", "alpha=0.5", 2_386_511_872, ANY),
        with("resnext101_32x4d", "octave", "alpha=0.25", 5_683_476_480, 44_177_704),
        with("resnext101_32x4d", "octave", "alpha=0.5", 4_022_550_528, 44_177_704),
    ]);
}

#[test]
fn octave_in_other_networks() {
    check(&[
        plain("densenet121", 2_834_161_664, 7_978_856),
        with("densenet121", "octave", "alpha=0.25", 2_017_246_208, 7_978_856),
        plain("mobilenet_v1", 568_740_352, 4_231_976),
        with("mobilenet_v1", "octave", "alpha=0.5", 318_167_680, 4_231_976),
        plain("mobilenet_v1_x0_75", 325_400_448, 2_585_560),
        with("mobilenet_v1_x0_75", "octave", "alpha=0.375", 211_379_016, 2_585_560),
    ]);
}

#[test]
fn octave_mobilenet_v2() {
    check(&[
        plain("mobilenet_v2_oct", 313_619_328, 3_505_960),
        with("mobilenet_v2_oct", "octave", "alpha=0.375", 254_031_408, 3_505_960),
        with("mobilenet_v2_oct_x1_125", "octave", "alpha=0.5", 292_764_600, 4_243_006),
    ]);
}

#[test]
fn octave_resnet_152() {
    check(&[
        with("resnet152_v1f", "octave", "alpha=0.125", 10_819_341_312, 60_222_224),
        with("se_resnet152_v1e", "octave", "alpha=0.125", 10_838_764_544, 66_841_080),
    ]);
}

#[test]
fn octave_preactivation() {
    check(&[
        with("resnet50_preact", "octave", "alpha=0.5", 2_367_143_936, 25_553_192),
        plain("resnext50_32x4d_preact", 4_230_479_872, 25_025_064),
    ]);
}

/// The published code of HetConv without its mask: SPConv's baseline, and Approximate-HetConv, whose
/// parameters are published to four decimals of a million.
#[test]
fn group_convolutions_beside_pointwise_ones() {
    check(&[
        plain("vgg16_cifar_beside_p1", 348_066_816, 16_622_090),
        plain("vgg16_cifar_biased", 313_463_808, 14_991_946),
        plain("vgg16_cifar_beside_p2", ANY, 9_267_722),
        plain("vgg16_cifar_beside_p4", ANY, 5_590_538),
        plain("vgg16_cifar_beside_p8", ANY, 3_751_946),
        plain("vgg16_cifar_beside_p16", ANY, 2_832_650),
        plain("vgg16_cifar_beside_p32", ANY, 2_373_002),
        plain("vgg16_cifar_beside_p64", ANY, 2_143_178),
    ]);
}

#[test]
fn ghost_and_res2net() {
    check(&[
        plain("ghostnet", 141_150_512, 5_182_508),
        // Published to two decimals of a million: 25.70, 25.29, 25.06, 37.05, 48.40, 45.21.
        plain("res2net50_26w_4s", ANY, 25_699_120),
        plain("res2net50_48w_2s", ANY, 25_287_304),
        plain("res2net50_14w_8s", ANY, 25_059_816),
        plain("res2net50_26w_6s", ANY, 37_051_448),
        plain("res2net50_26w_8s", ANY, 48_403_776),
        plain("res2net101_26w_4s", ANY, 45_206_688),
    ]);
}

#[test]
fn condensenets() {
    check(&[
        plain("condensenet50_cifar", ANY, 216_506),
        plain("condensenet74_cifar", ANY, 405_466),
        plain("condensenet86_cifar", ANY, 520_202),
        plain("condensenet98_cifar", ANY, 648_442),
        plain("condensenet122_cifar", ANY, 945_434),
        plain("condensenet182_cifar", ANY, 4_221_946),
        plain("condensenet74_c4", ANY, 5_805_944),
        plain("condensenet74_c4_converted", ANY, 4_773_944),
        plain("condensenet74_c8", ANY, 3_967_416),
        plain("condensenet74_c8_converted", ANY, 2_935_416),
        plain("condensenet_v2_a", 43_143_776, 2_038_444),
        plain("condensenet_v2_c", 295_787_552, 6_177_512),
    ]);
}

#[test]
fn shufflenets_with_reactivation() {
    check(&[
        // Given to two decimals of a million: 40.48, 144.91, 295.76, and with reactivation below.
        plain("shufflenet_v2_x0_5", 40_476_448, 1_366_792),
        plain("shufflenet_v2_x1_0", 144_907_992, 2_278_604),
        plain("shufflenet_v2_x1_5", 295_759_392, 3_503_624),
        with("shufflenet_v2_x0_5", "sfr", "sparsity=2", 43_411_744, ANY),
        with("shufflenet_v2_x0_5", "sfr", "sparsity=4", 41_944_096, ANY),
        with("shufflenet_v2_x0_5", "sfr", "sparsity=6", 41_454_880, ANY),
        with("shufflenet_v2_x0_5", "sfr", "sparsity=8", 41_210_272, ANY),
        with("shufflenet_v2_x1_0", "sfr", "sparsity=2", 162_050_936, ANY),
        with("shufflenet_v2_x1_5", "sfr", "sparsity=2", 335_222_816, ANY),
        with("shufflenet_v2_x1_5", "sfr", "sparsity=4", 315_491_104, ANY),
        with("shufflenet_v2_x1_5", "sfr", "sparsity=8", 305_625_248, ANY),
    ]);
}

/// At 320 x 320 pixels the two networks have the 22.2 G of the paper's abstract: 22.078 and 22.111 without
/// pools.
#[test]
fn octave_resnet_152_at_320_pixels() {
    for (network, macs) in [("resnet152_v1f", 22_078_156_800_u64), ("se_resnet152_v1e", 22_110_949_376)] {
        let args = ["--variant", "octave", "--set", "alpha=0.125", "--input", "3x320x320"];
        assert_eq!(program(network, &args).expect("counts")["macs"], macs, "{network}");
    }
}

#[test]
fn where_the_operator_stands_is_said() {
    let octave = ["--variant", "octave", "--set", "alpha=0.5"];
    let paper = program("resnet50", &octave).expect("counts");
    assert_eq!(paper["placement"], "paper");
    assert_eq!(paper["macs"], 2_367_143_936_u64);
    // Layer by layer more is split: the stem and the last stage too.
    let all = program("ResNet-50", &[&octave[..], &["--placement", "all"]].concat()).expect("counts");
    assert_eq!(all["placement"], "all");
    assert!(all["macs"].as_u64() < paper["macs"].as_u64());
    let layers = |json: &Value| json["replaced"].as_array().map(Vec::len);
    assert!(layers(&all) > layers(&paper) && layers(&paper) == Some(45));
    assert_eq!(program("alexnet", &["--variant", "ghost"]).expect("counts")["placement"], "all");
    let none =
        program("alexnet", &["--variant", "ghost", "--placement", "paper"]).expect_err("no paper does");
    assert!(none.contains("no paper says where ghost stands in AlexNet"), "{none}");
    let illegal = ["--variant", "spconv", "--set", "alpha=0.0625", "--set", "groups=2"];
    let illegal = program("resnet20_cifar_a", &illegal).expect_err("one channel cannot be in two groups");
    assert!(illegal.contains("layer1.0.conv1") && illegal.contains("nearest"), "{illegal}");
}

/// A network with octave layers where `alphas` says so: in and out.
fn octave(network: &Network, alphas: impl Fn(&Site) -> Option<(f64, f64)>) -> Graph {
    let variant = variants::find("octave").expect("listed");
    let mut placement = Placement::default();
    for site in network.sites(network.input).expect("builds") {
        let Some((alpha_in, alpha_out)) = alphas(&site) else { continue };
        let mut settings = Settings::default();
        settings.set("alpha_in", variants::Value::Real(alpha_in));
        settings.set("alpha_out", variants::Value::Real(alpha_out));
        placement.put(&site.name, Choice { variant, settings });
    }
    network.build_with(&mut Blank, network.input, &placement).expect("builds")
}

/// Whether the layer reads the input of a stage.
fn enters(site: &Site) -> bool {
    site.block == 0 && matches!(site.part, Part::First | Part::Shortcut)
}

/// A network that is not the paper's, layer by layer.
#[test]
fn an_octave_network_with_another_placement() {
    let resnet50 = networks::find("resnet50").expect("listed");
    // The maps are joined by the 3x3 of the first block of the last stage, not by its first 1x1.
    let graph = octave(resnet50, |site| match (site.part, site.stage, site.block) {
        (Part::Stem, ..) => None,
        (Part::First, 3, 0) => Some((0.5, 0.5)),
        (Part::Middle | Part::Shortcut, 3, 0) => Some((0.5, 0.0)),
        (_, 3, _) => None,
        (_, 0, _) if enters(site) => Some((0.0, 0.5)),
        _ => Some((0.5, 0.5)),
    });
    assert_eq!(cost::cost(&graph).total.macs, 2_347_876_352);
}

/// Norms that follow one convolution become its bias: one value per channel instead of two. Behind a sum
/// of two paths they stay. So the published parameters of five octave networks are exact.
#[test]
fn norms_behind_sums_cannot_be_folded() {
    for (name, a, millions) in [
        ("resnet26_preact", "0.25", "15.990"),
        ("resnet50_preact", "0.125", "25.551"),
        ("resnet101_preact", "0.125", "44.543"),
        ("resnet200_preact", "0.125", "64.667"),
        ("resnext50_32x4d_preact", "0.25", "25.020"),
    ] {
        let network = networks::find(name).expect("listed");
        let variant = variants::find("octave").expect("listed");
        let settings = |_: &_| {
            let mut settings = Settings::default();
            settings.set("alpha_in", a.parse().expect("a number"));
            settings.set("alpha_out", a.parse().expect("a number"));
            settings
        };
        let placement =
            network.placement(variant, network.input, &settings).expect("builds").expect("a rule");
        let graph = network.build_with(&mut Blank, network.input, &placement).expect("builds");
        let folded = graph.nodes().iter().filter(|node| {
            let after = |op: &Op| matches!(op, Op::Conv2d(_));
            matches!(node.op, Op::BatchNorm { .. }) && after(&graph.node(node.inputs[0]).op)
        });
        let folded: usize = folded.map(|node| node.shape.c).sum();
        let params = cost::cost(&graph).total.params - folded as u64;
        assert_eq!(format!("{:.3}", params as f64 / 1e6), millions, "{name}");
    }
}
