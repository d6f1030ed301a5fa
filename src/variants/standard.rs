//! Standard convolution, with groups and dilation.
//!
//! ```text
//! y[o, p, q] = b[o] + sum over i in group(o), u, v of  w[o, i, u, v] x[i, s p + d u - pad, s q + d v - pad]
//! ```
//!
//! * `x`: `[N, I, H, W]`, `w`: `[O, I/g, k, k]`, `b`: `[O]`, `y`: `[N, O, H', W']`
//! * stride `s`, dilation `d`, `g` contiguous groups: output `o` reads block `floor(o g / O)`.
//!   `g = 1` is the standard convolution, `g = I` the depthwise one.
//!
//! Source: the definition that every framework shares. Cost: `H' W' k^2 I O / g` multiply-adds.

use super::group::within_groups;
use super::{
    ConvVariant, Formula, Geometry, Keys, Legal, Lesson, Misfit, Output, Outputs, Setting, Settings, Shown,
    Step, Weights,
};
use crate::graph::{Builder, Conv2d, GraphError, NodeId, Padding, Weight, Wiring};
use crate::tensor::Shape;

/// Standard convolution.
#[derive(Debug)]
pub struct Standard;

impl ConvVariant for Standard {
    fn name(&self) -> &'static str {
        "standard"
    }

    fn settings(&self, g: &Geometry, _: &Settings) -> Vec<Setting> {
        // A single tap has no distance to another.
        let dilations = if g.kernel == 1 { 1 } else { 8 };
        vec![
            Setting::new("groups", Legal::common_divisors(g.in_channels, g.out_channels), 1.0),
            Setting::new("dilation", Legal::range(1, dilations), 1.0),
        ]
    }

    fn keys(&self) -> Keys {
        Keys { padding: true, ..Keys::default() }
    }

    fn fits(&self, _: &Geometry) -> Result<(), Misfit> {
        Ok(())
    }

    fn lower(
        &self,
        g: &Geometry,
        s: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError> {
        let wiring = Wiring::Grouped(s.integer("groups"));
        let conv = Conv2d { dilation: s.integer("dilation"), ..g.conv(wiring) };
        let y = b.conv2d_of("conv", "weight", Some("bias"), inputs[0], conv, g.out_channels)?;
        Ok(vec![("output", Output::Map(y))])
    }

    /// In a network a dilated kernel gets more padding, so that the map keeps its size.
    fn embed(
        &self,
        g: &Geometry,
        s: &Settings,
        x: NodeId,
        b: &mut Builder<'_>,
    ) -> Result<NodeId, GraphError> {
        Ok(self.lower(&widened(g, s), s, &[x], b)?[0].1.node())
    }

    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        super::group::equation(g, s.integer("groups"), s.integer("dilation"))
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Diagram, &[]),
            Step::new(Shown::Figure("connections"), &[]),
            Step::new(Shown::Maps, &[]),
            Step::new(Shown::Figure("group_slider"), &[("groups", "2")]),
            Step::new(Shown::Figure("group_slider"), &[("groups", "64")]),
            Step::new(Shown::Maps, &[("dilation", "3")]),
            Step::new(Shown::Diagram, &[]),
        ];
        STEPS
    }

    fn figures(&self) -> &'static [&'static str] {
        &["group_slider", "connections"]
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        let weights = g.area() * g.in_channels * g.out_channels / s.integer("groups");
        Formula::of_weights(weights, g.output_dilated(input, s.integer("dilation")))
    }

    /// Rule: each output keeps the kernels of the inputs of its own group; the others are dropped.
    /// Dilation spreads the same taps. Limit: with `g` groups a share of `1 - 1/g` of the trained
    /// connections is gone, and nothing makes up for it.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        within_groups(g, s.integer("groups"), kernel, bias)
    }
}

fn widened(g: &Geometry, s: &Settings) -> Geometry {
    let extra = (s.integer("dilation") - 1) * (g.kernel - 1) / 2;
    let Padding { top, bottom, left, right } = g.padding;
    let padding =
        Padding { top: top + extra, bottom: bottom + extra, left: left + extra, right: right + extra };
    Geometry { padding, ..*g }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::testing::run;

    const X: [f32; 16] = [1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15., 16.];

    #[test]
    #[rustfmt::skip] // as a map
    fn by_hand() {
        // The Laplacian, with a bias of 1. Top left: 0 + 0 + 2 + 5 - 4 * 1 + 1 = 4. Second of the second
        // row: 2 + 5 + 7 + 10 - 4 * 6 + 1 = 1.
        let w = [0., 1., 0., 1., -4., 1., 0., 1., 0.];
        let y = run(&Standard, Geometry::same(1, 1, 3, 1), &[], &[([1, 1, 4, 4], &X)],
            &[("weight", &w), ("bias", &[1.0])]);
        assert_eq!(y, [[4., 3., 2., -4., -3., 1., 1., -8., -7., 1., 1., -12., -28., -17., -18., -36.]]);
    }

    #[test]
    #[rustfmt::skip] // as a map
    fn groups_stride_and_dilation_by_hand() {
        let mut x = X.to_vec();
        x.extend(X.map(|v| 10.0 * v));
        // The first group adds the pixel two up and two to the left: at (2, 2) 11 + 1 = 12. The second takes
        // the pixel two to the right minus the one two below it: at (0, 0) 10 * 3 - 10 * 11 = -80.
        let w = [1., 0., 0., 0., 1., 0., 0., 0., 0.,  0., 0., 0., 0., 0., 1., 0., 0., -1.];
        let g = Geometry { padding: Padding::even(2), ..Geometry::same(2, 2, 3, 2) };
        let y = run(&Standard, g, &[("groups", "2"), ("dilation", "2")], &[([1, 2, 4, 4], &x)],
            &[("weight", &w)]);
        assert_eq!(y, [[1., 3., 9., 12.,  -80., 0., 110., 0.]]);
    }
}
