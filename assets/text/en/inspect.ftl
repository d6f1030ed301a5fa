# Page Inspect: layers, channels, maps, the value under the pointer, classes.
network = Network
photo = Photo
layer = Layer
layers = Layers
layer-n-of-m = Layer { $index } of { $total }
channel = Channel
channel-n-of-m = Channel { $index } of { $total }
channel-count = { $count ->
    [one] { $count } channel
   *[other] { $count } channels
}
feature-maps = Feature maps
input = Input
output = Output
weights = Weights
bias = Bias
value = Value
output-shape = Output shape
output-shape-hint = Channels × height × width
stride = Stride
padding = Padding
dilation = Dilation
receptive-field = Receptive field
size-px = { $width } × { $height } px
value-at = { $value } at row { $row }, column { $column }
mean = Mean
total = Total

macs = MACs
macs-hint = Multiply-adds of convolution and linear layers. Bias, normalisation, activation and pooling are not counted. FLOPs = 2 × MACs.
params = Parameters
params-hint = Numbers learned in training: kernels, biases, and scale and shift of normalisation.
time-hint = Median of repeated runs with its spread; the device and the clock stand beside it.
time-clock-timestamp = GPU timestamps
time-clock-host = host clock after synchronisation
time-runs = { $count ->
    [one] median of { $count } run
   *[other] median of { $count } runs
}
no-measurable-difference-hint = The spreads of the two times overlap, so no ratio is given.
not-measured = not measured
bytes = Memory

scale-mode = Scale
scale-per-channel = Per channel
scale-per-channel-hint = Every channel uses its own range: shows structure, hides differences of strength.
scale-per-layer = Per layer
scale-per-layer-hint = All channels of the layer share one range: strengths can be compared.
scale-shared = Shared
scale-shared-hint = Before and after share one range.
colormap = Colours
colormap-sequential = Sequential
colormap-sequential-hint = For values that are never negative.
colormap-diverging = Diverging
colormap-diverging-hint = For signed values; zero is the neutral middle.
colormap-auto = Automatic
zoom-fit = Fit

top5 = Top 5 classes
probability = Probability

op-kind-conv = Convolution
op-kind-depthwise = Depthwise convolution
op-kind-pointwise = Pointwise convolution
op-kind-grouped = Group convolution
op-kind-linear = Linear
op-kind-norm = Normalisation
op-kind-global-pool = Global average pooling
op-kind-add = Addition
op-kind-concat = Concatenation
op-kind-softmax = Softmax
op-kind-upsample = Upsampling
op-kind-slice = Slice
op-kind-depthwise-transpose = Depthwise transposed convolution
op-kind-gather = Channel gather (index)
op-kind-rearrange = Values moved (transpose, pixels to channels, border)
op-kind-resample = Interpolation
op-kind-scatter = Scatter and add
op-kind-pair-softmax = Softmax of two
op-kind-blend = Weighted sum
op-kind-input = Input
