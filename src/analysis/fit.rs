//! Fitting an operator to the output of the layer it replaces, on one image.
//!
//! With the layer's own input `x` and output `t`, the operator's weights `w` are moved from where they were
//! derived to a minimum of
//!
//! ```text
//! ||operator(x; w) - t||^2 / ||t||^2
//! ```
//!
//! by gradient steps over the whole image: the gradient is candle's, the step is that of the L-BFGS method
//! (Nocedal and Wright, Numerical Optimization, algorithm 7.4) with a matrix of its own to start from: the inverse
//! Gram matrices of what each weight is multiplied by. Neighbouring pixels and rectified channels are so
//! alike that plain gradient steps, Adam's too, crawl; with these matrices the first step of an operator that is one
//! convolution already is the solution of its least-squares problem, and operators of several parts need tens of steps.
//!
//! An operator that ends in a ReLU (SIC) cannot give negative values. It is compared with the rectified
//! output, `max(t, 0)`: what the ReLU after the trained layer would have let through.
//!
//! The fit knows one image only. Where it has not far fewer weights than the output has values, it can be good
//! here and bad on every other image; [`FitResult`] tells both numbers.

mod lbfgs;
mod scaling;
#[cfg(test)]
mod tests;

use self::lbfgs::{Memory, dot};
use self::scaling::Scaling;
use crate::exec::candle::autograd::Differentiable;
use crate::exec::{Ctl, ExecError};
use crate::graph::{Graph, NodeId, Op, WeightId};
use crate::tensor::HostTensor;

/// Steps that are enough for every operator and layer seen so far.
pub const STEPS: usize = 200;

/// The fit ends when this many steps together ...
const PATIENCE: usize = 12;
/// ... lower the relative error by no more than this share.
const LEAST_GAIN: f64 = 0.003;
/// A relative error that need not get smaller: that of 32-bit arithmetic.
const EXACT: f64 = 2e-6;
/// Trials of one step's length.
const TRIALS: usize = 12;
/// A step must gain this share of what the slope promises.
const ARMIJO: f64 = 1e-4;

/// Fitted weights and what they are worth.
#[derive(Clone, Debug)]
pub struct FitResult {
    /// The new values of each trained tensor of the operator.
    pub weights: Vec<(WeightId, Vec<f32>)>,
    /// `||operator - target|| / ||target||` with the weights it started from.
    pub error_before: f64,
    /// The same with the fitted ones; never more.
    pub error_after: f64,
    /// Steps taken.
    pub steps: usize,
    /// Weights that were fitted.
    pub parameters: usize,
    /// Values of the output that they were fitted to.
    pub values: usize,
    /// Whether the target was the rectified output, because the operator ends in a ReLU.
    pub rectified: bool,
}

/// Fits the nodes `operator` of `graph`, which read one map `input`, to the map `target`, in no more than
/// `steps` steps. Progress and cancel through `ctl`, before every step.
///
/// # Errors
/// [`ExecError::Cancelled`]; [`ExecError::Device`] if the nodes do not read one map of the shape of `input`, the
/// target has another shape than their result, or a value is not finite.
pub fn fit(
    graph: &Graph,
    operator: &[NodeId],
    input: &HostTensor,
    target: &HostTensor,
    steps: usize,
    ctl: &Ctl,
) -> Result<FitResult, ExecError> {
    let refuse = |cause: String| ExecError::Device { node: "fit".into(), cause };
    ctl.step(0, steps)?;
    let f = Differentiable::new(graph, operator, input)?;
    if f.output() != target.shape() {
        return Err(refuse(format!("the operator gives {} and the layer {}", f.output(), target.shape())));
    }
    let rectified = matches!(f.last_op(), Some(Op::Activation(_)));
    let floor = if rectified { 0.0 } else { f32::NEG_INFINITY };
    let goal = Goal::new(&f, target.data().iter().map(|v| v.max(floor)).collect());

    let mut now = goal.at(f.start().to_vec())?;
    if !now.loss.is_finite() {
        return Err(refuse("the maps hold values that are not finite".into()));
    }
    let error_before = now.loss.sqrt();
    let scaling = Scaling::new(&f, goal.scale, ctl)?;
    let mut memory = Memory::default();
    let mut errors = vec![error_before];
    for step in 0..steps {
        ctl.step(step, steps)?;
        if now.loss.sqrt() < EXACT || stalled(&errors) {
            break;
        }
        let Some(next) = descend(&goal, &scaling, &mut memory, &now, ctl)? else { break };
        now = next;
        errors.push(now.loss.sqrt());
    }
    let weights = f
        .parameters()
        .iter()
        .map(|p| (p.weight, now.parameters[p.first..p.first + p.len].to_vec()))
        .collect();
    Ok(FitResult {
        weights,
        error_before,
        error_after: now.loss.sqrt(),
        steps: errors.len() - 1,
        parameters: scaling.count(),
        values: target.data().len(),
        rectified,
    })
}

