//! The maps of a layer over many images.

use std::path::PathBuf;

use super::ImageSet;
use crate::analysis::redundancy::Gram;
use crate::app::choice::BUNDLED_PHOTOS;
use crate::app::errors::image_error;
use crate::app::jobs::{Cause, Failure};
use crate::app::photos::bundled_photo;
use crate::app::scene::Run;
use crate::engine::JobCtl;
use crate::exec::{CancelToken, Ctl, ExecError};
use crate::figure::recipe::{ImageId, images_sha256};
use crate::graph::NodeId;
use crate::image_io::{ImageError, Photo, decode, pictures_in, preprocess};
use crate::text::Lang;

/// One picture, not yet read.
enum Picture {
    Bundled(&'static str),
    File(PathBuf),
}

/// What was read of a set.
#[derive(Clone, Debug, Default)]
pub struct ImagesRead {
    /// The hash of all pixels ([`images_sha256`]); none of the photo alone.
    pub sha256: Option<String>,
    /// Pictures that could not be read, by name, with the cause.
    pub unreadable: Vec<(String, String)>,
}

/// Runs the network on every image and adds the layer's maps.
pub(super) fn add_all(
    gram: &mut Gram,
    run: &Run,
    node: NodeId,
    set: &ImageSet,
    ctl: &JobCtl,
) -> Result<ImagesRead, Failure> {
    let failed = Failure::new("insight-failed");
    let pictures = pictures(set)?;
    let (mut unreadable, mut hashes) = (Vec::new(), Vec::new());
    for (done, picture) in pictures.iter().enumerate() {
        ctl.progress.set(done, pictures.len());
        if ctl.cancel.is_cancelled() {
            return Err(failed(&ExecError::Cancelled));
        }
        match read(picture) {
            Ok(photo) => {
                add(gram, run, node, &photo, &ctl.cancel).map_err(|e| failed(&e))?;
                hashes.push(ImageId::of(&photo).pixels_sha256);
            }
            Err((name, cause)) => {
                log::warn!("{name}: {cause}");
                unreadable.push((name, cause));
            }
        }
    }
    if gram.images() == 0 {
        let folder = match set {
            ImageSet::Folder(path) => path.display().to_string(),
            ImageSet::Photo | ImageSet::Bundled => String::new(),
        };
        return Err(Failure { headline: "no-image-in-folder", cause: Cause::Text(folder) });
    }
    Ok(ImagesRead { sha256: Some(images_sha256(&hashes)), unreadable })
}

/// The pictures of a set, files in the order of their names.
fn pictures(set: &ImageSet) -> Result<Vec<Picture>, Failure> {
    let folder = match set {
        ImageSet::Photo | ImageSet::Bundled => {
            return Ok(BUNDLED_PHOTOS.iter().map(|name| Picture::Bundled(name)).collect());
        }
        ImageSet::Folder(folder) => folder,
    };
    let cannot = |e: std::io::Error| Failure {
        headline: "folder-cannot-be-read",
        cause: Cause::Text(format!("{}: {e}", folder.display())),
    };
    Ok(pictures_in(folder).map_err(cannot)?.into_iter().map(Picture::File).collect())
}

fn read(picture: &Picture) -> Result<Photo, (String, String)> {
    let named = |name: &str, e: &ImageError| (name.to_owned(), image_error(Lang::En, e));
    match picture {
        Picture::Bundled(name) => bundled_photo(name).map_err(|e| named(name, &e)),
        Picture::File(path) => {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            let bytes = std::fs::read(path).map_err(|e| (name.clone(), e.to_string()))?;
            decode(&bytes, &name).map_err(|e| named(&name, &e))
        }
    }
}

fn add(
    gram: &mut Gram,
    run: &Run,
    node: NodeId,
    photo: &Photo,
    cancel: &CancelToken,
) -> Result<(), ExecError> {
    let input = preprocess(&photo.rgb, photo.width, photo.height, &run.model.model.manifest);
    // The progress is that of the images.
    let exec = Ctl { cancel: cancel.clone(), progress: None };
    let trace = run.plan.run(&[input], &exec)?;
    gram.add_on(&run.device, &run.device.read(trace.value(node))?, cancel)
}
