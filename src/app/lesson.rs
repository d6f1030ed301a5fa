//! The lesson of an operator: moves through it, and what one of its steps chooses.

use super::study::{FIRST_FIGURE, StudyChoice};
use crate::figure::Knobs;
use crate::variants::{Settings, Shown, Step};

/// A move through the lesson of the chosen operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LessonMove {
    /// Begin, or go on where it was left.
    Start,
    /// Begin at the first step, with all answers hidden.
    Restart,
    /// The next step; after the last one the lesson is over.
    Next,
    /// The step before.
    Previous,
    /// Show the answer of this step.
    Answer,
    /// The answer if it is hidden, else the next step: for presenters, which have two keys.
    Advance,
    /// Leave it; its place is remembered.
    Leave,
}

/// Where the lesson under way stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LessonPlace {
    /// The step, from 0 on.
    pub step: usize,
    /// Number of steps.
    pub steps: usize,
    /// Whether its answer is shown.
    pub answered: bool,
    /// What the step brings to the front.
    pub shown: Shown,
}

/// The operator's page as a step of its lesson sets it: values that the step does not name get their
/// defaults. The layer or photo that it is shown on stays.
pub(super) fn set_by(step: &Step, choice: &StudyChoice) -> StudyChoice {
    let mut settings = Settings::default();
    for (name, value) in step.settings {
        // Every text is a value: what is neither a number nor a list is a name.
        let Ok(value) = value.parse();
        settings.set(name, value);
    }
    let figure = match step.shown {
        Shown::Figure(name) => name,
        Shown::Diagram | Shown::Maps => FIRST_FIGURE,
    };
    let knobs = Knobs(step.knobs.iter().map(|&(name, value)| (name.to_owned(), value)).collect());
    StudyChoice { settings, figure, knobs, node: None, ..choice.clone() }
}
