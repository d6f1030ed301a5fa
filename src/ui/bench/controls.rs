//! What is compared: the layer or shape, batch and resolution, the operators and their settings.

use eframe::egui::{self, RichText, Slider, Ui};

use crate::analysis::{Quantity, SourceOf};
use crate::app::{
    Action, App, BenchChoice, BenchPlace, BenchRow, RESOLUTIONS, SHAPES, STANDARD, SwapChoice, batches,
};
use crate::text::{tr, tr_args};
use crate::ui::setting::{Changed, settings_ui};
use crate::ui::{numbers, theme};
use crate::variants;

/// Width of the sliders.
const SLIDER: f32 = 78.0;
/// Height of an operator's line.
const ROW: f32 = 21.0;

/// Everything on the left.
pub(super) fn controls_ui(ui: &mut Ui, app: &App, marked: &[SourceOf], actions: &mut Vec<Action>) {
    ui.add_space(theme::SMALL);
    place_ui(ui, app, actions);
    sliders_ui(ui, app, marked, actions);
    ui.separator();
    egui::Panel::bottom("bench_settings").show_separator_line(false).frame(egui::Frame::NONE).show(
        ui,
        |ui| {
            ui.separator();
            selected_ui(ui, app, actions);
        },
    );
    operators_ui(ui, app, actions);
}

fn place_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().bench;
    let Some(model) = app.model() else { return };
    let graph = &model.model.graph;
    let layer = app.bench_layer().map(|id| graph.node(id).name.as_str());
    let shape = |channels: usize, side: usize| format!("{channels} × {side} × {side}");
    let shown = match choice.place {
        BenchPlace::Layer => layer.unwrap_or_default().to_owned(),
        BenchPlace::Shape { channels, side } => shape(channels, side),
    };
    let words = theme::caption(ui, tr(lang, "bench-place"));
    let words = ui.label(words).on_hover_text(tr(lang, "bench-place-hint"));
    let width = ui.available_width();
    let places = egui::ComboBox::from_id_salt("bench_place").selected_text(shown).width(width);
    let places = places.height(420.0).show_ui(ui, |ui| {
        ui.label(theme::caption(ui, tr(lang, "bench-shapes")));
        for (channels, side) in SHAPES {
            let place = BenchPlace::Shape { channels, side };
            if ui.selectable_label(choice.place == place, shape(channels, side)).clicked() {
                actions.push(Action::Bench(BenchChoice { place, ..choice.clone() }));
            }
        }
        ui.label(theme::caption(ui, tr(lang, "bench-layers")));
        for (id, node) in graph.iter().filter(|(id, _)| variants::site(graph, *id).is_ok()) {
            let chosen = choice.place == BenchPlace::Layer && Some(id) == app.bench_layer();
            if ui.selectable_label(chosen, &node.name).clicked() {
                actions.push(Action::Layer(node.name.clone()));
                actions.push(Action::Bench(BenchChoice { place: BenchPlace::Layer, ..choice.clone() }));
            }
        }
    });
    places.response.labelled_by(words.id);
    if let Some(scene) = app.bench() {
        let (input, output) = (scene.site.input.shape(), scene.site.output.shape());
        let g = scene.site.geometry;
        let (from, to) = (numbers::shape(input), numbers::shape(output));
        let text = format!("{from} → {to}");
        let args = [("kernel", g.kernel.to_string().into()), ("stride", g.stride.to_string().into())];
        let label = ui.add(egui::Label::new(theme::caption(ui, text)).truncate());
        label.on_hover_text(tr_args(lang, "bench-kernel", &args));
    }
}

/// A slider over a list of values; what comes back is the value and whether the change is complete.
fn slider_ui(
    ui: &mut Ui,
    words: &str,
    hint: &str,
    values: &[usize],
    now: usize,
    unit: &'static str,
) -> Option<(usize, bool)> {
    let last = values.len().checked_sub(1)?;
    let mut place = values.iter().position(|v| *v >= now).unwrap_or(last);
    let list = values.to_vec();
    ui.spacing_mut().slider_width = SLIDER;
    let slider = Slider::new(&mut place, 0..=last)
        .text(words)
        .custom_formatter(move |i, _| {
            list.get(i.round() as usize).map(|v| format!("{v}{unit}")).unwrap_or_default()
        })
        .custom_parser({
            let list = values.to_vec();
            move |text| {
                let wanted: usize = text.trim_end_matches(['%', ' ']).parse().ok()?;
                let nearest = list.iter().enumerate().min_by_key(|(_, v)| v.abs_diff(wanted));
                nearest.map(|(i, _)| i as f64)
            }
        });
    let response = ui.add_enabled(last > 0, slider).on_hover_text(hint);
    let ended = response.drag_stopped() || (response.changed() && !response.dragged());
    (response.changed() || ended).then(|| (values[place], ended))
}

