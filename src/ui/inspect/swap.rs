//! Replacing a convolution: the operators, their sliders, and what changes.

use eframe::egui::{self, Button, RichText, Ui};

use crate::analysis::{BoundBy, Comparison, TimeStats};
use crate::app::{Action, App, Fit, FusedTiming, SwapChoice, SwapRun};
use crate::graph::{NodeId, Origin};
use crate::text::{Lang, tr, tr_args};
use crate::ui::setting::{self, Changed};
use crate::ui::{numbers, theme};
use crate::variants::{self, ConvVariant, Geometry, Settings, SwapError};

/// Key of what random weights are called.
const SEEDED: &str = "seeded-not-trained";
/// A cell of the table of results.
const CELL: egui::Vec2 = egui::vec2(78.0, 18.0);
/// Height of the table with its heading.
const RESULT_HEIGHT: f32 = 84.0;
/// Width of the table, the rest is for words.
const TABLE_WIDTH: f32 = 548.0;
/// Room for words beside the table.
const LEAST_WORDS: f32 = 240.0;
/// Width of the text about an operator.
const LESSON_WIDTH: f32 = 420.0;

/// The strip below the maps.
pub fn strip_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    ui.add_space(theme::SMALL);
    let (Some(model), Some(layer)) = (app.model(), target(app)) else {
        ui.label(theme::caption(ui, tr(lang, "swap-only-convs")));
        return;
    };
    let graph = &model.model.graph;
    let name = &graph.node(layer).name;
    let geometry = match variants::site(graph, layer) {
        Ok(geometry) => geometry,
        Err(error) => {
            let reason = match &error {
                SwapError::DoesNotFit { reason, .. } => tr(lang, reason.key()),
                _ => tr(lang, "swap-only-convs"),
            };
            ui.add_space(theme::SMALL);
            ui.label(theme::caption(ui, reason));
            ui.add_space(theme::SMALL);
            return;
        }
    };
    let current = app.choice().swap.as_ref();
    // Wraps: there are more operators than fit beside each other in a small window.
    let own_layer = if own_origin_key(app) == SEEDED { "swap-none-seeded" } else { "swap-none" };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tr(lang, "swap")).strong()).on_hover_text(tr(lang, "swap-title"));
        // Another layer than the one on the screen may be the replaced one.
        if app.layer() != Some(layer) {
            ui.label(theme::caption(ui, name.as_str()));
        }
        if ui.selectable_label(current.is_none(), tr(lang, own_layer)).clicked() {
            actions.push(Action::Swap(None));
        }
        ui.spacing_mut().button_padding.x = theme::SMALL;
        for variant in variants::ALL {
            operator_ui(ui, app, *variant, name, &geometry, actions);
        }
    });
    if let Some(choice) = current
        && let Some(variant) = variants::find(choice.variant)
    {
        ui.horizontal_wrapped(|ui| {
            if let Some(Changed { value, ended }) =
                setting::settings_ui(ui, lang, variant, &geometry, &choice.settings)
            {
                if value != choice.settings {
                    let next = SwapChoice { settings: value, ..choice.clone() }.derived();
                    actions.push(Action::DragSwap(next));
                }
                if ended {
                    actions.push(Action::DragEnded);
                }
            }
            lesson_ui(ui, app.prefs.lang, variant.name());
            fit_ui(ui, app, choice, actions);
        });
        if let Some(swap) = app.swap().filter(|s| s.choice.layer == *name) {
            result_ui(ui, app, layer, swap);
        }
    }
    ui.add_space(theme::SMALL);
}

/// The layer that is or would be replaced: the swapped one, else the chosen one.
fn target(app: &App) -> Option<NodeId> {
    let graph = &app.model()?.model.graph;
    match &app.choice().swap {
        Some(swap) => graph.find(&swap.layer),
        None => app.layer(),
    }
}

