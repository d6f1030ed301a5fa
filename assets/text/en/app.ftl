# The frame of the app: title, rail, top bar, settings, progress. Numbers arrive already formatted.
app-title = Convscope
app-tagline = See and measure how efficient convolutions work

page-inspect = Inspect
page-inspect-hint = What does this network see?
page-operators = Operators
page-operators-hint = How does this operator work?
page-bench = Bench
page-bench-hint = Same input, several operators: who pays what?
page-networks = Networks
page-networks-hint = What happens to a whole network?
page-sparsify = Sparsify
page-sparsify-hint = How are the connections of a sparse layer found?

open-image = Open image…
open-image-hint = PNG, JPEG, WebP, GIF, BMP or TIFF
open-model = Open model…
bundled-photos = Bundled photos
bundled-models = Networks
photo-credit = Photo: { $credit }
paste-image = Paste image
paste-nothing = The clipboard holds no image.
drop-hint = Drop an image or a model file here
file-filter-images = Images
file-filter-models = Models
image-size = { $width } × { $height }
image-size-reduced = { $width } × { $height }, shown at { $shown-width } × { $shown-height }
image-alpha-on-white = Transparent parts are shown on white.

undo = Undo
undo-what = Undo: { $what }
redo = Redo
redo-what = Redo: { $what }
cancel = Cancel
close = Close
copy = Copy
save = Save…
apply = Apply
reset = Reset
reset-all = Reset everything
show-more = More
show-less = Less
details = Details
back = Back
on = On
off = Off
none = None
all = All
search = Search
settings = Settings
help = Help
shortcuts = Keyboard shortcuts

language = Language
theme = Theme
theme-light = Light
theme-dark = Dark
theme-system = As the system
zoom-ui = Interface size

device = Device
device-auto = Automatic
device-auto-is = Automatic ({ $device })
device-cpu = CPU
device-gpu = GPU
device-software = Software rendering
device-software-hint = This graphics adapter is computed by the CPU. Its times say nothing about a GPU.
device-reference = Reference (slow, exact)
device-auto-hint = Takes a graphics processor if there is one, otherwise the CPU.
device-lost = The graphics device stopped answering. Convscope continues on the CPU.
threads = { $count ->
    [one] { $count } thread
   *[other] { $count } threads
}

running = Running…
running-what = Running { $what }…
running-layer = Running layer { $index } of { $total }: { $layer }
loading-image = Reading the image…
loading-model = Reading the model…
measuring = Measuring…
waiting = Waiting…
cancelled = Cancelled
done = Done
result-old = Result of the previous settings
