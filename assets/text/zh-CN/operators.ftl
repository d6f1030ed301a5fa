# 算子：op-<名称>、-short、-about；derive-<名称>；lesson-<名称>-does、-saves、-costs、-mistake。然后是设置：
# setting-<名称>、-hint；choice-<名称>、-hint。I、O：输入、输出通道数；n：两者相等时的通道数；k：卷积核边长。
operator = 算子

lesson-title = 关于此算子
lesson-does = 做什么
lesson-saves = 省什么
lesson-costs = 代价
lesson-mistake = 常见误解

op-standard = 标准卷积
op-standard-short = 标准
op-standard-about = 每个输出通道都用各自的 k × k 卷积核查看每个输入通道；膨胀会拉开各抽头的间距。
derive-standard = 直接使用训练好的卷积核；分组时去掉连接不同组的卷积核。膨胀会把同样的抽头移到训练时未曾对应的像素上。
lesson-standard-does = 每个输出通道对所有输入通道求和，每个输入通道都有专用的 k × k 卷积核：提取邻域信息与混合通道一步完成。膨胀率为 d 时，相邻抽头相距 d 个像素，卷积核跨越 d·(k − 1) + 1 个像素。
lesson-standard-saves = 不节省：每个输出像素需要 I·O·k² 次乘加，其他算子都以此为 100 %。分成 g 组后只剩 1/g；膨胀既不改变乘加次数，也不改变权重数。
lesson-standard-costs = 乘加次数多，权重也多。但每个读入的数值会被反复使用，好的计算库因此能接近处理器的峰值。乘加次数更少的算子如果远离峰值运行，就得不到任何好处。
lesson-standard-mistake = 论文中的“FLOPs”往往是乘加次数（MACs），而 1 MAC 等于 2 FLOPs。各种统计工具对偏置、归一化和激活的计法也不一致，只有按同一规则得到的数字才能相互比较。

op-depthwise = 深度卷积
op-depthwise-short = 深度卷积
op-depthwise-about = 每个通道各用一个 k × k 卷积核，通道之间互不相见。
derive-depthwise = 每个通道只保留从自身到自身的那个卷积核，通道之间的混合全部丢失。
lesson-depthwise-does = 每个通道只用自己的一个 k × k 卷积核滤波，通道之间不混合。
lesson-depthwise-saves = 输入、输出各 n 个通道时，乘加次数和权重数都只有标准卷积的 1/n。
lesson-depthwise-costs = 每个读入的数值只用大约 k² 次，因此耗时取决于特征图的读写和调用开销，而不是算术运算。通常后面还要接一个 1 × 1 卷积来混合通道。
lesson-depthwise-mistake = “64 个通道，就能快 64 倍。”即使最好的运行时，在这里也只能达到处理器峰值的一小部分；深度卷积不可能比优化良好的标准卷积快 64 倍。

op-pointwise = 逐点卷积
op-pointwise-short = 逐点卷积
op-pointwise-about = 即 1 × 1 卷积：在每个像素上混合通道，不看相邻像素。
derive-pointwise = 每个训练好的 k × k 卷积核用其各元素之和代替。只有当特征图在卷积核范围内为常数时才精确，边缘和纹理会丢失。
lesson-pointwise-does = 在每个像素上，每个输出通道都是同一像素处各输入通道的加权和。
lesson-pointwise-saves = 乘加次数和权重数都只有 k × k 卷积的 1/k²，相对于 3 × 3 就是 1/9。
lesson-pointwise-costs = 感受野不会扩大。要读写的特征图与 k × k 卷积一样大，因此耗时的降幅小于乘加次数的降幅。
lesson-pointwise-mistake = 以为深度可分离卷积中的 1 × 1 部分只是小头。平均到每个像素、每个通道，它需要 n 次乘加，而深度卷积只需 k² 次：n = 128、k = 3 时，它占总量的 93 %。

