# 分步课程：step-<算子>-<n>（看到什么）、-question（提问）、-answer（答案）。步骤本身在各算子的源文件中。

steps-start = 分步课程（共 { $count } 步）
steps-start-hint = 每一步都很短，会设好滑块和图，并提一个问题。可以随时离开，进度会被记住。
steps-resume = 继续课程：{ $index } / { $total }
steps-restart = 从头开始
steps-place = { $index } / { $total }
steps-previous = 上一步
steps-next = 下一步
steps-finish = 课程结束
steps-leave = 离开
steps-leave-hint = 离开课程，进度会被记住。
steps-answer = 显示答案
steps-answer-hint = 请先想一想，再按空格键或回车键。翻页笔的下一页键也会先显示答案。

step-standard-1 = 一个卷积，其他算子都以它为标尺。每个输出通道都用各自的卷积核读取每个输入通道，再全部相加。请看箭头：所有通道一步进、一步出。
step-standard-1-question = 输入、输出各 64 个通道的层有多少个 k × k 卷积核？
step-standard-1-answer = 64 · 64 = 4096 个，每对输出与输入通道各一个。若是 3 × 3，就有 36 864 个权重。
step-standard-2 = 把同一层画成输入与输出的矩阵。有卷积核连接的输入、输出通道对，其格子就被填上。后面每个算子都会用到这张图。
step-standard-2-question = 有多少个格子是空的？
step-standard-2-answer = 一个也没有。每个输出都读取每个输入，这就是“稠密”的意思。
step-standard-3 = 这是在真实特征图上的结果。任选一张图和其中一个像素：它的值是对所有输入通道的 k × k 窗口求的一个长长的和。
step-standard-3-question = 64 个输入通道、3 × 3 卷积核时，一个输出像素需要多少次乘加？
step-standard-3-answer = 64 · 9 = 576 次。一般地，每个输出通道的每个输出像素需要 I · k² 次。
step-standard-4 = 现在把通道切成两组，每组输出只看本组的输入。矩阵中留下两块，另外两块变空。
step-standard-4-question = 权重数和乘加次数还剩多少？
step-standard-4-answer = 都剩一半。分成 g 组时剩 1/g。
step-standard-5 = 滑块已到尽头：分组数取该层允许的最大值。当分组数等于输入通道数时，每个输出只读取一个输入。
step-standard-5-question = 分组数等于输入通道数的卷积叫什么？
step-standard-5-answer = 深度卷积。标准卷积、分组卷积和深度卷积是同一种运算，只是分组数不同。
step-standard-6 = 恢复为一组，但相邻抽头相距三个像素，卷积核跨越更大的窗口，中间有空洞。请与膨胀率为 1 时的特征图比较。1 × 1 卷积核只有一个抽头，无法拉开。
step-standard-6-question = 膨胀率为 3 的 3 × 3 卷积核跨越多少像素？其中读取多少个？
step-standard-6-answer = 每个方向跨越 3 · (3 − 1) + 1 = 7 个像素，49 个像素中仍只读取 9 个。权重数和乘加次数不变。
step-standard-7 = 回到标准卷积，看看怎么计数。本软件统计乘加次数：一次乘法和随后的一次加法合计为一次。
step-standard-7-question = 对同一个网络，一篇论文说 36 亿 FLOPs，另一篇说 18 亿 MACs，会不会都对？
step-standard-7-answer = 会。一次乘加等于两次浮点运算。但许多论文写“FLOPs”而实指 MACs，比较之前先看计数规则。

step-pointwise-1 = 卷积核只有一个像素的卷积。在每个像素上，每个输出通道都是同一像素处各输入通道的加权和。
step-pointwise-1-question = 逐点卷积能模糊图像或检测边缘吗？
step-pointwise-1-answer = 不能，两者都需要相邻像素。它只能混合通道。
step-pointwise-2 = 这个矩阵和标准卷积的一样满：每个输出都读取每个输入。变的只是格子里的内容：一个权重代替了整个 k × k 卷积核。
step-pointwise-2-question = 连接一个不少，与 3 × 3 相比省了什么？
step-pointwise-2-answer = 九分之八的权重和乘加：只剩 1/k² = 1/9。
step-pointwise-3 = 这是在真实特征图上的结果。追踪一个像素：它的输入只在一个位置上，每个输入通道各一个像素。
step-pointwise-3-question = 连续十个步长为 1 的逐点卷积之后，感受野有多大？
step-pointwise-3-answer = 仍是一个像素。只有更大的卷积核、步长或池化才能扩大感受野。
step-pointwise-4 = 再想想耗时。乘加次数降到 3 × 3 卷积的 1/9，但要读写的特征图和原来一样大。
step-pointwise-4-question = 耗时也会降到 1/9 吗？
step-pointwise-4-answer = 通常不会。算术运算少了，特征图的访存却没有少，因此耗时的降幅小于乘加次数的降幅。
step-pointwise-5 = 许多高效的层都由逐点卷积挑大梁：深度卷积看邻域，逐点卷积混合通道。设想 128 个通道的一层，由 3 × 3 深度卷积加逐点卷积组成。
step-pointwise-5-question = 两者中哪个的乘加次数更多？
step-pointwise-5-answer = 逐点卷积多得多：平均到每个像素、每个通道是 128 次对 9 次，占总量的 93 %。

