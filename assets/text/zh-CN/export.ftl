# 导出的图片与表格：图注、菜单、通知。

export-comma = ，
export-space = { "" }
export-stop = 。
export-figure = { $figure }：{ $operator }{ $settings }
export-settings = （{ $settings }）
export-maps = 全部通道，色标范围：{ $scale }，配色：{ $colours }
export-page = “{ $page }”页
export-on-layer = { $model } 的 { $layer } 层，照片 { $image }
export-on-photo = 照片 { $image }
export-channel = 通道 { $channel }
export-weights-trained = 权重来自训练。
export-weights-derived = 权重由训练好的卷积核导出，未经训练。
export-weights-fitted = 权重在这张照片上拟合，未经训练。
export-weights-seeded = 权重由固定种子随机生成，未经训练。
export-executor-reference = 参考执行器
export-executor-candle = { " " }CPU 执行器
export-executor-wgpu = 图形处理器执行器
export-device = 数值来自{ $executor }：{ $device }。
export-counting = 乘加次数：卷积层与全连接层，计入边缘补零。
export-identity = { $app } · 权重 SHA-256 { $model }…，照片像素 SHA-256 { $image }…
export-least = 最小值
export-greatest = 最大值
export-scale = 色标范围：{ $scale }
