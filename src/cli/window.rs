//! `convscope`: the window.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::anyhow;

use crate::app::{Choice, PhotoSource};
use crate::ui::{Shell, StartUp, native_options};

/// Opens the window and returns when it is closed.
pub fn open(image: Option<PathBuf>, model: Option<String>, started: Instant) -> anyhow::Result<()> {
    let mut choice = Choice::default();
    if let Some(path) = image {
        choice.photo = PhotoSource::File(path);
    }
    if let Some(name) = model {
        choice.model = name;
    }
    let start = StartUp { choice, started };
    let creator = move |cc: &eframe::CreationContext<'_>| {
        let shell = Shell::new(cc, start)?;
        Ok(Box::new(shell) as Box<dyn eframe::App>)
    };
    eframe::run_native("convscope", native_options(), Box::new(creator)).map_err(|error| {
        // The library's own words name files of the machine that built it.
        log::debug!("{error}");
        anyhow!(
            "the window cannot be opened: there is no display, or no graphics driver that wgpu can use; \
             sub-commands need neither (convscope --help), and RUST_LOG=debug tells more"
        )
    })
}