step-depthwise-1 = 每个通道只用自己的一个卷积核滤波。各通道并排通过，互不相见。
step-depthwise-1-question = 输入、输出各 64 个通道，深度卷积需要多少个 k × k 卷积核？标准卷积呢？
step-depthwise-1-answer = 64 个，而标准卷积需要 64 · 64 = 4096 个。
step-depthwise-2 = 在矩阵中，每个输出只有一个填上的格子。输出与输入一样多时，这些格子排成对角线。
step-depthwise-2-question = 有 n 个输入通道时，填上的格子占多少？
step-depthwise-2-answer = 1/n，64 个通道时约 1.6 %。这也是剩下的权重和乘加所占的比例。
step-depthwise-3 = 标准卷积在滑块的一端，深度卷积在另一端。拖动滑块，看矩阵中的方块怎样缩成单个格子。
step-depthwise-3-question = 深度卷积有多少个组？
step-depthwise-3-answer = 与输入通道一样多。
step-depthwise-4 = 结果的特征图。每一张都只是某一张输入特征图经过滤波的样子。
step-depthwise-4-question = 假如把输入通道 5 置零，哪些输出特征图会变？
step-depthwise-4-answer = 只有由通道 5 得到的那一张（若每个输入有多个卷积核，则是那几张）。其余都不变。
step-depthwise-5 = 数一数每个读入的数值用了几次。在标准卷积中，一个输入值要服务于所有输出通道；在这里，它只服务于一个 k × k 卷积核。
step-depthwise-5-question = 64 个通道时乘加次数只剩 1/64，这一层会快 64 倍吗？
step-depthwise-5-answer = 不会。每个数值只用大约 k² 次，耗时取决于特征图的读写和调用开销，而不是算术运算。
step-depthwise-6 = 再看一眼这些特征图，想想缺了什么：任何一张都用不上别的通道发现的东西。
step-depthwise-6-question = 要让各通道配合起来，后面必须接什么？
step-depthwise-6-answer = 通常接一个 1 × 1 卷积，两者合起来就是深度可分离卷积。

step-group-1 = 按编号顺序把通道切成相等的两组，每组各自是一个小的标准卷积。
step-group-1-question = 有 64 个输入通道时，每个输出读取多少个？
step-group-1-answer = 32 个。分成 g 组时是 I/g 个。
step-group-2 = 四个组：矩阵中只有沿对角线的方块，方块之外什么也没有。方块之内全部相连。
step-group-2-question = 矩阵填上了多少？
step-group-2-answer = 四分之一。g 个方块各占 1/g² 的格子，合起来是 1/g。
step-group-3 = 八个组。请与四个组时的数字比较。
step-group-3-question = 从四组到八组，权重数和乘加次数怎么变？
step-group-3-answer = 都减半。要读写的特征图不变，所以耗时的降幅通常更小。
step-group-4 = 分组数取该层允许的最大值。当它等于输入通道数时，方块就缩成了单个格子。
step-group-4-question = 这是哪个算子？
step-group-4-answer = 分组数等于输入通道数时，就是深度卷积。
step-group-5 = 分成四组时的特征图。每组都不知道其他组发现了什么；再接一层同样的分组，也改变不了这一点。
step-group-5-question = 连续三个同样分成四组的卷积之后，一个输出能依赖多少输入通道？
step-group-5-answer = 仍是四分之一。中间必须有通道混洗或 1 × 1 卷积，才能让各组交换信息。
step-group-6 = 计数时有个陷阱。分组卷积的权重张量形状是 O × I/g × k × k：只存填上的方块。
step-group-6-question = 有人把形状的各个数相乘，再除以 g，得到每个像素的乘加次数。对吗？
step-group-6-answer = 不对，张量里已经除过了。一些知名的统计工具就犯过这个错误。

