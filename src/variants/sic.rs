//! Single intra-channel convolution (SIC), arXiv 1608.04337, ICCV workshops 2017.
//!
//! `b` times a depthwise convolution and a projection with a shortcut around both:
//!
//! ```text
//! A = x;  repeat t = 0 .. b:   A = relu(A + P_t * depthwise_t(A));   y = A
//! ```
//!
//! * `x`, `y`: `[N, n, H, W]`, `intra.t`: `[n, 1, k, k]`, `projection.t`: `[n, n, 1, 1]`. Stride 1,
//!   zero padding `(k - 1)/2`; nothing between the depthwise convolution and the projection.
//! * The input may be negative and enters the first sum as it is.
//!
//! Cost: `H W b (n k^2 + n^2)` multiply-adds, a share of `b (1/n + 1/k^2)`. Its receptive field is
//! `b (k - 1) + 1`.

use nalgebra::DMatrix;

use super::equation::{below, of_standard, widening};
use super::low_rank::low_rank;
use super::widen::{square, widen, widened};
use super::{
    ConvVariant, Formula, Geometry, Key, Keys, Legal, Lesson, Misfit, Output, Outputs, Setting, Settings,
    Shown, Step, Weights,
};
use crate::graph::{Activation, Builder, GraphError, NodeId, Origin, Weight, Wiring};
use crate::tensor::Shape;

/// Single intra-channel convolution.
#[derive(Debug)]
pub struct Sic;

