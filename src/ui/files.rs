//! Files from outside: dialogs, drops, the clipboard.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use eframe::egui;

use crate::app::{Action, ImageSet, InsightAction, PhotoSource};
use crate::image_io::{Format, from_rgba};
use crate::model_files::MODEL_EXTENSIONS;
use crate::text::{Lang, tr};

/// What a thread of this module found.
enum Arrival {
    /// The dialog closed, perhaps with a file.
    Dialog(Option<PathBuf>),
    /// The dialog for a folder of images closed.
    Folder(Option<PathBuf>),
    /// A pasted picture is ready, or cannot be used.
    Pasted(Action),
}

/// Open dialogs and pictures on their way from the clipboard.
pub struct Files {
    sender: Sender<Arrival>,
    arrivals: Receiver<Arrival>,
    open: bool,
}

impl Default for Files {
    fn default() -> Self {
        let (sender, arrivals) = channel();
        Self { sender, arrivals, open: false }
    }
}

impl Files {
    /// Opens the system's dialog on a thread of its own; only one at a time.
    pub fn open_dialog(&mut self, ctx: &egui::Context, lang: Lang) {
        if std::mem::replace(&mut self.open, true) {
            return;
        }
        let (sender, ctx) = (self.sender.clone(), ctx.clone());
        let both: Vec<&str> = Format::EXTENSIONS.iter().chain(&MODEL_EXTENSIONS).copied().collect();
        let dialog = rfd::FileDialog::new()
            .set_title(tr(lang, "open-file"))
            .add_filter(tr(lang, "file-filter-both"), &both)
            .add_filter(tr(lang, "file-filter-images"), &Format::EXTENSIONS)
            .add_filter(tr(lang, "file-filter-models"), &MODEL_EXTENSIONS);
        let thread = std::thread::Builder::new().name("dialog".into()).spawn(move || {
            // The window may be gone by the time the dialog closes.
            drop(sender.send(Arrival::Dialog(dialog.pick_file())));
            ctx.request_repaint();
        });
        if let Err(error) = thread {
            log::error!("no thread for the file dialog: {error}");
            self.open = false;
        }
    }

    /// Asks for a folder of images over which channels are compared.
    pub fn open_folder(&mut self, ctx: &egui::Context, lang: Lang) {
        if std::mem::replace(&mut self.open, true) {
            return;
        }
        let (sender, ctx) = (self.sender.clone(), ctx.clone());
        let dialog = rfd::FileDialog::new().set_title(tr(lang, "images-folder"));
        let thread = std::thread::Builder::new().name("dialog".into()).spawn(move || {
            // The window may be gone by the time the dialog closes.
            drop(sender.send(Arrival::Folder(dialog.pick_folder())));
            ctx.request_repaint();
        });
        if let Err(error) = thread {
            log::error!("no thread for the file dialog: {error}");
            self.open = false;
        }
    }

    /// Turns a pasted picture into a photo on a thread of its own: a large one takes a while to reduce.
    fn paste(&self, ctx: &egui::Context, image: Arc<egui::ColorImage>) {
        let (sender, ctx) = (self.sender.clone(), ctx.clone());
        let thread = std::thread::Builder::new().name("paste".into()).spawn(move || {
            // The window may be gone by now.
            drop(sender.send(Arrival::Pasted(pasted(&image))));
            ctx.request_repaint();
        });
        if let Err(error) = thread {
            log::error!("no thread for the pasted picture: {error}");
        }
    }

    /// What was chosen, dropped or pasted since the last frame.
    pub fn arrivals(&mut self, ctx: &egui::Context, actions: &mut Vec<Action>) {
        for arrival in self.arrivals.try_iter() {
            match arrival {
                Arrival::Dialog(path) => {
                    self.open = false;
                    actions.extend(path.map(Action::File));
                }
                Arrival::Folder(path) => {
                    self.open = false;
                    let images = path.map(ImageSet::Folder).map(InsightAction::Images);
                    actions.extend(images.map(Action::Insight));
                }
                Arrival::Pasted(action) => actions.push(action),
            }
        }
        let (dropped, events) = ctx.input(|i| (i.raw.dropped_files.clone(), i.events.clone()));
        actions.extend(dropped.iter().map(|file| Action::File(file.path().to_owned())));
        for event in events {
            match event {
                egui::Event::PasteImage(image) => self.paste(ctx, image),
                // A file manager's copy is its path as text.
                egui::Event::Paste(text) => actions.extend(pasted_path(&text)),
                _ => {}
            }
        }
    }
}

fn pasted(image: &egui::ColorImage) -> Action {
    let rgba: Vec<u8> = image.pixels.iter().flat_map(|p| p.to_srgba_unmultiplied()).collect();
    let [width, height] = image.size.map(|s| s as u32);
    match from_rgba("clipboard", width, height, &rgba) {
        Ok(photo) => Action::Photo(PhotoSource::Pasted(Arc::new(photo))),
        Err(error) => Action::Failed(error.into()),
    }
}

fn pasted_path(text: &str) -> Option<Action> {
    let line = text.lines().next()?.trim();
    let path = PathBuf::from(line.strip_prefix("file://").unwrap_or(line));
    path.is_absolute().then_some(Action::File(path))
}
