//! Learned group convolution and sparse feature reactivation: the masked form, the converted form, and
//! what the mask keeps.

mod support;

use convscope::tensor::{HostTensor, Shape};
use convscope::variants::Geometry;
use support::{Layer, Source, assert_same, layer, random, reordered, standard};

/// Inputs, outputs, groups, and the share that is kept: one of so many.
const CASES: [(usize, usize, usize, usize); 9] = [
    (8, 12, 4, 4),
    (12, 8, 4, 2),
    (12, 20, 2, 4),
    (18, 10, 5, 3),
    (6, 6, 1, 2),
    (6, 6, 6, 6),
    (6, 6, 3, 1),
    (12, 18, 3, 6),
    (5, 7, 1, 1),
];

/// Both forms with the same weights.
fn forms(name: &str, case: (usize, usize, usize, usize), seed: u64, bias: bool, norm: bool) -> [Layer; 2] {
    let (i, o, mut groups, mut share) = case;
    // Groups cut the outputs of one and the inputs of the other; the share is of the other axis.
    let (cut, kept) = if name == "sfr" { (i, o) } else { (o, i) };
    while cut % groups > 0 {
        groups -= 1;
    }
    while kept % share > 0 {
        share -= 1;
    }
    let (groups, share) = (groups.to_string(), share.to_string());
    let share_name = if name == "sfr" { "sparsity" } else { "condensation" };
    ["masked", "converted"].map(|form| {
        let settings = [("groups", groups.as_str()), (share_name, share.as_str()), ("form", form)];
        let mut source = Source { seed, bias, norm, ..Source::default() };
        layer(name, Geometry::same(i, o, 1, 1), &settings, [2, 3, 4], &mut source)
    })
}

/// The mask, `[O][I]`.
fn mask(masked: &Layer) -> Vec<Vec<bool>> {
    let (_, output) = masked.outputs[1];
    let node = masked.graph.node(output.node());
    let inputs = masked.graph.shape(node.inputs[0]).c;
    let convscope::graph::Op::Conv2d(conv) = &node.op else { panic!("a convolution") };
    let row = |o| {
        let mut row = vec![false; inputs];
        conv.wiring.for_each_kernel(o, inputs, node.shape.c, |k| row[k.input as usize] = true);
        row
    };
    (0..node.shape.c).map(row).collect()
}

#[test]
fn masked_and_converted_are_equal() {
    for name in ["learned_group", "sfr"] {
        for (seed, case) in CASES.into_iter().enumerate() {
            for bias in [false, true] {
                let [masked, converted] = forms(name, case, seed as u64, bias, bias && name == "sfr");
                let x = masked.inputs(seed as u64);
                assert_same(&converted.map(&x), &masked.map(&x), (name, case, bias));
                // The converted form really is another one.
                assert!(converted.graph.nodes().len() > masked.graph.nodes().len());
            }
        }
    }
}

#[test]
fn masked_is_the_dense_convolution_with_zeros() {
    for name in ["learned_group", "sfr"] {
        for (seed, case) in CASES.into_iter().enumerate() {
            let [masked, _] = forms(name, case, seed as u64, false, false);
            let x = masked.inputs(seed as u64);
            let kept = mask(&masked).concat();
            let weight = masked.weight("weight");
            let zeroed = weight.iter().zip(kept).map(|(&w, kept)| if kept { w } else { 0.0 }).collect();
            let product = standard(&x[0], zeroed, case.1, 1, 1);
            let y = masked.map(&x);
            if name == "learned_group" {
                assert_same(&y, &product, case);
                continue;
            }
            // Old maps first, then the new ones as they came.
            let (old, new): (Vec<usize>, Vec<usize>) =
                ((0..case.1).collect(), (case.1..case.1 + case.0).collect());
            assert_eq!(reordered(&y, &new), x[0]);
            let sum = product.data().iter().zip(x[1].data()).map(|(a, b)| a + b).collect();
            assert_same(&reordered(&y, &old), &HostTensor::new(product.shape(), sum), case);
        }
    }
}

