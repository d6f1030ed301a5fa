//! The program on the command line, as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use convscope::model_files::TensorFile;
use serde_json::Value as Json;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn convscope(args: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_convscope");
    Command::new(program).args(args).current_dir(root()).output().expect("the program starts")
}

fn json(args: &[&str]) -> Json {
    let output = convscope(args);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}"))
}

/// One sentence on stderr, nothing on stdout, exit code 1; returns the sentence.
fn sentence(args: &[&str]) -> String {
    let output = convscope(args);
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{args:?}: {text}");
    assert!(output.stdout.is_empty(), "{args:?}");
    assert_eq!(text.trim().lines().count(), 1, "{args:?}: {text}");
    assert!(!text.contains("panicked"), "{args:?}: {text}");
    text
}

fn backends() -> Vec<&'static str> {
    let mut backends = vec!["reference", "candle"];
    if convscope::exec::wgpu::adapters().is_empty() && std::env::var_os("REQUIRE_GPU").is_none() {
        println!("skipped: wgpu, no adapter");
    } else {
        backends.push("wgpu");
    }
    backends
}

#[test]
fn golden_layers_on_every_backend() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out.safetensors");
    let mut files = 0;
    for entry in std::fs::read_dir(root().join("tests/golden")).expect("golden files") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "safetensors") {
            continue;
        }
        let read = |path: &Path| {
            TensorFile::parse("file", std::fs::read(path).expect("readable")).expect("safetensors")
        };
        let expected = read(&path);
        for backend in backends() {
            let file = path.to_str().expect("UTF-8");
            let args = ["layer", file, "--backend", backend, "--out", out.to_str().expect("UTF-8")];
            let run = convscope(&args);
            assert!(run.status.success(), "{args:?}: {}", String::from_utf8_lossy(&run.stderr));
            let got = read(&out);
            for name in expected.names().iter().filter(|n| n.starts_with("output")) {
                let (dims, values) = expected.tensor(name).expect("an output");
                let (got_dims, got_values) = got.tensor(name).expect("the same output");
                assert_eq!(dims, got_dims, "{file} {backend} {name}");
                let error = relative_error(&got_values, &values);
                let tolerance = if backend == "wgpu" { 1e-4 } else { 1e-5 };
                assert!(error <= tolerance, "{file} {backend} {name}: {error}");
            }
        }
        files += 1;
    }
    assert!(files >= 21, "only {files} golden files");
}

fn relative_error(got: &[f32], expected: &[f32]) -> f64 {
    let square = |v: f64| v * v;
    let difference: f64 = got.iter().zip(expected).map(|(a, b)| square(f64::from(a - b))).sum();
    let norm: f64 = expected.iter().map(|b| square(f64::from(*b))).sum();
    if difference == 0.0 { 0.0 } else { (difference / norm).sqrt() }
}

#[test]
fn coffee_is_espresso_on_both_networks_and_every_backend() {
    for model in ["sample_models/squeezenet1_1.json", "sample_models/efficientnet_lite0.safetensors"] {
        let mut probabilities = Vec::new();
        for backend in backends() {
            let args = ["model", "run", model, "--image", "assets/images/coffee.png", "--backend", backend];
            let answer = json(&[&args[..], &["--format", "json"]].concat());
            let best = &answer["top"][0];
            assert_eq!(best["index"], 967, "{model} {backend}: {answer}");
            assert_eq!(best["label"], "espresso");
            probabilities.push(best["probability"].as_f64().expect("a number"));
        }
        assert!(probabilities.iter().all(|p| *p > 0.9), "{model}: {probabilities:?}");
        assert!(probabilities.iter().all(|p| (p - probabilities[0]).abs() < 1e-3), "{probabilities:?}");
    }
}

#[test]
fn costs_of_the_bundled_networks() {
    for (network, params, stored) in
        [("squeezenet1_1", 1_235_496, 1_235_496), ("efficientnet_lite0", 4_652_008, 4_694_024)]
    {
        let cost = json(&["cost", "--network", network, "--format", "json"]);
        assert_eq!(cost["params"], params, "{network}");
        assert_eq!(cost["stored_values"], stored, "{network}: with the running statistics of its norms");
        assert_eq!(cost["convention"], "macs");
        assert_eq!(
            cost["layers"][0]["output"],
            if network == "squeezenet1_1" { "64x113x113" } else { "32x112x112" }
        );
        for key in ["macs", "params"] {
            let layers = cost["layers"].as_array().expect("layers");
            let sum: u64 = layers.iter().map(|l| l[key].as_u64().expect("a count")).sum();
            assert_eq!(cost[key], sum, "{network} {key}: the total is the sum of the layers");
        }
    }
    // One alpha for both sides: 1 - 3/4 * 1/2 * 3/2 = 43.75 % of every replaced layer with even sides.
    let plain = json(&["cost", "--network", "squeezenet1_1", "--input", "3x255x255", "--format", "json"]);
    let octave = ["cost", "--network", "squeezenet1_1", "--input", "3x255x255", "--variant", "octave"];
    let octave = json(&[&octave[..], &["--set", "alpha=0.5", "--format", "json"]].concat());
    assert_eq!(plain["params"], octave["params"], "OctConv keeps every parameter");
    assert!(octave["macs"].as_u64() < plain["macs"].as_u64());
}