fn sliders_ui(ui: &mut Ui, app: &App, marked: &[SourceOf], actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().bench;
    let mut send = |next: BenchChoice, ended: bool| {
        if next != *choice {
            actions.push(Action::DragBench(next));
        }
        if ended {
            actions.push(Action::DragEnded);
        }
    };
    let values = app.bench().map_or(1, |s| s.site.input.shape().elements());
    let possible = batches(values);
    if marked.iter().any(|m| m.what == Quantity::Batch) {
        let rect = egui::Rect::from_min_size(ui.cursor().min, egui::vec2(ui.available_width(), 24.0));
        super::mark(ui, rect);
    }
    let batch =
        slider_ui(ui, tr(lang, "bench-batch"), tr(lang, "bench-batch-hint"), &possible, choice.batch, "");
    if let Some((batch, ended)) = batch {
        send(BenchChoice { batch, ..choice.clone() }, ended);
    }
    let (words, hint) = (tr(lang, "bench-resolution"), tr(lang, "bench-resolution-hint"));
    if let Some((resolution, ended)) = slider_ui(ui, words, hint, &RESOLUTIONS, choice.resolution, " %") {
        // The batch that was possible may be too much for larger maps.
        let grown = values * resolution * resolution / (choice.resolution * choice.resolution).max(1);
        let most = batches(grown).last().copied().unwrap_or(1);
        send(BenchChoice { resolution, batch: choice.batch.min(most), ..choice.clone() }, ended);
    }
}

/// The operators with a box each; a click on a name chooses it.
fn operators_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().bench;
    ui.label(theme::caption(ui, tr(lang, "operators")));
    let geometry = app.bench().map(|s| s.site.geometry);
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.spacing_mut().interact_size.y = ROW;
        for variant in variants::ALL {
            let name = variant.name();
            let mut on = choice.entry(name).is_some();
            let words = tr(lang, &format!("op-{name}-short"));
            let (colour, mark) = theme::operator_mark(name);
            let misfit = geometry.and_then(|g| variant.fits(&g).err()).filter(|_| name != STANDARD);
            let weak = misfit.is_some();
            let tokens = theme::tokens(ui);
            let font = egui::TextStyle::Button.resolve(ui.style());
            let mut text = egui::text::LayoutJob::default();
            text.append(mark, 0.0, egui::TextFormat::simple(font.clone(), colour));
            let ink = if weak { tokens.weak } else { tokens.text };
            text.append(words, 6.0, egui::TextFormat::simple(font, ink));
            let row = ui.add_enabled(name != STANDARD, egui::Checkbox::new(&mut on, text));
            row.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, words));
            let mut about = tr(lang, &format!("op-{name}-about")).to_owned();
            if let Some(reason) = misfit {
                about = format!("{about}\n{}\n{}", tr(lang, reason.key()), tr(lang, "bench-alone-hint"));
            }
            let row = row.on_hover_text(&about).on_disabled_hover_text(about);
            if row.changed() {
                actions.push(Action::Bench(choice.toggled(name)));
            }
        }
    });
}

/// The settings of the chosen operator.
fn selected_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().bench;
    let (Some(scene), Some(entry)) = (app.bench(), choice.entry(choice.selected)) else { return };
    let Some(row) = scene.row(choice.selected) else { return };
    let (colour, mark) = theme::operator_mark(choice.selected);
    ui.horizontal(|ui| {
        ui.label(RichText::new(mark).color(colour));
        ui.label(RichText::new(tr(lang, &format!("op-{}-short", choice.selected))).strong());
    });
    let chosen = entry.settings.clamped(entry.operator(), &row.geometry);
    let changed = ui.vertical(|ui| settings_ui(ui, lang, entry.operator(), &row.geometry, &chosen)).inner;
    if let Some(Changed { value, ended }) = changed {
        if value != chosen {
            actions.push(Action::DragBench(choice.with_settings(choice.selected, value)));
        }
        if ended {
            actions.push(Action::DragEnded);
        }
    }
    fit_ui(ui, app, row, actions);
    ui.add_space(theme::SMALL);
}

/// The way to the least error that the operator can have on this photo: it is put into the network and
/// fitted there, as on page Inspect.
fn fit_ui(ui: &mut Ui, app: &App, row: &BenchRow, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    if let Some(share) = app.fitting() {
        ui.horizontal(|ui| {
            ui.add(egui::ProgressBar::new(share).desired_width(84.0).desired_height(8.0));
            if ui.small_button(tr(lang, "cancel-fit")).clicked() {
                actions.push(Action::Cancel);
            }
        });
        return;
    }
    let layer = app.bench_layer_name().filter(|_| row.in_place && row.entry.variant != STANDARD);
    let fitted = row.errors[1].is_some();
    let (Some(layer), false, 100) = (layer, fitted, app.choice().bench.resolution) else { return };
    let hint = format!("{}\n{}", tr(lang, "fit-to-image-hint"), tr(lang, "bench-fit-hint"));
    if ui.button(tr(lang, "fit-to-image")).on_hover_text(hint).clicked() {
        let swap =
            SwapChoice { layer, variant: row.entry.variant, settings: row.settings.clone(), fit: None };
        actions.push(Action::Swap(Some(swap)));
        actions.push(Action::Fit);
    }
}
