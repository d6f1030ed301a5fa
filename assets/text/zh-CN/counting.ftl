# 计数约定：每种规则一句话。
convention-macs = 卷积层和全连接层的每次乘加计 1；其余不计。
convention-flops = 卷积层和全连接层的每次乘加计 2；其余不计。
convention-fvcore = 每次乘加计 1，批归一化每个值计 2，层、组或实例归一化每个值计 5（没有缩放时计 4），自适应平均池化每读一个值计 1，上采样每产生一个值计 1；不计偏置和 ReLU。
convention-thop = 每次乘加计 1，批、层或实例归一化每个值计 4，平均池化和上采样每个输出计 1；自适应平均池化按读入值与输出值之和计；不计偏置、ReLU、最大池化和函数调用。
convention-thop-2019 = 卷积的每次乘加和每个偏置计 1，全连接层的每次乘加计 2，批归一化每个值计 4；边长为 k 的平均池化每个输出计 k + 1，自适应平均池化按读入值与输出值之和计；不计 ReLU、最大池化和函数调用。
convention-ptflops = 每次乘加和每个偏置计 1，批、组或实例归一化每个值计 2，层归一化每个值计 1，ReLU 和上采样每个值计 1，池化每读一个值计 1；不计特征图相加。
convention-ptflops-aten = 卷积层和全连接层的每次乘加和每个偏置计 1；其余不计。
convention-torchinfo = 卷积按参数个数（含偏置）乘以输出像素数计；全连接层和批归一化按参数个数乘以批大小计；没有参数的层不计。
convention-torch = 卷积层和全连接层的每次乘加计 2；其余一律记为 0，且不作任何提示。
convention-deepspeed = 每次乘加计 2，每个偏置计 1，批归一化每个值计 2，层、组或实例归一化每个值计 5（没有缩放时计 4），ReLU、相加、相乘和上采样每个值计 1，池化每读一个值计 1。
convention-deepspeed-macs = 卷积层和全连接层的每次乘加计 1；其余不计。
convention-torchlens = 每次乘加计 2，每个偏置计 1，任何归一化每个值计 5，ReLU 和相加每个值计 1，池化每个输出按窗口边长计，自适应池化每读一个值计 1，上采样每个值计 4。
convention-torchlens-macs = TorchLens 的 FLOPs 的一半，逐层向下取整，因此也含有 ReLU 和批归一化的一半。
convention-torchsummaryx = 卷积按不含偏置的权重个数乘以输出像素数计；全连接层按权重个数计；批归一化每个通道计 1；其余不计。
convention-torchstat = 卷积的每次乘加和每个偏置计 1，全连接层的每次乘加计 1，批归一化每个值计 2，池化每读一个值计 1；激活在此是函数调用，工具看不到。
convention-torchstat-modules = 卷积的每次乘加和每个偏置计 1，全连接层的每次乘加计 1，批归一化每个值计 2，池化每读一个值计 1，激活每个值计 1。
convention-hetconv = 卷积按乘加次数加上每个输出值 1 次计；HetConv 层再把两者一起乘以实际存在的抽头所占比例 R(P)；全连接层按乘加次数计；其余不计。
convention-octconv = 卷积层和全连接层的每次乘加计 1；池化每个输出按窗口面积计，分类器前的全局池化也一样，但含逐通道卷积的网络除外；不计归一化、ReLU、相加和上采样。
convention-condensenet = 剪枝后保留的每次乘加计 1，全连接层按权重和偏置个数计，ReLU 每个值计 1，平均池化每个输出按窗口面积计，自适应池化每读一个值计 1；不计归一化、拼接和索引层。
convention-condensenetv2 = 剪枝后保留的每次乘加计 1，全连接层按权重个数计（不含偏置），ReLU 和 hard-swish 每个值计 1，sigmoid 每个值计 2，平均池化每个输出按窗口面积计，自适应池化每读一个值计 1；不计归一化、拼接、索引层以及重激活的相加。

# 某种运算为何计为 0。
uncounted-no-arithmetic = 只搬运数值，不做计算
uncounted-rule = 规则有意不计
uncounted-unseen = 是函数调用，工具看不到，也不作提示
uncounted-unknown = 工具没有对应规则，也不作提示
uncounted-warned = 工具没有对应规则，但会给出提示
uncounted-refused = 工具没有对应规则，会在此处报错停止
uncounted-outside = 不属于论文发布的网络
