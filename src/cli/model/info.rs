//! `convscope model info`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};

use super::{dims_text, notes_json, origin_of, print_notes};
use crate::cli::{Format, Output, line, print_json};
use crate::cost::cost;
use crate::graph::Op;
use crate::model_files::{Model, Port};

/// Arguments of `convscope model info`.
#[derive(Args, Debug)]
pub struct InfoArgs {
    /// A model: an ONNX file, weights, a manifest, or the name of a bundled one.
    model: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// Prints what a model is made of.
pub fn info(args: &InfoArgs) -> anyhow::Result<()> {
    let model = Model::load(&args.model)?;
    let graph = &model.graph;
    let cost = cost(graph);
    let mut operations: BTreeMap<&str, usize> = BTreeMap::new();
    for node in graph.nodes().iter().filter(|node| node.op != Op::Input) {
        *operations.entry(node.op.name()).or_default() += 1;
    }
    let ports = |ports: &[Port]| -> Vec<Json> {
        ports.iter().map(|p| json!({"name": p.name, "shape": dims_text(&p.dims)})).collect()
    };
    if args.output.format == Format::Json {
        return print_json(&json!({
            "model": model.manifest.name,
            "network": model.manifest.network,
            "weights": origin_of(&model),
            "weights_sha256": model.weights_sha256,
            "inputs": ports(&model.inputs),
            "outputs": ports(&model.outputs),
            "operations": operations,
            "convention": "macs: multiply-adds of convolution and linear layers; params: trainable",
            "macs": cost.total.macs,
            "params": cost.total.params,
            "stored_values": cost.total.stored_values,
            "notes": notes_json(&model),
        }));
    }
    line(format_args!("{} ({})", model.manifest.name, model.manifest.network))?;
    for (word, ports) in [("input", &model.inputs), ("output", &model.outputs)] {
        for port in ports {
            line(format_args!("{word:10} {} {}", port.name, dims_text(&port.dims)))?;
        }
    }
    let operations: Vec<String> = operations.iter().map(|(name, count)| format!("{count} {name}")).collect();
    line(format_args!("operations {}", operations.join(", ")))?;
    line(format_args!("MACs       {} (multiply-adds of convolution and linear layers)", cost.total.macs))?;
    line(format_args!("parameters {} (trainable)", cost.total.params))?;
    line(format_args!("sha256     {}", model.weights_sha256))?;
    print_notes(&model)
}
