//! Operators that keep the number of channels, in place of a layer that changes it: as in the networks of
//! arXiv 1608.04337, a 1x1 convolution in front brings the channels to their number.

use super::{Geometry, Weights};
use crate::graph::{Builder, GraphError, NodeId, Origin, Weight};

/// The square layer behind the 1x1 convolution: as many inputs as outputs.
pub(super) const fn square(g: &Geometry) -> Geometry {
    Geometry { in_channels: g.out_channels, ..*g }
}

/// `x` with as many channels as the layer has outputs.
pub(super) fn widen(g: &Geometry, x: NodeId, b: &mut Builder<'_>) -> Result<NodeId, GraphError> {
    if g.in_channels == g.out_channels { Ok(x) } else { b.pointwise("widen", x, g.out_channels) }
}

/// The weights of the 1x1 convolution, put into `weights`, and the kernel `[O, O, k, k]` that gives the
/// trained layer behind it. Rule: where there are more outputs than inputs, the inputs are repeated in
/// turn and each repetition gets an equal part of the trained kernel, which changes nothing; where there
/// are fewer, inputs are added in turn and share the mean of their kernels, which loses their
/// differences.
pub(super) fn widened(g: &Geometry, kernel: &Weight, weights: &mut Weights) -> Weight {
    let (i, o, area) = (g.in_channels, g.out_channels, g.area());
    if i == o {
        return kernel.clone();
    }
    let mut widen = vec![0.0; o * i];
    let mut square = vec![0.0; o * o * area];
    // Which inputs each of the new channels holds.
    let of_channel = |channel: usize| -> Vec<usize> {
        if o > i { vec![channel % i] } else { (channel..i).step_by(o).collect() }
    };
    let copies = |input: usize| (input..o).step_by(i).count();
    for channel in 0..o {
        let inputs = of_channel(channel);
        for &input in &inputs {
            widen[channel * i + input] = 1.0;
        }
        for output in 0..o {
            let to = &mut square[(output * o + channel) * area..][..area];
            for &input in &inputs {
                // An equal part for each repetition; the mean over the inputs that were added.
                let parts = if o > i { copies(input) } else { inputs.len() } as f32;
                let from = &kernel.values[(output * i + input) * area..][..area];
                to.iter_mut().zip(from).for_each(|(to, from)| *to += from / parts);
            }
        }
    }
    let name = "widen.weight";
    weights.insert(name.into(), Weight::new(name, vec![o, i, 1, 1], widen, Origin::Derived));
    Weight::new(kernel.name.clone(), vec![o, o, g.kernel, g.kernel], square, Origin::Derived)
}
