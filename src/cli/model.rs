//! `convscope model run`, `convscope model swap`, `convscope model info` and `convscope model redundancy`.

mod info;

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::cost::find_variant;
use super::redundancy::{self, RedundancyArgs};
use super::{BackendArg, Format, Output, line, print_json};
use crate::analysis::{Comparison, FitResult, PartTimes, TimeStats, fit, scores, top_classes};
use crate::cost::{NodeCost, cost};
use crate::exec::backend::{Device, Plan};
use crate::exec::{Ctl, Trace};
use crate::graph::{NodeId, Origin};
use crate::image_io::{decode, preprocess};
use crate::model_files::{Model, TensorFile, write_outputs};
use crate::tensor::HostTensor;
use crate::variants;

/// Runs whose times are counted, after the warm-up.
const ROUNDS: usize = 11;
const WARM_UP: usize = 2;
/// [`fit::STEPS`] as the command line writes it.
const DEFAULT_STEPS: &str = "200";

/// Sub-commands of `convscope model`.
#[derive(Subcommand, Debug)]
pub enum ModelCommand {
    /// Runs a network on an image or on given inputs.
    Run(RunArgs),
    /// Replaces one layer and compares.
    Swap(SwapArgs),
    /// Compares the channels of a layer: twins, dead channels, effective rank.
    Redundancy(RedundancyArgs),
    /// Tells what a model is made of.
    Info(info::InfoArgs),
}

/// What every run needs.
#[derive(Args, Debug)]
struct Common {
    /// A model: manifest, weights beside their manifest, or the name of a bundled one.
    model: PathBuf,
    /// The image; without one the bundled chelsea.png.
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// What runs it.
    #[arg(long, value_enum, default_value_t = BackendArg::Candle)]
    backend: BackendArg,
    /// How many classes are printed.
    #[arg(long, value_name = "N", default_value_t = 5)]
    top: usize,
    #[command(flatten)]
    output: Output,
}

/// Arguments of `convscope model run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    #[command(flatten)]
    common: Common,
    /// Tensors by the names of the network's inputs, instead of an image.
    #[arg(long, value_name = "FILE.safetensors", conflicts_with = "image")]
    inputs: Option<PathBuf>,
    /// Where the outputs are written by name.
    #[arg(long, value_name = "OUT.safetensors")]
    out: Option<PathBuf>,
}

/// Arguments of `convscope model swap`.
#[derive(Args, Debug)]
pub struct SwapArgs {
    #[command(flatten)]
    common: Common,
    /// The layer that is replaced, such as fire2/expand3x3.
    #[arg(long, value_name = "NAME")]
    layer: String,
    /// The operator that replaces it.
    #[arg(long, value_name = "V")]
    variant: String,
    /// A setting of the operator.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Fits the operator's weights to the layer's own output on the image, in at most so many steps.
    #[arg(long, value_name = "STEPS", num_args = 0..=1, default_missing_value = DEFAULT_STEPS)]
    fit: Option<usize>,
}

/// Runs a sub-command.
pub fn run(command: &ModelCommand) -> anyhow::Result<()> {
    match command {
        ModelCommand::Run(args) => run_model(args),
        ModelCommand::Swap(args) => swap(args),
        ModelCommand::Redundancy(args) => redundancy::run(args),
        ModelCommand::Info(args) => info::info(args),
    }
}

