//! The table of kernels: WGSL source, entry point, constants and number of bindings.

/// Joins a kernel's file behind the files of `shaders/common/` that its first line names.
macro_rules! wgsl {
    ($($file:literal),+) => {
        concat!($(include_str!(concat!("../../../shaders/", $file))),+)
    };
}

/// Size of the block that a workgroup of the tiled convolution computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConvTile {
    /// 64 outputs x 64 pixels, 128 threads.
    Large,
    /// 32 outputs x 32 pixels, 32 threads: more workgroups where the map is small.
    Small,
    /// 16 outputs x 128 pixels, 64 threads: groups of few outputs.
    Flat,
    /// 8 outputs x 256 pixels, 64 threads: groups of very few outputs.
    Strip,
}

impl ConvTile {
    /// All tiles, larger ones first.
    pub const ALL: [Self; 4] = [Self::Large, Self::Flat, Self::Strip, Self::Small];

    /// Threads along the outputs, threads along the pixels, taps per step.
    const fn sides(self) -> (u32, u32, u32) {
        match self {
            Self::Large => (8, 16, 16),
            Self::Small => (4, 8, 16),
            Self::Flat => (2, 32, 8),
            Self::Strip => (1, 64, 8),
        }
    }

    /// Outputs and pixels of a block.
    pub const fn block(self) -> (usize, usize) {
        let (outputs, pixels, _) = self.sides();
        (8 * outputs as usize, 4 * pixels as usize)
    }
}

/// Block of outputs and pixels that a thread of the direct convolution computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DirectBlock {
    /// 16 outputs x 16 pixels.
    Broad,
    /// 16 outputs x 8 pixels.
    Wide,
    /// 4 outputs x 8 pixels.
    Narrow,
    /// 1 output x 8 pixels.
    Single,
}

impl DirectBlock {
    /// All blocks, larger ones first.
    pub const ALL: [Self; 4] = [Self::Broad, Self::Wide, Self::Narrow, Self::Single];

    /// Outputs and pixels of a thread.
    pub const fn sides(self) -> (usize, usize) {
        match self {
            Self::Broad => (16, 16),
            Self::Wide => (16, 8),
            Self::Narrow => (4, 8),
            Self::Single => (1, 8),
        }
    }
}

/// A compute pipeline that the executor can build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// `conv2d_tiled.wgsl`.
    ConvTiled {
        /// Block of a workgroup.
        tile: ConvTile,
        /// Whether the input has a border of zeros.
        padded: bool,
    },
    /// `conv2d_direct.wgsl`.
    ConvDirect {
        /// Block of a thread.
        block: DirectBlock,
        /// Whether the input has a border of zeros.
        padded: bool,
        /// Threads of a workgroup: 8 on software adapters (one SIMD register), 64 on GPUs.
        lanes: u32,
    },
    /// `conv2d_naive.wgsl`.
    ConvNaive,
    /// `depthwise_direct.wgsl`.
    Depthwise {
        /// Kernel side.
        kernel: u32,
        /// Whether the stride equals the dilation, so that pixels slide through registers.
        slide: bool,
    },
    /// `linear_reduce.wgsl`.
    Linear,
    /// `batch_norm_elementwise.wgsl`.
    BatchNorm,
    /// `activation_elementwise.wgsl`.
    Activation,
    /// `pool2d_direct.wgsl`.
    Pool2d {
        /// Mean instead of maximum.
        average: bool,
    },
    /// `global_average_pool_reduce.wgsl`.
    GlobalAveragePool,
    /// `upsample_nearest.wgsl`.
    Upsample,
    /// `add_elementwise.wgsl`.
    Add,
    /// `channels_copy.wgsl`.
    ChannelsCopy,
    /// `softmax_reduce.wgsl`.
    Softmax,
    /// `depthwise_transpose.wgsl`.
    DepthwiseTranspose,
    /// `channels_gather.wgsl`.
    ChannelsGather,
    /// `pair_softmax_elementwise.wgsl`.
    PairSoftmax,
    /// `blend_elementwise.wgsl`.
    Blend,
}

