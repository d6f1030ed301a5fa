//! Above the layers: what is compared, and the totals with their differences from the first network.

use eframe::egui::{
    self, Align, ComboBox, Id, Layout, Popup, PopupCloseBehavior, Rect, RichText, Sense, Ui, vec2,
};

use super::{STALE, cells, difference};
use crate::app::Page;
use crate::app::{Action, App, Backbone, ComparedNetwork, Entry, MOST_NETWORKS, NetworksChoice};
use crate::networks::{self, InBackbone, NOMINAL, Placed};
use crate::text::{Lang, tr, tr_args};
use crate::ui::setting::{Changed, settings_ui};
use crate::ui::{numbers, theme};
use crate::variants::{self, Settings};

/// Height of a line.
const LINE: f32 = 22.0;
/// Height of a line with a list.
const LISTS: f32 = 28.0;

/// Names, operators, totals.
pub(super) fn cards_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().networks;
    let count = choice.entries.len();
    ui.add_space(theme::SMALL);
    ui.spacing_mut().item_spacing.y = 0.0;
    line_ui(ui, LISTS, count, tr(lang, "compared-networks"), "", |ui, i, words| {
        backbone_ui(ui, app, i, words, actions);
    });
    line_ui(ui, LISTS, count, tr(lang, "operator-in-it"), tr(lang, "operator-in-it-hint"), |ui, i, words| {
        operator_ui(ui, app, i, words, actions);
    });
    let Some(scene) = app.networks() else { return };
    let stale = app.networks_are_stale();
    let shown: Vec<Option<&ComparedNetwork>> = (0..count).map(|i| scene.networks.get(i)).collect();
    ui.scope(|ui| {
        if stale {
            ui.set_opacity(STALE);
        }
        let placed = |ui: &mut Ui, i: usize, _: Id| placed_ui(ui, lang, shown[i]);
        line_ui(ui, LINE, count, tr(lang, "stands-for"), tr(lang, "stands-for-hint"), placed);
        let convention = scene.convention;
        let words = convention.label();
        let total = |n: &ComparedNetwork| n.counted().map(|(_, count)| count.total());
        let hint = tr(lang, &convention.key());
        totals_ui(ui, lang, &words, hint, &shown, numbers::count, total);
        // Multiply-adds under their own convention already stand there.
        if convention.name != "macs" {
            let macs = |n: &ComparedNetwork| Some(n.counted()?.0.cost.total.macs);
            totals_ui(ui, lang, tr(lang, "macs"), tr(lang, "macs-hint"), &shown, numbers::count, macs);
        }
        let params = |n: &ComparedNetwork| Some(n.counted()?.0.cost.total.params);
        totals_ui(ui, lang, tr(lang, "params"), tr(lang, "params-hint"), &shown, numbers::count, params);
        let peak = |n: &ComparedNetwork| Some(n.counted()?.0.peak.bytes);
        let (words, hint) = (tr(lang, "peak-memory"), tr(lang, "peak-memory-hint"));
        totals_ui(ui, lang, words, hint, &shown, numbers::bytes, peak);
        line_ui(ui, LINE, count, tr(lang, "measured-time"), tr(lang, "measured-time-hint"), |ui, i, _| {
            time_ui(ui, app, &shown, i);
        });
        line_ui(ui, LINE, count, tr(lang, "look-inside"), "", |ui, i, _| {
            open_ui(ui, lang, shown[i], actions);
        });
    });
    ui.add_space(theme::SMALL);
}

/// Opens the backbone with random weights, as any other model.
fn open_ui(ui: &mut Ui, lang: Lang, shown: Option<&ComparedNetwork>, actions: &mut Vec<Action>) {
    let Some(written) = shown.filter(|n| n.network.is_ok()).and_then(|n| n.key.written()) else { return };
    // A bundled network has weights of its own; with an operator or another input it is a backbone like others.
    let text = written.to_string();
    let bundled = crate::model_files::BUNDLED.contains(&text.as_str());
    let hint = tr(lang, if bundled { "inspect-bundled-hint" } else { "inspect-backbone-hint" });
    if ui.small_button(tr(lang, "inspect-backbone")).on_hover_text(hint).clicked() {
        actions.push(Action::Model(text));
        actions.push(Action::Page(Page::Inspect));
    }
}