step-depthwise_separable-1 = 用两步代替一步：先由深度卷积在每个通道内看邻域，再由 1 × 1 卷积混合通道，两步之间没有其他运算。
step-depthwise_separable-1-question = 两步中哪一步让通道交换信息？
step-depthwise_separable-1-answer = 只有 1 × 1 卷积。深度卷积看的是邻域，各通道始终分开。
step-depthwise_separable-2 = 哪些通道相连？深度卷积那一半只把每个通道与自己相连，1 × 1 那一半连接每一对通道。
step-depthwise_separable-2-question = 最终每个输出通道都依赖每个输入通道吗？
step-depthwise_separable-2-answer = 是的，和标准卷积一样。少的是每一对通道专用的卷积核。
step-depthwise_separable-3 = 这是在真实特征图上的结果。由训练好的层导出权重时，它与原来的输出相像，但并不相同。
step-depthwise_separable-3-question = 128 个输出通道、3 × 3 卷积核时，乘加次数还剩标准卷积的多少？
step-depthwise_separable-3-answer = 1/O + 1/k² = 1/128 + 1/9，约 11.9 %。
step-depthwise_separable-4 = 剩下的计算量花在哪里？比较两个方框：平均到每个像素、每个输入通道，前者是 k² 次乘加，后者是每个输出通道一次。
step-depthwise_separable-4-question = 64 个输出通道、k = 3 时，两半各占多少？
step-depthwise_separable-4-answer = 64 对 9：1 × 1 那一半占 64/73，约 88 %。
step-depthwise_separable-5 = 为什么结果与被替换的层不完全一样？因为这里所有输出对每个输入通道共用一个空间模式，只能各自乘一个系数。
step-depthwise_separable-5-question = 标准卷积在什么情况下可以无损地这样分解？
step-depthwise_separable-5-answer = 只有当每个输入通道上，所有输出的卷积核都是同一模式的倍数（秩 1）时。训练好的层很少如此。
step-depthwise_separable-6 = 看看两步之间的特征图：它是一整张，通道数与输入相同。
step-depthwise_separable-6-question = 它带来了哪项乘加次数里看不到的开销？
step-depthwise_separable-6-answer = 如果两步不融合，它要写入内存再读回来。因此耗时的降幅小于乘加次数的降幅。

step-group_pointwise-1 = 先在四个互不相连的组内做 k × k 卷积，再用 1 × 1 卷积把全部通道连到全部通道。
step-group_pointwise-1-question = 这里为什么不需要通道混洗？
step-group_pointwise-1-answer = 1 × 1 卷积会读取所有组，并把它们混合起来。
step-group_pointwise-2 = 只有一组时，第一步就是完整的标准卷积，而后面仍跟着 1 × 1 卷积。
step-group_pointwise-2-question = 此时若 I = O，有没有节省？
step-group_pointwise-2-answer = 没有，反而更多：是标准卷积的 1 + 1/k²，k = 3 时为 111 %。组数多了才划算。
step-group_pointwise-3 = 八个组。k × k 卷积核只连接同组的通道，1 × 1 卷积核连接全部通道。
step-group_pointwise-3-question = 若 I = O、k = 3，乘加次数还剩标准卷积的多少？
step-group_pointwise-3-answer = 1/8 + 1/9，约 23.6 %。无论分成多少组，1 × 1 卷积的那 1/9 总是在的。
step-group_pointwise-4 = 分组数取最大：每组只有一个通道。
step-group_pointwise-4-question = 这时它成了哪个算子？
step-group_pointwise-4-answer = 分组数等于输入通道数时，就是深度可分离卷积。
step-group_pointwise-5 = 又是四个组。P = 4 的 HetConv 也只在四分之一的通道对上使用 k × k 卷积核，但它的 1 × 1 卷积核只用在没有 k × k 的位置，而且在同一层中。
step-group_pointwise-5-question = 若 I = O、k = 3，本算子需要 1/4 + 1/9，约 36.1 %。P = 4 的 HetConv 需要多少？
step-group_pointwise-5-answer = 1/3。它省去了组内的 1 × 1 卷积核：1/(g·k²) = 1/36，约 2.8 %。
step-group_pointwise-6 = 这是在真实特征图上的结果。在每一组内，所有输出的卷积核共用若干空间模式，其个数等于该组的通道数。
step-group_pointwise-6-question = 组变大（g 变小）时，会更接近训练好的层，还是更远离？
step-group_pointwise-6-answer = 更接近：组越大，可组合的模式越多。多花的乘加次数就换来了这个。

