//! Depthwise convolution: one kernel per channel, nothing between the channels.
//!
//! ```text
//! y[c, p, q] = b[c] + sum over u, v of  w[c, u, v] x[c, s p + u - pad, s q + v - pad]
//! ```
//!
//! * `x`: `[N, C, H, W]`, `w`: `[C, 1, k, k]`, `b`: `[C]`, `y`: `[N, C, H', W']`; stride `s`. With a
//!   channel multiplier `m` there are `m C` outputs, `m` for each input.
//!
//! Source: Sifre, Rigid-motion scattering, 2014; Howard et al., MobileNets, arXiv 1704.04861. Cost:
//! `H' W' k^2 C` multiply-adds, a share of `1/C` of the standard convolution; it moves as many bytes.

use super::equation::{below, kernel, of_standard};
use super::group::within_groups;
use super::{
    ConvVariant, Formula, Geometry, Lesson, Misfit, Output, Outputs, Setting, Settings, Shown, Step, Weights,
};
use crate::graph::{Builder, GraphError, NodeId, Weight, Wiring};
use crate::tensor::Shape;

/// Depthwise convolution.
#[derive(Debug)]
pub struct Depthwise;

impl ConvVariant for Depthwise {
    fn name(&self) -> &'static str {
        "depthwise"
    }

    fn settings(&self, _: &Geometry, _: &Settings) -> Vec<Setting> {
        vec![]
    }

    fn nearest(&self, g: Geometry) -> Geometry {
        Geometry { out_channels: g.in_channels, ..g }
    }

    fn fits(&self, g: &Geometry) -> Result<(), Misfit> {
        if g.kernel == 1 {
            return Err(Misfit::OneTap);
        }
        // More outputs than inputs: each input has several kernels (a channel multiplier).
        if g.out_channels.is_multiple_of(g.in_channels) { Ok(()) } else { Err(Misfit::ChannelsDiffer) }
    }

    fn lower(
        &self,
        g: &Geometry,
        _: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError> {
        let conv = g.conv(Wiring::Grouped(g.in_channels));
        let y = b.conv2d_of("conv", "weight", Some("bias"), inputs[0], conv, g.out_channels)?;
        Ok(vec![("output", Output::Map(y))])
    }

    fn equation(&self, g: &Geometry, _: &Settings) -> Vec<String> {
        let (o, multiplier) = (g.out_channels, g.out_channels / g.in_channels);
        let input = if multiplier > 1 { format!("⌊c/{multiplier}⌋") } else { "c".to_owned() };
        vec![
            format!("y[c] = W[c] ∗ x[{input}],   c = {}", below(o)),
            format!("W[c]: {}", kernel(g.kernel, g.stride)),
            format!("|W| = {o} · {}²{}", g.kernel, of_standard(o * g.area(), g)),
        ]
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Diagram, &[]),
            Step::new(Shown::Figure("connections"), &[]),
            Step::new(Shown::Figure("group_slider"), &[]),
            Step::new(Shown::Maps, &[]),
            Step::new(Shown::Diagram, &[]),
            Step::new(Shown::Maps, &[]),
        ];
        STEPS
    }

    fn figures(&self) -> &'static [&'static str] {
        &["group_slider", "connections"]
    }

    fn formula(&self, g: &Geometry, _: &Settings, input: Shape) -> Formula {
        Formula::of_weights(g.area() * g.out_channels, g.output(input))
    }

    /// Rule: each channel keeps the kernel with which it reads itself; the others are dropped. Limit:
    /// what the layer drew from other channels, nearly everything, is gone.
    fn derive(&self, g: &Geometry, _: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        within_groups(g, g.in_channels, kernel, bias)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::testing::run;

    #[test]
    #[rustfmt::skip] // as a map
    fn by_hand() {
        let one = [1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15., 16.];
        let x = [one, one].concat();
        // The first channel reads its left neighbour (no flip), the second the sum of the pixels above and
        // below: second row, second column 2 + 10 = 12.
        let w = [0., 0., 0., 1., 0., 0., 0., 0., 0.,  0., 1., 0., 0., 0., 0., 0., 1., 0.];
        let y = run(&Depthwise, Geometry::same(2, 2, 3, 1), &[], &[([1, 2, 4, 4], &x)], &[("weight", &w)]);
        assert_eq!(y, [[
            0., 1., 2., 3., 0., 5., 6., 7., 0., 9., 10., 11., 0., 13., 14., 15.,
            5., 6., 7., 8., 10., 12., 14., 16., 18., 20., 22., 24., 9., 10., 11., 12.,
        ]]);
    }
}
