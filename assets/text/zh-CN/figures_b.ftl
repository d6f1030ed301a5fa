# OctConv、SPConv、SIC、空间瓶颈和 Ghost 的图；figure-<name>、figure-<name>-hint、knob-<name>、knob-<name>-hint。
figure-other-operator = 这张图属于另一个算子。
map-tip = { $node }，第 { $channel } 通道。点击可查看特征图。

figure-four_paths = 四条路径
figure-four_paths-hint = 方块的深度表示通道数，箭头的粗细表示在乘加次数中的占比。只有高到高这一条在全分辨率上运行。关掉一条交叉路径，看看结果有什么变化。
knob-high_to_low_path = 高 → 低
knob-high_to_low_path-hint = 从高分辨率到低分辨率的路径：先取 2 × 2 均值，再卷积。
knob-low_to_high_path = 低 → 高
knob-low_to_high_path-hint = 从低分辨率到高分辨率的路径：先卷积，再把每个像素重复成 2 × 2 个。
octave-high = 高
octave-low = 低
octave-pools = 池化后卷积
octave-upsamples = 卷积后上采样
octave-convolves = 卷积
octave-off = 已关闭
octave-cuboid-tip = 第 { $channel } 通道，共 { $channels } 个。点击可查看特征图。
octave-path-tip = { $inputs } → { $outputs } 个通道，{ $weights } 个权重，{ $macs } 次乘加。
octave-sum = 合计 { $macs } 次乘加：标准卷积的 { $share }
octave-change = { $map }分辨率的结果改变了 { $change }

figure-weight_square = 卷积核四分
figure-weight_square-hint = 面积表示权重数：切开并不改变总数。深浅表示每个权重的代价：在全分辨率上为 1，在一半分辨率上运行的路径为 1/4。
octave-weights = { $weights } 个权重
octave-price = 每个 × { $price }
octave-weights-tip = { $path }：{ $weights } 个权重，每个的乘加次数是标准卷积中的 { $price }；共 { $macs } 次。
octave-input-channels = { $count } 个输入通道
octave-output-channels = { $count } 个输出通道
octave-standard-macs = 标准卷积
octave-own-macs = 八度卷积
octave-not-exact = 公式 1/4 + 3/4 · (1 − α in) · (1 − α out) 只在步幅为 1、边长为偶数时精确；这里的数是逐项统计的。

figure-spectra = 频谱
figure-spectra-hint = 一张特征图，以及它的能量在各频率上的分布，中间是缓慢的变化。虚线方框是八度边界：最高频率的一半。低分辨率的特征图容不下边界以外的频率。
octave-high-channel = 高分辨率结果，第 { $channel } 通道
octave-low-channel = 低分辨率结果，第 { $channel } 通道
octave-trained-channel = 训练好的卷积，第 { $channel } 通道
octave-spectrum-note = 频谱：幅度取对数，由暗到亮 60 dB，已减去均值。柱形：各频段的能量，单位为每个高分辨率像素的周期数。
octave-spectrum-tip = 中间是零频，边缘是最高频率。最暗处比最强的频率低 60 dB。
octave-below = 边界以内占 { $share }
octave-ring-tip = 至每个高分辨率像素 { $band } 周期：占能量的 { $share }。

figure-lost = 低频的损失
figure-lost-hint = 池化前的特征图、池化后剩下的部分，以及两者之差。常数图什么也不丢；边缘和纹理丢得最多。点击柱形可换一个通道。
octave-before = 第 { $channel } 通道，池化前
octave-after = 池化后
octave-lost = 丢掉的部分
octave-before-tip = 进入低分辨率分支之前的特征图。
octave-after-tip = 2 × 2 均值，每个值重新铺到它的四个像素上；颜色与左图一致。
octave-lost-tip = 特征图减去它的 2 × 2 均值。每个窗口内这些差值之和为零。
octave-nothing-pooled = 这里没有池化：α 为 0。
octave-relative = 丢掉部分的相对范数：{ $share }
octave-loss-bars = 各通道损失的相对范数，共 { $channels } 个通道，显示前 { $shown } 个；最长的柱形为 { $most }
octave-loss-tip = 第 { $channel } 通道丢掉 { $share }。

figure-misalignment = 错位
figure-misalignment-hint = 同一个光斑沿两条路线先缩小再放大。白色十字是输入的质心，圆环是经过真实运算后测得的质心。请一步一步地看。
knob-align_step = 步骤
knob-align_step-hint = 0 输入，1 读取哪些像素，2 低分辨率图，3 放大回来并标出测得的偏移。
align-strided = 步幅为 2 的 3 × 3 卷积，再上采样
align-pooled = 2 × 2 平均池化，再上采样
align-input = 输入
align-reads = 读取的像素
align-low = 一半分辨率
align-up = 放大回来
align-shift = 偏移 { $shift } 像素
align-input-tip = 8 × 8 个像素，中间是一个对称的光斑；十字是它的质心。
align-strided-reads-tip = 卷积核的中心每隔一个像素放一次（圆点），总是四个像素中的左上角。
align-pooled-reads-tip = 每个窗口取四个像素的均值；窗口的中心落在四个像素之间。
align-low-tip = 现在一格代表 2 × 2 个像素。圆环是把这一格看作铺在四个像素上时的质心。
align-up-tip = 每一格写到它的 2 × 2 个像素上。十字：之前的质心；圆环：之后的质心。

