# 说明耗时为何跟随或没有跟随乘加次数的卡片。规则见 docs/WHY.md。
why-title = 为什么？
why-no-verdict = 无法判断：该设备的计时没有等待计算完成，测得的时间没有意义。
why-not-measured = 尚未测量。

why-compute = 批大小为 { $batch } 时受限于计算。
why-memory = 批大小为 { $batch } 时受限于内存带宽。
why-overhead = 批大小为 { $batch } 时受限于启动开销。
why-compute-and-memory = 批大小为 { $batch } 时同时受限于计算和内存带宽。
why-compute-and-overhead = 批大小为 { $batch } 时同时受限于计算和启动开销。
why-memory-and-overhead = 批大小为 { $batch } 时同时受限于内存带宽和启动开销。
why-compute-hint = 按设备峰值完成乘加所需的时间，超过按带宽搬运字节的时间，也超过启动开销。
why-memory-hint = 按设备带宽搬运字节所需的时间，超过按峰值完成乘加的时间，也超过启动开销。
why-overhead-hint = 启动一次运行及其各次调度所花的时间，超过实际计算的时间。

why-time-faster = 速度是标准卷积的 { $ratio }。按乘加次数应为 { $promised }，实际兑现了 { $delivered }。
why-time-slower = 耗时是标准卷积的 { $ratio }，而按乘加次数本应快到 { $promised }，实际只兑现了 { $delivered }。
why-time-noise = 与标准卷积没有可测量的差异：两者的时间波动范围重叠。
why-work-thin = 与标准卷积相比，实际执行 { $macs } 的乘加，却搬运 { $bytes } 的字节：每次乘加搬运的字节是它的 { $density }。
why-work-dense = 与标准卷积相比，实际执行 { $macs } 的乘加，搬运 { $bytes } 的字节，每次乘加搬运的字节并不更多（{ $density }）。
why-standard = 其他算子都与标准卷积比较。它每搬运一个字节做 { $intensity } 次乘加。
why-roof = 每字节 { $intensity } 次乘加时，该设备最多达到 { $roof }；它达到 { $rate }，即其中的 { $share }。
why-above-the-roof = 它达到 { $rate }，是每字节 { $intensity } 次乘加时所测上限 { $roof } 的 { $share }：测量上限时机器更繁忙，请重新测量设备。
why-one-dispatch = { $dispatches } 次调度（{ $each }）加上运行本身的 { $run }，占总时间的 { $share }。
why-dispatches = { $dispatches } 次调度（每次 { $each }）加上运行本身的 { $run }，占总时间的 { $share }。
why-unexplained = 计算、字节和启动开销合起来只能解释 { $share } 的时间，其余属于核函数本身：复制到带填充的特征图、行太短、计算通道闲置。

why-remedies = 怎样才会改变
why-do-less = 只有减少乘加次数或换用更快的核函数；批大小和融合影响很小。
why-do-batch = 增大批：估计从每批约 { $batch } 张开始，计算时间会超过启动开销。
why-do-work = 更大的特征图或更多的通道：即使每批 1,024 张，计算时间也不会超过启动开销。
why-do-fuse = 把 { $dispatches } 次调度融合成一次可节省 { $saved }，即总时间的 { $share }。
why-do-fuse-bytes = 融合成一步后只需搬运 { $least } 字节，而不是 { $bytes } 字节，减少 { $share }。
why-do-batch-weights = 增大批：权重占搬运字节的 { $share }，一批只需读取一次。
why-do-batch-nothing = 减少或缩小特征图。增大批作用不大：每张图都要搬运自己的字节。
why-do-layout = 换一种内存布局或更好的核函数：按这些数字，速度最多可达现在的 { $factor }。
