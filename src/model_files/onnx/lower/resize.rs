//! Maps resized: pixels repeated or picked, or interpolated from their neighbours.

use super::super::constant::Made;
use super::super::import::{Importer, Map};
use super::super::moving::{Pick, picked, usual};
use super::super::node::{Fault, Lowered, Node, axis, broken, unsupported};
use super::interpolation::{Coordinates, Filter, Nearest};
use super::spatial;
use crate::graph::{Sampling, Taps};

/// The longest side of a map.
const LONGEST: f64 = 8192.0;

/// One axis: its length before, and how it changes.
pub(super) struct Scale {
    /// Length before.
    pub from: usize,
    /// Length after.
    pub to: usize,
    /// Places after for one before.
    pub factor: f64,
    /// The part of the axis that is kept, from 0 to 1, where the file names one.
    pub kept: (f64, f64),
}

impl Scale {
    fn is_still(&self) -> bool {
        self.from == self.to && self.factor == 1.0
    }
}

/// `Resize` and `Upsample`.
pub(super) fn resize(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let old = node.op == "Upsample" || im.opset < 11;
    let scales = scales(im, node, &x.dims(), old)?;
    let rank = scales.len();
    let coordinates = if old {
        Coordinates::Asymmetric
    } else {
        let name = node.text("coordinate_transformation_mode", "half_pixel");
        match Coordinates::named(&name) {
            Some(coordinates) => coordinates,
            None => return unsupported(format!("resizing with the coordinates '{name}' is not")),
        }
    };
    if rank > 0 && !scales[0].is_still() {
        return unsupported("it resizes the batch");
    }
    let mode = node.text("mode", "nearest");
    let antialias = node.flag("antialias");
    let filter = match mode.as_str() {
        "nearest" => {
            let rule = node.text("nearest_mode", "round_prefer_floor");
            let rule = if old { Some(Nearest::Floor) } else { Nearest::named(&rule) };
            return match rule {
                Some(rule) => nearest(im, node, &x, &scales, coordinates, rule),
                None => broken("its 'nearest_mode' is not known"),
            };
        }
        "linear" | "bilinear" => Filter::Linear,
        "cubic" => Filter::Cubic(node.float("cubic_coeff_a", -0.75).into()),
        other => return broken(format!("'mode' is '{other}'")),
    };
    if node.float("extrapolation_value", 0.0) != 0.0 && coordinates == Coordinates::Part {
        return unsupported("a value other than 0 beside the map is not");
    }
    if !(3..=4).contains(&rank) || !scales[1].is_still() {
        return unsupported(format!("it interpolates {:?} along other axes than those of a map", x.dims()));
    }
    let outside = node.flag("exclude_outside");
    let x = im.in_order(&x, &node.name)?;
    let shape = im.shape(x.id);
    let taps = |scale: &Scale, step: usize| {
        if scale.is_still() && coordinates != Coordinates::Part {
            return Taps::moved((0..scale.from).map(|i| Some(i * step)));
        }
        Taps::new((0..scale.to).map(|i| filter.taps(scale, coordinates, i, antialias, outside, step)))
    };
    let sampling = Sampling {
        channels: Taps::moved((0..shape.c).map(|c| Some(c * shape.plane()))),
        rows: if rank == 4 { taps(&scales[2], shape.w) } else { Taps::moved([Some(0)]) },
        columns: taps(&scales[rank - 1], 1),
    };
    im.made.add(sampling.rows.all().len() + sampling.columns.all().len()).map_err(Fault::Broken)?;
    let name = im.fresh(&node.name);
    let id = im.b.resample(&name, x.id, sampling)?;
    Ok(Map { positive: x.positive && filter == Filter::Linear, ..spatial(im, id, &x) })
}

