# 打开模型后的说明
model-notes = 关于这个模型
model-note-other-opset = 文件使用第 { $version } 版 ONNX 算子，这里按第 { $first } 至 { $last } 版的定义读取。
model-note-open-sides = 输入 { $input } 的尺寸没有固定，按 { $sides } 运行。
model-note-unsupported = 不支持节点 { $node }（{ $op }，第 { $place } 个，共 { $of } 个）：{ $reason }。网络只显示和运行到这里为止。
model-note-fixed-output = 输出 { $name } 与输入无关，已略去。
model-note-scales-joined = 乘以或加上固定数值的节点已并入它们前面的批归一化（共 { $count } 个）。
model-note-norms-folded = 从权重的名字看，有 { $count } 个卷积在导出时已并入批归一化。
model-note-recognised = 张量的名字和形状与 { $network } 一致。
model-note-seeded = 权重由固定种子随机产生，未经训练。特征图只反映这些随机权重，类别没有意义；计算量、形状和时间是准确的。
model-note-prepared-imagenet = 照片按大多数 ImageNet 网络的方式预处理；如有不同，可在文件旁放一个清单文件说明。
model-note-prepared-bundled = 照片按同名内置网络的方式预处理。
model-note-imagenet-classes = 它的 1000 个输出视为 ImageNet 的类别。
model-note-no-softmax = 网络末尾没有 softmax，显示的概率是补算 softmax 得到的。
