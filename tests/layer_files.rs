//! Golden layer files through the operators and the reference executor.

use std::collections::HashMap;
use std::path::Path;

use convscope::exec::{Ctl, ReferencePlan, Value};
use convscope::graph::{Builder, Padding};
use convscope::model_files::{LayerFile, OutputTensor, TensorFile, write_outputs};
use convscope::tensor::{HostTensor, Shape};
use convscope::variants::{self, Geometry, Settings};

/// Runs a layer file by the reference: its outputs by name.
fn run(file: &LayerFile) -> HashMap<String, HostTensor> {
    let variant = variants::find(&file.variant).expect("a known operator");
    let integer = |key: &str| file.settings.get(key).and_then(|v| v.as_u64()).map(|v| v as usize);
    let kernel = integer("kernel").expect("kernel");
    let same = Padding::same(kernel, 1);
    let geometry = Geometry {
        in_channels: integer("in_channels").expect("in_channels"),
        out_channels: integer("out_channels").expect("out_channels"),
        kernel,
        stride: integer("stride").expect("stride"),
        padding: integer("padding").map_or(same, Padding::even),
    };
    let mut settings = Settings::default();
    for setting in variant.settings(&geometry) {
        let value = file.settings[setting.name].as_f64().expect("a number");
        settings.set(setting.name, setting.legal.value(setting.legal.nearest(value)));
    }
    let mut weights = file.weights();
    let mut builder = Builder::new(&mut weights);
    let (mut nodes, mut values) = (Vec::new(), Vec::new());
    for (name, _) in variant.inputs(&geometry, &settings) {
        let value = file.input(name).expect("an input");
        nodes.push(builder.input(name, value.shape()).expect("a shape"));
        values.push(value);
    }
    let outputs = variant.lower(&geometry, &settings, &nodes, &mut builder).expect("a golden file fits");
    let graph = builder.finish();
    assert_eq!(weights.unused().collect::<Vec<_>>(), Vec::<&str>::new(), "weights that nobody asked for");
    let trace = ReferencePlan::new(&graph).run(&values, &Ctl::default()).expect("the reference runs");
    let host = |id| match trace.value(id) {
        Value::Host(tensor) => tensor.clone(),
        Value::Device { .. } => panic!("not on the host"),
    };
    outputs.into_iter().map(|(name, id)| (name.to_owned(), host(id))).collect()
}

/// The answer a golden file holds.
fn answer(file: &TensorFile, name: &str) -> HostTensor {
    let (dims, values) = file.tensor(name).expect("an output");
    let &[n, c, h, w] = dims.as_slice() else { panic!("{name}: {dims:?}") };
    HostTensor::new(Shape::new(n, c, h, w), values)
}

#[test]
fn golden_files_come_out_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("the golden files") {
        let path = entry.expect("an entry").path();
        let file = LayerFile::open(&path).expect("a layer file");
        if path.extension().is_none_or(|e| e != "safetensors") || variants::find(&file.variant).is_none() {
            continue;
        }
        let outputs = run(&file);
        let names = file.tensors.names().into_iter().filter(|n| n.starts_with("output"));
        let expected: Vec<String> = names.collect();
        assert_eq!(expected.len(), outputs.len(), "{}", path.display());
        for name in expected {
            let error = outputs[&name].relative_error(&answer(&file.tensors, &name));
            // Both are f64 throughout and rounded to f32 once, so they differ in the last bit at most.
            assert!(error <= 1e-7, "{} {name}: {error}", path.display());
        }
        files += 1;
    }
    assert!(files >= 21, "only {files} files");
}

#[test]
fn outputs_are_read_back_with_their_sides() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.safetensors");
    let map = HostTensor::new(Shape::new(1, 2, 1, 2), vec![1.0, -2.5, 3.0, f32::MIN_POSITIVE]);
    let mask = OutputTensor { name: "output.mask".into(), dims: vec![2, 3], values: vec![1.0; 6] };
    write_outputs(&path, &[OutputTensor::map("output", &map), mask.clone()]).expect("a writable folder");
    let bytes = std::fs::read(&path).expect("a file");
    let file = TensorFile::parse("out", bytes).expect("a valid file");
    assert_eq!(file.names(), ["output", "output.mask"]);
    assert_eq!(file.tensor("output").expect("it is there"), (vec![1, 2, 1, 2], map.data().to_vec()));
    assert_eq!(file.tensor("output.mask").expect("it is there"), (mask.dims, mask.values));
    let wrong = OutputTensor { name: "output".into(), dims: vec![2, 2], values: vec![0.0; 3] };
    assert!(write_outputs(&path, &[wrong]).is_err());
}
