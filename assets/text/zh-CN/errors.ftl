# 错误标题。标题下方用一句话说明原因。
error = 错误
error-cause = 原因
image-cannot-be-read = 无法读取图片
image-kept = 保留原来的图片。
model-cannot-be-read = 无法读取模型
model-kept = 保留原来的模型。
run-failed = 网络运行失败
swap-not-possible = 无法进行这样的替换
device-failed = 无法使用该计算设备
file-cannot-be-saved = 无法保存文件
dialog-failed = 无法打开文件对话框
file-type-unknown = 这既不是图片也不是模型
file-type-unknown-hint = 图片：PNG、JPEG、WebP、GIF、BMP、TIFF。模型：safetensors。
dismiss = 关闭提示
try-again = 重试
no-adapter = 没有找到图形适配器，改用 CPU。
