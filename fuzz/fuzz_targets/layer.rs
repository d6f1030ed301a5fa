//! Layer files, up to the graph that answers them.
#![no_main]

use convscope::cost::cost;
use convscope::model_files::LayerFile;
use convscope_fuzz::{one_sentence, start, within};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: start(), |bytes: &[u8]| {
    within(bytes.len(), 64, || {
        let problem = LayerFile::parse("layer.safetensors", bytes.to_vec()).and_then(|file| file.problem());
        match problem {
            Ok(problem) => {
                assert_eq!(problem.inputs.len(), problem.graph.inputs().len());
                assert!(!cost(&problem.graph).nodes.is_empty());
            }
            Err(error) => one_sentence(&error),
        }
    });
});
