//! One door to the executors: a device, a plan for it, a run.

use super::candle::{self, CandlePlan};
use super::fuse::{Executed, StepInfo};
use super::wgpu::{self, GpuContext, WgpuPlan, read_back};
use super::{Ctl, ExecError, FusedTrace, ReferencePlan, Trace, Value};
use crate::graph::{Graph, NodeId};
use crate::tensor::HostTensor;

/// The executors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// Plain loops in f64: the oracle.
    Reference,
    /// candle tensors on the CPU, with kernels of our own.
    Candle,
    /// WGSL kernels on any adapter that wgpu finds.
    Wgpu,
}

impl Backend {
    /// Every executor.
    pub const ALL: [Self; 3] = [Self::Reference, Self::Candle, Self::Wgpu];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Candle => "candle",
            Self::Wgpu => "wgpu",
        }
    }
}

/// An executor with what it needs to run.
#[derive(Clone)]
pub enum Device {
    /// The oracle.
    Reference,
    /// The CPU.
    Candle,
    /// An adapter.
    Wgpu(GpuContext),
}

impl Device {
    /// A device for this executor, of its own (not the window's).
    ///
    /// # Errors
    /// If there is no adapter.
    pub fn open(backend: Backend) -> Result<Self, ExecError> {
        Ok(match backend {
            Backend::Reference => Self::Reference,
            Backend::Candle => Self::Candle,
            Backend::Wgpu => Self::Wgpu(GpuContext::own(None)?),
        })
    }

    /// The executor it belongs to.
    pub const fn backend(&self) -> Backend {
        match self {
            Self::Reference => Backend::Reference,
            Self::Candle => Backend::Candle,
            Self::Wgpu(_) => Backend::Wgpu,
        }
    }

    /// Its own name, as runs tell it.
    pub fn describe(&self) -> String {
        match self {
            Self::Reference => "CPU, reference loops".into(),
            Self::Candle => candle::describe(),
            Self::Wgpu(context) => context.describe(),
        }
    }

    /// Brings a value to the host.
    ///
    /// # Errors
    /// If the device fails or the value belongs to another one.
    pub fn read(&self, value: &Value) -> Result<HostTensor, ExecError> {
        match (value, self) {
            (Value::Host(tensor), _) => Ok(tensor.clone()),
            (Value::Device { .. }, Self::Wgpu(context)) => read_back(context, value),
            (Value::Device { .. }, _) => {
                Err(ExecError::NoDevice("the value lies on a device that is not in use".into()))
            }
        }
    }
}

/// A graph made ready for a device: weights packed once, kernels chosen.
pub enum Plan {
    /// For the oracle.
    Reference(ReferencePlan),
    /// For the CPU.
    Candle(CandlePlan),
    /// For an adapter.
    Wgpu(WgpuPlan),
}

impl Plan {
    /// Makes the graph ready.
    ///
    /// # Errors
    /// If the device cannot run it.
    pub fn new(device: &Device, graph: &Graph) -> Result<Self, ExecError> {
        Ok(match device {
            Device::Reference => Self::Reference(ReferencePlan::new(graph)),
            Device::Candle => Self::Candle(CandlePlan::new(graph)?),
            Device::Wgpu(context) => Self::Wgpu(WgpuPlan::new(context, graph)?),
        })
    }

    /// The same for a graph that shares most of its nodes with the one of `earlier`, whose packed
    /// weights are used again. (On an adapter the context keeps them.)
    ///
    /// # Errors
    /// If the device cannot run it.
    pub fn new_like(device: &Device, graph: &Graph, earlier: &Self) -> Result<Self, ExecError> {
        match (device, earlier) {
            (Device::Candle, Self::Candle(earlier)) => {
                Ok(Self::Candle(CandlePlan::new_like(graph, earlier)?))
            }
            _ => Self::new(device, graph),
        }
    }

    /// Runs it with the values of some nodes `known` from another run, one entry per node. The CPU
    /// skips those nodes; the others compute them again.
    ///
    /// # Errors
    /// As [`Plan::run`].
    pub fn resume(
        &self,
        inputs: &[HostTensor],
        known: &[Option<HostTensor>],
        ctl: &Ctl,
    ) -> Result<Trace, ExecError> {
        match self {
            Self::Candle(plan) => plan.resume(inputs, known, ctl),
            Self::Reference(_) | Self::Wgpu(_) => self.run(inputs, ctl),
        }
    }

