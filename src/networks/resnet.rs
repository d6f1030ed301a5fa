//! Residual networks: ResNet (He et al. 2015, arXiv:1512.03385) for ImageNet with torchvision's names and
//! for CIFAR, ResNeXt (arXiv:1611.05431), and ResNet with squeeze and excitation (arXiv:1709.01507).

use super::net::{Excite, Layer, Maps, Net};
use super::{Architecture, Network, Part, Site};
use crate::graph::{Activation, GraphError, NodeId, PoolKind};
use crate::tensor::Shape;
use crate::variants::{Settings, Value};

/// What stands before the first block.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stem {
    /// 7x7 with stride 2, then a 3x3 maximum with stride 2.
    ImageNet,
    /// 3x3.
    Cifar,
    /// Three 3x3, the first with stride 2, then a 3x3 maximum with stride 2.
    Deep,
    /// Three 3x3 of few channels, the second with stride 2, then a bottleneck with stride 2.
    DeepBottleneck,
}

/// What is added where a block changes the shape.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shortcut {
    /// Every second pixel, and channels of zeros: no parameters (option A).
    Zeros,
    /// A 1x1 convolution with a norm (option B).
    Projection,
}

/// Which convolution of a bottleneck has the stride.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stride {
    First,
    Middle,
    Last,
}

#[derive(Debug)]
struct ResNet {
    stem: Stem,
    /// Blocks of each stage.
    blocks: &'static [usize],
    /// Channels inside the blocks of the first stage; each stage doubles them.
    width: usize,
    /// 1x1, 3x3, 1x1 to four times the width, instead of two 3x3.
    bottleneck: bool,
    /// Groups of the 3x3 and its channels for each channel of the width, in 64ths.
    groups: usize,
    group_width: usize,
    shortcut: Shortcut,
    stride: Stride,
    excite: bool,
    /// Norm and ReLU before each convolution instead of behind it, and before the means.
    preactivation: bool,
}

const BASE: ResNet = ResNet {
    stem: Stem::ImageNet,
    blocks: &[3, 4, 6, 3],
    width: 64,
    bottleneck: true,
    groups: 1,
    group_width: 64,
    shortcut: Shortcut::Projection,
    stride: Stride::Middle,
    excite: false,
    preactivation: false,
};

const CIFAR: ResNet = ResNet { stem: Stem::Cifar, width: 16, bottleneck: false, ..BASE };

const fn network(name: &'static str, title: &'static str, architecture: &'static ResNet) -> Network {
    let input = Shape::new(1, 3, 224, 224);
    let placements: &[&str] = &["octave", "hetconv", "spconv"];
    Network { name, title, input, classes: 1000, placements, architecture }
}

const fn cifar(name: &'static str, title: &'static str, architecture: &'static ResNet) -> Network {
    let input = Shape::new(1, 3, 32, 32);
    let placements: &[&str] = &["hetconv", "spconv"];
    Network { name, title, input, classes: 10, placements, architecture }
}

/// 11,689,512 parameters.
pub(super) static RESNET18: Network =
    network("resnet18", "ResNet-18", &ResNet { blocks: &[2, 2, 2, 2], bottleneck: false, ..BASE });
/// 21,797,672 parameters.
pub(super) static RESNET34: Network = network("resnet34", "ResNet-34", &ResNet { bottleneck: false, ..BASE });
/// 25,557,032 parameters.
pub(super) static RESNET50: Network = network("resnet50", "ResNet-50", &BASE);
/// 44,549,160 parameters.
pub(super) static RESNET101: Network =
    network("resnet101", "ResNet-101", &ResNet { blocks: &[3, 4, 23, 3], ..BASE });
/// 60,192,808 parameters.
pub(super) static RESNET152: Network =
    network("resnet152", "ResNet-152", &ResNet { blocks: &[3, 8, 36, 3], ..BASE });
/// The ResNet-26 of the OctConv repository: bottlenecks.
pub(super) static RESNET26: Network =
    network("resnet26", "ResNet-26", &ResNet { blocks: &[2, 2, 2, 2], ..BASE });
/// The ResNet-200 of the OctConv repository.
pub(super) static RESNET200: Network =
    network("resnet200", "ResNet-200", &ResNet { blocks: &[3, 24, 36, 3], ..BASE });
