# 分组系列、HetConv、可学习分组、SFR 和拓扑卷积的图：figure-<名称>（标题）、-hint；knob-<名称>、-hint；然后是各图中的文字。
figure-connections = 连接矩阵
figure-connections-hint = 每个输出通道读取哪些输入通道。点击一行即可选中该输出通道。
figure-group_slider = 从标准到深度卷积
figure-group_slider-hint = 同一层切成越来越多的组。点击曲线上的点即可切换到该分组数。
figure-kernel_grid = 卷积核排列
figure-kernel_grid-hint = 该层的全部卷积核：每列是一个滤波器，每行是一个输入通道。点击一列即可选中该滤波器。
figure-one_filter = 单个滤波器
figure-one_filter-hint = 所选滤波器在不同 P 下的全部卷积核，每个输入通道一个。点击一行即可选用该 P。
figure-speedup_p = 加速比与 P
figure-speedup_p-hint = 乘加次数比标准卷积少多少倍。点击曲线上的点即可选用该 P。

matrix-key-chosen = 所选输出依赖的连接
matrix-key-full = 完整卷积核
matrix-key-centre = 仅中心抽头
matrix-key-none = 无连接
matrix-axes = 行：输出 · 列：输入
matrix-cell-is = 每格代表 { $outputs } × { $inputs } 个通道
matrix-row-tip = 输出 { $output } 读取 { $total } 个输入中的 { $count } 个
matrix-cell-tip = 输出 { $output } 以 { $side } × { $side } 个抽头读取输入 { $input }
matrix-connections = 连接数
matrix-of-all = 通道对总数
matrix-full-kernels = 其中完整卷积核
matrix-centre-kernels = 其中仅中心抽头
matrix-taps = 权重数
matrix-macs = 乘加次数
matrix-share = 相对稠密层的占比
matrix-others-centre = 用完整卷积核，其余都只用中心抽头
matrix-caption = { $connections } / { $total } · { $share }
matrix-left-out = 显示 { $total } 个卷积中的 { $shown } 个
matrix-seen = 输出 { $output } 能看到 { $input } 的 { $total } 个通道中的 { $count } 个

group-slider-standard = 标准卷积：1 组
group-slider-group = { $groups } 组
group-slider-depthwise = 深度卷积：{ $groups } 组
group-slider-tip = { $groups } 组：{ $macs } 次乘加，{ $weights } 个权重，为稠密层的 { $share }

kernel-grid-shifted = P = { $part }，错位：(通道 − 滤波器) mod P = 0 处为 k × k
kernel-grid-block = P = { $part }，分块：每块滤波器对应一块通道
kernel-grid-wide = { $side } × { $side } 卷积核
kernel-grid-small = 1 × 1 卷积核
kernel-grid-chosen = 所选滤波器
kernel-grid-numbers = { $full } 个 { $side } × { $side } 核和 { $small } 个 1 × 1 核：共 { $weights } 个权重，稠密时为 { $dense }
kernel-grid-part = 显示：滤波器 { $filters }，通道 { $channels }
kernel-grid-tip = 滤波器 { $output }：{ $full } 个 { $side } × { $side } 核，{ $small } 个 1 × 1 核

one-filter-title = 滤波器 { $output } 的各个卷积核
one-filter-dense = 全 { $side } × { $side }
one-filter-weights = { $weights } 个权重
one-filter-tip = P = { $part }：{ $full } 个 { $side } × { $side } 核和 { $small } 个 1 × 1 核
one-filter-key = 从 0 号起，每个输入通道一个卷积核；红色为正，蓝色为负，共用同一色标。单个像素即 1 × 1 核。
one-filter-left-out = 显示 { $total } 个通道中的前 { $shown } 个

speedup-axis = 加速比（按乘加次数）
speedup-at = P = { $part } 时
speedup-written = HetConv（按公式）
speedup-executed = HetConv（论文公布的代码）
speedup-group = 分组 + 逐点，P 组
speedup-depthwise = 深度 + 逐点
speedup-limit = 极限 k²
speedup-tip = P = { $part }：加速比 { $speedup }
speedup-note = 论文公布的代码让一个分组卷积与一个完整的 1 × 1 卷积并列运行，乘加次数比公式多 { $extra } %。本程序按公式运行，共 { $macs } 次。
speedup-note-none = 论文公布的代码要求 P 能整除输入和输出通道数，因此无法运行当前的 P。

