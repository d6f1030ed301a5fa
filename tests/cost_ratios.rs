//! The papers' cost ratios as exact fractions: what a graph counts against the standard convolution on the
//! same input, and tables of the references.

mod support;

use convscope::cost::cost;
use convscope::tensor::Shape;
use convscope::variants::{self, Geometry};
use support::{Source, layer, settings};

/// Multiply-adds and weights of an operator: counted in its graph where that is small, and by its formula.
fn counted(name: &str, g: Geometry, set: &[(&str, &str)], size: usize) -> (u64, u64) {
    let v = variants::find(name).expect("listed");
    let s = settings(v, &g, set);
    let formula = v.formula(&g, &s, Shape::new(1, v.inputs(&g, &s)[0].channels, size, size));
    if g.in_channels * g.out_channels * g.area() < 200_000 {
        let graph = layer(name, g, set, [1, size, size], &mut Source::default()).graph;
        assert_eq!(cost(&graph).total.macs, formula.macs, "{name} {g:?} {set:?}");
    }
    (formula.macs, formula.params)
}

fn standard(g: Geometry, size: usize) -> (u64, u64) {
    counted("standard", g, &[("groups", "1"), ("dilation", "1")], size)
}

/// The operator costs `numerator / denominator` of the standard convolution, exactly.
#[track_caller]
fn assert_share(name: &str, g: Geometry, set: &[(&str, &str)], size: usize, share: (u64, u64)) {
    let (macs, _) = counted(name, g, set, size);
    let (dense, _) = standard(g, size);
    assert_eq!(macs * share.1, dense * share.0, "{name} {set:?}: {macs} of {dense} is not {share:?}");
}

fn eighth(i: u64) -> String {
    (i as f64 / 8.0).to_string()
}

#[test]
fn octave() {
    let g = Geometry::same(16, 24, 3, 1);
    for low_in in 0..8 {
        for low_out in 0..8 {
            let (alpha_in, alpha_out) = (eighth(low_in), eighth(low_out));
            let set = [("alpha_in", alpha_in.as_str()), ("alpha_out", alpha_out.as_str())];
            // 1/4 + 3/4 (1 - a_in) (1 - a_out), in 256ths.
            let share = (64 + 3 * (8 - low_in) * (8 - low_out), 256);
            assert_share("octave", g, &set, 8, share);
            // At stride 2 the low input already has the resolution of the high output: only what ends in
            // the low output is cheaper, 1 - 3/4 a_out.
            assert_share("octave", Geometry { stride: 2, ..g }, &set, 8, (32 - 3 * low_out, 32));
            let (_, params) = counted("octave", g, &set, 8);
            assert_eq!(params, 16 * 24 * 9, "as many weights as the standard convolution");
        }
    }
    // The table of the reference, per cent.
    let table = [100.0, 82.4219, 67.1875, 54.296_9, 43.75, 35.546_9, 29.6875, 26.1719];
    for (low, per_cent) in (0..8_u64).zip(table) {
        let alpha = eighth(low);
        let set = [("alpha_in", alpha.as_str()), ("alpha_out", alpha.as_str())];
        let (macs, _) = counted("octave", g, &set, 8);
        let share = 100.0 * macs as f64 / standard(g, 8).0 as f64;
        assert!((share - per_cent).abs() < 1e-4, "{alpha}: {share}");
    }
}

#[test]
fn hetconv() {
    let g = Geometry::same(64, 64, 3, 1);
    let table = [
        ("1", (1, 1)),
        ("2", (5, 9)),
        ("4", (1, 3)),
        ("8", (2, 9)),
        ("16", (1, 6)),
        ("32", (5, 36)),
        ("64", (1, 8)),
    ];
    for (part, share) in table {
        for order in ["shifted", "block"] {
            assert_share("hetconv", g, &[("part", part), ("order", order)], 4, share);
        }
    }
    for (inputs, outputs, part, weights) in
        [(8, 12, "4", 288), (8, 16, "2", 640), (16, 16, "8", 512), (6, 6, "3", 132)]
    {
        let (macs, params) = counted("hetconv", Geometry::same(inputs, outputs, 3, 1), &[("part", part)], 5);
        assert_eq!((params, macs), (weights, 25 * weights));
    }
    // Parts that do not divide are counted from the mask: kernels 3, 3, 2, 2 and 3, 2, 2 and 2, 1 and
    // 1, 1, 1, 0, with 8 taps more each.
    for (inputs, outputs, part, full) in [(10, 4, "4", 10), (7, 3, "3", 7), (3, 2, "2", 3), (8, 6, "4", 12)] {
        let (_, params) = counted("hetconv", Geometry::same(inputs, outputs, 3, 1), &[("part", part)], 5);
        assert_eq!(params, (inputs * outputs + 8 * full) as u64, "{inputs} -> {outputs}, {part}");
    }
}

#[test]
fn spconv() {
    let g = Geometry::same(64, 32, 3, 1);
    // The share is (1 + 9 alpha / g) / 9.
    for (alpha, groups, share) in [
        ("0.5", "2", (13, 4 * 9)),
        ("0.25", "2", (17, 8 * 9)),
        ("0.125", "2", (25, 16 * 9)),
        ("0.0625", "2", (41, 32 * 9)),
        ("0.5", "1", (11, 2 * 9)),
        ("0.5", "4", (17, 8 * 9)),
    ] {
        let set = [("alpha", alpha), ("groups", groups)];
        assert_share("spconv", g, &set, 6, share);
        assert_share("spconv", Geometry { stride: 2, ..g }, &set, 6, share);
    }
}

