//! On the left: the parts of the page; how it is counted and what that leaves out; input, batch, measuring; or the list
//! of published tables.

use std::collections::BTreeMap;

use eframe::egui::{self, ComboBox, RichText, Ui};

use crate::app::{Action, App, BATCHES, Entry, NetworksChoice, SIDES, Section, Shows};
use crate::cost::conventions::{self, Why};
use crate::cost::published;
use crate::text::{tr, tr_args};
use crate::ui::theme;

pub(super) fn side_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().networks;
    ui.add_space(theme::SMALL);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for section in Section::ALL {
            let name = section.name();
            let hint = tr(lang, &format!("section-{name}-hint"));
            let label = ui.selectable_label(choice.section == section, tr(lang, &format!("section-{name}")));
            if label.on_hover_text(hint).clicked() {
                actions.push(Action::Networks(NetworksChoice { section, ..choice.clone() }));
            }
        }
    });
    ui.separator();
    if choice.section == Section::Published {
        return tables_ui(ui, app, actions);
    }
    convention_ui(ui, app, actions);
    ui.separator();
    input_ui(ui, app, actions);
    ui.separator();
    measure_ui(ui, app, actions);
    ui.separator();
    uncounted_ui(ui, app);
}

/// A caption with a list behind it.
fn list_ui<T: PartialEq + Copy>(
    ui: &mut Ui,
    [words, hint]: [&str; 2],
    chosen: T,
    all: impl IntoIterator<Item = T>,
    text: impl Fn(T) -> String,
) -> Option<T> {
    let mut picked = None;
    ui.horizontal(|ui| {
        let words = ui.label(theme::caption(ui, words)).on_hover_text(hint);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let list = ComboBox::from_id_salt(words.id).selected_text(text(chosen)).width(132.0);
            let shown = list.show_ui(ui, |ui| {
                for value in all {
                    if ui.selectable_label(value == chosen, text(value)).clicked() && value != chosen {
                        picked = Some(value);
                    }
                }
            });
            shown.response.labelled_by(words.id).on_hover_text(hint);
        });
    });
    picked
}

/// The counting convention with its rule.
fn convention_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let t = |key: &str| tr(lang, key);
    let choice = &app.choice().networks;
    let convention = choice.convention();
    let all = conventions::ALL.iter().map(|c| c.name);
    let title = |name: &'static str| conventions::find(name).map_or(name, |c| c.title).to_owned();
    let words = [t("networks-convention"), t("networks-convention-hint")];
    if let Some(name) = list_ui(ui, words, convention.name, all, title) {
        actions.push(Action::Networks(NetworksChoice { convention: name, ..choice.clone() }));
    }
    let rule = tr(lang, &convention.key());
    let calls = tr_args(lang, "convention-calls-it", &[("word", convention.unit.word().into())]);
    let text = format!("{calls} {rule}");
    ui.add(egui::Label::new(RichText::new(text).small()).wrap()).on_hover_text(convention.source);
    let words = [t("rows-show"), t("rows-show-hint")];
    let name = |shows: Shows| match shows {
        Shows::Counted => convention.label(),
        other => tr(lang, &format!("shows-{}", other.name())).to_owned(),
    };
    // Under their own convention multiply-adds already stand in the list.
    let twice = |shows: &Shows| *shows == Shows::Macs && convention.name == "macs";
    let list = Shows::ALL.into_iter().filter(|shows| !twice(shows));
    if let Some(shows) = list_ui(ui, words, choice.shows, list, name) {
        actions.push(Action::Networks(NetworksChoice { shows, ..choice.clone() }));
    }
}

/// Resolution and batch.
fn input_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let t = |key: &str| tr(lang, key);
    let choice = &app.choice().networks;
    let sides = std::iter::once(None).chain(SIDES.map(Some));
    let side = |side: Option<usize>| match side {
        None => t("own-input").to_owned(),
        Some(side) => format!("{side} × {side}"),
    };
    if let Some(side) = list_ui(ui, [t("networks-input"), t("networks-input-hint")], choice.side, sides, side)
    {
        actions.push(Action::Networks(NetworksChoice { side, ..choice.clone() }));
    }
    let words = [t("networks-batch"), t("networks-batch-hint")];
    if let Some(batch) = list_ui(ui, words, choice.batch, BATCHES, |n| n.to_string()) {
        actions.push(Action::Networks(NetworksChoice { batch, ..choice.clone() }));
    }
    let first = choice.entries[0].backbone;
    let under = Entry::under_operators(first);
    let button = egui::Button::new(t("under-operators"));
    let button = ui.add_enabled(under != choice.entries, button).on_hover_text(t("under-operators-hint"));
    if button.clicked() {
        actions.push(Action::Networks(NetworksChoice { entries: under, ..choice.clone() }));
    }
}

