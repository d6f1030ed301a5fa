//! The table of kernels: WGSL source, entry point, constants and number of bindings.

/// Joins a kernel's file behind the files of `shaders/common/` that its first line names.
macro_rules! wgsl {
    ($($file:literal),+) => {
        concat!($(include_str!(concat!("../../../shaders/", $file))),+)
    };
}

/// The same for the kernels that go through taps.
macro_rules! conv_source {
    ($file:literal) => {
        wgsl!("common/grid.wgsl", "common/maps.wgsl", "common/conv.wgsl", $file)
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

    /// Its entry point.
    const fn entry(self) -> &'static str {
        match self {
            Self::Broad => "broad",
            Self::Wide => "wide",
            Self::Narrow => "narrow",
            Self::Single => "single",
        }
    }

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

/// Outputs and pixels of a thread of `conv2d_broadcast.wgsl`, threads of a workgroup.
pub const BROADCAST: (usize, usize, usize) = (32, 8, 8);

/// Where the maps of a plan lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Maps {
    /// Each in a buffer of its own: every value of the graph is kept.
    Apart,
    /// All in one buffer, which a kernel both reads and writes: only the results are kept.
    Together,
}

/// What a kernel that goes through taps has to provide for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConvForm {
    /// Where the maps lie.
    pub maps: Maps,
    /// Whether some tap falls outside its map.
    pub padded: bool,
    /// Whether the taps read more than one source.
    pub several: bool,
    /// Whether a source is read through a 2x2 mean.
    pub pooled: bool,
    /// Whether a map is added to the sums.
    pub residual: bool,
}

impl ConvForm {
    /// Every form; those behind a mean go through sources in any number.
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for padded in [false, true] {
            let plain = Self { maps: Maps::Apart, padded, several: false, pooled: false, residual: false };
            all.push(plain);
            for residual in [false, true] {
                for (several, pooled) in [(false, false), (true, false), (true, true)] {
                    all.push(Self { maps: Maps::Together, several, pooled, residual, ..plain });
                }
            }
        }
        all
    }

    fn constants(self) -> [(&'static str, f64); 5] {
        [
            ("TOGETHER", flag(self.maps == Maps::Together)),
            ("PADDED", flag(self.padded)),
            ("SEVERAL", flag(self.several)),
            ("POOLED", flag(self.pooled)),
            ("RESIDUAL", flag(self.residual)),
        ]
    }
}

/// Activations that do more than cut values off, by their number in `smooth_elementwise.wgsl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Smooth {
    /// `1 / (1 + exp(-x))`.
    Sigmoid = 0,
    /// `min(max(x + 3, 0), 6) / 6`.
    HardSigmoid = 1,
    /// `x min(max(x + 3, 0), 6) / 6`.
    HardSwish = 2,
    /// `x` above 0, a number times `x` below.
    LeakyRelu = 3,
    /// `x` above 0, a number times `exp(x) - 1` below.
    Elu = 4,
    /// `tanh(x)`.
    Tanh = 5,
    /// `ln(1 + exp(x))`.
    Softplus = 6,
    /// `ln(x)`.
    Log = 7,
    /// `min(max(x, a), b)`.
    Clip = 8,
    /// `x (1 + erf(x / sqrt(2))) / 2`.
    Gelu = 9,
    /// The same with tanh.
    GeluTanh = 10,
    /// The error function.
    Erf = 11,
    /// `exp(x)`.
    Exp = 12,
    /// `|x|`.
    Abs = 13,
    /// The square root.
    Sqrt = 14,
    /// `1 / x`.
    Reciprocal = 15,
    /// `x / (1 + |x|)`.
    Softsign = 16,
    /// `x` above a number, else 0.
    Threshold = 17,
}

/// Kernels that compute a node as it is, from whole maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKernel {
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
    /// `smooth_elementwise.wgsl`.
    Smooth(Smooth),
    /// `adaptive_pool_direct.wgsl`.
    AdaptivePool,
    /// `multiply_elementwise.wgsl`.
    Multiply,
    /// `add_elementwise.wgsl`.
    Add,
    /// `channels_copy.wgsl`.
    ChannelsCopy,
    /// `normalize_reduce.wgsl`.
    Normalize {
        /// One thread for each set of values instead of a workgroup.
        alone: bool,
    },
    /// `response_norm_elementwise.wgsl`.
    ResponseNorm,
    /// `softmax_reduce.wgsl`.
    Softmax,
    /// `depthwise_transpose.wgsl`.
    DepthwiseTranspose,
    /// `channels_gather.wgsl`.
    ChannelsGather,
    /// `resample_gather.wgsl`.
    Resample,
    /// `pair_softmax_elementwise.wgsl`.
    PairSoftmax,
    /// `blend_elementwise.wgsl`.
    Blend,
}

