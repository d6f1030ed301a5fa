//! `convscope cost` and `convscope networks`.

use anyhow::{anyhow, bail};
use clap::Args;
use serde_json::{Value as Json, json};

use super::{Format, Output, line, print_json};
use crate::cost;
use crate::graph::{Graph, NodeId, Op, Seeded};
use crate::networks::{self, Network};
use crate::tensor::Shape;
use crate::variants::{self, ConvVariant, SwapError};

/// The one convention that is counted today.
const MACS: &str = "macs";

/// Arguments of `convscope cost`.
#[derive(Args, Debug)]
pub struct CostArgs {
    /// A backbone: see `convscope networks`.
    #[arg(long, value_name = "NAME")]
    network: String,
    /// Replace every convolution that fits by this operator.
    #[arg(long, value_name = "V")]
    variant: Option<String>,
    /// A setting of the operator.
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "variant")]
    set: Vec<String>,
    /// Input, such as 3x224x224.
    #[arg(long, value_name = "CxHxW")]
    input: Option<String>,
    /// How operations are counted: `macs` are multiply-adds of convolution and linear layers.
    #[arg(long, value_name = "NAME", default_value = MACS)]
    convention: String,
    #[command(flatten)]
    output: Output,
}

/// Prints the backbones.
pub fn networks(format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        let list: Vec<Json> = networks::ALL
            .iter()
            .map(|n| json!({"name": n.name, "title": n.title, "input": chw(n.input), "classes": n.classes}))
            .collect();
        return print_json(&json!({ "networks": list }));
    }
    for n in networks::ALL {
        line(format_args!("{:22} {} ({} classes, input {})", n.name, n.title, n.classes, n.input))?;
    }
    Ok(())
}

/// Prints what a backbone costs.
pub fn cost(args: &CostArgs) -> anyhow::Result<()> {
    if args.convention != MACS {
        bail!("there is no counting convention '{}'; known is {MACS}", args.convention);
    }
    let network = find_network(&args.network)?;
    let input = match &args.input {
        Some(text) => parse_input(text)?,
        None => network.input,
    };
    let mut graph = network.build(&mut Seeded(0), input)?;
    let mut replaced = Vec::new();
    if let Some(name) = &args.variant {
        let variant = find_variant(name)?;
        (graph, replaced) = swap_all(graph, variant, &args.set)?;
    }
    let cost = cost::cost(&graph);
    if args.output.format == Format::Json {
        let layers: Vec<Json> = graph
            .iter()
            .filter(|(_, node)| node.op != Op::Input)
            .map(|(id, node)| layer_json(&graph, &cost, id, node.op.name()))
            .collect();
        return print_json(&json!({
            "network": network.name,
            "variant": args.variant,
            "replaced": replaced,
            "input": chw(input),
            "convention": MACS,
            "macs": cost.total.macs,
            "params": cost.total.params,
            "total": cost.total.macs,
            "stored_values": cost.total.stored_values,
            "columns": cost.total,
            "layers": layers,
        }));
    }
    line(format_args!("{:34} {:>20} {:>14} {:>12}", "layer", "output", "MACs", "parameters"))?;
    for (id, node) in graph.iter().filter(|(_, node)| node.op != Op::Input) {
        let c = &cost.nodes[id.index()];
        line(format_args!(
            "{:34} {:>20} {:>14} {:>12}",
            node.name,
            node.shape.to_string(),
            c.macs,
            c.params
        ))?;
    }
    line(format_args!("{:34} {:>20} {:>14} {:>12}", "total", "", cost.total.macs, cost.total.params))?;
    line(format_args!(
        "MACs: multiply-adds of convolution and linear layers. Parameters: trainable ones; with running \
         statistics the file holds {} values.",
        cost.total.stored_values
    ))?;
    Ok(())
}

fn layer_json(graph: &Graph, cost: &cost::Cost, id: NodeId, op: &str) -> Json {
    let (node, c) = (graph.node(id), &cost.nodes[id.index()]);
    json!({
        "name": node.name, "op": op, "macs": c.macs, "params": c.params,
        "output": chw(node.shape), "columns": c,
    })
}

/// Replaces every convolution that fits. Returns the names of those.
fn swap_all(graph: Graph, variant: &dyn ConvVariant, set: &[String]) -> anyhow::Result<(Graph, Vec<String>)> {
    let names: Vec<String> = graph.nodes().iter().map(|n| n.name.clone()).collect();
    let (mut graph, mut replaced) = (graph, Vec::new());
    let mut why_not = "it has no dense convolution".to_owned();
    for name in names {
        let id = variants::find_layer(&graph, &name)?;
        let Ok(geometry) = variants::site(&graph, id) else { continue };
        if let Err(misfit) = variant.fits(&geometry) {
            why_not = format!("{name}: {misfit}");
            continue;
        }
        let settings = super::settings::parse(variant, &geometry, set)?;
        match variants::swap(&graph, id, variant, &settings) {
            Ok(swapped) => graph = swapped.graph,
            // A layer whose channels do not allow the settings stays as it is.
            Err(SwapError::Setting(error @ variants::SettingError::Unknown { .. })) => {
                return Err(error.into());
            }
            Err(SwapError::Setting(error)) => {
                log::info!("{name} stays a standard convolution: {error}");
                why_not = format!("{name}: {error}");
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        replaced.push(name);
    }
    if replaced.is_empty() {
        bail!("no convolution of the network can be replaced by {}; {why_not}", variant.name());
    }
    Ok((graph, replaced))
}

/// The operator of this name, or a sentence that lists all.
pub(super) fn find_variant(name: &str) -> anyhow::Result<&'static dyn ConvVariant> {
    variants::find(name).ok_or_else(|| {
        let known: Vec<&str> = variants::ALL.iter().map(|v| v.name()).collect();
        anyhow!("there is no operator '{name}'; known are {}", known.join(", "))
    })
}

fn find_network(name: &str) -> anyhow::Result<&'static Network> {
    networks::find(name).ok_or_else(|| {
        let known: Vec<&str> = networks::ALL.iter().map(|n| n.name).collect();
        anyhow!("there is no network '{name}'; known are {}", known.join(", "))
    })
}

/// A shape of batch 1 as `--input` takes it: `3x224x224`.
fn chw(Shape { c, h, w, .. }: Shape) -> String {
    format!("{c}x{h}x{w}")
}

/// `3x224x224` as a shape of batch 1.
pub(super) fn parse_input(text: &str) -> anyhow::Result<Shape> {
    let sides: Vec<usize> = text.split('x').map_while(|s| s.trim().parse().ok()).collect();
    let [c, h, w] = sides[..] else {
        bail!("'{text}': expected channels x height x width, such as 3x224x224");
    };
    Ok(Shape::new(1, c, h, w).check()?)
}
