//! `convscope bench`: operators side by side on layer shapes.

use anyhow::anyhow;
use clap::Args;
use serde_json::{Value as Json, json};

use super::cost::{find_variant, parse_input};
use super::{BackendArg, Format, Output, line, print_json};
use crate::analysis::{Ceilings, Comparison, TimeStats};
use crate::cost::{NodeCost, cost};
use crate::exec::backend::{Backend, Device, FusedPlan};
use crate::exec::fuse::StepInfo;
use crate::exec::{Ctl, ExecError};
use crate::graph::{Builder, Seeded};
use crate::tensor::{HostTensor, Shape, seeded_normal};
use crate::variants::{self, ConvVariant, Geometry, Settings};

/// The shapes of the stages of a residual network.
const SHAPES: &str = "64x56x56,128x28x28,256x14x14,512x7x7";

/// Arguments of `convscope bench`.
#[derive(Args, Debug)]
pub struct BenchArgs {
    /// Operators, separated by commas; without it all.
    #[arg(long, value_name = "a,b", value_delimiter = ',')]
    variants: Vec<String>,
    /// Shapes, channels x height x width; as many output channels as input channels, 3x3, stride 1.
    #[arg(long, value_name = "CxHxW,...", value_delimiter = ',', default_value = SHAPES)]
    shapes: Vec<String>,
    /// Maps at a time.
    #[arg(long, value_name = "N", default_value_t = 1)]
    batch: usize,
    /// What runs them.
    #[arg(long, value_enum, default_value_t = BackendArg::Candle)]
    backend: BackendArg,
    /// Measured runs of each.
    #[arg(long, value_name = "N", default_value_t = 21)]
    runs: usize,
    #[command(flatten)]
    output: Output,
}

/// One operator on one shape.
struct Contender {
    variant: &'static str,
    shape: Shape,
    settings: Settings,
    cost: NodeCost,
    dispatches: Option<u32>,
    plan: FusedPlan,
    inputs: Vec<HostTensor>,
    times: Vec<u64>,
    /// For each step the times of the runs.
    step_times: Vec<Vec<u64>>,
    device: String,
    /// Share of the promised saving that arrives; inner `None` where the times cannot be told apart.
    saving: Option<Option<f64>>,
}

