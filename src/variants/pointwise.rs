//! Pointwise convolution: a convolution of one tap, which mixes channels and sees no neighbours.
//!
//! ```text
//! y[o, p, q] = b[o] + sum over i of  w[o, i] x[i, s p, s q]
//! ```
//!
//! * `x`: `[N, I, H, W]`, `w`: `[O, I, 1, 1]`, `b`: `[O]`, `y`: `[N, O, H', W']`; stride `s`.
//!
//! Source: Lin et al., Network in Network, arXiv 1312.4400. Cost: `H' W' I O` multiply-adds, a share
//! of `1/k^2` of the standard convolution.

use super::equation::{below, kernel, of_standard};
use super::{
    ConvVariant, Formula, Geometry, Key, Keys, Lesson, Misfit, Output, Outputs, Setting, Settings, Shown,
    Step, Weights,
};
use crate::graph::{Builder, GraphError, NodeId, Origin, Weight, Wiring};
use crate::tensor::Shape;

/// Pointwise (1x1) convolution.
#[derive(Debug)]
pub struct Pointwise;

impl ConvVariant for Pointwise {
    fn name(&self) -> &'static str {
        "pointwise"
    }

    fn settings(&self, _: &Geometry, _: &Settings) -> Vec<Setting> {
        vec![]
    }

    fn keys(&self) -> Keys {
        Keys { kernel: Key::Fixed(1), ..Keys::default() }
    }

    fn nearest(&self, g: Geometry) -> Geometry {
        Geometry::same(g.in_channels, g.out_channels, 1, g.stride)
    }

    fn fits(&self, g: &Geometry) -> Result<(), Misfit> {
        g.needs_same_padding()
    }

    fn lower(
        &self,
        g: &Geometry,
        _: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError> {
        let conv = self.nearest(*g).conv(Wiring::Grouped(1));
        let y = b.conv2d_of("conv", "weight", Some("bias"), inputs[0], conv, g.out_channels)?;
        Ok(vec![("output", Output::Map(y))])
    }

    fn equation(&self, g: &Geometry, _: &Settings) -> Vec<String> {
        let (i, o) = (g.in_channels, g.out_channels);
        vec![
            format!("y[o] = Σᵢ W[o,i] · x[i],   o = {},   i = {}", below(o), below(i)),
            format!("W[o,i]: {}", kernel(1, g.stride)),
            format!("|W| = {o} · {i}{}", of_standard(i * o, g)),
        ]
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Diagram, &[]),
            Step::new(Shown::Figure("connections"), &[]),
            Step::new(Shown::Maps, &[]),
            Step::new(Shown::Diagram, &[]),
            Step::new(Shown::Figure("connections"), &[]),
        ];
        STEPS
    }

    fn formula(&self, g: &Geometry, _: &Settings, input: Shape) -> Formula {
        Formula::of_weights(g.in_channels * g.out_channels, g.output(input))
    }

    /// Rule: each `k x k` kernel becomes the sum of its taps, so that a constant input gives the same
    /// output as before. Limit: edges and texture inside the kernel are gone.
    fn derive(&self, g: &Geometry, _: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let sums = kernel.values.chunks_exact(g.area()).map(|taps| taps.iter().sum()).collect();
        let mut weights = Weights::new();
        let dims = vec![g.out_channels, g.in_channels, 1, 1];
        weights.insert("weight".into(), Weight::new("weight", dims, sums, Origin::Derived));
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
        let x = [
            1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15., 16.,
            16., 15., 14., 13., 12., 11., 10., 9., 8., 7., 6., 5., 4., 3., 2., 1.,
        ];
        // Stride 2 reads the pixels (0, 0), (0, 2), (2, 0), (2, 2): 1, 3, 9, 11 and 16, 14, 8, 6. The last one
        // of the second output: 2 * 11 - 6 - 1 = 15.
        let y = run(&Pointwise, Geometry::same(2, 2, 1, 2), &[], &[([1, 2, 4, 4], &x)],
            &[("weight", &[1., 1., 2., -1.]), ("bias", &[0.5, -1.0])]);
        assert_eq!(y, [[17.5, 17.5, 17.5, 17.5,  -15., -9., 9., 15.]]);
    }
}
