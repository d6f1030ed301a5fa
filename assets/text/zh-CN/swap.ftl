# 用另一种算子替换网络中的一个卷积。
swap = 替换
swap-title = 替换这个卷积
swap-only-convs = 只有卷积层可以替换。
derived-not-trained = 导出的权重，未训练
derived-not-trained-hint = 这些权重按下面的规则由训练好的卷积核导出，网络没有重新训练，因此识别结果会变差。
trained = 训练得到
before = 替换前
after = 替换后
change = 变化
same = 相同
