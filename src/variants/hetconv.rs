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
//! With the order `block`, of the authors' published code, each of `P` contiguous blocks of filters has
//! its `k x k` kernels on one contiguous block of inputs instead: the same layer up to a permutation of
//! the channels where `P` divides `I` and `O`.
//!
//! * `x`: `[N, I, H, W]`, `w`: `[O, I, k, k]`, zero off-centre where the kernel is 1x1,
//!   `y`: `[N, O, H', W']`. `P` need not divide `I` or `O`.
//!
//! Cost: `H' W' O (k^2 I/P + I - I/P)` multiply-adds where `P` divides `I`, a share of
//! `1/P + (1 - 1/P) / k^2`; counted from the layout otherwise.

use std::sync::Arc;

use super::equation::{below, of_standard};
use super::{
    ConvVariant, Formula, Geometry, Legal, Lesson, Misfit, Output, Outputs, Setting, Settings, Shown, Step,
    Weights,
};
use crate::graph::{Builder, Extent, GraphError, Kernel2d, ListedWiring, NodeId, Origin, Weight, Wiring};
use crate::tensor::Shape;

/// Convolution with `k x k` and 1x1 kernels in every filter.
#[derive(Debug)]
pub struct HetConv;

/// The layout of the kernels of one layer.
struct Layout {
    part: usize,
    in_channels: usize,
    out_channels: usize,
    block: bool,
}

impl Layout {
    fn new(g: &Geometry, s: &Settings) -> Self {
        Self {
            part: s.integer("part"),
            in_channels: g.in_channels,
            out_channels: g.out_channels,
            block: s.is("order", "block"),
        }
    }

    /// Which of the `P` patterns channel `c` of `channels` belongs to.
    const fn pattern(&self, c: usize, channels: usize) -> usize {
        if self.block { c * self.part / channels } else { c % self.part }
    }

    /// Whether filter `o` has a `k x k` kernel on input `i`.
    const fn is_full(&self, o: usize, i: usize) -> bool {
        self.pattern(o, self.out_channels) == self.pattern(i, self.in_channels)
    }
}

