//! The right side: photo with receptive field, one channel enlarged, classes.

use std::sync::{Arc, Weak};

use eframe::egui::{self, Color32, Rect, Sense, StrokeKind, Ui, pos2, vec2};

use super::{Inspect, classes, maps};
use crate::app::{Action, App, LayerMaps, PhotoSource, TraceAction};
use crate::graph::{Graph, NodeId};
use crate::picture::{Region, Spot, reach};
use crate::text::{tr, tr_args};
use crate::ui::photo::{Field, texture};
use crate::ui::tensor_view::{GridOptions, MapStore, grid_ui};
use crate::ui::{numbers, theme};

const THUMBNAIL: egui::Vec2 = vec2(44.0, 33.0);
/// Share of the height that the photo may take.
const PHOTO_SHARE: f32 = 0.36;

/// A channel and a pixel of it: column and row.
type Pointed = (usize, (usize, usize));

/// What a pixel sees of the network's input, kept until another one is pointed at.
#[derive(Default)]
pub(super) struct Seen {
    /// Weak, so that nothing on the way out is kept alive.
    of: Option<(Weak<LayerMaps>, Pointed)>,
    regions: [Option<Region>; 2],
}

impl Seen {
    /// In the trained network and with the swap: the smallest rectangle around the pixels of the input that the
    /// value was computed from.
    fn of(&mut self, maps: &Arc<LayerMaps>, pointed: Pointed) -> [Option<Region>; 2] {
        if self.of.as_ref().is_some_and(|(m, p)| m.as_ptr() == Arc::as_ptr(maps) && *p == pointed) {
            return self.regions;
        }
        let (channel, (x, y)) = pointed;
        let spot = Spot::new(channel, y, x);
        let field = |graph: &Graph, node: NodeId| {
            let input = *graph.inputs().first()?;
            let inside = spot.is_in(graph.shape(node));
            let reached = inside.then(|| reach(graph, node, spot))?;
            Some(reached.get(input.index())?.as_ref()?.pixels(None)?.region)
        };
        let after = maps.swap.as_ref().map(|s| &s.swapped);
        self.regions = [
            field(&maps.run.model.model.graph, maps.node),
            after.and_then(|s| field(&s.graph, s.node_of[maps.node.index()])),
        ];
        self.of = Some((Arc::downgrade(maps), pointed));
        self.regions
    }

    /// Those that were asked for last.
    fn regions(&self) -> [Option<Region>; 2] {
        self.regions
    }
}

impl Inspect {
    /// Photo, thumbnails, enlarged channel, classes.
    pub(super) fn side_ui(
        &mut self,
        ui: &mut Ui,
        app: &App,
        store: &mut MapStore,
        actions: &mut Vec<Action>,
    ) {
        ui.add_space(theme::SMALL);
        self.photo_ui(ui, app);
        self.thumbnails_ui(ui, app, actions);
        ui.separator();
        // The classes stand at the bottom, where they do not move; the channel gets the rest.
        egui::Panel::bottom("classes")
            .exact_size(classes::HEIGHT)
            .show(ui, |ui| classes::classes_ui(ui, app));
        if let Some(pair) = app.maps() {
            self.channel_ui(ui, app, store, pair, actions);
        }
    }

    /// The receptive fields of the pointed pixel, over the photo.
    fn photo_ui(&mut self, ui: &mut Ui, app: &App) {
        let [before, after] = self.pointed_regions(app);
        // After a swap the field may have grown: it has the operator's colour and lies below.
        let after = after.filter(|after| before != Some(*after));
        let operator = app.swap().map(|s| theme::operator_mark(s.choice.variant).0);
        let accent = theme::tokens(ui).accent;
        let fields: Vec<_> = [(after, operator), (before, Some(accent))]
            .into_iter()
            .filter_map(|(region, colour)| Some(Field { region: region?, colour: colour? }))
            .collect();
        let seen = self.photo.ui(ui, app, PHOTO_SHARE, &fields);
        let of_network = app.trace().is_some_and(|trace| trace.is_of_network());
        if let (Some(seen), Some(run), Some(found)) =
            (seen, app.run(), app.contribution().filter(|_| of_network))
        {
            let input = run.input.shape();
            self.contribution.over_photo(ui, found, seen, [input.w, input.h]);
        }
    }

    /// The receptive field of the pixel under the pointer, or else of the chosen one: in the network
    /// as it was trained, and with the swap.
    fn pointed_regions(&mut self, app: &App) -> [Option<Region>; 2] {
        let Some(maps) = app.maps() else { return [None; 2] };
        let choice = app.choice();
        let chosen = choice.pixel.filter(|_| app.layer() == Some(maps.node));
        let chosen = chosen.map(|pixel| (choice.channel.unwrap_or(0), pixel));
        let Some(pointed) = self.hovered.or(chosen) else { return [None; 2] };
        self.seen.of(maps, pointed)
    }