/// A caption, then something for each network, which is told the caption's id.
fn line_ui(
    ui: &mut Ui,
    height: f32,
    count: usize,
    words: &str,
    hint: &str,
    mut each: impl FnMut(&mut Ui, usize, Id),
) {
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let name = Rect::from_min_size(row.min, vec2(super::NAMES, height));
    let inside = |rect: Rect, layout: Layout| egui::UiBuilder::new().max_rect(rect).layout(layout);
    let label = ui.scope_builder(inside(name, Layout::left_to_right(Align::Center)), |ui| {
        let label = ui.add(egui::Label::new(theme::caption(ui, words)).truncate());
        if hint.is_empty() { label.id } else { label.on_hover_text(hint).id }
    });
    for (i, cell) in cells(row, count).enumerate() {
        let layout = Layout::right_to_left(Align::Center);
        ui.scope_builder(inside(cell, layout).id_salt((words, i)), |ui| each(ui, i, label.inner));
    }
}

/// The choice with another entry.
pub(super) fn with_entry(choice: &NetworksChoice, i: usize, entry: Entry) -> Action {
    let mut next = choice.clone();
    next.entries[i] = entry;
    Action::Networks(next)
}

/// The backbone, a way out, and behind the last one a way in.
fn backbone_ui(ui: &mut Ui, app: &App, i: usize, words: Id, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().networks;
    let entry = &choice.entries[i];
    let last = i + 1 == choice.entries.len();
    if last && choice.entries.len() < MOST_NETWORKS {
        let add = ui.small_button("+").on_hover_text(tr(lang, "add-network"));
        if add.clicked() {
            let mut next = choice.clone();
            next.entries.push(Entry::plain(entry.backbone));
            actions.push(Action::Networks(next));
        }
    }
    if choice.entries.len() > 1 {
        let remove = ui.small_button("×").on_hover_text(tr(lang, "remove-network"));
        if remove.clicked() {
            let mut next = choice.clone();
            next.entries.remove(i);
            actions.push(Action::Networks(next));
        }
    }
    let loaded = || {
        let name = app.model().map_or("…", |m| match lang {
            Lang::En => m.model.manifest.title.en.as_str(),
            Lang::Zh => m.model.manifest.title.zh.as_str(),
        });
        tr_args(lang, "loaded-model", &[("name", name.to_owned().into())])
    };
    let title = entry.backbone.network().map_or_else(loaded, |n| n.title.to_owned());
    let list = ComboBox::from_id_salt(("backbone", i)).selected_text(title).width(ui.available_width());
    let list = list.truncate().height(420.0);
    let shown = list.show_ui(ui, |ui| {
        if ui.selectable_label(entry.backbone == Backbone::Loaded, loaded()).clicked() {
            let entry = Entry { backbone: Backbone::Loaded, ..entry.clone() };
            actions.push(with_entry(choice, i, entry));
        }
        for network in networks::ALL {
            let backbone = Backbone::Listed(network.name);
            if ui.selectable_label(entry.backbone == backbone, network.title).clicked() {
                actions.push(with_entry(choice, i, Entry { backbone, ..entry.clone() }));
            }
        }
    });
    shown.response.labelled_by(words);
}

/// The operator in the backbone, and its settings.
fn operator_ui(ui: &mut Ui, app: &App, i: usize, words: Id, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().networks;
    let entry = &choice.entries[i];
    if let Some(operator) = &entry.operator {
        let button = ui.small_button("⚙").on_hover_text(tr(lang, "operator-settings"));
        Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_min_width(220.0);
            operator_settings_ui(ui, app, i, operator, actions);
        });
    }
    let short = |name: &str| tr(lang, &format!("op-{name}-short"));
    let shown: egui::WidgetText = match &entry.operator {
        None => tr(lang, "no-operator").into(),
        Some(operator) => {
            let (colour, mark) = theme::operator_mark(operator.variant);
            let font = egui::TextStyle::Button.resolve(ui.style());
            let mut text = egui::text::LayoutJob::default();
            text.append(mark, 0.0, egui::TextFormat::simple(font.clone(), colour));
            let words = egui::TextFormat::simple(font, theme::tokens(ui).text);
            text.append(short(operator.variant), theme::SMALL, words);
            text.into()
        }
    };
    let list = ComboBox::from_id_salt(("operator", i)).selected_text(shown).width(ui.available_width());
    let shown = list.truncate().height(420.0).show_ui(ui, |ui| {
        if ui.selectable_label(entry.operator.is_none(), tr(lang, "no-operator")).clicked() {
            actions.push(with_entry(choice, i, Entry { operator: None, ..entry.clone() }));
        }
        let papers = entry.backbone.network().map_or(&[][..], |n| n.placements);
        for variant in variants::ALL.iter().map(|v| v.name()).filter(|name| *name != "standard") {
            let chosen = entry.operator.as_ref().is_some_and(|o| o.variant == variant);
            let mut text = short(variant).to_owned();
            if papers.contains(&variant) {
                text = tr_args(lang, "operator-of-a-paper", &[("operator", text.into())]);
            }
            if ui.selectable_label(chosen, text).clicked() && !chosen {
                actions.push(with_entry(choice, i, Entry::with(entry.backbone, variant)));
            }
        }
    });
    shown.response.labelled_by(words);
}

