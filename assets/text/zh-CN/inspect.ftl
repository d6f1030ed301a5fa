# “观察”页：层、通道、特征图、指针处的数值、类别。
network = 网络
photo = 照片
layer = 层
layers = 层
layer-n-of-m = 第 { $index } 层，共 { $total } 层
channel = 通道
channel-n-of-m = 第 { $index } 个通道，共 { $total } 个
channel-count = { $count } 个通道
feature-maps = 特征图
input = 输入
output = 输出
weights = 权重
bias = 偏置
value = 数值
output-shape = 输出形状
output-shape-hint = 通道 × 高 × 宽
stride = 步长
padding = 填充
dilation = 膨胀率
receptive-field-size = 感受野 { $width } × { $height } 像素
value-at = 第 { $row } 行、第 { $column } 列：{ $value }
mean = 均值
total = 合计

macs = 乘加次数
macs-hint = MACs：卷积层与全连接层的乘加次数，不计偏置、归一化、激活和池化。FLOPs = 2 × MACs。
params = 参数量
params-hint = 训练得到的数值个数：卷积核、偏置，以及归一化的缩放和平移。
time-hint = 多次运行的中位数及其离散程度，旁边注明计算设备和计时方法。
time-clock-timestamp = GPU 时间戳
time-clock-host = 同步后的主机时钟
time-runs = { $count } 次运行的中位数
no-measurable-difference-hint = 两个耗时的波动范围相互重叠，因此不给出比值。
not-measured = 未测量
bytes = 内存

scale-mode = 色标范围
scale-per-channel = 逐通道
scale-per-channel-hint = 每个通道使用各自的范围：结构清楚，但看不出强弱差别。
scale-per-layer = 逐层
scale-per-layer-hint = 同一层的所有通道共用一个范围：可以比较强弱。
scale-shared = 共用
scale-shared-hint = 替换前后共用一个范围。
colormap = 配色
colormap-sequential = 顺序色
colormap-sequential-hint = 用于非负的数值。
colormap-diverging = 发散色
colormap-diverging-hint = 用于有正有负的数值，零位于中性的中间色。
colormap-auto = 自动
zoom-fit = 适合窗口

top5 = 前五类别
probability = 概率

op-kind-conv = 卷积
op-kind-depthwise = 逐通道卷积
op-kind-pointwise = 逐点卷积
op-kind-grouped = 分组卷积
op-kind-linear = 全连接
op-kind-norm = 归一化
op-kind-global-pool = 全局平均池化
op-kind-add = 相加
op-kind-concat = 拼接
op-kind-softmax = Softmax
op-kind-upsample = 上采样
op-kind-slice = 切片
op-kind-input = 输入
