# The operators and their settings: op-<name>, op-<name>-about, setting-<name>, setting-<name>-hint.
operator = Operator

op-standard = Standard convolution
op-standard-about = Every output channel looks at every input channel through its own k × k kernel; groups cut these connections into equal blocks.
op-depthwise_separable = Depthwise separable convolution
op-depthwise_separable-about = One k × k kernel for each channel, then a 1 × 1 convolution mixes the channels.
op-octave = Octave convolution
op-octave-about = A share α of the channels lives at half the resolution; four paths exchange information between high and low frequency.
op-hetconv = Heterogeneous convolution (HetConv)
op-hetconv-about = Each filter uses k × k kernels on one of every P input channels and 1 × 1 kernels on the others.

derive-standard = The trained kernel itself; with groups, the kernels that connect different groups are dropped.
derive-depthwise_separable = Best rank-1 approximation: for each input channel, the kernels of all outputs share one spatial pattern and differ only by a factor.
derive-octave = The trained kernel is cut into four blocks, one for each path between high and low resolution.
derive-hetconv = Where the operator keeps k × k, the trained kernel; elsewhere its sum, as a 1 × 1 kernel.

setting-groups = Groups
setting-groups-hint = The channels are cut into this many groups that do not see each other.
setting-dilation = Dilation
setting-dilation-hint = Distance between neighbouring kernel taps: 1 is an ordinary convolution.
setting-alpha = α
setting-alpha-hint = Share of the channels kept at half resolution.
setting-alpha_in = α in
setting-alpha_in-hint = Share of the input channels at half resolution.
setting-alpha_out = α out
setting-alpha_out-hint = Share of the output channels at half resolution.
setting-part = P
setting-part-hint = One of every P input channels gets a full kernel.
op-group_pointwise = Group + pointwise convolution
op-group_pointwise-short = Group + 1×1
op-group_pointwise-about = A k × k convolution within groups of channels, then a 1 × 1 convolution mixes the groups.
derive-group_pointwise = Best low-rank approximation: for each group, the kernels of all outputs share as many patterns as the group has channels.
