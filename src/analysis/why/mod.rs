//! Why time did or did not follow the multiply-adds. The rule in words: `docs/WHY.md`.
//!
//! Three parts of an operator's time are known without looking at it: its multiply-adds at the device's
//! peak, its bytes at the device's bandwidth, and the overhead of a run and its dispatches. The largest
//! names what it is bound by. Everything else is told as a number with where it was measured.

mod sentences;

pub use sentences::{Item, Quantity, Sentence, SourceOf, Unit, Who};

use super::{Comparison, Roofline, Spread, TimeStats};
use crate::exec::fuse::Executed;

/// A second part that is at least this share of the largest is named beside it.
const CLOSE: f64 = 0.8;
/// Below this share of the time, the parts do not explain it.
const EXPLAINED: f64 = 0.5;

/// One operator as it was measured on one device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Multiply-adds by the formula, for the whole batch.
    pub macs: u64,
    /// What its steps execute.
    pub executed: Executed,
    /// Dispatches of a run; on the CPU passes over the threads.
    pub dispatches: u64,
    /// Bytes that its largest step reads and writes.
    pub working_set: u64,
    /// Bytes of its inputs, results and weights: what a single step would move.
    pub least_bytes: u64,
    /// Maps at a time.
    pub batch: usize,
    /// Time of a run.
    pub time: TimeStats,
}

/// What an operator's time is bound by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bound {
    /// Multiply-adds at the device's peak.
    Compute,
    /// Bytes at the device's bandwidth.
    Memory,
    /// What a run and its dispatches cost beside their work.
    Overhead,
}

impl Bound {
    /// Its name in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Memory => "memory",
            Self::Overhead => "overhead",
        }
    }
}

/// The parts of a time that the work and the device give, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parts {
    /// Executed multiply-adds at the peak.
    pub compute: f64,
    /// Bytes at the bandwidth of maps of the working set's size.
    pub memory: f64,
    /// `run + dispatches * step`.
    pub overhead: f64,
}

impl Parts {
    /// The parts of this work on this device.
    pub fn of(work: &Measured, roof: &Roofline) -> Self {
        let bandwidth = roof.bandwidth_for(work.working_set).rate.median;
        Self {
            compute: work.executed.macs as f64 / roof.macs.median * 1e9,
            memory: work.executed.bytes() as f64 / bandwidth * 1e9,
            overhead: roof.run_ns.median + work.dispatches as f64 * roof.step_ns.median,
        }
    }

    /// All parts, the largest first.
    pub fn sorted(&self) -> [(Bound, f64); 3] {
        let mut parts =
            [(Bound::Compute, self.compute), (Bound::Memory, self.memory), (Bound::Overhead, self.overhead)];
        parts.sort_by(|a, b| b.1.total_cmp(&a.1));
        parts
    }

    /// The least time: arithmetic and bytes go on at once, the overhead comes on top.
    pub fn least(&self) -> f64 {
        self.compute.max(self.memory) + self.overhead
    }
}

/// The verdict on one operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// What it is bound by.
    pub bound: Bound,
    /// What holds it back nearly as much.
    pub close: Option<Bound>,
    /// The parts.
    pub parts: Parts,
    /// Share of the measured time that the parts explain, at most 1.
    pub explained: f64,
    /// The verdict and what it rests on, in order.
    pub sentences: Vec<Sentence>,
    /// What would change it.
    pub remedies: Vec<Sentence>,
}

impl Why {
    /// The verdict on an operator beside the standard convolution (`None` for that one itself, or where
    /// it was not measured). `None` where the device's clock does not wait for it, or nothing is known
    /// of what is executed.
    pub fn of(work: &Measured, standard: Option<&Measured>, roof: &Roofline) -> Option<Self> {
        if !roof.sync.passed() || work.executed == Executed::default() || work.time.median_ns == 0 {
            return None;
        }
        let parts = Parts::of(work, roof);
        let [first, second, _] = parts.sorted();
        let explained = (parts.least() / work.time.median_ns as f64).min(1.0);
        let mut why = Self {
            bound: first.0,
            close: (second.1 >= CLOSE * first.1).then_some(second.0),
            parts,
            explained,
            sentences: Vec::new(),
            remedies: Vec::new(),
        };
        why.sentences = sentences::told(&why, work, standard, roof);
        why.remedies = sentences::remedies(&why, work, roof);
        Some(why)
    }

    /// Whether the parts explain at least half of the time.
    pub fn explains(&self) -> bool {
        self.explained >= EXPLAINED
    }
}

/// Share of the promised saving that arrives as time: (time of standard / time of operator) / (MACs of
/// standard / MACs of operator), MACs by formula. `None` where the spreads of the times overlap or a count
/// is missing.
pub fn delivered_saving(work: &Measured, standard: &Measured) -> Option<f64> {
    match work.time.compare(&standard.time) {
        Comparison::Ratio(saved) if work.macs > 0 && standard.macs > 0 => {
            Some(saved * work.macs as f64 / standard.macs as f64)
        }
        Comparison::Ratio(_) | Comparison::NoMeasurableDifference => None,
    }
}

/// Where an operator stands under the roof: executed multiply-adds per byte, and per second with the
/// spread of its time.
pub fn dot(work: &Measured) -> (f64, Spread) {
    let rate = |ns: u64| work.executed.macs as f64 / ns.max(1) as f64 * 1e9;
    let TimeStats { median_ns, p10_ns, p90_ns, runs } = work.time;
    let spread = Spread { median: rate(median_ns), low: rate(p90_ns), high: rate(p10_ns), rounds: runs };
    (intensity(work), spread)
}

/// Executed multiply-adds per byte.
fn intensity(work: &Measured) -> f64 {
    work.executed.macs as f64 / work.executed.bytes().max(1) as f64
}

#[cfg(test)]
mod tests;
