# 论文表格核对。数量。
audit-quantity-operations = 运算量
audit-quantity-parameters = 参数量
audit-quantity-weights = 权重数（不含偏置和归一化）
audit-quantity-parameters-without-norms = 不含归一化的参数量
audit-quantity-parameters-folded = 参数量（归一化并入偏置）
audit-quantity-reduction = 减少比例（由印出的数字算得）
audit-quantity-layer-macs = 单层乘加次数
audit-quantity-layer-maps = 单层特征图数值个数

# 数字的出处。
audit-status-published = 作者给出
audit-status-third-party = 第三方给出
audit-status-cited = 另一篇论文引用
audit-status-unverified = 未与原始出处核实

# 结论。
audit-verdict-exact = 完全一致
audit-verdict-rounds = 四舍五入后一致
audit-verdict-truncates = 截断后一致
audit-verdict-misprint = 印刷有误
audit-verdict-not-reproducible = 无法重现
audit-verdict-differs = 不一致，原因不明

# 为何得不到印出的数字。
audit-why-pair-addition = 这些对比行尚未核实；若每对层中第一层的每个输出再加一次加法，并计入首个卷积的偏置，即可得到这些数字。
audit-why-pc = 尚未核实；在通道变多的层里，P 取输入通道数还是输出通道数，文中没有说明。
audit-why-not-attempted = 该引用所指的网络描述不够详细，无法构建。
audit-why-kept = 这是保留的比例（158 / 349.51）；实际减少 54.79 %。
audit-why-digits = 由同一表格中印出的数字算得的结果与此不同。
audit-why-back-computed = 由 349.51M 减少 78 % 反推得到；HetConv 原表为 71.35M。
audit-why-spconv-1-16 = 有一位数字写错：按其他各行的规则应为 50.14M，印出的减少比例也沿用了这个错误。
audit-why-spconv-75 = 从 41.62 减到 12.89，减少的是 69.03 %。
audit-why-octconv-memory = 1 − 3/4 · 0.875 等于 34.375 %，四舍五入应为 34。
audit-why-dagger = 带 † 的网络没有说明输入端结构；最接近的猜测也相差 2 % 到 9 %。
audit-why-oct-321 = 适用于其他各行的规则在这里少 0.2 %。
audit-why-oct-152 = 比印出的数字低不到 0.7 %；参数量一致，输入端结构和步幅位置与作者代码相同。
audit-why-openvino = OpenVINO 还计入归一化、ReLU、相加和池化，具体规则不详；结果比乘加次数的两倍最多高 2 %。
audit-why-sic = 声称的倍数是名义总量之比（VGG-16 取 16 G）；各网络的表格无法获得。
audit-why-ghost-142 = 按作者的配置得到 141.15M，较早的 README 写的正是 141 M。
audit-why-ghost-imgclsmob = 该实现是自己的一个变体。
audit-why-v2-cifar = 这些网络没有公开配置，试过的配置都不能同时得到四个数字。
audit-why-thop-older = README 是按更早的规则写的；今天的代码得到的是重新计算的数字。
audit-why-ptflops-twice = 只有 ReLU 和池化被模块钩子和函数钩子各计一次时才吻合；README 也承认两者可能冲突。
audit-why-torchlens = 代码计数的一半是 714.8M，而且 README 把它称为 FLOPs。
audit-why-shufflenet = 这是 ShuffleNet V2 论文中的数字，论文没有说明计数方法；只计乘加约少 1 %。

# 对一行的说明。
audit-note-hetconv-base = 减少比例以 4.09 G 为基准，而不是 SPConv 表中的 4.14 G。
audit-note-spconv-baseline = 这不是普通的 VGG-16（313.46M 次乘加，14.99M 个参数）：每个被替换的层都是一个 3x3 卷积并联一个完整的 1x1 卷积。因此表中所有减少比例都偏大。
audit-note-spconv-1-16 = 按 50.14M 计算，减少比例应为 85.65 %。
audit-note-mobilenet-v2 = 300M 是 MobileNet V2 论文中的数字；作者自己代码里的网络多一个 1x1 卷积，为 313.6M 次乘加。
audit-note-condensenet-cut = 按转换之后计数；转换之前最后一层保留全部输入，参数量四舍五入后与印出的数字不符。
audit-note-condensenet-v2 = 不计 squeeze-and-excitation 的全连接层，参数不计归一化：只有这样，三个网络四舍五入后才都一致。
audit-note-oct-320 = 摘要中的数字：测试输入为 320 像素，而不是 224。
audit-note-mobilenet-1x = 300M 是 MobileNet V2 的数字；表中没有说明是哪一个 MobileNet。
