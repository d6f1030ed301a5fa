//! Layer files with a wrong setting: one sentence that names it, with what would be right.

mod layer_parts;

use layer_parts::{Parts, golden_files};
use serde_json::json;

#[test]
fn a_missing_setting_is_named_and_an_unknown_one_refused() {
    for file in golden_files() {
        for setting in file.layer.keys().filter(|key| *key != "variant") {
            let mut changed = file.clone();
            changed.layer.remove(setting);
            let sentence = format!("{}: the layer's setting '{setting}' is missing", file.name);
            assert_eq!(changed.refused(), sentence);
        }
        let message = file.with("paddings", json!(1)).refused();
        let said = format!("{}: {} has no setting 'paddings'; it has: ", file.name, file.variant());
        assert!(message.starts_with(&said), "{message}");
    }
    let message = Parts::golden("hetconv-01-k3-p4").with("padding", json!(0)).refused();
    assert!(message.contains("hetconv has no setting 'padding'"), "{message}");
    let message = Parts::golden("hetconv-01-k3-p4").with("variant", json!("hetcon")).refused();
    assert!(message.contains("there is no operator 'hetcon'; known are standard, "), "{message}");
}

/// Values that are wrong for every setting.
#[test]
fn values_that_are_no_settings_are_refused_by_name() {
    let never = [
        json!(-1),
        json!(-0.5),
        json!(2.5),
        json!("2"),
        json!("shifted"),
        json!(""),
        json!(null),
        json!(true),
        json!({}),
        json!([]),
        json!([1]),
        json!([2]),
        json!([0, 0]),
        json!([1.5, 2]),
        json!([i64::MAX, i64::MIN]),
        json!([i64::MIN, i64::MAX, 2, 2]),
        json!([[2]]),
        json!(1e300),
        json!(-1e300),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1u64 << 40),
    ];
    for file in golden_files() {
        for setting in file.layer.keys().filter(|key| *key != "variant") {
            for value in &never {
                if (setting, value) == (&"neighborhood".to_owned(), &json!([1]))
                    && file.layer["grid"][1].is_null()
                    || (setting, value) == (&"neighborhood".to_owned(), &json!([2]))
                        && file.layer["grid"][1].is_null()
                {
                    // Legal on a grid of one axis; it is the weight that does not fit.
                    assert!(file.with(setting, value.clone()).refused().starts_with("tensor 'weight'"));
                    continue;
                }
                let message = file.with(setting, value.clone()).refused();
                let named = format!("{}: {setting} = ", file.name);
                assert!(message.starts_with(&named), "{setting} = {value}: {message}");
            }
        }
    }
}

/// Zero is illegal for everything but shares and padding.
#[test]
fn zero_is_refused_by_name() {
    for file in golden_files() {
        for setting in file.layer.keys().filter(|key| *key != "variant") {
            let message = match file.with(setting, json!(0)).problem() {
                Ok(()) => {
                    assert!(setting == "padding" || setting.starts_with("alpha_"), "{setting} {}", file.name);
                    continue;
                }
                Err(message) => message,
            };
            if setting.starts_with("alpha_") {
                // Legal, but then the file has a tensor too many or one of another shape.
                assert!(message.contains("tensor '"), "{message}");
            } else {
                assert!(message.contains(&format!("{setting} = 0")), "{message}");
            }
        }
    }
}

