//! ONNX networks, from the bytes to the costs of the graph.
#![no_main]

use convscope::cost::{conventions, cost, peak_memory};
use convscope::model_files::Model;
use convscope_fuzz::{one_sentence, start, within};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: start(), |bytes: &[u8]| {
    within(bytes.len(), 64, || match Model::parse("network.onnx", bytes.to_vec()) {
        Ok(model) => {
            let total = cost(&model.graph).total;
            let macs = conventions::ALL.iter().map(|c| c.count(&model.graph).total()).max();
            assert!(peak_memory(&model.graph).bytes > 0 && macs >= Some(total.macs));
            model.notes.iter().for_each(one_sentence);
        }
        Err(error) => one_sentence(&error),
    });
});
