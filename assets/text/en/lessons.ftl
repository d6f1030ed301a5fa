# The lessons, step by step: step-<operator>-<n> (what one sees), -question, -answer. The steps themselves are in the operators' files.

steps-start = Lesson in { $count } steps
steps-start-hint = Short steps that set the sliders and the picture, each with a question. You can leave at any time; the place is remembered.
steps-resume = Go on with the lesson: { $index } / { $total }
steps-restart = From the beginning
steps-place = { $index } / { $total }
steps-previous = Step before
steps-next = Next step
steps-finish = End of the lesson
steps-leave = Leave
steps-leave-hint = Leaves the lesson; the place is remembered.
steps-answer = Show the answer
steps-answer-hint = Think first, then press Space or Enter. A presenter's key for the next page shows the answer first, too.

step-standard-1 = One convolution, the yardstick for all the others. Every output channel reads every input channel through a kernel of its own and adds everything up. Look at the arrow: all channels go in, all come out, in a single step.
step-standard-1-question = How many k × k kernels does a layer with 64 input and 64 output channels have?
step-standard-1-answer = 64 · 64 = 4096, one for each pair of an output and an input. With 3 × 3 kernels that is 36 864 weights.
step-standard-2 = The same layer as a matrix of inputs and outputs. A cell is filled where a kernel connects an input channel with an output channel. We will see this matrix again for every operator.
step-standard-2-question = How many cells are empty?
step-standard-2-answer = None. Every output reads every input: this is what “dense” means.
step-standard-3 = The result on real feature maps. Choose a map and a pixel in it: its value is one long sum over a k × k window in all input channels.
step-standard-3-question = How many multiply-adds make one output pixel, with 64 input channels and 3 × 3 kernels?
step-standard-3-answer = 64 · 9 = 576. In general I · k² for each output pixel of each output channel.
step-standard-4 = Now the channels are cut into two groups, and a group of outputs sees only its own group of inputs. Two blocks of the matrix stay, two become empty.
step-standard-4-question = Which share of the weights and multiply-adds is left?
step-standard-4-answer = Half of both. With g groups it is 1/g.
step-standard-5 = The slider stands at its end: as many groups as this layer allows. Where there are as many groups as input channels, every output reads a single input.
step-standard-5-question = What is a convolution with as many groups as input channels called?
step-standard-5-answer = A depthwise convolution. Standard, group and depthwise convolution are the same operation; only the number of groups differs.
step-standard-6 = One group again, but the taps now stand three pixels apart, so that the kernel spans a larger window with holes in it. Compare the maps with those of dilation 1. A 1 × 1 kernel has only one tap and cannot be spread.
step-standard-6-question = How many pixels does a 3 × 3 kernel with dilation 3 span, and how many of them does it read?
step-standard-6-answer = It spans 3 · (3 − 1) + 1 = 7 pixels in each direction and still reads only 9 of the 49. Weights and multiply-adds stay the same.
step-standard-7 = Back to the standard convolution, and to how it is counted. This program counts multiply-adds: one multiplication together with the addition that follows it.
step-standard-7-question = One paper gives 3.6 billion FLOPs for a network, another 1.8 billion MACs. Can both be right?
step-standard-7-answer = Yes: one multiply-add is two floating-point operations. But many papers write “FLOPs” and mean MACs, so look at the rule before you compare.

