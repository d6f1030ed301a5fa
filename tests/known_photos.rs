//! The bundled networks on photos whose content is known, by the reference executor.

use std::path::{Path, PathBuf};

use convscope::analysis::top_classes;
use convscope::exec::{Ctl, ReferencePlan, Value};
use convscope::image_io::preprocess;
use convscope::model_files::{BUNDLED, Model};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The three most likely classes of a photo.
fn classify(model: &Model, photo: &str) -> Vec<(usize, f32)> {
    let photo = image::open(repository("assets/images").join(photo)).expect("a bundled photo").to_rgb8();
    let input = preprocess(photo.as_raw(), photo.width(), photo.height(), &model.manifest);
    let trace = ReferencePlan::new(&model.graph).run(&[input], &Ctl::default()).expect("the reference runs");
    let Value::Host(prob) = trace.value(model.graph.outputs()[0].1) else { panic!("not on the host") };
    let top: Vec<(usize, f32)> =
        top_classes(prob.data(), 3).iter().map(|c| (c.index, c.probability)).collect();
    let names: Vec<&str> = top.iter().map(|&(class, _)| model.labels[class].en.as_str()).collect();
    println!("{} {names:?} {top:?} in {} ms", model.manifest.name, trace.total_ns / 1_000_000);
    top
}

#[test]
fn an_espresso_and_a_cat_are_recognised_by_every_bundled_network() {
    for name in BUNDLED {
        let model = Model::load(name).expect("a bundled model");
        let coffee = classify(&model, "coffee.png");
        assert!(coffee[0].0 == 967 && coffee[0].1 > 0.9, "{name}: {coffee:?}");
        let cat = classify(&model, "chelsea.png");
        assert!(cat.iter().all(|(class, _)| [281, 282, 285].contains(class)), "{name}: {cat:?}");
    }
}

#[test]
fn a_daisy_is_one_for_the_modern_network() {
    let model = Model::load("efficientnet_lite0").expect("a bundled model");
    assert_eq!(classify(&model, "flower.jpg")[0].0, 985);
}

#[test]
fn models_on_disk_are_the_bundled_ones() {
    let bundled = Model::load("squeezenet1_1").expect("a bundled model");
    for file in ["squeezenet1_1.json", "squeezenet1_1.safetensors"] {
        let disk = Model::load(repository("sample_models").join(file)).expect("a model on disk");
        assert_eq!(disk.manifest, bundled.manifest);
        assert_eq!(disk.labels, bundled.labels);
        assert_eq!(disk.graph.weights(), bundled.graph.weights());
    }
    assert_eq!(bundled.labels[967].en, "espresso");
    assert_eq!(bundled.labels.len(), 1000);
}
