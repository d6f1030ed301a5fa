//! Which weights of a matrix learned group convolution and sparse feature reactivation keep.
//!
//! One axis is cut into `groups` strided groups, `group(i) = i mod groups`; each group keeps the
//! places of the other axis whose absolute weights have the largest sum over the group. One
//! selection on the finished weights equals the papers' staged pruning of weights that do not change.

use super::{Geometry, Weights};
use crate::graph::{Origin, Weight};

/// The trained weights of a 1x1 convolution as the dense matrix `[O, I]` that the operator selects from.
pub(super) fn dense(g: &Geometry, kernel: &Weight, bias: Option<&Weight>) -> Weights {
    let mut weights = Weights::new();
    let dims = vec![g.out_channels, g.in_channels];
    weights.insert("weight".into(), Weight { dims, origin: Origin::Derived, ..kernel.clone() });
    weights.extend(bias.map(|b| ("bias".into(), b.clone())));
    weights
}

/// For each group the kept places, ascending. `weight(member, place)` is the weight of a member of
/// the grouped axis (of `members`) at a place of the other axis (of `places`).
pub fn kept(
    groups: usize,
    members: usize,
    places: usize,
    keep: usize,
    weight: impl Fn(usize, usize) -> f32,
) -> Vec<Vec<u32>> {
    let of_group = |group: usize| {
        let importance = |place: usize| -> f64 {
            (group..members).step_by(groups).map(|member| f64::from(weight(member, place).abs())).sum()
        };
        let sums: Vec<f64> = (0..places).map(importance).collect();
        let mut order: Vec<u32> = (0..places as u32).collect();
        // Stable: of equal sums the first place is kept.
        order.sort_by(|&a, &b| sums[b as usize].total_cmp(&sums[a as usize]));
        order.truncate(keep);
        order.sort_unstable();
        order
    };
    (0..groups).map(of_group).collect()
}

/// Where channel `c` of `channels` stands when the members of each strided group are put side by side.
pub(super) const fn place_in_groups(c: usize, channels: usize, groups: usize) -> usize {
    c % groups * (channels / groups) + c / groups
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the reference, G = S = 2: rows are outputs, columns inputs.
    const F: [[f32; 4]; 4] =
        [[1.0, -2.0, 3.0, 2.0], [0.5, 0.2, -0.5, -0.2], [-2.0, 0.1, 0.0, 0.2], [0.1, 1.0, 0.2, -3.0]];

    #[test]
    fn reactivation_keeps_outputs_and_condensation_keeps_inputs() {
        // Groups of inputs {0, 2} and {1, 3} keep outputs.
        assert_eq!(kept(2, 4, 4, 2, |input, output| F[output][input]), [[0, 2], [0, 3]]);
        // Groups of outputs {0, 2} and {1, 3} keep inputs.
        assert_eq!(kept(2, 4, 4, 2, |output, input| F[output][input]), [[0, 2], [1, 3]]);
    }

    #[test]
    fn shuffles_are_those_of_the_reference() {
        let places: Vec<usize> = (0..8).map(|c| place_in_groups(c, 8, 4)).collect();
        assert_eq!(places, [0, 2, 4, 6, 1, 3, 5, 7]);
    }
}