#[test]
fn illegal_settings_name_the_nearest_legal_value() {
    for (file, setting, value, said) in [
        (
            "ghost-01-k1-ratio2",
            "cheap_kernel",
            json!(1e300),
            "cheap_kernel = 1e300 is not possible here: legal values are 1, 3, 5, 7, 9; the nearest is 9",
        ),
        ("octave-01-k3-s1-half", "alpha_in", json!(i64::MIN), "the nearest is 0"),
        (
            "standard-01-k3-s1",
            "groups",
            json!(3),
            "groups = 3 is not possible here: legal values are 1, 2, 4; the nearest is 2",
        ),
        ("standard-01-k3-s1", "groups", json!(100), "the nearest is 4"),
        (
            "standard-01-k3-s1",
            "dilation",
            json!(0),
            "dilation = 0 is not possible here: legal values are 1 to 8; the nearest is 1",
        ),
        (
            "standard-01-k3-s1",
            "kernel",
            json!(0),
            "kernel = 0: expected a whole number from 1 to 1024; the nearest is 1",
        ),
        (
            "standard-01-k3-s1",
            "stride",
            json!(0),
            "stride = 0: expected a whole number from 1 to 1024; the nearest is 1",
        ),
        (
            "standard-01-k3-s1",
            "padding",
            json!(-1),
            "padding = -1: expected a whole number from 0 to 1024; the nearest is 0",
        ),
        (
            "standard-01-k3-s1",
            "in_channels",
            json!(12.5),
            "in_channels = 12.5: expected a whole number from 1 to 65536; the nearest is 13",
        ),
        (
            "depthwise_separable-01-k3-s1",
            "kernel",
            json!(4),
            "kernel = 4: expected an odd number; the nearest is 3",
        ),
        (
            "group_pointwise-01-k3-s1-g3",
            "groups",
            json!(5),
            "groups = 5 is not possible here: legal values are 1, 2, 3, 4, 6, 12; the nearest is 4",
        ),
        (
            "ghost-01-k1-ratio2",
            "ratio",
            json!(1),
            "ratio = 1 is not possible here: legal values are 2 to 20; the nearest is 2",
        ),
        ("ghost-01-k1-ratio2", "ratio", json!(21), "the nearest is 20"),
        (
            "ghost-01-k1-ratio2",
            "cheap_kernel",
            json!(4),
            "cheap_kernel = 4 is not possible here: legal values are 1, 3, 5, 7, 9; the nearest is",
        ),
        (
            "octave-01-k3-s1-half",
            "alpha_in",
            json!(0.3),
            "alpha_in = 0.3 is not possible here: legal values are 0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875; the nearest is 0.25",
        ),
        ("octave-01-k3-s1-half", "alpha_out", json!(1), "alpha_out = 1 is not possible here"),
        ("octave-01-k3-s1-half", "alpha_out", json!(1.0), "the nearest is 0.875"),
        (
            "octave-01-k3-s1-half",
            "stride",
            json!(3),
            "the operator has stride 1 or 2, and this layer has more; stride = 3: the nearest is 2",
        ),
        // No representative channel: floor(12 / 16) = 0.
        (
            "spconv-01-s1-half",
            "alpha",
            json!(0.0625),
            "alpha = 0.0625 is not possible here: legal values are 0.125, ",
        ),
        ("spconv-01-s1-half", "alpha", json!(0), "the nearest is 0.125"),
        ("spconv-01-s1-half", "alpha", json!(1), "the nearest is 0.9375"),
        // 6 representative channels and 20 outputs.
        (
            "spconv-01-s1-half",
            "groups",
            json!(3),
            "groups = 3 is not possible here: legal values are 1, 2; the nearest is 2",
        ),
        ("spconv-01-s1-half", "stride", json!(4), "stride = 4: the nearest is 2"),
        (
            "spconv-01-s1-half",
            "in_channels",
            json!(1),
            "the operator splits the channels, and this layer has too few; in_channels = 1: the nearest is 2",
        ),
        (
            "hetconv-01-k3-p4",
            "part",
            json!(0),
            "part = 0 is not possible here: legal values are 1 to 12; the nearest is 1",
        ),
        ("hetconv-01-k3-p4", "part", json!(13), "the nearest is 12"),
        ("hetconv-01-k3-p4", "part", json!(-4), "part = -4 is not possible here"),
        ("hetconv-01-k3-p4", "kernel", json!(2), "kernel = 2: expected an odd number; the nearest is 1"),
        (
            "hetconv-01-k3-p4",
            "order",
            json!("random"),
            "order = random is not possible here: legal values are shifted, block; the nearest is shifted",
        ),
        (
            "sic-01-k3-b1",
            "iterations",
            json!(0),
            "iterations = 0 is not possible here: legal values are 1 to 8; the nearest is 1",
        ),
        (
            "topological-02-2d-k3",
            "grid",
            json!([3, 5]),
            "grid = 3x5 is not possible here: legal values are 12, 2x6, 3x4, 4x3, 6x2, 2x2x3, 2x3x2, 3x2x2; the nearest is 3x4",
        ),
        ("topological-02-2d-k3", "grid", json!([0, 12]), "grid = 0x12 is not possible here"),
        ("topological-02-2d-k3", "grid", json!([-3, -4]), "grid = -3x-4 is not possible here"),
        (
            "topological-02-2d-k3",
            "neighborhood",
            json!([2, 5]),
            "neighborhood = 2x5 is not possible here: legal values are 1x1 to 3x4; the nearest is 2x4",
        ),
        ("topological-02-2d-k3", "neighborhood", json!([0, 2]), "the nearest is 1x2"),
        (
            "topological-02-2d-k3",
            "neighborhood",
            json!([2]),
            "neighborhood = 2 is not possible here: legal values are 1x1 to 3x4",
        ),
        (
            "spatial_bottleneck-01-k2",
            "kernel",
            json!(0),
            "kernel = 0 is not possible here: legal values are 1 to 8; the nearest is 1",
        ),
        (
            "learned_group-01-g4-c4",
            "groups",
            json!(3),
            "groups = 3 is not possible here: legal values are 1, 2, 4, 5, 10, 20; the nearest is",
        ),
        (
            "learned_group-01-g4-c4",
            "condensation",
            json!(5),
            "condensation = 5 is not possible here: legal values are 1, 2, 3, 4, 6, 12; the nearest is",
        ),
        (
            "sfr-01-g4-s4",
            "groups",
            json!(3),
            "groups = 3 is not possible here: legal values are 1, 2, 4, 8; the nearest is",
        ),
        (
            "sfr-01-g4-s4",
            "sparsity",
            json!(5),
            "sparsity = 5 is not possible here: legal values are 1, 2, 3, 4, 6, 12; the nearest is",
        ),
    ] {
        let message = Parts::golden(file).with(setting, value).refused();
        assert!(message.starts_with(file) && message.contains(said), "{message}\nshould say {said}");
        assert!(message.contains("nearest"), "{message}");
    }
}

