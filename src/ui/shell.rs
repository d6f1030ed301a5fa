//! The frame around the pages, and the meeting point with eframe: `logic` takes in finished work and
//! keys, `ui` draws and collects actions.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::{self, Key, Modifiers};
use eframe::{CreationContext, egui_wgpu};

use super::bench::{self, Bench};
use super::exports::Exports;
use super::files::Files;
use super::inspect::{self, Inspect};
use super::networks::Networks;
use super::operators::Operators;
use super::tensor_view::MapStore;
use super::{numbers, theme};
use crate::app::{
    Action, App, Choice, DeviceChoice, InsightAction, InspectView, LessonMove, Page, Preferences, Theme,
    TraceAction,
};
use crate::exec::wgpu::GpuContext;
use crate::text::{Lang, tr, tr_args};

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
    fn top_bar_ui(&mut self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let lang = self.lang();
        let t = |key: &str| tr(lang, key);
        ui.label(egui::RichText::new(t("app-title")).heading().strong());
        ui.separator();
        self.breadcrumb_ui(ui, actions);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            self.preferences_ui(ui, actions);
            ui.separator();
            self.device_ui(ui, actions);
            ui.separator();
            let step = |ui: &mut egui::Ui, enabled, icon: &str, hint: &str| {
                ui.add_enabled(enabled, egui::Button::new(icon)).on_hover_text(hint.to_owned()).clicked()
            };
            if step(ui, self.app.can_redo(), "↪", t("redo")) {
                actions.push(Action::Redo);
            }
            if step(ui, self.app.can_undo(), "↩", t("undo")) {
                actions.push(Action::Undo);
            }
            if ui.button(t("open-file")).on_hover_text(t("open-file-hint")).clicked() {
                self.files.open_dialog(ui.ctx(), lang);
            }
            self.exports.menu_ui(ui, &mut self.app);
        });
    }

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

    /// network › layer › channel › pixel; a click goes back to that level.
    fn breadcrumb_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let lang = self.lang();
        let choice = self.app.choice();
        let title = self.app.model().map(|m| match lang {
            Lang::En => m.model.manifest.title.en.clone(),
            Lang::Zh => m.model.manifest.title.zh.clone(),
        });
        let network = ui.menu_button(title.unwrap_or_else(|| "…".into()), |ui| {
            for name in crate::model_files::BUNDLED {
                let title = crate::networks::find(name).map_or(name, |n| n.title);
                if ui.selectable_label(choice.model == name, title).clicked() {
                    actions.push(Action::Model(name.to_owned()));
                    ui.close();
                }
            }
            ui.separator();
            ui.menu_button(tr(lang, "backbones-with-random-weights"), |ui| {
                egui::ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
                    for network in crate::networks::ALL {
                        let name = network.name;
                        if crate::model_files::BUNDLED.contains(&name) {
                            continue;
                        }
                        if ui.selectable_label(choice.model == name, network.title).clicked() {
                            actions.push(Action::Model(name.to_owned()));
                            ui.close();
                        }
                    }
                });
            });
        });
        network.response.on_hover_text(tr(lang, "bundled-models"));
        let mut level = |ui: &mut egui::Ui, text: String, action: Action| {
            ui.label(theme::caption(ui, "›"));
            if ui.add(egui::Button::new(text).frame(false)).clicked() {
                actions.push(action);
            }
        };
        // The pixels that were left for one of their inputs stand before the layer of that input.
        let trail = &choice.trace.trail;
        for (i, place) in trail.iter().enumerate() {
            let end = i + 1 == trail.len();
            if i > 0 && !end {
                continue;
            }
            let name = place.name.rsplit('/').next().unwrap_or_default();
            let more = if i == 0 && trail.len() > 2 { " …" } else { "" };
            let text = format!("{name} [{}]{more}", place.channel);
            level(ui, text, Action::Trace(TraceAction::Out(trail.len() - i)));
        }
        if let Some(layer) = &choice.layer {
            level(ui, layer.clone(), Action::Channel(None));
        }
        if let Some(channel) = choice.channel {
            let text = format!("{} {channel}", tr(lang, "channel"));
            level(ui, text, Action::Channel(Some(channel)));
            if let Some((x, y)) = choice.pixel {
                let text = tr_args(
                    lang,
                    "pixel-at",
                    &[("row", y.to_string().into()), ("column", x.to_string().into())],
                );
                level(ui, text, Action::Pixel(channel, (x, y)));
            }
        }
    }

    fn device_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let lang = self.lang();
        let t = |key: &str| tr(lang, key);
        let graphics = self.app.graphics();
        let on_graphics = self.app.uses_graphics();
        let name = match graphics {
            Some(context) if on_graphics && context.is_software() => t("device-software").to_owned(),
            Some(context) if on_graphics => context.adapter_info().name.clone(),
            _ => t("device-cpu").to_owned(),
        };
        let full = self.app.run().map(|r| r.trace.device.clone()).unwrap_or_default();
        let menu = ui.menu_button(format!("{}: {name}", t("device")), |ui| {
            let mut option = |ui: &mut egui::Ui, device, text: String, hint: &str| {
                let chosen = self.app.prefs.device == device;
                if ui.selectable_label(chosen, text).on_hover_text(hint.to_owned()).clicked() {
                    actions.push(Action::Device(device));
                    ui.close();
                }
            };
            option(ui, DeviceChoice::Auto, t("device-auto").into(), t("device-auto-hint"));
            option(ui, DeviceChoice::Cpu, t("device-cpu").into(), "");
            if let Some(context) = graphics {
                let hint = if context.is_software() { t("device-software-hint") } else { "" };
                option(ui, DeviceChoice::Graphics, context.describe(), hint);
            }
        });
        menu.response.on_hover_text(full);
    }

    fn preferences_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let lang = self.lang();
        let (icon, key) = match self.app.prefs.theme {
            Theme::System => ("◐", "theme-system"),
            Theme::Light => ("○", "theme-light"),
            Theme::Dark => ("●", "theme-dark"),
        };
        let menu = ui.menu_button(icon, |ui| {
            for (theme, key) in
                [(Theme::System, "theme-system"), (Theme::Light, "theme-light"), (Theme::Dark, "theme-dark")]
            {
                if ui.selectable_label(self.app.prefs.theme == theme, tr(lang, key)).clicked() {
                    actions.push(Action::Theme(theme));
                    ui.close();
                }
            }
        });
        menu.response.on_hover_text(format!("{}: {}", tr(lang, "theme"), tr(lang, key)));
        // The button shows where it leads, in that language.
        let other = if lang == Lang::En { Lang::Zh } else { Lang::En };
        let label = if other == Lang::Zh { "中文" } else { "English" };
        if ui.button(label).on_hover_text(tr(lang, "language")).clicked() {
            actions.push(Action::Lang(other));
        }
    }

    /// What runs, with progress and cancel; else what was measured and how.
    fn status_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
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
    fn notices_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
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
    fn drop_hint_ui(&self, ui: &egui::Ui) {
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

/// Keys that work everywhere. Returns whether the file dialog was asked for.
fn keys(ctx: &egui::Context, page: Page, lesson: bool, actions: &mut Vec<Action>) -> bool {
    // A clicked button keeps the focus, and arrows would then move the focus instead of the layer.
    // Whoever walks with Tab keeps it.
    if ctx.input(|i| i.pointer.any_click()) && !ctx.text_edit_focused() {
        ctx.memory_mut(|m| m.focused().map(|id| m.surrender_focus(id)));
    }
    // An open menu takes the keys, Escape among them.
    let typing = ctx.egui_wants_keyboard_input() || egui::Popup::is_any_open(ctx);
    let pressed = |modifiers, key| ctx.input_mut(|i| i.consume_key(modifiers, key));
    let open = pressed(Modifiers::COMMAND, Key::O);
    if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) || pressed(Modifiers::COMMAND, Key::Y) {
        actions.push(Action::Redo);
    }
    if pressed(Modifiers::COMMAND, Key::Z) {
        actions.push(Action::Undo);
    }
    if typing {
        return open;
    }
    // Presenters send PageDown and PageUp.
    let moves = [
        (Key::N, LessonMove::Next),
        (Key::P, LessonMove::Previous),
        (Key::PageDown, LessonMove::Advance),
        (Key::PageUp, LessonMove::Previous),
        (Key::Space, LessonMove::Answer),
        (Key::Enter, LessonMove::Answer),
    ];
    for (key, movement) in moves {
        if lesson && page == Page::Operators && pressed(Modifiers::NONE, key) {
            actions.push(Action::Lesson(movement));
        }
    }
    for view in InspectView::ALL {
        if page == Page::Inspect && pressed(Modifiers::NONE, inspect::key_of(view)) {
            actions.push(Action::Insight(InsightAction::View(view)));
        }
    }
    // Up and down walk through what the page lists.
    let step: fn(isize) -> Action = match page {
        Page::Inspect => Action::StepLayer,
        Page::Operators => Action::StepOperator,
        Page::Bench => Action::StepBench,
        Page::Networks => Action::StepTable,
    };
    let steps = [
        (Key::ArrowDown, step(1)),
        (Key::ArrowUp, step(-1)),
        (Key::PageDown, step(8)),
        (Key::PageUp, step(-8)),
        (Key::Home, step(isize::MIN)),
        (Key::End, step(isize::MAX)),
        (Key::ArrowRight, Action::StepChannel(1)),
        (Key::ArrowLeft, Action::StepChannel(-1)),
        (Key::Escape, Action::Back),
    ];
    let pages = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5].into_iter().zip(Page::ALL);
    let pages = pages.map(|(key, page)| (key, Action::Page(page)));
    for (key, action) in pages.chain(steps) {
        if pressed(Modifiers::NONE, key) {
            actions.push(action);
        }
    }
    open
}
