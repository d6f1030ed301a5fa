# Figures of the group family, HetConv, learned groups, SFR and topology: figure-<name> (title), -hint; knob-<name>, -hint;
# then the words inside each figure.
figure-connections = Connections
figure-connections-hint = Which input channels each output channel reads. Click a row to choose its output channel.
figure-group_slider = Standard to depthwise
figure-group_slider-hint = The same layer cut into more and more groups. Click a point of the curve to go there.
figure-kernel_grid = Kernel grid
figure-kernel_grid-hint = All kernels of the layer: columns are filters, rows are input channels. Click a column to choose its filter.
figure-one_filter = One filter
figure-one_filter-hint = The kernels of the chosen filter, one for each input channel, for several P. Click a line to choose its P.
figure-speedup_p = Speed-up against P
figure-speedup_p-hint = How many times fewer multiply-adds than the standard convolution. Click a point to choose its P.

matrix-key-chosen = what the chosen output depends on
matrix-key-full = full kernel
matrix-key-centre = centre tap only
matrix-key-none = no connection
matrix-axes = rows: outputs · columns: inputs
matrix-cell-is = one cell: { $outputs } × { $inputs } channels
matrix-row-tip = Output { $output } reads { $count } of { $total } inputs
matrix-cell-tip = Output { $output } reads input { $input } with { $side } × { $side } taps
matrix-connections = Connections
matrix-of-all = All pairs of channels
matrix-full-kernels = of these full kernels
matrix-centre-kernels = of these centre taps
matrix-taps = Weights
matrix-macs = Multiply-adds
matrix-share = Share of the dense layer
matrix-others-centre = with full kernels; all others with the centre tap only
matrix-caption = { $connections } of { $total } · { $share }
matrix-left-out = { $shown } of { $total } convolutions shown
matrix-seen = Output { $output } sees { $count } of { $total } channels of { $input }

group-slider-standard = Standard: one group
group-slider-group = { $groups } groups
group-slider-depthwise = Depthwise: { $groups } groups
group-slider-tip = { $groups } groups: { $macs } multiply-adds, { $weights } weights, { $share } of the dense layer

kernel-grid-shifted = P = { $part }, shifted: k × k where (channel − filter) mod P = 0
kernel-grid-block = P = { $part }, blocks: each block of filters has one block of channels
kernel-grid-wide = { $side } × { $side } kernel
kernel-grid-small = 1 × 1 kernel
kernel-grid-chosen = chosen filter
kernel-grid-numbers = { $full } kernels { $side } × { $side } and { $small } kernels 1 × 1: { $weights } weights, dense { $dense }
kernel-grid-part = shown: filters { $filters }, channels { $channels }
kernel-grid-tip = Filter { $output }: { $full } kernels { $side } × { $side }, { $small } kernels 1 × 1

one-filter-title = Filter { $output }, kernel by kernel
one-filter-dense = all { $side } × { $side }
one-filter-weights = { $weights } weights
one-filter-tip = P = { $part }: { $full } kernels { $side } × { $side } and { $small } kernels 1 × 1
one-filter-key = One kernel per input channel, from 0 on; red above zero, blue below, one scale for all. A single pixel is a 1 × 1 kernel.
one-filter-left-out = first { $shown } of { $total } channels

speedup-axis = speed-up in multiply-adds
speedup-at = At P = { $part }
speedup-written = HetConv by its formula
speedup-executed = HetConv, published code
speedup-group = group + pointwise, P groups
speedup-depthwise = depthwise + pointwise
speedup-limit = limit k²
speedup-tip = P = { $part }: { $speedup } fewer multiply-adds
speedup-note = The published code needs { $extra } % more multiply-adds than the formula, as it runs a group convolution beside a full 1 × 1 convolution. This application runs the { $macs } of the formula.
speedup-note-none = The published code needs a P that divides both numbers of channels; it cannot run this one.

