//! Split convolution (SPConv, "Split to Be Slim"), arXiv 2006.12085, IJCAI 2020.
//!
//! The input is split by position: the first `r = floor(alpha I)` channels are representative, the
//! others uncertain. Both parts give all `O` maps, and a gate without parameters mixes them:
//!
//! ```text
//! A = conv3x3(x_rep; g groups, padding 1, stride s) + conv1x1(pool(x_rep))
//! B = conv1x1(pool(x_unc)) + bias
//! A, B = norm(A), norm(B)                                       where there are norms
//! w[n, o] = exp(mean A) / (exp(mean A) + exp(mean B))           means over the map of n, o
//! y = w A + (1 - w) B
//! ```
//!
//! * `x`: `[N, I, H, W]`, `representative.group`: `[O, r/g, 3, 3]`, `representative.pointwise`:
//!   `[O, r, 1, 1]`, `uncertain.pointwise`: `[O, I - r, 1, 1]`, `y`: `[N, O, H', W']`.
//! * `pool`: 2x2 mean with stride 2, only at stride 2. Odd sizes (an extension): a window over the
//!   edge averages its valid pixels.
//! * Definition after the authors' code; the paper's figure has no norms and no pooling.
//!
//! Cost: `H' W' O I (1 + 9 alpha / g)` multiply-adds where `alpha I` is whole, a share of
//! `(1 + 9 alpha / g) / 9`.

use super::equation::{below, kernel, of_standard};
use super::{
    ConvVariant, Formula, Geometry, Key, Keys, Legal, Lesson, Misfit, Output, Outputs, Setting, Settings,
    Shown, Step, Weights,
};
use crate::graph::{Builder, GraphError, NodeId, Origin, Pool2d, PoolKind, Weight, Wiring};
use crate::tensor::Shape;

/// Added to the variance in the norms.
const EPS: f32 = 1e-5;

/// SPConv.
#[derive(Debug)]
pub struct SpConv;

/// Representative channels. Exact: alphas are multiples of 1/16.
fn representative(g: &Geometry, alpha: f64) -> usize {
    (alpha * g.in_channels as f64).floor() as usize
}