/// Settings and place of an operator.
fn operator_settings_ui(ui: &mut Ui, app: &App, i: usize, operator: &InBackbone, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().networks;
    let entry = &choice.entries[i];
    let variant = operator.operator();
    let chosen = operator.settings.clone().completed(variant, &NOMINAL);
    if let Some(Changed { value, ended }) = settings_ui(ui, lang, variant, &NOMINAL, &chosen) {
        if value != chosen {
            // What was not moved stays what each layer makes of it.
            let opens_with = Settings::default().completed(variant, &NOMINAL);
            let mut settings = Settings::default();
            for (name, value) in value.iter().filter(|(name, value)| opens_with.get(name) != Some(*value)) {
                settings.set(name, value.clone());
            }
            let operator = InBackbone { settings, ..operator.clone() };
            let Action::Networks(next) =
                with_entry(choice, i, Entry { operator: Some(operator), ..entry.clone() })
            else {
                return;
            };
            actions.push(Action::DragNetworks(next));
        }
        if ended {
            actions.push(Action::DragEnded);
        }
    }
    let papers = entry.backbone.network().is_some_and(|n| n.placements.contains(&operator.variant));
    if papers {
        let mut everywhere = operator.everywhere;
        let words = tr(lang, "place-everywhere");
        if ui.checkbox(&mut everywhere, words).on_hover_text(tr(lang, "place-everywhere-hint")).changed() {
            let operator = InBackbone { everywhere, ..operator.clone() };
            actions.push(with_entry(choice, i, Entry { operator: Some(operator), ..entry.clone() }));
        }
    }
    let counted = app.networks().and_then(|scene| scene.networks.get(i)?.counted());
    let stages = counted.map_or(0, |(network, _)| network.stages);
    if stages > 1 {
        ui.label(theme::caption(ui, tr(lang, "operator-stages")))
            .on_hover_text(tr(lang, "operator-stages-hint"));
        ui.horizontal_wrapped(|ui| {
            for stage in 0..stages {
                let stands = !operator.without_stages.contains(&stage);
                let chip =
                    egui::Button::selectable(stands, format!("{}", stage + 1)).min_size(vec2(26.0, 22.0));
                if ui.add(chip).clicked() {
                    let operator = operator.with_stage(stage, !stands);
                    actions.push(with_entry(choice, i, Entry { operator: Some(operator), ..entry.clone() }));
                }
            }
        });
    }
    if !operator.without_layers.is_empty() {
        let args = [("count", operator.without_layers.len().into())];
        let names: Vec<&str> = operator.without_layers.iter().map(String::as_str).collect();
        ui.horizontal(|ui| {
            ui.label(theme::caption(ui, tr_args(lang, "operator-without-layers", &args)))
                .on_hover_text(names.join("\n"));
            if ui.small_button(tr(lang, "operator-all-layers")).clicked() {
                let operator = InBackbone { without_layers: Default::default(), ..operator.clone() };
                actions.push(with_entry(choice, i, Entry { operator: Some(operator), ..entry.clone() }));
            }
        });
    }
    ui.label(theme::caption(ui, tr(lang, "operator-layers-hint")));
}

