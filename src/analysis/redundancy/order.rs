//! An order in which similar channels stand together.

use kodama::{Method, linkage};

use super::similarity::Similarity;

/// Places of [`Similarity::live`], each once, in the order of the leaves of the tree that average linkage
/// (UPGMA, Sokal and Michener 1958) builds on the distances `1 - similarity`. Of two branches the one with the
/// first channel stands first.
pub fn clustered(similarity: &Similarity) -> Vec<usize> {
    let n = similarity.live.len();
    if n < 2 {
        return (0..n).collect();
    }
    let mut distances: Vec<f32> =
        (0..n).flat_map(|a| (a + 1..n).map(move |b| 1.0 - similarity.at(a, b))).collect();
    let tree = linkage(&mut distances, n, Method::Average);
    // Each cluster as the run of its leaves; a step joins two earlier ones.
    let mut leaves: Vec<Vec<usize>> = (0..n).map(|leaf| vec![leaf]).collect();
    for step in tree.steps() {
        let (mut first, mut second) =
            (std::mem::take(&mut leaves[step.cluster1]), std::mem::take(&mut leaves[step.cluster2]));
        if first.iter().min() > second.iter().min() {
            std::mem::swap(&mut first, &mut second);
        }
        first.append(&mut second);
        leaves.push(first);
    }
    leaves.pop().unwrap_or_default()
}