    /// How many dispatches one run issues; `None` where work is not cut into dispatches.
    pub fn dispatches(&self) -> Option<u32> {
        match self {
            Self::Reference(_) | Self::Candle(_) => None,
            Self::Wgpu(plan) => Some(plan.dispatches().iter().sum()),
        }
    }

    /// Runs it.
    ///
    /// # Errors
    /// If the inputs do not fit, the run is cancelled or the device fails.
    pub fn run(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<Trace, ExecError> {
        match self {
            Self::Reference(plan) => plan.run(inputs, ctl),
            Self::Candle(plan) => plan.run(inputs, ctl),
            Self::Wgpu(plan) => plan.run(inputs, ctl),
        }
    }
}

/// A graph made ready to run for its results alone, as fast as the device can: in fused steps, in
/// memory that is kept. What is measured.
pub enum FusedPlan {
    /// The oracle has nothing to fuse.
    Reference(ReferencePlan, Graph),
    /// For the CPU.
    Candle(candle::FusedPlan),
    /// For an adapter.
    Wgpu(wgpu::FusedPlan),
}

impl FusedPlan {
    /// Makes the graph ready.
    ///
    /// # Errors
    /// If the device cannot run it.
    pub fn new(device: &Device, graph: &Graph) -> Result<Self, ExecError> {
        Self::with_part(device, graph, &[])
    }

    /// The same, where the nodes of `part` share no step with convolutions beside them, so that the part
    /// can be measured.
    ///
    /// # Errors
    /// If the device cannot run it.
    pub fn with_part(device: &Device, graph: &Graph, part: &[NodeId]) -> Result<Self, ExecError> {
        Ok(match device {
            Device::Reference => Self::Reference(ReferencePlan::new(graph), graph.clone()),
            Device::Candle => Self::Candle(candle::FusedPlan::with_part(graph, part)?),
            Device::Wgpu(context) => Self::Wgpu(wgpu::FusedPlan::with_part(context, graph, part)?),
        })
    }

    /// Runs it. Neither putting the inputs in place nor reading the results is part of its time.
    ///
    /// # Errors
    /// If the inputs do not fit, the run is cancelled or the device fails.
    pub fn run(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<FusedTrace, ExecError> {
        let (trace, graph) = match self {
            Self::Candle(plan) => return plan.run(inputs, ctl),
            Self::Wgpu(plan) => return plan.run(inputs, ctl),
            Self::Reference(plan, graph) => (plan.run(inputs, ctl)?, graph),
        };
        let outputs = graph.outputs().iter().map(|&(_, id)| Device::Reference.read(trace.value(id)));
        Ok(FusedTrace {
            outputs: outputs.collect::<Result<_, _>>()?,
            times: trace.times.iter().map(|t| t.ns).collect(),
            total_ns: trace.total_ns,
            device: trace.device,
        })
    }

    /// Runs it twice and tells the times of the second run, without results: the first one brings what others pushed
    /// out of the caches back, and nothing is copied to or from the host between the two.
    ///
    /// # Errors
    /// As [`FusedPlan::run`].
    pub fn time(&self, inputs: &[HostTensor], ctl: &Ctl) -> Result<FusedTrace, ExecError> {
        match self {
            Self::Candle(plan) => plan.time(inputs, ctl),
            Self::Wgpu(plan) => plan.time(inputs, ctl),
            Self::Reference(..) => self.run(inputs, ctl),
        }
    }

    /// The steps that it times, in order; `None` where nothing is fused.
    pub fn steps(&self) -> Option<Vec<StepInfo>> {
        match self {
            Self::Candle(plan) => Some(plan.steps()),
            Self::Wgpu(plan) => Some(plan.steps()),
            Self::Reference(..) => None,
        }
    }

    /// What one run executes in all; `None` where nothing is fused.
    pub fn executed(&self) -> Option<Executed> {
        let mut sum = Executed::default();
        self.steps()?.iter().for_each(|step| sum += step.executed);
        Some(sum)
    }

    /// How many dispatches (on the CPU: passes over the threads) one run issues.
    pub fn dispatches(&self) -> Option<u32> {
        match self {
            Self::Reference(..) => None,
            Self::Candle(plan) => Some(plan.steps().len() as u32),
            Self::Wgpu(plan) => Some(plan.dispatches() as u32),
        }
    }
}
