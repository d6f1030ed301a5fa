//! Group convolution: the channels are cut into groups that do not see each other.
//!
//! ```text
//! y[o, p, q] = b[o] + sum over i in group(o), u, v of  w[o, i, u, v] x[i, s p + u - pad, s q + v - pad]
//! ```
//!
//! * `x`: `[N, I, H, W]`, `w`: `[O, I/g, k, k]`, `b`: `[O]`, `y`: `[N, O, H', W']`; stride `s`.
//! * `g` contiguous groups: output `o` reads block `floor(o g / O)`.
//!
//! Source: Krizhevsky et al., ImageNet classification, 2012; Xie et al., ResNeXt, arXiv 1611.05431.
//! Cost: `H' W' k^2 I O / g` multiply-adds, a share of `1/g` of the standard convolution.

use super::equation::{below, kernel, of_standard};
use super::{
    ConvVariant, Formula, Geometry, Legal, Lesson, Misfit, Output, Outputs, Setting, Settings, Shown, Step,
    Weights,
};
use crate::graph::{Builder, GraphError, NodeId, Origin, Weight, Wiring};
use crate::tensor::Shape;

/// Group convolution.
#[derive(Debug)]
pub struct Group;

impl ConvVariant for Group {
    fn name(&self) -> &'static str {
        "group"
    }

    fn settings(&self, g: &Geometry, _: &Settings) -> Vec<Setting> {
        vec![Setting::new("groups", Legal::common_divisors(g.in_channels, g.out_channels), 4.0)]
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
        let conv = g.conv(Wiring::Grouped(s.integer("groups")));
        let y = b.conv2d_of("conv", "weight", Some("bias"), inputs[0], conv, g.out_channels)?;
        Ok(vec![("output", Output::Map(y))])
    }

    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        equation(g, s.integer("groups"), 1)
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Diagram, &[("groups", "2")]),
            Step::new(Shown::Figure("connections"), &[("groups", "4")]),
            Step::new(Shown::Figure("group_slider"), &[("groups", "8")]),
            Step::new(Shown::Figure("group_slider"), &[("groups", "64")]),
            Step::new(Shown::Maps, &[("groups", "4")]),
            Step::new(Shown::Figure("connections"), &[("groups", "4")]),
        ];
        STEPS
    }

    fn figures(&self) -> &'static [&'static str] {
        &["group_slider", "connections"]
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        Formula::of_weights(g.area() * g.in_channels * g.out_channels / s.integer("groups"), g.output(input))
    }

    /// Rule: each output keeps the kernels of the inputs of its own group; the others are dropped.
    /// Limit: a share of `1 - 1/g` of the trained connections is gone, and nothing makes up for it.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        within_groups(g, s.integer("groups"), kernel, bias)
    }
}

/// The equation of a convolution with this many groups and this dilation.
pub(super) fn equation(g: &Geometry, groups: usize, dilation: usize) -> Vec<String> {
    let (i, o, k) = (g.in_channels, g.out_channels, g.kernel);
    let mut lines = vec![format!("y[o] = Σᵢ W[o,i] ∗ x[i],   o = {},   i = {}", below(o), below(i))];
    if groups > 1 {
        let group = |name: &str, members: usize| match members {
            1 => name.to_owned(),
            members => format!("⌊{name}/{members}⌋"),
        };
        lines.push(format!("W[o,i] ≠ 0  ⇔  {} = {}", group("i", i / groups), group("o", o / groups)));
    }
    let mut taps = format!("W[o,i]: {}", kernel(k, g.stride));
    if dilation > 1 {
        let reach = dilation * (k - 1) + 1;
        taps.push_str(&format!(", d = {dilation} → {reach}×{reach}"));
    }
    lines.push(taps);
    let share = if groups > 1 { format!("{i}/{groups}") } else { i.to_string() };
    let count = of_standard(g.area() * i * o / groups, g);
    lines.push(format!("|W| = {o} · {share} · {k}²{count}"));
    lines
}

/// The kernels of a dense convolution that stay inside `groups` groups.
pub(super) fn within_groups(g: &Geometry, groups: usize, kernel: &Weight, bias: Option<&Weight>) -> Weights {
    let slots = g.in_channels / groups;
    let mut values = Vec::with_capacity(g.out_channels * slots * g.area());
    for o in 0..g.out_channels {
        let first = o * groups / g.out_channels * slots;
        let start = (o * g.in_channels + first) * g.area();
        values.extend_from_slice(&kernel.values[start..start + slots * g.area()]);
    }
    let dims = vec![g.out_channels, slots, g.kernel, g.kernel];
    let mut weights = Weights::new();
    weights.insert("weight".into(), Weight::new("weight", dims, values, Origin::Derived));
    weights.extend(bias.map(|b| ("bias".into(), b.clone())));
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::testing::run;

    #[test]
    #[rustfmt::skip] // as a map
    fn by_hand() {
        let ramp = [1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15., 16.];
        let x = [[1.0; 16], ramp, [2.0; 16], ramp.map(|v: f32| -v)].concat();
        // Output 0 sums the 3x3 pixels of input 0 and adds input 1: top left 4 * 1 + 1 = 5, second row and
        // column 9 * 1 + 6 = 15. Output 1 adds input 2 and three times input 3: top left 2 - 3 * 1 = -1.
        let w = [
            1., 1., 1., 1., 1., 1., 1., 1., 1.,  0., 0., 0., 0., 1., 0., 0., 0., 0.,
            0., 0., 0., 0., 1., 0., 0., 0., 0.,  0., 0., 0., 0., 3., 0., 0., 0., 0.,
        ];
        let g = Geometry::same(4, 2, 3, 1);
        let y = run(&Group, g, &[("groups", "2")], &[([1, 4, 4, 4], &x)], &[("weight", &w)]);
        assert_eq!(y, [[
            5., 8., 9., 8., 11., 15., 16., 14., 15., 19., 20., 18., 17., 20., 21., 20.,
            -1., -4., -7., -10., -13., -16., -19., -22., -25., -28., -31., -34., -37., -40., -43., -46.,
        ]]);
    }
}
