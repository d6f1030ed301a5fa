//! Below the picture: every channel of the operator's result, or of the value chosen in the picture.

use eframe::egui::{self, Ui};

use super::Operators;
use crate::app::{Action, App, Maps, StudyChoice};
use crate::figure::ColourMap;
use crate::text::tr;
use crate::ui::tensor_view::{Colouring, GridOptions, GridOutput, MapStore, colour_bar_ui, grid_ui};
use crate::ui::{numbers, theme};

impl Operators {
    /// Title, grids, bar.
    pub(super) fn maps_ui(
        &mut self,
        ui: &mut Ui,
        app: &App,
        store: &mut MapStore,
        actions: &mut Vec<Action>,
    ) {
        let lang = app.prefs.lang;
        let Some(study) = app.study() else { return };
        let choice = &app.choice().study;
        ui.add_space(2.0);
        ui.horizontal(|ui| {
            let own = study.node == study.run.output();
            let title = if own { tr(lang, "operator-result") } else { study.run.short_name(study.node) };
            ui.strong(title);
            ui.label(theme::caption(ui, numbers::shape(study.maps.host.shape())));
            if !own && ui.small_button(tr(lang, "show-result")).clicked() {
                actions.push(Action::Study(StudyChoice { node: None, ..choice.clone() }));
            }
            if !self.grid.is_default() && ui.small_button(tr(lang, "zoom-fit")).clicked() {
                self.grid = Default::default();
            }
        });
        let free = egui::UiBuilder::new().max_rect(ui.available_rect_before_wrap());
        let mut ui = ui.new_child(free);
        self.hovered = match &study.trained {
            None => self.one_grid_ui(&mut ui, app, store, &study.maps, "", actions),
            Some(trained) => {
                let mut hovered = None;
                ui.columns(2, |columns| {
                    let sides = [(trained, "trained-layer"), (&study.maps, "with-operator")];
                    for (ui, (maps, name)) in columns.iter_mut().zip(sides) {
                        hovered = self.one_grid_ui(ui, app, store, maps, tr(lang, name), actions).or(hovered);
                    }
                });
                hovered
            }
        };
    }

    fn one_grid_ui(
        &mut self,
        ui: &mut Ui,
        app: &App,
        store: &mut MapStore,
        maps: &Maps,
        name: &str,
        actions: &mut Vec<Action>,
    ) -> Option<(usize, (usize, usize))> {
        let lang = app.prefs.lang;
        if !name.is_empty() {
            ui.label(theme::caption(ui, name));
        }
        let shape = maps.host.shape();
        let map = ColourMap::choose(app.prefs.colours, maps.ranges.is_signed());
        let inside = self.hovered.filter(|&(c, (x, y))| c < shape.c && x < shape.w && y < shape.h);
        let value = inside.map(|(c, (x, y))| maps.host.at(0, c, y, x));
        let channel = inside.map(|(c, _)| c).or(app.choice().channel).unwrap_or(0).min(shape.c - 1);
        let range = maps.ranges.channels.get(channel).copied();
        let bar = egui::Panel::bottom(("study_bar", name.to_owned())).show_separator_line(false);
        bar.frame(egui::Frame::NONE).show(ui, |ui| {
            ui.add_space(2.0);
            colour_bar_ui(ui, map, range, value, tr(lang, "bar-empty"));
        });
        let choice = app.choice();
        let options = GridOptions {
            colouring: Colouring { map, range: None },
            only: None,
            selected: choice.channel,
            pixel: choice.pixel,
            read: app.read_here(false),
            dimmed: app.study_is_stale(),
            name: format!("{} {name}", tr(lang, "feature-maps")),
            background: theme::tokens(ui).ground,
            accent: theme::tokens(ui).accent,
        };
        let GridOutput { hovered, clicked } = grid_ui(ui, store, maps, &mut self.grid, &options);
        if let (Some((channel, pixel)), true) = (hovered, clicked) {
            // The first click chooses the channel, the second one of its pixels.
            actions.push(if choice.channel == Some(channel) {
                Action::Pixel(channel, pixel)
            } else {
                Action::Channel(Some(channel))
            });
        }
        hovered
    }
}