step-pointwise-1 = A convolution whose kernel is a single pixel. At every pixel, each output channel is a weighted sum of the input channels at this very pixel.
step-pointwise-1-question = Can a pointwise convolution blur a picture or find an edge?
step-pointwise-1-answer = No, both need neighbouring pixels. It can only mix channels.
step-pointwise-2 = The matrix is as full as that of a standard convolution: every output reads every input. Only what stands in a cell has changed, one weight instead of a whole k × k kernel.
step-pointwise-2-question = If every connection is still there, what is saved compared with 3 × 3?
step-pointwise-2-answer = Eight of nine weights and multiply-adds: 1/k² = 1/9 of them remain.
step-pointwise-3 = The result on real maps. Trace a pixel: its inputs are the pixels at one position, one in each input channel.
step-pointwise-3-question = After ten pointwise convolutions with stride 1 in a row, how large is the receptive field?
step-pointwise-3-answer = Still one pixel. Only larger kernels, strides and pooling make it grow.
step-pointwise-4 = Think of the time. The multiply-adds fall to 1/9 of those of a 3 × 3 convolution, but the maps that are read and written are as large as before.
step-pointwise-4-question = Does the time fall to 1/9 as well?
step-pointwise-4-answer = Usually not. The arithmetic shrinks, the memory traffic of the maps does not, so the time falls less than the multiply-adds.
step-pointwise-5 = Pointwise convolutions are the working half of many efficient layers: a depthwise convolution looks around, a pointwise one mixes. Picture a layer with 128 channels made from a 3 × 3 depthwise and a pointwise convolution.
step-pointwise-5-question = Which of the two takes more multiply-adds?
step-pointwise-5-answer = The pointwise one by far: 128 per pixel and channel against 9, which is 93 % of the whole.

step-depthwise-1 = Each channel is filtered by one kernel of its own. The channels pass side by side and never meet.
step-depthwise-1-question = How many k × k kernels does a depthwise layer with 64 channels in and out need? And a standard one?
step-depthwise-1-answer = 64 against 64 · 64 = 4096.
step-depthwise-2 = In the matrix each output has just one filled cell. With as many outputs as inputs these cells form the diagonal.
step-depthwise-2-question = Which share of the cells is filled when there are n input channels?
step-depthwise-2-answer = 1/n, for 64 channels about 1.6 %. It is also the share of weights and multiply-adds that is left.
step-depthwise-3 = Depthwise is the far end of a slider that starts at the standard convolution. Move it and watch the blocks of the matrix shrink to single cells.
step-depthwise-3-question = How many groups does a depthwise convolution have?
step-depthwise-3-answer = As many as it has input channels.
step-depthwise-4 = The maps of the result. Every one of them is a filtered version of a single input map.
step-depthwise-4-question = Suppose input channel 5 were set to zero. Which output maps would change?
step-depthwise-4-answer = Only the one that is made from channel 5 (or those, if each input has several kernels). All others stay as they are.
step-depthwise-5 = Count how often a loaded value is used. In a standard convolution an input value serves every output channel, here it serves only one k × k kernel.
step-depthwise-5-question = With 64 channels only 1/64 of the multiply-adds remain. Is the layer 64 times faster?
step-depthwise-5-answer = No. Each value is used only about k² times, so moving the maps and starting the operation set the time, not the arithmetic.
step-depthwise-6 = One more look at the maps, and at what is missing: no map can use what another channel has found.
step-depthwise-6-question = What has to follow so that channels can work together?
step-depthwise-6-answer = Usually a 1 × 1 convolution. Both together are the depthwise separable convolution.

step-group-1 = The channels are cut into two equal groups, in the order of their numbers. Each group is a small standard convolution of its own.
step-group-1-question = With 64 input channels, how many does each output read?
step-group-1-answer = 32. With g groups it is I/g.
step-group-2 = Four groups: blocks along the diagonal of the matrix, and nothing outside of them. Inside a block everything is connected.
step-group-2-question = Which share of the matrix is filled?
step-group-2-answer = A quarter: g blocks, each of which has 1/g² of the cells, make 1/g.
step-group-3 = Eight groups. Compare the numbers with those for four groups.
step-group-3-question = What happens to weights and multiply-adds from four to eight groups?
step-group-3-answer = Both halve. The maps that are read and written stay the same, so the time usually falls less.
step-group-4 = As many groups as the layer allows. With as many groups as input channels the blocks have shrunk to single cells.
step-group-4-question = Which operator is this?
step-group-4-answer = With as many groups as input channels: the depthwise convolution.
step-group-5 = The maps with four groups. No group knows what the others have found, and a further layer with the same groups would not change that.
step-group-5-question = After three group convolutions with the same four groups, on which share of the input channels can an output depend?
step-group-5-answer = Still on a quarter. A channel shuffle or a 1 × 1 convolution in between is needed to mix the groups.
step-group-6 = A trap in counting. The weight tensor of a group convolution has the shape O × I/g × k × k: only the filled blocks are stored.
step-group-6-question = Somebody multiplies the shape out and divides by g to get the multiply-adds per pixel. Is that right?
step-group-6-answer = No, the tensor already contains the division. Well-known counters have made this mistake.