/// Stride in the first 1x1 of a block, as first published.
pub(super) static RESNET50_V1: Network =
    network("resnet50_v1", "ResNet-50 v1", &ResNet { stride: Stride::First, ..BASE });
/// Stride in the first 1x1 of a block, as first published.
pub(super) static RESNET101_V1: Network = network(
    "resnet101_v1",
    "ResNet-101 v1",
    &ResNet { blocks: &[3, 4, 23, 3], stride: Stride::First, ..BASE },
);
/// 25,028,904 parameters.
pub(super) static RESNEXT50: Network =
    network("resnext50_32x4d", "ResNeXt-50 32x4d", &ResNet { groups: 32, group_width: 4 * 32, ..BASE });
/// 44,177,704 parameters.
pub(super) static RESNEXT101: Network = network(
    "resnext101_32x4d",
    "ResNeXt-101 32x4d",
    &ResNet { blocks: &[3, 4, 23, 3], groups: 32, group_width: 4 * 32, ..BASE },
);
/// 28,088,024 parameters.
pub(super) static SE_RESNET50: Network =
    network("se_resnet50", "SE-ResNet-50", &ResNet { excite: true, ..BASE });
/// 60,222,224 parameters: the Oct-ResNet-152 of the OctConv repository, with octave convolutions.
pub(super) static RESNET152_V1F: Network = network(
    "resnet152_v1f",
    "ResNet-152 v1f",
    &ResNet { stem: Stem::DeepBottleneck, blocks: &[3, 8, 36, 3], stride: Stride::Last, ..BASE },
);
/// 66,841,080 parameters: the Oct-ResNet-152 + SE of the OctConv repository, with octave convolutions.
pub(super) static SE_RESNET152_V1E: Network = network(
    "se_resnet152_v1e",
    "SE-ResNet-152 v1e",
    &ResNet { stem: Stem::Deep, blocks: &[3, 8, 36, 3], stride: Stride::Last, excite: true, ..BASE },
);
/// The networks of the OctConv repository's ablations. 25,553,192 parameters.
pub(super) static RESNET50_PREACT: Network =
    network("resnet50_preact", "ResNet-50 (pre-activation)", &ResNet { preactivation: true, ..BASE });
/// Another of them.
pub(super) static RESNET26_PREACT: Network = network(
    "resnet26_preact",
    "ResNet-26 (pre-activation)",
    &ResNet { blocks: &[2, 2, 2, 2], preactivation: true, ..BASE },
);
/// Another of them.
pub(super) static RESNET101_PREACT: Network = network(
    "resnet101_preact",
    "ResNet-101 (pre-activation)",
    &ResNet { blocks: &[3, 4, 23, 3], preactivation: true, ..BASE },
);
/// Another of them.
pub(super) static RESNET200_PREACT: Network = network(
    "resnet200_preact",
    "ResNet-200 (pre-activation)",
    &ResNet { blocks: &[3, 24, 36, 3], preactivation: true, ..BASE },
);
/// 25,025,064 parameters.
pub(super) static RESNEXT50_PREACT: Network = network(
    "resnext50_32x4d_preact",
    "ResNeXt-50 32x4d (pre-activation)",
    &ResNet { groups: 32, group_width: 4 * 32, preactivation: true, ..BASE },
);
/// 269,722 parameters.
pub(super) static RESNET20_A: Network = cifar(
    "resnet20_cifar_a",
    "ResNet-20 (CIFAR-10, option A)",
    &ResNet { blocks: &[3; 3], shortcut: Shortcut::Zeros, ..CIFAR },
);
/// 272,474 parameters.
pub(super) static RESNET20_B: Network =
    cifar("resnet20_cifar_b", "ResNet-20 (CIFAR-10, option B)", &ResNet { blocks: &[3; 3], ..CIFAR });
/// Shortcuts without parameters.
pub(super) static RESNET56_A: Network = cifar(
    "resnet56_cifar_a",
    "ResNet-56 (CIFAR-10, option A)",
    &ResNet { blocks: &[9; 3], shortcut: Shortcut::Zeros, ..CIFAR },
);
/// Shortcuts of 1x1 convolutions.
pub(super) static RESNET56_B: Network =
    cifar("resnet56_cifar_b", "ResNet-56 (CIFAR-10, option B)", &ResNet { blocks: &[9; 3], ..CIFAR });

