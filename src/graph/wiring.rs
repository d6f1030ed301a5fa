//! Which input channels an output channel reads, and with how much of its kernel.
//!
//! A convolution's kernel tensor is `[O, slots, k, k]`: output `o` holds `slots` two-dimensional
//! kernels. The wiring says which input channel each slot reads and whether the whole `k x k`
//! kernel or only its centre tap exists. Taps that do not exist cost nothing in any executor.

use std::sync::Arc;

/// How much of a two-dimensional kernel exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Extent {
    /// All `k x k` taps.
    Full,
    /// Only the centre tap (a 1x1 kernel); the others are zero by definition.
    Centre,
    /// Only the taps in the top left: a kernel of unequal sides in the corner of a square one.
    Corner {
        /// Rows of taps, at most `k`.
        rows: u16,
        /// Columns of taps, at most `k`.
        columns: u16,
    },
}

impl Extent {
    /// Whether a tap, counted row by row, exists in a kernel of side `kernel`.
    pub const fn has(self, kernel: usize, tap: usize) -> bool {
        match self {
            Self::Full => true,
            Self::Centre => tap == kernel * kernel / 2,
            Self::Corner { rows, columns } => tap / kernel < rows as usize && tap % kernel < columns as usize,
        }
    }

    /// The taps that exist, row by row.
    pub fn taps(self, kernel: usize) -> impl Iterator<Item = usize> {
        let all = match self {
            Self::Centre => kernel * kernel / 2..kernel * kernel / 2 + 1,
            Self::Full | Self::Corner { .. } => 0..kernel * kernel,
        };
        all.filter(move |&tap| self.has(kernel, tap))
    }

    /// How many taps exist.
    pub fn count(self, kernel: usize) -> usize {
        match self {
            Self::Full => kernel * kernel,
            Self::Centre => 1,
            Self::Corner { rows, columns } => kernel.min(rows.into()) * kernel.min(columns.into()),
        }
    }
}

/// One two-dimensional kernel of one output channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kernel2d {
    /// The input channel it reads.
    pub input: u32,
    /// Its place along the second axis of the kernel tensor.
    pub slot: u32,
    /// Which of its taps exist.
    pub extent: Extent,
}

/// The connections of a convolution.
#[derive(Clone, Debug, PartialEq)]
pub enum Wiring {
    /// `groups` contiguous groups: output `o` of `O` reads the inputs of block `floor(o * g / O)`
    /// with full kernels; `slots = I / g`. One group is the standard convolution, `I` groups the
    /// depthwise one.
    Grouped(usize),
    /// The kernels of every output channel, listed. For irregular operators: HetConv, topological
    /// subdivisioning, pruned 1x1 convolutions.
    Listed(Arc<ListedWiring>),
}

/// Kernels per output channel, in ascending order of their slots.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedWiring {
    /// Length of the kernel tensor's second axis.
    pub slots: usize,
    /// For each output channel its kernels.
    pub outputs: Vec<Vec<Kernel2d>>,
}

impl Wiring {
    /// Length of the kernel tensor's second axis, for `in_channels` inputs.
    pub fn slots(&self, in_channels: usize) -> usize {
        match self {
            Self::Grouped(groups) => in_channels / groups,
            Self::Listed(listed) => listed.slots,
        }
    }

    /// Calls `visit` with every kernel of output channel `o` of `out_channels`.
    pub fn for_each_kernel(
        &self,
        o: usize,
        in_channels: usize,
        out_channels: usize,
        mut visit: impl FnMut(Kernel2d),
    ) {
        match self {
            Self::Grouped(groups) => {
                let slots = in_channels / groups;
                let first = o * groups / out_channels * slots;
                for slot in 0..slots {
                    let (input, slot) = ((first + slot) as u32, slot as u32);
                    visit(Kernel2d { input, slot, extent: Extent::Full });
                }
            }
            Self::Listed(listed) => listed.outputs[o].iter().copied().for_each(visit),
        }
    }

    /// Number of taps that exist: multiply-adds per output pixel, and parameters without bias.
    pub fn taps(&self, kernel: usize, in_channels: usize, out_channels: usize) -> u64 {
        let full = (kernel * kernel) as u64;
        match self {
            Self::Grouped(groups) => full * (in_channels / groups * out_channels) as u64,
            Self::Listed(listed) => {
                listed.outputs.iter().flatten().map(|k| k.extent.count(kernel) as u64).sum()
            }
        }
    }
}
