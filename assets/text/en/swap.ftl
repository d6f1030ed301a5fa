# Replacing one convolution of a network by another operator.
swap = Swap
swap-title = Swap this convolution
swap-with = Replace with
swap-layer-by = { $layer }: { $operator }
swap-undo-label = swap { $layer }
swap-restore = Restore the trained layer
swap-restore-all = Restore all layers
swapped = Swapped
swapped-count = { $count ->
    [one] { $count } layer swapped
   *[other] { $count } layers swapped
}
swap-nothing-fits = No operator fits this layer.
swap-only-convs = Only convolutions can be swapped.
swap-settings = Settings
derived-not-trained = derived, not trained
derived-not-trained-hint = The weights were computed from the trained kernel by the rule below; the network was not trained again, so its answers get worse.
derivation-rule = How the weights are derived
trained = trained
before = Before
after = After
before-after = Before and after
change = Change
saved = saved
difference = Difference
difference-map = Difference (after − before)
relative-error = Relative error
ratio = { $ratio }×
ratio-fewer = { $ratio }× fewer
ratio-faster = { $ratio }× faster
ratio-slower = { $ratio }× slower
same = same
top5-unchanged = The first class is unchanged.
top5-changed = The first class changes from { $before } to { $after }.
