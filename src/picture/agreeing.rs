//! A number and its recomputation, written with the digits that they share.

/// Most digits of [`agreeing`].
const MOST_DIGITS: usize = 5;

/// A sum and the value that an executor gave for it, both written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreeing {
    /// The sum.
    pub sum: String,
    /// The value.
    pub value: String,
    /// Decimals or, for very large and very small numbers, digits after the point.
    pub decimals: usize,
    /// Whether they are written with a power of ten.
    pub scientific: bool,
}

impl Agreeing {
    /// Another number of the same computation in the same form.
    pub fn write(&self, v: f64) -> String {
        written(v, self.decimals, self.scientific)
    }

    /// Whether both are the same to the last printed digit.
    pub fn agree(&self) -> bool {
        self.sum == self.value
    }
}

/// Writes a sum computed in f64 and the f32 value of an executor with the largest number of significant
/// digits, at most five, for which they are the same. Where the terms cancel to almost nothing the two
/// share no significant digit but still all decimals, which are then written. They differ only where
/// the executor's value is not that sum.
pub fn agreeing(sum: f64, value: f32) -> Agreeing {
    let v = f64::from(value);
    let both = |decimals, scientific| Agreeing {
        sum: written(sum, decimals, scientific),
        value: written(v, decimals, scientific),
        decimals,
        scientific,
    };
    let largest = sum.abs().max(v.abs());
    if largest == 0.0 || !largest.is_finite() {
        return both(0, false);
    }
    let decade = largest.log10().floor() as i32;
    let scientific = !(-3..5).contains(&decade);
    let with_digits = |digits: usize| {
        let decimals = if scientific { digits as i32 - 1 } else { digits as i32 - 1 - decade };
        both(decimals.max(0) as usize, scientific)
    };
    // Few digits of one value say little: below three the decimals are tried.
    let digits = (3..=MOST_DIGITS).rev().map(with_digits);
    let decimals = (2..=6).rev().map(|decimals| both(decimals, false)).filter(|_| decade < 0);
    let coarse = (1..3).rev().map(with_digits);
    let found = digits.chain(decimals).chain(coarse).find(Agreeing::agree);
    found.unwrap_or_else(|| with_digits(MOST_DIGITS))
}

fn written(v: f64, decimals: usize, scientific: bool) -> String {
    let text = if scientific { format!("{v:.decimals$e}") } else { format!("{v:.decimals$}") };
    // Minus nothing is nothing.
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_numbers_are_written_alike() {
        let text = |sum, value| {
            let a = agreeing(sum, value);
            assert!(a.agree(), "{a:?}");
            a.sum
        };
        assert_eq!(text(1.234_56, 1.234_56), "1.2346");
        // 1.23449 and 1.23451 differ in the fifth and fourth digit's rounding.
        assert_eq!(text(1.234_49, 1.234_51), "1.2345");
        assert_eq!(text(1.234_449, 1.234_451), "1.234");
        assert_eq!(text(-12.345_678, -12.345_68), "-12.346");
        assert_eq!(text(9.999_999, 10.000_001), "10.000");
        assert_eq!(text(123_456.7, 123_456.7), "1.2346e5");
        assert_eq!(text(1.2e-7, 1.2e-7), "1.2000e-7");
        // What is left of terms that cancel.
        assert_eq!(text(-1.3e-8, 2.4e-8), "0.000000");
        assert_eq!(text(0.0, 0.0), "0");
        assert!(!agreeing(1.0, 2.0).agree());
    }
}
