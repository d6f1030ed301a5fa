# Remarks on a model that was opened
model-notes = About this model
model-note-other-opset = It uses version { $version } of the ONNX operators; they are read as versions { $first } to { $last } define them.
model-note-open-sides = The input { $input } leaves sides open; it is run with { $sides }.
model-note-unsupported = Node { $node } ({ $op }, { $place } of { $of }) is not supported: { $reason }. The network is shown and run up to there.
model-note-fixed-output = The output { $name } does not depend on the input and is left out.
model-note-scales-joined = Scales and shifts by fixed numbers are shown as part of the batch norm before them ({ $count }).
model-note-norms-folded = By the names of their weights, { $count } convolutions hold batch norms that the export folded into them.
model-note-recognised = The names and shapes of its tensors are those of { $network }.
model-note-seeded = Its weights are random, from a seed; nothing was trained. Maps show what the layers do to such weights, classes mean nothing; costs, shapes and times are right.
model-note-prepared-imagenet = Photos are prepared as for most networks trained on ImageNet; a manifest beside the file can say otherwise.
model-note-prepared-bundled = Photos are prepared as for the bundled network of this name.
model-note-imagenet-classes = Its 1000 outputs are taken for the classes of ImageNet.
model-note-no-softmax = It ends without a softmax; the probabilities shown are those of one.
