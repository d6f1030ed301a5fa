//! Where the maps of a fused plan lie: all in one buffer, so that a kernel can read several and write
//! others, through one binding. Maps that are never needed at the same time share their place.

use std::ops::RangeInclusive;

/// Values that a map's beginning is a multiple of: whole cache lines, whole vectors.
const ALIGN: usize = 64;

/// Where maps of the given sizes (in values) begin that are needed during the given `lives`, and the
/// size of the buffer. The largest is placed first, each as far in front as it can be.
pub(super) fn place(sizes: &[usize], lives: &[RangeInclusive<usize>]) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(sizes[i]));
    let mut starts = vec![0; sizes.len()];
    let mut placed: Vec<usize> = Vec::new();
    let end_of = |start: usize, i: usize| (start + sizes[i]).next_multiple_of(ALIGN);
    for i in order {
        let meets = |&&j: &&usize| lives[i].start() <= lives[j].end() && lives[j].start() <= lives[i].end();
        let mut taken: Vec<_> =
            placed.iter().filter(meets).map(|&j| (starts[j], end_of(starts[j], j))).collect();
        taken.sort_unstable();
        let mut start = 0;
        for (from, to) in taken {
            if end_of(start, i) <= from {
                break;
            }
            start = start.max(to);
        }
        starts[i] = start;
        placed.push(i);
    }
    let end = (0..sizes.len()).map(|i| end_of(starts[i], i)).max().unwrap_or(0);
    (starts, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_maps_of_different_times_share_a_place() {
        let sizes = [100, 64, 300, 10, 0];
        let lives = [0..=1, 1..=2, 2..=3, 0..=9, 4..=4];
        let (starts, end) = place(&sizes, &lives);
        let meet =
            |i: usize, j: usize| lives[i].start() <= lives[j].end() && lives[j].start() <= lives[i].end();
        for i in 0..sizes.len() {
            assert_eq!(starts[i] % ALIGN, 0);
            for j in 0..i {
                let apart = starts[i] + sizes[i] <= starts[j] || starts[j] + sizes[j] <= starts[i];
                assert!(apart || !meet(i, j), "{i} and {j}: {starts:?}");
            }
        }
        // 300 and 64 at the same time, the 10 always.
        assert_eq!(end, 320 + 64 + 64);
    }
}
