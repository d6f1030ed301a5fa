# The card that says why time did or did not follow the multiply-adds. The rule: docs/WHY.md.
why-title = Why?
why-no-verdict = No verdict: the clock of this device does not wait for its work, so its times mean nothing.
why-not-measured = Not measured yet.

why-compute = Compute-bound at batch { $batch }.
why-memory = Memory-bound at batch { $batch }.
why-overhead = Overhead-bound at batch { $batch }.
why-compute-and-memory = Compute-bound and memory-bound alike at batch { $batch }.
why-compute-and-overhead = Held back by arithmetic and overhead alike at batch { $batch }.
why-memory-and-overhead = Held back by memory and overhead alike at batch { $batch }.
why-compute-hint = The multiply-adds at the device’s peak would take longer than the bytes at its bandwidth and longer than the overhead.
why-memory-hint = The bytes at the device’s bandwidth would take longer than the multiply-adds at its peak and longer than the overhead.
why-overhead-hint = Starting the run and its dispatches takes longer than the work.

why-time-faster = { $ratio } as fast as the standard convolution. Its MACs promise { $promised }; { $delivered } of that arrives.
why-time-slower = It takes { $ratio } as long as the standard convolution, though its MACs promise { $promised } the speed; { $delivered } of that arrives.
why-time-noise = No measurable difference from the standard convolution: the spreads of the times overlap.
why-work-thin = It executes { $macs } the MACs of the standard convolution and moves { $bytes } its bytes: { $density } the bytes per MAC.
why-work-dense = It executes { $macs } the MACs of the standard convolution and moves { $bytes } its bytes, so no more bytes per MAC ({ $density }).
why-standard = The standard convolution is what the others are compared with. It does { $intensity } MACs for each byte it moves.
why-roof = At { $intensity } MACs per byte this device allows { $roof }; it reaches { $rate }, { $share } of that.
why-above-the-roof = It reaches { $rate }, { $share } of the { $roof } that were measured as possible at { $intensity } MACs per byte: the machine was busier then. Measure the device again.
why-one-dispatch = { $dispatches } dispatch of { $each } and { $run } for the run are { $share } of the time.
why-dispatches = { $dispatches } dispatches of { $each } each and { $run } for the run are { $share } of the time.
why-unexplained = Arithmetic, bytes and overhead together explain only { $share } of the time. The rest belongs to the kernels: copies into padded maps, short rows, idle lanes.

why-remedies = What would change it
why-do-less = Only fewer MACs or a faster kernel. Batch and fusion change little.
why-do-batch = A larger batch: from about { $batch } maps at a time on, the work takes longer than the overhead (estimate).
why-do-work = Larger maps or more channels: even a batch of 1,024 would not make the work longer than the overhead.
why-do-fuse = Fusing its { $dispatches } dispatches into one would save { $saved }, { $share } of the time.
why-do-fuse-bytes = One fused step would move { $least } instead of { $bytes } bytes, { $share } less.
why-do-batch-weights = A larger batch: weights are { $share } of the bytes and are read once for all maps.
why-do-batch-nothing = Fewer or smaller maps. A larger batch changes little: each map brings its own bytes.
why-do-layout = Another layout of the maps or a better kernel: by these numbers up to { $factor } as fast.
