//! How strongly a step's own output answers to its weights: the Gram matrices of what each weight is
//! multiplied by. For one convolution they are the matrices of its least-squares problem; for a chain
//! of them they make gradient steps in different directions comparable.

use std::collections::BTreeMap;

use candle_core::{Result, Tensor};

use super::{Differentiable, ExecError, Step, device_error, patches};
use crate::graph::Op;

/// Largest matrix, in rows.
const LARGEST: usize = 1200;
/// Largest sum of the cubes of one step's matrices: what inverting them costs. (About a second.)
const MOST_WORK: usize = 2_500_000_000;

/// Weights of several outputs that are multiplied by the same values.
#[derive(Clone, Debug)]
pub struct Block {
    /// Weights of one output.
    pub size: usize,
    /// `[size, size]`: sums of products of the values that the weights are multiplied by.
    pub gram: Vec<f32>,
    /// `[outputs, size]`: places of the weights among the parameters.
    pub places: Vec<usize>,
}

/// The curvature of one step.
#[derive(Clone, Debug, Default)]
pub struct NodeCurvature {
    /// Weights whose values are not correlated, or too many to look at in pairs: place and sum of squares.
    pub diagonal: Vec<(usize, f32)>,
    /// The others.
    pub blocks: Vec<Block>,
}

impl Differentiable {
    /// The curvature of every step that has weights, at these values of the parameters.
    ///
    /// # Errors
    /// If candle refuses an operation.
    pub fn curvature(&self, parameters: &[f32]) -> std::result::Result<Vec<NodeCurvature>, ExecError> {
        let leaves = self.variables(parameters).map_err(|e| device_error("operator", &e))?;
        let values = self.values(&leaves)?;
        let mut all = Vec::new();
        for step in self.steps.iter().filter(|s| !s.leaves.is_empty()) {
            let place = step.inputs[0];
            let x = if place == 0 { self.input.clone() } else { values[place - 1].detach() };
            all.push(self.of_step(step, &x).map_err(|e| device_error(&step.node.name, &e))?);
        }
        Ok(all)
    }

    /// Place of the first value of a step's weight.
    fn first(&self, step: &Step, weight: usize) -> Option<usize> {
        match step.leaves.get(weight)? {
            super::Leaf::Trained(place) => Some(self.parameters[*place].first),
            super::Leaf::Fixed(_) => None,
        }
    }

    fn of_step(&self, step: &Step, x: &Tensor) -> Result<NodeCurvature> {
        let (Some(kernel), to) = (self.first(step, 0), step.node.shape) else {
            return Ok(NodeCurvature::default());
        };
        let bias = self.first(step, 1);
        let pixels = (to.n * to.plane()) as f32;
        let squares = |x: &Tensor| x.sqr()?.sum((0, 2, 3))?.to_vec1::<f32>();
        let mut result = NodeCurvature::default();
        match (&step.node.op, &step.connections) {
            (Op::Conv2d(conv), Some(connections)) => {
                let own = match &step.patches {
                    Some(known) => known.clone(),
                    None => patches::patches(conv, x, step.from, to)?,
                };
                let patches = connections.grouped(&own)?;
                match &connections.listed {
                    None => grouped(&patches, kernel, bias, to.c, &mut result)?,
                    Some(listed) => wired(&patches, listed, kernel, bias, to.c, &mut result)?,
                }
            }
            (Op::Linear, _) => {
                let x = x.reshape((step.from.n, 1, step.from.c, 1))?;
                grouped(&x, kernel, bias, to.c, &mut result)?;
            }
            (Op::DepthwiseTranspose { kernel: k, .. }, _) => {
                let area = k * k;
                for (c, sum) in squares(x)?.into_iter().enumerate() {
                    result.diagonal.extend((0..area).map(|tap| (kernel + c * area + tap, sum)));
                }
            }
            _ => {
                // Scale and shift of a norm; the scale's own values are near one in the mean square.
                result.diagonal.extend((0..to.c).map(|c| (kernel + c, pixels)));
                result.diagonal.extend(bias.iter().flat_map(|b| (0..to.c).map(move |c| (b + c, pixels))));
            }
        }
        Ok(result)
    }
}

