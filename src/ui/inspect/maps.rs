//! The maps of the chosen layer: every channel, before and after a swap.

use eframe::egui::{self, Ui};

use super::Inspect;
use crate::analysis::Range;
use crate::app::{Action, App, Colours, LayerMaps, Maps, Scale, TraceAction};
use crate::figure::colour_maps::ColourMap;
use crate::figure::describe;
use crate::text::tr;
use crate::ui::tensor_view::{Colouring, GridOptions, GridOutput, MapStore, colour_bar_ui, grid_ui};
use crate::ui::theme;

/// Which of two grids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Side {
    Alone,
    Before,
    After,
}

impl Inspect {
    /// Title, view options and grids.
    pub(super) fn maps_ui(
        &mut self,
        ui: &mut Ui,
        app: &App,
        store: &mut MapStore,
        actions: &mut Vec<Action>,
    ) {
        let lang = app.prefs.lang;
        let Some(maps) = app.maps() else {
            ui.centered_and_justified(|ui| ui.label(tr(lang, "running")));
            return;
        };
        let graph = &maps.run.model.model.graph;
        let node = graph.node(maps.node);
        ui.horizontal(|ui| {
            // Names of imported nodes can be long; what is below must not become wider for them.
            ui.add(egui::Label::new(egui::RichText::new(&node.name).heading()).truncate());
            ui.add(egui::Label::new(theme::caption(ui, describe(lang, graph, maps.node))).truncate());
        });
        ui.horizontal(|ui| {
            self.view_options_ui(ui, app, maps, actions);
        });
        ui.add_space(theme::SMALL);

        // `columns` would reach down over the panels below; a child of the free space cannot.
        let free = egui::UiBuilder::new().max_rect(ui.available_rect_before_wrap());
        let mut ui = ui.new_child(free);
        let mut hovered = None;
        match &maps.after {
            None => hovered = self.one_grid_ui(&mut ui, app, store, maps, Side::Alone, actions),
            Some(_) => ui.columns(2, |columns| {
                for (ui, side) in columns.iter_mut().zip([Side::Before, Side::After]) {
                    hovered = self.one_grid_ui(ui, app, store, maps, side, actions).or(hovered);
                }
            }),
        }
        self.hovered = hovered;
    }

    fn one_grid_ui(
        &mut self,
        ui: &mut Ui,
        app: &App,
        store: &mut MapStore,
        pair: &LayerMaps,
        side: Side,
        actions: &mut Vec<Action>,
    ) -> Option<(usize, (usize, usize))> {
        let lang = app.prefs.lang;
        let maps = match (side, &pair.after) {
            (Side::After, Some(after)) => after,
            _ => &pair.before,
        };
        let (name, origin) = match side {
            Side::Alone => ("", ""),
            Side::Before => (tr(lang, "before"), tr(lang, super::swap::own_origin_key(app))),
            Side::After => {
                let fitted = pair.swap.as_ref().is_some_and(|s| s.choice.fit.is_some());
                (tr(lang, "after"), tr(lang, super::swap::origin_key(app, fitted)))
            }
        };
        if side != Side::Alone {
            ui.horizontal(|ui| {
                ui.strong(name);
                ui.label(theme::caption(ui, origin));
            });
        }
        let colouring = colouring(app, pair, maps);
        let (value, range) = self.pointed(app, maps, colouring);
        let bar = egui::Panel::bottom(("bar", side)).show_separator_line(false);
        bar.frame(egui::Frame::NONE).show(ui, |ui| {
            ui.add_space(theme::SMALL);
            colour_bar_ui(ui, colouring.map, range, value, tr(lang, "bar-empty"));
        });
        let choice = app.choice();
        let options = GridOptions {
            colouring,
            only: None,
            selected: choice.channel,
            pixel: choice.pixel,
            read: app.read_here(side == Side::After),
            dimmed: app.is_stale(),
            name: format!("{} {name}", tr(lang, "feature-maps")),
            background: theme::tokens(ui).ground,
            accent: theme::tokens(ui).accent,
        };
        let GridOutput { hovered, clicked } = grid_ui(ui, store, maps, &mut self.grid, &options);
        if let (Some((channel, pixel)), true) = (hovered, clicked) {
            // The first click chooses the channel, the second one of its pixels.
            let after = side == Side::After;
            if choice.trace.after != after {
                actions.push(Action::Trace(TraceAction::After(after)));
            }
            actions.push(if choice.channel == Some(channel) {
                Action::Pixel(channel, pixel)
            } else {
                Action::Channel(Some(channel))
            });
        }
        hovered
    }