/// The button of one operator; greyed out with the reason where it does not fit.
fn operator_ui(
    ui: &mut Ui,
    app: &App,
    variant: &'static dyn ConvVariant,
    layer: &str,
    geometry: &Geometry,
    actions: &mut Vec<Action>,
) {
    let lang = app.prefs.lang;
    let (colour, mark) = theme::operator_mark(variant.name());
    let chosen = app.choice().swap.as_ref().is_some_and(|s| s.variant == variant.name());
    let mut text = egui::text::LayoutJob::default();
    let font = egui::TextStyle::Button.resolve(ui.style());
    let words = tr(lang, &format!("op-{}-short", variant.name()));
    text.append(mark, 0.0, egui::TextFormat::simple(font.clone(), colour));
    text.append(words, 4.0, egui::TextFormat::simple(font, theme::tokens(ui).text));
    let fits = variant.fits(geometry);
    let about = format!(
        "{}\n{}",
        tr(lang, &format!("op-{}", variant.name())),
        tr(lang, &format!("op-{}-about", variant.name()))
    );
    let button = ui.add_enabled(fits.is_ok(), Button::selectable(chosen, text)).on_hover_text(about);
    button.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, fits.is_ok(), chosen, words));
    let button = match &fits {
        Ok(()) => button,
        Err(reason) => button.on_disabled_hover_text(tr(lang, reason.key())),
    };
    if button.clicked() {
        let settings = Settings::defaults(variant, geometry);
        actions.push(Action::Swap(Some(SwapChoice {
            layer: layer.to_owned(),
            variant: variant.name(),
            settings,
            fit: None,
        })));
    }
}

/// What the operator's weights are called: nothing comes of random ones but random ones.
pub(super) fn origin_key(app: &App, fitted: bool) -> &'static str {
    match own_origin_key(app) {
        SEEDED => SEEDED,
        _ if fitted => "fitted-on-this-image",
        _ => "derived-not-trained",
    }
}

/// What the weights of the loaded network are called.
pub(super) fn own_origin_key(app: &App) -> &'static str {
    let seeded = app.model().is_some_and(|m| m.model.origin() == Origin::Seeded);
    if seeded { SEEDED } else { "trained" }
}

/// The button that fits the operator to the layer's output; while it runs its progress, then what it brought.
pub(in crate::ui) fn fit_ui(ui: &mut Ui, app: &App, choice: &SwapChoice, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let t = |key: &str| tr(lang, key);
    ui.separator();
    if let Some(share) = app.fitting() {
        ui.label(theme::caption(ui, t("fitting-swap")));
        ui.add(egui::ProgressBar::new(share).desired_width(96.0).desired_height(8.0));
        if ui.small_button(t("cancel-fit")).clicked() {
            actions.push(Action::Cancel);
        }
        return;
    }
    let Some(Fit(fit)) = &choice.fit else {
        let ready = app.swap().is_some_and(|s| s.choice == *choice);
        if ui
            .add_enabled(ready, Button::new(t("fit-to-image")))
            .on_hover_text(t("fit-to-image-hint"))
            .clicked()
        {
            actions.push(Action::Fit);
        }
        return;
    };
    let errors = [("before", fit.error_before), ("after", fit.error_after)];
    let errors = errors.map(|(name, error)| (name, numbers::percent(error).into()));
    let text = RichText::new(tr_args(lang, "fit-error", &errors)).color(theme::tokens(ui).accent).strong();
    let mut hint = t("fit-error-hint").to_owned();
    if fit.rectified {
        hint = format!("{hint}\n{}", t("fit-rectified"));
    }
    ui.label(text).on_hover_text(hint);
}

