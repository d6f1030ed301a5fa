//! Transposed convolutions: `y[o, s i + d u - p] += x[c, i] w[c, o, u]` on both axes.
//!
//! The output pixels `s q + r` of one phase `r` read only the taps `u` with `d u = r + p` modulo `s`. So each
//! phase is an ordinary convolution with its share of the taps, and the results lie between each other: no
//! zero is multiplied, and no more than the taps of the file are.

use std::sync::Arc;

use super::super::import::{Importer, Map};
use super::super::node::{Fault, Lowered, Node, broken, unsupported};
use super::conv::{Kernels, convolved};
use super::norm::affine;
use super::phases::{Axis, Phase};
use super::spatial;
use super::window::{Window, under_windows};
use crate::graph::{NodeId, Padding, Sampling, Taps};

/// The most phases that become convolutions of their own.
const MOST_PHASES: usize = 16;

/// `ConvTranspose`.
pub(super) fn transposed(im: &mut Importer<'_>, node: &Node) -> Lowered<Map> {
    let x = im.map(node, 0)?;
    let x = under_windows(im, &x, node)?;
    let shape = im.shape(x.id);
    let kernel = im.weight(node, 1)?;
    let (&[inputs, outputs, ref taps @ ..], true) = (&kernel.dims[..], kernel.dims.len() == x.view.rank())
    else {
        return broken(format!("its kernel has the sides {:?}", kernel.dims));
    };
    let groups = usize::try_from(node.int("group", 1)).unwrap_or(0);
    if groups == 0 || inputs != shape.c || inputs % groups != 0 || outputs == 0 || taps.contains(&0) {
        return broken(format!(
            "its kernel of sides {:?} in {groups} groups does not fit {} input channels",
            kernel.dims, shape.c
        ));
    }
    let out = outputs * groups;
    let bias = match im.constant(node, 2)? {
        None => None,
        Some(bias) if bias.len() == out => Some(im.floats(&bias)?),
        Some(bias) => return broken(format!("its bias has the sides {:?}, not [{out}]", bias.dims)),
    };
    let values = im.floats(&kernel)?;
    if let ([k, k2], 1, true) = (taps, outputs, groups == shape.c)
        && k == k2
        && node.per_axis("strides", 2)? == [*k; 2]
        && ["pads", "output_padding", "output_shape", "dilations", "auto_pad"]
            .iter()
            .all(|a| is_usual(node, a))
    {
        // Windows that do not overlap, channel by channel, are an operation of their own.
        let name = im.fresh(&node.name);
        im.stage(format!("{name}.weight"), kernel.dims.clone(), values);
        let id = im.b.depthwise_transpose(&name, x.id, *k, shape.h * k, shape.w * k)?;
        let map = spatial(im, id, &x);
        return match bias {
            None => Ok(map),
            Some(bias) => affine(im, &format!("{name}/bias"), &map, 1, None, Some(bias)),
        };
    }
    let [rows, columns] = axes(node, [shape.h, shape.w], taps)?;
    let whole = Whole { groups, inputs: inputs / groups, outputs, rows, columns };
    let id = whole.lower(im, node, &x, &values, bias.as_ref())?;
    let map = spatial(im, id, &x);
    match bias.filter(|_| whole.has_gaps()) {
        None => Ok(map),
        Some(bias) => affine(im, &format!("{}/bias", node.name), &map, 1, None, Some(bias)),
    }
}

/// Whether an attribute is left out or says what leaving it out says.
fn is_usual(node: &Node, name: &str) -> bool {
    let usual = i64::from(name == "dilations");
    match name {
        "auto_pad" => matches!(node.text(name, "NOTSET").as_str(), "NOTSET" | "VALID" | ""),
        _ => node.ints(name).is_none_or(|values| values.iter().all(|&v| v == usual)),
    }
}