step-depthwise_separable-1 = Two steps instead of one. A depthwise convolution looks at the neighbourhood in each channel, then a 1 × 1 convolution mixes the channels. Nothing stands between the two.
step-depthwise_separable-1-question = Which of the two lets channels exchange information?
step-depthwise_separable-1-answer = Only the 1 × 1 convolution. The depthwise one looks at neighbours but keeps the channels apart.
step-depthwise_separable-2 = Which channels are connected with which? The depthwise half connects each channel only with itself, the 1 × 1 half connects every pair.
step-depthwise_separable-2-question = Does every output channel depend on every input channel in the end?
step-depthwise_separable-2-answer = Yes, just as in a standard convolution. What is missing are kernels of its own for every pair.
step-depthwise_separable-3 = The result on real maps. With weights derived from the trained layer it resembles the layer's own output, but it is not the same.
step-depthwise_separable-3-question = Which share of the standard multiply-adds remains with 128 output channels and 3 × 3 kernels?
step-depthwise_separable-3-answer = 1/O + 1/k² = 1/128 + 1/9, about 11.9 %.
step-depthwise_separable-4 = Where does the rest of the work go? Compare the two boxes: k² multiply-adds per pixel and channel in the first, one for each output channel in the second.
step-depthwise_separable-4-question = With 64 output channels and k = 3, which half does how much?
step-depthwise_separable-4-answer = 64 against 9: the 1 × 1 half does 64/73, about 88 %.
step-depthwise_separable-5 = Why is the result not exactly that of the layer it replaces? Here all outputs share one spatial pattern per input channel and may only scale it.
step-depthwise_separable-5-question = When can a standard convolution be split in this way without any loss?
step-depthwise_separable-5-answer = Only if, for each input channel, the kernels of all outputs are multiples of one pattern (rank 1). Trained layers rarely are.
step-depthwise_separable-6 = Look at the map between the two steps. It is a complete map with as many channels as the input.
step-depthwise_separable-6-question = What does this map cost that no count of multiply-adds shows?
step-depthwise_separable-6-answer = Unless the two steps are fused, it is written to memory and read back. So the time falls less than the multiply-adds.

step-group_pointwise-1 = First a k × k convolution in four separate groups, then a 1 × 1 convolution from all channels to all channels.
step-group_pointwise-1-question = Why is no channel shuffle needed here?
step-group_pointwise-1-answer = The 1 × 1 convolution reads all groups and mixes them.
step-group_pointwise-2 = With one group the first step is a complete standard convolution, and the 1 × 1 convolution still follows.
step-group_pointwise-2-question = Is anything saved now, for I = O?
step-group_pointwise-2-answer = No, it costs more: 1 + 1/k² of the standard convolution, 111 % for k = 3. The operator pays off only with several groups.
step-group_pointwise-3 = Eight groups. The k × k kernels connect only channels of the same group, the 1 × 1 kernels connect all.
step-group_pointwise-3-question = Which share of the standard multiply-adds remains for I = O and k = 3?
step-group_pointwise-3-answer = 1/8 + 1/9, about 23.6 %. However many groups there are, the 1/9 of the 1 × 1 convolution stays.
step-group_pointwise-4 = As many groups as possible: each group is one channel.
step-group_pointwise-4-question = Which operator have we reached?
step-group_pointwise-4-answer = With as many groups as input channels: the depthwise separable convolution.
step-group_pointwise-5 = Four groups again. HetConv with P = 4 also has k × k kernels on a quarter of the pairs, but there the 1 × 1 kernels stand only where no k × k kernel is, and in the same layer.
step-group_pointwise-5-question = For I = O and k = 3 this operator needs 1/4 + 1/9, about 36.1 %. What does HetConv with P = 4 need?
step-group_pointwise-5-answer = 1/3. It saves the 1 × 1 kernels inside the groups: 1/(g·k²) = 1/36, about 2.8 %.
step-group_pointwise-6 = The result on real maps. In each group the kernels of all outputs share as many spatial patterns as the group has channels.
step-group_pointwise-6-question = Do larger groups, that is a smaller g, come closer to the trained layer or further away from it?
step-group_pointwise-6-answer = Closer: larger groups have more patterns to combine. That is what the additional multiply-adds buy.

