//! Ghost module, arXiv 1911.11907, CVPR 2020, without its norms and activations.
//!
//! A few primary maps are convolved, the others are cheap copies of them:
//!
//! ```text
//! a = conv(x; primary, stride s)                       m = ceil(O / r) maps
//! c[q] = conv_dxd(a[floor(q / (r - 1))]; cheap[q])     m (r - 1) maps, stride 1, padding (d - 1)/2
//! y = concat(a, c), cut to the first O maps
//! ```
//!
//! * `x`: `[N, I, H, W]`, `primary`: `[m, I, k, k]`, `cheap`: `[m (r - 1), 1, d, d]`,
//!   `y`: `[N, O, H', W']`; ratio `r`, cheap kernel `d`.
//!
//! Cost: `H' W' (m I k^2 + m (r - 1) d^2)` multiply-adds, a share of about `1/r`. Maps that are cut
//! off are computed, as the paper's code does.

use super::equation::{below, kernel, of_standard};
use super::{
    ConvVariant, Formula, Geometry, Legal, Lesson, Misfit, Output, Outputs, Setting, Settings, Shown, Step,
    Weights,
};
use crate::graph::{Builder, Conv2d, GraphError, NodeId, Origin, Padding, Weight, Wiring};
use crate::tensor::Shape;

/// Ghost module.
#[derive(Debug)]
pub struct Ghost;

/// Primary maps and cheap maps.
fn split(g: &Geometry, s: &Settings) -> (usize, usize) {
    let ratio = s.integer("ratio");
    let primary = g.out_channels.div_ceil(ratio);
    (primary, primary * (ratio - 1))
}