/// For how many layers the operator stands, and by whose rule; or why the network cannot be built.
fn placed_ui(ui: &mut Ui, lang: Lang, shown: Option<&ComparedNetwork>) {
    let Some(shown) = shown else { return };
    let network = match &shown.network {
        Ok(network) => network,
        Err(failure) => {
            let sentence = failure.sentence(lang);
            let text = RichText::new(sentence.as_str()).small().color(theme::tokens(ui).error);
            ui.add(egui::Label::new(text).truncate()).on_hover_text(sentence);
            return;
        }
    };
    let text = match network.placed {
        None => tr_args(lang, "on-input", &[("input", numbers::shape(network.input).into())]),
        Some(placed) => {
            let key = match placed {
                Placed::Paper => "placed-paper",
                Placed::Everywhere => "placed-everywhere",
            };
            tr_args(lang, key, &[("count", network.replaced.len().to_string().into())])
        }
    };
    let mut layers = network.replaced.join(", ");
    if !layers.is_empty() {
        layers = format!("{}\n{layers}", numbers::shape(network.input));
    }
    let label = ui.add(egui::Label::new(theme::caption(ui, text)).truncate());
    if !layers.is_empty() {
        label.on_hover_text(layers);
    }
}

/// A total of every network, and how much it differs from the first.
fn totals_ui(
    ui: &mut Ui,
    lang: Lang,
    words: &str,
    hint: &str,
    shown: &[Option<&ComparedNetwork>],
    write: fn(u64) -> String,
    of: impl Fn(&ComparedNetwork) -> Option<u64>,
) {
    let values: Vec<Option<u64>> = shown.iter().map(|n| n.and_then(&of)).collect();
    line_ui(ui, LINE, shown.len(), words, hint, |ui, i, _| {
        let Some(value) = values[i] else { return };
        let exact = tr_args(
            lang,
            "exactly",
            &[("number", value.to_string().into()), ("what", words.to_owned().into())],
        );
        let first = values[0].filter(|_| i > 0);
        if let Some(text) = first.and_then(|first| difference(first, value)) {
            let accent = theme::tokens(ui).accent;
            ui.add_sized([58.0, LINE], egui::Label::new(RichText::new(text).small().color(accent)));
        } else {
            ui.add_space(58.0 + theme::MEDIUM);
        }
        ui.label(RichText::new(write(value)).strong()).on_hover_text(exact);
    });
}

/// The measured time with its spread, and whether it differs from the first network's.
fn time_ui(ui: &mut Ui, app: &App, shown: &[Option<&ComparedNetwork>], i: usize) {
    let lang = app.prefs.lang;
    let of = |i: usize| app.network_times()?.of(&shown.get(i).copied().flatten()?.key);
    let Some(own) = of(i) else {
        ui.label(theme::caption(ui, tr(lang, "not-measured")));
        return;
    };
    let time = match &own.time {
        Ok(time) => time,
        Err(failure) => {
            let sentence = failure.sentence(lang);
            let text = RichText::new(sentence.as_str()).small().color(theme::tokens(ui).error);
            ui.add(egui::Label::new(text).truncate()).on_hover_text(sentence);
            return;
        }
    };
    let first = of(0).filter(|_| i > 0).and_then(|n| n.time.as_ref().ok());
    let compared = first.map(|first| match first.compare(time) {
        crate::analysis::Comparison::NoMeasurableDifference => tr(lang, "no-difference-short").to_owned(),
        crate::analysis::Comparison::Ratio(ratio) => format!("× {ratio:.2}"),
    });
    let weights = match own.weights {
        crate::graph::Origin::Trained
        | crate::graph::Origin::Given
        | crate::graph::Origin::Repeated
        | crate::graph::Origin::Made => tr(lang, "trained"),
        crate::graph::Origin::Derived | crate::graph::Origin::Fitted => tr(lang, "derived-not-trained"),
        crate::graph::Origin::Seeded => tr(lang, "seeded-not-trained"),
    };
    let hint = match &compared {
        Some(compared) => format!("{}\n{compared}\n{weights}", numbers::time_with_spread(time)),
        None => format!("{}\n{weights}", numbers::time_with_spread(time)),
    };
    if let Some(compared) = compared {
        ui.label(RichText::new(compared).small().color(theme::tokens(ui).accent));
    }
    let text = RichText::new(numbers::time_with_spread(time)).small();
    ui.add(egui::Label::new(text).truncate()).on_hover_text(hint);
}
