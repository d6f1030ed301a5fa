//! Lessons: short steps that set the sliders and the view, and ask before they tell. The words are in
//! the text table, under the name of the operator and the number of the step, from 1 on:
//! `step-<name>-<n>` (what one sees), `step-<name>-<n>-question`, `step-<name>-<n>-answer`.

/// The steps of a lesson, in order.
pub type Lesson = &'static [Step];

/// What a step brings to the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The operator's picture, drawn from its graph.
    Diagram,
    /// The maps of its result.
    Maps,
    /// One of the operator's figures, by name.
    Figure(&'static str),
}

/// One step of a lesson.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Settings that it sets, as they are written on the command line: `("groups", "4")`. Values that
    /// the layer does not allow become the nearest that it does. Others get their defaults.
    pub settings: &'static [(&'static str, &'static str)],
    /// Controls of the figure that it sets.
    pub knobs: &'static [(&'static str, i64)],
    /// What it shows.
    pub shown: Shown,
}

impl Step {
    /// A step that shows this with these settings.
    pub const fn new(shown: Shown, settings: &'static [(&'static str, &'static str)]) -> Self {
        Self { settings, knobs: &[], shown }
    }

    /// The same with controls of the figure.
    pub const fn with(self, knobs: &'static [(&'static str, i64)]) -> Self {
        Self { knobs, ..self }
    }
}
