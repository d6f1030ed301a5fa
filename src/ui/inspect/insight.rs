//! Redundancy, spectrum and kernels of the chosen layer: tabs, controls, picture.

use std::time::Duration;

use eframe::egui::{self, Slider, Ui};

use super::Inspect;
use crate::analysis::redundancy::Measure;
use crate::app::{Action, App, ImageSet, InsightAction, InspectView};
use crate::figure::{Target, describe};
use crate::text::{tr, tr_args};
use crate::ui::scene_view::scene_ui;
use crate::ui::theme;

/// Pictures are not drawn smaller: in a lower window they scroll.
const LEAST: egui::Vec2 = egui::vec2(440.0, 340.0);
/// Letters of a folder's name that are shown.
const NAME: usize = 14;
/// How often progress is drawn.
const FRAME: Duration = Duration::from_millis(100);

/// The key of a view.
pub(in crate::ui) const fn key_of(view: InspectView) -> egui::Key {
    match view {
        InspectView::Maps => egui::Key::M,
        InspectView::Redundancy => egui::Key::R,
        InspectView::Spectrum => egui::Key::S,
        InspectView::Kernels => egui::Key::K,
    }
}

impl Inspect {
    /// The views of a layer beside each other.
    pub(super) fn tabs_ui(&mut self, ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        ui.horizontal(|ui| {
            for view in InspectView::ALL {
                let words = tr(lang, &format!("view-{}", view.name()));
                let hint =
                    format!("{} ({})", tr(lang, &format!("view-{}-hint", view.name())), key_of(view).name());
                let chosen = app.prefs.inspect_view == view;
                if ui.selectable_label(chosen, words).on_hover_text(hint).clicked() && !chosen {
                    actions.push(Action::Insight(InsightAction::View(view)));
                }
            }
            if app.prefs.inspect_view == InspectView::Redundancy {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    self.images_ui(ui, app, actions);
                });
            }
        });
        ui.add_space(theme::SMALL);
    }

    /// Whether a folder of images was asked for since the last frame.
    pub fn take_folder_wish(&mut self) -> bool {
        std::mem::take(&mut self.wants_folder)
    }

    /// Title, controls and picture of a view beside the maps.
    pub(super) fn insight_ui(&mut self, ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        let (Some(model), Some(layer)) = (app.model(), app.layer()) else {
            ui.centered_and_justified(|ui| ui.label(tr(lang, "running")));
            return;
        };
        let graph = &model.model.graph;
        ui.horizontal(|ui| {
            ui.add(egui::Label::new(egui::RichText::new(&graph.node(layer).name).heading()).truncate());
            ui.add(egui::Label::new(theme::caption(ui, describe(lang, graph, layer))).truncate());
        });
        if app.prefs.inspect_view == InspectView::Redundancy {
            ui.horizontal_wrapped(|ui| Self::redundancy_controls_ui(ui, app, actions));
        }
        ui.add_space(theme::SMALL);
        self.insight_picture_ui(ui, app, actions);
    }

    fn redundancy_controls_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        let mut act = |action| actions.push(Action::Insight(action));
        for measure in Measure::ALL {
            let chosen = app.prefs.measure == measure;
            let hint = tr(lang, &format!("{}-hint", measure.key()));
            if ui.selectable_label(chosen, tr(lang, measure.key())).on_hover_text(hint).clicked() && !chosen {
                act(InsightAction::Measure(measure));
            }
        }
        ui.separator();
        ui.label(theme::caption(ui, tr(lang, "twin-threshold")))
            .on_hover_text(tr(lang, "twin-threshold-hint"));
        let mut threshold = app.prefs.twin_threshold;
        ui.spacing_mut().slider_width = 72.0;
        let slider = Slider::new(&mut threshold, 0.5..=1.0).step_by(0.005).fixed_decimals(3);
        let slider = ui.name_inputs(tr(lang, "twin-threshold"), |ui| ui.add(slider));
        if slider.changed() {
            act(InsightAction::Threshold(threshold));
        }
        let ended = slider.drag_stopped();
        images_progress_ui(ui, app, &mut act);
        if ended {
            actions.push(Action::DragEnded);
        }
    }

    /// Over which images channels are compared.
    fn images_ui(&mut self, ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        let images = &app.choice().images;
        let shown = match images {
            ImageSet::Photo => tr(lang, "images-photo").to_owned(),
            ImageSet::Bundled => tr(lang, "images-bundled-short").to_owned(),
            ImageSet::Folder(path) => {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                let short: String = name.chars().take(NAME).collect();
                if short.len() < name.len() { format!("{short}…") } else { short }
            }
        };
        let menu = ui.menu_button(format!("{}: {shown}", tr(lang, "images")), |ui| {
            for (set, key) in [(ImageSet::Photo, "images-photo"), (ImageSet::Bundled, "images-bundled")] {
                if ui.selectable_label(*images == set, tr(lang, key)).clicked() {
                    actions.push(Action::Insight(InsightAction::Images(set)));
                    ui.close();
                }
            }
            let folder = matches!(images, ImageSet::Folder(_));
            if ui.selectable_label(folder, tr(lang, "images-folder")).clicked() {
                self.wants_folder = true;
                ui.close();
            }
        });
        menu.response.on_hover_text(tr(lang, "images-hint"));
    }

    /// The picture. Its room is told to the application, which draws it for that size.
    fn insight_picture_ui(&mut self, ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        let room = ui.available_size().floor();
        let scrolls = room.x < LEAST.x || room.y < LEAST.y;
        actions.push(Action::Insight(InsightAction::Room(room.max(LEAST).into())));
        let Some(insight) = app.insight() else {
            ui.centered_and_justified(|ui| ui.label(tr(lang, "looking-at-layer")));
            return;
        };
        let name = tr(lang, &format!("view-{}", insight.view().name()));
        let textures = &mut self.textures;
        let dimmed = app.insight_is_stale();
        let shown = ui
            .scope(|ui| {
                if dimmed {
                    ui.set_opacity(0.5);
                }
                if scrolls {
                    let area = egui::ScrollArea::both().auto_shrink(false);
                    area.show(ui, |ui| scene_ui(ui, &insight.scene, textures, name)).inner
                } else {
                    scene_ui(ui, &insight.scene, textures, name)
                }
            })
            .inner;
        if let Some(Target::Channel(node, channel)) = shown.clicked
            && app.layer() == Some(node)
        {
            // A click on the chosen one lets it go.
            let channel = (app.choice().channel != Some(channel)).then_some(channel);
            actions.push(Action::Channel(channel));
        }
    }
}

/// How far the images are, or which of them could not be read.
fn images_progress_ui(ui: &mut Ui, app: &App, act: &mut dyn FnMut(InsightAction)) {
    let lang = app.prefs.lang;
    if app.choice().images != ImageSet::Photo
        && let Some(share) = app.looking()
    {
        ui.add(egui::ProgressBar::new(share).desired_width(72.0).desired_height(8.0));
        ui.ctx().request_repaint_after(FRAME);
        // Given up: the photo alone is compared again.
        if ui.small_button(tr(lang, "cancel")).clicked() {
            act(InsightAction::Images(ImageSet::Photo));
        }
        return;
    }
    let unreadable = app.insight().and_then(|scene| scene.redundancy()).map(|found| &found.read.unreadable);
    if let Some(unreadable) = unreadable.filter(|list| !list.is_empty()) {
        let words = tr_args(lang, "images-unreadable", &[("count", unreadable.len().into())]);
        let names: Vec<String> = unreadable.iter().map(|(name, cause)| format!("{name}: {cause}")).collect();
        let words = egui::RichText::new(words).small().color(theme::tokens(ui).error);
        ui.label(words).on_hover_text(names.join("\n"));
    }
}
