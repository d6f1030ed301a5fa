//! Settings of operators: legal values, defaults, and sentences for illegal ones.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::{ConvVariant, Geometry};

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number.
    Integer(i64),
    /// A fraction.
    Real(f64),
    /// Whole numbers, one per axis.
    List(Vec<i64>),
    /// One of a few names.
    Choice(String),
}

impl Value {
    /// The value as a number; 0 for lists and choices.
    pub const fn as_f64(&self) -> f64 {
        match self {
            Self::Integer(i) => *i as f64,
            Self::Real(r) => *r,
            Self::List(_) | Self::Choice(_) => 0.0,
        }
    }

    /// The same value: 1 and 1.0 are.
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Integer(_) | Self::Real(_), Self::Integer(_) | Self::Real(_)) => {
                self.as_f64() == other.as_f64()
            }
            // A list of one axis may be written as a number.
            (Self::Integer(i), Self::List(list)) | (Self::List(list), Self::Integer(i)) => list[..] == [*i],
            _ => self == other,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(i) => i.fmt(f),
            Self::Real(r) if r.abs() >= 1e15 => write!(f, "{r:e}"),
            Self::Real(r) => r.fmt(f),
            Self::Choice(name) => name.fmt(f),
            Self::List(list) => {
                let axes: Vec<String> = list.iter().map(i64::to_string).collect();
                axes.join("x").fmt(f)
            }
        }
    }
}

impl FromStr for Value {
    type Err = Infallible;

    /// `4`, `0.5`, `8x8`, `shifted`: what [`Value`] prints.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let text = text.trim();
        let axes: Option<Vec<i64>> = text.split(['x', ',']).map(|axis| axis.trim().parse().ok()).collect();
        Ok(match (axes, text.parse::<f64>()) {
            (Some(axes), _) if axes.len() == 1 => Self::Integer(axes[0]),
            (Some(axes), _) => Self::List(axes),
            (None, Ok(number)) if number.fract() == 0.0 && number.abs() < 1e15 => {
                Self::Integer(number as i64)
            }
            (None, Ok(number)) => Self::Real(number),
            (None, Err(_)) => Self::Choice(text.to_owned()),
        })
    }
}

/// The values that a setting may take, ascending.
#[derive(Clone, Debug, PartialEq)]
pub enum Legal {
    /// These whole numbers.
    Integers(Vec<i64>),
    /// These fractions.
    Reals(Vec<f64>),
    /// These lists.
    Lists(Vec<Vec<i64>>),
    /// Lists of one whole number per axis, from 1 to this.
    UpTo(Vec<i64>),
    /// These names.
    Choices(&'static [&'static str]),
}

impl Legal {
    /// Every whole number from `min` to `max`.
    pub fn range(min: usize, max: usize) -> Self {
        Self::Integers((min as i64..=max as i64).collect())
    }

    /// The divisors of `n`.
    pub fn divisors(n: usize) -> Self {
        Self::common_divisors(n, n)
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
            Self::Lists(v) => v.len(),
            Self::UpTo(axes) => axes.iter().map(|&most| most.max(0) as usize).product(),
            Self::Choices(v) => v.len(),
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
            Self::Lists(v) => Value::List(v[i].clone()),
            Self::UpTo(axes) => {
                // The last axis runs fastest.
                let mut rest = i;
                let mut list: Vec<i64> = axes
                    .iter()
                    .rev()
                    .map(|&most| {
                        let (axis, carry) = (rest % most as usize + 1, rest / most as usize);
                        rest = carry;
                        axis as i64
                    })
                    .collect();
                list.reverse();
                Value::List(list)
            }
            Self::Choices(v) => Value::Choice(v[i].to_owned()),
        }
    }

    /// The legal value nearest to `value`.
    pub fn nearest(&self, value: &Value) -> Value {
        match (self, value) {
            (Self::UpTo(axes), _) => {
                let axis = |i: usize| value.axis(i).unwrap_or(i64::MAX);
                Value::List(axes.iter().enumerate().map(|(i, &most)| axis(i).clamp(1, most)).collect())
            }
            _ => self.value(self.place(value)),
        }
    }

    /// Place of the legal value nearest to `value`.
    pub fn place(&self, value: &Value) -> usize {
        // From very far away all legal values are equally far in f64, so the end is found first.
        let from = |first: f64, last: f64| value.as_f64().max(first).min(last);
        let distance = |i: &usize| match (self, value) {
            (Self::Integers(v), _) => (v[*i] as f64 - from(v[0] as f64, v[v.len() - 1] as f64)).abs(),
            (Self::Reals(v), _) => (v[*i] - from(v[0], v[v.len() - 1])).abs(),
            (Self::Choices(v), Value::Choice(name)) => f64::from(u8::from(v[*i] != name)),
            (Self::Lists(v), _) => {
                // Another number of axes is further away than any other list.
                let axes = v[*i].len();
                let apart = (0..axes).map(|a| (v[*i][a] as f64 - value.axis(a).unwrap_or(0) as f64).abs());
                apart.sum::<f64>()
                    + if value.axis(axes - 1).is_some() && value.axis(axes).is_none() { 0.0 } else { 1e9 }
            }
            (Self::UpTo(_), _) => f64::from(u8::from(!self.value(*i).same(&self.nearest(value)))),
            (Self::Choices(_), _) => 0.0,
        };
        (0..self.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
    }
}

