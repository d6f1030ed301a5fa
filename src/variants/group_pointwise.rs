//! Group convolution followed by a pointwise one (GWC + PWC), without norm and activation between.
//!
//! ```text
//! t[j, p, q] = sum over i in group(j), u, v of  k[j, i, u, v] x[i, s p + u - pad, s q + v - pad]
//! y[o, p, q] = sum over j of                    w[o, j] t[j, p, q]
//! ```
//!
//! * `x`: `[N, I, H, W]`, `k`: `[I, I/g, k, k]`, `t`: `[N, I, H', W']`, `w`: `[O, I, 1, 1]`,
//!   `y`: `[N, O, H', W']`; the stride is the group half's; no shuffle. `g = I` is the
//!   depthwise-separable convolution.
//!
//! Source: the comparison operator of HetConv (arXiv 1903.04120) and others. Cost:
//! `H' W' (k^2 I^2/g + I O)` multiply-adds, a share of `1/g + 1/k^2` for `I = O`.

use nalgebra::DMatrix;

use super::equation::{below, kernel, of_standard};
use super::low_rank::low_rank;
use super::{
    ConvVariant, Formula, Geometry, Legal, Lesson, Misfit, Output, Outputs, Setting, Settings, Shown, Step,
    Weights,
};
use crate::graph::{Builder, GraphError, NodeId, Origin, Weight, Wiring};
use crate::tensor::Shape;

/// Group convolution, then pointwise convolution.
#[derive(Debug)]
pub struct GroupPointwise;

impl ConvVariant for GroupPointwise {
    fn name(&self) -> &'static str {
        "group_pointwise"
    }

    fn settings(&self, g: &Geometry, _: &Settings) -> Vec<Setting> {
        vec![Setting::new("groups", Legal::divisors(g.in_channels), 4.0)]
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
        let group = g.conv(Wiring::Grouped(s.integer("groups")));
        let t = b.conv2d("group", inputs[0], group, g.in_channels, false)?;
        Ok(vec![("output", Output::Map(b.pointwise("pointwise", t, g.out_channels)?))])
    }

    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        let (i, o, k, groups) = (g.in_channels, g.out_channels, g.kernel, s.integer("groups"));
        let members = i / groups;
        let same = match members {
            1 => "i = j".to_owned(),
            members if groups > 1 => format!("⌊i/{members}⌋ = ⌊j/{members}⌋"),
            _ => format!("i = {}", below(i)),
        };
        let count = of_standard(g.area() * i * members + i * o, g);
        vec![
            format!("t[j] = Σᵢ K[j,i] ∗ x[i],   {same},   K[j,i]: {}", kernel(k, g.stride)),
            format!("y[o] = Σⱼ P[o,j] · t[j],   j = {},   o = {}", below(i), below(o)),
            format!("|K| + |P| = {i} · {i}/{groups} · {k}² + {o} · {i}{count}"),
        ]
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Diagram, &[("groups", "4")]),
            Step::new(Shown::Diagram, &[("groups", "1")]),
            Step::new(Shown::Figure("connections"), &[("groups", "8")]),
            Step::new(Shown::Diagram, &[("groups", "64")]),
            Step::new(Shown::Figure("connections"), &[("groups", "4")]),
            Step::new(Shown::Maps, &[("groups", "4")]),
        ];
        STEPS
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        let (i, o) = (g.in_channels, g.out_channels);
        Formula::of_weights(g.area() * i * i / s.integer("groups") + i * o, g.output(input))
    }

    /// Rule: for each group the best approximation in the least-squares sense. The kernels from its
    /// `I/g` inputs to all outputs form a matrix `[O, k^2 I/g]`; its first `I/g` right singular vectors
    /// are the group's kernels, the pointwise weights are the projections on them. Limit: the
    /// outputs share `I/g` kernels per group; with as many groups as inputs one shape for each input.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let (i, o, groups) = (g.in_channels, g.out_channels, s.integer("groups"));
        let members = i / groups;
        let row_len = members * g.area();
        let mut group = Vec::with_capacity(i * row_len);
        let mut pointwise = vec![0.0; o * i];
        for first in (0..i).step_by(members) {
            let kernels = DMatrix::from_fn(o, row_len, |row, tap| {
                f64::from(kernel.values[(row * i + first) * g.area() + tap])
            });
            let (projections, shapes) = low_rank(&kernels, members);
            for (j, shape) in shapes.row_iter().enumerate() {
                group.extend(shape.iter().map(|&v| v as f32));
                for (row, projection) in projections.column(j).iter().enumerate() {
                    pointwise[row * i + first + j] = *projection as f32;
                }
            }
        }
        let mut weights = Weights::new();
        let mut put = |name: &str, dims: Vec<usize>, values| {
            weights.insert(name.into(), Weight::new(name, dims, values, Origin::Derived));
        };
        put("group.weight", vec![i, members, g.kernel, g.kernel], group);
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
        let ramp = [1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15., 16.];
        let x = [ramp, [1.0; 16], ramp.map(|v: f32| -v), [2.0; 16]].concat();
        let (zero, centre, ones) =
            ([0.0; 9], [0., 0., 0., 0., 1., 0., 0., 0., 0.], [1.0; 9]);
        // Channels between the halves: ramp + count of pixels, 1, 2 - ramp, 2 * count.
        let group = [centre, ones, zero, centre, centre, centre, zero, ones].concat();
        // Output 0 adds the first and the third: top left (1 + 4) + (2 - 1) = 6. Output 1 adds ten times the
        // second and the fourth: 10 + 2 * 4 = 18.
        let pointwise = [1., 0., 1., 0., 0., 10., 0., 1.];
        let y = run(&GroupPointwise, Geometry::same(4, 2, 3, 1), &[("groups", "2")], &[([1, 4, 4, 4], &x)],
            &[("group.weight", &group), ("pointwise.weight", &pointwise)]);
        assert_eq!(y, [[
            6., 8., 8., 6., 8., 11., 11., 8., 8., 11., 11., 8., 6., 8., 8., 6.,
            18., 22., 22., 18., 22., 28., 28., 22., 22., 28., 28., 22., 18., 22., 22., 18.,
        ]]);
    }
}
