//! ONNX files as a whole: types and places of weights, where a graph ends, what is assumed, exports against a reference runtime.

mod onnx_support;

use convscope::model_files::{Model, Note, TensorFile};
use half::f16;
use onnx_support::Attr::{Float, Int, Ints, Tensor};
use onnx_support::{DOUBLE, File, HALF, INT64, conv, counted, distance, info, list, output, raw, run};
use prost::Message;

#[test]
fn weights_of_every_type_and_place() {
    let expected = [0.5, -2.0];
    let bits = |v: f32| i32::from(f16::from_f32(v).to_bits());
    let tensors = [
        raw("w", &[2, 1, 1, 1], &expected),
        convscope::model_files::onnx::proto::TensorProto {
            raw_data: Default::default(),
            float_data: expected.to_vec(),
            ..raw("w", &[2, 1, 1, 1], &expected)
        },
        convscope::model_files::onnx::proto::TensorProto {
            raw_data: expected.iter().flat_map(|&v| f64::from(v).to_le_bytes()).collect::<Vec<u8>>().into(),
            data_type: DOUBLE,
            ..raw("w", &[2, 1, 1, 1], &expected)
        },
        convscope::model_files::onnx::proto::TensorProto {
            raw_data: Default::default(),
            int32_data: expected.iter().map(|&v| bits(v)).collect(),
            data_type: HALF,
            ..raw("w", &[2, 1, 1, 1], &expected)
        },
    ];
    for tensor in tensors {
        let mut file = File::new(&[1, 1, 1, 1]).node("Conv", "x w", "y", vec![]);
        file.tensors.push(tensor.clone());
        output(&file, &[4.0], &[1, 2, 1, 1], &[2.0, -8.0]);
        let node = File::new(&[1, 1, 1, 1]).node("Constant", "", "w", vec![("value", Tensor(tensor))]).node(
            "Conv",
            "x w",
            "y",
            vec![],
        );
        output(&node, &[4.0], &[1, 2, 1, 1], &[2.0, -8.0]);
    }
}

#[test]
fn the_graph_ends_before_a_node_that_is_not_supported() {
    let file = conv(&[1, 1, 3, 3], &[1, 1, 2, 2], vec![]);
    let mut file = File { outputs: vec![info("z", 1, &[])], ..file };
    file = file.node("Relu", "y", "r", vec![]).node("Sin", "r", "e", vec![]).node("Relu", "e", "z", vec![]);
    let imported = file.import();
    let note = imported.notes.iter().find_map(|n| match n {
        Note::Unsupported { node, op, place: 3, of: 4, .. } => Some((node.as_str(), op.as_str())),
        _ => None,
    });
    assert_eq!(note, Some(("sin2", "Sin")));
    let outputs = run(&imported, &[counted(9)]);
    assert_eq!(outputs[0].name, "r");
    assert_eq!(outputs[0].values, [12., 16., 24., 28.]);
    // A node that no output needs does no harm.
    let idle = conv(&[1, 1, 3, 3], &[1, 1, 2, 2], vec![]).node("Sin", "y", "e", vec![]);
    assert_eq!(idle.import().notes, []);
    // Nothing before it: an error that names it.
    let first = File::new(&[1, 1, 3, 3]).node("Sin", "x", "y", vec![]).refused();
    assert!(first.contains("'sin0' (Sin)"), "{first}");
    // What reads constants alone is not where the network ends, but where its result joins a map.
    let file = File::new(&[1, 1, 1, 2])
        .weight("c", &[1, 1, 1, 2], &[1., 2.])
        .node("Relu", "x", "r", vec![])
        .node("Sin", "c", "s", vec![])
        .node("Transpose", "s", "t", vec![])
        .node("Add", "r t", "y", vec![])
        .import();
    assert!(file.notes.iter().any(|n| matches!(n, Note::Unsupported { op, .. } if op == "Sin")));
    assert_eq!(run(&file, &[vec![-1., 2.]])[0].values, [0., 2.]);
}