op-group = 分组卷积
op-group-short = 分组卷积
op-group-about = 把通道切成相等的 g 组，每组各自做 k × k 卷积。
derive-group = 保留组内训练好的卷积核，去掉组间的卷积核；失去的连接没有任何补偿。
lesson-group-does = 把输入和输出通道都切成 g 个相等且连续的组。每组输出只通过 k × k 卷积核查看本组的输入。
lesson-group-saves = 乘加次数和权重数都只有标准卷积的 1/g。
lesson-group-costs = 各组之间没有信息交换，需要靠通道混洗或 1 × 1 卷积来补上。每个读入的数值只服务于 O/g 个输出，有些计算库还会逐组循环计算，因此节省的时间少于节省的乘加次数。
lesson-group-mistake = 把节省重复计算，或者完全漏算。权重张量的形状 O × I/g × k × k 已经包含了除以 g；一些知名的统计工具又除了一次，另一些则忽略了分组。

op-depthwise_separable = 深度可分离卷积
op-depthwise_separable-short = 深度可分离
op-depthwise_separable-about = 先对每个通道各用一个 k × k 卷积核，再用 1 × 1 卷积混合各通道。
derive-depthwise_separable = 最佳秩 1 近似：对每个输入通道，所有输出的卷积核共用一个空间模式，只相差一个系数。如果各输出需要不同的模式，其差别就会丢失。
lesson-depthwise_separable-does = 先用一个 k × k 卷积核对每个输入通道滤波，再用 1 × 1 卷积混合滤波后的各通道，两步之间没有其他运算。
lesson-depthwise_separable-saves = 乘加次数只有标准卷积的 1/O + 1/k²：对 3 × 3 且输出通道很多时，略高于 1/9。
lesson-depthwise_separable-costs = 两步必须先后执行；如果不融合，中间的特征图要多写一次、多读一次。深度卷积这一半受访存限制，因此耗时的降幅小于乘加次数的降幅。
lesson-depthwise_separable-mistake = 以为任何标准卷积都可以这样分解。这里所有输出对每个输入通道共用一个空间模式；若每个输入通道有 k² 个模式，分解总是精确的，但也就不再节省。

op-group_pointwise = 分组卷积 + 逐点卷积
op-group_pointwise-short = 分组 + 1×1
op-group_pointwise-about = 先在各组通道内做 k × k 卷积，再用 1 × 1 卷积混合各组。
derive-group_pointwise = 最佳低秩近似：在每一组内，所有输出的卷积核共用若干种空间模式，其个数等于该组的通道数。需要更多模式的部分会丢失。
lesson-group_pointwise-does = 先在 g 个组内做 k × k 卷积，通道数不变；再用一个连接全部 I 个输入与全部 O 个输出的 1 × 1 卷积混合各组，因此不需要通道混洗。
lesson-group_pointwise-saves = 乘加次数只有标准卷积的 I/(O·g) + 1/k²；I = O 时为 1/g + 1/k²。
lesson-group_pointwise-costs = 两步必须先后执行；如果不融合，中间的特征图要多写一次、多读一次。组越小，第一步就越接近受访存限制的深度卷积。
lesson-group_pointwise-mistake = 以为这就是 HetConv。HetConv 的 1 × 1 卷积核与 k × k 卷积核并列在同一层中，而且只用于不同组之间；P = g 且 I = O 时，其占比恰好再少 1/(g·k²)。