impl ConvVariant for Ghost {
    fn name(&self) -> &'static str {
        "ghost"
    }

    fn settings(&self, g: &Geometry, _: &Settings) -> Vec<Setting> {
        vec![
            Setting::new("ratio", Legal::range(2, g.out_channels.max(2)), 2.0),
            Setting::new("cheap_kernel", Legal::Integers(vec![1, 3, 5, 7, 9]), 3.0),
        ]
    }

    fn figures(&self) -> &'static [&'static str] {
        &["pairs", "connections", "chain"]
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
        let (m, cheap) = split(g, s);
        let primary = b.conv2d("primary", inputs[0], g.conv(Wiring::Grouped(1)), m, true)?;
        let d = s.integer("cheap_kernel");
        let conv = Conv2d {
            kernel: d,
            stride: 1,
            padding: Padding::same(d, 1),
            dilation: 1,
            wiring: Wiring::Grouped(m),
        };
        let ghosts = b.conv2d("cheap", primary, conv, cheap, true)?;
        let mut y = b.concat("joined", &[primary, ghosts])?;
        if m + cheap > g.out_channels {
            y = b.slice("cut", y, 0, g.out_channels)?;
        }
        Ok(vec![("output", Output::Map(y))])
    }

    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        let ((m, cheap), i, o) = (split(g, s), g.in_channels, g.out_channels);
        let (k, d, copies) = (g.kernel, s.integer("cheap_kernel"), s.integer("ratio") - 1);
        let primary = if copies > 1 { format!("⌊q/{copies}⌋") } else { "q".to_owned() };
        let cut = if m + cheap > o { format!("[{}]", below(o)) } else { String::new() };
        let count = of_standard(m * i * g.area() + cheap * d * d, g);
        vec![
            format!("a[j] = Σᵢ W[j,i] ∗ x[i],   j = {},   W[j,i]: {}", below(m), kernel(k, g.stride)),
            format!("c[q] = D[q] ∗ a[{primary}],   q = {},   D[q]: {d}×{d}", below(cheap)),
            format!("y = concat(a, c){cut}"),
            format!("|W| + |D| = {m} · {i} · {k}² + {cheap} · {d}²{count}"),
        ]
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Diagram, &[("ratio", "2"), ("cheap_kernel", "3")]),
            Step::new(Shown::Figure("pairs"), &[("ratio", "2"), ("cheap_kernel", "3")]),
            Step::new(Shown::Figure("pairs"), &[("ratio", "4"), ("cheap_kernel", "3")]),
            Step::new(Shown::Figure("pairs"), &[("ratio", "2"), ("cheap_kernel", "1")]),
            Step::new(Shown::Figure("connections"), &[("ratio", "2"), ("cheap_kernel", "3")]),
            Step::new(Shown::Maps, &[("ratio", "2"), ("cheap_kernel", "3")]),
        ];
        STEPS
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        let (m, cheap) = split(g, s);
        let d = s.integer("cheap_kernel");
        Formula::of_weights(m * g.in_channels * g.area() + cheap * d * d, g.output(input))
    }

    /// Rule: the first `m` outputs keep their kernels. Each other output has one primary map to be
    /// made from; its cheap kernel is one centre tap, the factor with which the primary kernel comes
    /// nearest to the trained one. Limit: which primary map serves which output is fixed by position,
    /// so most cheap maps are poor until they are fitted.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let ((m, cheap), d) = (split(g, s), s.integer("cheap_kernel"));
        let len = g.in_channels * g.area();
        let row = |o: usize| &kernel.values[o * len..(o + 1) * len];
        let dot = |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum() };
        let mut taps = vec![0.0; cheap * d * d];
        let mut cheap_bias = vec![0.0; cheap];
        for q in 0..cheap.min(g.out_channels - m) {
            let p = q / (s.integer("ratio") - 1);
            let length = dot(row(p), row(p));
            let factor = if length > 0.0 { (dot(row(m + q), row(p)) / length) as f32 } else { 0.0 };
            taps[q * d * d + d * d / 2] = factor;
            cheap_bias[q] = bias.map_or(0.0, |b| b.values[m + q] - factor * b.values[p]);
        }
        let mut weights = Weights::new();
        let mut put = |name: &str, dims: Vec<usize>, values| {
            weights.insert(name.into(), Weight::new(name, dims, values, Origin::Derived));
        };
        let primary = kernel.values[..m * len].to_vec();
        put("primary.weight", vec![m, g.in_channels, g.kernel, g.kernel], primary);
        put("cheap.weight", vec![cheap, 1, d, d], taps);
        if let Some(bias) = bias {
            put("primary.bias", vec![m], bias.values[..m].to_vec());
            put("cheap.bias", vec![cheap], cheap_bias);
        }
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
        // Three outputs at ratio 2: two primary maps, 2 x and -x, and two cheap ones, of which the second is
        // cut off. The first cheap map sums the 3x3 pixels of 2 x: top left 4 * 2 = 8.
        let cheap = [1., 1., 1., 1., 1., 1., 1., 1., 1.,  7., 7., 7., 7., 7., 7., 7., 7., 7.];
        let settings = [("ratio", "2"), ("cheap_kernel", "3")];
        let y = run(&Ghost, Geometry::same(1, 3, 1, 1), &settings, &[([1, 1, 4, 4], &[1.0; 16])],
            &[("primary.weight", &[2., -1.]), ("cheap.weight", &cheap)]);
        assert_eq!(y, [[
            2., 2., 2., 2., 2., 2., 2., 2., 2., 2., 2., 2., 2., 2., 2., 2.,
            -1., -1., -1., -1., -1., -1., -1., -1., -1., -1., -1., -1., -1., -1., -1., -1.,
            8., 12., 12., 8., 12., 18., 18., 12., 12., 18., 18., 12., 8., 12., 12., 8.,
        ]]);
    }

    #[test]
    fn cheap_map_q_is_made_from_primary_map_q_over_r_less_one() {
        // Six outputs at ratio 3: primary maps 1 and 10, then 1 * 2, 1 * 3, 10 * 4, 10 * 5.
        let settings = [("ratio", "3"), ("cheap_kernel", "1")];
        let weights: [(&str, &[f32]); 2] =
            [("primary.weight", &[1., 10.]), ("cheap.weight", &[2., 3., 4., 5.])];
        let y = run(&Ghost, Geometry::same(1, 6, 1, 1), &settings, &[([1, 1, 1, 1], &[1.0])], &weights);
        assert_eq!(y, [[1., 10., 2., 3., 40., 50.]]);
    }
}
