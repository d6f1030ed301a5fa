//! `convscope cost` and `convscope networks`.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::{Format, Output, line, print_json};
use crate::cost::conventions::{self, Count, Unit};
use crate::cost::{Cost, cost as count_columns};
use crate::graph::{Blank, Graph, NodeId, Op};
use crate::model_files::Model;
use crate::networks::{self, Everywhere, Network, Placement};
use crate::tensor::Shape;
use crate::text::{Lang, tr};
use crate::variants::{self, ConvVariant, Geometry};

/// A layer on which the form of settings is checked.
const NOMINAL: Geometry = Geometry::same(64, 64, 3, 1);

/// Arguments of `convscope cost`.
#[derive(Args, Debug)]
pub struct CostArgs {
    /// A backbone: see `convscope networks`.
    #[arg(long, value_name = "NAME", required_unless_present = "model")]
    network: Option<String>,
    /// A model instead of a backbone: an ONNX file, weights, or a manifest.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["network", "variant", "input"])]
    model: Option<PathBuf>,
    /// Put this operator in place of convolutions.
    #[arg(long, value_name = "V")]
    variant: Option<String>,
    /// Where it is put: `paper` where its authors put it in this network, `all` wherever it fits. Without
    /// it `paper`, or `all` where there is no such rule.
    #[arg(long, value_enum, value_name = "WHERE", requires = "variant")]
    placement: Option<Where>,
    /// A setting of the operator.
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "variant")]
    set: Vec<String>,
    /// Input, such as 3x224x224.
    #[arg(long, value_name = "CxHxW")]
    input: Option<String>,
    /// How operations are counted: `macs` are multiply-adds of convolution and linear layers; see
    /// `convscope conventions`.
    #[arg(long, value_name = "NAME", default_value = conventions::ALL[0].name)]
    convention: String,
    #[command(flatten)]
    output: Output,
}

/// Which convolutions are replaced.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    /// Those that the operator's authors replace.
    Paper,
    /// Every one that it fits.
    All,
}

impl Where {
    const fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::All => "all",
        }
    }
}

/// A network with an operator in it.
struct Replaced {
    graph: Graph,
    placement: Option<Where>,
    /// Names of the layers.
    layers: Vec<String>,
}

/// Prints the backbones.
pub fn networks(format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        let list: Vec<Json> = networks::ALL
            .iter()
            .map(|n| {
                json!({
                    "name": n.name, "title": n.title, "input": chw(n.input), "classes": n.classes,
                    "placements": n.placements,
                })
            })
            .collect();
        return print_json(&json!({ "networks": list }));
    }
    for n in networks::ALL {
        line(format_args!("{:22} {} ({} classes, input {})", n.name, n.title, n.classes, n.input))?;
    }
    Ok(())
}

/// Prints the counting conventions.
pub fn conventions(format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        let list: Vec<Json> = conventions::ALL
            .iter()
            .map(|c| {
                let key = c.key();
                json!({
                    "name": c.name, "title": c.title, "unit": c.unit.word(), "source": c.source,
                    "aliases": c.aliases,
                    "rule": {"en": tr(Lang::En, &key), "zh": tr(Lang::Zh, &key)},
                })
            })
            .collect();
        return print_json(&json!({ "conventions": list }));
    }
    for c in conventions::ALL {
        line(format_args!("{:18} {}: {}", c.name, c.unit.word(), tr(Lang::En, &c.key())))?;
    }
    Ok(())
}

/// Prints what a backbone costs.
pub fn cost(args: &CostArgs) -> anyhow::Result<()> {
    let convention = conventions::find(&args.convention)?;
    let (name, input, Replaced { graph, placement, layers: replaced }) = match &args.model {
        Some(path) => of_model(path)?,
        None => of_network(args)?,
    };
    let columns = count_columns(&graph);
    let count = convention.count(&graph);
    if args.output.format == Format::Json {
        let layers: Vec<Json> = graph
            .iter()
            .filter(|(_, node)| node.op != Op::Input)
            .map(|(id, _)| layer_json(&graph, &columns, &count, id))
            .collect();
        return print_json(&json!({
            "network": name,
            "variant": args.variant,
            "placement": placement.map(Where::name),
            "replaced": replaced,
            "input": chw(input),
            "convention": convention.name,
            "unit": convention.unit.word(),
            "rule": tr(Lang::En, &convention.key()),
            "source": convention.source,
            "macs": columns.total.macs,
            "params": columns.total.params,
            "total": count.total(),
            "uncounted": uncounted_json(&count),
            "stored_values": columns.total.stored_values,
            "columns": columns.total,
            "layers": layers,
        }));
    }
    print_table(&graph, &columns, &count)
}

