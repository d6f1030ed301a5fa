# 整个网络所需、算子本身没有的运算。
op-kind-adaptive-pool = 自适应平均池化
op-kind-flatten = 展平
op-kind-multiply = 相乘
diagram-adaptive-pool = 平均池化到 { $size }
diagram-flatten = 展平
trace-multiplied = 该值乘以系数 { $factor }，得 { $result }
