//! Learned group convolution (LGC) of CondenseNet, arXiv 1711.09224, CVPR 2018.
//!
//! A 1x1 convolution in which each group of outputs keeps a part of the inputs, chosen by the trained
//! weights:
//!
//! ```text
//! group(o) = o mod G          each group keeps the I/C inputs j with the largest
//!                             sum over o in the group of |w[o, j]|;  its other weights are zero
//! y[o] = sum over the kept j of  w[o, j] x[j]
//! ```
//!
//! * `x`: `[N, I, H, W]`, `w`: `[O, I]` dense, `y`: `[N, O, H, W]`. `G` divides `O`, `C` divides `I`.
//! * Masked form (as it is trained): a 1x1 convolution whose dropped weights do not exist. Converted
//!   form (as it is deployed): gather the kept inputs group by group, group convolution, shuffle the
//!   outputs back. The two are equal; `G` and `C` need not be.
//!
//! Cost: `H W O I / C` multiply-adds, a share of `1/C` of the pointwise convolution.

use std::sync::Arc;

use super::equation::{below, of_standard};
use super::selection::{dense, kept, place_in_groups};
use super::{
    ConvVariant, Formula, Geometry, Key, Keys, Legal, Lesson, Misfit, Output, Outputs, Setting, Settings,
    Shown, Step, Weights,
};
use crate::graph::{Builder, Extent, GraphError, Kernel2d, ListedWiring, NodeId, Weight, Wiring};
use crate::tensor::Shape;

/// Learned group convolution.
#[derive(Debug)]
pub struct LearnedGroup;

/// The forms of a pruned 1x1 convolution.
pub(super) const FORMS: &[&str] = &["masked", "converted"];

impl ConvVariant for LearnedGroup {
    fn name(&self) -> &'static str {
        "learned_group"
    }

    fn settings(&self, g: &Geometry, _: &Settings) -> Vec<Setting> {
        vec![
            Setting::new("groups", Legal::divisors(g.out_channels), 8.0),
            Setting::new("condensation", Legal::divisors(g.in_channels), 8.0),
            Setting::choice("form", FORMS),
        ]
    }

    fn keys(&self) -> Keys {
        Keys { kernel: Key::Fixed(1), stride: Key::Fixed(1), ..Keys::default() }
    }

    fn nearest(&self, g: Geometry) -> Geometry {
        Geometry::same(g.in_channels, g.out_channels, 1, 1)
    }

    fn fits(&self, g: &Geometry) -> Result<(), Misfit> {
        g.needs_pointwise()?;
        g.needs_same_padding()
    }

    fn lower(
        &self,
        g: &Geometry,
        s: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError> {
        let (i, o, groups) = (g.in_channels, g.out_channels, s.integer("groups"));
        let weight = b.weight("weight", &[o, i])?;
        let bias = b.weight_if_given("bias", &[o])?;
        let keep = i / s.integer("condensation");
        let kept = kept(groups, o, i, keep, |output, input| weight.values[output * i + input]);
        if s.is("form", "converted") {
            return converted(g, &kept, &weight, bias, inputs[0], b);
        }
        let kernel = |&input: &u32| Kernel2d { input, slot: input, extent: Extent::Full };
        let kernels = |output: usize| kept[output % groups].iter().map(kernel).collect();
        let wiring = ListedWiring { slots: i, outputs: (0..o).map(kernels).collect() };
        let conv = g.conv(Wiring::Listed(Arc::new(wiring)));
        let y = b.conv2d_with("conv", inputs[0], conv, o, weight, bias)?;
        Ok(vec![("output", Output::Map(y)), ("output.mask", Output::Mask(y))])
    }

    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        let (i, o) = (g.in_channels, g.out_channels);
        let (groups, c) = (s.integer("groups"), s.integer("condensation"));
        let keep = i / c;
        let mut lines = if s.is("form", "converted") {
            vec![
                format!("x′ = x[idx],   |idx| = {groups} · {i}/{c} = {}", groups * keep),
                format!("y = shuffle(W′ ∗ x′),   W′: 1×1, g = {groups},   o = {}", below(o)),
            ]
        } else {
            vec![format!(
                "y[o] = Σⱼ M[o mod {groups}, j] · W[o,j] · x[j],   o = {},   j = {}",
                below(o),
                below(i)
            )]
        };
        lines.push(format!("M[g,j] = 1  ⇔  Σ(o mod {groups} = g) |W[o,j]|: max {keep} / {i}"));
        lines.push(format!("|W| = {o} · {i}/{c}{}", of_standard(o * keep, g)));
        lines
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Diagram, &[("groups", "4"), ("condensation", "4"), ("form", "masked")]),
            Step::new(
                Shown::Figure("l1_bars"),
                &[("groups", "4"), ("condensation", "4"), ("form", "masked")],
            ),
            Step::new(Shown::Figure("stages"), &[("groups", "4"), ("condensation", "4"), ("form", "masked")])
                .with(&[("stage", 0)]),
            Step::new(Shown::Figure("stages"), &[("groups", "4"), ("condensation", "4"), ("form", "masked")])
                .with(&[("stage", 1)]),
            Step::new(Shown::Figure("stages"), &[("groups", "4"), ("condensation", "4"), ("form", "masked")])
                .with(&[("stage", 3)]),
            Step::new(
                Shown::Figure("converted"),
                &[("groups", "4"), ("condensation", "4"), ("form", "converted")],
            ),
            Step::new(Shown::Diagram, &[("groups", "4"), ("condensation", "4"), ("form", "converted")]),
        ];
        STEPS
    }

    fn figures(&self) -> &'static [&'static str] {
        &["stages", "l1_bars", "converted", "reactivation", "connections"]
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        Formula::of_weights(g.out_channels * g.in_channels / s.integer("condensation"), g.output(input))
    }

    /// Rule: the trained weights, of which the operator itself keeps the strongest. Limit: the network
    /// was not trained with the others going to zero, as the paper does in stages.
    fn derive(&self, g: &Geometry, _: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        dense(g, kernel, bias)
    }
}

