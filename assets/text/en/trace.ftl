# The traced pixel: what one value was computed from.
trace = Traced pixel
trace-of = Channel { $channel }, row { $row }, column { $column }
trace-sum = { $count ->
    [one] { $count } product gives { $result }
   *[other] { $count } products add up to { $result }
}
trace-sum-bias = { $count ->
    [one] Bias { $constant } and { $count } product add up to { $result }
   *[other] Bias { $constant } and { $count } products add up to { $result }
}
trace-sum-offset = Offset { $constant } and the scaled value add up to { $result }
trace-mean = { $count ->
    [one] The mean of { $count } value is { $result }
   *[other] The mean of { $count } values is { $result }
}
trace-maximum = { $count ->
    [one] The largest of { $count } value is { $result }
   *[other] The largest of { $count } values is { $result }
}
trace-function = { $function } of { $argument } is { $result }
trace-softmax = exp of its own value, { $own }, over the sum of all { $count }, { $sum }, is { $result }
trace-blend = { $gate } of the first and the rest of the second value give { $result }
trace-copy = Taken over unchanged: { $result }
trace-given = A value of the input: { $result }
trace-on-screen = value on screen { $value }
trace-on-screen-hint = What the executor computed in 32 bits. The sum is formed in 64 bits from the values read; both are printed with as many digits as they share.
trace-padding = { $count ->
    [one] { $count } tap lies in the border and adds nothing
   *[other] { $count } taps lie in the border and add nothing
}
trace-channel = Channel { $channel }
trace-taps = { $count ->
    [one] { $count } term
   *[other] { $count } terms
}
trace-tap = Tap { $row }, { $column }
trace-pixel = Row { $row }, column { $column }
trace-weight = Weight
trace-product = Product
trace-running = Running sum
trace-running-largest = Largest so far
trace-winner = largest
trace-gate = share of the first
trace-constant-bias = Bias
trace-constant-offset = Offset of the norm
trace-step-hint = Go to this value and see what it was computed from
trace-play = Play
trace-pause = Pause
trace-previous = One term back
trace-next = One term on
trace-speed = Terms per second
trace-step = { $step } of { $count }
trace-order = In order
trace-order-hint = By channel, row and column, as the sum is written
trace-by-product = Largest first
trace-by-product-hint = By the size of the product
trace-forward = Forward
trace-forward-hint = Back to the value that this one was used for (Esc)
trace-pin = Pin
trace-pin-hint = Keep this pixel and put the next one beside it
trace-unpin = Unpin
trace-inputs = Inputs read
trace-inputs-hint = The map of the channel at hand; each tap with the strength of its product
trace-contribution = Contribution per pixel
trace-contribution-hint = Follow every multiply-add back to the input: what each of its pixels gave to this value. ReLUs, maxima and gates are held as they are for this image.
trace-contribution-stop = Stop
trace-contribution-sum = Pixels { $pixels } + constants { $constants } = { $sum }
trace-no-contributions = This value cannot be split among the pixels
splitting-value = Splitting the value among the pixels …
tracing = Reading the inputs of a pixel …