impl Value {
    /// The number of an axis of a list; a number is a list of one axis.
    pub fn axis(&self, i: usize) -> Option<i64> {
        match self {
            Self::List(list) => list.get(i).copied(),
            Self::Integer(n) if i == 0 => Some(*n),
            _ => None,
        }
    }
}

/// Longer tables of legal values are cut in messages.
const MOST_SHOWN: usize = 24;

impl fmt::Display for Legal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.len();
        if let Self::UpTo(axes) = self {
            let ones = vec![1; axes.len()];
            return write!(f, "{} to {}", Value::List(ones), Value::List(axes.clone()));
        }
        let consecutive = matches!(self, Self::Integers(v) if v.windows(2).all(|w| w[1] == w[0] + 1));
        if consecutive && n > 2 {
            return write!(f, "{} to {}", self.value(0), self.value(n - 1));
        }
        for i in 0..n.min(MOST_SHOWN) {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{}", self.value(i))?;
        }
        if n > MOST_SHOWN { write!(f, ", ...") } else { Ok(()) }
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
        Self::of(name, legal, &Value::Real(default))
    }

    /// The same for lists.
    pub fn of(name: &'static str, legal: Legal, default: &Value) -> Self {
        let default = legal.nearest(default);
        Self { name, legal, default }
    }

    /// A choice between names; the first is the default. Layer files need not hold it.
    pub fn choice(name: &'static str, names: &'static [&'static str]) -> Self {
        Self { name, legal: Legal::Choices(names), default: Value::Choice(names[0].to_owned()) }
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
    /// The defaults of an operator on a layer.
    pub fn defaults(variant: &dyn ConvVariant, g: &Geometry) -> Self {
        Self::default().completed(variant, g)
    }

    /// Sets what somebody named: a name that moves several settings together (`alpha`) sets all of them.
    pub fn give(&mut self, variant: &dyn ConvVariant, name: &str, value: Value) {
        match variant.linked() {
            Some((linked, moved)) if linked == name => moved.iter().for_each(|m| self.set(m, value.clone())),
            _ => self.set(name, value),
        }
    }

    /// The same settings with missing ones at their defaults.
    pub fn completed(&self, variant: &dyn ConvVariant, g: &Geometry) -> Self {
        let mut completed = self.clone();
        for i in 0..variant.settings(g, self).len() {
            // Its default may depend on those before it.
            let Some(setting) = variant.settings(g, &completed).into_iter().nth(i) else { break };
            completed.0.entry(setting.name.to_owned()).or_insert(setting.default);
        }
        completed
    }

    /// Sets a value, unchecked: see [`Settings::check`].
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The value of a setting.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The value of a whole-number setting; 0 if there is none.
    pub fn integer(&self, name: &str) -> usize {
        self.get(name).map_or(0, |v| v.as_f64() as usize)
    }

    /// The value of a fractional setting; 0 if there is none.
    pub fn real(&self, name: &str) -> f64 {
        self.get(name).map_or(0.0, Value::as_f64)
    }

    /// The value of a list setting; empty if there is none.
    pub fn list(&self, name: &str) -> Vec<usize> {
        let value = self.get(name);
        (0..).map_while(|i| value?.axis(i)).map(|axis| axis.max(0) as usize).collect()
    }

    /// Whether the choice of this name is `choice`.
    pub fn is(&self, name: &str, choice: &str) -> bool {
        matches!(self.get(name), Some(Value::Choice(c)) if c == choice)
    }

    /// Checks that every value is legal and every name known.
    ///
    /// # Errors
    /// The first setting that is not, with the nearest legal value.
    pub fn check(&self, variant: &dyn ConvVariant, g: &Geometry) -> Result<(), SettingError> {
        let settings = variant.settings(g, self);
        let unknown = self.0.keys().find(|name| settings.iter().all(|s| s.name != *name));
        if let Some(name) = unknown {
            return Err(SettingError::Unknown {
                variant: variant.name().to_owned(),
                name: name.clone(),
                known: settings.iter().map(|s| s.name).collect::<Vec<_>>().join(", "),
            });
        }
        // In the operator's order: what a setting may be depends on those before it.
        for setting in &settings {
            let Some(value) = self.get(setting.name) else { continue };
            let nearest = setting.legal.nearest(value);
            if !nearest.same(value) {
                return Err(SettingError::Illegal {
                    name: setting.name.to_owned(),
                    found: value.to_string(),
                    legal: setting.legal.to_string(),
                    nearest,
                });
            }
        }
        Ok(())
    }

    /// The same settings with every value replaced by the nearest legal one and missing ones by
    /// their defaults: what is kept when the layer under an operator, or a setting on which others
    /// depend, changes.
    pub fn clamped(&self, variant: &dyn ConvVariant, g: &Geometry) -> Self {
        let mut clamped = self.clone();
        // One round for each setting: one may depend on the one before it.
        for _ in 0..=variant.settings(g, self).len() {
            let legal = variant.settings(g, &clamped).into_iter().map(|s| {
                let value = clamped.get(s.name).map_or(s.default, |value| s.legal.nearest(value));
                (s.name.to_owned(), value)
            });
            clamped = Self(legal.collect());
        }
        clamped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::find;

    #[test]
    fn an_illegal_value_names_the_nearest_legal_one() {
        let (group, g) = (find("group").unwrap(), Geometry::same(12, 20, 3, 1));
        let mut s = Settings::defaults(group, &g);
        assert_eq!(s.integer("groups"), 4);
        s.set("groups", Value::Integer(3));
        let message = s.check(group, &g).map_err(|e| e.to_string());
        let expected = "groups = 3 is not possible here: legal values are 1, 2, 4; the nearest is 2";
        assert_eq!(message, Err(expected.to_owned()));
        assert_eq!(s.clamped(group, &g).integer("groups"), 2);
        s.set("part", Value::Integer(1));
        assert!(matches!(s.check(group, &g), Err(SettingError::Unknown { .. })));
    }

    #[test]
    fn a_setting_follows_the_one_it_depends_on() {
        let (topological, g) = (find("topological").unwrap(), Geometry::same(24, 24, 3, 1));
        let mut s = Settings::defaults(topological, &g);
        assert_eq!((s.list("grid"), s.list("neighborhood")), (vec![4, 6], vec![2, 3]));
        s.set("grid", Value::List(vec![2, 3, 4]));
        assert!(matches!(s.check(topological, &g), Err(SettingError::Illegal { .. })), "two axes for three");
        let s = s.clamped(topological, &g);
        assert_eq!(s.list("neighborhood"), [2, 3, 4]);
        assert_eq!(s.check(topological, &g), Ok(()));
    }

    #[test]
    fn values_are_read_as_they_are_printed() {
        for text in ["4", "0.5", "8x8", "2x3x4", "shifted", "1e300"] {
            let value: Value = text.parse().unwrap();
            assert_eq!(value.to_string(), text);
        }
        assert_eq!("4,6".parse(), Ok(Value::List(vec![4, 6])));
    }

    #[test]
    fn every_legal_value_is_its_own_nearest() {
        for legal in [
            Legal::range(2, 5),
            Legal::eighths(),
            Legal::UpTo(vec![2, 3]),
            Legal::Lists(vec![vec![6], vec![2, 3], vec![3, 2]]),
            Legal::Choices(&["a", "b"]),
        ] {
            for i in 0..legal.len() {
                assert_eq!(legal.place(&legal.value(i)), i, "{legal}");
                assert_eq!(legal.nearest(&legal.value(i)), legal.value(i));
            }
        }
    }
}