/// Gather, group convolution, shuffle.
fn converted(
    g: &Geometry,
    kept: &[Vec<u32>],
    weight: &Weight,
    bias: Option<Weight>,
    x: NodeId,
    b: &mut Builder<'_>,
) -> Result<Outputs, GraphError> {
    let (o, groups) = (g.out_channels, kept.len());
    let gathered = b.gather("index", x, kept.concat())?;
    // Row `r` of group `c` is the trained row `c + r G`.
    let rows = || (0..groups).flat_map(|c| (c..o).step_by(groups).map(move |row| (c, row)));
    let values = rows()
        .flat_map(|(c, row)| kept[c].iter().map(move |&i| weight.values[row * g.in_channels + i as usize]));
    let dims = vec![o, kept[0].len(), 1, 1];
    let kernel = Weight { dims, values: Arc::new(values.collect()), ..weight.clone() };
    let bias = bias.map(|w| Weight { values: Arc::new(rows().map(|(_, row)| w.values[row]).collect()), ..w });
    let conv = g.conv(Wiring::Grouped(groups));
    let grouped = b.conv2d_with("group", gathered, conv, o, kernel, bias)?;
    let shuffle = (0..o).map(|row| place_in_groups(row, o, groups) as u32).collect();
    Ok(vec![("output", Output::Map(b.gather("shuffle", grouped, shuffle)?))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::testing::run;

    /// The worked example of the reference, G = C = 2.
    #[test]
    #[rustfmt::skip] // as a matrix
    fn by_hand() {
        let w = [1., -2., 3., 2.,  0.5, 0.2, -0.5, -0.2,  -2., 0.1, 0., 0.2,  0.1, 1., 0.2, -3.];
        // Sums over the outputs 0 and 2: 3, 2.1, 3, 2.2, so the inputs 0 and 2 stay: 1 * 1 + 3 * 3 = 10.
        // Over the outputs 1 and 3: 0.6, 1.2, 0.7, 3.2, so 1 and 3 stay: 0.2 * 2 - 0.2 * 4 = -0.4.
        let right = [10., -0.4, -2., -10.];
        let layer = |form| {
            let settings = [("groups", "2"), ("condensation", "2"), ("form", form)];
            let x = [1., 2., 3., 4.];
            run(&LearnedGroup, Geometry::same(4, 4, 1, 1), &settings, &[([1, 4, 1, 1], &x)], &[("weight", &w)])
        };
        let masked = layer("masked");
        let near = |y: &[f32]| y.iter().zip(right).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(near(&masked[0]), "{masked:?}");
        assert_eq!(masked[1], [1., 0., 1., 0.,  0., 1., 0., 1.,  1., 0., 1., 0.,  0., 1., 0., 1.]);
        let converted = layer("converted");
        assert!(near(&converted[0]), "{converted:?}");
    }
}
