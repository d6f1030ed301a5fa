//! What is on the screen goes out: files by the system's dialog, and the clipboard. Nothing of it runs on
//! the thread of the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use eframe::egui;

use super::theme;
use crate::app::{Action, App, Cause, Draft, Failure, InspectView, Page, Screen};
use crate::figure::PictureFormat;
use crate::text::{Lang, tr, tr_args};

/// How long a notice of success stays.
const SHOWN: Duration = Duration::from_secs(8);

/// Formats of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Png,
    Svg,
    Csv,
    Json,
    /// The window's own pixels.
    Page,
    /// The same within an SVG.
    PageSvg,
}

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TableOf {
    Costs,
    Terms,
}

impl Kind {
    const fn ending(self) -> &'static str {
        match self {
            Self::Png | Self::Page => "png",
            Self::Svg | Self::PageSvg => "svg",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// What a thread of this module did.
enum Arrival {
    Cancelled,
    Saved(PathBuf),
    Failed(String),
    Picture(Screen),
    Recipe(String),
    Screen(Kind, Arc<egui::ColorImage>),
}

/// Exports on their way.
pub struct Exports {
    sender: Sender<Arrival>,
    arrivals: Receiver<Arrival>,
    /// Whether a dialog is open.
    open: bool,
    /// The page is photographed as soon as no menu covers it, for a file of this kind.
    photograph: Option<Kind>,
    done: Option<(String, Instant)>,
}

impl Default for Exports {
    fn default() -> Self {
        let (sender, arrivals) = channel();
        Self { sender, arrivals, open: false, photograph: None, done: None }
    }
}

/// The picture of the page.
fn draft(app: &App, dark: bool) -> Option<Draft> {
    match app.choice().page {
        Page::Inspect if app.prefs.inspect_view != InspectView::Maps => app.insight_draft(dark),
        Page::Inspect => app.maps_draft(dark),
        Page::Operators => app.figure_draft(dark),
        Page::Bench => app.bench_draft(dark),
        Page::Networks => app.networks_draft(dark),
    }
}

impl Exports {
    /// The menu in the top bar.
    pub fn menu_ui(&mut self, ui: &mut egui::Ui, app: &mut App) {
        let lang = app.prefs.lang;
        let t = |key: &str| tr(lang, key);
        let dark = ui.visuals().dark_mode;
        let ready = draft(app, dark).is_some();
        let button = ui.menu_button(t("export"), |ui| {
            let picture = match app.choice().page {
                Page::Inspect if app.prefs.inspect_view == InspectView::Maps => t("export-the-maps"),
                Page::Inspect | Page::Operators | Page::Bench => t("export-the-picture"),
                Page::Networks => t("export-the-chart"),
            };
            let drawn = ready && app.has_picture();
            ui.label(theme::caption(ui, picture));
            for (kind, key, keys) in
                [(Kind::Png, "export-as-png", "Ctrl+E"), (Kind::Svg, "export-as-svg", "")]
            {
                let entry = egui::Button::new(t(key)).shortcut_text(keys);
                if ui.add_enabled(drawn && !self.open, entry).clicked() {
                    self.save(ui.ctx(), app, kind);
                    ui.close();
                }
            }
            let copy = egui::Button::new(t("export-copy-picture")).shortcut_text("Ctrl+C");
            if ui.add_enabled(drawn, copy).clicked() {
                self.copy(ui.ctx(), app);
                ui.close();
            }
            if ui.add_enabled(ready, egui::Button::new(t("export-copy-recipe"))).clicked() {
                self.copy_recipe(ui.ctx(), app);
                ui.close();
            }
            ui.checkbox(&mut app.prefs.caption, t("export-with-caption"))
                .on_hover_text(t("export-with-caption-hint"));
            ui.separator();
            let table = match app.choice().page {
                Page::Inspect | Page::Operators | Page::Bench => t("export-the-table"),
                Page::Networks if app.has_picture() => t("export-the-networks"),
                Page::Networks => t("export-the-published"),
            };
            ui.label(theme::caption(ui, table));
            self.tables_ui(ui, app, TableOf::Costs, ready);
            let traced = app.terms_draft(dark).is_some();
            if traced {
                ui.label(theme::caption(ui, t("export-the-terms")));
                self.tables_ui(ui, app, TableOf::Terms, true);
            }
            ui.separator();
            ui.label(theme::caption(ui, t("export-the-page")));
            for (kind, key) in [(Kind::Page, "export-as-png"), (Kind::PageSvg, "export-as-svg")] {
                let page = egui::Button::new(t(key));
                if ui.add_enabled(app.run().is_some() && !self.open, page).clicked() {
                    self.photograph = Some(kind);
                    ui.close();
                }
            }
        });
        button.response.on_hover_text(t("export-hint"));
    }

    fn tables_ui(&mut self, ui: &mut egui::Ui, app: &App, of: TableOf, ready: bool) {
        for (kind, key) in [(Kind::Csv, "export-as-csv"), (Kind::Json, "export-as-json")] {
            let entry = egui::Button::new(tr(app.prefs.lang, key));
            if ui.add_enabled(ready && !self.open, entry).clicked() {
                let dark = ui.visuals().dark_mode;
                let draft = match of {
                    TableOf::Costs => draft(app, dark),
                    TableOf::Terms => app.terms_draft(dark),
                };
                self.ask(ui.ctx(), app, draft, kind, None);
                ui.close();
            }
        }
    }

    /// Ctrl+E and Ctrl+C, and what came back from threads.
    pub fn logic(&mut self, ctx: &egui::Context, app: &mut App, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        if !egui::Popup::is_any_open(ctx)
            && let Some(kind) = self.photograph.take()
        {
            let (sender, again) = (self.sender.clone(), ctx.clone());
            ctx.request_screenshot(move |image| {
                // The window may be gone by now.
                drop(sender.send(Arrival::Screen(kind, image)));
                again.request_repaint();
            });
        }
        let typing = ctx.egui_wants_keyboard_input();
        if !typing && ctx.input_mut(|i| i.consume_key(egui::Modifiers::COMMAND, egui::Key::E)) {
            self.save(ctx, app, Kind::Png);
        }
        if !typing && ctx.input(|i| i.events.contains(&egui::Event::Copy)) && !words_selected(ctx) {
            self.copy(ctx, app);
        }
        for arrival in self.arrivals.try_iter().collect::<Vec<_>>() {
            match arrival {
                Arrival::Cancelled => self.open = false,
                Arrival::Saved(path) => {
                    self.open = false;
                    app.prefs.folder = path.parent().map(Path::to_owned);
                    let file = path.display().to_string();
                    let text = tr_args(lang, "export-saved", &[("file", file.into())]);
                    self.done = Some((text, Instant::now()));
                }
                Arrival::Failed(cause) => {
                    self.open = false;
                    let failure = Failure { headline: "export-failed", cause: Cause::Text(cause) };
                    actions.push(Action::Failed(failure));
                }
                Arrival::Picture(screen) => {
                    let size = [screen.width as usize, screen.height as usize];
                    ctx.copy_image(egui::ColorImage::from_rgb(size, &screen.rgb));
                    self.done = Some((tr(lang, "export-copied-picture").to_owned(), Instant::now()));
                }
                Arrival::Recipe(text) => {
                    ctx.copy_text(text);
                    self.done = Some((tr(lang, "export-copied-recipe").to_owned(), Instant::now()));
                }
                Arrival::Screen(kind, image) => {
                    let rgb = image.pixels.iter().flat_map(|p| [p.r(), p.g(), p.b()]).collect();
                    let [width, height] = image.size.map(|side| side as u32);
                    let scale = ctx.pixels_per_point();
                    let draft = app.page_draft(ctx.theme() == egui::Theme::Dark);
                    self.ask(ctx, app, draft, kind, Some((Screen { width, height, rgb }, scale)));
                }
            }
        }
    }

    /// What was done, for a while.
    pub fn notice_ui(&mut self, ui: &mut egui::Ui, lang: Lang) {
        let Some((text, since)) = &self.done else { return };
        let Some(left) = SHOWN.checked_sub(since.elapsed()) else {
            self.done = None;
            return;
        };
        let mut dismissed = false;
        egui::Panel::bottom("exported").show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.label(egui::RichText::new("✓").color(theme::tokens(ui).accent));
                ui.label(text);
                dismissed = ui.small_button(tr(lang, "dismiss")).clicked();
            });
        });
        ui.request_repaint_after(left);
        if dismissed {
            self.done = None;
        }
    }

    fn save(&mut self, ctx: &egui::Context, app: &App, kind: Kind) {
        if !app.has_picture() {
            return;
        }
        self.ask(ctx, app, draft(app, ctx.theme() == egui::Theme::Dark), kind, None);
    }

    /// Asks where to, and writes.
    fn ask(
        &mut self,
        ctx: &egui::Context,
        app: &App,
        draft: Option<Draft>,
        kind: Kind,
        screen: Option<(Screen, f32)>,
    ) {
        let Some(draft) = draft else { return };
        if std::mem::replace(&mut self.open, true) {
            return;
        }
        let mut dialog = rfd::FileDialog::new()
            .set_title(tr(app.prefs.lang, "export"))
            .set_file_name(format!("{}.{}", draft.file_stem(), kind.ending()))
            .add_filter(kind.ending().to_uppercase(), &[kind.ending()]);
        if let Some(folder) = app.prefs.folder.as_ref().filter(|folder| folder.is_dir()) {
            dialog = dialog.set_directory(folder);
        }
        self.spawn(ctx, move || match dialog.save_file() {
            None => Arrival::Cancelled,
            Some(path) => match write(&draft, kind, screen.as_ref(), path) {
                Ok(path) => Arrival::Saved(path),
                Err(cause) => Arrival::Failed(cause),
            },
        });
    }

    fn copy(&self, ctx: &egui::Context, app: &App) {
        let draft = draft(app, ctx.theme() == egui::Theme::Dark).filter(|_| app.has_picture());
        let Some(draft) = draft else { return };
        self.spawn(ctx, move || match draft.pixels() {
            Ok(screen) => Arrival::Picture(screen),
            Err(error) => Arrival::Failed(error.to_string()),
        });
    }

    fn copy_recipe(&self, ctx: &egui::Context, app: &App) {
        let Some(draft) = draft(app, ctx.theme() == egui::Theme::Dark) else { return };
        self.spawn(ctx, move || Arrival::Recipe(draft.recipe().json()));
    }

    fn spawn(&self, ctx: &egui::Context, job: impl FnOnce() -> Arrival + Send + 'static) {
        let (sender, ctx) = (self.sender.clone(), ctx.clone());
        let thread = std::thread::Builder::new().name("export".into()).spawn(move || {
            // The window may be gone by now.
            drop(sender.send(job()));
            ctx.request_repaint();
        });
        if let Err(error) = thread {
            drop(self.sender.send(Arrival::Failed(error.to_string())));
        }
    }
}

