//! A figure as it was printed, and what it shares with a recomputed number.

/// What a printed figure is a multiple of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Nothing: a whole number.
    One,
    /// `M`, 10^6.
    Million,
    /// `G`, 10^9.
    Billion,
    /// `%`.
    PerCent,
    /// `x`: a factor.
    Times,
}

impl Scale {
    /// The number that one unit of the scale is.
    pub const fn factor(self) -> f64 {
        match self {
            Self::One | Self::PerCent | Self::Times => 1.0,
            Self::Million => 1e6,
            Self::Billion => 1e9,
        }
    }
}

/// How a printed figure follows from a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is the number.
    Exact,
    /// It is the number rounded to the printed digits.
    Rounds,
    /// It is the number cut off after the printed digits.
    Truncates,
}

/// A printed figure, such as `.22M`: its digits without the point, how many stand behind it, and its scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Printed {
    digits: u64,
    decimals: u32,
    scale: Scale,
}

impl Printed {
    /// Reads a figure; commas between thousands and spaces do not matter. `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|c| !matches!(c, ',' | ' ')).collect();
        let (number, scale) = match text.chars().last()? {
            'M' => (&text[..text.len() - 1], Scale::Million),
            'G' => (&text[..text.len() - 1], Scale::Billion),
            '%' => (&text[..text.len() - 1], Scale::PerCent),
            'x' => (&text[..text.len() - 1], Scale::Times),
            _ => (&text[..], Scale::One),
        };
        let (whole, behind) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{behind}").parse().ok()?;
        Some(Self { digits, decimals: behind.len() as u32, scale })
    }

    /// Its scale.
    pub const fn scale(self) -> Scale {
        self.scale
    }

    /// The number that it stands for.
    pub fn value(self) -> f64 {
        self.digits as f64 / 10_f64.powi(self.decimals as i32) * self.scale.factor()
    }

    /// The number in the figure's scale.
    pub fn in_scale(self, number: f64) -> f64 {
        number / self.scale.factor()
    }

    /// How it follows from `number`, if it does.
    pub fn follows(self, number: f64) -> Option<Match> {
        let steps = self.in_scale(number) * 10_f64.powi(self.decimals as i32);
        // Numbers below 2^53 with few digits: what is left of a step beyond this is real.
        let near = steps.round();
        let digits = self.digits as f64;
        if (steps - near).abs() < 1e-9 * steps.abs().max(1.0) {
            return (near == digits).then_some(Match::Exact);
        }
        match () {
            () if near == digits => Some(Match::Rounds),
            () if steps.floor() == digits => Some(Match::Truncates),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follows(text: &str, number: f64) -> Option<Match> {
        Printed::parse(text).unwrap().follows(number)
    }

    #[test]
    fn digits_decide() {
        assert_eq!(follows("313.74M", 313_740_288.0), Some(Match::Rounds));
        assert_eq!(follows("71.35M", 71_355_164.4), Some(Match::Truncates));
        assert_eq!(follows("71.35M", 71_365_000.0), None);
        assert_eq!(follows("102,330", 102_330.0), Some(Match::Exact));
        assert_eq!(follows("102,330", 102_331.0), None);
        assert_eq!(follows(".22M", 216_506.0), Some(Match::Rounds));
        assert_eq!(follows("63 %", 62.5), Some(Match::Rounds), "a half goes up");
        assert_eq!(follows("35 %", 34.375), None);
        assert_eq!(follows("4.089 G", 4_089_184_256.0), Some(Match::Rounds));
        assert_eq!(follows("78.00 %", 78.0), Some(Match::Exact));
    }

    #[test]
    fn what_is_no_figure_is_none() {
        assert!(["", "M", "about 3", "-", "1.2.3"].iter().all(|t| Printed::parse(t).is_none()));
    }
}
