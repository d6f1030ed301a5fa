//! The equation of every operator follows its settings, counts its weights right, is short, and can be
//! printed with the bundled fonts.

use std::collections::BTreeSet;

use convscope::graph::Padding;
use convscope::tensor::Shape;
use convscope::ui::fonts;
use convscope::variants::{ALL, ConvVariant, Geometry, Settings};
use eframe::egui::{self, FontId};

/// Longest line, in characters.
const LONGEST: usize = 80;

/// Values of one setting that are tried.
const TRIED: usize = 9;

/// The layers, or the nearest that the operator is defined for.
fn layers(variant: &dyn ConvVariant) -> Vec<Geometry> {
    let layers = [
        Geometry::same(64, 64, 3, 1),
        Geometry::same(16, 64, 3, 1),
        Geometry::same(512, 512, 3, 1),
        Geometry::same(128, 256, 3, 2),
        Geometry::same(12, 20, 5, 1),
        Geometry::same(96, 16, 1, 1),
        Geometry { padding: Padding::even(0), ..Geometry::same(3, 64, 3, 2) },
    ];
    layers.map(|g| if variant.fits(&g).is_ok() { g } else { variant.nearest(g) }).into()
}

/// Settings with one of them at some of its values.
fn moved(variant: &dyn ConvVariant, g: &Geometry) -> Vec<Vec<Settings>> {
    let defaults = Settings::defaults(variant, g);
    let sliders = variant.settings(g, &defaults).into_iter();
    sliders
        .map(|setting| {
            let n = setting.legal.len();
            let set = |i: usize| {
                let mut moved = defaults.clone();
                moved.set(setting.name, setting.legal.value(i));
                moved.clamped(variant, g)
            };
            (0..n).step_by(n.div_ceil(TRIED)).map(set).collect()
        })
        .collect()
}

fn params(variant: &dyn ConvVariant, g: &Geometry, s: &Settings) -> u64 {
    variant.formula(g, s, Shape::new(1, g.in_channels, 14, 14)).params
}

/// The whole numbers of a text.
fn numbers(text: &str) -> BTreeSet<u64> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[test]
fn equations_follow_the_settings_and_count_the_weights() {
    for &variant in ALL {
        for g in layers(variant) {
            let name = variant.name();
            let mut all = vec![vec![Settings::defaults(variant, &g)]];
            all.extend(moved(variant, &g));
            for values in &all {
                let equations: Vec<Vec<String>> = values.iter().map(|s| variant.equation(&g, s)).collect();
                let different: BTreeSet<_> = equations.iter().collect();
                // With few channels two shares round to the same split.
                let told_apart = different.len() == values.len() || g.in_channels < 8;
                assert!(told_apart, "{name} {g:?}: two values, one equation");
                for (s, lines) in values.iter().zip(&equations) {
                    assert!((2..=5).contains(&lines.len()), "{name}: {lines:#?}");
                    for line in lines {
                        assert!(line.chars().count() <= LONGEST, "{name}: {line}");
                    }
                    if variant.nearest(g) == g {
                        let params = params(variant, &g, s);
                        let counted =
                            lines.iter().any(|l| l.starts_with('|') && numbers(l).contains(&params));
                        assert!(counted, "{name} {g:?} {s:?}: {params} in {lines:#?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_widened_layer_counts_its_widening() {
    // Operators that keep their channels get a 1x1 convolution in front: it is in the line and in the count.
    let g = Geometry::same(16, 64, 3, 1);
    for name in ["sic", "topological", "spatial_bottleneck"] {
        let variant = convscope::variants::find(name).expect("an operator");
        let square = variant.nearest(Geometry::same(64, 64, 3, 1));
        let s = Settings::defaults(variant, &square);
        let lines = variant.equation(&g, &s);
        let count = params(variant, &square, &s) + 64 * 16;
        assert!(lines[0].contains("64×16"), "{name}: {lines:#?}");
        assert!(
            lines.iter().any(|l| l.starts_with('|') && numbers(l).contains(&count)),
            "{name}: {lines:#?}"
        );
    }
}

#[test]
fn equations_can_be_printed() {
    let mut characters = BTreeSet::new();
    for &variant in ALL {
        for g in layers(variant) {
            for s in moved(variant, &g).into_iter().flatten().chain([Settings::defaults(variant, &g)]) {
                characters.extend(variant.equation(&g, &s).concat().chars());
            }
        }
    }
    let ctx = egui::Context::default();
    ctx.set_fonts(fonts::definitions());
    ctx.run_ui(egui::RawInput::default(), |_| {}).drop_without_applying_deltas();
    let font = FontId::proportional(14.0);
    let missing: String =
        ctx.fonts_mut(|fonts| characters.iter().copied().filter(|&c| !fonts.has_glyph(&font, c)).collect());
    assert!(missing.is_empty(), "missing: {missing}");
}

#[test]
fn equations_say_the_numbers_of_the_layer() {
    let lines = |name: &str, set: &[(&str, &str)], g: Geometry| {
        let variant = convscope::variants::find(name).expect("an operator");
        let mut s = Settings::default();
        set.iter().for_each(|(name, value)| s.set(name, value.parse().expect("a value")));
        variant.equation(&g, &s.completed(variant, &g))
    };
    let g = Geometry::same(16, 16, 3, 1);
    let het = lines("hetconv", &[("part", "4")], g);
    assert_eq!(
        het,
        [
            "y[f] = Σₘ W[f,m] ∗ x[m],   f = 0…15,   m = 0…15",
            "W[f,m]: 3×3  ⇔  (m − f) mod 4 = 0,   else 1×1",
            "|W| = 16 · (4 · 3² + 12 · 1²) = 768 ≈ 33.3 % · 2304",
        ]
    );
    let octave = lines("octave", &[], Geometry::same(64, 64, 3, 1));
    assert_eq!(octave[0], "y_H = W_HH ∗ x_H + up(W_LH ∗ x_L)");
    assert!(octave[3].ends_with("MAC: 1/4 + 3/4 · 32/64 · 32/64 ≈ 43.8 %"), "{}", octave[3]);
    // At stride 2 the low paths cost a quarter of what the high ones do, whatever enters.
    let strided = lines("octave", &[], Geometry::same(64, 64, 3, 2));
    assert!(strided[3].ends_with("MAC: 1/4 + 3/4 · 32/64 = 62.5 %"), "{}", strided[3]);
}
