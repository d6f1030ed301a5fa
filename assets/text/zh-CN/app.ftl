# 应用外框：标题、导航栏、顶栏、设置、进度。数字在传入时已排好格式。
app-title = Convscope

backbones-with-random-weights = 骨干网络（随机权重）
bundled-models = 网络
drop-hint = 把图片或模型文件拖到这里
file-filter-images = 图片
file-filter-models = 模型
image-size = { $width } × { $height }
image-alpha-on-white = 透明部分以白色为背景显示。

undo = 撤销
redo = 重做
cancel = 取消
none = 无
all = 全部
settings = 设置

language = 语言
theme = 主题
theme-light = 浅色
theme-dark = 深色
theme-system = 跟随系统

device = 计算设备
device-auto = 自动
device-cpu = CPU
device-software = 软件渲染
device-software-hint = 该图形适配器由 CPU 模拟，测得的时间不能代表 GPU。
device-auto-hint = 有显卡时用显卡，否则用 CPU。
threads = { $count } 个线程

running = 正在运行…
loading-image = 正在读取图片…
loading-model = 正在读取模型…
measuring = 正在测量…
cancelled = 已取消