#[test]
fn open_sides_are_chosen_and_said() {
    let file = conv(&[0, 1, 0, 0], &[1, 1, 2, 2], vec![]);
    let imported = file.import();
    assert_eq!(imported.inputs[0].dims, [1, 1, 224, 224]);
    let note = Note::OpenSides { input: "x".into(), sides: "1x1x224x224".into() };
    assert_eq!(imported.notes, [note]);
    // Given inputs choose them; weights may be inputs too.
    let mut open = file.clone();
    open.tensors.clear();
    open.inputs.push(info("w", 1, &[1, 1, 2, 2]));
    assert!(open.refused().contains("'w' is an input"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("in.safetensors");
    let tensor = |name: &str, dims: &[usize], values: Vec<f32>| convscope::model_files::OutputTensor {
        name: name.into(),
        dims: dims.to_vec(),
        values,
    };
    let tensors = [tensor("x", &[2, 1, 2, 2], counted(8)), tensor("w", &[1, 1, 2, 2], vec![1.0; 4])];
    convscope::model_files::write_outputs(&path, &tensors).expect("a file");
    let given = TensorFile::parse("in", std::fs::read(&path).expect("it is there")).expect("tensors");
    let imported =
        convscope::model_files::onnx::import(open.bytes().into(), Some(&given)).expect("a network");
    assert_eq!(run(&imported, &[counted(8)])[0].values, [10., 26.]);
}

#[test]
fn a_model_says_what_was_assumed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tiny.onnx");
    let file = conv(&[1, 3, 8, 8], &[2, 3, 8, 8], vec![]);
    std::fs::write(&path, file.bytes()).expect("a file");
    let model = Model::load(&path).expect("a model");
    assert_eq!(model.notes, [Note::PreparedAsImageNet, Note::NoSoftmax]);
    assert_eq!((model.manifest.name.as_str(), model.manifest.input.width), ("tiny", 8));
    assert!(model.takes_photo().is_ok() && model.labels.is_empty());
    // A manifest beside it says otherwise.
    let manifest = include_str!("../sample_models/squeezenet1_1.json")
        .replace("\"squeezenet1_1.safetensors\"", "\"tiny.onnx\"")
        .replace("imagenet1k.json", "");
    std::fs::write(folder.path().join("tiny.json"), manifest).expect("a file");
    let model = Model::load(&path).expect("a model");
    assert_eq!((model.manifest.mean[0], model.notes.len()), (104.0, 0));
}

/// Small networks with random weights, exported by PyTorch and Keras, with what ONNX Runtime makes of an input.
#[test]
fn exports_agree_with_a_reference_runtime() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the exports") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "onnx") {
            continue;
        }
        count += 1;
        let values = std::fs::read(path.with_extension("safetensors")).expect("its values");
        let values = TensorFile::parse("values", values).expect("tensors");
        let model = Model::load(&path).expect("a model");
        assert!(!model.notes.iter().any(|n| matches!(n, Note::Unsupported { .. })), "{:?}", model.notes);
        let (_, input) = values.tensor("input").expect("an input");
        let (dims, expected) = values.tensor("output").expect("an output");
        let bytes = std::fs::read(&path).expect("it is there");
        let imported = convscope::model_files::onnx::import(bytes.into(), None).expect("a network");
        let output = &run(&imported, &[input])[0];
        assert_eq!(output.dims, dims, "{}", path.display());
        let distance = distance(&output.values, &expected);
        assert!(distance < 1e-5, "{}: {distance}", path.display());
    }
    assert!(count >= 4);
}

#[test]
fn messages_of_other_tools_are_skipped() {
    // A list beside the tensors that nothing reads, an integer output of `Shape`, unknown fields.
    let mut file = conv(&[1, 1, 3, 3], &[1, 1, 2, 2], vec![]);
    file.tensors.push(list("unused", &[1, 2, 3]));
    file.outputs.push(info("s", INT64, &[4]));
    let file = file.node("Shape", "y", "s", vec![]);
    let mut bytes = file.bytes();
    // Field 6 of the model: its documentation.
    bytes.extend([0x32, 3, b'a', b'b', b'c']);
    let imported = convscope::model_files::onnx::import(bytes.into(), None).expect("a network");
    assert_eq!(imported.notes, [Note::FixedOutput { name: "s".into() }]);
    assert!(file.nodes[0].encoded_len() > 0);
}

/// Networks with standardised weights: the export computes them with nodes, and with those for the statistics.
#[test]
fn weights_may_be_standardised_by_nodes() {
    let one = File::new(&[1, 1, 1, 2])
        .weight("raw", &[1, 2, 2], &[1., 3., 0., 4.])
        .weight("turned", &[1, 2, 2], &[1., 0., 3., 4.])
        .weight("scale", &[2], &[1., 2.])
        .weight("shift", &[2], &[0., 1.])
        .list("shape", &[2, 1, 1, 2])
        .node("ReduceMean", "turned", "mean", vec![("axes", Ints(vec![0, 1])), ("keepdims", Int(1))])
        .node("Sub", "turned mean", "less", vec![])
        .node("Mul", "less less", "square", vec![])
        .node("ReduceMean", "square", "var", vec![("axes", Ints(vec![0, 1])), ("keepdims", Int(0))])
        .node("ReduceMean", "turned", "flat", vec![("axes", Ints(vec![0, 1])), ("keepdims", Int(0))])
        .node(
            "BatchNormalization",
            "raw scale shift flat var",
            "w",
            vec![("training_mode", Int(1)), ("epsilon", Float(0.0))],
        )
        .node("Reshape", "w shape", "k", vec![])
        .node("Conv", "x k", "y", vec![]);
    // -1 1 of mean 2 and deviation 1; -1 3 of mean 2 and deviation 2, doubled and shifted.
    output(&one, &[1., 10.], &[1, 2, 1, 1], &[9., -1. + 30.]);
    let wrong = File::new(&[1, 2, 1, 1])
        .weight("a", &[1, 2, 2], &[1.; 4])
        .weight("b", &[1, 3, 2], &[1.; 6])
        .node("Add", "a b", "w", vec![])
        .node("Conv", "x w", "y", vec![])
        .refused();
    assert!(wrong.contains("do not fit"), "{wrong}");
}
