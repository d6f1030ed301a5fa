//! Pictures of a layer beside its maps: which channels look alike, which frequencies they hold, and the filters
//! that made them.

mod kernels;
mod matrix_map;
mod redundancy;
mod spectrum;

pub use kernels::KernelsPicture;
pub use redundancy::RedundancyPicture;
pub use spectrum::SpectrumPicture;

use super::Scene;
use super::plane::Plane;
use super::recipe::{Look, Picture, Recipe};
use crate::analysis::redundancy::{Gram, Similarity, clustered, effective_rank};
use crate::analysis::{Kernels, Spectrum};
use crate::exec::{CancelToken, ExecError};
use crate::graph::{Graph, NodeId};
use crate::tensor::HostTensor;

/// Pairs of similar filters that are looked for.
pub const PAIRS: usize = 6;

/// Space around everything.
const MARGIN: f32 = 6.0;
/// From this width on parts stand side by side that stand one above the other in narrower pictures.
const WIDE: f32 = 700.0;

/// A view of a layer by its name, from its maps on one photo: for files that are made again from their recipe. `None`
/// if there is no view of this name.
///
/// # Errors
/// If the maps cannot be compared.
pub fn layer_picture(
    graph: &Graph,
    node: NodeId,
    maps: &HostTensor,
    recipe: &Recipe,
) -> Result<Option<Scene>, ExecError> {
    let Picture::Layer { view, measure, threshold, ablated, .. } = &recipe.picture else { return Ok(None) };
    let Look { lang, size, .. } = recipe.look;
    let channel = recipe.channel;
    let never = CancelToken::default();
    Ok(match view.as_str() {
        "redundancy" => {
            let mut gram = Gram::new(maps.shape().c);
            gram.add(maps, &never)?;
            let similarity = Similarity::of(&gram, *measure);
            let (order, twins) = (clustered(&similarity), similarity.twins(*threshold));
            let rank = effective_rank(&similarity, Some(maps));
            let (similarity, order, twins) = (&similarity, &order[..], &twins);
            let picture =
                RedundancyPicture { node, maps, similarity, order, rank, twins, images: 1, channel, ablated };
            Some(picture.draw(lang, size))
        }
        "spectrum" => {
            let spectra = Spectrum::of_channels(maps);
            Some(SpectrumPicture { node, maps, spectra: &spectra, channel }.draw(lang, size))
        }
        "kernels" => {
            let behind = Kernels::behind(graph, node);
            let kernels = behind.and_then(|id| Kernels::of(graph, id));
            let pairs =
                kernels.as_ref().map(|k| k.most_similar(PAIRS, &never)).transpose()?.unwrap_or_default();
            let layer = behind.map(|id| graph.node(id).name.as_str());
            let picture = KernelsPicture { node, layer, kernels: kernels.as_ref(), pairs: &pairs, channel };
            Some(picture.draw(lang, size))
        }
        _ => None,
    })
}

/// One channel of the first map of a batch.
fn plane(maps: &HostTensor, channel: usize) -> Plane {
    let shape = maps.shape();
    Plane { values: maps.channel(0, channel).to_vec(), width: shape.w, height: shape.h }
}

#[cfg(test)]
mod tests;
