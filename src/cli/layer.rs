//! `convscope layer`: runs a layer file.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::Args;
use serde_json::Value as Json;

use super::BackendArg;
use crate::exec::Ctl;
use crate::exec::backend::{Device, Plan};
use crate::graph::{Builder, Padding};
use crate::model_files::{LayerFile, OutputTensor, write_outputs};
use crate::variants::{self, ConvVariant, Geometry, Settings, Value};

/// Bounds of a layer: what is beyond them is a mistake in the file, not a convolution.
const MOST_CHANNELS: usize = 1 << 16;
const MOST_TAPS: usize = 1 << 10;
const MOST_WEIGHTS: usize = 1 << 30;

/// Arguments of `convscope layer`.
#[derive(Args, Debug)]
pub struct LayerArgs {
    /// A layer file (safetensors with the metadata key `layer`).
    file: PathBuf,
    /// What runs it.
    #[arg(long, value_enum, default_value_t = BackendArg::Candle)]
    backend: BackendArg,
    /// Where the outputs are written.
    #[arg(long, value_name = "OUT.safetensors")]
    out: PathBuf,
}

/// Runs the file and writes its outputs.
pub fn run(args: &LayerArgs) -> anyhow::Result<()> {
    let file = LayerFile::open(&args.file)?;
    let variant = variants::find(&file.variant).ok_or_else(|| {
        let known: Vec<&str> = variants::ALL.iter().map(|v| v.name()).collect();
        anyhow!("there is no operator '{}'; known are {}", file.variant, known.join(", "))
    })?;
    let geometry = geometry(&file)?;
    let settings = settings(&file, variant, &geometry)?;

    let mut weights = file.weights();
    let mut builder = Builder::new(&mut weights);
    let (mut nodes, mut values) = (Vec::new(), Vec::new());
    for (name, channels) in variant.inputs(&geometry, &settings) {
        let value = file.input(name)?;
        if value.shape().c != channels {
            bail!("tensor '{name}': expected {channels} channels, found shape {}", value.shape());
        }
        nodes.push(builder.input(name, value.shape())?);
        values.push(value);
    }
    let outputs = variant.lower(&geometry, &settings, &nodes, &mut builder)?;
    let graph = builder.finish();
    let unused: Vec<&str> = weights.unused().collect();
    if !unused.is_empty() {
        bail!("{} does not use the tensor '{}' of the file", variant.name(), unused.join("', '"));
    }

    let device = Device::open(args.backend.into())?;
    let trace = Plan::new(&device, &graph)?.run(&values, &Ctl::default())?;
    let outputs = outputs
        .into_iter()
        .map(|(name, id)| Ok(OutputTensor::map(name, &device.read(trace.value(id))?)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    write_outputs(&args.out, &outputs)?;
    Ok(())
}

fn geometry(file: &LayerFile) -> anyhow::Result<Geometry> {
    let integer = |key: &str, least: usize, most: usize| -> anyhow::Result<usize> {
        let found =
            file.settings.get(key).ok_or_else(|| anyhow!("the layer's setting '{key}' is missing"))?;
        let value = found.as_u64().and_then(|v| usize::try_from(v).ok());
        value
            .filter(|v| (least..=most).contains(v))
            .ok_or_else(|| anyhow!("{key} = {found}: expected a whole number from {least} to {most}"))
    };
    let in_channels = integer("in_channels", 1, MOST_CHANNELS)?;
    let out_channels = integer("out_channels", 1, MOST_CHANNELS)?;
    let kernel = integer("kernel", 1, MOST_TAPS)?;
    if in_channels * out_channels > MOST_WEIGHTS / (kernel * kernel) {
        bail!("a {kernel}x{kernel} kernel for {in_channels} -> {out_channels} channels is too large");
    }
    let padding = match file.settings.contains_key("padding") {
        true => Padding::even(integer("padding", 0, MOST_TAPS)?),
        false => Padding::same(kernel, 1),
    };
    Ok(Geometry { in_channels, out_channels, kernel, stride: integer("stride", 1, MOST_TAPS)?, padding })
}

fn settings(file: &LayerFile, variant: &dyn ConvVariant, g: &Geometry) -> anyhow::Result<Settings> {
    let legal = variant.settings(g);
    let mut settings = Settings::default();
    for setting in &legal {
        let name = setting.name;
        let found =
            file.settings.get(name).ok_or_else(|| anyhow!("the layer's setting '{name}' is missing"))?;
        let value = match found {
            Json::Number(n) if n.is_i64() => n.as_i64().map(Value::Integer),
            Json::Number(n) => n.as_f64().map(Value::Real),
            _ => None,
        };
        settings.set(name, value.ok_or_else(|| anyhow!("{name} = {found}: expected a number"))?);
    }
    settings.check(variant.name(), &legal)?;
    Ok(settings)
}
