//! Files that are wrong in some way: one sentence that names the file or the tensor, no panic.

use std::path::{Path, PathBuf};

use convscope::graph::{GraphError, Origin, WeightSource};
use convscope::model_files::{LayerFile, Model, ModelError, TensorFile};
use proptest::prelude::*;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A safetensors file with this header and so many bytes of zeros.
fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

fn file_of_integers() -> Vec<u8> {
    file(r#"{"w":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}"#, 2)
}

fn golden() -> Vec<u8> {
    std::fs::read(repository("tests/golden/standard-02-k1-s2.safetensors")).expect("a golden file")
}

/// The message of a file that must be refused: one line, starting with its name.
fn refused(bytes: Vec<u8>) -> String {
    let message = LayerFile::parse("bad.safetensors", bytes).expect_err("a bad file").to_string();
    assert!(!message.contains('\n'), "{message}");
    message
}

#[test]
fn broken_files_are_refused_in_one_sentence() {
    let mut lying = golden();
    lying[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    let mut longer = golden();
    longer[..8].copy_from_slice(&90_000_000_u64.to_le_bytes());
    let cut = golden().split_off(0)[..1000].to_vec();
    let huge = r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}}"#;
    let far = r#"{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}"#;
    let gap = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#;
    for (bytes, said) in [
        (vec![], "the file is empty"),
        (b"short".to_vec(), "only 5 bytes"),
        (b"This is a text, not a file of tensors.".to_vec(), "header claims"),
        (lying, "header claims"),
        (longer, "header claims"),
        (cut, "cut off"),
        (file("[1, 2", 0), "JSON"),
        (file(huge, 4), "shape"),
        (file(far, 4), "cut off"),
        (file(gap, 8), "place"),
        (file(&"[".repeat(200_000), 0), "JSON"),
    ] {
        let message = refused(bytes);
        let start = "bad.safetensors is not a valid safetensors file: ";
        assert!(message.starts_with(start) && message.contains(said), "{message}");
    }
}

