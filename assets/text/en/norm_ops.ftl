# Norms with the statistics of their input.

op-kind-layer-norm = Layer norm
op-kind-map-norm = Norm of the whole map
op-kind-group-norm = Group norm
op-kind-instance-norm = Instance norm
op-kind-response-norm = Local response norm
diagram-response-norm = response norm { $size }
trace-normalised = { $own } less the mean of all { $count }, { $mean }, over their deviation is { $result }
trace-response = { $own } over { $sum } to the power { $beta } is { $result }
uncounted-joined = it is scale and shift of the norm before it and counted there
