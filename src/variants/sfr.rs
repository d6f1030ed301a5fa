//! Sparse feature reactivation (SFR) of CondenseNetV2, arXiv 2104.04382, CVPR 2021.
//!
//! New maps `x` refresh the older ones through a 1x1 convolution whose inputs are cut into groups;
//! each group keeps a part of the outputs:
//!
//! ```text
//! a = relu(norm(x)) where there is a norm, else x
//! group(j) = j mod G          each group keeps the I/S outputs i with the largest
//!                             sum over j in the group of |w[i, j]|;  its other weights are zero
//! y = concat(old + w_masked a, x)
//! ```
//!
//! * `input.new`: `[N, k, H, W]`, `input.old`: `[N, I, H, W]`, `w`: `[I, k]` dense,
//!   `y`: `[N, I + k, H, W]`, old maps first. `G` divides `k`, `S` divides `I`.
//! * In the geometry `k` is `in_channels` and `I` is `out_channels`: `w` is a convolution from the new
//!   maps to the old ones.
//! * Converted form: put the inputs of each group side by side, group convolution, index layer
//!   `y[idx[j]] += z[j]`, addition. Equal to the masked form, also for `G` other than `S`.
//!
//! Cost: `H W k I / S` multiply-adds.

use std::sync::Arc;

use super::equation::{below, of_standard};
use super::learned_group::FORMS;
use super::selection::{dense, kept};
use super::{
    ConvVariant, Formula, Geometry, InputMap, Key, Keys, Legal, Lesson, Misfit, Output, Outputs, Setting,
    Settings, Shown, Step, Weights,
};
use crate::graph::{Activation, Builder, Extent, GraphError, Kernel2d, ListedWiring, NodeId, Weight, Wiring};
use crate::tensor::Shape;

/// Added to the variance in the norm.
const EPS: f32 = 1e-5;

/// Sparse feature reactivation.
#[derive(Debug)]
pub struct Sfr;

