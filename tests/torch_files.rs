//! PyTorch's files of weights: both forms, torchvision's names, checkpoints.

use std::io::Write;

use convscope::model_files::{Model, Note};

/// Torchvision's name of a tensor of the bundled SqueezeNet.
fn torchvision(name: &str) -> String {
    let fires = [("fire2", 3), ("fire3", 4), ("fire4", 6), ("fire5", 7), ("fire6", 9), ("fire7", 10)];
    for (fire, feature) in fires.into_iter().chain([("fire8", 11), ("fire9", 12)]) {
        if let Some(rest) = name.strip_prefix(&format!("{fire}/")) {
            return format!("features.{feature}.{}", rest.replace("squeeze1x1", "squeeze"));
        }
    }
    name.replace("conv10.", "classifier.1.").replace("conv1.", "features.0.")
}

/// The weights of a network by name.
type Weights = Vec<(String, Vec<usize>, Vec<f32>)>;

fn weights(rename: impl Fn(&str) -> String) -> Weights {
    let model = Model::load("squeezenet1_1").expect("the bundled network");
    model.graph.weights().iter().map(|w| (rename(&w.name), w.dims.clone(), w.values.to_vec())).collect()
}

fn text(text: &str) -> Vec<u8> {
    [b"X".as_slice(), &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
}

fn int(value: usize) -> Vec<u8> {
    [b"J".as_slice(), &(value as u32).to_le_bytes()].concat()
}

fn tuple(values: &[usize]) -> Vec<u8> {
    let items: Vec<u8> = values.iter().flat_map(|&v| int(v)).collect();
    [b"(".as_slice(), &items, b"t"].concat()
}

/// The pickle of an OrderedDict of tensors, each in a storage of its own. `legacy`: storages have a
/// sixth item there.
fn pickled(weights: &Weights, legacy: bool) -> Vec<u8> {
    let mut pickle = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
    for (i, (name, dims, values)) in weights.iter().enumerate() {
        let strides: Vec<usize> = (0..dims.len()).map(|a| dims[a + 1..].iter().product()).collect();
        pickle.extend(text(name));
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        pickle.extend(text("storage"));
        pickle.extend(b"ctorch\nFloatStorage\n");
        pickle.extend(text(&i.to_string()));
        pickle.extend(text("cpu"));
        pickle.extend(int(values.len()));
        pickle.extend(if legacy { b"NtQ".as_slice() } else { b"tQ" });
        pickle.extend(int(0));
        pickle.extend(tuple(dims));
        pickle.extend(tuple(&strides));
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtR");
    }
    pickle.extend(b"u.");
    pickle
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn zipped(weights: &Weights, pickle: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut entry = |name: &str, bytes: &[u8]| {
        zip.start_file(name, options).expect("an entry");
        zip.write_all(bytes).expect("bytes");
    };
    entry("net/data.pkl", pickle);
    entry("net/byteorder", b"little");
    for (i, (_, _, values)) in weights.iter().enumerate() {
        entry(&format!("net/data/{i}"), &bytes(values));
    }
    zip.finish().expect("an archive").into_inner()
}

fn streamed(weights: &Weights) -> Vec<u8> {
    let mut file = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.".to_vec();
    file.extend(pickled(weights, true));
    file.extend(b"\x80\x02](");
    (0..weights.len()).for_each(|i| file.extend(text(&i.to_string())));
    file.extend(b"e.");
    for (_, _, values) in weights {
        file.extend((values.len() as u64).to_le_bytes());
        file.extend(bytes(values));
    }
    file
}

fn loaded(name: &str, bytes: &[u8]) -> Result<Model, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    Model::load(&path).map_err(|e| e.to_string())
}

#[track_caller]
fn same_weights(model: &Model) {
    let bundled = Model::load("squeezenet1_1").expect("the bundled network");
    assert_eq!(model.graph.weights(), bundled.graph.weights());
    assert!(model.notes.contains(&Note::Recognised { network: "SqueezeNet 1.1" }), "{:?}", model.notes);
    assert_eq!(model.labels.len(), 1000);
}

#[test]
fn both_forms_and_names_are_read() {
    let own = weights(str::to_owned);
    let model = loaded("own.pth", &zipped(&own, &pickled(&own, false))).expect("a network");
    same_weights(&model);
    assert!(model.notes.contains(&Note::PreparedAsBundled));
    let other = weights(torchvision);
    for bytes in [zipped(&other, &pickled(&other, false)), streamed(&other)] {
        let model = loaded("other.PT", &bytes).expect("a network");
        same_weights(&model);
        assert!(model.notes.contains(&Note::PreparedAsImageNet));
    }
}

#[test]
fn checkpoints_hold_weights_beside_other_things() {
    let own = weights(|name| format!("module.{name}"));
    let inner = pickled(&own, false);
    let inner = &inner[2..inner.len() - 1];
    let pickle =
        [b"\x80\x02}(".as_slice(), &text("epoch"), &int(3), &text("state_dict"), inner, b"u."].concat();
    same_weights(&loaded("checkpoint.pth", &zipped(&own, &pickle)).expect("a network"));
}

#[test]
fn the_nearest_network_is_named() {
    let mut own = weights(str::to_owned);
    own.pop();
    let message = loaded("cut.pth", &zipped(&own, &pickled(&own, false))).expect_err("a tensor is missing");
    assert!(message.contains("SqueezeNet 1.1 comes nearest with 51 tensors"), "{message}");
    assert!(message.contains("found no tensor of this name"), "{message}");
    let mut more = weights(str::to_owned);
    more.push(("extra.weight".into(), vec![1], vec![0.0]));
    let message = loaded("more.pth", &zipped(&more, &pickled(&more, false))).expect_err("one too many");
    assert!(message.contains("'extra.weight' belongs to no layer"), "{message}");
}

#[test]
fn weights_without_a_manifest_are_recognised_in_safetensors_too() {
    let bytes = include_bytes!("../sample_models/efficientnet_lite0.safetensors");
    let model = loaded("mine.safetensors", bytes).expect("a network");
    assert_eq!(model.notes[0], Note::Recognised { network: "EfficientNet-Lite0" });
    assert_eq!((model.manifest.name.as_str(), model.labels.len()), ("mine", 1000));
}
