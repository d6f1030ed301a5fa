//! The keyboard.

use eframe::egui::{self, Key, Modifiers};

use crate::app::{Action, InsightAction, InspectView, LessonMove, Page};
use crate::ui::inspect;

/// Keys that work everywhere. Returns whether the file dialog was asked for.
pub(super) fn keys(ctx: &egui::Context, page: Page, lesson: bool, actions: &mut Vec<Action>) -> bool {
    // A clicked button keeps the focus, and arrows would then move the focus instead of the layer.
    // Whoever walks with Tab keeps it.
    if ctx.input(|i| i.pointer.any_click()) && !ctx.text_edit_focused() {
        ctx.memory_mut(|m| m.focused().map(|id| m.surrender_focus(id)));
    }
    // An open menu takes the keys, Escape among them.
    let typing = ctx.egui_wants_keyboard_input() || egui::Popup::is_any_open(ctx);
    let pressed = |modifiers, key| ctx.input_mut(|i| i.consume_key(modifiers, key));
    let open = pressed(Modifiers::COMMAND, Key::O);
    if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) || pressed(Modifiers::COMMAND, Key::Y) {
        actions.push(Action::Redo);
    }
    if pressed(Modifiers::COMMAND, Key::Z) {
        actions.push(Action::Undo);
    }
    if typing {
        return open;
    }
    // Presenters send PageDown and PageUp.
    let moves = [
        (Key::N, LessonMove::Next),
        (Key::P, LessonMove::Previous),
        (Key::PageDown, LessonMove::Advance),
        (Key::PageUp, LessonMove::Previous),
        (Key::Space, LessonMove::Answer),
        (Key::Enter, LessonMove::Answer),
    ];
    for (key, movement) in moves {
        if lesson && page == Page::Operators && pressed(Modifiers::NONE, key) {
            actions.push(Action::Lesson(movement));
        }
    }
    for view in InspectView::ALL {
        if page == Page::Inspect && pressed(Modifiers::NONE, inspect::key_of(view)) {
            actions.push(Action::Insight(InsightAction::View(view)));
        }
    }
    // Up and down walk through what the page lists.
    let step: fn(isize) -> Action = match page {
        Page::Inspect => Action::StepLayer,
        Page::Operators => Action::StepOperator,
        Page::Bench => Action::StepBench,
        Page::Networks => Action::StepTable,
    };
    let steps = [
        (Key::ArrowDown, step(1)),
        (Key::ArrowUp, step(-1)),
        (Key::PageDown, step(8)),
        (Key::PageUp, step(-8)),
        (Key::Home, step(isize::MIN)),
        (Key::End, step(isize::MAX)),
        (Key::ArrowRight, Action::StepChannel(1)),
        (Key::ArrowLeft, Action::StepChannel(-1)),
        (Key::Escape, Action::Back),
    ];
    let pages = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5].into_iter().zip(Page::ALL);
    let pages = pages.map(|(key, page)| (key, Action::Page(page)));
    for (key, action) in pages.chain(steps) {
        if pressed(Modifiers::NONE, key) {
            actions.push(action);
        }
    }
    open
}
