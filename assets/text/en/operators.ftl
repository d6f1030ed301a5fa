# The operators: op-<name>, -short, -about; derive-<name>; lesson-<name>-does, -saves, -costs, -mistake. Then the settings:
# setting-<name>, -hint; choice-<name>, -hint. I, O: input and output channels; n: where both are equal; k: kernel side.
operator = Operator

lesson-title = About this operator
lesson-does = What it does
lesson-saves = What it saves
lesson-costs = What it costs
lesson-mistake = Common misunderstanding

op-standard = Standard convolution
op-standard-short = Standard
op-standard-about = Every output channel looks at every input channel through its own k × k kernel; dilation spreads the taps apart.
derive-standard = The trained kernel itself; with groups, the kernels that connect different groups are dropped. Dilation moves the same taps onto other pixels than those they were trained for.
lesson-standard-does = Every output channel sums over all input channels, each through a k × k kernel of its own: looking at the neighbourhood and mixing the channels happen in one step. Dilation d sets the taps d pixels apart, so that the kernel spans d·(k − 1) + 1 pixels.
lesson-standard-saves = Nothing: its I·O·k² multiply-adds per output pixel are the 100 % that the other operators are measured against. With g groups 1/g of them remain; dilation changes neither multiply-adds nor weights.
lesson-standard-costs = Many multiply-adds and many weights. But every loaded value is used many times, so good libraries run it near the peak of the processor. An operator with fewer multiply-adds gains nothing if it runs far from that peak.
lesson-standard-mistake = The “FLOPs” of a paper are often multiply-adds (MACs), and one MAC is two FLOPs. Counters also disagree about bias, normalisation and activation; only counts made by the same rule can be compared.

op-depthwise = Depthwise convolution
op-depthwise-short = Depthwise
op-depthwise-about = One k × k kernel for each channel; no channel sees another.
derive-depthwise = Each channel keeps only the trained kernel from itself to itself; all mixing of channels is lost.
lesson-depthwise-does = Each channel is filtered by one k × k kernel of its own. The channels do not mix.
lesson-depthwise-saves = With n channels in and out, 1/n of the standard multiply-adds and weights remain.
lesson-depthwise-costs = Each loaded value is used only about k² times, so moving the maps and starting the operation set the time, not the arithmetic. Usually a 1 × 1 convolution has to follow to mix the channels.
lesson-depthwise-mistake = “64 channels, so 64 times faster.” Even the best runtimes reach only a small part of the processor's peak here, and nothing makes a depthwise convolution 64 times faster than a good standard one.

op-pointwise = Pointwise convolution
op-pointwise-short = Pointwise
op-pointwise-about = A 1 × 1 convolution: it mixes the channels at each pixel and looks at no neighbour.
derive-pointwise = Each trained k × k kernel is replaced by the sum of its taps. That is exact only where the map is constant under the kernel; edges and texture are lost.
lesson-pointwise-does = At every pixel, each output channel is a weighted sum of the input channels at that same pixel.
lesson-pointwise-saves = 1/k² of the multiply-adds and weights of a k × k convolution remain: 1/9 for 3 × 3.
lesson-pointwise-costs = The receptive field does not grow. The maps that are read and written are as large as for k × k, so the time falls less than the multiply-adds.
lesson-pointwise-mistake = That the 1 × 1 part of a separable layer is a small addition. Per pixel and channel it takes n multiply-adds against k²: with n = 128 and k = 3, 93 % of the whole.

op-group = Group convolution
op-group-short = Group
op-group-about = The channels are cut into g equal groups, and each group is a k × k convolution of its own.
derive-group = The trained kernels within a group are kept, those between groups are dropped; nothing makes up for the lost connections.
lesson-group-does = Input and output channels are cut into g equal, contiguous groups. Each group of outputs sees only the inputs of its own group, through k × k kernels.
lesson-group-saves = 1/g of the standard multiply-adds and weights remain.
lesson-group-costs = The groups exchange nothing; a channel shuffle or a 1 × 1 convolution has to do that. Each loaded value serves only O/g outputs, and some libraries work through the groups one after another, so that less time is saved than multiply-adds.
lesson-group-mistake = Counting the saving twice or not at all. The weight tensor O × I/g × k × k already contains the division by g; well-known counters divided again, others ignored the groups.

