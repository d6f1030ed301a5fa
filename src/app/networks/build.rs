//! Building the networks that are compared.

use super::EntryKey;
use crate::app::jobs::Failure;
use crate::app::scene::LoadedModel;
use crate::engine::JobCtl;
use crate::graph::WeightSource;
use crate::networks::{Built, put_everywhere};

/// Builds a backbone with its weights from `source`; the loaded model keeps its own. The operator stands where its
/// paper puts it, or wherever it fits if no paper does.
pub(super) fn build(
    key: &EntryKey,
    model: Option<&LoadedModel>,
    source: &mut dyn WeightSource,
    ctl: &JobCtl,
) -> Result<Built, Failure> {
    let failed = Failure::new("network-cannot-be-built");
    let goes_on = |_, _| !ctl.cancel.is_cancelled();
    let built = match key.written() {
        Some(written) => written.build(source, key.batch, goes_on),
        None => {
            let model = model.ok_or_else(|| failed(&"no model is loaded"))?;
            let graph = model.model.graph.clone();
            match &key.entry.operator {
                None => Ok(Built { graph, placed: None, replaced: Vec::new() }),
                Some(operator) => {
                    let stands = |layer: &str| !operator.without_layers.contains(layer);
                    put_everywhere(graph, operator, stands, goes_on)
                }
            }
        }
    };
    built.map_err(|e| failed(&e))
}
