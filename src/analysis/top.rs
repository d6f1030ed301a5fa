//! The classes with the highest probability.

/// A class of a classifier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Class {
    /// Place among the network's outputs.
    pub index: usize,
    /// Probability, `0 ..= 1`.
    pub probability: f32,
}

/// The `n` classes with the highest probability, best first; equal ones by index. NaN comes last.
pub fn top_classes(probabilities: &[f32], n: usize) -> Vec<Class> {
    let mut classes: Vec<Class> =
        probabilities.iter().enumerate().map(|(index, &probability)| Class { index, probability }).collect();
    let rank = |c: &Class| if c.probability.is_nan() { f32::NEG_INFINITY } else { c.probability };
    classes.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
    classes.truncate(n);
    classes
}

#[cfg(test)]
mod tests {
    use super::top_classes;

    #[test]
    fn best_first_and_nan_last() {
        let top = top_classes(&[0.1, f32::NAN, 0.7, 0.2], 4);
        assert_eq!(top.iter().map(|c| c.index).collect::<Vec<_>>(), [2, 3, 0, 1]);
    }
}
