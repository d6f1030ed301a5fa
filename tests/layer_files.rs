//! Golden layer files through the operators and every executor.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use convscope::exec::Ctl;
use convscope::exec::backend::{Backend, Device, Plan};
use convscope::model_files::{LayerFile, OutputTensor, TensorFile, write_outputs};
use convscope::tensor::{HostTensor, Shape};

/// The answer of a backend to a layer file, by name.
fn run(file: &LayerFile, device: &Device) -> HashMap<String, OutputTensor> {
    let problem = file.problem().unwrap_or_else(|e| panic!("{e}"));
    let plan = Plan::new(device, &problem.graph).expect("a plan");
    let trace = plan.run(&problem.inputs, &Ctl::default()).expect("a run");
    let outputs = problem.answer(|id| device.read(trace.value(id))).expect("values");
    outputs.into_iter().map(|output| (output.name.clone(), output)).collect()
}

/// Euclidean norm of the difference over that of the right values.
fn relative_error(found: &[f32], right: &[f32]) -> f64 {
    let norm = |v: &mut dyn Iterator<Item = f64>| v.map(|v| v * v).sum::<f64>().sqrt();
    let difference = norm(&mut found.iter().zip(right).map(|(a, b)| f64::from(a - b)));
    difference / norm(&mut right.iter().map(|&v| f64::from(v)))
}

/// Every golden file, and that every operator of the format has some.
fn golden_files_come_out_right(device: &Device, tolerance: f64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut seen = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("the golden files") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "safetensors") {
            continue;
        }
        let file = LayerFile::open(&path).expect("a layer file");
        let outputs = run(&file, device);
        let names: Vec<String> =
            file.tensors.names().into_iter().filter(|n| n.starts_with("output")).collect();
        assert_eq!(names.len(), outputs.len(), "{}", path.display());
        for name in names {
            let (dims, right) = file.tensors.tensor(&name).expect("an output");
            let found = &outputs[&name];
            assert_eq!(found.dims, dims, "{} {name}", path.display());
            let error = relative_error(&found.values, &right);
            // A mask is right or wrong.
            let tolerance = if name == "output.mask" { 0.0 } else { tolerance };
            assert!(error <= tolerance, "{} {name}: {error}", path.display());
        }
        seen.insert(file.variant);
    }
    assert_eq!(seen.len(), 12, "the format's operators: {seen:?}");
}

#[test]
fn golden_files_by_the_reference() {
    // Both are f64 throughout and rounded to f32 once, so they differ in the last bit at most.
    golden_files_come_out_right(&Device::Reference, 1e-7);
}

#[test]
fn golden_files_by_candle() {
    golden_files_come_out_right(&Device::Candle, 1e-5);
}

#[test]
fn golden_files_by_wgpu() {
    if convscope::exec::wgpu::adapters().is_empty() && std::env::var_os("REQUIRE_GPU").is_none() {
        println!("skipped: no adapter");
        return;
    }
    golden_files_come_out_right(&Device::open(Backend::Wgpu).expect("this test needs the device"), 1e-4);
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
