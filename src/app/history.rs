//! Undo and redo.

/// How many steps are kept.
const LIMIT: usize = 100;

/// Past and future states around the present one, which its owner holds.
#[derive(Debug)]
pub struct History<T> {
    past: Vec<T>,
    future: Vec<T>,
    /// What the last step changed; a step that changes the same thing again joins it.
    last: Option<&'static str>,
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self { past: Vec::new(), future: Vec::new(), last: None }
    }
}

impl<T: Clone + PartialEq> History<T> {
    /// Notes that `before` was left by a step called `what`. Steps of one drag of a slider come
    /// with `joins` and count as one.
    pub fn push(&mut self, before: T, what: &'static str, joins: bool) {
        let joined = joins && self.last == Some(what) && !self.past.is_empty();
        if !joined {
            self.past.push(before);
            if self.past.len() > LIMIT {
                self.past.remove(0);
            }
        }
        self.future.clear();
        self.last = Some(what);
    }

    /// Ends a drag: the next step is one of its own.
    pub fn end_joining(&mut self) {
        self.last = None;
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a step to do again.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Puts the state before the last step into `present`.
    pub fn undo(&mut self, present: &mut T) {
        Self::travel(&mut self.past, &mut self.future, present);
        self.last = None;
    }

    /// Puts the state after the last undone step into `present`.
    pub fn redo(&mut self, present: &mut T) {
        Self::travel(&mut self.future, &mut self.past, present);
        self.last = None;
    }

    fn travel(from: &mut Vec<T>, to: &mut Vec<T>, present: &mut T) {
        if let Some(state) = from.pop() {
            to.push(std::mem::replace(present, state));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::History;

    #[test]
    fn a_drag_is_one_step_and_redo_undoes_undo() {
        let (mut h, mut now) = (History::default(), 0);
        for next in 1..=3 {
            h.push(now, "alpha", true);
            now = next;
        }
        h.end_joining();
        h.push(now, "alpha", true);
        now = 9;
        h.undo(&mut now);
        assert_eq!(now, 3);
        h.undo(&mut now);
        assert_eq!(now, 0);
        assert!(!h.can_undo());
        h.redo(&mut now);
        h.redo(&mut now);
        assert_eq!(now, 9);
        assert!(!h.can_redo());
    }
}