op-ghost = Ghost 模块
op-ghost-short = Ghost
op-ghost-about = 一部分输出特征图由卷积得到，其余的用廉价的深度卷积从中导出。
derive-ghost = 前 m 个输出保留训练好的卷积核；其余每个输出由对应的主特征图经廉价卷积核模仿得到，其中心抽头是两个训练好的卷积核之间的最小二乘系数，其他抽头为 0。如果两个卷积核不成比例，模仿效果就差。
lesson-ghost-does = 先用卷积得到 m = ⌈O/s⌉ 个主特征图，再用 d × d 深度卷积从每个主特征图生成 s − 1 个廉价特征图，最后把两部分拼接起来。
lesson-ghost-saves = 乘加次数只有标准卷积的 1/s + (1 − 1/s)·d²/(I·k²)（s 整除 O 时）：只要 I·k² 远大于 d²，就接近 1/s。
lesson-ghost-costs = 廉价特征图必须等主特征图算完，并且受访存限制；拼接也要搬运数据。通道少且卷积核为 1 × 1 时节省更少：I = 16、s = 2、d = 3 时乘加次数只少到原来的 1/1.28，而不是 1/2。
lesson-ghost-mistake = 以为 Ghost 特征图提供了对输入的新观察。每个 Ghost 特征图只由一个主特征图滤波得到，主特征图已经丢失的内容不会再出现。论文的模块在每一步之后还有归一化和激活，这里把它们放在算子之外。

op-octave = 八度卷积（OctConv）
op-octave-short = OctConv
op-octave-about = 比例为 α 的通道以一半分辨率存放，四条通路在高频与低频之间交换信息。
derive-octave = 把训练好的卷积核切成四块，分别用于高、低分辨率之间的四条通路。形状相符，但函数不同：只有 α = 0 且步长为 1 时才与原来的层相同。
lesson-octave-does = 比例为 α 的通道以一半的高和宽存放，四个卷积把两部分连接起来：由高到低时先池化再卷积，由低到高时先卷积再上采样。因此步长为 1 时，四个卷积中有三个在低分辨率上进行。
lesson-octave-saves = 步长为 1 时，乘加次数只有标准卷积的 1/4 + (3/4)·(1 − α 入)·(1 − α 出)：α = 0.5 时为 43.75 %。特征图占用的内存是原来的 1 − 3α/4，权重数不变。
lesson-octave-costs = 一次调用变成四个较小的卷积，外加池化、上采样和加法。如果逐个执行，节省可能被全部抵消：在一台 CPU 上实测，PyTorch 的即时执行模式并不比标准卷积快。处在普通层之间时，还要加上两种分辨率的拆分与合并。
lesson-octave-mistake = 以为它用变换或滤波器来分离频率。通道只是被分配到低频部分，由于以一半分辨率存放，才在训练中变得平滑。另外，不能先上采样再卷积：k ≥ 3 时结果不同，而且 α = 0.5 时的代价是 1.43 倍。

op-spconv = SPConv（基于拆分的卷积）
op-spconv-short = SPConv
op-spconv-about = 比例为 α 的输入通道使用 3 × 3 卷积核，其余只用 1 × 1；再由一个无参数的门控对两个结果加权。
derive-spconv = 代表性通道保留组内训练好的卷积核，其 1 × 1 卷积取组间卷积核的各元素之和；不确定通道取各元素之和作为 1 × 1 卷积核。全部乘以 2，以抵消门控的二分之一，但只有当两个分支的均值相等时才准确。
lesson-spconv-does = 前 α·I 个通道称为代表性通道，经过一个 3 × 3 分组卷积和一个 1 × 1 卷积，两者相加；其余通道只经过一个 1 × 1 卷积。对每个输出通道，由两个结果的均值算出门控权重，加权后相加。
lesson-spconv-saves = 乘加次数只有标准卷积的 (1 + α·k²/g)/k²，其中 k = 3：α = 1/2、g = 2 时为 36 %。
lesson-spconv-costs = 一次运算变成多个小运算，而且门控必须先得到整张特征图的均值，才能写出第一个输出。据作者说，批大小为 1 时速度大约只有 ResNet-50 基线的一半；也有用户反映内存占用上升。
lesson-spconv-mistake = 以为代表性通道是挑选出来的。它们只是排在最前面的通道，没有任何相似性度量，其代表性是训练出来的。此外，还有一个三维稀疏卷积库也叫 spconv，与此无关。