op-depthwise_separable = Depthwise separable convolution
op-depthwise_separable-short = Separable
op-depthwise_separable-about = One k × k kernel for each channel, then a 1 × 1 convolution mixes the channels.
derive-depthwise_separable = Best rank-1 approximation: for each input channel, the kernels of all outputs share one spatial pattern and differ only by a factor. Where outputs need different patterns, the difference is lost.
lesson-depthwise_separable-does = One k × k kernel filters each input channel, then a 1 × 1 convolution mixes the filtered channels. Nothing stands between the two.
lesson-depthwise_separable-saves = 1/O + 1/k² of the standard multiply-adds remain: little more than 1/9 for 3 × 3 and many output channels.
lesson-depthwise_separable-costs = Two operations in sequence; unless they are fused, the map between them is written and read once more. The depthwise half is bound by memory traffic, so the time falls less than the multiply-adds.
lesson-depthwise_separable-mistake = That any standard convolution can be split in this way. Here all outputs share one spatial pattern per input channel; with k² patterns per input channel the split would always be exact, but save nothing.

op-group_pointwise = Group + pointwise convolution
op-group_pointwise-short = Group + 1×1
op-group_pointwise-about = A k × k convolution within groups of channels, then a 1 × 1 convolution mixes the groups.
derive-group_pointwise = Best low-rank approximation: for each group, the kernels of all outputs share as many patterns as the group has channels. What would need more patterns is lost.
lesson-group_pointwise-does = A k × k convolution within g groups keeps the number of channels, then a 1 × 1 convolution from all I to all O channels mixes the groups. No channel shuffle is needed.
lesson-group_pointwise-saves = I/(O·g) + 1/k² of the standard multiply-adds remain; 1/g + 1/k² where I = O.
lesson-group_pointwise-costs = Two operations in sequence; unless they are fused, the map between them is written and read once more. The smaller the groups, the closer the first one comes to a depthwise convolution, which memory traffic bounds.
lesson-group_pointwise-mistake = That this is HetConv. HetConv uses its 1 × 1 kernels beside the k × k ones, in one layer and only between groups; with P = g and I = O its share is smaller by exactly 1/(g·k²).

op-ghost = Ghost module
op-ghost-short = Ghost
op-ghost-about = A convolution makes a part of the output maps; a cheap depthwise convolution derives the rest from them.
derive-ghost = The first m outputs keep their trained kernels; each further output is imitated from its primary map by a cheap kernel whose centre tap is the least-squares factor between the two trained kernels and whose other taps are 0. Kernels that are not multiples of each other are imitated poorly.
lesson-ghost-does = A convolution makes the first m = ⌈O/s⌉ maps. A depthwise d × d convolution then makes s − 1 cheap maps from each of them, and the two sets are stacked.
lesson-ghost-saves = 1/s + (1 − 1/s)·d²/(I·k²) of the standard multiply-adds remain (s divides O): close to 1/s while I·k² is much larger than d².
lesson-ghost-costs = The cheap maps must wait for the primary ones and are bound by memory traffic; stacking moves memory too. With few channels and 1 × 1 kernels less is saved: I = 16, s = 2, d = 3 give a factor of 1.28, not 2.
lesson-ghost-mistake = That the ghost maps are further views of the input. Each is filtered from a single primary map and cannot contain what that map has lost. The published module also has a normalisation and an activation after each step; here they stand outside.

