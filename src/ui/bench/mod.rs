//! Page Bench: same input, same pixel, several operators: who pays what? What is compared on the left, the
//! table above the picture, on the right why time did or did not follow the multiply-adds.

mod card;
mod controls;
mod predict;
mod table;

use eframe::egui::{self, Key, Modifiers, Ui};

use super::scene_view::{SceneTextures, scene_ui};
use super::theme;
use crate::analysis::SourceOf;
use crate::app::{Action, App, BENCH_BACKENDS, BenchChoice, BenchPicture};
use crate::exec::backend::Backend;
use crate::figure::{DOT, MAP, Mark, SPECTRUM, Target};
use crate::text::{Lang, tr};

/// Width of what is compared.
const CONTROLS: f32 = 204.0;
/// Pictures are not drawn smaller: in a lower window they scroll.
const LEAST_PICTURE: egui::Vec2 = egui::vec2(480.0, 220.0);

/// What the page remembers between frames that nobody else needs.
#[derive(Default)]
pub struct Bench {
    textures: SceneTextures,
    /// Where the clicked number of the card comes from.
    marked: Vec<SourceOf>,
    draft: predict::Draft,
}

/// Whether the key was pressed that turns the question before the times on and off.
pub fn asks(ctx: &egui::Context) -> bool {
    let typing = ctx.egui_wants_keyboard_input() || egui::Popup::is_any_open(ctx);
    !typing && ctx.input_mut(|i| i.consume_key(Modifiers::NONE, Key::P))
}

impl Bench {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        egui::Panel::left("bench_controls").exact_size(CONTROLS).show(ui, |ui| {
            controls::controls_ui(ui, app, &self.marked, actions);
        });
        let side = (ui.available_width() * 0.27).clamp(272.0, 460.0);
        egui::Panel::right("bench_card").default_size(side).size_range(248.0..=560.0).show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                predict::predict_ui(ui, app, &mut self.draft, actions);
                card::card_ui(ui, app, &mut self.marked, actions);
            });
        });
        let most = ui.available_height() * 0.5;
        egui::Panel::top("bench_table").show(ui, |ui| {
            ui.set_max_height(most);
            table::table_ui(ui, app, &self.marked, actions);
        });
        egui::CentralPanel::default().show(ui, |ui| {
            pictures_ui(ui, app, actions);
            self.picture_ui(ui, app, actions);
        });
    }

    /// The figure. Its room is told to the application, which draws it for that size.
    fn picture_ui(&mut self, ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        let room = ui.available_size().floor();
        let scrolls = room.x < LEAST_PICTURE.x || room.y < LEAST_PICTURE.y;
        actions.push(Action::BenchRoom(room.max(LEAST_PICTURE).into()));
        let Some(scene) = app.bench_picture() else {
            ui.centered_and_justified(|ui| ui.label(tr(lang, "running-operators")));
            return;
        };
        let choice = &app.choice().bench;
        let name = tr(lang, &format!("bench-picture-{}", choice.picture.name()));
        let textures = &mut self.textures;
        let shown = if scrolls {
            let area = egui::ScrollArea::both().auto_shrink(false);
            area.show(ui, |ui| scene_ui(ui, scene, textures, name)).inner
        } else {
            scene_ui(ui, scene, textures, name)
        };
        match shown.clicked {
            Some(Target::Knob(DOT, i)) => {
                if let Some(dot) = app.bench_dots().get(i as usize) {
                    actions.push(select(choice, dot.variant));
                }
            }
            Some(Target::Knob(SPECTRUM, i)) => {
                if let Some(row) = app.bench().and_then(|s| s.rows.get(i as usize)) {
                    actions.push(select(choice, row.entry.variant));
                }
            }
            Some(Target::Knob(MAP, i)) => {
                let Some(row) = app.bench().and_then(|s| s.rows.get(i as usize)) else { return };
                let Some(at) = shown.response.interact_pointer_pos() else { return };
                let at = at - shown.response.rect.min;
                let under = scene.at(at.into()).map(|item| &item.mark);
                let (Some(Mark::Image { area, .. }), shape) = (under, row.map.shape()) else { return };
                let place = |at: f32, start: f32, size: f32, count: usize| {
                    (((at - start) / size * count as f32) as usize).min(count - 1)
                };
                let pixel = (place(at.x, area.x, area.w, shape.w), place(at.y, area.y, area.h, shape.h));
                let channel = app.choice().channel.unwrap_or(0).min(shape.c - 1);
                actions.push(Action::Pixel(channel, pixel));
            }
            _ => {}
        }
    }
}

/// The operator is the chosen one.
fn select(choice: &BenchChoice, variant: &'static str) -> Action {
    Action::Bench(BenchChoice { selected: variant, ..choice.clone() })
}

/// Pictures, devices, and what is measured.
fn pictures_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().bench;
    ui.horizontal(|ui| {
        for picture in BenchPicture::ALL {
            let key = format!("bench-picture-{}", picture.name());
            let chosen = choice.picture == picture;
            let button = ui.selectable_label(chosen, tr(lang, &key));
            if button.on_hover_text(tr(lang, &format!("{key}-hint"))).clicked() && !chosen {
                actions.push(Action::Bench(BenchChoice { picture, ..choice.clone() }));
            }
        }
        ui.separator();
        for backend in BENCH_BACKENDS {
            let chosen = choice.backend == backend;
            let full = app.roofline(backend).map(|r| r.device.clone()).unwrap_or_default();
            let button = ui.selectable_label(chosen, device_name(app, backend, lang));
            if button.on_hover_text(full).clicked() && !chosen {
                actions.push(Action::Bench(BenchChoice { backend, ..choice.clone() }));
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if app.is_measuring() {
                if ui.small_button(tr(lang, "cancel")).clicked() {
                    actions.push(Action::Cancel);
                }
                // No spinner: drawing disturbs what is measured where the processor draws.
                ui.label(theme::caption(ui, tr(lang, "measuring")));
            } else if ui
                .small_button(tr(lang, "bench-again"))
                .on_hover_text(tr(lang, "bench-again-hint"))
                .clicked()
            {
                actions.push(Action::MeasureAgain);
            }
        });
    });
}

/// The short name of a device; software rendering is called what it is.
fn device_name(app: &App, backend: Backend, lang: Lang) -> &'static str {
    let software = app.roofline(backend).map(|r| r.software);
    let software = software.or_else(|| app.bench_times(backend).map(|t| t.software));
    match (backend, software) {
        (Backend::Wgpu, Some(true)) => tr(lang, "device-software"),
        (Backend::Wgpu, Some(false)) => tr(lang, "bench-gpu"),
        (Backend::Wgpu, None) => tr(lang, "bench-adapter"),
        (Backend::Candle | Backend::Reference, _) => tr(lang, "device-cpu"),
    }
}

/// Behind a cell or a number that is marked.
fn mark(ui: &Ui, rect: egui::Rect) {
    let t = theme::tokens(ui);
    ui.painter().rect(rect, 3.0, t.accent_ground, egui::Stroke::new(1.0, t.accent), egui::StrokeKind::Inside);
}
