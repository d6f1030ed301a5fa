# Counting conventions: one sentence each states the rule.
convention-macs = One for each multiply-add of convolutions and fully connected layers; nothing else counts.
convention-flops = Two for each multiply-add of convolutions and fully connected layers; nothing else counts.
convention-fvcore = One for each multiply-add, two for each value of a batch norm, five of a layer, group or instance norm (four without scale), one for each value that an adaptive average pool reads and for each value made by upsampling; no bias, no ReLU.
convention-thop = One for each multiply-add, four for each value of a batch, layer or instance norm, one for each output of an average pool and of upsampling; an adaptive average pool costs the values it reads and those it gives; no bias, no ReLU, no max pool, no function calls.
convention-thop-2019 = One for each multiply-add and bias of a convolution, two for each multiply-add of a fully connected layer, four for each value of a batch norm; an average pool of side k costs k + 1 for each output, an adaptive one the values it reads and those it gives; no ReLU, no max pool, no function calls.
convention-ptflops = One for each multiply-add and bias, two for each value of a batch, group or instance norm, one of a layer norm, one for each value of ReLU and upsampling and for each value that a pool reads; no sums of maps.
convention-ptflops-aten = One for each multiply-add and bias of convolutions and fully connected layers; nothing else counts.
convention-torchinfo = Parameters, bias included, times output pixels for convolutions; parameters times batch for fully connected layers and batch norms; layers without parameters do not count.
convention-torch = Two for each multiply-add of convolutions and fully connected layers; everything else is zero without a word.
convention-deepspeed = Two for each multiply-add and one for each bias, two for each value of a batch norm, five of a layer, group or instance norm (four without scale), one for each value of ReLU, sums, products and upsampling and for each value that a pool reads.
convention-deepspeed-macs = One for each multiply-add of convolutions and fully connected layers; nothing else counts.
convention-torchlens = Two for each multiply-add and one for each bias, five for each value of any norm, one for each value of ReLU and sums, the side of its window for each output of a pool, one for each value that an adaptive pool reads, four for each value made by upsampling.
convention-torchlens-macs = Half of the FLOPs of TorchLens, rounded down for each layer, so halves of ReLU and batch norm are in it.
convention-torchsummaryx = Weights without bias times output pixels for convolutions; the number of weights of a fully connected layer; one for each channel of a batch norm; nothing else counts.
convention-torchstat = One for each multiply-add and bias of a convolution, one for each multiply-add of a fully connected layer, two for each value of a batch norm, one for each value that a pool reads; activations are function calls here and are not seen.
convention-torchstat-modules = One for each multiply-add and bias of a convolution, one for each multiply-add of a fully connected layer, two for each value of a batch norm, one for each value that a pool reads, one for each value of an activation.
convention-hetconv = Multiply-adds plus one for each output value of a convolution; for a HetConv layer both times the share R(P) of the taps that exist; multiply-adds of fully connected layers; nothing else counts.
convention-octconv = One for each multiply-add of convolutions and fully connected layers; a pool costs the area of its window for each output; the pool before the classifier too, but not in networks with depthwise convolutions; norms, ReLU, sums and upsampling do not count.
convention-condensenet = One for each multiply-add that pruning left, weights and bias of fully connected layers, one for each value of ReLU, the area of its window for each output of an average pool, one for each value that an adaptive pool reads; norms, concatenation and index layers do not count.
convention-condensenetv2 = One for each multiply-add that pruning left, weights of fully connected layers without bias, one for each value of ReLU and hard-swish, two for each value of a sigmoid, the area of its window for each output of an average pool, one for each value that an adaptive pool reads; norms, concatenation, index layers and the sum of the reactivation do not count.

# Why a convention counts an operation as zero.
uncounted-no-arithmetic = it moves values and computes nothing
uncounted-rule = the rule leaves it out on purpose
uncounted-unseen = it is a function call that the tool never sees, and nobody is told
uncounted-unknown = the tool has no rule for it, and nobody is told
uncounted-warned = the tool has no rule for it and says so
uncounted-refused = the tool has no rule for it and would stop here with an error
uncounted-outside = it is not part of the published network