impl ConvVariant for Sic {
    fn name(&self) -> &'static str {
        "sic"
    }

    fn settings(&self, _: &Geometry, _: &Settings) -> Vec<Setting> {
        vec![Setting::new("iterations", Legal::range(1, 8), 2.0)]
    }

    fn keys(&self) -> Keys {
        Keys::square(Key::Named("kernel"))
    }

    fn nearest(&self, g: Geometry) -> Geometry {
        g.square(g.kernel)
    }

    fn figures(&self) -> &'static [&'static str] {
        &["iterations", "connections", "chain"]
    }

    fn fits(&self, g: &Geometry) -> Result<(), Misfit> {
        g.needs_stride_one()?;
        g.needs_odd_kernel_above_one()?;
        g.needs_same_padding()
    }

    fn lower(
        &self,
        g: &Geometry,
        s: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError> {
        let n = g.in_channels;
        let mut a = inputs[0];
        for t in 0..s.integer("iterations") {
            let intra = b.conv2d(&format!("intra.{t}"), a, g.conv(Wiring::Grouped(n)), n, false)?;
            let projected = b.pointwise(&format!("projection.{t}"), intra, n)?;
            let sum = b.add(&format!("sum.{t}"), a, projected)?;
            a = b.activation(&format!("relu.{t}"), sum, Activation::Relu)?;
        }
        Ok(vec![("output", Output::Map(a))])
    }

    /// A layer that changes the channels gets a 1x1 convolution in front: see [`super::widen`].
    fn embed(
        &self,
        g: &Geometry,
        s: &Settings,
        x: NodeId,
        b: &mut Builder<'_>,
    ) -> Result<NodeId, GraphError> {
        let x = widen(g, x, b)?;
        Ok(self.lower(&square(g), s, &[x], b)?[0].1.node())
    }

    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        let (n, k, b) = (g.out_channels, g.kernel, s.integer("iterations"));
        let (first, summand, extra) = widening(g);
        let (reach, count) = (b * (k - 1) + 1, b * (n * g.area() + n * n) + extra);
        let mut lines: Vec<String> = first.into_iter().collect();
        lines.push(format!("A = x;   A ← ReLU(A + P(t) · (D(t) ∗ A)),   t = {}", below(b)));
        lines.push(format!("D(t)[c]: {k}×{k},   P(t): {n}×{n},   b = {b} → {reach}×{reach}"));
        lines.push(format!("|D| + |P| = {b} · ({n} · {k}² + {n}²){summand}{}", of_standard(count, g)));
        lines
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Diagram, &[("iterations", "1")]),
            Step::new(Shown::Diagram, &[("iterations", "2")]),
            Step::new(Shown::Figure("iterations"), &[("iterations", "4")]),
            Step::new(Shown::Figure("connections"), &[("iterations", "2")]),
            Step::new(Shown::Diagram, &[("iterations", "4")]),
            Step::new(Shown::Maps, &[("iterations", "2")]),
        ];
        STEPS
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        let n = g.in_channels;
        Formula::of_weights(s.integer("iterations") * (n * g.area() + n * n), g.output(input))
    }

    /// Rule: the first iteration takes the trained kernel minus the shortcut (the identity), by the
    /// best rank-1 approximation for each input channel; the others start without a projection, so
    /// that they do nothing. Limit: one shape per input channel, and the ReLU cannot be undone: the
    /// layer's negative outputs become 0.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let mut weights = Weights::new();
        let kernel = &widened(g, kernel, &mut weights);
        let (n, area) = (g.out_channels, g.area());
        let mut put = |name: String, dims: Vec<usize>, values| {
            weights.insert(name.clone(), Weight::new(name, dims, values, Origin::Derived));
        };
        let (mut intra, mut projection) = (Vec::with_capacity(n * area), vec![0.0; n * n]);
        for channel in 0..n {
            let kernels = DMatrix::from_fn(n, area, |row, tap| {
                let shortcut = if row == channel && tap == area / 2 { 1.0 } else { 0.0 };
                f64::from(kernel.values[(row * n + channel) * area + tap]) - shortcut
            });
            let (projections, shape) = low_rank(&kernels, 1);
            intra.extend(shape.iter().map(|&v| v as f32));
            for (row, value) in projections.iter().enumerate() {
                projection[row * n + channel] = *value as f32;
            }
        }
        for t in 0..s.integer("iterations") {
            let (intra, projection) = if t == 0 {
                (std::mem::take(&mut intra), std::mem::take(&mut projection))
            } else {
                let centre = |place: usize| if place % area == area / 2 { 1.0 } else { 0.0 };
                ((0..n * area).map(centre).collect(), vec![0.0; n * n])
            };
            put(format!("intra.{t}.weight"), vec![n, 1, g.kernel, g.kernel], intra);
            put(format!("projection.{t}.weight"), vec![n, n, 1, 1], projection);
        }
        weights.extend(bias.map(|b| ("projection.0.bias".into(), b.clone())));
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::testing::run;

    /// The worked example of the reference: every depthwise kernel has the rows -1, 0, 1.
    #[test]
    fn by_hand() {
        let x = [1., 0., 2., 0., 1., 0., 3., 0., 1., 0., 1., 0., 2., 0., 1., 0., 1., 0.];
        let intra = [-1., 0., 1.].repeat(6);
        let weights: [(&str, &[f32]); 4] = [
            ("intra.0.weight", &intra),
            ("projection.0.weight", &[1., -1., 2., 1.]),
            ("intra.1.weight", &intra),
            ("projection.1.weight", &[0., 1., -1., 1.]),
        ];
        let g = Geometry::same(2, 2, 3, 1);
        let y = run(&Sic, g, &[("iterations", "2")], &[([1, 2, 3, 3], &x)], &weights);
        // Top left after one iteration: depthwise 0 + 1 = 1 and 1 + 0 = 1, so relu(1 + 1 - 1) = 1 and
        // relu(0 + 2 + 1) = 3.
        assert_eq!(y, [[3., 0., 0., 2., 0., 0., 3., 0., 1., 2., 0., 1., 5., 0., 1., 2., 0., 1.]]);
        let y = run(&Sic, g, &[("iterations", "1")], &[([1, 2, 3, 3], &x)], &weights[..2]);
        assert_eq!((y[0][0], y[0][9]), (1.0, 3.0));
    }

    #[test]
    fn the_shortcut_takes_a_negative_input_as_it_is() {
        // x = -5, depthwise tap -2, projection 1: relu(-5 + 10) = 5; with tap 0: relu(-5) = 0.
        let g = Geometry::same(1, 1, 1, 1);
        let y = |tap: f32| {
            let weights: [(&str, &[f32]); 2] = [("intra.0.weight", &[tap]), ("projection.0.weight", &[1.0])];
            run(&Sic, g, &[("iterations", "1")], &[([1, 1, 1, 1], &[-5.0])], &weights)
        };
        assert_eq!((y(-2.0), y(0.0)), (vec![vec![5.0]], vec![vec![0.0]]));
    }
}
