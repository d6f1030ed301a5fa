//! `convscope layer`: runs a layer file.

use std::path::PathBuf;

use clap::Args;

use super::BackendArg;
use crate::exec::Ctl;
use crate::exec::backend::{Device, Plan};
use crate::model_files::{LayerFile, write_outputs};

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
    let problem = LayerFile::open(&args.file)?.problem()?;
    let device = Device::open(args.backend.into())?;
    let trace = Plan::new(&device, &problem.graph)?.run(&problem.inputs, &Ctl::default())?;
    let outputs = problem.answer(|id| device.read(trace.value(id)))?;
    write_outputs(&args.out, &outputs)?;
    Ok(())
}
