# The pages and the page of one operator.

page-inspect = Inspect
page-inspect-hint = What does this network see?
page-operators = Operators
page-operators-hint = How does this operator work?

operators = Operators
running-operator = Running the operator
study-failed = The operator cannot be shown
shown-on = Shown on
shown-on-hint = The operator reads what this layer reads. Grey layers are none that it can stand in for: there it stands alone, with random weights.
the-photo = the photo itself
study-geometry = { $inputs } → { $outputs } channels, { $kernel }×{ $kernel }, stride { $stride }
study-elsewhere = not on { $layer }
study-cost = Cost
share-of-standard = of standard
share-of-standard-hint = Share of the multiply-adds of the standard convolution with the same channels, kernel and stride.
share-of-params-hint = Share of the parameters of the standard convolution, without bias.
bytes-moved = Bytes moved
bytes-moved-hint = Maps read and written, node by node, and weights, as 32-bit floats. Fused steps move less.
macs-per-byte = MACs per byte
macs-per-byte-hint = Multiply-adds for each byte moved. Few of them: the memory decides how long it takes, not the arithmetic.
operator-result = Result
show-result = Show the result
trained-layer = Trained layer
with-operator = With the operator
put-into-network = Put into the network
put-into-network-hint = Replaces the layer by this operator in the whole network; page Inspect shows what becomes of the classes. There it can also be fitted to this image.
seeded-not-trained = Random weights, not trained
seeded-not-trained-hint = No trained layer of this network can give this operator its weights. They are random, from a fixed seed: what is read and what it costs is right, what comes out means nothing.
trained-hint = Weights from training.
point-at-a-pixel-of-the-result = Click a pixel of the result: the photo shows what it sees.