/// What a pipeline is built from.
#[derive(Clone, Debug)]
pub struct KernelSpec {
    /// File in `shaders/`.
    pub file: &'static str,
    /// The file's text behind the common files it uses.
    pub source: &'static str,
    /// Entry point.
    pub entry: &'static str,
    /// Values of its `override` constants.
    pub constants: Vec<(&'static str, f64)>,
    /// Number of read-only storage buffers, bindings `1 ..= reads`. Binding 0 is the uniform,
    /// binding `reads + 1` the result.
    pub reads: u32,
}

impl Kernel {
    /// Every pipeline that the executor can ask for; of the depthwise ones, some kernel sides.
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::ConvNaive,
            Self::Linear,
            Self::BatchNorm,
            Self::Activation,
            Self::GlobalAveragePool,
            Self::Upsample,
            Self::Add,
            Self::ChannelsCopy,
            Self::Softmax,
            Self::DepthwiseTranspose,
            Self::ChannelsGather,
            Self::PairSoftmax,
            Self::Blend,
        ];
        for flag in [false, true] {
            all.extend(ConvTile::ALL.map(|tile| Self::ConvTiled { tile, padded: flag }));
            for lanes in [8, 64] {
                let direct = |block| Self::ConvDirect { block, padded: flag, lanes };
                all.extend(DirectBlock::ALL.map(direct));
            }
            all.push(Self::Pool2d { average: flag });
            all.extend([1, 3, 5].map(|kernel| Self::Depthwise { kernel, slide: flag }));
        }
        all
    }

    /// What to build it from.
    pub fn spec(self) -> KernelSpec {
        let plain =
            |file, source, reads| KernelSpec { file, source, entry: "main", constants: vec![], reads };
        let flag = |on: bool| f64::from(u8::from(on));
        match self {
            Self::ConvTiled { tile, padded } => {
                let (outputs, pixels, taps) = tile.sides();
                KernelSpec {
                    constants: vec![
                        ("OUTPUT_THREADS", f64::from(outputs)),
                        ("PIXEL_THREADS", f64::from(pixels)),
                        ("TAPS", f64::from(taps)),
                        ("PADDED", flag(padded)),
                    ],
                    ..plain(
                        "conv2d_tiled.wgsl",
                        wgsl!("common/grid.wgsl", "common/conv.wgsl", "conv2d_tiled.wgsl"),
                        5,
                    )
                }
            }
            Self::ConvDirect { block, padded, lanes } => KernelSpec {
                entry: match block {
                    DirectBlock::Broad => "broad",
                    DirectBlock::Wide => "wide",
                    DirectBlock::Narrow => "narrow",
                    DirectBlock::Single => "single",
                },
                constants: vec![("LANES", f64::from(lanes)), ("PADDED", flag(padded))],
                ..plain(
                    "conv2d_direct.wgsl",
                    wgsl!("common/grid.wgsl", "common/conv.wgsl", "conv2d_direct.wgsl"),
                    5,
                )
            },
            Self::ConvNaive => plain(
                "conv2d_naive.wgsl",
                wgsl!("common/grid.wgsl", "common/conv.wgsl", "conv2d_naive.wgsl"),
                5,
            ),
            Self::Depthwise { kernel, slide } => KernelSpec {
                constants: vec![("KERNEL", f64::from(kernel)), ("SLIDE", flag(slide))],
                ..plain("depthwise_direct.wgsl", wgsl!("common/grid.wgsl", "depthwise_direct.wgsl"), 3)
            },
            Self::Linear => plain("linear_reduce.wgsl", wgsl!("common/grid.wgsl", "linear_reduce.wgsl"), 3),
            Self::BatchNorm => plain(
                "batch_norm_elementwise.wgsl",
                wgsl!("common/grid.wgsl", "batch_norm_elementwise.wgsl"),
                2,
            ),
            Self::Activation => plain(
                "activation_elementwise.wgsl",
                wgsl!("common/grid.wgsl", "activation_elementwise.wgsl"),
                1,
            ),
            Self::Pool2d { average } => KernelSpec {
                constants: vec![("AVERAGE", flag(average))],
                ..plain("pool2d_direct.wgsl", wgsl!("common/grid.wgsl", "pool2d_direct.wgsl"), 1)
            },
            Self::GlobalAveragePool => plain(
                "global_average_pool_reduce.wgsl",
                wgsl!("common/grid.wgsl", "global_average_pool_reduce.wgsl"),
                1,
            ),
            Self::Upsample => {
                plain("upsample_nearest.wgsl", wgsl!("common/grid.wgsl", "upsample_nearest.wgsl"), 1)
            }
            Self::Add => plain("add_elementwise.wgsl", wgsl!("common/grid.wgsl", "add_elementwise.wgsl"), 2),
            Self::ChannelsCopy => {
                plain("channels_copy.wgsl", wgsl!("common/grid.wgsl", "channels_copy.wgsl"), 1)
            }
            Self::Softmax => {
                plain("softmax_reduce.wgsl", wgsl!("common/grid.wgsl", "softmax_reduce.wgsl"), 1)
            }
            Self::DepthwiseTranspose => {
                plain("depthwise_transpose.wgsl", wgsl!("common/grid.wgsl", "depthwise_transpose.wgsl"), 2)
            }
            Self::ChannelsGather => {
                plain("channels_gather.wgsl", wgsl!("common/grid.wgsl", "channels_gather.wgsl"), 2)
            }
            Self::PairSoftmax => plain(
                "pair_softmax_elementwise.wgsl",
                wgsl!("common/grid.wgsl", "pair_softmax_elementwise.wgsl"),
                2,
            ),
            Self::Blend => {
                plain("blend_elementwise.wgsl", wgsl!("common/grid.wgsl", "blend_elementwise.wgsl"), 3)
            }
        }
    }
}
