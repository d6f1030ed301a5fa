//! Above the picture: what the operator is, its equation, where it is shown, its settings, its figures.

use eframe::egui::{self, RichText, Ui};

use crate::app::{Action, App, StudyChoice};
use crate::figure;
use crate::text::{tr, tr_args};
use crate::ui::setting::{Changed, settings_ui};
use crate::ui::theme;
use crate::variants;

/// Height of a line of the equation.
const EQUATION: f32 = 18.0;

/// Title to figures.
pub(super) fn head_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().study;
    let name = choice.variant;
    ui.add_space(theme::SMALL);
    ui.horizontal(|ui| {
        let (colour, mark) = theme::operator_mark(name);
        ui.label(RichText::new(mark).heading().color(colour));
        ui.heading(tr(lang, &format!("op-{name}")));
        let about = tr(lang, &format!("op-{name}-about"));
        ui.add(egui::Label::new(theme::caption(ui, about)).truncate());
    });
    if let Some(study) = app.study().filter(|s| s.run.study.variant == name) {
        let study = &study.run.study;
        // One after the other as far as they fit: a low window has no room for a line each.
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(2.0 * theme::LARGE, 0.0);
            ui.spacing_mut().interact_size.y = EQUATION;
            for line in study.operator().equation(&study.geometry, &study.settings) {
                ui.add(egui::Label::new(line).extend());
            }
        });
    }
    // Above the controls, which are others for each figure: here they keep their places.
    ui.horizontal_wrapped(|ui| figures_ui(ui, app, actions));
    ui.horizontal_wrapped(|ui| controls_ui(ui, app, actions));
    ui.add_space(2.0);
}

/// On what the operator is shown: a layer, or the photo.
pub(super) fn site_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().study;
    let Some(model) = app.model() else { return };
    let graph = &model.model.graph;
    let layer = app.study_layer().map(|id| graph.node(id).name.as_str());
    let shown = layer.unwrap_or_else(|| tr(lang, "the-photo"));
    ui.horizontal(|ui| {
        let words = theme::caption(ui, tr(lang, "shown-on"));
        let words = ui.label(words).on_hover_text(tr(lang, "shown-on-hint"));
        let width = ui.available_width();
        let layers = egui::ComboBox::from_id_salt("study_layer").selected_text(shown).width(width);
        let layers = layers.show_ui(ui, |ui| {
            if ui.selectable_label(choice.photo, tr(lang, "the-photo")).clicked() {
                actions.push(Action::Study(StudyChoice { photo: true, node: None, ..choice.clone() }));
            }
            for (id, node) in graph.iter() {
                let Ok(geometry) = variants::site(graph, id) else { continue };
                let fits = choice.operator().fits(&geometry);
                let text = RichText::new(&node.name);
                let text = if fits.is_ok() { text } else { text.color(theme::tokens(ui).weak) };
                let entry = ui.selectable_label(Some(node.name.as_str()) == layer, text);
                let entry = match fits {
                    Ok(()) => entry,
                    Err(reason) => entry.on_hover_text(tr(lang, reason.key())),
                };
                if entry.clicked() {
                    actions.push(Action::Layer(node.name.clone()));
                    if choice.photo {
                        actions.push(Action::Study(StudyChoice {
                            photo: false,
                            node: None,
                            ..choice.clone()
                        }));
                    }
                }
            }
        });
        layers.response.labelled_by(words.id);
    });
    if let Some(study) = app.study().filter(|s| s.run.study.variant == choice.variant) {
        let g = study.run.study.geometry;
        let numbers = [
            ("inputs", g.in_channels.to_string().into()),
            ("outputs", g.out_channels.to_string().into()),
            ("kernel", g.kernel.to_string().into()),
            ("stride", g.stride.to_string().into()),
        ];
        ui.label(theme::caption(ui, tr_args(lang, "study-geometry", &numbers)));
        // The chosen layer is none that the operator fits.
        if let Some(chosen) = app.layer().filter(|&id| !choice.photo && Some(id) != app.study_layer()) {
            let name = graph.node(chosen).name.clone();
            let reason = match variants::site(graph, chosen) {
                Ok(g) => choice.operator().fits(&g).err().map_or("", |reason| tr(lang, reason.key())),
                Err(_) => tr(lang, "swap-only-convs"),
            };
            let text = tr_args(lang, "study-elsewhere", &[("layer", name.into())]);
            ui.label(RichText::new(text).small().color(theme::tokens(ui).accent)).on_hover_text(reason);
        }
    }
}

/// Settings of the operator and controls of the figure.
fn controls_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().study;
    let Some(study) = app.study().filter(|s| s.run.study.variant == choice.variant) else { return };
    let geometry = &study.run.study.geometry;
    let chosen = choice.settings.clamped(choice.operator(), geometry);
    if let Some(Changed { value, ended }) = settings_ui(ui, lang, choice.operator(), geometry, &chosen) {
        if value != chosen {
            actions.push(Action::DragStudy(StudyChoice { settings: value, ..choice.clone() }));
        }
        if ended {
            actions.push(Action::DragEnded);
        }
    }
    let Some(figure) = figure::find(choice.figure) else { return };
    let knobs = figure.knobs(&study.run);
    if !knobs.is_empty() {
        ui.separator();
    }
    for knob in knobs {
        let words = tr(lang, &format!("knob-{}", knob.name));
        let hint = tr(lang, &format!("knob-{}-hint", knob.name));
        let now = knob.value(&choice.knobs);
        let mut value = now;
        let ended = if (knob.least, knob.most) == (0, 1) {
            let mut on = value == 1;
            let response = ui.checkbox(&mut on, words).on_hover_text(hint);
            value = i64::from(on);
            response.changed()
        } else {
            let slider = egui::Slider::new(&mut value, knob.least..=knob.most).text(words);
            let response = ui.add_enabled(knob.most > knob.least, slider).on_hover_text(hint);
            response.drag_stopped() || (response.changed() && !response.dragged())
        };
        if value != now {
            let mut next = choice.clone();
            next.knobs.0.insert(knob.name.to_owned(), value);
            actions.push(Action::DragStudy(next));
        }
        if ended {
            actions.push(Action::DragEnded);
        }
    }
}

/// The figures of the operator.
fn figures_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().study;
    ui.spacing_mut().item_spacing.x = 2.0;
    ui.spacing_mut().button_padding.x = 6.0;
    for name in choice.figures() {
        let chosen = choice.figure == name;
        let words = tr(lang, &format!("figure-{name}"));
        let hint = tr(lang, &format!("figure-{name}-hint"));
        if ui.selectable_label(chosen, words).on_hover_text(hint).clicked() && !chosen {
            actions.push(Action::Study(StudyChoice { figure: name, ..choice.clone() }));
        }
    }
}
