//! The graphs that a device is probed with, and what runs them.

use crate::exec::backend::{Device, FusedPlan};
use crate::exec::fuse::Executed;
use crate::exec::{Ctl, ExecError};
use crate::graph::{Activation, Builder, Conv2d, Graph, GraphError, NodeId, Padding, Seeded, Wiring};
use crate::tensor::{HostTensor, Shape};

/// A graph that is bound by one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Bound by arithmetic: a dense convolution of our own, `channels` to as many.
    Arithmetic(Conv),
    /// Bound by bytes: activations of a map, one after the other.
    Bytes {
        /// Values of the map in units of 64 x 32 x 32.
        size: usize,
        /// Activations.
        steps: usize,
    },
    /// Bound by the cost of steps: so many pointwise convolutions of next to nothing.
    Steps(usize),
    /// Convolutions one after the other, to see whether time grows with work.
    Work(usize),
}

/// A dense convolution that keeps the shape of its map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv {
    /// Channels in and out.
    pub channels: usize,
    /// Side of the map.
    pub side: usize,
    /// Side of the kernel.
    pub kernel: usize,
}

impl Probe {
    /// The probes of peak and bandwidth. No single shape is the best one on every device.
    pub fn all() -> Vec<Self> {
        let conv = |channels, side, kernel| Self::Arithmetic(Conv { channels, side, kernel });
        let mut all = vec![conv(64, 28, 3), conv(64, 56, 3), conv(128, 28, 3), conv(256, 14, 3)];
        all.push(conv(256, 28, 1));
        all.extend(
            [(1, 8), (4, 4), (16, 2), (64, 1), (128, 1)].map(|(size, steps)| Self::Bytes { size, steps }),
        );
        all
    }

    /// Whether a larger batch makes it a better probe.
    pub const fn grows(self) -> bool {
        matches!(self, Self::Arithmetic(_) | Self::Work(_))
    }

    /// The graph with its one input.
    ///
    /// # Errors
    /// If its shapes do not fit, which they do.
    pub fn graph(self, batch: usize) -> Result<Graph, GraphError> {
        let mut source = Seeded(1);
        let mut b = Builder::new(&mut source);
        let last = match self {
            Self::Arithmetic(Conv { channels, side, kernel }) => {
                let x = b.input("x", Shape::new(batch, channels, side, side))?;
                b.conv2d("conv", x, conv(kernel), channels, false)?
            }
            Self::Bytes { size, steps } => {
                let x = b.input("x", Shape::new(batch, 64, 32 * size, 32))?;
                chain(&mut b, x, steps, |b, name, i, x| {
                    // Two in turn: a second one of the same would be nothing new.
                    let f = if i % 2 == 0 { Activation::Relu } else { Activation::Relu6 };
                    b.activation(name, x, f)
                })?
            }
            Self::Steps(steps) => {
                let x = b.input("x", Shape::new(batch, 8, 1, 1))?;
                chain(&mut b, x, steps, |b, name, _, x| b.conv2d(name, x, conv(1), 8, false))?
            }
            Self::Work(steps) => {
                let x = b.input("x", Shape::new(batch, 64, 28, 28))?;
                chain(&mut b, x, steps, |b, name, _, x| b.conv2d(name, x, conv(3), 64, false))?
            }
        };
        b.output("y", last);
        Ok(b.finish())
    }
}

fn conv(kernel: usize) -> Conv2d {
    Conv2d { kernel, stride: 1, padding: Padding::same(kernel, 1), dilation: 1, wiring: Wiring::Grouped(1) }
}

fn chain(
    b: &mut Builder<'_>,
    x: NodeId,
    steps: usize,
    add: impl Fn(&mut Builder<'_>, &str, usize, NodeId) -> Result<NodeId, GraphError>,
) -> Result<NodeId, GraphError> {
    (0..steps).try_fold(x, |x, i| add(b, &format!("step{i}"), i, x))
}

/// Runs a probe once and gives its time in nanoseconds.
pub type Timer = Box<dyn FnMut(&Ctl) -> Result<u64, ExecError>>;

/// What probes run on: a device, or in tests a clock that follows a rule.
pub trait Stand {
    /// The device's own name.
    fn name(&self) -> String;

    /// Whether it is a processor that pretends to be a graphics adapter.
    fn is_software(&self) -> bool;

    /// A probe ready to run, and what a run of it executes.
    ///
    /// # Errors
    /// If the device cannot run it.
    fn prepare(&self, probe: Probe, batch: usize) -> Result<(Timer, Executed), ExecError>;
}

/// A device.
pub struct DeviceStand<'d>(pub &'d Device);

impl Stand for DeviceStand<'_> {
    fn name(&self) -> String {
        self.0.describe()
    }

    fn is_software(&self) -> bool {
        matches!(self.0, Device::Wgpu(context) if context.is_software())
    }

    fn prepare(&self, probe: Probe, batch: usize) -> Result<(Timer, Executed), ExecError> {
        let failed = |e: GraphError| ExecError::Device { node: "roofline".into(), cause: e.to_string() };
        let graph = probe.graph(batch).map_err(failed)?;
        let plan = FusedPlan::new(self.0, &graph)?;
        let shape = graph.shape(graph.inputs()[0]);
        let input = HostTensor::new(shape, vec![1.0; shape.elements()]);
        let work = plan.executed().unwrap_or_default();
        let timer = move |ctl: &Ctl| Ok(plan.time(std::slice::from_ref(&input), ctl)?.total_ns);
        Ok((Box::new(timer), work))
    }
}