/// Both axes; a map of one row under a kernel of one axis has its row as it is.
fn axes(node: &Node, sizes: [usize; 2], taps: &[usize]) -> Lowered<[Axis; 2]> {
    let count = taps.len();
    let (strides, dilations) = (node.per_axis("strides", count)?, node.per_axis("dilations", count)?);
    let list = |name: &str, len: usize| match node.ints(name) {
        None => Ok(None),
        Some(values) if values.len() == len && values.iter().all(|v| v.unsigned_abs() <= 1 << 20) => {
            Ok(Some(values.to_vec()))
        }
        Some(values) => {
            broken(format!("'{name}' is {values:?}; it must be {len} numbers of at most {}", 1 << 20))
        }
    };
    let more = list("output_padding", count)?.unwrap_or_else(|| vec![0; count]);
    let wanted = list("output_shape", count)?;
    let pads = list("pads", 2 * count)?.unwrap_or_else(|| vec![0; 2 * count]);
    let auto = node.text("auto_pad", "NOTSET");
    let same = auto.starts_with("SAME");
    let mut made = Vec::with_capacity(count);
    for i in 0..count {
        let size = sizes[2 - count + i];
        let (stride, dilation) = (strides[i], dilations[i]);
        let full = (stride * (size - 1) + dilation * (taps[i] - 1) + 1) as i64 + more[i];
        let target = wanted.as_ref().map(|w| w[i]).or_else(|| same.then_some((size * stride) as i64));
        let (before, out) = match target {
            // What is larger than the whole ends in zeros.
            Some(out) => {
                let cut = (full - out).max(0);
                (if auto == "SAME_UPPER" { cut / 2 } else { cut - cut / 2 }, out)
            }
            None => (pads[i], full - pads[i] - pads[i + count]),
        };
        let Ok(out @ 1..=8192) = usize::try_from(out) else {
            return broken(format!("it would give {out} pixels on an axis"));
        };
        made.push(Axis::new(size, taps[i], stride, dilation, before, out));
    }
    match (made.pop(), made.pop()) {
        (Some(columns), Some(rows)) => Ok([rows, columns]),
        (Some(columns), None) => Ok([Axis::new(sizes[0], 1, 1, 1, 0, sizes[0]), columns]),
        _ => broken("its kernel has no axes"),
    }
}

/// A transposed convolution with all attributes resolved.
struct Whole {
    groups: usize,
    /// Input and output channels of a group.
    inputs: usize,
    outputs: usize,
    rows: Axis,
    columns: Axis,
}

impl Whole {
    /// Whether some pixels of the result read nothing.
    fn has_gaps(&self) -> bool {
        [&self.rows, &self.columns].iter().any(|axis| axis.phases.contains(&None))
    }

    fn lower(
        &self,
        im: &mut Importer<'_>,
        node: &Node,
        x: &Map,
        values: &[f32],
        bias: Option<&Arc<Vec<f32>>>,
    ) -> Lowered<NodeId> {
        let shape = im.shape(x.id);
        let (out, bias) = (self.groups * self.outputs, bias.filter(|_| !self.has_gaps()));
        let phases: Vec<[Phase; 2]> =
            self.rows.existing().flat_map(|r| self.columns.existing().map(|c| [*r, *c])).collect();
        let several = phases.len() > MOST_PHASES;
        let alike = [&self.rows, &self.columns].iter().all(|axis| axis.alike(!several));
        if several {
            if !alike || self.groups > 1 {
                return unsupported(format!("a transposed convolution in {} phases is not", phases.len()));
            }
            let mut even = Self { rows: self.rows.clone(), columns: self.columns.clone(), ..*self };
            even.rows.evened(shape.h);
            even.columns.evened(shape.w);
            return even.together(im, node, x, values, bias);
        }
        if alike && self.groups == 1 {
            return self.together(im, node, x, values, bias);
        }
        im.made.add(values.len()).map_err(Fault::Broken)?;
        let mut parts = Vec::with_capacity(phases.len());
        for (number, phase) in phases.iter().enumerate() {
            let kernels = Kernels {
                groups: self.groups,
                out,
                values: Arc::new(self.taps(values, phase)),
                bias: bias.cloned(),
            };
            let name = format!("{}/phase{number}", node.name);
            parts.push(convolved(im, &name, x, &self.window(phase, [shape.h, shape.w]), &kernels)?);
        }
        let Some(&first) = parts.first() else { return broken("its stride leaves no taps") };
        let joined = if parts.len() == 1 {
            first
        } else {
            let name = im.fresh(&format!("{}/phases", node.name));
            im.b.concat(&name, &parts)?
        };
        self.between(im, node, joined)
    }

