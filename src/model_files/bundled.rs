//! The models inside the program, so that it runs from any folder.

use std::borrow::Cow;
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

/// Where a manifest and the files it names lie.
pub(super) enum Folder {
    /// In the program.
    Bundled,
    /// On disk.
    Disk(PathBuf),
}

impl Folder {
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
            Self::Disk(folder) => {
                let path = folder.join(file);
                let bytes = read_file(&path)?;
                Ok((Cow::Owned(bytes), path.display().to_string()))
            }
        }
    }
}

/// The bytes of a file on disk. Folders, pipes and devices are refused: they have no size.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, ModelError> {
    let error = |cause: String| ModelError::File { file: path.display().to_string(), cause };
    let metadata = std::fs::metadata(path).map_err(|e| error(e.to_string()))?;
    if !metadata.is_file() {
        return Err(error("not a file".into()));
    }
    std::fs::read(path).map_err(|e| error(e.to_string()))
}
