# 使用输入自身统计量的归一化。

op-kind-layer-norm = 层归一化
op-kind-map-norm = 整图归一化
op-kind-group-norm = 组归一化
op-kind-instance-norm = 实例归一化
op-kind-response-norm = 局部响应归一化
diagram-response-norm = 响应归一化 { $size }
trace-normalised = { $own } 减去全部 { $count } 个值的均值 { $mean }，再除以其标准差，得 { $result }
trace-response = { $own } 除以 { $sum } 的 { $beta } 次方，得 { $result }
uncounted-joined = 是前一个归一化的缩放与平移，已计入其中