/// Whole networks are measured when somebody asks.
fn measure_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    if let Some(share) = app.measuring_networks() {
        ui.horizontal(|ui| {
            ui.add(egui::ProgressBar::new(share).desired_width(120.0).desired_height(8.0));
            if ui.button(tr(lang, "stop-measuring")).clicked() {
                actions.push(Action::Cancel);
            }
        });
        return;
    }
    let ready = app.networks().is_some() && !app.networks_are_stale();
    let button = egui::Button::new(tr(lang, "measure-networks"));
    if ui.add_enabled(ready, button).on_hover_text(tr(lang, "measure-networks-hint")).clicked() {
        actions.push(Action::MeasureNetworks);
    }
    if let Some(times) = app.network_times() {
        let seeded = times.networks.iter().any(|n| n.weights == crate::graph::Origin::Seeded);
        let key = if seeded { "networks-measured-seeded" } else { "networks-measured" };
        let runs = times.networks.iter().find_map(|n| n.time.as_ref().ok()).map_or(0, |t| t.runs);
        let text = tr_args(
            lang,
            key,
            &[("device", times.device.as_str().into()), ("runs", runs.to_string().into())],
        );
        ui.add(egui::Label::new(theme::caption(ui, text)).wrap());
    }
}

/// What the convention counts as zero in the networks on the screen, and why.
fn uncounted_ui(ui: &mut Ui, app: &App) {
    let lang = app.prefs.lang;
    let Some(scene) = app.networks() else { return };
    let title = scene.convention.title;
    let head = tr_args(lang, "counted-as-zero", &[("convention", title.into())]);
    ui.label(RichText::new(head).strong()).on_hover_text(tr(lang, "counted-as-zero-hint"));
    // By reason, most nodes of any network.
    let mut zeros: Vec<(Why, BTreeMap<&str, usize>)> = Vec::new();
    for (_, count) in scene.networks.iter().filter_map(|n| n.counted()) {
        for zero in &count.uncounted {
            let at = zeros.iter().position(|(why, _)| *why == zero.why).unwrap_or_else(|| {
                zeros.push((zero.why, BTreeMap::new()));
                zeros.len() - 1
            });
            let most = zeros[at].1.entry(zero.op).or_default();
            *most = (*most).max(zero.nodes);
        }
    }
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        if zeros.is_empty() {
            ui.label(theme::caption(ui, tr(lang, "nothing-counted-as-zero")));
        }
        // What is lost without a word comes first.
        zeros.sort_by_key(|(why, _)| !why.silent());
        for (why, ops) in zeros {
            let list: Vec<String> = ops.iter().map(|(op, nodes)| format!("{nodes} × {op}")).collect();
            ui.add(egui::Label::new(RichText::new(list.join(", ")).small()).wrap());
            let colour = if why.silent() { theme::tokens(ui).error } else { theme::tokens(ui).weak };
            let reason = RichText::new(tr(lang, &why.key())).small().color(colour);
            ui.add(egui::Label::new(reason).wrap());
            ui.add_space(theme::SMALL);
        }
    });
}

/// Every published table.
fn tables_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().networks;
    ui.label(theme::caption(ui, tr(lang, "published-tables")));
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for table in published::ALL {
            let chosen = choice.table == table.name;
            let width = ui.available_width();
            let entry =
                egui::Button::selectable(chosen, table.title).truncate().min_size(egui::vec2(width, 24.0));
            if ui.add(entry).on_hover_text(table.source).clicked() && !chosen {
                actions.push(Action::Networks(NetworksChoice { table: table.name, ..choice.clone() }));
            }
        }
    });
}
