# Headlines of errors. The cause, one sentence, stands below the headline.
error = Error
error-cause = Cause
image-cannot-be-read = The image cannot be read
image-kept = The previous image stays.
model-cannot-be-read = The model cannot be read
model-kept = The previous model stays.
run-failed = The network could not be run
swap-not-possible = This swap is not possible
device-failed = The device cannot be used
file-cannot-be-saved = The file cannot be saved
dialog-failed = The file dialog could not be opened
file-type-unknown = This is neither an image nor a model
file-type-unknown-hint = Images: PNG, JPEG, WebP, GIF, BMP, TIFF. Models: safetensors.
dismiss = Dismiss
try-again = Try again
no-adapter = No graphics adapter was found; the CPU is used.