step-ghost-1 = 卷积只产生一部分输出特征图，其余的用深度卷积从这些图得到，最后把两部分拼接起来。
step-ghost-1-question = 64 个输出、比率为 2 时，有多少张由卷积得到？
step-ghost-1-answer = 32 张，每两张中有一张。另外 32 张是廉价特征图。
step-ghost-2 = 主特征图与由它得到的廉价特征图并排显示。由训练好的层导出权重时，廉价核只有中心抽头，所以起初廉价特征图只是按比例缩放的副本。
step-ghost-2-question = 主特征图已经丢失的内容，廉价特征图还能显示出来吗？
step-ghost-2-answer = 不能。它只由这一张主特征图滤波得到，从未见过输入。
step-ghost-3 = 比率为 4：每张主特征图现在带三张廉价特征图。
step-ghost-3-question = 64 个输出时，卷积现在产生多少张？对开销意味着什么？
step-ghost-3-answer = 16 张。只要 I·k² 远大于 d²，乘加次数就降到略多于四分之一。
step-ghost-4 = 现在廉价核只有一个抽头。请看各对特征图。
step-ghost-4-question = 廉价核为 1 × 1 时，廉价特征图只能是什么？
step-ghost-4-answer = 只能是主特征图乘以一个系数，有偏置时再加一个常数。d ≥ 3 才能做模糊、锐化或检测边缘。
step-ghost-5 = 看连接：主特征图读取全部输入；每张廉价特征图只通过一张主特征图依赖输入。
step-ghost-5-question = 比率 2 听起来是减半。若有 16 个输入通道、主卷积核 1 × 1、廉价核 3 × 3，实际是多少？
step-ghost-5-answer = 16/(8 + 4.5)，只少到原来的 1/1.28，而不是 1/2：每张图的乘加本来就少，廉价特征图就不廉价了。
step-ghost-6 = 结果的全部特征图：先是主特征图，后是廉价特征图。
step-ghost-6-question = 为什么耗时的降幅常常小于乘加次数的降幅？
step-ghost-6-answer = 廉价特征图必须等主特征图算完，它们的深度卷积受访存限制，拼接也要搬运数据。

step-octave-1 = 一半通道保持全分辨率，另一半以一半的高和宽存放。四个卷积连接这两部分：高到高、高到低、低到高、低到低。
step-octave-1-question = 步长为 1 时，四个卷积中有几个在低分辨率上进行？
step-octave-1-answer = 三个。由高到低时先池化再卷积，由低到高时先卷积再上采样。
step-octave-2 = 该层的整个卷积核切成四个矩形，每条通路一个。面积表示权重数，深浅表示开销。
step-octave-2-question = OctConv 的权重比标准卷积少吗？乘加次数呢？
step-octave-2-answer = 权重一样多，四块合起来就是整个正方形。但步长为 1 时，其中三块只用在四分之一的像素上：α = 0.5 时乘加次数剩 43.75 %。
step-octave-3 = 现在只有四分之一的通道是低分辨率，便宜的矩形变小了。
step-octave-3-question = 步长为 1 时乘加次数还剩多少？规则是 1/4 + (3/4)·(1 − α 入)·(1 − α 出)。
step-octave-3-answer = 1/4 + (3/4)·(0.75)² ≈ 67.2 %。α = 0 时为 100 %，此时就是普通卷积。
step-octave-4 = 高、低分辨率特征图及其频谱。频谱中央是缓慢的变化，边缘是细节。
step-octave-4-question = OctConv 是用滤波器或变换来分离频率的吗？
step-octave-4-answer = 不是。通道只是被分配到低频部分，而一半分辨率的特征图本来就存不下更细的内容。
step-octave-5 = 低分辨率分支丢失的内容：特征图与它池化再放大之后的差。
step-octave-5-question = 哪里损失最大？哪里毫无损失？
step-octave-5-answer = 边缘和细密纹理处最大。特征图为常数的地方，损失恰好为零。
step-octave-6 = 同一个卷积核在两种分辨率上，都画在全分辨率图上。低分辨率的一个像素对应高分辨率的 2 × 2 个像素。
step-octave-6-question = 低分辨率特征图上的 3 × 3 卷积核，覆盖多少全分辨率像素？
step-octave-6-answer = 6 × 6，每个方向都是两倍：2k 对 k。感受野变大，是节省之外的收获。
step-octave-7 = 为什么用池化，而不用步长为 2 的卷积？两者都把图缩小一半，再重复每个像素恢复原大小。逐步播放，看内容移到了哪里。
step-octave-7-question = 两种做法各使内容偏移多少？
step-octave-7-answer = 步长卷积加重复会向右、向下各偏移半个像素；平均池化加重复的偏移为 0。
step-octave-8 = 回到四条通路。常见的错误是先把低分辨率特征图上采样，再做卷积，把顺序弄反了。
step-octave-8-question = 为什么不能先上采样？
step-octave-8-answer = k ≥ 3 时结果不同，还失去了更大的感受野；而且 α = 0.5、步长为 1 时要花 62.5 % 而不是 43.75 %，即 1.43 倍。

