//! Seeded random values: the same numbers on every machine and for every backend.

use rayon::prelude::*;

/// `count` normally distributed values with the given standard deviation, from a counter-based
/// generator (SplitMix64) and the Box-Muller transform. The same `seed` gives the same values.
pub fn seeded_normal(seed: u64, count: usize, std_dev: f32) -> Vec<f32> {
    let uniform = |i: u64| {
        let mut z = seed.wrapping_add(i.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..count)
        .into_par_iter()
        .with_min_len(1 << 14)
        .map(|i| {
            let i = i as u64;
            let radius = (-2.0 * (1.0 - uniform(2 * i)).ln()).sqrt();
            let angle = std::f64::consts::TAU * uniform(2 * i + 1);
            std_dev * (radius * angle.cos()) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::seeded_normal;

    #[test]
    fn mean_and_spread_are_as_asked_and_repeatable() {
        let v = seeded_normal(7, 20_000, 0.5);
        let mean = v.iter().sum::<f32>() / v.len() as f32;
        let var = v.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / v.len() as f32;
        assert!(mean.abs() < 0.02 && (var.sqrt() - 0.5).abs() < 0.02, "{mean} {var}");
        assert_eq!(v, seeded_normal(7, 20_000, 0.5));
        assert_ne!(v, seeded_normal(8, 20_000, 0.5));
    }
}
