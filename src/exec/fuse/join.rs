//! Convolutions that do not wait for each other become one step.

use super::pending::renumber;
use super::{Fused, MOST_BUFFERS, MOST_SOURCES, Work};
use crate::exec::conv_work::ConvWork;
use crate::graph::NodeId;
use crate::tensor::Shape;

impl Fused {
    /// Makes one step of convolutions of equal size that do not wait for each other.
    pub(super) fn join_siblings(&mut self, part: &[NodeId]) {
        let mut i = 0;
        while i < self.steps.len() {
            let mut j = i + 1;
            while j < self.steps.len() {
                if self.joins(i, j) && self.is_of(i, part) == self.is_of(j, part) {
                    let later = self.steps.remove(j);
                    let first = &mut self.steps[i];
                    if let (Work::Conv(a), Work::Conv(b)) = (&mut first.work, later.work) {
                        join(a, b);
                    }
                    first.nodes.extend(later.nodes);
                } else {
                    j += 1;
                }
            }
            i += 1;
        }
    }

    /// Whether a step does work of some of these nodes.
    fn is_of(&self, step: usize, nodes: &[NodeId]) -> bool {
        self.steps[step].nodes.iter().any(|id| nodes.contains(id))
    }

    /// Whether step `j` can be done together with the earlier step `i`.
    fn joins(&self, i: usize, j: usize) -> bool {
        let (Work::Conv(a), Work::Conv(b)) = (&self.steps[i].work, &self.steps[j].work) else {
            return false;
        };
        let same_size = Shape { c: 0, ..a.shape } == Shape { c: 0, ..b.shape };
        let plain = a.residual.is_none() && b.residual.is_none() && a.activation == b.activation;
        let reads = self.steps[j].work.reads();
        let waits = self.steps[i..j].iter().any(|step| !step.work.writes().is_disjoint(&reads));
        let mut touched = reads;
        touched.extend(self.steps[i].work.reads());
        touched.extend(self.steps[i].work.writes());
        touched.extend(self.steps[j].work.writes());
        let sources = a.sources.len() + b.sources.len();
        same_size && plain && !waits && touched.len() <= MOST_BUFFERS && sources <= MOST_SOURCES
    }
}

/// Makes one work of two of equal size: the outputs of `b` come behind those of `a`.
fn join(a: &mut ConvWork, b: ConvWork) {
    let place = renumber(&mut a.sources, &b.sources);
    let before = a.shape.c as u32;
    for mut group in b.groups {
        group.taps.iter_mut().for_each(|t| t.source = place[t.source as usize]);
        group.outputs.iter_mut().for_each(|o| *o += before);
        a.groups.push(group);
    }
    a.bias.extend(b.bias);
    a.targets.extend(b.targets);
    a.shape.c += b.shape.c;
}

#[cfg(test)]
mod tests {
    use super::super::{fuse, steps_of};
    use crate::graph::{Builder, Graph, NodeId, Seeded};
    use crate::tensor::Shape;

    /// Two pointwise convolutions beside each other, both results wanted.
    fn siblings() -> (Graph, NodeId) {
        let mut source = Seeded(1);
        let mut b = Builder::new(&mut source);
        let x = b.input("x", Shape::new(1, 4, 3, 3)).unwrap();
        let first = b.pointwise("first", x, 5).unwrap();
        let second = b.pointwise("second", x, 6).unwrap();
        b.output("first", first);
        b.output("second", second);
        (b.finish(), first)
    }

    #[test]
    fn siblings_are_one_step_unless_one_is_measured() {
        let (graph, first) = siblings();
        let steps = |part: &[NodeId]| -> Vec<_> {
            fuse(&graph, part).unwrap().steps.iter().map(|step| step.info(&graph)).collect()
        };
        let together = steps(&[]);
        assert_eq!(together.iter().map(|s| s.executed.macs).collect::<Vec<_>>(), [9 * 4 * (5 + 6)]);
        let apart = steps(&[first]);
        assert_eq!(apart.iter().map(|s| s.executed.macs).collect::<Vec<_>>(), [9 * 4 * 5, 9 * 4 * 6]);
        assert_eq!(steps_of(&apart, &[first]), [0]);
        // 4 maps of 9 values in, 5 out, weights and biases of 4 bytes.
        let work = apart[0].executed;
        assert_eq!((work.bytes_read, work.bytes_written, work.weight_bytes), (144, 180, 100));
    }
}
