//! A model ready to run: manifest, graph with weights, labels.

use std::borrow::Cow;
use std::path::Path;

use serde::Deserialize;

use super::bundled::{Folder, Watch};
use super::{BUNDLED, Manifest, ModelError, Note, Port, TensorFile, foreign};
use crate::graph::{Graph, Origin};
use crate::networks;
use crate::tensor::Shape;

/// Endings of the files that hold models.
pub const MODEL_EXTENSIONS: [&str; 5] = ["json", "safetensors", "onnx", "pth", "pt"];

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
    /// What the manifest says; for a file without one, what was assumed.
    pub manifest: Manifest,
    /// The network with its weights. The first output is the one whose classes are shown.
    pub graph: Graph,
    /// Class names in class order; none if the classes are not known.
    pub labels: Vec<Label>,
    /// SHA-256 of the weights file, in hexadecimal digits.
    pub weights_sha256: String,
    /// The inputs as the file describes them, in the order of the graph's.
    pub inputs: Vec<Port>,
    /// The outputs as the file describes them, in the order of the graph's.
    pub outputs: Vec<Port>,
    /// What a user should know, one sentence each: what was assumed, where an unsupported node ends the
    /// network.
    pub notes: Vec<Note>,
}

impl Model {
    /// Loads a bundled model by name (see [`BUNDLED`]); a backbone as text with random weights
    /// ([`Written`](crate::networks::Written)); a manifest `.json`; or weights `.safetensors`,
    /// `.pth` or `.pt`, or a network `.onnx`, with or without a manifest of the same name beside them.
    ///
    /// # Errors
    /// If a file is missing or invalid, or the weights are those of no known network.
    pub fn load(path_or_name: impl AsRef<Path>) -> Result<Self, ModelError> {
        Self::load_for(path_or_name, None)
    }

    /// [`Model::load`] for given inputs: they choose sides that an ONNX file leaves open, and stand for
    /// weights that are inputs there.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn load_for(path_or_name: impl AsRef<Path>, inputs: Option<&TensorFile>) -> Result<Self, ModelError> {
        Self::load_watched(path_or_name, inputs, &|_, _| true)
    }

    /// [`Model::load_for`] with somebody who is told how much of each file is read, and can stop it.
    ///
    /// # Errors
    /// As [`Model::load`], and if it was stopped.
    pub fn load_watched(
        path_or_name: impl AsRef<Path>,
        inputs: Option<&TensorFile>,
        watch: Watch<'_>,
    ) -> Result<Self, ModelError> {
        let path = path_or_name.as_ref();
        if BUNDLED.iter().any(|name| Path::new(name) == path) {
            return Self::read(&Folder::Bundled, &path.with_extension("json"), None, inputs);
        }
        if !path.exists()
            && let Some(seeded) = path.to_str().and_then(|text| Self::seeded(text, watch))
        {
            return seeded;
        }
        let folder = Folder::Disk(path.parent().map_or_else(Default::default, Path::to_owned), watch);
        let file = Path::new(path.file_name().unwrap_or(path.as_os_str()));
        match extension(path).as_str() {
            "json" => Self::read(&folder, file, None, inputs),
            "safetensors" | "pth" | "pt" | "onnx" => {
                let manifest = file.with_extension("json");
                if !path.with_extension("json").is_file() {
                    return foreign::read(&folder, file, None, inputs);
                }
                Self::read(&folder, &manifest, Some(file), inputs)
            }
            _ => Err(ModelError::File {
                file: path.display().to_string(),
                cause: format!(
                    "a model is a .json manifest, a .safetensors, .pth or .onnx file, one of {}, or, with random \
                     weights, a backbone of `convscope networks`",
                    BUNDLED.join(", ")
                ),
            }),
        }
    }

    /// Where its weights come from: random if any of them are, since then nothing it says means anything.
    pub fn origin(&self) -> Origin {
        let seeded = self.graph.weights().iter().any(|weight| weight.origin == Origin::Seeded);
        if seeded { Origin::Seeded } else { Origin::Trained }
    }

    /// A model from the bytes of a file without a manifest: a network `.onnx`, or weights `.safetensors`,
    /// `.pth` or `.pt` of a known network. `file` is its name, whose ending says what the bytes are.
    ///
    /// # Errors
    /// If the bytes are invalid, or the weights are those of no known network.
    pub fn parse(file: &str, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, ModelError> {
        foreign::parse(&Folder::Bundled, Path::new(file), (bytes.into(), file.to_owned()), None, None)
    }

    /// Shape of the graph's input.
    pub fn input(&self) -> Shape {
        self.graph.shape(self.graph.inputs()[0])
    }

    /// Whether the network can be run on a photo: one input of three channels, one photo at once.
    ///
    /// # Errors
    /// One sentence that says what it takes.
    pub fn takes_photo(&self) -> Result<(), ModelError> {
        let input = self.input();
        if self.graph.inputs().len() == 1 && (input.n, input.c) == (1, 3) {
            return Ok(());
        }
        let inputs: Vec<String> = self.inputs.iter().map(|p| format!("{} {:?}", p.name, p.dims)).collect();
        Err(ModelError::File {
            file: self.manifest.name.clone(),
            cause: format!("it takes no photo but {}; give it --inputs", inputs.join(", ")),
        })
    }

    fn read(
        folder: &Folder<'_>,
        manifest: &Path,
        weights: Option<&Path>,
        inputs: Option<&TensorFile>,
    ) -> Result<Self, ModelError> {
        let (json, manifest_name) = folder.read(manifest)?;
        let manifest = Manifest::parse(&manifest_name, &json)?;
        let weights = weights.map_or_else(|| Path::new(&manifest.weights).to_owned(), Path::to_owned);
        if extension(&weights) == "onnx" {
            return foreign::read(folder, &weights, Some(manifest), inputs);
        }
        let Some(network) = networks::find(&manifest.network) else {
            let known: Vec<&str> = networks::ALL.iter().map(|n| n.name).collect();
            let cause = format!("unknown network '{}'; known are {}", manifest.network, known.join(", "));
            return Err(ModelError::Manifest { file: manifest_name, cause });
        };
        let (json, labels_name) = folder.read(Path::new(&manifest.labels))?;
        let labels = parse_labels(&labels_name, &json, network.classes)?;
        let (bytes, weights_name) = folder.read(&weights)?;
        let weights_sha256 = foreign::sha256(&bytes);
        let file = foreign::Weights::parse(&weights_name, bytes)?;
        let input = Shape { h: manifest.input.height, w: manifest.input.width, ..network.input };
        let graph = file.build(network, input)?;
        let (inputs, outputs) = (Port::inputs(&graph), Port::outputs(&graph));
        Ok(Self { manifest, graph, labels, weights_sha256, inputs, outputs, notes: Vec::new() })
    }
}

/// The ending of a file's name in lower case.
pub(super) fn extension(path: &Path) -> String {
    path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase()
}

/// Class names, as many as there are classes.
pub(super) fn parse_labels(file: &str, json: &[u8], classes: usize) -> Result<Vec<Label>, ModelError> {
    let error = |cause: String| ModelError::Json { file: file.to_owned(), what: "labels", cause };
    let labels: Vec<Label> = serde_json::from_slice(json).map_err(|e| error(e.to_string()))?;
    if labels.len() != classes {
        return Err(error(format!("{} names for {classes} classes", labels.len())));
    }
    Ok(labels)
}
