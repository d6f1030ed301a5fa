# Replacing one convolution of a network by another operator.
swap = Swap
swap-title = Swap this convolution
swap-only-convs = Only convolutions can be swapped.
derived-not-trained = derived, not trained
derived-not-trained-hint = The weights were computed from the trained kernel by the rule below; the network was not trained again, so its answers get worse.
trained = trained
before = Before
after = After
change = Change
same = same
