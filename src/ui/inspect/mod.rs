//! Page Inspect: what does this network see? Layers on the left, maps in the middle, the photo, one
//! channel and the classes on the right.

mod ablation;
mod classes;
mod insight;
mod layers;
mod maps;
mod photo;
mod swap;

use std::collections::HashMap;

use eframe::egui;

pub(super) use self::insight::key_of;
pub(super) use self::swap::fit_ui;

use super::photo::PhotoView;
use super::scene_view::SceneTextures;
use super::tensor_view::{GridView, MapStore};
use super::trace::{ContributionMap, TracePanel};
use crate::app::{Action, App, How, InspectView};

/// Height of the panel with the terms of a pixel.
const TRACE: f32 = 280.0;

/// What the page remembers between frames that nobody else needs.
#[derive(Default)]
pub struct Inspect {
    grid: GridView,
    enlarged: GridView,
    /// Channel and pixel under the pointer in the last frame.
    hovered: Option<(usize, (usize, usize))>,
    /// What the pointed or chosen pixel sees of the photo.
    seen: photo::Seen,
    photo: PhotoView,
    thumbnails: HashMap<&'static str, egui::TextureHandle>,
    column: layers::Column,
    trace: TracePanel,
    contribution: ContributionMap,
    /// Height of the swap strip in the last frame.
    strip_height: f32,
    textures: SceneTextures,
    /// What stands in for a channel that is taken away next.
    how: How,
    wants_folder: bool,
}

impl Inspect {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut egui::Ui, app: &App, store: &mut MapStore, actions: &mut Vec<Action>) {
        // Wide windows give the photo and the enlarged channel more room.
        let side = (ui.available_width() * 0.245).clamp(300.0, 560.0);
        egui::Panel::left("layers").default_size(396.0).size_range(320.0..=560.0).show(ui, |ui| {
            // Or the panel would shrink to its content while there is little of it.
            ui.set_min_width(ui.available_width());
            self.column.ui(ui, app, actions);
        });
        egui::Panel::right("photo").default_size(side).size_range(260.0..=720.0).show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            self.side_ui(ui, app, store, actions);
        });
        let view = app.prefs.inspect_view;
        if view == InspectView::Redundancy || app.choice().ablation.is_some() {
            let strip = egui::Panel::bottom("ablation").show(ui, |ui| self.ablation_ui(ui, app, actions));
            self.follow_height(ui, strip.response.rect.height());
        } else if app.choice().pixel.is_some() {
            // One thing at a time: the terms of a pixel stand where operators are chosen otherwise.
            let panel = egui::Panel::bottom("trace").default_size(TRACE).size_range(160.0..=900.0);
            panel.show(ui, |ui| {
                ui.set_min_height(ui.available_height());
                self.trace.ui(ui, app, actions);
            });
        } else if view == InspectView::Maps {
            let strip = egui::Panel::bottom("swap").show(ui, |ui| swap::strip_ui(ui, app, actions));
            self.follow_height(ui, strip.response.rect.height());
        }
        egui::CentralPanel::default().show(ui, |ui| {
            self.tabs_ui(ui, app, actions);
            match view {
                InspectView::Maps => self.maps_ui(ui, app, store, actions),
                InspectView::Redundancy | InspectView::Spectrum | InspectView::Kernels => {
                    self.insight_ui(ui, app, actions);
                }
            }
        });
    }

    /// A panel takes the height of the frame before: one more frame where that changed.
    fn follow_height(&mut self, ui: &egui::Ui, height: f32) {
        if (self.strip_height - height).abs() > 0.5 {
            self.strip_height = height;
            ui.ctx().request_repaint();
        }
    }
}
