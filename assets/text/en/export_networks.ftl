# Captions of exported comparisons of whole networks.

export-networks = Whole networks, batch { $batch }: { $networks }.
export-networks-counting = { $unit }: { $rule }
export-networks-times = Times measured on { $device }; networks without trained weights ran with random ones.
