//! Heterogeneous kernels (HetConv), arXiv 1903.04120, CVPR 2019.
//!
//! An ordinary convolution in which each filter has `k x k` kernels on every `P`-th input channel
//! and 1x1 kernels on the others, shifted by one channel from filter to filter:
//!
//! ```text
//! kernel(o, i) is k x k   iff  (i - o) mod P = 0     (Euclidean mod, both from 0)
//! kernel(o, i) is 1 x 1   otherwise: only the centre tap exists
//! ```
//!
//! * `x`: `[N, I, H, W]`, `w`: `[O, I, k, k]`, zero off-centre where the kernel is 1x1,
//!   `y`: `[N, O, H', W']`. `P` need not divide `I` or `O`.
//!
//! Cost: `H' W' O (k^2 I/P + I - I/P)` multiply-adds where `P` divides `I`, a share of
//! `1/P + (1 - 1/P) / k^2`; counted from the layout otherwise.

use std::sync::Arc;

use super::{ConvVariant, Formula, Geometry, Legal, Misfit, Setting, Settings, Weights};
use crate::graph::{
    Builder, Conv2d, Extent, GraphError, Kernel2d, ListedWiring, NodeId, Origin, Weight, Wiring,
};
use crate::tensor::Shape;

/// Convolution with `k x k` and 1x1 kernels in every filter.
#[derive(Debug)]
pub struct HetConv;

/// Whether filter `o` has a `k x k` kernel on input `i`.
fn is_full(o: usize, i: usize, part: usize) -> bool {
    o % part == i % part
}

impl ConvVariant for HetConv {
    fn name(&self) -> &'static str {
        "hetconv"
    }

    fn settings(&self, g: &Geometry) -> Vec<Setting> {
        vec![Setting::new("part", Legal::range(1, g.in_channels), 4.0)]
    }

    fn fits(&self, g: &Geometry) -> Result<(), Misfit> {
        g.needs_odd_kernel_above_one()
    }

    fn lower(
        &self,
        g: &Geometry,
        s: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Vec<(&'static str, NodeId)>, GraphError> {
        let part = s.integer("part");
        let kernel = |o: usize, i: usize| Kernel2d {
            input: i as u32,
            slot: i as u32,
            extent: if is_full(o, i, part) { Extent::Full } else { Extent::Centre },
        };
        let outputs =
            (0..g.out_channels).map(|o| (0..g.in_channels).map(|i| kernel(o, i)).collect()).collect();
        let conv = Conv2d {
            kernel: g.kernel,
            stride: g.stride,
            padding: g.padding,
            dilation: 1,
            wiring: Wiring::Listed(Arc::new(ListedWiring { slots: g.in_channels, outputs })),
        };
        Ok(vec![("output", b.conv2d_of("conv", "weight", Some("bias"), inputs[0], conv, g.out_channels)?)])
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        let part = s.integer("part");
        // Kernels k x k: for each residue mod P the filters that have it times the inputs that have it.
        let of_residue = |n: usize, r: usize| (n + part - 1 - r) / part;
        let full: usize =
            (0..part).map(|r| of_residue(g.out_channels, r) * of_residue(g.in_channels, r)).sum();
        let params = (full * (g.area() - 1) + g.in_channels * g.out_channels) as u64;
        Formula { macs: input.n as u64 * g.output_pixels(input.h, input.w, 1) * params, params }
    }

    /// Rule: the `k x k` kernels are kept; each 1x1 kernel is the sum of the trained kernel's taps,
    /// so that a constant input gives the same output as before. Limit: what the dropped taps did
    /// on edges and texture is gone.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let (part, area) = (s.integer("part"), g.area());
        let mut values = kernel.values.to_vec();
        for (place, taps) in values.chunks_exact_mut(area).enumerate() {
            let (o, i) = (place / g.in_channels, place % g.in_channels);
            if !is_full(o, i, part) {
                let sum = taps.iter().sum();
                taps.fill(0.0);
                taps[area / 2] = sum;
            }
        }
        let mut weights = Weights::new();
        let dims = kernel.dims.clone();
        weights.insert("weight".into(), Weight::new("weight", dims, values, Origin::Derived));
        weights.extend(bias.map(|b| ("bias".into(), b.clone())));
        weights
    }
}
