# The frame of the app: title, rail, top bar, settings, progress. Numbers arrive already formatted.
app-title = Convscope

backbones-with-random-weights = Backbones, random weights
bundled-models = Networks
drop-hint = Drop an image or a model file here
file-filter-images = Images
file-filter-models = Models
image-size = { $width } × { $height }
image-alpha-on-white = Transparent parts are shown on white.

undo = Undo
redo = Redo
cancel = Cancel
none = None
all = All
settings = Settings

language = Language
theme = Theme
theme-light = Light
theme-dark = Dark
theme-system = As the system

device = Device
device-auto = Automatic
device-cpu = CPU
device-software = Software rendering
device-software-hint = This graphics adapter is computed by the CPU. Its times say nothing about a GPU.
device-auto-hint = Takes a graphics processor if there is one, otherwise the CPU.
threads = { $count ->
    [one] { $count } thread
   *[other] { $count } threads
}

running = Running…
loading-image = Reading the image…
loading-model = Reading the model…
measuring = Measuring…
cancelled = Cancelled