/// Weights of any width are read as `f32`.
#[test]
fn floating_point_numbers_of_every_width() {
    for (dtype, bytes) in [
        ("F64", 1.5_f64.to_le_bytes().to_vec()),
        ("F32", 1.5_f32.to_le_bytes().to_vec()),
        ("F16", half::f16::from_f32(1.5).to_le_bytes().to_vec()),
        ("BF16", half::bf16::from_f32(1.5).to_le_bytes().to_vec()),
    ] {
        let end = bytes.len();
        let header = format!(r#"{{"w":{{"dtype":"{dtype}","shape":[1],"data_offsets":[0,{end}]}}}}"#);
        let tensors = TensorFile::parse("w.safetensors", [file(&header, 0), bytes].concat()).expect(dtype);
        assert_eq!(tensors.tensor("w").expect(dtype), (vec![1], vec![1.5]));
    }
}

#[test]
fn layer_files_need_metadata_and_f32() {
    let with = |layer: &str| {
        let header = serde_json::json!({ "__metadata__": { "layer": layer } });
        refused(file(&header.to_string(), 0))
    };
    assert!(refused(file("{}", 0)).contains("no key 'layer'"));
    assert!(with("[1]").contains("not a JSON object"));
    assert!(with("{").contains("the settings of a layer"));
    assert!(with(r#"{"kernel":3}"#).contains("'variant'"));
    let header = r#"{"__metadata__":{"layer":"{\"variant\":\"standard\"}"},
        "weight":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#;
    assert_eq!(refused(file(header, 8)), "tensor 'weight': expected F32 values, found F64");
}

#[test]
fn inputs_must_be_maps() {
    let open = |shape: &str| {
        let header = format!(
            r#"{{"__metadata__":{{"layer":"{{\"variant\":\"standard\"}}"}},
            "input":{{"dtype":"F32","shape":{shape},"data_offsets":[0,0]}}}}"#
        );
        LayerFile::parse("f", file(&header, 0)).expect("a layer file")
    };
    for shape in ["[1,0,2,2]", "[0]", "[0,1,2,3,4]"] {
        let message = open(shape).inputs().expect_err("no map").to_string();
        assert!(message.starts_with("tensor 'input': expected a map"), "{message}");
    }
    let message = open("[0]").input("input.low").expect_err("no such input").to_string();
    assert!(message.ends_with("found no tensor of this name"), "{message}");
}

#[test]
fn weights_name_the_tensor_and_both_shapes() {
    let file = TensorFile::parse("f", golden()).expect("a golden file");
    let mut weights = file.weights(Origin::Given);
    let error = weights.take("weight", &[10, 6, 3, 3], false).expect_err("another shape");
    let expected = "tensor 'weight': expected shape [10, 6, 3, 3], found [10, 6, 1, 1]";
    assert_eq!(error.to_string(), expected);
    assert!(matches!(weights.take("none", &[1], false), Err(GraphError::Weight { .. })));
    assert_eq!(weights.take("none", &[1], true), Ok(None));
    let integers = TensorFile::parse("f", file_of_integers()).expect("a valid file");
    let error = integers.weights(Origin::Given).take("w", &[2], false).expect_err("integers");
    assert_eq!(error.to_string(), "tensor 'w': expected shape [2], found [2] of type I8");
}

#[test]
fn models_that_are_none_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let message = |path: &Path| Model::load(path).expect_err("no model").to_string();
    assert!(message(Path::new("no_such_network")).contains("squeezenet1_1, efficientnet_lite0"));
    assert!(message(&path("none.json")).contains("none.json"));
    assert!(message(&repository("sample_models")).contains("a model is"));
    std::fs::create_dir(path("folder.json")).expect("a folder");
    assert!(message(&path("folder.json")).ends_with("not a file"));
    std::fs::write(path("m.json"), "not JSON").expect("a file");
    assert!(message(&path("m.json")).contains("a manifest"));

    let manifest = include_str!("../sample_models/squeezenet1_1.json");
    std::fs::copy(repository("sample_models/imagenet1k.json"), path("imagenet1k.json")).expect("a copy");
    std::fs::write(path("m.json"), manifest.replace("\"network\": \"squeezenet1_1\"", "\"network\": \"x\""))
        .expect("a file");
    assert!(message(&path("m.json")).contains("unknown network 'x'; known are squeezenet1_1"));
    // Weights of another network.
    std::fs::write(path("m.json"), manifest).expect("a file");
    std::fs::copy(repository("sample_models/efficientnet_lite0.safetensors"), path("m.safetensors"))
        .expect("a copy");
    let said = "tensor 'conv1.weight': expected shape [64, 3, 3, 3], found no tensor of this name";
    assert_eq!(message(&path("m.safetensors")), said);
    // A download that broke off.
    let whole = std::fs::read(repository("sample_models/squeezenet1_1.safetensors")).expect("a model");
    std::fs::write(path("m.safetensors"), &whole[..whole.len() / 2]).expect("a file");
    assert!(message(&path("m.safetensors")).contains("cut off"));
    std::fs::write(path("imagenet1k.json"), "[]").expect("a file");
    assert!(message(&path("m.safetensors")).contains("0 names for 1000 classes"));
    assert!(matches!(Model::load(path("gone.safetensors")), Err(ModelError::File { .. })));
}

proptest! {
    /// A header with some bytes changed is refused or read, never a panic or a huge allocation.
    #[test]
    fn damaged_headers_never_panic(changes in proptest::collection::vec((0..700_usize, any::<u8>()), 1..6)) {
        let mut bytes = golden();
        for (place, value) in changes {
            bytes[place] = value;
        }
        if let Ok(file) = LayerFile::parse("f", bytes) {
            drop(file.inputs());
            drop(file.weights().take("weight", &[10, 6, 1, 1], false));
        }
    }
}
