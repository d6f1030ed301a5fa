//! The pictures in a folder.

use std::io;
use std::path::{Path, PathBuf};

use super::Format;

/// The files of a folder that end as pictures do, in the order of their names; folders in it are left out.
///
/// # Errors
/// If the folder cannot be read.
pub fn pictures_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        if Format::EXTENSIONS.contains(&ending.as_str()) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