step-spconv-1 = 输入通道分成两部分：前一半称为代表性通道，经过 3 × 3 分组卷积加 1 × 1 卷积；另一半称为不确定通道，只经过 1 × 1 卷积。
step-spconv-1-question = 代表性通道是怎么挑选的？
step-spconv-1-answer = 没有挑选，就是排在最前面的 α·I 个通道。其代表性是训练出来的。
step-spconv-2 = 三个卷积的连接。合起来所有通道对都相连，但只有代表性通道的组内才有 3 × 3 卷积核。
step-spconv-2-question = 哪些输入通道从不经过 3 × 3 卷积核？
step-spconv-2-answer = 不确定通道，这里是后一半。而在 HetConv 中，每个输入都会在一部分滤波器中使用 k × k 卷积核。
step-spconv-3 = 现在只有四分之一的通道是代表性通道。3 × 3 部分减半，1 × 1 部分不变：每个输入都还有 1 × 1 卷积核。
step-spconv-3-question = α = 1/4、g = 2 时乘加次数还剩多少？规则是 (1 + 9α/g)/9。
step-spconv-3-answer = (1 + 1.125)/9 ≈ 23.6 %；α = 1/2 时为 36.1 %。它不会低于 1/9。
step-spconv-4 = 门控：对每个输出通道，取两个结果在整张特征图上的均值，经 softmax 变成两个权重。它自己没有参数。
step-spconv-4-question = 两个均值相等时，权重各是多少？一个远大于另一个时呢？
step-spconv-4-answer = 各为二分之一；后一种情形接近 1 和 0。两者之和总是 1，只取决于均值之差。
step-spconv-5 = 门控已关闭：在每个通道上，两个结果各占二分之一。请与带门控的结果比较。
step-spconv-5-question = 没有门控时，这个算子对输入是线性的吗？
step-spconv-5-answer = 是的，卷积和加法都是线性的。门控的权重随图像而变，是唯一的非线性部分。
step-spconv-6 = 数一数方框：一个卷积变成了三个，后面还有对整张特征图求均值、softmax 和加权求和。
step-spconv-6-question = 乘加次数只有 36 %，作者却说批大小为 1 时速度大约只有 ResNet-50 基线的一半。为什么？
step-spconv-6-answer = 许多小运算都要启动并搬运特征图，而且门控必须先得到整张特征图的均值，才能写出第一个输出。