op-hetconv = 异构卷积（HetConv）
op-hetconv-short = HetConv
op-hetconv-about = 每个滤波器在每 P 个输入通道中只对一个使用 k × k 卷积核，其余使用 1 × 1 卷积核。
derive-hetconv = 保留 k × k 的位置使用训练好的卷积核，其余位置用该卷积核各元素之和作为 1 × 1 卷积核。只有当特征图在卷积核范围内为常数时，这种求和才精确。
lesson-hetconv-does = 在每个滤波器中，每 P 个卷积核里有一个是 k × k，其余是 1 × 1。这一排列随滤波器逐个错开，使每个输入通道都在 1/P 的滤波器中使用 k × k 卷积核。
lesson-hetconv-saves = 乘加次数只有标准卷积的 1/P + (1 − 1/P)/k²：P = 4、k = 3 时为 1/3，并且不会低于 1/k²。
lesson-hetconv-costs = 常用的运行时没有针对这种排列的内核：当作带零的稠密卷积来算，一点时间也省不了。论文公布的代码用分组卷积加完整的 1 × 1 卷积，实际乘加次数比公式多 6 % 到 10 %（k = 3，P = 2 到 8）。只有跳过零抽头的内核才能兑现节省。
lesson-hetconv-mistake = 以为“延迟为零”说的是毫秒。论文中的延迟指需要先后执行的额外层数：两种卷积核并列在同一层中。另外，P > 1 时，没有哪个滤波器对所有通道都使用 k × k 卷积核，只有整个层合起来才是如此。

op-sic = 单通道内卷积（SIC）
op-sic-short = SIC
op-sic-about = 深度卷积、1 × 1 投影、捷径连接和 ReLU，重复 b 次。
derive-sic = 训练好的卷积核减去恒等映射，再按输入通道做秩 1 分解，用于第一次迭代；之后各次迭代的投影取零，即不做任何事。内部的 ReLU 会截掉负值，任何权重都无法抵消这一点。若该层改变通道数，前面会加一个重复或累加通道的 1 × 1 卷积，并计入开销。
lesson-sic-does = 把同一步骤重复 b 次：A ← ReLU(A + P·D(A))，其中 D 是 k × k 深度卷积，P 是 1 × 1 投影。b 次之后的感受野边长为 b·(k − 1) + 1 个像素。
lesson-sic-saves = 输入、输出各 n 个通道时，乘加次数和权重数都只有标准卷积的 b·(1/n + 1/k²)：b = 2、n = 128、k = 3 时为 24 %。计算量主要在投影上，因此增大 k 几乎不增加计算量。
lesson-sic-costs = 2b 个运算依次相互等待；如果不融合，每个运算都要读写整张特征图，其中的深度卷积受访存限制。步长大于 1 或通道数改变的情形没有定义。
lesson-sic-mistake = 以为它只是深度可分离卷积，或者是 b 个深度卷积核最后共用一个投影。实际上每次迭代都有自己的卷积核、投影和捷径连接，内部是线性的，相加之后才有一个 ReLU。

op-topological = 拓扑卷积
op-topological-short = 拓扑卷积
op-topological-about = 通道排成首尾相接的网格，每个输出通道只读取其邻域内的 c 个通道。
derive-topological = 保留相连通道对之间训练好的卷积核，其余去掉。哪些通道相邻只取决于通道编号，与该层学到的内容无关。若该层改变通道数，前面会加一个重复或累加通道的 1 × 1 卷积，并计入开销。
lesson-topological-does = n 个通道排成边缘首尾相接的网格。每个输出通道读取从自身位置开始的窗口内的 c 个通道，每个通道各用一个 k × k 卷积核。窗口相互重叠，每个输入恰好被 c 个输出读取。
lesson-topological-saves = 乘加次数和权重数都只有标准卷积的 c/n：8 × 16 的网格、4 × 8 的窗口时为 1/4。
lesson-topological-costs = 常用的运行时没有针对这种连接的内核；当作带零的稠密卷积来算，一点时间也省不了。一层只连接相邻的通道：某一轴上有 d 个通道、窗口为 c 时，大约要 d/(c − 1) 层才能传遍。
lesson-topological-mistake = 以为它就是分组卷积：分组是互不重叠的块，而窗口相互重叠。窗口也不以自身为中心，输出对应的通道位于窗口的起始角。这与居中的窗口只相差一次通道平移，因此只有与捷径连接相加时才有区别。

