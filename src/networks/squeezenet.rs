//! SqueezeNet 1.1 (Iandola et al. 2016, arXiv:1602.07360, and the authors' later release): 26
//! ordinary convolutions, no norms. Names and layers are those of the authors' prototxt: conv1
//! without a border, pools in ceil mode, ReLU after every convolution, conv10 included.

use super::{Fixed, Network};
use crate::graph::{Activation, Builder, Conv2d, GraphError, NodeId, Padding, Pool2d, PoolKind, Wiring};
use crate::tensor::Shape;

/// 1,235,496 parameters; input BGR, 227 x 227.
pub(super) static SQUEEZENET1_1: Network = Network {
    name: "squeezenet1_1",
    title: "SqueezeNet 1.1",
    input: Shape::new(1, 3, 227, 227),
    classes: 1000,
    placements: &[],
    architecture: &Fixed(build),
};

/// Number of the fire module, channels of its squeeze, channels of each of its two expands,
/// whether a pool follows it.
const FIRES: [(usize, usize, usize, bool); 8] = [
    (2, 16, 64, false),
    (3, 16, 64, true),
    (4, 32, 128, false),
    (5, 32, 128, true),
    (6, 48, 192, false),
    (7, 48, 192, false),
    (8, 64, 256, false),
    (9, 64, 256, false),
];

fn build(b: &mut Builder<'_>, x: NodeId) -> Result<NodeId, GraphError> {
    let x = conv_relu(b, "conv1", x, 64, 3, 2, Padding::default())?;
    let mut x = pool(b, "pool1", x)?;
    for (number, squeeze, expand, pooled) in FIRES {
        x = b.scoped(&format!("fire{number}/"), |b| fire(b, x, squeeze, expand))?;
        if pooled {
            x = pool(b, &format!("pool{number}"), x)?;
        }
    }
    let x = conv_relu(b, "conv10", x, SQUEEZENET1_1.classes, 1, 1, Padding::default())?;
    let x = b.global_average_pool("pool10", x)?;
    b.softmax("prob", x)
}

/// A 1x1 convolution to few channels, then 1x1 and 3x3 convolutions side by side, joined.
fn fire(b: &mut Builder<'_>, x: NodeId, squeeze: usize, expand: usize) -> Result<NodeId, GraphError> {
    let none = Padding::default();
    let s = conv_relu(b, "squeeze1x1", x, squeeze, 1, 1, none)?;
    let e1 = conv_relu(b, "expand1x1", s, expand, 1, 1, none)?;
    let e3 = conv_relu(b, "expand3x3", s, expand, 3, 1, Padding::even(1))?;
    b.concat("concat", &[e1, e3])
}

/// A convolution with bias, and `relu_{name}` after it.
fn conv_relu(
    b: &mut Builder<'_>,
    name: &str,
    x: NodeId,
    out_channels: usize,
    kernel: usize,
    stride: usize,
    padding: Padding,
) -> Result<NodeId, GraphError> {
    let conv = Conv2d { kernel, stride, padding, dilation: 1, wiring: Wiring::Grouped(1) };
    let x = b.conv2d(name, x, conv, out_channels, true)?;
    b.activation(&format!("relu_{name}"), x, Activation::Relu)
}

fn pool(b: &mut Builder<'_>, name: &str, x: NodeId) -> Result<NodeId, GraphError> {
    let pool = Pool2d { ceil: true, ..Pool2d::square(PoolKind::Max, 3, 2) };
    b.pool2d(name, x, pool)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Blank;

    #[test]
    fn maps_have_the_sizes_of_the_release() {
        let graph = SQUEEZENET1_1.build(&mut Blank, SQUEEZENET1_1.input).unwrap();
        let shape = |name| {
            let s = graph.shape(graph.find(name).unwrap());
            (s.c, s.h, s.w)
        };
        assert_eq!(shape("conv1"), (64, 113, 113));
        assert_eq!(shape("pool1"), (64, 56, 56));
        assert_eq!(shape("fire3/concat"), (128, 56, 56));
        assert_eq!(shape("pool5"), (256, 14, 14));
        assert_eq!(shape("fire9/relu_expand3x3"), (256, 14, 14));
        assert_eq!(shape("conv10"), (1000, 14, 14));
    }
}