impl ConvVariant for SpConv {
    fn name(&self) -> &'static str {
        "spconv"
    }

    fn settings(&self, g: &Geometry, chosen: &Settings) -> Vec<Setting> {
        let splits = |alpha: &f64| (1..g.in_channels).contains(&representative(g, *alpha));
        let alphas = (1..16).map(|i| f64::from(i) / 16.0).filter(splits).collect();
        let alpha = Setting::new("alpha", Legal::Reals(alphas), 0.5);
        let chosen = chosen.get("alpha").unwrap_or(&alpha.default);
        let r = representative(g, alpha.legal.nearest(chosen).as_f64());
        let groups = Setting::new("groups", Legal::common_divisors(r, g.out_channels), 2.0);
        vec![alpha, groups]
    }

    fn keys(&self) -> Keys {
        Keys { kernel: Key::Fixed(3), ..Keys::default() }
    }

    fn nearest(&self, g: Geometry) -> Geometry {
        Geometry::same(g.in_channels.max(2), g.out_channels, 3, g.stride.min(2))
    }

    fn figures(&self) -> &'static [&'static str] {
        &["split", "fusion", "connections", "chain"]
    }

    fn fits(&self, g: &Geometry) -> Result<(), Misfit> {
        if g.kernel != 3 {
            return Err(Misfit::KernelNotThree);
        }
        if g.in_channels < 2 {
            return Err(Misfit::TooFewChannels);
        }
        g.needs_same_padding()?;
        if g.stride > 2 { Err(Misfit::StrideAboveTwo) } else { Ok(()) }
    }

    fn lower(
        &self,
        g: &Geometry,
        s: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError> {
        let r = representative(g, s.real("alpha"));
        let rep = b.slice("representative", inputs[0], 0, r)?;
        let unc = b.slice("uncertain", inputs[0], r, g.in_channels - r)?;
        let pooled = |b: &mut Builder<'_>, name, x| if g.stride == 2 { pool(b, name, x) } else { Ok(x) };

        let group = g.conv(Wiring::Grouped(s.integer("groups")));
        let group = b.conv2d("representative.group", rep, group, g.out_channels, false)?;
        let rep = pooled(b, "representative_pooled", rep)?;
        let pointwise = b.pointwise("representative.pointwise", rep, g.out_channels)?;
        let a = b.add("representative_sum", group, pointwise)?;

        let unc = pooled(b, "uncertain_pooled", unc)?;
        let c = b.pointwise("uncertain.pointwise", unc, g.out_channels)?;

        // The norms come together: one without the other is an error that names what is missing.
        let normed = b.batch_norm_if_given("representative.norm", a, EPS)?;
        let (a, c) = if normed != a {
            (normed, b.batch_norm("uncertain.norm", c, EPS)?)
        } else {
            let normed = b.batch_norm_if_given("uncertain.norm", c, EPS)?;
            let a = if normed == c { a } else { b.batch_norm("representative.norm", a, EPS)? };
            (a, normed)
        };
        let mean_a = b.global_average_pool("representative_mean", a)?;
        let mean_c = b.global_average_pool("uncertain_mean", c)?;
        let w = b.pair_softmax("gate", mean_a, mean_c)?;
        let y = b.blend("blend", a, c, w)?;
        Ok(vec![("output", Output::Map(y)), ("output.weight_representative", Output::PerChannel(w))])
    }

    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        let (i, o, groups) = (g.in_channels, g.out_channels, s.integer("groups"));
        let r = representative(g, s.real("alpha"));
        let pooled = if g.stride == 2 { "pool(x[i])" } else { "x[i]" };
        let last = format!("{r}…{}", i - 1);
        let count = of_standard(o * (9 * r / groups + i), g);
        vec![
            format!("A[o] = Σᵢ G[o,i] ∗ x[i] + Σᵢ P[o,i] · {pooled},   i = {}", below(r)),
            format!("B[o] = Σᵢ Q[o,i] · {pooled},   i = {last};   G: {}, g = {groups}", kernel(3, g.stride)),
            "y = w · A + (1 − w) · B,   w = σ(mean A − mean B)".to_owned(),
            format!("|G| + |P| + |Q| = {o} · ({r}/{groups} · 3² + {r} + {}){count}", i - r),
        ]
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Figure("split"), &[("alpha", "0.5"), ("groups", "2")]),
            Step::new(Shown::Figure("connections"), &[("alpha", "0.5"), ("groups", "2")]),
            Step::new(Shown::Figure("split"), &[("alpha", "0.25"), ("groups", "2")]),
            Step::new(Shown::Figure("fusion"), &[("alpha", "0.5"), ("groups", "2")]).with(&[("fusion", 1)]),
            Step::new(Shown::Figure("fusion"), &[("alpha", "0.5"), ("groups", "2")]).with(&[("fusion", 0)]),
            Step::new(Shown::Diagram, &[("alpha", "0.5"), ("groups", "2")]),
        ];
        STEPS
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        let r = representative(g, s.real("alpha"));
        let per_output = 9 * r / s.integer("groups") + r + (g.in_channels - r);
        Formula::of_weights(g.out_channels * per_output, g.output(input))
    }

    /// Rule: the kernels inside the representative groups are kept; those between the groups and those
    /// of the uncertain channels become the sums of their taps; all of it twice, because the gate
    /// gives each part about one half. Limit: the gate moves with the image, so the parts are never
    /// exactly halves, and the uncertain channels lose their neighbourhood.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let (i, o, groups) = (g.in_channels, g.out_channels, s.integer("groups"));
        let r = representative(g, s.real("alpha"));
        let members = r / groups;
        let taps = |row: usize, channel: usize| &kernel.values[(row * i + channel) * 9..][..9];
        let sum = |row, channel| 2.0 * taps(row, channel).iter().sum::<f32>();
        let (mut group, mut pointwise, mut uncertain) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..o {
            let own = row * groups / o * members..(row * groups / o + 1) * members;
            for channel in 0..r {
                if own.contains(&channel) {
                    group.extend(taps(row, channel).iter().map(|w| 2.0 * w));
                    pointwise.push(0.0);
                } else {
                    pointwise.push(sum(row, channel));
                }
            }
            uncertain.extend((r..i).map(|channel| sum(row, channel)));
        }
        let mut weights = Weights::new();
        let mut put = |name: &str, dims: Vec<usize>, values| {
            weights.insert(name.into(), Weight::new(name, dims, values, Origin::Derived));
        };
        put("representative.group.weight", vec![o, members, 3, 3], group);
        put("representative.pointwise.weight", vec![o, r, 1, 1], pointwise);
        put("uncertain.pointwise.weight", vec![o, i - r, 1, 1], uncertain);
        if let Some(bias) = bias {
            put("uncertain.pointwise.bias", vec![o], bias.values.iter().map(|v| 2.0 * v).collect());
        }
        weights
    }
}

