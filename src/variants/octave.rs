//! Octave convolution (OctConv), arXiv 1904.05049, ICCV 2019.
//!
//! A map is held in two resolutions: `H: [N, (1 - a) C, h, w]` and `L: [N, a C, h/2, w/2]`.
//!
//! ```text
//! Y_H = f(X_H; W_HH) + up(f(X_L; W_LH))
//! Y_L = f(X_L; W_LL) + f(pool(X_H); W_HL)
//! ```
//!
//! * `f`: convolution with stride 1 and "same" padding; `pool`: 2x2 mean, stride 2; `up`: each
//!   pixel to 2x2 equal pixels. Pooling comes before the convolution and upsampling after it, so
//!   three of the four paths run at the low resolution.
//! * Stride 2 pools the inputs of `HH`, `HL` (twice) and `LL` first; `LH` neither pools nor
//!   upsamples. No kernel is ever strided.
//! * Odd sizes (an extension): a pool window over the edge averages its valid pixels, and the
//!   upsampled map is cut to size.
//! * One kernel `W: [O, I, k, k]` is cut in four, high channels first: `I_L = floor(a_in I)`,
//!   `O_L = floor(a_out O)`. A path with no channels does not exist.
//!
//! Cost: a share of `1/4 + 3/4 (1 - a_in)(1 - a_out)` of the standard convolution, for even sizes.

use super::equation::percent;
use super::spconv::pool;
use super::{
    ConvVariant, Formula, Geometry, InputMap, Legal, Lesson, Misfit, Output, Outputs, Setting, Settings,
    Shown, Step, Weights,
};
use crate::graph::{Builder, Conv2d, GraphError, NodeId, Origin, Weight, Wiring};
use crate::tensor::Shape;

/// Octave convolution.
#[derive(Debug)]
pub struct Octave;

/// Channels of both sides at both resolutions.
struct Split {
    in_high: usize,
    in_low: usize,
    out_high: usize,
    out_low: usize,
}

impl Split {
    fn new(g: &Geometry, s: &Settings) -> Self {
        // Exact: alphas are multiples of 1/8.
        let in_low = (s.real("alpha_in") * g.in_channels as f64).floor() as usize;
        let out_low = (s.real("alpha_out") * g.out_channels as f64).floor() as usize;
        Self { in_high: g.in_channels - in_low, in_low, out_high: g.out_channels - out_low, out_low }
    }
}