impl ConvVariant for Sfr {
    fn name(&self) -> &'static str {
        "sfr"
    }

    fn settings(&self, g: &Geometry, _: &Settings) -> Vec<Setting> {
        vec![
            Setting::new("groups", Legal::divisors(g.in_channels), 8.0),
            Setting::new("sparsity", Legal::divisors(g.out_channels), 8.0),
            Setting::choice("form", FORMS),
        ]
    }

    fn keys(&self) -> Keys {
        Keys {
            in_channels: "new_channels",
            out_channels: "old_channels",
            kernel: Key::Fixed(1),
            stride: Key::Fixed(1),
            padding: false,
        }
    }

    fn nearest(&self, g: Geometry) -> Geometry {
        Geometry::same(g.in_channels, g.out_channels, 1, 1)
    }

    fn fits(&self, g: &Geometry) -> Result<(), Misfit> {
        g.needs_pointwise()?;
        g.needs_same_padding()
    }

    fn inputs(&self, g: &Geometry, _: &Settings) -> Vec<InputMap> {
        vec![InputMap::full("input.new", g.in_channels), InputMap::full("input.old", g.out_channels)]
    }

    fn lower(
        &self,
        g: &Geometry,
        s: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError> {
        let (x, old) = (inputs[0], inputs[1]);
        let mut a = b.batch_norm_if_given("norm", x, EPS)?;
        if a != x {
            a = b.activation("relu", a, Activation::Relu)?;
        }
        let (y, mask) = reactivation(g, s, a, b)?;
        let refreshed = b.add("refreshed", old, y)?;
        let mut outputs = vec![("output", Output::Map(b.concat("joined", &[refreshed, x])?))];
        outputs.extend(mask.map(|mask| ("output.mask", Output::Mask(mask))));
        Ok(outputs)
    }

    /// Between plain maps there are no older ones to refresh: the layer gives the product alone.
    fn embed(
        &self,
        g: &Geometry,
        s: &Settings,
        x: NodeId,
        b: &mut Builder<'_>,
    ) -> Result<NodeId, GraphError> {
        Ok(reactivation(g, s, x, b)?.0)
    }

    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        let (k, o) = (g.in_channels, g.out_channels);
        let (groups, c) = (s.integer("groups"), s.integer("sparsity"));
        let keep = o / c;
        let first = if s.is("form", "converted") {
            format!("z = F′ ∗ x[{k}],   g = {groups};   Δ[idx[q]] += z[q],   q = {}", below(groups * keep))
        } else {
            format!("Δ[i] = Σⱼ M[i, j mod {groups}] · F[i,j] · x[j],   i = {},   j = {}", below(o), below(k))
        };
        vec![
            first,
            format!("M[i,g] = 1  ⇔  Σ(j mod {groups} = g) |F[i,j]|: max {keep} / {o}"),
            "y = concat(x_old + Δ, x)".to_owned(),
            format!("|F| = {k} · {o}/{c}{}", of_standard(k * keep, g)),
        ]
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Diagram, &[("groups", "4"), ("sparsity", "4"), ("form", "masked")]),
            Step::new(Shown::Figure("l1_bars"), &[("groups", "4"), ("sparsity", "4"), ("form", "masked")]),
            Step::new(Shown::Figure("stages"), &[("groups", "4"), ("sparsity", "4"), ("form", "masked")])
                .with(&[("stage", 0)]),
            Step::new(Shown::Figure("stages"), &[("groups", "4"), ("sparsity", "4"), ("form", "masked")])
                .with(&[("stage", 3)]),
            Step::new(
                Shown::Figure("reactivation"),
                &[("groups", "4"), ("sparsity", "4"), ("form", "masked")],
            ),
            Step::new(
                Shown::Figure("converted"),
                &[("groups", "4"), ("sparsity", "4"), ("form", "converted")],
            ),
            Step::new(Shown::Diagram, &[("groups", "4"), ("sparsity", "4"), ("form", "converted")]),
        ];
        STEPS
    }

    fn figures(&self) -> &'static [&'static str] {
        &["stages", "l1_bars", "converted", "reactivation", "connections"]
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        Formula::of_weights(g.in_channels * g.out_channels / s.integer("sparsity"), g.output(input))
    }

    /// Rule: the trained weights of a 1x1 convolution, of which the operator itself keeps the
    /// strongest. Limit: an output that no group keeps is zero.
    fn derive(&self, g: &Geometry, _: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        dense(g, kernel, bias)
    }
}

/// `w_masked a` and, in the masked form, the node that has the mask.
fn reactivation(
    g: &Geometry,
    s: &Settings,
    a: NodeId,
    b: &mut Builder<'_>,
) -> Result<(NodeId, Option<NodeId>), GraphError> {
    let (k, o, groups) = (g.in_channels, g.out_channels, s.integer("groups"));
    let weight = b.weight("weight", &[o, k])?;
    let bias = b.weight_if_given("bias", &[o])?;
    let keep = o / s.integer("sparsity");
    let kept = kept(groups, k, o, keep, |input, output| weight.values[output * k + input]);
    if s.is("form", "converted") {
        return Ok((converted(g, &kept, &weight, bias, a, b)?, None));
    }
    let kernel = |input: usize| Kernel2d { input: input as u32, slot: input as u32, extent: Extent::Full };
    let kernels = |output: usize| {
        let reads = |input: &usize| kept[input % groups].binary_search(&(output as u32)).is_ok();
        (0..k).filter(reads).map(kernel).collect()
    };
    let wiring = ListedWiring { slots: k, outputs: (0..o).map(kernels).collect() };
    // An output that no group keeps is zero: its bias goes too.
    let bias = bias.map(|w| {
        let values =
            w.values.iter().zip(&wiring.outputs).map(|(&v, reads)| if reads.is_empty() { 0.0 } else { v });
        Weight { values: Arc::new(values.collect()), ..w }
    });
    let y = b.conv2d_with("conv", a, g.conv(Wiring::Listed(Arc::new(wiring))), o, weight, bias)?;
    Ok((y, Some(y)))
}

