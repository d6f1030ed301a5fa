//! Models that other programs wrote: ONNX networks, and weights without a manifest.

use std::borrow::Cow;
use std::path::Path;

use prost::bytes::Bytes;
use sha2::{Digest, Sha256};

use super::bundled::Folder;
use super::manifest::{ChannelOrder, InputSize, Manifest, ResizeRule, Title};
use super::model::{extension, parse_labels};
use super::names::{self, Naming};
use super::{Label, Model, ModelError, Note, Port, TensorFile, TorchFile, onnx};
use crate::graph::{Graph, Op, Origin, WeightSource};
use crate::networks::Network;
use crate::tensor::Shape;

/// `network` of a manifest whose network is an ONNX file.
const ONNX: &str = "onnx";
/// Classes of ImageNet; their names are bundled.
const IMAGENET: usize = 1000;
const IMAGENET_LABELS: &str = "imagenet1k.json";

/// Digits of a sum.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Hexadecimal digits.
pub(super) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

/// Tensors by name, from safetensors or PyTorch.
#[derive(Debug)]
pub(super) enum Weights {
    Safetensors(TensorFile),
    Torch(TorchFile),
}

impl Weights {
    /// Checks the bytes of a file; its ending says of what kind it is.
    pub(super) fn parse(file: &str, bytes: Cow<'static, [u8]>) -> Result<Self, ModelError> {
        if matches!(extension(Path::new(file)).as_str(), "pth" | "pt") {
            let kind = "PyTorch weights";
            let foreign = |cause| ModelError::Foreign { file: file.to_owned(), kind, cause };
            return TorchFile::parse(bytes.into_owned()).map(Self::Torch).map_err(foreign);
        }
        TensorFile::parse(file, bytes).map(Self::Safetensors)
    }

    /// Names of all tensors.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Safetensors(file) => file.names(),
            Self::Torch(file) => file.names(),
        }
    }

    /// Sides of a tensor.
    pub(super) fn dims(&self, name: &str) -> Option<&[usize]> {
        match self {
            Self::Safetensors(file) => file.dims(name),
            Self::Torch(file) => file.dims(name),
        }
    }

    /// Calls `use_them` with the tensors as trained weights.
    pub(super) fn with<T>(&self, use_them: impl FnOnce(&mut dyn WeightSource) -> T) -> T {
        match self {
            Self::Safetensors(file) => use_them(&mut file.weights(Origin::Trained)),
            Self::Torch(file) => use_them(&mut &*file),
        }
    }

    /// The network with these weights, under its own names or torchvision's.
    pub(super) fn build(&self, network: &Network, input: Shape) -> Result<Graph, ModelError> {
        let naming = if names::fits(self, network, Naming::Own).is_err()
            && names::fits(self, network, Naming::Torchvision).is_ok()
        {
            Naming::Torchvision
        } else {
            Naming::Own
        };
        Ok(self.with(|source| network.build(&mut names::Renamed { source, network, naming }, input))?)
    }
}

/// A network `.onnx`, or weights of a known network, with what a manifest says or what can be assumed.
pub(super) fn read(
    folder: &Folder<'_>,
    file: &Path,
    manifest: Option<Manifest>,
    inputs: Option<&TensorFile>,
) -> Result<Model, ModelError> {
    let (bytes, name) = folder.read(file)?;
    parse(folder, file, (bytes, name), manifest, inputs)
}

