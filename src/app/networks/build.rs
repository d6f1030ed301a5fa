//! Building the networks that are compared.

use super::{Backbone, EntryKey, Placed};
use crate::app::jobs::Failure;
use crate::app::scene::LoadedModel;
use crate::engine::JobCtl;
use crate::graph::{Graph, WeightSource};
use crate::networks::{Everywhere, everywhere};
use crate::variants::Geometry;

/// A network with an operator in it.
pub(super) struct Built {
    pub graph: Graph,
    pub placed: Option<Placed>,
    pub replaced: Vec<String>,
}

/// Builds a backbone with its weights from `source`; the loaded model keeps its own. The operator stands where its
/// paper puts it, or wherever it fits if no paper does.
pub(super) fn build(
    key: &EntryKey,
    model: Option<&LoadedModel>,
    source: &mut dyn WeightSource,
    ctl: &JobCtl,
) -> Result<Built, Failure> {
    let failed = Failure::new("network-cannot-be-built");
    let plain = match key.entry.backbone {
        Backbone::Loaded => {
            let model = model.ok_or_else(|| failed(&"no model is loaded"))?;
            model.model.graph.clone()
        }
        Backbone::Listed(name) => {
            let network = key
                .entry
                .backbone
                .network()
                .ok_or_else(|| failed(&format!("there is no network '{name}'")))?;
            let input = key.input(network);
            if let Some(operator) = key.entry.operator.as_ref().filter(|o| !o.everywhere) {
                let variant = operator.variant();
                let settings = |g: &Geometry| operator.settings.clone().completed(variant, g);
                let placement = network.placement(variant, input, &settings).map_err(|e| failed(&e))?;
                if let Some(placement) = placement {
                    let graph = network.build_with(source, input, &placement).map_err(|e| failed(&e))?;
                    let replaced = placement.iter().map(|(layer, _)| layer.to_owned()).collect();
                    return Ok(Built { graph, placed: Some(Placed::Paper), replaced });
                }
            }
            network.build(source, input).map_err(|e| failed(&e))?
        }
    };
    let Some(operator) = &key.entry.operator else {
        return Ok(Built { graph: plain, placed: None, replaced: Vec::new() });
    };
    let variant = operator.variant();
    let settings = |g: &Geometry| operator.settings.clone().completed(variant, g);
    let Everywhere { graph, layers } =
        everywhere(plain, variant, settings, |_, _| !ctl.cancel.is_cancelled()).map_err(|e| failed(&e))?;
    Ok(Built { graph, placed: Some(Placed::Everywhere), replaced: layers })
}