#[test]
fn a_convention_says_what_it_counts_and_what_not() {
    let cost = |args: &[&str]| json(&[&["cost", "--format", "json", "--network"], args].concat());
    let thop = cost(&["mobilenet_v2", "--convention", "thop"]);
    assert_eq!((&thop["total"], &thop["macs"]), (&Json::from(327_550_720), &Json::from(300_774_272)));
    assert_eq!((&thop["convention"], &thop["unit"]), (&Json::from("thop"), &Json::from("MACs")));
    assert!(
        thop["rule"]
            .as_str()
            .is_some_and(|rule| rule.contains("four for each value of a batch, layer or instance norm"))
    );
    let uncounted = thop["uncounted"].as_array().expect("a list");
    let add = uncounted.iter().find(|u| u["op"] == "add").expect("the residual sums are listed");
    assert_eq!((&add["nodes"], &add["silent"]), (&Json::from(10), &Json::from(true)), "{add}");
    let layers = thop["layers"].as_array().expect("layers");
    let sum: u64 = layers.iter().map(|l| l["count"].as_u64().expect("a count")).sum();
    assert_eq!(thop["total"], sum);
    // The primary convention is the number of multiply-adds, and an alias finds the same rule.
    assert_eq!(cost(&["resnet50"])["total"], 4_089_184_256_u64);
    assert_eq!(cost(&["resnet50", "--convention", "FlopCounterMode"])["total"], 8_178_368_512_u64);
    let with = |network: &str, variant: &str, set: &str, convention: &str| {
        cost(&[network, "--variant", variant, "--set", set, "--convention", convention])["total"].clone()
    };
    assert_eq!(with("vgg16_cifar", "hetconv", "part=2", "hetconv"), 175_234_503);
    assert_eq!(with("vgg16_cifar", "spconv", "alpha=0.25", "thop-2019"), 79_337_600);
    assert_eq!(with("mobilenet_v1", "octave", "alpha=0.5", "octconv"), 320_224_896);
    // The script counts the pool over whole maps in ResNets.
    assert_eq!(with("resnet152_v1f", "octave", "alpha=0.125", "octconv"), 10_839_102_720_u64);
    assert_eq!(with("se_resnet152_v1e", "octave", "alpha=0.125", "octconv"), 10_860_332_288_u64);
    for (alpha, giga) in [("0.125", 35764), ("0.25", 31135), ("0.5", 23748), ("0.75", 18853)] {
        let total = with("resnet50", "octave", &format!("alpha={alpha}"), "octconv");
        assert_eq!((total.as_f64().expect("a count") / 1e5).round() as u64, giga, "{alpha}: {total}");
    }
    assert_eq!(cost(&["vgg16_cifar_beside_p1", "--convention", "thop-2019"])["total"], 349_507_584);
    let known = json(&["conventions", "--format", "json"]);
    assert_eq!(known["conventions"].as_array().map(Vec::len), Some(convscope::cost::conventions::ALL.len()));
    let text = convscope(&["cost", "--network", "mobilenet_v2", "--convention", "fvcore"]);
    let text = String::from_utf8(text.stdout).expect("UTF-8");
    assert!(text.contains("Counted as zero: 10 x add: the tool has no rule for it and says so"), "{text}");
}

#[test]
fn published_tables_are_audited() {
    let audit = json(&["audit", "--table", "spconv_vgg16", "--format", "json"]);
    let rows = audit["tables"][0]["rows"].as_array().expect("rows");
    let figure = |row: usize, i: usize| &rows[row]["figures"][i];
    assert_eq!(
        (&figure(0, 0)["printed"], &figure(0, 0)["recomputed"]),
        (&Json::from("349.51M"), &Json::from(349_507_584))
    );
    assert_eq!(
        (&figure(7, 0)["verdict"], &figure(7, 0)["convention"]),
        (&Json::from("misprint"), &Json::from("thop-2019"))
    );
    assert!(figure(7, 0)["reason"].as_str().is_some_and(|reason| reason.contains("50.14M")));
    let text = convscope(&["audit", "--table", "hetconv-vgg16"]);
    let text = String::from_utf8(text.stdout).expect("UTF-8");
    assert!(text.contains("cut off after the printed digits"), "{text}");
    assert!(sentence(&["audit", "--table", "octcon"]).contains("did you mean octconv-"));
}

