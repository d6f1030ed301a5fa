//! What is said about the work under way and done: the status line, notices, and where files can be dropped.

use eframe::egui;

use super::{PATIENCE, Shell};
use crate::app::Action;
use crate::text::{tr, tr_args};
use crate::ui::{numbers, theme};

impl Shell {
    /// What runs, with progress and cancel; else what was measured and how.
    pub(super) fn status_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let lang = self.lang();
        if let Some(busy) = self.app.busy().filter(|b| b.elapsed > PATIENCE) {
            ui.label(tr(lang, &busy.label));
            ui.add(egui::ProgressBar::new(busy.progress.share()).desired_width(160.0).desired_height(8.0));
            if ui.small_button(tr(lang, "cancel")).clicked() {
                actions.push(Action::Cancel);
            }
            return;
        }
        let Some(run) = self.app.run() else { return };
        let mut text = run.trace.device.clone();
        if let Some(timing) = self.app.timing() {
            let time = numbers::time_with_spread(&timing.base.total);
            text = format!("{text}  ·  {} {time}", tr(lang, "whole-network"));
            let method = match run.trace.method {
                crate::exec::TimeMethod::HostClock => "time-clock-host",
                crate::exec::TimeMethod::TimestampQuery => "time-clock-timestamp",
                crate::exec::TimeMethod::None => "not-measured",
            };
            let runs = tr_args(lang, "time-runs", &[("count", timing.base.total.runs.into())]);
            text = format!("{text}  ·  {runs}, {}", tr(lang, method));
        }
        ui.label(theme::caption(ui, text));
    }

    /// Failures and remarks: headline and cause, until they are dismissed.
    pub(super) fn notices_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let lang = self.lang();
        for notice in self.app.notices() {
            let id = ("notice", notice.id);
            egui::Panel::bottom(egui::Id::unique(id)).show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    let headline = egui::RichText::new(tr(lang, notice.failure.headline)).strong();
                    if notice.failure.is_error() {
                        let error = theme::tokens(ui).error;
                        ui.label(egui::RichText::new("⚠").color(error));
                        ui.label(headline.color(error));
                    } else {
                        ui.label(headline);
                    }
                    ui.label(notice.failure.sentence(lang));
                    if ui.small_button(tr(lang, "dismiss")).clicked() {
                        actions.push(Action::Dismiss(notice.id));
                    }
                });
            });
        }
    }

    /// While a file hovers over the window.
    pub(super) fn drop_hint_ui(&self, ui: &egui::Ui) {
        if ui.input(|i| i.raw.hovered_files.is_empty()) {
            return;
        }
        let t = theme::tokens(ui);
        let rect = ui.ctx().content_rect();
        let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop_hint"));
        let painter = ui.ctx().layer_painter(layer);
        painter.rect_filled(rect, 0.0, t.ground.gamma_multiply(0.85));
        let font = egui::TextStyle::Heading.resolve(ui.style());
        let text = tr(self.lang(), "drop-hint");
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, text, font, t.accent);
    }
}