step-ghost-1 = A convolution makes only a part of the output maps. A depthwise convolution makes the others from them, and both parts are stacked.
step-ghost-1-question = With 64 outputs and ratio 2, how many maps come from the convolution?
step-ghost-1-answer = 32, one of every two. The other 32 are cheap ones.
step-ghost-2 = Primary maps and the cheap maps made from them, side by side. Weights derived from a trained layer use only the centre tap of the cheap kernels, so at first a cheap map is a scaled copy.
step-ghost-2-question = Can a cheap map show something that its primary map has lost?
step-ghost-2-answer = No. It is filtered from this one map and never sees the input.
step-ghost-3 = Ratio 4: every primary map now has three cheap ones.
step-ghost-3-question = With 64 outputs, how many maps does the convolution make now, and what does that mean for the cost?
step-ghost-3-answer = 16. The multiply-adds fall to a little more than a quarter, as long as I·k² is much larger than d².
step-ghost-4 = The cheap kernel now has a single tap. Look at the pairs.
step-ghost-4-question = What can a cheap map be if its kernel is 1 × 1?
step-ghost-4-answer = Only its primary map times a factor, plus a constant if there is a bias. It takes d ≥ 3 to blur, sharpen or find edges.
step-ghost-5 = The connections. The primary maps read all inputs; each cheap map depends on the inputs only through one primary map.
step-ghost-5-question = Ratio 2 sounds like half the work. What is it for 16 input channels, 1 × 1 primary kernels and 3 × 3 cheap ones?
step-ghost-5-answer = 16/(8 + 4.5), a factor of 1.28 instead of 2: with so few multiply-adds per map the cheap maps are not cheap.
step-ghost-6 = All maps of the result: first the primary ones, then the cheap ones.
step-ghost-6-question = Why does the time often fall less than the multiply-adds?
step-ghost-6-answer = The cheap maps must wait for the primary ones, their depthwise convolution is bound by memory traffic, and stacking moves memory too.

step-octave-1 = Half of the channels live at full resolution, the other half at half the height and width. Four convolutions connect the two parts: high to high, high to low, low to high and low to low.
step-octave-1-question = At stride 1, how many of the four convolutions run at the low resolution?
step-octave-1-answer = Three. Going down, the map is pooled before the convolution; going up, it is upsampled after it.
step-octave-2 = The one kernel of the layer, cut into four rectangles, one for each path. Area is weights, shading is cost.
step-octave-2-question = Does OctConv have fewer weights than the standard convolution? And fewer multiply-adds?
step-octave-2-answer = As many weights: the four parts make the whole square. But at stride 1 three of them are used on a quarter of the pixels: 43.75 % of the multiply-adds remain at α = 0.5.
step-octave-3 = Now only a quarter of the channels is low. The cheap rectangles have become smaller.
step-octave-3-question = Which share of the multiply-adds remains at stride 1? The rule is 1/4 + (3/4)·(1 − α in)·(1 − α out).
step-octave-3-answer = 1/4 + (3/4)·(0.75)² ≈ 67.2 %. At α = 0 it is 100 %, and the layer is an ordinary convolution.
step-octave-4 = High and low maps with their spectra. The middle of a spectrum holds the slow changes of a map, its rim the fine detail.
step-octave-4-question = Does OctConv separate the frequencies with a filter or a transform?
step-octave-4-answer = No. Channels are assigned to the low part, and a map at half the resolution simply cannot hold finer detail.
step-octave-5 = What the low branch loses: the difference between a map and the same map pooled and enlarged again.
step-octave-5-question = Where do you expect the largest loss, and where none at all?
step-octave-5-answer = At edges and in fine texture. Where the map is constant, the loss is exactly zero.
step-octave-6 = The same kernel at both resolutions, drawn at full resolution. A pixel of the low map stands for 2 × 2 pixels of the high one.
step-octave-6-question = How many full-resolution pixels does a 3 × 3 kernel on the low maps cover?
step-octave-6-answer = 6 × 6, twice as many in each direction: 2k against k. The larger receptive field is a gain besides the saving.
step-octave-7 = Why pooling, and not a convolution with stride 2? Both halve the map, then each pixel is repeated to bring it back. Step through and watch where the content ends up.
step-octave-7-question = By how much does each way shift the content?
step-octave-7-answer = Strided convolution and repetition shift it by half a pixel down and to the right. Average pooling and repetition shift it by 0.
step-octave-8 = Back to the four paths. A common mistake is to upsample the low map first and then convolve it, instead of the other way round.
step-octave-8-question = Why not upsample first?
step-octave-8-answer = For k ≥ 3 it gives other values, it loses the larger receptive field, and at α = 0.5 and stride 1 it costs 62.5 % instead of 43.75 %, 1.43 times as much.

