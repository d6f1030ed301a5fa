//! The verdict as sentences: keys of the text table with their numbers, each with where it was measured.

use super::{Bound, Measured, Why, delivered_saving, dot, intensity};
use crate::analysis::{Comparison, Roofline};

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `0.33×`
    Factor,
    /// `61 %`
    Share,
    /// `5`
    Count,
    /// `38 µs`
    Nanoseconds,
    /// `81 GMAC/s`
    MacsPerSecond,
    /// `3.4`
    MacsPerByte,
    /// `1.61 M`
    Bytes,
}

/// Whose number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// The operator that the card is about.
    Operator,
    /// The standard convolution beside it.
    Standard,
    /// The device.
    Device,
}

/// What was counted or measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// Multiply-adds.
    Macs,
    /// Bytes moved.
    Bytes,
    /// Dispatches.
    Dispatches,
    /// Time of a run.
    Time,
    /// Multiply-adds per second of the device.
    Peak,
    /// Bytes per second of the device.
    Bandwidth,
    /// What a run and each dispatch cost.
    Overhead,
    /// Maps at a time.
    Batch,
}

/// A place where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceOf {
    /// Whose.
    pub who: Who,
    /// Which.
    pub what: Quantity,
}

/// One number of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its name in the message.
    pub name: &'static str,
    /// The number.
    pub value: f64,
    /// How it is written.
    pub unit: Unit,
    /// What it was computed from.
    pub from: Vec<SourceOf>,
}

/// A sentence of the text table with its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// Key of the message.
    pub key: &'static str,
    /// Its numbers.
    pub items: Vec<Item>,
}

const fn own(what: Quantity) -> SourceOf {
    SourceOf { who: Who::Operator, what }
}

const fn standard(what: Quantity) -> SourceOf {
    SourceOf { who: Who::Standard, what }
}

const fn device(what: Quantity) -> SourceOf {
    SourceOf { who: Who::Device, what }
}

fn item(name: &'static str, value: f64, unit: Unit, from: &[SourceOf]) -> Item {
    Item { name, value, unit, from: from.to_vec() }
}

const fn sentence(key: &'static str, items: Vec<Item>) -> Sentence {
    Sentence { key, items }
}

/// What the verdict is and what it rests on.
pub(super) fn told(why: &Why, work: &Measured, other: Option<&Measured>, roof: &Roofline) -> Vec<Sentence> {
    let mut told = vec![verdict(why, work)];
    match other {
        Some(other) => told.extend([time(work, other), counts(work, other)]),
        None => told.push(yardstick(work)),
    }
    told.push(under_the_roof(why, work, roof));
    told.push(overhead(why, work, roof));
    if !why.explains() {
        let from = [own(Quantity::Time), device(Quantity::Peak), device(Quantity::Bandwidth)];
        told.push(sentence("why-unexplained", vec![item("share", why.explained, Unit::Share, &from)]));
    }
    told
}

fn verdict(why: &Why, work: &Measured) -> Sentence {
    use Bound::{Compute, Memory, Overhead};
    let key = match (why.bound, why.close) {
        (Compute, None) => "why-compute",
        (Memory, None) => "why-memory",
        (Overhead, None) => "why-overhead",
        (Compute, Some(Memory)) | (Memory, Some(Compute)) => "why-compute-and-memory",
        (Compute, Some(_)) | (Overhead, Some(Compute)) => "why-compute-and-overhead",
        (Memory, Some(_)) | (Overhead, Some(_)) => "why-memory-and-overhead",
    };
    sentence(key, vec![item("batch", work.batch as f64, Unit::Count, &[own(Quantity::Batch)])])
}

/// The times, and which share of the promised saving arrives.
fn time(work: &Measured, other: &Measured) -> Sentence {
    let from = [own(Quantity::Time), standard(Quantity::Time)];
    let all = [from[0], from[1], own(Quantity::Macs), standard(Quantity::Macs)];
    match work.time.compare(&other.time) {
        Comparison::NoMeasurableDifference => sentence("why-time-noise", Vec::new()),
        Comparison::Ratio(saved) => {
            let (key, ratio) =
                if saved >= 1.0 { ("why-time-faster", saved) } else { ("why-time-slower", 1.0 / saved) };
            let promised = other.macs as f64 / work.macs.max(1) as f64;
            let delivered = delivered_saving(work, other).unwrap_or(0.0);
            sentence(
                key,
                vec![
                    item("ratio", ratio, Unit::Factor, &from),
                    item("promised", promised, Unit::Factor, &all[2..]),
                    item("delivered", delivered, Unit::Share, &all),
                ],
            )
        }
    }
}

/// Multiply-adds and bytes beside those of the standard convolution.
fn counts(work: &Measured, other: &Measured) -> Sentence {
    let share = |a: u64, b: u64| a as f64 / b.max(1) as f64;
    let density = intensity(other) / intensity(work).max(f64::MIN_POSITIVE);
    let [macs, bytes] = [Quantity::Macs, Quantity::Bytes].map(|q| [own(q), standard(q)]);
    // By what is executed: joined convolutions do less than their formula.
    sentence(
        if density > 1.05 { "why-work-thin" } else { "why-work-dense" },
        vec![
            item("macs", share(work.executed.macs, other.executed.macs), Unit::Factor, &macs),
            item("bytes", share(work.executed.bytes(), other.executed.bytes()), Unit::Factor, &bytes),
            item("density", density, Unit::Factor, &[macs[0], macs[1], bytes[0], bytes[1]]),
        ],
    )
}