/// 2x2 mean with stride 2; a window over the edge averages its valid pixels.
pub(super) fn pool(b: &mut Builder<'_>, name: &str, x: NodeId) -> Result<NodeId, GraphError> {
    let pool = Pool2d { ceil: true, ..Pool2d::square(PoolKind::Average, 2, 2) };
    b.pool2d(name, x, pool)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::testing::run;

    /// One channel of ones in each part; the uncertain part's only weight is `weight`.
    fn gated(weight: f32) -> Vec<Vec<f32>> {
        let weights: [(&str, &[f32]); 3] = [
            ("representative.group.weight", &[1.0; 9]),
            ("representative.pointwise.weight", &[1.0]),
            ("uncertain.pointwise.weight", &[weight]),
        ];
        let settings = [("alpha", "0.5"), ("groups", "1")];
        run(&SpConv, Geometry::same(2, 1, 3, 1), &settings, &[([1, 2, 4, 4], &[1.0; 32])], &weights)
    }

    #[test]
    fn by_hand() {
        // A = number of pixels under the kernel + 1: 5 at the corners, 7 at the edges, 10 inside; its mean
        // is (4 * 5 + 8 * 7 + 4 * 10) / 16 = 7.25. B = 7.25 everywhere, so the gate is one half: top left
        // (5 + 7.25) / 2 = 6.125.
        let (corner, edge, inside) = (6.125, 7.125, 8.625);
        let outer = [corner, edge, edge, corner];
        let inner = [edge, inside, inside, edge];
        assert_eq!(gated(7.25), [[outer, inner, inner, outer].concat(), vec![0.5]]);
    }

    #[test]
    fn the_gate_by_hand() {
        // The means differ by ln 3: the gate is 3 / (3 + 1), top left 0.75 * 5 + 0.25 * (7.25 - ln 3).
        let b = 7.25 - 3_f32.ln();
        let y = gated(b);
        assert!((y[1][0] - 0.75).abs() < 1e-6, "{:?}", y[1]);
        assert!(
            (y[0][0] - (0.75 * 5.0 + 0.25 * b)).abs() < 1e-5 && (y[0][5] - (7.5 + 0.25 * b)).abs() < 1e-5
        );
    }

    #[test]
    fn stride_two_by_hand() {
        // The kernel sees the pixels as they are, the 1x1 paths their 2x2 means. The kernel's centre tap
        // reads 1, 3, 9, 11, the mean is 3.5, 5.5, 11.5, 13.5; A is their sum, B four times channel 1's mean 0.
        let mut x = vec![1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15., 16.];
        x.extend([1.0, -1.0, -1.0, 1.0].repeat(4));
        let weights: [(&str, &[f32]); 4] = [
            ("representative.group.weight", &[0., 0., 0., 0., 1., 0., 0., 0., 0.]),
            ("representative.pointwise.weight", &[1.0]),
            ("uncertain.pointwise.weight", &[4.0]),
            ("uncertain.pointwise.bias", &[14.5]),
        ];
        let settings = [("alpha", "0.5"), ("groups", "1")];
        let y = run(&SpConv, Geometry::same(2, 1, 3, 2), &settings, &[([1, 2, 4, 4], &x)], &weights);
        // The mean of A = 4.5, 8.5, 20.5, 24.5 is 14.5, that of B = 14.5 too: one half of each.
        assert_eq!(y, [vec![9.5, 11.5, 17.5, 19.5], vec![0.5]]);
    }
}
