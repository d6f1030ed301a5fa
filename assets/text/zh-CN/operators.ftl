# 算子及其设置：op-<名称>、op-<名称>-about、setting-<名称>、setting-<名称>-hint。
operator = 算子

op-standard = 标准卷积
op-standard-about = 每个输出通道都用各自的 k × k 卷积核查看每个输入通道；分组则把这些连接切成相等的几块。
op-depthwise_separable = 深度可分离卷积
op-depthwise_separable-about = 先对每个通道各用一个 k × k 卷积核，再用 1 × 1 卷积混合各通道。
op-octave = 八度卷积（OctConv）
op-octave-about = 比例为 α 的通道以一半分辨率存放，四条通路在高频与低频之间交换信息。
op-hetconv = 异构卷积（HetConv）
op-hetconv-about = 每个滤波器在每 P 个输入通道中只对一个使用 k × k 卷积核，其余使用 1 × 1 卷积核。

derive-standard = 直接使用训练好的卷积核；分组时去掉连接不同组的卷积核。
derive-depthwise_separable = 最佳秩 1 近似：对每个输入通道，所有输出的卷积核共用一个空间模式，只相差一个系数。
derive-octave = 把训练好的卷积核切成四块，分别用于高、低分辨率之间的四条通路。
derive-hetconv = 保留 k × k 的位置使用训练好的卷积核，其余位置用该卷积核各元素之和作为 1 × 1 卷积核。

setting-groups = 分组数
setting-groups-hint = 把通道分成若干组，各组之间互不相连。
setting-dilation = 膨胀率
setting-dilation-hint = 卷积核相邻采样点之间的距离，1 即普通卷积。
setting-alpha = α
setting-alpha-hint = 以一半分辨率存放的通道所占的比例。
setting-alpha_in = α 入
setting-alpha_in-hint = 输入通道中以一半分辨率存放的比例。
setting-alpha_out = α 出
setting-alpha_out-hint = 输出通道中以一半分辨率存放的比例。
setting-part = P
setting-part-hint = 每 P 个输入通道中有一个使用完整的卷积核。
op-group_pointwise = 分组卷积 + 逐点卷积
op-group_pointwise-short = 分组 + 1×1
op-group_pointwise-about = 先在各组通道内做 k × k 卷积，再用 1 × 1 卷积混合各组。
derive-group_pointwise = 最佳低秩近似：在每一组内，所有输出的卷积核共用若干种空间模式，其个数等于该组的通道数。