/// The table of the reference: which shares leave representative channels that two groups divide.
#[test]
fn spconv_is_legal_where_the_reference_says() {
    let legal =
        [(16, [true, true, true, false]), (24, [true, true, false, false]), (32, [true; 4]), (64, [true; 4])];
    for (channels, row) in legal {
        for (alpha, legal) in [0.5, 0.25, 0.125, 0.0625].into_iter().zip(row) {
            let r = (alpha * channels as f64) as usize;
            let file = Parts::golden("spconv-01-s1-half");
            let file = file.with("in_channels", json!(channels)).with("alpha", json!(alpha));
            let file = file
                .with_tensor("input", &[1, channels, 3, 3])
                .with_tensor("representative.group.weight", &[20, r / 2, 3, 3])
                .with_tensor("representative.pointwise.weight", &[20, r, 1, 1])
                .with_tensor("uncertain.pointwise.weight", &[20, channels - r, 1, 1]);
            assert_eq!(file.problem().is_ok(), legal, "{channels} {alpha}: {:?}", file.problem());
        }
    }
}

#[test]
fn sizes_that_cannot_be_are_refused_in_one_sentence() {
    // The kernel does not fit into the map.
    let file = Parts::golden("standard-04-k3-dilation2-nopad-bias").with_tensor("input", &[1, 5, 4, 9]);
    let message = file.refused();
    assert!(
        message.contains("a map of 4 x 9 pixels is smaller than the 3x3 kernel (dilation 2)"),
        "{message}"
    );
    // A map with a side of 0.
    let message = Parts::golden("hetconv-01-k3-p4").with_tensor("input", &[1, 12, 0, 4]).refused();
    assert!(message.starts_with("tensor 'input': expected a map of shape [N, 12, H, W]"), "{message}");
    // More weights than any layer has.
    let file = Parts::golden("standard-01-k3-s1").with("in_channels", json!(65_536));
    let message = file.with("out_channels", json!(65_536)).refused();
    assert!(message.contains("a 3x3 kernel for 65536 -> 65536 channels is too large"), "{message}");
    // The low input must have half the sides, rounded up, and the same batch.
    let file = Parts::golden("octave-01-k3-s1-half");
    let dims = file.tensors["input.high"].0.clone();
    for low in [[dims[0], 6, dims[2] / 2 + 1, dims[3] / 2], [dims[0] + 1, 6, dims[2] / 2, dims[3] / 2]] {
        let message = file.with_tensor("input.low", &low).refused();
        assert!(message.starts_with("tensor 'input.low': expected shape "), "{message}");
    }
}
