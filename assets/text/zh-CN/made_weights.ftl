# 按常数缩放与平移，以批归一化的形式运行。

op-kind-scale = 按常数缩放
op-kind-shift = 按常数平移
op-kind-scale-shift = 按常数缩放并平移
diagram-origin-made = 由程序生成，不在任何文件中