/// Whether words are selected: then these are what is copied.
fn words_selected(ctx: &egui::Context) -> bool {
    let selected = |state: &mut egui::text_selection::LabelSelectionState| state.has_selection();
    ctx.with_plugin(selected).unwrap_or(false)
}

/// Writes the file; a path without an ending gets that of the format.
fn write(
    draft: &Draft,
    kind: Kind,
    screen: Option<&(Screen, f32)>,
    path: PathBuf,
) -> Result<PathBuf, String> {
    let path = if path.extension().is_none() { path.with_extension(kind.ending()) } else { path };
    let bytes = match (kind, screen) {
        (Kind::Page, Some((screen, scale))) => {
            draft.page(screen, *scale, PictureFormat::Png).map_err(|e| e.to_string())
        }
        (Kind::PageSvg, Some((screen, scale))) => {
            draft.page(screen, *scale, PictureFormat::Svg).map_err(|e| e.to_string())
        }
        (Kind::Png | Kind::Page, _) => draft.picture(PictureFormat::Png).map_err(|e| e.to_string()),
        (Kind::Svg | Kind::PageSvg, _) => draft.picture(PictureFormat::Svg).map_err(|e| e.to_string()),
        (Kind::Csv, _) => {
            draft.table().csv(&draft.recipe()).map(String::into_bytes).map_err(|e| e.to_string())
        }
        (Kind::Json, _) => Ok(format!("{:#}\n", draft.table().json(&draft.recipe())).into_bytes()),
    }?;
    std::fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

#[cfg(test)]
#[path = "exports_tests.rs"]
mod tests;