op-octave = Octave convolution
op-octave-short = OctConv
op-octave-about = A share α of the channels lives at half the resolution; four paths exchange information between high and low frequency.
derive-octave = The trained kernel is cut into four blocks, one for each path between high and low resolution. The shapes match, the function does not: only α = 0 with stride 1 gives the trained layer again.
lesson-octave-does = A share α of the channels is kept at half the height and width. Four convolutions connect the two parts: on the way down the map is pooled before the convolution, on the way up it is upsampled after it. So at stride 1 three of the four run at the low resolution.
lesson-octave-saves = 1/4 + (3/4)·(1 − α in)·(1 − α out) of the standard multiply-adds remain at stride 1: 43.75 % for α = 0.5. The maps take 1 − 3α/4 of the memory; the number of weights does not change.
lesson-octave-costs = Four smaller convolutions, pooling, upsampling and additions instead of one call. Run one by one they can eat up the whole saving: measured on one CPU, PyTorch's eager mode was no faster than with the standard convolution. Between ordinary layers, splitting and joining the two resolutions come on top.
lesson-octave-mistake = That a transform or a filter separates the frequencies. Channels are only assigned to the low part, and they learn to be smooth because they live at half the resolution. Nor may upsampling come first: for k ≥ 3 that gives other values, and it costs 1.43 times as much at α = 0.5.

op-spconv = SPConv (split-based convolution)
op-spconv-short = SPConv
op-spconv-about = A share α of the input channels gets 3 × 3 kernels, the rest only 1 × 1; a gate without parameters weighs the two results.
derive-spconv = Representative channels keep the trained kernels inside their groups, and their 1 × 1 convolution gets the tap sums of the kernels between groups; uncertain channels get tap sums as 1 × 1 kernels. Everything is doubled to undo the gate's one half, which is right only where both branches have the same mean.
lesson-spconv-does = The first α·I channels, called representative, go through a 3 × 3 group convolution plus a 1 × 1 convolution; the others only through a 1 × 1. For each output channel a gate, computed from the means of the two results, weighs them and adds them up.
lesson-spconv-saves = (1 + α·k²/g)/k² of the standard multiply-adds remain, with k = 3: 36 % for α = 1/2 and g = 2.
lesson-spconv-costs = Several small operations replace one, and the gate needs the mean of whole maps before the first output can be written. The author reports about half the speed of the ResNet-50 baseline at batch size 1; users also saw memory use rise.
lesson-spconv-mistake = That the representative channels are selected. They are simply the first ones, nothing measures similarity, and training makes them representative. The name is also that of a library for sparse 3-D convolution, which is something else.

op-hetconv = Heterogeneous convolution (HetConv)
op-hetconv-short = HetConv
op-hetconv-about = Each filter uses k × k kernels on one of every P input channels and 1 × 1 kernels on the others.
derive-hetconv = Where the operator keeps k × k, the trained kernel; elsewhere the sum of its taps, as a 1 × 1 kernel. The sum is exact only where the map is constant under the kernel.
lesson-hetconv-does = In each filter one of every P kernels is k × k, the others are 1 × 1. From filter to filter the pattern moves on, so that every input channel meets k × k kernels in 1/P of the filters.
lesson-hetconv-saves = 1/P + (1 − 1/P)/k² of the standard multiply-adds remain: 1/3 for P = 4 and k = 3, and never less than 1/k².
lesson-hetconv-costs = The usual runtimes have no kernel for this pattern: as a dense convolution with zeros it saves no time at all. The published code, a group convolution plus a full 1 × 1, runs 6 to 10 % more multiply-adds than the formula (k = 3, P = 2 to 8). Only a kernel that skips the zero taps can deliver the saving.
lesson-hetconv-mistake = That zero “latency” means milliseconds. In the paper it counts further layers in sequence: the two kinds of kernel stand side by side in one layer. And no single filter with P > 1 looks at all channels through k × k; only the layer as a whole does.

op-sic = Single intra-channel convolution (SIC)
op-sic-short = SIC
op-sic-about = Depthwise convolution, 1 × 1 projection, shortcut and ReLU, repeated b times.
derive-sic = The trained kernel minus the identity, split with rank 1 per input channel, goes into the first iteration; further iterations start with a zero projection and do nothing. The ReLUs inside cut off negative values, and no choice of weights undoes that. Where the layer changes the number of channels, a 1 × 1 convolution in front repeats or adds channels, and it is counted too.
lesson-sic-does = It repeats one step b times: A ← ReLU(A + P·D(A)), where D is a k × k depthwise convolution and P a 1 × 1 projection. b steps see b·(k − 1) + 1 pixels.
lesson-sic-saves = b·(1/n + 1/k²) of the standard multiply-adds and weights remain, with n channels in and out: 24 % for b = 2, n = 128, k = 3. The projections dominate, so a larger k costs little more.
lesson-sic-costs = 2b operations in sequence, each waiting for the one before it; unless they are fused, each reads and writes whole maps. The depthwise ones are bound by memory traffic. Stride and a change of the number of channels are not defined.
lesson-sic-mistake = That it is just a depthwise separable convolution, or b depthwise kernels with one projection at the end. Every iteration has its own kernels, projection and shortcut, is linear inside, and ends in one ReLU after the addition.