/// Each place of the result is one place before.
fn nearest(
    im: &mut Importer<'_>,
    node: &Node,
    x: &Map,
    scales: &[Scale],
    coordinates: Coordinates,
    rule: Nearest,
) -> Lowered<Map> {
    let picks: Vec<Vec<Pick>> =
        scales.iter().map(|s| (0..s.to).map(|i| rule.place(s, coordinates, i)).collect()).collect();
    let shape = im.shape(x.id);
    let repeats =
        |axis: usize, factor: usize| picks[axis].iter().enumerate().all(|(i, &p)| p == Some(i / factor));
    if let [_, c, h, _] = scales
        && x.view.is_whole(2, 2, shape)
        && x.view.is_whole(3, 3, shape)
        && c.is_still()
        && h.to.is_multiple_of(h.from)
    {
        let factor = h.to / h.from;
        if scales[3].to == scales[3].from * factor && repeats(2, factor) && repeats(3, factor) {
            let x = im.ordered(x, &node.name)?;
            let name = im.fresh(&node.name);
            let id = im.b.upsample(&name, x.id, factor, h.to, scales[3].to)?;
            return Ok(Map { positive: x.positive, ..spatial(im, id, &x) });
        }
    }
    picked(im, &node.name, x, &picks, usual(scales.len()))
}

/// How each axis changes, from scales or lengths, for all axes or those that the file names.
fn scales(im: &Importer<'_>, node: &Node, dims: &[usize], old: bool) -> Lowered<Vec<Scale>> {
    let rank = dims.len();
    let axes: Vec<usize> = match node.ints("axes") {
        Some(axes) => axes.iter().map(|&a| axis(a, rank)).collect::<Lowered<_>>()?,
        None => (0..rank).collect(),
    };
    let mut all: Vec<Scale> =
        dims.iter().map(|&d| Scale { from: d, to: d, factor: 1.0, kept: (0.0, 1.0) }).collect();
    let number = |i: usize| -> Lowered<Option<Vec<f64>>> {
        let Some(constant) = im.constant(node, i)?.filter(|c| c.len() == axes.len()) else { return Ok(None) };
        let values = constant.floats(&mut Made::few()).map_err(Fault::Broken)?;
        Ok(Some(values.iter().map(|&v| v.into()).collect()))
    };
    let given = match node.floats("scales") {
        Some(scales) => Some(scales.iter().map(|&s| s.into()).collect()),
        None => number(if old { 1 } else { 2 })?,
    };
    if let Some(factors) = given {
        let factors: Vec<f64> = factors;
        for (&at, &factor) in axes.iter().zip(&factors) {
            let to = (dims[at] as f64 * factor).floor();
            if !(1.0..=LONGEST).contains(&to) {
                return unsupported(format!("its scales {factors:?} of {dims:?} give no map"));
            }
            all[at] = Scale { to: to as usize, factor, ..all[at] };
        }
    } else {
        let Some(sizes) = im.constant(node, 3)?.filter(|c| c.len() == axes.len()) else {
            return broken("it has neither scales nor sizes");
        };
        let sizes = sizes.whole_numbers().map_err(Fault::Broken)?;
        if sizes.iter().any(|&s| !(1..=LONGEST as i64).contains(&s)) {
            return broken(format!("its sizes {sizes:?} are none of a map"));
        }
        let factors = || axes.iter().zip(sizes.iter()).map(|(&at, &size)| size as f64 / dims[at] as f64);
        let one = match node.text("keep_aspect_ratio_policy", "stretch").as_str() {
            "not_larger" => factors().reduce(f64::min),
            "not_smaller" => factors().reduce(f64::max),
            _ => None,
        };
        for ((&at, &size), own) in axes.iter().zip(sizes.iter()).zip(factors()) {
            let (factor, to) = match one {
                Some(factor) => (factor, (factor * dims[at] as f64 + 0.5).floor()),
                None => (own, size as f64),
            };
            if to > LONGEST {
                return unsupported(format!("its sizes {sizes:?} of {dims:?} give no map"));
            }
            all[at] = Scale { to: (to as usize).max(1), factor, ..all[at] };
        }
    }
    // Starts of all axes, then ends.
    if !old && let Some(part) = im.constant(node, 1)?.filter(|c| c.len() == 2 * axes.len() && c.len() > 0) {
        let part = part.floats(&mut Made::few()).map_err(Fault::Broken)?;
        for (i, &at) in axes.iter().enumerate() {
            all[at].kept = (part[i].into(), part[i + axes.len()].into());
        }
    }
    Ok(all)
}