impl Architecture for ResNet {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError> {
        let mut x = self.stem(net, input)?;
        for (stage, &blocks) in self.blocks.iter().enumerate() {
            for block in 0..blocks {
                net.at(stage, block);
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                let prefix = format!("layer{}.{block}.", stage + 1);
                x = net.scoped(&prefix, |net| self.block(net, x, self.width << stage, stride))?;
            }
        }
        if self.preactivation {
            x = net.norm("bn_last", x)?;
            x = net.relu("relu_last", x)?;
        }
        net.classify("avgpool", "fc", x, classes)
    }

    fn place(&self, variant: &str, site: &Site, mut given: Settings) -> Option<Settings> {
        if variant == "octave" {
            let alpha = given.get("alpha_out").map_or(0.0, Value::as_f64);
            let (alpha_in, alpha_out) = self.octave(alpha, site)?;
            given.set("alpha_in", Value::Real(alpha_in));
            given.set("alpha_out", Value::Real(alpha_out));
            return Some(given);
        }
        super::placement::dense_kernels(variant, site, given)
    }
}

impl ResNet {
    /// The official rule: the stem is ordinary; the first block splits the maps; the last stage is not
    /// split, so its first block reads split maps and gives plain ones. Its strided layer is an octave layer
    /// without low channels, which pools before it convolves.
    fn octave(&self, alpha: f64, site: &Site) -> Option<(f64, f64)> {
        let enters = site.block == 0 && matches!(site.part, Part::First | Part::Shortcut);
        let last = self.blocks.len() - 1;
        match site.stage {
            _ if site.part == Part::Stem => None,
            stage if stage == last && enters => Some((alpha, 0.0)),
            stage if stage == last => (site.geometry.stride > 1).then_some((0.0, 0.0)),
            0 if enters => Some((0.0, alpha)),
            _ => Some((alpha, alpha)),
        }
    }

    fn stem(&self, net: &mut Net<'_, '_>, input: Maps) -> Result<Maps, GraphError> {
        let step = |net: &mut Net<'_, '_>, number: usize, x, layer| {
            let x = net.conv(&format!("conv1.{number}"), Part::Stem, x, layer)?;
            let x = net.norm(&format!("bn1.{number}"), x)?;
            net.relu(&format!("relu.{number}"), x)
        };
        let three = |net: &mut Net<'_, '_>, layers: [Layer; 3]| {
            layers.into_iter().enumerate().try_fold(input, |x, (number, layer)| step(net, number, x, layer))
        };
        let x = match self.stem {
            Stem::ImageNet | Stem::Cifar => {
                let layer = match self.stem {
                    Stem::ImageNet => Layer::new(self.width, 7).stride(2),
                    _ => Layer::new(self.width, 3),
                };
                let x = net.conv("conv1", Part::Stem, input, layer)?;
                let x = net.norm("bn1", x)?;
                net.relu("relu", x)?
            }
            Stem::Deep => three(net, [Layer::new(32, 3).stride(2), Layer::new(32, 3), Layer::new(64, 3)])?,
            Stem::DeepBottleneck => {
                let x = three(net, [Layer::new(8, 3), Layer::new(32, 3).stride(2), Layer::new(64, 3)])?;
                let y = step(net, 3, x, Layer::new(32, 1))?;
                let y = step(net, 4, y, Layer::new(32, 3).stride(2))?;
                let y = net.conv("conv1.5", Part::Stem, y, Layer::new(64, 1))?;
                let y = net.norm("bn1.5", y)?;
                let shortcut = net.conv("conv1.shortcut", Part::Stem, x, Layer::new(64, 1).stride(2))?;
                let shortcut = net.norm("bn1.shortcut", shortcut)?;
                let y = net.add("add1", y, shortcut)?;
                return net.relu("relu.5", y);
            }
        };
        match self.stem {
            Stem::Cifar => Ok(x),
            _ => net.pool("maxpool", x, PoolKind::Max, 3, 2, 1),
        }
    }

    /// Norm, ReLU, convolution.
    fn preactivated(
        &self,
        net: &mut Net<'_, '_>,
        number: usize,
        part: Part,
        x: Maps,
        layer: Layer,
    ) -> Result<Maps, GraphError> {
        let x = net.norm(&format!("bn{number}"), x)?;
        let x = net.relu(&format!("relu{number}"), x)?;
        net.conv(&format!("conv{number}"), part, x, layer)
    }