step-hetconv-1 = 每个格子是一个卷积核：某个滤波器在某个输入通道上的卷积核。P = 1 时全部是 k × k。
step-hetconv-1-question = 这是哪个算子？
step-hetconv-1-answer = 标准卷积。HetConv 从它出发，把大多数卷积核变小。
step-hetconv-2 = P = 4：每个滤波器中，每四个卷积核里有一个仍是 k × k，其余变成 1 × 1。排列随滤波器逐个错开一个通道。
step-hetconv-2-question = 有 64 个输入通道时，一个滤波器有多少个 k × k 卷积核？
step-hetconv-2-answer = 64/4 = 16 个，另外 48 个是 1 × 1。
step-hetconv-3 = 把一个滤波器按输入通道展开。它就是普通的滤波器，只是大多数卷积核只剩中心抽头。
step-hetconv-3-question = 16 个输入、P = 4、k = 3 时，一个滤波器有多少权重？稠密的有多少？
step-hetconv-3-answer = 4·9 + 12·1 = 48，而稠密的是 16·9 = 144：三分之一。
step-hetconv-4 = 这次不看某个滤波器，而是看某个输入通道：它上面的 k × k 卷积核来自不同的滤波器。
step-hetconv-4-question = 排列为什么要随滤波器错开？
step-hetconv-4-answer = 这样每个输入通道都会在 1/P 的滤波器中使用 k × k 卷积核。如果不错开，大多数通道永远不会经过 k × k。
step-hetconv-5 = 这是论文公布的代码的排列：每块滤波器在一段连续的输入上使用 k × k 卷积核。
step-hetconv-5-question = 这是另一个算子吗？节省也不同吗？
step-hetconv-5-answer = 不是。当 P 能整除输入和输出通道数时，它就是同一层，只是通道顺序不同。
step-hetconv-6 = 按乘加次数算的加速比随 P 的变化。曲线越升越慢，趋近一个极限。
step-hetconv-6-question = k = 3 时，P = 8 的加速比是多少？极限是多少？
step-hetconv-6-answer = P = 8 时是 4.5 倍。极限是 k² = 9 倍，因为每对通道至少保留中心抽头。
step-hetconv-7 = 按公式与按实际执行。论文公布的代码执行一个分组卷积和一个完整的 1 × 1 卷积，后者组内的权重为零。
step-hetconv-7-question = k = 3、P = 4 时公式给出 12/36，公布的代码实际执行多少？
step-hetconv-7-answer = 13/36，多 8.3 %：零也照样相乘。若当作带零的稠密卷积来算，HetConv 一点时间也省不了。
step-hetconv-8 = 整个算子只有一步：两种卷积核并列在同一层中。
step-hetconv-8-question = 论文说“延迟为零”，是说这一层不多花时间吗？
step-hetconv-8-answer = 这里的延迟指先后执行的层数：没有第二层需要等待。至于毫秒，是另一回事，必须实测。

step-sic-1 = 一次迭代：深度卷积看邻域，1 × 1 投影混合通道，通过捷径连接加上输入，最后是 ReLU。
step-sic-1-question = 如果投影为零、输入非负，输出是什么？
step-sic-1-answer = 就是输入本身。捷径连接把它原样送过去，每次迭代只需学习一个修正量。
step-sic-2 = 两次迭代，各有自己的深度卷积核、投影、捷径连接和 ReLU。
step-sic-2-question = 用 3 × 3 卷积核时能看多远？
step-sic-2-answer = 感受野边长为 b·(k − 1) + 1 = 5 个像素，与单个 5 × 5 卷积核一样。
step-sic-3 = 四次迭代，每行一次，一页显示三次。从左到右：输入、深度卷积、投影、相加、ReLU。
step-sic-3-question = 由训练好的层导出权重时，哪几次迭代会改变特征图？
step-sic-3-answer = 只有第一次。它包含训练好的卷积核在捷径之外的部分；其余各次的投影从零开始，拟合之前不做任何事。
step-sic-4 = 深度卷积只把每个通道与自己相连，投影则连接每一对通道。
step-sic-4-question = 128 个通道、3 × 3 卷积核时，哪部分的乘加次数更多？
step-sic-4-answer = 投影：平均到每个像素、每个通道是 128 次对 9 次，约占 93 %。因此增大 k 几乎不增加计算量。
step-sic-5 = 每多一次迭代，开销就多一份：是标准卷积的 b·(1/n + 1/k²)。
step-sic-5-question = n = 128、k = 3、b = 4 时占多少？还有什么随 b 增长？
step-sic-5-answer = 约 47.6 %。此外，2b 个卷积要依次执行，每个都要等前一个。
step-sic-6 = 结果的特征图。请找一找最小值。
step-sic-6-question = 这个算子的输出会是负数吗？这对输出有负值的层意味着什么？
step-sic-6-answer = 不会，每次迭代都以 ReLU 结束。用它代替输出有负值的层时，负值会被截掉，任何权重都无法抵消。

