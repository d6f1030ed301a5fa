//! Predict first: which operator is fastest, and by how much? The guess stays beside the answer.

use eframe::egui::{self, RichText, Slider, Ui};

use super::device_name;
use crate::app::{Action, App, BenchChoice, BenchTime, Guess, STANDARD};
use crate::exec::backend::Backend;
use crate::text::{tr, tr_args};
use crate::ui::{numbers, theme};

/// A guess that is not made yet.
pub(super) struct Draft {
    fastest: Option<&'static str>,
    factor: f64,
}

impl Default for Draft {
    fn default() -> Self {
        Self { fastest: None, factor: 2.0 }
    }
}

/// The switch, and the question or the answer.
pub(super) fn predict_ui(ui: &mut Ui, app: &App, draft: &mut Draft, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().bench;
    ui.add_space(theme::SMALL);
    let mut on = app.prefs.predict_first;
    let words = format!("{} (P)", tr(lang, "predict-first"));
    if ui.checkbox(&mut on, words).on_hover_text(tr(lang, "predict-first-hint")).changed() {
        actions.push(Action::PredictFirst(on));
    }
    if !app.prefs.predict_first {
        ui.separator();
        return;
    }
    match choice.current_guess(app.bench_layer_name()) {
        None => question_ui(ui, app, draft, actions),
        Some(guess) => answer_ui(ui, app, guess, actions),
    }
    ui.separator();
}

fn question_ui(ui: &mut Ui, app: &App, draft: &mut Draft, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().bench;
    let device = device_name(app, choice.backend, lang);
    let args = [("device", device.into()), ("batch", choice.batch.to_string().into())];
    let question = RichText::new(tr_args(lang, "predict-which", &args));
    ui.add(egui::Label::new(question.color(theme::tokens(ui).accent).strong()).wrap());
    draft.fastest = draft.fastest.filter(|name| choice.entry(name).is_some());
    for entry in &choice.operators {
        let words = tr(lang, &format!("op-{}-short", entry.variant));
        if ui.radio(draft.fastest == Some(entry.variant), words).clicked() {
            draft.fastest = Some(entry.variant);
        }
    }
    let by_how_much = draft.fastest.is_some_and(|name| name != STANDARD);
    if by_how_much {
        ui.add_space(theme::SMALL);
        ui.add(egui::Label::new(tr(lang, "predict-factor")).wrap());
        ui.spacing_mut().slider_width = 140.0;
        let slider =
            Slider::new(&mut draft.factor, 1.0..=32.0).logarithmic(true).suffix("×").fixed_decimals(1);
        ui.add(slider);
    }
    ui.add_space(theme::SMALL);
    let button = egui::Button::new(tr(lang, "predict-show"));
    let button = ui.add_enabled(draft.fastest.is_some(), button);
    if button.on_disabled_hover_text(tr(lang, "predict-hint")).clicked()
        && let Some(fastest) = draft.fastest
    {
        let factor = if by_how_much { draft.factor } else { 1.0 };
        let guess = choice.guess(app.bench_layer_name(), fastest, factor);
        actions.push(Action::Bench(BenchChoice { guess: Some(guess), ..choice.clone() }));
    }
}

/// How many times as fast as the standard operator; `None` where it cannot be told.
fn factor(app: &App, backend: Backend, variant: &str) -> Option<f64> {
    let choice = &app.choice().bench;
    let time = |name: &str| match app.bench_time(backend, choice.entry(name)?) {
        BenchTime::Known { measured, .. } => Some(measured.time),
        _ => None,
    };
    match time(variant)?.compare(&time(STANDARD)?) {
        crate::analysis::Comparison::Ratio(ratio) => Some(ratio),
        crate::analysis::Comparison::NoMeasurableDifference => None,
    }
}

fn answer_ui(ui: &mut Ui, app: &App, guess: &Guess, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().bench;
    let name = |variant: &str| tr(lang, &format!("op-{variant}-short"));
    let args = [
        ("operator", name(guess.fastest).into()),
        ("factor", numbers::factor(guess.factor).into()),
        ("batch", guess.batch.to_string().into()),
        ("device", device_name(app, guess.backend, lang).into()),
    ];
    ui.add(egui::Label::new(tr_args(lang, "predict-guess", &args)).wrap());
    let Some((fastest, others)) = app.fastest(guess.backend) else {
        ui.label(theme::caption(ui, tr(lang, "measuring")));
        return;
    };
    let batch = app.bench_times(guess.backend).map_or(choice.batch, |t| t.batch());
    let how = match factor(app, guess.backend, fastest) {
        Some(factor) => numbers::factor(factor),
        None => tr(lang, "no-difference-short").to_owned(),
    };
    let args =
        [("operator", name(fastest).into()), ("factor", how.into()), ("batch", batch.to_string().into())];
    let answer = RichText::new(tr_args(lang, "predict-answer", &args)).strong();
    ui.add(egui::Label::new(answer).wrap());
    if !others.is_empty() {
        let names: Vec<&str> = others.into_iter().map(name).collect();
        let names = names.join(tr(lang, "export-comma"));
        let words = theme::caption(ui, tr_args(lang, "predict-equal", &[("operators", names.into())]));
        ui.add(egui::Label::new(words).wrap());
    }
    if ui.small_button(tr(lang, "predict-anew")).clicked() {
        actions.push(Action::Bench(BenchChoice { guess: None, ..choice.clone() }));
    }
}