/// `[N, g, K, P]` as `[g, K (+ 1), N P]`, with a row of ones for the bias.
fn rows(patches: &Tensor, bias: bool) -> Result<Tensor> {
    let (n, g, k, p) = patches.dims4()?;
    let rows = patches.permute((1, 2, 0, 3))?.reshape((g, k, n * p))?;
    if !bias {
        return rows.contiguous();
    }
    let ones = Tensor::ones((g, 1, n * p), rows.dtype(), rows.device())?;
    Tensor::cat(&[rows, ones], 1)
}

fn gram(rows: &Tensor) -> Result<Vec<Vec<f32>>> {
    rows.matmul(&rows.t()?)?.flatten(1, 2)?.to_vec2::<f32>()
}

/// Sums of squares, `[g][K (+ 1)]`.
fn sums(rows: &Tensor) -> Result<Vec<Vec<f32>>> {
    rows.sqr()?.sum(2)?.to_vec2::<f32>()
}

/// Every output reads all of its group's values.
fn grouped(
    patches: &Tensor,
    kernel: usize,
    bias: Option<usize>,
    out_channels: usize,
    result: &mut NodeCurvature,
) -> Result<()> {
    let (_, groups, k, _) = patches.dims4()?;
    let rows = rows(patches, bias.is_some())?;
    let size = rows.dim(1)?;
    let outputs = |g: usize| g * out_channels / groups..(g + 1) * out_channels / groups;
    let places = |o: usize| (0..k).map(move |i| kernel + o * k + i).chain(bias.map(|b| b + o));
    if size > LARGEST || size * size * size * groups > MOST_WORK {
        for (g, sums) in sums(&rows)?.into_iter().enumerate() {
            outputs(g).for_each(|o| result.diagonal.extend(places(o).zip(sums.iter().copied())));
        }
        return Ok(());
    }
    for (g, gram) in gram(&rows)?.into_iter().enumerate() {
        result.blocks.push(Block { size, gram, places: outputs(g).flat_map(places).collect() });
    }
    Ok(())
}

/// Outputs with the same connections share a matrix.
fn wired(
    patches: &Tensor,
    listed: &[Option<u32>],
    kernel: usize,
    bias: Option<usize>,
    out_channels: usize,
    result: &mut NodeCurvature,
) -> Result<()> {
    let rows = rows(patches, bias.is_some())?;
    let size = rows.dim(1)?;
    let k = listed.len() / out_channels;
    // Which rows an output reads -> the outputs.
    let mut alike: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for o in 0..out_channels {
        let mut reads: Vec<usize> = (0..k).filter(|i| listed[o * k + i].is_some()).collect();
        if reads.is_empty() {
            continue;
        }
        reads.extend(bias.map(|_| k));
        alike.entry(reads).or_default().push(o);
    }
    let place = |o: usize, row: usize| match listed.get(o * k + row).copied().flatten() {
        Some(place) if row < k => kernel + place as usize,
        _ => bias.unwrap_or(0) + o,
    };
    let work: usize = alike.keys().map(|reads| reads.len().pow(3)).sum();
    if size > 2 * LARGEST || work > MOST_WORK || alike.keys().any(|reads| reads.len() > LARGEST) {
        let sums = sums(&rows)?.remove(0);
        for (reads, outputs) in &alike {
            for &o in outputs {
                result.diagonal.extend(reads.iter().map(|&row| (place(o, row), sums[row])));
            }
        }
        return Ok(());
    }
    let gram = gram(&rows)?.remove(0);
    for (reads, outputs) in alike {
        let own = reads.iter().flat_map(|&a| reads.iter().map(move |&b| (a, b)));
        result.blocks.push(Block {
            size: reads.len(),
            gram: own.map(|(a, b)| gram[a * size + b]).collect(),
            places: outputs.iter().flat_map(|&o| reads.iter().map(move |&row| place(o, row))).collect(),
        });
    }
    Ok(())
}