step-topological-1 = 通道排成网格，这里取最接近正方形的网格。选中的输出通道只读取从自身位置开始的窗口内的通道。点击别的通道，看窗口怎样移动。
step-topological-1-question = 64 个通道排成 8 × 8 的网格，窗口为 4 × 4：每个输出读取多少个输入通道？
step-topological-1-answer = 64 个中的 4 · 4 = 16 个。
step-topological-2 = 把同样的连接画成矩阵。每行每列都一样满，但没有分离的方块。
step-topological-2-question = 乘加次数还剩标准卷积的多少？每个输入被读取几次？
step-topological-2-answer = c/n，64 取 16 时为四分之一。由于网格首尾相接，每个输入恰好被 c 个输出读取。
step-topological-3 = 一个小窗口。现在请选择最后一行、最后一列的通道。
step-topological-3-question = 窗口为 2 × 2 时，它读取哪些通道？
step-topological-3-answer = 它自己，以及绕过边缘的：本行的第一个、第一行的最后一个和第一行的第一个通道。这个网格是一个环面。
step-topological-4 = 只有一个轴：通道排成一圈，窗口是其中的一段弧。
step-topological-4-question = 环形排列的连接矩阵是什么样子？
step-topological-4-answer = 沿对角线的一条带，带的末端从另一侧绕回来。
step-topological-5 = 如果通道数允许，就排成三个轴：每个通道沿每个轴都有邻居。
step-topological-5-question = 64 个通道排成 4 × 4 × 4，窗口为 3 × 3 × 3：保留多少连接？
step-topological-5-answer = 27/64，约 42 %。开销只取决于两个乘积；各轴只决定谁与谁相邻。
step-topological-6 = 与分组卷积的矩阵比较：那里是方块，这里是相互重叠的窗口。
step-topological-6-question = 8 × 8 的网格、4 × 4 的窗口，经过几层之后，一个输出能依赖所有输入通道？分组卷积呢？
step-topological-6-answer = 三层：每层沿两个轴各远三个位置。没有通道混洗的分组卷积永远做不到。
step-topological-7 = 这是在真实特征图上的结果。若权重来自训练好的层，相连的通道对保留卷积核，其余去掉。
step-topological-7-question = 窗口里的输入就是对该输出最重要的吗？
step-topological-7-answer = 不是。邻域只由通道编号决定，网络必须带着它来训练。

step-spatial_bottleneck-1 = 缩小、混合、放大：步长为 2 的深度卷积把特征图缩小一半，1 × 1 卷积在低分辨率上混合通道，再由深度转置卷积恢复尺寸。
step-spatial_bottleneck-1-question = 混合通道时只用到多少像素？
step-spatial_bottleneck-1-answer = 四分之一：高和宽各一半。块为 b × b 时是 1/b²。
step-spatial_bottleneck-2 = 一张特征图的全过程：原图、缩小、再放大。请看细线和边缘。
step-spatial_bottleneck-2-question = 在中间，每个通道对 2 × 2 像素的块有几个数？
step-spatial_bottleneck-2-answer = 一个。放大时只能把这一个值铺到整个块上。
step-spatial_bottleneck-3 = 更大的块：4 × 4 像素。请与 2 × 2 的块比较。
step-spatial_bottleneck-3-question = 丢失了什么？在块的边缘会看到什么？
step-spatial_bottleneck-3-answer = 比块更细的内容都丢失了。卷积核边长等于步长，块与块不重叠，边缘可能呈现为台阶。
step-spatial_bottleneck-4 = 来看数字：缩小和放大平均到每个像素、每个通道各一次乘加，混合通道需要 n 次，但只在四分之一的像素上进行。
step-spatial_bottleneck-4-question = n = 128 时，占 3 × 3 标准卷积的多少？
step-spatial_bottleneck-4-answer = (2/128 + 1/4)/9 ≈ 3 %。
step-spatial_bottleneck-5 = 首尾两个卷积是深度卷积，只把每个通道与自己相连。只有中间的 1 × 1 连接每一对通道。
step-spatial_bottleneck-5-question = 如果首尾两个卷积是稠密的，开销会是多少？
step-spatial_bottleneck-5-answer = 是 3 × 3 标准卷积的 (2 + 1/4)/9 = 25 %，而不是 3 %：大部分节省就没有了。
step-spatial_bottleneck-6 = 块只有一个像素：既不缩小，也不放大。
step-spatial_bottleneck-6-question = 算子还剩下什么？
step-spatial_bottleneck-6-answer = 一个 1 × 1 卷积，其输入和输出逐通道乘以系数：就是分三步做的逐点卷积。