    /// The channel that is enlarged: the pointed one unless one is chosen.
    pub(super) fn channel(&self, app: &App, maps: &Maps) -> usize {
        let channel = app.choice().channel.or(self.hovered.map(|(c, _)| c));
        channel.unwrap_or(0).min(maps.host.shape().c - 1)
    }

    /// The value under the pointer, and the range of the colour bar: with a scale per channel that of
    /// the channel under the pointer, or else of the enlarged one.
    fn pointed(&self, app: &App, maps: &Maps, colouring: Colouring) -> (Option<f32>, Option<Range>) {
        let shape = maps.host.shape();
        let inside = self.hovered.filter(|&(c, (x, y))| c < shape.c && x < shape.w && y < shape.h);
        let value = inside.map(|(c, (x, y))| maps.host.at(0, c, y, x));
        let channel = inside.map_or_else(|| self.channel(app, maps), |(c, _)| c);
        (value, colouring.range.or_else(|| maps.ranges.channels.get(channel).copied()))
    }

    fn view_options_ui(&mut self, ui: &mut Ui, app: &App, maps: &LayerMaps, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        let t = |key: &str| tr(lang, key);
        ui.label(theme::caption(ui, t("scale-mode")));
        let mut scales = vec![
            (Scale::Channel, "scale-per-channel", "scale-per-channel-hint"),
            (Scale::Layer, "scale-per-layer", "scale-per-layer-hint"),
        ];
        if maps.after.is_some() {
            scales.push((Scale::Shared, "scale-shared", "scale-shared-hint"));
        }
        let scale = effective_scale(app, maps);
        for (mode, key, hint) in scales {
            if ui.selectable_label(scale == mode, t(key)).on_hover_text(t(hint)).clicked() {
                actions.push(Action::Scale(mode));
            }
        }
        ui.separator();
        ui.label(theme::caption(ui, t("colormap")));
        let names = [
            (Colours::Auto, "colormap-auto", "colormap-auto-hint"),
            (Colours::Sequential, "colormap-sequential", "colormap-sequential-hint"),
            (Colours::Diverging, "colormap-diverging", "colormap-diverging-hint"),
        ];
        let shown = names.iter().find(|(c, ..)| *c == app.prefs.colours).map_or("", |(_, key, _)| t(key));
        ui.menu_button(shown, |ui| {
            for (colours, key, hint) in names {
                let chosen = app.prefs.colours == colours;
                if ui.selectable_label(chosen, t(key)).on_hover_text(t(hint)).clicked() {
                    actions.push(Action::Colours(colours));
                    ui.close();
                }
            }
        });
        if !self.grid.is_default() && ui.button(t("zoom-fit")).clicked() {
            self.grid = Default::default();
        }
    }
}

/// "Shared" needs two maps to share; alone it is per layer.
fn effective_scale(app: &App, maps: &LayerMaps) -> Scale {
    match app.prefs.scale {
        Scale::Shared if maps.after.is_none() => Scale::Layer,
        scale => scale,
    }
}

/// Table and range for one of the two maps.
pub(super) fn colouring(app: &App, pair: &LayerMaps, maps: &Maps) -> Colouring {
    let both =
        pair.after.as_ref().map_or(pair.before.ranges.all, |a| pair.before.ranges.all.union(a.ranges.all));
    // Both maps get the same kind of table, or they could not be compared.
    let map = ColourMap::choose(app.prefs.colours, both.min < 0.0);
    let range = match effective_scale(app, pair) {
        Scale::Channel => None,
        Scale::Layer => Some(maps.ranges.all),
        Scale::Shared => Some(both),
    };
    Colouring { map, range }
}
