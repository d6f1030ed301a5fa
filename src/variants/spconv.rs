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

use super::{
    ConvVariant, Formula, Geometry, Key, Keys, Legal, Misfit, Output, Outputs, Setting, Settings, Weights,
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

        let a = b.batch_norm_if_given("representative.norm", a, EPS)?;
        let c = b.batch_norm_if_given("uncertain.norm", c, EPS)?;
        let mean_a = b.global_average_pool("representative_mean", a)?;
        let mean_c = b.global_average_pool("uncertain_mean", c)?;
        let w = b.pair_softmax("gate", mean_a, mean_c)?;
        let y = b.blend("blend", a, c, w)?;
        Ok(vec![("output", Output::Map(y)), ("output.weight_representative", Output::PerChannel(w))])
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
    let pool =
        Pool2d { kind: PoolKind::Average, kernel: 2, stride: 2, padding: Default::default(), ceil: true };
    b.pool2d(name, x, pool)
}
