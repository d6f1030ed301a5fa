//! What the operators are equal to, on random weights and inputs, by the reference executor.

mod support;

use convscope::tensor::{HostTensor, Shape};
use convscope::variants::Geometry;
use support::{Source, assert_same, built, conv, layer, random, reordered, standard, values as graph_values};

const SIZE: [usize; 3] = [2, 7, 6];

/// Kernel `[O, I, k, k]` with its rows (outputs) and columns (inputs) in another order.
fn permuted(weight: &[f32], area: usize, outputs: &[usize], inputs: &[usize]) -> Vec<f32> {
    let columns = inputs.len();
    let kernel = |&o: &usize, &i: &usize| weight[(o * columns + i) * area..][..area].to_vec();
    outputs.iter().flat_map(|o| inputs.iter().flat_map(move |i| kernel(o, i))).collect()
}

/// Channels sorted by their remainder.
fn by_remainder(channels: usize, part: usize) -> Vec<usize> {
    (0..part).flat_map(|r| (r..channels).step_by(part)).collect()
}

/// The order that undoes `order`.
fn inverse(order: &[usize]) -> Vec<usize> {
    (0..order.len()).map(|c| order.iter().position(|&o| o == c).expect("a permutation")).collect()
}

#[test]
fn trivial_settings_are_the_standard_convolution() {
    for (seed, (kernel, stride)) in [(3, 1), (5, 2), (1, 1), (3, 2)].into_iter().enumerate() {
        let g = Geometry::same(6, 6, kernel, stride);
        let mut source = Source { seed: seed as u64, bias: true, ..Source::default() };
        let dense = layer("standard", g, &[("groups", "1"), ("dilation", "1")], SIZE, &mut source);
        let x = dense.inputs(9);
        let y = dense.map(&x);
        assert_ne!(y, standard(&x[0], dense.weight("weight"), 6, kernel, stride), "the bias does something");
        for (name, settings) in [("group", [("groups", "1")]), ("hetconv", [("part", "1")])] {
            assert_eq!(layer(name, g, &settings, SIZE, &mut source).map(&x), y, "{name} {g:?}");
        }
        if stride == 1 {
            // Every channel a neighbour: in the order of the neighbourhood, which wraps around.
            let full = [("grid", "2x3"), ("neighborhood", "2x3")];
            let neighbours = |j: usize| (0..6).map(move |q| (j / 3 + q / 3) % 2 * 3 + (j % 3 + q % 3) % 3);
            let dense = dense.weight("weight");
            let area = kernel * kernel;
            let weight: Vec<f32> = (0..6)
                .flat_map(|j| neighbours(j).map(move |i| (j * 6 + i) * area))
                .flat_map(|start| dense[start..start + area].to_vec())
                .collect();
            let mut source = Source { bias: true, seed: source.seed, ..Source::given(&[("weight", weight)]) };
            let topological = layer("topological", g, &full, SIZE, &mut source);
            assert_same(&topological.map(&x), &y, "topological");
        }
        if kernel == 1 {
            assert_eq!(layer("pointwise", g, &[], SIZE, &mut source).map(&x), y);
            let weight = dense.weight("weight");
            let mut source = Source { bias: true, seed: source.seed, ..Source::given(&[("weight", weight)]) };
            let pruned =
                layer("learned_group", g, &[("condensation", "1"), ("groups", "3")], SIZE, &mut source);
            assert_eq!(pruned.map(&x), y, "C = 1");
        }
    }
}