impl ConvVariant for Octave {
    fn name(&self) -> &'static str {
        "octave"
    }

    fn settings(&self, _: &Geometry, _: &Settings) -> Vec<Setting> {
        ["alpha_in", "alpha_out"].map(|name| Setting::new(name, Legal::eighths(), 0.5)).into()
    }

    fn two_resolutions(&self) -> bool {
        true
    }

    fn linked(&self) -> Option<(&'static str, &'static [&'static str])> {
        Some(("alpha", &["alpha_in", "alpha_out"]))
    }

    fn figures(&self) -> &'static [&'static str] {
        &[
            "four_paths",
            "weight_square",
            "spectra",
            "lost",
            "misalignment",
            "receptive",
            "connections",
            "chain",
        ]
    }

    fn fits(&self, g: &Geometry) -> Result<(), Misfit> {
        g.needs_same_padding()?;
        if g.stride > 2 { Err(Misfit::StrideAboveTwo) } else { Ok(()) }
    }

    fn nearest(&self, g: Geometry) -> Geometry {
        Geometry::same(g.in_channels, g.out_channels, g.kernel, g.stride.min(2))
    }

    fn inputs(&self, g: &Geometry, s: &Settings) -> Vec<InputMap> {
        let split = Split::new(g, s);
        let mut inputs = vec![InputMap::full("input.high", split.in_high)];
        if split.in_low > 0 {
            inputs.push(InputMap { name: "input.low", channels: split.in_low, scale: 2 });
        }
        inputs
    }

    fn lower(
        &self,
        g: &Geometry,
        s: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError> {
        let split = Split::new(g, s);
        let x = Octaves { high: inputs[0], low: inputs.get(1).copied() };
        let y = octave_paths(g, 1, x, split.out_low, b)?;
        let mut outputs = vec![("output.high", Output::Map(y.high))];
        outputs.extend(y.low.map(|low| ("output.low", Output::Map(low))));
        Ok(outputs)
    }

    /// Between plain tensors the last `I_L` channels are pooled before the layer, and its low
    /// output is upsampled after it. In a network of octave layers both steps fall away.
    fn embed(
        &self,
        g: &Geometry,
        s: &Settings,
        x: NodeId,
        b: &mut Builder<'_>,
    ) -> Result<NodeId, GraphError> {
        let split = Split::new(g, s);
        let mut inputs = vec![x];
        if split.in_low > 0 {
            inputs[0] = b.slice("split_high", x, 0, split.in_high)?;
            let low = b.slice("split_low", x, split.in_high, split.in_low)?;
            inputs.push(pool(b, "split_low_pool", low)?);
        }
        let outputs = self.lower(g, s, &inputs, b)?;
        let high = outputs[0].1.node();
        let Some(&(_, low)) = outputs.get(1) else {
            return Ok(high);
        };
        let Shape { h, w, .. } = b.shape(high);
        let low = b.upsample("join_low_up", low.node(), 2, h, w)?;
        b.concat("join", &[high, low])
    }

    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        let Split { in_high, in_low, out_high, out_low } = Split::new(g, s);
        // At stride 2 what enters is pooled, and the low input has the resolution of the high output.
        let (high, low, lower, up) = match g.stride {
            1 => ("x_H", "x_L", "pool(x_H)", "up(W_LH ∗ x_L)"),
            _ => ("pool(x_H)", "pool(x_L)", "pool(pool(x_H))", "W_LH ∗ x_L"),
        };
        let mut y_high = format!("y_H = W_HH ∗ {high}");
        let mut y_low = format!("y_L = W_HL ∗ {lower}");
        if in_low > 0 {
            y_high.push_str(&format!(" + {up}"));
            y_low.push_str(&format!(" + W_LL ∗ {low}"));
        }
        let mut lines = vec![y_high];
        if out_low > 0 {
            lines.push(y_low);
        }
        let k = g.kernel;
        lines
            .push(format!("x_H + x_L: {in_high} + {in_low},   y_H + y_L: {out_high} + {out_low},   {k}×{k}"));
        let (i, o) = (g.in_channels, g.out_channels);
        // Of a map with even sides.
        let even = Shape::new(1, i, 4 * g.stride, 4 * g.stride);
        let standard = i * o * g.area() * g.output(even).plane();
        let share = percent(self.formula(g, s, even).macs as usize, standard);
        let sum = match g.stride {
            1 => format!("1/4 + 3/4 · {in_high}/{i} · {out_high}/{o}"),
            _ => format!("1/4 + 3/4 · {out_high}/{o}"),
        };
        lines.push(format!("|W| = {o} · {i} · {k}² = {},   MAC: {sum} {share}", i * o * g.area()));
        lines
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Figure("four_paths"), &[("alpha_in", "0.5"), ("alpha_out", "0.5")]),
            Step::new(Shown::Figure("weight_square"), &[("alpha_in", "0.5"), ("alpha_out", "0.5")]),
            Step::new(Shown::Figure("weight_square"), &[("alpha_in", "0.25"), ("alpha_out", "0.25")]),
            Step::new(Shown::Figure("spectra"), &[("alpha_in", "0.5"), ("alpha_out", "0.5")]),
            Step::new(Shown::Figure("lost"), &[("alpha_in", "0.5"), ("alpha_out", "0.5")]),
            Step::new(Shown::Figure("receptive"), &[("alpha_in", "0.5"), ("alpha_out", "0.5")]),
            Step::new(Shown::Figure("misalignment"), &[("alpha_in", "0.5"), ("alpha_out", "0.5")])
                .with(&[("align_step", 0)]),
            Step::new(Shown::Figure("four_paths"), &[("alpha_in", "0.5"), ("alpha_out", "0.5")]),
        ];
        STEPS
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        let split = Split::new(g, s);
        let (h, w) = (input.h.div_ceil(g.stride), input.w.div_ceil(g.stride));
        let high_pixels = h * w;
        let low_pixels = h.div_ceil(2) * w.div_ceil(2);
        // The low input has the resolution of the low output, or at stride 2 of the high one.
        let cross_pixels = if g.stride == 1 { low_pixels } else { high_pixels };
        let paths = high_pixels * split.in_high * split.out_high
            + low_pixels * split.in_high * split.out_low
            + cross_pixels * split.in_low * split.out_high
            + low_pixels * split.in_low * split.out_low;
        Formula {
            macs: (input.n * paths * g.area()) as u64,
            params: (g.in_channels * g.out_channels * g.area()) as u64,
        }
    }

    /// Rule: the one kernel is cut in four, as the paper stores it; high channels come first. Limit:
    /// the shapes match, the function does not: the low channels were trained at full resolution and
    /// now lose their detail.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let split = Split::new(g, s);
        let high = |n: usize| (0, n);
        let low = |first: usize, n: usize| (first, n);
        let (ih, il) = (high(split.in_high), low(split.in_high, split.in_low));
        let (oh, ol) = (high(split.out_high), low(split.out_high, split.out_low));
        let paths = [
            ("high_to_high", oh, ih),
            ("high_to_low", ol, ih),
            ("low_to_high", oh, il),
            ("low_to_low", ol, il),
        ];
        let mut weights = Weights::new();
        for (path, (o0, on), (i0, n)) in paths {
            let mut values = Vec::with_capacity(on * n * g.area());
            for o in o0..o0 + on {
                let start = (o * g.in_channels + i0) * g.area();
                values.extend_from_slice(&kernel.values[start..start + n * g.area()]);
            }
            if on * n == 0 {
                continue;
            }
            let name = format!("{path}.weight");
            let dims = vec![on, n, g.kernel, g.kernel];
            weights.insert(name.clone(), Weight::new(name, dims, values, Origin::Derived));
        }
        if let Some(bias) = bias {
            for (path, (o0, on)) in [("high_to_high", oh), ("high_to_low", ol)] {
                if on == 0 {
                    continue;
                }
                let name = format!("{path}.bias");
                let values = bias.values[o0..o0 + on].to_vec();
                weights.insert(name.clone(), Weight::new(name, vec![on], values, Origin::Derived));
            }
        }
        weights
    }
}