#[test]
fn separable_and_grouped() {
    let g = Geometry::same(32, 48, 3, 1);
    assert_share("depthwise_separable", g, &[], 5, (9 + 48, 9 * 48));
    assert_share(
        "depthwise_separable",
        Geometry { kernel: 5, ..Geometry::same(32, 48, 5, 1) },
        &[],
        5,
        (25 + 48, 25 * 48),
    );
    assert_share("pointwise", g, &[], 5, (1, 9));
    assert_share("depthwise", Geometry::same(32, 32, 3, 2), &[], 6, (1, 32));
    for groups in [1, 2, 4, 8, 16] {
        let text = groups.to_string();
        let set = [("groups", text.as_str())];
        assert_share("group", g, &set, 5, (1, groups));
        // 1/G + 1/k^2 for as many outputs as inputs.
        assert_share("group_pointwise", Geometry::same(32, 32, 3, 1), &set, 5, (9 + groups, 9 * groups));
    }
}

#[test]
fn sic() {
    let table: [(usize, usize, [f64; 3]); 6] = [
        (128, 3, [0.1189, 0.2378, 0.4757]),
        (128, 5, [0.0478, 0.0956, 0.1913]),
        (256, 3, [0.1150, 0.2300, 0.4601]),
        (256, 5, [0.0439, 0.0878, 0.1756]),
        (512, 3, [0.1131, 0.2261, 0.4523]),
        (512, 5, [0.0420, 0.0839, 0.1678]),
    ];
    for (n, k, shares) in table {
        let g = Geometry::same(n, n, k, 1);
        for (iterations, rounded) in [1_u64, 2, 4].into_iter().zip(shares) {
            let text = iterations.to_string();
            let set = [("iterations", text.as_str())];
            let (n, area) = (n as u64, (k * k) as u64);
            // b (1/n + 1/k^2).
            assert_share("sic", g, &set, 6, (iterations * (area + n), n * area));
            let share = counted("sic", g, &set, 6).0 as f64 / standard(g, 6).0 as f64;
            assert!((share - rounded).abs() < 0.000_051, "{n} {k} {iterations}: {share}");
        }
    }
    assert_eq!(standard(Geometry::same(128, 128, 3, 1), 1).1, 147_456);
}

#[test]
fn topology() {
    let g = Geometry::same(128, 128, 3, 1);
    for (grid, neighborhood, c, with_sic) in [
        ("8x16", "4x8", 32, 0.0356),
        ("8x16", "8x16", 128, 0.1189),
        ("4x8x4", "2x5x3", 30, 0.0339),
        ("4x8x4", "4x5x3", 60, 0.0599),
    ] {
        let set = [("grid", grid), ("neighborhood", neighborhood)];
        assert_share("topological", g, &set, 4, (c, 128));
        // As the projection of a SIC layer of one iteration: n k^2 + n c.
        let (projection, _) = counted("topological", Geometry::same(128, 128, 1, 1), &set, 4);
        let (depthwise, _) = counted("depthwise", g, &[], 4);
        let share = (projection + depthwise) as f64 / standard(g, 4).0 as f64;
        assert!((share - with_sic).abs() < 0.000_051, "{grid} {neighborhood}: {share}");
    }
}

#[test]
fn bottleneck() {
    // Multiply-adds per pixel, 2 n + n^2 / k^2, times the pixels.
    for (n, k, pixels, macs) in
        [(128, "2", 16, 4352 * 16), (256, "2", 16, 16_896 * 16), (128, "3", 36, (256 * 9 + 128 * 128) * 4)]
    {
        let side = if pixels == 16 { 4 } else { 6 };
        let g = Geometry::same(n, n, 1, 1);
        let (counted, params) = counted("spatial_bottleneck", g, &[("kernel", k)], side);
        let k: usize = k.parse().expect("a number");
        assert_eq!((counted, params), (macs, (2 * n * k * k + n * n) as u64), "{n} {k}");
    }
}

#[test]
fn ghost() {
    for (ratio, inputs, kernel, speed_up) in
        [(2, 64, 3, 1.969), (2, 256, 1, 1.932), (2, 64, 1, 1.753), (2, 16, 1, 1.280), (4, 512, 3, 3.977)]
    {
        let g = Geometry::same(inputs, 32, kernel, 1);
        let text = ratio.to_string();
        let set = [("ratio", text.as_str()), ("cheap_kernel", "3")];
        // c k^2 / (c k^2 / s + (s - 1) / s d^2).
        let dense = (inputs * kernel * kernel) as u64;
        assert_share("ghost", g, &set, 5, (dense + (ratio - 1) * 9, ratio * dense));
        let found = standard(g, 5).0 as f64 / counted("ghost", g, &set, 5).0 as f64;
        assert!((found - speed_up).abs() < 0.000_51, "{ratio} {inputs} {kernel}: {found}");
    }
}

#[test]
fn pruned() {
    // A dense layer of CondenseNetV2: I old maps, growth k, bottleneck 4.
    let (i, k) = (64, 16);
    for share in [2_u64, 4, 8] {
        let text = share.to_string();
        let condensed = Geometry::same(i, 4 * k, 1, 1);
        let reactivated = Geometry::same(k, i, 1, 1);
        let lgc = |form| [("groups", "4"), ("condensation", text.as_str()), ("form", form)];
        let sfr = |form| [("groups", "8"), ("sparsity", text.as_str()), ("form", form)];
        for form in ["masked", "converted"] {
            assert_share("learned_group", condensed, &lgc(form), 4, (1, share));
            assert_share("sfr", reactivated, &sfr(form), 4, (1, share));
        }
        let lgc = counted("learned_group", condensed, &lgc("masked"), 4).0;
        let sfr = counted("sfr", reactivated, &sfr("masked"), 4).0;
        assert_eq!(4 * sfr, lgc, "with C = S the reactivation costs a quarter");
    }
}