impl ConvVariant for HetConv {
    fn name(&self) -> &'static str {
        "hetconv"
    }

    fn settings(&self, g: &Geometry, _: &Settings) -> Vec<Setting> {
        vec![
            Setting::new("part", Legal::range(1, g.in_channels), 4.0),
            Setting::choice("order", &["shifted", "block"]),
        ]
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
    ) -> Result<Outputs, GraphError> {
        // The weight first: a file that has none costs no list of kernels.
        let weight = b.weight("weight", &[g.out_channels, g.in_channels, g.kernel, g.kernel])?;
        let bias = b.weight_if_given("bias", &[g.out_channels])?;
        let layout = Layout::new(g, s);
        let kernel = |o: usize, i: usize| Kernel2d {
            input: i as u32,
            slot: i as u32,
            extent: if layout.is_full(o, i) { Extent::Full } else { Extent::Centre },
        };
        let outputs =
            (0..g.out_channels).map(|o| (0..g.in_channels).map(|i| kernel(o, i)).collect()).collect();
        let conv = g.conv(Wiring::Listed(Arc::new(ListedWiring { slots: g.in_channels, outputs })));
        let y = b.conv2d_with("conv", inputs[0], conv, g.out_channels, weight, bias)?;
        Ok(vec![("output", Output::Map(y))])
    }

    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        let (i, o, k, part) = (g.in_channels, g.out_channels, g.kernel, s.integer("part"));
        let weights = self.formula(g, s, Shape::new(1, i, k, k)).params as usize;
        // A kernel of one tap is 1x1 everywhere.
        let full = (weights - i * o) / (g.area() - 1).max(1);
        let rule = match s.is("order", "block") {
            true => format!("⌊{part}·m/{i}⌋ = ⌊{part}·f/{o}⌋"),
            false => format!("(m − f) mod {part} = 0"),
        };
        let sum = if i.is_multiple_of(part) && full * part == i * o {
            format!("{o} · ({} · {k}² + {} · 1²)", i / part, i - i / part)
        } else {
            // Filters differ: the sum over all of them.
            format!("{full} · {k}² + {} · 1²", i * o - full)
        };
        let stride = if g.stride > 1 { format!(",   s = {}", g.stride) } else { String::new() };
        vec![
            format!("y[f] = Σₘ W[f,m] ∗ x[m],   f = {},   m = {}{stride}", below(o), below(i)),
            format!("W[f,m]: {k}×{k}  ⇔  {rule},   else 1×1"),
            format!("|W| = {sum}{}", of_standard(weights, g)),
        ]
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Figure("kernel_grid"), &[("part", "1"), ("order", "shifted")]),
            Step::new(Shown::Figure("kernel_grid"), &[("part", "4"), ("order", "shifted")]),
            Step::new(Shown::Figure("one_filter"), &[("part", "4"), ("order", "shifted")]),
            Step::new(Shown::Figure("kernel_grid"), &[("part", "4"), ("order", "shifted")]),
            Step::new(Shown::Figure("kernel_grid"), &[("part", "4"), ("order", "block")]),
            Step::new(Shown::Figure("speedup_p"), &[("part", "8"), ("order", "shifted")]),
            Step::new(Shown::Figure("speedup_p"), &[("part", "4"), ("order", "shifted")]),
            Step::new(Shown::Diagram, &[("part", "4"), ("order", "shifted")]),
        ];
        STEPS
    }

    fn figures(&self) -> &'static [&'static str] {
        &["kernel_grid", "one_filter", "speedup_p", "connections"]
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        let layout = Layout::new(g, s);
        // Kernels k x k: for each pattern the filters that have it times the inputs that have it.
        let mut members = vec![(0, 0); layout.part];
        (0..g.out_channels).for_each(|o| members[layout.pattern(o, g.out_channels)].0 += 1);
        (0..g.in_channels).for_each(|i| members[layout.pattern(i, g.in_channels)].1 += 1);
        let full: usize = members.iter().map(|(filters, inputs)| filters * inputs).sum();
        Formula::of_weights(full * (g.area() - 1) + g.in_channels * g.out_channels, g.output(input))
    }

    /// Rule: the `k x k` kernels are kept; each 1x1 kernel is the sum of the trained kernel's taps,
    /// so that a constant input gives the same output as before. Limit: what the dropped taps did
    /// on edges and texture is gone.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let (layout, area) = (Layout::new(g, s), g.area());
        let mut values = kernel.values.to_vec();
        for (place, taps) in values.chunks_exact_mut(area).enumerate() {
            let (o, i) = (place / g.in_channels, place % g.in_channels);
            if !layout.is_full(o, i) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::testing::run;

    #[test]
    #[rustfmt::skip] // as a map
    fn by_hand() {
        let x = [[1.0; 16], [10.0; 16]].concat();
        // P = 2: filter 0 sums the 3x3 pixels of input 0 and takes the centre tap, 2, of input 1: top left
        // 4 * 1 + 2 * 10 = 24. Filter 1 is shifted: 3 * 1 + 4 * 10 = 43. The taps of 99 do not exist.
        let w = [
            1., 1., 1., 1., 1., 1., 1., 1., 1.,  99., 99., 99., 99., 2., 99., 99., 99., 99.,
            99., 99., 99., 99., 3., 99., 99., 99., 99.,  1., 1., 1., 1., 1., 1., 1., 1., 1.,
        ];
        let g = Geometry::same(2, 2, 3, 1);
        let y = run(&HetConv, g, &[("part", "2")], &[([1, 2, 4, 4], &x)], &[("weight", &w)]);
        assert_eq!(y, [[
            24., 26., 26., 24., 26., 29., 29., 26., 26., 29., 29., 26., 24., 26., 26., 24.,
            43., 63., 63., 43., 63., 93., 93., 63., 63., 93., 93., 63., 43., 63., 63., 43.,
        ]]);
    }

    #[test]
    fn which_kernels_are_full_is_a_euclidean_remainder() {
        // 3 inputs, 4 filters, P = 4: filter 3 has no full kernel, and (0 - 1) mod 4 is 3, not -1.
        let layout = Layout { part: 4, in_channels: 3, out_channels: 4, block: false };
        let full: Vec<Vec<bool>> = (0..4).map(|o| (0..3).map(|i| layout.is_full(o, i)).collect()).collect();
        assert_eq!(full[0], [true, false, false]);
        assert_eq!(full[1], [false, true, false]);
        assert_eq!(full[2], [false, false, true]);
        assert_eq!(full[3], [false, false, false]);
    }
}