impl NodeKernel {
    /// All of them.
    pub const ALL: [Self; 38] = [
        Self::Linear,
        Self::BatchNorm,
        Self::Activation,
        Self::Pool2d { average: false },
        Self::Pool2d { average: true },
        Self::GlobalAveragePool,
        Self::Upsample,
        Self::Smooth(Smooth::Sigmoid),
        Self::Smooth(Smooth::HardSigmoid),
        Self::Smooth(Smooth::HardSwish),
        Self::Smooth(Smooth::LeakyRelu),
        Self::Smooth(Smooth::Elu),
        Self::Smooth(Smooth::Tanh),
        Self::Smooth(Smooth::Softplus),
        Self::Smooth(Smooth::Log),
        Self::Smooth(Smooth::Clip),
        Self::Smooth(Smooth::Gelu),
        Self::Smooth(Smooth::GeluTanh),
        Self::Smooth(Smooth::Erf),
        Self::Smooth(Smooth::Exp),
        Self::Smooth(Smooth::Abs),
        Self::Smooth(Smooth::Sqrt),
        Self::Smooth(Smooth::Reciprocal),
        Self::Smooth(Smooth::Softsign),
        Self::Smooth(Smooth::Threshold),
        Self::AdaptivePool,
        Self::Multiply,
        Self::Add,
        Self::ChannelsCopy,
        Self::Normalize { alone: false },
        Self::Normalize { alone: true },
        Self::ResponseNorm,
        Self::Softmax,
        Self::DepthwiseTranspose,
        Self::ChannelsGather,
        Self::Resample,
        Self::PairSoftmax,
        Self::Blend,
    ];

    fn spec(self, maps: Maps) -> KernelSpec {
        /// The file, its text, the number of its inputs and tables.
        macro_rules! node {
            ($file:literal, $reads:literal) => {
                KernelSpec {
                    file: $file,
                    source: wgsl!("common/grid.wgsl", "common/maps.wgsl", $file),
                    entry: "main",
                    constants: vec![("TOGETHER", flag(maps == Maps::Together))],
                    reads: $reads,
                }
            };
        }
        match self {
            Self::Linear => node!("linear_reduce.wgsl", 3),
            Self::BatchNorm => node!("batch_norm_elementwise.wgsl", 2),
            Self::Activation => node!("activation_elementwise.wgsl", 1),
            Self::Pool2d { average } => {
                let mut spec = node!("pool2d_direct.wgsl", 1);
                spec.constants.push(("AVERAGE", flag(average)));
                spec
            }
            Self::GlobalAveragePool => node!("global_average_pool_reduce.wgsl", 1),
            Self::Upsample => node!("upsample_nearest.wgsl", 1),
            Self::Smooth(function) => {
                let mut spec = node!("smooth_elementwise.wgsl", 1);
                spec.constants.push(("FUNCTION", f64::from(function as u8)));
                spec
            }
            Self::AdaptivePool => node!("adaptive_pool_direct.wgsl", 1),
            Self::Multiply => node!("multiply_elementwise.wgsl", 2),
            Self::Add => node!("add_elementwise.wgsl", 2),
            Self::ChannelsCopy => node!("channels_copy.wgsl", 1),
            Self::Normalize { alone } => {
                let mut spec = node!("normalize_reduce.wgsl", 1);
                spec.constants.push(("ALONE", flag(alone)));
                spec
            }
            Self::ResponseNorm => node!("response_norm_elementwise.wgsl", 1),
            Self::Softmax => node!("softmax_reduce.wgsl", 1),
            Self::DepthwiseTranspose => node!("depthwise_transpose.wgsl", 2),
            Self::ChannelsGather => node!("channels_gather.wgsl", 2),
            Self::Resample => node!("resample_gather.wgsl", 2),
            Self::PairSoftmax => node!("pair_softmax_elementwise.wgsl", 2),
            Self::Blend => node!("blend_elementwise.wgsl", 3),
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
        /// What it provides for.
        form: ConvForm,
    },
    /// `conv2d_direct.wgsl`.
    ConvDirect {
        /// Block of a thread.
        block: DirectBlock,
        /// What it provides for.
        form: ConvForm,
        /// Threads of a workgroup: 8 on software adapters (one SIMD register), 64 on GPUs.
        lanes: u32,
    },
    /// `conv2d_broadcast.wgsl`: for devices with subgroups.
    ConvBroadcast {
        /// What it provides for.
        form: ConvForm,
    },
    /// `conv2d_naive.wgsl`.
    ConvNaive,
    /// `depthwise_direct.wgsl`.
    Depthwise {
        /// Kernel side.
        kernel: u32,
        /// Whether the stride equals the dilation, so that pixels slide through registers.
        slide: bool,
        /// Where the maps lie.
        maps: Maps,
        /// Whether a map is added to the sums.
        residual: bool,
    },
    /// One node.
    Node {
        /// Which.
        kernel: NodeKernel,
        /// Where the maps lie.
        maps: Maps,
    },
    /// `gate_reduce.wgsl`.
    Gate {
        /// Threads of a workgroup.
        lanes: u32,
    },
    /// `channels_place.wgsl`.
    ChannelsPlace,
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
    /// binding `reads + 1` the result (and, with [`Maps::Together`], every map).
    pub reads: u32,
}

impl Kernel {
    /// Every pipeline that the executor can ask for; of the depthwise ones, some kernel sides.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::ConvNaive, Self::ChannelsPlace];
        for form in ConvForm::all() {
            all.push(Self::ConvBroadcast { form });
            all.extend(ConvTile::ALL.map(|tile| Self::ConvTiled { tile, form }));
            for lanes in [8, 64] {
                all.extend(DirectBlock::ALL.map(|block| Self::ConvDirect { block, form, lanes }));
            }
        }
        for slide in [false, true] {
            for (maps, residual) in [(Maps::Apart, false), (Maps::Together, false), (Maps::Together, true)] {
                all.extend([1, 3, 5].map(|kernel| Self::Depthwise { kernel, slide, maps, residual }));
            }
        }
        for maps in [Maps::Apart, Maps::Together] {
            all.extend(NodeKernel::ALL.map(|kernel| Self::Node { kernel, maps }));
        }
        all.extend([8, 64].map(|lanes| Self::Gate { lanes }));
        all
    }

