# The page of whole networks.
page-networks = Networks
page-networks-hint = What do whole networks cost, and do published numbers hold?
section-layers = Layers
section-layers-hint = Networks side by side, layer by layer
section-chart = Chart
section-chart-hint = The same networks as points: operations, parameters, measured time
section-published = Published
section-published-hint = Tables from papers and tools, recomputed
counting-networks = Counting the networks…
measuring-networks = Measuring the networks in turn…
auditing-table = Recomputing the table…
network-cannot-be-built = A network cannot be built
network-not-measured = A network was not measured
audit-failed = The table cannot be recomputed

networks-convention = Counting
networks-convention-hint = Tools and papers count the same network differently. Every count on this page is under this convention.
convention-calls-it = Its number is called { $word }.
rows-show = Bars show
rows-show-hint = What the rows of the layers and their bars show. All bars have one scale.
shows-macs = MACs
shows-params = Parameters
shows-maps = Bytes of maps written
own-input = each its own
networks-input = Input
networks-input-hint = Sides of the input. A loaded model keeps the input and batch that it was made for.
networks-batch = Batch
networks-batch-hint = Images at a time. All counts are for the whole batch.
under-operators = Backbone under operators
under-operators-hint = The first backbone as it is, and with the operators that papers put into it.
measure-networks = Measure the times
measure-networks-hint = Runs the networks in turn, in fused steps, on the chosen device. It takes a while and can be stopped.
stop-measuring = Stop
networks-measured = On { $device }; median of { $runs } runs in turn, 10th to 90th percentile in brackets.
networks-measured-seeded = On { $device }; median of { $runs } runs in turn, 10th to 90th percentile in brackets. Backbones run with random weights from a seed, not trained.
counted-as-zero = { $convention } counts as zero
counted-as-zero-hint = Operations of these networks that do not count, and why. Red: the tool tells nobody.
nothing-counted-as-zero = Nothing

compared-networks = Network
add-network = Compare one more network
remove-network = Remove this network
loaded-model = Loaded: { $name }
operator-in-it = Operator
operator-in-it-hint = Put into the backbone where its paper puts it, or else wherever it fits.
no-operator = none
operator-of-a-paper = { $operator } (paper)
operator-settings = Settings of the operator
place-everywhere = Wherever it fits
place-everywhere-hint = Every layer it fits is replaced, not only those of the paper.
stands-for = Stands for
stands-for-hint = How many layers the operator stands for, by the rule of its paper or wherever it fits; the size of the input.
on-input = { $input }
placed-paper = { $count } layers, as in the paper · { $input }
placed-everywhere = { $count } layers, where it fits · { $input }
peak-memory = Peak memory of maps
peak-memory-hint = Most bytes of maps that exist at once when the layers run one after the other, each with an output of its own; weights are not in it. A property of the network, not a measurement.
measured-time = Measured time
measured-time-hint = Of the whole network: median and 10th to 90th percentile. Only if the spreads do not overlap there is a ratio.
exactly = { $number } { $what }
layer-count = { $count ->
    [one] { $count } layer
   *[other] { $count } layers
}
layer-numbers = { $network }: { $output }, { $count } { $word } ({ $convention }), { $macs } MACs, { $params } parameters
chart-hint = Both axes begin at zero. Point at a dot for its numbers.
chart-time = Measured time, ms

published-tables = Tables
published-hint = Printed figures are citations. Recomputed ones are counted here, from the network that the row names, under the convention that is named beside it.
recompute-table = Recompute the table
published-figure = Figure
published-printed = Printed
published-recomputed = Recomputed
published-verdict = Verdict
published-note = Remark
published-reduction = reduction, { $from } of { $base }
printed-differs-by = The printed figure differs by { $difference }

export-the-chart = The chart
export-the-networks = The networks, layer by layer
export-the-published = The published table, recomputed
