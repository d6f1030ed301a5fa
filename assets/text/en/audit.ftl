# Published tables audited. Quantities.
audit-quantity-operations = operations
audit-quantity-parameters = parameters
audit-quantity-weights = weights, without biases and norms
audit-quantity-parameters-without-norms = parameters without norms
audit-quantity-parameters-folded = parameters, norms folded into biases
audit-quantity-reduction = reduction, from the printed figures
audit-quantity-layer-macs = multiply-adds of one layer
audit-quantity-layer-maps = values of the maps of one layer

# Who printed a figure.
audit-status-published = printed by the authors
audit-status-third-party = printed by a third party
audit-status-cited = cited in another paper
audit-status-unverified = not confirmed against a source

# Verdicts.
audit-verdict-exact = exact
audit-verdict-rounds = rounds to the printed digits
audit-verdict-truncates = cut off after the printed digits
audit-verdict-misprint = misprint
audit-verdict-not-reproducible = not reproducible
audit-verdict-differs = differs, reason unknown

# Why a figure does not follow.
audit-why-pair-addition = These comparison rows are not confirmed; one more addition for each output of the first layer of a pair, and the bias of the first convolution, would give them.
audit-why-pc = Not confirmed; whether P is the number of inputs or of outputs in layers that widen is not said.
audit-why-not-attempted = The network behind this citation is not described closely enough to be built.
audit-why-kept = It is the share that is kept (158 of 349.51); the reduction is 54.79 %.
audit-why-digits = The printed figures of the same table give other digits.
audit-why-back-computed = Computed back from a reduction of 78 % of 349.51M; HetConv's own table has 71.35M.
audit-why-spconv-1-16 = A slip of one digit: the rule that gives the other rows gives 50.14M, and the printed reduction carries the slip on.
audit-why-spconv-75 = 12.89 of 41.62 is a reduction of 69.03 %.
audit-why-octconv-memory = 1 − 3/4 · 0.875 is 34.375 %, which rounds to 34.
audit-why-dagger = The stem of the networks marked with a dagger is not pinned down; what fits best is 2 to 9 % off.
audit-why-oct-321 = The rule that gives the other rows is 0.2 % short here.
audit-why-oct-152 = Within 0.7 % below the printed figure; the parameters agree, and the stem and the place of the stride are those of the authors' code.
audit-why-openvino = OpenVINO adds norms, ReLU, sums and pools by a rule that is not known exactly; it stays within 2 % above twice the multiply-adds.
audit-why-sic = The claimed factors are ratios of nominal totals (16 G for VGG-16); the table of the networks is not available.
audit-why-ghost-142 = The authors' configuration gives 141.15M, which an older README states.
audit-why-ghost-imgclsmob = That implementation is a variant of its own.
audit-why-v2-cifar = No configuration of these networks is public, and none that was tried gives all four figures.
audit-why-thop-older = The README was written with an older rule; the code of today gives the recomputed number.
audit-why-ptflops-twice = It fits only if ReLU and pools are counted twice, by the hook on the module and by the one on the function; the README admits that these can conflict.
audit-why-torchlens = Half of what the code counts is 714.8M, and the README calls the number FLOPs.
audit-why-shufflenet = The figure of the ShuffleNet V2 paper, which does not say what it counts; multiply-adds alone are about 1 % fewer.

# Remarks on a row.
audit-note-hetconv-base = The reduction is against 4.09 G, not against the 4.14 G of the SPConv table.
audit-note-spconv-baseline = This is not ordinary VGG-16 (313.46M multiply-adds, 14.99M parameters): each replaced layer is a 3x3 convolution with a full 1x1 convolution beside it. All reductions of the table are too large by that.
audit-note-spconv-1-16 = With 50.14M the reduction would be 85.65 %.
audit-note-mobilenet-v2 = 300M is the figure of the MobileNet V2 paper; the network in the authors' own code has one more 1x1 convolution and 313.6M multiply-adds.
audit-note-condensenet-cut = Counted after conversion; before it, the last layer has all of its inputs and the parameters do not round to the printed figure.
audit-note-condensenet-v2 = Counted without the fully connected layers of squeeze and excitation, parameters without norms: the only reading in which all three networks round.
audit-note-oct-320 = The figure of the abstract: the test input of 320 pixels, not 224.
audit-note-mobilenet-1x = 300M is the figure of MobileNet V2; the table does not say which MobileNet it means.