figure-stages = Stages
figure-stages-hint = Condensing step by step: at each stage every group drops the lines with the smallest L1 norm.
knob-stage = Stage
knob-stage-hint = How many prunings have been. The last stage is the finished operator.
stages-button-tip = After { $stage } prunings
stages-keep-outputs = each group keeps { $kept } of { $total } outputs · { $density } of the weights
stages-keep-inputs = each group keeps { $kept } of { $total } inputs · { $density } of the weights
stages-inputs = { $total } inputs
stages-outputs = { $total } outputs
stages-shown = { $shown } shown
stages-input-tip = Input { $input }, group { $count }
stages-kept-input-tip = Input { $input } is kept by { $count } groups
stages-nobody-outputs = { $count } of { $total } outputs are kept by nobody: white maps.
stages-nobody-inputs = { $count } of { $total } inputs are kept by nobody: white maps.
stages-dashed = Dashed: the lines dropped at this stage.
figure-seeded = Seeded weights: the loaded network cannot give them.

figure-l1_bars = L1 norms
figure-l1_bars-hint = What condensing goes by: the sum of absolute weights of each group at each place. The smallest bars go first.
knob-sorted = Sorted
knob-sorted-hint = Bars in the order of their size instead of their number.
l1-group = group { $group }
l1-dropped = dropped at stage { $stage }
l1-kept = kept
l1-output-tip = Group { $group }, output { $place }: L1 = { $norm }, { $fate }
l1-input-tip = Group { $group }, input { $place }: L1 = { $norm }, { $fate }
l1-note-outputs = One bar per output, one row per group of inputs. Solid: still kept; outlined: dropped at this stage; grey: dropped before.
l1-note-inputs = One bar per input, one row per group of outputs. Solid: still kept; outlined: dropped at this stage; grey: dropped before.
l1-part = Shown: { $groups } of { $all_groups } groups, { $places } of { $all_places } bars.

figure-converted = Masked and converted
figure-converted-hint = The same weights as a masked dense convolution and as a group convolution with index layers: both were run, and the maps are compared.
converted-form = { $form }: { $macs } multiply-adds
converted-masked = 1 × 1, masked
converted-gather = index: gather
converted-group = group convolution
converted-shuffle = shuffle
converted-index = index: add up
converted-difference = Difference, ±1e−6 of the largest value
converted-here = Greatest ÷ largest value, channel { $channel }
converted-all = Greatest ÷ largest value, all channels
converted-note = The sums have the same terms in another order: what is left is rounding.
converted-unfitted = Compared with the derived weights, not the fitted ones.

figure-reactivation = Reuse matrix
figure-reactivation-hint = Which older layers each layer of a dense block refreshes or reads. Columns are layers, rows are where the maps came from.
knob-layers = Layers
knob-layers-hint = Number of layers of the dense block.
knob-reads = Learned groups
knob-reads-hint = Shows what the learned groups of each layer read instead of what its SFR refreshes.
knob-by_channel = By channel
knob-by_channel-hint = One row for each channel instead of the mean of each layer. Channels that are not touched are white.
knob-column_scale = Scale per column
knob-column_scale-hint = Each column from its least to its greatest value, as in the paper; columns can then not be compared.
reactivation-layer = layer { $layer }
reactivation-stem = stem
reactivation-axes = column: the layer that refreshes · row: the layer refreshed
reactivation-axes-reads = column: the layer that reads · row: the layer read
reactivation-tip = Layer { $target } refreshes the maps of { $source }: { $value }
reactivation-reads-tip = Layer { $target } reads the maps of { $source }: { $value }
reactivation-untouched = ({ $count } of { $total } channels untouched)
reactivation-scaled-tip = (scaled in its column)
reactivation-per-layer = For each channel of the source the sum of its absolute weights, averaged over the source.
reactivation-per-channel = For each channel of the source the sum of its absolute weights; white: untouched.
reactivation-scaled = Each column is scaled from 0 to 1, as in the paper.
reactivation-unscaled = One scale for all columns.
reactivation-block = { $layers } layers: learned groups → 3 × 3 group convolution → SFR → add → concat, with { $groups } groups, one in { $factor } weights kept.
reactivation-seeded = Seeded weights, not trained: the picture shows how the layers are connected, not what training would choose.
reactivation-show-sfr = Show what SFR refreshes
reactivation-show-reads = Show what is read

figure-torus = Channel torus
figure-torus-hint = The channels on their grid, whose edges are joined. Click a channel to see which inputs its output reads.
torus-ring = Ring of { $grid } channels, window { $window }
torus-grid = Grid { $grid }, window { $window }
torus-stack = Stack { $grid }, window { $window }
torus-layer = layer { $layer }
torus-note = Output { $output } reads { $count } inputs: { $inputs }
torus-unread-tip = Output { $output } does not read input { $input }
torus-output = output