figure-stages = 逐阶段压缩
figure-stages-hint = 逐步压缩：每个阶段，各组去掉 L1 范数最小的连线。
knob-stage = 阶段
knob-stage-hint = 已经剪枝的次数。最后一个阶段就是最终的算子。
stages-button-tip = 剪枝 { $stage } 次之后
stages-keep-outputs = 每组保留 { $total } 个输出中的 { $kept } 个 · 权重的 { $density }
stages-keep-inputs = 每组保留 { $total } 个输入中的 { $kept } 个 · 权重的 { $density }
stages-inputs = { $total } 个输入
stages-outputs = { $total } 个输出
stages-shown = 显示 { $shown } 个
stages-input-tip = 输入 { $input }，第 { $count } 组
stages-kept-input-tip = 输入 { $input } 被 { $count } 个组保留
stages-nobody-outputs = { $total } 个输出中有 { $count } 个没有任何组保留：白色特征图。
stages-nobody-inputs = { $total } 个输入中有 { $count } 个没有任何组保留：白色特征图。
stages-dashed = 虚线：本阶段去掉的连线。
figure-seeded = 权重由随机种子生成：已加载的网络无法提供。

figure-l1_bars = L1 范数
figure-l1_bars-hint = 压缩的依据：每一组在每个位置上的权重绝对值之和。最短的条最先去掉。
knob-sorted = 排序
knob-sorted-hint = 按大小而不是按编号排列。
l1-group = 第 { $group } 组
l1-dropped = 在阶段 { $stage } 去掉
l1-kept = 保留
l1-output-tip = 第 { $group } 组，输出 { $place }：L1 = { $norm }，{ $fate }
l1-input-tip = 第 { $group } 组，输入 { $place }：L1 = { $norm }，{ $fate }
l1-note-outputs = 每个输出一条，每组输入一行。实心：仍保留；空心：本阶段去掉；灰色：此前已去掉。
l1-note-inputs = 每个输入一条，每组输出一行。实心：仍保留；空心：本阶段去掉；灰色：此前已去掉。
l1-part = 显示 { $all_groups } 组中的 { $groups } 组，{ $all_places } 条中的 { $places } 条。

figure-converted = 掩码与转换
figure-converted-hint = 同样的权重分别作为带掩码的稠密卷积和“分组卷积加索引层”运行，并比较两者的特征图。
converted-form = { $form }：{ $macs } 次乘加
converted-masked = 带掩码的 1 × 1
converted-gather = 索引：取出
converted-group = 分组卷积
converted-shuffle = 混洗
converted-index = 索引：累加
converted-difference = 差值，±1e−6 × 最大值
converted-here = 通道 { $channel } 的最大差值 ÷ 最大值
converted-all = 所有通道的最大差值 ÷ 最大值
converted-note = 两种形式累加同样的项，只是次序不同；剩下的只有舍入误差。
converted-unfitted = 比较的是推导出的权重，而不是拟合后的权重。

figure-reactivation = 重用矩阵
figure-reactivation-hint = 稠密块的每一层更新或读取哪些更早的层。每列是一层，每行是特征图的来源。
knob-layers = 层数
knob-layers-hint = 稠密块的层数。
knob-reads = 可学习分组
knob-reads-hint = 显示各层的可学习分组卷积读取什么，而不是其 SFR 更新什么。
knob-by_channel = 按通道
knob-by_channel-hint = 每个通道一行，而不是取每层的均值。未被触及的通道为白色。
knob-column_scale = 按列缩放
knob-column_scale-hint = 像论文那样，每列从最小值缩放到最大值；此时各列之间不能比较。
reactivation-layer = 第 { $layer } 层
reactivation-stem = 起始层
reactivation-axes = 列：执行更新的层 · 行：被更新的层
reactivation-axes-reads = 列：读取的层 · 行：被读取的层
reactivation-tip = 第 { $target } 层更新{ $source }的特征图：{ $value }
reactivation-reads-tip = 第 { $target } 层读取{ $source }的特征图：{ $value }
reactivation-untouched = （{ $total } 个通道中有 { $count } 个未被触及）
reactivation-scaled-tip = （按列缩放）
reactivation-per-layer = 来源的每个通道取其权重绝对值之和，再对该来源取均值。
reactivation-per-channel = 来源的每个通道取其权重绝对值之和；白色：未被触及。
reactivation-scaled = 像论文那样，每列缩放到 0 至 1。
reactivation-unscaled = 所有列共用同一色标。
reactivation-block = { $layers } 层：可学习分组 → 3 × 3 分组卷积 → SFR → 相加 → 拼接，分为 { $groups } 组，每 { $factor } 个权重保留一个。
reactivation-seeded = 权重由随机种子生成，未经训练：图中显示的是各层如何连接，而不是训练会选择什么。
reactivation-show-sfr = 查看 SFR 更新什么
reactivation-show-reads = 查看各层读取什么

figure-torus = 通道环面
figure-torus-hint = 通道排成边缘首尾相接的网格。点击一个通道，查看对应的输出读取哪些输入。
torus-ring = { $grid } 个通道的环，窗口 { $window }
torus-grid = { $grid } 网格，窗口 { $window }
torus-stack = { $grid } 堆叠网格，窗口 { $window }
torus-layer = 第 { $layer } 层
torus-note = 输出 { $output } 读取 { $count } 个输入：{ $inputs }
torus-unread-tip = 输出 { $output } 不读取输入 { $input }
torus-output = 输出
