//! A gate drawn into the convolution whose halves it blends.

use super::{Fused, Work};

/// Pixels of a map above which a step of its own was faster (0.92 of the time at 64x56x56, two threads) and steadier.
const MOST_PIXELS: usize = 1 << 10;

impl Fused {
    /// Makes one step of a gate and the convolution right before it that gives both its maps, where these are
    /// small and nobody else reads them. An executor that can tell when an output is whole may ask for this.
    pub fn join_gates(&mut self) {
        for i in (1..self.steps.len()).rev() {
            if self.gates(i) {
                let gate = self.steps.remove(i);
                let before = &mut self.steps[i - 1];
                if let (Work::Conv(work), Work::Gate { y, weight, .. }) = (&mut before.work, gate.work) {
                    work.targets.splice(..y.channels.len(), y.places());
                    work.gate = Some(weight);
                }
                before.name = gate.name;
                before.nodes.extend(gate.nodes);
            }
        }
    }

    /// Whether step `i` is such a gate.
    fn gates(&self, i: usize) -> bool {
        let (Work::Conv(work), Work::Gate { a, b, .. }) = (&self.steps[i - 1].work, &self.steps[i].work)
        else {
            return false;
        };
        let buffers = [a.buffer, b.buffer];
        let others = self.steps.iter().enumerate().filter(|(other, _)| *other != i);
        let free = |buffer| self.outputs.iter().all(|view| view.buffer != buffer);
        work.shape.plane() <= MOST_PIXELS
            && a.places().chain(b.places()).eq(work.targets.iter().copied())
            && work.residual.is_none()
            && others.map(|(_, step)| step.work.reads()).all(|read| read.is_disjoint(&buffers.into()))
            && buffers.into_iter().all(free)
    }
}
