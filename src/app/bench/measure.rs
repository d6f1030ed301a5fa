//! Times of all operators of the page on one device, in turn, and what the device can do.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::scene::site;
use super::{BenchTimes, PlaceKey, TimesKey};
use crate::analysis::{DeviceStand, Measured, Roofline, Rounds, TimeStats, interleaved};
use crate::app::jobs::{self, Failure};
use crate::app::scene::Run;
use crate::engine::JobCtl;
use crate::exec::backend::{Backend, Device, FusedPlan};
use crate::exec::fuse::Executed;
use crate::exec::wgpu::GpuContext;
use crate::exec::{Ctl, ExecError};
use crate::figure::{Site, Study};
use crate::graph::Graph;
use crate::tensor::HostTensor;

/// Rounds of a measurement. Slow operators get fewer.
const ROUNDS: Rounds = Rounds { warm_up: 1, counted: 15, least: 5, budget_ns: 3_000_000_000 };

/// The adapter that is measured: a device of its own, so that drawing and measuring share no queue. Opened
/// when it is first needed.
#[derive(Clone, Default)]
pub struct Adapter(Arc<OnceLock<Result<GpuContext, String>>>);

impl Adapter {
    fn open(&self, backend: Backend) -> Result<Device, String> {
        match backend {
            Backend::Wgpu => {
                let context = self.0.get_or_init(|| GpuContext::own(None).map_err(|e| e.to_string()));
                context.clone().map(Device::Wgpu)
            }
            Backend::Candle => Ok(Device::Candle),
            Backend::Reference => Ok(Device::Reference),
        }
    }
}

/// What a device can do: what is known of it from earlier, or else measured now.
pub fn measure_device(
    adapter: &Adapter,
    backend: Backend,
    known: &BTreeMap<String, Roofline>,
    ctl: &JobCtl,
) -> Result<Roofline, Failure> {
    let failed = Failure::new("roofline-failed");
    let device = adapter.open(backend).map_err(|e| failed(&e))?;
    let current = |r: &&Roofline| r.program == Roofline::program();
    if let Some(known) = known.get(&device.describe()).filter(current) {
        return Ok(known.clone());
    }
    jobs::rest(ctl).map_err(|e| failed(&e))?;
    let exec = Ctl { cancel: ctl.cancel.clone(), progress: None };
    let progress = |done, all| ctl.progress.set(done, all);
    Roofline::measure(&DeviceStand(&device), &exec, progress).map_err(|e| failed(&e))
}

/// An operator ready to be measured.
struct Contender {
    /// Its place among the operators.
    index: usize,
    plan: FusedPlan,
    inputs: Vec<HostTensor>,
}

/// Measures the operators in turn on one device.
pub fn measure_times(
    run: &Run,
    adapter: &Adapter,
    backend: Backend,
    place: &PlaceKey,
    key: TimesKey,
    ctl: &JobCtl,
) -> Result<Arc<BenchTimes>, Failure> {
    let failed = Failure::new("bench-failed");
    jobs::rest(ctl).map_err(|e| failed(&e))?;
    let device = adapter.open(backend).map_err(|e| failed(&e))?;
    let one = site(run, place, key.resolution)?;
    let site = Arc::new(if key.batch > 1 { one.repeated(key.batch) } else { one });
    let mut rows = Vec::new();
    let mut contenders = Vec::new();
    for (index, entry) in key.operators.iter().enumerate() {
        if ctl.cancel.is_cancelled() {
            return Err(failed(&ExecError::Cancelled));
        }
        let study = Study::new(entry.operator(), &entry.settings, Arc::clone(&site));
        match prepare(&study, &device) {
            Ok((plan, inputs, work)) => {
                contenders.push(Contender { index, plan, inputs });
                rows.push((entry.clone(), Ok(Measured { batch: key.batch, ..work })));
            }
            // One that is too large for the device does not stop the others.
            Err(cause) => rows.push((entry.clone(), Err(cause))),
        }
    }
    let exec = Ctl { cancel: ctl.cancel.clone(), progress: None };
    let times = interleaved(&mut contenders, ROUNDS, &exec, sample, |done, all| ctl.progress.set(done, all))
        .map_err(|e| failed(&e))?;
    for (contender, mut times) in contenders.iter().zip(times) {
        if let (Ok(measured), Some(time)) = (&mut rows[contender.index].1, TimeStats::of(&mut times)) {
            measured.time = time;
        }
    }
    let software = matches!(&device, Device::Wgpu(context) if context.is_software());
    Ok(Arc::new(BenchTimes { key, device: device.describe(), software, rows }))
}

fn sample(contender: &mut Contender, ctl: &Ctl) -> Result<u64, ExecError> {
    Ok(contender.plan.time(&contender.inputs, ctl)?.total_ns)
}

type Prepared = (FusedPlan, Vec<HostTensor>, Measured);

fn prepare(study: &Study, device: &Device) -> Result<Prepared, String> {
    let lowered = study.lower().map_err(|e| e.to_string())?;
    let plan = FusedPlan::new(device, &lowered.graph).map_err(|e| e.to_string())?;
    let work = work_of(&plan, &lowered.graph, &study.site);
    Ok((plan, lowered.inputs, work))
}

/// What a plan executes, without its time.
fn work_of(plan: &FusedPlan, graph: &Graph, site: &Site) -> Measured {
    let steps = plan.steps().unwrap_or_default();
    let executed = plan.executed().unwrap_or_default();
    let values = |shape: crate::tensor::Shape| 4 * shape.elements() as u64;
    let inputs: u64 = graph.inputs().iter().map(|&id| values(graph.shape(id))).sum();
    let outputs: u64 = graph.outputs().iter().map(|&(_, id)| values(graph.shape(id))).sum();
    Measured {
        macs: crate::cost::cost(graph).total.macs,
        executed,
        dispatches: u64::from(plan.dispatches().unwrap_or(0)),
        working_set: steps.iter().map(|s| Executed::bytes(&s.executed)).max().unwrap_or(0),
        least_bytes: inputs + outputs + executed.weight_bytes,
        batch: site.input.shape().n,
        time: TimeStats { median_ns: 0, p10_ns: 0, p90_ns: 0, runs: 0 },
    }
}