/// Before, after and change in one small table.
fn result_ui(ui: &mut Ui, app: &App, layer: NodeId, swap: &SwapRun) {
    let lang = app.prefs.lang;
    let t = |key: &str| tr(lang, key);
    let before = swap.base.model.cost.nodes[layer.index()];
    let mut after = crate::cost::NodeCost::default();
    swap.swapped.operator.iter().for_each(|id| after += swap.cost.nodes[id.index()]);
    let timing = app.timing().and_then(|t| t.swap.as_ref()).filter(|s| s.choice == swap.choice);

    // Where there is no room beside the table, the words come first, in one line.
    let beside = ui.available_width() - TABLE_WIDTH;
    if beside < LEAST_WORDS {
        ui.horizontal_wrapped(|ui| words_ui(ui, app, swap, before.macs, after.macs, false));
    }
    let size = egui::vec2(ui.available_width(), RESULT_HEIGHT);
    let (free, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    let (table, words) = free.split_left_right_at_x((free.left() + TABLE_WIDTH).min(free.right()));
    ui.scope_builder(egui::UiBuilder::new().max_rect(table), |ui| {
        egui::Grid::new("swap_result").num_columns(7).spacing([4.0, 2.0]).show(ui, |ui| {
            let head = |ui: &mut Ui, key: &str, hint: &str| {
                right(ui, theme::caption(ui, t(key))).on_hover_text(t(hint));
            };
            ui.label("");
            head(ui, "macs", "macs-hint");
            head(ui, "executed", "executed-hint");
            head(ui, "params-short", "params-hint");
            head(ui, "time-bound", "time-bound-hint");
            head(ui, "time-layer", "time-fused-hint");
            head(ui, "time-network", "time-fused-hint");
            ui.end_row();

            let sides =
                [("before", before, timing.map(|t| &t.before)), ("after", after, timing.map(|t| &t.after))];
            for (name, cost, timing) in sides {
                ui.label(theme::caption(ui, t(name)));
                right(ui, numbers::count(cost.macs));
                side_ui(ui, lang, cost.params, timing);
                ui.end_row();
            }

            ui.label(theme::caption(ui, t("change")));
            right(ui, ratio(after.macs as f64 / before.macs as f64));
            let executed =
                timing.map(|t| t.after.executed.macs as f64 / t.before.executed.macs.max(1) as f64);
            right(ui, executed.map_or_else(String::new, ratio));
            right(ui, ratio(after.params as f64 / before.params as f64));
            let bound = timing.map(|t| t.after.bound.0 / t.before.bound.0);
            right(ui, bound.map_or_else(String::new, ratio));
            change_ui(ui, app, timing.and_then(|t| t.before.layer.zip(t.after.layer)));
            change_ui(ui, app, timing.map(|t| (t.before.network, t.after.network)));
            ui.end_row();
        });
    });
    if beside >= LEAST_WORDS {
        ui.scope_builder(egui::UiBuilder::new().max_rect(words), |ui| {
            ui.vertical(|ui| words_ui(ui, app, swap, before.macs, after.macs, true));
        });
    }
}

/// Where the weights come from, and what they did to the layer's output; the rule in full where there is
/// room, else behind the pointer.
fn words_ui(ui: &mut Ui, app: &App, swap: &SwapRun, before: u64, after: u64, rule_in_full: bool) {
    let lang = app.prefs.lang;
    let t = |key: &str| tr(lang, key);
    let fit = swap.choice.fit.as_ref().map(|fit| &fit.0);
    let (rule, hint) = match fit {
        None => (t(&format!("derive-{}", swap.choice.variant)).to_owned(), "derived-not-trained-hint"),
        Some(fit) => {
            let sizes = [
                ("share", numbers::percent(after as f64 / before as f64).into()),
                ("weights", numbers::count(fit.parameters as u64).into()),
                ("values", numbers::count(fit.values as u64).into()),
            ];
            (tr_args(lang, "fit-size", &sizes), "fitted-on-this-image-hint")
        }
    };
    let note = RichText::new(t(origin_key(app, fit.is_some()))).color(theme::tokens(ui).accent).strong();
    ui.label(note).on_hover_text(format!("{}\n{rule}", t(hint)));
    let change = numbers::percent(swap.relative_change);
    let text = tr_args(lang, "layer-output-changed", &[("percent", change.into())]);
    ui.label(theme::caption(ui, text)).on_hover_text(t("layer-output-changed-hint"));
    if rule_in_full || fit.is_some() {
        ui.add(egui::Label::new(theme::caption(ui, rule)).wrap());
    }
}

/// What was executed and measured, on one side.
fn side_ui(ui: &mut Ui, lang: Lang, params: u64, timing: Option<&FusedTiming>) {
    let time = |stats: Option<TimeStats>| {
        stats.map_or_else(|| "…".to_owned(), |s| numbers::milliseconds(s.median_ns) + " ms")
    };
    let Some(timing) = timing else {
        for text in ["…".to_owned(), numbers::count(params), "…".into(), "…".into(), "…".into()] {
            right(ui, text);
        }
        return;
    };
    let work = timing.executed;
    let details = [
        ("macs", numbers::count(work.macs).into()),
        ("read", numbers::count(work.bytes_read).into()),
        ("written", numbers::count(work.bytes_written).into()),
        ("weights", numbers::count(work.weight_bytes).into()),
        ("dispatches", work.dispatches.into()),
    ];
    let details = tr_args(lang, "executed-details", &details);
    right(ui, numbers::count(work.macs)).on_hover_text(details.as_str());
    right(ui, numbers::count(params));
    let by = tr(lang, if timing.bound.1 == BoundBy::Macs { "bound-by-macs" } else { "bound-by-bytes" });
    let bound = numbers::milliseconds(timing.bound.0 as u64) + " ms";
    right(ui, bound).on_hover_text(format!("{by}\n{details}"));
    right(ui, time(timing.layer));
    right(ui, time(Some(timing.network)));
}

/// What the operator does, saves and costs, and what is often misunderstood, behind a button.
fn lesson_ui(ui: &mut Ui, lang: Lang, variant: &str) {
    let title = tr(lang, "lesson-title");
    ui.menu_button(title, |ui| {
        ui.set_width(LESSON_WIDTH);
        // Menus stretch their lines; a text is not a button.
        ui.with_layout(egui::Layout::top_down(egui::Align::LEFT), |ui| {
            ui.label(RichText::new(tr(lang, &format!("op-{variant}"))).strong());
            for part in ["does", "saves", "costs", "mistake"] {
                ui.add_space(theme::SMALL);
                ui.label(theme::caption(ui, tr(lang, &format!("lesson-{part}"))));
                ui.add(egui::Label::new(tr(lang, &format!("lesson-{variant}-{part}"))).wrap());
            }
        });
    });
}

/// A ratio of times, only where their spreads do not overlap.
fn change_ui(ui: &mut Ui, app: &App, times: Option<(TimeStats, TimeStats)>) {
    let lang = app.prefs.lang;
    let Some((before, after)) = times else {
        ui.label("");
        return;
    };
    let hint = format!("{}\n{}", numbers::time_with_spread(&before), numbers::time_with_spread(&after));
    match before.compare(&after) {
        Comparison::Ratio(r) => right(ui, ratio(r)).on_hover_text(hint),
        Comparison::NoMeasurableDifference => right(ui, theme::caption(ui, tr(lang, "no-difference-short")))
            .on_hover_text(format!("{}\n{hint}", tr(lang, "no-measurable-difference-hint"))),
    };
}

fn ratio(r: f64) -> String {
    format!("{r:.2} ×")
}

/// A right-aligned cell of the table, of fixed size: a cell that took all the width it can get would
/// push the page apart.
fn right(ui: &mut Ui, text: impl Into<egui::WidgetText>) -> egui::Response {
    let (cell, _) = ui.allocate_exact_size(CELL, egui::Sense::hover());
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.new_child(egui::UiBuilder::new().max_rect(cell).layout(layout)).label(text)
}
