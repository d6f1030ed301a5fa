//! Page Operators: how does this operator work? The operators on the left, equation, settings and
//! picture in the middle with the maps below, costs on the right.

mod facts;
mod field;
mod head;
mod lesson;
mod list;
mod maps;

use eframe::egui::{self, Ui};

use super::photo::PhotoView;
use super::scene_view::{SceneTextures, scene_ui};
use super::tensor_view::{GridView, MapStore};
use super::theme;
use super::trace::TracePanel;
use crate::app::{Action, App, FIRST_FIGURE, StudyChoice};
use crate::figure::Target;
use crate::text::tr;
use crate::variants::Shown;

/// Height of a line of facts.
const FACT: f32 = 18.0;
/// Width of the list of operators.
const LIST: f32 = 160.0;
/// Figures are not drawn smaller: in a lower window they scroll.
const LEAST_PICTURE: egui::Vec2 = egui::vec2(560.0, 320.0);
/// The same for the diagram, which has the maps below it.
const LEAST_DIAGRAM: egui::Vec2 = egui::vec2(560.0, 180.0);
/// Height of a figure beside which the maps of the result are shown too.
const TALL_PICTURE: f32 = 430.0;

/// What the page remembers between frames that nobody else needs.
#[derive(Default)]
pub struct Operators {
    textures: SceneTextures,
    photo: PhotoView,
    trace: TracePanel,
    grid: GridView,
    /// Channel and pixel under the pointer in the last frame.
    hovered: Option<(usize, (usize, usize))>,
}

impl Operators {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, app: &App, store: &mut MapStore, actions: &mut Vec<Action>) {
        egui::Panel::left("operator_list").exact_size(LIST).show(ui, |ui| list::list_ui(ui, app, actions));
        let side = (ui.available_width() * 0.28).clamp(300.0, 520.0);
        egui::Panel::right("operator_facts").default_size(side).size_range(248.0..=640.0).show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            facts::facts_ui(ui, app, &mut self.photo, &mut self.trace, actions);
        });
        egui::Panel::top("operator_head").show(ui, |ui| head::head_ui(ui, app, actions));
        // A step of the lesson that is about the maps gives them most of the room.
        let shows_maps = app.lesson().is_some_and(|place| place.shown == Shown::Maps);
        let (id, share) = if shows_maps { ("operator_maps_lesson", 0.6) } else { ("operator_maps", 0.34) };
        let height = (ui.available_height() * share).max(140.0);
        // The diagram has little room for maps in it; other figures show the maps that they are about, and
        // in a low window they need the room.
        let beside = ui.available_height() - height >= TALL_PICTURE;
        if shows_maps || beside || app.choice().study.figure == FIRST_FIGURE {
            egui::Panel::bottom(id).default_size(height).size_range(96.0..=1200.0).show(ui, |ui| {
                ui.set_min_height(ui.available_height());
                self.maps_ui(ui, app, store, actions);
            });
        }
        egui::CentralPanel::default().show(ui, |ui| self.picture_ui(ui, app, actions));
    }

    /// The figure. Its room is told to the application, which draws it for that size.
    fn picture_ui(&mut self, ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        let room = ui.available_size().floor();
        let diagram = app.choice().study.figure == FIRST_FIGURE;
        let least = if diagram { LEAST_DIAGRAM } else { LEAST_PICTURE };
        let scrolls = room.x < least.x || room.y < least.y;
        actions.push(Action::Room(room.max(least).into()));
        let Some(study) = app.study() else {
            ui.centered_and_justified(|ui| ui.label(tr(lang, "running-operator")));
            return;
        };
        let choice = &app.choice().study;
        let name = tr(lang, &format!("figure-{}", choice.figure));
        let textures = &mut self.textures;
        let shown = if scrolls {
            let area = egui::ScrollArea::both().auto_shrink(false);
            area.show(ui, |ui| scene_ui(ui, &study.scene, textures, name)).inner
        } else {
            scene_ui(ui, &study.scene, textures, name)
        };
        shown.response.context_menu(|ui| {
            let result = StudyChoice { node: None, ..choice.clone() };
            if ui.add_enabled(choice.node.is_some(), egui::Button::new(tr(lang, "show-result"))).clicked() {
                actions.push(Action::Study(result));
            }
        });
        let Some(target) = shown.clicked else { return };
        match target {
            Target::Node(node) => {
                let output = study.run.output() == node;
                let node = (!output).then(|| study.run.short_name(node).to_owned());
                actions.push(Action::Study(StudyChoice { node, ..choice.clone() }));
            }
            Target::Channel(node, channel) => {
                look_at(app, node, actions);
                actions.push(Action::Channel(Some(channel)));
            }
            Target::Pixel(node, channel, pixel) => {
                look_at(app, node, actions);
                actions.push(Action::Pixel(channel, pixel));
            }
            Target::Setting(name, value) => {
                let mut next = choice.clone();
                next.settings.set(name, value);
                next.settings = next.settings.clamped(next.operator(), &study.run.study.geometry);
                actions.push(Action::Study(next));
            }
            Target::Knob(name, value) => {
                let mut next = choice.clone();
                next.knobs.0.insert(name.to_owned(), value);
                actions.push(Action::Study(next));
            }
        }
    }
}

/// Brings the maps of this value to the front.
fn look_at(app: &App, node: crate::graph::NodeId, actions: &mut Vec<Action>) {
    let Some(study) = app.study() else { return };
    let node = (node != study.run.output()).then(|| study.run.short_name(node).to_owned());
    let choice = &app.choice().study;
    if choice.node != node {
        actions.push(Action::Study(StudyChoice { node, ..choice.clone() }));
    }
}

/// A caption and what it stands for, right-aligned in one line.
fn fact_ui(ui: &mut Ui, words: &str, hint: &str, value: impl Into<egui::WidgetText>) {
    ui.horizontal(|ui| {
        ui.set_max_height(FACT);
        ui.spacing_mut().interact_size.y = FACT;
        ui.label(theme::caption(ui, words)).on_hover_text(hint);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(value));
    });
}
