//! Times of a network and of a part of it, run in fused steps for the result alone.

use super::TimeStats;
use crate::exec::backend::{Device, FusedPlan};
use crate::exec::fuse::{Executed, steps_of};
use crate::exec::{Ctl, ExecError};
use crate::graph::{Graph, NodeId};
use crate::tensor::HostTensor;

/// A network made ready to be measured again and again, with the times so far. The part (a layer, or
/// what replaces it) shares no step with convolutions beside it.
pub struct PartTimes {
    plan: FusedPlan,
    /// The steps that do the work of the part.
    steps: Vec<usize>,
    executed: Option<Executed>,
    part: Vec<u64>,
    whole: Vec<u64>,
}

impl PartTimes {
    /// Makes the network ready.
    ///
    /// # Errors
    /// If the device cannot run it.
    pub fn new(device: &Device, graph: &Graph, part: &[NodeId]) -> Result<Self, ExecError> {
        let plan = FusedPlan::with_part(device, graph, part)?;
        let (mut steps, mut executed) = (Vec::new(), None);
        if let Some(all) = plan.steps() {
            steps = steps_of(&all, part);
            let mut sum = Executed::default();
            steps.iter().for_each(|&i| sum += all[i].executed);
            executed = Some(sum);
        }
        Ok(Self { plan, steps, executed, part: Vec::new(), whole: Vec::new() })
    }

    /// Runs it once; the time is kept if it `counts`.
    ///
    /// # Errors
    /// If the inputs do not fit, the run is cancelled or the device fails.
    pub fn run(&mut self, inputs: &[HostTensor], counts: bool, ctl: &Ctl) -> Result<(), ExecError> {
        let trace = self.plan.run(inputs, ctl)?;
        if counts {
            self.whole.push(trace.total_ns);
            let times = self.steps.iter().map(|&i| trace.times.get(i).copied());
            self.part.extend(times.sum::<Option<u64>>().filter(|_| !self.steps.is_empty()));
        }
        Ok(())
    }

    /// What the steps of the part execute; `None` where nothing is fused.
    pub const fn executed(&self) -> Option<Executed> {
        self.executed
    }

    /// Times of the part; `None` where the device gives no times of steps.
    pub fn part(&self) -> Option<TimeStats> {
        TimeStats::of(&mut self.part.clone())
    }

    /// Times of the whole network; `None` before a run that counts.
    pub fn whole(&self) -> Option<TimeStats> {
        TimeStats::of(&mut self.whole.clone())
    }
}
