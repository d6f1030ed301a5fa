//! Depthwise-separable convolution (MobileNet, arXiv 1704.04861, without norm and activation
//! between its halves).
//!
//! ```text
//! t[i, p, q] = sum over u, v of  d[i, u, v] x[i, s p + u - pad, s q + v - pad]     depthwise
//! y[o, p, q] = sum over i of     w[o, i] t[i, p, q]                                pointwise
//! ```
//!
//! * `x`: `[N, I, H, W]`, `d`: `[I, 1, k, k]`, `t`: `[N, I, H', W']`, `w`: `[O, I, 1, 1]`,
//!   `y`: `[N, O, H', W']`; the stride is the depthwise half's.
//!
//! Cost: `H' W' (k^2 I + I O)` multiply-adds, a share of `1/O + 1/k^2` of the standard convolution.

use nalgebra::DMatrix;

use super::equation::{below, kernel, of_standard};
use super::low_rank::low_rank;
use super::{
    ConvVariant, Formula, Geometry, Lesson, Misfit, Output, Outputs, Setting, Settings, Shown, Step, Weights,
};
use crate::graph::{Builder, GraphError, NodeId, Origin, Weight, Wiring};
use crate::tensor::Shape;

/// Depthwise convolution followed by a pointwise one.
#[derive(Debug)]
pub struct DepthwiseSeparable;

impl ConvVariant for DepthwiseSeparable {
    fn name(&self) -> &'static str {
        "depthwise_separable"
    }

    fn settings(&self, _: &Geometry, _: &Settings) -> Vec<Setting> {
        Vec::new()
    }

    fn fits(&self, g: &Geometry) -> Result<(), Misfit> {
        g.needs_odd_kernel_above_one()
    }

    fn lower(
        &self,
        g: &Geometry,
        _: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError> {
        let depthwise = g.conv(Wiring::Grouped(g.in_channels));
        let t = b.conv2d("depthwise", inputs[0], depthwise, g.in_channels, false)?;
        Ok(vec![("output", Output::Map(b.pointwise("pointwise", t, g.out_channels)?))])
    }

    fn equation(&self, g: &Geometry, _: &Settings) -> Vec<String> {
        let (i, o, k) = (g.in_channels, g.out_channels, g.kernel);
        vec![
            format!("t[i] = D[i] ∗ x[i],   i = {},   D[i]: {}", below(i), kernel(k, g.stride)),
            format!("y[o] = Σᵢ P[o,i] · t[i],   o = {},   P[o,i]: 1×1", below(o)),
            format!("|D| + |P| = {i} · {k}² + {o} · {i}{}", of_standard(i * g.area() + i * o, g)),
        ]
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Diagram, &[]),
            Step::new(Shown::Figure("connections"), &[]),
            Step::new(Shown::Maps, &[]),
            Step::new(Shown::Diagram, &[]),
            Step::new(Shown::Maps, &[]),
            Step::new(Shown::Diagram, &[]),
        ];
        STEPS
    }

    fn formula(&self, g: &Geometry, _: &Settings, input: Shape) -> Formula {
        Formula::of_weights(g.area() * g.in_channels + g.in_channels * g.out_channels, g.output(input))
    }

    /// Rule: for each input channel the best approximation in the least-squares sense. Its kernels
    /// for all outputs form a matrix `[O, k^2]`; the depthwise kernel is that matrix's first right
    /// singular vector, the pointwise weights are the projections on it. Limit: outputs that read
    /// the same input through differently shaped kernels now share one shape.
    fn derive(&self, g: &Geometry, _: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let (i, o, area) = (g.in_channels, g.out_channels, g.area());
        let mut depthwise = Vec::with_capacity(i * area);
        let mut pointwise = vec![0.0; o * i];
        for channel in 0..i {
            let kernels = DMatrix::from_fn(o, area, |row, tap| {
                f64::from(kernel.values[(row * i + channel) * area + tap])
            });
            let (projections, shape) = low_rank(&kernels, 1);
            depthwise.extend(shape.iter().map(|&v| v as f32));
            for (row, projection) in projections.iter().enumerate() {
                pointwise[row * i + channel] = *projection as f32;
            }
        }
        let mut weights = Weights::new();
        let mut put = |name: &str, dims: Vec<usize>, values| {
            weights.insert(name.into(), Weight::new(name, dims, values, Origin::Derived));
        };
        put("depthwise.weight", vec![i, 1, g.kernel, g.kernel], depthwise);
        put("pointwise.weight", vec![o, i, 1, 1], pointwise);
        weights.extend(bias.map(|b| ("pointwise.bias".into(), b.clone())));
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
        let mut x = vec![1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15., 16.];
        x.extend([1.0; 16]);
        // At stride 2 the first channel adds a pixel and the one below to the right: 1 + 6 = 7, 3 + 8 = 11,
        // 9 + 14 = 23, 11 + 16 = 27; the second counts its pixels: 4, 6, 6, 9. Output 0 is their difference,
        // top left 7 - 4 = 3.
        let depthwise = [0., 0., 0., 0., 1., 0., 0., 0., 1.,  1., 1., 1., 1., 1., 1., 1., 1., 1.];
        let pointwise = [1., -1., 0., 2., 1., 1.];
        let y = run(&DepthwiseSeparable, Geometry::same(2, 3, 3, 2), &[], &[([1, 2, 4, 4], &x)],
            &[("depthwise.weight", &depthwise), ("pointwise.weight", &pointwise)]);
        assert_eq!(y, [[3., 5., 17., 18.,  8., 12., 12., 18.,  11., 17., 29., 36.]]);
    }
}
