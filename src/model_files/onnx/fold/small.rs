//! Small tensors of numbers, as exports compute shapes and borders with them.

use super::super::constant::{Constant, Made, elements};
use super::super::node::{Fault, Lowered, Node, axis, broken, unsupported};
use super::large::{places, together};

/// The most values that are computed with.
pub(super) const LARGEST: usize = 1 << 16;

/// A tensor of numbers. Whole numbers up to 2^53 are exact.
#[derive(Clone, Debug)]
pub(super) struct Small {
    dims: Vec<usize>,
    values: Vec<f64>,
    integer: bool,
}

impl Small {
    /// The values of a constant, if they are few.
    pub(super) fn of(constant: &Constant) -> Lowered<Self> {
        if constant.len() > LARGEST {
            return unsupported(format!("{} constants are not computed with", constant.len()));
        }
        let integer = constant.is_integer();
        let values = if integer {
            constant.whole_numbers().map_err(Fault::Broken)?.iter().map(|&v| v as f64).collect()
        } else {
            constant.floats(&mut Made::few()).map_err(Fault::Broken)?.iter().map(|&v| f64::from(v)).collect()
        };
        Ok(Self { dims: constant.dims.clone(), values, integer })
    }

    /// As a constant again.
    pub(super) fn constant(self) -> Constant {
        if self.integer {
            Constant::of_integers(self.dims, self.values.iter().map(|&v| v as i64).collect())
        } else {
            Constant::of_floats(self.dims, self.values.iter().map(|&v| v as f32).collect())
        }
    }

    /// Values before, along and behind an axis: `[outer, side, inner]`.
    fn around(&self, axis: usize) -> [usize; 3] {
        let product = |dims: &[usize]| dims.iter().product();
        [product(&self.dims[..axis]), self.dims[axis], product(&self.dims[axis + 1..])]
    }

    /// The places `wanted` along an axis, in this order.
    pub(super) fn picked(&self, axis: usize, wanted: &[usize]) -> Self {
        let [outer, side, inner] = self.around(axis);
        let mut values = Vec::with_capacity(outer * wanted.len() * inner);
        for o in 0..outer {
            for &at in wanted {
                values.extend_from_slice(&self.values[(o * side + at) * inner..][..inner]);
            }
        }
        let mut dims = self.dims.clone();
        dims[axis] = wanted.len();
        Self { dims, values, integer: self.integer }
    }

    /// The function of each value.
    pub(super) fn each(self, integer: bool, f: impl Fn(f64) -> f64) -> Self {
        Self { values: self.values.into_iter().map(f).collect(), integer, ..self }
    }

    /// Whether the values are whole numbers.
    pub(super) const fn is_integer(&self) -> bool {
        self.integer
    }

