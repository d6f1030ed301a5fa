//! A depthwise convolution drawn into the pointwise one behind it.

use super::{Fused, Work};
use crate::exec::conv_work::ConvWork;

/// Values of a map above which it does not stay in a core's caches until it is read.
const LARGE_MAP: usize = 1 << 17;

/// Pixels of a map that is cut into bands.
const MOST_PIXELS_OF_SMALL_MAP: usize = 256;

impl Fused {
    /// Makes one step of a depthwise 3x3 convolution of large maps and the pointwise one right behind it,
    /// where nobody else reads what is between them. An executor that works in bands may ask for this.
    pub fn join_depthwise(&mut self) {
        for i in (1..self.steps.len()).rev() {
            if self.is_made(i) {
                let first = self.steps.remove(i - 1);
                let step = &mut self.steps[i - 1];
                if let (Work::Conv(made), Work::Conv(work)) = (first.work, &mut step.work) {
                    work.made = Some(Box::new(made));
                }
                step.nodes.splice(..0, first.nodes);
            }
        }
    }

    /// Whether step `i` is such a pointwise convolution.
    fn is_made(&self, i: usize) -> bool {
        let (Work::Conv(first), Work::Conv(work)) = (&self.steps[i - 1].work, &self.steps[i].work) else {
            return false;
        };
        let [source] = work.sources.as_slice() else { return false };
        let between = source.buffer;
        let is_between = |o: usize, place: &crate::exec::conv_work::Place| {
            (place.buffer, place.channel as usize) == (between, o)
        };
        let others = self.steps.iter().enumerate().filter(|(other, _)| *other != i);
        first.is_depthwise()
            && first.residual.is_none()
            && is_pointwise(work)
            && source.is_like(work.shape)
            && first.shape == source.shape
            && first.shape.elements() >= first.shape.n * LARGE_MAP
            && first.shape.plane() > MOST_PIXELS_OF_SMALL_MAP
            && first.targets.iter().enumerate().all(|(o, place)| is_between(o, place))
            && work.residual.as_ref().is_none_or(|r| r.view.buffer != between)
            && others.map(|(_, step)| step.work.reads()).all(|read| !read.contains(&between))
            && self.outputs.iter().all(|view| view.buffer != between)
    }
}

fn is_pointwise(work: &ConvWork) -> bool {
    work.gate.is_none() && work.groups.iter().flat_map(|g| &g.taps).all(|tap| (tap.dy, tap.dx) == (0, 0))
}