step-spconv-1 = The input channels are split in two. The first half, called representative, goes through a 3 × 3 group convolution plus a 1 × 1 convolution; the other half, called uncertain, only through a 1 × 1.
step-spconv-1-question = How are the representative channels selected?
step-spconv-1-answer = They are not: they are simply the first α·I channels. Training makes them representative.
step-spconv-2 = The connections of the three convolutions. Together they connect all pairs, but only the pairs inside the representative groups have a 3 × 3 kernel.
step-spconv-2-question = Which input channels are never looked at through a 3 × 3 kernel?
step-spconv-2-answer = The uncertain ones, here the second half. In HetConv, in contrast, every input gets k × k kernels from some filters.
step-spconv-3 = Now only a quarter of the channels is representative. The 3 × 3 part has halved, the 1 × 1 part has not changed: each input still has its 1 × 1 kernel.
step-spconv-3-question = Which share of the multiply-adds remains at α = 1/4 and g = 2? The rule is (1 + 9α/g)/9.
step-spconv-3-answer = (1 + 1.125)/9 ≈ 23.6 %; at α = 1/2 it is 36.1 %. It can never fall below 1/9.
step-spconv-4 = The gate. For each output channel it takes the means of the two results over the whole map and turns them into two weights by a softmax. It has no parameters of its own.
step-spconv-4-question = What are the two weights if both means are equal? And if one mean is far above the other?
step-spconv-4-answer = One half each; in the other case nearly 1 and 0. The two always sum to 1, and only the difference of the means counts.
step-spconv-5 = The gate is switched off: both results count one half in every channel. Compare with the gated result.
step-spconv-5-question = Without the gate, is the operator linear in its input?
step-spconv-5-answer = Yes: convolutions and additions are. The gate is its only non-linear part, because its weights depend on the image.
step-spconv-6 = Count the boxes. One convolution has become three, with pooling over whole maps, a softmax and a weighted sum behind them.
step-spconv-6-question = It has 36 % of the multiply-adds, yet the author reports about half the speed of the ResNet-50 baseline at batch size 1. Why?
step-spconv-6-answer = Many small operations have to be started and move maps through memory, and the gate needs the means of whole maps before the first output can be written.

