//! A backbone without trained weights as a model: random weights from a seed, and marked so.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::bundled::Watch;
use super::foreign::{assumed, hex};
use super::manifest::Title;
use super::{Model, ModelError, Note, Port};
use crate::graph::Seeded;
use crate::networks::{Written, WrittenError};

/// Seed of the weights.
const SEED: u64 = 1;

impl Model {
    /// The backbone that a text describes ([`Written`]) with random weights; `None` if it describes none.
    pub(super) fn seeded(text: &str, watch: Watch<'_>) -> Option<Result<Self, ModelError>> {
        let refused = |e: WrittenError| ModelError::File { file: text.to_owned(), cause: e.to_string() };
        let written = match Written::parse(text)? {
            Ok(written) => written,
            Err(error) => return Some(Err(refused(error))),
        };
        Some(built(&written, watch).map_err(refused))
    }
}

fn built(written: &Written, watch: Watch<'_>) -> Result<Model, WrittenError> {
    let graph = written.build(&mut Seeded(SEED), 1, watch)?.graph;
    let mut hash = Sha256::new();
    graph.weights().iter().for_each(|weight| hash.update(bytemuck::cast_slice::<f32, u8>(&weight.values)));
    let mut notes = vec![Note::Seeded];
    let name = written.to_string();
    let mut manifest = assumed(Path::new(&name), written.network.name, written.input(1), &mut notes);
    manifest.name.clone_from(&name);
    let with = written.operator.as_ref().map_or_else(String::new, |o| format!(" + {}", o.variant));
    let title = format!("{}{with}", written.network.title);
    manifest.title = Title { en: format!("{title}, random weights"), zh: format!("{title}，随机权重") };
    let (inputs, outputs) = (Port::inputs(&graph), Port::outputs(&graph));
    // No labels: a class that nothing was trained for has no name.
    Ok(Model {
        manifest,
        graph,
        labels: Vec::new(),
        weights_sha256: hex(&hash.finalize()),
        inputs,
        outputs,
        notes,
    })
}