/// Un-interleave, group convolution, index layer.
fn converted(
    g: &Geometry,
    kept: &[Vec<u32>],
    weight: &Weight,
    bias: Option<Weight>,
    a: NodeId,
    b: &mut Builder<'_>,
) -> Result<NodeId, GraphError> {
    let (k, groups) = (g.in_channels, kept.len());
    let order: Vec<u32> = (0..groups).flat_map(|c| (c..k).step_by(groups).map(|j| j as u32)).collect();
    let members = k / groups;
    let mut values = Vec::new();
    for (inputs, outputs) in order.chunks(members).zip(kept) {
        for &output in outputs {
            values.extend(inputs.iter().map(|&input| weight.values[output as usize * k + input as usize]));
        }
    }
    let index = kept.concat();
    let dims = vec![index.len(), members, 1, 1];
    let kernel = Weight { dims, values: Arc::new(values), ..weight.clone() };
    let grouped = b.gather("uninterleave", a, order)?;
    // A bias belongs to an output, not to its parts: the first part of each output carries it.
    let bias = bias.map(|w| {
        let mut left = w.values.to_vec();
        let values = index.iter().map(|&o| std::mem::take(&mut left[o as usize])).collect();
        Weight { dims: vec![index.len()], values: Arc::new(values), ..w }
    });
    let z = b.conv2d_with("group", grouped, g.conv(Wiring::Grouped(groups)), index.len(), kernel, bias)?;
    b.scatter_add("index", z, index, g.out_channels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::testing::run;

    const W: [f32; 16] = [1., -2., 3., 2., 0.5, 0.2, -0.5, -0.2, -2., 0.1, 0., 0.2, 0.1, 1., 0.2, -3.];

    /// The worked example of the reference, G = S = 2, on one pixel.
    #[test]
    #[rustfmt::skip] // as a matrix
    fn by_hand() {
        let settings = |form| [("groups", "2"), ("sparsity", "2"), ("form", form)];
        let layer = |form| run(&Sfr, Geometry::same(4, 4, 1, 1), &settings(form),
            &[([1, 4, 1, 1], &[1., 2., 3., 4.]), ([1, 4, 1, 1], &[100., 200., 300., 400.])], &[("weight", &W)]);
        // The inputs 0 and 2 keep the outputs with the sums 4 and 2, of 4, 1, 2, 0.3: 0 and 2. The inputs 1
        // and 3 keep 0 and 3, of 4, 0.4, 0.3, 4. So y0 = 1 * 1 - 2 * 2 + 3 * 3 + 2 * 4 = 14 and y1 = 0.
        let output = vec![114., 200., 298., 390., 1., 2., 3., 4.];
        let mask = vec![1., 1., 1., 1.,  0., 0., 0., 0.,  1., 0., 1., 0.,  0., 1., 0., 1.];
        assert_eq!(layer("masked"), [output.clone(), mask]);
        assert_eq!(layer("converted"), [output]);
    }

    #[test]
    fn only_a_copy_of_the_new_maps_is_normed() {
        // a = relu((x - 2) * 2 / sqrt(4 + 1e-5) + 1): about 0, 1, 2, 3 for x = 1 .. 4; the last four maps
        // are x as it came. y3 = 1 * a1 - 3 * a3 = 1 - 9 = -8.
        let norm: [(&str, &[f32]); 5] = [
            ("weight", &W),
            ("norm.weight", &[2.0; 4]),
            ("norm.bias", &[1.0; 4]),
            ("norm.running_mean", &[2.0; 4]),
            ("norm.running_var", &[4.0; 4]),
        ];
        let inputs: [([usize; 4], &[f32]); 2] =
            [([1, 4, 1, 1], &[1., 2., 3., 4.]), ([1, 4, 1, 1], &[0.0; 4])];
        let settings = [("groups", "2"), ("sparsity", "2")];
        let y = &run(&Sfr, Geometry::same(4, 4, 1, 1), &settings, &inputs, &norm)[0];
        assert!((y[3] + 8.0).abs() < 1e-4, "{y:?}");
        assert_eq!(y[4..], [1., 2., 3., 4.]);
    }
}
