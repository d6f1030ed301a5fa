//! GhostNet (Han et al. 2020, arXiv:1911.11907), with the names and the configuration of the authors'
//! code.

use super::net::{Excite, Layer, Maps, Net};
use super::{Architecture, Network, Part};
use crate::graph::{Activation, GraphError, NodeId};
use crate::tensor::Shape;

/// 5,182,508 parameters.
pub(super) static GHOSTNET: Network = Network {
    name: "ghostnet",
    title: "GhostNet 1.0",
    input: Shape::new(1, 3, 224, 224),
    classes: 1000,
    placements: &[],
    architecture: &GhostNet,
};

#[derive(Debug)]
struct GhostNet;

/// Number of the stage, depthwise kernel, channels inside, output channels, whether it excites, stride.
type Block = (usize, usize, usize, usize, bool, usize);

const BLOCKS: [Block; 16] = [
    (0, 3, 16, 16, false, 1),
    (1, 3, 48, 24, false, 2),
    (2, 3, 72, 24, false, 1),
    (3, 5, 72, 40, true, 2),
    (4, 5, 120, 40, true, 1),
    (5, 3, 240, 80, false, 2),
    (6, 3, 200, 80, false, 1),
    (6, 3, 184, 80, false, 1),
    (6, 3, 184, 80, false, 1),
    (6, 3, 480, 112, true, 1),
    (6, 3, 672, 112, true, 1),
    (7, 5, 672, 160, true, 2),
    (8, 5, 960, 160, false, 1),
    (8, 5, 960, 160, true, 1),
    (8, 5, 960, 160, false, 1),
    (8, 5, 960, 160, true, 1),
];

impl Architecture for GhostNet {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError> {
        let x = net.conv("conv_stem", Part::Stem, input, Layer::new(16, 3).stride(2))?;
        let x = net.norm("bn1", x)?;
        let mut x = net.relu("act1", x)?;
        let mut earlier = (usize::MAX, 0);
        for block in &BLOCKS {
            let number = if earlier.0 == block.0 { earlier.1 + 1 } else { 0 };
            earlier = (block.0, number);
            net.at(block.0, number);
            x = net.scoped(&format!("blocks.{}.{number}.", block.0), |net| bottleneck(net, x, block))?;
        }
        let x = net.conv("blocks.9.0.conv", Part::Head, x, Layer::new(960, 1))?;
        let x = net.norm("blocks.9.0.bn1", x)?;
        let x = net.relu("blocks.9.0.act1", x)?;
        let x = Maps::plain(net.means("global_pool", x)?);
        let x = net.conv("conv_head", Part::Head, x, Layer::new(1280, 1).biased())?;
        let x = net.relu("act2", x)?;
        let x = net.joined("classifier", x)?;
        let b = net.builder();
        let x = b.linear("classifier", x, classes)?;
        b.softmax("prob", x)
    }
}

/// Half of the maps by a 1x1 convolution, the other half by a cheap depthwise one from these.
fn ghost(net: &mut Net<'_, '_>, prefix: &str, x: Maps, out: usize, relu: bool) -> Result<Maps, GraphError> {
    net.scoped(prefix, |net| {
        let half = out.div_ceil(2);
        let step = |net: &mut Net<'_, '_>, name: &str, part, x, layer| {
            let x = net.conv(&format!("{name}.0"), part, x, layer)?;
            let x = net.norm(&format!("{name}.1"), x)?;
            if relu { net.relu(&format!("{name}.2"), x) } else { Ok(x) }
        };
        let primary = step(net, "primary_conv", Part::First, x, Layer::new(half, 1))?;
        let cheap = Layer::new(half, 3).groups(half);
        let cheap = step(net, "cheap_operation", Part::Depthwise, primary, cheap)?;
        net.concat("concat", &[primary, cheap])
    })
}

fn bottleneck(net: &mut Net<'_, '_>, x: Maps, block: &Block) -> Result<Maps, GraphError> {
    let &(_, kernel, inner, out, excites, stride) = block;
    let channels = net.shape(x).c;
    let mut y = ghost(net, "ghost1.", x, inner, true)?;
    if stride > 1 {
        y =
            net.conv("conv_dw", Part::Depthwise, y, Layer::new(inner, kernel).stride(stride).groups(inner))?;
        y = net.norm("bn_dw", y)?;
    }
    if excites {
        let names = Excite {
            pool: "se.avg_pool",
            reduce: "se.conv_reduce",
            expand: "se.conv_expand",
            scale: "se.scale",
            hidden: quarter(inner),
            bias: true,
            gate: Activation::HardSigmoid,
        };
        y = net.excite(&names, y)?;
    }
    y = ghost(net, "ghost2.", y, out, false)?;
    let mut shortcut = x;
    if stride > 1 || channels != out {
        let depthwise = Layer::new(channels, kernel).stride(stride).groups(channels);
        shortcut = net.conv("shortcut.0", Part::Shortcut, shortcut, depthwise)?;
        shortcut = net.norm("shortcut.1", shortcut)?;
        shortcut = net.conv("shortcut.2", Part::Shortcut, shortcut, Layer::new(out, 1))?;
        shortcut = net.norm("shortcut.3", shortcut)?;
    }
    net.add("add", y, shortcut)
}

/// A quarter of the channels, rounded to a multiple of 4 but never below 0.9 of it.
const fn quarter(channels: usize) -> usize {
    // Rounding of channels / 4 to the nearest multiple of 4, halves up.
    let rounded = (channels + 8) / 16 * 4;
    let rounded = if rounded < 4 { 4 } else { rounded };
    if rounded * 40 < channels * 9 { rounded + 4 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::quarter;

    #[test]
    fn hidden_channels_are_multiples_of_four() {
        assert_eq!([72, 120, 480, 672, 960].map(quarter), [20, 32, 120, 168, 240]);
    }
}
