# Operations that whole networks need beside those of the operators.
op-kind-adaptive-pool = Adaptive average pooling
op-kind-flatten = Flatten
op-kind-multiply = Multiplication
diagram-adaptive-pool = mean to { $size }
diagram-flatten = flatten
trace-multiplied = the value times the factor { $factor } gives { $result }
