//! What a device can do at best, and the least time that follows from it for some work: no operator can
//! be faster than its multiply-adds at the device's peak, nor than its bytes at its bandwidth.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::TimeStats;
use crate::exec::backend::{Device, FusedPlan};
use crate::exec::fuse::Executed;
use crate::exec::{Ctl, ExecError};
use crate::graph::{Activation, Builder, Conv2d, Graph, GraphError, NodeId, Padding, Seeded, Wiring};
use crate::tensor::{HostTensor, Shape};

/// Two rates of a device, measured with our own kernels: what is within reach, not a data sheet.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Ceilings {
    /// Multiply-adds per second of a 3x3 convolution, 128 to 128 channels, 28 x 28 pixels.
    pub macs_per_second: f64,
    /// Bytes read and written per second by activations of a map of 1 MiB, which lies in caches.
    pub bytes_per_second: f64,
}

/// What holds an operator back at best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BoundBy {
    /// Its multiply-adds.
    Macs,
    /// The bytes that it moves.
    Bytes,
}

impl Ceilings {
    /// The least time for this work in nanoseconds, `max(MACs / peak, bytes / bandwidth)`, and which of
    /// the two it is.
    pub fn bound(&self, work: &Executed) -> (f64, BoundBy) {
        let macs = work.macs as f64 / self.macs_per_second * 1e9;
        let bytes = work.bytes() as f64 / self.bytes_per_second * 1e9;
        if macs >= bytes { (macs, BoundBy::Macs) } else { (bytes, BoundBy::Bytes) }
    }

    /// The same where every map comes from memory and goes there, at so many bytes per second: the roof of the
    /// classic roofline. Maps that stay in caches may be read faster.
    #[must_use]
    pub const fn in_memory(self, bytes_per_second: f64) -> Self {
        Self { bytes_per_second, ..self }
    }

    /// Bytes that the device reads and writes per second in activations of a map of 32 MiB.
    ///
    /// # Errors
    /// If the device fails, for example because it has no room for three such maps.
    pub fn memory_bandwidth(device: &Device, ctl: &Ctl) -> Result<f64, ExecError> {
        rate(device, ctl, Shape::new(1, 64, 256, 512), Executed::bytes, activations)
    }

    /// With a peak that none of these works passed: a slow moment of the machine while the peak was measured would
    /// otherwise give bounds above the times beside them.
    #[must_use]
    pub fn passed_by(
        self,
        measured: impl IntoIterator<Item = (Option<Executed>, Option<TimeStats>)>,
    ) -> Self {
        let rates = measured
            .into_iter()
            .filter_map(|(work, time)| Some(work?.macs as f64 / time?.p10_ns.max(1) as f64));
        Self { macs_per_second: rates.map(|rate| rate * 1e9).fold(self.macs_per_second, f64::max), ..self }
    }

    /// The ceilings of a device, measured once per device and program.
    ///
    /// # Errors
    /// If the device fails or the measurement is cancelled.
    pub fn of(device: &Device, ctl: &Ctl) -> Result<Self, ExecError> {
        static KNOWN: LazyLock<Mutex<HashMap<String, Ceilings>>> = LazyLock::new(Mutex::default);
        let name = match device {
            Device::Wgpu(context) => context.describe(),
            other => other.backend().name().to_owned(),
        };
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&ceilings) = known().get(&name) {
            return Ok(ceilings);
        }
        let conv = Conv2d {
            kernel: 3,
            stride: 1,
            padding: Padding::even(1),
            dilation: 1,
            wiring: Wiring::Grouped(1),
        };
        let ceilings = Self {
            macs_per_second: rate(
                device,
                ctl,
                Shape::new(1, 128, 28, 28),
                |work| work.macs,
                |b, x| b.conv2d("conv", x, conv, 128, false),
            )?,
            bytes_per_second: rate(device, ctl, Shape::new(1, 64, 64, 64), Executed::bytes, activations)?,
        };
        known().insert(name, ceilings);
        Ok(ceilings)
    }
}

/// Two activations, one after the other.
fn activations(b: &mut Builder<'_>, x: NodeId) -> Result<NodeId, GraphError> {
    let a = b.activation("a", x, Activation::Relu)?;
    b.activation("b", a, Activation::Relu6)
}

/// Runs of which the fastest counts: a ceiling is what can be reached.
const RUNS: usize = 9;

/// The best rate per second of a small graph.
fn rate(
    device: &Device,
    ctl: &Ctl,
    input: Shape,
    amount: impl Fn(&Executed) -> u64,
    build: impl FnOnce(&mut Builder<'_>, NodeId) -> Result<NodeId, GraphError>,
) -> Result<f64, ExecError> {
    let failed = |e: GraphError| ExecError::Device { node: "ceilings".into(), cause: e.to_string() };
    let mut source = Seeded(1);
    let mut b = Builder::new(&mut source);
    let x = b.input("x", input).map_err(failed)?;
    build(&mut b, x).map_err(failed)?;
    let graph: Graph = b.finish();
    let plan = FusedPlan::new(device, &graph)?;
    let values = HostTensor::new(input, vec![1.0; input.elements()]);
    let mut best = u64::MAX;
    for _ in 0..RUNS {
        let ctl = Ctl { cancel: ctl.cancel.clone(), progress: None };
        best = best.min(plan.time(std::slice::from_ref(&values), &ctl)?.total_ns.max(1));
    }
    let work = plan.executed().unwrap_or_default();
    Ok(amount(&work) as f64 / best as f64 * 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_the_slower_of_the_two() {
        let ceilings = Ceilings { macs_per_second: 1e9, bytes_per_second: 1e9 };
        let work = Executed { macs: 10, bytes_read: 3, bytes_written: 4, ..Executed::default() };
        assert_eq!(ceilings.bound(&work), (10.0, BoundBy::Macs));
        assert_eq!(ceilings.bound(&Executed { macs: 1, ..work }), (7.0, BoundBy::Bytes));
    }

    #[test]
    fn a_peak_that_was_passed_is_none() {
        let measured = Ceilings { macs_per_second: 1e9, bytes_per_second: 2e9 };
        let work = Executed { macs: 30, bytes_read: 1000, ..Executed::default() };
        let in_ns = |ns| (Some(work), Some(TimeStats { median_ns: 99, p10_ns: ns, p90_ns: 99, runs: 5 }));
        let raised = measured.passed_by([in_ns(20), in_ns(10), (Some(work), None)]);
        assert_eq!(raised, Ceilings { macs_per_second: 3e9, ..measured });
        assert_eq!(raised.passed_by([in_ns(20)]), raised);
    }

    #[test]
    fn rates_are_measured_once() {
        let ctl = Ctl::default();
        let first = Ceilings::of(&Device::Candle, &ctl).expect("it runs");
        assert!(first.macs_per_second > 0.0 && first.bytes_per_second > 0.0);
        assert_eq!(Ceilings::of(&Device::Candle, &ctl).expect("it runs"), first);
    }
}