/// The same from the bytes of the file and the name to use in messages. `folder` holds what the manifest
/// names.
pub(super) fn parse(
    folder: &Folder<'_>,
    file: &Path,
    (bytes, name): (Cow<'static, [u8]>, String),
    manifest: Option<Manifest>,
    inputs: Option<&TensorFile>,
) -> Result<Model, ModelError> {
    let weights_sha256 = sha256(&bytes);
    if extension(file) != "onnx" {
        return known(file, &name, bytes, weights_sha256);
    }
    let bytes = match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let imported = onnx::import(bytes, inputs).map_err(|cause| ModelError::Foreign {
        file: name,
        kind: "an ONNX model",
        cause,
    })?;
    let onnx::Imported { graph, inputs, outputs, mut notes } = imported;
    let input = graph.shape(graph.inputs()[0]);
    let manifest = match manifest {
        Some(manifest) => {
            let labels = manifest.labels.clone();
            let size = InputSize { height: input.h, width: input.w };
            let manifest = Manifest { input: size, network: ONNX.into(), ..manifest };
            let labels = if labels.is_empty() {
                Vec::new()
            } else {
                let (json, labels_name) = folder.read(Path::new(&labels))?;
                parse_labels(&labels_name, &json, classes(&graph))?
            };
            return Ok(Model { manifest, graph, labels, weights_sha256, inputs, outputs, notes });
        }
        None => assumed(file, ONNX, input, &mut notes),
    };
    let labels = imagenet_labels(&graph, &mut notes)?;
    ends_without_softmax(&graph, &mut notes);
    Ok(Model { manifest, graph, labels, weights_sha256, inputs, outputs, notes })
}

/// Weights of the known network whose tensors they are.
fn known(
    file: &Path,
    name: &str,
    bytes: Cow<'static, [u8]>,
    weights_sha256: String,
) -> Result<Model, ModelError> {
    let weights = Weights::parse(name, bytes)?;
    let (network, naming) =
        names::recognise(&weights).map_err(|cause| ModelError::File { file: name.to_owned(), cause })?;
    let mut notes = vec![Note::Recognised { network: network.title }];
    let bundled = super::BUNDLED.contains(&network.name) && naming == Naming::Own;
    let manifest = if bundled {
        let (json, manifest) = Folder::Bundled.read(&Path::new(network.name).with_extension("json"))?;
        let manifest = Manifest::parse(&manifest, &json)?;
        notes.push(Note::PreparedAsBundled);
        Manifest { name: stem(file), ..manifest }
    } else {
        assumed(file, network.name, network.input, &mut notes)
    };
    let input = Shape { h: manifest.input.height, w: manifest.input.width, ..network.input };
    let graph = weights.build(network, input)?;
    let labels = imagenet_labels(&graph, &mut notes)?;
    let (inputs, outputs) = (Port::inputs(&graph), Port::outputs(&graph));
    Ok(Model { manifest, graph, labels, weights_sha256, inputs, outputs, notes })
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// How photos are prepared for most networks trained on ImageNet.
pub(super) fn assumed(file: &Path, network: &str, input: Shape, notes: &mut Vec<Note>) -> Manifest {
    let name = stem(file);
    notes.push(Note::PreparedAsImageNet);
    Manifest {
        title: Title { en: name.clone(), zh: name.clone() },
        name,
        network: network.into(),
        weights: file.display().to_string(),
        input: InputSize { height: input.h, width: input.w },
        channel_order: ChannelOrder::Rgb,
        mean: [0.485, 0.456, 0.406].map(|m: f32| m * 255.0),
        scale: [0.229, 0.224, 0.225].map(|d: f32| 1.0 / (d * 255.0)),
        resize: ResizeRule::CentreCrop { fraction: 0.875 },
        labels: String::new(),
        licence: String::new(),
        source: String::new(),
    }
}

/// Number of classes in the first output; 0 if it is a map.
fn classes(graph: &Graph) -> usize {
    let shape = graph.shape(graph.outputs()[0].1);
    if shape.plane() == 1 { shape.c } else { 0 }
}

fn imagenet_labels(graph: &Graph, notes: &mut Vec<Note>) -> Result<Vec<Label>, ModelError> {
    if classes(graph) != IMAGENET {
        return Ok(Vec::new());
    }
    let (json, name) = Folder::Bundled.read(Path::new(IMAGENET_LABELS))?;
    notes.push(Note::ImageNetClasses);
    parse_labels(&name, &json, IMAGENET)
}

fn ends_without_softmax(graph: &Graph, notes: &mut Vec<Note>) {
    if classes(graph) > 1 && graph.node(graph.outputs()[0].1).op != Op::Softmax {
        notes.push(Note::NoSoftmax);
    }
}
