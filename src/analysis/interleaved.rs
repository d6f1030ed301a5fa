//! Several contenders measured in turn: a round runs each of them once, so that drift of the machine hits
//! all alike, and every second round goes backwards, so that none always follows the same one.

use crate::exec::{Ctl, ExecError};

/// How often contenders are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// First rounds, which warm caches and clocks and are not counted.
    pub warm_up: usize,
    /// Counted rounds, where there is time for them.
    pub counted: usize,
    /// Counted rounds that there are in any case.
    pub least: usize,
    /// When the times of all rounds add up to this many nanoseconds, no further round is begun.
    pub budget_ns: u64,
}

/// Measures `contenders` in turn. `sample` gives one time in nanoseconds, `progress` hears of the samples
/// done and of all that may come. The result has the counted times of each contender, in the order of the
/// rounds: the `i`-th times of all belong to one round.
///
/// # Errors
/// If a sample fails or the measurement is cancelled.
pub fn interleaved<C>(
    contenders: &mut [C],
    rounds: Rounds,
    ctl: &Ctl,
    mut sample: impl FnMut(&mut C, &Ctl) -> Result<u64, ExecError>,
    mut progress: impl FnMut(usize, usize),
) -> Result<Vec<Vec<u64>>, ExecError> {
    let count = contenders.len();
    let mut times: Vec<Vec<u64>> = vec![Vec::with_capacity(rounds.counted); count];
    let all = rounds.warm_up + rounds.counted;
    let mut spent: u64 = 0;
    for round in 0..all {
        let counts = round >= rounds.warm_up;
        if round >= rounds.warm_up + rounds.least && spent >= rounds.budget_ns {
            break;
        }
        for place in 0..count {
            if ctl.cancel.is_cancelled() {
                return Err(ExecError::Cancelled);
            }
            progress(round * count + place, all * count);
            let i = if round % 2 == 0 { place } else { count - 1 - place };
            let ns = sample(&mut contenders[i], ctl)?;
            spent = spent.saturating_add(ns);
            if counts {
                times[i].push(ns);
            }
        }
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Comparison, TimeStats};

    const ROUNDS: Rounds = Rounds { warm_up: 2, counted: 11, least: 5, budget_ns: u64::MAX };

    fn measure(rounds: Rounds, mut sample: impl FnMut(u64) -> u64) -> Vec<Vec<u64>> {
        let mut contenders = [100_u64, 200, 400];
        let sample = |c: &mut u64, _: &Ctl| Ok(sample(*c));
        interleaved(&mut contenders, rounds, &Ctl::default(), sample, |_, _| {}).expect("nothing fails")
    }

    /// A clock that gets slower and slower: the ratios stay.
    #[test]
    fn drift_hits_all_alike() {
        let mut now = 0.0;
        let times = measure(ROUNDS, |own| {
            now += 1.0;
            (own as f64 * 1000.0 * (1.0 + now / 33.0)) as u64
        });
        let medians: Vec<f64> =
            times.iter().map(|t| TimeStats::of(&mut t.clone()).expect("times").median_ns as f64).collect();
        for (i, right) in [(1, 2.0), (2, 4.0)] {
            let ratio = medians[i] / medians[0];
            assert!((ratio / right - 1.0).abs() < 0.08, "{ratio}");
        }
        // One after the other, the last one would look slower than it is.
        let alone = |from: f64| (0..11).map(|i| 1.0 + (from + f64::from(i)) / 33.0).sum::<f64>() / 11.0;
        assert!(alone(22.0) / alone(0.0) > 1.5);
    }

    #[test]
    fn warm_up_is_not_counted_and_the_budget_ends_it() {
        let mut runs = 0_u64;
        let times = measure(ROUNDS, |own| {
            runs += 1;
            // The first two rounds are slow.
            if runs <= 6 { 1_000_000 } else { own }
        });
        assert!(times.iter().zip([100, 200, 400]).all(|(t, own)| t[..] == [own; 11]));
        let short = Rounds { budget_ns: 1, ..ROUNDS };
        assert!(measure(short, |own| own).iter().all(|t| t.len() == 5));
    }

    /// Spreads that overlap give no ratio, whatever the medians are.
    #[test]
    fn noise_is_no_difference() {
        let mut n = 0_u64;
        let times = measure(ROUNDS, |own| {
            n += 1;
            1000 + own / 100 + (n * 7919) % 50
        });
        let stats: Vec<TimeStats> =
            times.iter().map(|t| TimeStats::of(&mut t.clone()).expect("times")).collect();
        assert_eq!(stats[0].compare(&stats[2]), Comparison::NoMeasurableDifference);
    }

    #[test]
    fn cancelling_ends_it_before_the_next_sample() {
        let ctl = Ctl::default();
        let mut contenders = [(); 3];
        let mut runs = 0;
        let sample = |_: &mut (), ctl: &Ctl| {
            runs += 1;
            if runs == 4 {
                ctl.cancel.cancel();
            }
            Ok(1)
        };
        let result = interleaved(&mut contenders, ROUNDS, &ctl, sample, |_, _| {});
        assert!(matches!(result, Err(ExecError::Cancelled)));
        assert_eq!(runs, 4);
    }
}
