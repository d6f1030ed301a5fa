//! Pictures of a layer beside its maps: which channels look alike, which frequencies they hold, and the filters
//! that made them.

mod kernels;
mod matrix_map;
mod redundancy;
mod spectrum;
mod tables;

pub use kernels::KernelsPicture;
pub use redundancy::RedundancyPicture;
pub use spectrum::SpectrumPicture;

use super::Scene;
use super::plane::Plane;
use super::recipe::{Look, Picture, Recipe};
use super::table::Table;
use crate::analysis::redundancy::{Compared, Gram};
use crate::analysis::{Filters, Spectrum};
use crate::exec::{CancelToken, ExecError};
use crate::graph::{Graph, NodeId};
use crate::tensor::HostTensor;
use crate::text::Lang;

/// Pairs of similar filters that are looked for.
pub const PAIRS: usize = 6;

/// Space around everything.
const MARGIN: f32 = 6.0;
/// From this width on parts stand side by side that stand one above the other in narrower pictures.
const WIDE: f32 = 700.0;

/// A view of a layer: what it is drawn from.
#[derive(Debug)]
pub enum LayerPicture<'a> {
    /// Which channels look alike.
    Redundancy(RedundancyPicture<'a>),
    /// Which frequencies they hold.
    Spectrum(SpectrumPicture<'a>),
    /// The filters that made them.
    Kernels(KernelsPicture<'a>),
}

impl LayerPicture<'_> {
    /// The picture.
    pub fn draw(&self, lang: Lang, size: [f32; 2]) -> Scene {
        match self {
            Self::Redundancy(picture) => picture.draw(lang, size),
            Self::Spectrum(picture) => picture.draw(lang, size),
            Self::Kernels(picture) => picture.draw(lang, size),
        }
    }

    /// Its numbers, a row for each channel. Words are English in every language: programs read them.
    pub fn table(&self, layer: &str) -> Table {
        match self {
            Self::Redundancy(picture) => tables::redundancy(layer, picture),
            Self::Spectrum(picture) => tables::spectrum(layer, picture),
            Self::Kernels(picture) => tables::kernels(layer, picture),
        }
    }
}

/// A view of a layer by its name as picture and table, from its maps on one photo: for files that are made again from
/// their recipe. The redundancy is that of the sums `gram`. `None` if there is no view of this name.
///
/// # Errors
/// If it is cancelled.
pub fn layer_view(
    graph: &Graph,
    node: NodeId,
    maps: &HostTensor,
    gram: &Gram,
    recipe: &Recipe,
) -> Result<Option<(Scene, Table)>, ExecError> {
    let Picture::Layer { view, measure, threshold, ablated, .. } = &recipe.picture else { return Ok(None) };
    let Look { lang, size, .. } = recipe.look;
    let (channel, layer) = (recipe.channel, graph.node(node).name.as_str());
    let both = |picture: LayerPicture<'_>| Ok(Some((picture.draw(lang, size), picture.table(layer))));
    match view.as_str() {
        "redundancy" => {
            let compared = &Compared::of(gram, *measure, maps);
            let (twins, images) = (&compared.similarity.twins(*threshold), gram.images());
            let picture = RedundancyPicture { node, maps, compared, twins, images, channel, ablated };
            both(LayerPicture::Redundancy(picture))
        }
        "spectrum" => {
            let spectra = &Spectrum::of_channels(maps);
            both(LayerPicture::Spectrum(SpectrumPicture { node, maps, spectra, channel }))
        }
        "kernels" => {
            let filters = Filters::behind(graph, node, PAIRS, &CancelToken::default())?;
            let filters = filters.as_ref().map(|f| (graph.node(f.node).name.as_str(), f));
            both(LayerPicture::Kernels(KernelsPicture { node, filters, channel }))
        }
        _ => Ok(None),
    }
}

/// One channel of the first map of a batch.
fn plane(maps: &HostTensor, channel: usize) -> Plane {
    let shape = maps.shape();
    Plane { values: maps.channel(0, channel).to_vec(), width: shape.w, height: shape.h }
}

#[cfg(test)]
mod tests;