figure-receptive = 感受野
figure-receptive-hint = 方框是一个输出像素所看到的输入像素：经高分辨率路径为 k × k，经低分辨率路径为 2k × 2k。在放大图中点击像素，看看大方框怎样两格两格地移动。
field-input = 输入，第 { $channel } 通道
field-detail = 输出像素 ({ $x }, { $y }) 附近
field-pixel-tip = 输出像素 ({ $x }, { $y })
field-high = 高 → 高：输入中的 { $w } × { $h } 个像素
field-low = 低 → 高：输入中的 { $w } × { $h } 个像素
field-note = 较亮的线是低分辨率像素的边界。同一个低分辨率像素上的相邻输出看到同一个低分辨率区域，所以它不会以其中任何一个为中心。

figure-split = 按位置切分
figure-split-hint = 前面的通道是“代表性”通道，经过分组卷积加 1 × 1 卷积；其余通道只经过 1 × 1 卷积。切分只看位置，并不度量相似度。
split-representative = { $count } 个代表性通道：就是最前面的那些。是训练使它们具有代表性。
split-uncertain = { $count } 个不确定通道：其余的通道。没有卷积核去看它们的邻域。
split-first = 前 { $count } 个
split-rest = 其余 { $count } 个
split-group = 3 × 3，{ $groups } 组
split-pointwise = 1 × 1
split-convolution-tip = { $macs } 次乘加，标准卷积的 { $share }。点击可查看特征图。
split-branch-a = A：代表性分支
split-branch-b = B：不确定分支
split-result = 结果
split-sum = 合计 { $macs } 次乘加：标准卷积的 { $share }。绿色：代表性；橙色虚线：不确定。

figure-fusion = 门控
figure-fusion-hint = 对每个输出通道，由两个分支的均值算出权重，不需要任何参数：w = exp(A) / (exp(A) + exp(B))。关闭后两个分支各占一半。
knob-fusion = 门控
knob-fusion-hint = 开：用算子自己的权重。关：每个通道中两个分支各占一半。
fusion-mean-a = A 的均值（代表性分支）
fusion-mean-b = B 的均值（不确定分支）
fusion-weight = A（绿）与 B（橙）的权重
fusion-own = 第 { $channel } 通道：{ $value }
fusion-shown = 共 { $channels } 个通道，显示前 { $shown } 个。
fusion-note = 训练时门控之前的归一化会减去均值，权重因此在 1/2 附近。这里没有归一化：两个均值相差很大时，门控就成了开关。
fusion-branch-tip = 一个分支的所选通道。两个分支用同一套颜色。
fusion-result-tip = 用上面的权重由两个分支算出。
fusion-is-on = 去掉门控，这张特征图会改变 { $change }。
fusion-is-off = 门控已关闭，各占 1/2：特征图改变了 { $change }。

figure-iterations = 逐次迭代
figure-iterations-hint = 每一行是一次迭代：深度卷积、投影、加上输入、ReLU。两个卷积之间什么也没有。
knob-sic_page = 页
knob-sic_page-hint = 每次显示三次迭代。
sic-reads = 输入
sic-depthwise = 深度卷积
sic-projection = 投影
sic-sum = 输入 + 投影
sic-relu = ReLU
sic-shortcut = 捷径
sic-shortcut-tip = 进来的特征图加到投影上：每次迭代都有自己的捷径连接。
sic-share-tip = 所有迭代的乘加次数：左边是深度卷积，右边是投影。
sic-depthwise-macs = 深度卷积 { $macs } · { $share }
sic-projection-macs = 投影 { $macs } · { $share }

figure-down_up = 缩小、投影、放大
figure-down_up-hint = 通道在像素少的地方混合。各图按真实比例绘制：比一个小像素更细的内容再也回不来了。
bottleneck-input = 输入
bottleneck-down = 缩小：深度卷积
bottleneck-project = 投影：1 × 1
bottleneck-up = 放大：深度卷积
bottleneck-share-tip = 在该算子自身乘加次数中的占比。
bottleneck-sum = 合计 { $macs } 次乘加：标准卷积的 { $share }

figure-pairs = 成对特征图
figure-pairs-hint = 每张廉价特征图都由一张主特征图经一个小卷积核得到。余弦表示两者有多相似；推导出的卷积核只有一个抽头，所以在拟合之前它是 1 或 −1。
knob-ghost_page = 页
knob-ghost_page-hint = 每次显示九对。
ghost-primary = 主 { $channel }
ghost-cheap = 廉价 { $channel }
ghost-kernel-tip = 廉价特征图的卷积核，{ $scale }。蓝色为负，红色为正。
ghost-no-cheap = 没有廉价特征图。
ghost-shown = 共 { $all } 对，显示第 { $first } 到 { $last } 对，来自 { $primary } 张主特征图

figure-chain = 逐节点
figure-chain-hint = 所选通道在每一步运算之后的样子。卷积之前显示的是权重最大的那个输入通道。带框的是结果。
chain-tip = { $node }，第 { $channel } 通道：{ $shape }，{ $macs } 次乘加。读取：{ $inputs }
chain-more = 还有 { $count } 个
