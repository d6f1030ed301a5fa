//! Walking through the lesson of the chosen operator. Its place is part of what is chosen, so that undo
//! takes a step back together with what it set.

use super::App;
use crate::app::lesson::{LessonMove, LessonPlace, set_by};

impl App {
    /// Where the lesson under way stands.
    pub fn lesson(&self) -> Option<LessonPlace> {
        let study = &self.choice.study;
        let lesson = study.operator().lesson();
        let step = self.choice.lesson?;
        let shown = lesson.get(step)?.shown;
        let answered = self.answered.contains(&(study.variant, step));
        Some(LessonPlace { step, steps: lesson.len(), answered, shown })
    }

    /// The step at which the lesson of the chosen operator goes on; 0 if it was not begun.
    pub fn lesson_resumes_at(&self) -> usize {
        let study = &self.choice.study;
        let place = self.prefs.lessons.get(study.variant).copied().unwrap_or(0);
        if place < study.operator().lesson().len() { place } else { 0 }
    }

    pub(super) fn move_lesson(&mut self, movement: LessonMove) {
        let variant = self.choice.study.variant;
        let to = match (movement, self.lesson()) {
            (LessonMove::Start, None) => self.lesson_resumes_at(),
            (LessonMove::Restart, _) => {
                self.hide_answers();
                0
            }
            (LessonMove::Next, Some(place)) if place.step + 1 < place.steps => place.step + 1,
            (LessonMove::Next, Some(_)) => {
                self.hide_answers();
                self.prefs.lessons.remove(variant);
                self.choice.lesson = None;
                return;
            }
            (LessonMove::Previous, Some(place)) if place.step > 0 => place.step - 1,
            (LessonMove::Advance, Some(place)) if place.answered => {
                return self.move_lesson(LessonMove::Next);
            }
            (LessonMove::Answer | LessonMove::Advance, Some(place)) => {
                self.answered.insert((variant, place.step));
                return;
            }
            (LessonMove::Leave, _) => {
                self.choice.lesson = None;
                return;
            }
            _ => return,
        };
        if let Some(step) = self.choice.study.operator().lesson().get(to) {
            self.choice.lesson = Some(to);
            self.choose_study(set_by(step, &self.choice.study));
        }
    }

    /// The place is remembered from one start to the next.
    pub(super) fn remember_lesson(&mut self) {
        if let Some(place) = self.lesson() {
            self.prefs.lessons.insert(self.choice.study.variant.to_owned(), place.step);
        }
    }

    fn hide_answers(&mut self) {
        let variant = self.choice.study.variant;
        self.answered.retain(|&(name, _)| name != variant);
    }
}
