//! The layers, a row each, with a bar for every network.

use eframe::egui::{self, Align2, Rect, Sense, TextStyle, Ui, pos2, vec2};

use super::cards::with_entry;
use super::{NAMES, cells};
use crate::app::{Action, App, Entry, LayerRow, NetworksScene, RowCost, RowTimes, Shows};
use crate::text::{tr, tr_args};
use crate::ui::{numbers, theme};

const ROW: f32 = 20.0;
/// Room for the number in front of its bar.
const NUMBER: f32 = 62.0;

/// What a row shows of the network at this place; none where it was not measured.
fn value(times: &RowTimes, shows: Shows, row: usize, network: usize, cost: &RowCost) -> Option<u64> {
    Some(match shows {
        Shows::Counted => cost.counted.rounded(),
        Shows::Macs => cost.macs,
        Shows::Params => cost.params,
        Shows::Maps => cost.maps,
        Shows::Time => times.get(row, network)?.time.median_ns,
    })
}

fn written(shows: Shows, value: u64) -> String {
    match shows {
        Shows::Maps => numbers::bytes(value),
        Shows::Time => numbers::milliseconds(value),
        Shows::Counted | Shows::Macs | Shows::Params => numbers::count(value),
    }
}

/// Values of the row at this place, one per network that has the layer.
fn values(times: &RowTimes, shows: Shows, at: usize, row: &LayerRow) -> impl Iterator<Item = u64> {
    let costs = row.costs.iter().enumerate();
    costs.filter_map(move |(network, cost)| value(times, shows, at, network, cost.as_ref()?))
}

pub(super) fn rows_ui(ui: &mut Ui, app: &App, scene: &NetworksScene, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let shows = app.choice().networks.shows;
    let t = theme::tokens(ui);
    let small = TextStyle::Small.resolve(ui.style());
    let count = scene.networks.len();
    let what = match shows {
        Shows::Counted => scene.convention.label(),
        other => tr(lang, &format!("shows-{}", other.name())).to_owned(),
    };
    let times = app.row_times();
    let rows = || scene.rows.iter().enumerate();
    let most = rows().flat_map(|(at, row)| values(times, shows, at, row)).max().unwrap_or(0);
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    // Rows of zeros would hide the others.
    let works = |&(at, row): &(usize, &LayerRow)| values(times, shows, at, row).any(|value| value > 0);
    let shown: Vec<usize> = rows().filter(works).map(|(at, _)| at).collect();
    let rows = tr_args(
        lang,
        "layers-shown",
        &[("shown", shown.len().to_string().into()), ("all", scene.rows.len().to_string().into())],
    );
    ui.painter().text(head.left_center(), Align2::LEFT_CENTER, rows, small.clone(), t.weak);
    for cell in cells(head, count) {
        let painter = ui.painter().with_clip_rect(cell);
        painter.text(cell.left_center(), Align2::LEFT_CENTER, &what, small.clone(), t.weak);
    }
    if shown.is_empty() && shows == Shows::Time {
        let measured =
            app.network_times().is_some_and(|t| scene.networks.iter().any(|n| t.of(&n.key).is_some()));
        let key = if measured { "no-times-of-layers" } else { "shows-time-hint" };
        ui.add_space(theme::MEDIUM);
        ui.label(theme::caption(ui, tr(lang, key)));
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let area = egui::ScrollArea::vertical().auto_shrink(false);
    area.show_rows(ui, ROW, shown.len(), |ui, range| {
        for &at in &shown[range] {
            row_ui(ui, app, scene, at, most, actions);
        }
    });
}

fn row_ui(ui: &mut Ui, app: &App, scene: &NetworksScene, at: usize, most: u64, actions: &mut Vec<Action>) {
    let row = &scene.rows[at];
    let times = app.row_times();
    let shows = app.choice().networks.shows;
    let lang = app.prefs.lang;
    let t = theme::tokens(ui);
    let small = TextStyle::Small.resolve(ui.style());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &row.name));
    if !ui.is_rect_visible(rect) {
        return;
    }
    if response.hovered() {
        ui.painter().rect_filled(rect, 2.0, t.ground);
    }
    let name = Rect::from_min_size(rect.min, vec2(NAMES, ROW));
    let painter = ui.painter().with_clip_rect(name);
    painter.text(name.left_center(), Align2::LEFT_CENTER, &row.name, small.clone(), t.text);
    let networks = scene.networks.iter().enumerate();
    for ((cost, cell), (i, network)) in row.costs.iter().zip(cells(rect, row.costs.len())).zip(networks) {
        let Some(cost) = cost else { continue };
        let Some(value) = value(times, shows, at, i, cost) else { continue };
        let operator = network.key.entry.operator.as_ref().filter(|_| cost.replaced);
        let bars =
            Rect::from_min_max(pos2(cell.left() + NUMBER, cell.top() + 5.0), cell.max - vec2(4.0, 5.0));
        let share = if most == 0 { 0.0 } else { value as f64 / most as f64 };
        let bar = Rect::from_min_size(bars.min, vec2(bars.width() * share as f32, bars.height()));
        let fill = operator.map_or(t.weak.gamma_multiply(0.55), |o| theme::operator_mark(o.variant).0);
        if value > 0 {
            let bar = Rect::from_min_size(bar.min, vec2(bar.width().max(1.0), bar.height()));
            ui.painter().rect_filled(bar, 1.0, fill);
        }
        let at = pos2(cell.left() + NUMBER - theme::SMALL - 2.0, cell.center().y);
        let colour = if value == 0 { t.weak } else { t.text };
        ui.painter().text(at, Align2::RIGHT_CENTER, written(shows, value), small.clone(), colour);
    }
    let (over, does) = switch_ui(ui, app, scene, row, rect, actions).unzip();
    over.unwrap_or(response).on_hover_ui(|ui| {
        ui.label(&row.name);
        if let Some(key) = does {
            ui.label(egui::RichText::new(tr(lang, key)).small().color(t.accent));
        }
        for (cost, network) in row.costs.iter().zip(&scene.networks) {
            let (Some(cost), Ok(network)) = (cost, &network.network) else { continue };
            let numbers = tr_args(
                lang,
                "layer-numbers",
                &[
                    ("network", network.label(lang).into()),
                    ("output", numbers::shape(cost.output).into()),
                    ("count", numbers::count(cost.counted.rounded()).into()),
                    ("convention", scene.convention.label().into()),
                    ("macs", numbers::count(cost.macs).into()),
                    ("params", numbers::count(cost.params).into()),
                ],
            );
            ui.label(theme::caption(ui, numbers));
        }
        for (i, network) in scene.networks.iter().enumerate() {
            let (Some(time), Ok(counted)) = (times.get(at, i), &network.network) else { continue };
            let key = if time.with.is_empty() { "layer-time" } else { "layer-time-with" };
            let args = [
                ("network", counted.label(lang).into()),
                ("time", numbers::time_with_spread(&time.time).into()),
                ("others", time.with.join(", ").into()),
            ];
            ui.label(theme::caption(ui, tr_args(lang, key, &args)));
        }
    });
}

