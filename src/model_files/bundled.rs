//! The models inside the program, so that it runs from any folder.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::ModelError;

/// Names of the bundled models, in the order of menus.
pub const BUNDLED: [&str; 2] = ["squeezenet1_1", "efficientnet_lite0"];

macro_rules! sample {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../sample_models/", $name)))
    };
}

/// The bundled files by name.
static FILES: [(&str, &[u8]); 5] = [
    sample!("squeezenet1_1.json"),
    sample!("squeezenet1_1.safetensors"),
    sample!("efficientnet_lite0.json"),
    sample!("efficientnet_lite0.safetensors"),
    sample!("imagenet1k.json"),
];

/// Bytes of a file that are read before somebody is told.
const CHUNK: u64 = 4 << 20;

/// Told how many of how many bytes of a file are read; says whether to go on.
pub type Watch<'w> = &'w dyn Fn(usize, usize) -> bool;

/// Where a manifest and the files it names lie.
pub(super) enum Folder<'w> {
    /// In the program.
    Bundled,
    /// On disk, with who watches.
    Disk(PathBuf, Watch<'w>),
}

impl Folder<'_> {
    /// The bytes of a file and the name to use in messages.
    pub(super) fn read(&self, file: &Path) -> Result<(Cow<'static, [u8]>, String), ModelError> {
        match self {
            Self::Bundled => {
                let name = file.display().to_string();
                let found = FILES.iter().find(|(known, _)| Path::new(known) == file);
                found.map(|(_, bytes)| (Cow::Borrowed(*bytes), name.clone())).ok_or_else(|| {
                    ModelError::File { file: name, cause: "no bundled file of this name".into() }
                })
            }
            Self::Disk(folder, watch) => {
                let path = folder.join(file);
                let bytes = read_watched(&path, watch)?;
                Ok((Cow::Owned(bytes), path.display().to_string()))
            }
        }
    }
}

/// The bytes of a file on disk. Folders, pipes and devices are refused: they have no size.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, ModelError> {
    read_watched(path, &|_, _| true)
}

/// [`read_file`] piece by piece.
fn read_watched(path: &Path, watch: Watch<'_>) -> Result<Vec<u8>, ModelError> {
    let error = |cause: String| ModelError::File { file: path.display().to_string(), cause };
    let metadata = std::fs::metadata(path).map_err(|e| error(e.to_string()))?;
    if !metadata.is_file() {
        return Err(error("not a file".into()));
    }
    let mut file = File::open(path).map_err(|e| error(e.to_string()))?;
    let size = usize::try_from(metadata.len()).map_err(|e| error(e.to_string()))?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size).map_err(|e| error(e.to_string()))?;
    // To its end, even if it has grown since it was asked for its size.
    while (&mut file).take(CHUNK).read_to_end(&mut bytes).map_err(|e| error(e.to_string()))? > 0 {
        if !watch(bytes.len(), size) {
            return Err(error("stopped".into()));
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn reading_is_watched_and_can_be_stopped() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("weights");
        let bytes: Vec<u8> = (0..9 << 20).map(|i: u32| (i % 251) as u8).collect();
        std::fs::write(&path, &bytes).expect("written");
        let told = RefCell::new(Vec::new());
        let watch = |done, all| {
            told.borrow_mut().push((done, all));
            true
        };
        assert!(read_watched(&path, &watch).expect("read") == bytes);
        assert_eq!(*told.borrow(), [4, 8, 9].map(|mib| (mib << 20, 9 << 20)));
        let stopped = read_watched(&path, &|done, _| done < 8 << 20).expect_err("stopped");
        assert!(stopped.to_string().ends_with("stopped"), "{stopped}");
        assert!(read_file(folder.path()).expect_err("a folder").to_string().contains("not a file"));
    }
}
