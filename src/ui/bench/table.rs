//! The table: one line per operator, times of every device side by side.

use eframe::egui::{self, Align2, Color32, FontId, Rect, Sense, TextStyle, Ui, pos2, vec2};

use super::{device_name, mark, select};
use crate::analysis::{Quantity, SourceOf, Who};
use crate::app::{Action, App, BENCH_BACKENDS, BenchRow, BenchTime, STANDARD};
use crate::graph::Origin;
use crate::text::{tr, tr_args};
use crate::ui::{numbers, theme};

/// Height of a line.
const ROW: f32 = 21.0;
/// Room for the scroll bar.
const SCROLL_BAR: f32 = 8.0;

/// The columns after the name, with their widths as shares.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Column {
    Macs,
    Params,
    Bytes,
    Dispatches,
    Error,
    Time(usize),
    Saving,
}

const COLUMNS: [(Column, f32); 8] = [
    (Column::Macs, 58.0),
    (Column::Params, 54.0),
    (Column::Bytes, 56.0),
    (Column::Dispatches, 38.0),
    (Column::Error, 92.0),
    (Column::Time(0), 112.0),
    (Column::Time(1), 112.0),
    (Column::Saving, 54.0),
];
/// Least width of the names.
const NAME: f32 = 104.0;

/// Draws the table.
pub(super) fn table_ui(ui: &mut Ui, app: &App, marked: &[SourceOf], actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    ui.add_space(2.0);
    head_ui(ui, app);
    let Some(scene) = app.bench() else {
        ui.label(theme::caption(ui, tr(lang, "running-operators")));
        return;
    };
    let operators = &app.choice().bench.operators;
    let rows = operators.iter().filter_map(|e| scene.row(e.variant));
    egui::ScrollArea::vertical().auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        rows.for_each(|row| row_ui(ui, app, row, marked, actions));
    });
    ui.add_space(2.0);
}

/// The name's cell and the others, from left to right.
fn cells(row: Rect) -> (Rect, Vec<(Column, Rect)>) {
    let sum: f32 = COLUMNS.iter().map(|(_, w)| w).sum();
    let room = row.width() - SCROLL_BAR;
    let scale = ((room - NAME) / sum).clamp(0.6, 1.35);
    let mut x = row.left() + (room - sum * scale).max(40.0);
    let name = Rect::from_min_max(row.min, pos2(x, row.bottom()));
    let cell = |(column, width): &(Column, f32)| {
        let cell = Rect::from_min_size(pos2(x, row.top()), vec2(width * scale, row.height()));
        x = cell.right();
        (*column, cell)
    };
    (name, COLUMNS.iter().map(cell).collect())
}

fn head_ui(ui: &mut Ui, app: &App) {
    let lang = app.prefs.lang;
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let small = TextStyle::Small.resolve(ui.style());
    let weak = theme::tokens(ui).weak;
    let (name, cells) = cells(row);
    ui.painter().text(name.left_center(), Align2::LEFT_CENTER, tr(lang, "operator"), small.clone(), weak);
    for (column, cell) in cells {
        let (words, hint) = match column {
            Column::Macs => (tr(lang, "macs").to_owned(), tr(lang, "bench-macs-hint").to_owned()),
            Column::Params => (tr(lang, "params-short").to_owned(), tr(lang, "params-hint").to_owned()),
            Column::Bytes => (tr(lang, "bench-bytes").to_owned(), tr(lang, "bench-bytes-hint").to_owned()),
            Column::Dispatches => {
                (tr(lang, "bench-dispatches").to_owned(), tr(lang, "bench-dispatches-hint").to_owned())
            }
            Column::Error => (tr(lang, "bench-error").to_owned(), tr(lang, "bench-error-hint").to_owned()),
            Column::Time(i) => {
                let backend = BENCH_BACKENDS[i];
                let device = app.roofline(backend).map(|r| r.device.clone()).unwrap_or_default();
                let hint = format!("{device}\n{}", tr(lang, "bench-time-hint"));
                let software = app.bench_times(backend).is_some_and(|t| t.software);
                let name =
                    if software { tr(lang, "bench-software") } else { device_name(app, backend, lang) };
                (format!("{name}, ms"), hint)
            }
            Column::Saving => (tr(lang, "bench-saving").to_owned(), tr(lang, "bench-saving-hint").to_owned()),
        };
        fitted(ui, cell, words, &small, weak);
        ui.interact(cell, ui.scope_id().with((row.top() as i32, cell.left() as i32)), Sense::hover())
            .on_hover_text(hint);
    }
    let line = theme::tokens(ui).line;
    ui.painter().hline(row.x_range(), row.bottom(), egui::Stroke::new(1.0, line));
}

