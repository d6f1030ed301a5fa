# 导出的整网比较：图注。

export-networks = 整个网络，批大小 { $batch }：{ $networks }。
export-networks-counting = { $unit }：{ $rule }
export-networks-times = 时间在 { $device } 上实测；没有训练权重的网络以随机权重运行。
