# 错误标题。标题下方用一句话说明原因。
image-cannot-be-read = 无法读取图片
model-cannot-be-read = 无法读取模型
run-failed = 网络运行失败
swap-not-possible = 无法进行这样的替换
dismiss = 关闭提示

# 原因：图片为什么不能使用。一句话说明是什么问题、哪个文件、该怎么办。
image-error-empty = { $name } 是空文件（0 字节），请选择其他文件。
image-error-not-an-image = { $name } 的内容不是图片，请选择 PNG、JPEG、WebP、GIF、BMP 或 TIFF 文件。
image-error-unsupported = Convscope 不支持 { $name } 的图片类型（{ $format }），请另存为 PNG、JPEG、WebP、GIF、BMP 或 TIFF。
image-error-too-large = { $name } 太大（{ $width } × { $height } 像素，最多读取 1 亿像素），请先缩小。
image-error-too-much-memory = 读取 { $name } 需要超过 1 GiB 内存，请另存为每通道 8 位，或先缩小。
image-error-damaged = { $name } 已损坏或不完整，无法解码其中的 { $format } 数据，请重新获取或选择其他文件。
image-error-wrong-length = { $name } 中的图片不完整，请重新复制。
