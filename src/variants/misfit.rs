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
    /// The same, for dilated kernels.
    #[error("its kernel is dilated")]
    Dilated,
    /// The operator saves taps.
    #[error("the operator saves kernel taps, and a 1x1 convolution has only one")]
    OneTap,
    /// The operator needs a centre tap.
    #[error("the operator needs an odd kernel, and this one is even")]
    EvenKernel,
    /// OctConv's two resolutions must stay a factor of two apart.
    #[error("an octave convolution needs 'same' padding, and this layer is padded differently")]
    NotSamePadding,
    /// OctConv is defined for strides 1 and 2.
    #[error("an octave convolution has stride 1 or 2, and this layer has more")]
    StrideAboveTwo,
}

impl Misfit {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::NotAConvolution,
        Self::NotDense,
        Self::Dilated,
        Self::OneTap,
        Self::EvenKernel,
        Self::NotSamePadding,
        Self::StrideAboveTwo,
    ];

    /// Its key in the text table.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NotAConvolution => "misfit-not-a-convolution",
            Self::NotDense => "misfit-not-dense",
            Self::Dilated => "misfit-dilated",
            Self::OneTap => "misfit-one-tap",
            Self::EvenKernel => "misfit-even-kernel",
            Self::NotSamePadding => "misfit-not-same-padding",
            Self::StrideAboveTwo => "misfit-stride-above-two",
        }
    }
}
