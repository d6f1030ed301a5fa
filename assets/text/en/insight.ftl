# Views of a layer beside its maps: redundancy, spectrum, kernels; ablation.

view-maps = Maps
view-maps-hint = Every channel of the layer.
view-redundancy = Redundancy
view-redundancy-hint = Which channels look alike, and what happens without them.
view-spectrum = Spectrum
view-spectrum-hint = Which frequencies the channels hold.
view-kernels = Kernels
view-kernels-hint = The weights that made the channels.
looking-at-layer = Looking at the layer
insight-failed = The layer could not be looked at
running-ablation = Running without the channels
ablation-failed = The network could not be run without the channels
folder-cannot-be-read = The folder cannot be read
no-image-in-folder = There is no picture in the folder that can be read

measure-cosine = Cosine
measure-cosine-hint = x · y / (|x| |y|): the angle between two maps, taken as long vectors.
measure-pearson = Pearson
measure-pearson-hint = The cosine after the mean of each map was taken off: the correlation.
twin-threshold = Twins from
twin-threshold-hint = Two channels are twins from this similarity on.
images = Images
images-photo = this photo
images-bundled = the six bundled photos
images-bundled-short = bundled
images-folder = A folder…
images-hint = Over which images channels are compared. The network runs on each of them.
images-unreadable = { $count ->
    [one] { $count } picture could not be read
   *[other] { $count } pictures could not be read
}

redundancy-nothing = There is nothing to compare
redundancy-have-twin = channels have a twin (≥ { $threshold })
redundancy-could-go = could leave their place to a twin
redundancy-could-go-hint = Walking through the channels: one that is similar enough to a channel that stays goes to the most similar of these. So no channel goes to one that goes too.
redundancy-negated = have a negated twin
redundancy-negated-hint = Similarity at or below the negative threshold. Not counted as twins.
redundancy-dead = zero everywhere
redundancy-dead-hint = Every value is 0, on every image. Not in the matrix.
redundancy-constant = constant
redundancy-constant-hint = One value everywhere, on every image, and not 0. Not in the matrix.
redundancy-not-finite = not finite
redundancy-not-finite-hint = They hold NaN or an infinity. Not in the matrix.
redundancy-rank = effective rank
redundancy-rank-hint = exp of the entropy of the singular values, taken as shares of their sum, of the compared maps scaled to length 1 (Roy and Vetterli 2007). 1: all are multiples of one map; the number of channels: all are orthogonal.
redundancy-images = images
redundancy-images-hint = Maps of all images are joined to one long vector per channel.
redundancy-pairs = Most similar pairs; negated ones last
redundancy-channel-tip = Channel { $channel }; most similar: { $twin } ({ $similarity })

spectrum-layer = Spectrum of all channels
spectrum-of = Spectrum of { $name }
spectrum-within = { $share } in the square
spectrum-tip = Log magnitude from the strongest frequency down to 60 dB below; frequency 0 in the middle, without the mean. In the dashed square lies what a map of half the resolution can hold.
spectrum-too-small = Maps of fewer than 4 pixels a side have no spectrum to speak of.
spectrum-rings = Energy by ring, in dB below all of it
spectrum-frequency = cycles per pixel (higher axis)
spectrum-channels = Share of each channel’s energy beyond 1/4 cycle per pixel, least first
spectrum-channel-tip = Channel { $channel }: { $share } of its energy lies beyond the boundary

kernels-none = The channels of this layer were not made by one convolution: choose a convolution.
kernels-title = { $layer }: { $filters } filters of { $inputs } × { $side } × { $side }
kernels-grid = Every filter by its strongest kernel
kernels-grid-pointwise = Every filter: its weights, row by row
kernels-filter = Filter { $filter }
kernels-filter-tip = Filter { $filter }: sum of magnitudes { $l1 }, effective rank { $rank }
kernels-mean = mean
kernels-std = standard deviation
kernels-l1 = sum of magnitudes
kernels-near-zero = near zero
kernels-near-zero-hint = Weights of at most { $share } of the greatest magnitude in the layer.
kernels-rank = effective rank
kernels-rank-hint = Of the matrix with one row of taps for each input channel: 1 if all its kernels are multiples of one. Entropy of the singular values (Roy and Vetterli 2007).
kernels-weights = weights
kernels-strongest = Kernels by input channel, strongest first
kernels-all-weights = All its weights by input channel
kernels-slice-tip = Kernel for input channel { $input }
kernels-pairs = Most similar filters (cosine of all weights)

ablate = Take away
ablate-hint = Runs the trained network with channels of this layer replaced. Undo brings them back.
ablate-zero = Zero
ablate-zero-hint = Zeros stand in their place.
ablate-mean = Mean
ablate-mean-hint = The mean of each channel on this photo stands in its place.
ablate-twin = Twin
ablate-twin-hint = The most similar channel stands in its place, scaled by least squares (under Pearson with an offset).
ablate-channel = channel { $channel }
ablate-channel-hint = Adds the chosen channel to those that are taken away, or gives it back.
ablate-choose-channel = Click a channel in the picture to choose it.
ablate-twins = { $count ->
    [one] { $count } twin
   *[other] { $count } twins
}
ablate-twins-hint = Every channel that could leave its place to a twin at the threshold; they follow the slider.
ablate-none = None
ablate-result = { $layer }: { $count ->
    [one] { $count } channel
   *[other] { $count } channels
} replaced ({ $how })
ablate-output-change = Class probabilities changed by { $change }
ablate-output-change-hint = Euclidean norm of the difference over that of the output before.
ablate-layer-change = the layer’s maps by { $change }
ablate-saving = Without them { $macs } fewer MACs ({ $share } of the network)
ablate-saving-hint = Multiply-adds that make these channels, and those of later layers that read them. Bias not counted, zeros of the border counted. A sum keeps a channel as long as one of its summands has it.
ablate-without-twin = { $count ->
    [one] { $count } channel has no twin and stays
   *[other] { $count } channels have no twin and stay
}
with-ablation = without
export-redundancy = { $view }: { $measure }, twins from { $threshold }, images: { $images }