step-learned_group-1 = 会自我剪枝的 1 × 1 卷积。输出分成四组，每组只保留对自己最重要的输入。
step-learned_group-1-question = 64 个输入、C = 4 时，每组保留多少个？
step-learned_group-1-answer = 64/4 = 16 个。因此权重和乘加只剩四分之一，与组数无关。
step-learned_group-2 = 每组怎样评判一个输入：把组内所有输出在该输入上的权重绝对值相加。一根条就是一个这样的和。
step-learned_group-2-question = 一组最先去掉哪些输入？
step-learned_group-2-answer = 和最小的那些。每组各自决定。
step-learned_group-3 = 第一次剪枝之前是稠密的层。训练从这里开始，分阶段去掉连接。
step-learned_group-3-question = 若每次让每组去掉四分之一的输入，需要剪几次才能达到 C = 4？
step-learned_group-3-answer = C − 1 = 3 次。剪 n 次之后，权重还剩 1 − n/C。
step-learned_group-4 = 第一次剪枝之后：每组里和最小的四分之一输入被去掉了。继续推进阶段，看连线消失。
step-learned_group-4-question = 去掉的连接以后还会回来吗？
step-learned_group-4-answer = 不会，剪枝是单向的。去掉的权重在余下的训练中一直被掩码遮住。
step-learned_group-5 = 最后一次剪枝之后，每组都只剩四分之一的输入。
step-learned_group-5-question = 各组是在瓜分输入吗？
step-learned_group-5-answer = 不是，它们各自独立选择：同一个输入可能被多个组保留，也可能没有任何组保留。
step-learned_group-6 = 同样的权重，换成部署时的形式：按索引逐组取出保留的输入，做分组卷积，再把输出恢复原来的顺序。
step-learned_group-6-question = 结果改变了多少？
step-learned_group-6-answer = 除舍入误差外毫无变化。直到这时才真正跳过去掉的权重：训练时算的是带掩码的稠密卷积。
step-learned_group-7 = 看看分组卷积前后的两步，其中没有任何乘法。
step-learned_group-7-question = 它们不花代价吗？
step-learned_group-7-answer = 乘加次数为零，时间却不是：它们要搬运数据，被多个组保留的输入要为每个组各复制一份。

step-sfr-1 = 在稠密连接的网络中，特征一旦产生就只被读取。SFR 让最新的特征图更新较早的：稀疏的 1 × 1 卷积把它们变成修正量，再相加。
step-sfr-1-question = 旧特征图的数量会因此增加吗？
step-sfr-1-answer = 不会，修正量逐一加到旧特征图上。新特征图则拼接在后面。
step-sfr-2 = 这里分组的是输入（新特征图），每组选择输出，即它可以更新的旧特征图。一根条是一组到一张旧特征图的权重绝对值之和。
step-sfr-2-question = 它与可学习分组卷积怎样互为镜像？
step-sfr-2-answer = 那里是输出组选择输入，这里是输入组选择输出。
step-sfr-3 = 第一次剪枝之前，所有的对都相连。推进阶段：每次每组都去掉和最小的那些输出。
step-sfr-3-question = S = 4 时，三次剪枝之后权重各剩多少？
step-sfr-3-answer = 75 %、50 %、25 %：剪 n 次之后剩 1 − n/S。
step-sfr-4 = 最后一次剪枝之后。有的旧特征图由多个组更新，有的没有任何组更新。
step-sfr-4-question = 没有任何组保留的旧特征图会怎样？
step-sfr-4-answer = 它的修正量为零，保持不变。若权重随机、G = S = 4，这样的约占三分之一：(3/4)⁴ ≈ 32 %。
step-sfr-5 = 在整个稠密块中，谁更新谁：每个源层到每个目标层的特征图的连接强度。
step-sfr-5-question = 为什么图的一半总是空的？
step-sfr-5-answer = 一层只能更新已经存在的特征图，即它之前各层的特征图。
step-sfr-6 = 同样的权重，换成部署时的形式：把每组的输入排在一起，做分组卷积，再由索引层把每个结果加到对应的旧特征图上。
step-sfr-6-question = 结果改变了多少？需要 G = S 吗？
step-sfr-6-answer = 除舍入误差外毫无变化，G 与 S 也可以不同。只有论文公布的转换代码要求两者相等。
step-sfr-7 = 开销：稠密 1 × 1 卷积的 1/S。在 CondenseNetV2 中，同一层的可学习分组卷积从同样的 I 张特征图得到瓶颈特征图，其数量是新特征图的四倍。
step-sfr-7-question = 若 S = C，两者相比如何？
step-sfr-7-answer = SFR 每个像素需要 k·I/S 次乘加，可学习分组卷积需要 4k·I/C 次：SFR 是它的四分之一。