    /// All phases as one convolution, a phase's outputs behind the other's.
    fn together(
        &self,
        im: &mut Importer<'_>,
        node: &Node,
        x: &Map,
        values: &[f32],
        bias: Option<&Arc<Vec<f32>>>,
    ) -> Lowered<NodeId> {
        let shape = im.shape(x.id);
        im.made.add(values.len()).map_err(Fault::Broken)?;
        let (mut all, mut biases, mut window, mut count) = (Vec::new(), Vec::new(), None, 0);
        for rows in self.rows.existing() {
            for columns in self.columns.existing() {
                let phase = [*rows, *columns];
                all.extend(self.taps(values, &phase));
                biases.extend(bias.iter().flat_map(|b| b.iter().copied()));
                window = Some(self.window(&phase, [shape.h, shape.w]));
                count += 1;
            }
        }
        let Some(window) = window else { return broken("its stride leaves no taps") };
        let kernels = Kernels {
            groups: 1,
            out: count * self.outputs,
            values: Arc::new(all),
            bias: bias.map(|_| Arc::new(biases)),
        };
        let name = if count == 1 { node.name.clone() } else { format!("{}/phases", node.name) };
        let id = convolved(im, &name, x, &window, &kernels)?;
        self.between(im, node, id)
    }

    fn window(&self, [rows, columns]: &[Phase; 2], [h, w]: [usize; 2]) -> Window {
        Window {
            kernel: [rows.taps, columns.taps],
            stride: [1, 1],
            dilation: [rows.dilation, columns.dilation],
            padding: Padding {
                top: rows.before,
                bottom: self.rows.after(rows, h),
                left: columns.before,
                right: self.columns.after(columns, w),
            },
        }
    }

    /// The taps of a phase, last one first: `[outputs, inputs of a group, rows, columns]`.
    fn taps(&self, values: &[f32], [rows, columns]: &[Phase; 2]) -> Vec<f32> {
        let taken = |phase: &Phase| -> Vec<usize> {
            (0..phase.taps).rev().map(|tap| phase.first + tap * phase.step).collect()
        };
        let (rows, columns) = (taken(rows), taken(columns));
        let area = values.len() / (self.groups * self.inputs * self.outputs);
        let width = self.width(area);
        let mut taps = Vec::with_capacity(values.len());
        for group in 0..self.groups {
            for output in 0..self.outputs {
                for input in 0..self.inputs {
                    let kernel = ((group * self.inputs + input) * self.outputs + output) * area;
                    let row = |u: usize| columns.iter().map(move |v| values[kernel + u * width + v]);
                    taps.extend(rows.iter().flat_map(|&u| row(u)));
                }
            }
        }
        taps
    }

    /// Columns of the kernel of `area` taps.
    fn width(&self, area: usize) -> usize {
        let rows: usize = self.rows.existing().map(|phase| phase.taps).sum();
        area / rows.max(1)
    }

    /// The pixels of the phases between each other, and only those that are wanted.
    fn between(&self, im: &mut Importer<'_>, node: &Node, phases: NodeId) -> Lowered<NodeId> {
        let shape = im.shape(phases);
        let out = self.groups * self.outputs;
        let of_phase = out * shape.plane();
        let still = [&self.rows, &self.columns].iter().all(|axis| {
            axis.stride == 1 && axis.rows == axis.out && axis.existing().all(|phase| phase.skipped == 0)
        });
        if still {
            return Ok(phases);
        }
        let sampling = Sampling {
            channels: Taps::moved((0..out).map(|c| Some(c * shape.plane()))),
            rows: self.rows.places(self.columns.existing().count() * of_phase, shape.w),
            columns: self.columns.places(of_phase, 1),
        };
        let name = im.fresh(&node.name);
        Ok(im.b.resample(&name, phases, sampling)?)
    }
}
