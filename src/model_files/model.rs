//! A model ready to run: manifest, graph with weights, labels.

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::bundled::Folder;
use super::{BUNDLED, Manifest, ModelError, TensorFile};
use crate::graph::{Graph, Origin};
use crate::networks;
use crate::tensor::Shape;

/// Name of a class in the languages of the program.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Label {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// A trained network with everything needed to use it.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the manifest says.
    pub manifest: Manifest,
    /// The network with its weights, for one photo; the output is named `prob`.
    pub graph: Graph,
    /// Class names in class order.
    pub labels: Vec<Label>,
    /// SHA-256 of the weights file, in hexadecimal digits.
    pub weights_sha256: String,
}

impl Model {
    /// Loads a bundled model by name (see [`BUNDLED`]), or from the path of a manifest `.json` or
    /// of a `.safetensors` file with a manifest of the same name beside it.
    ///
    /// # Errors
    /// If a file is missing or invalid, or the weights are not the network's.
    pub fn load(path_or_name: impl AsRef<Path>) -> Result<Self, ModelError> {
        let path = path_or_name.as_ref();
        if BUNDLED.iter().any(|name| Path::new(name) == path) {
            return Self::read(&Folder::Bundled, &path.with_extension("json"), None);
        }
        let folder = Folder::Disk(path.parent().map_or_else(Default::default, Path::to_owned));
        let file = Path::new(path.file_name().unwrap_or(path.as_os_str()));
        match path.extension().and_then(|e| e.to_str()) {
            Some("json") => Self::read(&folder, file, None),
            Some("safetensors") => Self::read(&folder, &file.with_extension("json"), Some(file)),
            _ => Err(ModelError::File {
                file: path.display().to_string(),
                cause: format!(
                    "a model is a .json manifest, a .safetensors file beside its manifest, or one of {}",
                    BUNDLED.join(", ")
                ),
            }),
        }
    }

    /// Shape of the graph's input.
    pub fn input(&self) -> Shape {
        self.graph.shape(self.graph.inputs()[0])
    }

    fn read(folder: &Folder, manifest: &Path, weights: Option<&Path>) -> Result<Self, ModelError> {
        let (json, manifest_name) = folder.read(manifest)?;
        let manifest = Manifest::parse(&manifest_name, &json)?;
        let Some(network) = networks::find(&manifest.network) else {
            let known: Vec<&str> = networks::ALL.iter().map(|n| n.name).collect();
            let cause = format!("unknown network '{}'; known are {}", manifest.network, known.join(", "));
            return Err(ModelError::Manifest { file: manifest_name, cause });
        };
        let (json, labels_name) = folder.read(Path::new(&manifest.labels))?;
        let labels = parse_labels(&labels_name, &json, network.classes)?;
        let (bytes, weights_name) = folder.read(weights.unwrap_or(Path::new(&manifest.weights)))?;
        let weights_sha256 = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        let file = TensorFile::parse(&weights_name, bytes)?;
        let input = Shape { h: manifest.input.height, w: manifest.input.width, ..network.input };
        let graph = network.build(&mut file.weights(Origin::Trained), input)?;
        Ok(Self { manifest, graph, labels, weights_sha256 })
    }
}

fn parse_labels(file: &str, json: &[u8], classes: usize) -> Result<Vec<Label>, ModelError> {
    let error = |cause: String| ModelError::Json { file: file.to_owned(), what: "labels", cause };
    let labels: Vec<Label> = serde_json::from_slice(json).map_err(|e| error(e.to_string()))?;
    if labels.len() != classes {
        return Err(error(format!("{} names for {classes} classes", labels.len())));
    }
    Ok(labels)
}
