//! Settings of operators: legal values, defaults, and sentences for illegal ones.

use std::collections::BTreeMap;
use std::fmt;

/// The value of a setting.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number.
    Integer(i64),
    /// A fraction.
    Real(f64),
}

impl Value {
    /// The value as a number.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Integer(i) => i as f64,
            Self::Real(r) => r,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(i) => i.fmt(f),
            Self::Real(r) => r.fmt(f),
        }
    }
}

/// The values that a setting may take, ascending.
#[derive(Clone, Debug, PartialEq)]
pub enum Legal {
    /// These whole numbers.
    Integers(Vec<i64>),
    /// These fractions.
    Reals(Vec<f64>),
}

impl Legal {
    /// Every whole number from `min` to `max`.
    pub fn range(min: usize, max: usize) -> Self {
        Self::Integers((min as i64..=max as i64).collect())
    }

    /// The common divisors of `a` and `b`: legal numbers of groups.
    pub fn common_divisors(a: usize, b: usize) -> Self {
        Self::Integers(
            (1..=a.min(b))
                .filter(|&g| a.is_multiple_of(g) && b.is_multiple_of(g))
                .map(|g| g as i64)
                .collect(),
        )
    }

    /// `0, 1/8, ..., 7/8`.
    pub fn eighths() -> Self {
        Self::Reals((0..8).map(|i| f64::from(i) / 8.0).collect())
    }

    /// Number of legal values.
    pub fn len(&self) -> usize {
        match self {
            Self::Integers(v) => v.len(),
            Self::Reals(v) => v.len(),
        }
    }

    /// Whether no value is legal.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `i`-th legal value.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn value(&self, i: usize) -> Value {
        match self {
            Self::Integers(v) => Value::Integer(v[i]),
            Self::Reals(v) => Value::Real(v[i]),
        }
    }

    /// Place of the legal value nearest to `value`.
    pub fn nearest(&self, value: f64) -> usize {
        let distance = |i: &usize| (self.value(*i).as_f64() - value).abs();
        (0..self.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
    }
}

impl fmt::Display for Legal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.len();
        let consecutive = matches!(self, Self::Integers(v) if v.windows(2).all(|w| w[1] == w[0] + 1));
        if consecutive && n > 2 {
            return write!(f, "{} to {}", self.value(0), self.value(n - 1));
        }
        for i in 0..n {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{}", self.value(i))?;
        }
        Ok(())
    }
}

/// One setting of an operator for one geometry.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its name in files, on the command line and in the text table (`setting-{name}`).
    pub name: &'static str,
    /// The values it may take.
    pub legal: Legal,
    /// The value it starts with: a legal one.
    pub default: Value,
}

impl Setting {
    /// A setting whose default is the legal value nearest to `default`.
    pub fn new(name: &'static str, legal: Legal, default: f64) -> Self {
        let default = legal.value(legal.nearest(default));
        Self { name, legal, default }
    }
}

/// A setting that cannot be used; the message names the nearest value that can.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingError {
    /// The operator has no setting of this name.
    #[error("{variant} has no setting '{name}'; it has: {known}")]
    Unknown {
        /// Operator.
        variant: String,
        /// Name asked for.
        name: String,
        /// Names there are.
        known: String,
    },
    /// The value is not legal.
    #[error("{name} = {found} is not possible here: legal values are {legal}; the nearest is {nearest}")]
    Illegal {
        /// Setting.
        name: String,
        /// Value asked for.
        found: String,
        /// Legal values.
        legal: String,
        /// Legal value nearest to it.
        nearest: Value,
    },
}

/// Values of settings by name.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Settings(BTreeMap<String, Value>);

impl Settings {
    /// The defaults.
    pub fn defaults(settings: &[Setting]) -> Self {
        Self(settings.iter().map(|s| (s.name.to_owned(), s.default)).collect())
    }

    /// Sets a value, unchecked: see [`Settings::check`].
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// The value of a setting.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.0.get(name).copied()
    }

    /// The value of a whole-number setting; 0 if there is none.
    pub fn integer(&self, name: &str) -> usize {
        self.get(name).map_or(0, |v| v.as_f64() as usize)
    }

    /// The value of a fractional setting; 0 if there is none.
    pub fn real(&self, name: &str) -> f64 {
        self.get(name).map_or(0.0, Value::as_f64)
    }

    /// Checks that every value is legal and every name known.
    ///
    /// # Errors
    /// The first setting that is not, with the nearest legal value.
    pub fn check(&self, variant: &str, settings: &[Setting]) -> Result<(), SettingError> {
        for (name, value) in &self.0 {
            let Some(setting) = settings.iter().find(|s| s.name == name) else {
                return Err(SettingError::Unknown {
                    variant: variant.to_owned(),
                    name: name.clone(),
                    known: settings.iter().map(|s| s.name).collect::<Vec<_>>().join(", "),
                });
            };
            let nearest = setting.legal.value(setting.legal.nearest(value.as_f64()));
            if nearest.as_f64() != value.as_f64() {
                return Err(SettingError::Illegal {
                    name: name.clone(),
                    found: value.to_string(),
                    legal: setting.legal.to_string(),
                    nearest,
                });
            }
        }
        Ok(())
    }

    /// The same settings with every value replaced by the nearest legal one and missing ones by
    /// their defaults: what is kept when the layer under an operator changes.
    pub fn clamped(&self, settings: &[Setting]) -> Self {
        let legal = |s: &Setting| {
            let value = self.get(s.name).unwrap_or(s.default);
            (s.name.to_owned(), s.legal.value(s.legal.nearest(value.as_f64())))
        };
        Self(settings.iter().map(legal).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_illegal_value_names_the_nearest_legal_one() {
        let settings = [Setting::new("groups", Legal::common_divisors(12, 20), 2.0)];
        let mut s = Settings::defaults(&settings);
        assert_eq!(s.integer("groups"), 2);
        s.set("groups", Value::Integer(3));
        let message = s.check("standard", &settings).map_err(|e| e.to_string());
        let expected = "groups = 3 is not possible here: legal values are 1, 2, 4; the nearest is 2";
        assert_eq!(message, Err(expected.to_owned()));
        assert_eq!(s.clamped(&settings).integer("groups"), 2);
        s.set("part", Value::Integer(1));
        assert!(matches!(s.check("standard", &settings), Err(SettingError::Illegal { .. })));
    }
}