/// Maps in two resolutions: the high channels, and the low ones, where there are any, at half of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Octaves {
    /// `[N, (1 - a) C, h, w]`.
    pub high: NodeId,
    /// `[N, a C, ceil(h / 2), ceil(w / 2)]`.
    pub low: Option<NodeId>,
}

impl Octaves {
    /// Maps with no low channels.
    pub const fn plain(high: NodeId) -> Self {
        Self { high, low: None }
    }
}

/// The four paths of a layer, of which `out_low` output channels are low ones. Every path of a group
/// convolution has `groups` groups, or as many as it has outputs if these are fewer; a depthwise
/// convolution keeps each channel at its resolution (both as in the authors' code).
///
/// # Errors
/// If the groups do not divide the channels of a path, or a weight does not fit.
pub fn octave_paths(
    g: &Geometry,
    groups: usize,
    x: Octaves,
    out_low: usize,
    b: &mut Builder<'_>,
) -> Result<Octaves, GraphError> {
    let Octaves { mut high, mut low } = x;
    let low_unpooled = low;
    let path = |b: &mut Builder<'_>, name: &str, x, out_channels: usize, bias| {
        let conv = Conv2d { stride: 1, ..g.conv(Wiring::Grouped(groups.min(out_channels))) };
        b.conv2d(name, x, conv, out_channels, bias)
    };
    if g.stride == 2 {
        high = pool(b, "high_pooled", high)?;
        low = low.map(|l| pool(b, "low_pooled", l)).transpose()?;
    }
    if groups > 1 && groups == g.in_channels {
        let alone = |b: &mut Builder<'_>, name: &str, x| {
            let channels = b.shape(x).c;
            path(b, name, x, channels, true)
        };
        let high = alone(b, "high_to_high", high)?;
        let low = low.map(|l| alone(b, "low_to_low", l)).transpose()?;
        return Ok(Octaves { high, low });
    }
    let (shape, out_high) = (b.shape(high), g.out_channels - out_low);
    let mut y_high = path(b, "high_to_high", high, out_high, true)?;
    if let Some(l) = low_unpooled {
        // At stride 2 the low input already has the resolution of the high output.
        let mut cross = path(b, "low_to_high", l, out_high, false)?;
        if g.stride == 1 {
            cross = b.upsample("low_to_high_up", cross, 2, shape.h, shape.w)?;
        }
        y_high = b.add("high_sum", y_high, cross)?;
    }
    if out_low == 0 {
        return Ok(Octaves::plain(y_high));
    }
    let pooled = pool(b, "high_to_low_pool", high)?;
    let mut y_low = path(b, "high_to_low", pooled, out_low, true)?;
    if let Some(l) = low {
        let own = path(b, "low_to_low", l, out_low, false)?;
        y_low = b.add("low_sum", own, y_low)?;
    }
    Ok(Octaves { high: y_high, low: Some(y_low) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::testing::run;

    /// `W[o][i][u][v] = ((18 o + 9 i + 3 u + v) mod 5) - 2`, high before low, of the reference.
    fn path(o: usize, i: usize) -> Vec<f32> {
        (0..9).map(|tap| ((18 * o + 9 * i + tap) % 5) as f32 - 2.0).collect()
    }

    /// One channel of each resolution in and out.
    fn octave(stride: usize, side: usize, high: &[f32], low: &[f32]) -> Vec<Vec<f32>> {
        let half = side.div_ceil(2);
        let inputs = [([1, 1, side, side], high), ([1, 1, half, half], low)];
        let paths = [path(0, 0), path(0, 1), path(1, 0), path(1, 1)];
        let weights: [(&str, &[f32]); 4] = [
            ("high_to_high.weight", &paths[0]),
            ("low_to_high.weight", &paths[1]),
            ("high_to_low.weight", &paths[2]),
            ("low_to_low.weight", &paths[3]),
        ];
        run(&Octave, Geometry::same(2, 2, 3, stride), &[], &inputs, &weights)
    }

    const HIGH: [f32; 16] = [0., 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15.];

    #[test]
    #[rustfmt::skip] // as a map
    fn by_hand() {
        // The kernels are HH = [-2 -1 0; 1 2 -2; -1 0 1], LH = [2 -2 -1; 0 1 2; -2 -1 0] and so on. Top left:
        // HH 2 * 0 - 2 * 1 + 0 * 4 + 1 * 5 = 3, LH at the low pixel 1 * 1 + 2 * 2 - 1 * 3 + 0 * 4 = 2; sum 5.
        let y = octave(1, 4, &HIGH, &[1., 2., 3., 4.]);
        let right = [5., 2., -7., -6., 9., 5., -7., -5., 14., 2., -5., 1., -3., -8., -15., 15.];
        assert_eq!(y, [right.to_vec(), vec![-32., 0.5, 10.5, -7.]]);
        // Upsampling before the convolution is another operator.
        let wrong = [5., 2., 3., -2., 4., -3., -7., -7., 10., -5., -9., -9., -10., -8., -11., 17.];
        assert_ne!(y[0], wrong);
    }

    #[test]
    fn stride_two_by_hand() {
        // The high input is pooled first: [2.5 4.5; 10.5 12.5]. Top left: HH 2 * 2.5 - 2 * 4.5 + 0 * 10.5
        // + 1 * 12.5 = 8.5, LH of the low input as it is 2; sum 10.5. The low output has one pixel: HL's
        // centre tap on the mean 7.5 and LL's on the mean 2.5: (22 mod 5 - 2) * 7.5 + (31 mod 5 - 2) * 2.5.
        assert_eq!(octave(2, 4, &HIGH, &[1., 2., 3., 4.]), [vec![10.5, -7., 0.5, 28.], vec![-2.5]]);
    }

    #[test]
    #[rustfmt::skip] // as a map
    fn odd_sides_by_hand() {
        // Windows over the edge average their valid pixels; the upsampled map is cut.
        let high: Vec<f32> = (0..25).map(|i| (i % 7) as f32).collect();
        let y = octave(1, 5, &high, &[1., 2., 3., 4., 5., 6., 7., 8., 9.]);
        let right = [
            5., -6., -11., -3., -3., 3., 19., -3., -19., -24., -2., -10., -18., 8., -23.,
            -2., -13., -21., -23., -21., 21., 10., 9., 7., 2.,
        ];
        assert_eq!(y, [right.to_vec(), vec![-11., -8.5, 12.5, -1., 0., 13., 4.5, 1.5, -11.]]);
    }
}