    /// A bottleneck whose norms and ReLUs come first, those of the shortcut too.
    fn preactivation_block(
        &self,
        net: &mut Net<'_, '_>,
        x: Maps,
        width: usize,
        stride: usize,
    ) -> Result<Maps, GraphError> {
        let (out, inner) = (4 * width, width * self.group_width / 64);
        let y = self.preactivated(net, 1, Part::First, x, Layer::new(inner, 1))?;
        let spatial = Layer::new(inner, 3).stride(stride).groups(self.groups);
        let y = self.preactivated(net, 2, Part::Middle, y, spatial)?;
        let y = self.preactivated(net, 3, Part::Last, y, Layer::new(out, 1))?;
        let mut shortcut = x;
        if stride > 1 || net.shape(x).c != out {
            shortcut = net.norm("downsample.0", shortcut)?;
            shortcut = net.relu("downsample.1", shortcut)?;
            let projection = Layer::new(out, 1).stride(stride);
            shortcut = net.conv("downsample.2", Part::Shortcut, shortcut, projection)?;
        }
        net.add("add", y, shortcut)
    }

    fn block(&self, net: &mut Net<'_, '_>, x: Maps, width: usize, stride: usize) -> Result<Maps, GraphError> {
        if self.preactivation {
            return self.preactivation_block(net, x, width, stride);
        }
        let (channels, out) = (net.shape(x).c, if self.bottleneck { 4 * width } else { width });
        let mut y = x;
        if self.bottleneck {
            let inner = width * self.group_width / 64;
            let strides = match self.stride {
                Stride::First => (stride, 1, 1),
                Stride::Middle => (1, stride, 1),
                Stride::Last => (1, 1, stride),
            };
            y = net.conv("conv1", Part::First, y, Layer::new(inner, 1).stride(strides.0))?;
            y = net.norm("bn1", y)?;
            y = net.relu("relu1", y)?;
            let spatial = Layer::new(inner, 3).stride(strides.1).groups(self.groups);
            y = net.conv("conv2", Part::Middle, y, spatial)?;
            y = net.norm("bn2", y)?;
            y = net.relu("relu2", y)?;
            y = net.conv("conv3", Part::Last, y, Layer::new(out, 1).stride(strides.2))?;
            y = net.norm("bn3", y)?;
        } else {
            y = net.conv("conv1", Part::First, y, Layer::new(width, 3).stride(stride))?;
            y = net.norm("bn1", y)?;
            y = net.relu("relu1", y)?;
            y = net.conv("conv2", Part::Middle, y, Layer::new(width, 3))?;
            y = net.norm("bn2", y)?;
        }
        if self.excite {
            let names = Excite {
                pool: "se.pool",
                reduce: "se.fc1",
                expand: "se.fc2",
                scale: "se.scale",
                hidden: out / 16,
                bias: true,
                gate: Activation::Sigmoid,
            };
            y = net.excite(&names, y)?;
        }
        let mut shortcut = x;
        if stride > 1 || channels != out {
            shortcut = match self.shortcut {
                Shortcut::Projection => {
                    let projection = Layer::new(out, 1).stride(stride);
                    let shortcut = net.conv("downsample.0", Part::Shortcut, x, projection)?;
                    net.norm("downsample.1", shortcut)?
                }
                Shortcut::Zeros => zeros(net, x, out, stride)?,
            };
        }
        let y = net.add("add", y, shortcut)?;
        net.relu("relu", y)
    }
}

/// Every `stride`-th pixel, with as many channels of zeros before as behind.
fn zeros(net: &mut Net<'_, '_>, x: Maps, out: usize, stride: usize) -> Result<Maps, GraphError> {
    let channels = net.shape(x).c;
    let before = (out - channels) / 2;
    let places = (before..before + channels).map(|c| c as u32).collect();
    let joined = net.joined(&net.name("downsample"), x)?;
    // A maximum over one pixel: the pixel itself.
    let pixels = net.pool("downsample.pixels", Maps::plain(joined), PoolKind::Max, 1, stride, 0)?;
    let name = net.name("downsample.zeros");
    net.builder().scatter_add(&name, pixels.high, places, out).map(Maps::plain)
}