/// A click on the cell of a layer where an operator stands, or was left out, switches it. Returns the cell under the
/// pointer, and the key of what a click would do there.
fn switch_ui(
    ui: &Ui,
    app: &App,
    scene: &NetworksScene,
    row: &LayerRow,
    rect: Rect,
    actions: &mut Vec<Action>,
) -> Option<(egui::Response, &'static str)> {
    let choice = &app.choice().networks;
    let mut told = None;
    for (i, (cost, cell)) in row.costs.iter().zip(cells(rect, row.costs.len())).enumerate() {
        let (Some(cost), Some(entry)) = (cost, choice.entries.get(i)) else { continue };
        // What is on the screen may not be what is chosen yet.
        let same = scene.networks[i].key.entry == *entry;
        let Some(operator) = entry.operator.as_ref().filter(|_| same) else { continue };
        let out = operator.without_layers.contains(&row.name);
        if !cost.replaced && !out {
            continue;
        }
        let cell_response = ui.interact(cell, ui.scope_id().with((&row.name, i)), Sense::click());
        if cell_response.hovered() {
            let stroke = egui::Stroke::new(1.0, theme::tokens(ui).accent);
            ui.painter().rect_stroke(cell.shrink(1.0), 2.0, stroke, egui::StrokeKind::Inside);
        }
        if cell_response.clicked() {
            let operator = Some(operator.with_layer(&row.name, out));
            actions.push(with_entry(choice, i, Entry { operator, ..entry.clone() }));
        }
        if cell_response.hovered() {
            told = Some((cell_response, if out { "layer-operator-in" } else { "layer-operator-out" }));
        }
    }
    told
}
