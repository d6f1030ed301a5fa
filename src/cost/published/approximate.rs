//! VGG-16 for CIFAR-10 as the repositories Approximate-HetConv and Efficient-HetConv build it: each replaced layer
//! is a group convolution beside a *full* pointwise convolution, both added. It is no operator of the program, since
//! the 3x3 kernels of a group already hold what its 1x1 kernels add; only these tables need it.

use crate::graph::{
    Activation, Blank, Builder, Conv2d, Graph, GraphError, NodeId, Padding, Pool2d, PoolKind, Wiring,
};
use crate::tensor::Shape;

/// Output channels; 0 is a 2x2 maximum.
const WIDTHS: [usize; 18] = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0];

/// The network with `part` groups; with `plain_one` one group is an ordinary convolution with bias.
pub(super) fn vgg16(part: usize, plain_one: bool) -> Result<Graph, GraphError> {
    let mut source = Biased;
    let mut b = Builder::new(&mut source);
    let mut x = b.input("input", Shape::new(1, 3, 32, 32))?;
    for (i, width) in WIDTHS.into_iter().enumerate() {
        x = match width {
            0 => b.pool2d(&format!("pool{i}"), x, MAXIMUM)?,
            _ => {
                let y = b.scoped(&format!("conv{i}/"), |b| layer(b, i == 0, x, width, part, plain_one))?;
                let y = b.batch_norm(&format!("norm{i}"), y, 1e-5)?;
                b.activation(&format!("relu{i}"), y, Activation::Relu)?
            }
        };
    }
    let x = b.flatten("flatten", x)?;
    let x = b.linear("fc1", x, 512)?;
    let x = b.batch_norm("fc1_norm", x, 1e-5)?;
    let x = b.activation("fc1_relu", x, Activation::Relu)?;
    b.linear("fc2", x, 10)?;
    Ok(b.finish())
}

const MAXIMUM: Pool2d = Pool2d {
    kind: PoolKind::Max,
    kernel: 2,
    stride: 2,
    padding: Padding { top: 0, bottom: 0, left: 0, right: 0 },
    ceil: false,
};

const fn conv(kernel: usize, groups: usize) -> Conv2d {
    Conv2d {
        kernel,
        stride: 1,
        padding: Padding::same(kernel, 1),
        dilation: 1,
        wiring: Wiring::Grouped(groups),
    }
}

fn layer(
    b: &mut Builder<'_>,
    first: bool,
    x: NodeId,
    width: usize,
    part: usize,
    plain_one: bool,
) -> Result<NodeId, GraphError> {
    if first || (part == 1 && plain_one) {
        return b.conv2d("plain", x, conv(3, 1), width, true);
    }
    let group = b.conv2d("group", x, conv(3, part), width, false)?;
    let pointwise = b.conv2d("pointwise", x, conv(1, 1), width, false)?;
    b.add("sum", group, pointwise)
}

/// Blank weights; biases that may be there are.
struct Biased;

impl crate::graph::WeightSource for Biased {
    fn take(
        &mut self,
        name: &str,
        dims: &[usize],
        _optional: bool,
    ) -> Result<Option<crate::graph::Weight>, GraphError> {
        Blank.take(name, dims, false)
    }
}
