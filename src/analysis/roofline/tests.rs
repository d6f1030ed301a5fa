use std::cell::Cell;
use std::rc::Rc;

use super::*;
use crate::exec::backend::Device;
use crate::exec::fuse::Executed;
use crate::exec::wgpu::GpuContext;

/// A device that follows a rule, on a machine of which every fourth run is disturbed.
struct Rule {
    macs_per_second: f64,
    bytes_per_second: f64,
    run_ns: f64,
    step_ns: f64,
    /// Whether the clock stops only when the work is done.
    waits: bool,
    runs: Rc<Cell<u64>>,
}

impl Rule {
    fn new() -> Self {
        Self {
            macs_per_second: 200e9,
            bytes_per_second: 50e9,
            run_ns: 30_000.0,
            step_ns: 4_000.0,
            waits: true,
            runs: Rc::default(),
        }
    }
}

impl Stand for Rule {
    fn name(&self) -> String {
        "rule".into()
    }

    fn is_software(&self) -> bool {
        false
    }

    fn prepare(&self, probe: Probe, batch: usize) -> Result<(Timer, Executed), ExecError> {
        let graph = probe.graph(batch).expect("it fits");
        let steps = (graph.nodes().len() - 1) as u64;
        let total = crate::cost::cost(&graph).total;
        let work = Executed {
            macs: total.macs,
            weight_bytes: total.weight_bytes,
            bytes_read: total.activation_bytes_read,
            bytes_written: total.activation_bytes_written,
            dispatches: steps,
        };
        // Large maps do not fit into the cache.
        let slower = if work.bytes() / steps > 4 << 20 { 2.0 } else { 1.0 };
        let busy = (work.macs as f64 / self.macs_per_second)
            .max(slower * work.bytes() as f64 / self.bytes_per_second)
            * 1e9;
        let own = self.run_ns + self.step_ns * steps as f64 + if self.waits { busy } else { 0.0 };
        let runs = Rc::clone(&self.runs);
        let timer = move |_: &Ctl| {
            runs.set(runs.get() + 1);
            let noise = (runs.get() * 7919 % 101) as f64 / 101.0 * 0.04;
            let disturbed = if runs.get().is_multiple_of(4) { 3.0 } else { 1.0 };
            Ok((own * (1.0 + noise) * disturbed) as u64)
        };
        Ok((Box::new(timer), work))
    }
}

fn measured(stand: &dyn Stand) -> Roofline {
    Roofline::measure(stand, &Ctl::default(), |_, _| {}).expect("it runs")
}

#[test]
fn a_rule_is_found_again_under_noise() {
    let rule = Rule::new();
    let roof = measured(&rule);
    let near = |found: f64, right: f64, what: &str| {
        assert!((found / right - 1.0).abs() < 0.1, "{what}: {found} for {right}");
    };
    near(roof.macs.median, rule.macs_per_second, "peak");
    let [cache, memory] = roof.slopes();
    near(cache.rate.median, rule.bytes_per_second, "bandwidth of small maps");
    near(memory.rate.median, rule.bytes_per_second / 2.0, "bandwidth of large maps");
    near(roof.step_ns.median, rule.step_ns, "step");
    near(roof.run_ns.median, rule.run_ns, "run");
    assert!(roof.sync.passed(), "{:?}", roof.sync);
    assert!(roof.macs.low <= roof.macs.median && roof.macs.median <= roof.macs.high);
    assert_eq!(roof.macs.rounds, ROUNDS.counted);
}

#[test]
fn a_clock_that_does_not_wait_is_found_out() {
    let roof = measured(&Rule { waits: false, ..Rule::new() });
    assert!(!roof.sync.passed(), "{:?}", roof.sync);
}

#[test]
fn larger_maps_are_not_faster_than_measured() {
    let spread = |median| Spread { median, low: median, high: median, rounds: 1 };
    let at = |working_set, rate| Bandwidth { working_set, rate: spread(rate) };
    let mut roof = measured(&Rule::new());
    // The smallest maps are held back by the cost of their steps, not by the memory.
    roof.bandwidth = vec![at(100, 10.0), at(1000, 40.0), at(10_000, 20.0)];
    let found = |set| roof.bandwidth_for(set).rate.median;
    assert_eq!([found(1), found(1000), found(1001), found(1_000_000)], [40.0, 40.0, 20.0, 20.0]);
}

#[test]
fn it_survives_being_stored() {
    let roof = measured(&Rule::new());
    let text = serde_json::to_string(&roof).expect("it can be written");
    let back: Roofline = serde_json::from_str(&text).expect("it can be read");
    assert_eq!(back.device, roof.device);
    assert!((back.macs.median / roof.macs.median - 1.0).abs() < 1e-12);
}

#[test]
fn cancelling_ends_it() {
    let ctl = Ctl::default();
    ctl.cancel.cancel();
    let result = Roofline::measure(&Rule::new(), &ctl, |_, _| {});
    assert!(matches!(result, Err(ExecError::Cancelled)));
}

/// Measurements of a real device, one after the other, until two in a row agree.
const TRIES: usize = 5;

/// Two measurements of a real device agree within 15 %, or within their own spread where the machine
/// is noisier than that. Other programs may begin or end between the two, which no statistic can undo: then
/// the next one is compared. Everything is printed, so that nobody has to believe it.
fn agrees_with_itself(device: &Device) {
    let mut before: Option<Roofline> = None;
    for _ in 0..TRIES {
        let now = measured(&DeviceStand(device));
        assert!(now.sync.passed(), "the clock does not wait for the device: {:?}", now.sync);
        assert!(now.macs.median > 0.0 && now.slopes()[1].rate.median > 0.0);
        if before.as_ref().is_some_and(|before| agree(before, &now)) {
            return;
        }
        before = Some(now);
    }
    panic!("no two of {TRIES} measurements in a row agree");
}

fn agree(a: &Roofline, b: &Roofline) -> bool {
    println!("{}", a.device);
    let memory = |r: &Roofline| r.slopes().map(|s| s.rate);
    let numbers = [
        ("peak, MAC/s", a.macs, b.macs),
        ("bandwidth, bytes/s", memory(a)[0], memory(b)[0]),
        ("bandwidth of large maps, bytes/s", memory(a)[1], memory(b)[1]),
        ("run, ns", a.run_ns, b.run_ns),
        ("step, ns", a.step_ns, b.step_ns),
    ];
    let mut all = true;
    for (name, x, y) in numbers {
        let apart = (x.median / y.median).max(y.median / x.median) - 1.0;
        let agrees = apart <= 0.15 || (x.low <= y.high && y.low <= x.high);
        all &= agrees;
        let text = |s: Spread| format!("{:.3e} ({:.2e} to {:.2e})", s.median, s.low, s.high);
        let verdict = if agrees { "agree" } else { "DIFFER" };
        println!("  {name}: {} and {}: {:.0} % apart, {verdict}", text(x), text(y), apart * 100.0);
    }
    all
}

#[test]
fn two_runs_agree_on_the_processor() {
    agrees_with_itself(&Device::Candle);
}

#[test]
fn two_runs_agree_on_an_adapter() {
    match GpuContext::own(None) {
        Ok(context) => agrees_with_itself(&Device::Wgpu(context)),
        Err(e) => assert!(std::env::var_os("REQUIRE_GPU").is_none(), "{e}"),
    }
}
