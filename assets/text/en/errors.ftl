# Headlines of errors. The cause, one sentence, stands below the headline.
image-cannot-be-read = The image cannot be read
model-cannot-be-read = The model cannot be read
run-failed = The network could not be run
swap-not-possible = This swap is not possible
dismiss = Dismiss

# Causes: why a picture cannot be used. One sentence: what, which file, what to do instead.
image-error-empty = { $name } is empty (0 bytes): choose another file.
image-error-not-an-image = { $name } is not an image, whatever its name says: choose a PNG, JPEG, WebP, GIF, BMP or TIFF file.
image-error-unsupported = { $name } is a picture of a kind that Convscope does not read ({ $format }): save it as PNG, JPEG, WebP, GIF, BMP or TIFF.
image-error-too-large = { $name } is too large ({ $width } × { $height } pixels, at most 100 megapixels are read): reduce it first.
image-error-too-much-memory = { $name } would need more than 1 GiB of memory to read: save it with 8 bits per channel or reduce it first.
image-error-damaged = { $name } is damaged or cut off, its { $format } data cannot be decoded: get it again or choose another file.
image-error-wrong-length = { $name } does not hold a whole picture: copy it again.
