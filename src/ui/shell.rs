//! The frame around the pages, and the meeting point with eframe: `logic` takes in finished work and
//! keys, `ui` draws and collects actions.

mod below;
mod keys;
mod top_bar;

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui;
use eframe::{CreationContext, egui_wgpu};

use super::bench::{self, Bench};
use super::exports::Exports;
use super::files::Files;
use super::inspect::Inspect;
use super::networks::Networks;
use super::operators::Operators;
use super::tensor_view::MapStore;
use super::theme;
use crate::app::{Action, App, Choice, Page, Preferences, Theme};
use crate::exec::wgpu::GpuContext;
use crate::text::{Lang, tr};
use keys::keys;

/// Longest time that one frame spends on finished work.
const BUDGET: Duration = Duration::from_millis(8);
/// How often progress is drawn.
const BUSY_FRAME: Duration = Duration::from_millis(100);
/// How often the progress of a measurement is drawn.
const MEASURING_FRAME: Duration = Duration::from_millis(1500);
/// Jobs shorter than this show no progress: it would only flicker.
const PATIENCE: Duration = Duration::from_millis(300);

/// Width of the rail of pages.
const RAIL: f32 = 92.0;

/// What the window opens with.
#[derive(Clone, Debug)]
pub struct StartUp {
    /// Photo and model.
    pub choice: Choice,
    /// When the process started, to log the time to the first picture.
    pub started: Instant,
}

/// The window.
pub struct Shell {
    app: App,
    store: MapStore,
    files: Files,
    exports: Exports,
    inspect: Inspect,
    operators: Operators,
    bench: Bench,
    networks: Networks,
    started: Option<Instant>,
}

/// Options of the window: a device with timestamps where the adapter has them.
pub fn native_options() -> eframe::NativeOptions {
    let mut setup = egui_wgpu::WgpuSetupCreateNew::without_display_handle();
    setup.device_descriptor = Arc::new(GpuContext::device_descriptor);
    eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Convscope")
            .with_app_id("convscope")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([960.0, 600.0])
            .with_drag_and_drop(true),
        wgpu_options: egui_wgpu::WgpuConfiguration {
            wgpu_setup: egui_wgpu::WgpuSetup::CreateNew(setup),
            ..Default::default()
        },
        ..Default::default()
    }
}

impl Shell {
    /// Makes the application in a window that eframe opened.
    ///
    /// # Errors
    /// If the window has no wgpu device or the system gives no threads.
    pub fn new(
        cc: &CreationContext<'_>,
        start: StartUp,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        theme::install(&cc.egui_ctx);
        let state = cc.wgpu_render_state.clone().ok_or("the window was opened without wgpu")?;
        let graphics = GpuContext::from_existing(&state.adapter, state.device.clone(), state.queue.clone());
        let stored = cc.storage.and_then(|s| eframe::get_value(s, Preferences::KEY));
        let rooflines = cc.storage.and_then(|s| eframe::get_value(s, Preferences::ROOFLINES));
        let prefs = Preferences::restored(stored, rooflines);
        let ctx = cc.egui_ctx.clone();
        let app = App::new(prefs, start.choice, Some(graphics), move || ctx.request_repaint())?;
        Ok(Self {
            app,
            store: MapStore::new(state),
            files: Files::default(),
            exports: Exports::default(),
            inspect: Inspect::default(),
            operators: Operators::default(),
            bench: Bench::default(),
            networks: Networks::default(),
            started: Some(start.started),
        })
    }

    /// The application's state, for tests.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Stops the measuring of times, whose results differ from run to run: for pictures in tests.
    pub fn stop_measuring(&mut self) {
        self.app.stop_measuring();
    }

    /// Does what a user could do, for tests.
    pub fn apply(&mut self, action: Action) {
        self.app.apply(action);
    }

    fn lang(&self) -> Lang {
        self.app.prefs.lang
    }

    fn log_first_picture(&mut self) {
        if self.app.maps().is_some()
            && let Some(started) = self.started.take()
        {
            log::info!("first picture {} ms after process start", started.elapsed().as_millis());
        }
    }
}

impl eframe::App for Shell {
    fn logic(&mut self, ctx: &egui::Context, _: &mut eframe::Frame) {
        if self.app.drain(BUDGET) {
            ctx.request_repaint();
        }
        ctx.set_theme(match self.app.prefs.theme {
            Theme::System => egui::ThemePreference::System,
            Theme::Light => egui::ThemePreference::Light,
            Theme::Dark => egui::ThemePreference::Dark,
        });
        let mut actions = Vec::new();
        self.files.arrivals(ctx, &mut actions);
        self.exports.logic(ctx, &mut self.app, &mut actions);
        if self.app.choice().page == Page::Bench && bench::asks(ctx) {
            actions.push(Action::PredictFirst(!self.app.prefs.predict_first));
        }
        if keys(ctx, self.app.choice().page, self.app.lesson().is_some(), &mut actions) {
            self.files.open_dialog(ctx, self.app.prefs.lang);
        }
        for action in actions {
            self.app.apply(action);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        let mut actions = Vec::new();
        egui::Panel::top("top_bar").exact_size(42.0).show(ui, |ui| {
            ui.horizontal_centered(|ui| self.top_bar_ui(ui, &mut actions));
        });
        egui::Panel::bottom("status").exact_size(26.0).show(ui, |ui| {
            ui.horizontal_centered(|ui| self.status_ui(ui, &mut actions));
        });
        self.notices_ui(ui, &mut actions);
        self.exports.notice_ui(ui, self.app.prefs.lang);
        egui::Panel::left("rail").exact_size(RAIL).show(ui, |ui| self.rail_ui(ui, &mut actions));
        match self.app.choice().page {
            Page::Inspect => {
                self.inspect.ui(ui, &self.app, &mut self.store, &mut actions);
                if self.inspect.take_folder_wish() {
                    self.files.open_folder(ui.ctx(), self.lang());
                }
            }
            Page::Operators => self.operators.ui(ui, &self.app, &mut self.store, &mut actions),
            Page::Bench => self.bench.ui(ui, &self.app, &mut actions),
            Page::Networks => self.networks.ui(ui, &self.app, &mut actions),
        }
        self.drop_hint_ui(ui);
        for action in actions {
            self.app.apply(action);
        }
        self.log_first_picture();
        if let Some(busy) = self.app.busy() {
            // Progress moves though nothing else happens. Where the processor draws, drawing disturbs
            // what is measured.
            let every = if busy.measures { MEASURING_FRAME } else { BUSY_FRAME };
            ui.request_repaint_after(every);
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, Preferences::KEY, &self.app.prefs);
        eframe::set_value(storage, Preferences::ROOFLINES, &self.app.prefs.rooflines);
    }
}

impl Shell {
    /// The pages, one below the other.
    fn rail_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let lang = self.lang();
        ui.add_space(theme::MEDIUM);
        ui.spacing_mut().item_spacing.y = theme::SMALL;
        for (page, key) in Page::ALL.into_iter().zip(1..) {
            let name = page.name();
            let chosen = self.app.choice().page == page;
            let words = tr(lang, &format!("page-{name}"));
            let text = egui::RichText::new(words).small();
            let button =
                egui::Button::selectable(chosen, text).min_size(egui::vec2(RAIL - 2.0 * theme::MEDIUM, 40.0));
            let hint = format!("{} ({key})", tr(lang, &format!("page-{name}-hint")));
            if ui.add(button).on_hover_text(hint).clicked() && !chosen {
                actions.push(Action::Page(page));
            }
        }
    }
}
