# The pages and the page of one operator.

page-inspect = 观察
page-inspect-hint = 这个网络看到了什么？
page-operators = 算子
page-operators-hint = 这个算子如何工作？

operators = 算子
running-operator = 正在运行算子
study-failed = 无法展示该算子
shown-on = 展示于
shown-on-hint = 算子读取该层的输入。灰色的层不能被它替代：此时算子单独运行，权重为随机值。
the-photo = 照片本身
study-geometry = { $inputs } → { $outputs } 通道，{ $kernel }×{ $kernel }，步长 { $stride }
study-elsewhere = 不适用于 { $layer }
study-cost = 开销
share-of-standard = 占标准卷积
share-of-standard-hint = 与通道数、卷积核和步长相同的标准卷积相比，乘加次数所占的比例。
share-of-params-hint = 与标准卷积相比，参数量所占的比例（不含偏置）。
bytes-moved = 搬运字节
bytes-moved-hint = 逐节点读写的特征图与权重，按 32 位浮点计。融合后的步骤搬运更少。
macs-per-byte = 每字节乘加
macs-per-byte-hint = 每搬运一个字节所做的乘加次数。数值很小时，耗时由内存决定，而不是由算术决定。
operator-result = 结果
show-result = 显示结果
trained-layer = 训练好的层
with-operator = 换成该算子
put-into-network = 放入网络
put-into-network-hint = 在整个网络中用该算子替换这一层；“观察”页显示分类结果如何变化，也可以在那里针对这张图像拟合。
seeded-not-trained = 随机权重，未经训练
seeded-not-trained-hint = 该网络中没有训练好的层能为此算子提供权重。权重由固定种子随机生成：读取关系和开销是准确的，输出的数值没有意义。
trained-hint = 权重来自训练。
point-at-a-pixel-of-the-result = 点击结果中的一个像素：照片上会显示它的感受野。