step-hetconv-1 = Every cell is one kernel: that of a filter on an input channel. With P = 1 all of them are k × k.
step-hetconv-1-question = Which operator is this?
step-hetconv-1-answer = The standard convolution. HetConv starts from it and makes most of its kernels smaller.
step-hetconv-2 = P = 4: in each filter one of every four kernels stays k × k, the others become 1 × 1. From filter to filter the pattern moves on by one channel.
step-hetconv-2-question = With 64 input channels, how many k × k kernels does a filter have?
step-hetconv-2-answer = 64/4 = 16; the other 48 are 1 × 1.
step-hetconv-3 = One filter, unrolled over its input channels. It is an ordinary filter in which most kernels have only their centre tap left.
step-hetconv-3-question = How many weights has a filter with 16 inputs, P = 4 and k = 3, and how many has a dense one?
step-hetconv-3-answer = 4·9 + 12·1 = 48 against 16·9 = 144: a third.
step-hetconv-4 = Look along one input channel instead of one filter. The k × k kernels on it come from different filters.
step-hetconv-4-question = Why is the pattern shifted from filter to filter?
step-hetconv-4-answer = So that each input channel meets k × k kernels in 1/P of the filters. Without the shift, most channels would never be looked at through k × k.
step-hetconv-5 = The layout of the published code: blocks of filters have their k × k kernels on one contiguous block of inputs.
step-hetconv-5-question = Is this a different operator with a different saving?
step-hetconv-5-answer = No. Where P divides both numbers of channels it is the same layer with its channels in another order.
step-hetconv-6 = The saving in multiply-adds against P. The curve rises ever more slowly and approaches a limit.
step-hetconv-6-question = For k = 3: what is the factor at P = 8, and what is the limit?
step-hetconv-6-answer = A factor of 4.5 at P = 8. The limit is k² = 9, because every pair of channels keeps at least its centre tap.
step-hetconv-7 = As written and as executed. The published code runs a group convolution and a complete 1 × 1 convolution whose weights inside the groups are zero.
step-hetconv-7-question = For k = 3 and P = 4 the formula says 12/36. What does the published code run?
step-hetconv-7-answer = 13/36, that is 8.3 % more: the zeros are multiplied too. And run as a dense convolution with zeros, HetConv would save no time at all.
step-hetconv-8 = The whole operator in one step: both kinds of kernel stand side by side in one layer.
step-hetconv-8-question = The paper speaks of zero “latency”. Does the layer take no additional time?
step-hetconv-8-answer = The word means layers in sequence: nothing has to wait for a second layer. Milliseconds are another matter and have to be measured.

step-sic-1 = One iteration: a depthwise convolution looks at the neighbourhood, a 1 × 1 projection mixes the channels, the input is added by a shortcut, and a ReLU follows.
step-sic-1-question = What comes out if the projection is zero and the input is not negative?
step-sic-1-answer = The input itself. The shortcut carries it through, so each iteration only has to learn a correction.
step-sic-2 = Two iterations, each with its own depthwise kernels, its own projection, its own shortcut and its own ReLU.
step-sic-2-question = How far does it see with 3 × 3 kernels?
step-sic-2-answer = b·(k − 1) + 1 = 5 pixels in each direction, as a single 5 × 5 kernel would.
step-sic-3 = Four iterations, one row each; a page shows three. From left to right: what comes in, depthwise convolution, projection, sum, ReLU.
step-sic-3-question = With weights derived from a trained layer, which iterations change the maps?
step-sic-3-answer = Only the first. It holds what the trained kernel gives beyond the shortcut; the others start with a zero projection and do nothing until they are fitted.
step-sic-4 = The depthwise convolutions connect each channel only with itself; the projections connect all pairs.
step-sic-4-question = With 128 channels and 3 × 3 kernels, which part takes more multiply-adds?
step-sic-4-answer = The projection: 128 per pixel and channel against 9, about 93 %. That is why a larger k costs little more.
step-sic-5 = The cost grows with every iteration: b·(1/n + 1/k²) of the standard convolution.
step-sic-5-question = Which share is it for n = 128, k = 3 and b = 4? What else grows with b?
step-sic-5-answer = About 47.6 %. And 2b convolutions run in sequence, each waiting for the one before it.
step-sic-6 = The maps of the result. Look for the smallest value.
step-sic-6-question = Can an output of this operator be negative? What does that mean for a layer whose output is?
step-sic-6-answer = No, every iteration ends in a ReLU. In place of a layer with negative outputs it cuts them off, and no choice of weights undoes that.