#[test]
fn a_swap_is_compared_before_and_after() {
    let args = ["model", "swap", "squeezenet1_1", "--layer", "fire2/expand3x3", "--variant", "hetconv"];
    let swap = json(&[&args[..], &["--set", "part=4", "--format", "json"]].concat());
    let macs = |side: &str| swap[side]["layer"]["macs"].as_u64().expect("a count");
    assert_eq!(macs("after") * 3, macs("before"), "R(4) = 1/3");
    assert_eq!(swap["after"]["weights"], "derived, not trained");
    assert!(swap["relative_change"].as_f64().expect("a number") > 0.0);
    assert_eq!(swap["before"]["top"].as_array().expect("classes").len(), 5);
    for side in ["before", "after"] {
        assert_eq!(swap[side]["network"]["time_ms"]["runs"], 11);
    }
}

#[test]
fn a_fitted_swap_says_so_and_is_nearer() {
    let args = ["model", "swap", "squeezenet1_1", "--layer", "fire2/expand3x3", "--variant", "hetconv"];
    let swap = json(&[&args[..], &["--format", "json", "--fit", "5"]].concat());
    let error = |name: &str| swap["fit"][name].as_f64().expect("a number");
    assert!(error("relative_error_after") < 0.8 * error("relative_error_before"), "{}", swap["fit"]);
    assert_eq!(swap["after"]["weights"], "fitted on this image, not trained");
    // The network that runs is the fitted one.
    let change = swap["relative_change"].as_f64().expect("a number");
    assert!((change - error("relative_error_after")).abs() < 1e-4 * change, "{change}");
    assert!(swap["fit"]["steps"].as_u64() <= Some(5));
    let derived = json(&[&args[..], &["--format", "json"]].concat());
    assert!(derived["fit"].is_null());
    let change = derived["relative_change"].as_f64().expect("a number");
    assert!((change - error("relative_error_before")).abs() < 1e-4 * change, "{change}");
}

#[test]
fn redundancy_is_the_same_on_every_backend_and_over_several_images() {
    let args = ["model", "redundancy", "squeezenet1_1", "--layer", "fire2/expand3x3", "--format", "json"];
    let mut ranks = Vec::new();
    for backend in backends() {
        let found = json(&[&args[..], &["--backend", backend, "--threshold", "0.9"]].concat());
        assert_eq!(
            (&found["channels"], &found["values_per_channel"]),
            (&64.into(), &(56 * 56).into()),
            "{backend}"
        );
        let list = |name: &str| found[name].as_array().unwrap_or_else(|| panic!("no {name}")).len();
        assert_eq!(found["compared"], 64 - list("dead") - list("constant") - list("not_finite"));
        assert!(list("with_twin") > list("could_go") && list("could_go") > 0, "{found}");
        let greatest = found["most_similar"][0]["similarity"].as_f64().expect("a number");
        assert!((0.9..=1.0).contains(&greatest));
        assert!(found["saving_without_could_go"]["macs"].as_u64() > Some(0));
        ranks.push(found["effective_rank"].as_f64().expect("a number"));
    }
    assert!(ranks.iter().all(|r| (r - ranks[0]).abs() < 1e-3 * ranks[0]), "{ranks:?}");
    let images = ["--image", "assets/images/coffee.png", "assets/images/chelsea.png", "--measure", "pearson"];
    let both = json(&[&args[..], &images].concat());
    assert_eq!((&both["values_per_channel"], &both["measure"]), (&(2 * 56 * 56).into(), &"pearson".into()));
    let layer = ["model", "redundancy", "squeezenet1_1", "--layer"];
    assert!(sentence(&[&layer[..], &["fire2/expand3"]].concat()).contains("fire2/expand3x3"));
    assert!(sentence(&[&layer[..], &["conv1", "--threshold", "2"]].concat()).contains("from 0 to 1"));
}