fn yardstick(work: &Measured) -> Sentence {
    let from = [own(Quantity::Macs), own(Quantity::Bytes)];
    sentence("why-standard", vec![item("intensity", intensity(work), Unit::MacsPerByte, &from)])
}

/// What it reaches of what its multiply-adds per byte allow.
fn under_the_roof(why: &Why, work: &Measured, roof: &Roofline) -> Sentence {
    let (x, rate) = dot(work);
    let bandwidth = roof.bandwidth_for(work.working_set).rate.median;
    let top = roof.macs.median.min(x * bandwidth);
    let limit = if why.parts.compute >= why.parts.memory { Quantity::Peak } else { Quantity::Bandwidth };
    let counted = [own(Quantity::Macs), own(Quantity::Bytes)];
    // Only on a machine that was busier when its roof was measured than now.
    let above = rate.low > 1.1 * roof.macs.high.min(x * roof.bandwidth_for(work.working_set).rate.high);
    sentence(
        if above { "why-above-the-roof" } else { "why-roof" },
        vec![
            item("intensity", x, Unit::MacsPerByte, &counted),
            item("roof", top, Unit::MacsPerSecond, &[device(limit)]),
            item("rate", rate.median, Unit::MacsPerSecond, &[own(Quantity::Macs), own(Quantity::Time)]),
            item("share", rate.median / top, Unit::Share, &[own(Quantity::Time), device(limit)]),
        ],
    )
}

fn overhead(why: &Why, work: &Measured, roof: &Roofline) -> Sentence {
    let share = (why.parts.overhead / work.time.median_ns as f64).min(1.0);
    let each = device(Quantity::Overhead);
    sentence(
        if work.dispatches == 1 { "why-one-dispatch" } else { "why-dispatches" },
        vec![
            item("dispatches", work.dispatches as f64, Unit::Count, &[own(Quantity::Dispatches)]),
            item("each", roof.step_ns.median, Unit::Nanoseconds, &[each]),
            item("run", roof.run_ns.median, Unit::Nanoseconds, &[each]),
            item("share", share, Unit::Share, &[own(Quantity::Dispatches), each, own(Quantity::Time)]),
        ],
    )
}

/// Largest batch that is recommended.
const MOST_BATCH: f64 = 1024.0;

/// What would change the verdict.
pub(super) fn remedies(why: &Why, work: &Measured, roof: &Roofline) -> Vec<Sentence> {
    let mut found = match why.bound {
        Bound::Overhead => against_overhead(why, work, roof),
        Bound::Memory => against_bytes(work),
        Bound::Compute => vec![sentence("why-do-less", Vec::new())],
    };
    if !why.explains() {
        let from = [own(Quantity::Time), device(Quantity::Peak), device(Quantity::Bandwidth)];
        let gain = work.time.median_ns as f64 / why.parts.least();
        found.push(sentence("why-do-layout", vec![item("factor", gain, Unit::Factor, &from)]));
    }
    found
}

fn against_overhead(why: &Why, work: &Measured, roof: &Roofline) -> Vec<Sentence> {
    let mut found = Vec::new();
    let busy = why.parts.compute.max(why.parts.memory);
    let batch = (work.batch as f64 * why.parts.overhead / busy).ceil();
    let each = device(Quantity::Overhead);
    if batch <= MOST_BATCH {
        let from = [each, own(Quantity::Dispatches), own(Quantity::Macs), own(Quantity::Bytes)];
        found.push(sentence("why-do-batch", vec![item("batch", batch, Unit::Count, &from)]));
    } else {
        found.push(sentence("why-do-work", Vec::new()));
    }
    if work.dispatches > 1 {
        let saved = (work.dispatches - 1) as f64 * roof.step_ns.median;
        let share = (saved / work.time.median_ns as f64).min(1.0);
        let from = [own(Quantity::Dispatches), each];
        found.push(sentence(
            "why-do-fuse",
            vec![
                item("dispatches", work.dispatches as f64, Unit::Count, &from[..1]),
                item("saved", saved, Unit::Nanoseconds, &from),
                item("share", share, Unit::Share, &[from[0], each, own(Quantity::Time)]),
            ],
        ));
    }
    found
}

fn against_bytes(work: &Measured) -> Vec<Sentence> {
    let bytes = work.executed.bytes();
    let from = [own(Quantity::Bytes)];
    let mut found = Vec::new();
    if work.least_bytes as f64 <= 0.9 * bytes as f64 {
        let less = 1.0 - work.least_bytes as f64 / bytes as f64;
        found.push(sentence(
            "why-do-fuse-bytes",
            vec![
                item("least", work.least_bytes as f64, Unit::Bytes, &from),
                item("bytes", bytes as f64, Unit::Bytes, &from),
                item("share", less, Unit::Share, &from),
            ],
        ));
    }
    let weights = work.executed.weight_bytes as f64 / bytes.max(1) as f64;
    let key = if weights >= 0.2 { "why-do-batch-weights" } else { "why-do-batch-nothing" };
    let items = if weights >= 0.2 { vec![item("share", weights, Unit::Share, &from)] } else { Vec::new() };
    found.push(sentence(key, items));
    found
}
