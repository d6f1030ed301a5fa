//! The command line. Without a sub-command it opens the window; sub-commands run without a display.
//! Errors are one sentence on stderr and exit code 1, or 2 for wrong usage.

mod audit;
mod bench;
mod cost;
mod figure;
mod images;
mod layer;
mod model;
mod redundancy;
mod settings;
mod variants;
mod window;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::exec::backend::Backend;

/// See and measure how efficient convolutions work.
#[derive(Parser, Debug)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Cli {
    /// Open the window with this image.
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// Open the window with this model: a file or the name of a bundled one.
    #[arg(long, value_name = "FILE")]
    model: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// The operators with their settings.
    Variants(Output),
    /// Runs a layer file and writes its outputs.
    Layer(layer::LayerArgs),
    /// The backbones.
    Networks(Output),
    /// The rules by which operations are counted.
    Conventions(Output),
    /// What a network costs, layer by layer.
    Cost(cost::CostArgs),
    /// Published tables beside what the cost model recomputes, with a verdict on each figure.
    Audit(audit::AuditArgs),
    /// Runs or changes a network.
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Draws a figure of an operator, or the maps of a layer.
    Figure(Box<figure::FigureArgs>),
    /// Times operators side by side.
    Bench(bench::BenchArgs),
}

/// How results are printed.
#[derive(Args, Debug, Clone, Copy)]
struct Output {
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// A table.
    Text,
    /// One JSON document.
    Json,
}

/// Executors as clap knows them.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum BackendArg {
    /// Plain loops in f64.
    Reference,
    /// The CPU.
    Candle,
    /// A graphics adapter.
    Wgpu,
}

impl From<BackendArg> for Backend {
    fn from(arg: BackendArg) -> Self {
        match arg {
            BackendArg::Reference => Self::Reference,
            BackendArg::Candle => Self::Candle,
            BackendArg::Wgpu => Self::Wgpu,
        }
    }
}

/// Runs the program. `started` is when the process started.
pub fn main(started: Instant) -> ExitCode {
    let cli = Cli::parse();
    // The window tells what it does; sub-commands only what is wrong.
    let level = if cli.command.is_some() { "warn" } else { "warn,convscope=info" };
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(level)).init();
    let result = match cli.command {
        None => window::open(cli.image, cli.model, started),
        Some(Command::Variants(output)) => variants::variants(output.format),
        Some(Command::Networks(output)) => cost::networks(output.format),
        Some(Command::Conventions(output)) => cost::conventions(output.format),
        Some(Command::Layer(args)) => layer::run(&args),
        Some(Command::Cost(args)) => cost::cost(&args),
        Some(Command::Audit(args)) => audit::run(&args),
        Some(Command::Model(command)) => model::run(&command),
        Some(Command::Figure(args)) => figure::run(&args),
        Some(Command::Bench(args)) => bench::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("convscope: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints one line to stdout. A reader that left (`| head`) ends the program quietly.
fn line(text: std::fmt::Arguments<'_>) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        result => Ok(result?),
    }
}

/// Prints exactly one JSON document.
fn print_json(value: &serde_json::Value) -> anyhow::Result<()> {
    line(format_args!("{value:#}"))
}
