# Figures of OctConv, SPConv, SIC, spatial bottleneck and Ghost; figure-<name>, figure-<name>-hint, knob-<name>, knob-<name>-hint.
figure-other-operator = This figure belongs to another operator.
map-tip = { $node }, channel { $channel }. A click shows the map.

figure-four_paths = Four paths
figure-four_paths-hint = Blocks are as deep as they have channels, arrows as thick as their share of the multiply-adds. Only the path from high to high runs at the full resolution. Switch a crossing path off and watch the result.
knob-high_to_low_path = High → low
knob-high_to_low_path-hint = The path from the high to the low resolution: 2 × 2 mean, then convolution.
knob-low_to_high_path = Low → high
knob-low_to_high_path-hint = The path from the low to the high resolution: convolution, then every pixel repeated 2 × 2 times.
octave-high = High
octave-low = Low
octave-pools = pool, convolve
octave-upsamples = convolve, upsample
octave-convolves = convolve
octave-off = switched off
octave-cuboid-tip = Channel { $channel } of { $channels }. A click shows the maps.
octave-path-tip = { $inputs } → { $outputs } channels, { $weights } weights, { $macs } multiply-adds.
octave-sum = Together { $macs } multiply-adds: { $share } of the standard convolution
octave-change = { $map } result changed by { $change }

figure-weight_square = Kernel cut in four
figure-weight_square-hint = Areas are weights: cutting changes nothing about their number. The shading is what each weight costs: 1 at the full resolution, 1/4 where a path runs at half of it.
octave-weights = { $weights } weights
octave-price = × { $price } each
octave-weights-tip = { $path }: { $weights } weights, each { $price } of the multiply-adds that it has in the standard convolution; { $macs } in all.
octave-input-channels = { $count } input channels
octave-output-channels = { $count } output channels
octave-standard-macs = Standard convolution
octave-own-macs = Octave convolution
octave-not-exact = The formula 1/4 + 3/4 · (1 − α in) · (1 − α out) is exact at stride 1 and even sides only; these numbers are counted.

figure-spectra = Spectra
figure-spectra-hint = A map and how its energy is spread over frequencies, slow change in the middle. The dashed square is the octave boundary: half of the highest frequency. The low maps can hold nothing beyond it.
octave-high-channel = High result, channel { $channel }
octave-low-channel = Low result, channel { $channel }
octave-trained-channel = Trained convolution, channel { $channel }
octave-spectrum-note = Spectra: log magnitude, 60 dB, mean taken off. Bars: share of the energy by cycles per high pixel.
octave-spectrum-tip = Frequency 0 is in the middle, the highest one at the edge. Dark is 60 dB below the strongest frequency.
octave-below = { $share } below the boundary
octave-ring-tip = Up to { $band } cycles per high pixel: { $share } of the energy.

figure-lost = What low lost
figure-lost-hint = A map before it is pooled, what is left of it, and the difference. A constant map loses nothing; edges and texture lose most. Choose another channel by its bar.
octave-before = Channel { $channel } before pooling
octave-after = after pooling
octave-lost = lost
octave-before-tip = The map as it comes to the low branch.
octave-after-tip = 2 × 2 means, each shown at its four pixels again; the colours are those of the map on the left.
octave-lost-tip = The map minus its 2 × 2 means. Within each window these differences add up to zero.
octave-nothing-pooled = Nothing is pooled here: α is 0.
octave-relative = relative norm of what is lost: { $share }
octave-loss-bars = Relative norm of the loss, { $shown } of { $channels } channels; longest bar { $most }
octave-loss-tip = Channel { $channel } loses { $share }.

figure-misalignment = Misalignment
figure-misalignment-hint = The same blob goes down and up again on two ways. The white cross is the input's centre of mass, the ring the one measured behind the real operations. Walk through it step by step.
knob-align_step = Step
knob-align_step-hint = 0 the input, 1 what is read, 2 the low map, 3 up again with the measured shift.
align-strided = Strided 3 × 3 convolution, then upsampling
align-pooled = 2 × 2 average pooling, then upsampling
align-input = input
align-reads = what is read
align-low = half resolution
align-up = up again
align-shift = shift { $shift } px
align-input-tip = 8 × 8 pixels with a symmetric blob in the middle; the cross is its centre of mass.
align-strided-reads-tip = The kernel is centred on every second pixel (dots), always the upper left one of four.
align-pooled-reads-tip = Each window is the mean of four pixels; its centre lies between them.
align-low-tip = One cell now stands for 2 × 2 pixels. The ring is the centre of mass if the cell is meant to lie on its four pixels.
align-up-tip = Each cell is written to its 2 × 2 pixels. Cross: centre of mass before, ring: after.