/// Measures all contenders of a shape in turn and prints what was found.
pub fn run(args: &BenchArgs) -> anyhow::Result<()> {
    let device = Device::open(args.backend.into())?;
    let variants: Vec<&dyn ConvVariant> = if args.variants.is_empty() {
        variants::ALL.to_vec()
    } else {
        args.variants.iter().map(|name| find_variant(name)).collect::<anyhow::Result<_>>()?
    };
    let ceilings = (device.backend() != Backend::Reference).then(|| Ceilings::of(&device, &Ctl::default()));
    let ceilings = ceilings.transpose()?;
    // A device that has no room for maps of this size has no such figure.
    let memory = ceilings.and_then(|_| Ceilings::memory_bandwidth(&device, &Ctl::default()).ok());
    let mut done: Vec<Contender> = Vec::new();
    for text in &args.shapes {
        let shape = Shape { n: args.batch, ..parse_input(text)? }.check()?;
        let contenders = variants.iter().map(|v| contender(&device, *v, shape));
        let mut contenders = contenders.collect::<anyhow::Result<Vec<_>>>()?;
        measure(&mut contenders, args.runs)?;
        save(&mut contenders);
        done.extend(contenders);
    }
    let measured = done.iter_mut().map(|c| (c.plan.executed(), TimeStats::of(&mut c.times)));
    let ceilings = ceilings.map(|ceilings| ceilings.passed_by(measured));
    let memory_ceilings = ceilings.zip(memory).map(|(ceilings, memory)| ceilings.in_memory(memory));
    let bounds = [ceilings, memory_ceilings];
    let method = format!(
        "median of {} runs after warm-up, operators of a shape interleaved, caches warm (each timed run follows an untimed one), host clock after synchronisation",
        args.runs
    );
    if args.output.format == Format::Json {
        let results: Vec<Json> = done.iter_mut().map(|c| json_of(c, &device, bounds)).collect();
        return print_json(&json!({
            "results": results,
            "method": method,
            "convention": CONVENTION,
            "ceilings": ceilings,
            "memory_bytes_per_second": memory,
            "ceilings_method": CEILINGS,
        }));
    }
    line(format_args!(
        "{:20} {:>16} {:>11} {:>11} {:>8} {:>15} {:>7} {:>8} {:>8} {:>9}",
        "operator",
        "shape",
        "MACs",
        "executed",
        "ms",
        "10 to 90 %",
        "GMAC/s",
        "bound ms",
        "memory",
        "delivered"
    ))?;
    for c in &mut done {
        let t = TimeStats::of(&mut c.times).ok_or_else(|| anyhow!("nothing was measured: --runs 0"))?;
        let ms = |ns: u64| ns as f64 / 1e6;
        let executed = c.plan.executed();
        let [bound, memory_bound] = bounds.map(|ceilings| {
            let bound = ceilings.zip(executed).map(|(ceilings, work)| ceilings.bound(&work).0 / 1e6);
            bound.map_or_else(String::new, |ms| format!("{ms:.3}"))
        });
        line(format_args!(
            "{:20} {:>16} {:>11} {:>11} {:>8.3} {:>15} {:>7.1} {:>8} {:>8} {:>9}",
            c.variant,
            c.shape.to_string(),
            c.cost.macs,
            executed.map_or_else(String::new, |work| work.macs.to_string()),
            ms(t.median_ns),
            format!("{:.3}-{:.3}", ms(t.p10_ns), ms(t.p90_ns)),
            c.cost.macs as f64 / t.median_ns as f64,
            bound,
            memory_bound,
            c.saving.map_or_else(String::new, |s| s.map_or("noise".into(), |s| format!("{s:.2}"))),
        ))?;
    }
    line(format_args!("{}; {method}", done.first().map_or("", |c| c.device.as_str())))?;
    line(format_args!("{CONVENTION}; {CEILINGS}"))?;
    Ok(())
}

/// What the numbers mean.
const CONVENTION: &str = "MACs: multiply-adds of convolutions by the operator's formula; executed: of the \
     steps that ran; bytes: weights and maps read and written once per step, f32; delivered: saving in time \
     against the standard convolution of the shape, as a share of the saving in MACs (noise: the times' \
     spreads overlap)";
/// How the bound comes about.
const CEILINGS: &str = "bound: max(executed MACs / peak, bytes / bandwidth), peak and bandwidth measured \
     here with our own standard convolution and ReLU on a map of 1 MiB, which caches hold; an operator that \
     passes the peak raises it; memory: the same bound with the bandwidth for maps of 32 MiB, the roof of \
     the classic roofline";

/// Finds for each operator which share of its saving in multiply-adds arrives as time, where the
/// standard convolution was measured beside it.
fn save(contenders: &mut [Contender]) {
    let Some(standard) = contenders.iter_mut().find(|c| c.variant == "standard") else { return };
    let Some(time) = TimeStats::of(&mut standard.times) else { return };
    let macs = standard.cost.macs as f64;
    for c in contenders.iter_mut().filter(|c| c.variant != "standard") {
        let Some(own) = TimeStats::of(&mut c.times) else { continue };
        let promised = macs / c.cost.macs.max(1) as f64;
        c.saving = Some(match own.compare(&time) {
            Comparison::Ratio(saved) => Some(saved / promised),
            Comparison::NoMeasurableDifference => None,
        });
    }
}