#[test]
fn lists_and_bench_speak_json() {
    let variants = json(&["variants", "--format", "json"]);
    let names: Vec<&str> =
        variants["variants"].as_array().expect("a list").iter().filter_map(|v| v["name"].as_str()).collect();
    let listed: Vec<&str> = convscope::variants::ALL.iter().map(|v| v.name()).collect();
    assert_eq!(names, listed);
    assert_eq!(json(&["networks", "--format", "json"])["networks"][0]["name"], "squeezenet1_1");
    let bench = ["bench", "--shapes", "8x6x6", "--runs", "3", "--batch", "2", "--format", "json"];
    let bench = json(&bench);
    let results = bench["results"].as_array().expect("results");
    assert_eq!(results.len(), listed.len());
    for r in results {
        assert!(r["median_ms"].as_f64().expect("a time") >= r["p10_ms"].as_f64().expect("a time"));
        assert!(r["macs"].as_u64() > Some(0) && r["bytes"].as_u64() > Some(0));
        assert_eq!((&r["batch"], &r["backend"]), (&Json::from(2), &Json::from("candle")));
    }
}

#[test]
fn bad_input_is_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let chelsea = std::fs::read(root().join("assets/images/chelsea.png")).expect("readable");
    let images = [
        file("truncated.png", &chelsea[..chelsea.len() / 2]),
        file("empty.png", b""),
        file("text.png", b"just words\n"),
        file("huge.png", &huge_png()),
    ];
    for image in &images {
        let text = sentence(&["model", "run", "squeezenet1_1", "--image", image]);
        let name = Path::new(image).file_name().and_then(|n| n.to_str()).expect("a name");
        assert!(text.contains(name), "{text}");
    }
    assert!(sentence(&["model", "run", "squeezenet1_1", "--image", "none.png"]).contains("none.png"));

    let mut lying = u64::MAX.to_le_bytes().to_vec();
    lying.extend(b"{}");
    let lying = file("lying.safetensors", &lying);
    let out = folder.path().join("out.safetensors");
    let out = out.to_str().expect("UTF-8");
    assert!(sentence(&["layer", &lying, "--out", out]).contains("lying.safetensors"));

    let swap = |layer: &str, variant: &str, set: &str| {
        sentence(&["model", "swap", "squeezenet1_1", "--layer", layer, "--variant", variant, "--set", set])
    };
    assert!(swap("fire2/expand3", "octave", "alpha=0.5").contains("fire2/expand3x3"));
    assert!(swap("fire2/expand3x3", "octave", "alpha=1.5").contains("nearest is 0.875"));
    assert!(swap("fire2/expand3x3", "standard", "groups=3").contains("nearest is 2"));
    assert!(swap("fire2/expand3x3", "hetconv", "part=99").contains("nearest is 16"));
    assert!(swap("fire2/expand3x3", "hetconv", "part=x").contains("part = x is not possible here"));
    assert!(swap("fire2/expand3x3", "hetconv", "alpha=1").contains("it has: part"));
    assert!(swap("conv1", "octave", "alpha=0.5").contains("same"));
    assert!(swap("pool1", "octave", "alpha=0.5").contains("not a convolution"));
    assert!(swap("fire2/expand3x3", "spoon", "a=1").contains("known are standard"));
    let cost = ["cost", "--network", "squeezenet1_1", "--variant", "octave", "--set", "alpha=2"];
    assert!(sentence(&cost).contains("nearest is 0.875"));
    assert!(sentence(&["cost", "--network", "lenet"]).contains("known are"));
    let convention = ["cost", "--network", "squeezenet1_1", "--convention", "bogus"];
    assert!(sentence(&convention).contains("Known are macs, "));
    let convention = ["cost", "--network", "squeezenet1_1", "--convention", "torchsumaryX"];
    assert!(sentence(&convention).contains("did you mean torchsummaryx?"));
    assert_eq!(convscope(&["cost"]).status.code(), Some(2), "wrong usage");
}

/// HetConv's part need not divide the channels: its kernels are counted from the layout.
#[test]
fn a_part_that_does_not_divide_is_counted_from_the_layout() {
    let args = ["model", "swap", "squeezenet1_1", "--layer", "fire2/expand3x3", "--variant", "hetconv"];
    let swap = json(&[&args[..], &["--set", "part=5", "--format", "json"]].concat());
    // 16 inputs, 64 outputs: residues 0..=4 hold 4,3,3,3,3 inputs and 13,13,13,13,12 outputs.
    let full = 4 * 13 + 3 * 13 + 3 * 13 + 3 * 13 + 3 * 12;
    assert_eq!(swap["after"]["layer"]["params"], full * 8 + 16 * 64 + 64);
}

/// A PNG header that says 60,000 x 60,000 pixels.
fn huge_png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(60_000_u32.to_be_bytes());
    bytes.extend(60_000_u32.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0]);
    let crc = bytes[12..].iter().fold(!0_u32, |crc, &b| {
        (0..8).fold(crc ^ u32::from(b), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
    });
    bytes.extend((!crc).to_be_bytes());
    bytes
}
