//! Spatial bottleneck, arXiv 1608.04337 version 2 (2017).
//!
//! The channels are mixed at a lower resolution:
//!
//! ```text
//! low = projection * reduce(x)                          depthwise k x k with stride k, then 1x1
//! y[c, k p + u, k q + v] = low[c, p, q] expand[c, u, v]       depthwise transposed, stride k
//! ```
//!
//! * `x`, `y`: `[N, n, H, W]`, `reduce`, `expand`: `[n, 1, k, k]`, `projection`: `[n, n, 1, 1]`; no
//!   padding and no shortcut. `k` may be even.
//! * Sides that `k` does not divide (an extension): zeros are put below and to the right, and the
//!   result is cut to size.
//!
//! Cost: `H W (2 n + n^2 / k^2)` multiply-adds.

use super::equation::{below, widening};
use super::widen::{square, widen, widened};
use super::{
    ConvVariant, Formula, Geometry, Key, Keys, Legal, Lesson, Misfit, Output, Outputs, Setting, Settings,
    Shown, Step, Weights,
};
use crate::graph::{Builder, Conv2d, GraphError, NodeId, Origin, Padding, Weight, Wiring};
use crate::tensor::Shape;

/// Spatial bottleneck.
#[derive(Debug)]
pub struct SpatialBottleneck;

impl ConvVariant for SpatialBottleneck {
    fn name(&self) -> &'static str {
        "spatial_bottleneck"
    }

    fn settings(&self, _: &Geometry, _: &Settings) -> Vec<Setting> {
        vec![Setting::new("kernel", Legal::range(1, 8), 2.0)]
    }

    fn keys(&self) -> Keys {
        // The key `kernel` of the file is the setting: it need not be that of a layer it replaces.
        Keys::square(Key::Fixed(1))
    }

    fn nearest(&self, g: Geometry) -> Geometry {
        g.square(g.kernel)
    }

    fn figures(&self) -> &'static [&'static str] {
        &["down_up", "connections", "chain"]
    }

    fn fits(&self, g: &Geometry) -> Result<(), Misfit> {
        g.needs_stride_one()?;
        g.needs_same_padding()
    }

    fn lower(
        &self,
        g: &Geometry,
        s: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError> {
        let (n, k) = (g.in_channels, s.integer("kernel"));
        let Shape { h, w, .. } = b.shape(inputs[0]);
        let reduce = Conv2d {
            kernel: k,
            stride: k,
            padding: Padding {
                bottom: h.next_multiple_of(k) - h,
                right: w.next_multiple_of(k) - w,
                ..Padding::default()
            },
            dilation: 1,
            wiring: Wiring::Grouped(n),
        };
        let reduced = b.conv2d("reduce", inputs[0], reduce, n, false)?;
        let low = b.pointwise("projection", reduced, n)?;
        let y = b.depthwise_transpose("expand", low, k, h, w)?;
        Ok(vec![("output", Output::Map(y))])
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
        let (n, b) = (g.out_channels, s.integer("kernel"));
        let (first, summand, extra) = widening(g);
        let weights = 2 * n * b * b + n * n + extra;
        let macs = (2 * n + extra) as f64 + (n * n) as f64 / (b * b) as f64;
        let standard = g.in_channels * g.out_channels * g.area();
        let share = 100.0 * macs / standard as f64;
        let mut lines: Vec<String> = first.into_iter().collect();
        lines.push(format!("z = P · (R ∗ x),   R: {b}×{b}, s = {b},   P: {n}×{n}"));
        lines.push(format!("y[c, {b}p + u, {b}q + v] = z[c, p, q] · E[c, u, v],   u, v = {}", below(b)));
        lines.push(format!("|R| + |P| + |E| = {n} · {b}² + {n}² + {n} · {b}²{summand} = {weights}"));
        let rounded = if macs.fract() == 0.0 { format!("= {macs}") } else { format!("≈ {macs:.1}") };
        lines.push(format!("MAC/px = 2 · {n} + {n}²/{b}²{summand} {rounded} ≈ {share:.1} % · {standard}"));
        lines
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Diagram, &[("kernel", "2")]),
            Step::new(Shown::Figure("down_up"), &[("kernel", "2")]),
            Step::new(Shown::Figure("down_up"), &[("kernel", "4")]),
            Step::new(Shown::Diagram, &[("kernel", "2")]),
            Step::new(Shown::Figure("connections"), &[("kernel", "2")]),
            Step::new(Shown::Figure("down_up"), &[("kernel", "1")]),
        ];
        STEPS
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        let (n, k) = (g.in_channels, s.integer("kernel"));
        let low = input.h.div_ceil(k) * input.w.div_ceil(k);
        let macs = low * (n * k * k + n * n) + input.plane() * n;
        Formula { macs: (input.n * macs) as u64, params: (2 * n * k * k + n * n) as u64 }
    }

    /// Rule: `reduce` takes the mean, `expand` repeats, and the projection has the sums of the trained
    /// kernels' taps: an average pool, a pointwise convolution, an upsampling. Limit: everything finer
    /// than `k` pixels is gone.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let mut weights = Weights::new();
        let kernel = &widened(g, kernel, &mut weights);
        let (n, k) = (g.out_channels, s.integer("kernel"));
        let sums = kernel.values.chunks_exact(g.area()).map(|taps| taps.iter().sum()).collect();
        let mut put = |name: &str, dims: Vec<usize>, values| {
            weights.insert(name.into(), Weight::new(name, dims, values, Origin::Derived));
        };
        put("reduce.weight", vec![n, 1, k, k], vec![1.0 / (k * k) as f32; n * k * k]);
        put("projection.weight", vec![n, n, 1, 1], sums);
        put("expand.weight", vec![n, 1, k, k], vec![1.0; n * k * k]);
        weights.extend(bias.map(|b| ("projection.bias".into(), b.clone())));
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::testing::run;

    /// The worked example of the reference.
    #[test]
    #[rustfmt::skip] // as a map
    fn by_hand() {
        let x = [1., 2., 3., 4., 5., 6., 7., 8., 1., 0., 1., 0., 0., 1., 0., 1.];
        // Top left block: 1 * 1 + 2 * 2 + 3 * 5 + 4 * 6 = 44, times the projection 3 is 132; its pixels
        // are 132 times 1, 0, 0, 2.
        let y = run(&SpatialBottleneck, Geometry::same(1, 1, 1, 1), &[("kernel", "2")], &[([1, 1, 4, 4], &x)], &[
            ("reduce.weight", &[1., 2., 3., 4.]),
            ("projection.weight", &[3.]),
            ("expand.weight", &[1., 0., 0., 2.]),
        ]);
        assert_eq!(y, [[132., 0., 192., 0., 0., 264., 0., 384., 15., 0., 15., 0., 0., 30., 0., 30.]]);
    }
}