#[test]
fn as_many_groups_as_channels_is_depthwise() {
    let (g, groups) = (Geometry::same(6, 6, 3, 2), [("groups", "6")]);
    let mut source = Source { seed: 4, bias: true, ..Source::default() };
    let depthwise = layer("depthwise", g, &[], SIZE, &mut source);
    let x = depthwise.inputs(1);
    for name in ["standard", "group"] {
        assert_eq!(layer(name, g, &groups, SIZE, &mut source).map(&x), depthwise.map(&x), "{name}");
    }
    let separable = layer("depthwise_separable", g, &[], SIZE, &mut Source::seeded(4));
    let weights = [
        ("group.weight", separable.weight("depthwise.weight")),
        ("pointwise.weight", separable.weight("pointwise.weight")),
    ];
    let group_pointwise = layer("group_pointwise", g, &groups, SIZE, &mut Source::given(&weights));
    assert_eq!(group_pointwise.map(&x), separable.map(&x));
}

#[test]
fn octave_without_low_channels_is_the_standard_convolution() {
    // Also where the share rounds down to nothing.
    for (channels, alpha) in [(6, "0"), (4, "0.125"), (7, "0.125")] {
        let g = Geometry::same(channels, channels, 3, 1);
        let settings = [("alpha_in", alpha), ("alpha_out", alpha)];
        let octave = layer("octave", g, &settings, SIZE, &mut Source::seeded(2));
        assert_eq!((octave.graph.inputs().len(), octave.outputs.len()), (1, 1), "{channels} {alpha}");
        let x = octave.inputs(5);
        let weight = octave.weight("high_to_high.weight");
        assert_eq!(octave.map(&x), standard(&x[0], weight.clone(), channels, 3, 1));
        // No kernel is strided: at stride 2 the input is pooled.
        let strided =
            layer("octave", Geometry { stride: 2, ..g }, &settings, [2, 8, 4], &mut Source::seeded(2));
        let x = strided.inputs(5);
        let [n, h, w] = [2, 4, 2];
        let mean = |i: usize| {
            let (plane, row, column) = (i / (h * w), i / w % h, i % w);
            let at = |dy, dx| x[0].data()[(plane * 2 * h + 2 * row + dy) * 2 * w + 2 * column + dx];
            (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4.0
        };
        let pooled = Shape::new(n, channels, h, w);
        let pooled = HostTensor::new(pooled, (0..pooled.elements()).map(mean).collect());
        assert_same(&strided.map(&x), &standard(&pooled, weight, channels, 3, 1), "stride 2");
    }
}

#[test]
fn octave_commutes_with_resampling_for_one_tap_only() {
    for kernel in [1, 3] {
        let octave = layer("octave", Geometry::same(6, 8, kernel, 1), &[], [2, 8, 6], &mut Source::seeded(7));
        let x = octave.inputs(3);
        let y = octave.run(&x);
        let weights: Vec<(String, Vec<f32>)> = ["high_to_high", "low_to_high", "high_to_low", "low_to_low"]
            .iter()
            .map(|path| (format!("{path}.weight"), octave.weight(&format!("{path}.weight"))))
            .collect();
        let weights: Vec<(&str, Vec<f32>)> =
            weights.iter().map(|(name, values)| (name.as_str(), values.clone())).collect();
        let high = built(&weights, &[&x[0], &x[1]], |b, n| {
            let up = b.upsample("up", n[1], 2, 8, 6)?;
            let cross = b.conv2d("low_to_high", up, conv(kernel, 1, 1), 4, false)?;
            let own = b.conv2d("high_to_high", n[0], conv(kernel, 1, 1), 4, false)?;
            b.add("sum", own, cross)
        });
        let low = built(&weights, &[&x[0], &x[1]], |b, n| {
            let cross = b.conv2d("high_to_low", n[0], conv(kernel, 1, 1), 4, false)?;
            let kind = convscope::graph::PoolKind::Average;
            let pool = convscope::graph::Pool2d::square(kind, 2, 2);
            let cross = b.pool2d("pool", cross, pool)?;
            let own = b.conv2d("low_to_low", n[1], conv(kernel, 1, 1), 4, false)?;
            b.add("sum", own, cross)
        });
        for (swapped, y) in [high, low].iter().zip(&y) {
            if kernel == 1 {
                assert_same(swapped, y, kernel);
            } else {
                assert!(swapped.relative_error(y) > 0.1, "another operator for 3x3");
            }
        }
    }
}

#[test]
fn hetconv_is_a_group_convolution_and_a_masked_pointwise_one() {
    let (i, o) = (8, 12);
    for (seed, (part, stride, kernel)) in
        [(1, 1, 3), (2, 1, 3), (4, 1, 5), (4, 2, 3), (2, 2, 5), (1, 2, 3)].into_iter().enumerate()
    {
        let g = Geometry::same(i, o, kernel, stride);
        let part_text = part.to_string();
        let shifted = [("part", part_text.as_str()), ("order", "shifted")];
        let het = layer("hetconv", g, &shifted, SIZE, &mut Source::seeded(seed as u64));
        let x = het.inputs(seed as u64);
        let y = het.map(&x);
        let (ins, outs) = (by_remainder(i, part), by_remainder(o, part));
        let area = kernel * kernel;
        let sorted = permuted(&het.weight("weight"), area, &outs, &ins);
        let own = |row: usize, column: usize| row * part / o == column * part / i;
        let places = || (0..o).flat_map(|row| (0..i).map(move |column| (row, column)));
        let taps = |(row, column): (usize, usize)| &sorted[(row * i + column) * area..][..area];
        let group: Vec<f32> = places().filter(|&(r, c)| own(r, c)).flat_map(|p| taps(p).to_vec()).collect();
        let pointwise: Vec<f32> =
            places().map(|p| if own(p.0, p.1) { 0.0 } else { taps(p)[area / 2] }).collect();
        let weights = [("group.weight", group), ("pointwise.weight", pointwise)];
        let rebuilt = built(&weights, &[&reordered(&x[0], &ins)], |b, n| {
            let group = b.conv2d("group", n[0], conv(kernel, stride, part), o, false)?;
            let pointwise = b.conv2d("pointwise", n[0], conv(1, stride, 1), o, false)?;
            b.add("sum", group, pointwise)
        });
        assert_same(&reordered(&rebuilt, &inverse(&outs)), &y, (part, stride, kernel));
        // The authors' code has contiguous blocks: the same layer on sorted channels.
        let block = [("part", part_text.as_str()), ("order", "block")];
        let block = layer("hetconv", g, &block, SIZE, &mut Source::given(&[("weight", sorted)]));
        let block = block.map(&[reordered(&x[0], &ins)]);
        assert_same(&reordered(&block, &inverse(&outs)), &y, "block");
    }
}

#[test]
fn the_representative_branch_of_spconv_folds_to_one_kernel() {
    let (i, o, r, groups) = (8, 6, 4, 2);
    for stride in [1, 2] {
        let g = Geometry::same(i, o, 3, stride);
        let settings = [("alpha", "0.5"), ("groups", "2")];
        let spconv = layer("spconv", g, &settings, [2, 8, 6], &mut Source::seeded(stride as u64));
        let x = spconv.inputs(11);
        let group = spconv.weight("representative.group.weight");
        let pointwise = spconv.weight("representative.pointwise.weight");
        let members = r / groups;
        let mut folded = vec![0.0; o * r * 9];
        for (place, taps) in folded.chunks_exact_mut(9).enumerate() {
            let (row, column) = (place / r, place % r);
            if row * groups / o == column / members {
                taps.copy_from_slice(&group[(row * members + column % members) * 9..][..9]);
            }
            if stride == 1 {
                taps[4] += pointwise[place];
            } else {
                // The 2x2 mean at an even pixel covers the taps (1, 1), (1, 2), (2, 1), (2, 2).
                for tap in [4, 5, 7, 8] {
                    taps[tap] += pointwise[place] / 4.0;
                }
            }
        }
        let rep = reordered(&x[0], &[0, 1, 2, 3]);
        let branch = spconv.node("representative_sum", &x);
        assert_same(&standard(&rep, folded.clone(), o, 3, stride), &branch, stride);
        if stride == 1 {
            // So it is HetConv with P = g in block order.
            let block = [("part", "2"), ("order", "block")];
            let mut source = Source::given(&[("weight", folded)]);
            let het = layer("hetconv", Geometry::same(r, o, 3, 1), &block, [2, 8, 6], &mut source);
            assert_same(&het.map(&[rep]), &branch, "hetconv");
        }
    }
}

#[test]
fn the_gate_of_spconv_lies_between_its_branches() {
    let (g, settings) = (Geometry::same(6, 5, 3, 1), [("alpha", "0.5"), ("groups", "1")]);
    for seed in 0..4 {
        let mut source = Source { seed, bias: seed % 2 == 0, norm: seed > 1, ..Source::default() };
        let spconv = layer("spconv", g, &settings, [3, 4, 4], &mut source);
        let w = &spconv.run(&spconv.inputs(seed))[1];
        assert_eq!(w.shape(), Shape::new(3, 5, 1, 1));
        assert!(w.data().iter().all(|w| (1e-6..1.0).contains(w)), "{:?}", w.data());
        assert!(w.data().iter().any(|w| (w - 0.5).abs() > 0.01), "it is not constant");
    }
    // Equal branches, and branches whose exponentials are too large for f32.
    let pointwise: Vec<f32> = (0..15).map(|i| i as f32 / 8.0).collect();
    let gate = |bias: f32| {
        let weights = [
            ("representative.group.weight", vec![0.0; 5 * 3 * 9]),
            ("representative.pointwise.weight", pointwise.clone()),
            ("uncertain.pointwise.weight", pointwise.clone()),
            ("uncertain.pointwise.bias", vec![bias; 5]),
        ];
        let spconv = layer("spconv", g, &settings, [1, 4, 4], &mut Source::given(&weights));
        let half = random(Shape::new(1, 3, 4, 4), 8);
        let y = spconv.run(&[reordered(&half, &[0, 1, 2, 0, 1, 2])]);
        (y[0].clone(), y[1].clone(), standard(&half, pointwise.clone(), 5, 1, 1))
    };
    let (y, w, branch) = gate(0.0);
    assert!(w.data().iter().all(|&w| w == 0.5) && y == branch);
    let (y, w, branch) = gate(-1e4);
    assert!(w.data().iter().all(|&w| w == 1.0) && y == branch);
    let (y, w, _) = gate(1e4);
    assert!(w.data().iter().all(|&w| w == 0.0) && y.data().iter().all(|y| (y - 1e4).abs() < 10.0));
}

#[test]
fn an_unravelled_convolution_with_delta_kernels_is_the_standard_one() {
    let (i, o) = (4, 5);
    for (seed, k) in [1, 3, 5].into_iter().enumerate() {
        let (x, area) = (random(Shape::new(2, i, 7, 6), seed as u64), k * k);
        let dense = layer("standard", Geometry::same(i, o, k, 1), &[], SIZE, &mut Source::seeded(3));
        let delta = |place: usize| if place / area % area == place % area { 1.0 } else { 0.0 };
        // `b = k^2` kernels for each input; the projection is the trained kernel as `[O, I k^2]`.
        let weights = [
            ("bases.weight", (0..i * area * area).map(delta).collect()),
            ("projection.weight", dense.weight("weight")),
        ];
        let unravelled = built(&weights, &[&x], |b, n| {
            let bases = b.conv2d("bases", n[0], conv(k, 1, i), i * area, false)?;
            b.pointwise("projection", bases, o)
        });
        assert_same(&unravelled, &dense.map(&[x]), k);
    }
}

#[test]
fn sic_without_projections_keeps_what_is_not_negative() {
    let (n, g) = (5, Geometry::same(5, 5, 3, 1));
    for iterations in ["1", "3"] {
        let names: Vec<String> = (0..3).map(|t| format!("projection.{t}.weight")).collect();
        let zeros: Vec<(&str, Vec<f32>)> =
            names.iter().map(|name| (name.as_str(), vec![0.0; n * n])).collect();
        let mut source = Source { seed: 6, ..Source::given(&zeros) };
        let sic = layer("sic", g, &[("iterations", iterations)], SIZE, &mut source);
        let x = sic.inputs(1).swap_remove(0);
        let positive = HostTensor::new(x.shape(), x.data().iter().map(|v| v.max(0.0)).collect());
        assert_eq!(sic.map(std::slice::from_ref(&positive)), positive);
        assert_eq!(sic.map(&[x]), positive, "and the ReLU takes the rest");
        let alive = layer("sic", g, &[("iterations", iterations)], SIZE, &mut Source::seeded(6));
        assert_ne!(alive.map(std::slice::from_ref(&positive)), positive);
    }
}

/// Grids of `n` channels with neighbourhoods.
const TORI: [(&[usize], &[usize]); 6] = [
    (&[12], &[5]),
    (&[12], &[1]),
    (&[3, 4], &[2, 2]),
    (&[4, 3], &[3, 3]),
    (&[2, 3, 2], &[2, 2, 1]),
    (&[2, 3, 2], &[1, 3, 2]),
];

fn text(list: &[usize]) -> String {
    list.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

/// The channel at the place of `j` moved by `by` along every axis, around the torus.
fn moved(grid: &[usize], j: usize, by: &[isize]) -> usize {
    let mut stride: usize = grid.iter().product();
    grid.iter().zip(by).fold(0, |channel, (&d, &by)| {
        stride /= d;
        let place = (j / stride % d) as isize + by;
        channel + place.rem_euclid(d as isize) as usize * stride
    })
}

#[test]
fn topology_reads_forward_which_is_centred_after_rolling() {
    for (seed, (grid, c)) in TORI.into_iter().enumerate() {
        let (d_text, c_text) = (text(grid), text(c));
        let settings = [("grid", d_text.as_str()), ("neighborhood", c_text.as_str())];
        let g = Geometry::same(12, 12, 3, 1);
        let forward = layer("topological", g, &settings, SIZE, &mut Source::seeded(seed as u64));
        let x = forward.inputs(2).swap_remove(0);
        let (weight, slots) = (forward.weight("weight"), c.iter().product::<usize>());
        // The centred view as a dense kernel.
        let mut dense = vec![0.0; 12 * 12 * 9];
        for j in 0..12 {
            for q in 0..slots {
                let mut rest = q;
                let mut by: Vec<isize> = c
                    .iter()
                    .rev()
                    .map(|&c| {
                        let i = rest % c;
                        rest /= c;
                        i as isize - (c / 2) as isize
                    })
                    .collect();
                by.reverse();
                let place = (j * 12 + moved(grid, j, &by)) * 9;
                dense[place..place + 9].copy_from_slice(&weight[(j * slots + q) * 9..][..9]);
            }
        }
        let centred = standard(&x, dense, 12, 3, 1);
        let back: Vec<isize> = c.iter().map(|&c| -((c / 2) as isize)).collect();
        let rolled: Vec<usize> = (0..12).map(|m| moved(grid, m, &back)).collect();
        assert_same(&forward.map(&[reordered(&x, &rolled)]), &centred, (grid, c));
        if slots > 1 && slots < 12 {
            assert!(forward.map(&[x]).relative_error(&centred) > 0.1, "without rolling it differs");
        }
        // Because of the wrap every input has as many readers as every output has inputs.
        let node = forward.graph.node(forward.outputs[0].1.node());
        let convscope::graph::Op::Conv2d(conv) = &node.op else { panic!("a convolution") };
        let mut readers = [0; 12];
        (0..12).for_each(|o| conv.wiring.for_each_kernel(o, 12, 12, |k| readers[k.input as usize] += 1));
        assert_eq!(readers, [slots; 12]);
    }
}

#[test]
fn a_bottleneck_of_means_is_an_upsampled_pointwise_convolution() {
    for (k, size) in [(2, [2, 4, 6]), (3, [1, 6, 9]), (1, [2, 3, 3])] {
        let n = 5;
        let weights = [
            ("reduce.weight", vec![1.0 / (k * k) as f32; n * k * k]),
            ("expand.weight", vec![1.0; n * k * k]),
        ];
        let mut source = Source { seed: 3, ..Source::given(&weights) };
        let text = k.to_string();
        let kernel = [("kernel", text.as_str())];
        let bottleneck = layer("spatial_bottleneck", Geometry::same(n, n, 1, 1), &kernel, size, &mut source);
        let x = bottleneck.inputs(4).swap_remove(0);
        let projection = [("p.weight", bottleneck.weight("projection.weight"))];
        let right = built(&projection, &[&x], |b, ids| {
            let kind = convscope::graph::PoolKind::Average;
            let padding = Default::default();
            let pool = convscope::graph::Pool2d { padding, ..convscope::graph::Pool2d::square(kind, k, k) };
            let pooled = b.pool2d("pool", ids[0], pool)?;
            let low = b.pointwise("p", pooled, n)?;
            b.upsample("up", low, k, size[1], size[2])
        });
        assert_same(&bottleneck.map(&[x]), &right, k);
    }
}

#[test]
fn ghost_drops_the_last_maps() {
    for (ratio, all) in [("2", 16), ("3", 18)] {
        let settings = [("ratio", ratio), ("cheap_kernel", "3")];
        let whole = layer("ghost", Geometry::same(4, all, 3, 2), &settings, SIZE, &mut Source::seeded(1));
        let x = whole.inputs(2);
        let y = whole.map(&x);
        for dropped in 1..ratio.parse().expect("a number") {
            let g = Geometry::same(4, all - dropped, 3, 2);
            let cut = layer("ghost", g, &settings, SIZE, &mut Source::seeded(1));
            let kept: Vec<usize> = (0..all - dropped).collect();
            assert_eq!(cut.map(&x), reordered(&y, &kept), "{dropped} of {all}");
        }
    }
}

/// A batch is its samples one by one, also of one pixel.
#[test]
fn samples_do_not_see_each_other() {
    for v in convscope::variants::ALL {
        let g = v.nearest(Geometry::same(8, 8, 3, 1));
        for (h, w) in [(1, 1), (5, 7)] {
            let mut three = Source { seed: 1, bias: true, norm: true, ..Source::default() };
            let batch = layer(v.name(), g, &[], [3, h, w], &mut three);
            let x = batch.inputs(3);
            let y = batch.run(&x);
            for n in 0..3 {
                let one = layer(v.name(), g, &[], [1, h, w], &mut three);
                let sample = |t: &HostTensor| {
                    let len = t.data().len() / 3;
                    let values = t.data()[n * len..(n + 1) * len].to_vec();
                    HostTensor::new(Shape { n: 1, ..t.shape() }, values)
                };
                let inputs: Vec<HostTensor> = x.iter().map(sample).collect();
                let right: Vec<HostTensor> = y.iter().map(sample).collect();
                assert_eq!(one.run(&inputs), right, "{} sample {n}", v.name());
            }
        }
    }
}

#[test]
fn the_node_of_a_result_is_the_result() {
    // What the helpers of these tests read is what the operators name.
    let spconv = layer("spconv", Geometry::same(8, 6, 3, 1), &[], SIZE, &mut Source::seeded(1));
    let x = spconv.inputs(1);
    let named = graph_values(&spconv.graph, &x, &[spconv.outputs[1].1.node()]);
    assert_eq!(spconv.run(&x)[1], named[0]);
    assert_eq!(spconv.node("gate", &x), named[0]);
}
