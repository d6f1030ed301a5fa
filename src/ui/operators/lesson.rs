//! The lesson of the operator, step by step: what one sees, a question, and its answer on request.

use eframe::egui::{self, RichText, Ui};

use crate::app::{Action, App, LessonMove, LessonPlace};
use crate::text::{tr, tr_args};
use crate::ui::theme;

/// Height of the bar that shows how far the lesson is.
const BAR: f32 = 3.0;

/// The step under way, or the way into the lesson. Returns whether a lesson is under way.
pub(super) fn lesson_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) -> bool {
    match app.lesson() {
        Some(place) => {
            step_ui(ui, app, place, actions);
            true
        }
        None => {
            start_ui(ui, app, actions);
            false
        }
    }
}

/// The buttons that begin a lesson.
fn start_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let (resumes_at, steps) = (app.lesson_resumes_at(), app.choice().study.operator().lesson().len());
    if steps == 0 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let words = if resumes_at == 0 {
            tr_args(lang, "steps-start", &[("count", steps.into())])
        } else {
            tr_args(lang, "steps-resume", &place_args(resumes_at, steps))
        };
        let words = format!("▶ {words}");
        if ui.button(words).on_hover_text(tr(lang, "steps-start-hint")).clicked() {
            actions.push(Action::Lesson(LessonMove::Start));
        }
        if resumes_at > 0 && ui.small_button(tr(lang, "steps-restart")).clicked() {
            actions.push(Action::Lesson(LessonMove::Restart));
        }
    });
}

/// One step. The buttons stand above the text, where they stay from step to step.
fn step_ui(ui: &mut Ui, app: &App, place: LessonPlace, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let t = |key: &str| tr(lang, key);
    let mut go = |movement| actions.push(Action::Lesson(movement));
    ui.horizontal(|ui| {
        let previous = ui.add_enabled(place.step > 0, egui::Button::new("◀"));
        name(&previous, t("steps-previous"));
        if previous.on_hover_text(format!("{} (P)", t("steps-previous"))).clicked() {
            go(LessonMove::Previous);
        }
        ui.label(tr_args(lang, "steps-place", &place_args(place.step, place.steps)));
        let last = place.step + 1 == place.steps;
        let (icon, key) = if last { ("✓", "steps-finish") } else { ("▶", "steps-next") };
        let next = ui.button(icon);
        name(&next, t(key));
        if next.on_hover_text(format!("{} (N)", t(key))).clicked() {
            go(LessonMove::Next);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.small_button(t("steps-leave")).on_hover_text(t("steps-leave-hint")).clicked() {
                go(LessonMove::Leave);
            }
        });
    });
    bar_ui(ui, place);
    let variant = app.choice().study.variant;
    let words = |part: &str| tr(lang, &format!("step-{variant}-{}{part}", place.step + 1));
    ui.add_space(theme::SMALL);
    ui.add(egui::Label::new(words("")).wrap());
    ui.add_space(theme::MEDIUM);
    let question = RichText::new(words("-question")).color(theme::tokens(ui).accent).strong();
    ui.add(egui::Label::new(question).wrap());
    ui.add_space(theme::SMALL);
    if place.answered {
        ui.add(egui::Label::new(words("-answer")).wrap());
    } else if ui.button(t("steps-answer")).on_hover_text(t("steps-answer-hint")).clicked() {
        go(LessonMove::Answer);
    }
    ui.add_space(theme::SMALL);
}

/// How far the lesson is.
fn bar_ui(ui: &mut Ui, place: LessonPlace) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), BAR), egui::Sense::hover());
    let t = theme::tokens(ui);
    ui.painter().rect_filled(rect, BAR / 2.0, t.line);
    let share = (place.step + 1) as f32 / place.steps as f32;
    let done = egui::Rect::from_min_size(rect.min, egui::vec2(rect.width() * share, BAR));
    ui.painter().rect_filled(done, BAR / 2.0, t.accent);
}

fn place_args(step: usize, steps: usize) -> [(&'static str, crate::text::FluentValue<'static>); 2] {
    [("index", (step + 1).to_string().into()), ("total", steps.to_string().into())]
}

/// What a button that shows a sign is called by a screen reader.
fn name(button: &egui::Response, words: &str) {
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, words));
}
