# Exported pictures and tables: captions, menu, notices.

export-comma = { ", " }
export-space = { " " }
export-stop = .
export-figure = { $figure }: { $operator }{ $settings }
export-settings = { " " }({ $settings })
export-maps = Every channel, scale: { $scale }, colours: { $colours }
export-page = Page { $page }
export-on-layer = layer { $layer } of { $model }, photo { $image }
export-on-photo = on the photo { $image }
export-channel = channel { $channel }
export-weights-trained = Weights from training.
export-weights-derived = Weights derived from the trained kernel, not trained.
export-weights-fitted = Weights fitted on this photo, not trained.
export-weights-seeded = Random weights from a fixed seed, not trained.
export-executor-reference = the reference executor
export-executor-candle = the CPU executor
export-executor-wgpu = the graphics executor
export-device = Values by { $executor }: { $device }.
export-counting = MACs: multiply-adds of convolutions and linear layers, zeros of the border included.
export-identity = { $app } · SHA-256 of the weights { $model }…, of the photo’s pixels { $image }…
export-least = least
export-greatest = greatest
export-scale = Scale: { $scale }
