//! What a device can do, measured with our own kernels: multiply-adds per second, bytes per second for
//! maps of several sizes, and what a run and each of its dispatches cost beside their work. The roof over
//! every operator: none can be faster than its multiply-adds at the peak, nor than its bytes at the
//! bandwidth.

mod probes;

use serde::{Deserialize, Serialize};

pub use probes::{DeviceStand, Probe, Stand, Timer};

use super::{Rounds, TimeStats, interleaved};
use crate::exec::{Ctl, ExecError};

/// Program, version and kind of build: with other kernels a device reaches other rates.
const PROGRAM: &str = concat!("convscope ", env!("CARGO_PKG_VERSION"));

/// Rounds of the measurement, fewer on slow devices. Each gives one value of everything.
const ROUNDS: Rounds = Rounds { warm_up: 1, counted: 9, least: 5, budget_ns: 2_000_000_000 };
/// Least and most runs of a probe in a round, of which the fastest counts: the roof is what can be reached,
/// and on a machine with other busy programs most runs are disturbed.
const BEST_OF: [usize; 2] = [3, 16];
/// More than the least runs are made only as long as they take no longer than this together.
const SAMPLE_NS: u64 = 4_000_000;
/// A probe whose run is shorter than the start of a run times this gets a larger batch. Longer runs than
/// needed would be interrupted by other programs more often than operators are.
const LONG: u64 = 30;
/// Such a run is long enough in any case.
const LONG_NS: u64 = 4_000_000;
/// Largest batch of a probe.
const MOST_BATCH: usize = 32;
/// Dispatches of the longer one of two runs whose difference tells what a dispatch costs.
const MANY_STEPS: usize = 65;
/// Convolutions one after the other in the two runs that tell whether time grows with work.
const WORK: [usize; 2] = [2, 8];

/// No number of a roofline is larger: no device does 10^21 multiply-adds in a second, and no run takes 10^21 ns.
const MOST: f64 = 1e21;
/// No roofline has bandwidths of more sizes.
const SIZES: usize = 64;

/// A measured number: its median over the rounds, and the 10th and 90th percentile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The middle one.
    pub median: f64,
    /// A tenth of the rounds gave less.
    pub low: f64,
    /// A tenth of the rounds gave more.
    pub high: f64,
    /// Number of rounds.
    pub rounds: usize,
}

impl Spread {
    /// Statistics of one number per round; zeros without any.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| {
            let last = values.len().saturating_sub(1);
            values.get((share * last as f64).round() as usize).copied().unwrap_or(0.0)
        };
        Self { median: at(0.5), low: at(0.1), high: at(0.9), rounds: values.len() }
    }

    /// Half the spread as a share of the median.
    pub fn noise(&self) -> f64 {
        if self.median > 0.0 { (self.high - self.low) / 2.0 / self.median } else { 0.0 }
    }
}

/// Bytes per second for maps of one size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bandwidth {
    /// Bytes that one step of the probe reads and writes.
    pub working_set: u64,
    /// Bytes per second.
    pub rate: Spread,
}

/// Whether the clock waits for the device: eight convolutions one after the other must take longer than
/// two. Without synchronisation only the submission is timed, which hardly grows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SyncCheck {
    /// How many times as much work the longer run has.
    pub work: f64,
    /// How many times as long it took.
    pub time: Spread,
}

impl SyncCheck {
    /// Time grew at least half as much as the work.
    pub fn passed(&self) -> bool {
        self.time.median >= self.work / 2.0
    }
}

/// What a device can do, and what its dispatches cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Roofline {
    /// The device's own name.
    pub device: String,
    /// Whether a processor pretends to be a graphics adapter: then nothing here is about a GPU.
    pub software: bool,
    /// Program, version, kind of build.
    pub program: String,
    /// Multiply-adds per second of the best of our convolutions.
    pub macs: Spread,
    /// Bytes per second, ascending in the size of the maps.
    pub bandwidth: Vec<Bandwidth>,
    /// Nanoseconds that a run takes beside its steps: submission and waiting for the end.
    pub run_ns: Spread,
    /// Nanoseconds that each further step takes though it has next to nothing to do.
    pub step_ns: Spread,
    /// Whether the times can be trusted at all.
    pub sync: SyncCheck,
}