/// Whether the last steps brought too little.
fn stalled(errors: &[f64]) -> bool {
    let Some(before) = errors.len().checked_sub(PATIENCE + 1) else { return false };
    errors[errors.len() - 1] > errors[before] * (1.0 - LEAST_GAIN)
}

/// One step downhill; `None` where no direction leads further down.
fn descend(
    goal: &Goal<'_>,
    scaling: &Scaling,
    memory: &mut Memory,
    now: &Point,
    ctl: &Ctl,
) -> Result<Option<Point>, ExecError> {
    loop {
        let direction = memory.direction(&now.gradient, |g| scaling.apply(g))?;
        let slope = dot(&now.gradient, &direction);
        let found = if slope < 0.0 { search(goal, now, &direction, slope, ctl)? } else { None };
        match found {
            Some(next) => {
                let step = difference(&next.parameters, &now.parameters);
                memory.remember(step, difference(&next.gradient, &now.gradient));
                return Ok(Some(next));
            }
            None if memory.is_empty() => return Ok(None),
            // What was learned further up misleads here.
            None => memory.clear(),
        }
    }
}

/// The first of shorter and shorter steps that gains enough.
fn search(
    goal: &Goal<'_>,
    now: &Point,
    direction: &[f32],
    slope: f64,
    ctl: &Ctl,
) -> Result<Option<Point>, ExecError> {
    let mut length = 1.0_f64;
    for _ in 0..TRIALS {
        if ctl.cancel.is_cancelled() {
            return Err(ExecError::Cancelled);
        }
        let moved = now.parameters.iter().zip(direction).map(|(p, d)| p + length as f32 * d);
        let next = goal.at(moved.collect())?;
        if next.loss <= now.loss + ARMIJO * length * slope {
            return Ok(Some(next));
        }
        // The lowest point of the parabola through what is known.
        let rise = next.loss - now.loss - slope * length;
        let lowest = -slope * length * length / (2.0 * rise);
        length = if lowest.is_finite() { lowest.clamp(0.1 * length, 0.5 * length) } else { 0.1 * length };
    }
    Ok(None)
}

fn difference(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// What is minimised.
struct Goal<'f> {
    f: &'f Differentiable,
    target: Vec<f32>,
    /// `1 / ||target||^2`.
    scale: f64,
}

/// Values of the parameters, the square of the relative error there, and its gradient.
struct Point {
    parameters: Vec<f32>,
    loss: f64,
    gradient: Vec<f32>,
}

impl<'f> Goal<'f> {
    fn new(f: &'f Differentiable, target: Vec<f32>) -> Self {
        let norm = dot(&target, &target);
        // A layer that gives nothing but zeros has no scale of its own.
        Self { f, target, scale: if norm == 0.0 { 1.0 } else { 1.0 / norm } }
    }

    fn at(&self, parameters: Vec<f32>) -> Result<Point, ExecError> {
        let recorded = self.f.record(&parameters)?;
        let rest = difference(&recorded.result, &self.target);
        let loss = dot(&rest, &rest) * self.scale;
        let factor = (2.0 * self.scale) as f32;
        let gradient = recorded.gradient(&rest.iter().map(|r| r * factor).collect::<Vec<_>>())?;
        Ok(Point { parameters, loss, gradient })
    }
}