step-topological-1 = The channels stand in a grid, here the squarest one. A chosen output channel reads only the channels of a window that begins at its own place. Click another channel and watch the window move along.
step-topological-1-question = 64 channels in an 8 × 8 grid with a 4 × 4 window: how many input channels does each output read?
step-topological-1-answer = 4 · 4 = 16 of the 64.
step-topological-2 = The same connections as a matrix. Rows and columns are all equally full, but there are no separate blocks.
step-topological-2-question = Which share of the standard multiply-adds remains, and how often is each input read?
step-topological-2-answer = c/n, a quarter for 16 of 64. Because the grid wraps around, each input is read by exactly c outputs.
step-topological-3 = A small window. Now choose the channel in the last row and the last column.
step-topological-3-question = Which channels does it read, with a 2 × 2 window?
step-topological-3-answer = Itself and, around the edges, the first channel of its row, the last channel of the first row, and the very first channel. The grid is a torus.
step-topological-4 = One axis: the channels stand in a ring, and the window is an arc of it.
step-topological-4-question = What does the connection matrix of a ring look like?
step-topological-4-answer = A band along the diagonal, whose end comes in again at the other side.
step-topological-5 = Three axes, if the number of channels allows it: a channel now has neighbours along each of them.
step-topological-5-question = 64 channels as 4 × 4 × 4 with a 3 × 3 × 3 window: which share of the connections is kept?
step-topological-5-answer = 27/64, about 42 %. Only the two products count for the cost; the axes decide who is a neighbour.
step-topological-6 = Compare this matrix with that of a group convolution: blocks there, overlapping windows here.
step-topological-6-question = In an 8 × 8 grid with a 4 × 4 window, after how many such layers can an output depend on every input channel? And with groups?
step-topological-6-answer = After three: each layer reaches three places further along both axes. Groups without a shuffle never get there.
step-topological-7 = The result on real maps. If the weights come from a trained layer, the kernels of connected pairs are kept and the others dropped.
step-topological-7-question = Does the window hold the inputs that matter most to an output?
step-topological-7-answer = No. The neighbourhood follows from the channel numbers alone; a network has to be trained with it.

step-spatial_bottleneck-1 = Down, mix, up: a depthwise convolution with stride 2 halves the maps, a 1 × 1 convolution mixes the channels there, and a transposed depthwise convolution restores the size.
step-spatial_bottleneck-1-question = On which share of the pixels are the channels mixed?
step-spatial_bottleneck-1-answer = On a quarter: half the height times half the width. With blocks of b × b pixels it is 1/b².
step-spatial_bottleneck-2 = One map on its way: before, small, and large again. Look at fine lines and edges.
step-spatial_bottleneck-2-question = How many numbers does each channel have in the middle for a block of 2 × 2 pixels?
step-spatial_bottleneck-2-answer = One. The way up can only spread this one value over the block.
step-spatial_bottleneck-3 = Larger blocks of 4 × 4 pixels. Compare with the blocks of 2 × 2.
step-spatial_bottleneck-3-question = What is lost, and what do you see at the edges of the blocks?
step-spatial_bottleneck-3-answer = Everything finer than a block. Kernel and stride are equal, so blocks do not overlap and their edges can show as steps.
step-spatial_bottleneck-4 = Now the numbers. Down and up take one multiply-add per pixel and channel each, the mixing takes n on a quarter of the pixels.
step-spatial_bottleneck-4-question = Which share of a standard 3 × 3 convolution is that, with n = 128?
step-spatial_bottleneck-4-answer = (2/128 + 1/4)/9 ≈ 3 %.
step-spatial_bottleneck-5 = The outer convolutions are depthwise: they connect each channel only with itself. Only the 1 × 1 in the middle connects all pairs.
step-spatial_bottleneck-5-question = What would it cost if the outer convolutions were dense?
step-spatial_bottleneck-5-answer = (2 + 1/4)/9 = 25 % of the standard 3 × 3 convolution instead of 3 %: most of the saving would be gone.
step-spatial_bottleneck-6 = Blocks of one pixel: nothing is shrunk, nothing enlarged.
step-spatial_bottleneck-6-question = What is left of the operator?
step-spatial_bottleneck-6-answer = A 1 × 1 convolution whose inputs and outputs are scaled channel by channel: pointwise, in three steps.

