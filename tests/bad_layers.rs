//! Layer files with a wrong tensor: one sentence that names it, with what would be right.

mod layer_parts;

use layer_parts::{Parts, golden_files};
use serde_json::json;

/// Whether the operator can do without the tensor.
fn optional(tensor: &str) -> bool {
    tensor == "bias" || tensor == "uncertain.pointwise.bias"
}
#[test]
fn a_missing_tensor_is_named() {
    for file in golden_files() {
        assert_eq!(file.problem(), Ok(()), "{}", file.name);
        for (tensor, (dims, _)) in &file.tensors {
            let changed = file.without(std::slice::from_ref(tensor));
            if optional(tensor) {
                assert_eq!(changed.problem(), Ok(()));
                continue;
            }
            let expected = if tensor.starts_with("input") {
                format!("a map of shape [N, {}, H, W]", dims[1])
            } else {
                format!("shape {dims:?}")
            };
            let sentence = format!("tensor '{tensor}': expected {expected}, found no tensor of this name");
            assert_eq!(changed.refused(), sentence, "{}", file.name);
        }
    }
}

#[test]
fn norms_come_whole_and_together() {
    let parts = |norm: &str| ["weight", "bias", "running_mean", "running_var"].map(|p| format!("{norm}.{p}"));
    let mut files = 0;
    for file in golden_files().into_iter().filter(|f| f.tensors.keys().any(|t| t.contains("norm."))) {
        files += 1;
        let norms: &[&str] = match file.variant() {
            "spconv" => &["representative.norm", "uncertain.norm"],
            _ => &["norm"],
        };
        let all: Vec<String> = norms.iter().flat_map(|norm| parts(norm)).collect();
        assert_eq!(file.without(&all).problem(), Ok(()), "none is fine");
        for norm in norms {
            // All but one tensor of a norm.
            for kept in parts(norm) {
                let dropped: Vec<String> = parts(norm).into_iter().filter(|part| *part != kept).collect();
                let message = file.without(&dropped).refused();
                let named = format!("tensor '{}': expected shape [", dropped[0]);
                assert!(
                    message.starts_with(&named) && message.ends_with("no tensor of this name"),
                    "{message}"
                );
            }
            // One norm of two.
            if norms.len() > 1 {
                let message = file.without(&parts(norm)).refused();
                assert!(
                    message.starts_with(&format!("tensor '{norm}.weight': expected shape [")),
                    "{message}"
                );
            }
        }
    }
    assert_eq!(files, 5);
}

#[test]
fn a_tensor_of_another_shape_is_named_with_both_shapes() {
    for file in golden_files() {
        for (tensor, (dims, values)) in &file.tensors {
            if tensor.starts_with("input") {
                let mut more = dims.clone();
                more[1] += 1;
                let (text, wrong) =
                    (|d: &[usize]| d.iter().map(usize::to_string).collect::<Vec<_>>().join("x"), more);
                let message = file.with_tensor(tensor, &wrong).refused();
                let sentence =
                    format!("tensor '{tensor}': expected shape {}, found {}", text(dims), text(&wrong));
                assert_eq!(message, sentence, "{}", file.name);
                let message = file.with_tensor(tensor, &[values.len()]).refused();
                let sentence = format!(
                    "tensor '{tensor}': expected a map of shape [N, {}, H, W], found [{}]",
                    dims[1],
                    values.len()
                );
                assert_eq!(message, sentence, "{}", file.name);
                continue;
            }
            let mut first = dims.clone();
            first[0] += 1;
            let mut last = dims.clone();
            *last.last_mut().expect("a side") += 2;
            let mut longer = dims.clone();
            longer.push(1);
            for wrong in [first, last, longer, vec![]] {
                let message = file.with_tensor(tensor, &wrong).refused();
                let sentence = format!("tensor '{tensor}': expected shape {dims:?}, found {wrong:?}");
                assert_eq!(message, sentence, "{}", file.name);
            }
        }
    }
}

#[test]
fn a_tensor_that_nothing_reads_is_refused_by_name() {
    for file in golden_files() {
        for extra in ["weights", "norm2.weight", "conv.weight", "Weight"] {
            let message = file.with_tensor(extra, &[2]).refused();
            let sentence =
                format!("{}: {} does not use the tensor '{extra}' of the file", file.name, file.variant());
            assert_eq!(message, sentence);
        }
    }
}

/// A small file that claims a huge layer is refused by its missing weight before anything is listed.
#[test]
fn a_missing_weight_is_noticed_before_the_kernels_are_listed() {
    let start = std::time::Instant::now();
    let n = 32_768;
    let file = Parts::golden("topological-01-1d-k1").without(&["weight".into()]);
    let file = file.with("channels", json!(n)).with("grid", json!([n])).with("neighborhood", json!([n]));
    let message = file.with_tensor("input", &[1, n, 1, 1]).refused();
    assert!(message.starts_with("tensor 'weight': expected shape [32768, 32768, 1, 1]"), "{message}");
    let file = Parts::golden("hetconv-01-k3-p4").without(&["weight".into()]);
    let file = file.with("in_channels", json!(n)).with("out_channels", json!(3000)).with("kernel", json!(3));
    let message = file.with_tensor("input", &[1, n, 1, 1]).refused();
    assert!(message.starts_with("tensor 'weight': expected shape [3000, 32768, 3, 3]"), "{message}");
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}
