//! Weights as safetensors, and the manifest beside them.
#![no_main]

use convscope::model_files::{Manifest, Model, TensorFile};
use convscope_fuzz::{one_sentence, start, within};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: start(), |bytes: &[u8]| {
    within(bytes.len(), 64, || {
        match Manifest::parse("manifest.json", bytes) {
            Ok(manifest) => assert!(manifest.input.height > 0 && manifest.input.width > 0),
            Err(error) => one_sentence(&error),
        }
        match TensorFile::parse("weights.safetensors", bytes.to_vec()) {
            Ok(file) => {
                for name in file.names() {
                    let dims = file.dims(&name).expect("a tensor of this name").to_vec();
                    if let Some((sides, values)) = file.integers(&name) {
                        assert_eq!((values.len(), &sides), (sides.iter().product(), &dims));
                    }
                    match file.tensor(&name) {
                        Ok((sides, values)) => {
                            assert_eq!((values.len(), &sides), (sides.iter().product(), &dims));
                        }
                        Err(error) => one_sentence(&error),
                    }
                }
                if let Err(error) = Model::parse("weights.safetensors", bytes.to_vec()) {
                    one_sentence(&error);
                }
            }
            Err(error) => one_sentence(&error),
        }
    });
});