/// The table for people: MACs and parameters, and the count where it is another number.
fn print_table(graph: &Graph, columns: &Cost, count: &Count) -> anyhow::Result<()> {
    let convention = count.convention;
    // The primary convention is the column of MACs.
    let other = convention.name != conventions::ALL[0].name;
    let row = |name: &str, output: &str, macs: &str, params: &str, counted: &str| match other {
        true => line(format_args!("{name:34} {output:>20} {macs:>14} {params:>12} {counted:>16}")),
        false => line(format_args!("{name:34} {output:>20} {macs:>14} {params:>12}")),
    };
    row("layer", "output", "MACs", "parameters", convention.name)?;
    for (id, node) in graph.iter().filter(|(_, node)| node.op != Op::Input) {
        let c = &columns.nodes[id.index()];
        let amount = count.nodes[id.index()].amount();
        let counted = amount.whole().map_or_else(|| format!("{:.2}", amount.value()), |n| n.to_string());
        row(&node.name, &node.shape.to_string(), &c.macs.to_string(), &c.params.to_string(), &counted)?;
    }
    let total = &columns.total;
    row("total", "", &total.macs.to_string(), &total.params.to_string(), &count.total().to_string())?;
    line(format_args!(
        "MACs: multiply-adds of convolution and linear layers. Parameters: trainable ones; with running \
         statistics the file holds {} values.",
        total.stored_values
    ))?;
    if other {
        let word = match convention.unit {
            Unit::Macs => "called MACs there",
            Unit::Flops => "called FLOPs there",
        };
        line(format_args!("{} ({word}): {}", convention.title, tr(Lang::En, &convention.key())))?;
    }
    for u in &count.uncounted {
        line(format_args!("Counted as zero: {} x {}: {}", u.nodes, u.op, tr(Lang::En, &u.why.key())))?;
    }
    Ok(())
}

/// A backbone with operators in it.
fn of_network(args: &CostArgs) -> anyhow::Result<(String, Shape, Replaced)> {
    let network = find_network(args.network.as_deref().unwrap_or_default())?;
    let input = match &args.input {
        Some(text) => parse_input(text)?,
        None => network.input,
    };
    Ok((network.name.to_owned(), input, replaced(network, input, args)?))
}

/// A model as it is.
fn of_model(path: &Path) -> anyhow::Result<(String, Shape, Replaced)> {
    let model = Model::load(path)?;
    let input = model.input();
    Ok((model.manifest.name, input, Replaced { graph: model.graph, placement: None, layers: Vec::new() }))
}

/// Operations of the network that the convention counts as zero.
fn uncounted_json(count: &Count) -> Vec<Json> {
    let entry = |u: &conventions::Uncounted| {
        json!({
            "op": u.op, "nodes": u.nodes, "why": u.why.name(), "silent": u.why.silent(),
            "reason": tr(Lang::En, &u.why.key()),
        })
    };
    count.uncounted.iter().map(entry).collect()
}

fn layer_json(graph: &Graph, columns: &Cost, count: &Count, id: NodeId) -> Json {
    let (node, c) = (graph.node(id), &columns.nodes[id.index()]);
    let amount = count.nodes[id.index()].amount();
    json!({
        "name": node.name, "op": node.op.name(), "macs": c.macs, "params": c.params,
        "count": amount.whole().map_or_else(|| json!(amount.value()), |n| json!(n)),
        "output": chw(node.shape), "columns": c,
    })
}

/// The network that is asked for.
fn replaced(network: &Network, input: Shape, args: &CostArgs) -> anyhow::Result<Replaced> {
    let Some(name) = &args.variant else {
        let graph = network.build(&mut Blank, input)?;
        return Ok(Replaced { graph, placement: None, layers: Vec::new() });
    };
    let variant = find_variant(name)?;
    if args.placement != Some(Where::All) {
        if let Some(placement) = paper_placement(network, variant, input, &args.set)? {
            let graph = network.build_with(&mut Blank, input, &placement)?;
            let layers = placement.iter().map(|(layer, _)| layer.to_owned()).collect();
            return Ok(Replaced { graph, placement: Some(Where::Paper), layers });
        }
        if args.placement.is_some() {
            bail!(
                "no paper says where {name} stands in {}; --placement all replaces what fits",
                network.title
            );
        }
    }
    // Whether the settings can be read does not depend on the layer.
    super::settings::parse(variant, &NOMINAL, &args.set)?;
    let settings = |g: &Geometry| super::settings::parse(variant, g, &args.set).unwrap_or_default();
    let graph = network.build(&mut Blank, input)?;
    let Everywhere { graph, layers } = networks::everywhere(graph, variant, settings, |_| true, |_, _| true)?;
    Ok(Replaced { graph, placement: Some(Where::All), layers })
}

/// Where a paper puts the operator, with the settings given.
fn paper_placement(
    network: &Network,
    variant: &'static dyn ConvVariant,
    input: Shape,
    set: &[String],
) -> anyhow::Result<Option<Placement>> {
    // Whether the settings can be read does not depend on the layer.
    super::settings::parse(variant, &NOMINAL, set)?;
    let settings = |g: &_| super::settings::parse(variant, g, set).unwrap_or_default();
    Ok(network.placement(variant, input, &settings)?)
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