    /// What to build it from.
    pub fn spec(self) -> KernelSpec {
        let spec = |file, source, reads| KernelSpec { file, source, entry: "main", constants: vec![], reads };
        match self {
            Self::ConvTiled { tile, form } => {
                let (outputs, pixels, taps) = tile.sides();
                let mut spec = conv("conv2d_tiled.wgsl", conv_source!("conv2d_tiled.wgsl"), form);
                let sides = [("OUTPUT_THREADS", outputs), ("PIXEL_THREADS", pixels), ("TAPS", taps)];
                spec.constants.extend(sides.map(|(name, side)| (name, f64::from(side))));
                spec
            }
            Self::ConvDirect { block, form, lanes } => {
                let conv = conv("conv2d_direct.wgsl", conv_source!("conv2d_direct.wgsl"), form);
                let mut spec = KernelSpec { entry: block.entry(), ..conv };
                spec.constants.push(("LANES", f64::from(lanes)));
                spec
            }
            Self::ConvBroadcast { form } => {
                conv("conv2d_broadcast.wgsl", conv_source!("conv2d_broadcast.wgsl"), form)
            }
            Self::ConvNaive => spec("conv2d_naive.wgsl", conv_source!("conv2d_naive.wgsl"), 5),
            Self::Depthwise { kernel, slide, maps, residual } => KernelSpec {
                constants: vec![
                    ("KERNEL", f64::from(kernel)),
                    ("SLIDE", flag(slide)),
                    ("TOGETHER", flag(maps == Maps::Together)),
                    ("RESIDUAL", flag(residual)),
                ],
                ..spec(
                    "depthwise_direct.wgsl",
                    wgsl!("common/grid.wgsl", "common/maps.wgsl", "depthwise_direct.wgsl"),
                    3,
                )
            },
            Self::Node { kernel, maps } => kernel.spec(maps),
            Self::Gate { lanes } => KernelSpec {
                constants: vec![("LANES", f64::from(lanes))],
                ..spec("gate_reduce.wgsl", wgsl!("common/grid.wgsl", "gate_reduce.wgsl"), 1)
            },
            Self::ChannelsPlace => {
                spec("channels_place.wgsl", wgsl!("common/grid.wgsl", "channels_place.wgsl"), 1)
            }
        }
    }
}

/// A kernel that goes through taps.
fn conv(file: &'static str, source: &'static str, form: ConvForm) -> KernelSpec {
    KernelSpec { file, source, entry: "main", constants: form.constants().to_vec(), reads: 5 }
}

fn flag(on: bool) -> f64 {
    f64::from(u8::from(on))
}