step-learned_group-1 = A 1 × 1 convolution that prunes itself. Its outputs form four groups, and each group keeps only the inputs that matter most to it.
step-learned_group-1-question = With 64 inputs and C = 4, how many does each group keep?
step-learned_group-1-answer = 64/4 = 16. So a quarter of the weights and multiply-adds is left, whatever the number of groups.
step-learned_group-2 = How a group judges an input: it adds up the absolute weights of all its outputs on that input. One bar is one such sum.
step-learned_group-2-question = Which inputs does a group drop first?
step-learned_group-2-answer = Those with the smallest sums. Each group decides by itself.
step-learned_group-3 = Before the first pruning: a dense layer. Training starts here and drops connections in stages.
step-learned_group-3-question = How many prunings does it take to get to C = 4, if each drops a quarter of the inputs of every group?
step-learned_group-3-answer = C − 1 = 3. After n of them, 1 − n/C of the weights are left.
step-learned_group-4 = After the first pruning. In each group the quarter of the inputs with the smallest sums is gone. Move the stage on and watch the lines vanish.
step-learned_group-4-question = Can a dropped connection come back later?
step-learned_group-4-answer = No, pruning goes one way. A dropped weight stays masked for the rest of the training.
step-learned_group-5 = After the last pruning every group has its quarter of the inputs.
step-learned_group-5-question = Do the groups share out the inputs among themselves?
step-learned_group-5-answer = No. They choose independently: one input may be kept by several groups, another by none.
step-learned_group-6 = The same weights in the form for use: an index gathers the kept inputs group by group, a group convolution runs, and the outputs are put back in order.
step-learned_group-6-question = How much does the result change?
step-learned_group-6-answer = Not at all, apart from rounding. Only now are the dropped weights really skipped: training ran a dense convolution with a mask.
step-learned_group-7 = Look at the steps before and after the group convolution. They contain no multiplication.
step-learned_group-7-question = Are they free?
step-learned_group-7-answer = In multiply-adds yes, in time no: they move memory, and an input that several groups keep is copied for each of them.

step-sfr-1 = In a densely connected network features are made once and then only read. SFR lets the newest maps refresh the older ones: a sparse 1 × 1 convolution turns them into corrections, which are added.
step-sfr-1-question = Does the number of old maps grow by that?
step-sfr-1-answer = No, the corrections are added to the old maps, one for one. The new maps are then stacked behind them.
step-sfr-2 = Here the inputs, the new maps, form the groups, and each group chooses outputs: the old maps that it may refresh. A bar is the sum of the absolute weights from one group to one old map.
step-sfr-2-question = In what way is this the mirror image of the learned group convolution?
step-sfr-2-answer = There groups of outputs choose their inputs. Here groups of inputs choose their outputs.
step-sfr-3 = Before the first pruning all pairs are connected. Move the stage on: at each one every group drops the outputs with the smallest sums.
step-sfr-3-question = With S = 4, which share of the weights is left after each of the three prunings?
step-sfr-3-answer = 75 %, 50 % and 25 %: after n of them 1 − n/S.
step-sfr-4 = After the last pruning. Some old maps are reached from several groups, some from none.
step-sfr-4-question = What happens to an old map that no group has kept?
step-sfr-4-answer = Its correction is zero, so it stays as it is. With random weights and G = S = 4 that would be about a third of them: (3/4)⁴ ≈ 32 %.
step-sfr-5 = Who refreshes whom, in a whole dense block: the strength of the connections from each source layer to the maps of each target layer.
step-sfr-5-question = Why does one half of the picture stay empty?
step-sfr-5-answer = A layer can only refresh maps that already exist, so only those of the layers before it.
step-sfr-6 = The same weights in the form for use: the inputs of each group side by side, a group convolution, and an index layer that adds each result to its old map.
step-sfr-6-question = How much does the result change? Does it need G = S?
step-sfr-6-answer = Not at all, apart from rounding, and G and S may differ. Only the published converter needs them to be equal.
step-sfr-7 = The cost: 1/S of the dense 1 × 1 convolution. In CondenseNetV2 the learned group convolution of the same layer goes from the same I maps to four times as many bottleneck maps as there are new ones.
step-sfr-7-question = With S = C, how do the two compare?
step-sfr-7-answer = SFR takes k·I/S multiply-adds per pixel, the learned group convolution 4k·I/C: SFR costs a quarter of it.