op-topological = Topological convolution
op-topological-short = Topological
op-topological-about = The channels stand in a grid that wraps around; each output channel reads only a neighbourhood of c channels.
derive-topological = The trained kernels of connected channel pairs are kept, the others dropped. Which channels are neighbours follows from their numbers alone, not from what the layer has learned. Where the layer changes the number of channels, a 1 × 1 convolution in front repeats or adds channels, and it is counted too.
lesson-topological-does = The n channels are arranged in a grid with wrapped edges. Each output channel reads the c channels of a window that starts at its own place, each through a k × k kernel. Windows overlap, and every input is read by exactly c outputs.
lesson-topological-saves = c/n of the standard multiply-adds and weights remain: 1/4 for an 8 × 16 grid with a 4 × 8 window.
lesson-topological-costs = The usual runtimes have no kernel for this pattern; as a dense convolution with zeros it saves no time. One layer connects only neighbours: along an axis of d channels with a window of c it takes about d/(c − 1) layers to reach them all.
lesson-topological-mistake = That it is a group convolution: groups are separate blocks, windows overlap. Nor is the window centred: the output's own channel is its first corner. That differs from a centred window only by a shift of the channels, so it matters only where a shortcut is added.

op-spatial_bottleneck = Spatial bottleneck
op-spatial_bottleneck-short = Bottleneck
op-spatial_bottleneck-about = Shrinks the maps b times in height and width, mixes the channels at the low resolution, and enlarges them again.
derive-spatial_bottleneck = The reduction takes the mean of each b × b block, the projection is the tap sum of the trained kernel, the expansion repeats each value: upsample(1 × 1(average pool)). Everything finer than a block is lost. Where the layer changes the number of channels, a 1 × 1 convolution in front repeats or adds channels, and it is counted too.
lesson-spatial_bottleneck-does = A depthwise b × b convolution with stride b shrinks the maps, a 1 × 1 convolution mixes the channels there, and a depthwise transposed convolution with stride b restores the size.
lesson-spatial_bottleneck-saves = (2/n + 1/b²)/k² of the multiply-adds of a standard k × k convolution remain: 3 % for n = 128, b = 2, k = 3.
lesson-spatial_bottleneck-costs = Within a block of b × b pixels every channel has only one value to spread, so fine detail is lost and block edges can show. So little arithmetic is left that three calls and the traffic of whole maps set the time. Sides that b does not divide are filled up with zeros.
lesson-spatial_bottleneck-mistake = That the two outer convolutions are dense. They are depthwise; dense ones would leave (2 + 1/b²)/k², a quarter instead of 3 % in this example. “Spatial Bottleneck Modules” (Peng et al.) are another design.

op-learned_group = Learned group convolution (LGC)
op-learned_group-short = Learned group
op-learned_group-about = A 1 × 1 convolution in which each group of outputs keeps only the inputs that matter most to it.
derive-learned_group = The trained 1 × 1 weights, of which each output group keeps the inputs with the largest sums of absolute weights. The kept weights are not trained again to make up for the dropped ones.
lesson-learned_group-does = The outputs of a 1 × 1 convolution form G groups; each keeps the I/C inputs with the largest sums of absolute weights. After training, an index gathers the kept inputs and a group convolution does the rest.
lesson-learned_group-saves = 1/C of the multiply-adds and weights of the 1 × 1 convolution remain. G only says which outputs choose together.
lesson-learned_group-costs = Gathering the inputs and shuffling the outputs count as no multiply-adds but move memory; an input that several groups keep is copied for each of them. A user of CondenseNet found DenseNet-121 faster on a GPU for this reason.
lesson-learned_group-mistake = That training already runs a group convolution. It runs a dense one with a mask and saves neither time nor memory. Nor do the groups share out the inputs: one input may be kept by several groups or by none.

