//! Weights of PyTorch, both forms: every value of every tensor, then whose weights they are.
#![no_main]

use convscope::model_files::{Model, TorchFile};
use convscope_fuzz::{one_sentence, start, within};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: start(), |bytes: &[u8]| {
    within(bytes.len(), 64, || {
        if let Ok(file) = TorchFile::parse(bytes.to_vec()) {
            for name in file.names() {
                let dims = file.dims(&name).expect("a tensor of this name");
                if let Some(values) = file.values(&name) {
                    assert_eq!(values.len(), dims.iter().product::<usize>());
                }
            }
        }
        if let Err(error) = Model::parse("weights.pth", bytes.to_vec()) {
            one_sentence(&error);
        }
    });
});
