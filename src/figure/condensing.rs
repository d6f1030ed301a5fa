//! How learned groups and SFR thin out a dense 1x1 convolution: groups on one axis, and for each group
//! the places of the other axis that it still keeps after so many stages.

use super::{Study, StudyRun};
use crate::exec::Ctl;
use crate::graph::NodeId;
use crate::tensor::HostTensor;
use crate::variants::{Value, kept};

/// Colours of groups, again from the beginning where there are more; position is the second mark. None of
/// them is the accent.
const GROUPS: [[u8; 3]; 7] = [
    [0x00, 0x72, 0xb2],
    [0xe6, 0x9f, 0x00],
    [0x00, 0x9e, 0x73],
    [0xcc, 0x79, 0xa7],
    [0x56, 0xb4, 0xe9],
    [0x8c, 0x56, 0x4b],
    [0x8a, 0x85, 0x2b],
];

/// A dense 1x1 convolution that is condensed in stages.
#[derive(Clone, Debug)]
pub struct Condensing {
    /// Input channels of the convolution.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Number of groups.
    pub groups: usize,
    /// Condensation or sparsity: one in so many places is kept in the end.
    pub factor: usize,
    /// Whether outputs are grouped and inputs kept (learned groups); else inputs are grouped and outputs
    /// kept (SFR).
    pub by_output: bool,
    /// The dense weights `[outputs, inputs]`.
    pub weight: Vec<f32>,
    /// Bias of each output.
    pub bias: Vec<f32>,
    /// What the convolution reads.
    pub maps: HostTensor,
    /// The convolution's input in the graph of the run.
    pub source: NodeId,
}

/// The same weights in the other forms: the study with its form set, without fitted weights, which have
/// another layout in each form.
pub fn in_form(run: &StudyRun, form: &str) -> Option<StudyRun> {
    if run.study.fitted.is_empty() && run.study.settings.is("form", form) {
        return Some(run.clone());
    }
    let mut settings = run.study.settings.clone();
    settings.set("form", Value::Choice(form.to_owned()));
    let study = Study { settings, fitted: Vec::new(), ..run.study.clone() };
    study.run(&Ctl::default()).ok()
}

impl Condensing {
    /// Of an operator that has a masked form; `None` for others.
    pub fn of(run: &StudyRun) -> Option<Self> {
        let settings = &run.study.settings;
        let by_output = settings.get("condensation").is_some();
        let factor = settings.integer(if by_output { "condensation" } else { "sparsity" });
        let groups = settings.integer("groups");
        if factor == 0 || groups == 0 {
            return None;
        }
        let masked = in_form(run, "masked")?;
        let conv = masked.node("conv")?;
        let node = masked.graph.node(conv);
        let maps = masked.value(node.inputs[0]).clone();
        let values = |at: usize| node.weights.get(at).map(|&w| masked.graph.weight(w).values.to_vec());
        let first = ["conv", if by_output { "index" } else { "uninterleave" }];
        let own = first.iter().find_map(|name| run.node(name))?;
        Some(Self {
            inputs: maps.shape().c,
            outputs: node.shape.c,
            groups,
            factor,
            by_output,
            weight: values(0)?,
            bias: values(1).unwrap_or_else(|| vec![0.0; node.shape.c]),
            source: run.graph.node(own).inputs[0],
            maps,
        })
    }

    /// Channels of the axis that is cut into groups.
    pub const fn members(&self) -> usize {
        if self.by_output { self.outputs } else { self.inputs }
    }

    /// Channels of the axis whose places are kept.
    pub const fn places(&self) -> usize {
        if self.by_output { self.inputs } else { self.outputs }
    }

    /// The last stage: after so many prunings the operator is as it is used.
    pub const fn last(&self) -> usize {
        self.factor - 1
    }

    fn at(&self, member: usize, place: usize) -> f32 {
        let (o, i) = if self.by_output { (member, place) } else { (place, member) };
        self.weight[o * self.inputs + i]
    }

    /// For each group the places kept after `stage` prunings, ascending. Each pruning drops
    /// `places / factor` per group, those with the least L1 norm. As the weights stand still here, the
    /// prunings together are one selection.
    pub fn kept(&self, stage: usize) -> Vec<Vec<u32>> {
        let weight = |member, place| self.at(member, place);
        kept(self.groups, self.members(), self.places(), self.keeps(stage), weight)
    }

    /// How many places each group keeps after `stage` prunings.
    pub fn keeps(&self, stage: usize) -> usize {
        self.places() - stage.min(self.last()) * (self.places() / self.factor)
    }

    /// After how many prunings each group and place is gone; `None` for those that stay.
    pub fn dropped(&self) -> Vec<Vec<Option<usize>>> {
        let mut dropped = vec![vec![None; self.places()]; self.groups];
        for stage in (1..=self.last()).rev() {
            for (of_group, mask) in dropped.iter_mut().zip(self.mask(stage)) {
                let gone = of_group.iter_mut().zip(mask).filter(|(_, kept)| !kept);
                gone.for_each(|(dropped, _)| *dropped = Some(stage));
            }
        }
        dropped
    }