op-sfr = Sparse feature reactivation (SFR)
op-sfr-short = SFR
op-sfr-about = A sparse 1 × 1 convolution of the new maps refreshes older maps by addition.
derive-sfr = The trained 1 × 1 weights, of which each input group keeps the outputs with the largest sums of absolute weights. Between plain maps there are no old maps to refresh, so the layer gives the sparse product alone.
lesson-sfr-does = A sparse 1 × 1 convolution turns the newest maps of a densely connected network into corrections, which are added to the older maps. Its inputs form G groups; each keeps 1/S of the outputs, those with the largest sums of absolute weights.
lesson-sfr-saves = 1/S of the multiply-adds and weights of the 1 × 1 convolution remain. In CondenseNetV2, with S = C, that is a quarter of the learned group convolution in the same layer.
lesson-sfr-costs = Each kept pair of group and output is one addition per pixel into an old map, on average G/S for each: memory traffic that no count of multiply-adds shows. The published code does this with a dense 0/1 matrix, which by itself takes 3.6 to 8.2 times the multiply-adds claimed for the whole network (A and C).
lesson-sfr-mistake = That it revives pruned connections. It refreshes feature maps; its own connections are only pruned and never come back. An old map that no group keeps stays as it is.

setting-groups = Groups
setting-groups-hint = The channels are cut into this many groups that do not see each other. In LGC and SFR: groups of outputs or of inputs that keep or drop connections together.
setting-dilation = Dilation
setting-dilation-hint = Distance between neighbouring kernel taps: 1 is an ordinary convolution.
setting-alpha = α
setting-alpha-hint = OctConv: share of the channels kept at half resolution. SPConv: share of the input channels that get 3 × 3 kernels.
setting-alpha_in = α in
setting-alpha_in-hint = Share of the input channels at half resolution.
setting-alpha_out = α out
setting-alpha_out-hint = Share of the output channels at half resolution.
setting-part = P
setting-part-hint = One of every P input channels gets a full kernel.
setting-order = Layout
setting-order-hint = Which input channels get the k × k kernels of a filter.
setting-ratio = Ratio s
setting-ratio-hint = One of every s output maps is made by the convolution, the others from it by cheap kernels.
setting-cheap_kernel = Cheap kernel d
setting-cheap_kernel-hint = Side of the depthwise kernels that make the cheap maps.
setting-iterations = Iterations b
setting-iterations-hint = How often depthwise convolution, projection, shortcut and ReLU are repeated.
setting-grid = Grid
setting-grid-hint = Arrangement of the channels in one, two or three axes; the product is the number of channels.
setting-neighborhood = Window
setting-neighborhood-hint = How many channels each output reads along each axis of the grid; the window wraps around the edges.
setting-condensation = Factor C
setting-condensation-hint = Each group of outputs keeps one in C inputs.
setting-sparsity = Factor S
setting-sparsity-hint = Each group of inputs keeps one in S outputs.
setting-form = Form
setting-form-hint = Two ways to compute the same result: dense with a mask, as in training, or as a group convolution with an index, as in use.
setting-kernel = Block b
setting-kernel-hint = Side of the blocks: kernel and stride of both outer convolutions. Sides that it does not divide are filled up with zeros.

choice-shifted = Shifted
choice-shifted-hint = The rule of the paper: filter o has k × k kernels on the inputs i with (i − o) mod P = 0.
choice-block = Blocks
choice-block-hint = The layout of the published code: each of P blocks of filters has its k × k kernels on one contiguous block of inputs. As many k × k kernels as shifted where P divides both numbers of channels.
choice-masked = Masked
choice-masked-hint = Dense 1 × 1 convolution whose dropped weights are zero: all multiply-adds are run.
choice-converted = Converted
choice-converted-hint = Group convolution and index layer: only the kept weights are run. The result equals the masked form.
