//! Statistics of repeated times: a median with its spread, and whether two of them differ.

/// Median and spread of repeated measurements, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TimeStats {
    /// The middle measurement.
    pub median_ns: u64,
    /// A tenth of the measurements is below this one.
    pub p10_ns: u64,
    /// A tenth of the measurements is above this one.
    pub p90_ns: u64,
    /// Number of measurements.
    pub runs: usize,
}

/// What can be said of two times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Comparison {
    /// Their spreads overlap.
    NoMeasurableDifference,
    /// The second took this many times as long as the first, by their medians.
    Ratio(f64),
}

impl TimeStats {
    /// Statistics of `times`, sorted in place; `None` without any.
    pub fn of(times: &mut [u64]) -> Option<Self> {
        times.sort_unstable();
        let last = times.len().checked_sub(1)?;
        let at = |share: f64| times[(share * last as f64).round() as usize];
        Some(Self { median_ns: at(0.5), p10_ns: at(0.1), p90_ns: at(0.9), runs: times.len() })
    }

    /// The median in milliseconds.
    pub fn median_ms(&self) -> f64 {
        self.median_ns as f64 / 1e6
    }

    /// Whether `other` differs from `self`: only if 10 to 90 % spreads do not overlap.
    pub fn compare(&self, other: &Self) -> Comparison {
        if self.p10_ns <= other.p90_ns && other.p10_ns <= self.p90_ns {
            Comparison::NoMeasurableDifference
        } else {
            Comparison::Ratio(other.median_ns as f64 / self.median_ns as f64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_spreads_give_no_ratio() {
        let stats = |v: &[u64]| TimeStats::of(&mut v.to_vec()).expect("some");
        let a = stats(&[10, 11, 12, 13, 14]);
        assert_eq!((a.median_ns, a.p10_ns, a.p90_ns, a.runs), (12, 10, 14, 5));
        assert_eq!(a.compare(&stats(&[14, 20, 21, 22, 23])), Comparison::NoMeasurableDifference);
        assert_eq!(a.compare(&stats(&[24, 24, 24, 24, 24])), Comparison::Ratio(2.0));
        assert_eq!(TimeStats::of(&mut []), None);
    }
}
