//! The views of a layer beside its maps: redundancy, spectrum and kernels. What is chosen there, and the job that
//! makes them.

mod images;

use std::path::PathBuf;
use std::sync::Arc;

pub use images::ImagesRead;

use serde::{Deserialize, Serialize};

use super::jobs::Failure;
use super::scene::{Run, RunKey};
use crate::analysis::redundancy::{Compared, Gram, Measure, Twins};
use crate::analysis::{Filters, Spectrum};
use crate::engine::JobCtl;
use crate::figure::recipe::{BUNDLED, PHOTO, Picture};
use crate::figure::table::Table;
use crate::figure::{KernelsPicture, LayerPicture, PAIRS, RedundancyPicture, Scene, SpectrumPicture};
use crate::graph::NodeId;
use crate::tensor::HostTensor;
use crate::text::Lang;

/// A similarity from which channels count as twins lies between this and 1.
pub(super) const LEAST_THRESHOLD: f32 = 0.5;

/// What page Inspect shows of a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InspectView {
    /// Every channel.
    #[default]
    Maps,
    /// Which channels look alike.
    Redundancy,
    /// Which frequencies they hold.
    Spectrum,
    /// The weights that made them.
    Kernels,
}

impl InspectView {
    /// Every view, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Maps, Self::Redundancy, Self::Spectrum, Self::Kernels];

    /// Its name in text keys (`view-<name>`) and in recipes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Maps => "maps",
            Self::Redundancy => "redundancy",
            Self::Spectrum => "spectrum",
            Self::Kernels => "kernels",
        }
    }
}

/// Over which images channels are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ImageSet {
    /// The photo on the screen.
    #[default]
    Photo,
    /// Every photo that comes with the application.
    Bundled,
    /// Every picture in a folder, without the folders in it.
    Folder(PathBuf),
}

/// What a view is made from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct InsightKey {
    pub run: RunKey,
    pub layer: String,
    pub view: InspectView,
    /// Only the redundancy looks at more than the photo.
    pub images: ImageSet,
}

/// What its picture is made from beside that.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct InsightLook {
    pub measure: Measure,
    pub threshold: f32,
    pub channel: Option<usize>,
    pub ablated: Vec<usize>,
    pub lang: Lang,
    pub room: [f32; 2],
}

/// The redundancy of a layer.
#[derive(Clone)]
pub struct Redundancy {
    gram: Arc<Gram>,
    /// Under the chosen measure.
    pub compared: Arc<Compared>,
    /// At the threshold.
    pub twins: Arc<Twins>,
    /// The images.
    pub read: ImagesRead,
}

impl Redundancy {
    /// How many channels could leave their place to a twin at the threshold.
    pub fn replaceable(&self) -> usize {
        self.twins.replaced.len()
    }

    /// Over how many images.
    pub fn images(&self) -> usize {
        self.gram.images()
    }
}

/// What was found about a layer.
#[derive(Clone)]
pub enum Insight {
    /// Which channels look alike.
    Redundancy(Redundancy),
    /// The energy of every channel by frequency.
    Spectrum(Arc<Vec<Spectrum>>),
    /// Its own filters, or those of the convolution whose result it passes on; none where there is no such
    /// convolution.
    Kernels(Option<Arc<Filters>>),
}

/// A view of a layer: numbers and picture.
pub struct InsightScene {
    pub(super) key: InsightKey,
    pub(super) look: InsightLook,
    /// The layer.
    pub node: NodeId,
    /// The run it belongs to.
    pub run: Arc<Run>,
    /// Its maps on the photo.
    pub maps: HostTensor,
    /// What was found.
    pub found: Insight,
    /// The picture.
    pub scene: Arc<Scene>,
}

impl InsightScene {
    /// What is shown.
    pub fn view(&self) -> InspectView {
        self.key.view
    }

    /// The redundancy, if that is shown.
    pub fn redundancy(&self) -> Option<&Redundancy> {
        match &self.found {
            Insight::Redundancy(found) => Some(found),
            Insight::Spectrum(_) | Insight::Kernels(_) => None,
        }
    }

    /// How the picture was made.
    pub(super) fn recipe(&self) -> Picture {
        let images = match &self.key.images {
            ImageSet::Photo => PHOTO.to_owned(),
            ImageSet::Bundled => BUNDLED.to_owned(),
            // The name of the folder without where it lies: that is nobody's business but the user's.
            ImageSet::Folder(path) => {
                format!("folder {}", path.file_name().unwrap_or_default().to_string_lossy())
            }
        };
        Picture::Layer {
            view: self.key.view.name().to_owned(),
            measure: self.look.measure,
            threshold: self.look.threshold,
            images,
            images_sha256: self.redundancy().and_then(|found| found.read.sha256.clone()),
            ablated: self.look.ablated.clone(),
        }
    }

