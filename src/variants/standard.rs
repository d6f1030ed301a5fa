//! Standard convolution, with groups and dilation.
//!
//! ```text
//! y[o, p, q] = b[o] + sum over i in group(o), u, v of  w[o, i, u, v] x[i, s p + d u - pad, s q + d v - pad]
//! ```
//!
//! * `x`: `[N, I, H, W]`, `w`: `[O, I/g, k, k]`, `b`: `[O]`, `y`: `[N, O, H', W']`
//! * stride `s`, dilation `d`, `g` contiguous groups: output `o` reads block `floor(o g / O)`.
//!   `g = 1` is the standard convolution, `g = I` the depthwise one.
//!
//! Source: the definition that every framework shares. Cost: `H' W' k^2 I O / g` multiply-adds.

use super::{ConvVariant, Formula, Geometry, Legal, Misfit, Setting, Settings, Weights};
use crate::graph::{Builder, Conv2d, GraphError, NodeId, Origin, Padding, Weight, Wiring};
use crate::tensor::Shape;

/// Standard convolution.
#[derive(Debug)]
pub struct Standard;

impl ConvVariant for Standard {
    fn name(&self) -> &'static str {
        "standard"
    }

    fn settings(&self, g: &Geometry) -> Vec<Setting> {
        // A single tap has no distance to another.
        let dilations = if g.kernel == 1 { 1 } else { 8 };
        vec![
            Setting::new("groups", Legal::common_divisors(g.in_channels, g.out_channels), 2.0),
            Setting::new("dilation", Legal::range(1, dilations), 1.0),
        ]
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
    ) -> Result<Vec<(&'static str, NodeId)>, GraphError> {
        let conv = Conv2d {
            kernel: g.kernel,
            stride: g.stride,
            padding: g.padding,
            dilation: s.integer("dilation"),
            wiring: Wiring::Grouped(s.integer("groups")),
        };
        Ok(vec![("output", b.conv2d_of("conv", "weight", Some("bias"), inputs[0], conv, g.out_channels)?)])
    }

    /// In a network a dilated kernel gets more padding, so that the map keeps its size.
    fn embed(
        &self,
        g: &Geometry,
        s: &Settings,
        x: NodeId,
        b: &mut Builder<'_>,
    ) -> Result<NodeId, GraphError> {
        Ok(self.lower(&widened(g, s), s, &[x], b)?[0].1)
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        let params = (g.area() * g.in_channels * g.out_channels / s.integer("groups")) as u64;
        let pixels = g.output_pixels(input.h, input.w, s.integer("dilation"));
        Formula { macs: input.n as u64 * pixels * params, params }
    }

    /// Rule: each output keeps the kernels of the inputs of its own group; the others are dropped.
    /// Dilation spreads the same taps. Limit: with `g` groups a share of `1 - 1/g` of the trained
    /// connections is gone, and nothing makes up for it.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let groups = s.integer("groups");
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
}

fn widened(g: &Geometry, s: &Settings) -> Geometry {
    let extra = (s.integer("dilation") - 1) * (g.kernel - 1) / 2;
    let Padding { top, bottom, left, right } = g.padding;
    let padding =
        Padding { top: top + extra, bottom: bottom + extra, left: left + extra, right: right + extra };
    Geometry { padding, ..*g }
}