figure-receptive = Receptive field
figure-receptive-hint = The frames are the input pixels that one output pixel sees: through the high path k × k, through the low one 2k × 2k. Click a pixel in the detail and watch how the larger frame jumps by two.
field-input = Input, channel { $channel }
field-detail = Around output pixel ({ $x }, { $y })
field-pixel-tip = Output pixel ({ $x }, { $y })
field-high = High → high: { $w } × { $h } pixels of the input
field-low = Low → high: { $w } × { $h } pixels of the input
field-note = Bright lines are the edges of low pixels. Both output pixels above one low pixel see the same low field, so it is never centred on either of them.

figure-split = Split by position
figure-split-hint = The first channels are representative and get a group convolution plus a 1 × 1, the others only a 1 × 1. Position alone decides; nothing measures similarity.
split-representative = { $count } representative channels: the first ones. Training makes them representative.
split-uncertain = { $count } uncertain channels: the rest. No kernel looks at their neighbourhood.
split-first = first { $count }
split-rest = other { $count }
split-group = 3 × 3, { $groups } groups
split-pointwise = 1 × 1
split-convolution-tip = { $macs } multiply-adds, { $share } of the standard convolution. A click shows the maps.
split-branch-a = A: representative
split-branch-b = B: uncertain
split-result = result
split-sum = Together { $macs } multiply-adds: { $share } of the standard convolution. Green: representative; orange, dashed: uncertain.

figure-fusion = Gate
figure-fusion-hint = For each output channel the means of both branches give a weight without any parameter: w = exp(A) / (exp(A) + exp(B)). Switched off, both branches count one half.
knob-fusion = Gate
knob-fusion-hint = On: the operator's own weights. Off: one half of each branch in every channel.
fusion-mean-a = Mean of A (representative)
fusion-mean-b = Mean of B (uncertain)
fusion-weight = Weight of A (green) and B (orange)
fusion-own = channel { $channel }: { $value }
fusion-shown = The first { $shown } of { $channels } channels.
fusion-note = In training, norms in front of the gate take the means off and the weights stay near 1/2. Here there are no norms: where the means lie far apart, the gate is a switch.
fusion-branch-tip = One branch, chosen channel. Both branches have the same colours.
fusion-result-tip = Computed from both branches with the weights above.
fusion-is-on = Without the gate it changes by { $change }.
fusion-is-off = Gate off: the map changed by { $change }.

figure-iterations = Iterations
figure-iterations-hint = Each row is one iteration: depthwise convolution, projection, what came in is added, ReLU. Nothing stands between the two convolutions.
knob-sic_page = Page
knob-sic_page-hint = Three iterations are shown at a time.
sic-reads = in
sic-depthwise = depthwise
sic-projection = projection
sic-sum = in + projection
sic-relu = ReLU
sic-shortcut = shortcut
sic-shortcut-tip = The map that comes in is added to the projection: each iteration has a shortcut of its own.
sic-share-tip = Multiply-adds of all iterations: depthwise convolutions on the left, projections on the right.
sic-depthwise-macs = Depthwise { $macs } · { $share }
sic-projection-macs = Projections { $macs } · { $share }

figure-down_up = Down, project, up
figure-down_up-hint = The channels are mixed where there are few pixels. The maps have their true relative size: what is finer than one small pixel does not come back.
bottleneck-input = input
bottleneck-down = down: depthwise
bottleneck-project = project: 1 × 1
bottleneck-up = up: depthwise
bottleneck-share-tip = Share of the operator's own multiply-adds.
bottleneck-sum = Together { $macs } multiply-adds: { $share } of the standard convolution

figure-pairs = Pairs of maps
figure-pairs-hint = Each cheap map is one primary map filtered by one small kernel. The cosine tells how alike the two are; derived kernels are one tap, so it is 1 or −1 until they are fitted.
knob-ghost_page = Page
knob-ghost_page-hint = Nine pairs are shown at a time.
ghost-primary = primary { $channel }
ghost-cheap = cheap { $channel }
ghost-kernel-tip = The cheap map's kernel, { $scale }. Blue is negative, red positive.
ghost-no-cheap = There are no cheap maps.
ghost-shown = Pairs { $first } to { $last } of { $all }, made from { $primary } primary maps

figure-chain = Node by node
figure-chain-hint = The chosen channel after each operation. Behind a convolution stands the input channel with the largest weights. The framed map is the result.
chain-tip = { $node }, channel { $channel }: { $shape }, { $macs } multiply-adds. Reads: { $inputs }
chain-more = { $count } more