    /// Its numbers.
    pub(super) fn table(&self) -> Table {
        picture(&self.run, self.node, &self.maps, &self.found, &self.look).table(self.layer())
    }

    pub(super) fn size(&self) -> [f32; 2] {
        self.look.room
    }

    pub(super) fn layer(&self) -> &str {
        &self.key.layer
    }
}

/// Looks at a layer unless that was done already, and draws what was found.
pub(super) fn insight(
    run: &Arc<Run>,
    node: NodeId,
    key: InsightKey,
    look: InsightLook,
    earlier: Option<&InsightScene>,
    ctl: &JobCtl,
) -> Result<InsightScene, Failure> {
    let failed = Failure::new("insight-failed");
    let earlier = earlier.filter(|e| e.key == key);
    let maps = match earlier {
        Some(earlier) => earlier.maps.clone(),
        None => run.device.read(run.trace.value(node)).map_err(|e| failed(&e))?,
    };
    let found = match earlier.map(|e| &e.found) {
        Some(Insight::Redundancy(found)) => {
            let same = found.compared.similarity.measure == look.measure;
            let compared =
                if same { Arc::clone(&found.compared) } else { compare(&found.gram, &maps, &look) };
            let twins = Arc::new(compared.similarity.twins(look.threshold));
            Insight::Redundancy(Redundancy { compared, twins, ..found.clone() })
        }
        Some(other) => other.clone(),
        None => find(run, node, &key, &look, &maps, ctl)?,
    };
    let scene = Arc::new(picture(run, node, &maps, &found, &look).draw(look.lang, look.room));
    Ok(InsightScene { key, look, node, run: Arc::clone(run), maps, found, scene })
}

fn find(
    run: &Run,
    node: NodeId,
    key: &InsightKey,
    look: &InsightLook,
    maps: &HostTensor,
    ctl: &JobCtl,
) -> Result<Insight, Failure> {
    let failed = Failure::new("insight-failed");
    Ok(match key.view {
        InspectView::Maps | InspectView::Redundancy => {
            let (gram, read) = sums(run, node, &key.images, maps, ctl)?;
            let compared = compare(&gram, maps, look);
            let twins = Arc::new(compared.similarity.twins(look.threshold));
            Insight::Redundancy(Redundancy { gram: Arc::new(gram), compared, twins, read })
        }
        InspectView::Spectrum => Insight::Spectrum(Arc::new(Spectrum::of_channels(maps))),
        InspectView::Kernels => {
            let graph = &run.model.model.graph;
            let filters = Filters::behind(graph, node, PAIRS, &ctl.cancel).map_err(|e| failed(&e))?;
            Insight::Kernels(filters.map(Arc::new))
        }
    })
}

/// The products of the channels over the images.
pub(super) fn sums(
    run: &Run,
    node: NodeId,
    images: &ImageSet,
    maps: &HostTensor,
    ctl: &JobCtl,
) -> Result<(Gram, ImagesRead), Failure> {
    let mut gram = Gram::new(maps.shape().c);
    let read = match images {
        ImageSet::Photo => {
            gram.add_on(&run.device, maps, &ctl.cancel).map_err(|e| Failure::new("insight-failed")(&e))?;
            ImagesRead::default()
        }
        set => images::add_all(&mut gram, run, node, set, ctl)?,
    };
    Ok((gram, read))
}

fn compare(gram: &Gram, maps: &HostTensor, look: &InsightLook) -> Arc<Compared> {
    Arc::new(Compared::of(gram, look.measure, maps))
}

/// What is drawn, and written as a table, of a view.
fn picture<'a>(
    run: &'a Run,
    node: NodeId,
    maps: &'a HostTensor,
    found: &'a Insight,
    look: &'a InsightLook,
) -> LayerPicture<'a> {
    let channel = look.channel;
    match found {
        Insight::Redundancy(found) => {
            let (compared, twins, images) = (&*found.compared, &*found.twins, found.images());
            let ablated = &look.ablated[..];
            let picture = RedundancyPicture { node, maps, compared, twins, images, channel, ablated };
            LayerPicture::Redundancy(picture)
        }
        Insight::Spectrum(spectra) => {
            LayerPicture::Spectrum(SpectrumPicture { node, maps, spectra: &spectra[..], channel })
        }
        Insight::Kernels(filters) => {
            let graph = &run.model.model.graph;
            let filters = filters.as_deref().map(|f| (graph.node(f.node).name.as_str(), f));
            LayerPicture::Kernels(KernelsPicture { node, filters, channel })
        }
    }
}
