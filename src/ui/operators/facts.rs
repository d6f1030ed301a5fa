//! Beside the picture: what the operator costs and what its weights are.

use eframe::egui::{self, RichText, Ui};

use super::fact_ui;
use super::field::fields;
use super::head::site_ui;
use super::lesson::lesson_ui;
use crate::app::{Action, App, SwapChoice};
use crate::graph::Origin;
use crate::text::{tr, tr_args};
use crate::ui::photo::PhotoView;
use crate::ui::trace::TracePanel;
use crate::ui::{numbers, theme};

/// Lesson or photo; costs and weights, or the terms of the chosen pixel.
pub(super) fn facts_ui(
    ui: &mut Ui,
    app: &App,
    photo: &mut PhotoView,
    trace: &mut TracePanel,
    actions: &mut Vec<Action>,
) {
    let lang = app.prefs.lang;
    let t = |key: &str| tr(lang, key);
    let choice = &app.choice().study;
    let Some(study) = app.study().filter(|s| s.run.study.variant == choice.variant) else { return };
    let run = &study.run;
    ui.add_space(theme::SMALL);
    site_ui(ui, app, actions);
    // The words of a lesson need the room of the photo.
    if !lesson_ui(ui, app, actions) {
        photo_ui(ui, app, photo);
    }
    ui.separator();
    if app.trace().is_some() {
        return trace.ui(ui, app, actions);
    }
    ui.label(RichText::new(t("study-cost")).strong());
    let cost = run.cost.total;
    let share = |part: u64, whole: u64| numbers::percent(part as f64 / whole.max(1) as f64);
    fact_ui(ui, t("macs"), t("macs-hint"), numbers::count(cost.macs));
    let dense = run.standard;
    fact_ui(ui, t("share-of-standard"), t("share-of-standard-hint"), share(cost.macs, dense.macs));
    fact_ui(ui, t("params-short"), t("params-hint"), numbers::count(cost.params));
    if let Some(own) = run.formula {
        fact_ui(ui, t("share-of-standard"), t("share-of-params-hint"), share(own.params, dense.params));
    }
    let bytes = cost.activation_bytes_read + cost.activation_bytes_written + cost.weight_bytes;
    fact_ui(ui, t("bytes-moved"), t("bytes-moved-hint"), numbers::count(bytes));
    let intensity = format!("{:.1}", cost.macs as f64 / bytes.max(1) as f64);
    fact_ui(ui, t("macs-per-byte"), t("macs-per-byte-hint"), intensity);
    ui.separator();
    weights_ui(ui, app, actions);
    ui.separator();
    let parts = ["does", "saves", "costs", "mistake"];
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for part in parts {
            ui.label(theme::caption(ui, t(&format!("lesson-{part}"))));
            ui.add(egui::Label::new(t(&format!("lesson-{}-{part}", choice.variant))).wrap());
            ui.add_space(theme::SMALL);
        }
    });
}

/// The photo with what the chosen pixel sees of it, branch by branch.
fn photo_ui(ui: &mut Ui, app: &App, photo: &mut PhotoView) {
    let lang = app.prefs.lang;
    let fields = app.study().map(|study| fields(ui, app, study)).unwrap_or_default();
    let (shown, words): (Vec<_>, Vec<_>) = fields.into_iter().map(|f| (f.field, f.words)).unzip();
    let lines: Vec<_> = shown.iter().map(|field| field.colour).zip(words).collect();
    photo.ui(ui, app, 0.3, &shown);
    if lines.is_empty() {
        ui.label(theme::caption(ui, tr(lang, "point-at-a-pixel-of-the-result")));
        return;
    }
    for (colour, words) in lines {
        ui.horizontal(|ui| {
            ui.label(RichText::new("■").small().color(colour));
            let text = format!("{} {words}", tr(lang, "receptive-field"));
            ui.add(egui::Label::new(theme::caption(ui, text)).truncate());
        });
    }
}

/// Where the weights come from, how near the operator is to the trained layer, and the way into the network.
fn weights_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let t = |key: &str| tr(lang, key);
    let choice = &app.choice().study;
    let Some(study) = app.study() else { return };
    let run = &study.run;
    let key = match run.origin {
        Origin::Trained | Origin::Repeated | Origin::Made => "trained",
        Origin::Derived => "derived-not-trained",
        Origin::Fitted => "fitted-on-this-image",
        Origin::Seeded | Origin::Given => "seeded-not-trained",
    };
    let note = RichText::new(t(key)).color(theme::tokens(ui).accent).strong();
    ui.label(note).on_hover_text(t(&format!("{key}-hint")));
    if let Some(change) = study.relative_change {
        let text = tr_args(lang, "layer-output-changed", &[("percent", numbers::percent(change).into())]);
        ui.label(theme::caption(ui, text)).on_hover_text(t("layer-output-changed-hint"));
    }
    if let Some(reason) = run.misfit.filter(|_| !run.in_place) {
        ui.add(egui::Label::new(theme::caption(ui, t(reason.key()))).wrap());
    }
    let Some(layer) = app.study_layer().filter(|_| run.in_place) else { return };
    let Some(model) = app.model() else { return };
    let layer = model.model.graph.node(layer).name.clone();
    let in_network = app
        .choice()
        .swap
        .as_ref()
        .filter(|s| s.layer == layer && s.variant == choice.variant && s.settings == run.study.settings);
    ui.horizontal_wrapped(|ui| match in_network {
        None => {
            let button = ui.button(t("put-into-network")).on_hover_text(t("put-into-network-hint"));
            if button.clicked() {
                actions.push(Action::Swap(Some(SwapChoice {
                    layer,
                    variant: choice.variant,
                    settings: run.study.settings.clone(),
                    fit: None,
                })));
            }
        }
        Some(swap) => crate::ui::inspect::fit_ui(ui, app, swap, actions),
    });
}
