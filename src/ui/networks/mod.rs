//! Page Networks: what do whole networks cost? On the left what is compared and how it is counted; beside it the
//! networks side by side, as layers or as points; or the published tables.

mod cards;
mod published;
mod rows;
mod side;

use eframe::egui::{self, Rect, Ui, pos2};

use super::scene_view::{SceneTextures, scene_ui};
use super::theme;
use crate::app::{Action, App, NetworksScene, Section, chart};
use crate::text::tr;

/// Width of the names of layers.
const NAMES: f32 = 178.0;
/// Room for the scroll bar, which totals must not use either.
const SCROLL_BAR: f32 = 10.0;
/// Opacity of what does not show what is chosen.
const STALE: f32 = 0.45;

/// What the page remembers between frames that nobody else needs.
#[derive(Default)]
pub struct Networks {
    textures: SceneTextures,
}

impl Networks {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        egui::Panel::left("networks_side").default_size(256.0).size_range(224.0..=400.0).show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            side::side_ui(ui, app, actions);
        });
        if app.choice().networks.section == Section::Published {
            return published::published_ui(ui, app, actions);
        }
        egui::Panel::top("networks_cards").show(ui, |ui| {
            cards::cards_ui(ui, app, actions);
        });
        egui::CentralPanel::default().show(ui, |ui| {
            let Some(scene) = app.networks() else {
                ui.add_space(theme::LARGE);
                ui.label(tr(app.prefs.lang, "counting-networks"));
                return;
            };
            if app.networks_are_stale() {
                ui.set_opacity(STALE);
            }
            match app.choice().networks.section {
                Section::Layers => rows::rows_ui(ui, app, scene, actions),
                Section::Chart | Section::Published => self.chart_ui(ui, app, scene),
            }
        });
    }

    fn chart_ui(&mut self, ui: &mut Ui, app: &App, scene: &NetworksScene) {
        let lang = app.prefs.lang;
        ui.label(theme::caption(ui, tr(lang, "chart-hint")));
        let room = ui.available_size().floor();
        let scene = chart(scene, app.network_times().map(AsRef::as_ref), lang, room.into());
        scene_ui(ui, &scene, &mut self.textures, tr(lang, "section-chart"));
    }
}

/// The columns of the networks in a row, after the names.
fn cells(row: Rect, count: usize) -> impl Iterator<Item = Rect> {
    let width = (row.width() - NAMES - SCROLL_BAR) / count.max(1) as f32;
    (0..count).map(move |i| {
        let left = row.left() + NAMES + i as f32 * width;
        Rect::from_min_max(pos2(left + theme::MEDIUM, row.top()), pos2(left + width, row.bottom()))
    })
}

/// How much a number differs from the first one: `−43.2 %`; nothing where it is the same.
fn difference(first: u64, own: u64) -> Option<String> {
    if first == own || first == 0 {
        return None;
    }
    let share = (own as f64 / first as f64 - 1.0) * 100.0;
    let sign = if share < 0.0 { "−" } else { "+" };
    Some(format!("{sign}{:.1} %", share.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_have_signs() {
        assert_eq!(difference(200, 100).as_deref(), Some("−50.0 %"));
        assert_eq!(difference(200, 250).as_deref(), Some("+25.0 %"));
        assert_eq!((difference(200, 200), difference(0, 7)), (None, None));
    }
}