    fn thumbnails_ui(&mut self, ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        let accent = theme::tokens(ui).accent;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::SMALL;
            for (name, photo) in app.thumbnails() {
                let handle = self.thumbnails.entry(name).or_insert_with(|| texture(ui.ctx(), photo)).id();
                let (rect, response) = ui.allocate_exact_size(THUMBNAIL, Sense::click());
                // Fill the frame, cut what hangs over.
                let (w, h) = (photo.width as f32, photo.height as f32);
                let shown =
                    vec2((THUMBNAIL.x / THUMBNAIL.y * h).min(w), (THUMBNAIL.y / THUMBNAIL.x * w).min(h));
                let margin = (vec2(w, h) - shown) / 2.0 / vec2(w, h);
                let uv = Rect::from_min_max(margin.to_pos2(), pos2(1.0 - margin.x, 1.0 - margin.y));
                ui.painter().image(handle, rect, uv, Color32::WHITE);
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, *name));
                let chosen = matches!(&app.choice().photo, PhotoSource::Bundled(n) if n == name);
                if chosen || response.hovered() {
                    let stroke = egui::Stroke::new(if chosen { 2.0 } else { 1.0 }, accent);
                    ui.painter().rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
                }
                if response.on_hover_text(*name).clicked() {
                    actions.push(Action::Photo(PhotoSource::Bundled(name)));
                }
            }
        });
    }

    /// One channel as large as fits, before and after, and the value under the pointer.
    fn channel_ui(
        &mut self,
        ui: &mut Ui,
        app: &App,
        store: &mut MapStore,
        pair: &LayerMaps,
        actions: &mut Vec<Action>,
    ) {
        let lang = app.prefs.lang;
        let shape = pair.before.host.shape();
        let channel = self.channel(app, &pair.before);
        let title = tr_args(
            lang,
            "channel-n-of-m",
            &[("index", channel.to_string().into()), ("total", shape.c.to_string().into())],
        );
        ui.label(egui::RichText::new(title).strong());
        let pixel = self.hovered.filter(|(c, _)| *c == channel).map(|(_, p)| p).or(app.choice().pixel);
        let read = self.hovered.or(pixel.map(|p| (channel, p)));
        for line in self.value_lines(app, pair, channel, read) {
            ui.add(egui::Label::new(theme::caption(ui, line)).truncate());
        }

        let both = [Some(&pair.before), pair.after.as_ref()];
        let shown: Vec<_> = both.into_iter().flatten().collect();
        let mut over = None;
        // `columns` would reach down over the panel below; a child of the free space cannot.
        let free = egui::UiBuilder::new().max_rect(ui.available_rect_before_wrap());
        let mut ui = ui.new_child(free);
        ui.columns(shown.len(), |columns| {
            for (i, (ui, which)) in columns.iter_mut().zip(&shown).enumerate() {
                let options = GridOptions {
                    colouring: maps::colouring(app, pair, which),
                    only: Some(channel),
                    selected: Some(channel),
                    pixel,
                    read: app.read_here(i == 1),
                    dimmed: app.is_stale(),
                    name: format!("{} {channel} {}", tr(lang, "channel"), tr(lang, ["before", "after"][i])),
                    background: theme::tokens(ui).panel,
                    accent: theme::tokens(ui).accent,
                };
                let output = grid_ui(ui, store, which, &mut self.enlarged, &options);
                if let Some((channel, pixel)) = output.hovered {
                    over = output.hovered;
                    if output.clicked {
                        if app.choice().trace.after != (i == 1) {
                            actions.push(Action::Trace(TraceAction::After(i == 1)));
                        }
                        actions.push(Action::Pixel(channel, pixel));
                    }
                }
            }
        });
        if over.is_some() {
            self.hovered = over;
        }
    }

    /// Value and position of the pointed pixel; below it what the pixel sees of the input.
    fn value_lines(
        &self,
        app: &App,
        pair: &LayerMaps,
        shown: usize,
        read: Option<(usize, (usize, usize))>,
    ) -> [String; 2] {
        let lang = app.prefs.lang;
        let shape = pair.before.host.shape();
        let inside = |&(c, (x, y)): &(usize, (usize, usize))| c < shape.c && x < shape.w && y < shape.h;
        let Some((channel, (x, y))) = read.filter(inside) else {
            return [tr(lang, "point-at-a-pixel").to_owned(), String::new()];
        };
        let mut value = numbers::value(pair.before.host.at(0, channel, y, x));
        if let Some(after) = &pair.after {
            value = format!("{value} → {}", numbers::value(after.host.at(0, channel, y, x)));
        }
        let position = [("row", y.to_string().into()), ("column", x.to_string().into())];
        let [row, column] = position;
        let mut text = tr_args(lang, "value-at", &[("value", value.into()), row, column]);
        if channel != shown {
            text = format!("{} {channel}: {text}", tr(lang, "channel"));
        }
        let [before, after] = self.seen.regions();
        let size = |r: Region| {
            let [width, height] = [r.x1 - r.x0, r.y1 - r.y0].map(|s| s.to_string());
            tr_args(lang, "size-px", &[("width", width.into()), ("height", height.into())])
        };
        let Some(mut field) = before.map(size) else { return [text, String::new()] };
        if let Some(after) = after.filter(|after| before != Some(*after)) {
            field = format!("{field} → {}", size(after));
        }
        [text, format!("{} {field}", tr(lang, "receptive-field"))]
    }
}