/// Each group keeps exactly its share, and the places with the largest sums.
#[test]
fn every_group_keeps_its_share_of_the_strongest() {
    for name in ["learned_group", "sfr"] {
        for (seed, case) in CASES.into_iter().enumerate() {
            let [masked, converted] = forms(name, case, seed as u64, false, false);
            let (i, o, ..) = case;
            let (mask, weight) = (mask(&masked), masked.weight("weight"));
            // Grouped axis first.
            let (members, places) = if name == "sfr" { (i, o) } else { (o, i) };
            let at = |member: usize, place: usize| {
                if name == "sfr" { (place, member) } else { (member, place) }
            };
            let convscope::graph::Op::Conv2d(group) =
                &converted.graph.node(converted.graph.find("group").expect("the converted form")).op
            else {
                panic!("a convolution")
            };
            let convscope::graph::Wiring::Grouped(groups) = group.wiring else { panic!("groups") };
            let share = case_share(name, case);
            for first in 0..groups {
                let of_group: Vec<usize> = (first..members).step_by(groups).collect();
                let sum = |place: usize| -> f32 {
                    of_group.iter().map(|&m| at(m, place)).map(|(r, c)| weight[r * i + c].abs()).sum()
                };
                let kept = |place: usize| {
                    let all = of_group.iter().map(|&m| at(m, place));
                    let kept = all.filter(|&(r, c)| mask[r][c]).count();
                    assert!(kept == 0 || kept == of_group.len(), "a group keeps a place as a whole");
                    kept > 0
                };
                let (keeps, drops): (Vec<usize>, Vec<usize>) = (0..places).partition(|&place| kept(place));
                assert_eq!(keeps.len() * share, places, "{name} {case:?} group {first}");
                let weakest = keeps.into_iter().map(sum).fold(f32::MAX, f32::min);
                let strongest = drops.into_iter().map(sum).fold(0.0, f32::max);
                assert!(weakest >= strongest, "{name} {case:?} group {first}");
            }
        }
    }
}

fn case_share(name: &str, (i, o, _, share): (usize, usize, usize, usize)) -> usize {
    let kept = if name == "sfr" { o } else { i };
    (1..=share).rev().find(|share| kept % share == 0).expect("1 divides")
}

#[test]
fn an_output_that_no_group_keeps_is_not_touched() {
    // 4 inputs in 2 groups that keep one of 8 outputs each: 6 or 7 outputs are pruned in all groups.
    for seed in 0..5 {
        let [masked, converted] = forms("sfr", (4, 8, 2, 8), seed, true, true);
        let x = masked.inputs(seed);
        let touched: Vec<bool> = mask(&masked).iter().map(|row| row.contains(&true)).collect();
        let count = touched.iter().filter(|&&t| t).count();
        assert!((1..=2).contains(&count), "{count}");
        for y in [masked.map(&x), converted.map(&x)] {
            for (c, &touched) in touched.iter().enumerate() {
                let kept = reordered(&y, &[c]) == reordered(&x[1], &[c]);
                assert_eq!(kept, !touched, "output {c}");
            }
        }
    }
}

#[test]
fn a_norm_and_its_relu_work_on_a_copy() {
    let mut source = Source { seed: 3, norm: true, ..Source::default() };
    let settings = [("groups", "2"), ("sparsity", "2")];
    let sfr = layer("sfr", Geometry::same(4, 6, 1, 1), &settings, [1, 2, 2], &mut source);
    // So negative that the ReLU leaves nothing: the old maps stay, the new ones too.
    let low: Vec<f32> = (0..4)
        .flat_map(|c| {
            let sign = -sfr.weight("norm.weight")[c].signum();
            vec![sign * 1e4; 4]
        })
        .collect();
    let (new, old) = (HostTensor::new(Shape::new(1, 4, 2, 2), low), random(Shape::new(1, 6, 2, 2), 2));
    let y = sfr.map(&[new.clone(), old.clone()]);
    assert_eq!(reordered(&y, &[0, 1, 2, 3, 4, 5]), old);
    assert_eq!(reordered(&y, &[6, 7, 8, 9]), new);
}