impl Roofline {
    /// Program and kind of build, as [`Roofline::program`] names them.
    pub fn program() -> String {
        let build = if cfg!(debug_assertions) { " (debug build)" } else { "" };
        format!("{PROGRAM}{build}")
    }

    /// Whether this can have been measured: finite numbers, none negative, rates above 0, sizes ascending. A file may
    /// say anything.
    pub fn is_plausible(&self) -> bool {
        let number = |v: f64| (0.0..=MOST).contains(&v);
        let spread = |s: &Spread| number(s.low) && s.low <= s.median && s.median <= s.high && number(s.high);
        // Less than one a second is no processor, and has no place on a logarithmic axis.
        let rate = |s: &Spread| spread(s) && s.low >= 1.0;
        let Self { macs, bandwidth, run_ns, step_ns, sync, .. } = self;
        rate(macs)
            && [run_ns, step_ns, &sync.time].into_iter().all(spread)
            && number(sync.work)
            && bandwidth.len() <= SIZES
            && bandwidth.iter().all(|b| rate(&b.rate))
            && bandwidth.is_sorted_by_key(|b| b.working_set)
    }

    /// Bytes per second that maps of this size can reach: the best rate measured for maps at least as
    /// large, since smaller ones find at least as fast a cache.
    pub fn bandwidth_for(&self, working_set: u64) -> Bandwidth {
        let best =
            |list: &[Bandwidth]| list.iter().copied().max_by(|a, b| a.rate.median.total_cmp(&b.rate.median));
        let from = self.bandwidth.partition_point(|b| b.working_set < working_set);
        let found = best(&self.bandwidth[from..]).or_else(|| self.bandwidth.last().copied());
        let none = Spread { median: f64::INFINITY, low: f64::INFINITY, high: f64::INFINITY, rounds: 0 };
        found.unwrap_or(Bandwidth { working_set, rate: none })
    }

    /// The best bandwidth of all sizes, and the one of the largest maps: caches and main memory.
    pub fn slopes(&self) -> [Bandwidth; 2] {
        [self.bandwidth_for(0), self.bandwidth_for(u64::MAX)]
    }

    /// Measures a device. Takes a second or a few; `progress` hears of it.
    ///
    /// # Errors
    /// If the device fails or the measurement is cancelled.
    pub fn measure(
        stand: &dyn Stand,
        ctl: &Ctl,
        progress: impl FnMut(usize, usize),
    ) -> Result<Self, ExecError> {
        let quiet = Ctl { cancel: ctl.cancel.clone(), progress: None };
        let mut probes = Vec::new();
        for steps in [1, MANY_STEPS] {
            probes.push(Prepared::with_batch(stand, Probe::Steps(steps), 1)?);
        }
        best_of(&mut probes[0], &quiet)?;
        let long = (LONG * best_of(&mut probes[0], &quiet)?).min(LONG_NS);
        for probe in Probe::all() {
            probes.push(Prepared::new(stand, probe, long, &quiet)?);
        }
        let base = Prepared::new(stand, Probe::Work(WORK[0]), long, &quiet)?;
        let more = Prepared::with_batch(stand, Probe::Work(WORK[1]), base.batch)?;
        probes.extend([base, more]);
        let times = interleaved(&mut probes, ROUNDS, &quiet, best_of, progress)?;
        Ok(Self::from_times(stand, &probes, &times))
    }

