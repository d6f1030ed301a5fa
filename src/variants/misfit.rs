//! Why an operator cannot stand in for a layer.

/// A layer that an operator, or any operator, cannot replace. The window says it in the user's language
/// by [`Misfit::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Misfit {
    /// Only convolutions can be replaced.
    #[error("it is not a convolution")]
    NotAConvolution,
    /// Operators are defined against the dense convolution.
    #[error("it is not a standard convolution but already a group or depthwise one")]
    NotDense,
    /// The same, for kernels of as many rows as columns.
    #[error("its kernel is not square")]
    NotSquare,
    /// The same, for dilated kernels.
    #[error("its kernel is dilated")]
    Dilated,
    /// The operator saves taps.
    #[error("the operator saves kernel taps, and a 1x1 convolution has only one")]
    OneTap,
    /// The operator needs a centre tap.
    #[error("the operator needs an odd kernel, and this one is even")]
    EvenKernel,
    /// Paths of different kernels or resolutions must stay aligned.
    #[error("the operator needs 'same' padding, and this layer is padded differently")]
    NotSamePadding,
    /// The operator is defined for strides 1 and 2.
    #[error("the operator has stride 1 or 2, and this layer has more")]
    StrideAboveTwo,
    /// Each output of the operator belongs to one input.
    #[error("the operator needs a whole number of output channels for each input channel")]
    ChannelsDiffer,
    /// The operator keeps the size of the map.
    #[error("the operator needs stride 1, and this layer has more")]
    Strided,
    /// The operator sparsifies pointwise convolutions.
    #[error("the operator is defined for 1x1 convolutions, and this kernel is larger")]
    NotOneTap,
    /// SPConv is defined for 3x3.
    #[error("the operator is defined for 3x3 convolutions, and this kernel is another one")]
    KernelNotThree,
    /// The operator splits the channels.
    #[error("the operator splits the channels, and this layer has too few")]
    TooFewChannels,
}

impl Misfit {
    /// Every reason.
    pub const ALL: [Self; 13] = [
        Self::NotAConvolution,
        Self::NotDense,
        Self::NotSquare,
        Self::Dilated,
        Self::OneTap,
        Self::EvenKernel,
        Self::NotSamePadding,
        Self::StrideAboveTwo,
        Self::ChannelsDiffer,
        Self::Strided,
        Self::NotOneTap,
        Self::KernelNotThree,
        Self::TooFewChannels,
    ];

    /// Its key in the text table.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NotAConvolution => "misfit-not-a-convolution",
            Self::NotDense => "misfit-not-dense",
            Self::NotSquare => "misfit-not-square",
            Self::Dilated => "misfit-dilated",
            Self::OneTap => "misfit-one-tap",
            Self::EvenKernel => "misfit-even-kernel",
            Self::NotSamePadding => "misfit-not-same-padding",
            Self::StrideAboveTwo => "misfit-stride-above-two",
            Self::ChannelsDiffer => "misfit-channels-differ",
            Self::Strided => "misfit-strided",
            Self::NotOneTap => "misfit-not-one-tap",
            Self::KernelNotThree => "misfit-kernel-not-three",
            Self::TooFewChannels => "misfit-too-few-channels",
        }
    }
}