fn run_model(args: &RunArgs) -> anyhow::Result<()> {
    let given = args.inputs.as_deref().map(tensor_file).transpose()?;
    let model = Model::load_for(&args.common.model, given.as_ref())?;
    let inputs = match &given {
        Some(file) => given_inputs(file, &model)?,
        None => vec![photo_input(&model, args.common.image.as_deref())?],
    };
    let device = Device::open(args.common.backend.into())?;
    let trace = Plan::new(&device, &model.graph)?.run(&inputs, &Ctl::default())?;
    let outputs = model
        .graph
        .outputs()
        .iter()
        .map(|(name, id)| Ok((name.clone(), device.read(trace.value(*id))?)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    if let Some(path) = &args.out {
        let tensors: Vec<_> =
            model.outputs.iter().zip(&outputs).map(|(port, (_, t))| port.tensor(t)).collect();
        write_outputs(path, &tensors)?;
    }
    let top = top_json(&model, &outputs[0].1, args.common.top);
    if args.common.output.format == Format::Json {
        let shapes: serde_json::Map<String, Json> =
            model.outputs.iter().map(|port| (port.name.clone(), json!(dims_text(&port.dims)))).collect();
        return print_json(&json!({
            "model": model.manifest.name,
            "backend": device.backend().name(),
            "device": trace.device,
            "total_ms": trace.total_ns as f64 / 1e6,
            "total_ms_method": "one run, host clock after synchronisation, not warmed up",
            "outputs": shapes,
            "weights": origin_of(&model),
            "notes": notes_json(&model),
            "top": top,
        }));
    }
    print_notes(&model)?;
    print_top(&top)
}

fn swap(args: &SwapArgs) -> anyhow::Result<()> {
    let model = Model::load(&args.common.model)?;
    let graph = &model.graph;
    let id = variants::find_layer(graph, &args.layer)?;
    let variant = find_variant(&args.variant)?;
    let geometry = variants::site(graph, id)?;
    let settings = super::settings::parse(variant, &geometry, &args.set)?;
    let mut swapped = variants::swap(graph, id, variant, &settings)?;
    let input = photo_input(&model, args.common.image.as_deref())?;

    let device = Device::open(args.common.backend.into())?;
    let plan = Plan::new(&device, graph)?;
    let mut fitted = None;
    if let Some(steps) = args.fit {
        let trace = plan.run(std::slice::from_ref(&input), &Ctl::default())?;
        let read = |id: NodeId| device.read(trace.value(id));
        let start = std::time::Instant::now();
        let (x, target) = (read(graph.node(id).inputs[0])?, read(id)?);
        let result = fit::fit(&swapped.graph, &swapped.operator, &x, &target, steps, &Ctl::default())?;
        let weights = result.weights.iter().map(|(id, values)| (*id, values.as_slice()));
        swapped = swapped.with_weights(weights, Origin::Fitted);
        fitted = Some((result, start.elapsed()));
    }
    let origin = if model.origin() == Origin::Seeded {
        "from random weights, not trained"
    } else if fitted.is_some() {
        "fitted on this image, not trained"
    } else {
        "derived, not trained"
    };
    let plans = [plan, Plan::new(&device, &swapped.graph)?];
    let run = |plan: &Plan| plan.run(std::slice::from_ref(&input), &Ctl::default());
    let [before, after] = [run(&plans[0])?, run(&plans[1])?];
    // Values come from a run node by node, times from runs for the result alone; interleaved, so that
    // drift of the machine hits both alike.
    let mut times =
        [PartTimes::new(&device, graph, &[id])?, PartTimes::new(&device, &swapped.graph, &swapped.operator)?];
    for round in 0..WARM_UP + ROUNDS {
        for side in &mut times {
            side.run(std::slice::from_ref(&input), round >= WARM_UP, &Ctl::default())?;
        }
    }
    let read = |trace: &Trace, id| device.read(trace.value(id));
    let layer_before = read(&before, id)?;
    let layer_after = read(&after, swapped.node_of[id.index()])?;
    let (_, out) = graph.outputs()[0];
    let probabilities = [read(&before, out)?, read(&after, swapped.node_of[out.index()])?];
    let tops = probabilities.each_ref().map(|p| top_json(&model, p, args.common.top));

    let costs = [cost(graph), cost(&swapped.graph)];
    let layer_costs = [
        vec![costs[0].nodes[id.index()]],
        swapped.operator.iter().map(|i| costs[1].nodes[i.index()]).collect(),
    ]
    .map(|nodes: Vec<NodeCost>| {
        nodes.into_iter().fold(NodeCost::default(), |mut sum, n| {
            sum += n;
            sum
        })
    });
    let relative_change = layer_after.relative_error(&layer_before);
    let settings_json: serde_json::Map<String, Json> =
        settings.iter().map(|(name, v)| (name.to_owned(), json!(v))).collect();
    let side = |i: usize| {
        json!({
            "layer": {
                "macs": layer_costs[i].macs,
                "executed": times[i].executed(),
                "params": layer_costs[i].params,
                "time_ms": stats_json(times[i].part()),
            },
            "network": {"macs": costs[i].total.macs, "params": costs[i].total.params, "time_ms": stats_json(times[i].whole())},
            "weights": if i == 0 { origin_of(&model) } else { origin },
            "top": tops[i],
        })
    };
    let document = json!({
        "model": model.manifest.name,
        "layer": args.layer,
        "variant": variant.name(),
        "settings": settings_json,
        "backend": device.backend().name(),
        "device": before.device,
        "convention": "macs: multiply-adds of convolution and linear layers by formula; executed: of the steps that ran; params: trainable",
        "relative_change": relative_change,
        "fit": fitted.as_ref().map(|(fit, time)| fit_json(fit, time.as_secs_f64())),
        "time_method": format!("median, 10th and 90th percentile of {ROUNDS} interleaved runs after {WARM_UP} warm-up runs, for the result alone in fused steps; layer: the steps that do its work"),
        "time_change": comparison_json(&times[0], &times[1]),
        "before": side(0),
        "after": side(1),
    });
    if args.common.output.format == Format::Json {
        return print_json(&document);
    }
    line(format_args!("{} -> {} ({origin})", args.layer, variant.name()))?;
    line(format_args!("layer MACs   {:>12} -> {:>12}", layer_costs[0].macs, layer_costs[1].macs))?;
    line(format_args!("parameters   {:>12} -> {:>12}", layer_costs[0].params, layer_costs[1].params))?;
    line(format_args!("output of the layer changed by {:.1} %", relative_change * 100.0))?;
    if let Some((fit, time)) = &fitted {
        let share = layer_costs[1].macs as f64 / layer_costs[0].macs as f64;
        line(format_args!(
            "relative error on this image: derived {:.2} % -> fitted {:.2} %, at {:.1} % of the MACs{}",
            fit.error_before * 100.0,
            fit.error_after * 100.0,
            share * 100.0,
            if fit.rectified { " (against the output after a ReLU, in which the operator ends)" } else { "" }
        ))?;
        line(format_args!(
            "fit: {} steps, {:.1} s, {} weights to {} values",
            fit.steps,
            time.as_secs_f64(),
            fit.parameters,
            fit.values
        ))?;
    }
    let time = match document["time_change"].get("layer_ratio").and_then(Json::as_f64) {
        Some(ratio) => format!("{ratio:.2} x as long"),
        None => document["time_change"].as_str().unwrap_or_default().to_owned(),
    };
    line(format_args!("time of the layer: {time} ({})", before.device))?;
    line(format_args!("before:"))?;
    print_top(&tops[0])?;
    line(format_args!("after:"))?;
    print_top(&tops[1])
}

fn fit_json(fit: &FitResult, seconds: f64) -> Json {
    json!({
        "relative_error_before": fit.error_before,
        "relative_error_after": fit.error_after,
        "target": if fit.rectified { "output of the layer after a ReLU" } else { "output of the layer" },
        "steps": fit.steps,
        "seconds": seconds,
        "weights": fit.parameters,
        "values": fit.values,
    })
}

fn comparison_json(before: &PartTimes, after: &PartTimes) -> Json {
    match before.part().zip(after.part()).map(|(a, b)| a.compare(&b)) {
        None => json!("not measured: the device has no timestamps"),
        Some(Comparison::NoMeasurableDifference) => json!("no measurable difference"),
        Some(Comparison::Ratio(r)) => json!({ "layer_ratio": r }),
    }
}

fn stats_json(stats: Option<TimeStats>) -> Json {
    let ms = |ns: u64| ns as f64 / 1e6;
    stats.map_or(
        Json::Null,
        |s| json!({"median": ms(s.median_ns), "p10": ms(s.p10_ns), "p90": ms(s.p90_ns), "runs": s.runs}),
    )
}

fn top_json(model: &Model, values: &HostTensor, n: usize) -> Vec<Json> {
    top_classes(&scores(&model.graph, values), n)
        .iter()
        .map(|class| {
            let label = model.labels.get(class.index);
            json!({
                "index": class.index,
                "probability": class.probability,
                "label": label.map(|l| &l.en),
                "label_zh": label.map(|l| &l.zh),
            })
        })
        .collect()
}

fn print_top(top: &[Json]) -> anyhow::Result<()> {
    for class in top {
        let percent = class["probability"].as_f64().unwrap_or(f64::NAN) * 100.0;
        let name = class["label"].as_str().unwrap_or("");
        line(format_args!("{percent:6.2} %  {:>4}  {name}", class["index"]))?;
    }
    Ok(())
}

fn photo_input(model: &Model, image: Option<&Path>) -> anyhow::Result<HostTensor> {
    let photo = match image {
        None => crate::app::bundled_photo(crate::app::BUNDLED_PHOTOS[0])?,
        Some(path) => {
            let name = path.display().to_string();
            decode(&std::fs::read(path).with_context(|| name.clone())?, &name)?
        }
    };
    model.takes_photo()?;
    Ok(preprocess(&photo.rgb, photo.width, photo.height, &model.manifest))
}

fn tensor_file(path: &Path) -> anyhow::Result<TensorFile> {
    let name = path.display().to_string();
    Ok(TensorFile::parse(&name, std::fs::read(path).with_context(|| name.clone())?)?)
}

/// The model's inputs from a file, by name.
fn given_inputs(file: &TensorFile, model: &Model) -> anyhow::Result<Vec<HostTensor>> {
    let nodes = model.graph.inputs().iter();
    let ports = model.inputs.iter();
    nodes
        .zip(ports)
        .map(|(&id, port)| {
            let (dims, values) = file.tensor(&port.name)?;
            Ok(port.to_map(model.graph.shape(id), &dims, values)?)
        })
        .collect()
}

/// `1x3x224x224`.
fn dims_text(dims: &[usize]) -> String {
    dims.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

fn notes_json(model: &Model) -> Vec<String> {
    model.notes.iter().map(ToString::to_string).collect()
}

/// Where a model's weights come from.
fn origin_of(model: &Model) -> &'static str {
    if model.origin() == Origin::Seeded { "random from a seed, not trained" } else { "trained" }
}

/// What a user should know about a model, beside its results.
fn print_notes(model: &Model) -> anyhow::Result<()> {
    model.notes.iter().try_for_each(|note| line(format_args!("note: {note}")))
}