/// Writes to the right of a cell; what is too wide, such as a time with all digits of its spread, in smaller letters.
fn fitted(ui: &Ui, cell: Rect, words: String, font: &FontId, ink: Color32) {
    let inner = cell.shrink2(vec2(3.0, 0.0));
    let painter = ui.painter().with_clip_rect(cell);
    let wide = painter.layout_no_wrap(words.clone(), font.clone(), ink).size().x;
    let size = font.size * (inner.width() / wide).min(1.0);
    painter.text(inner.right_center(), Align2::RIGHT_CENTER, words, FontId { size, ..font.clone() }, ink);
}

/// What stands in a cell: text, colour, what is told on hover.
struct Shown {
    text: String,
    ink: Color32,
    hint: Option<String>,
}

fn row_ui(ui: &mut Ui, app: &App, row: &BenchRow, marked: &[SourceOf], actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().bench;
    let tokens = theme::tokens(ui);
    let variant = row.entry.variant;
    let selected = choice.selected == variant;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let words = tr(lang, &format!("op-{variant}-short"));
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, selected, words));
    if response.clicked() && !selected {
        actions.push(select(choice, variant));
    }
    if selected {
        ui.painter().rect_filled(rect, 3.0, tokens.accent_ground);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 3.0, tokens.ground);
    }
    let body = TextStyle::Body.resolve(ui.style());
    let small = TextStyle::Small.resolve(ui.style());
    let (name, cells) = cells(rect);
    let (colour, sign) = theme::operator_mark(variant);
    let painter = ui.painter().with_clip_rect(name);
    painter.text(name.left_center() + vec2(4.0, 0.0), Align2::LEFT_CENTER, sign, body.clone(), colour);
    painter.text(name.left_center() + vec2(22.0, 0.0), Align2::LEFT_CENTER, words, body.clone(), tokens.text);
    let name_hint = match (row.in_place, row.misfit) {
        (true, _) => tr(lang, &format!("op-{variant}-about")).to_owned(),
        (false, reason) => {
            let reason = reason.map_or("", |r| tr(lang, r.key()));
            format!("{reason}\n{}", tr(lang, "bench-alone-hint"))
        }
    };
    response.on_hover_text_at_pointer(name_hint);
    for (column, cell) in cells {
        let shown = cell_of(app, row, column, tokens);
        let is_marked = marked.iter().any(|m| is_source(app, m, column, variant));
        if is_marked {
            mark(ui, cell.shrink2(vec2(1.0, 1.0)));
        }
        let font: &FontId = if matches!(column, Column::Time(_) | Column::Error) { &small } else { &body };
        fitted(ui, cell, shown.text, font, shown.ink);
        if let Some(hint) = shown.hint {
            let id = ui.scope_id().with((variant, cell.left() as i32));
            ui.interact(cell, id, Sense::hover()).on_hover_text(hint);
        }
    }
}

/// Whether a number of the card comes from this cell.
fn is_source(app: &App, source: &SourceOf, column: Column, variant: &str) -> bool {
    let choice = &app.choice().bench;
    let whose = match source.who {
        Who::Operator => variant == choice.selected,
        Who::Standard => variant == STANDARD,
        Who::Device => false,
    };
    let same = match (source.what, column) {
        (Quantity::Macs, Column::Macs)
        | (Quantity::Bytes, Column::Bytes)
        | (Quantity::Dispatches, Column::Dispatches) => true,
        (Quantity::Time, Column::Time(i)) => BENCH_BACKENDS[i] == choice.backend,
        _ => false,
    };
    whose && same
}