op-spatial_bottleneck = 空间瓶颈
op-spatial_bottleneck-short = 空间瓶颈
op-spatial_bottleneck-about = 把特征图按 b × b 的块缩小，在低分辨率上混合通道，再放大回来。
derive-spatial_bottleneck = 缩小时取每个 b × b 块的均值，投影取训练好的卷积核各元素之和，放大时重复各个值，即“上采样(1 × 1(平均池化))”。比块更细的内容都会丢失。若该层改变通道数，前面会加一个重复或累加通道的 1 × 1 卷积，并计入开销。
lesson-spatial_bottleneck-does = 先用步长为 b 的 b × b 深度卷积缩小特征图，在低分辨率上用 1 × 1 卷积混合通道，再用步长为 b 的深度转置卷积恢复尺寸。
lesson-spatial_bottleneck-saves = 乘加次数只有 k × k 标准卷积的 (2/n + 1/b²)/k²：n = 128、b = 2、k = 3 时为 3 %。
lesson-spatial_bottleneck-costs = 在 b × b 个像素的块内，每个通道只有一个值可供展开，细节因此丢失，还可能看到块状边缘。剩下的算术运算极少，耗时取决于三次调用和整张特征图的读写。不能被 b 整除的高和宽会补零。
lesson-spatial_bottleneck-mistake = 以为首尾两个卷积是稠密的。它们是深度卷积；如果用稠密卷积，占比就是 (2 + 1/b²)/k²，在这个例子中是四分之一，而不是 3 %。另有一种设计叫“Spatial Bottleneck Modules”（Peng 等），与此不同。

op-learned_group = 可学习分组卷积（LGC）
op-learned_group-short = 可学习分组
op-learned_group-about = 一种 1 × 1 卷积，每组输出只保留对自己最重要的输入。
derive-learned_group = 使用训练好的 1 × 1 权重，每个输出组只保留权重绝对值之和最大的那些输入。保留下来的权重没有再训练，不能弥补去掉的部分。
lesson-learned_group-does = 1 × 1 卷积的输出分成 G 组，每组保留权重绝对值之和最大的 I/C 个输入。训练结束后，先按索引取出保留的输入，再做分组卷积。
lesson-learned_group-saves = 乘加次数和权重数都只有该 1 × 1 卷积的 1/C。G 只决定哪些输出一起选择输入。
lesson-learned_group-costs = 取出输入和混洗输出不计入乘加次数，却要搬运数据；被多个组保留的输入要为每个组各复制一份。有 CondenseNet 用户发现，正因如此，GPU 上反而是 DenseNet-121 更快。
lesson-learned_group-mistake = 以为训练时就已经是分组卷积。训练时是带掩码的稠密卷积，既不省时间也不省内存。各组也不是瓜分输入：同一个输入可能被多个组保留，也可能没有任何组保留。

