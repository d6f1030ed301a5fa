# Scales and shifts by fixed numbers, which run as batch norms.

op-kind-scale = Scale by constants
op-kind-shift = Shift by constants
op-kind-scale-shift = Scale and shift by constants
diagram-origin-made = made by the program, in no file
