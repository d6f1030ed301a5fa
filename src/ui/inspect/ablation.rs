//! The strip of ablations: which channels, what stands in for them, and what that does to the network.

use eframe::egui::{Button, RichText, Ui};

use super::Inspect;
use crate::app::{AblationChoice, AblationRun, Action, App, How, InsightAction, What};
use crate::text::{tr, tr_args};
use crate::ui::{numbers, theme};

/// Least height of what an ablation did.
const EFFECT: f32 = 56.0;

impl Inspect {
    /// The strip below the picture.
    pub(super) fn ablation_ui(&mut self, ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        let t = |key: &str| tr(lang, key);
        let layer = app.choice().layer.clone().unwrap_or_default();
        let current = app.choice().ablation.as_ref();
        // An ablation of another layer is shown, and left alone until one of this layer is chosen.
        let here = current.filter(|a| a.layer == layer);
        if let Some(current) = current {
            self.how = current.how;
        }
        let mut ablate = |ablation: Option<AblationChoice>| {
            actions.push(Action::Insight(InsightAction::Ablate(ablation)));
        };
        ui.add_space(theme::SMALL);
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(t("ablate")).strong()).on_hover_text(t("ablate-hint"));
            for how in How::ALL {
                let key = format!("ablate-{}", how.name());
                let hint = t(&format!("{key}-hint"));
                if ui.selectable_label(self.how == how, t(&key)).on_hover_text(hint).clicked() {
                    self.how = how;
                    if let Some(current) = current {
                        ablate(Some(AblationChoice { how, ..current.clone() }));
                    }
                }
            }
            ui.separator();
            let make = |what: What, how: How| Some(AblationChoice { layer: layer.clone(), what, how });
            let mut channels = match here.map(|a| &a.what) {
                Some(What::Channels(channels)) => channels.clone(),
                _ => Vec::new(),
            };
            match app.choice().channel {
                Some(channel) => {
                    let words = tr_args(lang, "ablate-channel", &[("channel", channel.to_string().into())]);
                    let place = channels.binary_search(&channel);
                    let button = ui.selectable_label(place.is_ok(), words);
                    if button.on_hover_text(t("ablate-channel-hint")).clicked() {
                        match place {
                            Ok(place) => drop(channels.remove(place)),
                            Err(place) => channels.insert(place, channel),
                        }
                        ablate(make(What::Channels(channels), self.how));
                    }
                }
                None => {
                    let words = tr_args(lang, "ablate-channel", &[("channel", "–".into())]);
                    let button = ui.add_enabled(false, Button::new(words));
                    button.on_disabled_hover_text(t("ablate-choose-channel"));
                }
            }
            if let Some(found) = app.insight().and_then(|scene| scene.redundancy()) {
                let count = found.replaceable();
                let chosen = matches!(here.map(|a| &a.what), Some(What::Twins(_)));
                let words = tr_args(lang, "ablate-twins", &[("count", count.into())]);
                let button = ui.add_enabled(count > 0 || chosen, Button::selectable(chosen, words));
                if button.on_hover_text(t("ablate-twins-hint")).clicked() {
                    let twins = make(What::Twins(app.prefs.twin_threshold), self.how);
                    ablate(twins.filter(|_| !chosen));
                }
            }
            if ui.add_enabled(current.is_some(), Button::new(t("ablate-none"))).clicked() {
                ablate(None);
            }
        });
        ui.scope(|ui| {
            // The picture above keeps its size when there is something to tell.
            ui.set_min_height(EFFECT);
            match app.ablation() {
                Some(run) => {
                    if app.ablation_is_stale() {
                        ui.set_opacity(0.5);
                    }
                    effect_ui(ui, app, run);
                }
                None => {
                    ui.label(theme::caption(ui, t("ablate-hint")));
                }
            }
        });
        ui.add_space(theme::SMALL);
    }
}

/// What the ablation did.
fn effect_ui(ui: &mut Ui, app: &App, run: &AblationRun) {
    let lang = app.prefs.lang;
    let t = |key: &str| tr(lang, key);
    let choice = run.choice();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::LARGE;
        let args = [
            ("layer", choice.layer.as_str().into()),
            ("count", run.channels.len().into()),
            ("how", t(&format!("ablate-{}", choice.how.name())).into()),
        ];
        let accent = theme::tokens(ui).accent;
        let words = RichText::new(tr_args(lang, "ablate-result", &args)).color(accent).strong();
        ui.label(words).on_hover_text(listed(&run.channels));
        let change = numbers::percent(run.relative_change);
        let words = tr_args(lang, "ablate-output-change", &[("change", change.into())]);
        ui.label(words).on_hover_text(t("ablate-output-change-hint"));
        let change = numbers::percent(run.layer_change);
        let words = tr_args(lang, "ablate-layer-change", &[("change", change.into())]);
        ui.label(theme::caption(ui, words)).on_hover_text(t("ablate-output-change-hint"));
        let saving = run.saving;
        let share = saving.macs as f64 / saving.of_macs.max(1) as f64;
        let args = [("macs", numbers::count(saving.macs).into()), ("share", numbers::percent(share).into())];
        ui.label(tr_args(lang, "ablate-saving", &args)).on_hover_text(t("ablate-saving-hint"));
        if !run.without_twin.is_empty() {
            let words = tr_args(lang, "ablate-without-twin", &[("count", run.without_twin.len().into())]);
            let error = theme::tokens(ui).error;
            ui.label(RichText::new(words).small().color(error)).on_hover_text(listed(&run.without_twin));
        }
    });
}

/// Numbers of channels; the first ones of very many.
fn listed(channels: &[usize]) -> String {
    const MOST: usize = 60;
    let names: Vec<String> = channels.iter().take(MOST).map(usize::to_string).collect();
    let more = if channels.len() > MOST { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}