    fn from_times(stand: &dyn Stand, probes: &[Prepared], times: &[Vec<u64>]) -> Self {
        let find = |probe: Probe| probes.iter().position(|p| p.probe == probe).map_or(&[][..], |i| &times[i]);
        let pairs = |a: Probe, b: Probe| {
            let both = find(a).iter().zip(find(b));
            both.map(|(&a, &b)| (a as f64, b as f64)).collect::<Vec<_>>()
        };
        let each = |(one, many): (f64, f64)| ((many - one) / (MANY_STEPS - 1) as f64).max(0.0);
        let steps = pairs(Probe::Steps(1), Probe::Steps(MANY_STEPS));
        let step_ns = Spread::of(steps.iter().map(|&t| each(t)).collect());
        let run_ns = Spread::of(steps.iter().map(|&t| (t.0 - each(t)).max(0.0)).collect());
        // What starting costs is told apart, so it is taken away here; half of the time stays in any case.
        let rates = |i: usize, amount: u64| {
            let start = run_ns.median + probes[i].dispatches as f64 * step_ns.median;
            let net = |ns: u64| (ns as f64 - start).max(ns as f64 / 2.0);
            Spread::of(times[i].iter().map(|&ns| amount as f64 / net(ns) * 1e9).collect())
        };
        let kind = |wanted: fn(&Probe) -> bool| (0..probes.len()).filter(move |&i| wanted(&probes[i].probe));
        let macs = kind(|p| matches!(p, Probe::Arithmetic(_)))
            .map(|i| rates(i, probes[i].macs))
            .max_by(|a, b| a.median.total_cmp(&b.median))
            .unwrap_or(Spread { median: 0.0, low: 0.0, high: 0.0, rounds: 0 });
        let mut bandwidth: Vec<Bandwidth> = kind(|p| matches!(p, Probe::Bytes { .. }))
            .map(|i| {
                let working_set = probes[i].bytes / probes[i].dispatches.max(1);
                Bandwidth { working_set, rate: rates(i, probes[i].bytes) }
            })
            .collect();
        bandwidth.sort_by_key(|b| b.working_set);
        let work = pairs(Probe::Work(WORK[0]), Probe::Work(WORK[1]));
        Self {
            device: stand.name(),
            software: stand.is_software(),
            program: Self::program(),
            macs,
            bandwidth,
            run_ns,
            step_ns,
            sync: SyncCheck {
                work: WORK[1] as f64 / WORK[0] as f64,
                time: Spread::of(work.into_iter().map(|(a, b)| b / a).collect()),
            },
        }
    }
}

/// The fastest of a few runs.
fn best_of(probe: &mut Prepared, ctl: &Ctl) -> Result<u64, ExecError> {
    let [least, most] = BEST_OF;
    let (mut best, mut spent) = (u64::MAX, 0);
    for i in 0..most {
        if i >= least && spent >= SAMPLE_NS {
            break;
        }
        if ctl.cancel.is_cancelled() {
            return Err(ExecError::Cancelled);
        }
        let ns = (probe.timer)(ctl)?.max(1);
        best = best.min(ns);
        spent += ns;
    }
    Ok(best)
}

/// A probe ready to run.
struct Prepared {
    probe: Probe,
    batch: usize,
    macs: u64,
    bytes: u64,
    dispatches: u64,
    timer: Timer,
}

impl Prepared {
    /// With a batch that makes its run long enough.
    fn new(stand: &dyn Stand, probe: Probe, long: u64, ctl: &Ctl) -> Result<Self, ExecError> {
        let mut batch = 1;
        loop {
            let mut prepared = Self::with_batch(stand, probe, batch)?;
            if !probe.grows() || batch >= MOST_BATCH {
                return Ok(prepared);
            }
            // The first run may compile or page in.
            (prepared.timer)(ctl)?;
            if (prepared.timer)(ctl)? >= long {
                return Ok(prepared);
            }
            batch *= 2;
        }
    }

    fn with_batch(stand: &dyn Stand, probe: Probe, batch: usize) -> Result<Self, ExecError> {
        let (timer, work) = stand.prepare(probe, batch)?;
        let (macs, bytes, dispatches) = (work.macs, work.bytes(), work.dispatches);
        Ok(Self { probe, batch, macs, bytes, dispatches, timer })
    }
}

/// The times of a run as a spread, in nanoseconds.
impl From<TimeStats> for Spread {
    fn from(t: TimeStats) -> Self {
        Self { median: t.median_ns as f64, low: t.p10_ns as f64, high: t.p90_ns as f64, rounds: t.runs }
    }
}

#[cfg(test)]
mod tests;