fn contender(device: &Device, variant: &dyn ConvVariant, shape: Shape) -> anyhow::Result<Contender> {
    let geometry = variant.nearest(Geometry::same(shape.c, shape.c, 3, 1));
    let settings = Settings::defaults(variant, &geometry);
    let mut source = Seeded(1);
    let mut b = Builder::new(&mut source);
    let mut nodes = Vec::new();
    for map in variant.inputs(&geometry, &settings) {
        nodes.push(b.input(map.name, map.shape(shape))?);
    }
    for (name, output) in variant.lower(&geometry, &settings, &nodes, &mut b)? {
        output.value().into_iter().for_each(|id| b.output(name, id));
    }
    let graph = b.finish();
    let inputs = graph
        .inputs()
        .iter()
        .map(|&id| {
            let s = graph.shape(id);
            HostTensor::new(s, seeded_normal(id.index() as u64, s.elements(), 1.0))
        })
        .collect();
    let plan = FusedPlan::new(device, &graph)?;
    Ok(Contender {
        variant: variants::find(variant.name()).map_or("", |v| v.name()),
        shape,
        settings,
        cost: cost(&graph).total,
        dispatches: plan.dispatches(),
        plan,
        inputs,
        times: Vec::new(),
        step_times: Vec::new(),
        device: String::new(),
        saving: None,
    })
}

fn measure(contenders: &mut [Contender], runs: usize) -> Result<(), ExecError> {
    const WARM_UP: usize = 3;
    for round in 0..WARM_UP + runs {
        for c in contenders.iter_mut() {
            let trace = c.plan.time(&c.inputs, &Ctl::default())?;
            if round >= WARM_UP {
                c.times.push(trace.total_ns);
                c.step_times.resize(trace.times.len(), Vec::new());
                c.step_times.iter_mut().zip(&trace.times).for_each(|(all, ns)| all.push(*ns));
            }
            c.device = trace.device;
        }
    }
    Ok(())
}

fn json_of(c: &mut Contender, device: &Device, ceilings: [Option<Ceilings>; 2]) -> Json {
    let ms = |ns: u64| ns as f64 / 1e6;
    let stats = TimeStats::of(&mut c.times);
    let steps: Option<Vec<Json>> = c.plan.steps().map(|steps| {
        let step = |(step, times): (StepInfo, &mut Vec<u64>)| {
            json!({
                "name": step.name,
                "nodes": step.nodes.len(),
                "executed": step.executed,
                "median_ms": TimeStats::of(times).map(|s| ms(s.median_ns)),
            })
        };
        steps.into_iter().zip(&mut c.step_times).map(step).collect()
    });
    let executed = c.plan.executed();
    let [bound, memory_bound] =
        ceilings.map(|ceilings| ceilings.zip(executed).map(|(ceilings, work)| ceilings.bound(&work)));
    let settings: serde_json::Map<String, Json> =
        c.settings.iter().map(|(name, v)| (name.to_owned(), json!(v))).collect();
    json!({
        "variant": c.variant,
        "settings": settings,
        "shape": format!("{}x{}x{}", c.shape.c, c.shape.h, c.shape.w),
        "batch": c.shape.n,
        "backend": device.backend().name(),
        "device": c.device,
        "macs": c.cost.macs,
        "params": c.cost.params,
        "bytes": c.cost.weight_bytes + c.cost.activation_bytes_read + c.cost.activation_bytes_written,
        "dispatches": c.dispatches,
        "executed": executed,
        "bound_ms": bound.map(|(ns, _)| ns / 1e6),
        "bound_by": bound.map(|(_, by)| by),
        "memory_bound_ms": memory_bound.map(|(ns, _)| ns / 1e6),
        "delivered_saving": c.saving.flatten(),
        "delivered_saving_is_noise": c.saving.map(|s| s.is_none()),
        "median_ms": stats.map(|s| ms(s.median_ns)),
        "p10_ms": stats.map(|s| ms(s.p10_ns)),
        "p90_ms": stats.map(|s| ms(s.p90_ns)),
        "runs": c.times.len(),
        "steps": steps,
    })
}