op-sfr = 稀疏特征重激活（SFR）
op-sfr-short = SFR
op-sfr-about = 用稀疏的 1 × 1 卷积从新特征图算出修正量，加到旧特征图上。
derive-sfr = 使用训练好的 1 × 1 权重，每个输入组只保留权重绝对值之和最大的那些输出。在普通特征图之间没有旧特征图可更新，因此该层只给出稀疏乘积本身。
lesson-sfr-does = 在稠密连接的网络中，用稀疏的 1 × 1 卷积从最新的特征图算出修正量，加到较早的特征图上。其输入分成 G 组，每组只保留 1/S 的输出，即权重绝对值之和最大的那些。
lesson-sfr-saves = 乘加次数和权重数都只有该 1 × 1 卷积的 1/S。在 CondenseNetV2 中，若 S = C，就是同一层中可学习分组卷积的四分之一。
lesson-sfr-costs = 每一对保留下来的组与输出，都要在每个像素上向旧特征图做一次加法，平均每个旧特征图 G/S 次：这部分访存不会出现在乘加次数中。论文公布的代码用稠密的 0/1 矩阵来做这一步，仅此一项就达到整个网络所称乘加次数的 3.6 到 8.2 倍（A 和 C）。
lesson-sfr-mistake = 以为它会恢复被剪掉的连接。它更新的是特征图；它自己的连接只会被剪掉，不会再长回来。没有任何组保留的旧特征图保持不变。

setting-groups = 分组数
setting-groups-hint = 把通道分成若干组，各组之间互不相连。在 LGC 和 SFR 中，指一起保留或去掉连接的输出组或输入组。
setting-dilation = 膨胀率
setting-dilation-hint = 卷积核相邻抽头之间的距离，1 即普通卷积。
setting-alpha = α
setting-alpha-hint = OctConv：以一半分辨率存放的通道所占的比例。SPConv：使用 3 × 3 卷积核的输入通道所占的比例。
setting-alpha_in = α 入
setting-alpha_in-hint = 输入通道中以一半分辨率存放的比例。
setting-alpha_out = α 出
setting-alpha_out-hint = 输出通道中以一半分辨率存放的比例。
setting-part = P
setting-part-hint = 每 P 个输入通道中有一个使用完整的卷积核。
setting-order = 排列方式
setting-order-hint = 每个滤波器在哪些输入通道上使用 k × k 卷积核。
setting-ratio = 比率 s
setting-ratio-hint = 每 s 个输出特征图中有一个由卷积得到，其余由它经廉价卷积核生成。
setting-cheap_kernel = 廉价核 d
setting-cheap_kernel-hint = 生成廉价特征图的深度卷积核的边长。
setting-iterations = 迭代次数 b
setting-iterations-hint = 深度卷积、投影、捷径连接和 ReLU 重复的次数。
setting-grid = 网格
setting-grid-hint = 通道沿一个、两个或三个轴的排列，各轴长度之积等于通道数。
setting-neighborhood = 窗口
setting-neighborhood-hint = 每个输出沿网格各轴读取多少个通道；窗口在网格边缘首尾相接。
setting-condensation = 压缩因子 C
setting-condensation-hint = 每个输出组在每 C 个输入中保留一个。
setting-sparsity = 稀疏因子 S
setting-sparsity-hint = 每个输入组在每 S 个输出中保留一个。
setting-form = 形式
setting-form-hint = 同一结果的两种算法：像训练时那样用带掩码的稠密卷积，或像部署时那样用分组卷积加索引。
setting-kernel = 块边长 b
setting-kernel-hint = 首尾两个卷积的卷积核边长，也是其步长。不能整除的高和宽会补零。

choice-shifted = 错位
choice-shifted-hint = 论文的规则：滤波器 o 在满足 (i − o) mod P = 0 的输入 i 上使用 k × k 卷积核。
choice-block = 分块
choice-block-hint = 论文公布的代码的排列：滤波器分成 P 块，每块在一段连续的输入上使用 k × k 卷积核。如果 P 能整除输入和输出通道数，k × k 卷积核的个数与错位排列相同。
choice-masked = 掩码
choice-masked-hint = 稠密的 1 × 1 卷积，去掉的权重为零，但所有乘加都会执行。
choice-converted = 转换后
choice-converted-hint = 分组卷积加索引层，只计算保留的权重，结果与掩码形式相同。
