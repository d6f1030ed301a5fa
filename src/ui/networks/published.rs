//! A published table: what was printed, what is recomputed, and what is to be said of it.

use eframe::egui::{self, Color32, RichText, Ui};

use super::STALE;
use crate::app::{Action, App};
use crate::cost::published::{AuditedCell, AuditedRow, Printed, Quantity, Scale, Status, Verdict};
use crate::text::{Lang, tr, tr_args};
use crate::ui::theme;

/// Green of figures that follow; a mark stands beside it.
const FOLLOWS: Color32 = Color32::from_rgb(0x00, 0x9e, 0x73);

/// Mark and colour of a verdict.
fn mark(ui: &Ui, verdict: Verdict) -> (&'static str, Color32) {
    let t = theme::tokens(ui);
    match verdict {
        Verdict::Exact => ("●", FOLLOWS),
        Verdict::Rounds | Verdict::Truncates => ("✓", FOLLOWS),
        Verdict::Misprint(_) => ("▲", t.accent),
        Verdict::NotReproducible(_) => ("○", t.weak),
        Verdict::Differs => ("✗", t.error),
    }
}

pub(super) fn published_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let table = app.choice().networks.table();
    egui::Panel::top("published_head").show(ui, |ui| {
        ui.add_space(theme::SMALL);
        ui.heading(table.title);
        ui.add(egui::Label::new(theme::caption(ui, table.source)).wrap());
        ui.add(egui::Label::new(theme::caption(ui, tr(lang, "published-hint"))).wrap());
        ui.add_space(theme::SMALL);
    });
    egui::CentralPanel::default().show(ui, |ui| {
        let Some(audit) = app.audit() else {
            ui.add_space(theme::LARGE);
            if app.busy().is_some() {
                ui.label(tr(lang, "auditing-table"));
            } else if ui.button(tr(lang, "recompute-table")).clicked() {
                actions.push(Action::StepTable(0));
            }
            return;
        };
        summary_ui(ui, lang, audit.rows.iter().flat_map(|row| &row.cells));
        ui.separator();
        if audit.table.name != table.name {
            ui.set_opacity(STALE);
        }
        egui::ScrollArea::both().auto_shrink(false).id_salt(table.name).show(ui, |ui| {
            let grid = egui::Grid::new(("published", table.name)).num_columns(5);
            grid.spacing([theme::LARGE, 5.0]).show(ui, |ui| {
                ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
                for key in
                    ["published-figure", "published-printed", "published-recomputed", "published-verdict"]
                {
                    ui.label(theme::caption(ui, tr(lang, key)));
                }
                ui.end_row();
                for row in &audit.rows {
                    row_ui(ui, lang, row);
                }
            });
            ui.add_space(theme::LARGE);
        });
    });
}

/// How many figures have which verdict.
fn summary_ui<'c>(ui: &mut Ui, lang: Lang, cells: impl Iterator<Item = &'c AuditedCell>) {
    let mut counts: Vec<(Verdict, usize)> = Vec::new();
    for cell in cells {
        let same = |v: &(Verdict, usize)| v.0.name() == cell.verdict.name();
        match counts.iter_mut().find(|v| same(v)) {
            Some(known) => known.1 += 1,
            None => counts.push((cell.verdict, 1)),
        }
    }
    ui.horizontal_wrapped(|ui| {
        for (verdict, count) in counts {
            let (mark, colour) = mark(ui, verdict);
            ui.label(RichText::new(mark).color(colour));
            ui.label(format!("{count} × {}", tr(lang, &verdict.key())));
            ui.add_space(theme::MEDIUM);
        }
    });
}

fn row_ui(ui: &mut Ui, lang: Lang, row: &AuditedRow) {
    ui.label(RichText::new(row.row.label).strong());
    ui.end_row();
    for cell in &row.cells {
        ui.horizontal(|ui| {
            ui.add_space(theme::LARGE);
            let label = ui.label(quantity(lang, cell));
            if let Some(convention) = cell.convention {
                label.on_hover_text(format!("{}\n{}", tr(lang, &convention.key()), convention.source));
            }
        });
        let status = tr(lang, &cell.cell.status.key());
        let printed = RichText::new(cell.cell.printed).strong();
        if cell.cell.status == Status::Published {
            ui.label(printed).on_hover_text(status);
        } else {
            ui.vertical(|ui| {
                ui.label(printed);
                ui.label(theme::caption(ui, status));
            });
        }
        let recomputed = ui.label(recomputed(cell));
        if let Some(difference) = cell.difference() {
            let sign = if difference < 0.0 { "−" } else { "+" };
            let text = format!("{sign}{:.3} %", difference.abs());
            recomputed.on_hover_text(tr_args(lang, "printed-differs-by", &[("difference", text.into())]));
        }
        verdict_ui(ui, lang, cell.verdict);
        ui.end_row();
    }
    if let Some(note) = row.row.note {
        ui.horizontal(|ui| {
            ui.add_space(theme::LARGE);
            ui.label(theme::caption(ui, tr(lang, "published-note")));
        });
        ui.label("");
        ui.label("");
        reason_ui(ui, tr(lang, note));
        ui.end_row();
    }
}

fn verdict_ui(ui: &mut Ui, lang: Lang, verdict: Verdict) {
    ui.vertical(|ui| {
        ui.horizontal(|ui| {
            let (mark, colour) = mark(ui, verdict);
            ui.label(RichText::new(mark).color(colour));
            ui.label(tr(lang, &verdict.key()));
        });
        if let Some(reason) = verdict.reason() {
            reason_ui(ui, tr(lang, reason));
        }
    });
}

/// A sentence in lines of a readable length.
fn reason_ui(ui: &mut Ui, text: &str) {
    ui.scope(|ui| {
        ui.set_max_width(360.0);
        ui.add(egui::Label::new(theme::caption(ui, text)).wrap());
    });
}

/// What the figure gives, with its convention.
fn quantity(lang: Lang, cell: &AuditedCell) -> String {
    match (cell.convention, cell.cell.quantity) {
        (Some(convention), _) => convention.label(),
        (None, Quantity::Reduction { from, base }) => {
            tr_args(lang, "published-reduction", &[("from", from.into()), ("base", base.into())])
        }
        (None, quantity) => tr(lang, &quantity.key()).to_owned(),
    }
}

/// The recomputed number: whole where it counts something.
fn recomputed(cell: &AuditedCell) -> String {
    let per_cent = Printed::parse(cell.cell.printed).is_some_and(|p| p.scale() == Scale::PerCent);
    match cell.recomputed {
        None => "—".to_owned(),
        Some(value) if per_cent => format!("{value:.3} %"),
        Some(value) => grouped(value),
    }
}

/// `349,511,680`.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!([7.0, 999.0, 1000.0, 349_511_680.4].map(grouped), ["7", "999", "1,000", "349,511,680"]);
    }
}