    /// The function of each pair; numbers are repeated along axes of length 1.
    pub(super) fn with(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Lowered<Self> {
        let (dims, [of_self, of_other]) = together(&self.dims, &other.dims)?;
        if elements(&dims).is_none_or(|n| n > LARGEST) {
            return unsupported("so many constants are not computed with");
        }
        let pairs = places(&dims, &of_self).zip(places(&dims, &of_other));
        let values = pairs.map(|(i, j)| f(self.values[i], other.values[j])).collect();
        Ok(Self { dims, values, integer: self.integer && other.integer })
    }

    /// Whole numbers, all 1.
    pub(super) fn ones(dims: Vec<usize>) -> Self {
        let count = dims.iter().product();
        Self { dims, values: vec![1.0; count], integer: true }
    }

    /// Its numbers, the last axis fastest.
    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// Other numbers of the same sides.
    pub(super) fn replaced(self, values: Vec<f64>, integer: bool) -> Self {
        Self { values, integer, ..self }
    }
}

/// The product, sum or an extreme of a list.
pub(super) fn reduced(node: &Node, x: &Constant) -> Lowered<Constant> {
    let x = Small::of(x)?;
    let dims = if node.int("keepdims", 1) == 0 { vec![] } else { vec![1] };
    let (start, f): (f64, fn(f64, f64) -> f64) = match node.op.as_str() {
        "ReduceProd" => (1.0, |a, b| a * b),
        "ReduceSum" => (0.0, |a, b| a + b),
        "ReduceMax" => (f64::NEG_INFINITY, f64::max),
        _ => (f64::INFINITY, f64::min),
    };
    let value = x.values.iter().copied().fold(start, f);
    Ok(Small { dims, values: vec![value], integer: x.integer }.constant())
}

/// `Concat`.
pub(super) fn joined(node: &Node, inputs: &[Option<Constant>]) -> Lowered<Constant> {
    let parts: Vec<Small> = inputs.iter().flatten().map(Small::of).collect::<Lowered<_>>()?;
    let Some(first) = parts.first() else { return broken("it has no inputs") };
    let at = axis(node.int("axis", 0), first.dims.len())?;
    let fits = |part: &Small| {
        part.dims.len() == first.dims.len()
            && (0..part.dims.len()).all(|a| a == at || part.dims[a] == first.dims[a])
    };
    if !parts.iter().all(fits) {
        return broken("its constants of different sides cannot be joined");
    }
    let mut dims = first.dims.clone();
    dims[at] = parts.iter().map(|p| p.dims[at]).sum();
    if elements(&dims).is_none_or(|n| n > LARGEST) {
        return unsupported("too many constants would be joined");
    }
    let [outer, ..] = first.around(at);
    let mut values = Vec::new();
    for o in 0..outer {
        for part in &parts {
            let [_, side, inner] = part.around(at);
            values.extend_from_slice(&part.values[o * side * inner..(o + 1) * side * inner]);
        }
    }
    Ok(Small { dims, values, integer: parts.iter().all(|p| p.integer) }.constant())
}

/// `Gather`.
pub(super) fn gathered(node: &Node, x: &Constant, indices: Option<Constant>) -> Lowered<Constant> {
    let Some(indices) = indices else { return broken("its indices are missing") };
    let x = Small::of(x)?;
    let at = axis(node.int("axis", 0), x.dims.len())?;
    let side = x.dims[at] as i64;
    let list = indices.whole_numbers().map_err(Fault::Broken)?;
    let place = |&i: &i64| usize::try_from(if i < 0 { i + side } else { i }).ok().filter(|&i| i < x.dims[at]);
    let Some(wanted) = list.iter().map(place).collect::<Option<Vec<usize>>>() else {
        return broken(format!("it picks {list:?} of {side} numbers"));
    };
    let [outer, _, inner] = x.around(at);
    if wanted.len().checked_mul(outer * inner).is_none_or(|n| n > LARGEST) {
        return unsupported("too many constants would be picked");
    }
    let mut picked = x.picked(at, &wanted);
    picked.dims.splice(at..=at, indices.dims.iter().copied());
    Ok(picked.constant())
}

/// `Slice`, with steps of any sign.
pub(super) fn sliced(
    x: &Constant,
    starts: &[i64],
    ends: &[i64],
    axes: Option<&[i64]>,
    steps: Option<&[i64]>,
) -> Lowered<Constant> {
    let mut x = Small::of(x)?;
    for (i, (&start, &end)) in starts.iter().zip(ends).enumerate() {
        let named = axes.map_or(Some(i as i64), |axes| axes.get(i).copied());
        let step = steps.map_or(Some(1), |steps| steps.get(i).copied());
        let (Some(named), Some(step)) = (named, step) else {
            return broken("'starts', 'ends', 'axes' and 'steps' have different lengths");
        };
        let at = axis(named, x.dims.len())?;
        let side = x.dims[at] as i64;
        let from_front = |at: i64| if at < 0 { at.saturating_add(side) } else { at };
        let wanted: Vec<usize> = match step {
            1.. => {
                let (start, end) = (from_front(start).clamp(0, side), from_front(end).clamp(0, side));
                (start..end.max(start)).step_by(step as usize).map(|i| i as usize).collect()
            }
            0 => return broken("a step is 0"),
            _ => {
                let (start, end) =
                    (from_front(start).clamp(-1, side - 1), from_front(end).clamp(-1, side - 1));
                let back = (end + 1..=start).rev().step_by(step.unsigned_abs() as usize);
                back.map(|i| i as usize).collect()
            }
        };
        x = x.picked(at, &wanted);
    }
    Ok(x.constant())
}