    /// For each group and place whether it is kept after `stage` prunings.
    pub fn mask(&self, stage: usize) -> Vec<Vec<bool>> {
        let of_group = |kept: Vec<u32>| {
            let mut mask = vec![false; self.places()];
            kept.into_iter().for_each(|place| mask[place as usize] = true);
            mask
        };
        self.kept(stage).into_iter().map(of_group).collect()
    }

    /// For each group and place the L1 norm of its weights.
    pub fn norms(&self) -> Vec<Vec<f64>> {
        let norm = |group: usize, place: usize| -> f64 {
            (group..self.members()).step_by(self.groups).map(|m| f64::from(self.at(m, place).abs())).sum()
        };
        (0..self.groups).map(|g| (0..self.places()).map(|place| norm(g, place)).collect()).collect()
    }

    /// What the convolution gives after so many prunings, with every `step`-th pixel of every `step`-th
    /// row, output by output. A 1x1 convolution looks at no other pixel.
    pub fn result(&self, mask: &[Vec<bool>], step: usize) -> Vec<Vec<f32>> {
        let inputs: Vec<Vec<f32>> = (0..self.inputs).map(|c| thinned(&self.maps, c, step)).collect();
        let pixels = inputs.first().map_or(0, Vec::len);
        let of_output = |o: usize| {
            let mut y = vec![0.0; pixels];
            let mut any = false;
            for (i, x) in inputs.iter().enumerate() {
                let (member, place) = if self.by_output { (o, i) } else { (i, o) };
                if mask[member % self.groups][place] {
                    any = true;
                    let w = self.weight[o * self.inputs + i];
                    y.iter_mut().zip(x).for_each(|(y, x)| *y += w * x);
                }
            }
            // An output that nobody keeps loses its bias too.
            if any {
                y.iter_mut().for_each(|y| *y += self.bias[o]);
            }
            y
        };
        (0..self.outputs).map(of_output).collect()
    }

    /// Colour of a group.
    pub const fn colour(group: usize) -> [u8; 3] {
        GROUPS[group % GROUPS.len()]
    }
}

/// Every `step`-th pixel of every `step`-th row of a channel.
pub fn thinned(maps: &HostTensor, channel: usize, step: usize) -> Vec<f32> {
    let shape = maps.shape();
    let rows = (0..shape.h).step_by(step);
    rows.flat_map(|y| (0..shape.w).step_by(step).map(move |x| maps.at(0, channel, y, x))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::links::{Link, Links};
    use crate::figure::testing::study;

    fn cases() -> Vec<StudyRun> {
        vec![
            study("sfr", &[("groups", "4"), ("sparsity", "8")], 16, 32, 1),
            study("sfr", &[("groups", "2"), ("sparsity", "4"), ("form", "converted")], 16, 32, 1),
            study("learned_group", &[("groups", "4"), ("condensation", "8")], 16, 32, 1),
            study(
                "learned_group",
                &[("groups", "8"), ("condensation", "2"), ("form", "converted")],
                16,
                32,
                1,
            ),
        ]
    }

    #[test]
    fn the_last_stage_is_what_the_operator_keeps() {
        for run in cases() {
            let condensing = Condensing::of(&run).unwrap();
            let masked = in_form(&run, "masked").unwrap();
            let links = Links::of(&masked.graph, masked.node("conv").unwrap()).unwrap();
            let mask = condensing.mask(condensing.last());
            for o in 0..condensing.outputs {
                for i in 0..condensing.inputs {
                    let (member, place) = if condensing.by_output { (o, i) } else { (i, o) };
                    let kept = mask[member % condensing.groups][place];
                    assert_eq!(links.link(o, i) != Link::None, kept, "{} {o} {i}", run.study.variant);
                }
            }
            let result = condensing.result(&mask, 1);
            let conv = masked.value(masked.node("conv").unwrap());
            for (o, y) in result.iter().enumerate() {
                let near = y.iter().zip(conv.channel(0, o)).all(|(a, b)| (a - b).abs() < 1e-5);
                assert!(near, "{} output {o}", run.study.variant);
            }
        }
    }

    #[test]
    fn stages_drop_equal_shares_of_the_least_norms() {
        for run in cases() {
            let condensing = Condensing::of(&run).unwrap();
            let norms = condensing.norms();
            let share = condensing.places() / condensing.factor;
            for stage in 1..condensing.factor {
                let (before, after) = (condensing.mask(stage - 1), condensing.mask(stage));
                for group in 0..condensing.groups {
                    let dropped: Vec<usize> =
                        (0..condensing.places()).filter(|&p| before[group][p] && !after[group][p]).collect();
                    assert_eq!(dropped.len(), share, "stage {stage}");
                    let most = dropped.iter().map(|&p| norms[group][p]).fold(0.0, f64::max);
                    let kept = (0..condensing.places()).filter(|&p| after[group][p]);
                    assert!(kept.clone().all(|p| before[group][p]), "nothing grows back");
                    assert!(kept.map(|p| norms[group][p]).all(|norm| norm >= most));
                }
            }
        }
    }
}
