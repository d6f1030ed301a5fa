//! Several images for one command: files, folders, or those that come with the program.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::app::{BUNDLED_PHOTOS, bundled_photo};
use crate::image_io::{Photo, decode, pictures_in};

/// Photos that are read one by one.
pub(super) type Photos = Box<dyn Iterator<Item = anyhow::Result<Photo>>>;

/// Those that come with the program.
pub(super) fn bundled() -> Photos {
    Box::new(BUNDLED_PHOTOS.iter().map(|name| Ok(bundled_photo(name)?)))
}

/// A photo from a file.
pub(super) fn read(path: &Path) -> anyhow::Result<Photo> {
    let name = path.display().to_string();
    Ok(decode(&std::fs::read(path).with_context(|| name.clone())?, &name)?)
}

/// Every picture in a folder by name, as the window reads it: what cannot be read is left out with a warning.
pub(super) fn in_folder(folder: &Path) -> anyhow::Result<Photos> {
    let files = pictures_in(folder).with_context(|| folder.display().to_string())?;
    if files.is_empty() {
        bail!("{}: there is no picture in this folder", folder.display());
    }
    let warned = |path: PathBuf| match read(&path) {
        Ok(photo) => Some(Ok(photo)),
        Err(e) => {
            log::warn!("{e:#}");
            None
        }
    };
    Ok(Box::new(files.into_iter().filter_map(warned)))
}

/// Files, and every picture in those that are folders.
pub(super) fn named(paths: &[PathBuf]) -> anyhow::Result<Photos> {
    let mut photos: Photos = Box::new(std::iter::empty());
    for path in paths {
        let more = if path.is_dir() { in_folder(path)? } else { one(path.clone()) };
        photos = Box::new(photos.chain(more));
    }
    Ok(photos)
}

fn one(path: PathBuf) -> Photos {
    Box::new(std::iter::once_with(move || read(&path)))
}