fn cell_of(app: &App, row: &BenchRow, column: Column, tokens: theme::Tokens) -> Shown {
    let lang = app.prefs.lang;
    let choice = &app.choice().bench;
    let plain = |text: String, hint: Option<String>| Shown { text, ink: tokens.text, hint };
    let none = |hint: Option<String>| Shown { text: "—".into(), ink: tokens.weak, hint };
    let work = app.bench_work(choice.backend, &row.entry);
    match column {
        Column::Macs => {
            let hint = work.map(|w| {
                let executed = numbers::count(w.executed.macs);
                let args = [
                    ("executed", executed.into()),
                    ("batch", w.batch.to_string().into()),
                    ("formula", numbers::count(row.cost.macs).into()),
                ];
                tr_args(lang, "bench-macs-cell", &args)
            });
            plain(numbers::count(row.cost.macs), hint)
        }
        Column::Params => plain(numbers::count(row.cost.params), None),
        Column::Bytes => match work {
            Some(w) => {
                let args = [
                    ("read", numbers::count(w.executed.bytes_read).into()),
                    ("written", numbers::count(w.executed.bytes_written).into()),
                    ("weights", numbers::count(w.executed.weight_bytes).into()),
                ];
                plain(numbers::count(w.executed.bytes()), Some(tr_args(lang, "bench-bytes-cell", &args)))
            }
            None => none(None),
        },
        Column::Dispatches => match work {
            Some(w) => plain(w.dispatches.to_string(), None),
            None => none(None),
        },
        Column::Error => match row.errors {
            _ if row.entry.variant == STANDARD && row.errors[0] == Some(0.0) => {
                none(Some(tr(lang, "bench-reference").to_owned()))
            }
            [Some(derived), Some(fitted)] => {
                let text = format!("{} → {}", numbers::percent(derived), numbers::percent(fitted));
                plain(text, Some(tr(lang, "bench-error-fitted").to_owned()))
            }
            [Some(derived), None] => {
                plain(numbers::percent(derived), Some(tr(lang, "bench-error-derived").to_owned()))
            }
            _ => {
                let key = match row.origin {
                    Origin::Seeded => "seeded-not-trained-hint",
                    _ => "bench-alone-hint",
                };
                none(Some(tr(lang, key).to_owned()))
            }
        },
        Column::Time(i) => match app.bench_time(BENCH_BACKENDS[i], &row.entry) {
            BenchTime::None => none(None),
            BenchTime::Hidden => Shown {
                text: "?".into(),
                ink: tokens.accent,
                hint: Some(tr(lang, "predict-hint").to_owned()),
            },
            BenchTime::Failed(cause) => none(Some(cause)),
            BenchTime::Known { measured, stale } => {
                let t = measured.time;
                let [median, low, high] = [t.median_ns, t.p10_ns, t.p90_ns].map(numbers::milliseconds);
                let args = [
                    ("runs", t.runs.to_string().into()),
                    ("batch", measured.batch.to_string().into()),
                    ("rate", numbers::rate(measured.macs as f64 / t.median_ns.max(1) as f64 * 1e9).into()),
                ];
                let mut hint = tr_args(lang, "bench-time-cell", &args);
                if stale {
                    hint = format!("{hint}\n{}", tr(lang, "bench-stale"));
                }
                let ink = if stale { tokens.weak } else { tokens.text };
                Shown { text: format!("{median} ({low}–{high})"), ink, hint: Some(hint) }
            }
        },
        Column::Saving => {
            let hidden = app.bench_hides_times();
            let known = app.bench_work(choice.backend, &row.entry).is_some_and(|w| w.time.runs > 0);
            match app.delivered(choice.backend, row.entry.variant) {
                _ if row.entry.variant == STANDARD || hidden || !known => none(None),
                Some(share) => {
                    plain(format!("{:.0} %", share * 100.0), Some(tr(lang, "bench-saving-hint").into()))
                }
                None => Shown {
                    text: tr(lang, "bench-noise").into(),
                    ink: tokens.weak,
                    hint: Some(tr(lang, "why-time-noise").into()),
                },
            }
        }
    }
}
